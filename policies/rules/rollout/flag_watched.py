"""The feature flag exists, and alarms roll it back."""

from __future__ import annotations

from typing import TYPE_CHECKING

from policies.checks import is_absent
from policies.model import UNKNOWN, Severity
from policies.rule import ROOT_TYPE, Context, Problem, Rule
from policies.rules._documents import parse_json
from policies.rules._tokens import APPCONFIG_ENVIRONMENT, APPCONFIG_PROFILE, APPCONFIG_VERSION

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(context: Context) -> Iterator[Problem]:
    """The feature flag exists, and alarms roll it back."""
    if not context.is_plant_stack:
        return
    graph = context.graph
    environments = graph.of_type(*APPCONFIG_ENVIRONMENT)
    flags = [one for one in graph.of_type(*APPCONFIG_PROFILE) if one.get("type") == "AWS.AppConfig.FeatureFlags"]
    if not environments or not flags:
        yield Problem("there is no AppConfig environment with a profile of type AWS.AppConfig.FeatureFlags; add them")
    if context.parked:
        return
    for environment in environments:
        if environment.get("monitors") is not UNKNOWN and is_absent(environment.get("monitors")):
            yield Problem("monitors is not set; give the alarms that roll the flag back", "monitors", environment)
    for version in graph.of_type(*APPCONFIG_VERSION):
        content = version.get("content")
        if isinstance(content, str) and parse_json(content) is None:
            yield Problem("content is not JSON", "content", version)


RULE = Rule(
    id="rollout-flag-watched",
    title="The feature flag exists, and alarms roll it back",
    severity=Severity.HIGH,
    why="The flag is the fastest way back: it needs no deployment.",
    fix="Add an AppConfig profile of type AWS.AppConfig.FeatureFlags and set monitors of its environment.",
    source="https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-creating-environment.html",
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
