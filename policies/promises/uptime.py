"""The reaper, run through in virtual time, removes what outlives its session."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator, Mapping
from decimal import Decimal
from itertools import pairwise
from typing import Any, Final

from cost.uptime import MONTH_HOURS
from deployment.graph import Resource
from deployment.tokens import (
    CACHE_CLUSTER,
    INSTANCE,
    LOAD_BALANCER,
    METRIC_ALARM,
    NAT_GATEWAY,
    REPLICATION_GROUP,
    SCALING_GROUP,
    SCHEDULE,
    SERVERLESS_CACHE,
    STATE_MACHINE,
    WEB_ACL,
)
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.examples import but
from policies.finding import Severity
from policies.promises._cron import DAYS, minutes_of_week
from policies.promises._rehearsal import World, run
from policies.promises._remembered import remembered
from policies.rule import Problem, Rule
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
HOURLY: Final = (
    *LOAD_BALANCER,
    *SCALING_GROUP,
    *WEB_ACL,
    *SERVERLESS_CACHE,
    *REPLICATION_GROUP,
    *CACHE_CLUSTER,
    *INSTANCE,
    NAT_GATEWAY[0],
)
"""Types that are billed by the hour, and that parking takes away."""
ON: Final = ("ENABLED", None)
DAY_MINUTES: Final = 1_440


def check(context: Context) -> Iterator[Problem]:
    """Let a session be forgotten: something looks at its end and on every day, and removes what is billed."""
    uptime = (context.cost_basis or {}).get("uptime")
    if not isinstance(uptime, Mapping):
        return
    if context.parked:
        yield from standing(context)
        return
    hours, sessions = number(uptime.get("hoursPerSession")), number(uptime.get("sessionsPerMonth"))
    if hours is None or sessions is None or hours * sessions >= MONTH_HOURS:
        return
    reapers = [one for one in context.graph.of_type(*SCHEDULE) if one.name == uptime.get("reaper")]
    enders = [
        (reaper, machine)
        for reaper in reapers
        if reaper.get("state") in ON
        for machine in context.graph.referenced(reaper, "target.arn", *STATE_MACHINE)
    ]
    if not enders:
        yield Problem(
            f"{hours * sessions} hours a month are declared, and nothing ends them: "
            f"{told(uptime.get('reaper'))}; without it the stack stays up, and 730 hours are priced",
            resource=reapers[0] if reapers else None,
        )
    for reaper, machine in enders:
        yield from late(reaper, machine, hours, context)
        text, document = machine.get("definition"), definition(machine)
        if document is not None and isinstance(text, str):
            kinds = tuple(
                sorted(kind for kind, types in KINDS.items() if kind in ALWAYS or context.graph.of_type(*types))
            )
            for problem in rehearsal(text, kinds):
                yield Problem(f"rehearsed: {problem}", "definition", machine)
            yield from hidden(machine, set(filters_of(document)), context)


def told(name: Any) -> str:
    """What is missing."""
    return (
        "no reaper is in the stack"
        if name is None
        else f"no enabled schedule {shown(name)} starts a state machine of this stack"
    )


def standing(context: Context) -> Iterator[Problem]:
    """What is billed by the hour in a parked stack."""
    for resource in context.graph.of_type(*HOURLY):
        if resource.type not in SCALING_GROUP or number(resource.get("maxSize")) != 0:
            yield Problem(
                f"{resource.name} is billed by the hour although the stack is parked; drop it", resource=resource
            )


def late(reaper: Resource, machine: Resource, hours: Decimal, context: Context) -> Iterator[Problem]:
    """Sessions that outlive their declared end, and days on which nothing ends one."""
    looks = looks_of(reaper)
    if looks is None:
        return
    apart = [later - earlier for earlier, later in pairwise(looks) if earlier // DAY_MINUTES == later // DAY_MINUTES]
    longest, usual = (max(apart), Counter(apart).most_common(1)[0][0]) if apart else (0, DAY_MINUTES)
    if longest > hours * 60 + usual:
        yield Problem(
            f"{longest / 60:g} h lie between two looks on a day with a session of {hours} h; look at its end, and "
            "every few hours before and after",
            "scheduleExpression",
            reaper,
        )
    others = context.pointing_at(machine, "target.arn", *SCHEDULE)
    days = {minute // DAY_MINUTES for one in others if one.get("state") in ON for minute in looks_of(one) or ()}
    missing = [name for day, name in enumerate(DAYS) if day not in days]
    if missing:
        yield Problem(
            f"on {', '.join(missing)} nothing ends a session that was forgotten; add an aws.scheduler.Schedule",
            "scheduleExpression",
            reaper,
        )


def looks_of(schedule: Resource) -> tuple[int, ...] | None:
    """Minutes of the week at which `schedule` comes round."""
    expression = schedule.get("scheduleExpression")
    return minutes_of_week(expression) if isinstance(expression, str) else None


@remembered
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
        if left:
            found.append(f"when {call} fails for good, it ends as {ended.status} and leaves {', '.join(left)}")
        if ended.status == "SUCCEEDED":
            found.append(
                f"when {call} fails for good, it ends as if all were gone; look again, and fail over what is left"
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


def _stack(definition: str, **reaper: Any) -> dict[str, Any]:
    uptime = {"reaper": "reaper", "sessionsPerMonth": 10, "hoursPerSession": 3}
    daily = {"scheduleExpression": "cron(0 0/3 ? * * *)", "target": {"arn": "arn:machine"}, **reaper}
    return {
        "root": (ROOT_TYPE, {"costBasis": {"uptime": uptime}}),
        "reaper": (SCHEDULE[0], daily),
        "machine": (STATE_MACHINE[0], {"definition": definition}),
    }


def _looking(*tags: str) -> str:
    filters = [{"Key": tag, "Values": ["api"]} for tag in tags]
    look = {
        "Type": "Task",
        "Resource": "arn:aws:states:::aws-sdk:resourcegroupstaggingapi:getResources",
        "Parameters": {"TagFilters": filters},
        "End": True,
    }
    return json.dumps({"StartAt": "Look", "States": {"Look": look}})


_IDLE: Final = json.dumps({"StartAt": "Done", "States": {"Done": {"Type": "Succeed"}}})
_PARKED: Final = {"costBasis": {"uptime": {"parked": True}}}

RULE = Rule(
    id="uptime-reaper-rehearsed",
    title="Declared hours end by themselves, and a parked stack bills nothing by the hour",
    severity=Severity.HIGH,
    why="A session that nobody ends costs a month's budget in two days; a reaper that was never run is found out then.",
    fix="Correct the schedule, states, filters or tags that the message names.",
    source="docs/architecture.md, uptime",
    check_stack=check,
    walks=True,
    passing={"root": (ROOT_TYPE, _PARKED)},
    also_passing=(
        {"root": (ROOT_TYPE, {"costBasis": {"uptime": {"sessionsPerMonth": 31, "hoursPerSession": 24}}})},
        {"root": (ROOT_TYPE, _PARKED), "fleet": (SCALING_GROUP[0], {"maxSize": 0})},
    ),
    failing=_stack(_IDLE),
    also_failing=(
        {"root": (ROOT_TYPE, _PARKED), "alb": (LOAD_BALANCER[0], {})},
        but(_stack(_IDLE), {"reaper": None}),
        but(_stack(_IDLE), {"reaper": None, "root.costBasis.uptime.reaper": None}),
        _stack(_IDLE, state="DISABLED"),
        _stack(_IDLE, scheduleExpression="cron(0 0,12 ? * MON *)"),
        _stack(_IDLE, scheduleExpression="cron(0 0,3,6,9,21 ? * * *)"),
        _stack(_looking("Project")),
        {**_stack(_looking("Project", "Stack")), "alb": (LOAD_BALANCER[0], {"tags": {"Project": "api"}})},
    ),
)
