"""Roles name verbs and resources."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CLUSTER_ROLE, KUBERNETES_ROLE
from policies.checks import is_absent, mappings, strings
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

TYPES = (KUBERNETES_ROLE, CLUSTER_ROLE)
CONTROLLING = {"escalate", "bind", "impersonate"}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role names verbs and resources, and can't make itself or others stronger."""
    for index, rule in enumerate(mappings(resource.get("rules"))):
        verbs, targets = strings(rule.get("verbs")), strings(rule.get("resources"))
        if any("*" in named for named in (verbs, targets, strings(rule.get("apiGroups")))):
            yield Problem(f"rules[{index}] holds *; name verbs, resources and API groups", "rules")
        if CONTROLLING & set(verbs):
            yield Problem(f"rules[{index}] allows {sorted(CONTROLLING & set(verbs))[0]}; drop it", "rules")
        if "create" in verbs and any(target in ("pods/exec", "pods/attach", "nodes/proxy") for target in targets):
            yield Problem(f"rules[{index}] opens shells in pods; drop it", "rules")
        if {"get", "list", "watch"} & set(verbs) and "secrets" in targets and is_absent(rule.get("resourceNames")):
            yield Problem(f"rules[{index}] reads every secret; give resourceNames", "rules")
        if {"update", "patch", "create"} & set(verbs) and any(
            "webhookconfigurations" in t or "certificatesigningrequests" in t for t in targets
        ):
            yield Problem(f"rules[{index}] changes admission webhooks or signs certificates; drop it", "rules")


RULE = Rule(
    id="kubernetes-rbac-named",
    title="Roles name verbs and resources",
    severity=Severity.HIGH,
    why="A wildcard in a role is an administrator under another name.",
    fix="List verbs and resources in rules; give resourceNames for secrets.",
    source="https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    frameworks=(
        "checkov:CKV_K8S_49",
        "checkov:CKV_K8S_155",
        "checkov:CKV_K8S_156",
        "checkov:CKV_K8S_157",
        "checkov:CKV_K8S_158",
        "checkov:CKV2_K8S_1",
        "checkov:CKV2_K8S_2",
        "checkov:CKV2_K8S_3",
        "checkov:CKV2_K8S_4",
        "checkov:CKV2_K8S_5",
    ),
    types=TYPES,
    check=check,
    passing={"reader": (TYPES[0], {"rules": [{"verbs": ["get"], "resources": ["configmaps"], "apiGroups": [""]}]})},
    failing={"reader": (TYPES[0], {"rules": [{"verbs": ["*"], "resources": ["*"], "apiGroups": ["*"]}]})},
    also_failing=[
        {"reader": (TYPES[0], {"rules": [{"verbs": [verb], "resources": [resource], "apiGroups": [""]}]})}
        for verb, resource in (
            ("escalate", "roles"),
            ("create", "pods/exec"),
            ("list", "secrets"),
            ("update", "mutatingwebhookconfigurations"),
        )
    ]
    + [{"reader": (TYPES[0], {"rules": [{"verbs": ["get"], "resources": ["example"], "apiGroups": ["*"]}]})}],
)
