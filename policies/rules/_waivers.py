"""Waivers for the examples of the rules about waivers."""

from __future__ import annotations

import datetime
from typing import Final

from policies.waivers import Waiver

FOR_TOPICS: Final = Waiver(
    rule="data-topic-encrypted",
    resource="topic",
    reason="An example.",
    owner="team-plant",
    expires=datetime.date(9999, 12, 31),
)
EXPIRED: Final = Waiver(
    rule="data-topic-encrypted",
    resource="topic",
    reason="An example.",
    owner="team-plant",
    expires=datetime.date(2026, 1, 1),
    stacks=("example",),
)
