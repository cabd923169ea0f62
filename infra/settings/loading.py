"""From a stack's configuration to checked settings."""

from __future__ import annotations

import difflib
import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any, get_args

from pydantic import BaseModel, ValidationError

from infra.settings.checks import CHECKS
from infra.settings.errors import Problem, SettingsError
from infra.settings.model import Settings

NAMESPACE = "plant"
"""Prefix of this program's keys in a stack's file."""
REGION_KEY = "aws:region"
"""Key of the AWS provider that is read, too."""

GROUPS: Mapping[str, type[BaseModel]] = {
    name: field.annotation
    for name, field in Settings.model_fields.items()
    if isinstance(field.annotation, type) and issubclass(field.annotation, BaseModel)
}
"""Group name -> its model."""


def load(config: Mapping[str, object], source: str) -> Settings:
    """Settings from configuration values by full key, e.g. ``{"plant:fleet": {"max_size": 4}}``.

    A value may also be JSON text, as Pulumi passes objects to a program. `source` names the file in messages.
    Keys of other packages are ignored. Raises SettingsError with every problem.
    """
    problems: list[Problem] = []
    groups: dict[str, Any] = {}
    for key in sorted(config):
        package, _, name = key.partition(":")
        if package == NAMESPACE and name not in GROUPS:
            problems.append(Problem(key, config[key], f"unknown group{_did_you_mean(name, GROUPS)}"))
    for name, model in GROUPS.items():
        key = f"{NAMESPACE}:{name}"
        try:
            groups[name] = model.model_validate(_plain(config.get(key, {})))
        except _NotJsonError as error:
            problems.append(Problem(key, config[key], str(error)))
        except ValidationError as error:
            problems.extend(_problems(key, model, error))
    groups["region"] = config.get(REGION_KEY, Settings.model_fields["region"].default)
    for check, needed in CHECKS:
        if all(name in groups for name in needed):
            problems.extend(check(*(groups[name] for name in needed)))
    if not problems:
        try:
            return Settings.model_validate(groups)
        except ValidationError as error:
            problems.extend(_problems("aws", Settings, error))
    raise SettingsError([Problem(found.key, found.value, found.message, source) for found in problems])


class _NotJsonError(Exception):
    pass


def _plain(value: object) -> object:
    if not isinstance(value, str):
        return value
    try:
        return json.loads(value)
    except json.JSONDecodeError:
        raise _NotJsonError(
            "expected an object with keys, e.g. `pulumi config set --path plant:fleet.max_size 4`"
        ) from None


def _problems(prefix: str, model: type[BaseModel], error: ValidationError) -> Iterator[Problem]:
    for found in error.errors(include_url=False):
        location = found["loc"]
        key = prefix + "".join(_step(step) for step in location)
        if found["type"] == "extra_forbidden":
            known = _fields(model, location[:-1])
            yield Problem(key, found["input"], f"unknown setting{_did_you_mean(str(location[-1]), known)}")
            continue
        value = None if found["type"] == "missing" else found["input"]
        message = found["msg"].removeprefix("Value error, ")
        yield Problem(key, value, message[0].lower() + message[1:] + _described(model, location))


def _step(step: int | str) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _described(model: type[BaseModel], location: Sequence[int | str]) -> str:
    names = [step for step in location if isinstance(step, str)]
    field = _fields(model, location[: location.index(names[-1])]).get(names[-1]) if names else None
    return f" ({field.description})" if field is not None and field.description else ""


def _fields(model: type[BaseModel], location: Sequence[int | str]) -> Mapping[str, Any]:
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


def _model_in(annotation: Any) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    return next(filter(None, map(_model_in, get_args(annotation))), None)


def _did_you_mean(name: str, known: Mapping[str, object]) -> str:
    close = difflib.get_close_matches(name, known, n=1, cutoff=0.5)
    if close:
        return f"; did you mean {close[0]!r}?"
    return f"; known are {', '.join(sorted(known))}" if known else ""
