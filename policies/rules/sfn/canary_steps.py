"""A rollout can go up, be held, and come back: 10, 50 and 100 %."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import APPCONFIG_ENVIRONMENT, APPCONFIG_VERSION, PARAMETER, STATE_MACHINE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided

if TYPE_CHECKING:
    from collections.abc import Iterator

STEPS = ((10, 6), (50, 12), (100, 0))


def check(context: Context) -> Iterator[Problem]:
    """A state machine moves the weights by the story's steps, and the flag has a version for each."""
    if not context.is_plant_stack:
        return
    yield from flag_problems(context)
    if context.parked:
        return
    graph = context.graph
    machines = [one for one in graph.of_type(*STATE_MACHINE) if "modifyRule" in str(one.get("definition"))]
    if any(one.get("definition") is UNKNOWN for one in graph.of_type(*STATE_MACHINE)):
        yield undecided("definition")
    elif not machines:
        yield Problem("no state machine moves the weights of a rollout; add aws.sfn.StateMachine")
    if not any("rollout" in f"{one.name} {one.get('name')}" for one in graph.of_type(*PARAMETER)):
        yield Problem("no parameter holds, promotes or aborts a rollout; add aws.ssm.Parameter")
    for environment in graph.of_type(*APPCONFIG_ENVIRONMENT):
        for monitor in mappings(environment.get("monitors")):
            if is_absent(monitor.get("alarmRoleArn")) or is_absent(monitor.get("alarmArn")):
                yield Problem("a monitor lacks alarmArn or alarmRoleArn; give both", "monitors", environment)


def flag_problems(context: Context) -> Iterator[Problem]:
    """What the flag lacks to follow a rollout; it stays while the stack is parked."""
    graph = context.graph
    versions = graph.of_type(*APPCONFIG_VERSION)
    if len(versions) < len(STEPS) + 1:
        yield Problem(
            f"the flag has {len(versions)} versions; give one for 0, 10, 50 and 100 %, so that "
            "switching is a deployment"
        )
    if not graph.of_type("aws:appconfig/deployment:Deployment"):
        yield Problem("the flag is never deployed; add aws.appconfig.Deployment of the version that is off")


RULE = Rule(
    id="rollout-canary-steps",
    title="A rollout can go up, be held, and come back: 10, 50 and 100 %",
    severity=Severity.HIGH,
    why="What is missing of it is found out in the middle of a release.",
    fix="Add what the message names.",
    source="docs/architecture.md, rollout",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "rollout": (STATE_MACHINE[0], {"definition": "modifyRule"}),
        "control": (PARAMETER[0], {"name": "/plant/rollout"}),
        "off": ("aws:appconfig/deployment:Deployment", {}),
        **{f"v{percent}": (APPCONFIG_VERSION[0], {}) for percent in (0, 10, 50, 100)},
    },
    failing={"root": (ROOT_TYPE, {})},
)
