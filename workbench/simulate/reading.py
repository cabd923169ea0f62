"""The declared stack, read from its resources: groups, policies, target groups, rate rules, alarms."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any, Final

from policies.errors import InputError
from policies.model import Resource, ResourceGraph, Sentinel
from workbench.simulate.alarms import COMPARISONS, AlarmRule, MissingData
from workbench.simulate.declaration import (
    AlarmedStep,
    Declaration,
    DeclaredAlarm,
    FleetDeclaration,
    Metric,
    Promise,
    RateLimit,
    TargetHealth,
)
from workbench.simulate.known_metrics import NAMES, expression_names
from workbench.simulate.scaling.schedule import Cron, ScheduledAction
from workbench.simulate.scaling.step import AdjustmentType, StepAdjustment, StepPolicy
from workbench.simulate.scaling.target_tracking import TargetTrackingPolicy

GROUP: Final = "aws:autoscaling/group:Group"
POLICY: Final = "aws:autoscaling/policy:Policy"
SCHEDULE: Final = "aws:autoscaling/schedule:Schedule"
TEMPLATE: Final = "aws:ec2/launchTemplate:LaunchTemplate"
TARGET_GROUPS: Final = ("aws:lb/targetGroup:TargetGroup", "aws:alb/targetGroup:TargetGroup")
LOAD_BALANCERS: Final = ("aws:lb/loadBalancer:LoadBalancer", "aws:alb/loadBalancer:LoadBalancer")
LISTENER_RULES: Final = ("aws:lb/listenerRule:ListenerRule", "aws:alb/listenerRule:ListenerRule")
ALARM: Final = "aws:cloudwatch/metricAlarm:MetricAlarm"
RULE_HOLDERS: Final = ("aws:wafv2/webAcl:WebAcl", "aws:wafv2/ruleGroup:RuleGroup")
PARAMETER: Final = "aws:ssm/parameter:Parameter"


@dataclass(frozen=True, slots=True, kw_only=True)
class Assumptions:
    """What is used where the stack says nothing; each use is noted."""

    service_time_ms: float = 25.0
    workers_per_instance: int = 2
    peak_rps: float = 5.0


def read(graph: ResourceGraph, assumed: Assumptions | None = None) -> Declaration:
    """Declaration of the stack in `graph`. Raises InputError when it has no fleet to simulate."""
    return _Reader(graph, assumed or Assumptions()).read()


class _Reader:
    def __init__(self, graph: ResourceGraph, assumed: Assumptions) -> None:
        self.graph, self.assumed = graph, assumed
        self.notes: list[str] = []
        self.basis = _basis(graph)
        self.limits = _contract(graph)

    def read(self) -> Declaration:
        groups = self._groups()
        if not groups:
            raise InputError(
                "the stack declares no Auto Scaling group, so there is nothing to simulate"
                " (a parked stack has none: simulate it unparked)"
            )
        suffixes = [self._suffixes(group) for group in groups]
        alarms, unwatched = self._alarms(suffixes)
        usage = self.basis.get("usage", {}) if isinstance(self.basis.get("usage"), Mapping) else {}
        balancers = self.graph.of_type(*LOAD_BALANCERS)
        p95 = next(
            (each for each in alarms if each.rule.percentile == 95 and each.metric.names[0][2] == "TargetResponseTime"),
            None,
        )
        return Declaration(
            stack=_stack_name(self.graph),
            fleets=tuple(self._fleet(group, index, suffixes) for index, group in enumerate(groups)),
            service_seconds=self._limit("service_time_ms", self.assumed.service_time_ms) / 1000,
            workers=int(self._limit("workers_per_instance", self.assumed.workers_per_instance)),
            peak_rps=self._number(usage.get("peakRequestsPerSecond"), self.assumed.peak_rps, "the declared peak"),
            promise=self._promise(p95),
            rates=tuple(self._rates()),
            alarms=tuple(alarms),
            unwatched=tuple(unwatched),
            idle_timeout_seconds=_float(balancers[0].get("idleTimeout"), 60.0) if balancers else 60.0,
            notes=tuple(self.notes),
        )

    # --- contract and usage ------------------------------------------------------------------------------

    def _number(self, value: Any, assumed: float, what: str) -> float:
        try:
            number = float(value)
        except (TypeError, ValueError):
            number = 0.0
        if number > 0:
            return number
        self.notes.append(f"{what} is not declared: {assumed:g} is assumed")
        return assumed

    def _limit(self, key: str, assumed: float) -> float:
        return self._number(self.limits.get(key), assumed, key)

    def _promise(self, p95: DeclaredAlarm | None) -> Promise:
        default = Promise()
        limit = self.limits.get
        promise = Promise(
            budget_seconds=_float(limit("response_budget_ms"), default.budget_seconds * 1000) / 1000,
            database_limit_seconds=_float(limit("database_query_limit_ms"), default.database_limit_seconds * 1000)
            / 1000,
            cache_ttl_seconds=_float(limit("cache_ttl_seconds"), default.cache_ttl_seconds),
            page_size_max=int(_float(limit("page_size_max"), default.page_size_max)),
        )
        if p95 is None:
            self.notes.append("no p95 alarm is declared: 200 ms over 5 minutes is assumed")
            return promise
        return replace(promise, p95_limit_seconds=p95.rule.threshold, p95_window_seconds=p95.rule.period_seconds)

    # --- fleets ------------------------------------------------------------------------------------------

    def _groups(self) -> list[Resource]:
        """Groups, the stable one first: the one that a canary's target group is not named in."""
        groups = [group for group in self.graph.of_type(GROUP) if not isinstance(group.get("maxSize"), Sentinel)]
        return sorted(groups, key=lambda group: "canary" in group.name.lower())[:2]

    def _target_group(self, group: Resource) -> Resource | None:
        for path in ("targetGroupArns", "trafficSources"):
            found = self.graph.referenced(group, path, *TARGET_GROUPS)
            if found:
                return found[0]
        return None

    def _suffixes(self, group: Resource) -> str:
        target = self._target_group(group)
        suffix = target.get("arnSuffix") if target else None
        return suffix if isinstance(suffix, str) else ""

    def _fleet(self, group: Resource, index: int, suffixes: Sequence[str]) -> FleetDeclaration:
        template = _first(self.graph.referenced(group, "mixedInstancesPolicy", TEMPLATE)) or _first(
            self.graph.referenced(group, "launchTemplate", TEMPLATE)
        )
        mixed = "mixedInstancesPolicy.launchTemplate.overrides[0].instanceType"
        instance_type = group.get(mixed) or (template.get("instanceType") if template else None)
        if not isinstance(instance_type, str):
            self.notes.append(f"{group.name}: the instance type is not known; no CPU credits are simulated")
            instance_type = "unknown"
        distribution = "mixedInstancesPolicy.instancesDistribution."
        has_mix = group.get("mixedInstancesPolicy") is not None
        maximum = int(_float(group.get("maxSize"), 1))
        minimum = min(int(_float(group.get("minSize"), 0)), maximum)
        warm_pool = group.get("warmPool")
        target = self._target_group(group)
        return FleetDeclaration(
            name=group.name,
            instance_type=instance_type,
            min_size=minimum,
            max_size=maximum,
            desired_capacity=min(max(int(_float(group.get("desiredCapacity"), minimum)), minimum), maximum),
            warm_up_seconds=_float(group.get("defaultInstanceWarmup"), _float(group.get("defaultCooldown"), 300.0)),
            health_check_grace_seconds=_float(group.get("healthCheckGracePeriod"), 300.0),
            elb_health_checks=group.get("healthCheckType") == "ELB",
            health=_health(target),
            deregistration_seconds=_float(target.get("deregistrationDelay") if target else None, 300.0),
            least_outstanding=bool(target and target.get("loadBalancingAlgorithmType") == "least_outstanding_requests"),
            on_demand_base=int(_float(group.get(distribution + "onDemandBaseCapacity"), 0)),
            on_demand_percent=int(
                _float(group.get(distribution + "onDemandPercentageAboveBaseCapacity"), 100) if has_mix else 100
            ),
            capacity_rebalance=group.get("capacityRebalance") is True,
            credits_unlimited=bool(template and template.get("creditSpecification.cpuCredits") != "standard"),
            warm_pool_size=int(_float(group.get("warmPool.minSize"), 0)) if isinstance(warm_pool, Mapping) else 0,
            tracking=tuple(self._tracking(group)),
            steps=tuple(self._steps(group, index, suffixes)),
            schedule=tuple(self._schedule(group)),
        )

    def _of_group(self, group: Resource, kind: str) -> Iterator[Resource]:
        for resource in self.graph.of_type(kind):
            if group in self.graph.referenced(resource, "autoscalingGroupName", GROUP):
                yield resource

    def _tracking(self, group: Resource) -> Iterator[TargetTrackingPolicy]:
        for policy in self._of_group(group, POLICY):
            if policy.get("policyType") != "TargetTrackingScaling":
                continue
            path = "targetTrackingConfiguration."
            metric = policy.get(path + "predefinedMetricSpecification.predefinedMetricType")
            if metric not in ("ALBRequestCountPerTarget", "ASGAverageCPUUtilization"):
                self.notes.append(f"{policy.name}: the twin does not simulate {metric or 'a custom metric'}; left out")
                continue
            yield TargetTrackingPolicy(
                name=policy.name,
                target_value=_float(policy.get(path + "targetValue"), 0.0),
                metric=metric,
                disable_scale_in=policy.get(path + "disableScaleIn") is True,
            )

    def _steps(self, group: Resource, index: int, suffixes: Sequence[str]) -> Iterator[AlarmedStep]:
        for policy in self._of_group(group, POLICY):
            if policy.get("policyType") != "StepScaling":
                continue
            alarm = next(
                (
                    each
                    for each in self.graph.of_type(ALARM)
                    if policy in self.graph.referenced(each, "alarmActions", POLICY)
                ),
                None,
            )
            declared = _alarm(alarm, suffixes) if alarm else None
            if declared is None:
                self.notes.append(f"{policy.name}: no alarm that the twin simulates runs it; left out")
                continue
            steps = tuple(
                StepAdjustment(
                    adjustment=_float(step.get("scalingAdjustment"), 0.0),
                    lower_bound=_bound(step.get("metricIntervalLowerBound")),
                    upper_bound=_bound(step.get("metricIntervalUpperBound")),
                )
                for step in policy.all("stepAdjustments[*]")
                if isinstance(step, Mapping)
            )
            yield AlarmedStep(
                policy=StepPolicy(
                    name=policy.name,
                    steps=steps,
                    adjustment_type=AdjustmentType(policy.get("adjustmentType", "ChangeInCapacity")),
                    min_adjustment_magnitude=int(_float(policy.get("minAdjustmentMagnitude"), 0)),
                ),
                alarm=declared,
            )

    def _schedule(self, group: Resource) -> Iterator[ScheduledAction]:
        for action in self._of_group(group, SCHEDULE):
            recurrence = action.get("recurrence")
            if not isinstance(recurrence, str):
                self.notes.append(f"{action.name}: a scheduled action without recurrence is left out")
                continue
            yield ScheduledAction(
                name=action.name,
                cron=Cron.parse(recurrence),
                time_zone=str(action.get("timeZone", "UTC")),
                min_size=_size(action.get("minSize")),
                max_size=_size(action.get("maxSize")),
                desired_capacity=_size(action.get("desiredCapacity")),
            )

    # --- alarms and rates --------------------------------------------------------------------------------

    def _alarms(self, suffixes: Sequence[str]) -> tuple[list[DeclaredAlarm], list[str]]:
        known: list[DeclaredAlarm] = []
        unwatched: list[str] = []
        for alarm in self.graph.of_type(ALARM):
            declared = _alarm(alarm, suffixes)
            if declared is None:
                unwatched.append(alarm.name)
            else:
                known.append(declared)
        return known, unwatched

    def _rates(self) -> Iterator[RateLimit]:
        for holder in self.graph.of_type(*RULE_HOLDERS):
            rules = [rule for rule in holder.all("rules[*]") if isinstance(rule, Mapping)]
            for rule in sorted(rules, key=lambda each: _float(each.get("priority"), 0)):
                statement = rule.get("statement")
                rate = statement.get("rateBasedStatement") if isinstance(statement, Mapping) else None
                if not isinstance(rate, Mapping):
                    continue
                action = rule.get("action")
                action = action if isinstance(action, Mapping) else {}
                yield RateLimit(
                    name=str(rule.get("name", "")),
                    limit=int(_float(rate.get("limit"), 0)),
                    window_seconds=int(_float(rate.get("evaluationWindowSec"), 300)),
                    per_user=rate.get("aggregateKeyType") == "CUSTOM_KEYS",
                    heavy_only=rate.get("scopeDownStatement") is not None,
                    retry_after_seconds=_retry_after(action),
                    counts_only="count" in action,
                )


