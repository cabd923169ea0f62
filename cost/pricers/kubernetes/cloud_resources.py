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
from cost.pricers.aws.lb import LEAST_ZONES, lcu, outbound, transferred_gb
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import Metering
from deployment import tokens

SCHEME: Final = "alb.ingress.kubernetes.io/scheme"
GROUP: Final = "alb.ingress.kubernetes.io/group.name"
ADDRESS_TYPE: Final = "alb.ingress.kubernetes.io/ip-address-type"

BALANCER: Final = "service.beta.kubernetes.io/aws-load-balancer"
BY_CONTROLLER: Final = ("external", "nlb-ip")
"""Types of a Service's load balancer that the AWS Load Balancer Controller makes, not the cluster's own."""

GIGABYTES: Final = {"Ki": Decimal(1) / 1024**2, "Mi": Decimal(1) / 1024, "Gi": Decimal(1), "Ti": Decimal(1024)}


def ingress(scope: Scope) -> Iterator[Charge]:
    """The application load balancer that the AWS Load Balancer Controller makes for an Ingress of class `alb`.

    Ingresses of one group share a load balancer, which is billed at the first of them.
    """
    if scope.text("spec.ingressClassName", "alb") != "alb":
        return
    annotations = _annotations(scope)
    group = annotations.get(GROUP)
    if group:
        seen: set[Any] = scope.pricing.cache.setdefault("ingress groups", set())
        if group in seen:
            return
        seen.add(group)
    yield scope.charge("Application load balancer", ("elb", "alb_hour"), ONE, Metering.FULL_HOURS)
    yield lcu(scope, rules=0)
    if annotations.get(SCHEME) == "internet-facing":
        if annotations.get(ADDRESS_TYPE) != "dualstack-without-public-ipv4":
            addresses = Amount.fixed(LEAST_ZONES)
            yield scope.charge("Public IPv4 addresses", ("vpc", "public_ipv4_hour"), addresses, Metering.SECONDS)
        yield outbound(scope)


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
    yield scope.use("Network load balancer capacity units (bytes)", ("elb", "nlb_lcu_hour"), transferred_gb(scope))
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
    return ONE if scheme == "internet-facing" else NOTHING


def claim(scope: Scope) -> Iterator[Charge]:
    """The gp3 volume that the EBS CSI driver makes for a claim; it keeps its data when the stack is parked."""
    asked = scope.text("spec.resources.requests.storage")
    found = re.fullmatch(r"(\d+(?:\.\d+)?)(Ki|Mi|Gi|Ti)", asked)
    if not found:
        raise Unpriced(f"storage request {asked!r} isn't a size like 10Gi")
    yield from volume_charges(scope, Volume(Decimal(found[1]) * GIGABYTES[found[2]], "gp3"), ONE, Metering.STANDING)


def _annotations(scope: Scope) -> dict[str, Any]:
    found = scope.known("metadata.annotations", None)
    return found if isinstance(found, dict) else {}


PRICERS: Final = {
    tokens.INGRESS: Pricer(ingress, twins=("kubernetes_ingress_v1",)),
    tokens.KUBERNETES_SERVICE: Pricer(service, twins=("kubernetes_service_v1",)),
    tokens.PERSISTENT_VOLUME_CLAIM: Pricer(claim, twins=("kubernetes_persistent_volume_claim_v1",)),
}
