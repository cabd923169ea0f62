"""What an estimate rests on: region, budget, uptime, tenancy and traffic, read from the graph's `costBasis`.

The root component of the Plant API stack registers that output; any other Pulumi program has none and is
priced for a whole month with the stated defaults.
"""

from __future__ import annotations

import datetime
from collections.abc import Mapping
from dataclasses import dataclass, field, fields
from decimal import ROUND_CEILING, Decimal
from typing import Any, Final

from cost.adjustable import Adjustable, SessionPlan
from cost.brake import BrakeBasis
from cost.uptime import ALWAYS_ON, MONTH_HOURS, Uptime
from cost.workflows import read_workflow, workflow_at
from deployment import tokens
from deployment.decimals import number
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph
from deployment.unknown import SECRET, UNKNOWN

VERSION: Final = 1
"""The version of the `costBasis` output that this module reads."""

OWN_RESOURCES: Final = "every resource of the stack is charged to it"

LONGEST_WORDS: Final = 200
"""Characters of what a program says is to be set."""

SCHEDULE: Final = tokens.SCHEDULE[0]
STATE_MACHINE: Final = tokens.STATE_MACHINE[0]


@dataclass(frozen=True, slots=True)
class TrafficBasis:
    """Use of the whole stack. The defaults are what a program without a declaration is priced with."""

    monthly_requests: Decimal = Decimal(1_000_000)
    """Requests that reach the edge in a month."""
    peak_requests_per_second: Decimal = Decimal(0)
    """The most requests a second; 0: not declared, and the worst case is the expected use."""
    request_kb: Decimal = Decimal(1)
    response_kb: Decimal = Decimal(8)
    new_connections_per_request: Decimal = Decimal("0.2")
    application_log_kb_per_request: Decimal = Decimal("0.5")
    blocked_request_ratio: Decimal = Decimal("0.01")
    cache_data_gb: Decimal = Decimal("0.1")
    cache_kb_per_request: Decimal = Decimal(4)
    rollouts_per_month: Decimal = Decimal(2)
    notices_per_month: Decimal = Decimal(20)
    subscribers: Decimal = Decimal(3)


@dataclass(frozen=True, slots=True)
class RolloutBasis:
    """How long one rollout that passes takes: its steps, watched one after the other by looks at equal distances."""

    hold_seconds: tuple[Decimal, ...]
    """How long each step is watched before the next; 0 for the last."""
    poll_seconds: Decimal
    """Time between two looks."""
    start_looks: Decimal = Decimal(0)
    """Looks, at most, for the canary of a step to come up; each waits less than `poll_seconds`."""

    @property
    def polls(self) -> Decimal:
        """Looks of all steps; a step ends with the first look that is not before its time."""
        looks = (each / self.poll_seconds for each in self.hold_seconds)
        return sum((count.to_integral_value(ROUND_CEILING) for count in looks), Decimal(0))

    @property
    def hours(self) -> Decimal:
        """Hours of all steps, up to those looks."""
        return self.polls * self.poll_seconds / 3600


@dataclass(frozen=True, slots=True)
class NodeBasis:
    """A node of the cluster that a stack's pods share with others."""

    instance_type: str
    usd_per_hour: Decimal | None = None
    """What the platform pays for it (a savings plan, spot); None: the list price on demand."""
    utilisation: Decimal = Decimal("0.65")
    """Part of the nodes that pods ask for, above 0 up to 1."""
    idle_charged: bool = True
    """Whether the pods bear the idle part by their share, as on AWS's bill; False: the platform bears it."""


