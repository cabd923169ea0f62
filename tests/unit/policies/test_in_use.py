"""Which security groups and addresses are in use, and what that is told by."""

from dataclasses import replace

import pytest

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import ELASTIC_IP, INGRESS_RULE, LOAD_BALANCER, NAT_GATEWAY, SECURITY_GROUP, TRANSFER_SERVER
from deployment.values import readable
from policies.assess import run_rule
from policies.context import ROOT_TYPE, Context
from policies.registry import rules_by_id
from policies.rules.vpc import security_group_attached

RULE = rules_by_id()["network-security-group-attached"]


def thing(token, name, /, sources=None, **inputs):
    urn = f"urn:pulumi:other::other::{token}::{name}"
    outputs = {"id": f"id-of-{name}"}
    return Resource(urn, token, name, readable(inputs), outputs, property_dependencies=sources or {})


GROUP = thing(SECURITY_GROUP[0], "group")
USING = {"securityGroups": (GROUP.urn,)}


def told(*others):
    return [one.urn for one in run_rule(RULE, Context(ResourceGraph([GROUP, *others])))]


def test_a_group_that_a_property_comes_from_is_in_use_and_no_value_is_looked_through(monkeypatch):
    monkeypatch.setattr(security_group_attached, "leaves", None)
    assert not told(thing(LOAD_BALANCER[0], "edge", USING, securityGroups=["id-of-group"]))


@pytest.mark.parametrize("groups", ["id-of-group", ["[secret]", "id-of-group"], [{"id": "id-of-group"}]])
def test_a_group_that_is_named_is_in_use(groups):
    assert not told(thing(LOAD_BALANCER[0], "edge", securityGroups=groups))


@pytest.mark.parametrize("sources", [{}, USING], ids=["named", "declared"])
def test_what_cannot_be_read_has_nothing_to_do_with_a_group_that_is_in_use(sources):
    assert not told(thing(LOAD_BALANCER[0], "edge", sources, secret="[secret]", securityGroups=["id-of-group"]))


@pytest.mark.parametrize(
    "other",
    [
        thing(LOAD_BALANCER[0], "edge", USING),
        thing(INGRESS_RULE[0], "https", {"securityGroupId": (GROUP.urn,)}, securityGroupId="id-of-group"),
        replace(thing("app:index:Api", "api", USING, securityGroups=["id-of-group"]), custom=False),
        thing(LOAD_BALANCER[0], "edge", securityGroups=["id-of-another"]),
        thing(LOAD_BALANCER[0], "edge", securityGroups="[secret]"),
    ],
    ids=["not given", "its own rule", "a component", "another", "what can't be read"],
)
def test_a_group_that_nothing_uses_is_told(other):
    assert told(other) == [GROUP.urn]


def test_a_group_of_a_parked_stack_may_be_unused():
    root = thing(ROOT_TYPE, "plant")
    assert told(root) == [GROUP.urn]
    assert not told(replace(root, custom=False, outputs={"costBasis": {"uptime": {"parked": True}}}))


ADDRESS = thing(ELASTIC_IP[0], "ip")


@pytest.mark.parametrize(
    ("gateway", "in_use", "looked_through"),
    [
        (replace(thing(NAT_GATEWAY[0], "nat", allocationId="id-of-ip"), dependencies=(ADDRESS.urn,)), True, False),
        (thing(NAT_GATEWAY[0], "nat", allocationId="id-of-ip"), True, True),
        (thing(NAT_GATEWAY[0], "nat", allocationId="id-of-another"), False, True),
        (replace(thing("app:index:Api", "api"), dependencies=(ADDRESS.urn,), custom=False), False, True),
    ],
    ids=["depends on it", "names it", "names another", "a component"],
)
def test_an_address_is_in_use(gateway, in_use, looked_through):
    graph = ResourceGraph([ADDRESS, gateway])
    found = run_rule(rules_by_id()["network-elastic-ip-attached"], Context(graph))
    assert [one.urn for one in found] == ([] if in_use else [ADDRESS.urn])
    assert ("_uses_of_all" in graph.__dict__) is looked_through


@pytest.mark.parametrize("name", ["id-of-group", "id-of-another"])
def test_who_uses_an_open_group_is_looked_for_where_a_server_of_files_does(name):
    """SFTP has SSH's port."""
    ssh = thing(
        INGRESS_RULE[0],
        "ssh",
        securityGroupId="id-of-group",
        cidrIpv4="0.0.0.0/0",
        ipProtocol="tcp",
        fromPort=22,
        toPort=22,
    )
    server = thing(TRANSFER_SERVER[0], "files", endpointDetails={"securityGroupIds": [name]}, certificate="[secret]")
    graph = ResourceGraph([GROUP, ssh, server])
    found = run_rule(rules_by_id()["network-no-admin-ports-open"], Context(graph))
    uses = name == "id-of-group"
    assert ([one.urn for one in found], "_uses_of_all" in graph.__dict__) == ([] if uses else [ssh.urn], uses)
