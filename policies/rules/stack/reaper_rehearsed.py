"""The reaper, run through in virtual time, removes what outlives its session."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import lru_cache
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    LOAD_BALANCER,
    METRIC_ALARM,
    SCALING_GROUP,
    SCHEDULE,
    SERVERLESS_CACHE,
    STATE_MACHINE,
    WEB_ACL,
)
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._rehearsal import World, run
from policies.rules._tags import tags_of
from policies.rules._workflows import definition, literals, tasks

ACCOUNT: Final = "us-east-1:123456789012"
FOUND: Final = {
    "elasticloadbalancing:loadbalancer/app": (
        f"arn:aws:elasticloadbalancing:{ACCOUNT}:loadbalancer/app/edge/1",
        "elasticloadbalancingv2:deleteLoadBalancer",
        "edge",
    ),
    "wafv2:regional/webacl": (f"arn:aws:wafv2:{ACCOUNT}:regional/webacl/acl/2", "wafv2:deleteWebACL", "acl"),
    "elasticache:serverlesscache": (
        f"arn:aws:elasticache:{ACCOUNT}:serverlesscache:cache-3",
        "elasticache:deleteServerlessCache",
        "cache-3",
    ),
    "elasticache:replicationgroup": (
        f"arn:aws:elasticache:{ACCOUNT}:replicationgroup:nodes-4",
        "elasticache:deleteReplicationGroup",
        "nodes-4",
    ),
    "cloudwatch:alarm": (f"arn:aws:cloudwatch:{ACCOUNT}:alarm:slow-5", "cloudwatch:deleteAlarms", "slow-5"),
}
"""Kind that the tagging API filters by -> an ARN of it, the call that removes it, and what the call has to name."""
KINDS: Final = {
    "elasticloadbalancing:loadbalancer/app": LOAD_BALANCER,
    "wafv2:regional/webacl": WEB_ACL,
    "elasticache:serverlesscache": SERVERLESS_CACHE,
    "cloudwatch:alarm": METRIC_ALARM,
}
ALWAYS: Final = ("elasticloadbalancing:loadbalancer/app", "wafv2:regional/webacl", "cloudwatch:alarm")


def check(context: Context) -> Iterator[Problem]:
    """What carries the stack's tags is found and removed, each without waiting for another."""
    uptime = (context.cost_basis or {}).get("uptime")
    name = uptime.get("reaper") if isinstance(uptime, Mapping) else None
    for schedule in context.graph.of_type(*SCHEDULE):
        if name is None or schedule.name != name:
            continue
        for machine in context.graph.referenced(schedule, "target.arn", *STATE_MACHINE):
            text, document = machine.get("definition"), definition(machine)
            if document is None or not isinstance(text, str):
                continue
            wanted = set(filters_of(document))
            kinds = tuple(
                sorted(kind for kind, types in KINDS.items() if kind in ALWAYS or context.graph.of_type(*types))
            )
            for problem in rehearsal(text, kinds):
                yield Problem(f"rehearsed: {problem}", "definition", machine)
            yield from hidden(machine, wanted, context)


