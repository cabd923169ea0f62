"""Server-side apply: what an object is once a manager applied its part of it, and who owns which field then.

As the API server does it (structured-merge-diff v6, merge/update.go and typed/), with the kinds of lists and maps that
the schemas of kubernetes-validate name. An object without a schema, a custom resource, has maps that are owned key by
key and lists that are owned as a whole.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping, Sequence
from functools import lru_cache
from typing import Any, Final, TypeAlias

from deployment.kubernetes_api.schemas import definitions

Item: TypeAlias = tuple[tuple[str, Any], ...]
"""An item of a list: its keys with their values, or "" with the item itself."""
Path: TypeAlias = tuple[str | Item, ...]
"""Way to a field; labels have dots in them."""
Fields: TypeAlias = frozenset[Path]
Schema: TypeAlias = Mapping[str, Any]

KEY_DEFAULTS: Final = {"protocol": "TCP"}
"""What a key of an item is where it is left out (pkg/apis/core/v1/defaults.go)."""
REF: Final = "$ref"
LISTED: Final = "x-kubernetes-list-type"
KEYS: Final = "x-kubernetes-list-map-keys"
MAPPED: Final = "x-kubernetes-map-type"


@lru_cache(maxsize=64)
def schema_of(api_version: str, kind: str, version: str) -> Schema:
    """Schema of a kind in Kubernetes `version`, to be handed to the others here; {} for a custom resource."""
    known = definitions(version)["$defs"]
    group, _, own = api_version.rpartition("/")
    for definition in known.values():
        for one in definition.get("x-kubernetes-group-version-kind") or ():
            if (one["group"], one["version"], one["kind"]) == (group, own, kind):
                return _Of(definition, known)
    return {}


class _Of(dict[str, Any]):
    """A schema that knows what its references mean; there is one of each."""

    def __init__(self, schema: Schema, definitions: Mapping[str, Any], made: dict[int, _Of] | None = None) -> None:
        whole = dict(schema)
        if REF in whole:
            whole = {**definitions[str(whole.pop(REF)).rpartition("/")[2]], **whole}
        super().__init__(whole)
        self.definitions = definitions
        self.made: dict[int, _Of] = {} if made is None else made

    def at(self, schema: Schema) -> _Of:
        """`schema`, which stands in this one."""
        found = self.made.get(id(schema))
        if found is None:
            found = self.made[id(schema)] = _Of(schema, self.definitions, self.made)
        return found


def _field(schema: Schema, step: str) -> Schema:
    """Schema of what is at the key `step` of an object or map."""
    found = (schema.get("properties") or {}).get(step, schema.get("additionalProperties"))
    return schema.at(found) if isinstance(schema, _Of) and isinstance(found, Mapping) else {}


def _item(schema: Schema) -> Schema:
    found = schema.get("items")
    return schema.at(found) if isinstance(schema, _Of) and isinstance(found, Mapping) else {}


def _is_by_key(value: Any, schema: Schema) -> bool:
    return isinstance(value, Mapping) and schema.get(MAPPED) != "atomic"


def _is_by_item(value: Any, schema: Schema) -> bool:
    return isinstance(value, list) and schema.get(LISTED) in ("map", "set")


def _step(item: Any, schema: Schema) -> Item:
    """What an item of a list with `schema` is told by."""
    if schema.get(LISTED) == "set":
        return (("", item),)
    return tuple((key, item.get(key, KEY_DEFAULTS.get(key))) for key in sorted(schema[KEYS]))


def members(value: Any, schema: Schema, path: Path = (), *, holders: bool = False) -> Iterator[tuple[Path, Any]]:
    """(path, value) of all that a manager of `value` owns: leaves, keys of maps and items of lists, which have no value
    of their own; and with `holders` what holds them."""
    if _is_by_key(value, schema):
        for key, below in value.items():
            inner, here = _field(schema, key), (*path, str(key))
            yield from members(below, inner, here, holders=holders)
            holds = _is_by_key(below, inner)
            if holds and (holders or not below or key not in (schema.get("properties") or {key: 0})):
                yield here, None
    elif _is_by_item(value, schema):
        for one in value:
            here = (*path, _step(one, schema))
            if isinstance(one, Mapping):
                yield from members(one, _item(schema), here, holders=holders)
            yield here, None
        if holders and value:
            yield path, None
    elif path:
        yield path, value


def owned(value: Any, schema: Schema) -> Fields:
    """What a manager owns that applied `value`."""
    return frozenset(path for path, _ in members(value, schema) if path not in IDENTITY)


IDENTITY: Final[Fields] = frozenset({("apiVersion",), ("kind",), ("metadata", "name"), ("metadata", "namespace")})
"""What nobody owns, and nobody takes away."""


def merged(live: Any, part: Any, schema: Schema) -> Any:
    """`live` with `part` over it."""
    if _is_by_key(part, schema) and isinstance(live, Mapping):
        whole = dict(live)
        for key, value in part.items():
            whole[key] = merged(live.get(key), value, _field(schema, key))
        return whole
    if _is_by_item(part, schema) and isinstance(live, list):
        return _merged_items(live, part, schema)
    return part


def _merged_items(live: Sequence[Any], part: Sequence[Any], schema: Schema) -> list[Any]:
    """Items of both in the order of `part`; what only `live` has keeps its place among those around it."""
    before = {_step(one, schema): one for one in live}
    after = {_step(one, schema): one for one in part}
    left, right = list(before), list(after)
    shared = [step for step in right if step in before]
    found: dict[Item, Any] = {}

    def take(step: Item) -> None:
        both = step in before and step in after
        whole = merged(before[step], after[step], _item(schema)) if both else after.get(step, before.get(step))
        found.setdefault(step, whole)
        if shared and shared[0] == step:
            shared.pop(0)

    while left or right:
        if left and right:
            if left[0] == right[0]:
                take(left.pop(0))
                right.pop(0)
                continue
            if left[0] in after and shared and shared[0] != left[0]:
                left.pop(0)
                continue
        if left and left[0] not in after:
            take(left.pop(0))
        elif right:
            take(right.pop(0))
        else:
            left.pop(0)
    return list(found.values())


def without(value: Any, gone: Fields, schema: Schema, path: Path = ()) -> Any:
    """`value` without what is at the paths of `gone`; None stands for what that leaves empty."""
    if _is_by_key(value, schema) and value:
        kept = {}
        for key, below in value.items():
            here = (*path, str(key))
            if here not in gone:
                kept[key] = without(below, gone, _field(schema, key), here)
        return kept or None
    if _is_by_item(value, schema) and value:
        items = []
        for one in value:
            here = (*path, _step(one, schema))
            if here not in gone:
                left = without(one, gone, _item(schema), here) if isinstance(one, Mapping) else one
                if left is not None:
                    items.append(left)
        return items or None
    return value


def _named(paths: Iterable[Path], schema: Schema) -> Fields:
    """`paths`, and the fields of objects on the way to them; keys of maps and items of lists are told apart."""
    found = set(paths)
    for path in list(found):
        here = schema
        for number, step in enumerate(path[:-1]):
            if isinstance(step, tuple):
                here = _item(here)
                continue
            if step in (here.get("properties") or ({step: 0} if not here else {})):
                found.add(path[: number + 1])
            here = _field(here, step)
    return frozenset(found)


def pruned(whole: Any, last: Fields, everybodys: Iterable[Fields], schema: Schema) -> Any:
    """`whole` without what its manager applied `last` time and nobody owns any more."""
    if not last:
        return whole

    def fields(value: Any) -> Fields:
        return _named((path for path, _ in members(value or {}, schema)), schema)

    before, all_before = _named(last, schema), fields(whole)
    kept = fields(without(whole, before, schema)) | _named(IDENTITY.union(*everybodys), schema)
    kept = fields(without(whole, all_before - kept, schema))
    return without(whole, (all_before - kept) & before, schema) or {}


def filled(value: Any, schema: Schema) -> Any:
    """`value` without maps and lists that hold nothing, which the API server doesn't keep; objects may be empty."""
    if isinstance(value, Mapping):
        whole = {key: filled(below, _field(schema, key)) for key, below in value.items()}
        return {key: below for key, below in whole.items() if not _holds_nothing(below, _field(schema, key))}
    return [filled(one, _item(schema)) for one in value] if isinstance(value, list) else value


def _holds_nothing(value: Any, schema: Schema) -> bool:
    is_map = "additionalProperties" in schema and not schema.get("properties")
    return value is None or value == [] or (value == {} and is_map)


def changes(before: Any, after: Any, schema: Schema) -> tuple[Fields, Fields]:
    """(what is other in `after` or new there, what is gone)."""
    old, new = (dict(members(one, schema, holders=True)) for one in (before, after))
    other = {path for path, value in new.items() if path not in old or old[path] != value}
    return frozenset(other), frozenset(old.keys() - new.keys())


def shown(path: Path) -> str:
    """A path as the API server writes it."""
    text = ""
    for step in path:
        if isinstance(step, str):
            text += f".{step}"
        elif step[0][0] == "":
            text += f"[={json.dumps(step[0][1])}]"
        else:
            text += f"[{','.join(f'{key}={json.dumps(value)}' for key, value in step)}]"
    return text
