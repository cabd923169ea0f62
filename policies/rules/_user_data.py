"""The start script of an instance, as people wrote it."""

from __future__ import annotations

import base64
from typing import Final

from deployment.graph import Resource

LONGEST: Final = 200_000
"""Characters that are read; AWS takes 16 KB."""


def script_of(template: Resource) -> str | None:
    """Plain text of the user data of a launch template or instance; None when there is none, or it is not known."""
    for path in ("userData", "userDataBase64"):
        value = template.get(path)
        if isinstance(value, str) and value:
            try:
                return base64.b64decode(value[:LONGEST], validate=True).decode("utf-8", "replace")
            except ValueError:
                return value[:LONGEST]
    return None
