"""Estimates in Infracost's JSON, so that `infracost output` and `infracost comment` can show them.

Field names and types are those of infracost/infracost ``schema/infracost.schema.json`` (commit 95ba4f4,
2026-08-21): money and quantities are strings. An estimate's allowances are one resource of their own.
"""

from __future__ import annotations

import datetime
import os
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from decimal import Decimal
from pathlib import PurePath
from typing import TYPE_CHECKING, Any, Final

from cost.compare import Change, line_key
from cost.estimate import plain
from cost.money import text
from cost.uptime import MONTH_HOURS
from deployment.urn import name_of

if TYPE_CHECKING:
    from cost import Estimate, Line
    from deployment.graph import ResourceGraph
    from workbench.cost.priced import PricedFile

VERSION: Final = "0.2"
"""Version of the format that Infracost 0.10 writes and reads."""

PROJECT_TYPE: Final = "pulumi"
ALLOWANCES: Final = "account.always_free_allowances"
ZERO: Final = Decimal(0)


def to_infracost(priced: Sequence[PricedFile]) -> dict[str, Any]:
    """The whole document: one project a file, with past and difference where a base was given."""
    projects = [_project(file) for file in priced]
    total = sum((file.estimate.expected_usd for file in priced), ZERO)
    compared = [file.comparison for file in priced if file.comparison is not None]
    past = sum((each.old_usd for each in compared), ZERO) if compared else None
    document: dict[str, Any] = {
        "version": VERSION,
        "metadata": _metadata(),
        "currency": "USD",
        "projects": projects,
        **_totals("total", total, sum((_usage_usd(file.estimate.lines) for file in priced), ZERO)),
        **_totals("pastTotal", past),
        **_totals("diffTotal", None if past is None else total - past),
        "timeGenerated": _now(),
        "summary": _add_up([project["summary"] for project in projects]),
    }
    return document


def _project(file: PricedFile) -> dict[str, Any]:
    breakdown = _breakdown(file.estimate, file.graph)
    past: dict[str, Any] = {"resources": [], **_totals("total", ZERO, ZERO)}
    diff: dict[str, Any] = {"resources": [], **_totals("total", ZERO, ZERO)}
    if file.base is not None and (comparison := file.comparison) is not None:
        past = _breakdown(file.base.estimate, file.base.graph)
        diff = {
            "resources": [_changed(change, file.base.estimate, file.estimate) for change in comparison.changes],
            **_totals(
                "total", comparison.delta_usd, _usage_usd(file.estimate.lines) - _usage_usd(file.base.estimate.lines)
            ),
        }
    name = f"{PurePath(file.source).name}{f'/{file.stack}' if file.stack else ''}"
    return {
        "name": name,
        "displayName": name,
        "metadata": {"path": file.source, "type": PROJECT_TYPE},
        "pastBreakdown": past,
        "breakdown": breakdown,
        "diff": diff,
        "summary": _summary(file.estimate, file.graph),
    }


def _breakdown(estimate: Estimate, graph: ResourceGraph) -> dict[str, Any]:
    by_urn: dict[str, list[Line]] = defaultdict(list)
    for line in estimate.lines:
        by_urn[line.urn].append(line)
    resources = [_resource(urn, lines, graph) for urn, lines in by_urn.items()]
    resources += [
        _unpriced(entry.urn, entry.type, entry.reason) for entry in estimate.unpriced if entry.urn not in by_urn
    ]
    free = [
        {"name": graph.by_urn[urn].name, "resourceType": graph.by_urn[urn].type, "metadata": {"urn": urn, "why": why}}
        for urn, why in estimate.free.items()
    ]
    totals = _totals("total", estimate.expected_usd, _usage_usd(estimate.lines))
    return {"resources": resources, "freeResources": free, **totals}


def _resource(urn: str, lines: Sequence[Line], graph: ResourceGraph) -> dict[str, Any]:
    resource = graph.by_urn.get(urn)
    total = sum((line.monthly_usd for line in lines), ZERO)
    tags = resource.get("tags") if resource is not None else None
    document: dict[str, Any] = {
        "name": ALLOWANCES if lines[0].charge is None else lines[0].name,
        "resourceType": lines[0].type,
        "metadata": {"urn": urn, "component": lines[0].component} if resource is not None else {},
        "hourlyCost": _hourly(total),
        "monthlyCost": text(total),
        "monthlyUsageCost": text(_usage_usd(lines)),
        "costComponents": [_component(line) for line in lines],
    }
    if isinstance(tags, dict):
        document["tags"] = {key: value for key, value in tags.items() if isinstance(value, str)}
    return document


