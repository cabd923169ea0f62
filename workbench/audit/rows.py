"""A stack of an audit as JSON."""

from __future__ import annotations

from typing import Any

from cost.ledger import DOLLARS
from cost.money import text
from workbench.audit.result import Broken, Judged
from workbench.audit.run import Row


def stack_json(row: Row) -> dict[str, Any]:
    """One entry of "stacks": figures, findings by rule, verdict; or why there are none."""
    document: dict[str, Any] = {
        "name": row.name,
        "project": row.project,
        "stack": row.stack,
        "source": row.location.source,
        "verdict": row.verdict,
    }
    if row.location.lock:
        document["locked"] = row.location.lock
    if isinstance(row.result, Broken):
        document["problem"] = {"kind": row.result.fault.value, "message": row.result.message}
        return document
    document |= _judged(row, row.result)
    return document


def _judged(row: Row, result: Judged) -> dict[str, Any]:
    floor, expected, worst, always = (text(row.usd(figure)) for figure in DOLLARS)
    return {
        "accounts": sorted({entry.keys[0] for entry, _ in row.entries}),
        "regions": sorted({entry.keys[1] for entry, _ in row.entries}),
        "resources": result.resources,
        "cost": {
            "currency": "USD",
            "budget": None if result.budget_usd is None else text(result.budget_usd),
            "floor": floor,
            "expected": expected,
            "worstCase": worst,
            "worstCaseWithBrake": None if result.brake is None else text(row.bounded_usd),
            "listAlwaysOn": always,
            "unpriced": [{"urn": one.urn, "type": one.type, "reason": one.reason} for one in result.unpriced],
        },
        "overBudget": list(row.over),
        "policies": {"violations": _violations(result), "waived": len(result.waived)},
        "notes": list(result.notes),
    }


def _violations(result: Judged) -> list[dict[str, Any]]:
    """One entry a rule and enforcement, with how often and the first, so that thousands of stacks stay readable."""
    return [{**breach.first.to_json(), "count": len(breach.told)} for breach in result.breaches]
