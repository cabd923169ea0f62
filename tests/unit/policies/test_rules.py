"""Every rule passes and fails the examples it carries, explains itself, and blocks only where it may."""

import importlib

import pytest

from policies.finding import Profile, Risk
from policies.registry import every_rule, modules, rules, rules_by_service
from policies.rules import __name__ as package
from policies.rules import __path__ as path
from policies.testing import contradictions

RULES = [pytest.param(rule, id=rule.id) for rule in every_rule()]


@pytest.mark.parametrize("rule", RULES)
def test_a_rule_holds_to_its_examples_and_explains_itself(rule):
    assert contradictions(rule) == []
    assert rule.source.startswith(("https://", "docs/", "design"))


def test_a_module_of_one_rule_is_called_like_it():
    named = (module for module in modules(package, list(path)) if hasattr(importlib.import_module(module), "RULE"))
    files = {module.split(".")[-1] for module in named}
    ids = {rule.id.partition("-")[2].replace("-", "_") for found in rules_by_service().values() for rule in found}
    assert files and files - set(rules_by_service()) <= ids


@pytest.mark.parametrize("rule", [one for one in RULES if one.values[0].blocks_in(Profile.BASELINE)])
def test_what_blocks_anybody_rests_on_a_public_control_or_on_what_aws_refuses(rule):
    assert rule.frameworks or rule.risk in (Risk.REFUSAL, Risk.CONFIGURED)


@pytest.mark.parametrize("rule", [pytest.param(rule, id=rule.id) for rule in rules() if rule.blocks_in(Profile.STRICT)])
def test_what_blocks_us_names_a_control_or_who_refuses_it_or_our_own_configuration(rule):
    named = rule.frameworks or rule.refused_by or rule.risk is Risk.CONFIGURED
    assert named, f"{rule.id} blocks: give it frameworks or refused_by, or make it advisory (policies/rules)"


def test_what_is_refused_says_by_whom():
    assert not [rule.id for rule in every_rule() if rule.risk is Risk.REFUSAL and not rule.refused_by]
