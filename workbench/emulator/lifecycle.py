"""Creates, reads, changes and deletes resources of any type, as their table rows say.

This is the provider without its Pulumi clothes: plain dictionaries in and out, so that the same code serves the
in-process deploy and the real engine.
"""

from __future__ import annotations

import hashlib
import json
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deployment.urn import name_of
from workbench.emulator import calls, leftbehind, mapping
from workbench.emulator.errors import had_no_effect
from workbench.emulator.errors import is_gone as is_gone
from workbench.emulator.expressions import search
from workbench.emulator.live import META as META
from workbench.emulator.live import compare, different, live_view, outputs_of
from workbench.emulator.registry import type_for
from workbench.emulator.resource_type import AwsType, Context, is_template, resolve

if TYPE_CHECKING:
    from collections.abc import Collection, Iterable

    from workbench.emulator.api import Api


class NothingMadeError(Exception):
    """A creation failed and nothing of it is left: the next one need not look for anything."""


@dataclass(frozen=True)
class Change:
    """What an update would do to a resource."""

    changed: tuple[str, ...] = ()
    replaces: tuple[str, ...] = ()
    delete_before_replace: bool = False


@dataclass(frozen=True)
class Created:
    """A resource that exists, or one that could only be validated."""

    id: str
    outputs: dict[str, Any]


