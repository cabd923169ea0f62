from datetime import UTC, datetime

import pytest

from workbench.simulate.scaling.schedule import Cron, ScheduledAction, Sizes, in_force


@pytest.mark.parametrize(
    ("expression", "moment", "fires"),
    [
        pytest.param("0 9 * * *", datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True, id="daily"),
        pytest.param("0 9 * * *", datetime(2026, 11, 23, 9, 1, tzinfo=UTC), False, id="a minute later"),
        pytest.param("*/15 * * * *", datetime(2026, 11, 23, 9, 45, tzinfo=UTC), True, id="steps"),
        pytest.param("0 9 * * MON-FRI", datetime(2026, 11, 23, 9, 0, tzinfo=UTC), True, id="a Monday"),
        pytest.param("0 9 * * 1-5", datetime(2026, 11, 22, 9, 0, tzinfo=UTC), False, id="a Sunday"),
        pytest.param("0 9 * * 7", datetime(2026, 11, 22, 9, 0, tzinfo=UTC), True, id="Sunday as 7"),
        pytest.param("0 0 1 JAN *", datetime(2027, 1, 1, tzinfo=UTC), True, id="month name"),
        pytest.param("0 0 13 * 5", datetime(2026, 11, 13, tzinfo=UTC), True, id="day or weekday: both"),
        pytest.param("0 0 13 * 5", datetime(2026, 11, 20, tzinfo=UTC), True, id="day or weekday: weekday"),
        pytest.param("5,10 1-3 * * *", datetime(2026, 11, 20, 2, 10, tzinfo=UTC), True, id="list and range"),
    ],
)
def test_when_an_expression_fires(expression, moment, fires):
    assert Cron.parse(expression).matches(moment) is fires


@pytest.mark.parametrize("expression", ["0 9 * *", "60 * * * *", "0 24 * * *", "x * * * *", "0 0 0 * *", "² 9 * * *"])
def test_a_wrong_expression_is_refused(expression):
    with pytest.raises(ValueError, match=r"fields|allowed is"):
        Cron.parse(expression)


OFFICE = (
    ScheduledAction(name="up", cron=Cron.parse("0 8 * * MON-FRI"), time_zone="Europe/Vilnius", min_size=3),
    ScheduledAction(name="down", cron=Cron.parse("0 18 * * *"), time_zone="Europe/Vilnius", min_size=1, max_size=2),
    ScheduledAction(name="wide", cron=Cron.parse("0 7 * * *"), time_zone="Europe/Vilnius", max_size=4),
)


@pytest.mark.parametrize(
    ("moment", "sizes"),
    [
        pytest.param(datetime(2026, 11, 23, 9, 0, tzinfo=UTC), Sizes(3, 4, 3), id="Monday, 11:00 in Vilnius"),
        pytest.param(datetime(2026, 11, 23, 6, 0, tzinfo=UTC), Sizes(3, 4, 3), id="the minute that it fires in"),
        pytest.param(datetime(2026, 11, 23, 5, 59, tzinfo=UTC), Sizes(1, 4, 2), id="a minute before"),
        pytest.param(datetime(2026, 11, 22, 12, 0, tzinfo=UTC), Sizes(1, 4, 2), id="Sunday"),
        pytest.param(datetime(2026, 11, 23, 17, 0, tzinfo=UTC), Sizes(1, 2, 2), id="the evening"),
    ],
)
def test_a_simulation_begins_with_the_sizes_that_the_schedule_has_set(moment, sizes):
    assert in_force(Sizes(1, 2, 1), OFFICE, moment) == sizes


def test_without_a_schedule_the_declared_sizes_hold():
    assert in_force(Sizes(1, 2, 1), (), datetime(2026, 11, 23, 9, 0, tzinfo=UTC)) == Sizes(1, 2, 1)
