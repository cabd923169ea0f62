"""Ways to the data stores of others, in instances and in pods."""

import base64
import json

import pytest

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize

EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"
ENDPOINT = "aws:ec2/vpcEndpoint:VpcEndpoint"
USER = "arn:aws:rds-db:us-east-1:123456789012:dbuser:db-ABC/plant"
TABLE = "arn:aws:dynamodb:us-east-1:123456789012:table/plants"
POSTGRES = {"name": "orders", "endpoint": "db.example.com", "port": 5432, "rds_user_arn": USER}
IN_VPC = {**POSTGRES, "way": "security-group", "security_group_id": "sg-0123456789abcdef0"}
DYNAMO = {
    "name": "plants",
    "endpoint": "dynamodb.us-east-1.amazonaws.com",
    "port": 443,
    "way": "gateway-endpoint",
    "table_arn": TABLE,
}


def declared(stack, *stores, environment=None, more=None):
    overrides = {"plant:data.stores": json.dumps(stores), **(more or {})}
    if environment:
        overrides["plant:data.environment"] = json.dumps(environment)
    return graph_from_json(synthesize(stack, overrides=overrides), "stores")


@pytest.fixture(scope="module")
def both():
    return declared("dev", IN_VPC, DYNAMO, environment={"LOG_LEVEL": "info"})


def test_fleet_may_connect_to_a_group_and_to_a_gateway_endpoint(both, one):
    to_group = one(both, EGRESS, "plant-stores-sg-0123456789abcdef0-5432-egress")
    assert to_group.get("referencedSecurityGroupId") == "sg-0123456789abcdef0"
    assert (to_group.get("fromPort"), to_group.get("toPort")) == (5432, 5432)
    endpoint = one(both, ENDPOINT, "plant-stores-us-east-1-dynamodb-endpoint")
    assert (endpoint.get("vpcEndpointType"), endpoint.get("serviceName")) == (
        "Gateway",
        "com.amazonaws.us-east-1.dynamodb",
    )
    assert both.referenced(endpoint, "routeTableIds", "aws:ec2/routeTable:RouteTable")
    assert one(both, EGRESS, "plant-stores-us-east-1-dynamodb-443-egress").get("prefixListId")


def test_application_signs_in_and_touches_its_table_only(both, one):
    policy = json.loads(one(both, "aws:iam/rolePolicy:RolePolicy", "plant-instances-instance-policy").get("policy"))
    granted = {action: found["Resource"] for found in policy["Statement"] for action in found["Action"]}
    assert granted["rds-db:connect"] == [USER]
    assert granted["dynamodb:Query"] == [TABLE, f"{TABLE}/index/*"]
    assert granted["dynamodb:PutItem"] == [TABLE]
    assert "dynamodb:Scan" not in granted


def test_container_knows_its_stores_and_the_further_environment(both):
    (template,) = [found for found in both.of_type("aws:ec2/launchTemplate:LaunchTemplate") if "stable" in found.name]
    script = base64.b64decode(template.get("userData")).decode()
    for line in ("PLANT_STORE_ORDERS_HOST=db.example.com", "PLANT_STORE_ORDERS_PORT=5432", "LOG_LEVEL=info"):
        assert f"\n{line}\n" in script
    contract = json.loads(
        next(
            found.get("insecureValue")
            for found in both.of_type("aws:ssm/parameter:Parameter")
            if "contract" in found.name
        )
    )
    assert contract["data_stores"][0] == {"name": "orders", "endpoint": "db.example.com", "port": 5432}


def test_reader_of_a_table_writes_nothing(one):
    graph = declared("dev", {**DYNAMO, "table_access": "read"})
    policy = one(graph, "aws:iam/rolePolicy:RolePolicy", "plant-instances-instance-policy").get("policy")
    assert "dynamodb:GetItem" in policy
    assert "dynamodb:PutItem" not in policy


def test_interface_endpoint_admits_the_fleet_alone_and_is_gone_while_parked(one):
    store = {**POSTGRES, "way": "vpc-endpoint", "endpoint_service": "com.amazonaws.vpce.us-east-1.vpce-svc-0a1b"}
    graph = declared("dev", store)
    endpoint = one(graph, ENDPOINT, "plant-stores-vpce-us-east-1-vpce-svc-0a1b-endpoint")
    assert (endpoint.get("vpcEndpointType"), len(endpoint.get("subnetIds"))) == ("Interface", 2)
    admitted = one(
        graph,
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
        "plant-stores-vpce-us-east-1-vpce-svc-0a1b-5432-from-fleet",
    )
    assert admitted.get("fromPort") == 5432
    parked = declared("dev", store, more={"plant:uptime.parked": "true"})
    assert not [found.name for found in parked if "stores" in found.name]


def test_store_outside_is_reached_over_ipv6(one):
    graph = declared("dev", {**POSTGRES, "way": "ipv6", "cidrs": ["2001:db8::/64"]})
    assert one(graph, EGRESS, "plant-stores-2001-db8-0-64-5432-egress").get("cidrIpv6") == "2001:db8::/64"


def test_pods_are_let_out_to_the_stores_addresses_and_the_role_signs_in():
    graph = declared("k8s", {**IN_VPC, "cidrs": ["10.0.32.0/24"]})
    policies = [found for found in graph if found.name.endswith("to-what-the-service-uses")]
    (egress,) = [found.get("spec.egress") for found in policies]
    assert {"to": [{"ipBlock": {"cidr": "10.0.32.0/24"}}], "ports": [{"protocol": "TCP", "port": 5432}]} in egress
    assert [found for found in graph.of_type("aws:iam/rolePolicy:RolePolicy") if USER in str(found.get("policy"))]


def rules_and_endpoints(graph):
    return {(found.type, found.name) for found in graph if found.type in (EGRESS, ENDPOINT) and "stores" in found.name}


@pytest.mark.parametrize(
    "store",
    [
        pytest.param(IN_VPC, id="group"),
        pytest.param(DYNAMO, id="gateway"),
        pytest.param(
            {**POSTGRES, "way": "vpc-endpoint", "endpoint_service": "com.amazonaws.us-east-1.qldb.session"},
            id="interface",
        ),
        pytest.param({**POSTGRES, "way": "ipv6", "cidrs": ["2001:db8::/64", "2001:db8:1::/64"]}, id="ranges"),
    ],
)
def test_stores_at_one_place_share_its_rule_and_its_endpoint_and_keep_them_under_another_name(store):
    """AWS: InvalidPermission.Duplicate, RouteAlreadyExists, and a private name that is taken."""
    alone = rules_and_endpoints(declared("dev", store))
    assert alone
    assert rules_and_endpoints(declared("dev", store, {**store, "name": "second"})) == alone
    assert rules_and_endpoints(declared("dev", {**store, "name": "renamed"})) == alone


def test_a_range_that_goes_leaves_the_rules_of_the_others_alone():
    store = {**POSTGRES, "way": "ipv6", "cidrs": ["2001:db8::/64", "2001:db8:1::/64"]}
    fewer = rules_and_endpoints(declared("dev", {**store, "cidrs": store["cidrs"][1:]}))
    assert len(fewer) == 1
    assert fewer < rules_and_endpoints(declared("dev", store))


def test_ranges_that_differ_in_where_zeros_are_left_out_have_rules_of_their_own():
    store = {**POSTGRES, "way": "ipv6", "cidrs": ["2001:db8::1/128", "2001:db8:1::/128"]}
    assert len(rules_and_endpoints(declared("dev", store))) == 2
