"""Windows and sessions on the days when clocks change (tz database: Europe/Berlin 2027-03-28, New York 2027-03-14)."""

import pytest

from infra.settings.clock_checks import skipped_times
from infra.settings.errors import SettingsError
from infra.settings.loading import load

STACK = {
    "aws:region": "us-east-1",
    "plant:edge": {"domain_name": "api.example.com", "hosted_zone_id": "Z0123456789ABC"},
    "plant:platform": {"account_id": "210987654321"},
}


def problems(**groups):
    """Setting -> message, of those that clocks are the reason of."""
    try:
        load({**STACK, **{f"plant:{name}": value for name, value in groups.items()}}, "Pulumi.test.yaml")
    except SettingsError as error:
        return {problem.key: problem.message for problem in error.problems if "clocks" in problem.message}
    return {}


def maintenance(zone="Europe/Berlin", **window):
    return problems(
        maintenance={"time_zone": zone, "windows": [{"name": "patching", "duration_minutes": 60, **window}]}
    )


@pytest.mark.parametrize(
    ("window", "skipped"),
    [
        pytest.param({"weekday": "SUN", "time": "02:30"}, "02:30 on 2027-03-28", id="start"),
        pytest.param({"weekday": "SUN", "time": "01:15"}, "02:15 on 2027-03-28", id="end"),
        pytest.param(
            {"weekday": "SAT", "time": "23:30", "duration_minutes": 180}, "02:30 on 2027-03-28", id="overnight"
        ),
        pytest.param({"weekday": "SUN", "time": "02:00", "week_of_month": 4}, "02:00 on 2027-03-28", id="monthly"),
        pytest.param(
            {"zone": "America/New_York", "weekday": "SUN", "time": "02:59"}, "02:59 on 2027-03-14", id="elsewhere"
        ),
    ],
)
def test_a_window_whose_start_or_end_the_clocks_skip_is_refused(window, skipped):
    found = maintenance(**window)
    assert list(found) == ["plant:maintenance.windows[0].time"]
    assert f"skip {skipped}, and AWS the start or end of the window with it" in found.popitem()[1]


@pytest.mark.parametrize(
    "window",
    [
        pytest.param({"weekday": "SUN", "time": "01:00", "duration_minutes": 150}, id="over it"),
        pytest.param({"weekday": "SUN", "time": "03:00"}, id="from its end on"),
        pytest.param({"weekday": "MON", "time": "02:30"}, id="another day"),
        pytest.param({"weekday": "SUN", "time": "02:30", "week_of_month": 1}, id="another week"),
        pytest.param({"zone": "Asia/Tokyo", "weekday": "SUN", "time": "02:30"}, id="clocks that never change"),
        pytest.param({"starts_at": "2027-03-27T02:30"}, id="the day before"),
        pytest.param({"starts_at": "9999-12-31T23:30"}, id="end of the calendar"),
    ],
)
def test_windows_beside_it_are_taken(window):
    assert maintenance(**window) == {}


@pytest.mark.parametrize(
    ("starts_at", "minutes", "told"),
    [
        pytest.param("2027-03-28T02:30", 60, "skip 02:30 on 2027-03-28", id="a start that is skipped"),
        pytest.param("2027-03-28T01:30", 60, "skip 02:30 on 2027-03-28", id="an end that is skipped"),
        pytest.param("2027-03-28T01:30", 120, "it would last 60 min, not 120", id="put forward"),
        pytest.param("2026-10-25T02:30", 60, "it would last 120 min, not 60", id="put back"),
    ],
)
def test_a_window_on_a_date_lasts_as_long_as_it_says(starts_at, minutes, told):
    found = maintenance(starts_at=starts_at, duration_minutes=minutes)
    assert told in found["plant:maintenance.windows[0].starts_at"]


@pytest.mark.parametrize(("start", "refused"), [("00:30", True), ("02:30", False)])
def test_a_session_whose_end_the_clocks_skip_is_refused(start, refused):
    found = problems(
        uptime={
            "schedule": "sessions",
            "session_days": ["SUN"],
            "session_start": start,
            "hours_per_session": "2:00",
            "late_minutes": 0,
            "time_zone": "Europe/Berlin",
        }
    )
    assert ("plant:uptime.session_start" in found) == refused


def test_clocks_that_are_put_forward_by_half_an_hour_skip_that():
    first, *_ = skipped_times("Australia/Lord_Howe")
    assert [f"{moment:%Y-%m-%d %H:%M}" for moment in first] == ["2027-10-03 02:00", "2027-10-03 02:30"]
