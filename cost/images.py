"""Operating systems of instances: an image's id says nothing about its licence, and the licence has a price."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any, Final

from cost.scope import Scope, UsageKey

SYSTEMS: Final = ("linux", "windows", "rhel", "suse")
OPERATING_SYSTEM: Final = UsageKey(
    "operating_system", Decimal(0), "operating system of the instances, when their image's name doesn't tell it",
    choices=SYSTEMS,
)  # fmt: skip

NAMED: Final = (
    ("windows", re.compile(r"windows", re.IGNORECASE)),
    ("rhel", re.compile(r"\brhel|red.?hat", re.IGNORECASE)),
    ("suse", re.compile(r"suse|\bsles", re.IGNORECASE)),
    ("linux", re.compile(r"amazon-linux|al2023|amzn2|ubuntu|debian|bottlerocket|\becs\b|optimized-ami", re.IGNORECASE)),
)
"""System -> what the name of an image (or of the parameter that holds it) has when it is that system."""


def system_of(scope: Scope, image: Any) -> str:
    """Operating system that prices are looked up for: what the usage file says, or the image's name.

    Tells the reader when neither does, and Linux is taken.
    """
    if scope.given(OPERATING_SYSTEM) is not None:
        return scope.choice(OPERATING_SYSTEM)
    for system, pattern in NAMED:
        if isinstance(image, str) and pattern.search(image):
            return system
    scope.tell(
        "Instances whose image doesn't say its operating system are priced as Linux; "
        f"`{OPERATING_SYSTEM.name}` in a usage file names another."
    )
    return SYSTEMS[0]
