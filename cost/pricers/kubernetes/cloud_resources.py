"""Kubernetes objects that make AWS resources: load balancers of Services and Ingresses, volumes of claims.

What the AWS Load Balancer Controller and the EBS CSI driver create is in no Pulumi state; the object stands for it.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from cost.charges import NOTHING, ONE, ZERO, Amount, Charge, Unpriced
from cost.compute import Volume, volume_charges
from cost.pod_volumes import size_gb
from cost.pricers.aws.lb import LEAST_ZONES, lcu, outbound, reserved_units, transferred_gb
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens
from deployment.decimals import number
from deployment.gateways import GATEWAYS, configured, gateway_class, gateway_kind, is_unread
from deployment.ingresses import class_of, is_albs, setting
from deployment.unknown import Sentinel

BALANCER: Final = "service.beta.kubernetes.io/aws-load-balancer"
BY_CONTROLLER: Final = ("external", "nlb-ip")
"""Types of a Service's load balancer that the AWS Load Balancer Controller makes, not the cluster's own."""

CAPACITY: Final = "CapacityUnits"
"""What the annotation ``minimum-load-balancer-capacity`` reserves."""


def ingress(scope: Scope) -> Iterator[Charge]:
    """The application load balancer that the AWS Load Balancer Controller makes for an Ingress of its class, and the
    network load balancer before it. Where nothing tells whose a named class is, that is worst case only.

    Ingresses of one group share a load balancer, which is billed at the first of them.
    """
    its = is_albs(scope.resource, scope.graph)
    if its is False:
        return
    told = {key: setting(scope.resource, scope.graph, key) for key in ("group.name", "scheme", "ip-address-type")}
    group = told["group.name"]
    if isinstance(group, str) and group and not scope.is_first("ingress group", group):
        return
    anyones = its is None and class_of(scope.resource) is not None
    count = Amount(ZERO, ZERO, ONE.worst) if anyones else ONE
    what = "Worst case: its class is the AWS Load Balancer Controller's" if anyones else "Application load balancer"
    yield scope.charge(what, ("elb", "alb_hour"), count, Metering.FULL_HOURS)
    unread = isinstance(told["scheme"], Sentinel) or isinstance(scope.resource.get("metadata.annotations"), Sentinel)
    if anyones:
        if unread or told["scheme"] == "internet-facing":
            worst = Amount(ZERO, ZERO, LEAST_ZONES * ONE.worst)
            yield scope.charge("Public IPv4 addresses", ("vpc", "public_ipv4_hour"), worst, Metering.SECONDS)
        return
    yield lcu(scope, rules=0)
    reserved = _reserved(setting(scope.resource, scope.graph, "minimum-load-balancer-capacity"))
    yield from reserved_units(scope, reserved, "alb_lcu_hour")
    if unread:
        raise Unpriced("whether it faces the internet isn't known, and each public address is billed")
    internet_facing = told["scheme"] == "internet-facing"
    if setting(scope.resource, scope.graph, "enable-frontend-nlb") == "true":
        yield scope.charge("Network load balancer before it", ("elb", "nlb_hour"), ONE, Metering.FULL_HOURS)
        yield _nlb_units(scope)
        if setting(scope.resource, scope.graph, "frontend-nlb-scheme") == "internet-facing":
            yield _addresses(scope, "Public IPv4 addresses of the network load balancer")
    if internet_facing:
        if told["ip-address-type"] != "dualstack-without-public-ipv4":
            yield _addresses(scope, "Public IPv4 addresses")
        yield outbound(scope)


def _nlb_units(scope: Scope) -> Charge:
    return scope.use("Network load balancer capacity units (bytes)", ("elb", "nlb_lcu_hour"), transferred_gb(scope))


def _addresses(scope: Scope, what: str) -> Charge:
    return scope.charge(what, ("vpc", "public_ipv4_hour"), Amount.fixed(LEAST_ZONES), Metering.SECONDS)


def _reserved(value: Any) -> Decimal:
    found = re.fullmatch(rf"{CAPACITY}=(\d{{1,9}})", str(value).strip()) if value else None
    if value and not found:
        raise Unpriced(f"minimum-load-balancer-capacity is {value!r}, and not {CAPACITY}= and a number")
    return Decimal(found[1]) if found else ZERO


def gateway(scope: Scope) -> Iterator[Charge]:
    """The load balancer that the AWS Load Balancer Controller makes for a Gateway. Raises Unpriced where the class is
    another controller's, or isn't in the graph."""
    name = scope.text("spec.gatewayClassName")
    found, kind = gateway_class(scope.resource, scope.graph), gateway_kind(scope.resource, scope.graph)
    if found is None or kind is None:
        raise Unpriced(
            f"what the controller of the GatewayClass {name!r} makes for it isn't in the graph; declare the class, of"
            f" {' or '.join(GATEWAYS)}"
        )
    scheme = configured(scope.resource, scope.graph, "scheme")
    label = "Application load balancer" if kind == "alb" else "Network load balancer"
    yield scope.charge(label, ("elb", f"{kind}_hour"), ONE, Metering.FULL_HOURS)
    if kind == "alb":
        yield lcu(scope, rules=0)
    else:
        yield _nlb_units(scope)
    reserved = configured(scope.resource, scope.graph, "minimumLoadBalancerCapacity.capacityUnits")
    units = Decimal(0) if reserved is None else number(reserved)
    if units is None:
        raise Unpriced(f"minimumLoadBalancerCapacity is {reserved!r}, and not a number of capacity units")
    yield from reserved_units(scope, units, f"{kind}_lcu_hour")
    if scheme == "internet-facing":
        if configured(scope.resource, scope.graph, "ipAddressType") != "dualstack-without-public-ipv4":
            yield _addresses(scope, "Public IPv4 addresses")
        yield outbound(scope)
    elif isinstance(scheme, Sentinel) or is_unread(scope.resource, scope.graph):
        worst = Amount(ZERO, ZERO, Decimal(LEAST_ZONES))
        yield scope.charge("Worst case: it is public", ("vpc", "public_ipv4_hour"), worst, Metering.SECONDS)


def service(scope: Scope) -> Iterator[Charge]:
    """The network load balancer of a Service of type LoadBalancer; other Services are free.

    Where it names no controller, the cluster's own may make a classic, public one: that is worst case only.
    """
    if scope.text("spec.type", "ClusterIP") != "LoadBalancer":
        return
    annotations = _annotations(scope)
    kind = str(annotations.get(f"{BALANCER}-type") or "")
    controlled = bool(scope.text("spec.loadBalancerClass")) or kind in BY_CONTROLLER
    anyones = not controlled and kind != "nlb"
    network = Amount(ONE.floor, ONE.expected, ZERO if anyones else ONE.worst)
    yield scope.charge("Network load balancer", ("elb", "nlb_hour"), network, Metering.FULL_HOURS)
    if anyones:
        worst = Amount(ZERO, ZERO, ONE.worst)
        yield scope.charge("Worst case: a classic one", ("elb", "classic_hour"), worst, Metering.FULL_HOURS)
    yield _nlb_units(scope)
    public = _public(annotations, controlled, anyones)
    if public.worst:
        addresses = public * LEAST_ZONES
        yield scope.charge("Public IPv4 addresses", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)
    if public.expected:
        yield outbound(scope)


def _public(annotations: Mapping[str, Any], controlled: bool, anyones: bool) -> Amount:
    """One where the load balancer of a Service is public: the AWS Load Balancer Controller makes an internal one unless
    told, the cluster's own a public one (guides of both, annotations, 2026)."""
    scheme = annotations.get(f"{BALANCER}-scheme")
    if scheme is None and str(annotations.get(f"{BALANCER}-internal") or "false").lower() not in ("false", "0.0.0.0/0"):
        scheme = "internal"
    if scheme is None:
        return NOTHING if controlled else Amount(ZERO, ZERO, ONE.worst) if anyones else ONE
    if isinstance(scheme, Sentinel):
        return Amount(ZERO, ZERO, ONE.worst)
    return ONE if scheme == "internet-facing" else NOTHING


def claim(scope: Scope) -> Iterator[Charge]:
    """The gp3 volume that the EBS CSI driver makes for a claim; it keeps its data when the stack is parked."""
    spec = scope.known("spec", None)
    size = size_gb(spec if isinstance(spec, Mapping) else {})
    yield from volume_charges(scope, Volume(size, "gp3"), ONE, Metering.STANDING)


def _annotations(scope: Scope) -> dict[str, Any]:
    found = scope.known("metadata.annotations", None)
    return found if isinstance(found, dict) else {}


PRICERS: Final = {
    tokens.INGRESS: Pricer(ingress, twins=("kubernetes_ingress_v1",)),
    **{token: Pricer(gateway) for token in tokens.GATEWAY},
    tokens.KUBERNETES_SERVICE: Pricer(service, twins=("kubernetes_service_v1",)),
    tokens.PERSISTENT_VOLUME_CLAIM: Pricer(claim, twins=("kubernetes_persistent_volume_claim_v1",)),
}
