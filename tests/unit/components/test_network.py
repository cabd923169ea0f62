"""The VPC of a dedicated stack."""

from ipaddress import IPv4Network, IPv6Network

import pytest
from hypothesis import given
from hypothesis import strategies as st

from components.network.network import ipv6_range, numbers, split


@given(st.integers(min_value=16, max_value=25))
def test_split_gives_equal_ranges_that_do_not_overlap(prefix):
    ranges = [IPv4Network(cidr) for cidr in split(f"10.64.0.0/{prefix}")]
    assert len(ranges) == (16 if prefix <= 23 else 1 << 27 - prefix)
    assert len({network.prefixlen for network in ranges}) == 1
    assert all(network.subnet_of(IPv4Network(f"10.64.0.0/{prefix}")) for network in ranges)
    assert not any(one.overlaps(other) for index, one in enumerate(ranges) for other in ranges[:index])


@given(st.sets(st.sampled_from("abcdefgh"), min_size=2, max_size=6), st.sampled_from("abcdefgh"))
def test_no_zone_moves_another_ones_subnets(letters, further):
    zones = [f"us-east-1{letter}" for letter in sorted(letters)]
    before, after = numbers(zones, 16), numbers(sorted({*zones, f"us-east-1{further}"}), 16)
    assert before.items() <= after.items()
    assert len({*after.values()}) == len(after)


@given(st.permutations("abcdefghxyz"), st.sampled_from([4, 8, 16]))
def test_zones_of_a_small_network_share_no_subnet(letters, subnets):
    found = numbers([f"us-east-1{letter}" for letter in letters[: min(6, subnets // 2)]], subnets)
    assert len({*found.values()}) == len(found)
    assert all(number % 2 == 0 and 0 <= number < subnets for number in found.values())


def test_more_zones_than_subnets_are_refused():
    with pytest.raises(ValueError, match="take 6 subnets, and the network has 4"):
        numbers(["us-east-1a", "us-east-1b", "us-east-1c"], 4)


@pytest.mark.parametrize("index", [0, 1, 255])
def test_ipv6_ranges_are_the_numbered_64s_of_the_vpc(index):
    network = IPv6Network(ipv6_range("2600:1f18:1234:5600::/56", index))
    assert network == list(IPv6Network("2600:1f18:1234:5600::/56").subnets(new_prefix=64))[index]


def test_there_are_two_subnets_a_zone_in_two_zones(dev):
    subnets = dev.of_type("aws:ec2/subnet:Subnet")
    assert sorted(subnet.get("availabilityZone") for subnet in subnets) == [
        "us-east-1a",
        "us-east-1a",
        "us-east-1b",
        "us-east-1b",
    ]
    ranges = [IPv4Network(subnet.get("cidrBlock")) for subnet in subnets]
    assert not any(one.overlaps(other) for index, one in enumerate(ranges) for other in ranges[:index])
    assert len({subnet.get("ipv6CidrBlock") for subnet in subnets}) == 4


def test_no_subnet_hands_out_public_ipv4_addresses(dev):
    assert [subnet.get("mapPublicIpOnLaunch") for subnet in dev.of_type("aws:ec2/subnet:Subnet")] == [False] * 4


def test_fleet_subnets_reach_out_over_ipv6_only(dev, one):
    table = one(dev, "aws:ec2/routeTable:RouteTable", "plant-network-fleet-routes")
    routes = [
        route
        for route in dev.of_type("aws:ec2/route:Route")
        if route.get("routeTableId") == table.get("id") or table in dev.referenced(route, "routeTableId")
    ]
    assert [(route.get("destinationCidrBlock"), route.get("destinationIpv6CidrBlock")) for route in routes] == [
        (None, "::/0")
    ]
    assert dev.referenced(
        routes[0], "egressOnlyGatewayId", "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway"
    )


def test_nothing_in_the_network_bills_by_the_hour(dev):
    tokens = {resource.type for resource in dev if "plant-network" in resource.name}
    assert not tokens & {"aws:ec2/natGateway:NatGateway", "aws:ec2/eip:Eip"}
    assert [endpoint.get("vpcEndpointType") for endpoint in dev.of_type("aws:ec2/vpcEndpoint:VpcEndpoint")] == [
        "Gateway"
    ]


def test_default_security_group_is_emptied(dev, one):
    group = one(dev, "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup")
    assert group.inputs.get("ingress", []) == []
    assert group.inputs.get("egress", []) == []


def test_refused_traffic_is_logged_to_the_log_bucket(dev, one):
    flow_log = one(dev, "aws:ec2/flowLog:FlowLog")
    assert flow_log.get("trafficType") == "REJECT"
    assert flow_log.get("logDestination").endswith("/network")
