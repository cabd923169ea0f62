import pytest

from deployment.errors import InputError
from workbench.simulate.assumptions import assume, names
from workbench.simulate.scenario import Scenario


def test_every_assumption_reaches_its_place():
    found = assume(
        Scenario(),
        [
            "high_datapoints=1",
            "launch_seconds=45",
            "lag_checks=0",
            "keys=50",
            "updates_per_hour=0",
            "canary_slowdown=2",
            "page_ratio=0.5",
            "database_mean_ms=12",
        ],
    )
    options, service = found.options, found.service
    assert (options.alarms.high_datapoints, options.fleet.launch_seconds, options.firewall.lag_checks) == (1, 45, 0)
    assert options.canary_slowdown == 2
    assert (service.popularity.keys, service.popularity.updates_per_hour) == (50, 0)
    assert (service.page_ratio, service.database_mean_ms) == (0.5, 12)


def test_nothing_assumed_is_the_same_scenario():
    assert assume(Scenario(), []) == Scenario()


WHOLE = {"high_datapoints", "low_datapoints", "check_seconds", "lag_checks", "keys", "clients"}


@pytest.mark.parametrize("name", names())
def test_every_name_takes_a_number_and_changes_something(name):
    assert assume(Scenario(), [f"{name}={2 if name in WHOLE else 0.5}"]) != Scenario()


def test_all_that_is_wrong_is_told_at_once():
    with pytest.raises(InputError) as error:
        assume(Scenario(), ["nope=1", "keys=x", "high_datapoints=0", "low_threshold_ratio=2", "launch_seconds"])
    assert len(error.value.problems) == 5
    assert "names: high_datapoints" in error.value.problems[0]
    assert "a number from 0 to 1" in error.value.problems[3]


@pytest.mark.parametrize("value", ["nan", "inf", "-1", "1e99", ""])
def test_hostile_numbers_are_refused(value):
    with pytest.raises(InputError):
        assume(Scenario(), [f"launch_seconds={value}"])
