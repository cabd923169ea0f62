"""Rate-based rules of AWS WAF."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from deployment import tokens
from deployment.graph import ResourceGraph
from workbench.simulate.declaration import RateLimit
from workbench.simulate.reading.values import as_float

RULE_HOLDERS: Final = (*tokens.WEB_ACL, *tokens.WAF_RULE_GROUP)


def read_rates(graph: ResourceGraph) -> Iterator[RateLimit]:
    """Rate rules of every web ACL and rule group, in order of priority."""
    for holder in graph.of_type(*RULE_HOLDERS):
        rules = [rule for rule in holder.all("rules[*]") if isinstance(rule, Mapping)]
        for rule in sorted(rules, key=lambda each: as_float(each.get("priority"), 0)):
            statement = rule.get("statement")
            rate = statement.get("rateBasedStatement") if isinstance(statement, Mapping) else None
            if not isinstance(rate, Mapping):
                continue
            action = rule.get("action")
            action = action if isinstance(action, Mapping) else {}
            yield RateLimit(
                name=str(rule.get("name", "")),
                limit=int(as_float(rate.get("limit"), 0)),
                window_seconds=int(as_float(rate.get("evaluationWindowSec"), 300)),
                per_user=rate.get("aggregateKeyType") == "CUSTOM_KEYS",
                shared=rate.get("aggregateKeyType") == "CONSTANT",
                heavy_only=_looks_at_path(rate.get("scopeDownStatement")),
                heavy_prefix=next(_prefixes(rate.get("scopeDownStatement")), ""),
                retry_after_seconds=_retry_after(action),
                counts_only="count" in action,
            )


def _looks_at_path(scope: object) -> bool:
    """Whether a scope-down statement goes by the path; one in a rule group names the host beside it."""
    if isinstance(scope, Mapping):
        return scope.get("uriPath") is not None or any(map(_looks_at_path, scope.values()))
    return isinstance(scope, list | tuple) and any(map(_looks_at_path, scope))


def _prefixes(scope: object) -> Iterator[str]:
    """What paths have to begin with by a scope-down statement."""
    if isinstance(scope, Mapping):
        match = scope.get("fieldToMatch")
        if isinstance(match, Mapping) and "uriPath" in match and scope.get("positionalConstraint") == "STARTS_WITH":
            yield str(scope.get("searchString", ""))
    for each in scope.values() if isinstance(scope, Mapping) else scope if isinstance(scope, list | tuple) else ():
        yield from _prefixes(each)


def _retry_after(action: Mapping[str, Any]) -> float:
    block = action.get("block")
    response = block.get("customResponse") if isinstance(block, Mapping) else None
    headers = response.get("responseHeaders") if isinstance(response, Mapping) else None
    for header in headers if isinstance(headers, Sequence) else ():
        if isinstance(header, Mapping) and str(header.get("name", "")).lower() == "retry-after":
            return as_float(header.get("value"), 0.0)
    return 0.0
