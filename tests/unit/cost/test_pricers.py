"""Every priced type with hand-computed dollars a month: us-east-1, list prices, 730 hours, one named line each."""

from __future__ import annotations

import inspect
from decimal import Decimal
from pathlib import Path

import pytest
from billed import CASES
from billed._graphs import GRAPHS, UNBOUNDED
from billed._totals import TOTALS

from cost import estimate
from cost.money import line_usd
from cost.registry import all_pricers
from deployment import tokens
from deployment.graph import ResourceGraph

ALB = "aws:lb/loadBalancer:LoadBalancer"
WAF = "aws:wafv2/webAcl:WebAcl"

ELSEWHERE = {
    "aws:autoscaling/group:Group": "test_fleets.py",
    "aws:ecs/service:Service": "test_fleets.py",
    **dict.fromkeys(
        (
            "kubernetes:autoscaling/v1:HorizontalPodAutoscaler",
            "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
            "kubernetes:keda.sh/v1alpha1:ScaledObject",
            "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler",
            "kubernetes:helm.sh/v3:Release",
            "kubernetes:karpenter.sh/v1:NodePool",
            "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
        ),
        "test_pods.py",
    ),
    **dict.fromkeys(tokens.GATEWAY, "test_cluster_load_balancers.py"),
    "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig": "billed/_graphs.py",
    "aws:rds/clusterInstance:ClusterInstance": "billed/_graphs.py",
    "aws:appautoscaling/target:Target": "billed/_graphs.py",
    "aws:kinesis/streamConsumer:StreamConsumer": "billed/_graphs.py",
    "aws:cloudwatch/eventTarget:EventTarget": "billed/_graphs.py",
}


@pytest.mark.parametrize(("token", "inputs", "lines", "usage"), CASES)
def test_each_billed_dimension_has_its_dollars(token, inputs, lines, usage, make, price):
    found = price(make(token, inputs), usage=usage or {})
    assert not found.unpriced, f"{found.unpriced[0].reason}: write its row into cost/prices/aws/<region>/<service>.toml"
    for item, usd in lines.items():
        matching = [line for line in found.lines if line.item.startswith(item)]
        # `Data stored` also begins `Data stored, infrequent access`: the shortest name is the one meant
        exact = sorted(matching, key=lambda line: len(line.item))[:1]
        amount = exact[0].monthly_usd if exact else None
        assert amount == (None if usd is None else line_usd(Decimal(usd))), item


@pytest.mark.parametrize(("resources", "figure", "usd", "item"), GRAPHS)
def test_what_depends_on_other_resources_has_its_dollars(resources, figure, usd, item, price):
    found = price(*resources)
    assert not found.unpriced
    total = sum((getattr(line, figure) for line in found.lines if line.item.startswith(item)), Decimal(0))
    assert total == Decimal(usd)


@pytest.mark.parametrize(("resources", "reason"), UNBOUNDED)
def test_what_has_no_largest_number_has_no_price(resources, reason, price):
    assert [entry for entry in price(*resources).unpriced if entry.reason.startswith(reason)]


@pytest.mark.parametrize(("resources", "usd", "usage", "figure", "allowances"), TOTALS)
def test_a_whole_graph_has_its_dollars(resources, usd, usage, figure, allowances, make_basis):
    numbers = {
        one.urn: {key: Decimal(str(value)) for key, value in usage[one.name].items()}
        for one in resources
        if one.name in usage
    }
    basis = make_basis(monthly_requests=0, allowances=allowances)
    found = estimate(ResourceGraph(resources), basis=basis, usage=numbers)
    assert not found.unpriced
    assert round(sum((getattr(line, figure) for line in found.lines), Decimal(0)), 6) == round(usd, 6)


@pytest.mark.parametrize(
    "token",
    [
        "aws:elasticloadbalancingv2/listenerRule:ListenerRule",
        "aws:applicationloadbalancing/targetGroup:TargetGroup",
        "aws:ec2transitgateway/transitGateway:TransitGateway",
        "aws:ec2transitgateway/routeTable:RouteTable",
        "aws:apigateway/vpcLink:VpcLink",
        "aws:apigatewayv2/vpcLink:VpcLink",
        "aws:apigateway/requestValidator:RequestValidator",
        "aws:dynamodb/tableItem:TableItem",
        "aws:globalaccelerator/endpointGroup:EndpointGroup",
        "aws:ec2/networkInterfaceAttachment:NetworkInterfaceAttachment",
        "aws:ram/resourceShare:ResourceShare",
        "pulumi-nodejs:dynamic:Resource",
        "pulumi-python:dynamic:Resource",
        "docker:index/image:Image",
        "docker:index/container:Container",
        "postgresql:index/database:Database",
        "aws-native:iam:Role",
    ],
)
def test_types_without_a_charge_of_their_own_are_proven_free(token, make, price):
    found = price(make(token, {}))
    assert not found.unpriced and len(found.free) == 1


