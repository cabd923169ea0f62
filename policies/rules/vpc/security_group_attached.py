"""Every security group is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import LOAD_BALANCER, SECURITY_GROUP
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Something other than its own rules uses the group."""
    graph = context.graph
    if context.parked or resource.urn in context.once(_named):
        return
    if not any(
        resource in graph.referenced(user, key)
        for user in graph.referrers(resource)
        if user.type not in PORT_HOLDERS and user.custom
        for key in user.inputs
    ):
        yield Problem("nothing uses this security group; attach it, or delete it")


def _named(context: Context) -> set[str]:
    """URNs of the groups that a property says it comes from, as in most programs all: none looks through the stack."""
    graph = context.graph
    groups = {group.urn for group in graph.of_type(*SECURITY_GROUP)}
    return {
        group.urn
        for token in graph.types
        if token not in PORT_HOLDERS
        for user in graph.of_type(token)
        for key, urns in user.property_dependencies.items()
        if not groups.isdisjoint(urns) and user.custom and key in user.inputs
        for group in graph.referenced(user, key)
    }


RULE = Rule(
    id="network-security-group-attached",
    title="Every security group is in use",
    severity=Severity.LOW,
    why=(
        "A group left over is attached to the wrong thing one day; a fleet whose group is detached has the default one."
    ),
    fix="Name the group in what it should protect, or delete it.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
    frameworks=("checkov:CKV2_AWS_5",),
    types=SECURITY_GROUP,
    reads_graph=True,
    check=check,
    passing={
        "group": (SECURITY_GROUP[0], {}),
        "alb": (LOAD_BALANCER[0], {"securityGroups": ["id:group"]}),
    },
    failing={"group": (SECURITY_GROUP[0], {})},
)
