"""Pulumi's property values and AWS's API parameters, in both directions.

Names follow from botocore's service model: ``cidrBlock`` is ``CidrBlock``, ``subnets`` may be ``SubnetIds`` only
where a type's table says so. A list of ``{Key, Value}`` structures is a plain map in Pulumi; a structure is a
map, or a list with one map.
"""

from __future__ import annotations

import functools
import json
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import Mapping

    from botocore.model import Shape

PAIR_NAMES = (("Key", "Value"), ("TagKey", "TagValue"), ("Name", "Value"), ("key", "value"), ("name", "value"))
"""How AWS spells a map as a list of structures."""


class UnmappedPropertyError(ValueError):
    """A property that has no counterpart in the API's parameters, so nothing would be sent for it."""


def member_for(shape: Shape, key: str, renames: Mapping[str, str], path: str = "") -> str | None:
    """The member of an API structure that a Pulumi property stands for, or None.

    ``renames`` maps a property, or a dotted path of properties, to the API's name; an empty name means "not sent".
    """
    for name in (f"{path}.{key}" if path else key, f"*.{key}"):
        if name in renames:
            renamed = renames[name]
            return renamed if renamed in shape.members else None
    lowered, plain = _members_by_plain_name(shape), key.lower()
    for candidate in (plain, plain + "s", plain.removesuffix("s"), plain + "list", plain.removesuffix("s") + "ies"):
        if candidate in lowered:
            return lowered[candidate]
    return None


@functools.cache
def _members_by_plain_name(shape: Shape) -> dict[str, str]:
    return {member.lower().replace("_", ""): member for member in shape.members}


def to_api(shape: Shape, value: Any, renames: Mapping[str, str], path: str = "") -> Any:
    """A Pulumi value in the form that a member of this shape takes.

    Raises:
        UnmappedPropertyError: A nested property has no counterpart.
    """
    kind = shape.type_name
    if kind == "structure":
        return _structure(shape, value, renames, path)
    if kind == "list":
        return _list(shape, value, renames, path)
    if kind == "map":
        return {str(key): to_api(shape.value, item, renames, f"{path}.{key}") for key, item in value.items()}
    return _scalar(kind, value)


def _structure(shape: Shape, value: Any, renames: Mapping[str, str], path: str) -> dict[str, Any]:
    if isinstance(value, list):
        value = value[0] if value else {}
    if not isinstance(value, dict):
        only = [name for name in shape.members if name in ("Value", "Enabled")]
        if len(shape.members) == 1 and only:  # ec2's AttributeBooleanValue and its like
            return {only[0]: value}
        raise UnmappedPropertyError(f"{path}: {value!r} is not a structure")
    result: dict[str, Any] = {}
    for key, item in value.items():
        if item is None:
            continue
        name = member_for(shape, key, renames, path)
        if name is None:
            if _is_left_out(renames, path, key):
                continue
            raise UnmappedPropertyError(
                f"{path}.{key}: the API has no such parameter, only {', '.join(sorted(shape.members))}"
            )
        result[name] = to_api(shape.members[name], item, renames, f"{path}.{key}" if path else key)
    return result


def _is_left_out(renames: Mapping[str, str], path: str, key: str) -> bool:
    return renames.get(f"{path}.{key}") == "" or renames.get(f"*.{key}") == ""


def _list(shape: Shape, value: Any, renames: Mapping[str, str], path: str) -> list[Any]:
    if isinstance(value, dict) and shape.member.type_name == "structure":
        names = pair_names(shape.member)
        if names:
            return [{names[0]: str(key), names[1]: _scalar("string", item)} for key, item in value.items()]
    if not isinstance(value, list):
        value = [value]
    return [to_api(shape.member, item, renames, path) for item in value]


def pair_names(shape: Shape) -> tuple[str, str] | None:
    """The two member names of a key-value structure, or None if the shape is not one."""
    for key, item in PAIR_NAMES:
        if key in shape.members and item in shape.members:
            return key, item
    return None


