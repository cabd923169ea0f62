"""Reads the pack's configuration: one JSON file for each project.

The file is Pulumi's own (`--policy-pack-config`): rule id -> enforcement level, or an object with
`enforcementLevel`; the entry ``pack-settings`` holds what several rules read. The offline preview
and the engine read the same file, so both give one verdict, for whatever a stack is called.
"""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from pydantic import ValidationError

from deployment.errors import InputError, why_not_json
from deployment.source import written_text
from policies import PACK_DIRECTORY
from policies.finding import Enforcement
from policies.registry import rules_by_id
from policies.settings import PackConfig, PackSettings
from policies.waivers import load_waivers

SETTINGS_KEY: Final = "pack-settings"
"""Name of the entry, and of the engine's policy, that holds the settings which several rules share."""

FILE_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9_.-]{0,200}")
"""Names of projects and stacks that a file may be called by; what comes from a deployment file may be anything."""

REMEDIATE: Final = "remediate"
"""Pulumi's fourth enforcement level: mend what can be mended, and block the rest."""


def config_file(project: str, stack: str, folder: Path = PACK_DIRECTORY) -> Path | None:
    """``config/<project>.<stack>.json`` in the pack's `folder` where it exists, else ``<project>.json``, else None."""
    for name in (f"{project}.{stack}", project):
        path = folder / "config" / f"{name}.json"
        if FILE_NAME.fullmatch(name) and path.is_file():
            return path
    return None


def load_config(project: str, stack: str, folder: Path = PACK_DIRECTORY) -> PackConfig:
    """Configuration of the pack for a stack: that of its `config_file`, else the defaults.

    Raises InputError with every problem of the file and of its waivers.
    """
    path = config_file(project, stack, folder)
    return config_from_json({}, "defaults", folder) if path is None else config_from_file(path, folder)


def config_from_file(path: Path, folder: Path = PACK_DIRECTORY) -> PackConfig:
    """Configuration in the JSON file at `path` of the pack in `folder`. Raises InputError."""
    text = written_text(path, "JSON")
    try:
        document = json.loads(text)
    except (ValueError, RecursionError) as error:
        why = why_not_json(error) if text.strip() else "it is empty"
        raise InputError(f"{path}: not readable as JSON: {why}") from error
    return config_from_json(document, str(path), folder)


def config_from_json(document: Any, source: str, folder: Path = PACK_DIRECTORY) -> PackConfig:
    """Configuration in a parsed pack configuration; `source` names it in errors, waivers are in `folder`.

    Raises InputError.
    """
    if not isinstance(document, dict):
        raise InputError(f"{source}: expected an object of rule id -> enforcement level")
    problems: list[str] = []
    enforcement: dict[str, Enforcement] = {}
    rules = rules_by_id() if document else {}
    for key, value in document.items():
        if key == "environments":
            continue
        if key not in rules and key not in ("all", SETTINGS_KEY):
            problems.append(f"{source}: {key}: no such rule; `./plant check --list` names them")
            continue
        if isinstance(value, dict) and key != SETTINGS_KEY:
            own = rules[key].config_schema if key in rules else {}
            for other in sorted(value.keys() - own.keys() - {"enforcementLevel"}):
                allowed = ", ".join(["enforcementLevel", *sorted(own)])
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
    return PackConfig(settings, enforcement, load_waivers(settings.waivers_file, folder))


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
