"""What is known of one stack once it was read: its charges and findings, or why there are none.

A result depends on the state's content and on what was asked alone, not on where the state lies or who read it: so it
may be kept by the content's hash, and come from any worker. It travels and rests as two lines of JSON: findings
have the second one, since they are most of it, and accounts are settled without them.
"""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from decimal import Decimal
from enum import StrEnum
from typing import Any, Final

from cost.brake import BrakeBasis
from cost.ledger import Entry
from policies.assess import Violation, Waived
from policies.finding import Enforcement, Finding
from policies.registry import rules_by_id
from policies.rule import Rule
from policies.waivers import Waiver


class Fault(StrEnum):
    """Why a stack could not be judged."""

    UNREADABLE = "unreadable"
    """Its bytes can't be had: no permission, gone, damaged, packed in a way that isn't known."""
    TOO_LARGE = "too large"
    """Over the limit, packed or unpacked."""
    ENCRYPTED = "encrypted"
    """As a whole, or so much of it that nothing can be judged."""
    MALFORMED = "malformed"
    """No deployment of Pulumi's."""
    FAILED = "failed"
    """What judges it failed on it: a fault of ours."""
    KILLED = "killed"
    """It took down each process that read it, as a rule by its demand for memory."""


@dataclass(frozen=True, slots=True)
class Broken:
    """A stack that could not be judged."""

    fault: Fault
    message: str


@dataclass(frozen=True, slots=True)
class Unpriced:
    """A resource, or all of a stack (without a URN), that has no price."""

    urn: str
    type: str
    reason: str


@dataclass(frozen=True, slots=True)
class Breach:
    """How a stack breaks one rule: it may do so hundreds of times, and each finding is made when it is asked for."""

    rule: Rule
    enforcement: Enforcement
    told: tuple[tuple[Any, ...], ...]
    """What each finding says: URN, message, property path, whether it is undecided."""

    @property
    def blocks(self) -> bool:
        """Whether the pack blocks because of it."""
        return self.enforcement is Enforcement.MANDATORY

    @property
    def first(self) -> Violation:
        """The first of its findings."""
        return self._violation(self.told[0])

    @property
    def violations(self) -> Iterator[Violation]:
        """All of them."""
        return map(self._violation, self.told)

    def _violation(self, told: tuple[Any, ...]) -> Violation:
        return Violation(self.rule, Finding(self.rule.id, *told), self.enforcement)


def breaches(violations: Iterable[Violation]) -> tuple[Breach, ...]:
    """`violations` by rule and enforcement, in the order in which those first come."""
    found: dict[tuple[str, Enforcement], tuple[Rule, list[tuple[Any, ...]]]] = {}
    for each in violations:
        _, told = found.setdefault((each.rule.id, each.enforcement), (each.rule, []))
        told.append(_told(each.finding))
    return tuple(Breach(rule, enforcement, tuple(told)) for (_, enforcement), (rule, told) in found.items())


@dataclass(frozen=True, slots=True)
class Judged:
    """A stack that was priced and judged, by itself."""

    stack: str
    """From its URNs; "" where it has no resource."""
    project: str
    resources: int
    budget_usd: Decimal | None
    """None: no budget applies."""
    worst_case_binds: bool
    """Whether the worst case is held against the budget, too."""
    brake: BrakeBasis | None
    held_usd: Decimal | None
    """Worst case with the fleets at their minimum; None without a brake."""
    share: Decimal
    """Of the account's allowances that the stack counts on."""
    entries: tuple[Entry, ...]
    """Charges; their keys are account, Region, and tag keys and values by turns."""
    unpriced: tuple[Unpriced, ...]
    breaches: tuple[Breach, ...]
    """Rules that it breaks; none where the result was `decoded` without findings."""
    waived: tuple[Waived, ...]
    notes: tuple[str, ...] = ()
    used: tuple[tuple[str, ...], ...] = ()
    """Patterns of its usage file that name a resource, each with the usage keys of those resources."""

    @property
    def violations(self) -> tuple[Violation, ...]:
        """Every finding that no waiver covers."""
        return tuple(violation for breach in self.breaches for violation in breach.violations)


