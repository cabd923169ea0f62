"""Data rules about memorydb."""

from __future__ import annotations

from typing import Final

from deployment.tokens import MEMORY_DB
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-memorydb-encrypted-in-transit",
        MEMORY_DB,
        must_not_be("tlsEnabled", False, use="leave it at true"),
        title="MemoryDB clusters speak TLS",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Without TLS whoever is in the network reads the data, and no user has to log in.",
        fix="Leave tlsEnabled at true.",
        source="https://docs.aws.amazon.com/memorydb/latest/devguide/in-transit-encryption.html",
        frameworks=("checkov:CKV_AWS_202",),
    ),
)
