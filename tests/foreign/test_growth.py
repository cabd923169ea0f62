"""Judging and pricing take time in proportion to the resources, whatever program they are of.

Calls of functions are counted, which no busy machine changes; what looks through all of a kind for each of another
grows faster than the programs.
"""

import cProfile
import pstats
from functools import cache

import pytest

from cost import estimate
from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from deployment.reader import graph_from_json
from foreign.declared import together
from policies.assess import assess


@cache
def document(copies):
    """All programs `copies` times, for both to read."""
    return together(copies)


def calls(judge, copies):
    """Calls of functions for all programs `copies` times."""
    profile, given = cProfile.Profile(), document(copies)
    profile.runcall(lambda: judge(graph_from_json(given, "together")))
    return pstats.Stats(profile).total_calls


@pytest.mark.parametrize("judge", [estimate, assess])
def test_twice_the_resources_take_twice_the_calls(judge):
    judge(graph_from_json(document(1), "together"))  # reads what it rests on, once
    once, twice, four_times = (calls(judge, copies) for copies in (1, 2, 4))
    assert four_times - twice <= 2.005 * (twice - once)


def scaled(number):
    """Tables, services and workloads, each with what scales it, or says where it runs."""

    def resource(token, urn_name, **inputs):
        return Resource(f"urn:pulumi:t::t::{token}::{urn_name}", token, urn_name, inputs, {"id": urn_name})

    sizes = {"readCapacity": 1, "writeCapacity": 1, "billingMode": "PROVISIONED", "region": "us-east-1"}
    limits = {"minCapacity": 1, "maxCapacity": 9, "scalableDimension": "dynamodb:table:ReadCapacityUnits"}
    container = {"name": "c", "image": "i", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}
    bound = {"containerName": "c", "maxAllowed": {"cpu": "2", "memory": "2Gi"}}
    spot = {"defaultCapacityProviderStrategies": [{"capacityProvider": "FARGATE_SPOT", "weight": 1}]}
    here = {"region": "us-east-1", "desiredCount": 1}
    yield resource(tokens.TASK_DEFINITION[0], "k", cpu="256", memory="512")
    for index in range(number):
        yield resource("aws:dynamodb/table:Table", f"t{index}", name=f"t{index}", **sizes)
        yield resource(tokens.SCALABLE_TARGET[0], f"s{index}", resourceId=f"table/t{index}", **limits)
        pods = {"template": {"spec": {"containers": [container], "runtimeClassName": f"r{index}"}}}
        yield resource(tokens.DEPLOYMENT, f"d{index}", metadata={"name": f"d{index}"}, spec=pods)
        pods_of = {"kind": "Deployment", "name": f"d{index}"}
        more = {"scaleTargetRef": pods_of, "maxReplicas": 4}
        yield resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", f"h{index}", spec=more)
        larger = {"targetRef": pods_of, "resourcePolicy": {"containerPolicies": [bound]}}
        yield resource(tokens.VERTICAL_AUTOSCALER, f"v{index}", spec=larger)
        yield resource(tokens.RUNTIME_CLASS, f"r{index}", overhead={"podFixed": {"cpu": "1m"}})
        yield resource(tokens.ECS_CLUSTER[0], f"c{index}", name=f"c{index}")
        yield resource(tokens.ECS_CAPACITY_PROVIDERS[0], f"p{index}", clusterName=f"c{index}", **spot)
        yield resource("aws:ecs/service:Service", f"e{index}", cluster=f"c{index}", taskDefinition="k", **here)


def test_what_is_scaled_and_what_scales_it_find_one_another_without_looking_through_all():
    def calls_for(number):
        profile = cProfile.Profile()
        profile.runcall(lambda: estimate(ResourceGraph(scaled(number)), region="us-east-1"))
        return pstats.Stats(profile).total_calls

    found = estimate(ResourceGraph(scaled(2)), region="us-east-1")
    reads = [line for line in found.lines if line.item.startswith("Read capacity")]
    assert [line.worst_case_usd / line.floor_usd for line in reads] == [9, 9]
    assert not found.unpriced and {"d0", "d1", "e0", "e1"} <= {line.name for line in found.lines}
    calls_for(1)
    few, some, many = map(calls_for, (80, 160, 320))  # what is read of the first 64 is noted, which takes calls
    assert many - some <= 2.005 * (some - few)