@dataclass(frozen=True, slots=True)
class Basis:
    """What one estimate assumes; printed beside its figures."""

    region: str | None
    """Region of what names none itself; None when the graph doesn't say."""
    stack_limit_usd: Decimal | None = None
    """What the stack asks to be held to, in US dollars a month; None: nothing of its own."""
    allowance_share: Decimal = Decimal(1)
    """Share (0 to 1) of the account's always-free allowances that this stack counts on; 1: as if it were alone."""
    tenancy: str = "dedicated"
    """``dedicated`` or ``shared``."""
    allocation: str = OWN_RESOURCES
    """What is charged to the stack and what to the platform."""
    uptime: Uptime = ALWAYS_ON
    reaped: frozenset[str] | None = None
    """Type tokens that the reaper removes after a session, so that the uptime holds for them; every other
    resource is priced for the whole month. None: all types."""
    brake: BrakeBasis | None = None
    """What holds the fleets at their minimum while the budget can't pay for more; None without it."""
    reaper_urn: str | None = None
    """State machine that ends the sessions; None without sessions."""
    parked: bool = False
    traffic: TrafficBasis = field(default_factory=TrafficBasis)
    rollout: RolloutBasis | None = None
    """How long a rollout takes; None: the stack declares none."""
    node: NodeBasis | None = None
    """Node of the platform's cluster; None: the stack declares none."""
    declared: bool = False
    """True when the graph has a `costBasis`; False: the defaults above."""
    adjustable: Adjustable | None = None
    """What an engineer sets to change the stack; None: the program publishes nothing of the kind."""
    root: Resource | None = None
    """The resource that registered the basis."""
    notes: tuple[str, ...] = ()
    """Sentences that a reader of the figures has to know."""
    on: datetime.date | None = None
    """Day that is priced; versions leave standard support on days. ``estimate`` sets it."""

    def ends(self, resource: Resource) -> bool:
        """Whether `resource` exists only for as long as the stack is up."""
        return not resource.custom or self.reaped is None or resource.type in self.reaped


def basis_of(graph: ResourceGraph) -> Basis:
    """The basis that `graph` declares, or the defaults. Raises InputError that lists every fault of a declared one."""
    for resource in graph:
        if not resource.custom and (declared := resource.outputs.get("costBasis")) is not None:
            return _Reader(graph, resource, declared).read()
    return Basis(
        region=_provider_region(graph),
        notes=("The program declares neither hours nor use: priced for 730 hours, and for the stated default use.",),
    )


