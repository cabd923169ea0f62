"""Statements of web ACL rules are complete."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import WAF_RULE_GROUP, WEB_ACL, WEB_ACL_RULE
from deployment.unknown import UNKNOWN, Sentinel
from policies.checks import is_absent, mappings, shown
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._statements import JOINING, KINDS, NEGATED, statements_in

WORDS: Final = {
    "positionalConstraint": ("EXACTLY", "STARTS_WITH", "ENDS_WITH", "CONTAINS", "CONTAINS_WORD"),
    "comparisonOperator": ("EQ", "NE", "LE", "LT", "GE", "GT"),
}
FIELDS: Final = (
    "allQueryArguments",
    "body",
    "cookies",
    "headerOrders",
    "headers",
    "ja3Fingerprint",
    "ja4Fingerprint",
    "jsonBody",
    "method",
    "queryString",
    "singleHeader",
    "singleQueryArgument",
    "uriFragment",
    "uriPath",
)
NAMED: Final = ("singleHeader", "singleQueryArgument")
TRANSFORMATIONS: Final = frozenset(
    {
        "BASE64_DECODE",
        "BASE64_DECODE_EXT",
        "CMD_LINE",
        "CMD_LINE_UNIX",
        "CMD_LINE_WIN",
        "COMPRESS_WHITE_SPACE",
        "CSS_DECODE",
        "ESCAPE_SEQ_DECODE",
        "HEX_DECODE",
        "HTML_ENTITY_DECODE",
        "JS_DECODE",
        "JS_DECODE_EXT",
        "LOWERCASE",
        "MD5",
        "NONE",
        "NORMALIZE_PATH",
        "NORMALIZE_PATH_WIN",
        "REMOVE_COMMENTS_CHAR",
        "REMOVE_NULLS",
        "REMOVE_WHITESPACE",
        "REPLACE_COMMENTS",
        "REPLACE_NULLS",
        "SHA256",
        "SQL_HEX_DECODE",
        "TRIM",
        "TRIM_LEFT",
        "TRIM_RIGHT",
        "UPPERCASE",
        "URL_DECODE",
        "URL_DECODE_UNI",
        "UTF8_TO_UNICODE",
    }
)
"""Types of text transformations (WAFv2 API reference, botocore 1.44.5)."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each rule has a name, a priority of its own, a statement with all it takes, and answers that exist."""
    for fault in faults(resource.get("statement")):  # of a rule that is a resource of its own
        yield Problem(fault, "statement")
    bodies = {one.get("key") for one in mappings(resource.get("customResponseBodies"))}
    priorities: list[Any] = []
    for index, rule in enumerate(mappings(resource.get("rules"))):
        path = f"rules[{index}]"
        label = f"{path} ({shown(rule.get('name'))})"
        for key in ("name", "priority", "statement", "visibilityConfig"):
            if is_absent(rule.get(key)):
                yield Problem(f"{label} has no {key}; give it", path)
        if is_absent(rule.get("action")) and is_absent(rule.get("overrideAction")):
            yield Problem(f"{label} has neither action nor overrideAction; give one", path)
        if rule.get("priority") in priorities:
            yield Problem(f"{label} has the priority of another rule; give it one of its own", path)
        priorities.append(rule.get("priority"))
        if any(is_absent(one.get("metricName")) for one in mappings(rule.get("visibilityConfig"))):
            yield Problem(f"{label} has no visibilityConfig.metricName; give it", path)
        for fault in faults(rule.get("statement")):
            yield Problem(f"{label}: {fault}", path)
        yield from answer_problems(rule, label, path, bodies)


def answer_problems(rule: Mapping[str, Any], label: str, path: str, bodies: set[Any]) -> Iterator[Problem]:
    """What is wrong with the answers that a rule gives itself."""
    for block in mappings([one.get("block") for one in mappings(rule.get("action"))]):
        for answer in mappings(block.get("customResponse")):
            code, key = answer.get("responseCode"), answer.get("customResponseBodyKey")
            if code is not UNKNOWN and (not isinstance(code, (int, float)) or not 200 <= code <= 599):
                yield Problem(f"{label} refuses with status {shown(code)}; set responseCode to 200 to 599", path)
            if key is not None and key is not UNKNOWN and key not in bodies:
                yield Problem(f"{label} answers with {shown(key)}, which is not in customResponseBodies", path)
            for header in mappings(answer.get("responseHeaders")):
                if is_absent(header.get("name")) or is_absent(header.get("value")):
                    yield Problem(f"{label} answers with a header without name or value; give both", path)


