"""Maintenance windows."""

import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from components.edge.listener_answers import conditions_in_api
from components.operations.maintenance import (
    WindowArgs,
    in_words,
    local_expression,
    monthly_expression,
    mute_expression,
    subject,
)
from components.operations.maintenance_page import EVERYBODY, FirewallPage, IpSet, ListenerPage
from components.operations.maintenance_states import definition
from deployment.asl.machine import Execution, StateError

SCHEDULE = "aws:scheduler/schedule:Schedule"
WEDNESDAY = datetime(2027, 1, 6, 10, 5)  # noqa: DTZ001 - local time of a window


@pytest.mark.parametrize(
    ("weekly", "schedule", "mute"),
    [
        pytest.param(True, "cron(5 10 ? * WED *)", "cron(5 10 * * WED)", id="weekly"),
        pytest.param(False, "at(2027-01-06T10:05:00)", "at(2027-01-06T10:05)", id="once"),
    ],
)
def test_expressions_are_the_ones_of_each_service(weekly, schedule, mute):
    assert local_expression(WEDNESDAY, weekly=weekly) == schedule
    assert mute_expression(WEDNESDAY, weekly=weekly) == mute


FIRST_SUNDAY = WindowArgs(
    name="patching",
    starts_at=datetime(2027, 2, 7, 5),  # noqa: DTZ001 - local time of a window
    weekly=True,
    duration_minutes=60,
    reason="Patching",
    week_of_month=1,
)


@pytest.mark.parametrize(
    ("ahead", "week", "expression"),
    [
        pytest.param(timedelta(0), 1, "cron(0 5 ? * 1#1 *)", id="at its start"),
        pytest.param(timedelta(hours=1), 1, "cron(0 4 ? * 1#1 *)", id="that day"),
        pytest.param(timedelta(weeks=1), 1, "cron(0 5 ? * 1L *)", id="the last Sunday of the month before"),
        pytest.param(timedelta(weeks=1), 4, "cron(0 5 ? * 1#3 *)", id="the Sunday before the fourth"),
        pytest.param(timedelta(days=1), 1, None, id="the Saturday before"),
        pytest.param(-timedelta(hours=20), 1, None, id="the day after"),
    ],
)
def test_days_whole_weeks_from_an_nth_weekday_have_an_expression(ahead, week, expression):
    window = replace(FIRST_SUNDAY, week_of_month=week)
    assert monthly_expression(window.starts_at - ahead, window) == expression


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"week_of_month": 5}, "1 to 4; got 5", id="a fifth Sunday, which few months have"),
        pytest.param({"weekly": False}, "1 to 4; got 1", id="once"),
        pytest.param({"next_starts": [FIRST_SUNDAY.starts_at] * 2}, "different months", id="two mutes of one month"),
    ],
)
def test_a_window_that_no_month_has_once_is_refused(changes, told):
    with pytest.raises(ValueError, match=told):
        replace(FIRST_SUNDAY, **changes)


def test_a_monthly_window_says_its_day_in_words():
    text = in_words(FIRST_SUNDAY, "ahead", "Europe/Vilnius")
    assert text.startswith("Maintenance of the Plant API on the first Sunday of the month from 05:00 to 06:00 (Eur")
    assert subject(FIRST_SUNDAY, "ahead", "UTC") == "Plant API maintenance on Sunday, 05:00-06:00 UTC"


@pytest.fixture(scope="module")
def schedules(dev):
    return {found.name: found for found in dev.of_type(SCHEDULE) if found.name.startswith("plant-maintenance-")}


def test_users_hear_a_week_a_day_and_an_hour_ahead_and_at_start_and_end(schedules):
    times = {
        name.removeprefix("plant-maintenance-weekly-patching-"): found.get("scheduleExpression")
        for name, found in schedules.items()
    }
    assert times == {
        "168h-ahead": "cron(0 10 ? * THU *)",
        "24h-ahead": "cron(0 10 ? * WED *)",
        "1h-ahead": "cron(0 9 ? * THU *)",
        "start": "cron(0 10 ? * THU *)",
        "end": "cron(30 10 ? * THU *)",
    }
    assert {found.get("scheduleExpressionTimezone") for found in schedules.values()} == {"Europe/Vilnius"}


