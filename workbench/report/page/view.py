"""Everything that the page says of one stack, gathered: nothing is worked out while it is written down."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING

from cost.catalogue import Price
from cost.quantiles import Quantiles, quantiles
from deployment.errors import InputError
from deployment.reader import graph_from_json
from policies.waivers import Waiver
from workbench.preview.changes import Change, Operation
from workbench.preview.result import Preview, preview
from workbench.preview.settings import settings_of
from workbench.preview.synthesis import REPOSITORY, synthesize
from workbench.report.page.charts import Limit, Series, lines
from workbench.report.page.month import Month, month_of
from workbench.report.page.timeline import Timeline, timeline
from workbench.report.page.topology import Costs, Topology, topology

if TYPE_CHECKING:
    from workbench.simulate.kernel import Floats
    from workbench.simulate.report import Report

PARKED: dict[str, str] = {"plant:uptime.parked": "true"}


@dataclass(frozen=True)
class Spike:
    """The stack under ten times its declared peak, as the simulator sees it."""

    report: Report
    charts: tuple[str, ...]
    words: str


@dataclass(frozen=True)
class View:
    """One stack."""

    preview: Preview
    quantiles: Quantiles
    topology: Topology
    timeline: Timeline | None
    month: Month
    spike: Spike | None
    no_spike: str
    """Why there is no spike."""
    day: date
    waivers: list[tuple[str, str, Waiver, int]] = field(default_factory=list)
    """Rule, URN, waiver and how many findings it covers there."""

    @property
    def name(self) -> str:
        """The stack's."""
        return self.preview.stack

    @property
    def changed(self) -> list[Change]:
        """What differs from the base; nothing without one."""
        if self.preview.base is None:
            return []
        return [change for change in self.preview.changes if change.operation is not Operation.SAME]

    @property
    def dearer(self) -> list[tuple[Change, Decimal, Decimal]]:
        """Resources whose dollars change, as in the terminal; nothing without a base."""
        return [] if self.preview.base is None else self.preview.dearer

    @property
    def prices(self) -> list[Price]:
        """Prices that the estimate rests on, the oldest first."""
        used = {line.price.path: line.price for line in self.preview.estimate.lines}
        return sorted(used.values(), key=lambda price: (price.observed_on, price.path))


def view(
    stack: str,
    *,
    base: str | None,
    day: date,
    simulate: bool = True,
    root: Path = REPOSITORY,
    progress: Callable[[str], None] = lambda message: None,
) -> View:
    """Everything about `stack`. Raises InputError for whatever the user has to mend."""
    found = preview(stack, {}, base, root=root, progress=progress)
    return view_of(found, day=day, simulate=simulate, root=root, progress=progress)


def view_of(
    found: Preview,
    *,
    day: date,
    simulate: bool,
    root: Path = REPOSITORY,
    progress: Callable[[str], None] = lambda message: None,
) -> View:
    """Everything about the stack that was previewed."""
    estimate = found.estimate
    settings = settings_of(found.stack, found.overrides, root)
    parked_urns, parked_usd = None, None
    if settings.uptime.schedule == "sessions" and not settings.uptime.parked:
        from cost import estimate as price

        progress(f"parking {found.stack}")
        parked = graph_from_json(
            synthesize(found.stack, overrides={**found.overrides, **PARKED}, root=root), found.stack
        )
        parked_urns, parked_usd = set(parked.by_urn), price(parked).expected_usd
    spike, no_spike = _spike(found, progress) if simulate else (None, "it was not asked for.")
    return View(
        preview=found,
        quantiles=quantiles(estimate),
        topology=topology(
            found.graph,
            Costs(estimate.by_urn, found.worst_case_by_urn),
            found.changes if found.base is not None else (),
            parked_urns,
        ),
        timeline=timeline(settings, estimate.basis, found.prediction),
        month=month_of(settings, day, estimate.expected_usd, parked_usd),
        spike=spike,
        no_spike=no_spike,
        day=day,
        waivers=_waivers(found),
    )


def _waivers(found: Preview) -> list[tuple[str, str, Waiver, int]]:
    groups: dict[tuple[str, str], list[Waiver]] = {}
    for entry in found.assessment.waived:
        groups.setdefault((entry.violation.rule.id, entry.violation.finding.urn), []).append(entry.waiver)
    rows = [(rule, urn, waivers[0], len(waivers)) for (rule, urn), waivers in groups.items()]
    return sorted(rows, key=lambda row: (row[2].expires, row[0], row[1]))


def _spike(found: Preview, progress: Callable[[str], None]) -> tuple[Spike | None, str]:
    from workbench.simulate.scenario import Scenario, run_scenario

    progress(f"simulating a spike on {found.stack}")
    try:
        report = run_scenario(found.graph, Scenario(replications=3), found.estimate)
    except InputError as error:
        return None, f"{error.problems[0]}."
    return Spike(report, _charts(report), _words(report)), ""


def _charts(report: Report) -> tuple[str, ...]:
    from workbench.simulate.result import COLUMNS

    band, promise = report.band, report.declared.promise

    def column(name: str, factor: float = 1.0, of: Floats = band.median) -> list[float]:
        return [float(value) * factor for value in of[:, COLUMNS.index(name)]]

    def spread(name: str, factor: float = 1.0) -> tuple[list[float], list[float]]:
        return column(name, factor, band.low), column(name, factor, band.high)

    traffic = [Series("reached the fleet", column("requests", 1 / 60), "strong", band=spread("requests", 1 / 60))]
    if any(column("refused")):
        traffic.append(Series("refused (429)", column("refused", 1 / 60), "second"))
    budget, limit = promise.budget_seconds * 1000, promise.p95_limit_seconds * 1000
    return (
        lines("Requests", "a second", traffic),
        lines(
            "Response time",
            "ms",
            [
                Series("p95", column("p95_ms"), "strong", band=spread("p95_ms")),
                Series("p50", column("p50_ms"), "second", band=spread("p50_ms")),
            ],
            [Limit(f"budget {budget:g} ms", budget), Limit(f"p95 alarm {limit:g} ms", limit)],
        ),
        lines(
            "Instances",
            "",
            [
                Series("serving", column("serving"), "strong", steps=True),
                Series("desired", column("desired"), "second", steps=True),
            ],
            [Limit(f"max_size {report.declared.stable.max_size}", report.declared.stable.max_size)],
            height=120.0,
        ),
    )


def _words(report: Report) -> str:
    attained, promise = report.attainment, report.declared.promise
    scaled = [next((event for event in run.fleet_events if event.kind == "scale-out"), None) for run in report.runs]
    told = (
        f"{attained.mean:.1%} of the answers keep the {promise.budget_seconds * 1000:g} ms of the contract "
        f"(promised {report.objective.attainment_ratio:.0%}): {report.verdict}."
    )
    grown = [event for event in scaled if event is not None]
    if grown:
        minutes = sorted({round(event.at / 60) for event in grown})
        when = f"minute {minutes[0]}" if len(minutes) == 1 else f"minutes {minutes[0]} to {minutes[-1]}"
        told += f" The fleet grows at {when}: {grown[0].detail}."
    return told