class _Reader:
    """Reads one `costBasis` object and gathers every fault."""

    def __init__(self, graph: ResourceGraph, resource: Resource, declared: Any) -> None:
        self.graph = graph
        self.resource = resource
        self.declared = declared
        self.problems: list[str] = []
        self.shared = False
        self.reaper_urn: str | None = None

    def read(self) -> Basis:
        document = self.section({"costBasis": self.declared}, "costBasis")
        if number(document.get("version")) != VERSION:
            self.problem("version", document.get("version"), str(VERSION))
        budget = self.section(document, "budget")
        tenancy = self.section(document, "tenancy")
        kind = tenancy.get("kind", "dedicated")
        if kind not in ("dedicated", "shared"):
            self.problem("tenancy.kind", kind, "dedicated or shared")
        self.shared = kind == "shared"
        traffic = self.traffic(self.section(document, "usage"))
        uptime, parked, reaped, notes = self.uptime(self.section(document, "uptime"))
        limit = budget.get("monthlyLimitUsd")
        region = document.get("region")
        basis = Basis(
            region=region if isinstance(region, str) and region else _provider_region(self.graph),
            stack_limit_usd=None if limit is None else self.number(limit, "budget.monthlyLimitUsd"),
            allowance_share=self.share(budget.get("allowances", "1"), "budget.allowances"),
            tenancy=str(kind),
            allocation=str(tenancy.get("allocation") or OWN_RESOURCES),
            uptime=uptime,
            reaped=reaped,
            reaper_urn=self.reaper_urn,
            brake=self.brake(self.section(document, "brake")),
            parked=parked,
            traffic=traffic,
            rollout=self.rollout(self.section(document, "rollout")),
            node=self.node(self.section(document, "node")),
            declared=True,
            adjustable=self.adjustable(document),
            root=self.resource,
            notes=notes,
        )
        if self.problems:
            raise InputError(*self.problems)
        return basis

    def traffic(self, usage: Mapping[str, Any]) -> TrafficBasis:
        known = {_camel(item.name): item.name for item in fields(TrafficBasis)}
        for key in sorted(set(usage) - set(known)):
            self.problem(f"usage.{key}", usage[key], f"one of {', '.join(known)}")
        return TrafficBasis(
            **{known[key]: self.number(value, f"usage.{key}") for key, value in usage.items() if key in known}
        )

    def rollout(self, section: Mapping[str, Any]) -> RolloutBasis | None:
        if not section:
            return None
        steps = section.get("steps")
        if not isinstance(steps, list) or not all(isinstance(step, Mapping) for step in steps):
            self.problem("rollout.steps", steps, "a list of objects with percent and holdSeconds")
            return None
        poll_seconds = self.number(section.get("pollSeconds"), "rollout.pollSeconds")
        if poll_seconds < 1:
            self.problem("rollout.pollSeconds", section.get("pollSeconds"), "1 or more")
            return None
        holds = (
            self.number(step.get("holdSeconds"), f"rollout.steps[{index}].holdSeconds")
            for index, step in enumerate(steps)
        )
        start_looks = self.number(section.get("startLooks", 0), "rollout.startLooks")
        return RolloutBasis(hold_seconds=tuple(holds), poll_seconds=poll_seconds, start_looks=start_looks)

    def node(self, section: Mapping[str, Any]) -> NodeBasis | None:
        if not section:
            return None
        price = section.get("usdPerHour")
        utilisation = self.number(section.get("utilisation", "0.65"), "node.utilisation")
        if not 0 < utilisation <= 1:
            self.problem("node.utilisation", section.get("utilisation"), "above 0, up to 1")
        return NodeBasis(
            instance_type=str(section.get("instanceType")),
            usd_per_hour=None if price is None else self.number(price, "node.usdPerHour"),
            utilisation=utilisation,
            idle_charged=bool(section.get("idleCharged", True)),
        )

    def uptime(self, section: Mapping[str, Any]) -> tuple[Uptime, bool, frozenset[str] | None, tuple[str, ...]]:
        if section.get("parked"):
            note = "The stack is parked: what is left of it is priced for the whole month."
            return ALWAYS_ON, True, None, (note,)
        sessions = section.get("sessionsPerMonth")
        hours = section.get("hoursPerSession")
        if sessions is None or hours is None:
            return ALWAYS_ON, False, None, ()
        around = ("leadMinutes", "lateMinutes", "deletionMinutes")
        minutes = sum((self.number(section.get(key, 0), f"uptime.{key}") for key in around), Decimal(0))
        declared = Uptime(
            sessions=self.number(sessions, "uptime.sessionsPerMonth"),
            hours_per_session=self.number(hours, "uptime.hoursPerSession"),
            overhead_hours=minutes / 60,
        )
        if declared.full_hours >= MONTH_HOURS:
            return ALWAYS_ON, False, None, ()
        machine = self.started(section.get("reaper"))
        if machine is None:
            if section.get("reaper") is None and self.shared:
                return ALWAYS_ON, False, None, ()
            which = f" {section['reaper']!r}" if section.get("reaper") else ""
            note = (
                f"Sessions of {_plain(declared.hours)} hours a month don't count: no enabled schedule{which} in the "
                "graph starts a state machine of the graph that ends them. Priced for 730 hours."
            )
            return ALWAYS_ON, False, None, (note,)
        self.reaper_urn = machine.urn
        return declared, False, reaped_types(machine), ()

    def brake(self, section: Mapping[str, Any]) -> BrakeBasis | None:
        """The declared brake; None where no enabled schedule starts a machine that reads a budget and sizes groups."""
        machine = self.started(section.get("schedule")) if section else None
        definition = None if machine is None else machine.get("definition")
        workflow = read_workflow(definition) if isinstance(definition, str) else None
        if definition not in (UNKNOWN, SECRET) and (workflow is None or not workflow.actions >= BRAKING_ACTIONS):
            return None
        return BrakeBasis(
            every_hours=self.number(section.get("everyHours"), "brake.everyHours"),
            minimum_percent=self.number(section.get("minimumPercent"), "brake.minimumPercent"),
        )

    def adjustable(self, document: Mapping[str, Any]) -> Adjustable | None:
        if document.get("settings") is None:
            return None
        section = self.section(document, "settings")
        sets, least = self.section(section, "sets"), self.section(section, "least")
        plans = section.get("sessions") or []
        if not isinstance(plans, list) or not all(isinstance(plan, Mapping) for plan in plans):
            self.problem("settings.sessions", plans, "a list of objects")
            plans = []
        return Adjustable(
            sets={key: str(value)[:LONGEST_WORDS] for key, value in sets.items()},
            least={key: self.number(value, f"settings.least.{key}") for key, value in least.items()},
            sessions=tuple(self.plan(plan, f"settings.sessions[{index}]") for index, plan in enumerate(plans)),
        )

    def plan(self, plan: Mapping[str, Any], where: str) -> SessionPlan:
        uptime = Uptime(
            sessions=self.number(plan.get("sessionsPerMonth"), f"{where}.sessionsPerMonth"),
            hours_per_session=self.number(plan.get("hoursPerSession"), f"{where}.hoursPerSession"),
            overhead_hours=self.number(plan.get("minutesAround", 0), f"{where}.minutesAround") / 60,
        )
        return SessionPlan(str(plan.get("set"))[:LONGEST_WORDS], uptime)

    def started(self, name: Any) -> Resource | None:
        """The state machine that the enabled schedule `name` starts; None when the graph lacks either."""
        for schedule in self.graph.of_type(SCHEDULE):
            if schedule.name == name and schedule.get("state", "ENABLED") == "ENABLED":
                for machine in self.graph.referenced(schedule, "target.arn", STATE_MACHINE):
                    return machine
        return None

    def section(self, document: Mapping[str, Any], key: str) -> Mapping[str, Any]:
        value = document.get(key)
        if value is None:
            return {}
        if not isinstance(value, Mapping):
            self.problem(key, value, "an object")
            return {}
        return value

    def number(self, value: Any, where: str) -> Decimal:
        found = number(value)
        if found is None or found < 0:
            self.problem(where, value, "a number of 0 or more, as a decimal string")
            return Decimal(0)
        return found

    def share(self, value: Any, where: str) -> Decimal:
        found = self.number(value, where)
        if found > 1:
            self.problem(where, value, "a share from 0 to 1, as a decimal string")
        return min(found, Decimal(1))

    def problem(self, where: str, value: Any, allowed: str) -> None:
        self.problems.append(f"{self.resource.urn}: costBasis.{where} is {value!r}; allowed: {allowed}")


