"""ACM: public certificates are free, unless their private key may be exported."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Amount, Charge, Driver, Unpriced
from cost.registry import Pricer
from cost.scope import Scope
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens

RENEWED_AFTER_DAYS: Final = 198 - 45
"""Days from one issue of an exportable certificate to the next: it is valid for 198, and renewed 45 before its end
(AWS Certificate Manager user guide, managed certificate renewal, 2026-02)."""


def certificate(scope: Scope) -> Iterator[Charge]:
    """Each name of an exportable certificate is billed when it is issued and at each renewal: expected is a month's
    share, the worst case a month with an issue in it."""
    if scope.text("options.export", "DISABLED").upper() != "ENABLED":
        return
    others = scope.items("subjectAlternativeNames")
    if any(not isinstance(name, str) for name in others):
        raise Unpriced("one of its subjectAlternativeNames isn't known, and wildcards are dearer")
    names = {scope.text("domainName"), *others}
    wildcards = sum(1 for name in names if name.startswith("*."))
    share = min(Decimal(1), MONTH_HOURS / 24 / RENEWED_AFTER_DAYS)
    for what, key, count in (
        ("name", "exportable_name_issue", len(names) - wildcards),
        ("wildcard name", "exportable_wildcard_issue", wildcards),
    ):
        if count:
            yield scope.charge(
                f"Exportable certificate ({count} {what}{'s' if count > 1 else ''})",
                ("acm", key),
                Amount.of(0, count * share, count),
                Metering.STANDING,
                driver=Driver.EVENTS,
            )


PRICERS: Final = {tokens.CERTIFICATE[0]: Pricer(certificate, twins=("aws_acm_certificate",))}
