"""Every rule passes and fails the examples it carries: `.venv/bin/python -m pytest`."""

import pytest
from team_rules import RULES

from policies.testing import contradictions


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_holds_to_its_examples(rule):
    assert contradictions(rule) == []
