"""The comment on a pull request, from the JSON that `./plant preview` left: the reason first, details folded.

The JSON was written by the pull request's own code, and the comment is written by the base branch's: every value is
checked here, and shown as text (`workbench/report/markdown.py`).
"""

from __future__ import annotations

import codecs
import json
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import Annotated, Any, Final, Literal

from pydantic import BaseModel, ConfigDict, Field, StringConstraints, ValidationError
from pydantic.alias_generators import to_camel

from deployment.errors import InputError
from policies.finding import WAYS_AHEAD
from workbench.preview.result import SEVERITIES
from workbench.preview.stackfile import STACK_NAME
from workbench.report.markdown import clean
from workbench.report.templating import environment
from workbench.report.values import pair

MARKER: Final = "<!-- plant-preview -->"
"""First line of the comment, by which CI finds its own among others and replaces it, whatever stacks are called."""
LARGEST_BYTES: Final = 20_000_000
"""A preview of 2,000 resources has a tenth of this."""
MOST_ROWS: Final = 40
"""Rows of one table; GitHub takes 65,536 characters of a comment."""
MOST_CHARACTERS: Final = 60_000
LONGEST_VALUE: Final = 80
MOST_UNREADABLE: Final = 0.05
"""Share of characters that a log in another encoding may have and still be read."""

Text = Annotated[str, StringConstraints(max_length=10_000)]
Money = Annotated[Decimal, Field(ge=-1_000_000_000, le=1_000_000_000, allow_inf_nan=False)]
Count = Annotated[int, Field(ge=0, le=1_000_000)]


class _Part(BaseModel):
    """What is not listed is not read: a newer program may write more."""

    model_config = ConfigDict(frozen=True, extra="ignore", alias_generator=to_camel)


class Property(_Part):
    """A property that changes."""

    path: Text
    old: Any = None
    new: Any = None
    forces_replacement: bool = False

    @property
    def shown(self) -> tuple[str, str]:
        """Old and new value, short."""
        return pair(self.old, self.new, LONGEST_VALUE)


class ChangedResource(_Part):
    """A resource of the preview."""

    urn: Text
    type: Text
    name: Text
    operation: Literal["create", "update", "replace", "delete", "same"]
    monthly_delta: Money = Decimal(0)
    worst_case_delta: Money = Decimal(0)
    properties: tuple[Property, ...] = Field(default=(), max_length=10_000)


class Figures(_Part):
    """Dollars a month."""

    floor: Money
    expected: Money
    worst_case: Money
    list_always_on: Money
    worst_case_with_brake: Money | None = None
    """None without a spend brake, and from a program that did not write it."""

    @property
    def bounded(self) -> Decimal:
        """The worst case that the budget is held against."""
        return self.worst_case if self.worst_case_with_brake is None else self.worst_case_with_brake

    @property
    def braked(self) -> str:
        """What stands behind that figure."""
        return "" if self.worst_case_with_brake is None else " with the spend brake"


class Unpriced(_Part):
    """A resource without a price."""

    urn: Text
    type: Text
    reason: Text


class Cost(Figures):
    """Dollars a month, and the budget."""

    budget: Money
    unpriced: tuple[Unpriced, ...] = Field(default=(), max_length=100_000)


class Violation(_Part):
    """A broken rule."""

    id: Text
    urn: Text
    message: Text
    enforcement: Literal["mandatory", "advisory"]
    severity: Literal["low", "medium", "high", "critical"]

    @property
    def lists_ways(self) -> bool:
        """True for a message that ends in ways which the comment lists above: those of what blocks."""
        return self.enforcement == "mandatory" and WAYS_AHEAD in self.message

    @property
    def what(self) -> str:
        """The message without its ways."""
        return self.message.partition(WAYS_AHEAD)[0]


class Waived(Violation):
    """A broken rule that somebody answers for."""

    reason: Text
    owner: Text
    expires: Annotated[str, StringConstraints(pattern=r"^\d{4}-\d\d-\d\d$")]


class Policies(_Part):
    """What the policies say."""

    violations: tuple[Violation, ...] = Field(max_length=100_000)
    waived: tuple[Waived, ...] = Field(default=(), max_length=100_000)

    @property
    def waivers(self) -> tuple[tuple[Waived, int], ...]:
        """Each waiver and resource once, with how many findings it covers there."""
        number = Counter((one.id, one.urn) for one in self.waived)
        first = {(one.id, one.urn): one for one in reversed(self.waived)}
        return tuple((first[key], count) for key, count in number.items())


