"""Declared hours are enforced by a reaper in the stack."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.tokens import SCHEDULE, STATE_MACHINE
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule


def check(context: Context) -> Iterator[Problem]:
    """Declared hours below the month come with an enabled reaper that targets a state machine of the stack."""
    uptime = (context.cost_basis or {}).get("uptime")
    if not isinstance(uptime, Mapping) or uptime.get("parked") is True:
        return
    sessions, hours = number(uptime.get("sessionsPerMonth")), number(uptime.get("hoursPerSession"))
    if sessions is None or hours is None or sessions * hours >= HOURS_PER_MONTH:
        return
    name = uptime.get("reaper")
    reapers = [one for one in context.graph.of_type(*SCHEDULE) if one.name == name]
    if not reapers:
        missing = "no reaper is in the stack" if name is None else f"the reaper {shown(name)} is not in the stack"
        yield Problem(
            f"{sessions * hours} hours a month are declared, but {missing}; without it the stack stays up, "
            "and 730 hours are priced"
        )
    for reaper in reapers:
        if reaper.get("state") not in (None, "ENABLED"):
            yield Problem(f"the reaper's state is {shown(reaper.get('state'))}; set it to ENABLED", "state", reaper)
        if not context.graph.referenced(reaper, "target.arn", *STATE_MACHINE):
            yield Problem(
                "the reaper targets no state machine of this stack; set target.arn to its ARN", "target.arn", reaper
            )


HOURS_PER_MONTH = 730

RULE = Rule(
    id="uptime-hours-enforced",
    title="Declared hours are enforced by a reaper in the stack",
    severity=Severity.HIGH,
    why="Hours that nothing enforces are a hope: a session somebody forgets costs $50 a month.",
    fix=("Keep the reaper's aws.scheduler.Schedule enabled, with target.arn a state machine that parks the stack."),
    source="docs/architecture.md, uptime",
    check_stack=check,
    passing={
        "root": (
            ROOT_TYPE,
            {
                "costBasis": {
                    "uptime": {"parked": False, "sessionsPerMonth": 22, "hoursPerSession": "3", "reaper": "reaper"}
                }
            },
        ),
        "reaper": (SCHEDULE[0], {"state": "ENABLED", "target": {"arn": "arn:park"}}),
        "park": (STATE_MACHINE[0], {}),
    },
    failing={
        "root": (
            ROOT_TYPE,
            {
                "costBasis": {
                    "uptime": {"parked": False, "sessionsPerMonth": 22, "hoursPerSession": "3", "reaper": None}
                }
            },
        ),
    },
)
