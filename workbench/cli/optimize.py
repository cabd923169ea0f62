"""`./plant optimize`: the cheapest settings that hold the promise under a given traffic."""

from __future__ import annotations

import difflib
import json
from dataclasses import dataclass
from decimal import Decimal
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployment.errors import InputError
from workbench.cli.common import (
    BLOCKED,
    Number,
    Output,
    Read,
    Whole,
    all_checked,
    cluster_at,
    collected,
    dollars_of,
    emit,
    emit_marked,
    out_option,
    overrides_from,
    progress,
    readable,
    stack_options,
    write_text,
)

if TYPE_CHECKING:
    from collections.abc import Mapping

    from deployment.graph import ResourceGraph
    from infra.settings import Settings
    from workbench.simulate.optimize.search import Optimum


@dataclass(frozen=True, slots=True)
class Source:
    """Options that say which stack is improved."""

    stack: str
    config: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Traffic:
    """Options that say what it has to hold."""

    profiles: tuple[str, ...]
    files: tuple[Path, ...]
    service: str
    cpu_ratio: float | None
    duration: str | None
    seed: int
    replications: int
    scheduler: str | None

    @property
    def duration_seconds(self) -> float | None:
        """Raises InputError for what is no time."""
        from workbench.simulate.traffic.duration import parse_duration

        return None if self.duration is None else parse_duration(self.duration, "--duration")


@dataclass(frozen=True, slots=True)
class Wanted:
    """Options that say what is good enough."""

    attain: float
    budget: str | None
    ignore_worst_case: bool


@click.command()
@stack_options
@click.option("--profile", "-p", "profiles", multiple=True, help="Traffic to hold, as in simulate.  [default: spike]")
@click.option("--traffic", "files", multiple=True, type=Read(), help="Recorded traffic, as in simulate.")
@click.option("--service", default="exponential", show_default=True, help="Service times, as in simulate.")
@click.option("--cpu-ratio", type=Number(0, 1), help="CPU share of them.  [default: as declared]")
@click.option("--duration", help="Length of each simulation, as in simulate.")
@click.option("--seed", type=Whole(0), default=1, show_default=True, help="Same seed, same result.")
@click.option("--replications", "-r", type=Whole(2, 100), default=5, help="Runs that confirm the best.")
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler to run on, e.g. tcp://127.0.0.1:8786.")
@click.option("--attain", type=Number(0, 1), default=0.95, show_default=True, help="Answers within budget.")
@click.option("--budget", help="US$ a month.  [default: the stack's]")
@click.option("--ignore-worst-case", is_flag=True, help="Only the expected cost has to fit into the budget.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--write", is_flag=True, help="Change the stack file to the best settings.")
@out_option
@collected(source=Source, traffic=Traffic, wanted=Wanted, output=Output)
def command(source: Source, traffic: Traffic, wanted: Wanted, output: Output, write: bool) -> None:
    """Find the cheapest settings within promise and budget.

    Tries instance types, sizes, warm pool, cache and session length; derives the target value; simulates each
    fleet and prices each stack. Exit status 1 when nothing holds.
    """
    from cost import estimate
    from deployment.reader import graph_from_json
    from workbench.preview.settings import settings_of
    from workbench.preview.synthesis import REPOSITORY, synthesize

    all_checked(
        lambda: readable(traffic.files),
        lambda: overrides_from(source.config),
        lambda: dollars_of(wanted.budget, "--budget"),
        lambda: _writes_what_it_found(write, source),
        lambda: traffic.duration_seconds,
    )
    stack, overrides = source.stack, overrides_from(source.config)
    budget_usd = dollars_of(wanted.budget, "--budget")
    cluster = cluster_at(traffic.scheduler)
    with progress("declaring the stack") as show:
        settings = settings_of(stack, overrides)

        def declare(more: Mapping[str, str]) -> ResourceGraph:
            return graph_from_json(synthesize(stack, overrides=overrides | dict(more)), f"stack {stack}")

        from workbench.simulate.judge import Objective
        from workbench.simulate.optimize.report import render, to_json
        from workbench.simulate.optimize.search import Limits, optimize
        from workbench.simulate.options import SimulationOptions
        from workbench.simulate.scenario import DEFAULT_PROFILE, Scenario, ServiceOptions

        scenario = Scenario(
            profiles=traffic.profiles,
            files=traffic.files,
            service=ServiceOptions(distribution=traffic.service, cpu_ratio=traffic.cpu_ratio),
            duration_seconds=traffic.duration_seconds,
            options=SimulationOptions(seed=traffic.seed),
            replications=traffic.replications,
        )
        limit = estimate(declare({})).budget_usd if budget_usd is None else budget_usd
        limits = Limits(
            objective=Objective(attainment_ratio=wanted.attain),
            budget_usd=limit,
            worst_case_binds=not wanted.ignore_worst_case,
        )
        found = optimize(declare, settings, scenario, limits, progress=show, cluster=cluster)
    name = " + ".join([*map(str, traffic.files), *traffic.profiles]) or DEFAULT_PROFILE
    as_json = output.format_ == "json"
    text = json.dumps(to_json(found, limits, name), indent=2) if as_json else render(found, limits, name)
    patch = _patch(REPOSITORY / f"Pulumi.{stack}.yaml", found, settings)
    if not as_json and patch is not None and patch[1]:
        text += "\n\n" + patch[1].rstrip()
    (emit if as_json else emit_marked)(text, output.out)
    if write and patch is not None:
        write_text(REPOSITORY / f"Pulumi.{stack}.yaml", patch[0])
    if found.best is None:
        raise SystemExit(BLOCKED)


def _writes_what_it_found(write: bool, source: Source) -> None:
    """Raises InputError where the stack file would lack a part of what was tried."""
    if write and source.config:
        raise InputError("--write: the result also rests on --config values; put them into the stack file first")


def _patch(path: Path, found: Optimum, settings: Settings) -> tuple[str, str] | None:
    """The stack file with the best settings, and the difference; None when nothing holds."""
    if found.best is None:
        return None
    from workbench.simulate.optimize.stackfile import changed

    before = path.read_text(encoding="utf-8")
    after = changed(before, _differing(found.best.candidate.settings(), settings), path.name)
    lines = difflib.unified_diff(
        before.splitlines(keepends=True), after.splitlines(keepends=True), f"a/{path.name}", f"b/{path.name}"
    )
    return after, "".join(lines)


def _differing(wanted: dict[str, dict[str, Any]], settings: Settings) -> dict[str, dict[str, Any]]:
    """The part of `wanted` that the stack does not say already."""
    from workbench.simulate.optimize.candidates import session_length

    found: dict[str, dict[str, Any]] = {}
    for group, values in wanted.items():
        current = getattr(settings, group.partition(":")[2])
        for key, value in values.items():
            have = getattr(current, key)
            if key == "hours_per_session":
                have = session_length(have)
            elif isinstance(have, Decimal):
                have = f"{have.normalize():f}"
            if (list(have) if isinstance(have, tuple) else have) != value:
                found.setdefault(group, {})[key] = value
    return found
