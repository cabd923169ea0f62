"""Rules about Lightsail."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LIGHTSAIL_PORTS
from deployment.unknown import SECRET, UNKNOWN
from policies.checks import mappings, number, strings
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._ports import is_world
from policies.rules.vpc.no_admin_ports_open import PORTS

CARRYING: Final = ("tcp", "all")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The internet reaches no port of an instance that administers it or holds data."""
    for index, one in enumerate(mappings(resource.get("portInfos"))):
        path = f"portInfos[{index}]"
        hidden = [key for key in ("fromPort", "toPort") if one.get(key) in (UNKNOWN, SECRET)]
        if hidden:
            yield undecided(f"{path}.{hidden[0]}", one.get(hidden[0]))
            continue
        sources = strings(one.get("cidrs")) + strings(one.get("ipv6Cidrs")) + strings(one.get("cidrListAliases"))
        if one.get("protocol") not in CARRYING or (sources and not any(map(is_world, sources))):
            continue  # who gives no source means everybody
        first, last = number(one.get("fromPort")) or 0, number(one.get("toPort")) or 0
        found = [port for port in PORTS if one.get("protocol") == "all" or first <= port <= last]
        if found:
            named = ", ".join(f"{port} ({PORTS[port]})" for port in found[:3])
            yield Problem(f"{path}: the internet reaches port {named}; name the sources in cidrs", path)


def _ports(**info: Any) -> Example:
    return {"ports": (LIGHTSAIL_PORTS[0], {"portInfos": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, **info}]})}


RULE = Rule(
    id="lightsail-no-admin-ports-open",
    title="The internet reaches no administration or database port of a Lightsail instance",
    severity=Severity.CRITICAL,
    risk=Risk.EXPOSURE,
    why="Ports such as 22 and 3306 are scanned all day long; without cidrs, Lightsail opens a port to everybody.",
    fix="Name the addresses that need the port in portInfos.cidrs, or cidrListAliases lightsail-connect.",
    source="https://docs.aws.amazon.com/lightsail/latest/userguide/understanding-firewall-and-port-mappings-in-amazon-lightsail.html",
    frameworks=("prowler:lightsail_instance_public",),
    types=LIGHTSAIL_PORTS,
    check=check,
    passing=_ports(cidrs=["198.51.100.0/24"]),
    also_passing=(
        _ports(cidrListAliases=["lightsail-connect"]),
        _ports(fromPort=443, toPort=443),
        _ports(protocol="udp", fromPort=51820, toPort=51820),
    ),
    failing=_ports(),
    also_failing=(
        _ports(cidrs=["0.0.0.0/0"]),
        _ports(cidrs=["198.51.100.0/24"], ipv6Cidrs=["::/0"]),
        _ports(protocol="all", fromPort=0, toPort=65535),
    ),
    undecided=(_ports(fromPort=UNKNOWN), _ports(toPort=SECRET)),
)
