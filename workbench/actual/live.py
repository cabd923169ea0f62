"""The same by boto3: Cost Explorer for the bill, CloudWatch for what no bill tells. Only reads; needs credentials.

Cost Explorer (``ce:GetCostAndUsage``) tells services and usage types, no resources; each call costs $0.01. CloudWatch
(``cloudwatch:GetMetricStatistics``) is asked for the period of the bill. What can't be read there is left untold.
"""

from __future__ import annotations

import datetime
from collections import defaultdict
from collections.abc import Iterator
from decimal import Decimal
from typing import Any, Final

from cost.compute import BURSTABLE, BURSTABLE_VCPUS
from deployment import tokens
from deployment.day import today_utc
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph
from deployment.urn import plain
from workbench.actual.bill import ZERO, Bill, Group, Period, Sums, Wanted, month_bounds
from workbench.actual.calibration import Measures
from workbench.actual.columns import CREDIT, DISCOUNT, OTHER, PURCHASE, REFUND, TAX, USAGE
from workbench.actual.compare import Actual

METRICS: Final = ["UnblendedCost", "AmortizedCost", "UsageQuantity"]

RECORD_TYPES: Final = {
    "Usage": USAGE,
    "DiscountedUsage": USAGE,
    "SavingsPlanCoveredUsage": USAGE,
    "Tax": TAX,
    "Credit": CREDIT,
    "Refund": REFUND,
    "RIFee": PURCHASE,
    "Fee": PURCHASE,
}
"""Cost Explorer's record type -> kind of line; other names say it themselves."""

HOUR_SECONDS: Final = 3600
DAY_SECONDS: Final = 24 * HOUR_SECONDS
BALANCERS: Final = tokens.LOAD_BALANCER
RULES: Final = tokens.LISTENER_RULE
GROUPS: Final = tokens.TARGET_GROUP
WEB_ACL: Final = tokens.WEB_ACL[0]
FLEET: Final = tokens.SCALING_GROUP[0]


def cost_explorer_bill(wanted: Wanted, month: str | None) -> Bill:
    """The bill of `month` (default: the last whole one) by Cost Explorer, of the stack's tag or accounts.

    Raises InputError when there is neither, or AWS refuses.
    """
    chosen = month or _last_month()
    first, following = month_bounds(chosen)
    today = datetime.datetime.combine(today_utc(), datetime.time())
    if first >= today:
        raise InputError(f"--month {chosen}: has not begun; Cost Explorer knows days that are over")
    ends = min(following, today)
    bill = Bill(formats=["Cost Explorer"], files=0, periods={chosen: Period(first, ends)})
    owner = ""
    if wanted.tag is not None:
        owner = wanted.tag[1]
        of: dict[str, Any] = {"Tags": {"Key": wanted.tag[0], "Values": [owner], "MatchOptions": ["EQUALS"]}}
    elif wanted.accounts:
        of = {"Dimensions": {"Key": "LINKED_ACCOUNT", "Values": sorted(wanted.accounts)}}
    else:
        raise InputError("--live: neither a tag nor an account of the stack is known; give --tag KEY=VALUE")
    client = _client("ce")
    account = next(iter(sorted(wanted.accounts)), "")
    span = {"Start": f"{first:%Y-%m-%d}", "End": f"{ends:%Y-%m-%d}"}
    for record, usage_type, amounts in _groups(client, span, of):
        kind = RECORD_TYPES.get(record) or _kind(record)
        currency = amounts["UnblendedCost"].get("Unit", "USD")
        group = Group(chosen, currency, kind, account, "", usage_type, "", "", "", owner, "")
        billed, amortised, quantity = (Decimal(amounts[name]["Amount"]) for name in METRICS)
        bill.groups.setdefault(group, Sums()).add(Sums(billed, amortised, ZERO, quantity, 1))
    if not bill.groups:
        raise InputError(f"--live: Cost Explorer has no charge of {chosen} for {plain(owner) or account}")
    return bill


def _kind(record: str) -> str:
    if record.endswith("Discount"):
        return DISCOUNT
    return PURCHASE if record.startswith("SavingsPlan") else OTHER


