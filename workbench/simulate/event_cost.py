"""What a simulated event costs, by the cost model's own lines: no price is known here."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Final

from cost.charges import Driver
from cost.estimate import Estimate
from cost.uptime import MONTH_HOURS, Metering
from deployment.graph import Resource, ResourceGraph
from workbench.simulate.declaration import FleetDeclaration
from workbench.simulate.reading.fleets import GROUP
from workbench.simulate.result import RunResult

SECONDS_PER_HOUR: Final = Decimal(3600)
ON_DEMAND: Final = "instance-hour"
SPOT: Final = "spot-instance-hour"
SURPLUS: Final = "vCPU-hour"
"""Unit of the price of surplus CPU credits."""

PROBED: Final = Decimal(1_000_000)
"""Requests of a month that the price of one is read from; what rollouts and time alone log is in no request's price."""

OUTLIVES_SESSIONS: Final = (Metering.STANDING, Metering.USE)
"""What no session ends, and a month has once."""


@dataclass(frozen=True, slots=True)
class EventCost:
    """US dollars at list price, allowances aside."""

    instances_usd: Decimal
    """Instance hours of the simulation (pods' share of their nodes), and surplus CPU credits in unlimited mode."""
    requests_usd: Decimal
    """What traffic drives: of requests that found a load balancer, and of those that its firewall refused."""
    fixed_usd: Decimal
    """Everything else that exists meanwhile, by the hour: what sessions end for as long as the stack isn't parked."""
    sessions_usd: Decimal
    """The part of `fixed_usd` that sessions end."""

    @property
    def total_usd(self) -> Decimal:
        """Instances, requests and what is fixed."""
        return self.instances_usd + self.requests_usd + self.fixed_usd


def mean_cost(costs: Sequence[EventCost]) -> EventCost:
    """Mean over runs."""
    count = len(costs)
    return EventCost(
        instances_usd=sum((each.instances_usd for each in costs), Decimal(0)) / count,
        requests_usd=sum((each.requests_usd for each in costs), Decimal(0)) / count,
        fixed_usd=sum((each.fixed_usd for each in costs), Decimal(0)) / count,
        sessions_usd=sum((each.sessions_usd for each in costs), Decimal(0)) / count,
    )


def instance_hour_usd(estimate: Estimate, fleets: Sequence[FleetDeclaration]) -> Mapping[str, Decimal]:
    """Logical name of each fleet -> dollars of one of its instances for an hour, its disk included, or of a pod.

    What the fleet's instances cost a month, divided by their hours; for a group that is expected to be empty,
    the dearest declared price, for pods that are, what the others cost.
    """
    asked = {each.name: Decimal(str(each.pods.cpu_request_vcpus)) for each in fleets if each.pods is not None}
    hours: dict[str, Decimal] = defaultdict(Decimal)
    dollars: dict[str, Decimal] = defaultdict(Decimal)
    dearest: dict[str, Decimal] = defaultdict(Decimal)
    for line in estimate.charges:
        if line.charge is None or (line.name not in asked and line.type != GROUP):
            continue
        if line.price.unit in (ON_DEMAND, SPOT):
            dearest[line.name] = max(dearest[line.name], line.price.usd)
        # All that a group is charged for is of its instances, also the volumes of one whose size never changes.
        if line.price.unit != SURPLUS if line.type == GROUP else line.charge.driver is Driver.FLEET:
            dollars[line.name] += line.monthly_usd
            if line.price.unit in (ON_DEMAND, SPOT):
                hours[line.name] += line.quantity
            elif line.name in asked and line.price.unit == "vCPU-hour":
                hours[line.name] += line.quantity / asked[line.name]
    pods = max((dollars[name] / hours[name] for name in asked if hours[name]), default=Decimal(0))
    found = dearest | dict.fromkeys(asked, pods)
    return {name: dollars[name] / hours[name] if hours[name] else fallback for name, fallback in found.items()}


def market_hour_usd(
    estimate: Estimate, fleets: Sequence[FleetDeclaration], graph: ResourceGraph
) -> Mapping[str, tuple[Decimal, Decimal]]:
    """Logical name of each group that has both -> dollars of an hour of one instance on demand, and of one on spot.

    A month is expected with few instances, which may be of one kind; so the prices are of the groups at their maximum.
    """
    mixed = {
        each.name for each in fleets if each.on_demand_percent < 100 and (each.on_demand_base or each.on_demand_percent)
    }
    if not mixed or estimate.reprice is None:
        return {}
    hours: dict[str, Decimal] = defaultdict(Decimal)
    beyond: dict[str, Decimal] = defaultdict(Decimal)
    of_kind: dict[str, dict[str, Decimal]] = defaultdict(dict)
    for line in estimate.reprice(estimate.basis, ResourceGraph(map(_at_maximum, graph))).charges:
        if line.type != GROUP or line.name not in mixed or line.price.unit == SURPLUS:
            continue
        if line.price.unit in (ON_DEMAND, SPOT) and line.quantity:
            of_kind[line.name][line.price.unit] = line.price.usd
            hours[line.name] += line.quantity
        else:
            beyond[line.name] += line.monthly_usd
    return {
        name: (kinds[ON_DEMAND] + beyond[name] / hours[name], kinds[SPOT] + beyond[name] / hours[name])
        for name, kinds in of_kind.items()
        if len(kinds) == len((ON_DEMAND, SPOT))
    }


