"""WAF rules as plain values, for a web ACL and for a rule group alike."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

Rule = Mapping[str, Any]
"""One WAF rule in the shape of Pulumi's arguments, without its priority."""

PLAIN = [{"priority": 0, "type": "NONE"}]
URL_DECODED = [{"priority": 0, "type": "URL_DECODE"}]

TOO_MANY = "too-many-requests"
PAGE_TOO_LARGE = "page-too-large"
BODY_TOO_LARGE = "body-too-large"
MAINTENANCE = "maintenance"

BODIES: Mapping[str, str] = {
    TOO_MANY: '{"error":"too_many_requests"}',
    PAGE_TOO_LARGE: '{"error":"page_size_over_limit"}',
    BODY_TOO_LARGE: '{"error":"body_over_limit"}',
    MAINTENANCE: '{"error":"maintenance"}',
}
"""Key -> body of an answer, in JSON as all answers of the API."""


@dataclass(frozen=True, kw_only=True)
class RateLimit:
    """Requests that are let through in a window."""

    requests: int
    """Requests a window."""
    window_seconds: int
    """Length of the window: 60, 120, 300 or 600."""
    retry_after_seconds: int
    """What a refused client is told to wait."""


def per_ip(limit: RateLimit) -> Rule:
    """Limit what one IP address may ask."""
    return _rule("rate-per-ip", _rate(limit, {"aggregate_key_type": "IP"}), _too_many(limit))


def per_user(limit: RateLimit, header: str) -> Rule:
    """Limit what one user may ask, told apart by the token or key in `header`."""
    keys = [{"header": {"name": header, "text_transformations": PLAIN}}]
    statement = _rate(limit, {"aggregate_key_type": "CUSTOM_KEYS", "custom_keys": keys})
    return _rule("rate-per-user", statement, _too_many(limit))


def per_heavy_path(limit: RateLimit, path_prefix: str) -> Rule:
    """Limit what one IP address may ask of the paths that cost most."""
    scope = {
        "byte_match_statement": {
            "search_string": path_prefix,
            "positional_constraint": "STARTS_WITH",
            "field_to_match": {"uri_path": {}},
            "text_transformations": URL_DECODED,
        }
    }
    statement = _rate(limit, {"aggregate_key_type": "IP", "scope_down_statement": scope})
    return _rule("rate-heavy-path", statement, _too_many(limit))


def body_size(max_kib: int) -> Rule:
    """Refuse larger bodies, and those too large to be looked at."""
    statement = {
        "size_constraint_statement": {
            "comparison_operator": "GT",
            "size": max_kib * 1024,
            "field_to_match": {"body": {"oversize_handling": "MATCH"}},
            "text_transformations": PLAIN,
        }
    }
    return _rule("body-size", statement, _blocked(413, BODY_TOO_LARGE))


def page_size(max_items: int) -> Rule:
    """Refuse a query that asks for more items than the contract allows."""
    statement = {
        "regex_match_statement": {
            "regex_string": integers_over(max_items),
            "field_to_match": {"single_query_argument": {"name": "page_size"}},
            "text_transformations": URL_DECODED,
        }
    }
    return _rule("page-size", statement, _blocked(400, PAGE_TOO_LARGE))


def maintenance(ip_set_arns: Sequence[Any], retry_after_seconds: int) -> Rule:
    """Answer 503 with Retry-After to all addresses of the sets, which are empty outside maintenance windows.

    The load balancer's own fixed response can't carry the header.
    """
    statement = {"or_statement": {"statements": [{"ip_set_reference_statement": {"arn": arn}} for arn in ip_set_arns]}}
    return _rule("maintenance", statement, _blocked(503, MAINTENANCE, retry_after_seconds))


def for_host(rule: Rule, host: str) -> Rule:
    """`rule` for requests to `host` only, for a web ACL that stands in front of other services too.

    A reference to a rule group takes no scope-down, so each rule of the group has to name the host. A port may
    follow it.
    """
    to_host = {
        "byte_match_statement": {
            "search_string": host.lower(),
            "positional_constraint": "STARTS_WITH",
            "field_to_match": {"single_header": {"name": "host"}},
            "text_transformations": [{"priority": 0, "type": "LOWERCASE"}],
        }
    }
    statement = rule["statement"]
    rate = statement.get("rate_based_statement")
    if rate is None:
        return {**rule, "statement": _both(to_host, statement)}
    scope = rate.get("scope_down_statement")
    scoped = to_host if scope is None else _both(to_host, scope)
    return {**rule, "statement": {"rate_based_statement": {**rate, "scope_down_statement": scoped}}}


ANONYMOUS_ADDRESSES = "AWSManagedRulesAnonymousIpList"
HOSTING_PROVIDERS = "HostingProviderIPList"
"""Rule of `ANONYMOUS_ADDRESSES` about the addresses of clouds and web hosts, where machine clients run. Source: AWS WAF
Developer Guide, "IP reputation rule groups", read 2026-11."""