def _groups(client: Any, span: dict[str, str], of: dict[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Record type, usage type and amounts of each group, page by page."""
    by = [{"Type": "DIMENSION", "Key": key} for key in ("RECORD_TYPE", "USAGE_TYPE")]
    token: dict[str, str] = {}
    while True:
        asked = {"TimePeriod": span, "Granularity": "MONTHLY", "Filter": of, "Metrics": METRICS, "GroupBy": by, **token}
        page = _asked(client.get_cost_and_usage, "ce:GetCostAndUsage", asked)
        for result in page.get("ResultsByTime", ()):
            for group in result.get("Groups", ()):
                record, usage_type = [*group["Keys"], ""][:2]
                yield record, usage_type, group["Metrics"]
        if not page.get("NextPageToken"):
            return
        token = {"NextPageToken": page["NextPageToken"]}


def observe(graph: ResourceGraph, actual: Actual, measures: Measures) -> None:
    """Add to `measures` what CloudWatch saw in the period of the bill. Raises InputError when AWS refuses."""
    if actual.begins is None or actual.ends is None:
        return
    watch = _Watch(_client("cloudwatch"), actual.begins, actual.ends)
    scale = actual.scale
    requests = ZERO
    busiest: dict[datetime.datetime, Decimal] = defaultdict(Decimal)
    for own in _counted(graph):
        requests += watch.total("AWS/ApplicationELB", "RequestCount", own)
        for hour, count in watch.by_hour("AWS/ApplicationELB", "RequestCount", own):
            busiest[hour] += count
    if requests:
        measures.seen["monthly_requests"] = (requests * scale, f"RequestCount of the load balancer: {requests:,.0f}")
        most = max(busiest.values(), default=ZERO)
        how = f"RequestCount of the busiest hour, {most:,.0f}, by second: sustained, shorter peaks are higher"
        measures.seen["peak_requests_per_second"] = (most / HOUR_SECONDS, how)
    for acl in graph.of_type(WEB_ACL):
        own = {"WebACL": str(acl.get("name")), "Region": actual.estimate.basis.region or "", "Rule": "ALL"}
        blocked, allowed = (watch.total("AWS/WAFV2", name, own) for name in ("BlockedRequests", "AllowedRequests"))
        if blocked + allowed:
            how = f"{blocked:,.0f} blocked of {blocked + allowed:,.0f} inspected (WAFV2 metrics, Rule ALL)"
            measures.seen["blocked_request_ratio"] = (blocked / (blocked + allowed), how)
    if requests:
        _cpu_time(graph, watch, requests, measures)


def _counted(graph: ResourceGraph) -> Iterator[dict[str, str]]:
    """Dimensions by which the requests of the stack are counted: its load balancers, or its target groups at the
    platform's."""
    balancers = [name for one in graph.of_type(*BALANCERS) if (name := _suffix(one, "loadbalancer/")) is not None]
    if balancers:
        yield from ({"LoadBalancer": name} for name in balancers)
        return
    groups: dict[str, str] = {}
    for rule in graph.of_type(*RULES):
        listener = rule.get("listenerArn")
        if isinstance(listener, str) and ":listener/" in listener:
            front = listener.partition(":listener/")[2].rpartition("/")[0]
            for group in graph.referenced(rule, "actions", *GROUPS):
                arn = group.outputs.get("arn")
                if isinstance(arn, str) and ":targetgroup/" in arn:
                    groups[f"targetgroup/{arn.partition(':targetgroup/')[2]}"] = front
    yield from ({"TargetGroup": group, "LoadBalancer": front} for group, front in groups.items())


def _cpu_time(graph: ResourceGraph, watch: _Watch, requests: Decimal, measures: Measures) -> None:
    """CPU time of a request: busy vCPU-seconds of the fleets ÷ requests. The system's own work is in it."""
    busy = ZERO
    for fleet in graph.of_type(FLEET):
        name = fleet.get("name") or fleet.get("id")
        count = _cores(graph, fleet)
        if isinstance(name, str) and count:
            share, samples = watch.mean("AWS/EC2", "CPUUtilization", {"AutoScalingGroupName": name})
            # A sample is five minutes of one instance (basic monitoring).
            busy += share / 100 * samples * 300 * count
    if busy:
        how = f"{busy:,.0f} busy vCPU-seconds of the fleets (CPUUtilization) ÷ {requests:,.0f} requests; an upper bound"
        measures.seen["plant:fleet.cpu_time_ms"] = (busy * 1000 / requests, how)


def _cores(graph: ResourceGraph, fleet: Resource) -> int:
    """vCPUs of an instance of `fleet`, the fewest where types differ; 0 where a type's number isn't known here."""
    types = fleet.all("mixedInstancesPolicy.launchTemplate.overrides[*].instanceType")
    if not types:
        for template in graph.referenced(fleet, "launchTemplate", *tokens.LAUNCH_TEMPLATE):
            types = template.all("instanceType")
    known = [
        BURSTABLE_VCPUS.get(str(one).rpartition(".")[2], 0) if str(one).startswith(BURSTABLE) else 0 for one in types
    ]
    return min(known, default=0)


class _Watch:
    """CloudWatch's statistics of one period."""

    def __init__(self, client: Any, begins: datetime.datetime, ends: datetime.datetime) -> None:
        self.client = client
        self.begins = begins.replace(tzinfo=datetime.UTC)
        self.ends = ends.replace(tzinfo=datetime.UTC)

    def total(self, namespace: str, metric: str, dimensions: dict[str, str]) -> Decimal:
        """Sum over the period."""
        points = self._points(namespace, metric, dimensions, DAY_SECONDS)
        return sum((Decimal(str(point["Sum"])) for point in points), ZERO)

    def by_hour(
        self, namespace: str, metric: str, dimensions: dict[str, str]
    ) -> Iterator[tuple[datetime.datetime, Decimal]]:
        """Sum of each hour."""
        for point in self._points(namespace, metric, dimensions, HOUR_SECONDS):
            yield point["Timestamp"], Decimal(str(point["Sum"]))

    def mean(self, namespace: str, metric: str, dimensions: dict[str, str]) -> tuple[Decimal, Decimal]:
        """Mean over all samples, and how many there are."""
        points = self._points(namespace, metric, dimensions, DAY_SECONDS)
        samples = sum((Decimal(str(point["SampleCount"])) for point in points), ZERO)
        total = sum((Decimal(str(point["Sum"])) for point in points), ZERO)
        return (total / samples if samples else ZERO), samples

    def _points(self, namespace: str, metric: str, dimensions: dict[str, str], seconds: int) -> list[dict[str, Any]]:
        asked = {
            "Namespace": namespace,
            "MetricName": metric,
            "Dimensions": [{"Name": name, "Value": value} for name, value in dimensions.items() if value],
            "StartTime": self.begins,
            "EndTime": self.ends,
            "Period": seconds,
            "Statistics": ["Sum", "SampleCount"],
        }
        page = _asked(self.client.get_metric_statistics, "cloudwatch:GetMetricStatistics", asked)
        points: list[dict[str, Any]] = page.get("Datapoints", [])
        return points


def _client(service: str) -> Any:
    import boto3
    from botocore.exceptions import BotoCoreError

    try:
        # Cost Explorer has one endpoint, in us-east-1.
        session = boto3.Session()
        return session.client(service, region_name="us-east-1") if service == "ce" else session.client(service)
    except BotoCoreError as error:
        raise InputError(f"--live: {plain(str(error))}") from error


def _asked(call: Any, name: str, parameters: dict[str, Any]) -> dict[str, Any]:
    from botocore.exceptions import BotoCoreError, ClientError

    try:
        answer: dict[str, Any] = call(**parameters)
    except (BotoCoreError, ClientError) as error:
        raise InputError(f"--live: {name}: {plain(' '.join(str(error).split()))[:200]}") from error
    return answer


def _suffix(resource: Resource, marker: str) -> str | None:
    """``app/name/id`` of an ARN, as metrics name a load balancer; None where it isn't known."""
    arn = resource.outputs.get("arn") or resource.outputs.get("id")
    return arn.partition(marker)[2] or None if isinstance(arn, str) else None


def _last_month() -> str:
    return f"{today_utc().replace(day=1) - datetime.timedelta(days=1):%Y-%m}"
