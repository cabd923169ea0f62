"""A rule group declares the capacity that its rules take."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import WAF_RULE_GROUP
from policies.checks import mappings, number
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

LOOSE: Final = ("CONTAINS", "CONTAINS_WORD")
BASE: Final[Mapping[str, int]] = {
    "asnMatchStatement": 1,
    "byteMatchStatement": 2,
    "geoMatchStatement": 1,
    "ipSetReferenceStatement": 1,
    "labelMatchStatement": 1,
    "regexMatchStatement": 3,
    "regexPatternSetReferenceStatement": 25,
    "sizeConstraintStatement": 1,
    "sqliMatchStatement": 20,
    "xssMatchStatement": 40,
}
"""Kind of statement -> its base cost in web ACL capacity units (AWS WAF Developer Guide, "Using match rule
statements", read 2026-11)."""


def capacity(rules: Any) -> int:
    """Units that `rules` take together; AWS may charge less where they share a transformation, and never more."""
    return sum(units(statement) for rule in mappings(rules) for statement in mappings(rule.get("statement")))


def units(statement: Mapping[str, Any]) -> int:
    """Units of one statement with all inside it."""
    return sum(_units(kind, content) for kind, contents in statement.items() for content in mappings(contents))


def _units(kind: str, content: Mapping[str, Any]) -> int:
    if kind == "rateBasedStatement":
        inside = sum(map(units, mappings(content.get("scopeDownStatement"))))
        return 2 + 30 * len(mappings(content.get("customKeys"))) + inside
    if kind not in BASE:
        return sum(map(units, mappings(content.get("statements"))))  # what joins others is free
    base = BASE[kind]
    if kind == "byteMatchStatement" and content.get("positionalConstraint") in LOOSE:
        base = 10
    if kind == "sqliMatchStatement" and content.get("sensitivityLevel") == "HIGH":
        base = 30
    if any(one.get("position") == "ANY" for one in mappings(content.get("ipSetForwardedIpConfig"))):
        base += 4
    for field in mappings(content.get("fieldToMatch")):
        base = base * 2 if "jsonBody" in field else base + 10 * ("allQueryArguments" in field)
    transformed = [one for one in mappings(content.get("textTransformations")) if one.get("type") != "NONE"]
    return base + 10 * len(transformed)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The declared capacity is that of the rules, or more."""
    declared, needed = number(resource.get("capacity")), capacity(resource.get("rules"))
    if declared is not None and declared < needed:
        yield Problem(f"capacity is {declared}, and the rules take {needed} units; declare that or more", "capacity")


def _rule(**statement: Any) -> dict[str, Any]:
    return {"name": "page-size", "priority": 0, "statement": statement}


_PATTERN: Final = {
    "regexString": "^x",
    "fieldToMatch": {"uriPath": {}},
    "textTransformations": [{"priority": 0, "type": "URL_DECODE"}],
}

RULE = Rule(
    id="waf-capacity-fits",
    title="A rule group declares the capacity that its rules take",
    severity=Severity.MEDIUM,
    why="AWS refuses the group (WAFLimitsExceededException), and a later change of its capacity replaces it.",
    fix="Set capacity to the sum that the message gives, or more.",
    source="https://docs.aws.amazon.com/waf/latest/developerguide/aws-waf-capacity-units.html",
    refused_by="wafv2 CreateRuleGroup: WAFLimitsExceededException",
    types=WAF_RULE_GROUP,
    check=check,
    passing={"group": (WAF_RULE_GROUP[0], {"capacity": 13, "rules": [_rule(regexMatchStatement=_PATTERN)]})},
    failing={"group": (WAF_RULE_GROUP[0], {"capacity": 12, "rules": [_rule(regexMatchStatement=_PATTERN)]})},
)
