"""What botocore reads out of the text that moto writes of a result, made of the result itself.

moto (5.2.5) finds each member of an answer in its own objects, and writes JSON or XML; botocore parses that again. That
was half the time of a call. tests/unit/workbench/emulator/test_answers_without_text.py holds each answer that a
deployment of dev and prod gets to the text.
"""

from __future__ import annotations

import copy
import functools
from collections.abc import Callable
from enum import Enum
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from botocore.model import OperationModel, Shape
    from moto.core.serialize import ResponseSerializer

KEPT = "plant.answer"
"""Name in a request's environment of the list that takes the answer in place of a text."""

_NOTHING = object()
"""What is written as nothing at all."""


@functools.cache
def apply() -> None:
    """Let moto, in this process, give a result as it is to who asks for that."""
    from moto.core.responses import ActionResult

    in_text = ActionResult.execute_result

    def execute_result(self: Any, context: Any) -> Any:
        kept = context.response.normalized_request.environ.get(KEPT)
        model = context.operation_model
        if kept is None or isinstance(self.result, Exception) or not _is_all_body(model):
            return in_text(self, context)
        serializer = context.serializer_class(operation_model=model, value_picker=_picker(context.response))
        kept.append(answer_of(serializer, self.result))
        return model.http.get("responseCode", serializer.DEFAULT_RESPONSE_CODE), {}, ""

    ActionResult.execute_result = execute_result  # type: ignore[method-assign]


def _picker(response: Any) -> Any:
    from moto.core.serialize import XFormedAttributePicker

    return XFormedAttributePicker(response_transformers=response.RESPONSE_KEY_PATH_TO_TRANSFORMER)


@functools.cache
def _is_all_body(model: OperationModel) -> bool:
    """Whether an answer is in the body alone, none of it in headers, a status or a payload of its own."""
    shape = model.output_shape
    return shape is None or not (
        model.has_event_stream_output
        or "payload" in shape.serialization
        or any("location" in member.serialization for member in shape.members.values())
    )


def answer_of(serializer: ResponseSerializer, result: Any) -> dict[str, Any]:
    """What a caller gets of a result, without what botocore says of the call itself."""
    shape = serializer.operation_model.output_shape
    if shape is None or result is None:
        return {}
    found: dict[str, Any] = _Answer(serializer).structure(shape, result)
    return found


class _Answer:
    """One answer in the making."""

    def __init__(self, serializer: ResponseSerializer) -> None:
        from moto.core.serialize import BaseJSONSerializer, QuerySerializer

        self.serializer = serializer
        self.transformers: dict[str, Any] = serializer._value_picker.response_transformers
        self.transformed = {path.rsplit(".", 1)[-1] for path in self.transformers}
        self.is_json = isinstance(serializer, BaseJSONSerializer)
        self.is_query = isinstance(serializer, QuerySerializer)
        self.path = [*serializer.path, serializer.operation_model.output_shape.name]

    def structure(self, shape: Shape, value: Any) -> Any:
        if value is None:
            return _NOTHING
        found = {}
        path, transformed = self.path, self.transformed
        for name, member, names, look, of_kind in _members(self.serializer, shape, value):
            one = look(value, names)
            if name in transformed:
                one = self._transformed(name, one)
            if one is not None:
                path.append(name)
                item = of_kind(self, member, one)
                path.pop()
                if item is not _NOTHING:
                    found[name] = item
        return found

    def _transformed(self, name: str, value: Any) -> Any:
        path = ".".join([*self.path, name])
        for end, transform in self.transformers.items():
            if path.endswith(end):
                return transform(value)
        return value

    def list(self, shape: Shape, value: Any) -> Any:
        member = shape.member
        of_kind = _OF_KIND.get(member.type_name, _Answer.other)
        self.path.append(member.name)
        found = [
            item
            for one in value
            if (item := None if one is None and self.is_json else of_kind(self, member, one)) is not _NOTHING
            and (self.is_json or item != {})
        ]
        self.path.pop()
        return _NOTHING if not found and not self.is_json and shape.is_flattened else found

    def map(self, shape: Shape, value: Any) -> Any:
        of_kind = _OF_KIND.get(shape.value.type_name, _Answer.other)
        found = {}
        for key, one in value.items():
            if one is None and self.is_query:
                continue
            self.path.append(str(key) if self.is_json else "value")
            item = None if one is None and self.is_json else of_kind(self, shape.value, one)
            self.path.pop()
            if item is not _NOTHING:
                found[str(key)] = item
        return _NOTHING if not found and not self.is_json and shape.is_flattened else found

    def string(self, shape: Shape, value: Any) -> Any:
        if type(value) is str:
            return value
        if self.is_json:
            if isinstance(value, Enum):
                value = value.value
            if value in (None, {}, []):
                return value
        return str(value)

    def boolean(self, shape: Shape, value: Any) -> Any:
        return value if self.is_json else value is True or str(value).lower() == "true"

    def integer(self, shape: Shape, value: Any) -> Any:
        return int(value)

    def float(self, shape: Shape, value: Any) -> Any:
        return float(value)

    def timestamp(self, shape: Shape, value: Any) -> Any:
        form = shape.serialization.get("timestampFormat", self.serializer.DEFAULT_TIMESTAMP_FORMAT)
        return _read_time(value, form)

    def blob(self, shape: Shape, value: Any) -> Any:
        return value.encode() if isinstance(value, str) else bytes(value)

    def other(self, shape: Shape, value: Any) -> Any:
        return copy.deepcopy(value)


