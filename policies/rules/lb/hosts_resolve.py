"""The names that listener rules are for lead to the load balancer."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import CERTIFICATE, LISTENER_RULE, LOAD_BALANCER
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

RECORD: Final = "aws:route53/record:Record"
VALIDATION: Final = "aws:acm/certificateValidation:CertificateValidation"
KINDS: Final = {"ipv4": ("A",), "dualstack": ("A", "AAAA"), "dualstack-without-public-ipv4": ("AAAA",)}


def check(context: Context) -> Iterator[Problem]:
    """Where the stack keeps names in its zone, each host has a record of each family, and each alias leads here."""
    if not context.is_plant_stack:
        return
    graph = context.graph
    aliases = [one for one in graph.of_type(RECORD) if not is_absent(one.get("aliases"))]
    balancers = graph.of_type(*LOAD_BALANCER)
    hosts = {
        value for rule in graph.of_type(*LISTENER_RULE) for value in rule.all("conditions[*].hostHeader.values[*]")
    }
    if aliases and UNKNOWN not in hosts and len(balancers) == 1:
        kinds = KINDS.get(balancers[0].get("ipAddressType") or "ipv4", ())
        have = {(str(one.get("name")).rstrip("."), one.get("type")) for one in aliases}
        for host in sorted(hosts):
            for kind in kinds:
                if (host, kind) not in have:
                    yield Problem(
                        f"no record of type {kind} leads from {host} to the load balancer; add it", resource=aliases[0]
                    )
        for name, kind in sorted((name, str(kind)) for name, kind in have):
            if kind not in kinds:
                yield Problem(
                    f"{name} has a record of type {kind}, and the load balancer no such address", resource=balancers[0]
                )
        for record in aliases:
            yield from astray(record, balancers[0])
    names = {str(one.get("name")).rstrip(".") for one in graph.of_type(RECORD)}
    for validation in graph.of_type(VALIDATION):
        for fqdn in validation.all("validationRecordFqdns[*]"):
            if isinstance(fqdn, str) and names and fqdn.rstrip(".") not in names and graph.of_type(*CERTIFICATE):
                yield Problem(
                    f"validationRecordFqdns names {shown(fqdn) or 'nothing'}, which is no record of this stack",
                    "validationRecordFqdns",
                    validation,
                )


def astray(record: Resource, balancer: Resource) -> Iterator[Problem]:
    """An alias that leads to another load balancer."""
    own, zone = balancer.outputs.get("dnsName"), balancer.outputs.get("zoneId")
    for alias in mappings(record.get("aliases")):
        name = alias.get("name")
        if isinstance(own, str) and isinstance(name, str) and name.removeprefix("dualstack.").lower() != own.lower():
            yield Problem(f"aliases leads to {shown(name)}, and the load balancer is {own}; name it", "aliases", record)
        if isinstance(zone, str) and isinstance(alias.get("zoneId"), str) and alias.get("zoneId") != zone:
            yield Problem(
                f"aliases.zoneId is {shown(alias.get('zoneId'))}, and the load balancer's {zone}", "aliases", record
            )
        if alias.get("evaluateTargetHealth") in (False, "false"):
            yield Problem(
                "aliases.evaluateTargetHealth is false, so a dead load balancer stays named; set true",
                "aliases",
                record,
            )


def _stack(kind: str) -> dict[str, Any]:
    alias = [{"name": "edge.example.com", "zoneId": "Z1", "evaluateTargetHealth": True}]
    return {
        "root": (ROOT_TYPE, {}),
        "alb": (LOAD_BALANCER[0], {"ipAddressType": "ipv4"}),
        "read": (LISTENER_RULE[0], {"conditions": [{"hostHeader": {"values": ["api.example.com"]}}]}),
        "name": (RECORD, {"name": "api.example.com", "type": kind, "aliases": alias}),
    }


RULE = Rule(
    id="edge-hosts-resolve",
    title="The names that listener rules are for lead to the load balancer",
    severity=Severity.MEDIUM,
    why="A name that leads nowhere, or to an address family that nobody answers on, is an outage for some.",
    fix="Give each host an alias record A, and AAAA with a dual-stack load balancer.",
    source="https://docs.aws.amazon.com/Route53/latest/DeveloperGuide/routing-to-elb-load-balancer.html",
    check_stack=check,
    passing=_stack("A"),
    failing=_stack("AAAA"),
)
