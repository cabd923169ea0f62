"""Reads Pulumi.yaml and Pulumi.<stack>.yaml the way the engine hands them to a program."""

from __future__ import annotations

import itertools
import json
import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any, Final

from deployment.errors import InputError, meant
from deployment.values import HIDDEN_VALUE

REPOSITORY: Final = Path(__file__).resolve().parents[2]
"""Root of the working copy: the folder of Pulumi.yaml."""

DEFAULT_REGION: Final = "us-east-1"
"""Region of a stack that sets no `aws:region`; the provider itself would ask the environment."""

QUOTED: Final = r'\["(?:[^"\\]|\\["\\])+"\]'
OVERRIDE_PATH: Final = re.compile(rf"[^.\[\]\s]+(\.[^.\[\]\s]+|\[\d{{1,9}}\]|{QUOTED})*")
"""Dotted path of a value inside an object; ``[N]`` is an item of a list, or a new one just behind its end, and
``["name"]`` a key that has dots in it (https://www.pulumi.com/docs/iac/concepts/config/#structured-configuration)."""
STEP: Final = re.compile(rf"\[\d+\]|{QUOTED}|[^.\[\]]+")

MAX_DEPTH: Final = 50
"""Objects nested deeper than this hold no settings; stack files are held to the same."""

LONGEST_TOLD: Final = 80
"""Characters of a key that a message repeats."""

NAMESPACES: Final = ("aws", "kubernetes", "pulumi")
"""Whose configuration a program of this kind has beside its own."""

STACK_NAME: Final = re.compile(r"[A-Za-z0-9_.-]{1,100}")
"""What Pulumi allows as the name of a stack (pulumi 3.260)."""


@dataclass(frozen=True)
class StackFile:
    """One stack's configuration, flat and as strings: what a program reads through `pulumi.Config`."""

    project: str
    stack: str
    main: str
    """Folder of the program, relative to Pulumi.yaml."""
    config: dict[str, str] = field(default_factory=dict)
    """Full key -> value; an object as JSON."""
    secret_keys: frozenset[str] = frozenset()
    """Keys whose values are encrypted; the preview has placeholders for them."""

    @property
    def region(self) -> str:
        """AWS region of the stack's default provider."""
        return self.config.get("aws:region", DEFAULT_REGION)


def read_stack(root: Path, stack: str, overrides: Mapping[str, str]) -> StackFile:
    """Configuration of `stack` from the files in `root`, with `overrides` (`namespace:key.path` -> text) on top.

    Raises InputError: no such stack, not YAML, or an override that doesn't fit.
    """
    if not STACK_NAME.fullmatch(stack):
        raise InputError(f"--stack {stack!r}: a stack's name has letters, digits, '-', '_' and '.', 100 at most")
    project = _yaml(root / "Pulumi.yaml")
    path = root / f"Pulumi.{stack}.yaml"
    if not os.path.lexists(path):
        known = stacks(root)
        bare = name_in(stack)
        made = "" if bare != stack else f"; `./plant init {stack}` makes it"
        raise InputError(
            f"{path.name}: there is no such stack file in {root}{meant(bare, known)}; "
            f"stacks here: {', '.join(known) or 'none'}{made}"
        )
    settings = _yaml(path).get("config") or {}
    if not isinstance(settings, dict):
        raise InputError(f"{path.name}: config: must be a mapping of keys to values, got {settings!r}")
    name = str(project.get("name") or "")
    values = _defaults(project, name) | {full_key(str(key), name): value for key, value in settings.items()}
    read = {name, *NAMESPACES, *(key.partition(":")[0] for key in values)}
    for key, text in overrides.items():
        if name and ":" not in key and key.startswith(f"{name}."):
            raise InputError(f"--config {_short(key)}: write {name}:{_short(key.removeprefix(f'{name}.'))}")
        _override(values, _read(full_key(key, name), read), text)
    for key in values:
        namespace = key.partition(":")[0]
        if namespace != name and namespace.casefold() == name.casefold():
            raise InputError(f"{path.name}: {key}: nobody reads the namespace {namespace}; write {name}:…")
    secret_keys = frozenset(key for key, value in values.items() if _has_secret(value))
    return StackFile(
        project=name,
        stack=stack,
        main=str(project.get("main") or "."),
        config={key: _as_text(_without_secrets(value)) for key, value in values.items()},
        secret_keys=secret_keys,
    )


def stacks(root: Path) -> list[str]:
    """Names of the stacks that have a file in `root`, sorted."""
    return sorted(name_in(found.name) for found in root.glob("Pulumi.*.yaml"))


def name_in(file_name: str) -> str:
    """Name of the stack whose file is `file_name`; what is no such file is taken for a name."""
    return file_name.removeprefix("Pulumi.").removesuffix(".yaml")


