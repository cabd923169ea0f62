"""Deployment files with their estimates: what `./plant cost` shows, in whatever format."""

from __future__ import annotations

import datetime
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Any

from cost import NO_LIMIT_USD, Estimate, estimate
from cost.account import settle
from cost.basis import Basis, basis_of
from cost.compare import Comparison, compare
from cost.transfers import Transfer
from deployment.errors import Gathered, InputError
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_file, plan_from_file
from policies.finding import Enforcement

if TYPE_CHECKING:
    from policies.settings import PackConfig

WORST_CASE_RULE = "cost-worst-case-within-budget"
SHARED_WORST_CASE_RULE = "cost-shared-worst-case-within-budget"
"""The pack's rule whose enforcement says whether the worst case blocks."""


@dataclass(frozen=True, slots=True)
class PricedFile:
    """One file, priced."""

    source: str
    stack: str
    graph: ResourceGraph
    estimate: Estimate
    judged: bool
    """True when a budget applies: the stack declares one, or the caller gave a limit."""
    worst_case_blocks: bool
    base: PricedFile | None = None
    """What it is compared with, where that was given."""

    @property
    def comparison(self) -> Comparison | None:
        """What changes against the base; None without one."""
        return None if self.base is None else compare(self.base.estimate, self.estimate)

    @property
    def over_budget(self) -> bool:
        """True when a budget applies and is exceeded."""
        found = self.estimate
        worst = self.worst_case_blocks and found.bounded_usd > found.budget_usd
        return self.judged and (found.expected_usd > found.budget_usd or worst)

    @property
    def blocked(self) -> bool:
        """True when something has no price, or the budget is exceeded."""
        return bool(self.estimate.unpriced) or self.over_budget

    def to_json(self) -> dict[str, Any]:
        """The preview's JSON, as far as prices are concerned."""
        document: dict[str, Any] = {
            "stack": self.stack,
            "source": self.source,
            "cost": self.estimate.to_json(),
            "verdict": "blocked" if self.blocked else "pass",
        }
        if (comparison := self.comparison) is not None:
            document["changes"] = comparison.to_json()
        return document


def price_files(
    files: Sequence[str],
    *,
    usage_file: Path | None = None,
    region: str | None = None,
    base: str | None = None,
    limit_usd: Decimal | None = None,
    allowances: bool = True,
    on: datetime.date | None = None,
) -> list[PricedFile]:
    """Price `files` (``-``: standard input) as what one account holds: allowances and tiers are counted once.

    A preview is compared with what it finds deployed, where no `base` is given. `allowances` says whether any count.
    Raises InputError for what is wrong with any of them.
    """
    usage, plans, bases, gathered = None, [], [], Gathered()
    if usage_file is not None:
        from workbench.cost.usage_file import read_usage

        with gathered:
            usage = read_usage(usage_file)
    for name in files:
        with gathered:
            plans.append(plan_from_file(name, meanwhile=lambda: import_module("policies.assess")))
    if base is not None:
        with gathered:
            bases.append(graph_from_file(base))
    else:
        bases += [before for _, before in plans if before is not None]
    gathered.tell()
    graphs = [*(graph for graph, _ in plans), *bases]
    names = [*files, *([base] if base is not None else ["deployed"] * len(bases))]
    numbers: Iterable[dict[str, dict[str, Decimal]]] = [{} for _ in graphs]
    transfers: tuple[Transfer, ...] = ()
    if usage is not None:
        from cost.usage import resolve

        numbers = resolve(usage, graphs)
        transfers = usage.transfers
    asked = _Asked(region, limit_usd, allowances, on)
    priced: list[PricedFile] = []
    for name, graph, used in zip(names, graphs, numbers, strict=True):
        with gathered:
            # What belongs to no resource belongs to the first file, so that it is counted once.
            priced.append(_price(name, graph, used, () if priced else transfers, asked))
    gathered.tell()
    priced, before = priced[: len(files)], iter(priced[len(files) :])
    common = next(before, None) if base is not None else None
    estimates = [file.estimate for file in priced]
    settled = settle(estimates) if len(estimates) > 1 else estimates  # one is settled as it is priced
    return [
        replace(file, estimate=found, base=common if base is not None or deployed is None else next(before))
        for file, found, (_, deployed) in zip(priced, settled, plans, strict=True)
    ]


@dataclass(frozen=True, slots=True)
class _Asked:
    """What the caller wants of all files."""

    region: str | None
    limit_usd: Decimal | None
    allowances: bool
    on: datetime.date | None


def _price(
    name: str,
    graph: ResourceGraph,
    usage: dict[str, dict[str, Decimal]],
    transfers: tuple[Transfer, ...],
    asked: _Asked,
) -> PricedFile:
    from policies.assess import config_of, stack_name

    config = config_of(graph)
    limit = asked.limit_usd if asked.limit_usd is not None else config.settings.monthly_limit_usd or NO_LIMIT_USD
    basis = None if asked.allowances else replace(basis_of(graph), allowance_share=Decimal(0))
    try:
        found = estimate(
            graph, limit_usd=limit, usage=usage, transfers=transfers, region=asked.region, basis=basis, on=asked.on
        )
    except InputError as error:  # which of several files is meant, its resources don't say
        raise InputError(f"{name}: {error}") from error
    return PricedFile(
        source="standard input" if name == "-" else name,
        stack=stack_name(graph) or "",
        graph=graph,
        estimate=found,
        judged=found.budget_usd.is_finite(),
        worst_case_blocks=worst_case_blocks(config, found.basis),
    )


def worst_case_blocks(config: PackConfig, basis: Basis) -> bool:
    """Whether the pack's configuration holds the worst case of a stack against its budget."""
    rule = SHARED_WORST_CASE_RULE if basis.tenancy == "shared" else WORST_CASE_RULE
    return config.enforcement_of(rule, Enforcement.MANDATORY) is Enforcement.MANDATORY


__all__ = ["PricedFile", "price_files", "worst_case_blocks"]
