"""Writes the page: jinja2, inline style and pictures, nothing from the network, readable without script."""

from __future__ import annotations

import datetime
from collections.abc import Mapping, Sequence
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from workbench.preview.changes import Operation, in_words
from workbench.report.findings_text import verdict
from workbench.report.names import resource_name, short_types
from workbench.report.page import timeline, topology_svg
from workbench.report.page.topology import AROUND, PATH, TITLES, Block
from workbench.report.page.view import View
from workbench.report.templating import environment
from workbench.report.values import pair

if TYPE_CHECKING:
    from cost.catalogue import Price
    from cost.estimate import Estimate
    from workbench.preview.result import Preview

LONGEST_VALUE = 120
"""Characters of an old or new value that are shown."""


def render(views: Sequence[View], *, script: bool = True) -> str:
    """The page about `views`; `script` adds the few lines that sort its tables."""
    return (
        environment()
        .get_template("report.html.j2")
        .render(
            views=views,
            script=script,
            title=", ".join(f"{view.name} {verdict(view.preview.assessment)[0]}" for view in views),
            figures=_figures,
            drawings=_drawings,
            groups=_groups,
            in_words=lambda view: in_words(view.preview.changes, Operation),
            days_left=lambda view, expires: (expires - view.day).days,
            age=_age,
            pair=lambda found: pair(found.old, found.new, LONGEST_VALUE),
            name_of=resource_name,
            ranked=lambda estimate: sorted(estimate.lines, key=lambda line: (-line.monthly_usd, line.urn, line.item)),
            rollout_picture=timeline.draw,
        )
    )


def _figures(view: View) -> list[dict[str, Any]]:
    """The four figures as bars; a list price far beyond the others is cut, and says so."""
    found, before = view.preview.estimate, view.preview.base_estimate
    scale = max(found.budget_usd, found.expected_usd, found.worst_case_usd) * Decimal("1.15")
    rows: list[tuple[str, str, str]] = [
        ("floor", "floor_usd", "no traffic"),
        ("expected", "expected_usd", "the declared usage"),
        ("worst case", "worst_case_usd", "fleets at maximum, peak without pause"),
        (
            "list price always-on",
            "list_always_on_usd",
            "of what stays, no allowance" if found.basis.parked else "730 h, no allowance",
        ),
    ]
    if found.basis.brake is not None:
        rows.insert(3, ("with the spend brake", "bounded_usd", "fleets at their minimum once it pays for no more"))
    return [
        {
            "name": name,
            "usd": getattr(found, attribute),
            "meaning": meaning,
            "percent": float(min(getattr(found, attribute) / scale, Decimal(1)) * 100),
            "cut": getattr(found, attribute) > scale,
            "over": attribute != "list_always_on_usd" and getattr(found, attribute) > found.budget_usd,
            "budget_percent": float(found.budget_usd / scale * 100),
            "change": None if before is None else getattr(found, attribute) - _usd(before, attribute),
        }
        for name, attribute, meaning in rows
    ]


def _usd(estimate: Estimate, attribute: str) -> Decimal:
    found: Decimal = getattr(estimate, attribute)
    return found


def _drawings(view: View) -> dict[str, str]:
    return {
        name: topology_svg.draw(view.topology, form, title=f"Topology of {view.name}")
        for name, form in (("wide", topology_svg.WIDE), ("narrow", topology_svg.NARROW))
    }


def _groups(view: View) -> list[dict[str, Any]]:
    """Components by place, each with its resources and what is known of them."""
    found = view.preview
    kinds = short_types(resource.type for resource in found.graph)
    groups = []
    for place in (*PATH, *AROUND):
        blocks = [_block(found, block, kinds) for block in view.topology.blocks[place] if not block.lent]
        if blocks:
            members = [block for block in view.topology.blocks[place] if not block.lent]
            groups.append(
                {
                    "title": TITLES[place],
                    "blocks": blocks,
                    "count": sum(len(block["rows"]) for block in blocks),
                    "usd": sum((block.expected_usd for block in members), Decimal(0)),
                    "changed": sum(len(block.changes) for block in members),
                }
            )
    return groups


def _block(found: Preview, block: Block, kinds: Mapping[str, str]) -> dict[str, Any]:
    gone = [change.resource for change in block.changes.values() if change.operation is Operation.DELETE]
    return {
        "block": block,
        "rows": [
            {
                "resource": resource,
                "kind": kinds.get(resource.type, resource.type),
                "expected": found.estimate.by_urn.get(resource.urn, Decimal(0)),
                "worst": found.worst_case_by_urn.get(resource.urn, Decimal(0)),
                "change": block.changes.get(resource.urn),
            }
            for resource in (*sorted(block.resources, key=lambda one: (one.name, one.type)), *gone)
        ],
    }


def _age(price: Price, day: datetime.date) -> str:
    """Days since the price was seen; a date that lacks day or month counts as its start."""
    if not price.observed_on:
        return "undated"
    year, month, date = (*price.observed_on.split("-"), "1", "1")[:3]
    return f"{(day - datetime.date(int(year), int(month), int(date))).days:,} days"
