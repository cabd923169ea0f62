"""Deploys a deployment JSON on the emulated AWS, in this process: a small engine over the provider.

Same verdicts as the real engine for what it covers: creation in dependency order, updates, replacement (before or after
the deletion), deletion in reverse order, and the options of options.py. (docs/decisions/0500: why the deployment and
not the program.) One thing more than the real engine: what an interrupted run left behind is found and taken over, or
deleted where it is no longer wanted.
"""

from __future__ import annotations

import dataclasses
import json
from collections import Counter
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deployment.errors import InputError
from deployment.values import HIDDEN_VALUE, SIGNATURE_KEY
from workbench.emulator.deletion import in_deletion_order, resting_on
from workbench.emulator.lifecycle import META, Lifecycle, NothingMadeError
from workbench.emulator.options import Options, kept
from workbench.emulator.statefile import Entry, State
from workbench.emulator.substitution import Substitution

if TYPE_CHECKING:
    from collections.abc import Callable

DELETION_PROTECTION = "enableDeletionProtection"
"""Input of a load balancer that AWS does not delete while it is set."""

PACKAGES = ("aws:", "kubernetes:")
"""Beginnings of the types that are made here."""


class DeployError(Exception):
    """A resource could not be brought to its declared state; what was done before it stays recorded."""

    def __init__(self, urn: str, action: str, cause: Exception) -> None:
        self.urn = urn
        super().__init__(f"{urn.rsplit('::', 2)[-2].rsplit('$', 1)[-1]} {urn.rsplit('::', 1)[-1]}: {action}: {cause}")


class ProtectedError(Exception):
    """A resource is protected from deletion, and from the replacement that takes one."""

    def __init__(self) -> None:
        super().__init__(
            "it is protected: take `protect` off in the program and deploy that first, or run `pulumi state unprotect`"
        )


@dataclass
class Outcome:
    """What a deployment did."""

    actions: Counter[str] = field(default_factory=Counter)
    """"create", "update", "replace", "delete", "same" → number of resources; "validate" for what is not emulated."""
    validated: dict[str, list[str]] = field(default_factory=dict)
    """URN → API calls that were validated, not emulated."""
    changed: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """URN → properties that an update or a replacement was about."""
    replaced: set[str] = field(default_factory=set)
    """URNs that this deployment replaces."""


