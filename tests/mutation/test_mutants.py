"""Something notices what makes the stack unsafe, unreliable or dear; the few mutants that survive have reasons."""

import json
import re
from collections import Counter, defaultdict
from contextlib import ExitStack
from functools import partial
from pathlib import Path

import depth
import pytest
from declared import departures
from rejudged import Readers

from deployment.garbage import no_garbage_collection
from deployment.kept import FOLDER_VARIABLE
from deployment.reader import graph_from_json
from deployment.tokens import STATE_MACHINE
from policies.assess import assess, config_of, level_of, rules_for, run_rule
from policies.context import Context
from policies.finding import Enforcement
from policies.promises import rollout
from policies.promises._rehearsal import moves_traffic
from policies.promises.rollout import story_holds
from policies.registry import promises
from policies.rules import _budget
from policies.rules._shapes import shaped
from policies.rules._workflows import definition

from .mutants import mutants, unclassified
from .rollouts import Rollouts

STACKS = ("dev", "prod", "parked", "k8s")
SMALLEST_RATIO = 0.97
SCHEMA = ("governance-required-properties", "governance-values-allowed")
PROMISED = {rule.id for rule in promises()}
DECLARED = "what the stacks declare"
"""Asked as the rules are."""
COMPARED = 100
"""Of so many mutants one is judged whole, and has to be found the same of."""
SURVIVORS = Path(__file__).parents[2] / "docs" / "mutation-survivors.md"


def documented(stack):
    """Patterns of the survivors of `stack` that docs/mutation-survivors.md explains."""
    rows = re.findall(r"^\| ([a-z0-9, ]+) \| `([^`]+)` \|", SURVIVORS.read_text(encoding="utf-8"), re.M)
    return [re.compile(pattern) for stacks, pattern in rows if stack in stacks.split(", ")]


def findings(document):
    """What the pack says, waived or not; the dollars are part of what a budget rule says."""
    assessment = assess(graph_from_json(document, "a mutant"))
    entries = [*assessment.violations, *(waived.violation for waived in assessment.waived)]
    return keys((entry.rule, entry.finding) for entry in entries)


def keys(found):
    return {
        (rule.id, finding.urn, finding.property_path, finding.message if rule.topic == "cost" else "")
        for rule, finding in found
        if not finding.unknown and rule.id != "governance-waivers-used"
    }


class Judge:
    """What the pack finds in mutants of one stack and not in the stack, and which rule notices one first."""

    def __init__(self, recorded):
        self.before = findings(recorded)
        graph = graph_from_json(recorded, "the stack")
        self.departures = set(departures(graph))
        self.config = config_of(graph)
        context = self.context(graph)
        # Those about waivers see the rules' findings and no mutant; one is left out, the other knows the file alone.
        self.rules = {
            rule.id: rule
            for rule in rules_for(context)
            if not rule.judges_waivers and level_of(rule, context) is not Enforcement.DISABLED
        }
        asked = {name: partial(run_rule, rule) for name, rule in self.rules.items()}
        asked[DECLARED] = lambda context: list(departures(context.graph))
        self.readers = Readers(recorded, self.context, asked)
        # What reads little of the stack is quick: rehearsals, chains of permissions and whole estimates read much.
        self.order = sorted(self.rules, key=lambda name: (len(self.readers.read[name]), name))
        self.noticed = defaultdict(dict)
        """Change → the rules that noticed it in another resource, which will notice it in this one too."""
        self.rollouts = [
            Rollouts(shaped(machine.get("definition"))[0], story_holds(context))
            for machine in graph.of_type(*STATE_MACHINE)
            if moves_traffic(definition(machine))
        ]

    def departs(self, graph):
        """Whether a mutant differs from what the stacks declare where the stack itself does not."""
        return any(one not in self.departures for one in departures(graph))

    def context(self, graph):
        return Context(graph, self.config)

    def new(self, change, mutant):
        """What is found in `mutant` alone, rule by rule, the likeliest and then the quickest first.

        Also its graph, and whether that departs from what the stacks declare.
        """
        graph, names = self.readers.changed(mutant)
        return self.found(change, self.context(graph), names), graph, DECLARED in names and self.departs(graph)

    def found(self, change, context, names):
        noticed = self.noticed[change]
        with no_garbage_collection(), ExitStack() as stack:
            for one in self.rollouts:
                stack.enter_context(one.patched(one.again))
            for name in dict.fromkeys([*noticed, *self.order]):
                if name in names:
                    rule = self.rules[name]
                    if found := keys((rule, finding) for finding in run_rule(rule, context)) - self.before:
                        noticed[name] = True
                    yield found


