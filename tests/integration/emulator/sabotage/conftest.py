"""A deployed stack to be sabotaged: one piece at a time, and put right again afterwards.

A scenario that cannot fail says nothing. Each test changes what the stack is, live and in the state, plays a scenario,
and wants to see the one demand fail that stands for the criterion.
"""

from __future__ import annotations

import contextlib
import copy
import json
from collections.abc import Callable, Iterator
from dataclasses import replace
from typing import Any

import pytest

from policies.rules._workflows import machines
from policies.rules.sfn.states_complete import reached
from workbench.emulator.behaviour.account import Account
from workbench.emulator.deploy import Deployer
from workbench.emulator.program import deploy_program
from workbench.emulator.rehearsal import Played, lifecycle_of, play
from workbench.emulator.seed import ids_in
from workbench.emulator.stage import Stage, Status, logical_name
from workbench.emulator.statefile import Entry
from workbench.emulator.world import embedded_aws
from workbench.preview.settings import settings_of

Sabotage = Callable[["Live"], contextlib.AbstractContextManager[object]]


class Live:
    """A stack on the embedded AWS."""

    def __init__(self, deployer: Deployer, stack: str) -> None:
        self.deployer = deployer
        self.stack = stack
        self.settings = settings_of(stack, {})
        self.since = 0

    def play(self, name: str) -> Played:
        """Play a scenario on the stack as it is."""
        stage = Stage(self.deployer, self.stack, self.settings, Account(self.deployer), {}, self.since)
        played = play(name, stage)
        self.since = 0  # whatever a sabotage moved is put right by the next reset
        return played

    def entry(self, kind: str, part: str) -> Entry:
        """The resource whose type ends in a kind and whose logical name holds a part."""
        found = [
            entry
            for entry in self.deployer.state.entries.values()
            if entry.type.endswith(f":{kind}") and part in logical_name(entry.urn)
        ]
        assert len(found) == 1, f"{kind} {part}: {[logical_name(entry.urn) for entry in found]}"
        return found[0]

    @contextlib.contextmanager
    def altered(self, kind: str, part: str, **properties: Any) -> Iterator[None]:
        """For the time of a ``with`` some properties are others; a function makes them of what they are."""
        entry = self.entry(kind, part)
        before = replace(entry, inputs=copy.deepcopy(entry.inputs), outputs=copy.deepcopy(entry.outputs))
        after = {
            **copy.deepcopy(entry.inputs),
            **{
                key: value(copy.deepcopy(entry.inputs.get(key))) if callable(value) else value
                for key, value in properties.items()
            },
        }
        after = {key: value for key, value in after.items() if value is not None}
        lifecycle = self.deployer.lifecycle
        entry.outputs = lifecycle.update(entry.type, entry.urn, entry.id, entry.outputs, after, list(properties))
        entry.inputs = after
        try:
            yield
        finally:
            lifecycle.update(entry.type, entry.urn, entry.id, entry.outputs, before.inputs, list(properties))
            entry.inputs, entry.outputs = before.inputs, before.outputs

    @contextlib.contextmanager
    def redefined(self, part: str, change: Callable[[dict[str, Any]], object]) -> Iterator[None]:
        """For the time of a ``with`` a state machine is defined otherwise; ``change`` gets its states."""

        def changed(text: str) -> str:
            definition = json.loads(text)
            change(definition["States"])
            # AWS takes no state that nothing leads to any more.
            for level in list(machines(definition)):
                kept = reached(level)
                level["States"] = {name: state for name, state in level["States"].items() if name in kept}
            return json.dumps(definition)

        with self.altered("StateMachine", part, definition=changed):
            yield

    @contextlib.contextmanager
    def without(self, kind: str, part: str) -> Iterator[None]:
        """For the time of a ``with`` a resource is gone from AWS, and the state does not know it."""
        entry = self.entry(kind, part)
        lifecycle = self.deployer.lifecycle
        lifecycle.delete(entry.type, entry.urn, entry.id, entry.outputs)
        try:
            yield
        finally:
            made = lifecycle.create(entry.type, entry.urn, entry.inputs)
            assert made.id == entry.id, "it comes back as another one: sabotage it in another way"
            entry.outputs = made.outputs

    @contextlib.contextmanager
    def forgotten(self, kind: str, part: str) -> Iterator[None]:
        """For the time of a ``with`` the state has no such resource; for what is only validated."""
        entry = self.entry(kind, part)
        order = dict(self.deployer.state.entries)
        del self.deployer.state.entries[entry.urn]
        try:
            yield
        finally:
            self.deployer.state.entries = order


@contextlib.contextmanager
def deployed(stack: str) -> Iterator[Live]:
    """All of a stack, for the time of a ``with``."""
    settings = settings_of(stack, {})
    with embedded_aws(settings.region, ids_in(settings.model_dump(mode="json"))) as api:
        deployer = Deployer(lifecycle_of(settings, api))
        deploy_program(deployer, stack, overrides={})
        yield Live(deployer, stack)


@pytest.fixture(scope="module")
def live() -> Iterator[Live]:
    """All of dev, deployed once a file."""
    with deployed("dev") as stack:
        yield stack


@pytest.fixture
def broken(live: Live) -> Callable[[str, Sabotage], list[str]]:
    """`broken(scenario, sabotage)`: the demands that fail while a stack is sabotaged."""

    def demands(name: str, sabotage: Sabotage) -> list[str]:
        with sabotage(live):
            played = live.play(name)
        assert played.error == "", "a sabotaged stack has to be judged, not to break the scenario"
        assert played.status is Status.FAILED
        return [check.what for check in played.checks if check.status is Status.FAILED] + [played.missing]

    return demands
