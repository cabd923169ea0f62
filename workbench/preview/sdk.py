"""What the SDK does in a declaration and a preview has no use for, left out while a program is recorded.

Its engine may be far away and answer late; ours is a function that has answered when it returns. And most outputs of
a resource are read by nobody. What is declared is the same (tests/unit/workbench/preview/test_sdk.py), in a quarter of
the time (tests/benchmarks/test_preview.py). Names are those of one release; with any other the SDK stays whole
(`SPARED_RELEASE` in synthesis.py).
"""

from __future__ import annotations

import asyncio
import contextlib
import functools
import inspect
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, Final, cast

from google.protobuf import struct_pb2
from pulumi import Output, Resource, ResourceOptions, _types, log, output
from pulumi.output import _OutputData
from pulumi.resource_hooks import ResourceHookBinding
from pulumi.runtime import resource, resource_cycle_breaker, rpc, rpc_manager
from pulumi.runtime.proto import resource_pb2, source_pb2
from pulumi.runtime.settings import SETTINGS

from workbench.preview.recorder import Unsent, as_sent, message

Resolver = Callable[[Any, bool, bool, set[Resource] | None, Exception | None], None]
"""Value, whether it is known and secret, what it depends on, and why there is none."""

_PLAIN: Final = frozenset({str, int, float, bool, type(None)})
"""Types of values that hold no others; an unknown value is of none of them."""
_contains_unknowns: Final = rpc.contains_unknowns
_serialize_property: Final = rpc.serialize_property
_create_urn: Final = resource.create_urn
_lifts_parts: Final = Output.from_input


