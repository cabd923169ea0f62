"""The declared stack as the twin needs it: plain values, whatever they were read from."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time, timedelta
from zoneinfo import ZoneInfo

from components.operations.weekdays import week_of_month
from infra.capacity import vcpus_of
from workbench.simulate.alarms import AlarmRule
from workbench.simulate.scaling.hpa import DEFAULT_DOWN, DEFAULT_UP, ScalingRules
from workbench.simulate.scaling.schedule import ScheduledAction
from workbench.simulate.scaling.step import StepPolicy
from workbench.simulate.scaling.target_tracking import TargetTrackingPolicy


@dataclass(frozen=True, slots=True, kw_only=True)
class Metric:
    """What an alarm watches: one metric, or an expression over several."""

    names: tuple[tuple[str, str, str, str], ...]
    """(id, namespace, metric name, statistic) of each metric; the id is "m" for a plain alarm."""
    expression: str = "m"
    """Metric math over the ids."""
    pool: int | None = None
    """0 stable, 1 canary, None all: what the dimensions say."""

    def is_plain(self, name: str, pool: int) -> bool:
        """Whether this is the metric `name` of one pool and nothing else."""
        return [each[2] for each in self.names] == [name] and self.expression == self.names[0][0] and self.pool == pool


@dataclass(frozen=True, slots=True, kw_only=True)
class DeclaredAlarm:
    """A CloudWatch alarm and its metric."""

    rule: AlarmRule
    """Threshold and evaluation."""
    metric: Metric
    """What is watched."""


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmedStep:
    """A step scaling policy and the alarm that runs it."""

    policy: StepPolicy
    """The steps."""
    alarm: DeclaredAlarm
    """The alarm whose actions name the policy."""


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetHealth:
    """Health check of a target group."""

    interval_seconds: float = 30.0
    """Default: 30, the AWS default."""
    timeout_seconds: float = 5.0
    """Default: 5, the AWS default."""
    healthy_threshold: int = 5
    """Default: 5, the AWS default."""
    unhealthy_threshold: int = 2
    """Default: 2, the AWS default."""


@dataclass(frozen=True, slots=True)
class PodMetricTarget:
    """One metric of a pod autoscaler."""

    kind: str
    """cpu: utilisation of the request in percent; vcpus: vCPUs that a pod uses; requests: requests a second and pod."""
    target: float
    """Value to hold."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PodAutoscaling:
    """A HorizontalPodAutoscaler v2 instead of Auto Scaling policies."""

    metrics: tuple[PodMetricTarget, ...]
    """The largest proposal of any of them wins."""
    up: ScalingRules = DEFAULT_UP
    """behavior.scaleUp."""
    down: ScalingRules = DEFAULT_DOWN
    """behavior.scaleDown."""
    has_behavior: bool = True
    """Whether any of the two is declared."""
    cpu_request_vcpus: float = 0.25
    """CPU request of one pod with all its containers, which utilisation refers to."""


@dataclass(frozen=True, slots=True)
class WarmPool:
    """Instances that wait beside a group: as many as it lacks of a capacity, and at least some.

    EC2 Auto Scaling API Reference, PutWarmPool, read 2026-11.
    """

    min_size: int = 0
    """Instances at least."""
    prepared: int | None = None
    """Instances of group and pool together; None: the group's maximum."""


