"""Rehearses mutants of a rollout's definition, and runs again only what reads the part that changed.

A run in virtual time is a function of the world that it begins in, of its input, and of what it reads of the
definition. Where a mutant differs in nothing that a run of the definition itself read, that run ends as it did.
"""

import contextlib
import json
from unittest.mock import patch

from rejudged import WHOLE, NotingDict, noting

from policies.promises import rollout

COMPARED = 200
"""Of so many runs that are not repeated one is, and has to end the same."""
KEY = KeyError("nothing, which is not null")


def _before(world):
    return repr({name: value for name, value in vars(world).items() if name != "failing"})


def _after(world, execution):
    return _before(world), execution.status, str(execution.error), execution.history


class Rollouts:
    """Runs of the scenarios of one definition."""

    def __init__(self, text, story):
        self.text, self.document = text, json.loads(text)
        self.scenario = ""
        self.runs = {}
        self.asked = self.differing = None
        self.answered = 0
        self.run_it = rollout.run
        one = rollout.Rollout(self.document, story)
        with self.patched(self.record):
            for judge in rollout.SCENARIOS.values():
                judge(one)

    @contextlib.contextmanager
    def patched(self, run):
        scenarios = {name: self.scene(name, judge) for name, judge in rollout.SCENARIOS.items()}
        with patch.object(rollout, "run", run), patch.dict(rollout.SCENARIOS, scenarios):
            yield

    def scene(self, name, judge):
        def judged(one):
            self.scenario = name
            return judge(one)

        return judged

    def key(self, given, world):
        return self.scenario, repr(given), _before(world)

    def record(self, document, given, world, change=None):
        key = self.key(given, world)
        assert key not in self.runs
        states = {name: NotingDict(state, name) for name, state in document["States"].items()}
        with noting() as read:
            execution = self.run_it({**document, "States": states}, given, world, change)
        self.runs[key] = read, execution, vars(world).copy()
        return execution

    def again(self, document, given, world, change=None):
        """What `rollout.run` gives."""
        if document is not self.asked:
            self.asked, self.differing = document, self.differences(document)
        read, execution, ended = self.runs.get(self.key(given, world), (None, None, None))
        if read is None or self.differing is None or read & self.differing:
            return self.run_it(document, given, world, change)
        self.answered += 1
        if self.answered % COMPARED == 0:
            repeated = self.run_it(document, given, world, change)
            ran = _after(world, repeated)
        vars(world).update({name: value for name, value in ended.items() if name != "failing"})
        assert self.answered % COMPARED or ran == _after(world, execution)
        return execution

    def differences(self, document):
        """(state, field) of what differs; None where the scenarios themselves may do something else."""
        ours, theirs = self.document["States"], document["States"]
        asked = [({*rollout._calls(one)}, rollout._parameters(one)) for one in (self.document, document)]
        outside = [{**one, "States": None} for one in (self.document, document)]
        if ours.keys() != theirs.keys() or asked[0] != asked[1] or repr(outside[0]) != repr(outside[1]):
            return None
        found = set()
        for name, state in ours.items():
            other = theirs[name]
            fields = {
                key for key in {*state, *other} if repr(state.get(key, KeyError)) != repr(other.get(key, KeyError))
            }
            found |= {(name, key) for key in fields} | ({(name, WHOLE)} if fields else set())
        return found
