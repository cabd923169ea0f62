"""Gateways of the AWS Load Balancer Controller: which they are, and what their configurations say.

From the controller's guide, version 3.5, "Gateway API", "LoadBalancerConfiguration", "TargetGroupConfiguration" and
"ListenerSets" (read 2026-11-27): a Gateway and its class may each name a configuration; where both say something the
class counts, unless its own says ``prefer-gateway``; attributes and listeners are joined by their keys.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource, ResourceGraph
from deployment.manifests import namespace, object_name
from deployment.tokens import (
    GATEWAY_CLASS,
    GATEWAY_ROUTE,
    KUBERNETES_SERVICE,
    LISTENER_SET,
    LOAD_BALANCER_CONFIGURATION,
    TARGET_GROUP_CONFIGURATION,
)

GATEWAYS: Final = {"gateway.k8s.aws/alb": "alb", "gateway.k8s.aws/nlb": "nlb"}
"""Controllers of Gateways that make load balancers, and of which kind."""

OWN: Final = "spec.infrastructure.parametersRef"
OF_CLASS: Final = "spec.parametersRef"


def gateway_class(resource: Resource, graph: ResourceGraph) -> Resource | None:
    """The class of a Gateway; None where the graph hasn't it."""
    name = resource.get("spec.gatewayClassName")
    return next((one for one in graph.of_type(*GATEWAY_CLASS) if object_name(one) == name), None)


def gateway_kind(resource: Resource, graph: ResourceGraph) -> str | None:
    """Kind of the load balancer that the controller makes for a Gateway; None where another one has it, or nothing
    tells."""
    found = gateway_class(resource, graph)
    return None if found is None else GATEWAYS.get(str(found.get("spec.controllerName")))


def configurations(gateway: Resource, graph: ResourceGraph) -> list[Resource]:
    """Configurations of a Gateway's load balancer in the graph, the one that counts first."""
    found = gateway_class(gateway, graph)
    own = _configuration(graph, gateway.get(f"{OWN}.name"), namespace(gateway))
    if found is None:
        return own
    place = found.get(f"{OF_CLASS}.namespace")
    of_class = _configuration(graph, found.get(f"{OF_CLASS}.name"), None if place is None else str(place))
    yields = any(one.get("spec.mergingMode") == "prefer-gateway" for one in of_class)
    return [*own, *of_class] if yields else [*of_class, *own]


def is_unread(gateway: Resource, graph: ResourceGraph) -> bool:
    """Whether a Gateway or its class names a configuration that the graph hasn't."""
    found = gateway_class(gateway, graph)
    named = [gateway.get(f"{OWN}.name"), found.get(f"{OF_CLASS}.name") if found is not None else None]
    return len(configurations(gateway, graph)) < sum(name is not None for name in named)


def _configuration(graph: ResourceGraph, name: Any, place: str | None) -> list[Resource]:
    declared = graph.of_type(*LOAD_BALANCER_CONFIGURATION) if name is not None else ()
    return [one for one in declared if object_name(one) == name and place in (None, namespace(one))][:1]


def configured(gateway: Resource, graph: ResourceGraph, path: str) -> Any:
    """What the configurations say at `path` below ``spec``; None where they say nothing."""
    said = (one.get(f"spec.{path}") for one in configurations(gateway, graph))
    return next((value for value in said if value not in (None, "")), None)


def attributes(gateway: Resource, graph: ResourceGraph) -> dict[str, Any]:
    """Attributes of a Gateway's load balancer that the configurations set."""
    found: dict[str, Any] = {}
    for one in reversed(configurations(gateway, graph)):
        for each in one.all("spec.loadBalancerAttributes[*]"):
            if isinstance(each, Mapping):
                found[str(each.get("key"))] = each.get("value")
    return found


def listeners(gateway: Resource, graph: ResourceGraph) -> Iterator[tuple[Resource, str, Mapping[str, Any]]]:
    """(resource, path, listener) of a Gateway and of the sets that add to it."""
    sets = [one for one in graph.of_type(LISTENER_SET) if _refers(one.get("spec.parentRef"), one, gateway)]
    for holder in (gateway, *sets):
        for index, listener in enumerate(holder.all("spec.listeners[*]")):
            if isinstance(listener, Mapping):
                yield holder, f"spec.listeners[{index}]", listener


def listener_configuration(gateway: Resource, graph: ResourceGraph, listener: Mapping[str, Any]) -> Mapping[str, Any]:
    """What the configurations say of a listener; empty where they say nothing."""
    port = listener.get("port")
    wanted = f"{listener.get('protocol')}:{int(port) if isinstance(port, (int, float)) else port}"
    for one in configurations(gateway, graph):
        for each in one.all("spec.listenerConfigurations[*]"):
            if isinstance(each, Mapping) and each.get("protocolPort") == wanted:
                return each
    return {}


def _refers(reference: Any, holder: Resource, to: Resource) -> bool:
    if not isinstance(reference, Mapping):
        return False
    return (reference.get("namespace", namespace(holder)), reference.get("name"), reference.get("kind", "Gateway")) == (
        namespace(to),
        object_name(to),
        to.type.rpartition(":")[2],
    )


def is_parent(holder: Resource, route: Resource, listener: Any) -> bool:
    """Whether a route takes requests of a listener of `holder`, a Gateway or a set of listeners."""
    return any(
        _refers(one, route, holder) and one.get("sectionName", listener) == listener
        for one in route.all("spec.parentRefs[*]")
    )


def services(gateway: Resource, graph: ResourceGraph) -> list[Resource]:
    """Services of the graph that routes of a Gateway send requests to."""
    names = set()
    for holder, _, listener in listeners(gateway, graph):
        for route in graph.of_type(*GATEWAY_ROUTE):
            if is_parent(holder, route, listener.get("name")):
                for one in route.all("spec.rules[*].backendRefs[*]"):
                    if isinstance(one, Mapping) and one.get("kind", "Service") == "Service":
                        names.add((one.get("namespace", namespace(route)), one.get("name")))
    return [one for one in graph.of_type(KUBERNETES_SERVICE) if (namespace(one), object_name(one)) in names]


def target_values(gateway: Resource, graph: ResourceGraph, service: Resource, key: str) -> list[Any]:
    """What the configurations say for `key` of a Service's targets: of all its routes, and of single ones."""
    declared = graph.of_type(*TARGET_GROUP_CONFIGURATION)
    of_service = [
        one
        for one in declared
        if namespace(one) == namespace(service)
        and one.get("spec.targetReference.name") == object_name(service)
        and one.get("spec.targetReference.kind", "Service") == "Service"
    ]
    defaults = [
        target
        for one in configurations(gateway, graph)
        for target in declared
        if namespace(target) == namespace(one)
        and object_name(target) == one.get("spec.defaultTargetGroupConfiguration.name")
    ]
    said = (one.get(f"spec.defaultConfiguration.{key}") for one in (*of_service, *defaults))
    single = [one.all(f"spec.routeConfigurations[*].targetGroupProps.{key}") for one in (*of_service, *defaults)]
    return [next((value for value in said if value is not None), None), *(value for found in single for value in found)]
