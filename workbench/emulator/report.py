"""A rehearsal as text, JSON, and JUnit XML."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import TYPE_CHECKING, Any
from xml.sax.saxutils import escape, quoteattr

if TYPE_CHECKING:
    from workbench.emulator.rehearsal import Rehearsal

MARKS = {True: "ok", False: "FAILED"}
EVIDENCE_LENGTH = 160


def as_json(result: Rehearsal) -> str:
    """The stable form for other tools."""
    return json.dumps(
        {
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
                    "passed": played.passed,
                    "error": played.error or None,
                    "seconds": round(played.seconds, 3),
                    "checks": [
                        {"what": check.what, "passed": check.passed, "evidence": check.evidence}
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


def as_text(result: Rehearsal) -> str:
    """For a person: what was deployed, each scenario with its evidence, what is left."""
    lines = [
        f"{result.stack}: {result.created} resources created, {len(result.validated)} validated, not emulated",
        *(f"  validated, not emulated: {name} ({', '.join(calls)})" for name, calls in result.validated.items()),
        f"read back: {result.read_back.compared} properties compared, {len(result.read_back.differences)} differ",
        *(f"  DIFFERS {line}" for line in result.read_back.differences),
        "",
    ]
    for played in result.scenarios:
        lines.append(f"{MARKS[played.passed]:6} {played.name}: {played.criterion} ({played.seconds:.1f} s)")
        lines += [f"    {MARKS[check.passed]:6} {check.what}: {_short(check.evidence)}" for check in played.checks]
        if played.error:
            lines.append(f"    FAILED could not be played to its end: {played.error}")
    lines += [
        "",
        f"destroyed: {result.deleted} resources, {len(result.left_over)} left over",
        *(f"  LEFT {item}" for item in result.left_over),
        " · ".join(f"{name} {seconds:.1f} s" for name, seconds in result.seconds.items()),
        "passed" if result.passed else "FAILED",
    ]
    return "\n".join(lines)


def as_junit(result: Rehearsal) -> str:
    """JUnit XML: a test suite a scenario, a test case a demand."""
    suites = [_suite("deploy", _deployment(result), 0.0)]
    for played in result.scenarios:
        cases = [_case(played.name, check.what, "" if check.passed else check.evidence) for check in played.checks]
        if played.error:
            cases.append(_case(played.name, "is played to its end", played.error))
        suites.append(_suite(played.name, cases, played.seconds))
    return '<?xml version="1.0" encoding="UTF-8"?>\n<testsuites>\n' + "\n".join(suites) + "\n</testsuites>\n"


def _deployment(result: Rehearsal) -> list[str]:
    return [
        _case("deploy", "AWS reports what was declared", "\n".join(result.read_back.differences)),
        _case("deploy", "nothing is left after destroying", "\n".join(result.left_over)),
    ]


def _suite(name: str, cases: list[str], seconds: float) -> str:
    failures = sum("<failure" in case for case in cases)
    head = f'  <testsuite name={quoteattr(name)} tests="{len(cases)}" failures="{failures}" time="{seconds:.3f}">'
    return "\n".join([head, *cases, "  </testsuite>"])


def _case(suite: str, what: str, failure: str) -> str:
    head = f"    <testcase classname={quoteattr(suite)} name={quoteattr(what)}"
    if not failure:
        return head + "/>"
    return f"{head}><failure>{escape(failure)}</failure></testcase>"


def _short(text: str) -> str:
    flat = " ".join(text.split())
    return flat if len(flat) <= EVIDENCE_LENGTH else flat[: EVIDENCE_LENGTH - 1] + "…"


FORMATS: dict[str, Callable[[Any], str]] = {"text": as_text, "json": as_json, "junit": as_junit}
"""Format → renderer."""