def faults(statement: Any) -> Iterator[str]:
    """What a statement, or one inside it, lacks."""
    for one in mappings(statement):
        if len(one) != 1:
            yield f"a statement has {len(one)} kinds; give it one"
    for kind, content in statements_in(statement):
        required = KINDS.get(kind)
        if required is None:
            yield f"{kind} is no kind of statement"
            continue
        for key in required:
            if is_absent(content.get(key)) and not (key == "fieldToMatch" and content.get(key) is UNKNOWN):
                yield f"{kind}.{key} is not set; give it"
        for key, allowed in WORDS.items():
            if key in content and content.get(key) not in (*allowed, UNKNOWN):
                yield f"{kind}.{key} is {shown(content.get(key))}; give {allowed[0]} or another that AWS knows"
        inside = [content.get(key) for key in NEGATED]
        if (kind in JOINING or kind == "notStatement") and not any(isinstance(one, Sentinel) for one in inside):
            number = sum(len(mappings(one)) for one in inside)
            if kind in JOINING and number < 2:
                yield f"{kind} joins fewer than two statements"
            if kind == "notStatement" and number != 1:
                yield f"notStatement negates {number} statements; give it one"
        yield from field_faults(kind, content)


def field_faults(kind: str, content: Mapping[str, Any]) -> Iterator[str]:
    """What is wrong with the part of the request that a statement looks at, or counts by."""
    for field in mappings(content.get("fieldToMatch")):
        if len(field) != 1 or next(iter(field)) not in FIELDS:
            yield f"{kind}.fieldToMatch names {', '.join(map(str, field)) or 'nothing'}; give one part of the request"
    for change in mappings(content.get("textTransformations")):
        if is_absent(change.get("type")) or is_absent(change.get("priority")):
            yield f"{kind}: a textTransformation has no type or priority; give both"
        yield from unknown_changes(kind, [change])
    for place in (*mappings(content.get("fieldToMatch")), *mappings(content.get("customKeys"))):
        for key in (*NAMED, "header", "queryArgument", "cookie"):
            for named in mappings(place.get(key)):
                if is_absent(named.get("name")):
                    yield f"{kind}: {key} has no name; give it"
                changes = mappings(named.get("textTransformations"))
                yield from unknown_changes(kind, changes)
                if key not in NAMED and (not changes or any(is_absent(one.get("type")) for one in changes)):
                    yield f"{kind}: {key} has no textTransformations; give one, NONE at least"
    if kind == "rateBasedStatement" and content.get("aggregateKeyType") == "CUSTOM_KEYS" and not keys_of(content):
        yield "rateBasedStatement counts by CUSTOM_KEYS and has none; give customKeys"
    if kind == "rateBasedStatement" and content.get("aggregateKeyType") != "CUSTOM_KEYS" and keys_of(content):
        yield "rateBasedStatement has customKeys and does not count by them; set aggregateKeyType to CUSTOM_KEYS"


def unknown_changes(kind: str, changes: Sequence[Mapping[str, Any]]) -> Iterator[str]:
    """Text transformations that AWS WAF does not know."""
    for one in changes:
        if isinstance(one.get("type"), str) and one["type"] not in TRANSFORMATIONS:
            yield f"{kind}: {one['type']} is no text transformation; give NONE, LOWERCASE, URL_DECODE or another"


def keys_of(content: Mapping[str, Any]) -> list[Mapping[str, Any]]:
    """Custom keys of a rate limit that name something."""
    return [key for key in mappings(content.get("customKeys")) if any(value is not None for value in key.values())]


