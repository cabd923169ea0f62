"""An audit as Parquet: a row a stack, with its charges and findings as lists, for DuckDB, Athena, Spark or pandas."""

from __future__ import annotations

import json
import tempfile
from collections.abc import Iterable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from cost.estimate import plain
from cost.ledger import DOLLARS
from workbench.audit.result import Broken
from workbench.audit.run import Row

LONGEST_LINE: Final = 200_000_000
"""Bytes of one stack's record; its findings are fewer bytes than its state, which may have 100 MB."""

PIECE_BYTES: Final = 1 << 20

USD: Final = "DECIMAL(38, 8)"
COLUMNS: Final = {
    "name": "VARCHAR",
    "project": "VARCHAR",
    "stack": "VARCHAR",
    "source": "VARCHAR",
    "verdict": "VARCHAR",
    "problem": "VARCHAR",
    "message": "VARCHAR",
    "locked": "VARCHAR",
    "resources": "BIGINT",
    "budget_usd": USD,
    "floor_usd": USD,
    "expected_usd": USD,
    "worst_case_usd": USD,
    "list_always_on_usd": USD,
    "over_budget": "VARCHAR[]",
    "charges": f"STRUCT(account VARCHAR, region VARCHAR, service VARCHAR, price VARCHAR, tags MAP(VARCHAR, VARCHAR), "
    f"quantity DECIMAL(38, 6), floor_usd {USD}, expected_usd {USD}, worst_case_usd {USD}, list_always_on_usd {USD})[]",
    "unpriced": "STRUCT(urn VARCHAR, type VARCHAR, reason VARCHAR)[]",
    "violations": "STRUCT(id VARCHAR, urn VARCHAR, message VARCHAR, enforcement VARCHAR, severity VARCHAR)[]",
    "waived": "STRUCT(id VARCHAR, urn VARCHAR, owner VARCHAR, reason VARCHAR, expires DATE)[]",
}
"""Column -> type of DuckDB."""


def pieces(rows: Iterable[Row]) -> Iterator[bytes]:
    """The stacks as the bytes of a file, by one of lines that DuckDB reads and packs."""
    import duckdb

    with tempfile.TemporaryDirectory(prefix="plant-audit-") as folder:
        lines = Path(folder) / "stacks.ndjson"
        with lines.open("w", encoding="utf-8") as file:
            for row in rows:
                file.write(json.dumps(_record(row), ensure_ascii=False) + "\n")
        packed = Path(folder) / "stacks.parquet"
        with duckdb.connect(":memory:", config={"threads": 1}) as database:  # one thread: rows keep their order
            columns = ", ".join(f"{name}: {kind!r}" for name, kind in COLUMNS.items())
            options = f"format = 'newline_delimited', columns = {{{columns}}}, maximum_object_size = {LONGEST_LINE}"
            query = f"SELECT * FROM read_json({_quoted(lines)}, {options})"  # noqa: S608 - our own words and file
            database.execute(f"COPY ({query}) TO {_quoted(packed)} (FORMAT parquet, COMPRESSION zstd)")
        with packed.open("rb") as file:
            while piece := file.read(PIECE_BYTES):
                yield piece


def _quoted(path: Path) -> str:
    return "'" + str(path).replace("'", "''") + "'"


def _record(row: Row) -> dict[str, Any]:
    record: dict[str, Any] = dict.fromkeys(COLUMNS) | {
        "name": row.name,
        "project": row.project,
        "stack": row.stack,
        "source": row.location.source,
        "verdict": row.verdict,
        "locked": row.location.lock or None,
    }
    result = row.result
    if isinstance(result, Broken):
        return record | {"problem": result.fault.value, "message": result.message}
    floor, expected, worst, always = (_usd(row.usd(figure)) for figure in DOLLARS)
    return record | {
        "resources": result.resources,
        "budget_usd": None if result.budget_usd is None else _usd(result.budget_usd),
        "floor_usd": floor,
        "expected_usd": expected,
        "worst_case_usd": worst,
        "list_always_on_usd": always,
        "over_budget": list(row.over),
        "charges": [
            {
                "account": entry.keys[0],
                "region": entry.keys[1],
                "service": entry.price.split("/", 2)[1],
                "price": entry.price,
                "tags": dict(zip(entry.keys[2::2], entry.keys[3::2], strict=True)),
                "quantity": plain(entry.quantities[DOLLARS.index("monthly_usd")]),
                **{
                    name: _usd(amount)
                    for name, amount in zip(
                        ("floor_usd", "expected_usd", "worst_case_usd", "list_always_on_usd"), dollars, strict=True
                    )
                },
            }
            for entry, dollars in row.entries
        ],
        "unpriced": [{"urn": one.urn, "type": one.type, "reason": one.reason} for one in result.unpriced],
        "violations": [violation.to_json() for violation in result.violations],
        "waived": [
            {
                "id": one.violation.rule.id,
                "urn": one.violation.finding.urn,
                "owner": one.waiver.owner,
                "reason": one.waiver.reason,
                "expires": one.waiver.expires.isoformat(),
            }
            for one in result.waived
        ],
    }


def _usd(amount: Decimal) -> str:
    return f"{amount:f}"
