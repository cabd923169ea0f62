"""Reads, prices and judges one stack: the unit of work of an audit, in this process or in a worker.

Whatever a state holds, the answer is a result: what can't be judged is told as such, and the others go on.
"""

from __future__ import annotations

import datetime
import hashlib
import json
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import Any, Final

from cost import Estimate, Line
from cost.ledger import entries
from cost.usage import Usage, UsageFile, numbers_of
from deployment.errors import EncryptedError, InputError, TooLargeError
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_text
from deployment.source import UNPACKING_ERRORS, limit_bytes, unpacked
from deployment.urn import plain
from policies.assess import assess, config_of
from policies.finding import Profile
from policies.settings import PackConfig
from workbench.audit.attributes import Attributes
from workbench.audit.location import Location
from workbench.audit.result import Broken, Fault, Judged, Result, Unpriced, breaches, encoded
from workbench.audit.sources import read
from workbench.cost.priced import worst_case_blocks

MOST_TAG_SETS: Final = 200
"""Different sets of tags in one stack; with more, its dollars aren't told apart by tag, so a result stays small."""

LONGEST_NAME: Final = 100
"""Characters of a project's and of a stack's name (Pulumi docs, projects and stacks, 2026-11); a table shows them."""

ENCRYPTED: Final = (
    (b"age-encryption.org/", "age"),
    (b"-----BEGIN AGE ENCRYPTED FILE", "age"),
    (b"-----BEGIN PGP MESSAGE", "OpenPGP"),
    (b"\x00GITCRYPT\x00", "git-crypt"),
    (b"Salted__", "openssl enc"),
    (b"$ANSIBLE_VAULT;", "Ansible Vault"),
)
"""First bytes of encrypted files -> by what."""


@dataclass(frozen=True, slots=True)
class Terms:
    """On what terms every stack is priced and judged."""

    day: datetime.date
    region: str | None = None
    limit_usd: Decimal | None = None
    profile: Profile | None = None
    config: PackConfig | None = None
    """Of the pack; None: each project's own."""
    code: str = ""
    """Hash of rules, prices and what reads them; a worker with others is of another version."""

    def key(self, digest: str, usage: UsageFile | None = None) -> str:
        """What a result depends on, hashed: the content (by its `digest`), the terms, and what a usage file says."""
        used = "" if usage is None else f"\n{replace(usage, source='')!r}"
        return hashlib.sha256(f"{digest}\n{self!r}\n{limit_bytes()}{used}".encode()).hexdigest()


def examine(location: Location, content: bytes | None, terms: Terms, usage: UsageFile | None = None) -> bytes:
    """The encoded result of one stack; `content` is None where it is still to be read."""
    try:
        data = read(location) if content is None else content
    except InputError as error:
        return encoded(
            "",
            Broken(
                Fault.TOO_LARGE if isinstance(error, TooLargeError) else Fault.UNREADABLE,
                _without_source(error, location),
            ),
        )
    digest = hashlib.sha256(data).hexdigest()
    try:
        result = _result(data, terms, usage)
    except EncryptedError as error:
        result = Broken(Fault.ENCRYPTED, str(error).removeprefix(f"{STATE}: "))
    except InputError as error:
        result = Broken(Fault.MALFORMED, "; ".join(problem.removeprefix(f"{STATE}: ") for problem in error.problems))
    except Exception as error:  # one stack must not stop the others, whatever it holds
        result = Broken(Fault.FAILED, plain(f"judging it failed ({type(error).__name__}: {error})"))
    return encoded(digest, result)


STATE: Final = "its state"
"""Name of what is read in messages: a result is kept by content, and must not depend on where that lay."""


def _without_source(error: InputError, location: Location) -> str:
    return "; ".join(problem.removeprefix(f"{location.source}: ") for problem in error.problems)