def _alarm(alarm: Resource, suffixes: Sequence[str]) -> DeclaredAlarm | None:
    """The alarm, or None when it watches something that the twin does not simulate."""
    metrics = _metrics(alarm)
    threshold = alarm.get("threshold")
    comparison = str(alarm.get("comparisonOperator"))
    if not metrics or comparison not in COMPARISONS or not isinstance(threshold, (int, float)):
        return None
    names, expression, period, dimensions = metrics
    if any(name not in NAMES for _, _, name, _ in names) or not expression_names(expression) <= {n for n, *_ in names}:
        return None
    target_group = dimensions.get("TargetGroup")
    if target_group is not None and target_group not in suffixes:
        return None
    statistic = names[0][3]
    percentile = float(statistic[1:]) if len(names) == 1 and statistic.startswith("p") else None
    periods = int(_float(alarm.get("evaluationPeriods"), 1))
    return DeclaredAlarm(
        rule=AlarmRule(
            name=alarm.name,
            threshold=float(threshold),
            comparison=comparison,
            period_seconds=period,
            evaluation_periods=periods,
            datapoints_to_alarm=int(_float(alarm.get("datapointsToAlarm"), periods)),
            missing=MissingData(alarm.get("treatMissingData", "missing")),
            percentile=percentile,
            ignore_low_samples=alarm.get("evaluateLowSampleCountPercentiles") == "ignore",
        ),
        metric=Metric(
            names=tuple(names),
            expression=expression,
            pool=suffixes.index(target_group) if target_group is not None else None,
        ),
    )


