"""Deploys a deployment JSON on the embedded AWS, in this process: a small engine over the provider.

Same verdicts as the real engine for what it covers: creation in dependency order, updates, replacement, deletion in
reverse order, ``ignoreChanges``. (docs/decisions/0500: why the deployment and not the program.)
"""

from __future__ import annotations

import copy
import json
import re
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.lifecycle import META, Lifecycle
from workbench.emulator.statefile import Entry, State
from workbench.emulator.substitution import Substitution

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable

SECRET_KEY = "4dabf18193072939515e22adb298388d"  # noqa: S105 - Pulumi's mark of a special value, not a secret


class DeployError(Exception):
    """A resource could not be brought to its declared state; what was done before it stays recorded."""

    def __init__(self, urn: str, action: str, cause: Exception) -> None:
        self.urn = urn
        super().__init__(f"{urn.rsplit('::', 2)[-2].rsplit('$', 1)[-1]} {urn.rsplit('::', 1)[-1]}: {action}: {cause}")


@dataclass
class Outcome:
    """What a deployment did."""

    actions: Counter[str] = field(default_factory=Counter)
    """"create", "update", "replace", "delete", "same" → number of resources; "validate" for what is not emulated."""
    validated: dict[str, list[str]] = field(default_factory=dict)
    """URN → API calls that were validated, not emulated."""
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """URN → properties that an update or a replacement was about."""


