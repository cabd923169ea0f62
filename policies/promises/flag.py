"""The feature flag follows the rollout: on for as many as the canary serves, and off again when it goes back."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import APPCONFIG_DEPLOYMENT, APPCONFIG_VERSION, STATE_MACHINE
from policies.context import ROOT_TYPE, Context
from policies.examples import but, each
from policies.finding import Severity
from policies.promises._rehearsal import World, is_rollout, run
from policies.promises._remembered import remembered
from policies.rule import Problem, Rule
from policies.rules._shapes import shape

SWITCHING: Final = "appconfig:startDeployment"
LATER: Final = timedelta(minutes=10)


def check(context: Context) -> Iterator[Problem]:
    """Run a rollout through: each step switches the flag to a version of its own, and a rollback to the one at rest."""
    at_rest = [str(one.get("configurationVersion")) for one in context.graph.of_type(*APPCONFIG_DEPLOYMENT)]
    numbered = {str(one.outputs.get("versionNumber")) for one in context.graph.of_type(*APPCONFIG_VERSION)}
    for one in filter(is_rollout, context.graph.of_type(*STATE_MACHINE)):
        yield from flag_problems(one, at_rest, told_apart=len(numbered) > 1)


def flag_problems(resource: Resource, at_rest: list[str], *, told_apart: bool) -> Iterator[Problem]:
    """What the flag does while traffic moves forward, and back.

    AWS numbers the versions as they are made; in an offline preview all have the same number (`told_apart` false),
    and deployments are counted.
    """
    weights, switched, back = switching(shape(str(resource.get("definition"))))
    steps = set(weights) - {0}
    count = len(set(switched) - set(at_rest)) if told_apart else len(switched)
    if count < len(steps):
        yield Problem(
            f"a rollout in {len(steps)} steps switches the flag to {count} versions; start a deployment of a "
            "version for each step",
            "definition",
            resource,
        )
    if list(back[-1:]) != at_rest[:1]:
        yield Problem(
            f"after a rollback the flag is at version {', '.join(back[-1:]) or 'that it had'}, and at rest it is at "
            f"{', '.join(at_rest) or 'none: add an aws.appconfig.Deployment'}; make them equal",
            "definition",
            resource,
        )


@remembered
def switching(text: str) -> tuple[tuple[int, ...], tuple[str, ...], tuple[str, ...]]:
    """(weights of the canary, versions of the flag when all is well, and when it is not) of a rollout."""
    well, ill = World(), World()
    run(json.loads(text), {}, well)
    run(json.loads(text), {}, ill, sicken)
    versions = [tuple(str(call.get("ConfigurationVersion")) for call in world.done(SWITCHING)) for world in (well, ill)]
    return tuple(sorted({weight for _, _, weight in well.weights})), versions[0], versions[1]


def sicken(world: World) -> None:
    """Alarms go off some time after the canary has got traffic."""
    if world.weights and world.now - world.weights[0][0] > LATER:
        world.alarm = "ALARM"


def _machine(*versions: str) -> dict[str, str]:
    """A rollout of one step, with the versions of the flag for: the step, the end, and the way back."""

    def call(name: str, following: str | None, **parameters: Any) -> dict[str, Any]:
        way = {"Next": following} if following else {"End": True}
        return {"Type": "Task", "Resource": f"arn:aws:states:::aws-sdk:{name}", "Parameters": parameters, **way}

    def weight(percent: int, following: str | None) -> dict[str, Any]:
        groups = [{"Weight": 100 - percent}, {"Weight": percent}]
        actions = [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]
        return call("elasticloadbalancingv2:modifyRule", following, RuleArn="arn:read", Actions=actions)

    step, end, back = (
        call("appconfig:startDeployment", following, ConfigurationVersion=version)
        for version, following in zip(versions, ("Some", "All", "None"), strict=True)
    )
    alarmed = {"Variable": "$.MetricAlarms[0].StateValue", "StringEquals": "ALARM", "Next": "Back"}
    states = {
        "Step": step,
        "Some": weight(10, "Hold"),
        "Hold": {"Type": "Wait", "Seconds": 3600, "Next": "Look"},
        "Look": call("cloudwatch:describeAlarms", "Well?", AlarmNames=["p95"]),
        "Well?": {"Type": "Choice", "Choices": [alarmed], "Default": "End"},
        "End": end,
        "All": weight(100, None),
        "Back": back,
        "None": weight(0, None),
    }
    return {"definition": json.dumps({"StartAt": "Step", "States": states})}


_GOOD: Final[dict[str, Any]] = {
    "root": (ROOT_TYPE, {}),
    "rollout": (STATE_MACHINE[0], _machine("2", "3", "1")),
    "off": (APPCONFIG_DEPLOYMENT[0], {"configurationVersion": "1"}),
    "0-percent": (APPCONFIG_VERSION[0], {"versionNumber": 1}),
    "10-percent": (APPCONFIG_VERSION[0], {"versionNumber": 2}),
}

RULE = Rule(
    id="rollout-flag-watched",
    title="The feature flag follows the rollout, and is off again when it goes back",
    severity=Severity.HIGH,
    why="The flag is the fastest way back: it needs no deployment.",
    fix="Have the rollout deploy the flag's version for each step, and the one at rest in a rollback.",
    source="https://docs.aws.amazon.com/appconfig/latest/userguide/appconfig-deploying.html",
    check_stack=check,
    walks=True,
    passing=_GOOD,
    failing=but(_GOOD, {"rollout": (STATE_MACHINE[0], _machine("2", "2", "1"))}),
    also_failing=each(
        _GOOD, {"off.configurationVersion": "9"}, {"rollout": (STATE_MACHINE[0], _machine("2", "3", "2"))}
    ),
)