class PreviewDocument(_Part):
    """What `./plant preview --format json` writes, as far as a comment needs it."""

    stack: Annotated[str, StringConstraints(pattern=f"^(?:{STACK_NAME.pattern})$")]
    verdict: Literal["pass", "blocked"]
    reason: Text
    remedies: tuple[Text, ...] = Field(default=(), max_length=10_000)
    hours: Text
    base: Text | None = None
    base_gone: tuple[Text, ...] = Field(default=(), max_length=10_000)
    """Stacks of a base without this one that the pull request has no more."""
    changes: dict[Literal["create", "update", "replace", "delete", "same"], Count]
    resources: tuple[ChangedResource, ...] = Field(max_length=100_000)
    cost: Cost
    base_cost: Figures | None = None
    policies: Policies
    rules_passed: Count
    fixes: dict[Text, Text] = Field(default={}, max_length=10_000)
    """Rule id -> how to satisfy it."""
    prediction: Text | None = None

    @property
    def blocking(self) -> tuple[Violation, ...]:
        """What blocks, the worst first."""
        found = (each for each in self.policies.violations if each.enforcement == "mandatory")
        return tuple(sorted(found, key=lambda each: SEVERITIES.index(each.severity)))

    @property
    def advice(self) -> tuple[Violation, ...]:
        """What is advice."""
        return tuple(found for found in self.policies.violations if found.enforcement != "mandatory")

    @property
    def changed(self) -> tuple[ChangedResource, ...]:
        """What changes against the base, the one that can lose data first; nothing without a base."""
        order = ("delete", "replace", "update", "create")
        found = [one for one in self.resources if one.operation in order] if self.base is not None else []
        return tuple(sorted(found, key=lambda one: order.index(one.operation)))

    @property
    def risky(self) -> tuple[ChangedResource, ...]:
        """What is replaced or deleted, components aside: they hold nothing."""
        return tuple(one for one in self.changed if one.operation in ("delete", "replace") and "aws:" in one.type)

    @property
    def dearer(self) -> tuple[ChangedResource, ...]:
        """Resources whose dollars change, the largest difference first."""
        found = [one for one in self.resources if one.monthly_delta or one.worst_case_delta]
        return tuple(sorted(found, key=lambda one: -max(abs(one.monthly_delta), abs(one.worst_case_delta))))


@dataclass(frozen=True, slots=True)
class Failed:
    """A stack of which there is no preview."""

    stack: str
    error: str


def read(path: Path) -> PreviewDocument | Failed:
    """What is in `path`: a preview, or, where that is what the run left, the error (any other text).

    Raises InputError when the file can't be read at all.
    """
    name = path.stem.removeprefix("preview-")
    try:
        with path.open("rb") as file:
            content = file.read(LARGEST_BYTES + 1)
        if len(content) > LARGEST_BYTES:
            return Failed(name, f"{path.name} is larger than {LARGEST_BYTES} bytes")
        text = _decoded(content)
    except OSError as error:
        raise InputError(f"{path}: can't be read: {error.strerror or error}") from error
    if _is_garbled(text):
        return Failed(name, f"{path.name} holds no text; the run's log says what went wrong")
    if not text.lstrip().startswith("{"):
        told = "\n".join(line for line in text.splitlines() if not line.startswith("note: "))
        return Failed(name, clean(told, 2_000) or f"{path.name} says nothing of what went wrong")
    try:
        return PreviewDocument.model_validate(json.loads(text, parse_float=Decimal))
    except ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        where = ".".join(map(str, first["loc"]))
        return Failed(name, f"{path.name} is no preview: {where}: {first['msg'].replace('Input should', 'has to')}")
    except json.JSONDecodeError as error:
        return Failed(name, f"{path.name} is cut off or damaged at line {error.lineno}, column {error.colno}")
    except (ValueError, RecursionError) as error:
        return Failed(name, f"{path.name} is no preview: {error}")


def _decoded(content: bytes) -> str:
    """UTF-8, or UTF-16 where its mark says so: what PowerShell writes by `>`."""
    marked = content.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE))
    return content.decode("utf-16" if marked else "utf-8-sig", errors="replace")


def _is_garbled(text: str) -> bool:
    """True for what a program or an archive holds: nobody learns anything from it."""
    beginning = text[:2_000]
    unreadable = sum(each == "\N{REPLACEMENT CHARACTER}" or each < "\t" for each in beginning)
    return unreadable > len(beginning) * MOST_UNREADABLE


def render(found: Sequence[PreviewDocument | Failed], *, artifact: str | None = None) -> str:
    """The comment about all stacks, what failed first, then what is blocked; `artifact` is where the report is.

    Where that is too long, the tables shrink.
    """
    previews = [one for one in found if isinstance(one, PreviewDocument)]
    failed = [one for one in found if isinstance(one, Failed)]
    previews.sort(key=lambda one: (one.verdict != "blocked", one.stack))
    template = environment().get_template("comment.md.j2")
    rows = MOST_ROWS
    while True:
        text = template.render(
            marker=MARKER, previews=previews, failed=failed, artifact=artifact, rows=rows, one=len(found) == 1
        )
        if len(text) <= MOST_CHARACTERS or rows == 0:
            return text[:MOST_CHARACTERS]
        rows //= 2
