"""Ingresses of the AWS Load Balancer Controller: which they are, and what class and annotations say.

From the controller's guide, version 3.5, "IngressClass" and "Annotations" (read 2026-11-27): what the
parameters of a class say counts, whatever an annotation says.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource, ResourceGraph
from deployment.manifests import metadata_value, object_name
from deployment.tokens import INGRESS_CLASS, INGRESS_CLASS_PARAMS

ALB: Final = "alb.ingress.kubernetes.io/"
CLASS: Final = "kubernetes.io/ingress.class"
DEFAULT: Final = "ingressclass.kubernetes.io/is-default-class"
CONTROLLERS: Final = ("ingress.k8s.aws/alb", "eks.amazonaws.com/alb")
"""Controllers that make application load balancers: AWS's own, and that of EKS Auto Mode."""
OTHERS: Final = (
    "nginx",
    "traefik",
    "haproxy",
    "kong",
    "istio",
    "contour",
    "gce",
    "azure",
    "cilium",
    "openshift",
    "kourier",
)
"""What the names of other controllers' classes have in them."""


def _pairs(value: Any) -> str:
    items = value if isinstance(value, list) else []
    return ",".join(f"{one.get('key')}={one.get('value')}" for one in items if isinstance(one, Mapping))


def _listed(value: Any) -> str:
    return ",".join(map(str, value)) if isinstance(value, list) else str(value)


PARAMETERS: Final[Mapping[str, tuple[str, Callable[[Any], Any]]]] = {
    "scheme": ("spec.scheme", str),
    "group.name": ("spec.group.name", str),
    "ip-address-type": ("spec.ipAddressType", str),
    "target-type": ("spec.targetType", str),
    "inbound-cidrs": ("spec.inboundCIDRs", _listed),
    "certificate-arn": ("spec.certificateArn", _listed),
    "ssl-policy": ("spec.sslPolicy", str),
    "ssl-redirect": ("spec.sslRedirectPort", str),
    "load-balancer-attributes": ("spec.loadBalancerAttributes", _pairs),
    "wafv2-acl-arn": ("spec.wafv2AclArn", str),
    "wafv2-acl-name": ("spec.wafv2AclName", str),
}
"""Annotation -> where the parameters of a class say the same, and how to write it as the annotation would."""


def class_of(resource: Resource) -> Any:
    """Name of an Ingress' class; None where it names none."""
    return resource.get("spec.ingressClassName") or metadata_value(resource, "annotations", CLASS)


def is_albs(resource: Resource, graph: ResourceGraph) -> bool | None:
    """Whether the AWS Load Balancer Controller makes a load balancer for an Ingress; None where nothing tells."""
    found, name = _class(resource, graph), class_of(resource)
    if found is not None:
        return found.get("spec.controller") in CONTROLLERS
    annotations = resource.get("metadata.annotations")
    told = isinstance(annotations, Mapping) and any(str(key).startswith(ALB) for key in annotations)
    if name == "alb":
        return True
    if name is not None and any(one in str(name) for one in OTHERS):
        return False
    return True if told else None


def setting(resource: Resource, graph: ResourceGraph, key: str) -> Any:
    """What an Ingress of the controller has for the annotation `key`, by its class or by itself."""
    own = metadata_value(resource, "annotations", f"{ALB}{key}")
    place, written = PARAMETERS.get(key, ("", str))
    for parameters in _parameters(resource, graph) if place else ():
        given = parameters.get(place)
        if given not in (None, [], ""):
            said = written(given) if isinstance(given, (str, int, list)) else given
            return f"{own},{said}" if written is _pairs and isinstance(own, str) else said
    return own


def _class(resource: Resource, graph: ResourceGraph) -> Resource | None:
    name = class_of(resource)
    for one in graph.of_type(INGRESS_CLASS):
        if object_name(one) == name or (name is None and metadata_value(one, "annotations", DEFAULT) == "true"):
            return one
    return None


def _parameters(resource: Resource, graph: ResourceGraph) -> Iterator[Resource]:
    found = _class(resource, graph)
    name = found.get("spec.parameters.name") if found is not None else None
    for one in graph.of_type(*INGRESS_CLASS_PARAMS):
        if name is not None and object_name(one) == name:
            yield one
