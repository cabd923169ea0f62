"""Sessions of a role end within the hour."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE
from policies.checks import number, shown
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

MOST_SECONDS = 3_600


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A session lasts an hour at most; left out, that is what AWS takes."""
    seconds = number(resource.get("maxSessionDuration"))
    if seconds is not None and seconds > MOST_SECONDS:
        yield Problem(f"maxSessionDuration is {shown(seconds)} s; set it to {MOST_SECONDS}", "maxSessionDuration")


RULE = Rule(
    id="iam-sessions-short",
    title="Sessions of a role end within the hour",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="Credentials that leak from a log or a workflow are good until their session ends.",
    fix="Set maxSessionDuration to 3600, or leave it out.",
    source="https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_update-role-settings.html",
    types=ROLE,
    check=check,
    passing={"role": (ROLE[0], {"maxSessionDuration": 3600})},
    failing={"role": (ROLE[0], {"maxSessionDuration": 43200})},
)
