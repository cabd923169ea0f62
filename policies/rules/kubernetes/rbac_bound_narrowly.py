"""Nobody gets the cluster: bindings name people, and roles that are less than everything."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import CLUSTER_ROLE_BINDING, ROLE_BINDING
from policies.checks import mappings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule

BINDINGS: Final = (
    CLUSTER_ROLE_BINDING,
    ROLE_BINDING,
)
EVERYBODY: Final = ("system:authenticated", "system:unauthenticated", "system:serviceaccounts", "system:anonymous")
READS_FOR_ALL: Final = (
    "system:discovery",
    "system:basic-user",
    "system:public-info-viewer",
    "system:service-account-issuer-discovery",
)
"""Roles that Kubernetes itself gives to everybody, or has administrators give: the keys by which tokens are checked."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No binding hands out the cluster, or anything to everybody."""
    role = resource.get("roleRef.name")
    own = resource.type == ROLE_BINDING and resource.get("metadata.namespace") != "kube-system"
    if role == "cluster-admin" and not own:  # in a namespace it is what owns the namespace
        yield Problem("roleRef is cluster-admin, which may do everything; name a role of its own", "roleRef")
    for subject in mappings(resource.get("subjects")):
        name = str(subject.get("name"))
        if name in EVERYBODY and role not in READS_FOR_ALL:
            yield Problem(f"subjects holds {name}, which is everybody; name who needs it", "subjects")
        if name == "system:masters":
            yield Problem("subjects holds system:masters, whom no role bounds; name another group", "subjects")


def check_default(resource: Resource, context: Context) -> Iterator[Problem]:
    """No binding is for the account that every pod has."""
    for subject in mappings(resource.get("subjects")):
        if subject.get("kind") == "ServiceAccount" and subject.get("name") == "default":
            yield Problem("subjects holds the account that every pod gets by default; give the pod its own", "subjects")


def _binding(role: str, subject: dict[str, Any]) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"binding": (BINDINGS[0], {"roleRef": {"name": role}, "subjects": [subject]})}


def _in_namespace(name: str) -> dict[str, tuple[str, dict[str, Any]]]:
    [(_, declared)] = _binding("cluster-admin", {"kind": "Group", "name": "rollout"}).values()
    return {"binding": (BINDINGS[1], {**declared, "metadata": {"namespace": name}})}


_NARROW = Rule(
    id="kubernetes-rbac-bound-narrowly",
    title="No binding hands out the cluster",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="cluster-admin for a group that everybody is in makes any pod, or any caller at all, the owner of the cluster.",
    fix="Bind a Role with named verbs and resources to the group or account that needs it.",
    source="https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    frameworks=("cis-eks:4.1.1",),
    types=BINDINGS,
    check=check,
    passing=_binding("scale", {"kind": "Group", "name": "rollout"}),
    failing=_binding("cluster-admin", {"kind": "Group", "name": "rollout"}),
    also_passing=[
        _binding("system:discovery", {"kind": "Group", "name": "system:authenticated"}),
        _binding("system:service-account-issuer-discovery", {"kind": "Group", "name": "system:unauthenticated"}),
        _in_namespace("team"),
    ],
    also_failing=[
        _binding("scale", {"kind": "Group", "name": "system:authenticated"}),
        _binding("scale", {"kind": "Group", "name": "system:masters"}),
        _in_namespace("kube-system"),
    ],
)

_DEFAULT = Rule(
    id="kubernetes-rbac-default-account",
    title="No binding is for the account that every pod gets by default",
    severity=Severity.MEDIUM,
    why="Whatever runs in the namespace has the role, and not the pod alone that needs it.",
    fix="Give the pod a ServiceAccount of its own, and bind that.",
    source="https://kubernetes.io/docs/concepts/security/rbac-good-practices/",
    frameworks=("cis-eks:4.1.5",),
    types=BINDINGS,
    check=check_default,
    passing=_binding("scale", {"kind": "ServiceAccount", "name": "rollout"}),
    failing=_binding("scale", {"kind": "ServiceAccount", "name": "default"}),
)

RULES: Final = (_NARROW, _DEFAULT)