def _metrics(
    alarm: Resource,
) -> tuple[list[tuple[str, str, str, str]], str, int, Mapping[str, Any]] | None:
    """(id, namespace, name, statistic) of each metric, the expression, the period and the dimensions."""
    name = alarm.get("metricName")
    if isinstance(name, str):
        statistic = str(alarm.get("extendedStatistic") or alarm.get("statistic") or "Average")
        dimensions = alarm.get("dimensions", {})
        row = ("m", str(alarm.get("namespace", "")), name, statistic)
        return [row], "m", int(_float(alarm.get("period"), 60)), dimensions if isinstance(dimensions, Mapping) else {}
    queries = [query for query in alarm.all("metricQueries[*]") if isinstance(query, Mapping)]
    rows: list[tuple[str, str, str, str]] = []
    expression, period, shared = "", 60, dict[str, Any]()
    for query in queries:
        metric = query.get("metric")
        if isinstance(metric, Mapping):
            rows.append(
                (
                    str(query.get("id")),
                    str(metric.get("namespace", "")),
                    str(metric.get("metricName", "")),
                    str(metric.get("stat", "")),
                )
            )
            period = int(_float(metric.get("period"), 60))
            dimensions = metric.get("dimensions")
            shared.update(dimensions if isinstance(dimensions, Mapping) else {})
        elif query.get("returnData") is True:
            expression = str(query.get("expression", ""))
    if not rows:
        return None
    return rows, expression or rows[0][0], period, shared


