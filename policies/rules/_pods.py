"""Reads Kubernetes workloads: the pod that each makes, and its containers."""

from __future__ import annotations

from collections.abc import Hashable, Iterator, Mapping
from functools import cache
from typing import Any, Final, NamedTuple

import msgspec

from deployment.graph import Resource
from deployment.pod_resources import template_path
from deployment.tokens import DAEMON_SET, DEPLOYMENT, POD, STATEFUL_SET, WORKLOADS
from policies.checks import mappings
from policies.context import Context

SERVING: Final = (DEPLOYMENT, STATEFUL_SET, DAEMON_SET, POD)
PATCH: Final = "Patch"
PATCHES: Final = tuple(f"{one}{PATCH}" for one in WORKLOADS)
"""What changes some properties of such an object that somebody else made; what it lacks says nothing."""


class Container(NamedTuple):
    """One container of a pod; a tuple, for each of many rules looks at each container of a large stack."""

    path: str
    spec: Mapping[str, Any]

    def get(self, *keys: str) -> Any:
        """Value at `keys`, or None."""
        value: Any = self.spec
        for key in keys:
            if not isinstance(value, dict):
                return value
            value = value.get(key)
        return value


def _template(resource: Resource) -> Any:
    place = _place(resource.type)
    return resource.get(place) if place else resource.inputs


@cache  # of the few types that there are
def _place(token: str) -> str:
    return template_path(token.removesuffix(PATCH))


def pod_spec(resource: Resource) -> Mapping[str, Any] | None:
    """Specification of the pod that `resource` makes; None when it is not known."""
    template = _template(resource)
    spec = template.get("spec") if isinstance(template, dict) else None
    return spec if isinstance(spec, dict) else None


def pod_labels(resource: Resource) -> Mapping[str, Any]:
    """Labels of the pod that `resource` makes."""
    return _metadata(resource, "labels")


def pod_annotations(resource: Resource) -> Mapping[str, Any]:
    """Annotations of the pod that `resource` makes."""
    return _metadata(resource, "annotations")


def _metadata(resource: Resource, key: str) -> Mapping[str, Any]:
    template = _template(resource)
    metadata = template.get("metadata") if isinstance(template, dict) else None
    found = metadata.get(key) if isinstance(metadata, dict) else None
    return found if isinstance(found, dict) else {}


def made(resource: Resource, context: Context) -> Hashable:
    """What rules ask of the pod that `resource` makes: all but what its containers are called, and their images."""
    return context.once_for(_made, resource)


def _made(resource: Resource, context: Context) -> Hashable:
    pod = pod_spec(resource)
    if pod is None:
        return ()
    own = [{**one, "name": "", "image": ""} for one in mappings(pod.get("containers"))]
    written = _written((pod_annotations(resource), {**pod, "containers": own}))
    return None if b"null" in written else written  # as a number that is none is written, too


_written: Final = msgspec.json.Encoder().encode


def containers(resource: Resource, *, initial: bool = True) -> Iterator[Container]:
    """Containers of the pod that `resource` makes, with or without the initial ones."""
    pod = pod_spec(resource)
    if pod is None:
        return
    place = _place(resource.type)
    prefix = f"{place}." if place else ""
    for key in ("containers", "initContainers") if initial else ("containers",):
        for index, entry in enumerate(mappings(pod.get(key))):
            yield Container(f"{prefix}spec.{key}[{index}]", entry)


_CONTAINER: Final[Mapping[str, Any]] = {
    "name": "api",
    "image": "registry.example.com/api@sha256:0000000000000000000000000000000000000000000000000000000000000000",
    "imagePullPolicy": "Always",
    "resources": {"requests": {"cpu": "100m", "memory": "64Mi"}, "limits": {"cpu": "200m", "memory": "64Mi"}},
    "livenessProbe": {"httpGet": {"path": "/health", "port": 8443, "scheme": "HTTPS"}},
    "readinessProbe": {"httpGet": {"path": "/health", "port": 8443, "scheme": "HTTPS"}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
}
_POD: Final[Mapping[str, Any]] = {
    "serviceAccountName": "api",
    "terminationGracePeriodSeconds": 60,
    "automountServiceAccountToken": False,
    "securityContext": {"runAsNonRoot": True, "runAsUser": 10001, "seccompProfile": {"type": "RuntimeDefault"}},
}


def _workload(pod: Mapping[str, Any], container: Mapping[str, Any]) -> Mapping[str, Any]:
    template = {"metadata": {"labels": {"app": "api"}}, "spec": {**pod, "containers": [container]}}
    return {"metadata": {"name": "api", "namespace": "plant"}, "spec": {"replicas": 2, "template": template}}


HARDENED: Final = _workload(_POD, _CONTAINER)
"""A deployment that satisfies every rule, for examples."""


def with_container(**changes: Any) -> Mapping[str, Any]:
    """HARDENED with other properties of its container."""
    return _workload(_POD, {**_CONTAINER, **changes})


def deployment(**changes: Any) -> tuple[str, Mapping[str, Any]]:
    """Deployment of HARDENED with other properties of its container, as an entry of an example."""
    return DEPLOYMENT, with_container(**changes)


def without(key: str) -> Mapping[str, Any]:
    """HARDENED without one property of its container."""
    return _workload(_POD, {name: value for name, value in _CONTAINER.items() if name != key})


def with_pod(**changes: Any) -> Mapping[str, Any]:
    """HARDENED with other properties of its pod."""
    return _workload({**_POD, **changes}, _CONTAINER)
