"""The whole of dev on the embedded AWS: deployed, read back, every scenario played, destroyed; once for all tests."""

from __future__ import annotations

import re
from functools import cache

import pytest

from workbench.emulator.rehearsal import Rehearsal, rehearse
from workbench.emulator.scenarios import ORDER
from workbench.emulator.stage import Status

pytestmark = pytest.mark.slow

VALIDATED_ONLY = {
    "appconfig.create_deployment_strategy",
    "appconfig.create_environment",
    "appconfig.start_deployment",
    "budgets.create_budget_action",
    "cloudwatch.put_alarm_mute_rule",
    "cloudwatch.put_composite_alarm",
    "elasticache.create_serverless_cache",
    "elasticache.create_user_group",
    "logs.put_data_protection_policy",
}
"""What moto 5.2.5 cannot do. A new name here is a loss to look at; a missing one, a gain to note."""


@cache
def rehearsal() -> Rehearsal:
    return rehearse("dev")


def test_aws_reports_what_was_declared() -> None:
    assert rehearsal().read_back.compared > 500
    assert rehearsal().read_back.differences == []


def test_what_cannot_be_emulated_is_named_and_not_counted_as_created() -> None:
    result = rehearsal()
    calls = {call for names in result.validated.values() for call in names}
    assert calls == VALIDATED_ONLY
    assert result.created > 100


ELSEWHERE = {
    "spend-brake": "plant:uptime.schedule",
    "runaway": "plant:platform.kind",
    "drain": "plant:platform.kind",
}
"""About stacks always on or in a cluster, by this setting; tests/integration/emulator/test_rehearsed_elsewhere.py plays
them."""


@pytest.mark.parametrize("name", [name for name in ORDER if name not in ELSEWHERE])
def test_the_scenario_meets_its_criterion(name: str) -> None:
    played = next(item for item in rehearsal().scenarios if item.name == name)
    assert (played.error, played.missing, played.not_applicable) == ("", "", "")
    assert [check for check in played.checks if check.status is Status.FAILED] == []
    assert sum(check.status is Status.PASSED for check in played.checks) >= 4


@pytest.mark.parametrize("name", ELSEWHERE)
def test_a_scenario_about_other_stacks_is_not_applicable(name: str) -> None:
    played = next(item for item in rehearsal().scenarios if item.name == name)
    assert played.status is Status.NOT_APPLICABLE
    assert ELSEWHERE[name] in played.not_applicable


def test_nothing_of_dev_is_left_out_but_what_runs_nowhere_else() -> None:
    """AWS's managed rule groups; dev has everything else that a scenario is about."""
    left_out = [
        check.what
        for played in rehearsal().scenarios
        for check in played.checks
        if check.status is Status.NOT_APPLICABLE
    ]
    assert left_out == ["what AWS's managed rule groups decide"]


PYTHON = re.compile(
    r"\[['\"({]|[({]['\"]\w+['\"][:,]|\bNone\b|\bTrue\b|\bFalse\b|\w+\(\w+=|datetime\.|Counter\(|object at 0x"
)
"""What Python's own forms of lists, dictionaries, data classes and the like look like."""


def test_evidence_is_in_words() -> None:
    checks = [check for played in rehearsal().scenarios for check in played.checks]
    assert [check.evidence for check in checks if PYTHON.search(check.evidence) or not check.evidence.strip()] == []


def test_no_demand_is_stated_twice() -> None:
    for played in rehearsal().scenarios:
        stated = [check.what for check in played.checks]
        assert len(set(stated)) == len(stated), played.name


def test_nothing_is_left_after_destroying() -> None:
    assert rehearsal().left_over == []
