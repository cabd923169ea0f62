"""Names of resources: ``urn:pulumi:<stack>::<project>::<parent type>$<type>::<name>``."""

from __future__ import annotations

import unicodedata
from typing import Final

HIDDEN: Final = frozenset({"Cc", "Cf", "Cn", "Co", "Cs", "Zl", "Zp"})
"""Unicode categories of what shows nothing, steers a reader's terminal, or (surrogates) can be written nowhere."""


def name_of(urn: str) -> str:
    """Logical name in `urn`: all that follows its third ``::``, for a name may hold any character, ``::`` too."""
    return urn.split("::", 3)[-1]


def type_of(urn: str) -> str:
    """Type token in `urn`; "" where it is no URN."""
    parts = urn.split("::", 3)
    return parts[2].rpartition("$")[2] if len(parts) == 4 else ""


def plain(text: str) -> str:
    """`text` with hidden characters escaped, as Pulumi shows a name (``escapeURN``, pulumi/pulumi 3.260)."""
    if text.isprintable():
        return text
    return "".join(
        one.encode("unicode_escape").decode() if unicodedata.category(one) in HIDDEN else one for one in text
    )
