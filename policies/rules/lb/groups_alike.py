"""The canary is judged as the stable fleet is."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, TARGET_GROUP
from policies.checks import shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

SAME: Final = (
    "port",
    "protocol",
    "targetType",
    "loadBalancingAlgorithmType",
    "deregistrationDelay",
    "healthCheck.path",
    "healthCheck.port",
    "healthCheck.protocol",
    "healthCheck.matcher",
    "healthCheck.interval",
    "healthCheck.timeout",
    "healthCheck.healthyThreshold",
    "healthCheck.unhealthyThreshold",
)


def check(context: Context) -> Iterator[Problem]:
    """Target groups between which a rule splits traffic differ in nothing that a target is judged by."""
    if not context.is_plant_stack:
        return  # elsewhere two versions may well be two applications
    seen: set[tuple[str, ...]] = set()
    for rule in context.graph.of_type(*LISTENER_RULE):
        groups = context.graph.referenced(rule, "actions[*].forward.targetGroups[*].arn", *TARGET_GROUP)
        pair = tuple(group.urn for group in groups)
        if len(groups) < 2 or pair in seen:
            continue
        seen.add(pair)
        first, *others = groups
        for other in others:
            yield from differences(first, other)


def differences(first: Resource, other: Resource) -> Iterator[Problem]:
    """Properties in which two target groups differ."""
    for path in SAME:
        mine, theirs = first.get(path), other.get(path)
        if str(mine) != str(theirs):  # the engine has numbers where the program has text
            yield Problem(
                f"{path} is {shown(theirs)}, and {shown(mine)} in {first.name}, which shares its traffic; make them "
                "equal",
                path,
                other,
            )


def _split(path: str) -> dict[str, Any]:
    groups = [{"arn": "arn:stable", "weight": 100}, {"arn": "arn:canary", "weight": 0}]
    return {
        "root": (ROOT_TYPE, {}),
        "read": (LISTENER_RULE[0], {"actions": [{"type": "forward", "forward": {"targetGroups": groups}}]}),
        "stable": (TARGET_GROUP[0], {"healthCheck": {"path": "/healthz"}}),
        "canary": (TARGET_GROUP[0], {"healthCheck": {"path": path}}),
    }


RULE = Rule(
    id="rollout-groups-alike",
    title="The canary is judged as the stable fleet is",
    severity=Severity.MEDIUM,
    why="A canary with an easier health check passes where the release would fail.",
    fix="Give both target groups the same port, protocol and health check.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/rule-action-types.html#forward-actions",
    check_stack=check,
    passing=_split("/healthz"),
    failing=_split("/"),
)
