"""Kubernetes resources say which cluster they go to, and wait until they are there."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.manifests import metadata_value
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import ANY_TYPE, Problem, Rule

PROVIDER: Final = "pulumi:providers:kubernetes"
SKIP: Final = "pulumi.com/skipAwait"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A provider of the program's own, with an identity of its own; no workload is declared there unseen."""
    if not resource.type.startswith("kubernetes:"):
        return
    reference = str(resource.options.get("provider", ""))
    provider = context.graph.by_urn.get(reference.rpartition("::")[0])
    if provider is not None and provider.type == PROVIDER and provider.name.startswith("default"):
        yield Problem("no provider is given, so it goes to whatever cluster the caller's kubectl points to; give one")
    if resource.type in WORKLOADS and metadata_value(resource, "annotations", SKIP) in ("true", True):
        yield Problem(f"{SKIP} hides a failed start; drop the annotation", "metadata.annotations")


def check_provider(context: Context) -> Iterator[Problem]:
    """A changed kubeconfig must not replace everything, nor an unreachable cluster lose its state."""
    for provider in context.graph.of_type(PROVIDER):
        if provider.name.startswith("default"):
            continue
        if is_absent(provider.get("clusterIdentifier")):
            yield Problem(
                "clusterIdentifier is not set, so a changed kubeconfig replaces every object; give the cluster's ARN",
                "clusterIdentifier",
                provider,
            )
        if provider.get("deleteUnreachable") in (True, "true"):
            yield Problem(
                "deleteUnreachable forgets every object when the network fails; drop it", "deleteUnreachable", provider
            )


def _under(name: str, **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:example::example::{PROVIDER}::{name}"
    return {name: (PROVIDER, inputs), "api": (DEPLOYMENT, {}, {"provider": f"{urn}::id"})}


SOURCE: Final = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/"

RULES = (
    Rule(
        id="kubernetes-provider-explicit",
        title="Kubernetes resources name their cluster, and are awaited",
        severity=Severity.HIGH,
        enforcement=Enforcement.ADVISORY,
        why="Without a provider a deployment lands on the cluster that somebody last looked at.",
        fix="Pass a kubernetes.Provider, and leave pulumi.com/skipAwait off workloads.",
        source=SOURCE,
        types=(ANY_TYPE,),
        reads_graph=True,
        check=check,
        passing=_under("cluster", clusterIdentifier="arn:cluster"),
        failing=_under("default_4_34_2"),
        also_failing=[{"api": (DEPLOYMENT, {"metadata": {"annotations": {SKIP: "true"}}})}],
    ),
    Rule(
        id="kubernetes-provider-steady",
        title="Providers of clusters keep their objects",
        severity=Severity.HIGH,
        enforcement=Enforcement.ADVISORY,
        why="A new certificate of the cluster would replace every object; an unreachable one would be forgotten.",
        fix="Set clusterIdentifier to the cluster's ARN, and leave deleteUnreachable out.",
        source=SOURCE,
        check_stack=check_provider,
        passing=_under("cluster", clusterIdentifier="arn:cluster"),
        failing=_under("cluster"),
        also_failing=[_under("cluster", clusterIdentifier="arn:cluster", deleteUnreachable=True)],
    ),
)
