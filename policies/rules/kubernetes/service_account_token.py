"""Pods hold no token for the cluster's API."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, WORKLOADS
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, made, pod_spec, with_pod

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A pod gets no token for the cluster's API unless it asks for one, and has an account of its own."""
    pod = pod_spec(resource)
    if pod is None:
        return
    if pod.get("automountServiceAccountToken") not in (False, UNKNOWN):
        yield Problem("automountServiceAccountToken is not false; set it", "automountServiceAccountToken")
    account = pod.get("serviceAccountName")
    if account is not UNKNOWN and (is_absent(account) or account == "default"):
        yield Problem(f"serviceAccountName is {shown(account)}; give an account of its own", "serviceAccountName")


RULE = Rule(
    id="kubernetes-service-account-token",
    title="Pods hold no token for the cluster's API",
    severity=Severity.MEDIUM,
    why="The token is in a file that whoever breaks into the container reads.",
    fix="Set automountServiceAccountToken to false and serviceAccountName to an account of its own.",
    source="https://kubernetes.io/docs/tasks/configure-pod-container/configure-service-account/",
    frameworks=("checkov:CKV_K8S_38", "checkov:CKV_K8S_41", "checkov:CKV_K8S_42"),
    types=WORKLOADS,
    check=check,
    kind=made,
    passing={"api": (DEPLOYMENT, HARDENED)},
    failing={"api": (DEPLOYMENT, with_pod(automountServiceAccountToken=True))},
    also_failing=({"api": (DEPLOYMENT, with_pod(serviceAccountName="default"))},),
)
