"""The components as a Pulumi package: its schema says all, and inputs make the arguments or say what is wrong."""

import dataclasses
import json
import re
from datetime import datetime
from decimal import Decimal
from pathlib import Path

import pulumi
import pytest
import yaml
from pulumi.errors import InputPropertyError

from components.edge.firewall import FirewallArgs
from components.edge.request_checks import BearerToken, Claim
from components.hosted import analysis
from components.hosted.analysis import arguments_of, defaults_of, hints
from components.hosted.building import built
from components.hosted.provider import FAMILIES, Hosted, schema
from components.kubernetes.track import TrackArgs
from components.operations.budget_guard import BudgetGuardArgs
from components.operations.maintenance import Maintenance, MaintenanceArgs
from components.operations.maintenance_page import Page
from components.rollout.canary_rollout import CanaryRollout, CanaryRolloutArgs
from components.rollout.feature_flag import FeatureFlag
from components.rollout.sizing import GroupSizing

ROOT = Path(__file__).parents[3]
PLACE = re.compile(r"\$\{([^}]+)\}")


@pytest.fixture(scope="module")
def package():
    return schema()


def everything(package):
    """(where, definition) of all inputs, outputs and properties of types, and what their lists and objects hold."""
    holders = {**package["types"], **package["resources"]}
    todo = [
        (f"{token}.{name}", one)
        for token, holder in holders.items()
        for section in ("properties", "inputProperties")
        for name, one in holder.get(section, {}).items()
    ]
    while todo:
        where, one = todo.pop()
        yield where, one
        todo += [(f"{where}[]", one[key]) for key in ("items", "additionalProperties") if key in one]


def test_everything_in_the_schema_has_a_type_and_says_what_it_is(package):
    found = dict(everything(package))
    assert len(found) > 180
    for where, one in found.items():
        assert one.get("type") or one.get("$ref"), where
        assert len(one.get("description", "")) > 3, where
        assert "\n    " not in one["description"], where
        assert one.get("type") != "array" or "items" in one, where
        assert one.get("type") != "object" or "additionalProperties" in one, where
    for token, holder in {**package["types"], **package["resources"]}.items():
        assert len(holder["description"]) > 6, token
        assert holder["type"] == "object" and holder["properties"], token


def test_every_reference_is_to_a_type_that_is_there_and_every_type_is_referred_to(package):
    referred = {one["$ref"] for _, one in everything(package) if "$ref" in one} - {"pulumi.json#/Any"}
    assert referred == {f"#/types/{token}" for token in package["types"]}
    assert not [token for token in package["types"] if token.endswith("Args")]


@pytest.mark.parametrize("component", FAMILIES, ids=lambda one: one.__name__)
def test_inputs_are_the_arguments_and_required_are_those_without_a_default(package, component):
    arguments = arguments_of(component)
    resource = package["resources"][f"plant:index:{component.__name__}"]
    assert resource["isComponent"] is True
    assert len(resource["inputProperties"]) == len(hints(arguments))
    fields = {one.name for one in dataclasses.fields(arguments)}
    left_out = {"guards"} if arguments is TrackArgs else set()
    assert set(hints(arguments)) == fields - left_out
    optional = set(resource["inputProperties"]) - set(resource["requiredInputs"])
    assert {re.sub("([A-Z])", r"_\1", name).lower() for name in optional} >= defaults_of(arguments) - left_out
    assert resource["properties"]


def test_the_schema_that_is_kept_is_the_one_that_is_served(package):
    assert json.loads((ROOT / "provider" / "schema.json").read_text()) == package


def example(name):
    """Inputs of a resource of the YAML example as they come over the wire: references known, every number a float."""
    document = yaml.safe_load((ROOT / "examples" / "yaml" / "Pulumi.yaml").read_text())

    def resolved(value):
        if isinstance(value, str):
            whole = PLACE.fullmatch(value)
            if whole and whole[1] in document["variables"]:
                return resolved(document["variables"][whole[1]])
            return PLACE.sub(lambda one: str(resolved(document["variables"].get(one[1], one[1]))), value)
        if isinstance(value, dict):
            return {key: resolved(one) for key, one in value.items()}
        if isinstance(value, list):
            return [resolved(one) for one in value]
        return float(value) if isinstance(value, int) and not isinstance(value, bool) else value

    return resolved(document["resources"][name]["properties"])


TRACK = {
    "track": "canary",
    "namespace": "plant",
    "labels": {"app.kubernetes.io/name": "plant-api"},
    "pod": {
        "image": "public.ecr.aws/example/plant-api@sha256:" + "0" * 64,
        "environment": {"PORT": "8443"},
        "serviceAccount": "plant",
        "port": 8443.0,
        "readinessPath": "/readyz",
        "livenessPath": "/livez",
        "cpuMillicores": 100.0,
        "memoryMib": 128.0,
        "ephemeralStorageMib": 64.0,
    },
    "scaling": {
        "minimum": 1.0,
        "maximum": 2.0,
        "metrics": [
            {
                "type": "Resource",
                "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60.0}},
            }
        ],
    },
    "targetGroupArn": "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/plant/73e2d6bc24d8a067",
    "deregistrationDelaySeconds": 30.0,
    "restsAtZero": True,
}


