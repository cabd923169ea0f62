"""Which security groups are in use, and what that is told by."""

from dataclasses import replace

import pytest

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import INGRESS_RULE, LOAD_BALANCER, SECURITY_GROUP
from deployment.values import readable
from policies.assess import run_rule
from policies.context import Context
from policies.registry import rules_by_id

RULE = rules_by_id()["network-security-group-attached"]


def thing(token, name, /, sources=None, **inputs):
    urn = f"urn:pulumi:other::other::{token}::{name}"
    outputs = {"id": f"id-of-{name}"}
    return Resource(urn, token, name, readable(inputs), outputs, property_dependencies=sources or {})


GROUP = thing(SECURITY_GROUP[0], "group")
USING = {"securityGroups": (GROUP.urn,)}


@pytest.fixture
def told():
    """What is told of a stack of the group and others, and whether all of the stack was looked through for that."""

    def judged(*others):
        graph = ResourceGraph([GROUP, *others])
        return run_rule(RULE, Context(graph)), "_uses_of_all" in graph.__dict__

    return judged


def test_a_group_that_a_property_comes_from_is_in_use_whatever_else_cannot_be_read(told):
    """A password has nothing to do with it."""
    balancer = thing(LOAD_BALANCER[0], "edge", USING, securityGroups=["id-of-group"], secret="[secret]")
    assert told(balancer) == ([], False)


def test_a_group_that_is_named_by_its_id_alone_is_in_use(told):
    assert told(thing(LOAD_BALANCER[0], "edge", securityGroups=["id-of-group"])) == ([], True)


@pytest.mark.parametrize(
    "other",
    [
        thing(LOAD_BALANCER[0], "edge", USING),
        thing(INGRESS_RULE[0], "https", {"securityGroupId": (GROUP.urn,)}, securityGroupId="id-of-group"),
        replace(thing("app:index:Api", "api", USING, securityGroups=["id-of-group"]), custom=False),
    ],
    ids=["not given", "its own rule", "a component"],
)
def test_a_group_that_nothing_uses_is_told(other, told):
    found, _ = told(other)
    assert [one.urn for one in found] == [GROUP.urn]
