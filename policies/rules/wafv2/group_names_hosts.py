"""Rules in the platform's web ACL name the host that they are for."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.tokens import WAF_RULE_GROUP, WEB_ACL
from policies.checks import mappings, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._hosts import hosts_of_stack
from policies.rules._statements import joined_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

PREFIXED: Final = ("EXACTLY", "STARTS_WITH")


def check(context: Context) -> Iterator[Problem]:
    """Each rule of a group in a shared web ACL asks for the stack's host beside what it is about."""
    graph = context.graph
    if not context.is_plant_stack or graph.of_type(*WEB_ACL):
        return  # in a web ACL of the stack's own there is no other host
    hosts = hosts_of_stack(context)
    for group in graph.of_type(*WAF_RULE_GROUP):
        for index, rule in enumerate(mappings(group.get("rules"))):
            asked = asked_hosts(rule)
            path = f"rules[{index}].statement"
            if not asked:
                yield Problem(
                    f"{path} ({shown(rule.get('name'))}) names no host, so it answers the requests of the neighbours, "
                    "too; join it with a byteMatchStatement on the header host",
                    path,
                    group,
                )
            elif hosts and not asked & hosts:
                yield Problem(
                    f"{path} ({shown(rule.get('name'))}) is for {', '.join(sorted(asked))}, and the listener's rules "
                    f"for {', '.join(sorted(hosts))}; make them equal",
                    path,
                    group,
                )


def asked_hosts(rule: Mapping[str, Any]) -> set[str]:
    """Hosts that the rule asks for, as one of the things that it joins, or as the scope of a rate limit."""
    statement = rule.get("statement")
    rates = [rate for one in joined_in(statement) for rate in mappings(one.get("rateBasedStatement"))]
    parts = [*joined_in(statement), *(part for rate in rates for part in joined_in(rate.get("scopeDownStatement")))]
    return {
        str(match.get("searchString"))
        for part in parts
        for match in mappings(part.get("byteMatchStatement"))
        for field in mappings(match.get("fieldToMatch"))
        for header in mappings(field.get("singleHeader"))
        if header.get("name") == "host" and match.get("positionalConstraint") in PREFIXED
    }


def _group(*statements: Mapping[str, Any]) -> tuple[str, dict[str, Any]]:
    return WAF_RULE_GROUP[0], {
        "rules": [{"name": "maintenance", "statement": {"andStatement": {"statements": list(statements)}}}]
    }


_HOST: Final = {
    "byteMatchStatement": {
        "fieldToMatch": {"singleHeader": {"name": "host"}},
        "positionalConstraint": "EXACTLY",
        "searchString": "api.example.com",
    }
}
_SET: Final = {"ipSetReferenceStatement": {"arn": "arn:all"}}

RULE = Rule(
    id="waf-group-names-hosts",
    title="Rules in the platform's web ACL name the host that they are for",
    severity=Severity.HIGH,
    why="A maintenance page or a rate limit without a host is everybody's on that load balancer.",
    fix="Join each rule's statement with a byteMatchStatement on the header host, for the listener's host.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/waf-rule-statement-type-string-match.html",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {}), "group": _group(_HOST, _SET)},
    failing={"root": (ROOT_TYPE, {}), "group": _group(_SET, _SET)},
)
