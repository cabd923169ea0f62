"""Volumes that pods bring with them: one for each of a StatefulSet's claim templates, and generic ephemeral ones.

The EBS CSI driver makes a volume of its own for every pod (Kubernetes reference, StatefulSet and Volumes, 2026-11).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from decimal import Decimal
from typing import Any, Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.nodes import region_of
from cost.scope import Scope
from cost.uptime import Metering
from deployment.pod_resources import template_path
from deployment.quantities import GIB, quantity
from deployment.unknown import Sentinel

KEPT: Final = "spec.volumeClaimTemplates"
TYPE: Final = "gp3"
"""Type of a volume whose class says nothing: that of EKS' own class."""


def volumes(scope: Scope, count: Amount, metering: Metering = Metering.STANDING) -> Iterator[Charge]:
    """Volumes of `count` pods, those of claim templates kept whatever becomes of the pods. Raises Unpriced where a size
    isn't known."""
    for claim in _templates(scope):
        region, assumed = region_of(scope)
        price = scope.pricing.price(region, "ebs", f"{TYPE}_gb_month")
        fixed = count.floor == count.expected == count.worst
        yield Charge(
            f"Volumes of its pods ({TYPE}{f' in {region}, assumed' if assumed else ''})",
            price,
            count * size_gb(claim),
            metering,
            assumed=assumed,
            driver=Driver.FIXED if fixed else Driver.FLEET,
        )


def size_gb(claim: Mapping[str, Any]) -> Decimal:
    """GB that the ``spec`` of a claim asks for. Raises Unpriced."""
    asked: Any = claim
    for key in ("resources", "requests", "storage"):
        asked = asked.get(key) if isinstance(asked, Mapping) else asked
    size = quantity(asked)
    if size is None or size <= 0:
        raise Unpriced(f"storage request {asked!r} isn't a size like 10Gi")
    return size / GIB


def _templates(scope: Scope) -> Iterator[Mapping[str, Any]]:
    place = template_path(scope.resource.type)
    own = scope.resource.all(f"{KEPT}[*]") if scope.resource.gives(KEPT) else []
    spec = f"{place}.spec".lstrip(".")
    in_pods = scope.resource.all(f"{spec}.volumes[*].ephemeral.volumeClaimTemplate")
    for template in (*own, *in_pods):
        claim = template.get("spec") if isinstance(template, Mapping) else template
        if isinstance(claim, Sentinel) or not isinstance(claim, Mapping):
            raise Unpriced("a volume of its pods isn't known, and its price depends on the size")
        yield claim
