"""From a stack's configuration to checked settings."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from pydantic import BaseModel, ValidationError

from infra.settings.checks import CHECKS
from infra.settings.errors import Problem, SettingsError
from infra.settings.model import Settings
from infra.settings.partial import partial, told
from infra.settings.suggestions import did_you_mean, fields_at, meant_setting
from infra.settings.wording import message_of, repeats

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
            problems.append(Problem(key, config[key], _unknown_group(name)))
    for name, model in GROUPS.items():
        key = f"{NAMESPACE}:{name}"
        try:
            document = _plain(config.get(key, {}))
            groups[name] = model.model_validate(document)
        except _NotJsonError as error:
            problems.append(Problem(key, config[key], str(error)))
        except ValidationError as error:
            problems.extend(_problems(key, model, error))
            if (rest := partial(model, document)) is not None:
                groups[name] = rest
    groups["region"] = config.get(REGION_KEY, Settings.model_fields["region"].default)
    for check, needed in CHECKS:
        if all(name in groups for name in needed):
            problems.extend(told(check(*(groups[name] for name in needed))))
    if not problems:
        try:
            return Settings.model_validate(groups)
        except ValidationError as error:
            problems.extend(_problems("aws", Settings, error))
    raise SettingsError([Problem(found.key, found.value, found.message, source) for found in problems])


def _unknown_group(name: str) -> str:
    group, dot, setting = name.partition(".")
    if dot and group in GROUPS:  # what `pulumi config set` writes without --path
        key = f"{NAMESPACE}:{name}"
        return f"write {setting} beneath {NAMESPACE}:{group}, as `pulumi config set --path {key} VALUE` does"
    return f"unknown group{did_you_mean(name, GROUPS)}"


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
    errors = error.errors(include_url=False)
    for found in errors:
        location = found["loc"]
        key = prefix + "".join(_step(step) for step in location)
        if found["type"] == "extra_forbidden":
            yield Problem(key, found["input"], f"unknown setting{meant_setting(model, location, GROUPS)}")
        elif not repeats(found, errors):
            value = None if found["type"] == "missing" else found["input"]
            yield Problem(key, value, message_of(found, model) + _described(model, location))


def _step(step: int | str) -> str:
    return f"[{step}]" if isinstance(step, int) else f".{step}"


def _described(model: type[BaseModel], location: Sequence[int | str]) -> str:
    names = [step for step in location if isinstance(step, str)]
    field = fields_at(model, location[: location.index(names[-1])]).get(names[-1]) if names else None
    return f" ({field.description.removesuffix('.')})" if field is not None and field.description else ""