Result = Judged | Broken

VERSION: Final = 3
"""Of the form below."""


def encoded(digest: str, result: Result) -> bytes:
    """The result of the content with the hash `digest`."""
    body, found = (_broken(result), []) if isinstance(result, Broken) else (_judged(result), _broken_rules(result))
    lines = ({"version": VERSION, "digest": digest, **body}, found)
    return "\n".join(json.dumps(line, separators=(",", ":")) for line in lines).encode("ascii")


def digest_of(content: bytes) -> str:
    """The hash of the content that an encoded result is about; "" where none was read."""
    return str(json.loads(content.partition(b"\n")[0])["digest"])


def decoded(content: bytes, *, findings: bool = True) -> Result:
    """What `encoded` was given; without `findings`, no rule that is broken."""
    first, _, second = content.partition(b"\n")
    document = json.loads(first)
    if "fault" in document:
        return Broken(Fault(document["fault"]), document["message"])
    brake = document["brake"]
    return Judged(
        stack=document["stack"],
        project=document["project"],
        resources=document["resources"],
        budget_usd=_number(document["budget"]),
        worst_case_binds=document["worstCaseBinds"],
        brake=None if brake is None else BrakeBasis(*map(Decimal, brake)),
        held_usd=_number(document["held"]),
        share=Decimal(document["share"]),
        entries=tuple(
            Entry(price, allowed, tuple(keys), tuple(map(Decimal, quantities)), tuple(map(Decimal, usd)))
            for price, allowed, keys, quantities, usd in document["entries"]
        ),
        unpriced=tuple(Unpriced(*each) for each in document["unpriced"]),
        breaches=tuple(
            Breach(rules_by_id()[rule], Enforcement(enforcement), tuple(map(tuple, told)))
            for rule, enforcement, told in (json.loads(second) if findings else ())
        ),
        waived=tuple(
            Waived(_violation(*violation), Waiver(rule, resource, reason, owner, datetime.date.fromisoformat(day)))
            for violation, rule, resource, reason, owner, day in document["waived"]
        ),
        notes=tuple(document["notes"]),
        used=tuple(map(tuple, document["used"])),
    )


def _broken(result: Broken) -> dict[str, Any]:
    return {"fault": result.fault.value, "message": result.message}


def _judged(result: Judged) -> dict[str, Any]:
    brake = result.brake
    return {
        "stack": result.stack,
        "project": result.project,
        "resources": result.resources,
        "budget": _text(result.budget_usd),
        "worstCaseBinds": result.worst_case_binds,
        "brake": None if brake is None else _texts((brake.every_hours, brake.minimum_percent)),
        "held": _text(result.held_usd),
        "share": str(result.share),
        "entries": [
            [each.price, each.allowed, each.keys, _texts(each.quantities), _texts(each.usd)] for each in result.entries
        ],
        "unpriced": [[each.urn, each.type, each.reason] for each in result.unpriced],
        "waived": [
            [
                (each.violation.rule.id, each.violation.enforcement.value, *_told(each.violation.finding)),
                each.waiver.rule,
                each.waiver.resource,
                each.waiver.reason,
                each.waiver.owner,
                each.waiver.expires.isoformat(),
            ]
            for each in result.waived
        ],
        "notes": result.notes,
        "used": result.used,
    }


def _broken_rules(result: Judged) -> list[tuple[Any, ...]]:
    return [(each.rule.id, each.enforcement.value, each.told) for each in result.breaches]


def _told(found: Finding) -> tuple[Any, ...]:
    return found.urn, found.message, found.property_path, found.unknown


def _violation(rule: str, enforcement: str, urn: str, message: str, path: str | None, unknown: bool) -> Violation:
    return Violation(rules_by_id()[rule], Finding(rule, urn, message, path, unknown), Enforcement(enforcement))


def _text(amount: Decimal | None) -> str | None:
    return None if amount is None else str(amount)


def _number(text: str | None) -> Decimal | None:
    return None if text is None else Decimal(text)


def _texts(amounts: Iterable[Decimal]) -> list[str]:
    return [str(amount) for amount in amounts]
