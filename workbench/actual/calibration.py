"""What a bill says of the settings that an estimate rests on: each with how it is derived.

A bill counts what it charges for. Of the rest (the peak, blocked requests, CPU time) it says nothing; CloudWatch does,
see ``live``.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import ROUND_HALF_EVEN, Context, Decimal
from typing import Any, Final

from cost.scope import GB_KB
from deployment.graph import ResourceGraph
from workbench.actual.bill import ZERO
from workbench.actual.compare import LEAST_HOURS, Actual

SETTING_DIGITS: Final = Context(prec=4, rounding=ROUND_HALF_EVEN)
"""Settings are told to four digits: a measured month is no better than that."""

WHOLE: Final = frozenset({"monthly_requests", "rollouts_per_month", "notices_per_month"})
"""Settings that are counts."""

LEAST_CACHE_GB: Final = Decimal("0.1")
"""A serverless Valkey cache is billed for this much at least (ElastiCache pricing page, 2026-11)."""

HOURS: Final = "elb/alb_hour"
REQUESTS: Final = "wafv2/million_requests"
LCU: Final = "elb/alb_lcu_hour"
OUT: Final = "data_transfer/internet_out_gb"
LOGS: Final = "cloudwatch/logs_ingestion_gb"
STORED: Final = "elasticache/serverless_valkey_gb_hour"
UNITS: Final = "elasticache/serverless_valkey_million_ecpu"
PUBLISHES: Final = "sns/million_requests"
TRANSITIONS: Final = "stepfunctions/standard_1k_transitions"


@dataclass(frozen=True, slots=True)
class Calibrated:
    """One setting, as it was declared and as it was measured."""

    setting: str
    """``monthly_requests`` of ``plant:usage``, or with its group: ``plant:fleet.cpu_time_ms``."""
    declared: Decimal
    measured: Decimal
    how: str
    """Derivation, with its numbers."""

    @property
    def path(self) -> tuple[str, str]:
        """Group of the stack file, and key in it."""
        group, _, key = self.setting.rpartition(".")
        return group or "plant:usage", key

    @property
    def value(self) -> int | str:
        """As a stack file holds it: counts as numbers, the rest as text, which YAML does not round."""
        key = self.path[1]
        return int(self.measured) if key in WHOLE else f"{self.measured:f}"

    def to_json(self) -> dict[str, Any]:
        """The setting as JSON."""
        return {
            "setting": ".".join(self.path),
            "declared": f"{self.declared:f}",
            "measured": f"{self.measured:f}",
            "how": self.how,
        }


@dataclass(frozen=True, slots=True)
class Untold:
    """A setting that can't be derived, and why."""

    setting: str
    why: str


@dataclass(frozen=True, slots=True)
class Calibration:
    """All settings of use."""

    found: tuple[Calibrated, ...]
    untold: tuple[Untold, ...]