def _yaml(path: Path) -> dict[str, Any]:
    """The mapping in the YAML file at `path`; an empty file is an empty one. Raises InputError."""
    from workbench.preview.yamlfile import read_yaml

    if not os.path.lexists(path):
        raise InputError(f"{path}: there is no such file; run this in a Pulumi project")
    document = read_yaml(path)
    if document is None:
        return {}
    if not isinstance(document, dict):
        raise InputError(f"{path}: must be a mapping, got {type(document).__name__}")
    return document


def _defaults(project: Mapping[str, Any], name: str) -> dict[str, Any]:
    """Values that Pulumi.yaml's `config` block gives to every stack."""
    found = {}
    for key, entry in (project.get("config") or {}).items():
        if isinstance(entry, dict) and ("default" in entry or "value" in entry):
            found[full_key(str(key), name)] = entry.get("value", entry.get("default"))
        elif not isinstance(entry, dict):
            found[full_key(str(key), name)] = entry
    return found


def full_key(key: str, project: str) -> str:
    """`key` with the project's namespace where it has none, as Pulumi takes it."""
    return key if ":" in key else f"{project}:{key}"


def _read(key: str, namespaces: set[str]) -> str:
    """`key`, whose namespace somebody reads. Raises InputError: it is none of `namespaces`."""
    namespace = key.partition(":")[0]
    if namespace and namespace not in namespaces:
        raise InputError(
            f"--config {key}: nobody reads the namespace {_short(namespace)}{meant(namespace, sorted(namespaces))}; "
            f"there are {', '.join(sorted(namespaces))}"
        )
    return key


def _override(values: dict[str, Any], key: str, text: str) -> None:
    """Set `namespace:name.path.to[0].item` the way `pulumi config set --path` does."""
    namespace, _, path = key.partition(":")
    if not namespace or not OVERRIDE_PATH.fullmatch(path):
        raise InputError(
            f"--config {_short(key)}: must be NAMESPACE:KEY=VALUE, e.g. plant:fleet.max_size=4 or plant:a.list[0]=x"
        )
    # In brackets is JSON: a number, or a key in quotes.
    steps: list[str | int] = [json.loads(part[1:-1]) if part[0] == "[" else part for part in STEP.findall(path)]
    value = _scalar(text)
    if len(steps) + _depth(value) > MAX_DEPTH:
        raise InputError(f"--config {_short(key)}: nested more than {MAX_DEPTH} deep")
    target: Any = values
    steps[0] = f"{namespace}:{steps[0]}"
    for step, following in itertools.pairwise(steps):
        target = _item(target, step, key, [] if isinstance(following, int) else {})
    last = steps[-1]
    _item(target, last, key, None)
    target[last] = value


def _item(target: Any, step: str | int, key: str, new: Any) -> Any:
    """What `target` has at `step`; where that is nothing yet, `new` is put there."""
    if isinstance(target, dict) and isinstance(step, str):
        return target.setdefault(step, new)
    if isinstance(target, list) and isinstance(step, int) and step <= len(target):
        if step == len(target):
            target.append(new)
        return target[step]
    raise InputError(f"--config {key}: {step!r} does not fit into {type(target).__name__} {target!r}")


def _scalar(text: str) -> Any:
    """`text` as the type that a stack file would give it (true, 4, 1.5, [..], {..}, or text)."""
    try:
        return json.loads(text)
    except (ValueError, RecursionError):
        return text


def _depth(value: Any) -> int:
    """How deeply objects and lists are nested in `value`, as far as it matters."""
    depth, nested = 0, [value]
    while depth <= MAX_DEPTH and (nested := [one for one in nested if isinstance(one, (dict, list))]):
        nested = [item for one in nested for item in (one.values() if isinstance(one, dict) else one)]
        depth += 1
    return depth


def _short(text: str) -> str:
    return text if len(text) <= LONGEST_TOLD else text[:LONGEST_TOLD] + "…"


def _as_text(value: Any) -> str:
    if isinstance(value, str):
        return value
    return json.dumps(value, default=str)


def _is_secret(value: Any) -> bool:
    return isinstance(value, dict) and value.keys() == {"secure"}


def _has_secret(value: Any) -> bool:
    if isinstance(value, dict):
        return _is_secret(value) or any(_has_secret(item) for item in value.values())
    return isinstance(value, list) and any(_has_secret(item) for item in value)


def _without_secrets(value: Any) -> Any:
    """`value` with each encrypted part replaced by a placeholder: offline there is no key to open it."""
    if _is_secret(value):
        return HIDDEN_VALUE
    if isinstance(value, dict):
        return {key: _without_secrets(item) for key, item in value.items()}
    if isinstance(value, list):
        return [_without_secrets(item) for item in value]
    return value