class Loop(asyncio.SelectorEventLoop):
    """An event loop that calls at once what should run in a thread: a tenth of the time went on changing over."""

    def run_in_executor(  # type: ignore[override]  # the base class has it generic in the function's arguments
        self, executor: object, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        """What `func` has given, or raised, as a future that is done."""
        future = self.create_future()
        try:
            future.set_result(func(*args))
        except Exception as error:
            future.set_exception(error)
        return future


class _Outputs(dict[str, Resolver]):
    """The outputs of one resource, each worked out once it is read: nineteen of twenty never are.

    The SDK makes four futures and a task of each, and reads all that the engine answers: a quarter of the time.
    """

    def __init__(self, res: Resource) -> None:
        super().__init__({"": self._fail})  # the SDK asks for resolvers only to tell them what failed
        self._resource = res
        self._asked: dict[str, asyncio.Future[_OutputData[Any]]] = {}
        self._find: Callable[[str], _OutputData[Any]] | None = None
        self._failed: Exception | None = None

    def read(self, name: str) -> asyncio.Future[_OutputData[Any]]:
        """What the output `name` will be, or is."""
        if name not in self._asked:
            self._asked[name] = asyncio.get_running_loop().create_future()
            self._settle(name)
        return self._asked[name]

    def answered(self, find: Callable[[str], _OutputData[Any]]) -> None:
        """`find` gives each output from what the engine has answered."""
        self._find = find
        for name in self._asked:
            self._settle(name)

    def _fail(self, _value: object, _known: bool, _secret: bool, _about: object, failed: Exception | None) -> None:
        self._failed = failed
        for name in self._asked:
            self._settle(name)

    def _settle(self, name: str) -> None:
        data = self._asked[name]
        if data.done():
            return
        if self._failed is not None:
            data.set_exception(self._failed)
            data.exception()  # the registration says it; asyncio need not say that nobody asked for it
        elif self._find is not None:
            data.set_result(self._find(name))


class _ResourceOutput(Output[Any]):
    """An output of a resource, of which nothing is made before it is read."""

    def __init__(self, outputs: _Outputs, name: str) -> None:
        self.__dict__["_made"] = outputs, name

    @property
    def _data(self) -> asyncio.Future[_OutputData[Any]]:  # type: ignore[override]  # an attribute of the base class
        outputs, name = self.__dict__["_made"]
        return cast("_Outputs", outputs).read(name)


def _outputs(res: Resource, props: Iterable[str], custom: bool) -> _Outputs:
    """Give `res` an output for each of `props`, and return what settles them."""
    found = _Outputs(res)
    for name in props:
        if name != "urn" and not (name == "id" and custom):  # the SDK makes these elsewhere
            res.__dict__[name] = _ResourceOutput(found, name)
    return found


def _resolve_outputs(
    res: Resource,
    _inputs: object,
    answer: Mapping[str, Any],
    about: Mapping[str, set[Resource]],
    outputs: _Outputs,
    _custom: bool,
    by_types: bool = False,
    *_known: bool,
    **_missing: bool,
) -> None:
    """What the SDK makes of the engine's `answer` in a preview, output by output."""
    types = _types.resource_types(type(res))
    names = _types.resource_pulumi_to_py_names(type(res)) if by_types else {}
    translate = (lambda prop: names.get(prop) or prop) if by_types else res.translate_output_property
    keys = {translate(key): key for key in answer}
    inner = (lambda prop: prop) if by_types else translate
    told = {translate(key): found for key, found in about.items()}

    def find(name: str) -> _OutputData[Any]:
        key = keys.get(name, "")
        value = rpc.deserialize_property(struct_pb2.Struct(fields={key: message(answer[key])})[key]) if key else None
        if value is not None:
            path = rpc._Path(name, resource=res._name)
            value = rpc.translate_output_properties(value, inner, types.get(key), by_types, path=path)
        plain = rpc.unwrap_rpc_secret(value)
        return _OutputData({*told.get(name, ()), res}, plain, plain is not None, rpc.is_rpc_secret(value))

    outputs.answered(find)


def _unknowns(value: object) -> bool:
    kind = type(value)
    if kind in _PLAIN:
        return False
    if kind is dict:
        return any(_unknowns(one) for one in value.values())  # type: ignore[attr-defined]
    if kind is list:
        return any(_unknowns(one) for one in value)  # type: ignore[attr-defined]
    return _contains_unknowns(value)


def _unsent(request: Any, *plain: str) -> Callable[..., Unsent]:
    """Makes what the class `request` does, but leaves the fields `plain` what they are."""

    def made(**fields: Any) -> Unsent:
        own = {name: fields.pop(name) for name in plain}
        return Unsent(request(**fields), **own)

    vars(made).update({name: one for name, one in vars(request).items() if isinstance(one, type)})
    return made


async def _serialize_properties(
    inputs: Mapping[str, Any],
    property_deps: dict[str, list[Resource]],
    resource_obj: Resource | None = None,
    input_transformer: Callable[[str], str] | None = None,
    typ: type | None = None,
    keep_output_values: bool = False,
    exclude_resource_refs_from_deps: bool = False,
) -> dict[str, Any]:
    """As the SDK does, without a message."""
    options = keep_output_values, exclude_resource_refs_from_deps
    translate = input_transformer or (lambda key: key)
    types: Mapping[str, Any] = {}
    if typ is not None:
        names, types = _types.input_type_py_to_pulumi_names(typ), _types.input_type_types(typ)
        translate = lambda key: names.get(key) or key  # noqa: E731
    properties = {}
    for key in inputs:
        name = translate(key)
        deps: list[Resource] = []
        value = sent = inputs[key]
        try:
            if type(value) not in _PLAIN:
                sent = await rpc.serialize_property(
                    value, deps, key, resource_obj, input_transformer, types.get(name), *options
                )
        except (ValueError, AssertionError) as error:
            kind = ValueError if isinstance(error, ValueError) else AssertionError
            where = f"While processing input: {key!r}, type {type(key)}, value {value!r}"
            raise kind(f"{where}\n{kind.__name__} has risen: {error}") from error
        if sent is not None:
            properties[name] = as_sent(sent)
            property_deps[name] = deps
    return dict(sorted(properties.items()))


def _do_rpc(manager: rpc_manager.RPCManager, _name: str, function: Callable[..., Any]) -> Callable[..., Any]:
    """As the SDK does, with one task instead of two."""

    def started(*arguments: Any, **named: Any) -> asyncio.Future[Any]:
        def ended(task: asyncio.Future[Any]) -> None:
            if task.cancelled():
                told.cancel()
            elif (failed := task.exception()) is None:
                told.set_result((task.result(), None))
            elif isinstance(failed, Exception):
                if manager.unhandled_exception is None:
                    manager.unhandled_exception, manager.exception_traceback = failed, failed.__traceback__
                told.set_result((None, failed))

        told = asyncio.get_running_loop().create_future()
        task = asyncio.ensure_future(function(*arguments, **named))
        manager.rpcs.append(task)
        task.add_done_callback(ended)
        return told

    return started


class _NotPlainError(Exception):
    """A value holds something that has to be waited for, or that the SDK has its own way with."""


def _copied(value: Any) -> Any:
    """`value` with lists, tuples and objects of its own, as the SDK gives it on; all of it is plain."""
    kind = type(value)
    if kind in _PLAIN:
        return value
    if kind is dict:
        if any(type(key) is not str for key in value):
            raise _NotPlainError
        return {key: _copied(one) for key, one in value.items()}
    if kind is list or kind is tuple:
        return kind(_copied(one) for one in value)
    raise _NotPlainError


def _from_input(value: Any) -> Output[Any]:
    """The output of `value`, in one piece where it holds no other: the SDK makes three for every text within."""
    if isinstance(value, Output):
        return value.apply(_lifted, True)
    try:
        return _known(_copied(value))
    except _NotPlainError:
        return _lifts_parts(value)


def _lifted(value: Any) -> Any:
    """What an output gives: itself if it is plain, else the output of what it holds."""
    try:
        return _copied(value)
    except _NotPlainError:
        return _lifts_parts(value)


def _known(value: Any) -> Output[Any]:
    """An output that is there at once; nobody has to wait for it at the end."""
    data = asyncio.get_running_loop().create_future()
    data.set_result(_OutputData(set(), value, True, False))
    one: Output[Any] = object.__new__(Output)
    one._data = data
    return one


async def _serialized(value: Any, *others: Any, **named: Any) -> Any:
    """Most values are what the engine gets; the SDK asks a dozen times what else they might be."""
    kind = type(value)
    if kind in _PLAIN and not named.get("return_protobuf_value"):
        return value
    if (kind is _ResourceOutput or kind is Output) and not named and not any(others[5:]):
        return await _serialized_output(value, *others)
    return await _serialize_property(value, *others, **named)


async def _serialized_output(value: Output[Any], deps: list[Resource] | None, *others: Any) -> Any:
    """As the SDK does where outputs are sent as what they hold."""
    data = await value._data
    about: list[Resource] = []
    sent = await _serialized(None if _unknowns(data.value) else data.value, about, *others[:4])
    if deps is not None:
        deps += [*data.resources, *about]
    data.resources.update(about)
    sent = sent if data.is_known else rpc.UNKNOWN
    return {rpc._special_sig_key: rpc._special_secret_sig, "value": sent} if data.is_secret else sent


def _declare_dependency(from_resource: Resource, to_resource: Resource) -> bool:
    """As the SDK does; nobody goes round to a resource on which none depends yet, so there no way is followed."""
    to_resource.__dict__["_is_needed"] = True
    if "_is_needed" in from_resource.__dict__:
        return resource_cycle_breaker.declare_dependency(from_resource, to_resource)
    resource_cycle_breaker._add_dep(from_resource, to_resource)
    return True


def _urn(
    name: Any, type_: Any, parent: Any = None, project: str | None = None, stack: str | None = None
) -> Output[str]:
    """The URN of what is known, without the four outputs of the SDK."""
    if type(name) is type(type_) is type(parent) is str:
        return _known(f"{parent[: parent.rfind('::')]}${type_}::{name}")
    return _create_urn(name, type_, parent, project, stack)


def _is_awaitable(value: object) -> bool:
    return type(value) not in _PLAIN and type(value) is not dict and inspect.isawaitable(value)


def _itself(function: Any) -> Any:
    """Of a function that is called at once, where it is: nothing is carried over to a thread."""
    return function


def _copy(options: Any) -> Any:
    """A shallow copy, without asking how the class wants to be copied."""
    copied = object.__new__(type(options))
    vars(copied).update(vars(options))
    return copied


def _silent(*_arguments: object, **_named: object) -> None:
    """Of five lines for the debug log a resource nobody sees one."""


_REPLACED: Final[tuple[tuple[Any, str, Any], ...]] = (
    (resource, "_get_stack_trace", source_pb2.StackTrace),  # where it is declared: no deployment holds it
    (rpc, "transfer_properties", _outputs),
    (rpc, "resolve_outputs", _resolve_outputs),
    (rpc, "contains_unknowns", _unknowns),
    (output, "contains_unknowns", _unknowns),
    (rpc, "serialize_property", _serialized),
    (rpc, "serialize_properties", _serialize_properties),
    *(
        (resource_pb2, name, _unsent(getattr(resource_pb2, name), *plain))
        for name, plain in {
            "RegisterResourceRequest": ("object", "propertyDependencies"),
            "RegisterResourceOutputsRequest": ("outputs",),
        }.items()
    ),
    (resource, "wrap_with_context", _itself),
    (rpc_manager.RPCManager, "do_rpc", _do_rpc),
    (ResourceOptions, "_copy", _copy),
    (ResourceHookBinding, "_copy", _copy),
    (rpc, "declare_dependency", _declare_dependency),
    (resource, "create_urn", _urn),
    (Output, "from_input", staticmethod(_from_input)),
    (output, "isawaitable", _is_awaitable),
    (log, "debug", _silent),
    # What follows from a class alone.
    *(
        (_types, name, functools.cache(getattr(_types, name)))
        for name in (
            "resource_types",
            "resource_pulumi_to_py_names",
            "resource_py_to_pulumi_names",
            "input_type_py_to_pulumi_names",
            "input_type_types",
            "unwrap_type",
            "unwrap_optional_type",
        )
    ),
)


@contextlib.contextmanager
def spared() -> Iterator[None]:
    """The SDK without what a preview has no use for."""
    waited_for = SETTINGS.outputs  # each time that it is asked for takes as long as what is done with it
    replaced = (
        *_REPLACED,
        # What is done is forgotten all at once (`_settled` in synthesis.py), not one by one.
        (Output, "_track", lambda one: waited_for.add(one._data)),
        (Output, "_untrack", lambda one: waited_for.discard(one._data)),
    )
    before = [(holder, name, vars(holder)[name]) for holder, name, _ in replaced]
    for holder, name, ours in replaced:
        setattr(holder, name, ours)
    try:
        yield
    finally:
        for holder, name, original in before:
            setattr(holder, name, original)
