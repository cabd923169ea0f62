"""Property values before CloudFormation's own schemas, by way of cfn-lint."""

from __future__ import annotations

import json
import re
from dataclasses import replace

import pytest
from conftest import STACKS

from deployment.graph import Resource, ResourceGraph
from judges.cloudformation import Rendering, findings, type_of
from judges.tools import find

pytestmark = pytest.mark.slow


@pytest.fixture(scope="module", params=STACKS)
def stack(request, graph):
    find("cfn-lint")
    return graph(request.param)


def rendered(graph: ResourceGraph) -> dict[str, Rendering]:
    return {
        re.sub(r"\W", "", one.name.title()) + str(number): Rendering(one)
        for number, one in enumerate(graph)
        if one.custom and one.type.startswith("aws:") and type_of(one)
    }


ACCEPTED = set()
"""Type and properties of what was judged: a parked stack has three resources that are not in the open one as well."""


def test_no_value_is_one_that_cloudformation_refuses(stack):
    found = rendered(stack)
    told = {name: json.dumps([one.type, one.properties], default=str) for name, one in found.items()}
    assert list(findings({name: one for name, one in found.items() if told[name] not in ACCEPTED})) == []
    ACCEPTED.update(told.values())


def test_every_property_has_its_counterpart(stack):
    found = rendered(stack).values()
    assert len(found) > 60
    assert sorted({path for one in found for path in one.unknown}) == []


@pytest.mark.parametrize(
    ("token", "name", "value"),
    [
        pytest.param("aws:cloudwatch/metricAlarm:MetricAlarm", "comparisonOperator", "Above", id="no such word"),
        pytest.param("aws:autoscaling/lifecycleHook:LifecycleHook", "heartbeatTimeout", "soon", id="no number"),
        pytest.param("aws:cloudwatch/logGroup:LogGroup", "retentionInDays", 42, id="a number that is not offered"),
        pytest.param("aws:wafv2/ipSet:IpSet", "ipAddressVersion", "IPV5", id="no such version"),
    ],
)
def test_a_value_that_is_none_is_noticed(graph, token, name, value):
    find("cfn-lint")
    resource: Resource = graph("dev").of_type(token)[0]
    faulty = Rendering(replace(resource, inputs={**resource.inputs, name: value}))
    (found, *_) = findings({"Faulty": faulty})
    assert name.lower() in found.lower()


def test_a_property_that_is_none_is_noticed(graph):
    resource: Resource = graph("dev").of_type("aws:cloudwatch/logGroup:LogGroup")[0]
    assert Rendering(replace(resource, inputs={**resource.inputs, "colour": "green"})).unknown == {"LogGroup.colour"}
