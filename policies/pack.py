"""What an operator may change about the pack without touching a rule: one JSON file for each project.

The file is Pulumi's own (`--policy-pack-config`): rule id -> enforcement level, or an object with
`enforcementLevel`; the entry ``pack-settings`` holds what several rules read. The offline preview
and the engine read the same file, so both give one verdict, for whatever a stack is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from pydantic import BaseModel, ConfigDict, Field, ValidationError
from pydantic.alias_generators import to_camel

from deployment.errors import InputError
from policies.finding import Enforcement

if TYPE_CHECKING:
    from policies.waivers import Waiver

PACK_DIRECTORY: Final = Path(__file__).resolve().parent
SETTINGS_KEY: Final = "pack-settings"
"""Name of the entry, and of the engine's policy, that holds the settings which several rules share."""

FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}")
"""Names of projects and stacks that a file may be called by; what comes from a deployment file may be anything."""

REMEDIATE: Final = "remediate"
"""Pulumi's fourth enforcement level: mend what can be mended, and block the rest."""


class PackSettings(BaseModel):
    """Settings shared by several rules. Every field has a safe default."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    monthly_limit_usd: Decimal = Field(
        default=Decimal("5.00"),
        gt=0,
        le=Decimal(1_000_000),
        description="Dollars a month that a stack may cost; the stack's own budget may only be lower.",
    )
    allowed_regions: tuple[str, ...] = Field(
        default=(), max_length=50, description="AWS Regions a stack may use; empty allows any."
    )
    allowed_instance_types: tuple[str, ...] = Field(
        default=(),
        max_length=100,
        description="Instance and cache node types, globs allowed; empty allows any.",
    )
    required_tags: tuple[str, ...] = Field(
        default=(), max_length=50, description="Tag keys that every taggable resource carries."
    )
    waivers_file: str = Field(
        default="config/waivers.toml",
        max_length=255,
        pattern=r"^[A-Za-z0-9_./-]*$",
        description="File of waivers, relative to the pack; empty for none.",
    )


def settings_schema() -> dict[str, dict[str, Any]]:
    """JSON schema of the settings' properties, in the plain form that Pulumi's pack configuration takes."""
    properties: dict[str, dict[str, Any]] = {
        "monthlyLimitUsd": {"type": "string", "pattern": r"^[0-9]+(\.[0-9]{1,2})?$", "default": "5.00"},
        "allowedRegions": {"type": "array", "items": {"type": "string"}, "default": []},
        "allowedInstanceTypes": {"type": "array", "items": {"type": "string"}, "default": []},
        "requiredTags": {"type": "array", "items": {"type": "string"}, "default": []},
        "waiversFile": {"type": "string", "default": "config/waivers.toml"},
    }
    for name, model_field in PackSettings.model_fields.items():
        properties[to_camel(name)]["description"] = model_field.description
    return properties


@dataclass(frozen=True, slots=True)
class PackConfig:
    """Everything that steers one assessment besides the stack itself."""

    settings: PackSettings = field(default_factory=PackSettings)
    enforcement: Mapping[str, Enforcement] = field(default_factory=dict)
    """Rule id -> what to do when it is broken; ``all`` speaks for the rules not named."""
    waivers: tuple[Waiver, ...] = ()

    def enforcement_of(self, rule_id: str, default: Enforcement) -> Enforcement:
        """Enforcement of the rule: its own entry, or the one for all, or `default`."""
        return self.enforcement.get(rule_id, self.enforcement.get("all", default))


def config_file(project: str, stack: str) -> Path | None:
    """``config/<project>.<stack>.json`` where it exists, else ``config/<project>.json``, else None."""
    for name in (f"{project}.{stack}", project):
        path = PACK_DIRECTORY / "config" / f"{name}.json"
        if FILE_NAME.fullmatch(name) and path.is_file():
            return path
    return None


def load_config(project: str, stack: str) -> PackConfig:
    """Configuration of the pack for a stack: that of its `config_file`, else the defaults.

    Raises InputError with every problem of the file and of its waivers.
    """
    path = config_file(project, stack)
    return config_from_json({}, "defaults") if path is None else config_from_file(path)


def config_from_file(path: Path) -> PackConfig:
    """Configuration in the JSON file at `path`. Raises InputError."""
    try:
        document = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError) as error:
        raise InputError(f"{path}: not readable as JSON: {error}") from error
    return config_from_json(document, str(path))


def config_from_json(document: Any, source: str) -> PackConfig:
    """Configuration in a parsed pack configuration; `source` names it in errors. Raises InputError."""
    from policies.registry import rules  # the rules import this module
    from policies.waivers import load_waivers

    if not isinstance(document, dict):
        raise InputError(f"{source}: expected an object of rule id -> enforcement level")
    problems: list[str] = []
    enforcement: dict[str, Enforcement] = {}
    own_keys = {rule.id: set(rule.config_schema) for rule in rules()}
    known = own_keys.keys() | {"all", SETTINGS_KEY}
    for key, value in document.items():
        if key == "environments":
            continue
        if key not in known:
            problems.append(f"{source}: {key}: no such rule; `./plant check --list` names them")
            continue
        if isinstance(value, dict) and key != SETTINGS_KEY:
            for other in sorted(value.keys() - own_keys.get(key, set()) - {"enforcementLevel"}):
                allowed = ", ".join(["enforcementLevel", *sorted(own_keys.get(key, ()))])
                problems.append(f"{source}: {key}.{other}: no such setting; allowed: {allowed}")
        level = value.get("enforcementLevel") if isinstance(value, dict) else value
        if level is None:
            continue
        try:
            enforcement[key] = Enforcement.MANDATORY if level == REMEDIATE else Enforcement(level)
        except ValueError:
            allowed = ", ".join([*Enforcement, REMEDIATE])
            problems.append(f"{source}: {key}: enforcement level {level!r}; allowed: {allowed}")
    entry = document.get(SETTINGS_KEY)
    settings = PackSettings()
    if isinstance(entry, dict):
        try:
            settings = settings_from_json({k: v for k, v in entry.items() if k != "enforcementLevel"}, source)
        except InputError as error:
            problems.extend(error.problems)
    if problems:
        raise InputError(*problems)
    return PackConfig(settings, enforcement, load_waivers(settings.waivers_file))


def settings_from_json(document: Mapping[str, Any], source: str) -> PackSettings:
    """Settings in the ``pack-settings`` object. Raises InputError with every problem."""
    try:
        return PackSettings.model_validate(dict(document))
    except ValidationError as error:
        raise InputError(
            *(
                f"{source}: {SETTINGS_KEY}.{'.'.join(map(str, item['loc']))}: {item['msg']}; got {item['input']!r}"
                for item in error.errors()
            )
        ) from error
