"""Resources that are alike share what one of them costs, and no figure shows it."""

import json
import random
from dataclasses import replace
from decimal import Decimal
from functools import cache
from unittest.mock import Mock, patch

import depth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cost import account, estimate, estimator, scaling
from cost.registry import pricer_of
from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from deployment.reader import graph_from_json
from deployment.unknown import SECRET, UNKNOWN, watched
from foreign.declared import together

QUEUE = "aws:sqs/queue:Queue"


def told(graph, fewest, **more):
    """All that an estimate says, when resources share from `fewest` of a type on."""
    with patch.object(estimator, "FEWEST", fewest):
        found = estimate(graph, **more)
    # Many times a quantity isn't to the last of 28 digits what adding it as often is.
    lines = [line._replace(quantity=round(line.quantity, 20)) for line in found.lines]
    return lines, found.unpriced, found.to_json(), found.coming, found.lacking


@cache
def graph():
    """All programs."""
    return graph_from_json(together(1), "together")


def test_programs_cost_the_same_when_what_is_alike_shares():
    assert told(graph(), 0) == told(graph(), 10**9)


ODD = st.sampled_from([None, "", "x", "1", 0, 1, 7, True, False, [], [{}], {}, {"enabled": True}, UNKNOWN, SECRET])
REGIONS = st.sampled_from(["us-east-1", "eu-central-1", "ap-south-1", "sa-east-1", 7])


@st.composite
def changed(draw, number, types):
    """Some resource of `types` under another name, with a property that it has no more, or another value of, or that
    another resource of its type has."""
    of = draw(st.sampled_from(graph().of_type(*types)))
    like = draw(st.sampled_from(graph().of_type(of.type)))
    inputs, outputs = dict(of.inputs), dict(of.outputs)
    for _ in range(draw(st.integers(0, 2))):
        key = draw(st.sampled_from(sorted({*of.inputs, *like.inputs, *of.outputs, "region"})))
        where = draw(st.sampled_from([inputs, outputs]))
        match draw(st.integers(0, 2)):
            case 0:
                where.pop(key, None)
            case 1:
                where[key] = draw(REGIONS if key == "region" else ODD)
            case 2 if key in like.inputs:
                where[key] = like.inputs[key]
    urn = f"{of.urn}-{number}" if draw(st.booleans()) else of.urn
    depends = draw(st.sampled_from([of, like])).property_dependencies
    return replace(of, urn=urn, inputs=inputs, outputs=outputs, property_dependencies=depends)


@st.composite
def graphs(draw):
    """The programs, and copies of some of their resources, changed or not, in any order."""
    types = draw(st.lists(st.sampled_from(sorted({one.type for one in graph() if one.custom})), min_size=1, max_size=3))
    more = {one.urn: one for number in range(draw(st.integers(1, 12))) for one in [draw(changed(number, types))]}
    resources = list({**{one.urn: one for one in graph()}, **more}.values())
    random.Random(draw(st.integers(0, 9))).shuffle(resources)  # noqa: S311 - an order, no secret
    return ResourceGraph(resources)


@settings(max_examples=depth.drawn(60))
@given(drawn=graphs(), used=st.booleans())
def test_changed_programs_cost_the_same_when_what_is_alike_shares(drawn, used):
    use = {"monthly_requests": Decimal(7), "storage_gb": Decimal(3)}
    more = {"region": "us-east-1", "usage": {one.urn: use for one in drawn.resources[::3]} if used else {}}
    assert told(drawn, 0, **more) == told(drawn, 10**9, **more)


def test_what_only_outputs_or_dependencies_tell_apart_is_not_alike():
    def urn(token, name):
        return f"urn:pulumi:t::t::{token}::{name}"

    (instance, *_), endpoint, subnet = tokens.INSTANCE, tokens.VPC_ENDPOINT[0], tokens.SUBNET[0]
    subnets = [Resource(urn(subnet, str(place)), subnet, str(place)) for place in range(4)]
    instances = [
        Resource(urn(instance, f"i{place}"), instance, f"i{place}", {"ami": "x"}, {"instanceType": kind})
        for place, kind in enumerate(["t4g.nano", "t4g.micro", "t4g.nano"])
    ]
    inputs = {"vpcEndpointType": "Interface", "subnetIds": UNKNOWN}
    endpoints = [
        Resource(
            urn(endpoint, f"e{many}"),
            endpoint,
            f"e{many}",
            inputs,
            property_dependencies={"subnetIds": tuple(one.urn for one in subnets[:many])},
        )
        for many in (1, 3, 2)
    ]
    found = told(ResourceGraph([*subnets, *instances, *endpoints]), 0, region="us-east-1")
    assert found == told(ResourceGraph([*subnets, *instances, *endpoints]), 10**9, region="us-east-1")
    kinds = [line.item for line in found[0] if line.name in ("i0", "i1", "i2") and line.item.startswith("Instance")]
    assert kinds == [f"Instance ({kind}, on demand)" for kind in ("t4g.nano", "t4g.micro", "t4g.nano")]
    hours = [line.quantity for line in found[0] if line.item == "Interface endpoint"]
    assert hours == [730, 3 * 730, 2 * 730]


