"""What no rule can read is said, and not counted as sound."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from typing import Final

from deployment import tokens
from deployment.graph import Resource, ResourceGraph
from deployment.kubernetes_api.schemas import NEWEST, has_schema
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

JUDGED: Final = frozenset({"aws", "pulumi", "plant"})
"""Packages whose types the rules know."""
TOOLS: Final = frozenset(
    {"random", "tls", "time", "null", "local", "archive", "std", "command", "cloudinit", "docker", "docker-build"}
    | {"external"}
)
"""Packages that make nothing in a cloud which somebody could reach."""
CUSTOM_OBJECTS: Final = frozenset(
    {
        tokens.ARGO_ROLLOUT,
        tokens.NODE_POOL,
        tokens.NODE_CLASS,
        tokens.SCALED_OBJECT,
        tokens.SCALED_JOB,
        tokens.VERTICAL_AUTOSCALER,
        tokens.TARGET_GROUP_BINDING,
        *tokens.INGRESS_CLASS_PARAMS,
        *tokens.GATEWAY,
        *tokens.GATEWAY_CLASS,
        *tokens.HTTP_ROUTE,
        *tokens.LOAD_BALANCER_CONFIGURATION,
    }
)
"""Kinds of Kubernetes that are not its own, and that the rules know."""


def check(context: Context) -> Iterator[Problem]:
    """Every resource is of a type that the rules know, and what it makes is in the graph."""
    graph = context.graph
    unread: Counter[str] = Counter()
    for token in graph.types:
        managed = _whose(token)
        for resource in graph.of_type(token) if managed or token in tokens.RENDERED else ():
            if whose := managed if resource.custom else _rendered(resource, graph):
                unread[whose] += 1
    for whose, number in sorted(unread.items()):
        yield Problem(
            f"no rule judges {number} {'resource' if number == 1 else 'resources'} of {whose}; read what they make"
            " yourself, or use another pack"
        )


def _rendered(component: Resource, graph: ResourceGraph) -> str | None:
    """Type of a `component` that renders what the graph does not have; None for any other."""
    return component.type if component.type in tokens.RENDERED and not graph.children(component.urn) else None


def _whose(token: str) -> str | None:
    """Whose resources of type `token` are, where no rule reads them or what they make; None where rules do."""
    package = token.partition(":")[0]
    if package == "kubernetes":
        return _whose_object(token)
    if token in tokens.ELSEWHERE_WRITTEN:
        return token
    return None if package in JUDGED | TOOLS else package


def _whose_object(token: str) -> str | None:
    version, _, kind = token.removeprefix("kubernetes:").rpartition(":")
    group = version.rpartition("/")[0]
    if token == tokens.HELM_RELEASE:
        return token
    its_own = "." not in group or has_schema(version, kind.removesuffix("Patch").removesuffix("List"), NEWEST)
    return None if its_own or token in CUSTOM_OBJECTS else f"kubernetes:{group}"


RULE = Rule(
    id="governance-types-judged",
    title="Resources are of types that the rules know",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    why="A resource that no rule reads breaks none, which looks as if it were sound.",
    fix="Declare it with the types of pulumi-aws, or judge it by a pack that knows it.",
    source="docs/policies.md",
    check_stack=check,
    passing={"key": (tokens.KEY[0], {})},
    also_passing=({"app": (tokens.ARGO_ROLLOUT, {}), "quota": (tokens.RESOURCE_QUOTA, {})},),
    failing={"group": ("aws-native:ec2:SecurityGroup", {"groupDescription": "web"})},
    also_failing=(
        {"bucket": (tokens.ACK_BUCKET, {"spec": {"name": "open"}})},
        {"chart": (tokens.HELM_RELEASE, {"chart": "grafana"})},
        {"files": (tokens.RENDERED[0], {"file": "app.yaml"})},
        {"template": (tokens.ELSEWHERE_WRITTEN[0], {"templateBody": "{}"})},
    ),
)