def test_notices_go_to_users_and_windows_to_the_workflow(dev, schedules):
    for name, found in schedules.items():
        if name.endswith("ahead"):
            assert dev.referenced(found, "target.input", "aws:sns/topic:Topic"), name
            assert found.get("target.arn") == "arn:aws:scheduler:::aws-sdk:sns:publish"
        else:
            assert dev.referenced(found, "target.arn", "aws:sfn/stateMachine:StateMachine"), name


def test_notice_has_the_documented_shape_and_a_subject(schedules):
    sent = json.loads(schedules["plant-maintenance-weekly-patching-24h-ahead"].get("target.input"))
    assert sent["Subject"] == "Plant API maintenance on Thursday, 10:00-10:30 Europe/Vilnius"
    notice = json.loads(sent["Message"])
    assert (notice["schema"], notice["event"], notice["hours"], notice["duration_minutes"]) == (
        1,
        "maintenance-ahead",
        24,
        30,
    )


def test_only_alarms_that_call_people_are_muted(dev, one):
    rule = one(dev, "aws:cloudwatch/alarmMuteRule:AlarmMuteRule")
    muted = {found.name for found in dev.referenced(rule, "muteTargets")}
    alarms = {found.get("name"): found.name for found in dev.of_type("aws:cloudwatch/metricAlarm:MetricAlarm")}
    names = {alarms.get(name, name) for name in rule.get("muteTargets.alarmNames")} | muted
    assert not [name for name in names if "canary" in name or "launch-failures" in name or "traffic-spike" in name]
    assert rule.get("rule.schedule") == {
        "duration": "PT30M",
        "expression": "cron(0 10 * * THU)",
        "timezone": "Europe/Vilnius",
    }


def test_window_opens_for_the_rollout_before_users_see_the_page():
    states = definition(parameter="p", page=FIREWALL_PAGE, topic_arn="t")["States"]
    order, name = [], "Open window"
    while name != "Done":
        order.append(name)
        name = states[name]["Next"]
    assert order == [
        "Open window",
        "Show page to IPV4",
        "Show page to IPV4 now",
        "Show page to IPV6",
        "Show page to IPV6 now",
        "Announce",
    ]


FIREWALL_PAGE = FirewallPage(
    ip_sets=[IpSet(family=family, identifier=family, name=family, arn=family) for family in ("IPV4", "IPV6")]
)
LISTENER_PAGE = ListenerPage(
    rule_arn="arn:rule",
    open_conditions=conditions_in_api("api.example.com", closed=False),
    closed_conditions=conditions_in_api("api.example.com", closed=True),
)
EVENT = {"window": "w", "subject": "s", "message": "m", "page": '{"until":"06:00"}'}


def executed(page, phase, answer):
    execution = Execution(
        definition=definition(parameter="p", page=page, topic_arn="t"),
        input={"phase": phase, **EVENT},
        task=answer,
        now=lambda: datetime(2027, 1, 1),  # noqa: DTZ001 - nothing reads it
    )
    for _ in execution.run():
        pass
    return execution


def test_a_token_that_became_stale_is_read_again():
    tokens, written = iter(["old", "new", "new"]), []

    def answer(resource, parameters):
        if resource.endswith("getIPSet"):
            return {"LockToken": next(tokens)}
        if resource.endswith("updateIPSet"):
            if parameters["LockToken"] == "old":
                raise StateError("Wafv2.WafOptimisticLockException", "somebody else wrote")
            written.append(parameters["Name"])
        return {}

    assert executed(FIREWALL_PAGE, "start", answer).status == "SUCCEEDED"
    assert written == ["IPV4", "IPV6"]


