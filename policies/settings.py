"""What an operator may change about the pack without touching a rule."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Annotated, Any, Final

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field
from pydantic.alias_generators import to_camel

from policies.finding import Enforcement, Profile
from policies.waivers import USUAL_FILE, Waiver

DOLLARS: Final = r"^[0-9]+(\.[0-9]{1,2})?$"
"""How an amount may be written as text."""


def _dollars(value: Any) -> Any:
    """A number is read by its shortest digits: the engine hands every number over as a float, 5 as 5.0."""
    if isinstance(value, str) and not re.fullmatch(DOLLARS, value):
        raise ValueError('must be dollars and cents, e.g. "5.00" or 5')
    return Decimal(str(value)) if isinstance(value, (int, float)) and not isinstance(value, bool) else value


class PackSettings(BaseModel):
    """Settings shared by several rules. Every field has a safe default."""

    model_config = ConfigDict(frozen=True, extra="forbid", alias_generator=to_camel, populate_by_name=True)

    profile: Profile | None = Field(
        default=None,
        description="strict or baseline; left out: strict for the stacks of this project, baseline for others.",
    )
    monthly_limit_usd: Annotated[Decimal | None, BeforeValidator(_dollars)] = Field(
        default=None,
        gt=0,
        le=Decimal(1_000_000),
        description="Dollars a month that a stack may cost; its own budget may only be lower. Left out: no limit.",
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
    rules_as_of: str | None = Field(
        default=None,
        pattern=r"^[0-9]{1,4}\.[0-9]{1,4}$",
        description="Release of the pack, as 1.2, whose rules may block; later ones advise. Left out: all may.",
    )
    compare_with_deployed: bool = Field(
        default=True,
        description="Whether the line of dollars tells what a plan changes; it takes a `pulumi stack export`.",
    )
    waivers_file: str = Field(
        default=USUAL_FILE,
        max_length=255,
        pattern=r"^[A-Za-z0-9_./-]*$",
        description="File of waivers, relative to the pack; empty for none.",
    )


def settings_schema() -> dict[str, dict[str, Any]]:
    """JSON schema of the settings' properties, in the plain form that Pulumi's pack configuration takes."""
    properties: dict[str, dict[str, Any]] = {
        "profile": {"type": "string", "enum": [profile.value for profile in Profile]},
        # A number means what its text means, in the engine as in process.
        "monthlyLimitUsd": {"type": ["string", "number"], "pattern": DOLLARS},
        "allowedRegions": {"type": "array", "items": {"type": "string"}, "default": []},
        "allowedInstanceTypes": {"type": "array", "items": {"type": "string"}, "default": []},
        "requiredTags": {"type": "array", "items": {"type": "string"}, "default": []},
        "rulesAsOf": {"type": "string", "pattern": r"^[0-9]{1,4}\.[0-9]{1,4}$"},
        "compareWithDeployed": {"type": "boolean", "default": True},
        "waiversFile": {"type": "string", "default": USUAL_FILE},
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
