"""What rules found, for a terminal: what blocks, what is advice, what is waived; and how all reports use colour.

Bold is a heading; red blocks, yellow advises, green passes; dim can be skipped. Nothing is told by colour alone.
"""

from __future__ import annotations

from collections import Counter, defaultdict
from functools import cache, lru_cache
from io import StringIO
from typing import TYPE_CHECKING, Final

from rich.console import Console, ConsoleOptions, Group, RenderableType, RenderResult
from rich.padding import Padding
from rich.segment import Segment
from rich.text import Text

from policies.finding import Enforcement, Finding
from workbench.report.names import resource_name

if TYPE_CHECKING:
    from collections.abc import Callable, Iterable, Iterator, Sequence

    from policies.assess import Assessment, Violation

MOST_ALIKE: Final = 3
"""Findings of one rule with the same words that are told one by one."""
WIDTH: Final = 80
"""Columns where there is no terminal to ask."""


def as_text(parts: Iterable[RenderableType], *, colours: bool, width: int) -> str:
    """`parts` with an empty line between them, as lines of at most `width` columns."""
    console = Console(
        file=StringIO(),
        width=width,
        force_terminal=colours,
        no_color=not colours,
        color_system="standard" if colours else None,
        highlight=False,
        legacy_windows=False,
    )
    for part in parts:
        if isinstance(part, Group) and not colours:
            _tell_plainly(part, console, width)
        else:
            console.print(part)
        console.print()
    text: str = console.file.getvalue()  # type: ignore[attr-defined]  # it is the StringIO from above
    return "\n".join(line.rstrip() for line in text.rstrip().splitlines()) + "\n"


def _tell_plainly(group: Group, console: Console, width: int) -> None:
    """What is in `group`, line by line: of tens of thousands, as of a large stack, rich takes three times as long."""
    write = console.file.write
    for part in group.renderables:
        if isinstance(part, Group):
            _tell_plainly(part, console, width)
        elif isinstance(part, (OneLine, Indented)) and (told := part.plain(width)):
            write(told)
        else:
            console.print(Group(part))


def _filled(text: str, width: int) -> list[str]:
    """Lines of at most `width` columns, as rich breaks them; none where that takes more than to count letters."""
    # An ellipsis, as in many messages, is a letter wide, too.
    if not (text.replace("…", "").isascii() and text.isprintable()) or "  " in text or text.startswith(" "):
        return []
    lines: list[str] = []
    for word in text.split(" "):
        if lines and len(lines[-1]) + 1 + len(word) <= width:
            lines[-1] = f"{lines[-1]} {word}"
        elif len(word) <= width:
            lines.append(word)
        else:  # cut, with the space behind it
            lines += [f"{word} "[place : place + width] for place in range(0, len(word) + 1, width)]
            lines[-1] = lines[-1][:-1]
    return lines if lines[-1] else lines[:-1]


class Hanging:
    """A paragraph whose lines after the first stand further in: its beginnings are what the eye looks for."""

    def __init__(self, text: Text, indent: int = 2, further: int = 2) -> None:
        self.text = text
        self.indent = indent
        self.further = further

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines, as rich asks for them."""
        whole = Text(" " * self.indent) + self.text
        first, *more = whole.wrap(console, options.max_width)
        yield first
        if more:
            rest = whole[len(first.plain) :]
            rest = rest[len(rest.plain) - len(rest.plain.lstrip()) :]
            hang = self.indent + self.further
            yield Padding(rest, (0, 0, 0, min(hang, options.max_width // 2)))


class OneLine:
    """Parts of a line, each a text or with its style, cut where it is full; most lines aren't, and need no layout."""

    def __init__(self, *parts: str | tuple[str, str]) -> None:
        self.parts = parts

    def plain(self, width: int) -> str:
        """The line without colours; "" where it has to be laid out."""
        plain = "".join([part if isinstance(part, str) else part[0] for part in self.parts])
        if not (plain.isascii() and plain.isprintable()):
            return ""
        return f"{plain}\n" if len(plain) <= width else f"{plain[: width - 1]}…\n"

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The line, as rich asks for it."""
        plain = self.plain(options.max_width)
        if plain and plain.isascii():  # not cut
            styled = [(part, "") if isinstance(part, str) else part for part in self.parts]
            yield from (Segment(text, console.get_style(style)) for text, style in styled)
            yield Segment.line()
        else:
            yield Text.assemble(*self.parts, no_wrap=True, overflow="ellipsis")


class Indented:
    """A paragraph that stands in by four columns; rich's own padding takes twice as long, and there are thousands."""

    def __init__(self, text: Text | str) -> None:
        self.text = text
        self._lines: dict[int, list[Segment]] = {}
        """By width: of findings whose words differ many have one way out, and it is laid out once."""
        self._plain: dict[int, str] = {}

    def plain(self, width: int) -> str:
        """The lines without colours; "" where they have to be laid out."""
        if width not in self._plain:
            lines = _filled(self.text if isinstance(self.text, str) else self.text.plain, max(width - 4, 1))
            self._plain[width] = "".join([f"    {line}\n" for line in lines])
        return self._plain[width]

    def __rich_console__(self, console: Console, options: ConsoleOptions) -> RenderResult:
        """The lines, as rich asks for them."""
        width = max(options.max_width - 4, 1)
        if width not in self._lines:
            text = Text(self.text) if isinstance(self.text, str) else self.text
            lines = text.wrap(console, width)
            self._lines[width] = [part for line in lines for part in (Segment("    "), *line.render(console, "\n"))]
        yield from self._lines[width]


