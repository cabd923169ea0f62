"""A network policy guards every pod."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.graph import Resource
from deployment.tokens import DEPLOYMENT, NETWORK_POLICY, WORKLOADS
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._pods import HARDENED, pod_labels
from policies.rules.kubernetes._objects import policies_for


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Some network policy selects the workload's pods."""
    if policies_for(context, resource, pod_labels(resource)):
        return
    yield Problem(
        "no NetworkPolicy selects these pods, so every pod of the cluster reaches them; add one",
        "spec.template.metadata.labels",
    )


RULE = Rule(
    id="kubernetes-network-policy",
    title="A network policy guards every pod",
    severity=Severity.HIGH,
    why="Without one every pod of the cluster reaches every other.",
    fix="Add a NetworkPolicy whose podSelector matches the pods' labels.",
    source="https://kubernetes.io/docs/concepts/services-networking/network-policies/",
    frameworks=("checkov:CKV2_K8S_6",),
    types=WORKLOADS,
    reads_graph=True,
    check=check,
    passing={
        "api": (DEPLOYMENT, HARDENED),
        "policy": (
            NETWORK_POLICY,
            {"metadata": {"namespace": "plant"}, "spec": {"podSelector": {"matchLabels": {"app": "api"}}}},
        ),
    },
    failing={"api": (DEPLOYMENT, HARDENED)},
    also_failing=[
        {
            "api": (DEPLOYMENT, HARDENED),
            "policy": (
                NETWORK_POLICY,
                {
                    "metadata": {"namespace": "plant"},
                    "spec": {
                        "podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["other"]}]}
                    },
                },
            ),
        }
    ],
)