@pytest.fixture(scope="module")
def hosted():
    return Hosted()


@pytest.mark.parametrize(
    ("token", "inputs", "children"),
    [
        pytest.param("Fleet", example("fleet"), {"aws:autoscaling/group:Group", "aws:autoscaling/schedule:Schedule"}),
        pytest.param("Firewall", example("firewall"), {"aws:wafv2/webAcl:WebAcl", "aws:wafv2/ipSet:IpSet"}),
        pytest.param("FeatureFlag", example("flag"), {"aws:appconfig/deployment:Deployment"}),
        pytest.param("CanaryRollout", example("rollout"), {"aws:sfn/stateMachine:StateMachine"}),
        pytest.param("Maintenance", example("maintenance"), {"aws:cloudwatch/alarmMuteRule:AlarmMuteRule"}),
        pytest.param("Reaper", example("reaper"), {"aws:scheduler/schedule:Schedule"}),
        pytest.param("BudgetGuard", example("budget"), {"aws:budgets/budgetAction:BudgetAction"}),
        pytest.param("Track", TRACK, {"kubernetes:apps/v1:Deployment"}),
    ],
)
def test_each_family_is_declared_from_what_comes_over_the_wire(hosted, declare, token, inputs, children):
    states = {}

    def program():
        made = hosted.construct("x", f"plant:index:{token}", inputs, None)
        states.update(made.state)

    graph = declare(program)
    assert children <= {resource.type for resource in graph}
    assert not [one for one in graph if not one.name.startswith("x") and not one.type.startswith("pulumi:")]
    properties = hosted._component_defs[token].outputs
    assert set(states) <= set(properties)
    assert {name for name, one in properties.items() if not one.optional} <= set(states)
    assert all(type(key) is str for value in states.values() if isinstance(value, dict) for key in value)


def test_an_output_that_is_an_object_has_the_names_of_the_schema(hosted, declare):
    shared = {key: one for key, one in example("firewall").items() if key not in ("loadBalancerArn", "logGroupArn")}
    found = {}
    declare(
        lambda: found.update(
            hosted.construct("x", "plant:index:Firewall", {**shared, "ruleGroupRules": ["rate-per-ip"]}, None).state
        )
    )
    assert set(found["ruleGroup"]) == {"arn", "identifier", "name", "description", "rules", "visibility"}
    assert "webAclArn" not in found


def test_numbers_are_whole_where_they_count_and_money_is_as_it_was_typed(hosted, declare):
    graph = declare(lambda: hosted.construct("x", "plant:index:Fleet", example("fleet"), None))
    (group,) = graph.of_type("aws:autoscaling/group:Group")
    assert group.inputs["maxSize"] == 2 and type(group.inputs["maxSize"]) is int
    assert group.get("mixedInstancesPolicy.instancesDistribution.spotMaxPrice") == "0.00165"
    guard = built(BudgetGuardArgs, example("budget"))
    assert guard.monthly_limit_usd == Decimal("5.0") and guard.tag == ("Project", "plant")


def test_stand_ins_make_what_the_components_take(declare):
    found = []
    declare(lambda: found.append(built(CanaryRolloutArgs, example("rollout"))))
    (rollout,) = found
    assert rollout.steps == [(10, 21600), (100, 0)]
    claim = Claim(name="aud", format="single-string", value="plant-api")
    assert rollout.routes[0].check == BearerToken(
        issuer="https://issuer.example.com/", jwks_url="https://issuer.example.com/jwks.json", claims=[claim]
    )
    assert isinstance(rollout.sizing, GroupSizing)
    assert set(rollout.flag.versions) == {0, 10, 100}
    assert rollout.sessions.progress_parameter_name == "/plant/yaml/rollout-progress"
    declare(lambda: found.append(built(MaintenanceArgs, example("maintenance"))))
    maintenance = found.pop()
    assert maintenance.windows[0].starts_at == datetime(2027, 3, 31, 22)  # noqa: DTZ001 - local time is meant
    assert [one.family for one in maintenance.page.ip_sets] == ["IPV4", "IPV6"]
    monthly = {"weekOfMonth": 1.0, "nextStarts": ["2027-04-07T22:00"]}
    window = example("maintenance")["windows"][0] | monthly
    declare(lambda: found.append(built(MaintenanceArgs, changed(example("maintenance"), "windows/0", window))))
    (weekly,) = found.pop().windows
    assert (weekly.week_of_month, weekly.next_starts) == (1, [datetime(2027, 4, 7, 22)])  # noqa: DTZ001 - local time
    assert built(TrackArgs, TRACK).guards == ()
    assert built(TrackArgs, TRACK).pod.cpu_limit_millicores is None