def verdict(assessment: Assessment) -> tuple[str, str]:
    """The verdict and its style."""
    return ("blocked", "bold red") if assessment.blocked else ("pass", "bold green")


def violations(found: Iterable[Violation]) -> list[RenderableType]:
    """What blocks, then what is advice, each with its way out; then what could not be decided, with the reason."""
    blocks: list[Violation] = []
    advises: list[Violation] = []
    open_: list[Violation] = []
    for violation in found:
        members = blocks if violation.enforcement is Enforcement.MANDATORY else advises
        (open_ if violation.finding.unknown else members).append(violation)
    named = cache(resource_name)  # each is named six times
    told: list[RenderableType] = [
        Group(
            Text(f"{heading} ({len(members)})", "bold"),
            *(_violations(alike, style, named) for alike in _alike(members)),
        )
        for heading, style, members in (("Blocks", "bold red", blocks), ("Advises", "yellow", advises))
        if members
    ]
    return [*told, Group(Text(f"Not decided ({len(open_)})", "bold"), *_undecided(open_))] if open_ else told


def _undecided(found: Iterable[Violation]) -> list[RenderableType]:
    """Each rule and reason once, with all resources: a first preview leaves many values open."""
    groups: dict[tuple[str, str, str], list[str]] = {}
    for one in found:
        key = (one.rule.id, one.rule.severity.value, one.finding.message)
        groups.setdefault(key, []).append(resource_name(one.finding.urn))
    lines: list[RenderableType] = []
    for (rule, severity, message), names in groups.items():
        lines += [
            Text.assemble("  ", (rule, "yellow"), (f"  [{severity}]", "dim")),
            Indented(f"{', '.join(names)}: {message}"),
        ]
    return lines


def _alike(found: Iterable[Violation]) -> Iterator[list[Violation]]:
    """Each by itself, in order; more than a few that say the same of different resources stand together."""
    groups: dict[tuple[str, str, str], list[Violation]] = defaultdict(list)
    for one in found:
        finding = one.finding
        groups[one.rule.id, finding.what if finding.remedy else finding.message, finding.remedy].append(one)
    for group in groups.values():
        yield from [group] if len(group) > MOST_ALIKE else ([one] for one in group)


def _violations(alike: Sequence[Violation], style: str, named: Callable[[str], str]) -> RenderableType:
    violation = alike[0]
    names = list(dict.fromkeys(map(named, [one.finding.urn for one in alike])))
    if len(names) > MOST_ALIKE:
        names = [*names[: MOST_ALIKE - 1], f"and {len(names) - MOST_ALIKE + 1} others"]
    head = OneLine(
        "  ", (violation.rule.id, style), (f"  [{violation.rule.severity.value}]  {', '.join(names)}", "dim")
    )
    finding = violation.finding
    inside = Indented(finding.what), _way_out(ways_told(finding) or violation.rule.fix)
    ways = finding.ways if len(finding.ways) > 1 else ()
    listed = (Hanging(Text(f"- {way}"), 4) for way in ways)
    return Group(head, *inside, *listed)


@lru_cache(maxsize=256)
def _way_out(told: str) -> Indented:
    return Indented(Text.assemble(("fix: ", "bold"), told))


def ways_told(finding: Finding) -> str:
    """The one way that mends it, or what stands ahead of the list of them; "" where there is none."""
    return "one of" if len(finding.ways) > 1 else "".join(finding.ways)


def summary(assessment: Assessment) -> Text:
    """How many rules passed, and how many findings there are of each kind."""
    blocking = [one.enforcement for one in assessment.violations].count(Enforcement.MANDATORY)
    return Text(
        f"Policies: {len(assessment.passed)} rules passed, {blocking} blocking, "
        f"{len(assessment.violations) - blocking} advisory, {len(assessment.waived)} waived",
        "bold",
    )


def waived(assessment: Assessment) -> list[RenderableType]:
    """Each waiver's reason once for each rule and resource, however many findings it covers there."""
    groups = Counter((one.violation.rule.id, one.violation.finding.urn, one.waiver) for one in assessment.waived)
    lines: list[RenderableType] = []
    for (rule, urn, waiver), count in groups.items():
        times = f", {count} findings" if count > 1 else ""
        lines += [
            Text.assemble(f"  {rule}", (f"  {resource_name(urn)}{times}, until {waiver.expires}", "dim")),
            Indented(Text(waiver.reason, "dim")),
        ]
    return lines
