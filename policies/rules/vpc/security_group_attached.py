"""Every security group is in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource, identities, leaves
from deployment.tokens import LOAD_BALANCER, SECURITY_GROUP
from deployment.unknown import watched
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Something other than its own rules uses the group."""
    if not context.parked and resource.urn not in context.once(_used):
        yield Problem("nothing uses this security group; attach it, or delete it")


def _used(context: Context) -> set[str]:
    """URNs of the groups that something uses: that a property says it comes from, in most programs all, or names.

    What can't be read names none that is known.
    """
    graph = context.graph
    groups = {group.urn: group for group in graph.of_type(*SECURITY_GROUP)}
    others = [token for token in graph.types if token not in PORT_HOLDERS]
    users = [user for token in others for user in graph.of_type(token) if user.custom]
    with watched(off=True):
        used = {
            group.urn
            for user in users
            for key, urns in user.property_dependencies.items()
            if key in user.inputs and not groups.keys().isdisjoint(urns)
            for group in graph.referenced(user, key)
        }
        names = {name for urn, group in groups.items() if urn not in used for name in identities(group)}
        return used | {
            group.urn
            for user in (users if names else ())
            for key, value in user.inputs.items()
            if not names.isdisjoint((value,) if value.__class__ is str else leaves(value))
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
