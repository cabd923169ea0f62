"""Objects are what the API of their cluster takes, at the version that it runs."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.kubernetes_api.schemas import NEWEST
from deployment.manifests import is_object, manifest, schema_problem
from deployment.tokens import DEPLOYMENT, KUBERNETES_SECRET
from deployment.unknown import UNKNOWN, Sentinel
from policies.context import ROOT_TYPE, Context
from policies.finding import Risk, Severity
from policies.rule import ANY_TYPE, Problem, Rule, undecided

REMOVED: Final = {
    "extensions/v1beta1": "apps/v1 and networking.k8s.io/v1",
    "apps/v1beta1": "apps/v1",
    "apps/v1beta2": "apps/v1",
    "autoscaling/v2beta1": "autoscaling/v2",
    "autoscaling/v2beta2": "autoscaling/v2",
    "batch/v1beta1": "batch/v1",
    "batch/v2alpha1": "batch/v1",
    "policy/v1beta1": "policy/v1",
    "networking.k8s.io/v1beta1": "networking.k8s.io/v1",
    "rbac.authorization.k8s.io/v1alpha1": "rbac.authorization.k8s.io/v1",
    "rbac.authorization.k8s.io/v1beta1": "rbac.authorization.k8s.io/v1",
    "apiextensions.k8s.io/v1beta1": "apiextensions.k8s.io/v1",
    "admissionregistration.k8s.io/v1beta1": "admissionregistration.k8s.io/v1",
    "apiregistration.k8s.io/v1beta1": "apiregistration.k8s.io/v1",
    "scheduling.k8s.io/v1alpha1": "scheduling.k8s.io/v1",
    "discovery.k8s.io/v1beta1": "discovery.k8s.io/v1",
    "coordination.k8s.io/v1beta1": "coordination.k8s.io/v1",
}
"""API versions that no cluster of 1.26 or newer serves for any kind of ours -> what to use (deprecation guide)."""

SECRETS: Final = tuple((KUBERNETES_SECRET, path) for path in ("data", "stringData"))
"""What is secret as a whole where it is passed as it should be."""


def check_version(resource: Resource, context: Context) -> Iterator[Problem]:
    """The API version still exists."""
    version = resource.type.partition(":")[2].rpartition(":")[0]
    if resource.type.startswith("kubernetes:") and version in REMOVED:
        yield Problem(f"apiVersion {version} is gone from Kubernetes; use {REMOVED[version]}", "apiVersion")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The strict schema of the cluster's version takes the object: no typo, no wrong type."""
    if not is_object(resource) or resource.type.partition(":")[2].rpartition(":")[0] in REMOVED:
        return
    version = context.once(cluster_version)
    found = schema_problem(manifest(resource), version)
    if found is None:
        return
    path, message = found
    if not message and (resource.type, path) not in SECRETS:
        yield undecided(path, next((one for one in resource.peek(path) if isinstance(one, Sentinel)), UNKNOWN))
    elif message:
        yield Problem(f"{path or 'the object'}: {message}; Kubernetes {version} refuses it", path or None)


def cluster_version(context: Context) -> str:
    """Version that the stack declares for its cluster, or the newest one."""
    for root in context.graph.of_type(ROOT_TYPE):
        cluster = root.get("cluster")
        if isinstance(cluster, Mapping) and isinstance(cluster.get("version"), str):
            return str(cluster["version"])
    return NEWEST


_POD: Final[dict[str, Any]] = {
    "metadata": {"labels": {"app": "api"}},
    "spec": {"containers": [{"name": "api", "image": "api:1"}]},
}


def _deployment(token: str = DEPLOYMENT, **spec: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    whole = {"selector": {"matchLabels": {"app": "api"}}, "template": _POD}
    return {"api": (token, {"metadata": {"name": "api"}, "spec": {**whole, **spec}})}


RULES = (
    Rule(
        id="kubernetes-api-current",
        title="No object uses an API version that is gone",
        severity=Severity.HIGH,
        risk=Risk.REFUSAL,
        why="The SDK still offers versions that no supported cluster serves.",
        fix="Use the version that the message names.",
        source="https://kubernetes.io/docs/reference/using-api/deprecation-guide/",
        refused_by="the API server: no matches for this kind",
        types=(ANY_TYPE,),
        check=check_version,
        passing=_deployment(),
        failing=_deployment(DEPLOYMENT.replace("apps/v1", "apps/v1beta1")),
    ),
    Rule(
        id="kubernetes-schema-valid",
        title="Objects are what the API of their cluster takes",
        severity=Severity.HIGH,
        risk=Risk.REFUSAL,
        why="Property names of objects are checked by nobody before the API server: a typo is a field that isn't set.",
        fix="Correct the property that the message names.",
        source="https://github.com/yannh/kubernetes-json-schema",
        refused_by="the API server: strict decoding error, or 422 Invalid",
        types=(ANY_TYPE,),
        reads_graph=True,
        check=check,
        passing=_deployment(),
        failing=_deployment(replcas=2),
        undecided=({"api": (DEPLOYMENT, {"metadata": {"name": "api"}, "spec": UNKNOWN})},),
        also_failing=[_deployment(replicas="two"), _deployment(template={"spec": {"containers": [{"imge": "x"}]}})],
    ),
)
