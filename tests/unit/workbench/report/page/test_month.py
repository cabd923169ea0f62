"""A month day by day: sessions, windows, notices, and dollars that add up."""

from datetime import date
from decimal import Decimal

from infra.settings import load
from workbench.report.page.month import MONTH_DAYS, month_of

NOVEMBER = date(2026, 11, 23)
SESSIONS = {"schedule": "sessions", "session_days": ["MON", "WED"], "session_start": "09:00", "hours_per_session": 3}
WEEKLY = {"name": "weekly", "weekday": "SUN", "time": "05:00", "duration_minutes": 60}


def month(uptime=None, windows=(), parked="1.00"):
    config = {
        "plant:edge": {"hosted_zone_id": "Z0ABCDEF1234567"},
        "plant:platform": {"account_id": "123456789012"},
        "plant:uptime": uptime or {},
        "plant:maintenance": {"windows": list(windows)},
    }
    return month_of(load(config, "test"), NOVEMBER, Decimal("4.00"), None if parked is None else Decimal(parked))


def test_weeks_begin_on_monday_and_hold_each_day_once():
    found = month()
    assert all(len(week) == 7 for week in found.weeks)
    assert [day.date.day for day in found.days] == list(range(1, 31))
    assert found.weeks[0][6].date == date(2026, 11, 1)


def test_a_session_is_on_its_days_and_pays_what_it_adds():
    found = month(SESSIONS)
    up = [day for day in found.days if day.sessions]
    assert [day.date.isoformat() for day in up[:3]] == ["2026-11-02", "2026-11-04", "2026-11-09"]
    assert up[0].sessions == ["09:00-12:00"]
    assert found.session_usd == Decimal("3.00") / 10  # a month of 31 days that begins on one of the two has ten
    assert found.sessions == len(up) == 9
    assert abs(up[0].usd - found.standing_usd - found.session_usd) < Decimal("1e-9")
    assert abs(found.usd - (30 / MONTH_DAYS + len(up) * found.session_usd)) < Decimal("1e-9")


def test_a_stack_that_is_always_on_costs_the_same_each_day():
    found = month(parked=None)
    assert found.session_usd is None
    assert {day.usd for day in found.days} == {Decimal("4.00") / MONTH_DAYS}


def test_windows_are_told_of_ahead_even_from_the_next_month():
    found = month(windows=[WEEKLY])
    by_day = {day.date.day: day for day in found.days}
    assert by_day[8].windows == ["05:00-06:00 weekly"]
    assert set(by_day[8].notices) == {"04:00 weekly in an hour", "05:00 weekly in 7 days"}
    assert by_day[7].notices == ["05:00 weekly in a day"]
    assert "05:00 weekly in 7 days" in by_day[29].notices  # of the window on 6 December


def test_a_window_of_one_day_is_there_once():
    found = month(windows=[{"name": "once", "starts_at": "2026-11-20T02:00", "duration_minutes": 30}])
    assert [day.date.day for day in found.days if day.windows] == [20]


def test_a_monthly_window_is_there_once_and_told_of_in_the_month_before():
    found = month(windows=[{**WEEKLY, "name": "monthly", "week_of_month": 1}])
    assert [day.date.day for day in found.days if day.windows] == [1]
    assert {day.date.day: day.notices for day in found.days if day.notices} == {
        1: ["04:00 monthly in an hour"],
        29: ["05:00 monthly in 7 days"],  # of the window on 6 December
    }
