"""Reads the rules of web ACLs."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from deployment.graph import Resource
from deployment.tokens import WEB_ACL_RULE, WEB_ACL_RULE_GROUP
from policies.checks import mappings
from policies.context import Context


def rules_of(resource: Resource, context: Context) -> Sequence[Mapping[str, Any]]:
    """Rules of a web ACL or a rule group: its own, those in AWS's JSON, and those that other resources add to it."""
    beside = [one.inputs for one in context.pointing_at(resource, "webAclArn", *WEB_ACL_RULE)]
    for one in context.pointing_at(resource, "webAclArn", *WEB_ACL_RULE_GROUP):
        statement = {"managedRuleGroupStatement": one.get("managedRuleGroup")}
        beside.append({"statement": statement, "overrideAction": {one.get("overrideAction", "none"): {}}})
    return [*mappings(resource.get("rules")), *_in_json(resource), *beside]


def _in_json(resource: Resource) -> list[Mapping[str, Any]]:
    for key in ("ruleJson", "rulesJson"):
        if isinstance(text := resource.get(key), str) and text:
            try:
                return mappings(_as_the_sdk_writes(json.loads(text)))
            except ValueError:
                return []
    return []


def _as_the_sdk_writes(value: Any) -> Any:
    """`value` with the names of AWS's API as a state file has them."""
    if isinstance(value, dict):
        return {f"{key[:1].lower()}{key[1:]}": _as_the_sdk_writes(item) for key, item in value.items()}
    return [_as_the_sdk_writes(item) for item in value] if isinstance(value, list) else value


def managed_groups(rule: Mapping[str, Any]) -> Iterator[Mapping[str, Any]]:
    """Managed rule groups of AWS in one rule."""
    for statement in mappings(rule.get("statement")):
        for group in mappings(statement.get("managedRuleGroupStatement")):
            if group.get("vendorName", "AWS") == "AWS":
                yield group
