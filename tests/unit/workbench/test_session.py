"""When a scheduled stack should exist."""

from datetime import UTC, datetime

import pytest

from infra.settings.uptime import UptimeSettings
from workbench.session import session_is_on

WEEKDAY_MORNINGS = UptimeSettings(
    schedule="sessions", session_start="09:00", hours_per_session=2, time_zone="Europe/Vilnius"
)


@pytest.mark.parametrize(
    ("now", "expected"),
    [
        pytest.param("2026-11-23T06:49:59", False, id="a second before it is made, in winter"),
        pytest.param("2026-11-23T06:50:00", True, id="made ten minutes ahead, in winter"),
        pytest.param("2026-11-23T07:00:00", True, id="the first second, in winter"),
        pytest.param("2026-11-23T08:59:59", True, id="the last second"),
        pytest.param("2026-11-23T09:00:00", False, id="over"),
        pytest.param("2026-07-20T06:00:00", True, id="summer time is an hour earlier in UTC"),
        pytest.param("2026-07-20T08:30:00", False, id="summer time ends an hour earlier in UTC"),
        pytest.param("2026-11-22T07:30:00", False, id="a Sunday"),
    ],
)
def test_sessions_follow_local_time(now, expected):
    assert session_is_on(WEEKDAY_MORNINGS, datetime.fromisoformat(now).replace(tzinfo=UTC)) is expected


def test_a_session_may_reach_past_midnight():
    night = UptimeSettings(schedule="sessions", session_days=("FRI",), session_start="23:00", hours_per_session=3)
    assert session_is_on(night, datetime(2026, 11, 28, 1, 59, tzinfo=UTC))  # Saturday
    assert not session_is_on(night, datetime(2026, 11, 28, 2, 0, tzinfo=UTC))


def test_a_session_keeps_its_length_when_the_clocks_change():
    """In Vilnius 2026-10-25 has 25 hours: clocks go from 04:00 back to 03:00."""
    night = UptimeSettings(
        schedule="sessions",
        session_days=("SUN",),
        session_start="02:00",
        hours_per_session=3,
        time_zone="Europe/Vilnius",
    )
    start = datetime(2026, 10, 24, 23, 0, tzinfo=UTC)  # 02:00 summer time
    assert session_is_on(night, start)
    assert session_is_on(night, start.replace(day=25, hour=1, minute=59))
    assert not session_is_on(night, start.replace(day=25, hour=2))


def test_an_always_on_stack_is_always_on():
    assert session_is_on(UptimeSettings(schedule="always-on"), datetime(2026, 11, 22, tzinfo=UTC))
