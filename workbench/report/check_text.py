"""What `./plant check` tells people: each violation with its resource, message and remedy, and the verdict."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from rich.console import Group, RenderableType
from rich.text import Text

from policies.assess import Assessment
from workbench.report.findings_text import WIDTH, as_text, summary, verdict, violations, waived

MANY: Final = 50
"""Findings from which it is told how to get them one by one."""


def check_text(judged: Sequence[tuple[str, Assessment]], *, colours: bool = False, width: int = WIDTH) -> str:
    """Report over all files."""
    return as_text([part for file, found in judged for part in _file(file, found)], colours=colours, width=width)


def _named(assessment: Assessment) -> str:
    """Whose words the findings use: a file tells what its resources are, and not what was written to make them."""
    names = "" if len(assessment.violations) < MANY else ". --format json names every resource"
    if assessment.root is not None:
        stack = assessment.root.urn.removeprefix("urn:pulumi:").partition("::")[0]
        return f"Properties are those of the file. Which setting makes them: ./plant preview --stack {stack}{names}"
    return f"Properties are named as in the file; a Python program writes security_group_id for securityGroupId{names}"


def _file(file: str, assessment: Assessment) -> list[RenderableType]:
    covered = waived(assessment)
    return [
        Text.assemble((file, "bold"), ": ", verdict(assessment)),
        *violations(assessment.violations),
        *([Group(Text(f"Waived ({len(assessment.waived)})", "bold"), *covered)] if covered else []),
        *([Text(_named(assessment), "dim")] if assessment.violations else []),
        summary(assessment),
        Text.assemble(("verdict: ", "bold"), verdict(assessment)),
    ]
