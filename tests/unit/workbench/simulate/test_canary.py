"""Whose second fleet is a canary, and whose is another service."""

import pytest

from deployment.errors import InputError
from deployment.reader import graph_from_json
from workbench.simulate.options import SimulationOptions
from workbench.simulate.reading import read
from workbench.simulate.scenario import Scenario, prepare

GROUP, TARGETS = "aws:autoscaling/group:Group", "aws:lb/targetGroup:TargetGroup"
SIZES = {"minSize": 1, "maxSize": 2, "desiredCapacity": 1}


@pytest.fixture
def stack(stack_resource):
    """`stack(fleets, *forwards)`: groups with a target group each, and listener rules that forward by weights."""

    def arn(name):
        return f"arn:aws:test:us-east-1:123456789012:{name}"

    def made(fleets, *forwards, kind="rule"):
        resources = []
        for name, has_targets in fleets.items():
            resources.append(stack_resource(TARGETS, f"{name}-targets", {}, arnSuffix=f"targetgroup/{name}/1"))
            arns = [arn(f"{name}-targets")] if has_targets else []
            resources.append(stack_resource(GROUP, name, {**SIZES, "targetGroupArns": arns}))
        for index, weights in enumerate(forwards):
            groups = [{"arn": arn(f"{name}-targets"), "weight": weight} for name, weight in weights.items()]
            action = [{"type": "forward", "forward": {"targetGroups": groups}}]
            token, path = {
                "rule": ("aws:lb/listenerRule:ListenerRule", "actions"),
                "listener": ("aws:alb/listener:Listener", "defaultActions"),
            }[kind]
            resources.append(stack_resource(token, f"forward-{index}", {path: action}))
        return graph_from_json({"version": 3, "deployment": {"resources": resources}}, "x")

    return made


@pytest.mark.parametrize(
    ("fleets", "forwards", "found"),
    [
        pytest.param(("web", "api"), ({"web": 1}, {"api": 1}), ["web"], id="two services"),
        pytest.param(("web", "api"), (), ["web"], id="nothing forwards"),
        pytest.param(("web", "web-canary"), (), ["web", "web-canary"], id="by name"),
        pytest.param(("web-canary", "web"), ({"web": 0, "web-canary": 100},), ["web", "web-canary"], id="name first"),
        pytest.param(("next", "now"), ({"next": 10, "now": 90},), ["now", "next"], id="by weight"),
        pytest.param(("blue", "green"), ({"blue": 50, "green": 50},), ["blue", "green"], id="halves, as declared"),
        pytest.param(("jobs", "a", "b"), ({"a": 1, "b": 0},), ["a", "b"], id="others beside"),
        pytest.param(("canary",), (), ["canary"], id="alone, whatever its name"),
    ],
)
@pytest.mark.parametrize("kind", ["rule", "listener"])
def test_a_canary_shares_the_requests_of_a_service(stack, fleets, forwards, found, kind):
    declared = read(stack(dict.fromkeys(fleets, True), *forwards, kind=kind))
    assert [each.name for each in declared.fleets] == found
    noted = {note.split(":")[0] for note in declared.notes if "stands and costs" in note}
    assert noted == set(fleets) - set(found)


def test_what_no_load_balancer_reaches_is_no_service(stack):
    assert [each.name for each in read(stack({"jobs": False, "web": True})).fleets] == ["web"]
    assert [each.name for each in read(stack({"jobs": False, "other": False})).fleets] == ["jobs"]


def test_two_services_have_no_canary_to_send_requests_to(stack):
    scenario = Scenario(options=SimulationOptions(canary_percent=10.0))
    with pytest.raises(InputError, match="declares no second fleet that could be the canary"):
        prepare(stack({"web": True, "api": True}), scenario)