def _basis(graph: ResourceGraph) -> Mapping[str, Any]:
    for resource in graph:
        if not resource.custom and isinstance(resource.outputs.get("costBasis"), Mapping):
            basis: Mapping[str, Any] = resource.outputs["costBasis"]
            return basis
    return {}


def _contract(graph: ResourceGraph) -> dict[str, Any]:
    """Limits of the contract parameter, and the capacity figures that the root component publishes."""
    limits: dict[str, Any] = {}
    for parameter in graph.of_type(PARAMETER):
        value = parameter.get("value")
        if isinstance(value, str) and "response_budget_ms" in value:
            try:
                content = json.loads(value)
            except ValueError:
                continue
            limits.update(content if isinstance(content, dict) else {})
    for resource in graph:
        capacity = resource.outputs.get("capacity")
        if not resource.custom and isinstance(capacity, Mapping):
            limits["service_time_ms"] = capacity.get("serviceTimeMs")
            limits["workers_per_instance"] = capacity.get("workersPerInstance")
    return limits


def _stack_name(graph: ResourceGraph) -> str:
    return graph.resources[0].urn.split("::")[0].removeprefix("urn:pulumi:") if graph.resources else ""


def _health(target: Resource | None) -> TargetHealth:
    if target is None:
        return TargetHealth()
    default = TargetHealth()
    return TargetHealth(
        interval_seconds=_float(target.get("healthCheck.interval"), default.interval_seconds),
        timeout_seconds=_float(target.get("healthCheck.timeout"), default.timeout_seconds),
        healthy_threshold=int(_float(target.get("healthCheck.healthyThreshold"), default.healthy_threshold)),
        unhealthy_threshold=int(_float(target.get("healthCheck.unhealthyThreshold"), default.unhealthy_threshold)),
    )


def _retry_after(action: Mapping[str, Any]) -> float:
    block = action.get("block")
    response = block.get("customResponse") if isinstance(block, Mapping) else None
    headers = response.get("responseHeaders") if isinstance(response, Mapping) else None
    for header in headers if isinstance(headers, Sequence) else ():
        if isinstance(header, Mapping) and str(header.get("name", "")).lower() == "retry-after":
            return _float(header.get("value"), 0.0)
    return 0.0


def _first(found: Sequence[Resource]) -> Resource | None:
    return found[0] if found else None


def _float(value: Any, default: float) -> float:
    if isinstance(value, bool) or value is None or isinstance(value, Sentinel):
        return default
    try:
        return float(value)
    except (TypeError, ValueError):
        return default


def _bound(value: Any) -> float | None:
    return None if value in (None, "") else _float(value, 0.0)


def _size(value: Any) -> int | None:
    size = _float(value, -1.0)
    return None if size < 0 else int(size)  # -1: leave as it is