_OF_KIND = {
    "structure": _Answer.structure,
    "list": _Answer.list,
    "map": _Answer.map,
    "string": _Answer.string,
    "boolean": _Answer.boolean,
    "integer": _Answer.integer,
    "long": _Answer.integer,
    "float": _Answer.float,
    "double": _Answer.float,
    "timestamp": _Answer.timestamp,
    "blob": _Answer.blob,
}


@functools.lru_cache(maxsize=4096)
def _read_time(value: Any, form: str) -> Any:
    from botocore.parsers import DEFAULT_TIMESTAMP_PARSER
    from moto.core.serialize import TimestampSerializer

    return DEFAULT_TIMESTAMP_PARSER(TimestampSerializer(form)._convert_timestamp_to_str(value, form))


_Look = Callable[[Any, tuple[str, ...]], Any]


def _members(serializer: Any, shape: Shape, value: Any) -> list[tuple[str, Shape, tuple[str, ...], _Look, Any]]:
    """Of each member of an answer its name, its shape, the names under which an object of moto's may hold it, how to
    look there, and what makes it: it follows from the object's class."""
    known = shape.__dict__.setdefault("members_by_class", {})
    kind = type(value)
    if kind not in known:
        known[kind] = [
            (
                name,
                member,
                *_where(serializer, value, name, member, shape),
                _OF_KIND.get(member.type_name, _Answer.other),
            )
            for name, member in shape.members.items()
        ]
    found: list[tuple[str, Shape, tuple[str, ...], _Look, Any]] = known[kind]
    return found


def _where(serializer: Any, value: Any, name: str, shape: Shape, parent: Shape) -> tuple[tuple[str, ...], _Look]:
    """Names under which an object may hold a member, and how to look there."""
    from moto.core.serialize import AttributePickerContext

    shape.parent = parent
    context = AttributePickerContext(obj=value, key=name, shape=shape)
    names = tuple(dict.fromkeys(serializer._value_picker.get_possible_keys(context)))
    if type(value) is dict:
        return names, _in_dictionary
    if not hasattr(value, "__getitem__") and not any("." in one for one in names):
        return names, _in_attributes
    return names, _anywhere


def _in_dictionary(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        if name in value:
            return value[name]
    return None


def _in_attributes(value: Any, names: tuple[str, ...]) -> Any:
    for name in names:
        found = getattr(value, name, _NOTHING)
        if found is not _NOTHING:
            return found
    return None


def _anywhere(value: Any, names: tuple[str, ...]) -> Any:
    from moto.core.utils import get_value

    for name in names:
        found = get_value(value, name, _NOTHING)
        if found is not _NOTHING:
            return found
    return None
