"""Forms of single values, and the values at a path."""

from __future__ import annotations

import ipaddress
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from functools import cache
from typing import Any, Final, TypeAlias

from deployment.quantities import quantity

Problem: TypeAlias = tuple[str, str]
"""Path and message."""

STAND_IN: Final = "value-that-is-not-known-yet"
"""What stands for an unknown or secret value while an object is validated: right in every way."""

LABEL: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?")
SERVICE: Final = re.compile(r"[a-z]([-a-z0-9]*[a-z0-9])?")
SUBDOMAIN: Final = re.compile(r"[a-z0-9]([-a-z0-9]*[a-z0-9])?(\.[a-z0-9]([-a-z0-9]*[a-z0-9])?)*")
NAME_PART: Final = re.compile(r"[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?")


def label(value: Any) -> str | None:
    """Why `value` is no DNS label; None when it is one."""
    return None if LABEL.fullmatch(str(value)) and len(str(value)) <= 63 else "isn't a lowercase DNS label of up to 63"


def service(value: Any) -> str | None:
    """Why `value` is no name of a Service."""
    right = SERVICE.fullmatch(str(value)) and len(str(value)) <= 63
    return None if right else "isn't a lowercase DNS label of up to 63 that begins with a letter"


def subdomain(value: Any) -> str | None:
    """Why `value` is no DNS subdomain."""
    right = SUBDOMAIN.fullmatch(str(value)) and len(str(value)) <= 253
    return None if right else "isn't a lowercase DNS name of up to 253"


def segment(value: Any) -> str | None:
    """Why `value` is no name of a role: any text that may stand in a path."""
    bad = value in ("", ".", "..") or "/" in str(value) or "%" in str(value)
    return "isn't a name without / and %" if bad else None


def qualified(value: Any) -> str | None:
    """Why `value` is no name like ``example.com/part``, whose first half may lack."""
    prefix, _, name = str(value).rpartition("/")
    if str(value).count("/") > 1 or not NAME_PART.fullmatch(name) or len(name) > 63:
        return "isn't a name like example.com/part-1, its part of up to 63"
    return "has a prefix that isn't a lowercase DNS name" if "/" in str(value) and subdomain(prefix) else None


def label_value(value: Any) -> str | None:
    """Why `value` is no value of a label."""
    right = not value or (NAME_PART.fullmatch(str(value)) and len(str(value)) <= 63)
    return None if right else "isn't a label's value: letters, digits, '-', '_' and '.', up to 63"


def port_name(value: Any) -> str | None:
    """Why `value` is no name of a port."""
    text = str(value)
    right = LABEL.fullmatch(text) and len(text) <= 15 and "--" not in text and re.search("[a-z]", text)
    return None if right else "isn't a port's name: up to 15 of a-z, 0-9 and '-', a letter among them"


def port(value: Any) -> str | None:
    """Why `value` is neither a port nor the name of one."""
    if isinstance(value, str):
        return port_name(value)
    return None if 1 <= value <= 65535 else "isn't a port from 1 to 65535"


def amount(value: Any) -> str | None:
    """Why `value` is no quantity of 0 or more."""
    found = quantity(value)
    return "isn't a quantity like 250m or 64Mi" if found is None else "is less than 0" if found < 0 else None


def readable(value: Any) -> str | None:
    """Why `value` is no quantity."""
    return "isn't a quantity like 250m or 64Mi" if quantity(value) is None else None


def target_port(value: Any) -> str | None:
    """Why `value` is no port of a pod; 0 is the Service's own."""
    return None if value == 0 else port(value)


def cluster_address(value: Any) -> str | None:
    """Why `value` is no address of a Service in the cluster, which it may be without."""
    try:
        if value not in ("", "None"):
            ipaddress.ip_address(value)
    except ValueError:
        return "is neither an address nor None"
    return None


def share(value: Any) -> str | None:
    """Why `value` is neither a number of 0 or more nor a percentage."""
    if isinstance(value, str):
        return None if re.fullmatch(r"[0-9]+%", value) else "is neither a number nor a percentage such as 25%"
    return None if value >= 0 else "is less than 0"