def _changed(change: Change, old: Estimate, new: Estimate) -> dict[str, Any]:
    """One changed resource with the difference of each of its lines."""
    parts: dict[tuple[str, str], list[Any]] = {}
    for sign, found in ((-1, old), (1, new)):
        for line in _lines_of(change.key, found):
            part = parts.setdefault((line.item, line.price.path), [line, ZERO, ZERO])
            part[1] += sign * line.quantity
            part[2] += sign * line.monthly_usd
    components = [
        _component(line._replace(quantity=quantity, monthly_usd=usd))
        for line, quantity, usd in parts.values()
        if quantity or usd
    ]
    return {
        "name": change.name,
        "resourceType": change.type,
        "metadata": {"urn": change.urn},
        "hourlyCost": _hourly(change.delta_usd),
        "monthlyCost": text(change.delta_usd),
        "costComponents": components,
    }


def _lines_of(key: str, found: Estimate) -> Iterator[Line]:
    return (line for line in found.lines if line_key(line) == key)


def _component(line: Line) -> dict[str, Any]:
    return {
        "name": line.item,
        "unit": line.price.unit,
        "hourlyQuantity": plain(line.quantity / MONTH_HOURS),
        "monthlyQuantity": plain(line.quantity),
        "price": text(line.price.usd),
        "hourlyCost": _hourly(line.monthly_usd),
        "monthlyCost": text(line.monthly_usd),
        "usageBased": line.usage_based,
        "priceNotFound": False,
    }


def _unpriced(urn: str, token: str, reason: str) -> dict[str, Any]:
    return {
        "name": name_of(urn),
        "resourceType": token,
        "metadata": {"urn": urn},
        "hourlyCost": None,
        "monthlyCost": None,
        "costComponents": [
            {
                "name": reason,
                "unit": "",
                "hourlyQuantity": None,
                "monthlyQuantity": None,
                "price": None,
                "hourlyCost": None,
                "monthlyCost": None,
                "usageBased": False,
                "priceNotFound": True,
            }
        ],
    }


def _totals(prefix: str, monthly: Decimal | None, usage: Decimal | None = None) -> dict[str, str | None]:
    return {
        f"{prefix}HourlyCost": None if monthly is None else _hourly(monthly),
        f"{prefix}MonthlyCost": None if monthly is None else text(monthly),
        f"{prefix}MonthlyUsageCost": None if usage is None else text(usage),
    }


def _usage_usd(lines: Iterable[Line]) -> Decimal:
    return sum((line.monthly_usd for line in lines if line.usage_based), ZERO)


def _hourly(monthly: Decimal) -> str:
    return plain(monthly / MONTH_HOURS)


def _summary(estimate: Estimate, graph: ResourceGraph) -> dict[str, Any]:
    priced = {line.urn for line in estimate.charges}
    unpriced = {entry.urn: entry.type for entry in estimate.unpriced}
    usage = {line.urn for line in estimate.charges if line.usage_based}
    types = {line.urn: line.type for line in estimate.charges}
    counted = Counter(types[urn] for urn in priced - unpriced.keys())
    return {
        "totalDetectedResources": len(priced | unpriced.keys() | estimate.free.keys()),
        "totalSupportedResources": len(priced - unpriced.keys()),
        "totalUnsupportedResources": len(unpriced),
        "totalUsageBasedResources": len(usage),
        "totalNoPriceResources": len(estimate.free),
        "supportedResourceCounts": dict(sorted(counted.items())),
        "unsupportedResourceCounts": dict(sorted(Counter(unpriced.values()).items())),
        "noPriceResourceCounts": dict(sorted(Counter(graph.by_urn[urn].type for urn in estimate.free).items())),
    }


def _add_up(summaries: Sequence[dict[str, Any]]) -> dict[str, Any]:
    total: dict[str, Any] = {}
    for summary in summaries:
        for key, value in summary.items():
            total[key] = (
                dict(sorted((Counter(total.get(key, {})) + Counter(value)).items()))
                if isinstance(value, dict)
                else total.get(key, 0) + value
            )
    return total


def _metadata() -> dict[str, str]:
    """Required by the schema; the estimator knows no commit, and reads none."""
    return {
        "infracostCommand": "breakdown",
        "vcsBranch": "",
        "vcsCommitSha": "",
        "vcsCommitAuthorName": "",
        "vcsCommitAuthorEmail": "",
        "vcsCommitTimestamp": _now(),
        "vcsCommitMessage": "",
    }


def _now() -> str:
    """Now, or SOURCE_DATE_EPOCH where builds have to repeat to the byte (https://reproducible-builds.org)."""
    epoch = os.environ.get("SOURCE_DATE_EPOCH", "")
    when = (
        datetime.datetime.fromtimestamp(int(epoch), datetime.UTC)
        if epoch.isdecimal()
        else datetime.datetime.now(datetime.UTC)
    )
    return when.isoformat(timespec="seconds").replace("+00:00", "Z")