@pytest.mark.parametrize(("live", "status"), [(True, "SUCCEEDED"), (False, "FAILED")], ids=["shown", "not shown"])
def test_page_of_the_listener_is_read_back(live, status):
    rule = {"Conditions": LISTENER_PAGE.closed_conditions, "Actions": []}

    def answer(resource, parameters):
        if resource.endswith("modifyRule") and live:
            rule.update(parameters)
        return {"Rules": [rule]} if "Rule" in resource else {}

    execution = executed(LISTENER_PAGE, "start", answer)
    assert execution.status == status
    if live:
        assert rule["Actions"][0]["FixedResponseConfig"]["MessageBody"] == EVENT["page"]
        assert executed(LISTENER_PAGE, "end", answer).status == "SUCCEEDED"
        assert rule["Conditions"] == LISTENER_PAGE.closed_conditions


def test_page_covers_every_address():
    from ipaddress import ip_network

    assert sum(ip_network(cidr).num_addresses for cidr in EVERYBODY["IPV4"]) == 2**32
    assert sum(ip_network(cidr).num_addresses for cidr in EVERYBODY["IPV6"]) == 2**128


def test_parked_stack_still_tells_users_but_has_no_page(parked, one):
    states = json.loads(
        one(parked, "aws:sfn/stateMachine:StateMachine", "plant-maintenance-machine").get("definition")
    )["States"]
    assert not [name for name in states if "page" in name]
    assert len([found for found in parked.of_type(SCHEDULE) if "ahead" in found.name]) == 3


def test_window_on_a_date_is_announced_once_ahead(one):
    from deployment.reader import graph_from_json
    from workbench.preview.synthesis import synthesize

    windows = json.dumps([{"name": "move", "starts_at": "2127-03-01T01:00", "duration_minutes": 90}])
    graph = graph_from_json(synthesize("dev", overrides={"plant:maintenance.windows": windows}), "one-off")
    assert (
        one(graph, SCHEDULE, "plant-maintenance-move-24h-ahead").get("scheduleExpression") == "at(2127-02-28T01:00:00)"
    )
    assert one(graph, SCHEDULE, "plant-maintenance-move-end").get("scheduleExpression") == "at(2127-03-01T02:30:00)"


@pytest.mark.parametrize(
    ("moment", "gone"),
    [
        pytest.param(datetime(2027, 3, 2, 23, tzinfo=UTC), "168h-ahead", id="a notice"),
        pytest.param(datetime(2027, 3, 9, 23, tzinfo=UTC), "start", id="the start, in the window"),
    ],
)
def test_schedule_whose_time_has_passed_is_left_out(moment, gone):
    """AWS takes none in the past: a deployment in the window, which changes a schedule or makes it, would fail."""
    from deployment.reader import graph_from_json
    from infra.settings.loading import load
    from infra.stack import PlantApi, PlantApiArgs
    from workbench.preview.stackfile import REPOSITORY, read_stack
    from workbench.preview.synthesis import record

    windows = json.dumps([{"name": "move", "starts_at": "2027-03-10T01:00", "duration_minutes": 90}])
    stack_file = read_stack(REPOSITORY, "dev", {"plant:maintenance.windows": windows})
    settings = load(stack_file.config, "a test")  # in Vilnius, two hours ahead of UTC in winter
    schedules = []
    for now in (moment - timedelta(minutes=1), moment):
        program = lambda now=now: PlantApi("plant", PlantApiArgs(settings=settings, stack="dev", now=now))  # noqa: E731
        graph = graph_from_json(record(program, stack_file), "one-off")
        schedules.append({found.name for found in graph.of_type(SCHEDULE)})
    before, after = schedules
    assert before - after == {f"plant-maintenance-move-{gone}"}