def partial(value: Any) -> str | None:
    """Why `value` is no share, or one of more than all."""
    return share(value) or ("is more than 100%" if isinstance(value, str) and int(value[:-1]) > 100 else None)


def network(value: Any) -> str | None:
    """Why `value` is no range of addresses."""
    try:
        ipaddress.ip_network(re.sub(r"\b0+(?=[0-9])", "", str(value)), strict=False)  # the API takes 010 for 10
    except ValueError:
        return "isn't a range of addresses such as 10.0.0.0/16"
    return None if "/" in str(value) else "isn't a range of addresses such as 10.0.0.0/16"


def address(value: Any) -> str | None:
    """Why `value` is no address that a Service may have outside."""
    try:
        found = ipaddress.ip_address(value)
    except ValueError:
        return "isn't an address"
    local = found.is_loopback or found.is_link_local or found.is_unspecified or found.is_multicast
    return "isn't an address that others reach" if local else None


def config_key(value: Any) -> str | None:
    """Why `value` is no key of a ConfigMap or Secret."""
    text = str(value)
    right = re.fullmatch(r"[-._a-zA-Z0-9]{1,253}", text) and text != "." and not text.startswith("..")
    return None if right else "isn't a key: letters, digits, '-', '_' and '.', up to 253"


def finalizer(value: Any) -> str | None:
    """Why `value` is no name of a finalizer."""
    if value in ("orphan", "foregroundDeletion", "kubernetes"):
        return None
    return qualified(value) or (None if "/" in str(value) else "isn't a name with a domain, such as example.com/kept")


def fits_labels(operator: Any, key: str, among: Sequence[Any], labels: Mapping[str, Any]) -> bool:
    """Whether an object with `labels` is one that an expression of a label selector picks; none is, by an operator that
    isn't there."""
    match operator:
        case "In":
            return key in labels and labels[key] in among
        case "NotIn":
            return key not in labels or labels[key] not in among
        case "Exists":
            return key in labels
        case "DoesNotExist":
            return key not in labels
    return False


def at(holder: Any, path: str, place: str = "") -> Iterator[tuple[str, Any]]:
    """(place, value) of what is set at `path`: ``[*]`` is each of a list, ``{*}`` each value of a map, ``{}`` each key.

    Values that aren't known yet are left out.
    """
    return _at(holder, steps(path), place)


@cache  # of the paths that are written here
def steps(path: str) -> tuple[tuple[str, str], ...]:
    """(name, mark) of each step of `path`."""
    return tuple(
        next(((step.removesuffix(mark), mark) for mark in ("[*]", "{*}", "{}") if step.endswith(mark)), (step, ""))
        for step in path.split(".")
    )


def _at(holder: Any, way: tuple[tuple[str, str], ...], place: str) -> Iterator[tuple[str, Any]]:
    name, mark = way[0]
    value = holder.get(name) if isinstance(holder, dict) else None
    if value is None:
        return
    for where, item in marked(value, mark, f"{place}.{name}" if place else name):
        if len(way) > 1:
            yield from _at(item, way[1:], where)
        elif item is not None and item != STAND_IN:
            yield where, item


def marked(value: Any, mark: str, here: str) -> Iterable[tuple[str, Any]]:
    """(place, value) of what `mark` means of `value`, which is at `here`."""
    if not mark:
        return ((here, value),)
    if mark == "[*]":
        return [(f"{here}[{number}]", item) for number, item in enumerate(value)] if isinstance(value, list) else ()
    members = value.items() if isinstance(value, dict) else ()
    return [(f"{here}[{key}]", item if mark == "{*}" else key) for key, item in members]


def known(*values: Any) -> bool:
    """Whether nothing in `values` is a value that isn't known yet."""
    for value in values:
        if isinstance(value, dict):
            if not known(*value.values()):
                return False
        elif isinstance(value, list):
            if not known(*value):
                return False
        elif value == STAND_IN:
            return False
    return True


def number_of(value: Any) -> Decimal:
    """A quantity that has been found right."""
    return quantity(value) or Decimal(0)
