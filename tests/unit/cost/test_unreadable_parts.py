"""A part of a property that a preview doesn't know, or that is secret, leaves no bound: it is told, and never $0."""

import copy
import dataclasses
import datetime
from decimal import Decimal

import pytest
from billed import CASES as PRICED
from billed._graphs import GRAPHS, STARTS
from billed._totals import TOTALS

from cost import estimate
from deployment.graph import ResourceGraph
from deployment.unknown import SECRET, UNKNOWN

TEMPLATE = "aws:ec2/launchTemplate:LaunchTemplate"
CONFIGURATION = "aws:ec2/launchConfiguration:LaunchConfiguration"
GROUP = "aws:autoscaling/group:Group"
NODES = "aws:eks/nodeGroup:NodeGroup"
CACHE = "aws:elasticache/serverlessCache:ServerlessCache"
SIZES = {"minSize": 1, "maxSize": 4}
SCALING = {"minSize": 1, "desiredSize": 1, "maxSize": 1}
OF_TEMPLATE = {"launchTemplateSpecification": {"launchTemplateId": "template-id"}}


def of_template(**launch):
    return [
        (TEMPLATE, "template", {"instanceType": "m5.large", "imageId": "al2023", **launch}),
        (GROUP, "group", {**SIZES, "launchTemplate": {"id": "template-id"}}),
    ]


def mixed(template=None, **policy):
    specification = {**OF_TEMPLATE, **(template or {})}
    return [
        of_template()[0],
        (GROUP, "group", {**SIZES, "mixedInstancesPolicy": {"launchTemplate": specification, **policy}}),
    ]


def of_configuration(**launch):
    return [
        (CONFIGURATION, "launch", {"instanceType": "m5.large", "imageId": "al2023", **launch}),
        (GROUP, "group", {**SIZES, "launchConfiguration": "launch-id"}),
    ]


def nodes(template, **launch):
    return [
        (TEMPLATE, "template", {"instanceType": "m5.large", **launch}),
        (NODES, "nodes", {"scalingConfig": SCALING, "launchTemplate": template}),
    ]


def service(*strategies):
    return [
        ("aws:ecs/taskDefinition:TaskDefinition", "task", {"cpu": "1024", "memory": "2048"}),
        (
            "aws:ecs/service:Service",
            "api",
            {"capacityProviderStrategies": list(strategies), "taskDefinition": "task-id", "desiredCount": 2},
        ),
    ]


def in_cluster(needs, *others):
    task = {"cpu": "1024", "memory": "2048", **({} if needs is None else {"requiresCompatibilities": needs})}
    return [
        ("aws:ecs/cluster:Cluster", "cluster", {}),
        ("aws:ecs/taskDefinition:TaskDefinition", "task", task),
        *others,
        ("aws:ecs/service:Service", "api", {"cluster": "cluster-id", "taskDefinition": "task-id", "desiredCount": 2}),
    ]


def pods(**spec):
    return [("kubernetes:apps/v1:Deployment", "api", {"spec": {"replicas": 2, "template": {"spec": spec}}})]


ASKS = {"name": "api", "resources": {"requests": {"cpu": 1, "memory": "1Gi"}}}

