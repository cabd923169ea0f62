"""Something notices what makes the stack unsafe, unreliable or dear; the few mutants that survive have reasons."""

import re
from collections import Counter
from pathlib import Path

import pytest
from declared import departures

from deployment.reader import graph_from_json
from policies.assess import assess
from policies.registry import promises

from .mutants import mutants, unclassified

STACKS = ("dev", "prod", "parked", "k8s")
SMALLEST_RATIO = 0.97
SCHEMA = ("governance-required-properties", "governance-values-allowed")
SURVIVORS = Path(__file__).parents[2] / "docs" / "mutation-survivors.md"


def documented(stack):
    """Patterns of the survivors of `stack` that docs/mutation-survivors.md explains."""
    rows = re.findall(r"^\| ([a-z0-9, ]+) \| `([^`]+)` \|", SURVIVORS.read_text(encoding="utf-8"), re.M)
    return [re.compile(pattern) for stacks, pattern in rows if stack in stacks.split(", ")]


def findings(document):
    """What the pack says, waived or not; the dollars are part of what a budget rule says."""
    assessment = assess(graph_from_json(document, "a mutant"))
    entries = [*assessment.violations, *(waived.violation for waived in assessment.waived)]
    return {
        (
            entry.rule.id,
            entry.finding.urn,
            entry.finding.property_path,
            entry.finding.message if entry.rule.topic == "cost" else "",
        )
        for entry in entries
        if not entry.finding.unknown and entry.rule.id != "governance-waivers-used"
    }


@pytest.mark.parametrize("stack", STACKS)
def test_every_type_of_the_stack_is_mutated_or_known_to_be_kept(deployment, stack):
    assert unclassified(deployment(stack)) == set()


def noticed_by(said):
    """What a reader of the table takes for the first line of defence of those that noticed."""
    promised = {rule.id for rule in promises()}
    for kind, which in (
        ("schema", lambda rule_id: rule_id in SCHEMA),
        ("budget", lambda rule_id: rule_id.startswith("cost-")),
        ("promise", lambda rule_id: rule_id in promised),
    ):
        if any(which(rule_id) for rule_id, *_ in said):
            return kind
    return "rule"


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_each_mutant_is_noticed_by_something(deployment, stack):
    recorded = deployment(stack)
    before = findings(recorded)
    told = Counter()
    survivors = []
    for name, mutant in mutants(recorded):
        if said := findings(mutant) - before:
            told[noticed_by(said)] += 1
        elif any(departures(graph_from_json(mutant, "a mutant"))):
            told["component test"] += 1
        else:
            survivors.append(name)
    total = told.total() + len(survivors)
    print(f"{stack}: {told.total()} of {total} mutants noticed, by {dict(told.most_common())}; survivors: {survivors}")
    assert total > 400
    assert 1 - len(survivors) / total >= SMALLEST_RATIO
    rows = documented(stack)
    assert [name for name in survivors if not any(row.fullmatch(name) for row in rows)] == []
    assert [row.pattern for row in rows if not any(row.fullmatch(name) for name in survivors)] == []
