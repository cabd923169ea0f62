"""Instance refreshes roll back on alarm."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import is_absent, must_be, must_be_set
from policies.model import UNKNOWN, Resource, Severity
from policies.rule import Context, Problem, Rule, undecided
from policies.rules._tokens import SCALING_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An instance refresh stops and rolls back when an alarm goes off."""
    refresh = resource.get("instanceRefresh")
    if refresh is UNKNOWN:
        yield undecided("instanceRefresh")
        return
    if is_absent(refresh):
        yield Problem(
            "instanceRefresh is not set, so a new template reaches no instance; give strategy Rolling",
            "instanceRefresh",
        )
        return
    yield from must_be("instanceRefresh.preferences.autoRollback", True)(resource, context)
    yield from must_be_set("instanceRefresh.preferences.alarmSpecification.alarms", "the alarms that stop it")(
        resource, context
    )


RULE = Rule(
    id="rollout-refresh-rolls-back",
    title="Instance refreshes roll back on alarm",
    severity=Severity.HIGH,
    why="A bad image would otherwise replace every instance before anybody looks.",
    fix=(
        "Set instanceRefresh.preferences.autoRollback to true and alarmSpecification.alarms to the p95 and "
        "error alarms."
    ),
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html",
    types=SCALING_GROUP,
    check=check,
    passing={
        "fleet": (
            SCALING_GROUP[0],
            {
                "instanceRefresh": {
                    "strategy": "Rolling",
                    "preferences": {"autoRollback": True, "alarmSpecification": {"alarms": ["p95"]}},
                }
            },
        )
    },
    failing={
        "fleet": (
            SCALING_GROUP[0],
            {"instanceRefresh": {"strategy": "Rolling", "preferences": {"autoRollback": False}}},
        )
    },
)
