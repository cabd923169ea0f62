"""How long a rollout's steps last at the average load."""

import math

import pytest

from infra.rollout_pace import step_seconds, told

HOUR = 3600.0


@pytest.mark.parametrize(
    ("mean_rps", "expected"),
    [
        pytest.param(10.0, 6 * HOUR, id="requests enough: as declared"),
        pytest.param(200.1 / (0.1 * 6 * HOUR), 6 * HOUR, id="just enough"),
        pytest.param(200.1 / (0.1 * 8 * HOUR), 8 * HOUR, id="longer"),
        pytest.param(200 / (0.1 * 13 * HOUR), math.inf, id="given up before"),
        pytest.param(0.0, math.inf, id="no request"),
    ],
)
def test_a_step_lasts_until_requests_enough_came(mean_rps, expected):
    assert step_seconds(10, 6 * HOUR, mean_rps, 200, (600.0, 36)) == pytest.approx(expected)


def test_what_differs_from_the_declaration_is_said():
    steps = [(10, 6 * HOUR, 14.75 * HOUR), (50, 12 * HOUR, 12 * HOUR), (90, HOUR, math.inf)]
    assert told(steps) == "10 % lasts 14.8 h (declared: 6 h), 50 % lasts 12 h, 90 % never gets there (declared: 1 h)"