def resource(token, name, inputs=None, outputs=None, **more):
    return Resource(f"urn:pulumi:t::t::{token}::{name}", token, name, inputs or {}, outputs or {}, **more)


def subnets():
    (token, default), instance = (tokens.SUBNET[0], tokens.DEFAULT_SUBNET[0]), tokens.INSTANCE[0]
    yield resource(token, "own", outputs={"id": "own"})
    yield resource(default, "default", outputs={"id": "default"})
    for name in ("own", "default"):
        yield resource(instance, name, {"ami": "x", "instanceType": "t4g.nano", "subnetId": name})


def copied_snapshots():
    """In a preview: of which volume a snapshot is, only its dependencies tell."""
    volume, snapshot, copy = tokens.VOLUME[0], tokens.SNAPSHOT[0], tokens.SNAPSHOT_COPY[0]
    for size in (8, 80):
        made = resource(volume, f"v{size}", {"size": size})
        of = {"volumeId": (made.urn,)}
        yield made
        yield resource(snapshot, f"s{size}", {"volumeId": UNKNOWN}, {"id": f"s{size}"}, property_dependencies=of)
        yield resource(copy, f"c{size}", {"sourceSnapshotId": f"s{size}"})


def instances():
    kind = {"ami": "x", "instanceType": "t4g.nano"}
    yield resource(tokens.INSTANCE[0], "given", kind)
    yield resource(tokens.INSTANCE[0], "own", {**kind, "networkInterfaces": [{"networkInterfaceId": "eni"}]})


def metrics():
    transformation = {"metricTransformation": {"namespace": "shop", "name": "sales"}}
    return [resource(tokens.LOG_METRIC_FILTER[0], name, transformation) for name in "abc"]


def trails():
    return [resource(tokens.TRAIL[0], name, {"name": "x"}) for name in "abc"]


def buckets():
    given = {"accelerationStatus": "Enabled"}
    return [resource(tokens.BUCKET[0], "read", outputs=given), resource(tokens.BUCKET[0], "run", {"x": 1}, given)]


@pytest.mark.parametrize("make", [subnets, instances, copied_snapshots, metrics, trails, buckets])
def test_what_something_else_than_a_property_tells_apart_is_not_alike(make):
    graph = ResourceGraph(make())
    found, alone = (told(graph, fewest, region="us-east-1") for fewest in (0, 10**9))
    assert found == alone
    lines, unpriced, *_ = alone
    billed = [
        str(
            [line[4:7] for line in lines if line.urn == one.urn]
            + [each.reason for each in unpriced if each.urn == one.urn]
        )
        for one in graph.of_type(graph.resources[-1].type)
    ]
    assert len(set(billed)) == 2


def test_resources_are_alike_that_the_same_use_is_given_for():
    number = {"monthly_requests": Decimal(10**9)}
    more = {f"urn:pulumi:t::t::{QUEUE}::q1": number, f"urn:pulumi:t::t::{QUEUE}::q2": {"monthly_requests": Decimal(7)}}
    found, alone = (told(ResourceGraph(queues(4)), fewest, region="us-east-1", usage=more) for fewest in (0, 10**9))
    assert found == alone


def test_what_can_not_be_compared_is_priced_by_itself():
    graph = many(tokens.METRIC_ALARM[0], 3, lambda name: {"metricQueries": [{"expression": [name]}]})
    assert told(graph, 0, region="us-east-1") == told(graph, 10**9, region="us-east-1")


def queues(number, **inputs):
    return [Resource(f"urn:pulumi:t::t::{QUEUE}::q{place}", QUEUE, f"q{place}", inputs) for place in range(number)]


def counting(monkeypatch, token):
    """One entry for each time that the pricer of `token` is asked."""
    asked = []
    real = pricer_of(token).charges

    def charges(scope):
        asked.append(scope.resource.type)
        yield from real(scope)

    kind_of = estimator._kind_of
    counted = replace(kind_of(token), charges=charges)
    monkeypatch.setattr(estimator, "_kind_of", lambda other: counted if other == token else kind_of(other))
    return asked


