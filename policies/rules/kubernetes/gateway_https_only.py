"""Load balancers of Gateways listen on HTTPS, and on HTTP only to redirect."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.gateways import gateway_kind, is_parent, listeners
from deployment.graph import Resource
from deployment.tokens import GATEWAY, GATEWAY_CLASS, HTTP_ROUTE, LISTENER_SET
from policies.checks import look_inside, mappings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The controller opens HTTPS, and nothing else that does more than redirect."""
    if gateway_kind(resource, context.graph) is None:
        return
    look_inside(resource.get("spec.listeners"))  # what can't be read there leaves this undecided
    for holder, where, listener in listeners(resource, context.graph):
        if listener.get("protocol") == "HTTP" and not _redirects(holder, listener.get("name"), context):
            path = f"{where}.protocol"
            yield Problem(
                f"{path} is HTTP; set it to HTTPS, or redirect by an HTTPRoute of that listener alone", path, holder
            )


def _redirects(holder: Resource, listener: Any, context: Context) -> bool:
    """Whether there are routes to a listener, and all that they do is to redirect to HTTPS."""
    rules = []
    for route in context.graph.of_type(*HTTP_ROUTE):
        look_inside(route.get("spec"))
        if is_parent(holder, route, listener):
            rules += mappings(route.get("spec.rules")) or [{}]
    return bool(rules) and all(
        any((one.get("requestRedirect") or {}).get("scheme") == "https" for one in mappings(rule.get("filters")))
        for rule in rules
    )


def _gateway(*protocols: str, controller: str = "gateway.k8s.aws/alb") -> dict[str, tuple[str, dict[str, Any]]]:
    listeners = [{"name": one.lower(), "protocol": one, "port": 443 if one == "HTTPS" else 80} for one in protocols]
    named = {"name": "web", "namespace": "web"}
    return {
        "gateway": (GATEWAY[0], {"metadata": named, "spec": {"gatewayClassName": "aws", "listeners": listeners}}),
        "class": (GATEWAY_CLASS[0], {"metadata": {"name": "aws"}, "spec": {"controllerName": controller}}),
    }


def _route(listener: str | None, scheme: str) -> dict[str, tuple[str, dict[str, Any]]]:
    parent = {"name": "web", **({"sectionName": listener} if listener else {})}
    rules = [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": scheme, "statusCode": 301}}]}]
    metadata = {"name": "away", "namespace": "web"}
    return {"route": (HTTP_ROUTE[0], {"metadata": metadata, "spec": {"parentRefs": [parent], "rules": rules}})}


def _set(protocol: str) -> tuple[str, dict[str, Any]]:
    listener = {"name": protocol.lower(), "protocol": protocol, "port": 8080}
    spec = {"parentRef": {"name": "web", "kind": "Gateway"}, "listeners": [listener]}
    return LISTENER_SET, {"metadata": {"name": "more", "namespace": "web"}, "spec": spec}


RULE: Final = Rule(
    id="kubernetes-gateway-https-only",
    title="Load balancers of Gateways listen on HTTPS, and on HTTP only to redirect",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="What goes over plain HTTP, tokens included, can be read on its way.",
    fix="Set protocol of each listener to HTTPS, or redirect its requests by an HTTPRoute.",
    source="https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/gateway/l7gateway/",
    frameworks=("checkov:CKV_AWS_2", "fsbp:ELB.1"),
    types=GATEWAY,
    reads_graph=True,
    check=check,
    passing=_gateway("HTTPS"),
    also_passing=(
        {**_gateway("HTTPS", "HTTP"), **_route("http", "https")},
        _gateway("TLS", controller="gateway.k8s.aws/nlb"),
        _gateway("HTTP", controller="gateway.envoyproxy.io/gatewayclass-controller"),
    ),
    failing=_gateway("HTTP"),
    also_failing=(
        {**_gateway("HTTPS", "HTTP"), **_route("https", "https")},
        {**_gateway("HTTP"), **_route(None, "http")},
        {**_gateway("HTTPS"), "more": _set("HTTP")},
        {**_gateway("HTTPS"), "more": _set("HTTP"), **_route("http", "https")},
    ),
)
