"""Waivers: exceptions to a rule that somebody owns and that end on a day.

They live in a TOML file beside the pack's configuration, one `[[waiver]]` table each. A waiver lasts
up to and including its `expires` day; after that it waives nothing and itself blocks.
"""

from __future__ import annotations

import datetime
import re
import tomllib
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from functools import lru_cache
from pathlib import Path
from typing import Any, Final

from deployment.errors import InputError
from deployment.source import written_text
from deployment.urn import name_of, type_of
from policies import PACK_DIRECTORY

USUAL_FILE: Final = "config/waivers.toml"
"""Where a pack keeps its waivers unless it says otherwise."""

FIELDS: Final = ("rule", "resource", "reason", "owner", "expires")
OPTIONAL: Final = ("stacks", "when")

GLOB: Final = re.compile(r"[][*?]")
"""What makes a name a pattern, or may belong to what does."""

REAPED: Final = "reaped"
"""Value of `when`: only for resources of a type that the stack's own reaper deletes after each session."""


@dataclass(frozen=True, slots=True)
class Waiver:
    """One exception."""

    rule: str
    """Id of the rule that is waived."""
    resource: str
    """Glob that matches the resource's logical name, its ``type::name``, or its URN."""
    reason: str
    """Why the rule can't hold here."""
    owner: str
    """Who answers for the risk."""
    expires: datetime.date
    """Last day on which it counts (UTC)."""
    stacks: tuple[str, ...] = ()
    """Stacks it counts in; empty for all."""
    when: str = ""
    """REAPED, or empty for always. Only a rule that sees the whole stack can be waived so."""

    def covers(self, rule_id: str, urn: str, is_reaped: Callable[[str], bool] = lambda token: False) -> bool:
        """True when a finding of `rule_id` about `urn` is within this waiver; `is_reaped` says it of a type."""
        if rule_id != self.rule or not self.in_stack(urn):
            return False
        if not urn.endswith(self.ending):
            return False  # most, and the rest costs ten times as much
        name = name_of(urn)
        token = type_of(urn)
        if self.when == REAPED and not is_reaped(token):
            return False
        return any(fnmatchcase(text, self.resource) for text in (name, f"{token}::{name}", urn))

    @property
    def ending(self) -> str:
        """With what every URN ends that `resource` matches."""
        return GLOB.split(self.resource)[-1]

    def in_stack(self, urn: str) -> bool:
        """True when `urn` belongs to a stack that this waiver counts in."""
        return not self.stacks or urn.removeprefix("urn:pulumi:").partition("::")[0] in self.stacks

    def expired(self, today: datetime.date) -> bool:
        """True from the day after `expires`."""
        return today > self.expires


@dataclass(frozen=True, slots=True)
class WaiverUse:
    """What became of each waiver in one assessment."""

    expired: tuple[Waiver, ...] = ()
    unknown: tuple[Waiver, ...] = ()
    """Waivers of a rule that does not exist."""
    unused: tuple[Waiver, ...] = ()
    """Waivers that matched no finding."""


def load_waivers(file: str, folder: Path = PACK_DIRECTORY) -> tuple[Waiver, ...]:
    """Waivers in `file`, relative to the pack in `folder`; none when it is empty, or is the usual one and not there.

    Raises InputError.
    """
    home = folder.resolve()
    path = (home / file).resolve()
    if not file or (file == USUAL_FILE and not path.exists()):
        return ()
    if not path.is_relative_to(home):
        raise InputError(f"{file}: the waivers file has to be inside the policy pack ({home})")
    return waivers_from_file(path)


def waivers_from_file(path: Path) -> tuple[Waiver, ...]:
    """Waivers in the TOML file at `path`. Raises InputError with every problem."""
    text = written_text(path, "TOML")
    try:
        return _waivers_in(text, path)
    except (tomllib.TOMLDecodeError, RecursionError) as error:
        raise InputError(f"{path}: not readable as TOML: {error}") from error


@lru_cache(maxsize=1)  # an audit reads the same file for each of its stacks
def _waivers_in(text: str, path: Path) -> tuple[Waiver, ...]:
    """Waivers in the `text` of the file at `path`."""
    document = tomllib.loads(text)
    entries = document.get("waiver", [])
    if not isinstance(entries, list):
        raise InputError(f"{path}: expected [[waiver]] tables")
    problems: list[str] = []
    found: list[Waiver] = []
    for number, entry in enumerate(entries, start=1):
        where = f"{path}: waiver {number}"
        wrong = list(_problems(entry))
        problems.extend(f"{where}: {problem}" for problem in wrong)
        if not wrong:
            found.append(Waiver(**{**entry, "stacks": tuple(entry.get("stacks", ()))}))
    if unexpected := sorted(document.keys() - {"waiver"}):
        problems.append(f"{path}: unknown key {', '.join(unexpected)}; expected [[waiver]] tables only")
    if problems:
        raise InputError(*problems)
    return tuple(found)


def _problems(entry: Any) -> Iterable[str]:
    if not isinstance(entry, dict):
        yield "expected a table"
        return
    for key in sorted(entry.keys() - {*FIELDS, *OPTIONAL}):
        yield f"unknown key {key}; allowed: {', '.join((*FIELDS, *OPTIONAL))}"
    for key in FIELDS[:-1]:
        value = entry.get(key)
        if not isinstance(value, str) or not value.strip():
            yield f"{key} is missing; give a sentence or a name"
    expires = entry.get("expires")
    if not isinstance(expires, datetime.date) or isinstance(expires, datetime.datetime):
        yield f"expires is {expires!r}; give a date such as 2027-03-31, without quotes"
    stacks = entry.get("stacks", [])
    if not isinstance(stacks, list) or not all(isinstance(stack, str) for stack in stacks):
        yield "stacks has to be a list of stack names"
    if entry.get("when", REAPED) != REAPED:
        yield f"when is {entry['when']!r}; allowed: {REAPED}, or leave it out"


def waiver_for(
    waivers: Sequence[Waiver],
    rule_id: str,
    urn: str,
    today: datetime.date,
    is_reaped: Callable[[str], bool] = lambda token: False,
) -> Waiver | None:
    """First waiver that is in force on `today` and covers the finding, or None; `is_reaped` as in `Waiver.covers`."""
    for waiver in waivers:
        if waiver.covers(rule_id, urn, is_reaped) and not waiver.expired(today):
            return waiver
    return None
