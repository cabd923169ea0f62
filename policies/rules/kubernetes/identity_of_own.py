"""Pods get the credentials of a role that trusts their cluster, namespace and account alone."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from fnmatch import fnmatchcase
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import POD_IDENTITY, ROLE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._documents import statements, trusted
from policies.rules._grants import trusting

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
            asked = [
                value for one in statements(trust) or () for value in one.condition_values(f"aws:RequestTag/{key}")
            ]
            own = resource.get(path)
            if asked and isinstance(own, str) and not any(fnmatchcase(own, one) for one in asked):
                yield Problem(
                    f"the role's trust asks for {key} {', '.join(asked)}, and {path} is {own}, whose pods it refuses;"
                    " give one of them",
                    path,
                )
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


_OWN = Rule(
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
        {
            **_example(namespace="plant", service_account="api"),
            "association": (ASSOCIATION, {"roleArn": "arn:role", "namespace": "other", "serviceAccount": "api"}),
        },
    ],
    also_passing=[
        {
            **_example(namespace="plant", service_account="a*"),
            "association": (ASSOCIATION, {"roleArn": "arn:role", "namespace": "plant", "serviceAccount": "api"}),
        },
    ],
)

EKS: Final = re.compile(r".*oidc-provider/(oidc\.eks\..+)")
"""ARN of the identity provider that an EKS cluster is, and its issuer."""
SUBJECT: Final = re.compile(r"system:serviceaccount:[^*?:]+:.+")


def check_subjects(resource: Resource, context: Context) -> Iterator[Problem]:
    """A role that takes tokens of a cluster's service accounts says of which."""
    for statement in statements(resource.get("assumeRolePolicy")) or ():
        for kind, name in statement.principals if statement.allows else ():
            issuer = EKS.fullmatch(name) if kind == "Federated" else None
            if issuer is None:
                continue
            subjects = statement.required_values(f"{issuer[1]}:sub")
            if not subjects or not all(map(SUBJECT.fullmatch, subjects)):
                told = f"is {', '.join(subjects)}" if subjects else "is not set"
                yield Problem(
                    f"the condition {issuer[1]}:sub {told}, so pods of any namespace may take the role; give"
                    " system:serviceaccount:NAMESPACE:ACCOUNT",
                    "assumeRolePolicy",
                )


def _federated(operator: str, *subjects: str) -> dict[str, tuple[str, dict[str, Any]]]:
    issuer = "oidc.eks.us-east-1.amazonaws.com/id/0A1B2C3D4E5F60718293A4B5C6D7E8F9"
    asked: dict[str, Any] = {
        f"{issuer}:aud": "sts.amazonaws.com",
        **({f"{issuer}:sub": list(subjects)} if subjects else {}),
    }
    provider = {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"}
    return {"role": (ROLE[0], {"assumeRolePolicy": trusting(provider, **{operator: asked})})}


_SUBJECTS: Final = Rule(
    id="kubernetes-identity-of-one-account",
    title="Roles for pods name the service account that may take them",
    severity=Severity.HIGH,
    why="Every pod gets a token of the cluster's issuer; without the claim any of them has the role's rights.",
    fix="Compare sub of the cluster's issuer with system:serviceaccount:NAMESPACE:ACCOUNT.",
    source="https://docs.aws.amazon.com/eks/latest/userguide/associate-service-account-role.html",
    frameworks=("cis-eks:5.2.1",),
    types=ROLE,
    check=check_subjects,
    reads=("assumeRolePolicy",),
    kind=trusted,
    passing=_federated("StringEquals", "system:serviceaccount:shop:api"),
    also_passing=[
        _federated("StringLike", "system:serviceaccount:shop:*", "system:serviceaccount:web:api"),
        {"role": (ROLE[0], {"assumeRolePolicy": trusting({"Service": "ec2.amazonaws.com"})})},
        {"role": (ROLE[0], {"assumeRolePolicy": trusting({"Federated": "arn:aws:iam::1:oidc-provider/gitlab.com"})})},
    ],
    failing=_federated("StringEquals"),
    also_failing=[
        _federated("StringLike", "system:serviceaccount:*:*"),
        _federated("StringLike", "*"),
        _federated("StringLike", "system:serviceaccount:shop:api", "system:serviceaccount:*"),
        _federated("StringLikeIfExists", "system:serviceaccount:shop:api"),
    ],
)

RULES: Final = (_OWN, _SUBJECTS)
