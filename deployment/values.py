"""Property values as the engine writes them: what it does not know yet, and what it keeps secret."""

from __future__ import annotations

from typing import Any, Final

from deployment.unknown import SECRET, UNKNOWN, Sentinel, meet

UNKNOWN_VALUES: Final = frozenset(
    {
        "04da6b54-80e4-46f7-96ec-b56ff0331ba9",  # string
        "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7",  # bool
        "3eeb2bf0-c639-47a8-9e75-3b44932eb421",  # number
        "6a19a0b0-7e62-4c92-b797-7f8e31da9cc2",  # array
        "030794c1-ac77-496b-92df-f27374a8bd58",  # asset
        "e48ece36-62e2-4504-bad9-02848725956a",  # archive
        "dd056dcd-154b-4c76-9bd3-c8f88648b5ff",  # object
    }
)
"""Strings the engine writes for unknown values (pulumi/pulumi sdk/go/common/resource/plugin/rpc.go, 3.260)."""

SIGNATURE_KEY: Final = "4dabf18193072939515e22adb298388d"
SECRET_SIGNATURE: Final = "1b47061264138c4ac30d75fd1eb44270"  # noqa: S105 - a marker, no secret
"""Marks `{signature: …, ciphertext | plaintext | value: …}` objects (sdk/go/common/resource/sig, 3.260)."""

OUTPUT_SIGNATURE: Final = "d0e6a833031e9bbcd3f4e8bde6ca49a4"
"""Marks `{signature: …, value: …, secret: …}`, an output that is handed over whole; without a value it is unknown."""

RESOURCE_SIGNATURE: Final = "5cf8f73096256a8f31e491e813e4eb8e"
"""Marks `{signature: …, urn: …, id: …}`, a reference to a resource (pulumi/runtime/rpc.py, SDK 3.272); only one to what
a provider manages has an id, and "" is one that is not known yet."""

DEEPEST: Final = 64
"""Levels of nesting that a property may have. AWS's deepest, the statements of a web ACL, need 20."""


class NestedTooDeepError(ValueError):
    """A property has more than DEEPEST levels."""

    def __init__(self) -> None:
        super().__init__(f"its properties are nested deeper than {DEEPEST} levels")


class Veiled(dict[str, Any]):
    """An object with something inside that can't be read; who asks it for that is noted (`unknown.watched`)."""

    __slots__ = ()

    def __getitem__(self, key: str) -> Any:
        return _met(key, super().__getitem__(key))

    def get(self, key: str, default: Any = None) -> Any:
        """The value of `key`, or `default`."""
        return _met(key, super().get(key, default))


def _met(key: str, value: Any) -> Any:
    if value.__class__ is Sentinel:
        meet(value, path=str(key))
    return value


def readable(value: Any, _depth: int = 0) -> Any:
    """`value` with the engine's sentinels replaced: UNKNOWN, SECRET, and plaintext secrets also SECRET.

    What holds none of them is given back as it is, not copied: most of a large stack is never touched.
    Raises NestedTooDeepError.
    """
    if isinstance(value, str):
        return value if value not in _MARKS else UNKNOWN if value in UNKNOWN_VALUES else SECRET
    if isinstance(value, dict):
        signature = value.get(SIGNATURE_KEY)
        if signature == SECRET_SIGNATURE:
            return SECRET
        if signature == OUTPUT_SIGNATURE:
            if value.get("secret") is True:
                return SECRET
            return readable(value["value"], _depth + 1) if "value" in value else UNKNOWN
        if signature == RESOURCE_SIGNATURE:  # what the properties of others hold of a resource is its id
            return readable(value["id"] or UNKNOWN, _depth + 1) if "id" in value else value.get("urn")
        pairs: Any = value.items()
    elif isinstance(value, list):
        pairs = enumerate(value)
    else:
        return value
    if _depth > DEEPEST:
        raise NestedTooDeepError
    changed: Any = None
    for key, item in pairs:
        kind = item.__class__
        if kind is str:
            if item not in _MARKS:
                continue
        elif kind in _PLAIN:
            continue
        new = readable(item, _depth + 1)
        if new is not item:
            if changed is None:
                changed = Veiled(value) if isinstance(value, dict) else value.copy()
            changed[key] = new
    return value if changed is None else changed


HIDDEN_VALUE: Final = "[secret]"
"""What is written in place of a secret that is kept back (`pulumi preview` and `policy analyze` of CLI 3.260)."""

_MARKS: Final = UNKNOWN_VALUES | {HIDDEN_VALUE}
"""Strings that stand for something else."""

_PLAIN: Final = frozenset({int, float, bool, type(None)})
"""Types of values that stand for themselves."""
