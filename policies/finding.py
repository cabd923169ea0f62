"""What rules say about a stack: findings, how bad they are, and what the pack does about them."""

from __future__ import annotations

from dataclasses import dataclass
from enum import StrEnum


class Severity(StrEnum):
    """How bad it is when a rule is broken: a fact of the rule, whatever the pack does about it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Enforcement(StrEnum):
    """What the pack does about a broken rule. The values are Pulumi's own (EnforcementLevel)."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    DISABLED = "disabled"


@dataclass(frozen=True, slots=True)
class Finding:
    """What a rule says about one resource."""

    rule_id: str
    urn: str
    message: str
    """What is wrong, the value got, what is allowed, and the property to set."""
    property_path: str | None = None
    """Property the finding is about, e.g. ``accessLogs.enabled``."""
    unknown: bool = False
    """True when the rule could not decide because the value is not known yet."""
