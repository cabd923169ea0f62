"""The web ACL keeps the promises of the API."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.tokens import LOAD_BALANCER, WAF_RULE_GROUP, WEB_ACL
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._alarms import expected_here
from policies.rules._statements import joined_in

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check(context: Context) -> Iterator[Problem]:
    """The story's web ACL limits each address, each user and the heavy path, and refuses what is too large."""
    if not expected_here(context):
        return
    graph = context.graph
    if not graph.of_type(*WEB_ACL) and graph.of_type(*LOAD_BALANCER):
        yield Problem("the load balancer of this stack has no web ACL in it; add aws.wafv2.WebAcl")
    if not graph.of_type(*WEB_ACL, *WAF_RULE_GROUP):
        yield Problem("no rule of this stack answers in a maintenance window; add aws.wafv2.RuleGroup")
    for group in graph.of_type(*WAF_RULE_GROUP):
        answers = any("window" in kinds_of(rule) for rule in mappings(group.get("rules")))
        if group.get("rules") is not UNKNOWN and not answers:
            yield Problem(f"no rule {WANTED['window']}; add it", "rules", group)
    for acl in graph.of_type(*WEB_ACL):
        if acl.get("rules") is UNKNOWN:
            yield undecided("rules")._replace(resource=acl)
            continue
        if is_absent(acl.get("defaultAction")):
            yield Problem("defaultAction is not set; set allow or block", "defaultAction", acl)
        kinds = {kind for rule in mappings(acl.get("rules")) for kind in kinds_of(rule)}
        for kind, what in WANTED.items():
            if kind not in kinds:
                yield Problem(f"no rule {what}; add it", "rules", acl)


WANTED = {
    "per address": "limits the rate of one address (rateBasedStatement by IP)",
    "per user": "limits the rate of one user (rateBasedStatement with customKeys)",
    "per path": "limits the rate of the heavy path (rateBasedStatement with scopeDownStatement)",
    "body": "refuses bodies that are too large (sizeConstraintStatement)",
    "page": "refuses pages over the contract's 50 items (regexMatchStatement)",
    "window": "answers 503 in a maintenance window (orStatement of two address sets)",
}


def kinds_of(rule: Mapping[str, Any]) -> Iterator[str]:
    """What a rule of the web ACL does, in the words of WANTED."""
    if rule.get("overrideAction") is None and not any("block" in action for action in mappings(rule.get("action"))):
        return  # a rule that lets through, or only counts, keeps no promise
    for statement in joined_in(rule.get("statement")):
        for rate in mappings(statement.get("rateBasedStatement")):
            if rate.get("customKeys"):
                yield "per user"
            elif rate.get("scopeDownStatement"):
                if any(
                    match.get("positionalConstraint") in ("STARTS_WITH", "CONTAINS")
                    and str(match.get("searchString")).startswith("/")
                    for scope in mappings(rate.get("scopeDownStatement"))
                    for match in mappings(scope.get("byteMatchStatement"))
                ):
                    yield "per path"
            elif rate.get("aggregateKeyType") == "IP":
                yield "per address"
        if statement.get("sizeConstraintStatement"):
            yield "body"
        if statement.get("regexMatchStatement") or statement.get("regexPatternSetReferenceStatement"):
            yield "page"
        for either in mappings(statement.get("orStatement")):
            sets = [
                one
                for part in mappings(either.get("statements"))
                for one in mappings(part.get("ipSetReferenceStatement"))
            ]
            if len(sets) >= 2 and not any(is_absent(one.get("arn")) for one in sets):
                yield "window"


RULE = Rule(
    id="waf-story-rules",
    title="The web ACL keeps the promises of the API",
    severity=Severity.HIGH,
    why=(
        "Each is a promise of the API: rate limits, inputs that are validated at the edge, 50 items a page, "
        "a clean 503."
    ),
    fix="Add the rule that the message names.",
    source="docs/architecture.md, firewall",
    check_stack=check,
    passing={
        "root": (ROOT_TYPE, {}),
        "acl": (
            WEB_ACL[0],
            {
                "defaultAction": {"allow": {}},
                "rules": [
                    {
                        "action": {"block": {}},
                        "statement": {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP"}},
                    },
                    {
                        "action": {"block": {}},
                        "statement": {"rateBasedStatement": {"limit": 100, "customKeys": [{"header": {}}]}},
                    },
                    {
                        "action": {"block": {}},
                        "statement": {
                            "rateBasedStatement": {
                                "limit": 100,
                                "scopeDownStatement": {
                                    "byteMatchStatement": {"positionalConstraint": "STARTS_WITH", "searchString": "/x"}
                                },
                            }
                        },
                    },
                    {"action": {"block": {}}, "statement": {"sizeConstraintStatement": {"size": 8192}}},
                    {"action": {"block": {}}, "statement": {"regexMatchStatement": {"regexString": "x"}}},
                    {
                        "action": {"block": {}},
                        "statement": {
                            "orStatement": {
                                "statements": [
                                    {"ipSetReferenceStatement": {"arn": "a"}},
                                    {"ipSetReferenceStatement": {"arn": "b"}},
                                ]
                            }
                        },
                    },
                ],
            },
        ),
    },
    failing={"root": (ROOT_TYPE, {}), "acl": (WEB_ACL[0], {"defaultAction": {"allow": {}}, "rules": []})},
)