@dataclass
class Deployer:
    """Brings the emulated AWS to what deployments declare."""

    lifecycle: Lifecycle
    state: State = field(default_factory=State)
    progress: Callable[[str, str], None] = lambda action, urn: None
    """Called before each action on a resource."""

    def deploy(self, deployment: dict[str, Any]) -> Outcome:
        """Create, update and delete until the state is what the deployment declares.

        Raises:
            deployment.errors.InputError: Inputs that the file keeps secret; nothing is deployed.
            DeployError: At the first resource that fails; a second call goes on from there.
        """
        outcome = Outcome()
        substitution = Substitution()
        declared = [item for item in deployment["deployment"]["resources"] if is_emulated(item)]
        kept_back = [
            f"{item['urn']}: {path}: the deployment keeps it secret, and what stands in its place would be deployed; "
            "`pulumi stack export --show-secrets` writes what it is"
            for item in declared
            for path in _kept_back(opened(item.get("inputs", {})))
        ]
        if kept_back:
            raise InputError(*kept_back)
        for item in declared:
            if "replacementTrigger" in item:
                item = {**item, "replacementTrigger": substitution.apply(opened(item["replacementTrigger"]))}
            entry = self.settle(item, substitution.apply(opened(item.get("inputs", {}))), outcome)
            substitution.learn(item.get("id"), entry.id)
            substitution.learn(opened(item.get("outputs", {})), entry.outputs)
        self.prune({item["urn"] for item in declared}, outcome)
        return outcome

    def settle(self, item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> Entry:
        """Bring one resource, with its real inputs, to what is declared; gives its record.

        Raises:
            DeployError: The API or its model refused, or the resource is protected.
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
                # Inputs as well, as the provider's Read answers them: what is ignored keeps its live value.
                entry.inputs = {name: fresh.get(name, value) for name, value in entry.inputs.items()}
        self.state.save()
        return gone

    def unprotect(self) -> None:
        """Let everything be deleted: `pulumi state unprotect --all`, and an update without deletion protection."""
        for entry in self.state.entries.values():
            entry.options = dataclasses.replace(entry.options, protect=False)
            if entry.inputs.get(DELETION_PROTECTION):
                inputs = {**entry.inputs, DELETION_PROTECTION: False}
                entry.outputs = self.lifecycle.update(
                    entry.type, entry.urn, entry.id, entry.outputs, inputs, [DELETION_PROTECTION]
                )
                entry.inputs = inputs
        self.state.save()

    def destroy(self) -> Outcome:
        """Delete everything that is recorded.

        Raises:
            DeployError: The API refused, or a resource is protected.
        """
        outcome = Outcome()
        self.prune(set(), outcome)
        return outcome

    def _settle(self, item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> str:
        urn, token, options = item["urn"], item["type"], Options.of(item)
        entry = self.state.entries.get(urn)
        if entry is None:
            self._create(urn, token, inputs, options)
            return "replace" if urn in outcome.replaced else "create"
        checked = self.lifecycle.check(token, urn, kept(inputs, entry.inputs, options.ignore_changes), entry.inputs)
        change = self.lifecycle.diff(token, entry.outputs, checked, options.ignore_changes)
        if change.replaces or options.demands_replacement(entry.options, change.changed, outcome.replaced):
            outcome.changed[urn] = change.changed
            if options.delete_before_replace is not None:
                delete_first = options.delete_before_replace
            else:
                delete_first = change.delete_before_replace
            # The engine starts from the declared inputs again: what was ignored is ignored for updates only.
            self._replace(entry, inputs, options, outcome, delete_first=delete_first)
            return "replace"
        if not change.changed:
            entry.options = options
            return "same"
        outcome.changed[urn] = change.changed
        self.progress("update", urn)
        try:
            outputs = self.lifecycle.update(token, urn, entry.id, entry.outputs, checked, change.changed)
        except Exception as error:
            raise DeployError(urn, "update", error) from error
        entry.inputs, entry.outputs, entry.options = checked, outputs, options
        self.state.save()
        return "update"

    def _create(self, urn: str, token: str, inputs: dict[str, Any], options: Options) -> None:
        self.progress("create", urn)
        begun = self.state.pending.get(urn)
        predecessor = next((entry.id for entry in reversed(self.state.doomed) if entry.urn == urn), "")
        try:
            # A generated name differs from that of the resource that is being replaced, which still exists.
            checked = self.lifecycle.check(token, urn, inputs, seed=predecessor.encode())
            if begun is not None and begun.inputs != checked:
                self._discard(begun)
                begun = None
            self.state.pending[urn] = Entry(urn, token, "", checked, {}, options)
            self.state.save()
            created = self.lifecycle.create(
                token, urn, checked, adopt=begun is not None, taken=self.state.ids(token), attempt=predecessor
            )
        except NothingMadeError as error:
            del self.state.pending[urn]
            self.state.save()
            raise DeployError(urn, "create", error) from error
        except Exception as error:
            raise DeployError(urn, "create", error) from error
        self.state.entries[urn] = Entry(urn, token, created.id, checked, created.outputs, options)
        del self.state.pending[urn]
        self.state.save()

    def _replace(
        self, old: Entry, inputs: dict[str, Any], options: Options, outcome: Outcome, *, delete_first: bool
    ) -> None:
        if options.protect and old.options.protect:
            raise DeployError(old.urn, "replace", ProtectedError())
        outcome.replaced.add(old.urn)
        if delete_first:
            condemned = resting_on(old, self.state.entries.values())
            for entry in condemned:
                if entry.options.protect:
                    raise DeployError(old.urn, f"replace together with {entry.name}", ProtectedError())
            for entry in [*condemned, old]:
                outcome.replaced.add(entry.urn)
                self._delete(entry, outcome.replaced)
                del self.state.entries[entry.urn]
                self.state.save()
        else:
            self.state.doomed.append(old)
            del self.state.entries[old.urn]
        self._create(old.urn, old.type, inputs, options)

    def prune(self, declared: set[str], outcome: Outcome) -> None:
        """Delete what is no longer declared, and what was replaced: dependents before what they depend on.

        Raises:
            DeployError: The API refused, or a resource is protected.
        """
        for urn in [urn for urn in self.state.pending if urn not in declared]:
            self._condemn(self.state.pending[urn])
        surplus = [entry for urn, entry in self.state.entries.items() if urn not in declared]
        gone = {entry.urn for entry in surplus}
        for entry in in_deletion_order([*surplus, *self.state.doomed]):
            if entry in self.state.doomed:
                self._delete(entry, gone)
                self.state.doomed.remove(entry)
            else:
                if entry.options.protect:
                    raise DeployError(entry.urn, "delete", ProtectedError())
                self._delete(entry, gone)
                del self.state.entries[entry.urn]
                outcome.actions["delete"] += 1
            self.state.save()
        self.state.save()

    def _condemn(self, begun: Entry) -> None:
        """Let go of a creation that nobody wants any more; what it left behind is deleted with everything else."""
        found = self._left_behind(begun)
        if found is not None:
            self.state.doomed.append(found)
        del self.state.pending[begun.urn]
        self.state.save()

    def _discard(self, begun: Entry) -> None:
        """Delete what an interrupted creation with other inputs left behind."""
        found = self._left_behind(begun)
        if found is not None:
            self._delete(found, set())
        del self.state.pending[begun.urn]
        self.state.save()

    def _left_behind(self, begun: Entry) -> Entry | None:
        try:
            found = self.lifecycle.left_behind(begun.type, begun.urn, begun.inputs, self.state.ids(begun.type))
        except Exception as error:
            raise DeployError(begun.urn, "look for what an interrupted creation left", error) from error
        return dataclasses.replace(begun, id=found.id, outputs=found.outputs) if found is not None else None

    def _delete(self, entry: Entry, with_it: set[str]) -> None:
        """Delete a resource, unless it is to be retained or goes with another of those that are deleted."""
        self.progress("delete", entry.urn)
        if entry.options.retain_on_delete or entry.options.deleted_with in with_it:
            return
        try:
            self.lifecycle.delete(entry.type, entry.urn, entry.id, entry.outputs)
        except Exception as error:
            raise DeployError(entry.urn, "delete", error) from error


def is_emulated(item: dict[str, Any]) -> bool:
    """Whether a deployment's entry is a resource of AWS or of a cluster (not a component, not a provider)."""
    return bool(item.get("custom")) and str(item["type"]).startswith(PACKAGES)


def opened(value: Any) -> Any:
    """A deployment's value without the envelopes around its secrets; of what is encrypted, that it is one."""
    if isinstance(value, dict):
        if SIGNATURE_KEY in value:
            plaintext = value.get("plaintext")
            return (
                json.loads(plaintext)
                if isinstance(plaintext, str)
                else value.get("value", HIDDEN_VALUE if "ciphertext" in value else None)
            )
        return {key: opened(item) for key, item in value.items()}
    if isinstance(value, list):
        return [opened(item) for item in value]
    return value


def _kept_back(value: Any, path: str = "") -> list[str]:
    """Where an opened value has nothing but the word that there is a secret."""
    if isinstance(value, dict):
        return [at for key, item in value.items() for at in _kept_back(item, f"{path}.{key}" if path else str(key))]
    if isinstance(value, list):
        return [at for index, item in enumerate(value) for at in _kept_back(item, f"{path}[{index}]")]
    return [path] if value == HIDDEN_VALUE else []