def _result(data: bytes, terms: Terms, usage: UsageFile | None) -> Result:
    try:
        text = unpacked(data, STATE)
    except TooLargeError as error:
        return Broken(Fault.TOO_LARGE, f"unpacked, {str(error).removeprefix(f'{STATE}: ')}")
    except InputError as error:  # what unpacks it isn't installed
        return Broken(Fault.UNREADABLE, str(error).removeprefix(f"{STATE}: "))
    except UNPACKING_ERRORS as error:
        return Broken(Fault.UNREADABLE, f"damaged: {error}")
    if (tool := _encrypted_by(text)) is not None:
        return Broken(Fault.ENCRYPTED, f"encrypted as a whole ({tool}); decrypt it, or let the CLI export it")
    return _judge(graph_from_text(text, STATE), terms, usage)


def _encrypted_by(text: bytes) -> str | None:
    for start, tool in ENCRYPTED:
        if text.startswith(start):
            return tool
    if b'"sops"' in text[-20_000:] or b'"sops"' in text[:200]:
        try:
            document = json.loads(text)
        except (ValueError, RecursionError):
            return None
        if isinstance(document, dict) and isinstance(document.get("sops"), dict):
            return "sops"
    return None


def _judge(graph: ResourceGraph, terms: Terms, usage: UsageFile | None) -> Judged:
    project, stack = _names(graph)
    config = _config(graph, terms)
    matched: dict[str, set[str]] = {}
    numbers = None if usage is None else Usage(numbers_of(usage, graph, matched), usage.transfers)
    assessment = assess(graph, config, today=terms.day, region=terms.region, usage=numbers)
    found: dict[str, Any]
    try:
        found = _priced(graph, assessment.estimate, config)
    except InputError as error:  # no resource is in a Region with prices, or the declared basis is wrong
        found = {"unpriced": tuple(Unpriced("", "", plain(problem)) for problem in error.problems)}
    nothing: dict[str, Any] = {
        "budget_usd": None, "worst_case_binds": False, "brake": None, "held_usd": None, "share": Decimal(0),
        "entries": (), "notes": (),
    }  # fmt: skip
    return Judged(
        stack=stack,
        project=project,
        resources=sum(1 for each in graph if each.custom and not each.type.startswith("pulumi:")),
        breaches=breaches(assessment.violations),
        waived=assessment.waived,
        used=tuple((pattern, *sorted(keys)) for pattern, keys in sorted(matched.items())),
        **{**nothing, **found},
    )


def _priced(graph: ResourceGraph, found: Estimate, config: PackConfig) -> dict[str, Any]:
    attributes = Attributes(graph, found.basis)
    tags = {line.urn: tuple(attributes.tags(line.urn).items()) for line in found.charges}
    too_many = len(set(tags.values())) > MOST_TAG_SETS

    def keys(line: Line) -> tuple[str, ...]:
        own = () if too_many else tags[line.urn]
        return (attributes.account(line.urn), attributes.region(line.urn), *(word for pair in own for word in pair))

    note = f"over {MOST_TAG_SETS} different sets of tags, so its dollars aren't told apart by tag"
    return {
        "budget_usd": found.budget_usd if found.budget_usd.is_finite() else None,
        "worst_case_binds": "worst case" in found.gates and worst_case_blocks(config, found.basis),
        "brake": found.basis.brake,
        "held_usd": found.held_usd,
        "share": found.basis.allowance_share,
        "entries": tuple(entries(found.charges, keys)),
        "unpriced": tuple(Unpriced(each.urn, each.type, plain(each.reason)) for each in found.unpriced),
        "notes": (note,) if too_many else (),
    }


def _config(graph: ResourceGraph, terms: Terms) -> PackConfig:
    """The pack's configuration with what the terms change of it."""
    config = terms.config if terms.config is not None else config_of(graph)
    changes: dict[str, Any] = {}
    if terms.profile is not None:
        changes["profile"] = terms.profile
    if terms.limit_usd is not None:
        changes["monthly_limit_usd"] = terms.limit_usd
    return replace(config, settings=config.settings.model_copy(update=changes)) if changes else config


def _names(graph: ResourceGraph) -> tuple[str, str]:
    for resource in graph:
        if resource.urn.startswith("urn:pulumi:"):
            stack, project, *_ = [*resource.urn.removeprefix("urn:pulumi:").split("::"), "", ""]
            return project[:LONGEST_NAME], stack[:LONGEST_NAME]
    return "", ""


__all__ = ["Terms", "examine"]