@dataclass(frozen=True, slots=True, kw_only=True)
class FleetDeclaration:
    """One Auto Scaling group (or one Deployment) behind one target group."""

    name: str
    """Logical name of the group."""
    instance_type: str
    """First type of the mixed-instances policy, or the launch template's."""
    min_size: int
    """Smallest number of instances."""
    max_size: int
    """Largest number of instances."""
    desired_capacity: int
    """Instances at the start."""
    warm_up_seconds: float = 300.0
    """defaultInstanceWarmup, or else the default cooldown of 300 s that AWS falls back to."""
    health_check_grace_seconds: float = 300.0
    """Time after launch in which a failing health check does not replace an instance."""
    elb_health_checks: bool = True
    """healthCheckType ELB: a target that the load balancer calls unhealthy is replaced."""
    health: TargetHealth = field(default_factory=TargetHealth)
    """The target group's checks."""
    deregistration_seconds: float = 300.0
    """Time a leaving target has for its requests. Default: 300, the AWS default."""
    least_outstanding: bool = False
    """Load balancing algorithm."""
    on_demand_base: int = 0
    """Instances that are never spot."""
    on_demand_percent: int = 100
    """On-demand share of the instances above the base."""
    capacity_rebalance: bool = False
    """Replace a spot instance as soon as its interruption is announced."""
    credits_unlimited: bool = False
    """cpuCredits of the launch template."""
    warm_pool: WarmPool | None = None
    """Instances kept ready."""
    tracking: tuple[TargetTrackingPolicy, ...] = ()
    """Target tracking policies."""
    steps: tuple[AlarmedStep, ...] = ()
    """Step scaling policies."""
    schedule: tuple[ScheduledAction, ...] = ()
    """Scheduled actions."""
    pods: PodAutoscaling | None = None
    """The fleet is a Deployment whose pods this scales; None for a group of instances."""

    @property
    def vcpus(self) -> int | None:
        """Virtual CPUs of an instance; None of pods, whose own limits hold, and where its type does not tell."""
        return None if self.pods is not None else vcpus_of(self.instance_type)


@dataclass(frozen=True, slots=True, kw_only=True)
class RateLimit:
    """A rate rule as declared."""

    name: str
    """Name of the rule in its ACL or group."""
    limit: int
    """Requests of one key in the window before the rule acts."""
    window_seconds: int = 300
    """Evaluation window: 60, 120, 300 or 600."""
    per_user: bool = False
    """Key is a header (token or API key) instead of the address."""
    shared: bool = False
    """All requests are of one key: it counts them together."""
    heavy_only: bool = False
    """A scope-down statement narrows the rule to the heavy paths."""
    heavy_prefix: str = ""
    """What they begin with; empty where the statement says it in another way."""
    retry_after_seconds: float = 0.0
    """Retry-After of its refusal; 0 without."""
    counts_only: bool = False
    """The action is Count: nothing is refused."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Sessions:
    """When a scheduled stack exists; it is parked in between."""

    weekdays: frozenset[int]
    """0 is Monday."""
    start: time
    """Local time of day."""
    hours: float
    """Length of one."""
    time_zone: str
    """IANA name."""

    def changes(self, start: datetime, duration_seconds: float) -> list[tuple[float, bool]]:
        """(seconds after `start`, whether the stack is parked from then on), the state at `start` first."""
        zone = ZoneInfo(self.time_zone)
        day = start.astimezone(zone).date() - timedelta(days=2)
        found: list[tuple[float, bool]] = []
        while (datetime.combine(day, self.start, zone) - start).total_seconds() < duration_seconds:
            begin = (datetime.combine(day, self.start, zone) - start).total_seconds()
            end = begin + self.hours * 3600
            if day.weekday() in self.weekdays and end > 0:
                if found and begin <= found[-1][0]:  # a day long, and the clocks go forward
                    found[-1] = (end, True)
                else:
                    found += [(max(begin, 0.0), False), (end, True)]
            day += timedelta(days=1)
        if not found or found[0][0] > 0:
            found.insert(0, (0.0, True))
        return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Window:
    """A maintenance window, weekly, monthly or once."""

    start: time
    """Local time of day."""
    minutes: int
    """Length."""
    time_zone: str
    """IANA name."""
    weekday: int | None = None
    """0 is Monday; None: once."""
    date: date | None = None
    """Day of a window that is there once."""
    week_of_month: int | None = None
    """1: the first such weekday of each month only; None: each week."""

    def is_open(self, moment: datetime) -> bool:
        """Whether it is open at `moment`."""
        return any(begin <= moment for begin in self.openings(moment, moment))

    def openings(self, start: datetime, end: datetime) -> Iterator[datetime]:
        """When it opens, each time that it is open between `start` and `end`."""
        zone = ZoneInfo(self.time_zone)
        day, last = start.astimezone(zone).date() - timedelta(days=1), end.astimezone(zone).date()  # since yesterday
        while day <= last:
            in_week = self.week_of_month in (None, week_of_month(day))
            if day == self.date or (day.weekday() == self.weekday and in_week):
                # In UTC: the difference of two times of one zone is that of their clocks, whatever summer time does.
                begin = datetime.combine(day, self.start, zone).astimezone(UTC)
                if begin <= end and start < begin + timedelta(minutes=self.minutes):
                    yield begin
            day += timedelta(days=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class FailureLimits:
    """What of a step's requests to the canary may fail: what each look counts since the step began."""

    percent_max: float
    """Server errors and refused connections."""
    least: int
    """Fewer of those say nothing."""
    unanswered_percent_max: float
    """Requests without an answer; more are counted as failed, too."""
    unanswered_least_requests: int
    """Fewer requests say nothing of those."""


