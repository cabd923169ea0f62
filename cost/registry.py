"""Which pricer a resource type has: ``pricers/<package>/<module of the type token>.py`` holds the types of that module.

``aws:lb/loadBalancer:LoadBalancer`` is looked for in ``pricers/aws/lb.py``; a file is imported when its first
type is met. A new type is a function and a row in that file's ``PRICERS``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from importlib import import_module
from pathlib import Path
from typing import Final

from cost.catalogue import read_kept
from cost.charges import Charge
from cost.scope import Scope, UsageKey
from deployment.errors import InputError

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
    if package == "kubernetes":
        return pricers_of_package(package).get(token)
    module = rest.partition("/")[0].partition(":")[0].lower()
    return pricers_of_module(package, module if package == "aws" else package).get(token)


@cache
def pricers_of_package(package: str) -> Mapping[str, Pricer]:
    """Pricers of all files of a package whose type tokens don't name a service."""
    return {
        token: pricer for file in sorted(files(package)) for token, pricer in pricers_of_module(package, file).items()
    }


@cache
def pricers_of_module(package: str, module: str) -> Mapping[str, Pricer]:
    """Pricers of ``pricers/<package>/<module>.py`` by type; empty when there is no such file."""
    file = MODULE_FILES.get(module, module)
    if file not in files(package):
        return {}
    found: Mapping[str, Pricer] = import_module(f"cost.pricers.{package}.{file}").PRICERS
    return found


MODULE_FILES: Final = {
    "alb": "lb",
    "applicationloadbalancing": "lb",
    "elasticloadbalancing": "elb",
    "elasticloadbalancingv2": "lb",
    "ebs": "ec2",
    "ec2clientvpn": "ec2",
    "ec2transitgateway": "ec2",
    "elasticsearch": "opensearch",
    "wafregional": "waf",
    "lambda": "lambda_",
    "sesv2": "ses",
}
"""Modules of type tokens whose file has another name."""


@cache
def packages() -> frozenset[str]:
    """Providers that have pricers."""
    return frozenset(path.name for path in (HERE / "pricers").iterdir() if (path / "__init__.py").exists())


@cache
def files(package: str) -> frozenset[str]:
    """Files of pricers that the provider `package` has."""
    if package not in packages():  # whatever a file from outside says is no path
        return frozenset()
    return frozenset(path.stem for path in (HERE / "pricers" / package).glob("[a-z]*.py"))


def all_pricers() -> Iterator[tuple[str, Pricer]]:
    """Every priced type with its pricer, sorted by type."""
    found: dict[str, Pricer] = {}
    for package in sorted(packages()):
        for file in sorted(files(package)):
            found.update(pricers_of_module(package, file))
    yield from sorted(found.items())


@cache
def free_types() -> Mapping[str, str]:
    """Type -> the reason why it costs nothing, from ``free.toml``. A type ending in ``*`` stands for a package."""
    reasons: dict[str, str] = {}
    for entry in read_kept(HERE / "free.toml")["free"]:
        if not (entry.get("reason") and entry.get("source") and entry.get("types")):
            raise InputError(f"cost/free.toml: a row needs reason, source and types; one has only {entry}")
        for token in entry["types"]:
            if token in reasons:
                raise InputError(f"cost/free.toml: {token} is listed twice")
            reasons[token] = entry["reason"]
    return reasons


def free_reason(token: str) -> str | None:
    """Why resources of type `token` cost nothing, or None when that isn't proven."""
    reasons = free_types()
    return reasons.get(token) or reasons.get(present(token)) or reasons.get(f"{token.partition(':')[0]}:*")


def present(token: str) -> str:
    """The name that the SDK has now for a type of load balancing that a state names by an older module, and for one of
    the Cloud Control provider (``aws-native:iam:Role``)."""
    if token.startswith(NATIVE):
        module, _, name = token[len(NATIVE) :].partition(":")
        return f"aws:{module}/{name[:1].lower()}{name[1:]}:{name}"
    module = token[4:].partition("/")[0]
    return f"aws:{MODULE_FILES[module]}{token[4 + len(module) :]}" if module in OLDER_MODULES else token


NATIVE: Final = "aws-native:"
"""Beginning of the types of the Cloud Control provider."""
OLDER_MODULES: Final = frozenset({"applicationloadbalancing", "elasticloadbalancing", "elasticloadbalancingv2"})
"""Modules whose types the SDK has under another name now."""
