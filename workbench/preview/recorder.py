"""A resource monitor that records what a program declares, as entries of a deployment.

Pulumi's own mocks keep less: `MockResourceArgs` has no parent, dependencies or options (pulumi 3.272). The
monitor itself sees the whole request, so this one is handed to `set_mocks(monitor=…)`.
"""

from __future__ import annotations

import re
import threading
from collections.abc import Iterator, Mapping
from typing import Any, Final

from google.protobuf import empty_pb2, struct_pb2
from pulumi.runtime.mocks import MockCallArgs, MockMonitor, MockResourceArgs, Mocks
from pulumi.runtime.proto import resource_pb2
from pulumi.runtime.resource import RegisterResponse
from pulumi.runtime.settings import get_project, get_stack

from deployment.graph import STACK_TYPE
from deployment.values import HIDDEN_VALUE, SECRET_SIGNATURE, SIGNATURE_KEY, UNKNOWN_VALUES
from workbench.preview.outputs import SyntheticOutputs

PROVIDER_PREFIX: Final = "pulumi:providers:"
SECRET_PLAINTEXT: Final = f'"{HIDDEN_VALUE}"'
"""What stands for the content of a secret: a preview must not carry it."""


class RecordingError(Exception):
    """The program declares something that no engine would accept, or asks for what a preview can't know."""


class _NoMocks(Mocks):
    """The base class wants mocks; the recorder answers everything itself."""

    def call(self, args: MockCallArgs) -> tuple[dict[str, Any], list[tuple[str, str]] | None]:
        raise RecordingError(f"{args.token} is called, but an offline preview makes no look-ups")

    def new_resource(self, args: MockResourceArgs) -> tuple[str | None, dict[str, Any]]:
        raise NotImplementedError


class Unsent:
    """A request of the SDK's of which some fields are no message, but what would be put into one."""

    def __init__(self, sent: Any, **fields: Any) -> None:
        self.sent = sent
        vars(self).update(fields)

    def __getattr__(self, name: str) -> Any:
        return getattr(self.sent, name)