@dataclass(slots=True)
class Measures:
    """Quantities a month, in single things, of one stack's bill; CloudWatch adds what no bill holds."""

    by_price: dict[str, Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    by_resource: dict[tuple[str, str], Decimal] = field(default_factory=lambda: defaultdict(Decimal))
    """URN and price -> quantity."""
    seen: dict[str, tuple[Decimal, str]] = field(default_factory=dict)
    """Setting -> its value by CloudWatch, and how it was derived."""


def measures_of(actual: Actual) -> Measures:
    """What the bill counted, scaled to a month."""
    found = Measures()
    for _, sums, place in actual.placed:
        if place.price:
            found.by_price[place.price] += sums.quantity * actual.scale
            if place.urn:
                found.by_resource[place.urn, place.price] += sums.quantity * actual.scale
    return found


def untold(actual: Actual) -> str:
    """Why the lines say nothing of a month, for people."""
    if actual.strange:
        return "no line of the bill is this stack's"
    hours = f"{round(actual.covered_hours, 1).normalize():f}"
    return f"{hours} h of lines; under {LEAST_HOURS / 24:f} days they say nothing of a month"


def calibrate(actual: Actual, graph: ResourceGraph, measures: Measures) -> Calibration:
    """Settings of ``plant:usage`` by what was measured; none for a stack that declares no such use."""
    traffic = actual.estimate.basis.traffic
    if not actual.estimate.basis.declared:
        return Calibration((), ())
    found: list[Calibrated] = []
    unknown: list[Untold] = []
    for name, value, how in _derived(actual, graph, measures):
        if value is None or not actual.telling:
            unknown.append(Untold(name, how if value is None else untold(actual)))
            continue
        number = Decimal(round(value)) if name in WHOLE else SETTING_DIGITS.plus(value)
        key = name.rpartition(".")[2]
        declared = _cpu(graph) if key == "cpu_time_ms" else getattr(traffic, key)
        found.append(Calibrated(name, Decimal(declared), Decimal(f"{number.normalize():f}"), how))
    return Calibration(tuple(found), tuple(unknown))


def _derived(actual: Actual, graph: ResourceGraph, measures: Measures) -> Iterator[tuple[str, Decimal | None, str]]:
    """Setting, value (None: can't be told) and derivation or reason."""
    root = actual.estimate.basis.root
    traffic = actual.estimate.basis.traffic
    outputs: Mapping[str, Any] = {} if root is None else root.outputs
    seen = measures.seen
    requests = measures.by_price.get(REQUESTS, ZERO)
    if "monthly_requests" in seen:
        requests = seen["monthly_requests"][0]
        yield "monthly_requests", *seen["monthly_requests"]
    elif requests:
        yield "monthly_requests", requests, f"requests that the web ACL inspected: {_shown(requests)}"
    else:
        yield "monthly_requests", None, "no requests of a web ACL of the stack on the bill"
    yield from _per_request(actual, measures, requests)
    if published := measures.by_resource.get((_by_arn(graph, outputs.get("noticeTopic")), PUBLISHES), ZERO):
        yield "notices_per_month", published, f"messages published to the notice topic: {_shown(published)}"
    else:
        yield "notices_per_month", None, "no line for the notice topic"
    machine = _by_arn(graph, outputs.get("rolloutStateMachine"))
    yield _rollouts(actual, machine, measures.by_resource.get((machine, TRANSITIONS), ZERO))
    group = _by_arn(graph, outputs.get("logGroup"))
    logged = measures.by_resource.get((group, LOGS), ZERO)
    if requests and logged:
        how = f"{_shown(logged)} GB ingested by the application's log group ÷ {_shown(requests)} requests"
        yield "application_log_kb_per_request", logged * GB_KB / requests, how
    else:
        yield "application_log_kb_per_request", None, "no line for the application's log group, or no requests"
    hours = measures.by_price.get(HOURS, ZERO)
    stored = measures.by_price.get(STORED, ZERO)
    if hours and stored / hours > LEAST_CACHE_GB * Decimal("1.01"):
        how = f"{_shown(stored)} GB-hours of the cache ÷ {_shown(hours)} hours of the load balancer"
        yield "cache_data_gb", stored / hours, how
    else:
        yield "cache_data_gb", None, "no cache of the stack on the bill, or no more than the 0.1 GB billed at least"
    for name in ("peak_requests_per_second", "blocked_request_ratio", "plant:fleet.cpu_time_ms"):
        if name in seen:
            yield name, *seen[name]
        else:
            yield name, None, "a bill does not tell; --live asks CloudWatch"
    if traffic.new_connections_per_request:
        yield "new_connections_per_request", None, "only the dimension that uses most is billed"


def _per_request(actual: Actual, measures: Measures, requests: Decimal) -> Iterator[tuple[str, Decimal | None, str]]:
    """Sizes of requests and answers, and what they read from the cache."""
    sent = measures.by_price.get(OUT, ZERO)
    units = measures.by_price.get(LCU, ZERO)
    commands = measures.by_price.get(UNITS, ZERO)
    response_kb = sent * GB_KB / requests if requests else ZERO
    if response_kb:
        how = f"{_shown(sent)} GB sent to the internet ÷ {_shown(requests)} requests"
        yield "response_kb", response_kb, how
    else:
        yield "response_kb", None, "no data to the internet on the bill, or no requests"
    by_bytes = any("most by processed bytes" in line.item for line in actual.estimate.charges)
    request_kb = units * GB_KB / requests - response_kb if requests and by_bytes else ZERO
    if request_kb > 0 and response_kb:
        how = f"{_shown(units)} LCU-hours of 1 GB (bytes use most of them) ÷ requests, less the response"
        yield "request_kb", request_kb, how
    else:
        yield "request_kb", None, "capacity units don't tell: bytes do not use most of them, or are less than was sent"
    if requests and commands > requests * Decimal("1.01"):
        how = f"{_shown(commands)} processing units of 1 kB ÷ {_shown(requests)} requests"
        yield "cache_kb_per_request", commands / requests, how
    else:
        yield "cache_kb_per_request", None, "a request is billed for one unit at least, and no more were used"


def _rollouts(actual: Actual, urn: str, measured: Decimal) -> tuple[str, Decimal | None, str]:
    """Rollouts, which the transitions of their machine are in proportion to."""
    charges = [line for line in actual.estimate.charges if line.urn == urn and line.price.name == TRANSITIONS]
    expected = sum((line.quantity * line.price.unit_size for line in charges), ZERO)
    declared = actual.estimate.basis.traffic.rollouts_per_month
    if not expected or not measured or not declared:
        return "rollouts_per_month", None, "no line for the state machine of rollouts"
    each = expected / declared
    how = f"{_shown(measured)} state transitions of the rollout's machine, {_shown(each)} of them a rollout"
    return "rollouts_per_month", measured / each, how


def _by_arn(graph: ResourceGraph, value: Any) -> str:
    """URN of the resource whose ARN or name `value` is; ""."""
    if not isinstance(value, str) or not value:
        return ""
    for resource in graph:
        if resource.custom and value in (resource.outputs.get("arn"), resource.outputs.get("id")):
            return resource.urn
    return ""


def _cpu(graph: ResourceGraph) -> Decimal:
    """Declared CPU time of a request, which the root publishes (ms)."""
    for resource in graph:
        if not resource.custom and isinstance(capacity := resource.outputs.get("capacity"), dict):
            return Decimal(str(capacity.get("cpuTimeMs", 0)))
    return ZERO


def _shown(number: Decimal) -> str:
    return f"{SETTING_DIGITS.plus(number).normalize():f}" if number < 1000 else f"{round(number):,}"