def test_every_priced_type_has_a_case():
    covered = {each.values[0] for each in CASES} | ELSEWHERE.keys()
    missing = [
        f'tests/billed/{Path(inspect.getfile(pricer.charges)).name}: write case("{token}", …) into CASES'
        for token, pricer in all_pricers()
        if token not in covered
    ]
    assert not missing, "\n".join(missing)


@pytest.mark.parametrize(
    ("token", "inputs", "reason"),
    [
        pytest.param(
            "aws:ec2/instance:Instance",
            {"instanceType": "t3.micro", "ami": "Windows_Server-2025"},
            "windows.t3.micro",
            id="windows",
        ),
        pytest.param(
            "aws:ec2/instance:Instance", {"instanceType": "zz9.huge"}, "ec2_other/linux.zz9.huge", id="unknown type"
        ),
        pytest.param(
            WAF,
            {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesATPRuleSet"}}}]},
            "fraud_control",
            id="fraud control",
        ),
        pytest.param(
            "aws:elasticache/cluster:Cluster",
            {"engine": "memcached", "nodeType": "cache.t1.micro"},
            "memcached.cache.t1.micro",
            id="memcached node",
        ),
        pytest.param(
            "aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",
            {},
            "its function isn't in the graph",
            id="provisioned concurrency",
        ),
        pytest.param(
            "aws:dynamodb/table:Table", {"replicas": [{}]}, "the Region of a replica isn't known", id="global table"
        ),
        pytest.param(
            "aws:sns/topicSubscription:TopicSubscription", {"protocol": "pigeon"}, "pigeon", id="unknown protocol"
        ),
        pytest.param("aws:kendra/index:Index", {}, "no estimator", id="no estimator"),
        pytest.param(
            "aws:rds/cluster:Cluster", {"engine": "mysql"}, "clusters of mysql aren't priced", id="rds cluster"
        ),
        pytest.param(
            "aws:rds/cluster:Cluster",
            {"engine": "aurora-mysql", "engineMode": "serverless"},
            "Serverless v1",
            id="aurora v1",
        ),
        pytest.param(
            "aws:rds/cluster:Cluster",
            {"engine": "aurora-mysql", "backtrackWindow": 60},
            "change records",
            id="backtrack",
        ),
        pytest.param(
            "aws:rds/clusterInstance:ClusterInstance",
            {"clusterIdentifier": "elsewhere", "instanceClass": "db.t3.medium"},
            "its cluster isn't in the graph",
            id="aurora instance",
        ),
        pytest.param(
            "aws:opensearch/domain:Domain",
            {"clusterConfig": {"instanceType": "x9.large.search"}},
            "opensearch/x9.large.search",
            id="opensearch node",
        ),
        pytest.param(
            "aws:redshift/cluster:Cluster", {"nodeType": "dc2.large", "multiAz": True}, "second zone", id="redshift"
        ),
        pytest.param("aws:glue/job:Job", {"executionClass": "FLEX"}, "flexible execution", id="glue"),
        pytest.param(
            "aws:codebuild/project:Project",
            {"environment": {"type": "ARM_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL"}},
            "codebuild/arm_container_small_minute",
            id="codebuild",
        ),
        pytest.param(
            "aws:msk/cluster:Cluster",
            {"numberOfBrokerNodes": 3, "brokerNodeGroupInfo": {"instanceType": "kafka.m5.large"}},
            "volumeSize",
            id="msk",
        ),
        pytest.param(
            "aws:eks/cluster:Cluster", {"computeConfig": {"enabled": True}}, "EKS Auto Mode", id="EKS Auto Mode"
        ),
        pytest.param(
            "aws:ecs/service:Service", {"cluster": "arn:elsewhere"}, "a cluster that isn't in the graph", id="cluster"
        ),
        pytest.param("aws:ecs/service:Service", {"launchType": "EXTERNAL"}, "EXTERNAL", id="machines of one's own"),
        pytest.param(
            "aws:rds/instance:Instance",
            {"engine": "postgres", "instanceClass": "db.t3.large", "engineVersion": "9.6"},
            "older than any",
            id="postgres 9.6",
        ),
        pytest.param(
            "aws:rds/instance:Instance",
            {"engine": "mysql", "instanceClass": "db.t3.large", "engineVersion": "latest"},
            "isn't a version number",
            id="no version",
        ),
        pytest.param(
            "aws:ec2/flowLog:FlowLog",
            {"logDestinationType": "kinesis-data-firehose"},
            "vended_logs_firehose_gb",
            id="flow logs to firehose",
        ),
    ],
)
def test_what_has_no_price_is_reported_and_never_free(token, inputs, reason, make, price):
    found = price(make(token, inputs))
    assert [reason in entry.reason for entry in found.unpriced] == [True]


@pytest.mark.parametrize("hostile", [7, "text", [1, 2], {"rules": 3}, [[["deep"]]]], ids=repr)
@pytest.mark.parametrize("token", sorted({each.values[0] for each in CASES}))
def test_a_property_of_any_shape_is_priced_or_reported_but_never_a_crash(token, hostile, make, price):
    names = ("rules", "subnets", "engine", "metricQueries", "mixedInstancesPolicy", "scalingConfig", "definition",
             "rootBlockDevice", "warmPool", "cacheUsageLimits", "instanceTypes", "type", "size", "tier")  # fmt: skip
    found = price(make(token, dict.fromkeys(names, hostile)))
    assert found.expected_usd >= 0


def test_a_flow_of_tls_counts_for_sixteen_of_tcp(make, price):
    balancer = make(ALB, {"loadBalancerType": "network", "subnets": ["a"]}, name="web")

    def units(protocol):
        listener = make("aws:lb/listener:Listener", {"protocol": protocol, "loadBalancerArn": "web-id"})
        found = price(balancer, listener, usage={"new_connections": 800})
        return next(line.monthly_usd for line in found.lines if "capacity units" in line.item)

    assert (units("TCP"), units("TLS")) == (Decimal("4.38"), Decimal("70.08"))


@pytest.mark.parametrize(
    ("group", "outputs", "usd"),
    [
        pytest.param(2400, {}, "4.00", id="two steps, by its own group"),
        pytest.param(500, {"capacity": 1501}, "2.00", id="one step, as AWS says"),
        pytest.param(500, {"capacity": 1500}, None, id="included"),
    ],
)
def test_requests_cost_more_beyond_1500_units_of_capacity(group, outputs, usd, make, price):
    reference = {"statement": {"ruleGroupReferenceStatement": {"arn": "group-id"}}}
    own = make("aws:wafv2/ruleGroup:RuleGroup", {"capacity": group, "rules": []}, name="group")
    acl = make(WAF, {"rules": [reference]}, outputs=outputs)
    found = price(acl, own, usage={"monthly_requests": 10_000_000})
    more = [line.monthly_usd for line in found.lines if line.item.startswith("Capacity beyond")]
    assert more == ([] if usd is None else [Decimal(usd)])


def test_an_end_of_standard_support_that_comes_is_told(make, price):
    cache = {"engine": "redis", "engineVersion": "6.x", "nodeType": "cache.t4g.micro", "numCacheClusters": 2}
    (coming,) = price(make("aws:elasticache/replicationGroup:ReplicationGroup", cache)).coming
    assert (coming.day.isoformat(), coming.monthly_usd) == ("2027-02-01", Decimal("18.688"))


@pytest.mark.parametrize(
    ("token", "path"),
    [
        ("aws:lb/loadBalancer:LoadBalancer", "loadBalancerType"),
        ("aws:ec2/vpcEndpoint:VpcEndpoint", "vpcEndpointType"),
        ("aws:sfn/stateMachine:StateMachine", "type"),
        ("aws:route53/healthCheck:HealthCheck", "type"),
        ("aws:ecs/service:Service", "launchType"),
    ],
)
def test_a_kind_that_nobody_has_looked_up_is_never_billed_as_another(token, path, make, price):
    found = price(make(token, {path: "quantum"}))
    assert [one.reason for one in found.unpriced if f"{path} is 'quantum'; prices are known for" in one.reason]
    assert not found.lines