class Recorder(MockMonitor):
    """Answers every registration with synthetic outputs and keeps its whole request.

    `resources` of the base class stays empty; `states` holds one deployment entry a URN. `errors` lists
    what the program did wrong: a duplicate URN, a look-up, an output that nothing gives.
    """

    def __init__(self, synthetic: SyntheticOutputs, provider_config: Mapping[str, Mapping[str, str]]) -> None:
        super().__init__(_NoMocks())
        self._provider_config = provider_config
        self.states: dict[str, dict[str, Any]] = {}
        self.errors: list[str] = []
        self._synthetic = synthetic
        self._lock = threading.Lock()

    def make_urn(self, parent: str, type_: str, name: str) -> str:
        """URN as the engine makes it: the types of all ancestors but the stack, then the own type."""
        ancestors = parent.split("::")[2] if parent else STACK_TYPE
        qualified = type_ if ancestors == STACK_TYPE else f"{ancestors}${type_}"
        return f"urn:pulumi:{get_stack()}::{get_project()}::{qualified}::{name}"

    def RegisterResource(self, request: Any) -> Any:  # noqa: N802 - the name is the protocol's
        """Record one registration and answer with its id and outputs."""
        spared = isinstance(request, Unsent)  # by sdk.py the way there and back through messages
        inputs, about = request.object, request.propertyDependencies
        if spared:
            request = request.sent
        else:
            inputs = _plain_struct(inputs)
        urn = self.make_urn(request.parent, request.type, request.name)
        state: dict[str, Any] = {"urn": urn, "custom": request.custom, "type": request.type}
        identifier = ""
        outputs: Mapping[str, Any] = {}
        if request.custom:
            provider = self._provider(request)
            managed_by = self.states[provider.rpartition("::")[0]]["inputs"] if provider else {}
            identifier, computed = self._synthetic.of(request.type, request.name, urn, inputs, managed_by)
            state["provider"] = provider
            outputs = {**inputs, **computed}
            state["id"] = identifier
        state |= {
            "inputs": _stored(inputs),
            "outputs": _stored(outputs),
            "parent": request.parent,
            "protect": request.protect,
            "dependencies": sorted(request.dependencies),
            "propertyDependencies": {key: sorted(found.urns) for key, found in sorted(about.items()) if found.urns},
            "additionalSecretOutputs": sorted(request.additionalSecretOutputs),
            "aliases": sorted(_alias_urn(alias, urn) for alias in request.aliases),
            "customTimeouts": _timeouts(request.customTimeouts),
            "importID": request.importId,
            "retainOnDelete": request.retainOnDelete,
            "deletedWith": request.deletedWith,
            "ignoreChanges": list(request.ignoreChanges),
            "replaceOnChanges": list(request.replaceOnChanges),
            "deleteBeforeReplace": request.deleteBeforeReplace,
            "replaceWith": list(request.replace_with),
            "replacementTrigger": _plain(request.replacement_trigger),
        }
        with self._lock:
            if urn in self.states:
                self.errors.append(f"two resources have the URN {urn}: give one of them another name")
            for path in _unknown_paths(inputs):
                self.errors.append(
                    f"{urn}: {path} is not known; add the output it comes from to workbench/preview/outputs.py"
                )
            self.states[urn] = {key: value for key, value in state.items() if value or key in ALWAYS}
        answer: Any = outputs
        if spared:
            return RegisterResponse(urn, identifier, answer, None, resource_pb2.Result.SUCCESS)
        return resource_pb2.RegisterResourceResponse(urn=urn, id=identifier, object=answer)

    def RegisterResourceOutputs(self, request: Any) -> Any:  # noqa: N802 - the name is the protocol's
        """Record what a component (or the stack) registers as its outputs."""
        outputs = request.outputs if isinstance(request, Unsent) else _plain_struct(request.outputs)
        with self._lock:
            for path in _unknown_paths(outputs):
                self.errors.append(f"{request.urn}: the output {path} is not known")
            self.states[request.urn]["outputs"] = _stored(outputs)
        return empty_pb2.Empty()

    def Invoke(self, request: Any) -> Any:  # noqa: N802 - the name is the protocol's
        """Refuse every look-up: its answer would need credentials, and an invented one would hide errors."""
        message = f"the program calls {request.tok}; an offline preview makes no look-ups: pass the value as a setting"
        with self._lock:
            self.errors.append(message)
        raise RecordingError(message)

    def ReadResource(self, request: Any) -> Any:  # noqa: N802 - the name is the protocol's
        """Refuse `Type.get(...)`, which is a look-up too."""
        message = f"the program reads {request.type} {request.id!r}; an offline preview makes no look-ups"
        with self._lock:
            self.errors.append(message)
        raise RecordingError(message)

    def _provider(self, request: Any) -> str:
        """Reference (`URN::id`) of the provider that manages a resource; none for a provider itself.

        A resource that names none gets its package's default provider, which the engine would add to the state.
        """
        if request.provider or request.type.startswith(PROVIDER_PREFIX):
            return str(request.provider)
        package = request.type.partition(":")[0]
        name = "default" + (f"_{request.version}".replace(".", "_") if request.version else "")
        urn = self.make_urn("", PROVIDER_PREFIX + package, name)
        with self._lock:
            if urn not in self.states:
                inputs = {**self._provider_config.get(package, {}), "version": request.version}
                identifier, _ = self._synthetic.of(PROVIDER_PREFIX + package, name, urn, {})
                self.states[urn] = {
                    "urn": urn,
                    "custom": True,
                    "id": identifier,
                    "type": PROVIDER_PREFIX + package,
                    "inputs": inputs,
                    "outputs": inputs,
                }
            return f"{urn}::{self.states[urn]['id']}"


