"""Data rules about DNS records."""

from __future__ import annotations

from typing import Final

from deployment.tokens import DNS_RECORD
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.table import must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "edge-records-own",
        DNS_RECORD,
        must_not_be("allowOverwrite", True, use="take it out, and give the name to one stack"),
        title="A stack overwrites no DNS record that is there already",
        severity=Severity.MEDIUM,
        enforcement=Enforcement.ADVISORY,
        why="The record is another stack's: it serves somebody else from then on, and goes when either is destroyed.",
        fix="Leave allowOverwrite out; AWS then refuses a second record of the name, and says so.",
        source="https://docs.aws.amazon.com/Route53/latest/APIReference/API_ChangeResourceRecordSets.html",
    ),
)
