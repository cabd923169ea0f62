"""Since which release each rule is there, so that an update of the pack blocks nobody by surprise.

``since.csv`` lists what was released, and never changes what it says: an id stays with its meaning for as long as the
major version stays. A rule that is not listed belongs to the release under way, and is newer than all of them.
"""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache
from typing import Final, TypeAlias

from policies import PACK_DIRECTORY
from policies.registry import promises, rules_by_service, team_names
from policies.rule import Rule
from policies.settings import PackSettings

FILE: Final = PACK_DIRECTORY / "since.csv"

Release: TypeAlias = tuple[int, int]
"""Major and minor version: a patch adds no rule."""


def release(text: str) -> Release:
    """The release that ``"1.2"`` or ``"1.2.3"`` names."""
    major, minor, *_ = text.split(".")
    return int(major), int(minor)


@cache
def since() -> Mapping[str, Release]:
    """Rule id -> the release that it first came with."""
    with FILE.open(encoding="utf-8", newline="") as stream:
        return {row["id"]: release(row["since"]) for row in csv.DictReader(stream)}


def is_newer(rule: Rule, settings: PackSettings) -> bool:
    """True for a rule of ours that came after the release whose rules may block."""
    if settings.rules_as_of is None or rule.id not in _ours():
        return False
    came = since().get(rule.id)
    return came is None or came > release(settings.rules_as_of)


@cache
def _ours() -> frozenset[str]:
    own = {rule.id for service, found in rules_by_service().items() if service not in team_names() for rule in found}
    return frozenset(own | {rule.id for rule in promises()})
