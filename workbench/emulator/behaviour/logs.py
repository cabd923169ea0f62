"""CloudWatch Logs: events written to a group, and the metric filters that count them."""

from __future__ import annotations

import json
import uuid
from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from workbench.emulator.api import ACCOUNT_ID
from workbench.emulator.behaviour import filters
from workbench.emulator.behaviour.access import Ask, allows
from workbench.emulator.behaviour.metrics import key_of

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers
    from workbench.emulator.behaviour.clock import Clock
    from workbench.emulator.behaviour.metrics import MetricStore

EVENTS_WRITE_AS = ("events.amazonaws.com", "delivery.logs.amazonaws.com")
"""Both have to be let in (EventBridge user guide, "CloudWatch Logs permissions")."""


class Logs:
    """All log groups of the account."""

    def __init__(self, answers: Answers, clock: Clock, metrics: MetricStore) -> None:
        self._answers = answers
        self._clock = clock
        self._metrics = metrics
        self._stream = f"emulator-{uuid.uuid4()}"  # accounts may follow each other on one stack
        self._streams: set[str] = set()

    def write(self, group: str, messages: Sequence[str]) -> None:
        """Write log events; the group's metric filters count them."""
        if group not in self._streams:
            self._answers.call("logs", "create_log_stream", logGroupName=group, logStreamName=self._stream)
            self._streams.add(group)
        stamp = int(self._clock.now.timestamp() * 1000)
        events = [{"timestamp": stamp, "message": message} for message in messages]
        self._answers.call("logs", "put_log_events", logGroupName=group, logStreamName=self._stream, logEvents=events)
        for item in self._answers.call("logs", "describe_metric_filters", logGroupName=group)["metricFilters"]:
            for message, times in Counter(messages).items():
                self._count(item, message, times)

    def admits_rule(self, group: str, rule_arn: str) -> bool:
        """Whether an EventBridge rule may write to a group: some resource policy has to say so."""
        policies = self._answers.call("logs", "describe_resource_policies")["resourcePolicies"]
        documents = [policy["policyDocument"] for policy in policies]
        resource = f"arn:aws:logs:{self._answers.region}:{ACCOUNT_ID}:log-group:{group}:log-stream:any"
        context = {"aws:SourceArn": rule_arn}
        return all(
            allows(documents, Ask("logs:PutLogEvents", resource, service, context)) for service in EVENTS_WRITE_AS
        )

    def _count(self, item: dict[str, Any], message: str, times: int) -> None:
        matched = filters.matches(item["filterPattern"], message)
        for transformation in item["metricTransformations"]:
            value = _value(transformation["metricValue"], message) if matched else transformation.get("defaultValue")
            if value is not None:
                key = key_of(transformation["metricNamespace"], transformation["metricName"])
                self._metrics.put(key, self._clock.now, float(value), times)


def _value(declared: str, message: str) -> float | None:
    """What a matching event adds: a number, or the number in one of its fields (``$.duration_ms``)."""
    if not declared.startswith("$"):
        return float(declared)
    found, value = filters.select(declared, json.loads(message))
    return float(value) if found and isinstance(value, int | float) else None
