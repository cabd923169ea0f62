"""What `./plant check` tells people: each violation with its resource, message and remedy, and the verdict."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Sequence
from typing import Final

from deployment.urn import name_of
from policies.assess import Assessment, Violation, Waived
from policies.finding import Enforcement

WIDTH: Final = 80


def check_text(judged: Sequence[tuple[str, Assessment]]) -> str:
    """Report over all files."""
    return "\n\n".join(_file(file, assessment) for file, assessment in judged)


def _file(file: str, assessment: Assessment) -> str:
    mandatory = [one for one in assessment.violations if one.enforcement is Enforcement.MANDATORY]
    advisory = [one for one in assessment.violations if one.enforcement is not Enforcement.MANDATORY]
    lines = [file]
    for heading, violations in (("Blocks", mandatory), ("Advises", advisory)):
        if violations:
            lines += ["", f"{heading} ({len(violations)})"]
            for violation in violations:
                lines += _violation(violation)
    if assessment.waived:
        lines += ["", f"Waived ({len(assessment.waived)})"]
        lines += _waived(assessment.waived)
    lines += ["", f"verdict: {'blocked' if assessment.blocked else 'pass'}"]
    return "\n".join(lines)


def _violation(violation: Violation) -> list[str]:
    name = name_of(violation.finding.urn) or "the stack"
    lines = [f"  {violation.rule.id}  [{violation.rule.severity.value}]  {name}"]
    for text in (violation.finding.message, f"fix: {violation.rule.fix}"):
        lines += _indented(text)
    return lines


def _waived(waived: Sequence[Waived]) -> list[str]:
    """Each waiver's reason once for each rule and resource, however many findings it covers there."""
    groups = Counter((one.violation.rule.id, name_of(one.violation.finding.urn), one.waiver) for one in waived)
    lines = []
    for (rule, name, waiver), count in groups.items():
        times = f", {count} findings" if count > 1 else ""
        lines.append(f"  {rule}  {name or 'the stack'}{times}, until {waiver.expires}")
        lines += _indented(waiver.reason)
    return lines


def _indented(text: str) -> list[str]:
    return textwrap.wrap(
        text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
    )