def test_window_that_is_over_is_left_out(one):
    from deployment.reader import graph_from_json
    from workbench.preview.synthesis import synthesize

    windows = json.dumps([{"name": "move", "starts_at": "2026-01-05T01:00", "duration_minutes": 90}])
    graph = graph_from_json(synthesize("dev", overrides={"plant:maintenance.windows": windows}), "spent")
    assert not [found.name for found in graph.of_type(SCHEDULE) if "maintenance" in found.name]
    assert not graph.of_type("aws:cloudwatch/alarmMuteRule:AlarmMuteRule")


@pytest.mark.parametrize(
    ("weekly", "phase", "told"),
    [
        (True, "ahead", "every Wednesday from 10:05 to 10:35 (Europe/Vilnius): Patching"),
        (False, "ahead", "on Wednesday, 06 January 2027 from 10:05 to 10:35 (Europe/Vilnius): Patching"),
        (True, "start", "until 10:35 (Europe/Vilnius): Patching"),
        (True, "end", "is over (Patching)"),
    ],
)
def test_users_are_told_from_when_to_when_why_and_what_to_do(weekly, phase, told):
    window = WindowArgs(name="w", starts_at=WEDNESDAY, weekly=weekly, duration_minutes=30, reason="Patching")
    text = in_words(window, phase, "Europe/Vilnius")
    assert told in text
    assert "again" in text


@pytest.mark.parametrize(
    ("changes", "ahead", "begun", "title"),
    [
        pytest.param(
            {"weekly": True},
            "every Thursday from 23:30 to Friday 00:30 (UTC)",
            "until Friday 00:30 (UTC)",
            "Thursday, 23:30-Friday 00:30 UTC",
            id="weekly",
        ),
        pytest.param(
            {"weekly": True, "week_of_month": 1},
            "on the first Thursday of the month from 23:30 to Friday 00:30 (UTC)",
            "until Friday 00:30 (UTC)",
            "Thursday, 23:30-Friday 00:30 UTC",
            id="monthly",
        ),
        pytest.param(
            {"weekly": False},
            "on Thursday, 31 December 2026 from 23:30 to Friday, 01 January 2027 00:30 (UTC)",
            "until Friday, 01 January 2027 00:30 (UTC)",
            "31 Dec 2026, 23:30-01 Jan 00:30 UTC",
            id="over the end of a year",
        ),
    ],
)
def test_a_window_over_midnight_names_the_day_that_it_ends_on(changes, ahead, begun, title):
    starts_at = datetime(2026, 12, 31, 23, 30)  # noqa: DTZ001 - local time of a window
    window = WindowArgs(name="w", starts_at=starts_at, duration_minutes=60, reason="Patching", **changes)
    assert ahead in in_words(window, "ahead", "UTC")
    assert begun in in_words(window, "start", "UTC")
    assert subject(window, "ahead", "UTC").endswith(title)
    assert subject(window, "start", "UTC").endswith("00:30 UTC")


@pytest.mark.parametrize("minutes", [30, 1440])
@pytest.mark.parametrize("weekly", [True, False])
def test_longest_subject_fits_a_mail(weekly, minutes):
    window = WindowArgs(name="w", starts_at=WEDNESDAY, weekly=weekly, duration_minutes=minutes, reason="Patching")
    for phase in ("ahead", "start", "end"):
        title = subject(window, phase, "America/Argentina/ComodRivadavia")
        assert len(title) <= 100 and title.isascii()


def test_shared_stack_shows_its_page_by_a_rule_of_the_listener(prod, one):
    machine = one(prod, "aws:sfn/stateMachine:StateMachine", "plant-maintenance-machine")
    states = json.loads(machine.get("definition"))["States"]
    rule = one(prod, "aws:lb/listenerRule:ListenerRule", "plant-answers-maintenance")
    assert states["Show page"]["Parameters"]["RuleArn"] == rule.outputs["arn"]
    assert not [name for name in states if "IPV" in name]
    assert "Rules not asked" in states
