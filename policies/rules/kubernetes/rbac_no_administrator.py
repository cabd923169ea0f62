"""No role of one's own administers the cluster."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from policies.checks import mappings, strings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules.kubernetes.rbac_named import TYPES

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No rule of the role allows every verb on every resource."""
    for index, rule in enumerate(mappings(resource.get("rules"))):
        if "*" in strings(rule.get("verbs")) and "*" in strings(rule.get("resources")):
            yield Problem(f"rules[{index}] allows every verb on every resource; name them", "rules")


RULE = Rule(
    id="kubernetes-rbac-no-administrator",
    title="No role of one's own administers the cluster",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A token of such a role that leaks is a lost cluster, its secrets included.",
    fix="List verbs and resources in rules.",
    source="https://kubernetes.io/docs/concepts/security/rbac-good-practices/#least-privilege",
    frameworks=("checkov:CKV_K8S_49",),
    types=TYPES,
    check=check,
    passing={"reader": (TYPES[0], {"rules": [{"verbs": ["*"], "resources": ["configmaps"], "apiGroups": [""]}]})},
    failing={"all": (TYPES[0], {"rules": [{"verbs": ["*"], "resources": ["*"], "apiGroups": ["*"]}]})},
)