@dataclass
class Deployer:
    """Brings the embedded AWS to what deployments declare."""

    lifecycle: Lifecycle
    state: State = field(default_factory=State)
    progress: Callable[[str, str], None] = lambda action, urn: None
    """Called before each action on a resource."""

    def deploy(self, deployment: dict[str, Any]) -> Outcome:
        """Create, update and delete until the state is what the deployment declares.

        Raises:
            DeployError: At the first resource that fails; a second call goes on from there.
        """
        outcome = Outcome()
        substitution = Substitution()
        declared = [item for item in deployment["deployment"]["resources"] if is_aws(item)]
        for item in declared:
            entry = self.settle(item, substitution.apply(opened(item.get("inputs", {}))), outcome)
            substitution.learn(item.get("id"), entry.id)
            substitution.learn(opened(item.get("outputs", {})), entry.outputs)
        self.prune({item["urn"] for item in declared}, outcome)
        return outcome

    def settle(self, item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> Entry:
        """Bring one resource, with its real inputs, to what is declared; gives its record.

        Raises:
            DeployError: The API or its model refused.
        """
        action = self._settle(item, inputs, outcome)
        entry = self.state.entries[item["urn"]]
        emulated = entry.outputs.get(META, {}).get("emulated", True)
        outcome.actions[action if emulated or action == "same" else "validate"] += 1
        validated = entry.outputs.get(META, {}).get("validated")
        if validated:
            outcome.validated[entry.urn] = validated
        return entry

    def refresh(self) -> list[str]:
        """Bring the state up to date from the API, as `pulumi refresh`; gives the URNs of what is gone."""
        gone = []
        for urn, entry in list(self.state.entries.items()):
            fresh = self.lifecycle.read(entry.type, urn, entry.id, entry.outputs)
            if fresh is None:
                gone.append(urn)
                del self.state.entries[urn]
            else:
                entry.outputs = fresh
        self.state.save()
        return gone

    def destroy(self) -> Outcome:
        """Delete everything that is recorded."""
        outcome = Outcome()
        self.prune(set(), outcome)
        return outcome

    def _settle(self, item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> str:
        urn, token = item["urn"], item["type"]
        entry = self.state.entries.get(urn)
        if entry is None:
            self._create(item, inputs)
            return "create"
        inputs = kept(inputs, entry.inputs, item.get("ignoreChanges", ()))
        checked = self.lifecycle.check(token, urn, inputs)
        change = self.lifecycle.diff(token, entry.outputs, checked)
        if not change.changed:
            entry.dependencies = dependencies_of(item)
            return "same"
        outcome.changed[urn] = change.changed
        if change.replaces:
            self._replace(item, inputs, entry, change.delete_before_replace)
            return "replace"
        self.progress("update", urn)
        try:
            outputs = self.lifecycle.update(token, urn, entry.id, entry.outputs, checked, change.changed)
        except Exception as error:
            raise DeployError(urn, "update", error) from error
        entry.inputs, entry.outputs, entry.dependencies = checked, outputs, dependencies_of(item)
        self.state.save()
        return "update"

    def _create(self, item: dict[str, Any], inputs: dict[str, Any]) -> None:
        urn, token = item["urn"], item["type"]
        self.progress("create", urn)
        interrupted = urn in self.state.pending
        if not interrupted:
            self.state.pending.append(urn)
            self.state.save()
        try:
            checked = self.lifecycle.check(token, urn, inputs)
            created = self.lifecycle.create(token, urn, checked, adopt=interrupted)
        except Exception as error:
            raise DeployError(urn, "create", error) from error
        self.state.entries[urn] = Entry(urn, token, created.id, checked, created.outputs, dependencies_of(item))
        self.state.pending.remove(urn)
        self.state.save()

    def _replace(self, item: dict[str, Any], inputs: dict[str, Any], old: Entry, delete_first: bool) -> None:
        if delete_first:
            for entry in [*self._dependents(old.urn), old]:
                self._delete(entry)
                self.state.entries.pop(entry.urn, None)
                self.state.save()
            self._create(item, inputs)
            return
        self.state.doomed.append(old)
        del self.state.entries[old.urn]
        self._create(item, inputs)

    def _dependents(self, urn: str) -> list[Entry]:
        """Everything that rests on a resource, the outermost first."""
        found: list[Entry] = []
        wanted = {urn}
        for entry in self.state.entries.values():
            if wanted & set(entry.dependencies):
                wanted.add(entry.urn)
                found.append(entry)
        return found[::-1]

    def prune(self, declared: set[str], outcome: Outcome) -> None:
        """Delete what is no longer declared, and what was replaced: dependents before what they depend on."""
        surplus = [entry for urn, entry in self.state.entries.items() if urn not in declared]
        for entry in [*reversed(self._ordered(surplus)), *reversed(self.state.doomed)]:
            self._delete(entry)
            if entry in self.state.doomed:
                self.state.doomed.remove(entry)
            else:
                del self.state.entries[entry.urn]
                outcome.actions["delete"] += 1
            self.state.save()

    def _ordered(self, entries: list[Entry]) -> list[Entry]:
        """Entries so that each comes after what it depends on; creation order where that leaves a choice."""
        by_urn = {entry.urn: entry for entry in entries}
        ordered: dict[str, Entry] = {}

        def place(entry: Entry, above: tuple[str, ...]) -> None:
            for urn in entry.dependencies:
                if urn in by_urn and urn not in ordered and urn not in above:
                    place(by_urn[urn], (*above, entry.urn))
            ordered.setdefault(entry.urn, entry)

        for entry in entries:
            place(entry, ())
        return list(ordered.values())

    def _delete(self, entry: Entry) -> None:
        self.progress("delete", entry.urn)
        try:
            self.lifecycle.delete(entry.type, entry.urn, entry.id, entry.outputs)
        except Exception as error:
            raise DeployError(entry.urn, "delete", error) from error


def is_aws(item: dict[str, Any]) -> bool:
    """Whether a deployment's entry is a resource of the AWS provider (not a component, not a provider)."""
    return bool(item.get("custom")) and str(item["type"]).startswith("aws:")


def dependencies_of(item: dict[str, Any]) -> list[str]:
    """URNs that a resource depends on, for any reason."""
    by_property = item.get("propertyDependencies") or {}
    return sorted({*item.get("dependencies", ()), *(urn for urns in by_property.values() for urn in urns)})


def opened(value: Any) -> Any:
    """A deployment's value without the envelopes around its secrets."""
    if isinstance(value, dict):
        if SECRET_KEY in value:
            plaintext = value.get("plaintext")
            return json.loads(plaintext) if isinstance(plaintext, str) else value.get("value")
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return value


def kept(inputs: dict[str, Any], old: dict[str, Any], ignored: Iterable[str]) -> dict[str, Any]:
    """The inputs with the old values at the ``ignoreChanges`` paths, as the engine puts them before a diff."""
    result = copy.deepcopy(inputs)
    for path in ignored:
        parts = [part.strip("[]\"'") for part in re.findall(r"[^.\[\]]+|\[[^\]]*\]", path)]
        _keep(result, old, parts)
    return result


def _keep(new: Any, old: Any, parts: list[str]) -> None:
    head, rest = parts[0], parts[1:]
    keys: list[Any] = [head]
    if isinstance(new, list) and isinstance(old, list):
        keys = list(range(min(len(new), len(old)))) if head == "*" else [int(head)]
    elif not (isinstance(new, dict) and isinstance(old, dict)):
        return
    elif head == "*":
        keys = list(new.keys() & old.keys())
    for key in keys:
        try:
            if rest:
                _keep(new[key], old[key], rest)
            else:
                new[key] = copy.deepcopy(old[key])
        except (KeyError, IndexError):
            if not rest and isinstance(new, dict):
                new.pop(key, None)