def _scalar(kind: str, value: Any) -> Any:
    if kind == "string":
        if isinstance(value, bool):
            return "true" if value else "false"
        if isinstance(value, dict | list):
            return json.dumps(value, sort_keys=True)
        return str(int(value)) if isinstance(value, float) and value.is_integer() else str(value)
    if kind in ("integer", "long"):
        return int(value)
    if kind in ("float", "double"):
        return float(value)
    if kind == "boolean":
        return value if isinstance(value, bool) else str(value).lower() == "true"
    if kind == "blob" and isinstance(value, str):
        return value.encode()
    return value


def from_api(shape: Shape | None, value: Any) -> Any:
    """An API value in Pulumi's spelling: lower camel case names, maps for lists of key-value structures."""
    if isinstance(value, dict):
        if shape is not None and shape.type_name == "map":
            return {key: from_api(shape.value, item) for key, item in value.items()}
        members = getattr(shape, "members", {})
        return {lower_first(key): from_api(members.get(key), item) for key, item in value.items()}
    if isinstance(value, list):
        member = getattr(shape, "member", None)
        names = pair_names(member) if member is not None and member.type_name == "structure" else None
        if names and all(set(item) <= {*names, "PropagateAtLaunch", "ResourceId", "ResourceType"} for item in value):
            return {item[names[0]]: item.get(names[1]) for item in value}
        return [from_api(member, item) for item in value]
    if isinstance(value, bytes):
        return value.decode("utf-8", "replace")
    if hasattr(value, "isoformat"):
        return value.isoformat()
    return value


def lower_first(name: str) -> str:
    """``CidrBlock`` → ``cidrBlock``; a leading acronym goes down whole: ``ARN`` → ``arn``, ``VPCId`` → ``vpcId``."""
    if name.isupper():
        return name.lower()
    upper = 0
    while upper < len(name) and name[upper].isupper():
        upper += 1
    cut = 1 if upper <= 1 else upper - 1
    return name[:cut].lower() + name[cut:]


def same(declared: Any, live: Any) -> bool:
    """Whether what AWS reports holds what was declared, both in the API's form.

    AWS adds members of its own, orders lists as it likes, and spells numbers and JSON as text; none of these is a
    difference.
    """
    if isinstance(declared, dict):
        if len(declared) == 1 and not isinstance(live, dict | list | str):
            return same(next(iter(declared.values())), live)  # AttributeBooleanValue and its like
        if isinstance(live, list):
            live = _as_map(live)
        if isinstance(live, str):
            return same(declared, _as_json(live))
        if not isinstance(live, dict):
            return not declared and live is None
        lowered = {str(key).lower(): item for key, item in live.items()}
        return all(same(item, live.get(key, lowered.get(str(key).lower()))) for key, item in declared.items())
    if isinstance(declared, list):
        if isinstance(live, str):
            live = _as_json(live) if live[:1] == "[" else live.split(",")
        if isinstance(live, dict) and len(declared) == 1:
            return same(declared[0], live)  # Pulumi keeps some single blocks as a list of one
        if not isinstance(live, list):
            return not declared and live is None
        remaining = list(live)
        for item in declared:
            match = next((index for index, other in enumerate(remaining) if same(item, other)), None)
            if match is None:
                return False
            del remaining[match]
        return True
    if declared == live:
        return True
    if declared in ("", False, 0) and live is None:
        return True
    if isinstance(declared, str) and declared[:1] in "{[":
        return same(_as_json(declared), _as_json(live) if isinstance(live, str) else live)
    if isinstance(declared, bool) or isinstance(live, bool):
        return str(declared).lower() == str(live).lower()
    if isinstance(declared, bytes) or isinstance(live, bytes):
        return _text(declared) == _text(live)
    return _number(declared) is not None and _number(declared) == _number(live)


def _as_map(pairs: list[Any]) -> Any:
    """A list of key-value structures as a map, a list of one as that one; anything else as it is."""
    for key, value in PAIR_NAMES:
        if pairs and all(isinstance(item, dict) and key in item for item in pairs):
            return {item[key]: item.get(value) for item in pairs}
    return pairs[0] if len(pairs) == 1 else pairs


def _as_json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return (text,)  # not JSON: equal only to the same text


def _text(value: Any) -> str:
    return value.decode("utf-8", "replace") if isinstance(value, bytes) else str(value)


def _number(value: Any) -> float | None:
    try:
        return float(value)
    except (TypeError, ValueError):
        return None
