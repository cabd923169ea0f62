"""Kubernetes resources say which cluster they go to, and wait until they are there."""

from __future__ import annotations

from collections.abc import Hashable, Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.manifests import metadata_value
from deployment.tokens import DEPLOYMENT, WORKLOADS
from policies.checks import is_absent
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import ANY_OBJECT, Problem, Rule
from policies.rules._pods import PATCH

PROVIDER: Final = "pulumi:providers:kubernetes"
SKIP: Final = "pulumi.com/skipAwait"
PROPAGATION: Final = "pulumi.com/deletionPropagationPolicy"
FORCE: Final = "pulumi.com/patchForce"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A provider of the program's own, with an identity of its own; no workload is declared there unseen."""
    provider = context.graph.provider_of(resource)
    if provider is not None and provider.type == PROVIDER and provider.name.startswith("default"):
        yield Problem("no provider is given, so it goes to whatever cluster the caller's kubectl points to; give one")
    if resource.type in WORKLOADS and metadata_value(resource, "annotations", SKIP) in ("true", True):
        yield Problem(f"{SKIP} hides a failed start; drop the annotation", "metadata.annotations")
    if resource.type in WORKLOADS and _says(resource, PROPAGATION) == "orphan":
        yield Problem(
            f"{PROPAGATION} orphan leaves pods that run, and are billed, when this is deleted; drop the annotation",
            "metadata.annotations",
        )
    if _says(resource, FORCE) == "true" and not resource.type.endswith(PATCH):
        yield Problem(
            f"{FORCE} takes fields from whoever else sets them, autoscalers included; drop the annotation",
            "metadata.annotations",
        )


def _kind(resource: Resource, context: Context) -> Hashable:
    """Without annotations nothing counts but the provider."""
    annotations = resource.get("metadata.annotations")
    return (resource.options.get("provider"),) if annotations is None else None


def _says(resource: Resource, annotation: str) -> str:
    return str(metadata_value(resource, "annotations", annotation)).lower()


TAKING: Final = {
    "deleteUnreachable": "forgets every object when the network fails",
    "enablePatchForce": "takes fields from whoever else sets them, autoscalers included",
    "upsertExistingObjects": "takes over an object of that name, whoever made it, and deletes it with the stack",
}
"""Settings of a provider that are for a single run by hand, and what each does in every other."""


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
        for setting, harm in TAKING.items():
            if provider.get(setting) in (True, "true"):
                yield Problem(f"{setting} {harm}; drop it", setting, provider)


def _under(name: str, **inputs: Any) -> dict[str, Any]:
    urn = f"urn:pulumi:example::example::{PROVIDER}::{name}"
    return {name: (PROVIDER, inputs), "api": (DEPLOYMENT, {}, {"provider": f"{urn}::id"})}


def _noted(key: str, value: str, token: str = DEPLOYMENT) -> dict[str, Any]:
    return {"api": (token, {"metadata": {"annotations": {key: value}}})}


SOURCE: Final = "https://www.pulumi.com/registry/packages/kubernetes/api-docs/provider/"

RULES = (
    Rule(
        id="kubernetes-provider-explicit",
        title="Kubernetes resources name their cluster, and are awaited",
        severity=Severity.HIGH,
        enforcement=Enforcement.ADVISORY,
        why="Without a provider a deployment lands on the cluster that somebody last looked at.",
        fix=f"Pass a kubernetes.Provider, and leave {SKIP}, {FORCE} and orphaning off workloads.",
        source=SOURCE,
        types=(ANY_OBJECT,),
        reads_graph=True,
        check=check,
        kind=_kind,
        passing=_under("cluster", clusterIdentifier="arn:cluster"),
        failing=_under("default_4_34_2"),
        also_failing=[_noted(SKIP, "true"), _noted(PROPAGATION, "Orphan"), _noted(FORCE, "true")],
        also_passing=[
            _noted(PROPAGATION, "background"),
            _noted(FORCE, "false"),
            _noted(FORCE, "true", f"{DEPLOYMENT}{PATCH}"),
        ],
    ),
    Rule(
        id="kubernetes-provider-steady",
        title="Providers of clusters keep their objects",
        severity=Severity.HIGH,
        enforcement=Enforcement.ADVISORY,
        why="A new certificate of the cluster would replace every object; an unreachable one would be forgotten.",
        fix=f"Set clusterIdentifier to the cluster's ARN, and leave {', '.join(TAKING)} out.",
        source=SOURCE,
        check_stack=check_provider,
        passing=_under("cluster", clusterIdentifier="arn:cluster"),
        failing=_under("cluster"),
        also_failing=[
            _under("cluster", clusterIdentifier="arn:cluster", **{setting: value})
            for setting in TAKING
            for value in (True, "true")
        ],
        also_passing=[_under("default_4_34_2"), _under("cluster", clusterIdentifier="a", enablePatchForce="false")],
    ),
)
