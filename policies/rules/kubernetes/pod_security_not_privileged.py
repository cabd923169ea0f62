"""No namespace asks for privileged pods to be let in, unless agents of the nodes are what it is for."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.manifests import metadata_value, object_name
from deployment.tokens import DAEMON_SET, DEPLOYMENT, HELM_RELEASE, NAMESPACE
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.checks import shown
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules.kubernetes._objects import in_namespace

LABEL: Final = "pod-security.kubernetes.io/enforce"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The label does not say what a namespace without it allows anyway, where nothing of the stack needs that."""
    value = metadata_value(resource, "labels", LABEL)
    if isinstance(value, Sentinel):
        yield undecided("metadata.labels", value)
    elif value not in ("restricted", "baseline", None) and not _holds_agents(resource, context):
        yield Problem(f"metadata.labels has {LABEL} {shown(value)}; set it to restricted", "metadata.labels")


def _holds_agents(resource: Resource, context: Context) -> bool:
    """True when the stack puts agents there, or a chart, which may hold some."""
    name = object_name(resource)
    charts = [one for one in context.graph.of_type(HELM_RELEASE) if one.get("namespace") == name]
    return bool(charts or in_namespace(context, name, DAEMON_SET))


def _namespace(level: Any) -> Mapping[str, Any]:
    return {"metadata": {"name": "plant", "labels": {LABEL: level}}}


_GOOD: Final[Example] = {
    "space": (NAMESPACE, _namespace("restricted")),
    "api": (DEPLOYMENT, {"metadata": {"namespace": "plant"}}),
}

RULE = Rule(
    id="kubernetes-pod-security-not-privileged",
    title="No namespace asks for privileged pods to be let in",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="A privileged pod is the node, and the node is every pod on it.",
    fix=f"Set the label {LABEL} to baseline or restricted; agents of nodes have a namespace of their own.",
    source="https://kubernetes.io/docs/concepts/security/pod-security-standards/",
    frameworks=("cis-eks:4.2.1", "pss:baseline"),
    types=(NAMESPACE,),
    reads_graph=True,
    check=check,
    passing=_GOOD,
    also_passing=each(
        {"space": (NAMESPACE, _namespace("privileged"))},
        {"agent": (DAEMON_SET, {"metadata": {"namespace": "plant"}})},
        {"chart": (HELM_RELEASE, {"chart": "kube-prometheus-stack", "namespace": "plant"})},
    ),
    failing=each(_GOOD, {"space.metadata.labels": {LABEL: "privileged"}})[0],
    undecided=each(
        _GOOD,
        {"space.metadata.labels": UNKNOWN},
        {"space.metadata.labels": {LABEL: UNKNOWN}},
        {"space.metadata.labels": {LABEL: SECRET}},
    ),
)
