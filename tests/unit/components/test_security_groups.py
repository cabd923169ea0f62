"""Who may connect to whom."""

import pytest

INGRESS = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule"
EGRESS = "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule"


def test_only_https_is_open_to_the_world(dev):
    open_rules = [
        rule for rule in dev.of_type(INGRESS) if rule.get("cidrIpv6") == "::/0" or rule.get("cidrIpv4") == "0.0.0.0/0"
    ]
    assert [(rule.name, rule.get("fromPort"), rule.get("toPort")) for rule in open_rules] == [
        ("plant-access-edge-https-ipv4", 443, 443),
        ("plant-access-edge-https-ipv6", 443, 443),
    ]


def test_instances_admit_the_load_balancer_and_nobody_else(dev, one):
    fleet = one(dev, "aws:ec2/securityGroup:SecurityGroup", "plant-access-fleet")
    admitted = [rule for rule in dev.of_type(INGRESS) if fleet in dev.referenced(rule, "securityGroupId")]
    (rule,) = admitted
    (source,) = dev.referenced(rule, "referencedSecurityGroupId")
    assert source.name == "plant-access-edge"
    assert (rule.get("fromPort"), rule.get("toPort")) == (8443, 8443)


def test_cache_admits_instances_only(dev, one):
    cache = one(dev, "aws:ec2/securityGroup:SecurityGroup", "plant-access-cache")
    (rule,) = [rule for rule in dev.of_type(INGRESS) if cache in dev.referenced(rule, "securityGroupId")]
    assert dev.referenced(rule, "referencedSecurityGroupId")[0].name == "plant-access-fleet"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_every_rule_is_described_and_narrow(graph, stack):
    for rule in (*graph(stack).of_type(INGRESS), *graph(stack).of_type(EGRESS)):
        assert rule.get("description"), rule.name
        assert rule.get("ipProtocol") == "tcp", rule.name


def test_shared_stack_opens_its_door_in_the_platforms_groups(prod):
    groups = {rule.name: rule.get("securityGroupId") for rule in (*prod.of_type(INGRESS), *prod.of_type(EGRESS))}
    assert groups["plant-access-edge-to-fleet"] == "sg-0a1b2c3d4e5f60718"
    assert groups["plant-access-cache-from-fleet"] == "sg-0b1c2d3e4f5061728"
    assert len(prod.of_type("aws:ec2/securityGroup:SecurityGroup")) == 1


def test_load_balancer_fetches_the_issuers_keys_over_ipv4(dev, one):
    rule = one(dev, EGRESS, "plant-access-edge-to-issuer")
    assert (rule.get("cidrIpv4"), rule.get("fromPort"), rule.get("toPort")) == ("0.0.0.0/0", 443, 443)
