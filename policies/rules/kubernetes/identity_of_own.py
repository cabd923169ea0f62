"""Pods get the credentials of a role that trusts their cluster, namespace and account alone."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import POD_IDENTITY, ROLE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

ASSOCIATION: Final = POD_IDENTITY[0]
SERVICE: Final = "pods.eks.amazonaws.com"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The role of an association may be assumed by the pods of this account, and tags their session."""
    for role in context.graph.referenced(resource, "roleArn", *ROLE):
        trust = role.get("assumeRolePolicy")
        if not isinstance(trust, str):
            continue
        if SERVICE not in trust or "sts:TagSession" not in trust:
            yield Problem(f"the role's trust lacks {SERVICE} with sts:TagSession; add both", "assumeRolePolicy", role)
        for key, path in (("kubernetes-namespace", "namespace"), ("kubernetes-service-account", "serviceAccount")):
            if f"aws:RequestTag/{key}" not in trust:
                yield Problem(
                    f"the role may be assumed from any {path} of the cluster that an association names; ask for"
                    f" aws:RequestTag/{key} in its trust",
                    "assumeRolePolicy",
                    role,
                )


def _example(**tags: str) -> dict[str, tuple[str, dict[str, Any]]]:
    conditions = {f"aws:RequestTag/kubernetes-{key.replace('_', '-')}": value for key, value in tags.items()}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": SERVICE},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": conditions},
    }
    return {
        "role": (ROLE[0], {"assumeRolePolicy": json.dumps({"Statement": [statement]})}),
        "association": (ASSOCIATION, {"roleArn": "arn:role"}),
    }


RULE = Rule(
    id="kubernetes-identity-of-own",
    title="A pod's role trusts its namespace and account alone",
    severity=Severity.HIGH,
    why=(
        "An association is one call of the EKS API; a role that asks for nothing gives its rights to any pod"
        " that has one."
    ),
    fix="Ask for aws:RequestTag/kubernetes-namespace and kubernetes-service-account in the role's trust.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/pod-id-abac.html",
    frameworks=("cis-eks:5.2.1",),
    types=(ASSOCIATION,),
    reads_graph=True,
    check=check,
    passing=_example(namespace="plant", service_account="api"),
    failing=_example(namespace="plant"),
    also_failing=[
        _example(service_account="api"),
        {"role": (ROLE[0], {"assumeRolePolicy": "{}"}), "association": (ASSOCIATION, {"roleArn": "arn:role"})},
    ],
)
