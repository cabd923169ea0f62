"""Objects are what the API of their cluster takes, at the version that it runs."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.kubernetes_api.schemas import NEWEST, is_gone
from deployment.manifests import identity, is_object, manifest, schema_problem
from deployment.object_lists import is_list, may_be_list
from deployment.tokens import DEPLOYMENT, KUBERNETES_SECRET
from deployment.unknown import UNKNOWN, Sentinel
from policies.context import ROOT_TYPE, Context
from policies.finding import Risk, Severity
from policies.rule import ANY_OBJECT, Problem, Rule, undecided
from policies.rules._pods import PATCH

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
"""API versions that are gone, of all kinds or of some -> what to use (deprecation guide)."""

SECRETS: Final = tuple((KUBERNETES_SECRET, path) for path in ("data", "stringData"))
"""What is secret as a whole where it is passed as it should be."""


def check_version(resource: Resource, context: Context) -> Iterator[Problem]:
    """The API version still exists."""
    declared = context.once(declared_version)
    if not _is_gone(resource, declared):
        return
    version, kind = identity(resource.type)
    instead = f"use {REMOVED[version]}" if version in REMOVED else "use a version that it has"
    cluster = f"Kubernetes {declared}" if declared else "every supported Kubernetes"
    yield Problem(f"{kind} of apiVersion {version} is gone from {cluster}; {instead}", "apiVersion")


def _kind(resource: Resource, context: Context) -> Hashable:
    """Whether something is a list its properties say; of all others the type counts alone."""
    return None if may_be_list(resource.type) else True


def _is_gone(resource: Resource, version: str | None) -> bool:
    if not is_object(resource) or is_list(resource):
        return False
    api_version, kind = identity(resource.type)
    return is_gone(api_version, kind.removesuffix(PATCH), version)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The strict schema of the cluster's version takes the object: no typo, no wrong type."""
    if not is_object(resource) or is_list(resource):
        return
    version = context.once(declared_version) or NEWEST
    found = schema_problem(manifest(resource), version)
    if found is None:
        return
    path, message = found
    if not message and (resource.type, path) not in SECRETS:
        yield undecided(path, next((one for one in resource.peek(path) if isinstance(one, Sentinel)), UNKNOWN))
    elif message:
        yield Problem(f"{path or 'the object'}: {message}; Kubernetes {version} refuses it", path or None)


def declared_version(context: Context) -> str | None:
    """Version that the stack declares for its cluster; None where it declares none."""
    for root in context.graph.of_type(ROOT_TYPE):
        cluster = root.get("cluster")
        if isinstance(cluster, Mapping) and isinstance(cluster.get("version"), str):
            return str(cluster["version"])
    return None


_POD: Final[dict[str, Any]] = {
    "metadata": {"labels": {"app": "api"}},
    "spec": {"containers": [{"name": "api", "image": "api:1"}]},
}


def _deployment(token: str = DEPLOYMENT, **spec: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    whole = {"selector": {"matchLabels": {"app": "api"}}, "template": _POD}
    return {"api": (token, {"metadata": {"name": "api"}, "spec": {**whole, **spec}})}


def _of(kind: str, **held: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"it": (f"kubernetes:{kind}", {"metadata": {"name": "it"}, **held})}


def _cluster(version: str) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"root": (ROOT_TYPE, {"cluster": {"version": version}})}


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
        types=(ANY_OBJECT,),
        reads_graph=True,
        check=check_version,
        kind=_kind,
        passing=_deployment(),
        failing=_deployment(DEPLOYMENT.replace("apps/v1", "apps/v1beta1")),
        also_failing=[
            _of("policy/v1beta1:PodDisruptionBudget"),
            _of("flowcontrol.apiserver.k8s.io/v1beta1:FlowSchema"),
            {**_of("resource.k8s.io/v1:ResourceClaim"), **_cluster("1.33")},
            _of("extensions/v1beta1:DeploymentList", spec={}),
        ],
        also_passing=[
            _of("admissionregistration.k8s.io/v1beta1:MutatingAdmissionPolicy"),
            _of("networking.k8s.io/v1beta1:ServiceCIDR"),
            _of("gateway.networking.k8s.io/v1beta1:Gateway"),
            _of("extensions/v1beta1:DeploymentList", items=[]),
            {**_of("apps/v1:DeploymentPatch"), **_cluster("1.36")},
        ],
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
        types=(ANY_OBJECT,),
        reads_graph=True,
        check=check,
        passing=_deployment(),
        failing=_deployment(replcas=2),
        undecided=({"api": (DEPLOYMENT, {"metadata": {"name": "api"}, "spec": UNKNOWN})},),
        also_failing=[_deployment(replicas="two"), _deployment(template={"spec": {"containers": [{"imge": "x"}]}})],
    ),
)
