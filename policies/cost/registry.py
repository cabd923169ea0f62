"""Which pricer a resource type has: ``pricers/<module of the type token>.py`` holds the types of that module.

``aws:lb/loadBalancer:LoadBalancer`` is looked for in ``pricers/lb.py``; a file is imported when its first
type is met. A new type is a function and a row in that file's ``PRICERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from policies.cost.catalogue import read_toml
from policies.cost.charges import Charge
from policies.cost.scope import Scope, UsageKey
from policies.errors import InputError

HERE: Final = Path(__file__).parent


@dataclass(frozen=True, slots=True)
class Pricer:
    """How one resource type is priced."""

    charges: Callable[[Scope], Iterable[Charge]]
    """Every billed dimension of a resource; raises Unpriced or MissingPrice for what it can't price."""
    twins: tuple[str, ...] = ()
    """Terraform types of the same resource, as usage files name them."""
    usage: tuple[UsageKey, ...] = ()
    """Usage keys that it reads."""


@cache
def pricer_of(token: str) -> Pricer | None:
    """The pricer of the resource type `token`, or None."""
    package, _, rest = token.partition(":")
    module = rest.partition("/")[0].partition(":")[0].lower()
    if package == "aws":
        return pricers_of_module(module).get(token)
    return pricers_of_module(package).get(token)


@cache
def pricers_of_module(module: str) -> Mapping[str, Pricer]:
    """Pricers of ``pricers/<module>.py`` by type; empty when there is no such file."""
    if module not in modules():
        return {}
    found: Mapping[str, Pricer] = import_module(f"policies.cost.pricers.{MODULE_FILES.get(module, module)}").PRICERS
    return found


MODULE_FILES: Final = {
    "alb": "lb",
    "ebs": "ec2",
    "ec2clientvpn": "ec2",
    "ec2transitgateway": "ec2",
    "lambda": "lambda_",
}
"""Modules of type tokens whose file has another name."""


@cache
def modules() -> frozenset[str]:
    """Modules of type tokens that have a file of pricers."""
    return frozenset(path.stem for path in (HERE / "pricers").glob("[a-z]*.py")) | MODULE_FILES.keys()


def all_pricers() -> Iterator[tuple[str, Pricer]]:
    """Every priced type with its pricer, sorted by type."""
    found: dict[str, Pricer] = {}
    for module in sorted(modules()):
        found.update(pricers_of_module(module))
    yield from sorted(found.items())


@cache
def free_types() -> Mapping[str, str]:
    """Type -> the reason why it costs nothing, from ``free.toml``. A type ending in ``*`` stands for a package."""
    reasons: dict[str, str] = {}
    for entry in read_toml(HERE / "free.toml")["free"]:
        for token in entry["types"]:
            if token in reasons:
                raise InputError(f"free.toml: {token} is listed twice")
            reasons[token] = entry["reason"]
    return reasons


def free_reason(token: str) -> str | None:
    """Why resources of type `token` cost nothing, or None when that isn't proven."""
    reasons = free_types()
    return reasons.get(token) or reasons.get(f"{token.partition(':')[0]}:*")
