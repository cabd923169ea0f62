"""A monthly window over years of calendars: it is announced, opens and closes when it says, and at no other time."""

import calendar
import json
from datetime import UTC, datetime, timedelta
from itertools import pairwise, product

import depth
import pulumi_aws as aws
from hypothesis import given, settings
from hypothesis import strategies as st

from components.operations.maintenance import Maintenance, MaintenanceArgs, WindowArgs
from components.operations.weekdays import WEEKDAYS
from deployment.asl.machine import Execution
from deployment.reader import graph_from_json
from infra.settings.maintenance import MaintenanceWindow
from infra.settings.window_checks import overlap
from policies.context import Context
from policies.promises.users_warned import check
from workbench.emulator.behaviour.schedules import next_time
from workbench.preview.stackfile import StackFile
from workbench.preview.synthesis import record

SCHEDULE, MACHINE = "aws:scheduler/schedule:Schedule", "aws:sfn/stateMachine:StateMachine"
A_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - local time of a window
FIRST, LAST = datetime(2027, 12, 20, tzinfo=UTC), datetime(2033, 2, 1, tzinfo=UTC)
"""Two leap years lie between; the second has a Sunday on its 29 February."""
EVENTS = {"maintenance-ahead": "ahead", "maintenance-start": "start", "maintenance-end": "end"}


def windows():
    return st.builds(
        lambda weekday, week, minute, duration: WindowArgs(
            name="patching",
            starts_at=A_MONDAY + timedelta(weeks=week - 1, days=weekday, minutes=minute),
            weekly=True,
            duration_minutes=duration,
            reason="Patching",
            week_of_month=week,
        ),
        st.integers(0, 6),
        st.integers(1, 4),
        st.integers(0, 1439),
        st.integers(5, 1440),
    )


def starts(weekday, week, first, last):
    """Starts of days by the calendar's own weeks, which the code under test does not ask."""
    for year, month in product(range(first.year, last.year + 1), range(1, 13)):
        days = [days[weekday] for days in calendar.Calendar().monthdayscalendar(year, month) if days[weekday]]
        yield datetime(year, month, days[week - 1], tzinfo=UTC)


def declared(window, hours):
    def program():
        Maintenance(
            "maintenance",
            MaintenanceArgs(
                account_id="123456789012",
                kms_key_arn="arn:aws:kms:us-east-1:123456789012:key/1",
                log_group_arn="arn:aws:logs:us-east-1:123456789012:log-group:maintenance",
                parameter_name="/plant/maintenance",
                time_zone="UTC",
                windows=[window],
                notice_hours=hours,
                topic_arn=aws.sns.Topic("users").arn,
                page=None,
                lent_rules=None,
                muted_alarm_names=(),
                mute_rule_prefix="plant",
            ),
        )

    return graph_from_json(record(program, StackFile(project="test", stack="test", main=".")), "a test program")


def played(graph):
    """(moment, event, hours) of everything that users hear."""
    definition = json.loads(graph.of_type(MACHINE)[0].get("definition"))
    agenda = []
    for schedule in graph.of_type(SCHEDULE):
        moment = FIRST
        while (moment := next_time(schedule.get("scheduleExpression"), "UTC", moment)) and moment < LAST:
            agenda.append((moment, schedule.name, schedule.get("target.arn"), schedule.get("target.input")))
    parameters, heard, remembered = {}, [], {}
    for moment, _, arn, text in sorted(agenda):
        if arn.endswith("sns:publish"):
            heard.append((moment, json.loads(json.loads(text)["Message"])))
            continue
        key = text, tuple(sorted(parameters.items()))
        if key not in remembered:
            remembered[key] = run(definition, json.loads(text), dict(parameters))
        parameters, told = remembered[key]
        heard.extend((moment, message) for message in told)
    return [(moment, EVENTS[message["event"]], message.get("hours")) for moment, message in heard]


