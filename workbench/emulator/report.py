"""A rehearsal as text, JSON, and JUnit XML. docs/rehearsal.md describes the last two for other tools."""

from __future__ import annotations

import json
import re
import textwrap
import xml.etree.ElementTree as ET
from collections.abc import Callable, Sequence
from typing import TYPE_CHECKING, Any

from workbench.emulator.stage import Status
from workbench.junit_text import printable, skip

if TYPE_CHECKING:
    from workbench.emulator.rehearsal import Played, Rehearsal
    from workbench.emulator.stage import Check

SCHEMA = 1
"""Raised whenever a key of the JSON form changes its meaning or goes; new keys do not raise it."""
MARKS = {Status.PASSED: "ok", Status.FAILED: "FAILED", Status.NOT_APPLICABLE: "n/a"}
WIDTH = 80
"""Columns of the text form in a file or a pipe; on a terminal its own."""


def as_json(result: Rehearsal) -> str:
    """The stable form for other tools."""
    return json.dumps(
        {
            "schema": SCHEMA,
            "stack": result.stack,
            "passed": result.passed,
            "created": result.created,
            "validatedNotEmulated": result.validated,
            "readBack": {
                "compared": result.read_back.compared,
                "differences": result.read_back.differences,
                "notReported": result.read_back.not_reported,
            },
            "scenarios": [
                {
                    "name": played.name,
                    "criterion": played.criterion,
                    "status": played.status,
                    "passed": _passed(played.status),
                    "notApplicable": played.not_applicable or None,
                    "error": played.missing or played.error or None,
                    "seconds": round(played.seconds, 3),
                    "checks": [
                        {
                            "what": check.what,
                            "status": check.status,
                            "passed": _passed(check.status),
                            "evidence": check.evidence,
                        }
                        for check in played.checks
                    ],
                }
                for played in result.scenarios
            ],
            "deleted": result.deleted,
            "leftOver": result.left_over,
            "seconds": {name: round(value, 3) for name, value in result.seconds.items()},
        },
        indent=2,
        ensure_ascii=False,
    )


def as_text(result: Rehearsal, width: int = WIDTH, *, everything: bool = False) -> str:
    """For a person: what was deployed, a line for each scenario, what is left.

    What failed is told with the evidence; `everything` tells it of each demand, and what was only validated.
    """
    validated = [f"{name} ({', '.join(calls)})" for name, calls in result.validated.items()]
    deployed = f"{result.stack}: {result.created} resources created on an emulated AWS"
    if validated:
        deployed += f", {len(validated)} checked against the service model only"
    lines = [
        _wrapped(deployed + (":" if everything and validated else ""), 4, width),
        *(_wrapped(f"  validated, not emulated: {text}", 4, width) for text in validated if everything),
        _wrapped(
            f"read back: {result.read_back.compared} properties compared, {len(result.read_back.differences)} differ",
            4,
            width,
        ),
        *(_wrapped(f"  DIFFERS {line}", 4, width) for line in result.read_back.differences),
        "",
    ]
    longest = max((len(played.name) for played in result.scenarios), default=0)
    for played in result.scenarios:
        lines += _scenario(played, width) if everything else _line(played, longest, width)
    lines += [
        "",
        _wrapped(f"destroyed: {result.deleted} resources, {len(result.left_over)} left over", 4, width),
        *(f"  LEFT {item}" for item in result.left_over),
        _wrapped(", ".join(f"{name} {seconds:.1f} s" for name, seconds in result.seconds.items()), 4, width),
        _wrapped(_verdict(result), 4, width),
    ]
    if not everything and any(played.checks for played in result.scenarios):
        lines.append(_wrapped("--all tells each demand with its evidence; --list, what the scenarios ask", 4, width))
    return "\n".join(lines)


