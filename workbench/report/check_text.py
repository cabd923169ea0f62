"""What `./plant check` tells people: each violation with its resource, message and remedy, and the verdict."""

from __future__ import annotations

import textwrap
from collections.abc import Sequence
from typing import Final

from policies.assess import Assessment, Violation
from policies.model import Enforcement

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
        for waived in assessment.waived:
            name = waived.violation.finding.urn.rpartition("::")[2]
            lines.append(f"  {waived.violation.rule.id}: {name}, until {waived.waiver.expires}")
    lines += ["", f"verdict: {'blocked' if assessment.blocked else 'pass'}"]
    return "\n".join(lines)


def _violation(violation: Violation) -> list[str]:
    name = violation.finding.urn.rpartition("::")[2] or "the stack"
    lines = [f"  {violation.rule.id}  [{violation.rule.severity.value}]  {name}"]
    for text in (violation.finding.message, f"fix: {violation.rule.fix}"):
        lines += textwrap.wrap(
            text, WIDTH, initial_indent="    ", subsequent_indent="    ", break_on_hyphens=False, break_long_words=False
        )
    return lines