BRAKING_ACTIONS: Final = frozenset({"budgets:describebudget", "autoscaling:updateautoscalinggroup"})
"""AWS calls of a spend brake."""

REAPING_ACTIONS: Final = {
    "elasticloadbalancingv2:deleteloadbalancer": tokens.LOAD_BALANCER,
    "elasticloadbalancing:deleteloadbalancer": tokens.CLASSIC_LOAD_BALANCER,
    "wafv2:deletewebacl": tokens.WEB_ACL,
    "wafv2:deleterulegroup": tokens.WAF_RULE_GROUP,
    "elasticache:deleteserverlesscache": tokens.SERVERLESS_CACHE,
    "elasticache:deletereplicationgroup": tokens.REPLICATION_GROUP,
    "elasticache:deletecachecluster": tokens.CACHE_CLUSTER,
    "autoscaling:updateautoscalinggroup": tokens.SCALING_GROUP,
    "autoscaling:deleteautoscalinggroup": (*tokens.SCALING_GROUP, *tokens.SCALING_POLICY),
    "autoscaling:deletepolicy": tokens.SCALING_POLICY,
    "cloudwatch:deletealarms": (
        *tokens.METRIC_ALARM,
        *tokens.COMPOSITE_ALARM,
    ),
    "cloudwatch:deletedashboards": tokens.DASHBOARD,
    "ec2:deletenatgateway": tokens.NAT_GATEWAY,
    "ec2:releaseaddress": tokens.ELASTIC_IP,
    "ec2:deletevpcendpoints": tokens.VPC_ENDPOINT,
    "ec2:terminateinstances": tokens.INSTANCE,
    "rds:deletedbinstance": tokens.DB_INSTANCE,
}
"""AWS call of a reaper -> types whose billed hours it ends."""

FOLLOWS_USE: Final = frozenset(
    {
        *tokens.LOG_METRIC_FILTER,  # a metric is billed only in hours with data
        *tokens.APPCONFIG_PROFILE,  # polls end with the instances
    }
)
"""Types whose charges end with what uses them, without being removed."""


def reaped_types(machine: Resource) -> frozenset[str] | None:
    """Types that the state machine removes; None when its definition isn't known yet (during preview)."""
    definition = machine.get("definition")
    if definition is UNKNOWN or definition is SECRET:
        return None
    workflow = workflow_at(machine, "definition")
    actions = workflow.actions if workflow is not None else frozenset[str]()
    return FOLLOWS_USE.union(*(REAPING_ACTIONS.get(action, ()) for action in actions))


def _provider_region(graph: ResourceGraph) -> str | None:
    """Region of the first AWS provider of the graph that names one."""
    for provider in graph.of_type(tokens.PROVIDER):
        region = provider.get("region")
        if isinstance(region, str) and region:
            return region
    return None


def _camel(name: str) -> str:
    first, *others = name.split("_")
    return first + "".join(part.capitalize() for part in others)


def _plain(number: Decimal) -> str:
    return f"{number.normalize():f}"