@pytest.mark.parametrize("stack", STACKS)
def test_every_type_of_the_stack_is_mutated_or_known_to_be_kept(deployment, stack):
    assert unclassified(deployment(stack)) == set()


def noticed_by(said):
    """Kind of the rule that noticed."""
    for kind, which in (
        ("schema", lambda rule_id: rule_id in SCHEMA),
        ("budget", lambda rule_id: rule_id.startswith("cost-")),
        ("promise", PROMISED.__contains__),
    ):
        if any(which(rule_id) for rule_id, *_ in said):
            return kind
    return "rule"


@pytest.mark.slow
@pytest.mark.parametrize("stack", STACKS)
def test_each_mutant_is_noticed_by_something(deployment, stack, monkeypatch):
    recorded = deployment(stack)
    monkeypatch.setenv(FOLDER_VARIABLE, "")  # what mutants give is kept for nobody
    # Advice takes many prices of each mutant, and no mutant is noticed by the advice alone.
    monkeypatch.setattr(_budget, "_way_back", lambda *asked: ("", "advice"))
    judge = Judge(recorded)
    told = Counter()
    survivors = []
    rows = documented(stack)
    every = [(name, mutant, any(row.fullmatch(name) for row in rows)) for name, mutant in mutants(recorded)]
    searched = depth.tried([one for one in every if not one[2]])
    for number, (name, mutant, _) in enumerate([*searched, *(one for one in every if one[2])]):
        found, graph, departs = judge.new(name.partition(": ")[2], mutant)
        whole = number % COMPARED == 0
        # A comparison with what the stack declares takes no time; of the rules, one that notices it is enough.
        said = set() if departs and not whole else next(filter(None, found), set())
        if whole:
            assert said.union(*found) == findings(mutant) - judge.before
            assert departs == judge.departs(graph)
        found.close()
        if departs:
            told["component test"] += 1
        elif said:
            told[noticed_by(said)] += 1
        else:
            survivors.append(name)
    print(f"{stack}: {told.total()} of {len(every)} mutants noticed, by {dict(told.most_common())}; {survivors=}")
    assert len(every) > 400
    assert 1 - len(survivors) / len(every) >= SMALLEST_RATIO
    assert [name for name in survivors if not any(row.fullmatch(name) for row in rows)] == []
    assert [row.pattern for row in rows if not any(row.fullmatch(name) for name in survivors)] == []


DAMAGES = {
    "all is well": ("Is time over", "Read samples"),
    "an alarm goes off": ("Is set back", "Not set back"),
    "an alarm is gone": ("Is set back", "Not set back"),
    "somebody aborts": ("Obey", "Read window again"),
    "the canary is slow": ("Judge", "Next step"),
    "the canary dies": ("Is set back", "Not set back"),
    "too few requests for a verdict": ("Is unclear for too long", "Watch"),
    "the canary is never healthy": ("Is canary healthy", "Switch flag"),
    "an alarm is on before it starts": ("Is alarm on before step", "Read window"),
    "calls fail for a moment": "Retry",
    "a call fails for good": "Catch",
    "a window opens, then somebody holds": ("Does clock stop", "Count poll"),
    "another rollout runs": ("Which action", "Read stable size"),
    "it is started to abort": ("Is this the rollout", "Read last word"),
}
"""Scenario -> a damage to dev's state machine that it has to notice: a choice that goes one way, whatever it is asked,
or a key that no state has any more. Most mutants of a definition are noticed by several scenarios, so that one which
never complains is not missed above."""


def damaged(part, damage):
    if isinstance(part, list):
        return [damaged(one, damage) for one in part]
    if not isinstance(part, dict):
        return part
    state, follower = damage if isinstance(damage, tuple) else (None, None)
    return {
        key: {"Type": "Pass", "Next": follower} if key == state and "Choices" in value else damaged(value, damage)
        for key, value in part.items()
        if key != damage
    }


@pytest.mark.parametrize("scenario", rollout.SCENARIOS)
def test_each_scenario_of_a_rollout_notices_its_damage(deployment, scenario):
    context = Context(graph_from_json(deployment("dev"), "dev"))
    (machine,) = [one for one in context.graph.of_type(*STATE_MACHINE) if moves_traffic(definition(one))]
    document = json.loads(shaped(machine.get("definition"))[0])
    judge = rollout.SCENARIOS[scenario]
    assert judge(rollout.Rollout(document, story_holds(context))) == ""
    assert judge(rollout.Rollout(damaged(document, DAMAGES[scenario]), story_holds(context)))
