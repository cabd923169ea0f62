"""How much a request leaves in logs, and where: derived from what the graph connects to a log group or bucket.

The sizes are this estimator's own assumptions, stated here; a usage file replaces what follows from them.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from cost.charges import NOTHING, Amount
from cost.pricers.aws.sfn import STATE_MACHINE, moves
from cost.scope import GB_KB, Pricing, Scope
from deployment import tokens
from deployment.graph import Resource

LOG_GROUP: Final = tokens.LOG_GROUP[0]
FLOW_LOG: Final = tokens.FLOW_LOG[0]
WAF_LOGGING: Final = tokens.WEB_ACL_LOGGING[0]

WAF_LOG_KB: Final = Decimal("1.5")
"""Assumed size of one record of a web ACL."""

FLOW_LOG_KB_PER_CONNECTION: Final = Decimal("0.8")
"""Assumed flow records of one connection: client, load balancer, instance and cache interfaces."""

ACCESS_LOG_KB: Final = Decimal("0.2")
"""Assumed size of one load balancer access log record, compressed as it is delivered."""

EVENT_KB: Final = Decimal(2)
"""Assumed size of one event that a rule writes to a log group."""

STATE_EVENTS: Final = 3
"""Assumed events of one state transition in the log of a state machine: entered, what it did, exited."""

STATE_EVENT_KB: Final = Decimal(1)
"""Assumed size of one such event."""

FAILURE_EVENTS: Final = ("ERROR", "FATAL")
"""Levels of a state machine's log that hold failures only: nothing is expected, and everything is the worst case."""

STORED_RATIO: Final = Decimal("0.15")
"""Assumed compression of stored logs: CloudWatch bills the compressed size."""

MONTH_DAYS: Final = Decimal("30.4")
UNLIMITED_MONTHS: Final = 12
"""Months of logs counted as stored where no retention is set."""


def log_volume_gb(scope: Scope) -> Amount | None:
    """Gigabytes a month that the graph sends to the log group; None when nothing in the graph tells."""
    sources = scope.pricing.once(_sources)
    kind = scope.its(sources)
    requests, traffic = scope.requests, scope.traffic
    if kind == "waf":
        return requests * (traffic.blocked_request_ratio * WAF_LOG_KB) / GB_KB
    if kind == "waf, every request":
        return requests * WAF_LOG_KB / GB_KB
    if kind == "flow":
        return requests * (traffic.new_connections_per_request * FLOW_LOG_KB_PER_CONNECTION) / GB_KB
    if kind == "events":
        events = traffic.notices_per_month * EVENT_KB / GB_KB
        return Amount.of(0, events, events * 10)
    if kind == "states":
        return _execution_logs_gb(scope)
    if not scope.pricing.basis.declared:
        return None
    return requests * traffic.application_log_kb_per_request / GB_KB / scope.pricing.once(_application_groups)


def _execution_logs_gb(scope: Scope) -> Amount | None:
    """Gigabytes a month that state machines write to the log group; None when their executions aren't known."""
    total = NOTHING
    for machine in scope.its(scope.pricing.once(_logging_machines)) or ():
        level = str(machine.get("loggingConfiguration.level", "OFF")).upper()
        if level == "OFF":
            continue
        amount = moves(Scope(scope.pricing, machine))
        if amount is None:
            return None
        if level in FAILURE_EVENTS:
            amount = Amount.of(0, 0, amount.worst)
        total += amount * (STATE_EVENTS * STATE_EVENT_KB) / GB_KB
    return total


def stored_gb(ingested: Amount, retention_days: Decimal) -> Amount:
    """Gigabytes that stay, with the retention in days (0: for ever)."""
    months = retention_days / MONTH_DAYS if retention_days else Decimal(UNLIMITED_MONTHS)
    return ingested * (max(Decimal(1), months) * STORED_RATIO)


def access_log_gb(requests: Amount) -> Amount:
    """Gigabytes a month of load balancer access logs."""
    return requests * ACCESS_LOG_KB / GB_KB


def _application_groups(pricing: Pricing) -> int:
    """Log groups that the application writes to: those that nothing else is known to write to."""
    sources = pricing.once(_sources)
    return max(1, sum(1 for group in pricing.graph.of_type(LOG_GROUP) if group.urn not in sources))


def _logging_machines(pricing: Pricing) -> Mapping[str, list[Resource]]:
    """URN of a log group -> the state machines that log to it."""
    found: dict[str, list[Resource]] = defaultdict(list)
    for machine in pricing.graph.of_type(STATE_MACHINE):
        for group in pricing.graph.referenced(machine, "loggingConfiguration", LOG_GROUP):
            found[group.urn].append(machine)
    return found


def _sources(pricing: Pricing) -> Mapping[str, str]:
    """URN of a log group -> what AWS itself writes there."""
    graph = pricing.graph
    found: dict[str, str] = {}
    for flow_log in graph.of_type(FLOW_LOG):
        for path in ("logDestination", "logGroupName"):
            for group in graph.referenced(flow_log, path, LOG_GROUP):
                found[group.urn] = "flow"
    for logging in graph.of_type(WAF_LOGGING):
        filtered = logging.get("loggingFilter.defaultBehavior") == "DROP"
        for group in graph.referenced(logging, "logDestinationConfigs", LOG_GROUP):
            found[group.urn] = "waf" if filtered else "waf, every request"
    for target in graph.of_type(*tokens.EVENT_TARGET):
        for group in graph.referenced(target, "arn", LOG_GROUP):
            found[group.urn] = "events"
    found.update(dict.fromkeys(pricing.once(_logging_machines), "states"))
    return found
