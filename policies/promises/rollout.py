"""A rollout, run through in virtual time, ends with the weights that it should."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import timedelta
from decimal import Decimal
from functools import cached_property, lru_cache
from itertools import pairwise
from typing import Any, Final

from deployment.asl.machine import Execution
from deployment.graph import Resource
from deployment.tokens import CODEDEPLOY_CONFIG, CODEDEPLOY_GROUP, LISTENER_RULE, STATE_MACHINE
from policies.checks import mappings, number
from policies.context import ROOT_TYPE, Context
from policies.examples import each
from policies.finding import Severity
from policies.promises._rehearsal import OTHER, OWN, World, canary_weight, is_rollout, run
from policies.promises._remembered import MOST, remembered
from policies.rule import Problem, Rule
from policies.rules._shapes import shaped, unshaped
from policies.rules._workflows import tasks

STORY: Final = ((10, 6), (50, 12), (100, 0))
"""Percent of the canary, and the hours that it is watched."""
ANNOUNCING: Final = "sns:publish"
LEAST_GROUPS: Final = 2
"""Target groups between which a rule splits traffic."""
FIELDS: Final = {
    "Type": "type",
    "Issuer": "issuer",
    "JwksEndpoint": "jwksEndpoint",
    "Name": "name",
    "Format": "format",
    "Values": "values",
    "TargetGroupArn": "arn",
}
"""What of a listener rule's actions a rollout has to leave alone: as the API writes it, and as Pulumi does."""
NAMES: Final = frozenset(FIELDS.values())


def check(context: Context) -> Iterator[Problem]:
    """What moves the traffic between two target groups does it by the story's steps, and gives it back."""
    moving = list(filter(is_rollout, context.graph.of_type(*STATE_MACHINE)))
    for machine in moving:
        text, names = shaped(str(machine.get("definition")))
        story = story_holds(context)
        for problem in rehearsal(text, story)[0]:
            yield Problem(problem, "definition", machine)
        for rule in changed(unshaped(asked_after(text, story), names), context):
            yield Problem(
                f"a rollout leaves other actions on {rule.name} than are declared: the checks of the token, or the "
                "target groups, change with the weights",
                "definition",
                machine,
            )
    deployed = [steps_of(group, context) for group in context.graph.of_type(*CODEDEPLOY_GROUP)]
    if context.once(splitting) and not moving and not any(deployed):
        yield Problem(
            "nothing moves traffic to a new release by the story's steps (10 % for 6 h, 50 % for 12 h, then all) and "
            "takes it back on an alarm; add a state machine that sets the weights, or an aws.codedeploy.DeploymentGroup"
        )


def splitting(context: Context) -> list[Resource]:
    """Listener rules that split traffic between target groups."""
    return [
        rule
        for rule in context.graph.of_type(*LISTENER_RULE)
        if len(rule.all("actions[*].forward.targetGroups[*].arn")) >= LEAST_GROUPS
    ]


@lru_cache(maxsize=MOST)
def asked_after(text: str, story: bool) -> dict[str, list[list[Any]]]:
    """ARN of a listener rule -> the essence of the actions that it is left with when all is well."""
    return {arn: list(map(list, essence(actions))) for arn, actions in rehearsal(text, story)[1].items()}


def changed(left: Mapping[str, Any], context: Context) -> Iterator[Resource]:
    """Listener rules that are left with others than the declared actions, weights aside: `left` tells their essence.

    A rule whose neighbour on the listener is moved has to move with it.
    """
    rules = context.once(by_arn)
    listeners = {rules[arn].get("listenerArn") for arn in left if arn in rules}
    for listener in sorted(map(str, listeners)):
        for rule in context.once(by_listener).get(listener, ()):
            found = map(tuple, left.get(str(rule.outputs.get("arn")), ()))
            if sorted(found, key=str) != essence(rule.get("actions")):
                yield rule


def by_arn(context: Context) -> dict[str, Resource]:
    """ARN -> listener rule that splits traffic."""
    return {arn: rule for rule in context.once(splitting) if isinstance(arn := rule.outputs.get("arn"), str)}


def by_listener(context: Context) -> dict[str, list[Resource]]:
    """Listener -> its rules that split traffic."""
    found: dict[str, list[Resource]] = {}
    for rule in context.once(by_arn).values():
        found.setdefault(str(rule.get("listenerArn")), []).append(rule)
    return found


def essence(actions: Any) -> list[tuple[str, Any]]:
    """Who is asked for what, and where requests go: `actions` as the API writes them, or as Pulumi does."""
    return sorted(_asked(actions), key=str)


