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


MAKING = {"create", "delete"}
CHANGING = {"update", "patch"}
EVERYTHING = ("*", "", "rbac.authorization.k8s.io")
"""API groups whose resources are the cluster: all of them, the pods and secrets, the roles."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No rule of the role allows every verb on every resource."""
    for index, rule in enumerate(mappings(resource.get("rules"))):
        verbs, groups = set(strings(rule.get("verbs"))), strings(rule.get("apiGroups"))
        every = "*" in verbs or (verbs >= MAKING and bool(verbs & CHANGING))
        if every and "*" in strings(rule.get("resources")) and any(group in EVERYTHING for group in groups):
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
    types=(*TYPES, *(f"{one}Patch" for one in TYPES)),
    check=check,
    passing={"reader": (TYPES[0], {"rules": [{"verbs": ["*"], "resources": ["configmaps"], "apiGroups": [""]}]})},
    also_passing=(
        {"own": (TYPES[0], {"rules": [{"verbs": ["*"], "resources": ["*"], "apiGroups": ["plants.example.com"]}]})},
        {"all": (TYPES[0], {"rules": [{"verbs": ["get", "list"], "resources": ["*"], "apiGroups": ["*"]}]})},
    ),
    also_failing=(
        {
            "all": (
                TYPES[0],
                {"rules": [{"verbs": ["create", "patch", "delete"], "resources": ["*"], "apiGroups": ["*"]}]},
            )
        },
    ),
    failing={"all": (TYPES[0], {"rules": [{"verbs": ["*"], "resources": ["*"], "apiGroups": ["*"]}]})},
)
