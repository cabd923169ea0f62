"""Elastic IP addresses are in use."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ELASTIC_IP
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An Elastic IP belongs to an instance, an interface or a gateway."""
    if (
        all(is_absent(resource.get(path)) for path in ("instance", "networkInterface"))
        and resource.urn not in context.once(_depended_on)
        and not any(user.custom for user in context.graph.referrers(resource))
    ):
        yield Problem("nothing uses this address; attach it, or release it")


def _depended_on(context: Context) -> set[str]:
    """URNs of what others wait for, as for most addresses somebody does: then nobody looks for who names them."""
    return {urn for user in context.graph if user.custom for urn in user.dependencies}


RULE = Rule(
    id="network-elastic-ip-attached",
    title="Elastic IP addresses are in use",
    severity=Severity.LOW,
    why="A public IPv4 address costs $3.65 a month whether it is used or not.",
    fix="Set instance or networkInterface, or delete the address.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-eips.html",
    frameworks=("checkov:CKV2_AWS_19",),
    types=ELASTIC_IP,
    reads_graph=True,
    check=check,
    passing={"ip": (ELASTIC_IP[0], {"instance": "i-1"})},
    failing={"ip": (ELASTIC_IP[0], {"domain": "vpc"})},
)
