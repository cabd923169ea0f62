"""What a pod asks for once the API server has filled in what its template leaves out.

As Kubernetes 1.35.4 does it: a limit is the request where there is none (pkg/apis/core/v1/defaults.go, SetDefaults_Pod
and defaultPodRequests), then the namespace's limit ranges fill in the rest (the same file, SetDefaults_LimitRangeItem;
plugin/pkg/admission/limitranger/admission.go), and a pod's own resources stand above those of its containers
(component-helpers, resource/helpers.go).
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from typing import Any, Final, TypeAlias

from deployment.quantities import quantity, together

Object: TypeAlias = Mapping[str, Any]
Limits: TypeAlias = Iterable[Object]
"""``spec.limits`` of one LimitRange."""

KINDS: Final = ("initContainers", "containers")


def template_path(kind: str) -> str:
    """Where an object that makes pods has their template: `kind` is its kind, or the type token that ends with it. ""
    is the object itself, which is a pod."""
    return TEMPLATES.get(kind.rpartition(":")[2], "spec.template")


TEMPLATES: Final = {
    "Pod": "",
    "CronJob": "spec.jobTemplate.spec.template",
    "ScaledJob": "spec.jobTargetRef.template",
}
"""Kind -> where others than most have the template of their pods."""


def filled_in(spec: Object, ranges: Sequence[Limits]) -> dict[str, Any]:
    """`spec` of a pod with the requests and limits that it gets in a namespace with these `ranges`.

    Of several ranges that say something of one resource the first one counts; the API server promises no order.
    Raises ValueError for what is no quantity.
    """
    whole = dict(spec)
    _change(whole, lambda own: {**own, "requests": {**(own.get("limits") or {}), **(own.get("requests") or {})}})
    if limits := of(whole, "resources", "limits"):
        requests = dict(of(whole, "resources", "requests"))
        for unit in filter(is_of_whole_pods, sorted({*limits, *_asked_for(whole)})):
            if unit in requests:
                continue
            if unit in _asked_for(whole) and not unit.startswith("hugepages-"):
                requests[unit] = f"{_containers(whole, 'requests', unit):f}"
            elif unit in limits:
                requests[unit] = limits[unit]
        whole["resources"] = {**whole["resources"], "requests": requests}
    for limits_of_range in ranges:
        asked, most = range_defaults(limits_of_range)
        if asked or most:
            _change(
                whole,
                lambda own, asked=asked, most=most: {
                    **own,
                    "requests": {**asked, **(own.get("requests") or {})},
                    "limits": {**most, **(own.get("limits") or {})},
                },
            )
    return whole


def range_defaults(limits: Limits) -> tuple[dict[str, Any], dict[str, Any]]:
    """Requests and limits that a range gives to containers without: what is left out of ``default`` is the ``max``,
    what is left out of ``defaultRequest`` the default limit, or else the ``min``."""
    requests: dict[str, Any] = {}
    most: dict[str, Any] = {}
    for item in limits:
        if item.get("type") == "Container":
            default = {**of(item, "max"), **of(item, "default")}
            requests |= {**of(item, "min"), **default, **of(item, "defaultRequest")}
            most |= default
    return requests, most


def requested(spec: Object, unit: str) -> Decimal:
    """What the scheduler and a quota count for a pod whose `spec` is filled in. Raises ValueError for no quantity."""
    return _of_pod(spec, "requests", unit) + (_read(of(spec, "overhead"), unit) or Decimal(0))


def limited(spec: Object, unit: str) -> Decimal:
    """Limits of a pod as a quota counts them; 0 where it has none. Raises ValueError for no quantity."""
    most = _of_pod(spec, "limits", unit)
    return most + (_read(of(spec, "overhead"), unit) or Decimal(0)) if most else most


def lacking(spec: Object, kind: str, unit: str) -> list[str]:
    """Names of the containers that say nothing of `unit` where the pod as a whole doesn't either, in order."""
    if is_of_whole_pods(unit) and unit in of(spec, "resources", kind):
        return []
    return sorted(str(one.get("name")) for one in containers(spec) if unit not in of(one, "resources", kind))


def containers(spec: Object) -> Iterator[Object]:
    """Containers of a pod, the initial ones first."""
    for kind in KINDS:
        yield from spec.get(kind) or ()


def is_of_whole_pods(unit: str) -> bool:
    """Whether a pod as a whole may ask for `unit`."""
    return unit in ("cpu", "memory") or unit.startswith("hugepages-")


def of(holder: Object, *keys: str) -> Object:
    """The mapping at `keys`; an empty one where there is none."""
    value: Any = holder
    for key in keys:
        value = value.get(key) if isinstance(value, dict) else None
    return value if isinstance(value, dict) else {}


def _change(spec: dict[str, Any], change: Any) -> None:
    for kind in KINDS:
        if spec.get(kind):
            spec[kind] = [{**one, "resources": change(of(one, "resources"))} for one in spec[kind]]


def _asked_for(spec: Object) -> set[str]:
    return {unit for one in containers(spec) for unit in of(one, "resources", "requests")}


def _of_pod(spec: Object, kind: str, unit: str) -> Decimal:
    whole = _read(of(spec, "resources", kind), unit) if is_of_whole_pods(unit) else None
    return _containers(spec, kind, unit) if whole is None else whole


def _containers(spec: Object, kind: str, unit: str) -> Decimal:
    return together(
        spec.get("initContainers") or (),
        spec.get("containers") or (),
        lambda one: _read(of(one, "resources", kind), unit) or Decimal(0),
    )


def _read(values: Object, unit: str) -> Decimal | None:
    value = values.get(unit)
    if value is None:
        return None
    found = quantity(value)
    if found is None or found < 0:
        raise ValueError(f"{unit} of {value!r} isn't a quantity like {'250m' if unit == 'cpu' else '64Mi'}")
    return found
