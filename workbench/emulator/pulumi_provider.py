"""The emulator as a Pulumi provider: :class:`Lifecycle` behind ``pulumi.provider.experimental``."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pulumi.provider.experimental import provider as rpc
from pulumi.provider.experimental.property_value import PropertyValue
from pulumi.runtime import rpc as wire

from deployment.urn import type_of
from workbench.emulator.lifecycle import META, Change, Lifecycle
from workbench.emulator.registry import UnknownTypeError, type_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Mapping


UNKNOWN: str = wire.UNKNOWN
"""The protocol's mark of a value that only a deployment will know. pulumi 3.272 cannot marshal `Computed`."""


class AwsProvider(rpc.Provider):
    """Serves the AWS resource types of the emulator to a Pulumi engine."""

    def __init__(self, lifecycle: Lifecycle) -> None:
        self._lifecycle = lifecycle
        self._known: dict[str, dict[str, str]] = {}
        """Type → id → URN, of what the engine has named in this run: whatever is left behind, it is none of these."""
        self._recorded: set[str] = set()
        """URNs for which the engine has a resource, of which it may not have named the id."""

    async def get_schema(self, request: rpc.GetSchemaRequest) -> rpc.GetSchemaResponse:
        """An empty schema: the SDK that programs use is the published one."""
        return rpc.GetSchemaResponse('{"name": "aws", "version": "7.51.1"}')

    async def check_config(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Accept any configuration of the provider."""
        return rpc.CheckResponse(inputs=request.new_inputs)

    async def diff_config(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """A changed configuration changes nothing here."""
        return rpc.DiffResponse(changes=False)

    async def configure(self, request: rpc.ConfigureRequest) -> rpc.ConfigureResponse:
        """Take the region; the endpoint comes from the environment, never from a program."""
        region = plain(request.args.get("region", PropertyValue(None)))
        if isinstance(region, str) and region:
            self._lifecycle.api.region = region
        return rpc.ConfigureResponse(supports_preview=True)

    async def invoke(self, request: rpc.InvokeRequest) -> rpc.InvokeResponse:
        """Refuse: an invented answer would hide errors."""
        raise NotImplementedError(f"{request.tok}: the emulated AWS answers no function calls")

    async def check(self, request: rpc.CheckRequest) -> rpc.CheckResponse:
        """Apply the provider's defaults and generate a name."""
        inputs, old_inputs = plain_map(request.new_inputs), plain_map(request.old_inputs)
        if old_inputs:
            self._recorded.add(request.urn)
        try:
            checked = self._lifecycle.check(
                type_of(request.urn), request.urn, inputs, old_inputs, seed=self._seed(request)
            )
        except UnknownTypeError as error:
            return rpc.CheckResponse(failures=[rpc.CheckFailure("", str(error))])
        return rpc.CheckResponse(
            inputs={key: request.new_inputs[key] if key in inputs else wrapped(value) for key, value in checked.items()}
        )

    async def diff(self, request: rpc.DiffRequest) -> rpc.DiffResponse:
        """Compare the new inputs with the recorded state."""
        self._note(request.urn, request.resource_id)
        change = self._lifecycle.diff(
            type_of(request.urn), plain_map(request.old_state), plain_map(request.new_inputs), request.ignore_changes
        )
        return _diff_response(change)

    async def create(self, request: rpc.CreateRequest) -> rpc.CreateResponse:
        """Create, or tell what is known of the outputs before that."""
        token, inputs = type_of(request.urn), plain_map(request.properties)
        if request.preview:
            outputs: dict[str, Any] = dict.fromkeys(type_for(token).outputs, UNKNOWN)
            return rpc.CreateResponse(None, wrapped_map({**outputs, **inputs}))
        # The engine does not say whether an earlier run was interrupted here, so it is always looked; but not where a
        # resource that the engine is about to replace might be taken for a left-behind one.
        created = self._lifecycle.create(
            token,
            request.urn,
            inputs,
            adopt=request.urn not in self._recorded,
            taken=self._known.get(token, ()),
            attempt=self._predecessors(request.urn),
        )
        self._note(request.urn, created.id)
        return rpc.CreateResponse(created.id, wrapped_map(created.outputs))

    async def read(self, request: rpc.ReadRequest) -> rpc.ReadResponse:
        """Bring the state up to date, for `pulumi refresh`."""
        token, urn = type_of(request.urn), request.urn
        self._note(urn, request.resource_id)
        old = plain_map(request.properties)
        state = self._lifecycle.read(token, urn, request.resource_id, old)
        if state is None:
            return rpc.ReadResponse()
        declared = set(old.get(META, {}).get("declared", ()))
        inputs = {name: value for name, value in state.items() if name in declared}
        return rpc.ReadResponse(request.resource_id, wrapped_map(state), wrapped_map(inputs))

    async def update(self, request: rpc.UpdateRequest) -> rpc.UpdateResponse:
        """Send the calls that carry what changed."""
        token, old, new = type_of(request.urn), plain_map(request.olds), plain_map(request.news)
        if request.preview:
            return rpc.UpdateResponse(wrapped_map({**old, **new}))
        change = self._lifecycle.diff(token, old, new, request.ignore_changes)
        outputs = self._lifecycle.update(token, request.urn, request.resource_id, old, new, change.changed)
        return rpc.UpdateResponse(wrapped_map(outputs))

    async def delete(self, request: rpc.DeleteRequest) -> None:
        """Delete; what is gone already is fine."""
        self._note(request.urn, request.resource_id)
        self._lifecycle.delete(type_of(request.urn), request.urn, request.resource_id, plain_map(request.properties))

    async def cancel(self) -> None:
        """Nothing runs in the background."""

    def _seed(self, request: rpc.CheckRequest) -> bytes:
        """What a generated name depends on, besides the URN.

        The engine's seed is another one in each run, so what an interrupted run made could not be found by its name.
        A successor needs a name that its predecessor has not.
        """
        if request.urn in self._recorded:
            return request.random_seed or b""
        return self._predecessors(request.urn).encode()

    def _predecessors(self, urn: str) -> str:
        known = self._known.get(type_of(urn), {})
        return " ".join(sorted(key for key, owner in known.items() if owner == urn))

    def _note(self, urn: str, resource_id: str) -> None:
        self._known.setdefault(type_of(urn), {})[resource_id] = urn
        self._recorded.discard(urn)


def plain(value: PropertyValue) -> Any:
    """A property value as an ordinary Python value; secrets are opened."""
    content = value.value
    if isinstance(content, float):
        return int(content) if content.is_integer() else content
    if content is None or isinstance(content, bool | str):
        return content
    if hasattr(content, "items"):
        return {key: plain(item) for key, item in content.items()}
    if isinstance(content, tuple | list):
        return [plain(item) for item in content]
    raise TypeError(f"the emulated AWS takes no {type(content).__name__} values")


def plain_map(values: Mapping[str, PropertyValue]) -> dict[str, Any]:
    """Property values as ordinary Python values."""
    return {key: plain(value) for key, value in values.items()}


def wrapped(value: Any) -> PropertyValue:
    """An ordinary Python value as a property value."""
    if isinstance(value, dict):
        return PropertyValue({str(key): wrapped(item) for key, item in value.items()})
    if isinstance(value, list | tuple):
        return PropertyValue([wrapped(item) for item in value])
    if isinstance(value, int) and not isinstance(value, bool):
        return PropertyValue(float(value))
    return PropertyValue(value)


def wrapped_map(values: Mapping[str, Any]) -> dict[str, PropertyValue]:
    """Ordinary Python values as property values."""
    return {key: wrapped(value) for key, value in values.items()}


def _diff_response(change: Change) -> rpc.DiffResponse:
    def kinds(names: Iterable[str]) -> dict[str, rpc.PropertyDiff]:
        update, replace = rpc.PropertyDiffKind.UPDATE, rpc.PropertyDiffKind.UPDATE_REPLACE
        return {name: rpc.PropertyDiff(replace if name in change.replaces else update, True) for name in names}

    return rpc.DiffResponse(
        changes=bool(change.changed),
        replaces=list(change.replaces),
        diffs=list(change.changed),
        delete_before_replace=change.delete_before_replace and bool(change.replaces),
        detailed_diff=kinds(change.changed),
    )
