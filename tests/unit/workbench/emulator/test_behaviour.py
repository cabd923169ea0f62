"""What AWS does by itself: schedules, filter patterns, metric math, input transformers, the firewall's rules."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from workbench.emulator.behaviour.filters import matches
from workbench.emulator.behaviour.handlers import get_metric_data
from workbench.emulator.behaviour.metrics import MetricStore, key_of, metric_math, statistic
from workbench.emulator.behaviour.router import text_for
from workbench.emulator.behaviour.schedules import next_time
from workbench.emulator.behaviour.waf import Request, WebAcl

NOON = datetime(2026, 10, 19, 12, tzinfo=UTC)


@pytest.mark.parametrize(
    ("expression", "zone", "after", "expected"),
    [
        pytest.param("cron(0 10 ? * WED *)", "Europe/Vilnius", NOON, "2026-10-21T07:00", id="summer time"),
        pytest.param(
            "cron(0 10 ? * WED *)",
            "Europe/Vilnius",
            datetime(2026, 10, 26, tzinfo=UTC),
            "2026-10-28T08:00",
            id="winter time",
        ),
        pytest.param(
            "cron(30 3 29 3 ? 2026)",
            "Europe/Vilnius",
            datetime(2026, 3, 1, tzinfo=UTC),
            None,
            id="a time that is skipped",
        ),
        pytest.param(
            "cron(30 3 25 10 ? 2026)", "Europe/Vilnius", NOON, "2026-10-25T00:30", id="a time that is there twice"
        ),
        pytest.param("cron(0 0 L * ? *)", "UTC", NOON, "2026-10-31T00:00", id="last day"),
        pytest.param("cron(0 9 ? * MON#2 *)", "UTC", NOON, "2026-11-09T09:00", id="second Monday"),
        pytest.param("at(2026-12-24T18:00:00)", "America/New_York", NOON, "2026-12-24T23:00", id="at"),
        pytest.param("at(2020-01-01T00:00:00)", "UTC", NOON, None, id="at in the past"),
        pytest.param("rate(5 minutes)", "UTC", NOON, "2026-10-19T12:05", id="rate"),
    ],
)
def test_schedules_fire_at_local_time(expression: str, zone: str, after: datetime, expected: str | None) -> None:
    found = next_time(expression, zone, after)
    assert (found.strftime("%Y-%m-%dT%H:%M") if found else None) == expected


def test_a_repeated_hour_fires_once() -> None:
    first = next_time("cron(30 3 25 10 ? 2026)", "Europe/Vilnius", NOON)
    assert first is not None
    assert next_time("cron(30 3 25 10 ? 2026)", "Europe/Vilnius", first) is None


@pytest.mark.parametrize(
    ("pattern", "message", "expected"),
    [
        pytest.param('{ $.source = "aws.autoscaling" }', '{"source": "aws.autoscaling"}', True, id="equal"),
        pytest.param('{ ($.a = "x") || ($.b > 3) }', '{"a": "y", "b": 4}', True, id="or"),
        pytest.param('{ $.a = "x" && $.b > 3 }', '{"a": "x", "b": 3}', False, id="and"),
        pytest.param('{ $.a.b[0] = "EC2*" }', '{"a": {"b": ["EC2 Launch"]}}', True, id="wildcard"),
        pytest.param('{ $.detail-type = "x" }', '{"detail-type": "x"}', True, id="dash in a name"),
        pytest.param("{ $.a NOT EXISTS }", '{"b": 1}', True, id="not exists"),
        pytest.param("{ $.a IS NULL }", '{"a": null}', True, id="null"),
        pytest.param("{ $.a = 1 }", "not json", False, id="not JSON"),
        pytest.param("ERROR -timeout", "ERROR: disk", True, id="terms"),
        pytest.param("ERROR -timeout", "ERROR: timeout", False, id="excluded term"),
        pytest.param("", "anything", True, id="empty"),
    ],
)
def test_filter_patterns(pattern: str, message: str, expected: bool) -> None:
    assert matches(pattern, message) is expected


@pytest.mark.parametrize(
    ("expression", "values", "expected"),
    [
        pytest.param("IF(a > 0, 100 * FILL(f, 0) / a, 0)", {"a": 20.0, "f": 1.0}, 5.0, id="rate"),
        pytest.param("IF(a > 0, 100 * FILL(f, 0) / a, 0)", {"a": 20.0, "f": None}, 0.0, id="filled"),
        pytest.param("IF(a > 0, 100 * FILL(f, 0) / a, 0)", {"a": None, "f": 1.0}, None, id="no datapoint"),
        pytest.param("a / b", {"a": 1.0, "b": 0.0}, None, id="division by zero has no datapoint"),
        pytest.param("100 * f", {"a": 20.0, "f": None}, None, id="a number makes no datapoint"),
        pytest.param("f / a", {"a": 20.0, "f": None}, 0.0, id="missing beside another metric's value is 0"),
        pytest.param("f > a", {"a": 20.0, "f": None}, False, id="in comparisons, too"),
        pytest.param("f + a", {"a": None, "f": None}, None, id="nothing beside nothing"),
        pytest.param("SUM([a, f]) - a", {"a": 20.0, "f": None}, 0.0, id="summed up with what is there"),
        pytest.param("IF(a > 0, f, 5)", {"a": 1.0, "f": None}, 0.0, id="missing where the condition is true is 0"),
        pytest.param("IF(a > 0, 5, f)", {"a": 0.0, "f": None}, None, id="and dropped where it is false"),
        pytest.param("MAX([a, b]) - 1", {"a": 1.0, "b": 4.0}, 3.0, id="list"),
    ],
)
def test_metric_math(expression: str, values: dict[str, float | None], expected: float | None) -> None:
    assert metric_math(expression, values) == expected


def test_metric_math_refuses_what_it_does_not_know() -> None:
    with pytest.raises(ValueError, match="ANOMALY"):
        metric_math("ANOMALY_DETECTION_BAND(m)", {"m": 1.0})


def test_metric_data_of_expressions_that_read_one_another() -> None:
    at = datetime(2026, 11, 27, 12, tzinfo=UTC)
    metrics = MetricStore()
    for minute, (errors, requests) in enumerate([(1, 10), (0, 0), (3, 10)]):
        metrics.put(key_of("N", "errors"), at + timedelta(minutes=minute), errors)
        if requests:
            metrics.put(key_of("N", "requests"), at + timedelta(minutes=minute), requests)
    queries = [
        {
            "Id": name,
            "MetricStat": {"Metric": {"Namespace": "N", "MetricName": metric}, "Period": 60, "Stat": "Sum"},
            "ReturnData": False,
        }
        for name, metric in (("e", "errors"), ("n", "requests"))
    ]
    queries += [{"Id": "share", "Expression": "e / n", "Period": 60}]
    queries += [{"Id": "percent", "Expression": "100 * share", "Period": 60}]
    params = {"StartTime": at, "EndTime": at + timedelta(minutes=3), "MetricDataQueries": queries}
    found = {item["Id"]: item["Values"] for item in get_metric_data(metrics, params)["MetricDataResults"]}
    assert found == {"share": [0.3, 0.1], "percent": [30.0, 10.0]}


def test_statistics_weigh_counts_and_interpolate_percentiles() -> None:
    samples = [(10.0, 3), (20.0, 1)]
    assert statistic(samples, "Sum") == 50
    assert statistic(samples, "SampleCount") == 4
    assert statistic(samples, "Average") == 12.5
    assert statistic([(1.0, 1), (2.0, 1), (3.0, 1)], "p50") == 2.0
    assert statistic([(0.0, 1), (1.0, 1)], "p95") == pytest.approx(0.95)


def test_an_input_transformer_quotes_as_eventbridge_does() -> None:
    target = {
        "InputTransformer": {
            "InputPathsMap": {"name": "$.detail.alarmName", "n": "$.detail.n", "why": "$.detail.why"},
            "InputTemplate": '{"check": "<name>", "n": <n>, "why": "<why>"}',
        }
    }
    event = {"detail": {"alarmName": "p95", "n": 3, "why": 'says "hi"'}}
    assert text_for(target, event) == '{"check": "p95", "n": 3, "why": "says \\"hi\\""}'


def acl(*rules: dict[str, Any]) -> WebAcl:
    return WebAcl(list(rules), {}, {"arn:set": ["10.0.0.0/8"]})


def blocking(statement: dict[str, Any]) -> dict[str, Any]:
    return {
        "Name": "r",
        "Priority": 0,
        "Statement": statement,
        "Action": {"Block": {"CustomResponse": {"ResponseCode": 429}}},
    }


RATE = {"RateBasedStatement": {"Limit": 10, "EvaluationWindowSec": 60, "AggregateKeyType": "IP"}}


def test_a_rate_rule_limits_the_address_that_floods_and_lets_it_back_in() -> None:
    firewall = acl(blocking(RATE))
    for _ in range(3):
        for _ in range(20):
            firewall.answer(Request(ip="203.0.113.1"))
        assert firewall.answer(Request(ip="203.0.113.2")).status == 200
        firewall.tick()
    assert firewall.answer(Request(ip="203.0.113.1")).status == 429
    for _ in range(9):
        firewall.tick()
    assert firewall.answer(Request(ip="203.0.113.1")).status == 200


def test_a_request_without_the_key_is_not_counted() -> None:
    header = {"Header": {"Name": "authorization", "TextTransformations": []}}
    rate = {
        "RateBasedStatement": {
            "Limit": 1,
            "EvaluationWindowSec": 60,
            "AggregateKeyType": "CUSTOM_KEYS",
            "CustomKeys": [header],
        }
    }
    firewall = acl(blocking(rate))
    for _ in range(5):
        firewall.answer(Request())
        firewall.tick()
    assert firewall.answer(Request()).status == 200


@pytest.mark.parametrize(
    ("ip", "status"), [pytest.param("10.1.2.3", 429, id="inside"), pytest.param("11.1.2.3", 200, id="outside")]
)
def test_address_sets(ip: str, status: int) -> None:
    firewall = acl(blocking({"IPSetReferenceStatement": {"ARN": "arn:set"}}))
    assert firewall.answer(Request(ip=ip)).status == status


def test_an_unknown_statement_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="GeoMatchStatement"):
        acl(blocking({"GeoMatchStatement": {}})).answer(Request())
