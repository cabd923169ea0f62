"""What a setting breaks is told with its name; what it may be, no promise takes for a breach."""

import pytest

from deployment.reader import graph_from_json
from policies.assess import assess
from workbench.preview.synthesis import synthesize


def found(**settings):
    graph = graph_from_json(synthesize("dev", overrides=settings), "dev")
    return {one.rule.id: one.finding.message for one in assess(graph).violations}


@pytest.mark.parametrize(
    ("setting", "value", "rule"),
    [
        ("plant:slo.p95_threshold_ms", "400", "observability-latency-alarm"),
        ("plant:slo.p95_window_minutes", "10", "observability-latency-alarm"),
        ("plant:slo.scaling_failure_threshold_percent", "10", "observability-scaling-failure-alarm"),
        ("plant:slo.scaling_failure_window_minutes", "60", "observability-scaling-failure-alarm"),
    ],
)
def test_a_setting_that_breaks_a_promise_is_named(setting, value, rule):
    assert setting in found(**{setting: value})[rule]


@pytest.mark.parametrize("minutes", ["30", "45", "60"])
def test_a_rollout_may_be_looked_at_twice_an_hour_or_less(minutes):
    assert "rollout-rehearsed" not in found(**{"plant:rollout.poll_interval_minutes": minutes})
