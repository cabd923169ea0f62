"""Every rule bites on its failing example and leaves its passing one alone."""

import datetime

import pytest

from policies.assess import assess
from policies.pack import PackConfig
from policies.registry import rule_modules, rules
from policies.rule import Context, example_graph

TODAY = datetime.date(2026, 11, 23)
RULES = [pytest.param(rule, id=rule.id) for rule in rules()]


def findings(rule, example):
    config = rule.example_config or PackConfig()
    if rule.judges_waivers:
        judged = assess(example_graph(example), config, today=TODAY).violations
        return [violation.finding for violation in judged if violation.rule is rule]
    return [problem for _, problem in rule.problems(Context(example_graph(example), config))]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_passes_its_passing_example(rule):
    assert findings(rule, rule.passing) == []


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_decides_against_its_failing_example(rule):
    found = findings(rule, rule.failing)
    assert found
    assert not any(finding.unknown for finding in found)
    assert not any("not judged" in finding.message for finding in found)


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_explains_itself(rule):
    assert len(rule.title) <= 90 and not rule.title.endswith(".")
    assert rule.why.endswith((".", ")")) and rule.fix.endswith(".")
    assert rule.source.startswith(("https://", "docs/", "design"))
    assert (rule.check is None) != (rule.check_stack is None)
    assert bool(rule.types) == (rule.check is not None)
    assert all(name.count(":") >= 1 for name in rule.frameworks)


def test_every_module_holds_one_rule_named_after_its_file():
    assert len(rule_modules()) == len(rules()) >= 30
    for module, rule in zip(rule_modules(), rules(), strict=True):
        group, check = module.split(".")[-2:]
        assert rule.id == f"{group}-{check}".replace("_", "-"), module