@pytest.mark.parametrize(("seen", "times"), [(False, 1), (True, 200)])
def test_of_many_that_are_alike_one_is_priced(monkeypatch, seen, times):
    """Unless somebody looks at what can't be read: then each is asked."""
    asked = counting(monkeypatch, QUEUE)
    with watched(off=not seen):
        found = estimate(ResourceGraph(queues(200, fifoQueue=True)), region="us-east-1")
    assert len(asked) == times
    assert [line.name for line in found.charges] == [f"q{place}" for place in range(200)]


def many(token, number, inputs):
    """A graph of `number` resources of `token`, each with what `inputs` gives for its name."""
    names = [f"r{place}" for place in range(number)]
    return ResourceGraph([Resource(f"urn:pulumi:t::t::{token}::{name}", token, name, inputs(name)) for name in names])


def pod(image, cpu):
    container = {"name": "app", "image": image, "resources": {"requests": {"cpu": cpu, "memory": "1Gi"}}}
    return {"metadata": {"name": image}, "spec": {"template": {"spec": {"containers": [container]}}}}


def statement(name, bots):
    managed = {"name": "AWSManagedRulesBotControlRuleSet", "vendorName": "AWS"}
    return {"name": name, "statement": {"managedRuleGroupStatement": managed} if bots else {"geoMatchStatement": name}}


def nodes(most, template):
    sizes = {"minSize": 1, "desiredSize": 1, "maxSize": most}
    return {"scalingConfig": sizes, "instanceTypes": ["t3.medium"], "launchTemplate": {"id": template}}


@pytest.mark.parametrize(
    ("token", "inputs"),
    [
        (tokens.METRIC_ALARM[0], lambda name, odd: {"metricQueries": [{"metric": {"n": name, "period": odd * 10}}]}),
        (tokens.WEB_ACL[0], lambda name, odd: {"rules": [statement(name, odd), statement(name, False)]}),
        (tokens.LOAD_BALANCER[0], lambda name, odd: {"subnets": [name, "b", "c"][: 2 + odd]}),
        (tokens.LOAD_BALANCER[0], lambda name, odd: {"subnetMappings": [{"id": name, "allocationId": "x" * odd}]}),
        (tokens.DEPLOYMENT, lambda name, odd: pod(name, f"{1 + odd}")),
        (tokens.NODE_GROUP[0], lambda name, odd: nodes(1 + odd, name)),
    ],
    ids=["alarm", "acl", "subnets", "mappings", "pods", "nodes"],
)
def test_of_what_is_long_is_compared_what_its_price_goes_by(monkeypatch, token, inputs):
    asked = counting(monkeypatch, token)
    graph = many(token, 200, lambda name: inputs(name, name == "r7"))
    found = told(graph, estimator.FEWEST, region="us-east-1")
    assert len(asked) == 2
    assert found == told(graph, 10**9, region="us-east-1")


def fleet(name):
    terms = {"instancesDistribution": {"onDemandBaseCapacity": 1}}
    specification = {"launchTemplateId": f"lt-{name}", "version": "1"}
    return {
        "minSize": 1,
        "maxSize": 2,
        "vpcZoneIdentifiers": [f"subnet-{name}"],
        "mixedInstancesPolicy": {**terms, "launchTemplate": {"launchTemplateSpecification": specification}},
    }


@pytest.mark.parametrize("different", [{"instanceType": "t4g.large"}, {"blockDeviceMappings": [{"ebs": {}}]}])
def test_groups_are_alike_whose_launch_templates_are(monkeypatch, different):
    group, template = tokens.SCALING_GROUP[0], tokens.LAUNCH_TEMPLATE[0]
    asked = counting(monkeypatch, group)
    templates = [
        replace(one, outputs={"id": f"lt-{one.name}"})
        for one in many(
            template, 200, lambda name: {"instanceType": "t4g.micro", **(different if name == "r7" else {})}
        )
    ]
    graph = ResourceGraph([*templates, *many(group, 200, fleet)])
    found = told(graph, estimator.FEWEST, region="us-east-1")
    assert len(asked) <= 3  # the first, the one that differs, and one more where that was asked for more
    assert found == told(graph, 10**9, region="us-east-1")


