"""What somebody may have meant who wrote a name that isn't there."""

from __future__ import annotations

import difflib
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel

ALIKE = 0.7
"""Share of equal letters from which two names are alike."""


def did_you_mean(name: str, known: Mapping[str, object]) -> str:
    """End of a message about the unknown `name` where only `known` ones are."""
    close = _closest(name, known)
    if close is not None:
        return f"; did you mean {close!r}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""


def meant_setting(model: type[BaseModel], path: Sequence[int | str], groups: Mapping[str, type[BaseModel]]) -> str:
    """End of a message about the unknown setting at `path` of `model`: a name there, else one of another group."""
    name, known = str(path[-1]), fields_at(model, path[:-1])
    if _closest(name, known) is None:
        here = next((group for group, each in groups.items() if each is model), "")
        elsewhere = _elsewhere(name, here, groups)
        if elsewhere:
            return f"; did you mean {' or '.join(map(repr, elsewhere))}?"
    return did_you_mean(name, known)


def close_name(model: type[BaseModel], path: Sequence[int | str]) -> str | None:
    """The name beside `path` that its last step was probably meant to be."""
    return _closest(str(path[-1]), fields_at(model, path[:-1]))


def fields_at(model: type[BaseModel], location: Sequence[int | str]) -> Mapping[str, Any]:
    """Fields of the model at `location`, which starts from `model`; empty where there is none."""
    for step in location:
        if isinstance(step, int):
            continue
        field = model.model_fields.get(step)
        inner = _model_in(field.annotation) if field is not None else None
        if inner is None:
            return {}
        model = inner
    return model.model_fields


def _closest(name: str, known: Mapping[str, object]) -> str | None:
    return next(iter(difflib.get_close_matches(name, known, n=1, cutoff=ALIKE)), None)


def _elsewhere(name: str, here: str, groups: Mapping[str, type[BaseModel]]) -> list[str]:
    """Full keys of settings of any group that are called like `name`, or like `name` with the group before it."""
    keys = [(key, leaf) for group, model in groups.items() for key, leaf in _keys(f"plant:{group}", model)]
    close = difflib.get_close_matches(name, {leaf for _, leaf in keys}, n=1, cutoff=0.8)
    likely = (
        {name, f"{here}_{name}"},
        {leaf for _, leaf in keys if leaf.endswith(f"_{name}") or name.endswith(f"_{leaf}")},
        set(close),
    )
    return next(filter(None, ([key for key, leaf in keys if leaf in leaves] for leaves in likely)), [])[:2]


def _keys(prefix: str, model: type[BaseModel]) -> Iterator[tuple[str, str]]:
    for name, field in model.model_fields.items():
        inner = field.annotation
        if isinstance(inner, type) and issubclass(inner, BaseModel):
            yield from _keys(f"{prefix}.{name}", inner)
        else:
            yield f"{prefix}.{name}", name


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)