def _asked(actions: Any) -> Iterator[tuple[str, Any]]:
    if isinstance(actions, Mapping):
        for key, value in actions.items():
            name = FIELDS.get(str(key), str(key))
            if name in NAMES and not isinstance(value, Mapping):
                yield name, value
            else:
                yield from _asked(value)
    elif isinstance(actions, list):
        for item in actions:
            yield from _asked(item)


def steps_of(group: Resource, context: Context) -> bool:
    """True when CodeDeploy shifts traffic no faster than the story does, and goes back on an alarm."""
    rolls_back = "DEPLOYMENT_STOP_ON_ALARM" in group.all("autoRollbackConfiguration.events[*]")
    watched = bool(group.all("alarmConfiguration.alarms[*]")) and group.get("alarmConfiguration.enabled") is not False
    routings = [
        routing
        for config in context.graph.of_type(*CODEDEPLOY_CONFIG)
        if group.get("deploymentConfigName") in (config.outputs.get("id"), config.get("deploymentConfigName"))
        for routing in mappings(config.get("trafficRoutingConfig"))
    ]
    return rolls_back and watched and any(slow_enough(routing) for routing in routings)


def slow_enough(routing: Mapping[str, Any]) -> bool:
    """True when at no time more of the traffic has moved than by the story's steps."""
    canary, linear = (mappings(routing.get(key)) for key in ("timeBasedCanary", "timeBasedLinear"))
    given = (canary or linear or [{}])[0]
    percent, minutes = number(given.get("percentage")), number(given.get("interval"))
    if not percent or not minutes:
        return False
    moved, at = percent, Decimal(0)
    while moved < ALL:
        most = next((most for most, until in LIMITS if at < until * 60), ALL)
        if moved > most:
            return False
        at += minutes
        moved = Decimal(ALL) if canary else moved + percent
    return at >= LIMITS[-1][1] * 60


ALL: Final = 100
LIMITS: Final = ((10, 6), (50, 18))
"""Most percent of the traffic before so many hours have passed."""


def story_holds(context: Context) -> bool:
    """True when the stack's own steps are the story's, so that their hours hold too."""
    rollout = (context.cost_basis or {}).get("rollout")
    steps = mappings(rollout.get("steps")) if isinstance(rollout, Mapping) else []
    declared = [(number(step.get("percent")), number(step.get("holdSeconds"))) for step in steps]
    return declared == [(Decimal(percent), Decimal(hours * 3600)) for percent, hours in STORY]


@dataclass(frozen=True)
class Rollout:
    """What is rehearsed."""

    document: Mapping[str, Any]
    story: bool
    """Whether its steps are the story's."""

    @cached_property
    def well(self) -> tuple[Execution, World]:
        """How it goes when all is well, and what it leaves; run once, for several scenarios go just so."""
        world = World()
        return run(self.document, {}, world), world


@remembered
def rehearsal(text: str, story: bool) -> tuple[tuple[str, ...], dict[str, Any]]:
    """What goes wrong in the scenarios, one message a scenario; and ARN of a listener rule -> the actions that it is
    left with when all is well."""
    rollout = Rollout(json.loads(text), story)
    found = []
    for name, judge in SCENARIOS.items():
        problem = judge(rollout)
        if problem:
            found.append(f"rehearsed: {name}: {problem}")
    return tuple(found), rollout.well[1].rules


def healthy(rollout: Rollout) -> str:
    """All is well: the canary gets all, by the steps, each watched for its hours, and the flag follows."""
    execution, world = rollout.well
    if problem := ended_with(execution, world, 100, "SUCCEEDED"):
        return problem
    steps = list(dict.fromkeys(weight for _, _, weight in world.weights))
    if steps != sorted(steps) or len(steps) < 2:
        return f"the canary gets {steps} %"
    if len(world.done("appconfig:startDeployment")) < len(steps):
        return "the flag is not switched at each step"
    if len(world.done(ANNOUNCING)) < len(steps):
        return "a step is not announced"
    if 2 not in world.sizes:
        return "the canary is not made as large as the stable fleet"
    if rollout.story:
        moments = {weight: moment for moment, _, weight in reversed(world.weights)}
        for (percent, hours), (later, _) in pairwise(STORY):
            if percent not in moments or later not in moments:
                return f"the canary gets {steps} %, not {[one for one, _ in STORY]}"
            if moments[later] - moments[percent] < timedelta(hours=hours):
                return f"{percent} % is watched for {moments[later] - moments[percent]}, not for {hours} h"
            if moments[later] - moments[percent] > timedelta(hours=hours + 2):
                return f"{percent} % is watched for {moments[later] - moments[percent]}, and should be for {hours} h"
    return ""