def test_log_groups_are_alike_that_machines_alike_log_to(monkeypatch):
    group, machine = tokens.LOG_GROUP[0], tokens.STATE_MACHINE[0]
    asked = counting(monkeypatch, group)
    groups = [replace(one, outputs={"arn": f"arn:{one.name}:*"}) for one in many(group, 200, lambda _: {})]

    def logging(name):
        level = "ERROR" if name == "r7" else "ALL"
        definition = json.dumps({"StartAt": "One", "States": {"One": {"Type": "Pass", "Result": name, "End": True}}})
        return {"definition": definition, "loggingConfiguration": {"level": level, "logDestination": f"arn:{name}:*"}}

    graph = ResourceGraph([*groups, *many(machine, 200, logging)])
    found = told(graph, estimator.FEWEST, region="us-east-1")
    assert len(asked) == 2
    assert found == told(graph, 10**9, region="us-east-1")


def test_objects_are_alike_beside_which_nothing_names_a_region(monkeypatch):
    asked = counting(monkeypatch, tokens.DEPLOYMENT)
    assert len(estimate(many(tokens.DEPLOYMENT, 200, lambda name: pod(name, "1"))).charges) == 400
    assert len(asked) == 1


def test_of_state_machines_is_compared_what_counts_of_their_definitions(monkeypatch):
    def machine(name):
        call = {"Type": "Task", "Resource": "arn:aws:states:::sqs:sendMessage", "Parameters": {"QueueUrl": name}}
        states = {"Send": {**call, "End": True}} if name != "r7" else {"Send": {**call, "Next": "Two"}, "Two": call}
        return {"definition": json.dumps({"StartAt": "Send", "States": states}), "tracingConfiguration": {}}

    asked = counting(monkeypatch, tokens.STATE_MACHINE[0])
    graph = many(tokens.STATE_MACHINE[0], 200, machine)
    found = told(graph, estimator.FEWEST, region="us-east-1")
    assert len(asked) == 2
    assert found == told(graph, 10**9, region="us-east-1")


def test_dollars_of_one_amount_are_worked_out_once(monkeypatch):
    """Also where each line says something else, as the name of a metric."""
    counted = Mock(side_effect=estimator._amounts)
    monkeypatch.setattr(estimator, "_amounts", counted)
    found = estimate(
        many(
            tokens.LOG_METRIC_FILTER[0], 200, lambda name: {"metricTransformation": {"namespace": "shop", "name": name}}
        ),
        region="us-east-1",
    )
    assert counted.call_count == 1
    assert len({line.item for line in found.charges}) == 200


def test_quantities_of_one_amount_are_counted_once_for_the_tiers_of_its_price(monkeypatch):
    counted = Mock(side_effect=account.quantities)
    monkeypatch.setattr(account, "quantities", counted)
    found = estimate(many(tokens.DNS_ZONE[0], 200, lambda name: {"name": name}), region="us-east-1")
    assert counted.call_count == 2  # for all of them, and for each of them
    assert found.expected_usd == 25 * Decimal("0.5") + 175 * Decimal("0.1")


def test_where_all_differ_no_more_is_noted_than_it_takes_to_see_that(monkeypatch):
    made = []
    real = estimator.Observed
    monkeypatch.setattr(estimator, "Observed", lambda *of: made.append(of) or real(*of))
    graph = ResourceGraph([one for place in range(900) for one in queues(1, fifoQueue=str(place))])
    estimate(graph, region="us-east-1")
    assert len(made) == estimator.FEWEST + 900 // 32


def test_of_dimensions_that_nothing_scales_is_not_asked_whom_it_means(monkeypatch):
    """Also once another dimension has been looked at."""
    looked_at = Mock(side_effect=scaling._meaning)
    monkeypatch.setattr(scaling, "_meaning", looked_at)
    (table, target), capacity = (tokens.TABLE[0], tokens.SCALABLE_TARGET[0]), "dynamodb:table:ReadCapacityUnits"
    declared = {"billingMode": "PROVISIONED", "readCapacity": 1, "writeCapacity": 1}
    tables = [Resource(f"urn:pulumi:t::t::{table}::t{n}", table, f"t{n}", {"name": f"t{n}", **declared}) for n in "12"]
    limits = {"scalableDimension": capacity, "resourceId": "table/t1", "minCapacity": 3, "maxCapacity": 5}
    found = estimate(
        ResourceGraph([*tables, Resource(f"urn:pulumi:t::t::{target}::of", target, "of", limits)]), region="us-east-1"
    )
    assert {call.kwargs["dimension"] for call in looked_at.call_args_list} == {capacity}
    assert [line.quantity for line in found.lines if line.item == "Read capacity units"] == [3 * 730, 730]
