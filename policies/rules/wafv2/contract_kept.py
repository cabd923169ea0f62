"""The web ACL refuses what the contract does not allow, and says why."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import PARAMETER, WAF_RULE_GROUP, WEB_ACL
from policies.checks import is_absent, mappings, number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._contract import limits_of
from policies.rules._statements import statements_in

KIBIBYTE: Final = 1024
ANSWERS: Final = {
    "rateBasedStatement": (429, True),
    "sizeConstraintStatement": (413, False),
    "regexMatchStatement": (400, False),
    "ipSetReferenceStatement": (503, True),
}
"""Kind of statement -> status of its answer, and whether that says when to come back (RFC 9110)."""
LONGEST_WAIT: Final = 3_600
SPELLINGS: Final = ("{}", "0{}", "00{}", "{}0", "+{}")
"""How a number over the limit may be written."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Bodies and pages over the contract's limits are refused, and every answer has its status and Retry-After."""
    if not context.is_plant_stack:
        return
    limits = limits_of(context)
    for rule in mappings(resource.get("rules")):
        label = shown(rule.get("name"))
        parts = list(statements_in(rule.get("statement")))
        for kind, content in parts:
            if kind == "sizeConstraintStatement":
                yield from body_problems(content, label, number(limits.get("body_size_max_kib")))
            if kind == "regexMatchStatement":
                yield from page_problems(content, label, number(limits.get("page_size_max")))
        yield from answer_problems(rule, label, [kind for kind, _ in parts])


def body_problems(content: Mapping[str, Any], label: str, most_kib: Any) -> Iterator[Problem]:
    """A body limit that lets more through than the contract says."""
    size, operator = number(content.get("size")), content.get("comparisonOperator")
    fields = mappings(content.get("fieldToMatch"))
    handling = [body.get("oversizeHandling") for field in fields for body in mappings(field.get("body"))]
    if not handling:
        yield Problem(f"rule {label} does not look at the body; set fieldToMatch.body", "rules")
    elif handling[0] != "MATCH":
        yield Problem(
            f"rule {label}: oversizeHandling is {shown(handling[0])}, so a body that AWS WAF can't read whole passes; "
            "set "
            "MATCH",
            "rules",
        )
    if operator not in ("GT", "GE"):
        yield Problem(f"rule {label}: comparisonOperator is {shown(operator)}; set GT", "rules")
    if most_kib is not None and (size is None or size != most_kib * KIBIBYTE):
        yield Problem(
            f"rule {label}: size is {shown(content.get('size'))}, and the contract says {most_kib} KiB; set "
            f"{most_kib * KIBIBYTE}",
            "rules",
        )


def page_problems(content: Mapping[str, Any], label: str, most: Any) -> Iterator[Problem]:
    """A page limit that lets more through than the contract says, or less."""
    arguments = [
        argument.get("name")
        for field in mappings(content.get("fieldToMatch"))
        for argument in mappings(field.get("singleQueryArgument"))
    ]
    if most is None:
        return
    if arguments != ["page_size"]:
        yield Problem(f"rule {label} looks at {shown(arguments[0] if arguments else None)}, not at page_size", "rules")
    transformations = [one.get("type") for one in mappings(content.get("textTransformations"))]
    if "URL_DECODE" not in transformations and "URL_DECODE_UNI" not in transformations:
        yield Problem(f"rule {label} reads the argument as it is sent; add the textTransformation URL_DECODE", "rules")
    try:
        pattern = re.compile(str(content.get("regexString")))
    except re.error:
        yield Problem(f"rule {label}: regexString is no regular expression", "rules")
        return
    passed = [text for text in (form.format(int(most) + 1) for form in SPELLINGS) if not pattern.search(text)]
    refused = [text for text in (str(int(most)), "1") if pattern.search(text)]
    if passed or refused:
        wrong = f"lets {passed[0]} through" if passed else f"refuses {refused[0]}"
        yield Problem(
            f"rule {label} {wrong}, and the contract allows {most} items a page; correct regexString", "rules"
        )


def answer_problems(rule: Mapping[str, Any], label: str, kinds: list[str]) -> Iterator[Problem]:
    """An answer with another status than its reason has, or that does not say when to come back."""
    wanted = next((ANSWERS[kind] for kind in ANSWERS if kind in kinds), None)
    for block in mappings([one.get("block") for one in mappings(rule.get("action"))]):
        if wanted is None:
            continue
        answer = (mappings(block.get("customResponse")) or [{}])[0]
        status, comes_back = wanted
        if answer.get("responseCode") != status:
            yield Problem(
                f"rule {label} answers with {shown(answer.get('responseCode') or 403)}; set {status}", "rules"
            )
        waits = [
            one.get("value") for one in mappings(answer.get("responseHeaders")) if one.get("name") == "Retry-After"
        ]
        if comes_back and not any(0 < (number(value) or 0) <= LONGEST_WAIT for value in waits):
            yield Problem(f"rule {label} does not say when to come back; add the header Retry-After", "rules")
        if is_absent(answer.get("customResponseBodyKey")):
            yield Problem(f"rule {label} answers without a body; set customResponseBodyKey", "rules")


def _acl(size: int) -> dict[str, Any]:
    statement = {"sizeConstraintStatement": {"size": size, "comparisonOperator": "GT", "fieldToMatch": _BODY}}
    answer = {"responseCode": 413, "customResponseBodyKey": "body-too-large"}
    return {
        "root": (ROOT_TYPE, {}),
        "contract": (PARAMETER[0], {"insecureValue": '{"response_budget_ms": 100, "body_size_max_kib": 8}'}),
        "acl": (
            WEB_ACL[0],
            {"rules": [{"name": "body", "action": {"block": {"customResponse": answer}}, "statement": statement}]},
        ),
    }


_BODY: Final = {"body": {"oversizeHandling": "MATCH"}}

RULE = Rule(
    id="waf-contract-kept",
    title="The web ACL refuses what the contract does not allow, and says why",
    severity=Severity.HIGH,
    why="A limit that the edge does not keep is kept by nobody; an answer without reason is tried again at once.",
    fix="Set size, regexString, oversizeHandling and customResponse as the message says.",
    source="docs/architecture.md, firewall",
    types=(*WEB_ACL, *WAF_RULE_GROUP),
    reads_graph=True,
    check=check,
    passing=_acl(8192),
    failing=_acl(1_000_000),
)