def back(**state: Any) -> Callable[[Rollout], str]:
    """Something turns bad while the canary has traffic: the stable fleet gets all of it back."""

    def judge(rollout: Rollout) -> str:
        world, named = World(), _parameters(rollout.document)

        def worsen(one: World) -> None:
            if one.weights and one.now - one.weights[0][0] > timedelta(minutes=10):
                for key, value in state.items():
                    if key == "control":
                        one.parameters = dict.fromkeys((*one.parameters, *named), value)
                    else:
                        setattr(one, key, value)

        execution = run(rollout.document, {}, world, worsen)
        return rolled_back(execution, world)

    return judge


def never(**state: Any) -> Callable[[Rollout], str]:
    """Bad from the start: the canary gets no traffic at all."""

    def judge(rollout: Rollout) -> str:
        world = World(**state)
        execution = run(rollout.document, {}, world)
        if any(weight > 0 for _, _, weight in world.weights):
            return "the canary gets traffic all the same"
        if execution.status == "SUCCEEDED":
            return "it ends as if all were well"
        return "" if world.done(ANNOUNCING) else "nobody is told"

    return judge


def transient(rollout: Rollout) -> str:
    """Every call fails twice, and works the third time: nothing comes of it."""
    world = World(failing=lambda call, times: times < 2)
    return ended_with(run(rollout.document, {}, world), world, 100, "SUCCEEDED")


def permanent(rollout: Rollout) -> str:
    """One call fails for good, once the canary has traffic: it gets none, or all; nothing in between stays."""
    calls = sorted({f"{one}" for one in _calls(rollout.document)})
    for failing in calls:
        if failing.startswith("elasticloadbalancingv2:") and failing.endswith("Rule"):
            continue  # without it nobody can set weights; the machine says so and fails
        execution, world = rollout.well
        if failing in world.made_since:  # else all goes as well as if it worked
            world = World(refused=failing)
            execution = run(rollout.document, {}, world)
        final = {canary_weight(actions) for actions in world.rules.values()}
        if execution.status == "SUCCEEDED" and final == {100}:
            continue
        if execution.status != "FAILED" or final - {0}:
            return f"when {failing} fails for good, it ends as {execution.status} with {sorted(final)} % at the canary"
    return ""


def waiting(rollout: Rollout) -> str:
    """A window stops the clock, and so does somebody who holds: neither goes on, nor rolls back."""
    held, named = World(), _parameters(rollout.document)

    def hold(one: World) -> None:
        since = one.now - one.weights[0][0] if one.weights else timedelta(0)
        for name in named:
            one.parameters[name] = ""
        if timedelta(minutes=30) < since <= timedelta(hours=2):
            one.parameters = dict.fromkeys(named, "open")
        elif timedelta(hours=2) < since < timedelta(hours=4):
            one.parameters = dict.fromkeys(named, "hold")

    execution = run(rollout.document, {}, held, hold)
    if problem := ended_with(execution, held, 100, "SUCCEEDED"):
        return problem
    longer = held.now - rollout.well[1].now
    return (
        ""
        if longer >= timedelta(hours=3)
        else f"it goes on in a window or while it is held: {longer} later instead of 3 h"
    )


def alone(rollout: Rollout) -> str:
    """Another rollout runs: this one touches nothing."""
    world = World(running=(OWN, OTHER))
    execution = run(rollout.document, {}, world)
    if world.done("elasticloadbalancingv2:modifyRule") or world.sizes:
        return "it changes weights or sizes beside the one that runs"
    return "" if execution.status == "FAILED" else "it does not say that it was refused"


def recovered(rollout: Rollout) -> str:
    """Started to abort: all traffic goes to the stable fleet, and a running rollout is told."""
    world = World()
    execution = run(rollout.document, {"action": "abort"}, world)
    if not any(call.get("Value") not in (None, "run") for call in world.done("ssm:putParameter")):
        return "a rollout that runs is not told to abort"
    return rolled_back(execution, world)


def rolled_back(execution: Execution, world: World) -> str:
    """What a rollback left behind."""
    final = {canary_weight(actions) for actions in world.rules.values()}
    if execution.status != "FAILED" or final != {0}:
        return f"it ends as {execution.status} with {sorted(final)} % at the canary; the stable fleet should have all"
    versions = [call.get("ConfigurationVersion") for call in world.done("appconfig:startDeployment")]
    if not versions:
        return "the flag is not switched off"
    if world.sizes[-1:] != [0]:
        return "the canary is not emptied"
    told = world.done(ANNOUNCING)
    return "" if told else "nobody is told"


