"""What rules say about a stack: findings, how bad they are, and what the pack does about them."""

from __future__ import annotations

from enum import StrEnum
from typing import Final, NamedTuple

WAYS_APART: Final = "; or "
"""Stands between the ways to mend one thing."""
WAYS_AHEAD: Final = "; to come back within it: "
"""Stands in a message ahead of the ways that mend it, its remedy."""


class Severity(StrEnum):
    """How bad it is when a rule is broken: a fact of the rule, whatever the pack does about it."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"
    CRITICAL = "critical"


class Risk(StrEnum):
    """What a broken rule does to anybody's stack. A rule that has one blocks in every profile."""

    EXPOSURE = "exposure"
    """Somebody gets in, or gets rights, who should not."""
    LEAK = "leak"
    """Data or credentials can be read on their way, or where they rest."""
    LOSS = "loss"
    """Data is gone."""
    REFUSAL = "refusal"
    """AWS refuses it, in the middle of the deployment."""
    CONFIGURED = "configured"
    """It breaks what the pack's configuration asks for, such as a budget; where that says nothing, nothing is found."""


class Profile(StrEnum):
    """How strict the pack is; docs/decisions/0304-two-profiles.md."""

    STRICT = "strict"
    """Every mandatory rule blocks: for the stacks of this project."""
    BASELINE = "baseline"
    """What has a Risk blocks, the rest is advice: for everybody else's programs."""


class Enforcement(StrEnum):
    """What the pack does about a broken rule. The values are Pulumi's own (EnforcementLevel)."""

    ADVISORY = "advisory"
    MANDATORY = "mandatory"
    DISABLED = "disabled"


class Finding(NamedTuple):
    """What a rule says about one resource; a tuple, for one process tells another tens of thousands."""

    rule_id: str
    urn: str
    message: str
    """What is wrong, the value got, what is allowed, and the property to set."""
    property_path: str | None = None
    """Property the finding is about, e.g. ``accessLogs.enabled``."""
    unknown: bool = False
    """True when the rule could not decide because the value is not known yet."""
    remedy: str = ""
    """What to set here and now, one way or, behind `WAYS_APART`, another; "" where the rule's own `fix` says all."""

    @property
    def ways(self) -> tuple[str, ...]:
        """Each way that mends it here; what is not enough is told as one; none where the rule's own `fix` says all."""
        if not self.remedy:
            return ()
        is_listed = self.message.endswith(WAYS_AHEAD + self.remedy)
        return tuple(self.remedy.split(WAYS_APART)) if is_listed else (self.remedy,)

    @property
    def what(self) -> str:
        """The message without the ways."""
        if not self.remedy:
            return self.message
        return self.message.removesuffix(WAYS_AHEAD + self.remedy).removesuffix(f"; {self.remedy}")