@lru_cache(maxsize=64)
def rehearsal(text: str, kinds: tuple[str, ...]) -> tuple[str, ...]:
    """What goes wrong when a session was forgotten, and when none was."""
    document = json.loads(text)
    asked = set(literals(document))
    found = [f"it does not look for {kind}" for kind in kinds if kind not in asked]
    given = [FOUND[kind] for kind in FOUND if kind in asked]
    arns = tuple(arn for arn, _, _ in given)
    world = World(resources=arns, groups=("fleet",), failing=lambda call, times: times < 2)
    execution = run(document, {}, world)
    if execution.status != "SUCCEEDED":
        found.append(f"with everything left it ends as {execution.status} ({execution.error}) though calls recover")
    for _, call, named in given:
        if not any(named in json.dumps(parameters) for parameters in world.done(call)):
            found.append(f"{call} is not called for what is left")
    emptied = world.done("autoscaling:updateAutoScalingGroup")
    if not any(one.get("MaxSize") == one.get("DesiredCapacity") == one.get("MinSize") == 0 for one in emptied):
        found.append("the fleets are not emptied")
    if any(one.get("AutoScalingGroupName") != "fleet" for one in emptied):
        found.append("another group than the stack's is emptied")
    if not world.done("sns:publish"):
        found.append("nobody is told")
    if not world.done("cloudwatch:deleteDashboards"):
        found.append("the dashboard stays")
    for _, call, _ in given:
        others = World(resources=arns, groups=("fleet",))
        others.failing = lambda made, times, bad=call: made == bad  # type: ignore[misc]
        ended = run(document, {}, others)
        left = [other for _, other, _ in given if other != call and not others.done(other)]
        if ended.status != "SUCCEEDED" or left:
            found.append(
                f"when {call} fails for good, it ends as {ended.status} and leaves {', '.join(left) or 'the rest'}"
            )
    empty = World()
    if run(document, {}, empty).status != "SUCCEEDED" or [
        one for one in empty.made if "elete" in one or "update" in one
    ]:
        found.append("with nothing left it fails, or removes something")
    return tuple(found)


def filters_of(document: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """(tag, value) that the machine looks for, in whichever form the call takes."""
    for task in tasks(document):
        parameters = task.state.get("Parameters")
        if not isinstance(parameters, Mapping):
            continue
        for one in (*_list(parameters.get("Filters")), *_list(parameters.get("TagFilters"))):
            key = str(one.get("Key") or str(one.get("Name")).removeprefix("tag:"))
            for value in _list_of_text(one.get("Values")):
                yield key, value


def hidden(machine: Resource, wanted: set[tuple[str, str]], context: Context) -> Iterator[Problem]:
    """Resources that the reaper would not find, and a reaper that would find those of others."""
    if not wanted:
        yield Problem("it looks for no tags, so it would remove what belongs to others", "definition", machine)
        return
    keys = {key for key, _ in wanted}
    if len(keys) < len(wanted) or len(keys) < LEAST_TAGS:
        yield Problem(
            f"it looks for {', '.join(map('='.join, sorted(wanted)))}; ask for project and stack, one value each",
            "definition",
            machine,
        )
    for resource in context.graph.of_type(*LOAD_BALANCER, *WEB_ACL, *SERVERLESS_CACHE, *SCALING_GROUP, *METRIC_ALARM):
        tags = tags_of(resource, context)
        for key, value in sorted(wanted):
            if tags is not None and tags.get(key) != value:
                yield Problem(
                    f"the reaper looks for {key}={value}, and this has {tags.get(key)}: it would outlive every session",
                    "tags",
                    resource,
                )


LEAST_TAGS: Final = 2


def _list(value: Any) -> list[Mapping[str, Any]]:
    return [one for one in value if isinstance(one, Mapping)] if isinstance(value, list) else []


def _list_of_text(value: Any) -> list[str]:
    return [one for one in value if isinstance(one, str)] if isinstance(value, list) else []


_IDLE: Final = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
_UPTIME: Final = {"costBasis": {"uptime": {"reaper": "reaper", "sessionsPerMonth": 10, "hoursPerSession": 3}}}

RULE = Rule(
    id="uptime-reaper-rehearsed",
    title="A reaper that is run through in virtual time removes what is left",
    severity=Severity.HIGH,
    why="A session that nobody ends costs a month's budget in two days; a reaper that was never run is found out then.",
    fix="Correct the states, filters or tags that the message names.",
    source="docs/architecture.md, uptime",
    check_stack=check,
    passing={"root": (ROOT_TYPE, _UPTIME)},
    failing={
        "root": (ROOT_TYPE, _UPTIME),
        "reaper": (SCHEDULE[0], {"target": {"arn": "arn:machine"}}),
        "machine": (STATE_MACHINE[0], {"definition": _IDLE}),
    },
)