def run(definition, event, parameters):
    told = []

    def answer(resource, given):
        if resource.endswith("putParameter"):
            parameters[given["Name"]] = given["Value"]
        if resource.endswith("publish"):
            told.append(given["Message"])
        return {"Parameter": {"Value": parameters.get(given.get("Name"), "idle")}}

    execution = Execution(definition=definition, input=event, task=answer, now=lambda: FIRST)
    list(execution.run())
    assert execution.status == "SUCCEEDED"
    return parameters, told


@settings(max_examples=depth.drawn(30))
@given(window=windows(), hours=st.lists(st.integers(1, 168), min_size=1, max_size=4, unique=True))
def test_a_monthly_window_is_told_opened_and_closed_on_its_day(window, hours):
    time = timedelta(hours=window.starts_at.hour, minutes=window.starts_at.minute)
    wanted = set()
    for day in starts(window.starts_at.weekday(), window.week_of_month, FIRST, LAST):
        start = day + time
        wanted.add((start, "start", None))
        wanted.add((start + timedelta(minutes=window.duration_minutes), "end", None))
        wanted |= {(start - timedelta(hours=ahead), "ahead", ahead) for ahead in hours}
    heard = played(declared(window, hours))
    settled = FIRST + timedelta(days=8), LAST - timedelta(days=8)
    between = lambda found: sorted(str(one) for one in found if settled[0] < one[0] < settled[1])  # noqa: E731
    assert between(heard) == between(wanted)


@settings(max_examples=depth.drawn(20))
@given(window=windows())
def test_the_promise_about_windows_sees_that_users_of_any_monthly_one_are_warned(window):
    assert list(check(Context(declared(window, (168, 24, 1))))) == []


@settings(max_examples=10)
@given(window=windows())
def test_the_promise_sees_where_they_are_not(window):
    told = [problem.message for problem in check(Context(declared(window, (168, 1))))]
    assert [message for message in told if "is told of the window patching 24 h ahead" in message] == told != []


def recurring(week):
    return st.builds(
        lambda weekday, time, duration, found: MaintenanceWindow(
            name="a", weekday=WEEKDAYS[weekday], time=f"{time:%H:%M}", duration_minutes=duration, week_of_month=found
        ),
        st.integers(0, 6),
        st.times(),
        st.integers(5, 1440),
        week,
    )


def once():
    return st.builds(
        lambda moment, duration: MaintenanceWindow(name="a", starts_at=moment, duration_minutes=duration),
        st.datetimes(datetime(2027, 12, 25), datetime(2033, 1, 20)),  # noqa: DTZ001 - local time of a window
        st.integers(5, 1440),
    )


ANY_WINDOW = recurring(st.none()) | recurring(st.integers(1, 4)) | once()


def spans(window):
    length = timedelta(minutes=window.duration_minutes)
    if window.starts_at is not None:
        return [(window.starts_at.replace(second=0, microsecond=0), window.starts_at.replace(second=0) + length)]
    weekday = WEEKDAYS.index(window.weekday)
    hour, minute = map(int, window.time.split(":"))
    first, last = datetime(2005, 1, 1, tzinfo=UTC), datetime(2034, 1, 1, tzinfo=UTC)  # a cycle of 28 years, and more
    days = starts(weekday, window.week_of_month or 1, first, last)
    if window.week_of_month is None:
        first_one = next(days)
        days = (first_one + timedelta(weeks=week) for week in range((last - first_one).days // 7))
    found = [day.replace(tzinfo=None, hour=hour, minute=minute) for day in days]
    return [(start, start + length) for start in sorted(found)]


@settings(max_examples=depth.drawn(150))
@given(one=ANY_WINDOW, other=ANY_WINDOW)
def test_windows_overlap_if_some_year_has_them_at_once(one, other):
    if not (one.week_of_month or other.week_of_month):
        return
    merged = sorted([(*span, 0) for span in spans(one)] + [(*span, 1) for span in spans(other)])
    met = any(later[0] < earlier[1] and later[2] != earlier[2] for earlier, later in pairwise(merged))
    assert overlap(one, other) == overlap(other, one) == met
