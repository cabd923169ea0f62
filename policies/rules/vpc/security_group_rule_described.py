"""Security group rules say what they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEFAULT_SECURITY_GROUP, INGRESS_RULE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._ports import PORT_HOLDERS, PORT_PROPERTIES, port_ranges

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each rule says who may speak to whom, and why."""
    if resource.type in DEFAULT_SECURITY_GROUP:
        return
    for one in port_ranges(resource):
        if one.description is not UNKNOWN and is_absent(one.description):
            path = f"{one.path}.description" if one.path else "description"
            yield Problem(f"{path} is not set; say who may speak to whom, and why", path)


RULE = Rule(
    id="network-security-group-rule-described",
    title="Security group rules say what they are for",
    severity=Severity.LOW,
    why="An open port nobody can explain is one nobody dares to close.",
    fix="Set description on each rule.",
    source="https://docs.aws.amazon.com/vpc/latest/userguide/security-group-rules.html",
    frameworks=("checkov:CKV_AWS_23", "pulumi:missingIngressRuleDescription", "pulumi:missingEgressRuleDescription"),
    types=PORT_HOLDERS,
    check=check,
    reads=PORT_PROPERTIES,
    passing={
        "https": (
            INGRESS_RULE[0],
            {"description": "HTTPS from clients", "ipProtocol": "tcp", "fromPort": 443, "toPort": 443},
        )
    },
    failing={"https": (INGRESS_RULE[0], {"ipProtocol": "tcp", "fromPort": 443, "toPort": 443})},
)
