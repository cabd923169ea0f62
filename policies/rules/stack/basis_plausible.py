"""What the estimate rests on is declared, and fits together."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.tokens import LOAD_BALANCER, SERVERLESS_CACHE, TOPIC_SUBSCRIPTION, VPC, WEB_ACL
from policies.checks import number, shown
from policies.context import ROOT_TYPE, Context
from policies.finding import Severity
from policies.rule import Problem, Rule

ABOVE_ZERO: Final = (
    "monthlyRequests",
    "peakRequestsPerSecond",
    "requestKb",
    "responseKb",
    "newConnectionsPerRequest",
    "applicationLogKbPerRequest",
    "subscribers",
)
ZERO_AT_LEAST: Final = ("blockedRequestRatio", "noticesPerMonth", "rolloutsPerMonth")
SHARES: Final = ("newConnectionsPerRequest", "blockedRequestRatio")
OWN: Final = {"load balancer": LOAD_BALANCER, "web ACL": WEB_ACL, "VPC": VPC}
SECONDS_PER_HOUR: Final = 3600
MONTH_HOURS: Final = 730


def check(context: Context) -> Iterator[Problem]:
    """Each figure of the declared use is there and possible, the peak is above the mean, and the tenancy is true."""
    basis = context.cost_basis
    if basis is None or not context.is_plant_stack:
        return
    yield from tenancy_problems(basis, context)
    if context.parked:
        return  # no request reaches a parked stack, so none is priced
    usage = basis.get("usage")
    if not isinstance(usage, Mapping):
        yield Problem("costBasis.usage is not declared, so the estimate is about somebody else's traffic; declare it")
        return
    cached = ("cacheKbPerRequest", "cacheDataGb") if context.graph.of_type(*SERVERLESS_CACHE) else ()
    for key in (*ABOVE_ZERO, *ZERO_AT_LEAST, *cached):
        value = number(usage.get(key))
        least_missed = value is not None and (value < 0 or (value == 0 and key in (*ABOVE_ZERO, *cached)))
        if value is None or least_missed or (key in SHARES and value > 1):
            share = ", 1 at most" if key in SHARES else ""
            yield Problem(f"costBasis.usage.{key} is {shown(usage.get(key))}; declare what is used, above 0{share}")
    yield from peak_problems(basis, usage)
    endpoints = len(context.graph.of_type(*TOPIC_SUBSCRIPTION))
    told = number(usage.get("subscribers"))
    if told is not None and 0 < told < endpoints:
        yield Problem(f"costBasis.usage.subscribers is {told}, and the stack has {endpoints}; declare them all")


def peak_problems(basis: Mapping[str, Any], usage: Mapping[str, Any]) -> Iterator[Problem]:
    """A peak that is below the mean of the requests over the hours that the stack is up."""
    requests, peak = number(usage.get("monthlyRequests")), number(usage.get("peakRequestsPerSecond"))
    hours = hours_of(basis.get("uptime"))
    if requests is None or peak is None or not hours:
        return
    mean = requests / hours / SECONDS_PER_HOUR
    if peak < mean:
        yield Problem(
            f"costBasis.usage.peakRequestsPerSecond is {peak}, and {requests} requests in {hours} h are {mean:.2f} a "
            "second "
            "on average; declare the real peak"
        )


def hours_of(uptime: Any) -> Any:
    """Declared hours a month; a whole month where none are declared."""
    if not isinstance(uptime, Mapping):
        return MONTH_HOURS
    sessions, hours = number(uptime.get("sessionsPerMonth")), number(uptime.get("hoursPerSession"))
    return MONTH_HOURS if sessions is None or hours is None else sessions * hours


def tenancy_problems(basis: Mapping[str, Any], context: Context) -> Iterator[Problem]:
    """A stack that calls itself shared, and holds what it says the platform has."""
    tenancy = basis.get("tenancy")
    if isinstance(tenancy, Mapping) and tenancy.get("kind") == "shared":
        for what, types in OWN.items():
            for resource in context.graph.of_type(*types):
                yield Problem(
                    f"costBasis.tenancy.kind is shared, and this {what} is the stack's own; declare dedicated, or "
                    "refer to "
                    "the platform's",
                    resource=resource,
                )


_USAGE: Final = {
    **dict.fromkeys(ABOVE_ZERO, "1"),
    "monthlyRequests": 100_000,
    **dict.fromkeys(ZERO_AT_LEAST, "0"),
}

RULE = Rule(
    id="cost-basis-plausible",
    title="What the estimate rests on is declared, and fits together",
    severity=Severity.HIGH,
    why="An estimate of traffic that nobody has is below every budget.",
    fix="Declare plant:usage, plant:uptime and plant:tenancy as they are.",
    source="docs/architecture.md, cost",
    check_stack=check,
    passing={"root": (ROOT_TYPE, {"costBasis": {"usage": _USAGE}})},
    failing={"root": (ROOT_TYPE, {"costBasis": {"usage": {**_USAGE, "peakRequestsPerSecond": "0.01"}}})},
)
