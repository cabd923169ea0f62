"""A web ACL, its address sets and what it protects fit together."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER_RULE, LOAD_BALANCER, WAF_RULE_GROUP, WEB_ACL, WEB_ACL_ASSOCIATION
from policies.checks import shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._statements import statements_in

IP_SET: Final = "aws:wafv2/ipSet:IpSet"
REFERENCES: Final = ("ipSetReferenceStatement", "ruleGroupReferenceStatement")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Scopes are equal, what protects a load balancer is regional, and two joined address sets are two."""
    graph = context.graph
    if resource.type in WEB_ACL_ASSOCIATION:
        for acl in graph.referenced(resource, "webAclArn", *WEB_ACL):
            if acl.get("scope") == "CLOUDFRONT" and graph.referenced(resource, "resourceArn", *LOAD_BALANCER):
                yield Problem("scope is CLOUDFRONT, and it is attached to a load balancer; set REGIONAL", "scope", acl)
        return
    own, served = context.once(known_parts)
    for rule in rules_of(resource):
        parts = list(statements_in(rule.get("statement")))
        named = [content.get("arn") for kind, content in parts if kind in REFERENCES]
        for arn in named:
            part = own.get(arn) if isinstance(arn, str) else None
            if part is not None and part.get("scope") != resource.get("scope"):
                yield Problem(
                    f"scope is {shown(resource.get('scope'))}, and {shown(part.get('scope'))} in {part.name}; make "
                    "them "
                    "equal",
                    "scope",
                )
            if part is None and context.is_plant_stack and isinstance(arn, str):
                yield Problem(f"rule {shown(rule.get('name'))} refers to {arn}, which is not in this stack", "rules")
        yield from joined_twice(rule, parts, own, context)
        yield from other_hosts(rule, parts, served)


def joined_twice(
    rule: Any, parts: list[tuple[str, Any]], own: dict[str, Resource], context: Context
) -> Iterator[Problem]:
    """Address sets of one family where a rule joins several."""
    for kind, content in parts:
        if kind != "orStatement":
            continue
        sets = [
            own[one["arn"]]
            for inner, one in statements_in(content.get("statements"))
            if inner == "ipSetReferenceStatement" and one.get("arn") in own
        ]
        families = [one.get("ipAddressVersion") for one in sets]
        if context.is_plant_stack and len(sets) > 1 and len({str(family) for family in families}) < 2:
            yield Problem(
                f"rule {shown(rule.get('name'))} joins address sets of {shown(families[0])} only; name one of IPV4 and "
                "one "
                "of IPV6",
                "rules",
            )


def other_hosts(rule: Any, parts: list[tuple[str, Any]], served: set[Any]) -> Iterator[Problem]:
    """Hosts that a rule is for, and no listener rule serves."""
    hosts = {
        content.get("searchString")
        for kind, content in parts
        if kind == "byteMatchStatement" and "host" in str(content.get("fieldToMatch"))
    }
    for host in hosts if served else ():
        if host not in served:
            yield Problem(
                f"rule {shown(rule.get('name'))} is for the host {shown(host)}, which no listener rule serves; make "
                "them fit",
                "rules",
            )


def known_parts(context: Context) -> tuple[dict[str, Resource], set[Any]]:
    """(ARN -> address set or rule group, hosts that listener rules serve)."""
    parts = context.graph.of_type(IP_SET, *WAF_RULE_GROUP)
    rules = context.graph.of_type(*LISTENER_RULE)
    return (
        {arn: one for one in parts if isinstance(arn := one.outputs.get("arn"), str)},
        {value for one in rules for value in one.all("conditions[*].hostHeader.values[*]")},
    )


def rules_of(resource: Resource) -> list[Any]:
    """Rules of a web ACL or rule group, as far as they are known."""
    value = resource.get("rules")
    return [rule for rule in value if isinstance(rule, dict)] if isinstance(value, list) else []


_RULE: Final = {"name": "page", "statement": {"ipSetReferenceStatement": {"arn": "arn:set"}}}

RULE = Rule(
    id="waf-parts-fit",
    title="A web ACL, its address sets and what it protects fit together",
    severity=Severity.MEDIUM,
    why="A rule that looks at the wrong set, host or scope is refused at deployment, or never matches.",
    fix="Give the scope, address sets and hosts that the message names.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-ipset-match.html",
    types=(*WEB_ACL, *WAF_RULE_GROUP, *WEB_ACL_ASSOCIATION),
    reads_graph=True,
    check=check,
    passing={
        "acl": (WEB_ACL[0], {"scope": "REGIONAL", "rules": [_RULE]}),
        "set": (IP_SET, {"scope": "REGIONAL"}),
    },
    failing={
        "acl": (WEB_ACL[0], {"scope": "REGIONAL", "rules": [_RULE]}),
        "set": (IP_SET, {"scope": "CLOUDFRONT"}),
    },
)
