"""The capacity of rule groups before AWS's own table of web ACL capacity units."""

from __future__ import annotations

import pytest

from components.edge import firewall_rules as rules
from components.edge.rule_capacity import capacity
from policies.rules.wafv2.capacity_fits import units

FIELD = {"fieldToMatch": {"uriPath": {}}, "textTransformations": [{"priority": 0, "type": "NONE"}]}
DECODED = {
    **FIELD,
    "textTransformations": [{"priority": 0, "type": "URL_DECODE"}, {"priority": 1, "type": "LOWERCASE"}],
}
ALL_ARGUMENTS = {**FIELD, "fieldToMatch": {"allQueryArguments": {}}}
JSON_BODY = {**FIELD, "fieldToMatch": {"jsonBody": {"matchScope": "ALL", "matchPattern": {"all": {}}}}}
FORWARDED = {
    "ipSetForwardedIpConfig": {"headerName": "X-Forwarded-For", "fallbackBehavior": "MATCH", "position": "ANY"}
}
GEO = {"geoMatchStatement": {"countryCodes": ["LT"]}}

TABLE = [
    ("geographic match", GEO, 1),
    ("ASN match", {"asnMatchStatement": {"asnLists": [64_496]}}, 1),
    ("IP set match", {"ipSetReferenceStatement": {"arn": "a"}}, 1),
    ("IP set match, any forwarded address", {"ipSetReferenceStatement": {"arn": "a", **FORWARDED}}, 5),
    ("label match", {"labelMatchStatement": {"scope": "LABEL", "key": "k"}}, 1),
    ("regex match", {"regexMatchStatement": {"regexString": "x", **FIELD}}, 3),
    ("regex match, two transformations", {"regexMatchStatement": {"regexString": "x", **DECODED}}, 23),
    ("regex match, all query arguments", {"regexMatchStatement": {"regexString": "x", **ALL_ARGUMENTS}}, 13),
    ("regex pattern set", {"regexPatternSetReferenceStatement": {"arn": "a", **FIELD}}, 25),
    ("size constraint", {"sizeConstraintStatement": {"comparisonOperator": "GT", "size": 1, **FIELD}}, 1),
    ("SQL injection, low", {"sqliMatchStatement": FIELD}, 20),
    ("SQL injection, high", {"sqliMatchStatement": {"sensitivityLevel": "HIGH", **FIELD}}, 30),
    ("SQL injection, low, JSON body", {"sqliMatchStatement": JSON_BODY}, 40),
    ("exact match", {"byteMatchStatement": {"positionalConstraint": "EXACTLY", "searchString": "x", **FIELD}}, 2),
    ("contains", {"byteMatchStatement": {"positionalConstraint": "CONTAINS", "searchString": "x", **FIELD}}, 10),
    ("cross-site scripting", {"xssMatchStatement": FIELD}, 40),
    ("rate-based", {"rateBasedStatement": {"aggregateKeyType": "IP", "limit": 100}}, 2),
    (
        "rate-based, two keys and a scope",
        {
            "rateBasedStatement": {
                "aggregateKeyType": "CUSTOM_KEYS",
                "limit": 100,
                "customKeys": [{"ip": {}}, {"httpMethod": {}}],
                "scopeDownStatement": {"andStatement": {"statements": [GEO, {"notStatement": {"statements": [GEO]}}]}},
            }
        },
        64,
    ),
]
"""Statement -> its units: AWS WAF Developer Guide, pages "Using match rule statements", "Using rate-based rule
statements" and "Using logical rule statements", read 2026-11."""


@pytest.mark.parametrize(("statement", "expected"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_the_rule_counts_like_the_table(statement, expected):
    assert units(statement) == expected


def test_the_component_counts_like_the_table():
    limit = rules.RateLimit(requests=100, window_seconds=300, retry_after_seconds=60)
    named = {
        "maintenance": (rules.maintenance(["v4", "v6"], 60), 12 + 1 + 1),
        "per IP": (rules.per_ip(limit), 2 + 12),
        "per user": (rules.per_user(limit, "authorization"), 2 + 30 + 12),
        "heavy path": (rules.per_heavy_path(limit, "/v1/search"), 2 + 12 + 12),
        "page size": (rules.page_size(50), 12 + 3 + 10),
        "body size": (rules.body_size(8), 12 + 1),
    }
    for name, (rule, expected) in named.items():
        assert capacity([rules.for_host(rule, "api.example.com")]) == expected, name
    assert capacity(rules.for_host(rule, "api.example.com") for rule, _ in named.values()) == 136
