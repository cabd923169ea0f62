"""pydantic's complaints in the words of somebody who writes a stack's file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from pydantic import BaseModel

from infra.settings.forms import form_of
from infra.settings.suggestions import fields_at

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

A_LIST: Final = 'expected a list, e.g. ["a", "b"]'
WORDS: Final = {
    "missing": "required, and not given",
    "tuple_type": A_LIST,
    "list_type": A_LIST,
    "set_type": A_LIST,
    "string_type": "expected text",
    "int_type": "expected a whole number",
    "int_parsing": "expected a whole number",
    "int_parsing_size": "expected a whole number, and none of so many digits",
    "int_from_float": "expected a whole number",
    "float_type": "expected a number",
    "float_parsing": "expected a number",
    "decimal_type": "expected a number",
    "decimal_parsing": "expected a number",
    "bool_type": "expected true or false",
    "bool_parsing": "expected true or false",
    "finite_number": "expected a finite number",
}
"""Type of a pydantic error -> what is expected. Other types speak for themselves."""


def message_of(found: ErrorDetails, model: type[BaseModel]) -> str:
    """What is wrong with one value, in plain words."""
    kind, context = found["type"], found.get("ctx", {})
    if kind in WORDS:
        return WORDS[kind]
    if kind == "string_pattern_mismatch":
        return f"expected {form_of(context['pattern'])}{_quoted(found['input'])}"
    if kind in ("model_type", "dict_type", "model_attributes_type"):
        names = ", ".join(fields_at(model, found["loc"]))
        return f"expected an object{' with ' + names if names else ''}"
    if kind == "too_short":
        return f"at least {context['min_length']} {_items(context['min_length'])}; it has {context['actual_length']}"
    if kind == "too_long":
        return f"at most {context['max_length']} {_items(context['max_length'])}; it has {context['actual_length']}"
    text = found["msg"].removeprefix("Value error, ").replace("Input should", "has to")
    return text[0].lower() + text[1:]


def _quoted(value: object) -> str:
    """What to do where text was written like a number: YAML reads 012345678901 as 12345678901.0, and 1.30 as 1.3."""
    is_number = isinstance(value, (int, float)) and not isinstance(value, bool)
    return "; read as a number, which keeps no 0 at either end: write it in quotes" if is_number else ""


def repeats(found: ErrorDetails, errors: Sequence[ErrorDetails]) -> bool:
    """True when a list is called too short only because pydantic doesn't count its wrong items."""
    if found["type"] != "too_short":
        return False
    depth = len(found["loc"])
    return any(len(other["loc"]) > depth and other["loc"][:depth] == found["loc"] for other in errors)


def _items(count: int) -> str:
    return "item" if count == 1 else "items"