@dataclass
class Lifecycle:
    """The operations of a provider over one API."""

    api: Api
    validated: dict[str, list[str]] = field(default_factory=dict)
    """URN → calls that were validated but that the emulator cannot carry out."""

    def check(
        self,
        token: str,
        urn: str,
        inputs: dict[str, Any],
        old_inputs: dict[str, Any] | None = None,
        *,
        seed: bytes = b"",
    ) -> dict[str, Any]:
        """The inputs with the provider's defaults, and a generated name where one is missing: the old one, if any.

        Raises:
            UnknownTypeError: The emulator does not know the type.
        """
        row = type_for(token)
        checked = {key: value for key, value in inputs.items() if value is not None}
        for name, value in row.defaults.items():
            checked.setdefault(name, value)
        if row.name_property and row.name_property not in checked and f"{row.name_property}Prefix" not in checked:
            suffix = hashlib.sha256(urn.encode() + seed).hexdigest()[:7]
            logical = name_of(urn)
            old_name = (old_inputs or {}).get(row.name_property)
            checked[row.name_property] = old_name or f"{logical[: row.name_length - 8]}-{suffix}"
        return checked

    def diff(self, token: str, old: dict[str, Any], inputs: dict[str, Any], ignored: Iterable[str] = ()) -> Change:
        """Properties that differ between the recorded state and new inputs, and those that force replacement."""
        row = type_for(token)
        declared_before = set(old.get(META, {}).get("declared", ()))
        skip = {path.split(".")[0].split("[")[0] for path in ignored}
        names = (declared_before | set(inputs)) - skip - {"tagsAll", META}
        changed = tuple(sorted(name for name in names if not _equal(old.get(name), inputs.get(name))))
        replaces = tuple(
            name
            for name in changed
            if name in row.replaces
            or (name in row.replaces_if and row.replaces_if[name](old.get(name), inputs.get(name)))
        )
        return Change(changed, replaces, row.delete_before_replace)

    def create(
        self,
        token: str,
        urn: str,
        inputs: dict[str, Any],
        *,
        adopt: bool = False,
        taken: Collection[str] = (),
        attempt: str = "",
    ) -> Created:
        """Make a resource and read back what it became.

        A creation that fails midway is taken back.

        Args:
            token: The type.
            urn: Its name.
            inputs: What is declared, checked.
            adopt: Take over what an interrupted run left behind instead of making it twice.
            taken: Ids of resources of this type that somebody knows: they were not left behind.
            attempt: Differs between creations that share name and properties: the id of what is being replaced.

        Raises:
            NothingMadeError: It failed, and nothing is left of it.
            InvalidCallError: AWS would refuse the declared properties; nothing was sent.
            botocore.exceptions.ClientError: The API refused.
        """
        row = type_for(token)
        context = Context(urn, inputs, str(inputs.get("region") or self.api.region), uid=_digest(urn))
        context.mark = _digest(urn, json.dumps(inputs, sort_keys=True, default=str), attempt)
        calls.validate(self.api, row, row.create, context)
        if not calls.emulated(row):
            return self._validated(row, context)
        found = self._left_behind(row, context, taken) if adopt and row.find is not None else None
        if found is None:
            # Without a look there is no telling what an interrupted run left.
            self._make(row, context, sure=not adopt or row.find is not None)
        try:
            skipped: list[str] = []
            if found is None:
                for step in row.steps:
                    if not step.when or set(inputs) & set(step.when):
                        calls.send_or_note(self.api, row, step, context, skipped)
            else:
                self._complete(row, context, found, skipped)
            outputs = outputs_of(row, context, self.live(row, context))
        except Exception as error:
            if self._take_back(row, context):
                raise NothingMadeError(str(error)) from error
            raise
        outputs[META] = {"declared": sorted(inputs), "validated": skipped}
        self.validated[urn] = skipped
        return Created(context.id, {**inputs, **outputs})

    def left_behind(self, token: str, urn: str, inputs: dict[str, Any], taken: Collection[str]) -> Created | None:
        """What an interrupted creation with these inputs left behind, or None."""
        row = type_for(token)
        if not calls.emulated(row):
            return None
        context = Context(urn, inputs, str(inputs.get("region") or self.api.region), uid=_digest(urn))
        for live, _ in leftbehind.look(self.api, row, context, taken):
            return Created(context.id, {**inputs, **outputs_of(row, context, live), META: {"declared": sorted(inputs)}})
        return None

    def read(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> dict[str, Any] | None:
        """The state brought up to date from the API, or None if the resource is gone."""
        row = type_for(token)
        if not calls.emulated(row):
            return dict(state)
        context = self.existing(row, urn, resource_id, state)
        live = self.live(row, context)
        if live is None:
            return None
        fresh = dict(state)
        for name, (declared, found) in self.compare(row, context, live).items():
            if found is not None and not mapping.same(declared, found):
                document = isinstance(declared, str) and isinstance(found, dict | list)  # a policy, which boto reads
                fresh[name] = json.dumps(found) if document else mapping.from_api(None, found)
        return {**fresh, **outputs_of(row, context, live), META: state.get(META, {})}

    def update(
        self,
        token: str,
        urn: str,
        resource_id: str,
        old: dict[str, Any],
        inputs: dict[str, Any],
        changed: Iterable[str],
    ) -> dict[str, Any]:
        """Bring an existing resource to new inputs; only calls that carry a changed property are sent.

        Raises:
            RuntimeError: A property is as before: no call of the type's row carries it.
            InvalidCallError: AWS would refuse the new properties.
            botocore.exceptions.ClientError: The API refused.
        """
        row = type_for(token)
        context = self.existing(row, urn, resource_id, old)
        context.properties = inputs
        context.mark = _digest(urn, *(json.dumps(item, sort_keys=True, default=str) for item in (inputs, old)))
        moved = set(changed)
        self._read_first(row, context)
        if not calls.emulated(row):
            calls.validate(self.api, row, row.create, context)
            return self._validated(row, context, resource_id).outputs
        if isinstance(old.get("tags"), dict):
            context.removed_tags = sorted(set(old["tags"]) - set(inputs.get("tags") or {}))
        skipped: list[str] = []
        live = self._send_changes(row, context, moved, skipped)
        kept = sorted(set(old.get(META, {}).get("validated", ())) | set(skipped))
        self.validated[urn] = kept
        return {**inputs, **outputs_of(row, context, live), META: {"declared": sorted(inputs), "validated": kept}}

    def delete(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> None:
        """Delete a resource; one that is already gone is fine."""
        row = type_for(token)
        if not calls.emulated(row):
            return
        context = self.existing(row, urn, resource_id, state)
        if not self._read_first(row, context):
            return
        for call in (*row.before_delete, *((row.delete,) if row.delete else ())):
            if call.when and not any(state.get(name) for name in call.when):
                continue
            if calls.emulated(row, call):
                try:
                    calls.send(self.api, row, call, context)
                except Exception as error:
                    if not is_gone(error):
                        raise

    def left_in_cluster(self) -> list[str]:
        """Objects that are still in the stack's cluster, where it has one."""
        return []

    def live(self, row: AwsType, context: Context) -> dict[str, Any] | None:
        """The resource as the API reports it, or None if it is not there."""
        return live_view(self.api, row, context)

    def compare(self, row: AwsType, context: Context, live: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Declared property → (declared, live), both in the API's form, for each one that the API reports."""
        return compare(row, context, live)

    def existing(self, row: AwsType, urn: str, resource_id: str, state: dict[str, Any]) -> Context:
        """What the calls of an existing resource may depend on."""
        declared = set(state.get(META, {}).get("declared", state))
        properties = {name: value for name, value in state.items() if name in declared}
        region = str(state.get("region") or self.api.region)
        return Context(urn, properties, region, resource_id, state, uid=_digest(urn))

    def _make(self, row: AwsType, context: Context, *, sure: bool) -> None:
        """Send the creating call; ``sure`` that nothing was there before."""
        try:
            context.answer = calls.send(self.api, row, row.create, context)
        except Exception as error:
            if sure and had_no_effect(error):
                raise NothingMadeError(str(error)) from error
            raise
        found = resolve(row.id, context) if is_template(row.id) else search(row.id, context.answer)
        if not found:
            raise RuntimeError(f"{row.service}.{row.create.operation} answered without {row.id}: {context.answer}")
        context.id = str(found)

    def _left_behind(self, row: AwsType, context: Context, taken: Collection[str]) -> dict[str, Any] | None:
        """What can be taken over; what was made from a declaration that no update leads away from is deleted."""
        for live, differing in leftbehind.look(self.api, row, context, taken):
            if not differing & row.replaces:
                return live
            self.delete(row.pulumi_type, context.urn, context.id, {**context.properties, "id": context.id})
        return None

    def _complete(self, row: AwsType, context: Context, live: dict[str, Any], skipped: list[str]) -> None:
        """Bring what was taken over to what is declared."""
        unseen = set(context.properties) - set(compare(row, context, live))
        in_steps = {name for step in row.steps for name in step.when}
        for step in row.steps:
            if step.removes:
                calls.send_or_note(self.api, row, step, context, skipped)
        self._send_changes(row, context, different(row, context, live) | (unseen & in_steps), skipped)

    def _send_changes(
        self, row: AwsType, context: Context, moved: set[str], skipped: list[str]
    ) -> dict[str, Any] | None:
        """Send what carries the changed properties; gives the live view afterwards."""
        every = (*row.steps, *row.update)
        covered = {name for call in every for name in call.when}
        carried: set[str] = set()
        sent: set[str] = set()
        for call in every:
            carries = moved & set(call.when) if call.when else moved - covered - {"tags"}
            if carries:
                calls.send_or_note(self.api, row, call, context, skipped)
                carried |= carries
                sent |= carries if calls.emulated(row, call) else set()
        if "tags" in moved and row.tag:
            if row.untag and context.removed_tags:
                calls.send_or_note(self.api, row, row.untag, context, skipped)
            if context.get("tags"):
                calls.send_or_note(self.api, row, row.tag, context, skipped)
            carried.add("tags")
            sent |= {"tags"} if calls.emulated(row, row.tag) else set()
        live = self.live(row, context)
        if live is not None:
            carried -= different(row, context, live) & sent
        unchanged = moved - carried - row.never_sent
        if unchanged:
            raise RuntimeError(
                f"{', '.join(sorted(unchanged))}: no call changes this; add one to the row of {row.pulumi_type} in "
                "workbench/emulator/services/, or name the property in its `replaces`"
            )
        return live

    def _read_first(self, row: AwsType, context: Context) -> bool:
        """Bring the recorded outputs up to date where the type needs that; False if the resource is gone."""
        if row.reads_first:
            live = self.live(row, context)
            if live is None:
                return False
            context.state = {**context.state, **outputs_of(row, context, live)}
        return True

    def _validated(self, row: AwsType, context: Context, resource_id: str = "") -> Created:
        """The state of a resource that nothing can emulate: what was declared, and made-up outputs."""
        for call in row.steps:
            if not call.when or set(context.properties) & set(call.when):
                calls.validate(self.api, row, call, context)
        outputs = dict(context.properties)
        context.state = outputs
        context.id = resource_id or str(resolve(row.id, context) if is_template(row.id) else context.uid)
        for name, template in row.synthetic.items():
            outputs[name] = resolve(template, context)
        outputs.setdefault("tagsAll", context.properties.get("tags") or {})
        note = [f"{row.create.service or row.service}.{row.create.operation}"]
        outputs[META] = {"declared": sorted(context.properties), "validated": note, "emulated": False}
        self.validated[context.urn] = note
        return Created(context.id, outputs)

    def _take_back(self, row: AwsType, context: Context) -> bool:
        """Delete what a failed creation made; whether that succeeded. If not, the next run finds it."""
        try:
            self.delete(row.pulumi_type, context.urn, context.id, {**context.properties, "id": context.id})
        except Exception:
            return False
        return True


def _digest(*parts: str) -> str:
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()[:16]


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, bool) != isinstance(new, bool):
        return str(old).lower() == str(new).lower() if old is not None and new is not None else not (old or new)
    if isinstance(old, str) and isinstance(new, str) and old[:1] in "{[":
        return mapping.same(old, new) and mapping.same(new, old)
    return bool(old == new) or (old in (None, [], {}, "") and new in (None, [], {}, ""))