def changed(inputs, path, value):
    """`inputs` with the one at `path` set, or taken away where `value` is None."""
    copied = json.loads(json.dumps(inputs))
    *steps, last = [int(step) if step.isdigit() else step for step in path.split("/")]
    holder = copied
    for step in steps:
        holder = holder[step]
    if value is None:
        del holder[last]
    else:
        holder[last] = value
    return copied


ARGUMENTS = {
    "rollout": CanaryRolloutArgs, "maintenance": MaintenanceArgs, "budget": BudgetGuardArgs, "firewall": FirewallArgs,
}  # fmt: skip
WRONG = [
    ("rollout", "stack", None, "stack", "is missing"),
    ("rollout", "stak", "x", "stak", "no such input; allowed: stack, "),
    ("rollout", "pollSeconds", 1.5, "pollSeconds", "must be a whole number; got 1.5"),
    ("rollout", "pollSeconds", True, "pollSeconds", "must be a whole number; got True"),
    ("rollout", "pollSeconds", "300", "pollSeconds", "must be a whole number; got '300'"),
    ("rollout", "accountId", 123456789012.0, "accountId", "must be text; got 123456789012.0"),
    ("rollout", "steps", {}, "steps", "must be a list"),
    ("rollout", "steps/1/percent", None, "steps[1].percent", "is missing"),
    ("rollout", "ruleArns", [], "ruleArns", "must be an object"),
    ("rollout", "routes/0", "api", "routes[0]", "must be an object; got 'api'"),
    ("rollout", "routes/0/check", {}, "routes[0].check", "give exactly one of bearerToken, browserSignIn"),
    ("rollout", "sizing", {}, "sizing", "give exactly one of groups, deployments"),
    ("rollout", "flag/versions", {"ten": "1"}, "flag", "the keys of versions are percents"),
    ("maintenance", "windows/0/startsAt", "Monday", "windows[0].startsAt", "must be a local time"),
    ("maintenance", "windows/0/startsAt", "2027-03-31T22:00Z", "windows[0].startsAt", "without a zone"),
    ("maintenance", "windows/0/weekly", "yes", "windows[0].weekly", "must be true or false"),
    ("maintenance", "windows/0/weekOfMonth", 5.0, "windows[0]", "a week of the month of 1 to 4; got 5"),
    ("maintenance", "page/firewall/ipSetIds", {"IPV4": "1"}, "page", "have the keys IPV4 and IPV6 each"),
    ("maintenance", "page", {}, "page", "give exactly one of firewall, listener"),
    (
        "firewall",
        "loadBalancerArn",
        None,
        "",
        "rules of a rule group are of rate-per-ip, .*; got none, and",
    ),
    ("firewall", "ruleGroupRules", ["rate-per-country"], "", "got rate-per-country"),
    ("budget", "monthlyLimitUsd", "five", "monthlyLimitUsd", "must be a number"),
    ("budget", "emails/0", 1.0, "emails[0]", "must be text"),
]


@pytest.mark.parametrize(("name", "at", "value", "path", "told"), WRONG, ids=[f"{one[0]} {one[1]}" for one in WRONG])
def test_a_wrong_input_is_told_by_its_path(name, at, value, path, told):
    arguments = ARGUMENTS[name]
    with pytest.raises(InputPropertyError) as caught:
        built(arguments, changed(example(name), at, value))
    assert caught.value.property_path == path
    assert re.search(told, caught.value.reason)


def test_an_output_may_stand_where_a_value_is_declared_and_not_where_it_decides_what_is(declare):
    caught = []

    def program():
        later = pulumi.Output.from_input("arn:aws:sns:us-east-1:123456789012:plant")
        assert built(BudgetGuardArgs, {**example("budget"), "topicArn": later}).topic_arn is later
        for key in ("emails", "actionPercent", "tag", "monthlyLimitUsd"):
            with pytest.raises(InputPropertyError) as wrong:
                built(BudgetGuardArgs, {**example("budget"), key: later})
            caught.append((wrong.value.property_path, wrong.value.reason.partition(",")[0]))

    declare(program)
    reason = "decides what is declared"
    assert caught == [(key, reason) for key in ("emails", "actionPercent", "tag", "monthlyLimitUsd")]


def test_another_package_s_type_is_refused(hosted):
    for token in ("aws:index:Fleet", "plant:components:Fleet", "plant:index:"):
        with pytest.raises(ValueError, match=r"invalid|empty"):
            hosted.construct("x", token, {}, None)


@pytest.mark.parametrize(
    ("component", "told"),
    [
        (Maintenance, r"MaintenanceArgs\.page: no schema can say Page"),
        (CanaryRollout, r"CanaryRolloutArgs\.flag: no schema can say FeatureFlag"),
    ],
)
def test_what_no_schema_can_say_is_named_when_the_schema_is_made(monkeypatch, component, told):
    left = {kind: one for kind, one in analysis.STAND_INS.items() if kind not in (Page, FeatureFlag)}
    monkeypatch.setattr(analysis, "STAND_INS", left)
    with pytest.raises(TypeError, match=told + ".*add a stand-in"):
        analysis.ArgumentsAnalyzer("plant").analyze([component])
