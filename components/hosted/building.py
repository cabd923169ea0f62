"""Makes a component's arguments of what an engine sends."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from datetime import datetime
from decimal import Decimal
from typing import Any, get_args

import pulumi
from pulumi.errors import InputPropertyError
from pulumi.provider.experimental.analyzer import is_dict, is_input, is_list, unwrap_input
from pulumi.provider.experimental.util import camel_case

from components.hosted.analysis import defaults_of, hints, without_none
from components.hosted.stand_ins import LEFT_OUT, STAND_INS, dollars, moment

READERS: Mapping[Any, Callable[[Any], Any]] = {Decimal: dollars, datetime: moment}


def built(arguments: type, given: Any, path: str = "") -> Any:
    """`arguments` made of `given`, by the names of the schema. Raises InputPropertyError with the path of the input."""
    if not isinstance(given, Mapping):
        raise InputPropertyError(path, f"must be an object; got {shown(given)}")
    wanted = {camel_case(name): (name, hint) for name, hint in hints(arguments).items()}
    where = f"{path}." if path else ""
    for key in given:
        if key not in wanted:
            raise InputPropertyError(f"{where}{key}", f"no such input; allowed: {', '.join(wanted)}")
    values = {name: left for (owner, name), left in LEFT_OUT.items() if owner is arguments}
    optional = defaults_of(arguments)
    for key, (name, hint) in wanted.items():
        value = given.get(key)
        if value is not None:
            values[name] = value_of(hint, value, f"{where}{key}")
        elif without_none(hint) is not hint and name not in optional:
            values[name] = None
        elif name not in optional:
            raise InputPropertyError(f"{where}{key}", "is missing")
    return read(lambda: arguments(**values), path)


def value_of(hint: Any, value: Any, path: str) -> Any:
    """`value` as an argument of type `hint` holds it. Raises InputPropertyError."""
    hint = without_none(hint)
    if hint is Any:
        return whole(value)
    if is_input(hint):
        return value if isinstance(value, pulumi.Output) else value_of(unwrap_input(hint), value, path)
    if isinstance(value, pulumi.Output):
        raise InputPropertyError(path, "decides what is declared, so it must be known: give a value, and no output")
    if stand_in := STAND_INS.get(hint):
        return read(lambda: built(stand_in, value, path).made(), path)
    if reader := READERS.get(hint):
        return read(lambda: reader(value), path)
    if dataclasses.is_dataclass(hint):
        return built(hint, value, path)  # type: ignore[arg-type]
    if is_list(hint) or is_dict(hint):
        return collection(hint, value, path)
    return scalar(hint, value, path)


def collection(hint: Any, value: Any, path: str) -> Any:
    """A list or an object of what `hint` says. Raises InputPropertyError."""
    if is_list(hint):
        if not isinstance(value, (list, tuple)):
            raise InputPropertyError(path, f"must be a list; got {shown(value)}")
        (item,) = get_args(hint)
        return [value_of(item, one, f"{path}[{index}]") for index, one in enumerate(value)]
    if not isinstance(value, Mapping):
        raise InputPropertyError(path, f"must be an object; got {shown(value)}")
    return {key: value_of(get_args(hint)[1], one, f"{path}.{key}") for key, one in value.items()}


def scalar(hint: Any, value: Any, path: str) -> Any:
    """Text, number or truth. Every number comes as a float. Raises InputPropertyError."""
    kinds = {str: "text", int: "a whole number", float: "a number", bool: "true or false"}
    if hint is int and isinstance(value, float) and value.is_integer():
        return int(value)
    if hint is float and isinstance(value, int) and not isinstance(value, bool):
        return float(value)
    if type(value) is not hint:
        raise InputPropertyError(path, f"must be {kinds[hint]}; got {shown(value)}")
    return value


def whole(value: Any) -> Any:
    """`value` with its whole numbers as integers, which the wire does not know."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        return {key: whole(one) for key, one in value.items()}
    return [whole(one) for one in value] if isinstance(value, (list, tuple)) else value


def read(make: Callable[[], Any], path: str) -> Any:
    """What `make` makes; its ValueError becomes one of the input at `path`."""
    try:
        return make()
    except ValueError as error:
        raise InputPropertyError(path, str(error)) from error


def shown(value: Any) -> str:
    """`value` as a message shows it."""
    text = repr(value)
    return text if len(text) <= 80 else f"{text[:77]}..."