CASES = {
    "the types of a mixed group": lambda gap: mixed({"overrides": gap}),
    "one type of a mixed group": lambda gap: mixed({"overrides": [{"instanceType": "m5.large"}, gap]}),
    "the type of an override": lambda gap: mixed({"overrides": [{"instanceType": gap}]}),
    "what is on demand": lambda gap: mixed(instancesDistribution=gap),
    "the share on demand": lambda gap: mixed(instancesDistribution={"onDemandPercentageAboveBaseCapacity": gap}),
    "devices of a template": lambda gap: of_template(blockDeviceMappings=gap),
    "a device of a template": lambda gap: of_template(blockDeviceMappings=[gap]),
    "a volume of a template": lambda gap: of_template(blockDeviceMappings=[{"ebs": gap}]),
    "monitoring of a template": lambda gap: of_template(monitoring=gap),
    "whether a template is monitored": lambda gap: of_template(monitoring={"enabled": gap}),
    "the root of a configuration": lambda gap: of_configuration(rootBlockDevice=gap),
    "volumes of a configuration": lambda gap: of_configuration(ebsBlockDevices=gap),
    "whether a configuration is monitored": lambda gap: of_configuration(enableMonitoring=gap),
    "the template of nodes": lambda gap: nodes({"id": gap, "version": "1"}),
    "the type of nodes": lambda gap: nodes({"id": "template-id"}, instanceType=gap),
    "the volumes of nodes": lambda gap: nodes({"id": "template-id"}, blockDeviceMappings=gap),
    "the provider of a strategy": lambda gap: service({"capacityProvider": gap, "weight": 1}),
    "the template of an override": lambda gap: mixed({"overrides": [{"launchTemplateSpecification": gap}]}),
    "whether tasks are for Fargate alone": lambda gap: in_cluster(gap),
    "the cluster of default providers": lambda gap: in_cluster(
        None, ("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders", "defaults", {"clusterName": gap})
    ),
    "what a scheduled action scales": lambda gap: [
        (
            "aws:appautoscaling/scheduledAction:ScheduledAction",
            "up",
            {
                "resourceId": "table/orders",
                "scalableDimension": gap,
                "scalableTargetAction": {"maxCapacity": UNKNOWN},
            },
        ),
        ("aws:dynamodb/table:Table", "orders", {"name": "orders", "readCapacity": 5, "writeCapacity": 5}),
    ],
    "the least processing of a cache": lambda gap: [
        (CACHE, "cache", {"engine": "valkey", "cacheUsageLimits": {"ecpuPerSeconds": [{"minimum": gap}]}})
    ],
    "the replicas of a shard": lambda gap: [
        (
            "aws:elasticache/replicationGroup:ReplicationGroup",
            "cache",
            {"nodeType": "cache.m5.large", "nodeGroupConfigurations": [{"replicaCount": gap}]},
        )
    ],
    "the capacity of an index": lambda gap: [
        (
            "aws:dynamodb/table:Table",
            "orders",
            {"readCapacity": 5, "writeCapacity": 5, "globalSecondaryIndexes": [{"name": "i", "readCapacity": gap}]},
        )
    ],
    "the events of a trail": lambda gap: [
        ("aws:cloudtrail/trail:Trail", "trail", {"advancedEventSelectors": [{"fieldSelectors": gap}]})
    ],
    "the data events of a trail": lambda gap: [
        ("aws:cloudtrail/trail:Trail", "trail", {"eventSelectors": [{"dataResources": gap}]})
    ],
    "the replication of a bucket": lambda gap: [("aws:s3/bucket:Bucket", "b", {"replicationConfiguration": gap})],
    "containers": lambda gap: pods(containers=gap),
    "containers that come first": lambda gap: pods(initContainers=gap, containers=[ASKS]),
}


@pytest.mark.parametrize("gap", [UNKNOWN, SECRET], ids=["unknown", "secret"])
@pytest.mark.parametrize("case", CASES)
def test_what_can_not_be_read_is_told(make, price, case, gap):
    resources = [make(token, inputs, name) for token, name, inputs in CASES[case](gap)]
    [told] = [entry.reason for entry in price(*resources).unpriced if entry.urn == resources[-1].urn]
    assert any(words in told for words in ("isn't known", "aren't known", "secret", "isn't in the graph"))


def test_a_template_of_another_stack_leaves_nodes_of_known_types_their_hours(make, price):
    template = {"id": "lt-0", "version": "1"}
    found = price(make(NODES, {"scalingConfig": SCALING, "instanceTypes": ["m5.large"], "launchTemplate": template}))
    assert [line.item for line in found.lines if line.monthly_usd] == ["Nodes (m5.large, on demand)"]
    assert "which volumes and addresses" in found.unpriced[0].reason


def test_nodes_are_what_the_template_of_that_name_says(make, price):
    template = make(TEMPLATE, {"name": "nodes", "instanceType": "m5.large"}, "template")
    found = price(template, make(NODES, {"scalingConfig": SCALING, "launchTemplate": {"name": "nodes"}}))
    assert not found.unpriced and found.lines[0].item == "Nodes (m5.large, on demand)"


