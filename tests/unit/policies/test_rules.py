"""Every rule passes and fails the examples it carries, explains itself, and blocks only where it may."""

import re

import pytest

from policies.assess import assess, run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.finding import Enforcement, Profile, Risk
from policies.registry import every_rule, modules, rules, rules_by_service
from policies.rules import __name__ as package
from policies.rules import __path__ as path
from policies.settings import PackConfig

RULES = [pytest.param(rule, id=rule.id) for rule in every_rule()]


def findings(rule, example):
    config = rule.example_config or PackConfig()
    if rule.judges_waivers:
        judged = assess(example_graph(example), config).violations
        return [violation.finding for violation in judged if violation.rule is rule]
    return run_rule(rule, Context(example_graph(example), config))


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_passes_its_passing_examples(rule):
    for example in (rule.passing, *rule.also_passing):
        assert findings(rule, example) == [], example


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_decides_against_its_failing_examples(rule):
    for example in (rule.failing, *rule.also_failing):
        found = findings(rule, example)
        assert found, example
        assert not any(finding.unknown for finding in found), example
        assert not any("not judged" in finding.message for finding in found), example


@pytest.mark.parametrize("rule", [one for one in RULES if one.values[0].undecided])
def test_a_rule_says_where_it_can_not_decide(rule):
    for example in rule.undecided:
        assert any(finding.unknown for finding in findings(rule, example)), example


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_explains_itself(rule):
    assert len(rule.title) <= 90 and not rule.title.endswith(".")
    assert rule.why.endswith((".", ")")) and rule.fix.endswith(".")
    assert rule.source.startswith(("https://", "docs/", "design"))
    assert (rule.check is None) != (rule.check_stack is None)
    assert bool(rule.types) == (rule.check is not None)
    assert all(name.count(":") >= 1 for name in rule.frameworks)


def test_a_module_of_one_rule_is_called_like_it():
    files = {module.split(".")[-1] for module in modules(package, list(path))}
    ids = {rule.id.partition("-")[2].replace("-", "_") for found in rules_by_service().values() for rule in found}
    assert files - set(rules_by_service()) - {"table", "lambda_"} <= ids


@pytest.mark.parametrize("rule", [one for one in RULES if one.values[0].blocks_in(Profile.BASELINE)])
def test_what_blocks_anybody_rests_on_a_public_control_or_on_what_aws_refuses(rule):
    assert rule.frameworks or rule.risk in (Risk.REFUSAL, Risk.CONFIGURED)


OWNERS = re.compile(r"https://(docs\.aws\.amazon\.com|kubernetes\.io|kubernetes-sigs\.github\.io|www\.pulumi\.com)/.+")
"""Who says of itself what it refuses, and what it does."""


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules() if rule.blocks_in(Profile.STRICT)])
def test_what_blocks_us_rests_on_a_control_or_on_the_word_of_who_runs_it(rule):
    assert rule.frameworks or rule.risk or OWNERS.fullmatch(rule.source)


def test_an_advisory_rule_has_no_risk():
    assert not [rule.id for rule in every_rule() if rule.risk and rule.enforcement is Enforcement.ADVISORY]