_RULE: Final = {
    "name": "rate",
    "priority": 0,
    "action": {"block": {}},
    "statement": {"rateBasedStatement": {"limit": 100, "aggregateKeyType": "IP"}},
    "visibilityConfig": {"metricName": "rate"},
}
_NOT_FROM_HERE: Final = {"notStatement": {"statements": [{"geoMatchStatement": {"countryCodes": ["DE"]}}]}}
_ACL: Final[Example] = {"acl": (WEB_ACL[0], {"rules": [_RULE]})}
_ANSWER: Final = "acl.rules[0].action.block.customResponse"
_RATE: Final = "acl.rules[0].statement.rateBasedStatement"
_PLAIN: Final = {"textTransformations": [{"priority": 0, "type": "NONE"}]}
_MATCH: Final = {"positionalConstraint": "EXACTLY", "searchString": "x", "fieldToMatch": {"method": {}}, **_PLAIN}
_MISMATCHED: Final = (
    {**_MATCH, "positionalConstraint": "MATCHES"},
    {**_MATCH, "fieldToMatch": {"method": {}, "body": {}}},
    {**_MATCH, "fieldToMatch": {"singleHeader": {}}},
    {**_MATCH, "textTransformations": [{"type": "NONE"}]},
    {**_MATCH, "textTransformations": [{"priority": 0, "type": "UPPER"}]},
)

RULE = Rule(
    id="waf-statements-complete",
    title="Statements of web ACL rules are complete",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="A statement that lacks a part is refused at deployment, or matches what nobody meant.",
    fix="Complete the statement that the message names.",
    source="https://docs.aws.amazon.com/waf/latest/APIReference/API_Statement.html",
    refused_by="wafv2 CreateWebACL, CreateRuleGroup: WAFInvalidParameterException",
    types=(*WEB_ACL, *WAF_RULE_GROUP, *WEB_ACL_RULE),
    check=check,
    passing=_ACL,
    failing=each(_ACL, {"acl.rules[0].statement.rateBasedStatement.limit": None})[0],
    also_passing=(
        # What the SDK for Python leaves of a deep statement as the program wrote it.
        *each(
            _ACL,
            {
                "acl.rules[0].statement.rateBasedStatement.scopeDownStatement": {
                    "notStatement": {"statement": {"geo_match_statement": {"country_codes": ["DE"]}}}
                }
            },
            {"acl": (WAF_RULE_GROUP[0], {"rules": [{**_RULE, "statement": _NOT_FROM_HERE}]})},
        ),
    ),
    undecided=each(_ACL, {"acl.rules[0].statement": {"andStatement": {"statements": UNKNOWN}}}),
    also_failing=each(
        _ACL,
        {"acl.rules[0].name": None},
        {"acl": (WEB_ACL_RULE[0], {"statement": {"matchStatement": {}}})},
        {"acl.rules[0].statement": {}},
        {"acl.rules[0].statement": {"matchStatement": {}}},
        {"acl.rules[0].statement": {"andStatement": {"statements": [{"geoMatchStatement": {"countryCodes": ["DE"]}}]}}},
        {"acl.rules[0].statement": {"notStatement": {}}},
        {_RATE: {"limit": 100, "aggregateKeyType": "CUSTOM_KEYS"}},
        {f"{_RATE}.customKeys": [{"uriPath": _PLAIN}]},
        {_RATE: {"limit": 100, "aggregateKeyType": "CUSTOM_KEYS", "customKeys": [{"header": {"name": "a"}}]}},
        *({"acl.rules[0].statement.byteMatchStatement": one, _RATE: None} for one in _MISMATCHED),
        {"acl.rules[0].statement": {"notStatement": {"statement": {"geoMatchStatement": {}}}}},
        {"acl.rules[0].action": None},
        {"acl.rules[1]": _RULE},
        {"acl.rules[0].visibilityConfig": {"sampledRequestsEnabled": True}},
        {f"{_ANSWER}.responseCode": 99},
        {f"{_ANSWER}": {"responseCode": 429, "customResponseBodyKey": "gone"}},
        {f"{_ANSWER}": {"responseCode": 429, "responseHeaders": [{"name": "Retry-After"}]}},
    ),
)
