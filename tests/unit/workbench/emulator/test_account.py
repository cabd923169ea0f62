"""What the account does between deployments: policies, topics, mute rules, evidence in words, windows."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from zoneinfo import ZoneInfo

import pytest

from infra.settings.maintenance import MaintenanceWindow
from workbench.emulator import words
from workbench.emulator.api import CallRecord
from workbench.emulator.behaviour import muting
from workbench.emulator.behaviour.access import Ask, allows, denies
from workbench.emulator.behaviour.alarms import AlarmLoop
from workbench.emulator.behaviour.answers import Answers
from workbench.emulator.behaviour.budgets import BudgetWatch, Charge
from workbench.emulator.behaviour.clock import Clock
from workbench.emulator.behaviour.composite import holds
from workbench.emulator.behaviour.logs import Logs
from workbench.emulator.behaviour.metrics import MetricStore, key_of
from workbench.emulator.behaviour.receiver import Receiver
from workbench.emulator.behaviour.topics import Publisher, Topics
from workbench.emulator.scenarios._windows import clock_changes, seasons
from workbench.emulator.world import embedded_aws

VILNIUS = ZoneInfo("Europe/Vilnius")
NOW = datetime(2026, 10, 19, 8, tzinfo=UTC)


def statement(**keys: Any) -> dict[str, Any]:
    return {"Statement": [{"Effect": "Allow", "Action": "sns:Publish", "Resource": "*", **keys}]}


@pytest.mark.parametrize(
    ("document", "ask", "allowed"),
    [
        pytest.param(statement(), Ask("sns:Publish"), True, id="the action"),
        pytest.param(statement(Action="sns:*"), Ask("sns:Publish"), True, id="a wildcard"),
        pytest.param(statement(Action="SNS:publish"), Ask("sns:Publish"), True, id="actions know no case"),
        pytest.param(statement(Action="sqs:*"), Ask("sns:Publish"), False, id="another service"),
        pytest.param(statement(Resource="arn:a"), Ask("sns:Publish", "arn:b"), False, id="another resource"),
        pytest.param(statement(Resource="arn:[a]"), Ask("sns:Publish", "arn:a"), False, id="brackets are no wildcard"),
        pytest.param(
            statement(Principal={"Service": "events.amazonaws.com"}),
            Ask("sns:Publish", service="cloudwatch.amazonaws.com"),
            False,
            id="another service principal",
        ),
        pytest.param(
            statement(Condition={"StringEquals": {"aws:SourceAccount": "1"}}),
            Ask("sns:Publish", context={"aws:SourceAccount": "2"}),
            False,
            id="a condition that is not met",
        ),
        pytest.param(
            statement(Condition={"ArnLike": {"aws:SourceArn": "arn:aws:events:*"}}),
            Ask("sns:Publish", context={"aws:SourceArn": "arn:aws:events:x"}),
            True,
            id="a pattern that is met",
        ),
    ],
)
def test_policies_are_read_as_iam_reads_them(document: Any, ask: Ask, allowed: bool) -> None:
    assert allows([document], ask) is allowed


def test_a_denial_wins_and_its_conditions_count() -> None:
    larger = {"NumericGreaterThan": {"autoscaling:MaxSize": "0"}}
    deny = statement(Effect="Deny", Condition=larger)
    assert not allows([statement(), deny], Ask("sns:Publish", context={"autoscaling:MaxSize": "1"}))
    assert allows([statement(), deny], Ask("sns:Publish", context={"autoscaling:MaxSize": "0"}))
    assert not denies([deny], Ask("sns:Publish")), "a denial needs its condition known"


def test_a_condition_that_is_not_covered_is_refused_loudly() -> None:
    with pytest.raises(ValueError, match="IpAddress"):
        allows([statement(Condition={"IpAddress": {"aws:SourceIp": "10.0.0.0/8"}})], Ask("sns:Publish"))


class Calls:
    """An API that answers with the number of the call."""

    region = "us-east-1"

    def __init__(self) -> None:
        self.calls: list[CallRecord] = []

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        self.calls.append(CallRecord(service, operation, params))
        return {"number": len(self.calls)}


def test_descriptions_are_asked_for_again_once_their_service_changed() -> None:
    answers = Answers(Calls())  # type: ignore[arg-type]
    assert answers.call("iam", "get_role", RoleName="a") == {"number": 1}
    assert answers.call("iam", "get_role", RoleName="a") == {"number": 1}
    assert answers.call("iam", "get_role", RoleName="b") == {"number": 2}
    answers.call("sqs", "send_message")
    answers.call("ssm", "put_parameter", Name="/other")
    assert answers.call("iam", "get_role", RoleName="a") == {"number": 1}
    answers.call("iam", "attach_role_policy")
    assert answers.call("iam", "get_role", RoleName="a") == {"number": 6}


def test_instances_of_a_group_are_seen_by_the_load_balancer_at_once() -> None:
    answers = Answers(Calls())  # type: ignore[arg-type]
    before = answers.call("elbv2", "describe_target_health")
    answers.call("autoscaling", "set_desired_capacity")
    assert answers.call("elbv2", "describe_target_health") != before


MUTE = {
    "muteTargets": {"alarmNames": ["p95"]},
    "rule": {"schedule": {"expression": "cron(0 10 * * WED)", "duration": "PT30M", "timezone": "Europe/Vilnius"}},
}


def test_accounts_that_follow_each_other_write_to_streams_of_their_own() -> None:
    with embedded_aws() as api:
        api.call("logs", "create_log_group", logGroupName="g")
        for _ in range(3):  # each has the place in memory of the one before
            Logs(Answers(api), Clock(), MetricStore()).write("g", ["{}"])
        assert len(api.call("logs", "describe_log_streams", logGroupName="g")["logStreams"]) == 3


@pytest.mark.parametrize(
    ("at", "muted"),
    [
        pytest.param(datetime(2026, 10, 21, 6, 59, tzinfo=UTC), False, id="before"),
        pytest.param(datetime(2026, 10, 21, 7, 0, tzinfo=UTC), True, id="begins"),
        pytest.param(datetime(2026, 10, 21, 7, 29, tzinfo=UTC), True, id="last minute"),
        pytest.param(datetime(2026, 10, 21, 7, 30, tzinfo=UTC), False, id="over"),
        pytest.param(datetime(2026, 10, 28, 7, 0, tzinfo=UTC), False, id="after the clocks went back"),
        pytest.param(datetime(2026, 10, 28, 8, 0, tzinfo=UTC), True, id="an hour later by UTC"),
    ],
)
def test_a_mute_rule_covers_its_window(at: datetime, muted: bool) -> None:
    assert muting.covers(MUTE, "p95", at) is muted
    assert not muting.covers(MUTE, "another", at)


@pytest.mark.parametrize(
    ("rule", "alarming", "expected"),
    [
        pytest.param('ALARM("a") OR ALARM("b")', {"b"}, True, id="or"),
        pytest.param('ALARM("a") AND NOT ALARM(b)', {"a", "b"}, False, id="and not"),
        pytest.param("(ALARM(a) OR ALARM(b)) AND OK(c)", {"a"}, True, id="parentheses"),
        pytest.param("ALARM(arn:aws:cloudwatch:r:1:alarm:a)", {"a"}, True, id="by ARN"),
    ],
)
def test_rules_of_composite_alarms(rule: str, alarming: set[str], expected: bool) -> None:
    assert holds(rule, lambda name: "ALARM" if name in alarming else "OK") is expected


ERRORS = {"Namespace": "N", "MetricName": "Errors", "Dimensions": []}
SHARE = [
    {"Id": "errors", "ReturnData": False, "MetricStat": {"Metric": ERRORS, "Period": 60, "Stat": "Sum"}},
    {"Id": "share", "ReturnData": True, "Expression": "FILL(errors, 0) * 2"},
]


@pytest.mark.parametrize("missing", ["missing", "breaching", "notBreaching", "ignore"])
@pytest.mark.parametrize(
    "measured", [{**ERRORS, "Statistic": "Sum", "Period": 60}, {"Metrics": SHARE}], ids=["", "math"]
)
def test_an_alarm_without_samples_is_what_it_is_where_nothing_is_remembered(missing: str, measured: Any) -> None:
    alarm = {
        **measured,
        "AlarmName": "errors",
        "AlarmArn": "arn:a",
        "EvaluationPeriods": 3,
        "DatapointsToAlarm": 2,
        "Threshold": 5.0,
        "ComparisonOperator": "GreaterThanThreshold",
        "TreatMissingData": missing,
    }
    answers: Any = SimpleNamespace(call=lambda *names, **parameters: {"MetricAlarms": [alarm]})
    metrics = MetricStore()
    remembering, forgetful = AlarmLoop(answers, metrics), AlarmLoop(answers, metrics)
    seen = set()
    for minute in range(60):
        now = NOW + timedelta(minutes=minute)
        if minute in {15, 16, 17, 40}:
            metrics.put(key_of("N", "Errors"), now - timedelta(seconds=30), 10.0)
        forgetful.reload()
        assert remembering.evaluate(now) == forgetful.evaluate(now)
        seen.add(remembering.state("errors"))
    assert ("ALARM" in seen and len(seen) > 1) or missing == "breaching"


class Subscribed:
    """SNS with one HTTPS subscriber, and a policy that lets anybody publish."""

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        if operation == "get_topic_attributes":
            return {
                "Attributes": {
                    "Policy": '{"Statement": [{"Effect": "Allow", "Principal": "*", "Action": "*", "Resource": "*"}]}'
                }
            }
        return {"Subscriptions": [{"Protocol": "https", "Endpoint": "https://aggregator.test/"}]}


def topics(receiver: Receiver) -> tuple[Topics, Clock]:
    clock = Clock(NOW)
    found = Topics(Subscribed(), clock, SimpleNamespace())  # type: ignore[arg-type]
    found.endpoints["https://aggregator.test/"] = receiver.post
    return found, clock


@pytest.mark.parametrize(
    ("statuses", "attempts"),
    [
        pytest.param([], [200], id="at once"),
        pytest.param([500, 503], [500, 503, 200], id="two failures"),
        pytest.param([500] * 9, [500] * 4, id="given up after three retries"),
        pytest.param([404], [404], id="a client error is final"),
    ],
)
def test_failed_deliveries_are_tried_again_after_20_seconds(statuses: list[int], attempts: list[int]) -> None:
    with Receiver(statuses=list(statuses)) as receiver:
        found, clock = topics(receiver)
        found.publish("arn:topic", "{}", "", Publisher("cloudwatch.amazonaws.com"))
        clock.advance(timedelta(minutes=5))
        assert [delivery.status for delivery in found.deliveries] == attempts
        assert [delivery.at - NOW for delivery in found.deliveries] == [
            timedelta(seconds=20 * number) for number in range(len(attempts))
        ]
        assert len(receiver.received) == attempts.count(200)


def test_a_certificate_of_another_name_is_not_trusted() -> None:
    with Receiver(certified_for="somebody.else.test") as receiver:
        assert receiver.post({}) is None
        assert receiver.received == []
    with Receiver() as receiver:
        assert receiver.post({}) == 200
        assert receiver.tls_versions == ["TLSv1.3"]


def test_a_budget_counts_its_tag_and_tells_once() -> None:
    published: list[str] = []
    account = SimpleNamespace(
        topics=SimpleNamespace(publish=lambda topic, text, subject, publisher: published.append(text))
    )
    budget = {
        "name": "b",
        "limitAmount": "5.00",
        "costFilters": [{"name": "TagKeyValue", "values": ["user:StackId$dev"]}],
        "notifications": [{"notificationType": "ACTUAL", "threshold": 80, "subscriberSnsTopicArns": ["t"]}],
    }
    watch = BudgetWatch(account, budget, [])  # type: ignore[arg-type]
    assert watch.learn([Charge(Decimal(9), {"StackId": "prod"})]) == 0
    assert watch.learn([Charge(Decimal(4), {"StackId": "dev"})]) == 4
    assert published == [], "4.00 is 80 %, not more"
    watch.learn([Charge(Decimal("4.01"), {"StackId": "dev"})])
    watch.learn([Charge(Decimal("4.50"), {"StackId": "dev"})])
    assert len(published) == 1


def test_clock_changes_of_a_zone() -> None:
    assert clock_changes(VILNIUS, NOW) == [
        datetime(2026, 10, 25, 1, tzinfo=UTC),
        datetime(2027, 3, 28, 1, tzinfo=UTC),
    ]
    assert clock_changes(ZoneInfo("UTC"), NOW) == []


def test_windows_are_looked_at_on_both_sides_of_both_clock_changes() -> None:
    window = MaintenanceWindow(name="w", weekday="WED", time="10:00", duration_minutes=30)
    groups = seasons([window], VILNIUS, NOW)
    assert [[str(item) for item in group] for group in groups] == [
        ["Wed 24 Mar 2027 10:00 EET", "Wed 31 Mar 2027 10:00 EEST"],
        ["Wed 27 Oct 2027 10:00 EEST", "Wed 03 Nov 2027 10:00 EET"],
    ]
    assert {item.starts_at.hour for group in groups for item in group} == {7, 8}


def test_a_window_that_the_clocks_skip_is_known() -> None:
    window = MaintenanceWindow(name="w", weekday="SUN", time="03:30", duration_minutes=30)
    skipped = [
        str(item.local) for group in seasons([window], VILNIUS, NOW) for item in group if item.skipped(timedelta())
    ]
    assert skipped == ["2027-03-28 03:30:00"]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (words.listed([]), "none"),
        (words.listed(["a", 2]), "a, 2"),
        (words.span(timedelta(hours=6, seconds=30)), "6 h 30 s"),
        (words.span(timedelta(0)), "0 s"),
        (words.number(13.6363636), "13.64"),
        (words.number(7200.0), "7,200"),
        (words.percent(0.666), "67 %"),
        (words.count(1, "message"), "1 message"),
        (words.count(3, "message"), "3 messages"),
        (words.pairs({"b": 2, "a": 1}, " %"), "a 1 %, b 2 %"),
        (words.runs(["OK", "OK", "ALARM"]), "OK for 2 min, ALARM for 1 min"),
        (words.usd(Decimal("4.005")), "$4.00"),
        (words.moment(NOW, VILNIUS), "Mon 19 Oct 2026 11:00 EEST"),
    ],
)
def test_evidence_in_words(text: str, expected: str) -> None:
    assert text == expected
