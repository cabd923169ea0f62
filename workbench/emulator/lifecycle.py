"""Creates, reads, changes and deletes resources of any type, as their table rows say.

This is the provider without its Pulumi clothes: plain dictionaries in and out, so that the same code serves the
in-process deploy and the real engine.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator import mapping
from workbench.emulator.api import Api, InvalidCallError, moto_implements, operation_model
from workbench.emulator.expressions import search
from workbench.emulator.registry import type_for
from workbench.emulator.resource_type import AwsType, Call, Context, resolve

if TYPE_CHECKING:
    from collections.abc import Iterable

META = "__emulator"
"""Output that keeps what the provider must remember: the declared property names, and what was only validated."""


TAG_MEMBERS = ("Tags", "TagSet", "TagList", "tags")
"""Names under which AWS's answers hold tags."""


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

    def check(self, token: str, urn: str, inputs: dict[str, Any], seed: bytes = b"") -> dict[str, Any]:
        """The inputs with the provider's defaults and a generated name, where one is missing.

        Raises:
            UnknownTypeError: The emulator does not know the type.
        """
        row = type_for(token)
        checked = {key: value for key, value in inputs.items() if value is not None}
        for name, value in row.defaults.items():
            checked.setdefault(name, value)
        if row.name_property and row.name_property not in checked and f"{row.name_property}Prefix" not in checked:
            suffix = hashlib.sha256(urn.encode() + seed).hexdigest()[:7]
            logical = urn.rsplit("::", 1)[-1]
            checked[row.name_property] = f"{logical[: row.name_length - 8]}-{suffix}"
        return checked

    def diff(self, token: str, old: dict[str, Any], inputs: dict[str, Any], ignored: Iterable[str] = ()) -> Change:
        """Properties that differ between the recorded state and new inputs, and those that force replacement."""
        row = type_for(token)
        declared_before = set(old.get(META, {}).get("declared", ()))
        skip = {path.split(".")[0].split("[")[0] for path in ignored}
        names = (declared_before | set(inputs)) - skip - {"tagsAll", META}
        changed = tuple(sorted(name for name in names if not _equal(old.get(name), inputs.get(name))))
        replaces = tuple(name for name in changed if name in row.replaces)
        return Change(changed, replaces, row.delete_before_replace)

    def create(self, token: str, urn: str, inputs: dict[str, Any], *, adopt: bool = False) -> Created:
        """Make a resource and read back what it became.

        A creation that fails midway is taken back. With ``adopt`` a resource that an interrupted run left behind is
        taken over instead of made twice.

        Raises:
            InvalidCallError: AWS would refuse the declared properties; nothing was sent.
            botocore.exceptions.ClientError: The API refused.
        """
        row = type_for(token)
        context = Context(urn, inputs, str(inputs.get("region") or self.api.region), uid=_uid(urn))
        planned = [self._params(row, row.create, context)]
        self.api.validate(row.create.service or row.service, row.create.operation, planned[0])
        if not self._emulated(row, row.create):
            return self._validated(row, context)
        found = self._find(row, context) if adopt else None
        if found:
            context.id = found
        else:
            context.answer = self._send(row, row.create, context)
            context.id = _identify(row, context)
        try:
            skipped = self._run_steps(row, context, row.steps, set(inputs))
            outputs = self._outputs(row, context, self.live(row, context))
        except Exception:
            self._take_back(row, context)
            raise
        outputs[META] = {"declared": sorted(inputs), "validated": skipped}
        self.validated[urn] = skipped
        return Created(context.id, {**inputs, **outputs})

    def read(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> dict[str, Any] | None:
        """The state brought up to date from the API, or None if the resource is gone."""
        row = type_for(token)
        if not self._emulated(row, row.create):
            return dict(state)
        context = self.existing(row, urn, resource_id, state)
        live = self.live(row, context)
        if live is None:
            return None
        fresh = dict(state)
        for name, (declared, found) in self.compare(row, context, live).items():
            if found is not None and not mapping.same(declared, found):
                fresh[name] = mapping.from_api(None, found)
        return {**fresh, **self._outputs(row, context, live), META: state.get(META, {})}

    def update(
        self,
        token: str,
        urn: str,
        resource_id: str,
        old: dict[str, Any],
        inputs: dict[str, Any],
        changed: Iterable[str],
    ) -> dict[str, Any]:
        """Bring an existing resource to new inputs; only calls that carry a changed property are sent."""
        row = type_for(token)
        context = self.existing(row, urn, resource_id, old)
        context.properties = inputs
        moved = set(changed)
        self._read_first(row, context)
        if not self._emulated(row, row.create):
            self.api.validate(
                row.create.service or row.service, row.create.operation, self._params(row, row.create, context)
            )
            return self._validated(row, context, resource_id).outputs
        if isinstance(old.get("tags"), dict):
            context.removed_tags = sorted(set(old["tags"]) - set(inputs.get("tags") or {}))
        covered = {name for call in (*row.steps, *row.update) for name in call.when}
        skipped: list[str] = []
        for call in (*row.steps, *row.update):
            if moved & set(call.when) or (not call.when and moved - covered - {"tags"}):
                self._send_or_note(row, call, context, skipped)
        if "tags" in moved:
            if row.untag and context.removed_tags:
                self._send_or_note(row, row.untag, context, skipped)
            if row.tag and inputs.get("tags"):
                self._send_or_note(row, row.tag, context, skipped)
        live = self.live(row, context)
        kept = sorted(set(old.get(META, {}).get("validated", ())) | set(skipped))
        self.validated[urn] = kept
        return {**inputs, **self._outputs(row, context, live), META: {"declared": sorted(inputs), "validated": kept}}

    def delete(self, token: str, urn: str, resource_id: str, state: dict[str, Any]) -> None:
        """Delete a resource; one that is already gone is fine."""
        row = type_for(token)
        if not self._emulated(row, row.create):
            return
        context = self.existing(row, urn, resource_id, state)
        if not self._read_first(row, context):
            return
        for call in (*row.before_delete, *((row.delete,) if row.delete else ())):
            if call.when and not any(state.get(name) for name in call.when):
                continue
            if self._emulated(row, call):
                try:
                    self._send(row, call, context)
                except Exception as error:
                    if not is_gone(error):
                        raise

    def live(self, row: AwsType, context: Context) -> dict[str, Any] | None:
        """The resource as the API reports it, or None if it is not there."""
        view: dict[str, Any] = {}
        for read in row.read:
            if read.when and not any(context.get(name) for name in read.when):
                continue
            service = read.service or row.service
            if not moto_implements(service, read.operation):
                continue
            try:
                params = {name: resolve(arg, context) for name, arg in read.args.items()}
                answer = self.api.call(service, read.operation, **params)
            except Exception as error:
                if is_gone(error):
                    if read.under:
                        continue
                    return None
                raise
            item = search(_expression(read.item, context), answer)
            if read.under:
                view[read.under] = item
            elif item is None:
                return None
            else:
                view |= item if isinstance(item, dict) else {"value": item}
        return view

    def compare(self, row: AwsType, context: Context, live: dict[str, Any]) -> dict[str, tuple[Any, Any]]:
        """Declared property → (declared, live), both in the API's form, for each one that the API reports."""
        pairs: dict[str, tuple[Any, Any]] = {}
        calls = (row.create, *row.steps)
        for name, value in context.properties.items():
            if (name in row.never_sent and name not in row.live) or name in (META, *row.not_kept):
                continue
            for call in calls:
                shape = operation_model(call.service or row.service, call.operation).input_shape
                member = mapping.member_for(shape, name, row.renames) if shape is not None else None
                if member and member in call.args and name not in row.live:
                    declared = resolve(call.args[member], context)
                else:
                    declared = mapping.to_api(shape.members[member], value, row.renames, name) if member else value
                if name in row.live:
                    pairs[name] = (declared, search(_expression(row.live[name], context), live))
                    break
                if name == "tags" and (kept_as := next((k for k in TAG_MEMBERS if k in live), None)):
                    pairs[name] = (value, live[kept_as])
                    break
                if member and member in live:
                    pairs[name] = (declared, live[member])
                    break
        return pairs

    def _read_first(self, row: AwsType, context: Context) -> bool:
        """Bring the recorded outputs up to date where the type needs that; False if the resource is gone."""
        if row.reads_first:
            live = self.live(row, context)
            if live is None:
                return False
            context.state = {**context.state, **self._outputs(row, context, live)}
        return True

    def _emulated(self, row: AwsType, call: Call) -> bool:
        return moto_implements(call.service or row.service, call.operation)

    def existing(self, row: AwsType, urn: str, resource_id: str, state: dict[str, Any]) -> Context:
        """What the calls of an existing resource may depend on."""
        declared = set(state.get(META, {}).get("declared", state))
        properties = {name: value for name, value in state.items() if name in declared}
        region = str(state.get("region") or self.api.region)
        return Context(urn, properties, region, resource_id, state, uid=_uid(urn))

    def _run_steps(self, row: AwsType, context: Context, steps: tuple[Call, ...], declared: set[str]) -> list[str]:
        skipped: list[str] = []
        for call in steps:
            if not call.when or declared & set(call.when):
                self._send_or_note(row, call, context, skipped)
        return skipped

    def _send_or_note(self, row: AwsType, call: Call, context: Context, skipped: list[str]) -> None:
        service = call.service or row.service
        if self._emulated(row, call):
            self._send(row, call, context)
        else:
            self.api.validate(service, call.operation, self._params(row, call, context))
            skipped.append(f"{service}.{call.operation}")

    def _send(self, row: AwsType, call: Call, context: Context) -> dict[str, Any]:
        params = self._params(row, call, context)
        return self.api.call(call.service or row.service, call.operation, **params)

    def _params(self, row: AwsType, call: Call, context: Context) -> dict[str, Any]:
        shape = operation_model(call.service or row.service, call.operation).input_shape
        params = {name: resolve(arg, context) for name, arg in call.args.items()}
        wanted = context.properties if call.takes is None else {n: context.properties.get(n) for n in call.takes}
        try:
            for name, value in wanted.items():
                member = mapping.member_for(shape, name, row.renames) if shape is not None else None
                if member and member not in params and value is not None and name not in row.never_sent:
                    params[member] = mapping.to_api(shape.members[member], value, row.renames, name)
        except mapping.UnmappedPropertyError as error:
            raise InvalidCallError(call.service or row.service, call.operation, [str(error)]) from error
        return {name: value for name, value in params.items() if value is not None}

    def _validated(self, row: AwsType, context: Context, resource_id: str = "") -> Created:
        """The state of a resource that nothing can emulate: what was declared, and made-up outputs."""
        for call in row.steps:
            if not call.when or set(context.properties) & set(call.when):
                self.api.validate(call.service or row.service, call.operation, self._params(row, call, context))
        outputs = dict(context.properties)
        context.state = outputs
        context.id = resource_id or str(resolve(row.id, context) if _is_template(row.id) else context.uid)
        for name, template in row.synthetic.items():
            outputs[name] = resolve(template, context)
        outputs.setdefault("tagsAll", context.properties.get("tags") or {})
        note = [f"{row.create.service or row.service}.{row.create.operation}"]
        outputs[META] = {"declared": sorted(context.properties), "validated": note, "emulated": False}
        self.validated[context.urn] = note
        return Created(context.id, outputs)

    def _outputs(self, row: AwsType, context: Context, live: dict[str, Any] | None) -> dict[str, Any]:
        if live is None:
            raise RuntimeError(f"{context.urn}: created, and the API does not know it")
        context.state = {**context.state, **context.properties}
        outputs: dict[str, Any] = {"region": context.region}
        for name, expression in row.outputs.items():
            if callable(expression) or _is_template(expression):
                outputs[name] = resolve(expression, context)
            else:
                outputs[name] = mapping.from_api(None, search(expression, live))
            context.state[name] = outputs[name]
        tags = context.properties.get("tags")
        if row.tag or isinstance(tags, dict):
            outputs["tagsAll"] = dict(tags or {})
        return outputs

    def _find(self, row: AwsType, context: Context) -> str | None:
        if row.find is None or not moto_implements(row.find.service or row.service, row.find.operation):
            return None
        params = {name: resolve(arg, context) for name, arg in row.find.args.items()}
        try:
            answer = self.api.call(row.find.service or row.service, row.find.operation, **params)
        except Exception as error:
            if is_gone(error):
                return None
            raise
        found = search(_expression(row.find.item, context), answer)
        return str(found) if found else None

    def _take_back(self, row: AwsType, context: Context) -> None:
        """Delete what a failed creation made; if that fails too, the next run adopts it."""
        import contextlib

        with contextlib.suppress(Exception):
            self.delete(row.pulumi_type, context.urn, context.id, {**context.properties, "id": context.id})


def is_gone(error: Exception) -> bool:
    """Whether an API error says that the object does not exist."""
    response = getattr(error, "response", None)
    if not isinstance(response, dict):
        return False
    code = str(response.get("Error", {}).get("Code", ""))
    message = str(response.get("Error", {}).get("Message", ""))
    gone = ("NotFound", "NoSuch", "NonExist", "DoesNotExist", "Nonexistent", "NotExist", "NotAttached")
    return any(word in code for word in gone) or (
        code in ("ValidationError", "ValidationException", "404") and ("not found" in message or "not exist" in message)
    )


def _is_template(text: str) -> bool:
    return re.search(r"\{\w+\}", text) is not None


def _expression(text: str, context: Context) -> str:
    """JMESPath with ``{name}`` filled in; JMESPath's own braces hold more than a word."""
    return re.sub(r"\{(\w+)\}", lambda match: str(context.get(match[1], getattr(context, match[1], ""))), text)


def _identify(row: AwsType, context: Context) -> str:
    found = resolve(row.id, context) if _is_template(row.id) else search(row.id, context.answer)
    if not found:
        raise RuntimeError(f"{row.service}.{row.create.operation} answered without {row.id}: {context.answer}")
    return str(found)


def _uid(urn: str) -> str:
    return hashlib.sha256(urn.encode()).hexdigest()[:16]


def _equal(old: Any, new: Any) -> bool:
    if isinstance(old, bool) != isinstance(new, bool):
        return str(old).lower() == str(new).lower() if old is not None and new is not None else not (old or new)
    if isinstance(old, str) and isinstance(new, str) and old[:1] in "{[":
        return mapping.same(old, new) and mapping.same(new, old)
    return bool(old == new) or (old in (None, [], {}, "") and new in (None, [], {}, ""))
