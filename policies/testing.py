"""Holds a rule to what it says of itself. For tests, of our rules and of those that other teams add:

import pytest
from policies.testing import contradictions

from team_rules import RULES

@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_a_rule_holds_to_its_examples(rule):
    assert contradictions(rule) == []
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from typing import Final

from policies.assess import assess, run_rule
from policies.context import Context
from policies.examples import Example, example_graph
from policies.finding import Enforcement, Finding
from policies.rule import Rule
from policies.settings import PackConfig

ID: Final = re.compile(r"[a-z][a-z0-9]*(-[a-z0-9]+)+")
LONGEST_TITLE: Final = 90


def findings(rule: Rule, example: Example) -> list[Finding]:
    """What `rule` finds in `example`, under the configuration that its examples ask for."""
    config = rule.example_config or PackConfig()
    graph = example_graph(example)
    if rule.judges_waivers:
        judged = assess(graph, config).violations
        return [violation.finding for violation in judged if violation.rule is rule]
    return run_rule(rule, Context(graph, config))


def contradictions(rule: Rule) -> list[str]:
    """Where `rule` contradicts its examples, or does not explain itself; empty when it is sound.

    A passing example finds nothing, a failing one something that is decided, an undecided one something that is not.
    """
    return [*_of_examples(rule), *_of_words(rule)]


def _of_examples(rule: Rule) -> Iterator[str]:
    for name, example in _named("passing", (rule.passing, *rule.also_passing)):
        for finding in findings(rule, example):
            yield f"{name} does not pass: {finding.message}"
    for name, example in _named("failing", (rule.failing, *rule.also_failing)):
        found = findings(rule, example)
        if not found:
            yield f"{name} passes"
        for finding in found:
            if finding.unknown:
                yield f"{name} is not decided: {finding.message}"
            elif finding.message.startswith("not judged"):
                yield f"{name} fails for another reason: {finding.message}"
    for name, example in _named("undecided", rule.undecided):
        if not any(finding.unknown for finding in findings(rule, example)):
            yield f"{name} is decided"


def _of_words(rule: Rule) -> Iterator[str]:
    if not ID.fullmatch(rule.id):
        yield "id is no topic-what-must-hold, in small letters"
    if len(rule.title) > LONGEST_TITLE or rule.title.endswith("."):
        yield f"title is no statement of {LONGEST_TITLE} characters at most, without a full stop"
    if not rule.why.endswith((".", ")")) or not rule.fix.endswith("."):
        yield "why and fix are no sentences"
    if (rule.check is None) == (rule.check_stack is None):
        yield "it needs either check or check_stack"
    if bool(rule.types) != (rule.check is not None):
        yield "types are for check, and check needs them"
    if not all(":" in name for name in rule.frameworks):
        yield "frameworks are no <framework>:<control>"
    if rule.risk is not None and rule.enforcement is Enforcement.ADVISORY:
        yield "an advisory rule has no risk"


def _named(kind: str, examples: Sequence[Example]) -> Iterator[tuple[str, Example]]:
    for number, example in enumerate(examples, 1):
        yield f"{kind} example {number} of {len(examples)}", example