def _line(played: Played, longest: int, width: int) -> list[str]:
    """The scenario in one line: how many of its demands held, and its time; below it what failed, and why."""
    head = f"{MARKS[played.status]:6} {played.name:{longest}}  "
    if played.not_applicable:
        return [_wrapped(head + played.not_applicable, min(len(head), width // 2), width)]
    demanded = [check for check in played.checks if check.status is not Status.NOT_APPLICABLE]
    held = sum(check.status is Status.PASSED for check in demanded)
    line = f"{head}{held:2} of {len(demanded):2} demands held  {played.seconds:5.1f} s"
    if len(line) > width:
        words = f"{MARKS[played.status]:6} {played.name} {held} of {len(demanded)} demands held {played.seconds:.1f} s"
        line = _wrapped(words, 7, width)
    return [line, *_told(played, [check for check in played.checks if check.status is Status.FAILED], width)]


def _scenario(played: Played, width: int) -> list[str]:
    lines = [_wrapped(f"{MARKS[played.status]:6} {played.name}: {played.criterion} ({played.seconds:.1f} s)", 7, width)]
    lines += _told(played, played.checks, width)
    if played.not_applicable:
        lines.append(_wrapped(f"    n/a    {played.not_applicable}", 11, width))
    return lines


def _told(played: Played, checks: Sequence[Check], width: int) -> list[str]:
    """`checks` with their evidence, and what kept the scenario from its end."""
    lines = [_wrapped(f"    {MARKS[check.status]:6} {check.what}: {_one_line(check)}", 11, width) for check in checks]
    if played.missing:
        lines.append(_wrapped(f"    FAILED {played.missing}", 11, width))
    if played.error:
        lines.append(_wrapped(f"    FAILED could not be played to its end: {played.error}", 11, width))
    return lines


def _one_line(check: Check) -> str:
    return " ".join(check.evidence.split())


def _verdict(result: Rehearsal) -> str:
    counts = {status: result.count(status) for status in Status}
    told = [f"{counts[status]} {status}" for status in Status if counts[status]]
    if not result.scenarios:
        told = ["no scenario was asked for"]
    return f"{'passed' if result.passed else 'FAILED'}: {', '.join(told)}"


def as_junit(result: Rehearsal) -> str:
    """JUnit XML: a test suite a scenario, a test case a demand."""
    root = ET.Element("testsuites", name=f"rehearsal of {result.stack}")
    deployment = ET.SubElement(root, "testsuite", name="deployment")
    _case(deployment, "AWS reports what was declared", Status.FAILED, "\n".join(result.read_back.differences))
    _case(deployment, "nothing is left after destroying", Status.FAILED, "\n".join(result.left_over))
    deployment.set("time", f"{sum(result.seconds.values()) - result.seconds.get('scenarios', 0.0):.3f}")
    for played in result.scenarios:
        suite = ET.SubElement(root, "testsuite", name=played.name, time=f"{played.seconds:.3f}")
        for check in played.checks:
            _checked(suite, check)
        if played.not_applicable:
            _case(suite, played.criterion, Status.NOT_APPLICABLE, played.not_applicable)
        if played.missing:
            _case(suite, "the stack has what it is about", Status.FAILED, played.missing)
        if played.error:
            _case(suite, "it can be played to its end", Status.FAILED, played.error, "error")
    for suite in root.findall("testsuite"):
        _count(suite, suite)
    _count(root, *root.findall("testsuite"))
    del root.attrib["skipped"]  # Jenkins' schema (xunit-plugin, junit-10.xsd, read 2026-11-27) has it of suites only
    root.set("time", f"{sum(float(suite.get('time', 0)) for suite in root):.3f}")
    ET.indent(root)
    return ET.tostring(root, encoding="unicode", xml_declaration=True) + "\n"


def _checked(suite: ET.Element, check: Check) -> None:
    if check.status is Status.PASSED:
        case = _case(suite, check.what, Status.PASSED, "")
        ET.SubElement(case, "system-out").text = printable(check.evidence)
    else:
        _case(suite, check.what, check.status, check.evidence)


def _case(suite: ET.Element, what: str, status: Status, text: str, kind: str = "failure") -> ET.Element:
    """A test case of a suite; without a text it passed."""
    name = printable(what)
    case = ET.SubElement(suite, "testcase", classname=f"rehearsal.{suite.get('name')}", name=name, time="0.000")
    if text and status is Status.NOT_APPLICABLE:
        skip(case, text)
    elif text:
        ET.SubElement(case, kind, message=printable(text), type=kind).text = printable(text)
    return case


def _count(element: ET.Element, *suites: ET.Element) -> None:
    """Set the totals of the test cases in some suites."""
    for name, path in (
        ("tests", "testcase"),
        ("failures", "testcase/failure"),
        ("errors", "testcase/error"),
        ("skipped", "testcase/skipped"),
    ):
        element.set(name, str(sum(len(suite.findall(path)) for suite in suites)))


def _passed(status: Status) -> bool | None:
    return None if status is Status.NOT_APPLICABLE else status is Status.PASSED


_UNIT = re.compile(
    r"(?<=\d) (?=(?:%|d|h|min|ms|s|items?|bytes|instances?|messages?|resources?)(?:\W|$))|(?<=[<>≤≥→]) (?=\d)"
)
"""Where a line should not end: between a figure and its unit, or a sign and its figure."""
_STAYS = "\N{NO-BREAK SPACE}"


def _wrapped(text: str, indent: int, width: int) -> str:
    """A line of any length in lines of at most `width` columns; words and figures stay whole."""
    lines = textwrap.wrap(
        _UNIT.sub(_STAYS, text), width, subsequent_indent=" " * indent, break_long_words=False, break_on_hyphens=False
    )
    return "\n".join(lines).replace(_STAYS, " ")


FORMATS: dict[str, Callable[[Any], str]] = {"json": as_json, "junit": as_junit}
"""Format for other tools → renderer."""
