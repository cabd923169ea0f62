"""Quantities as Kubernetes writes them: ``250m``, ``2``, ``64Mi``, ``1e3``."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from decimal import ROUND_CEILING, Decimal
from functools import lru_cache
from typing import Any, Final, TypeAlias

_FORM: Final = re.compile(r"([+-]?(?:\d+\.?\d*|\.\d+))(?:[eE]([+-]?\d{1,2})|([numkMGTPE]|[KMGTPE]i)?)")

_FACTORS: Final = {
    "": Decimal(1),
    "n": Decimal("1e-9"),
    "u": Decimal("1e-6"),
    "m": Decimal("1e-3"),
    **{suffix: Decimal(1000) ** power for power, suffix in enumerate("kMGTPE", 1)},
    **{f"{suffix}i": Decimal(1024) ** power for power, suffix in enumerate("KMGTPE", 1)},
}
"""Suffixes of the API's ``resource.Quantity`` (Kubernetes reference, 2026-11)."""

GIB: Final = Decimal(1024) ** 3


def quantity(value: Any) -> Decimal | None:
    """`value` in its base unit (CPUs, bytes, pods); None when it is no quantity."""
    if isinstance(value, bool) or not isinstance(value, (str, int, float, Decimal)):
        return None
    return _quantity(str(value).strip())


@lru_cache(maxsize=4096)  # many objects ask for the same amounts
def _quantity(text: str) -> Decimal | None:
    found = _FORM.fullmatch(text)
    if not found:
        return None
    number = Decimal(found[1])
    return number.scaleb(int(found[2])) if found[2] else number * _FACTORS[found[3] or ""]


def canonical(value: Any) -> Any:
    """`value` as the API server keeps an amount of a resource: whole, in the largest unit that leaves it so, rounded up
    to thousandths (apimachinery, api/resource/quantity.go; core/v1/defaults.go). What is no quantity is left."""
    number = quantity(value)
    if number is None or not number:
        return value if number is None else "0"
    text = str(value)
    if re.search(r"[eE][+-]?\d", text):
        return text
    binary = text.endswith("i") and abs(number) >= 1024
    for suffix in reversed([f"{one}i" for one in "KMGTPE"] if binary else ["m", "", *"kMGTPE"]):
        if number % _FACTORS[suffix] == 0:
            return f"{int(number / _FACTORS[suffix])}{suffix}"
    least = Decimal(1) if binary else _FACTORS["m"]
    return f"{(number / least).to_integral_value(ROUND_CEILING)}{'' if binary else 'm'}"


Container: TypeAlias = Mapping[str, Any]


def together(
    initial: Iterable[Container], containers: Iterable[Container], ask: Callable[[Container], Decimal]
) -> Decimal:
    """What a pod's init containers and containers ask for together, each as `ask` says.

    Containers and sidecars add up, and an init container counts where it needs more, beside the sidecars that start
    before it (Kubernetes documentation, "Sidecar Containers", read 2026-11).
    """
    sidecars = largest = Decimal(0)
    for each in initial:
        if each.get("restartPolicy") == "Always":
            sidecars += ask(each)
        else:
            largest = max(largest, ask(each) + sidecars)
    return max(sum(map(ask, containers), sidecars), largest)