@pytest.mark.parametrize(("given", "addresses"), [(UNKNOWN, 0), ("address-id", 0), (None, 2)])
def test_addresses_of_a_network_load_balancer_are_its_own_where_none_is_given(make, price, given, addresses):
    mappings = [{"subnetId": zone, **({} if given is None else {"allocationId": given})} for zone in "ab"]
    found = price(make("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "network", "subnetMappings": mappings}))
    billed = [line for line in found.lines if line.item.startswith("Public IPv4") and line.monthly_usd]
    assert sum(line.monthly_usd for line in billed) == addresses * Decimal("3.65")


@pytest.mark.parametrize("gap", [UNKNOWN, SECRET], ids=["unknown", "secret"])
def test_a_subnet_that_may_give_addresses_does_in_the_worst_case(make, price, gap):
    subnet = make("aws:ec2/subnet:Subnet", {"mapPublicIpOnLaunch": gap}, "subnet")
    instance = {"instanceType": "m5.large", "ami": "al2023", "subnetId": "subnet-id"}
    found = price(subnet, make("aws:ec2/instance:Instance", instance))
    assert found.worst_case_usd - found.expected_usd == Decimal("3.65")


def test_a_default_of_credits_for_a_family_that_nobody_knows_counts_for_t2(make, price):
    instance = make("aws:ec2/instance:Instance", {"instanceType": "t2.micro", "ami": "al2023"})
    default = make("aws:ec2/defaultCreditSpecification:DefaultCreditSpecification", {"instanceFamily": UNKNOWN})
    assert price(default, instance).worst_case_usd > price(instance).worst_case_usd


@pytest.mark.parametrize(
    ("namespace", "option", "usd"),
    [
        ("aws:ec2:vpc", "AssociatePublicIpAddress", "3.65"),
        ("aws:ec2:vpc", "ELBSubnets", "14.60"),  # four zones more than two
    ],
)
def test_an_option_of_an_environment_that_nobody_knows_counts_in_the_worst_case(make, price, namespace, option, usd):
    known = {
        ("aws:autoscaling:launchconfiguration", "InstanceType"): "m5.large",
        ("aws:autoscaling:asg", "MinSize"): "1",
        ("aws:autoscaling:asg", "MaxSize"): "1",
        ("aws:elasticbeanstalk:environment", "LoadBalancerType"): "application",
        ("aws:ec2:vpc", "VPCId"): UNKNOWN,
        ("aws:ec2:vpc", "AssociatePublicIpAddress"): "false",
        ("aws:ec2:vpc", "ELBSubnets"): "a,b",
    }

    def worst(options):
        settings = [{"namespace": space, "name": name, "value": value} for (space, name), value in options.items()]
        found = price(make("aws:elasticbeanstalk/environment:Environment", {"settings": settings}))
        assert not found.unpriced
        return found.worst_case_usd

    assert worst({**known, (namespace, option): UNKNOWN}) - worst(known) == Decimal(usd)


TELLS_BY_NOTE = {("instance: windows", "ami")}
"""A system that nobody tells is priced as Linux, and said so."""


def places(value, path=()):
    if path:
        yield path
    if isinstance(value, dict | list):
        for key, inner in value.items() if isinstance(value, dict) else enumerate(value):
            yield from places(inner, (*path, key))


def hidden(inputs, path):
    """`inputs` with an unknown value at `path`."""
    changed = copy.deepcopy(inputs)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    holder[path[-1]] = UNKNOWN
    return changed


@pytest.mark.parametrize(("token", "inputs", "lines", "usage"), PRICED)
def test_what_a_preview_does_not_know_never_lowers_the_worst_case(make, price, request, token, inputs, lines, usage):
    known = price(make(token, inputs), usage=usage)
    cheaper = []
    for path in places(inputs):
        found = price(make(token, hidden(inputs, path)), usage=usage)
        if len(found.unpriced) <= len(known.unpriced) and found.worst_case_usd < known.worst_case_usd:
            cheaper.append(".".join(map(str, path)))
    name = request.node.callspec.id
    assert [each for each in cheaper if (name, each) not in TELLS_BY_NOTE] == []


BIG = 400
"""Places of a graph beyond which hiding each of them would take minutes."""

TELLS_OTHERWISE = {
    ("images of Windows have a root volume of 30 GB", "ami"),  # a note: see TELLS_BY_NOTE
    ("windows m5.large by image name", "ami"),
    # another service of that name is known, and the target's text is taken for it
    ("services of one name in two clusters: the target is of one", "name"),
    # of a machine that nobody can read a stated number of transitions counts, shown as assumed
    *((f"executions that {what} starts every 5 minutes: 8,760 of 3 transitions", "definition") for what in STARTS),
}


def blind(resource, path):
    """`resource` with an unknown value at `path`, and no dependency that tells where it comes from."""
    return dataclasses.replace(resource, inputs=hidden(resource.inputs, path), property_dependencies={})


def priced_graph(resources, usage):
    numbers = {
        one.urn: {key: Decimal(str(value)) for key, value in usage.get(one.name, {}).items()} for one in resources
    }
    day = datetime.date(2026, 11, 26)
    return estimate(ResourceGraph(resources), region="us-east-1", usage=numbers, on=day)


@pytest.mark.parametrize(
    ("resources", "usage"),
    [
        pytest.param(one.values[0], one.values[2] if one in TOTALS else {}, id=one.id)
        for one in (*GRAPHS, *TOTALS)
        if sum(len(list(places(resource.inputs))) for resource in one.values[0]) < BIG
    ],
)
def test_what_nothing_tells_never_lowers_the_worst_case_of_a_graph(request, resources, usage):
    """Nor what comes from it: what is billed at one resource is often said by another, which names it."""
    known = priced_graph(resources, usage)
    cheaper = []
    for number, resource in enumerate(resources):
        for path in places(resource.inputs):
            changed = [*resources[:number], blind(resource, path), *resources[number + 1 :]]
            found = priced_graph(changed, usage)
            if len(found.unpriced) <= len(known.unpriced) and found.worst_case_usd < known.worst_case_usd:
                cheaper.append(".".join(map(str, path)))
    name = request.node.callspec.id
    assert [each for each in cheaper if (name, each) not in TELLS_OTHERWISE] == []
