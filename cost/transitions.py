"""Objects that a lifecycle moves to colder storage classes: a request for each, and what then watches them.

What is stored is counted at the bucket, at the price of its standard class, which no colder class exceeds by the
gigabyte.
"""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge, Unpriced
from cost.scope import Scope, UsageKey
from deployment.unknown import SECRET, UNKNOWN

MOVED: Final = UsageKey(
    "monthly_lifecycle_transition_requests", Decimal(10_000), "objects that each transition moves a month"
)
WATCHED: Final = UsageKey("monitored_objects", Decimal(10_000), "objects in intelligent tiering")

TIERING: Final = "intelligent tiering"
CLASSES: Final = {
    "STANDARD_IA": ("infrequent access", "1k_transitions"),
    "ONEZONE_IA": ("one zone, infrequent access", "1k_transitions"),
    "INTELLIGENT_TIERING": (TIERING, "1k_transitions"),
    "GLACIER_IR": ("Glacier instant retrieval", "1k_glacier_instant_transitions"),
    "GLACIER": ("Glacier flexible retrieval", "1k_glacier_transitions"),
    "DEEP_ARCHIVE": ("Glacier deep archive", "1k_deep_archive_transitions"),
}
"""Storage class as the API names it -> its name for people, and the price of a thousand transitions into it."""


def transitions(scope: Scope, rules: str) -> Iterator[Charge]:
    """Requests of the transitions that the rules at the path `rules` ask for. Raises Unpriced for a storage class that
    isn't known, or has no price."""
    found: dict[str, None] = {}
    for kind in ("transitions", "noncurrentVersionTransitions"):
        for value in scope.resource.all(f"{rules}[*].{kind}[*].storageClass"):
            if value is UNKNOWN or value is SECRET:
                raise Unpriced("the storage class of a transition isn't known, and each is billed by its class")
            if value not in CLASSES:
                raise Unpriced(f"transitions to {str(value)[:40]!r} have no price; known are {', '.join(CLASSES)}")
            found[value] = None
    for value in found:
        name, key = CLASSES[value]
        yield scope.use(f"Transitions to {name}", ("s3", key), scope.usage(MOVED))
        if name == TIERING:
            yield scope.kept(
                "Objects watched by intelligent tiering", ("s3", "1k_watched_objects"), scope.usage(WATCHED)
            )
    if found:
        scope.tell(
            "Objects that a lifecycle moves to a colder class are counted at the price of the standard class; "
            "objects under 128 KB may cost more there, as AWS bills a least size."
        )
