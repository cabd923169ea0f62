"""No role of one's own administers the cluster, or makes itself its administrator."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from policies.checks import is_absent, mappings, strings
from policies.context import Context
from policies.examples import Example
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


ESCALATING: Final = {"escalate", "bind"}
ROLES: Final = {"roles", "clusterroles", "*"}
BECOMING: Final = {"users", "groups", "serviceaccounts", "*"}
RBAC_GROUPS: Final = {"rbac.authorization.k8s.io", "*"}


def check_escalation(resource: Resource, context: Context) -> Iterator[Problem]:
    """No rule lets the role write itself any rights, bind any role, or act as anybody."""
    for index, rule in enumerate(mappings(resource.get("rules"))):
        if not is_absent(rule.get("resourceNames")):
            continue
        verbs, targets = set(strings(rule.get("verbs"))), set(strings(rule.get("resources")))
        of_roles = bool(targets & ROLES) and bool(RBAC_GROUPS & set(strings(rule.get("apiGroups"))))
        asked = ESCALATING if "*" in targets else ESCALATING | {"*"}  # every verb on everything is told above
        found = sorted(verbs & asked) if of_roles else []
        if targets & BECOMING:
            found += sorted(verbs & {"impersonate"})
        if found:
            what = "every verb" if found[0] == "*" else found[0]
            yield Problem(
                f"rules[{index}] allows {what} on {', '.join(sorted(targets))}, by which the role becomes"
                " administrator; give resourceNames, or drop it",
                "rules",
            )


def _role(group: str, target: str, verb: str, **more: Any) -> Example:
    return {"role": (TYPES[1], {"rules": [{"apiGroups": [group], "resources": [target], "verbs": [verb], **more}]})}


_ADMINISTRATOR = Rule(
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

_ESCALATION = Rule(
    id="kubernetes-rbac-no-escalation",
    title="No role writes itself more rights, or acts as others",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="The API server lets nobody give what he does not have, but who may escalate, bind or impersonate.",
    fix="Drop the verb, or give resourceNames of what may be bound or impersonated.",
    source="https://kubernetes.io/docs/concepts/security/rbac-good-practices/#escalate-verb",
    frameworks=("checkov:CKV_K8S_157", "checkov:CKV_K8S_158", "trivy:KSV-0043", "trivy:KSV-0050"),
    types=(*TYPES, *(f"{one}Patch" for one in TYPES)),
    check=check_escalation,
    passing=_role("rbac.authorization.k8s.io", "clusterroles", "get"),
    also_passing=(
        _role("rbac.authorization.k8s.io", "clusterroles", "bind", resourceNames=["view"]),
        _role("", "groups", "impersonate", resourceNames=["developers"]),
        _role("example.com", "roles", "*"),
        _role("", "pods", "*"),
    ),
    failing=_role("rbac.authorization.k8s.io", "clusterroles", "escalate"),
    also_failing=(
        _role("rbac.authorization.k8s.io", "roles", "bind"),
        _role("rbac.authorization.k8s.io", "roles", "*"),
        _role("", "users", "impersonate"),
    ),
)

RULES: Final = (_ADMINISTRATOR, _ESCALATION)
