"""The feature flag exists, and one thing rolls it back: a rollout that reads alarms, or its environment's monitors."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.tokens import APPCONFIG_ENVIRONMENT, APPCONFIG_PROFILE, APPCONFIG_VERSION, STATE_MACHINE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The feature flag exists, and either a state machine or the environment's monitors roll it back, not both."""
    if not context.is_plant_stack:
        return
    graph = context.graph
    environments = graph.of_type(*APPCONFIG_ENVIRONMENT)
    flags = [one for one in graph.of_type(*APPCONFIG_PROFILE) if one.get("type") == "AWS.AppConfig.FeatureFlags"]
    if not environments or not flags:
        yield Problem("there is no AppConfig environment with a profile of type AWS.AppConfig.FeatureFlags; add them")
    machines = [str(one.get("definition")) for one in graph.of_type(*STATE_MACHINE)]
    undecided = any(one.get("definition") is UNKNOWN for one in graph.of_type(*STATE_MACHINE))
    rollout = any("appconfig:startDeployment" in text and "describeAlarms" in text for text in machines)
    for environment in environments:
        monitors = environment.get("monitors")
        if monitors is UNKNOWN or undecided:
            continue
        if (rollout or context.parked) and not is_absent(monitors):
            yield Problem(
                "monitors are set, and a state machine deploys the flag, or will when the stack runs: AppConfig would"
                " roll back the kill switch while an alarm is on; leave monitors out",
                "monitors",
                environment,
            )
        elif not (rollout or context.parked) and is_absent(monitors):
            yield Problem(
                "monitors is not set, and no state machine reads alarms and deploys the flag; add one of them",
                "monitors",
                environment,
            )
    for version in graph.of_type(*APPCONFIG_VERSION):
        content = version.get("content")
        if isinstance(content, str) and parse_json(content) is None:
            yield Problem("content is not JSON", "content", version)


RULE = Rule(
    id="rollout-flag-watched",
    title="The feature flag exists, and alarms roll it back",
    severity=Severity.HIGH,
    why="The flag is the fastest way back: it needs no deployment.",
    fix=(
        "Add an AppConfig profile of type AWS.AppConfig.FeatureFlags. Where a state machine switches it, have it read "
        "the alarms and leave the environment's monitors out; else set them."
    ),
    source="https://docs.aws.amazon.com/appconfig/latest/userguide/monitoring-deployments.html",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "flag": (APPCONFIG_PROFILE[0], {"type": "AWS.AppConfig.FeatureFlags"}),
        "live": (APPCONFIG_ENVIRONMENT[0], {"monitors": [{"alarmArn": "arn:p95"}]}),
    },
    failing={
        "root": (ROOT_TYPE, {}),
        "flag": (APPCONFIG_PROFILE[0], {"type": "AWS.AppConfig.FeatureFlags"}),
        "live": (APPCONFIG_ENVIRONMENT[0], {}),
    },
)