@dataclass(frozen=True, slots=True, kw_only=True)
class RolloutPlan:
    """The canary rollout as declared."""

    steps: tuple[tuple[int, float], ...]
    """(percent, seconds of its hold) of each step; the last has no hold."""
    poll_seconds: float = 300.0
    """Between two looks at the alarms."""
    start_looks: int = 40
    """Looks, half a minute apart, that the canary has to become healthy."""
    unclear_looks_max: int = 72
    """Looks without a verdict, for want of requests, after which a step is rolled back."""
    failures: FailureLimits | None = None
    """None: failures are left to the alarms."""
    alarms: frozenset[str] | None = None
    """Those that end a rollout; None: all on the canary."""

    @property
    def seconds(self) -> float:
        """Shortest length of all holds."""
        return sum(hold for _, hold in self.steps)


@dataclass(frozen=True, slots=True, kw_only=True)
class Promise:
    """What the API promises and when it alarms."""

    budget_seconds: float = 0.1
    """A call ends within this time (the contract)."""
    p95_limit_seconds: float = 0.2
    """95th percentile that raises the alarm."""
    p95_window_seconds: int = 300
    """Period of that alarm."""
    minimum_samples: int = 200
    """Requests in a window below which its p95 says nothing."""
    database_limit_seconds: float = 0.03
    """A query is given up after this time."""
    cache_ttl_seconds: float = 600.0
    """Age at which a cached answer expires."""
    page_size_max: int = 50
    """Items on one page at most."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Declaration:
    """Everything the twin knows of a stack."""

    stack: str
    """Name of the stack."""
    fleets: tuple[FleetDeclaration, ...]
    """Stable first, then the canary if there is one."""
    service_seconds: float
    """Mean service time of one request at one worker."""
    cpu_seconds: float
    """Mean CPU time within it."""
    workers: int
    """Requests that one instance works on at a time."""
    peak_rps: float
    """Declared peak load."""
    promise: Promise = field(default_factory=Promise)
    """Limits of the contract and the alarms."""
    rates: tuple[RateLimit, ...] = ()
    """WAF rate rules in order of priority."""
    alarms: tuple[DeclaredAlarm, ...] = ()
    """CloudWatch alarms on what the twin simulates."""
    unwatched: tuple[str, ...] = ()
    """Alarms on what it does not simulate."""
    idle_timeout_seconds: float = 60.0
    """The load balancer's."""
    rollout_percents: tuple[int, ...] = (10, 50, 100)
    """Steps of the canary."""
    rollout: RolloutPlan | None = None
    """The canary rollout; None where it is not declared with its holds."""
    windows: tuple[Window, ...] = ()
    """Maintenance windows, in which a rollout's clock stands still."""
    mean_rps: float | None = None
    """Declared requests of a month, spread evenly over the time that the stack exists; None where not declared."""
    sessions: Sessions | None = None
    """When the stack exists; None: always."""
    notes: tuple[str, ...] = ()
    """What was assumed because the stack does not say it."""

    @property
    def served_by(self) -> str:
        """What the fleets are of, for people."""
        return "pods" if self.stable.pods else "instances"

    @property
    def stable(self) -> FleetDeclaration:
        """The stable fleet."""
        return self.fleets[0]