def managed(rule_set: str, *, counted: Sequence[str] = ()) -> Rule:
    """A rule set that AWS keeps up to date; `counted` are those of its rules that refuse nothing."""
    group: dict[str, Any] = {"vendor_name": "AWS", "name": rule_set}
    if rule_set == ANONYMOUS_ADDRESSES and counted:
        group["rule_action_overrides"] = [{"name": rule, "action_to_use": {"count": {}}} for rule in counted]
    statement = {"managed_rule_group_statement": group}
    return {
        "name": rule_set,
        "statement": statement,
        "override_action": {"none": {}},
        "visibility_config": visibility(rule_set),
    }


LEAST_LIMIT = 10
"""Smallest limit of a rate rule (API reference of AWS WAF, RateBasedStatement, 2026-11)."""


def tightened(rule: Rule, percent: int) -> Rule:
    """`rule` with `percent` of its rate limit; one that limits no rate stays as it is."""
    rate = rule["statement"].get("rate_based_statement")
    if rate is None:
        return rule
    limit = max(LEAST_LIMIT, rate["limit"] * percent // 100)
    return {**rule, "statement": {"rate_based_statement": {**rate, "limit": limit}}}


CAPITALS = {"cloudwatch_metrics_enabled": "CloudWatchMetricsEnabled"}
"""Names that the API doesn't spell as the SDK's suggest."""


def in_words_of_the_api(value: Any) -> Any:
    """A rule, or a part of one, as AWS WAF's API takes it: the SDK's names in capitals."""
    if isinstance(value, Mapping):
        return {
            CAPITALS.get(key, "".join(map(str.capitalize, key.split("_")))): in_words_of_the_api(item)
            for key, item in value.items()
        }
    return [in_words_of_the_api(item) for item in value] if isinstance(value, (list, tuple)) else value


def ordered(rules: Sequence[Rule]) -> list[dict[str, Any]]:
    """`rules` with rising priorities: the first one is asked first."""
    return [{**rule, "priority": index * 10} for index, rule in enumerate(rules)]


def bodies() -> list[dict[str, str]]:
    """Bodies of the refusals, as a web ACL or rule group declares them."""
    return [{"key": key, "content": content, "content_type": "APPLICATION_JSON"} for key, content in BODIES.items()]


def visibility(metric: str) -> dict[str, Any]:
    """Metrics of a rule, and no samples of its requests.

    A sample holds the headers, the bearer token among them; the log has the same requests with the token hashed.
    """
    return {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": False, "metric_name": metric}


def protection(headers: Sequence[str]) -> dict[str, Any]:
    """Data protection of a web ACL: one-way hashes of `headers` in everything that it records.

    Redaction of the log leaves the samples and the key that a rate rule counts by as they are; this covers all three
    (WAF API reference, DataProtectionConfig, 2026-11). A hash still tells one caller from another.
    """
    return {
        "data_protections": [
            {"action": "HASH", "field": {"field_type": "SINGLE_HEADER", "field_keys": list(headers)}},
        ]
    }


def integers_over(limit: int) -> str:
    """Regular expression that matches the decimal integers greater than `limit` (0 or more), and nothing else.

    WAF compares text, not numbers. For each digit of the limit: the same digits before it, a greater digit in
    its place, any digits after it; and every number with more digits. Leading zeros, a + and
    spaces around it are allowed for: an application reads them as the same number, and WAF decodes + as a space.
    """
    digits = str(limit)
    longer = rf"[1-9]\d{{{len(digits)},}}"
    larger = []
    for index, digit in enumerate(digits):
        if digit != "9":
            rest = len(digits) - index - 1
            larger.append(f"{digits[:index]}[{int(digit) + 1}-9]" + (rf"\d{{{rest}}}" if rest else ""))
    return rf"^[+\s]*0*({'|'.join([longer, *larger])})\s*$"


def _both(one: Mapping[str, Any], other: Mapping[str, Any]) -> dict[str, Any]:
    return {"and_statement": {"statements": [one, other]}}


def _rate(limit: RateLimit, keys: Mapping[str, Any]) -> dict[str, Any]:
    return {"rate_based_statement": {"limit": limit.requests, "evaluation_window_sec": limit.window_seconds, **keys}}


def _too_many(limit: RateLimit) -> dict[str, Any]:
    return _blocked(429, TOO_MANY, limit.retry_after_seconds)


def _blocked(status: int, body: str, retry_after_seconds: int | None = None) -> dict[str, Any]:
    response: dict[str, Any] = {"response_code": status, "custom_response_body_key": body}
    if retry_after_seconds is not None:
        response["response_headers"] = [{"name": "Retry-After", "value": str(retry_after_seconds)}]
    return {"block": {"custom_response": response}}


def _rule(name: str, statement: Mapping[str, Any], action: Mapping[str, Any]) -> Rule:
    return {"name": name, "statement": statement, "action": action, "visibility_config": visibility(name)}