ALWAYS: Final = frozenset({"urn", "custom", "type"})
"""Keys that a deployment entry has even when false."""


def _plain_struct(struct: struct_pb2.Struct) -> dict[str, Any]:
    return {key: _plain(value) for key, value in sorted(struct.fields.items())}


def _plain(value: struct_pb2.Value) -> Any:
    kind = value.WhichOneof("kind")
    if kind == "string_value":
        return value.string_value
    if kind == "number_value":
        number = value.number_value
        return int(number) if number.is_integer() else number
    if kind == "bool_value":
        return value.bool_value
    if kind == "struct_value":
        return _plain_struct(value.struct_value)
    if kind == "list_value":
        return [_plain(item) for item in value.list_value.values]
    return None


def message(value: Any) -> struct_pb2.Value:
    """The message of the protocol's that holds `value`; raises an error where none can."""
    holder = struct_pb2.ListValue()
    holder.append(value)
    return holder.values[0]


def as_sent(value: Any) -> Any:
    """`value` as it comes out of a message; all but what is common goes into one, which may refuse it."""
    kind = type(value)
    if value is None or kind is bool or (kind is str and value.isascii()):
        return value
    if kind is int and abs(value) < 1 << 53:  # a message holds numbers as floats
        return value
    if kind is list:
        return [as_sent(one) for one in value]
    if kind is dict and all(type(key) is str and key.isascii() for key in value):
        return {key: as_sent(value[key]) for key in sorted(value)}
    return _plain(message(value))


def _stored(value: Any) -> Any:
    """`value` as a deployment stores it: a secret keeps its envelope and loses its content."""
    if isinstance(value, dict):
        if value.get(SIGNATURE_KEY) == SECRET_SIGNATURE:
            return {SIGNATURE_KEY: SECRET_SIGNATURE, "plaintext": SECRET_PLAINTEXT}
        return {key: item if type(item) is str else _stored(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_stored(item) for item in value]
    return value


def _unknown_paths(value: Any, path: str = "") -> Iterator[str]:
    if isinstance(value, str):
        if value in UNKNOWN_VALUES:
            yield path
    elif isinstance(value, dict):
        for key, item in value.items():
            if type(item) is not str or item in UNKNOWN_VALUES:
                yield from _unknown_paths(item, f"{path}.{key}" if path else key)
    elif isinstance(value, list):
        for index, item in enumerate(value):
            yield from _unknown_paths(item, f"{path}[{index}]")


def _alias_urn(alias: Any, urn: str) -> str:
    """URN that an alias (given whole, or as what differs from the present URN) stands for."""
    if alias.WhichOneof("alias") == "urn":
        return str(alias.urn)
    stack, project, types, name = urn.removeprefix("urn:pulumi:").split("::", 3)
    parent_types, _, own_type = types.rpartition("$")
    spec = alias.spec
    if spec.noParent:
        parent_types = ""
    elif spec.parentUrn:
        parent_types = spec.parentUrn.split("::")[2]
    own_type = spec.type or own_type
    qualified = f"{parent_types}${own_type}" if parent_types else own_type
    return f"urn:pulumi:{spec.stack or stack}::{spec.project or project}::{qualified}::{spec.name or name}"


_DURATION: Final = re.compile(r"(\d+(?:\.\d+)?)(ms|h|m|s)")
_UNIT_SECONDS: Final = {"h": 3600.0, "m": 60.0, "s": 1.0, "ms": 0.001}


def _timeouts(timeouts: Any) -> dict[str, float]:
    """Custom timeouts in seconds, as a deployment stores them; the request has Go durations (``1h30m``)."""
    return {
        operation: sum(float(number) * _UNIT_SECONDS[unit] for number, unit in _DURATION.findall(text))
        for operation in ("create", "update", "delete")
        if (text := getattr(timeouts, operation))
    }