def ended_with(execution: Execution, world: World, percent: int, status: str) -> str:
    """What is wrong with the end of a run."""
    final = {canary_weight(actions) for actions in world.rules.values()}
    if execution.status != status or final != {percent}:
        why = f" ({execution.error})" if execution.error else ""
        return (
            f"it ends as {execution.status}{why} with {sorted(final)} % at the canary, not as {status} with {percent} %"
        )
    return ""


def _calls(document: Mapping[str, Any]) -> Iterator[str]:
    for task in tasks(document):
        parts = str(task.state.get("Resource")).split(":")
        yield ":".join(parts[-2:])


def _parameters(document: Mapping[str, Any]) -> list[str]:
    names = [
        task.state["Parameters"].get("Name")
        for task in tasks(document)
        if task.action == "ssm:GetParameter" and isinstance(task.state.get("Parameters"), Mapping)
    ]
    return list(dict.fromkeys(name for name in names if isinstance(name, str)))


SCENARIOS: Final[dict[str, Callable[[Rollout], str]]] = {
    "all is well": healthy,
    "an alarm goes off": back(alarm="ALARM"),
    "an alarm is gone": back(alarms_missing=1),
    "somebody aborts": back(control="abort"),
    "the canary is slow": back(latency=5.0),
    "the canary dies": back(canary_alive=False),
    "too few requests for a verdict": back(samples=3),
    "the canary is never healthy": never(healthy=False),
    "an alarm is on before it starts": never(alarm="ALARM"),
    "calls fail for a moment": transient,
    "a call fails for good": permanent,
    "a window opens, then somebody holds": waiting,
    "another rollout runs": alone,
    "it is started to abort": recovered,
}

_BROKEN: Final[dict[str, Any]] = {
    "StartAt": "Set",
    "States": {
        "Set": {"Type": "Task", "Resource": "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule", "End": True}
    },
}
_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "read": (LISTENER_RULE[0], {"actions": [{"forward": {"targetGroups": [{"arn": "a"}, {"arn": "b"}]}}]}),
    "speed": (
        CODEDEPLOY_CONFIG[0],
        {"trafficRoutingConfig": {"type": "TimeBasedLinear", "timeBasedLinear": {"percentage": 5, "interval": 360}}},
    ),
    "release": (
        CODEDEPLOY_GROUP[0],
        {
            "deploymentConfigName": "id:speed",
            "autoRollbackConfiguration": {"enabled": True, "events": ["DEPLOYMENT_STOP_ON_ALARM"]},
            "alarmConfiguration": {"enabled": True, "alarms": ["p95"]},
        },
    ),
}
_OTHERS: Final = [{"TargetGroupArn": "x", "Weight": 0}, {"TargetGroupArn": "y", "Weight": 100}]
_MOVING: Final = {
    **_BROKEN["States"]["Set"],
    "Parameters": {"RuleArn": "arn:read", "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": _OTHERS}}]},
}
_SPEED: Final = "speed.trafficRoutingConfig"

RULE = Rule(
    id="rollout-rehearsed",
    title="A rollout goes by 10, 50 and 100 %, and back when something is wrong",
    severity=Severity.CRITICAL,
    why="A rollback that was never run is a hope; here it is, before each deployment.",
    fix="Correct the states that the scenario in the message goes through, or the steps of the deployment.",
    source="docs/architecture.md, rollout",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    also_passing=({"root": (ROOT_TYPE, {})},),
    failing={"root": (ROOT_TYPE, {}), "rollout": (STATE_MACHINE[0], {"definition": json.dumps(_BROKEN)})},
    also_failing=each(
        _GOOD,
        {"release": None},
        {"rollout": (STATE_MACHINE[0], {"definition": json.dumps({"StartAt": "Set", "States": {"Set": _MOVING}})})},
        {f"{_SPEED}.timeBasedLinear.percentage": 20},
        {f"{_SPEED}.timeBasedLinear.interval": 10},
        {f"{_SPEED}.timeBasedLinear": None, f"{_SPEED}.timeBasedCanary": {"percentage": 10, "interval": 360}},
        {"release.alarmConfiguration.alarms": []},
        {"release.autoRollbackConfiguration.events": ["DEPLOYMENT_FAILURE"]},
    ),
)