def _at_maximum(resource: Resource) -> Resource:
    if resource.type != GROUP:
        return resource
    size = {"desiredCapacity": resource.get("maxSize")}
    return replace(resource, inputs={**resource.inputs, **size}, outputs={**resource.outputs, **size})


def surplus_usd(estimate: Estimate) -> Mapping[str, Decimal]:
    """Logical name of each group in unlimited mode -> dollars of a vCPU-hour of surplus CPU credits."""
    return {line.name: line.price.usd for line in estimate.charges if line.type == GROUP and line.price.unit == SURPLUS}


@dataclass(frozen=True, slots=True)
class EventPrices:
    """What an event on one stack is charged by."""

    instance_hour_usd: Mapping[str, Decimal]
    spot_hour_usd: Mapping[str, Decimal]
    """The same of an instance on spot: another figure where a group has both."""
    surplus_usd: Mapping[str, Decimal]
    request_usd: Decimal
    """Of an attempt at the load balancer."""
    refusal_usd: Decimal
    """Of one that the firewall refuses: it is inspected and logged there, and has no answer of the application."""
    standing_usd: Decimal
    """A month of what outlives sessions."""
    in_sessions_usd: Decimal
    """A month of what sessions end, if it stood all the time."""

    @classmethod
    def of(cls, estimate: Estimate, fleets: Sequence[FleetDeclaration], graph: ResourceGraph) -> EventPrices:
        """Prices of the stack in `graph`, which `estimate` is of, and of which `fleets` are simulated."""
        simulated = {each.name for each in fleets}
        standing = in_sessions = Decimal(0)
        for line in estimate.charges:
            if line.charge is None or (line.type == GROUP and line.name in simulated):
                continue
            driver = line.charge.driver
            if driver is Driver.FIXED or (driver is Driver.FLEET and line.name not in simulated):
                if line.in_sessions and line.charge.metering not in OUTLIVES_SESSIONS:
                    in_sessions += line.list_always_on_usd
                else:
                    standing += line.monthly_usd
        nothing = Decimal(0)
        none = _of_traffic_usd(estimate, monthly_requests=nothing)
        answered = _of_traffic_usd(estimate, monthly_requests=PROBED, blocked_request_ratio=nothing)
        refused = _of_traffic_usd(
            estimate,
            monthly_requests=PROBED,
            blocked_request_ratio=Decimal(1),
            response_kb=nothing,
            application_log_kb_per_request=nothing,
            cache_kb_per_request=nothing,
        )
        hours, kinds = instance_hour_usd(estimate, fleets), market_hour_usd(estimate, fleets, graph)
        return cls(
            instance_hour_usd={name: kinds.get(name, (usd, usd))[0] for name, usd in hours.items()},
            spot_hour_usd={name: kinds.get(name, (usd, usd))[1] for name, usd in hours.items()},
            surplus_usd=surplus_usd(estimate),
            request_usd=(answered - none) / PROBED,
            refusal_usd=(refused - none) / PROBED,
            standing_usd=standing,
            in_sessions_usd=in_sessions,
        )

    def cost(self, run: RunResult) -> EventCost:
        """Cost of the time and the requests of `run`, its warm-up included."""
        spot = run.spot_seconds
        regular = {name: seconds - spot.get(name, 0.0) for name, seconds in run.instance_seconds.items()}
        used = (
            (self.instance_hour_usd, regular),
            (self.spot_hour_usd, spot),
            (self.surplus_usd, run.surplus_vcpu_seconds),
        )
        instances = sum(
            (
                Decimal(seconds) / SECONDS_PER_HOUR * prices.get(name, Decimal(0))
                for prices, each in used
                for name, seconds in each.items()
            ),
            Decimal(0),
        )
        month = SECONDS_PER_HOUR * MONTH_HOURS
        in_sessions = self.in_sessions_usd * Decimal(run.open_seconds) / month
        return EventCost(
            instances_usd=instances,
            requests_usd=self.request_usd * Decimal(run.billed_attempts)
            + self.refusal_usd * Decimal(run.billed_refusals),
            fixed_usd=self.standing_usd * Decimal(run.duration_seconds) / month + in_sessions,
            sessions_usd=in_sessions,
        )


def _of_traffic_usd(estimate: Estimate, **declared: Decimal) -> Decimal:
    """A month of what traffic drives, were it declared so."""
    assert estimate.reprice is not None  # noqa: S101 - the estimator always gives it
    basis = replace(estimate.basis, traffic=replace(estimate.basis.traffic, **declared))
    lines = estimate.reprice(basis, None).charges
    return sum((line.monthly_usd for line in lines if line.charge and line.charge.driver is Driver.TRAFFIC), Decimal(0))
