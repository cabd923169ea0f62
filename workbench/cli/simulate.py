"""`./plant simulate`: what traffic does to the declared stack, before anyone deploys it."""

from __future__ import annotations

import json
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from deployment.errors import InputError
from workbench.cli.common import (
    BLOCKED,
    Moment,
    Number,
    Output,
    Read,
    Whole,
    Written,
    all_checked,
    cluster_at,
    collected,
    emit,
    emit_marked,
    layout,
    out_option,
    overrides_from,
    progress,
    readable,
    refuse_beside_file,
    stack_options,
    write_bytes,
)

if TYPE_CHECKING:
    from cost.estimate import Estimate
    from deployment.graph import ResourceGraph
    from workbench.simulate.picture.canvas import Frame
    from workbench.simulate.scenario import Scenario

RATIO = Number(0, 1)
ATTAIN = 0.95
"""Answers that have to keep the budget, unless somebody asks for another share."""


@dataclass(frozen=True, slots=True)
class Source:
    """Options that say what is simulated."""

    stack: str
    config: tuple[str, ...]
    file: Path | None


@dataclass(frozen=True, slots=True)
class Traffic:
    """Options that say which requests come."""

    profiles: tuple[str, ...]
    files: tuple[Path, ...]
    duration: str | None
    start: datetime | None
    warm_up: str | None
    scale: float
    arrivals: str

    def checked(self) -> None:
        """Raises InputError for times that are none."""
        all_checked(lambda: _seconds(self.duration, "--duration"), lambda: _seconds(self.warm_up, "--warm-up"))


@dataclass(frozen=True, slots=True)
class Service:
    """Options that say how a request is answered."""

    service: str
    cpu_ratio: float | None
    error_ratio: float | None
    model_cache: bool

    def checked(self) -> None:
        """Raises InputError for a distribution that is none; a recorded one is looked for in the traffic."""
        from workbench.simulate.service import Distribution

        if self.service != "recorded":
            Distribution.parse(self.service)


@dataclass(frozen=True, slots=True)
class Conditions:
    """Options that say how clients and instances fare."""

    attempts: int
    client_timeout: str
    queue_limit: int
    canary: float
    launch_failures: float
    spot_interruptions: float
    ready_seconds: float | None
    credits: float

    def checked(self) -> None:
        """Raises InputError for a time that is none."""
        _seconds(self.client_timeout, "--client-timeout")


@dataclass(frozen=True, slots=True)
class Experiment:
    """Options that say how often, with what assumptions, and what the verdict asks for."""

    seed: int
    replications: int
    assumptions: tuple[str, ...]
    attain: float
    scheduler: str | None


@dataclass(frozen=True, slots=True)
class Drawing:
    """Options of what is shown."""

    rollout: bool
    picture: Path | None
    theme: str
    width: int

    def checked(self) -> None:
        """Raises InputError for a picture of another kind than can be drawn."""
        if self.picture is not None and self.picture.suffix.lower() not in (".png", ".svg"):
            raise InputError(f"--picture {self.picture}: the name has to end in .png or .svg")

    def frame(self, path: Path) -> Frame:
        """The picture's frame, of the kind that the name of its file says."""
        from workbench.simulate.picture.canvas import Frame

        return Frame(path.suffix.lower().lstrip("."), self.theme, self.width)


@click.command()
@stack_options
@click.option("--file", "file", type=Read(), help="Simulate this deployment file instead of the program.")
@click.option(
    "--profile",
    "-p",
    "profiles",
    multiple=True,
    help="Traffic: steady, daily, spike, flash-crowd, flood or maintenance, with settings, e.g."
    " spike:factor=10,ramp=60s; several add up.  [default: spike]",
)
@click.option(
    "--traffic", "files", multiple=True, type=Read(), help="Recorded traffic: CSV, Parquet or an ALB access log."
)
@click.option("--duration", help="Length of the simulation, e.g. 24h.  [default: 1h, of daily a day, or the files']")
@click.option(
    "--start",
    type=Moment(times=True),
    help="UTC moment of the first second, e.g. 2026-11-23T09:00; a stack of sessions is parked outside them."
    "  [default: the files']",
)
@click.option("--warm-up", help="Time from the beginning to leave out of the sums, e.g. 10m.  [default: none]")
@click.option("--scale", type=Number(0, 10_000, min_open=True), default=1.0, help="Factor on all rates.")
@click.option("--seed", type=Whole(0), default=1, show_default=True, help="Same seed, same result.")
@click.option("--replications", "-r", type=Whole(1, 1000), default=5, show_default=True)
@click.option(
    "--arrivals", type=click.Choice(["poisson", "batched", "modulated"]), default="poisson", show_default=True
)
@click.option(
    "--service",
    default="exponential",
    show_default=True,
    help="exponential, deterministic, lognormal:CV, gamma:CV or recorded.",
)
@click.option("--cpu-ratio", type=RATIO, help="CPU share of the service time.  [default: as declared]")
@click.option(
    "--error-ratio", type=RATIO, help="Answers that are a 5xx.  [default: 0; of --service recorded, as recorded]"
)
@click.option("--cache/--no-cache", "model_cache", default=False, help="Model cache hits and database queries apart.")
@click.option(
    "--queue-limit",
    type=Whole(0, 100_000),
    default=1024,
    show_default=True,
    help="Requests that may wait at one instance.",
)
@click.option("--attempts", type=Whole(1, 10), default=3, show_default=True, help="Tries of a client.")
@click.option(
    "--client-timeout",
    default="10s",
    show_default=True,
    help="Time after which a client gives up and tries again, e.g. 800ms; its request is served all the same.",
)
@click.option("--canary", type=Number(0, 100), default=0.0, show_default=True, help="Canary's share, percent.")
@click.option("--launch-failures", type=RATIO, default=0.0, show_default=True, help="Launches that fail.")
@click.option("--spot-interruptions", type=Number(0), default=0.0, help="Interruptions of one spot instance an hour.")
@click.option("--ready-seconds", type=Number(0), help="Launch to serving.  [default: the declared warm-up]")
@click.option("--credits", type=Number(0), default=0.0, help="CPU credits of an instance at the start.")
@click.option(
    "--assume",
    "assumptions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value of what nobody documents or measured, e.g. high_datapoints=1; a wrong name lists all.",
)
@click.option(
    "--rollout",
    is_flag=True,
    help="Simulate the canary rollout with good and bad versions, beside Argo Rollouts, under the month's traffic.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Dask scheduler to run on, e.g. tcp://127.0.0.1:8786.")
@click.option("--attain", type=RATIO, default=ATTAIN, show_default=True, help="Answers that have to keep the budget.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--picture", type=Written(), help="Draw to this .png or .svg file.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@click.option("--width", type=Whole(300, 4000), default=1200, show_default=True, help="Width of the picture, pixels.")
@out_option
@collected(
    source=Source,
    traffic=Traffic,
    service=Service,
    conditions=Conditions,
    experiment=Experiment,
    drawing=Drawing,
    output=Output,
)
def command(
    source: Source,
    traffic: Traffic,
    service: Service,
    conditions: Conditions,
    experiment: Experiment,
    drawing: Drawing,
    output: Output,
) -> None:
    """Simulate traffic on the declared stack.

    Response times, scaling, alarms, dollars.

    Every request is simulated. Exit status 1 when the response budget is missed,
    or when too little happened to say so.
    """
    picture = drawing.picture
    all_checked(
        lambda: refuse_beside_file(source.file),
        drawing.checked,
        lambda: readable([*traffic.files, source.file]),
        lambda: overrides_from(source.config),
        traffic.checked,
        conditions.checked,
    )
    if drawing.rollout:
        _rollout_takes(traffic, conditions, experiment)
    cluster = cluster_at(experiment.scheduler)
    with progress("declaring the stack") as show:
        graph = _graph(source)
        estimate, why_not = _estimate(graph)
        show("loading the simulator")
        from workbench.simulate.scenario import run_scenario

        scenario = replace(_scenario(traffic, service, conditions, experiment), drawn=drawing.picture is not None)
        show("simulating")
        if drawing.rollout:
            _rollouts(graph, scenario, drawing, output)
            return
        report = run_scenario(graph, scenario, estimate, cluster)
        if picture is not None:
            show("drawing")
            from workbench.simulate.picture import draw

            write_bytes(picture, draw(report, drawing.frame(picture)))
    if why_not:
        click.echo(f"note: the cost is left out: {why_not}", err=True)
    if output.format_ == "json":
        emit(json.dumps(report.to_json(), indent=2, ensure_ascii=False), output.out)
    else:
        from workbench.simulate.table import render

        emit_marked(render(report, layout(output.out)["width"]), output.out)
    if report.verdict != "pass":
        raise SystemExit(BLOCKED)


def _seconds(text: str | None, option: str) -> float | None:
    from workbench.simulate.traffic.duration import parse_duration

    return None if text is None else parse_duration(text, option)


def _rollout_takes(traffic: Traffic, conditions: Conditions, experiment: Experiment) -> None:
    """Raises InputError that names all options that say nothing of a rollout."""
    refused = {
        "--scheduler: --rollout runs on this machine only": experiment.scheduler is not None,
        "--warm-up: --rollout begins with its canary, and leaves nothing out": traffic.warm_up is not None,
        "--canary: --rollout sets the canary's share itself": conditions.canary > 0,
        "--attain: --rollout's verdict is on what versions it promotes": experiment.attain != ATTAIN,
    }
    if problems := [why for why, given in refused.items() if given]:
        raise InputError(*problems)


def _rollouts(graph: ResourceGraph, scenario: Scenario, drawing: Drawing, output: Output) -> None:
    from workbench.simulate.rollout import run_rollouts
    from workbench.simulate.rollout_report import render, to_json, verdict

    found = run_rollouts(graph, scenario)
    if drawing.picture is not None:
        from workbench.simulate.picture.rollout import draw_rollouts

        write_bytes(drawing.picture, draw_rollouts(found, drawing.frame(drawing.picture)))
    as_json = output.format_ == "json"
    if as_json:
        emit(json.dumps(to_json(found), indent=2, ensure_ascii=False), output.out)
    else:
        emit_marked(render(found), output.out)
    if verdict(found) != "pass":
        raise SystemExit(BLOCKED)


def _scenario(traffic: Traffic, service: Service, conditions: Conditions, experiment: Experiment) -> Scenario:
    from workbench.simulate.assumptions import assume
    from workbench.simulate.instance import FleetConstants
    from workbench.simulate.judge import Objective
    from workbench.simulate.options import SimulationOptions
    from workbench.simulate.scenario import Scenario, ServiceOptions
    from workbench.simulate.traffic.arrivals import ArrivalOptions, Burstiness
    from workbench.simulate.traffic.duration import parse_duration

    clock: dict[str, Any] = {}
    if traffic.start is not None:
        clock = {"start": traffic.start.replace(tzinfo=UTC), "real_clock": True}
    scenario = Scenario(
        profiles=traffic.profiles,
        files=traffic.files,
        duration_seconds=_seconds(traffic.duration, "--duration"),
        scale=traffic.scale,
        service=ServiceOptions(
            distribution=service.service,
            cpu_ratio=service.cpu_ratio,
            error_ratio=service.error_ratio,
            model_cache=service.model_cache,
        ),
        options=SimulationOptions(
            seed=experiment.seed,
            **clock,
            warm_up_seconds=_seconds(traffic.warm_up, "--warm-up") or 0.0,
            client_timeout_seconds=parse_duration(conditions.client_timeout, "--client-timeout"),
            arrivals=ArrivalOptions(burstiness=Burstiness(traffic.arrivals)),
            fleet=FleetConstants(
                ready_seconds=conditions.ready_seconds,
                launch_failure_ratio=conditions.launch_failures,
                spot_interruptions_per_hour=conditions.spot_interruptions,
                initial_credits=conditions.credits,
            ),
            canary_percent=conditions.canary,
            max_attempts=conditions.attempts,
            queue_limit=conditions.queue_limit,
        ),
        replications=experiment.replications,
        objective=Objective(attainment_ratio=experiment.attain),
    )
    assumed: list[Scenario] = []
    all_checked(service.checked, lambda: assumed.append(assume(scenario, experiment.assumptions)))
    return assumed[0]


def _graph(source: Source) -> ResourceGraph:
    from deployment.reader import graph_from_file, graph_from_json

    if source.file is not None:
        return graph_from_file(str(source.file))
    from workbench.preview.synthesis import synthesize

    document = synthesize(source.stack, overrides=overrides_from(source.config))
    return graph_from_json(document, f"stack {source.stack}")


def _estimate(graph: ResourceGraph) -> tuple[Estimate | None, str]:
    """The month's cost, or why there is none: a stack that can't be priced can still be simulated."""
    from cost import estimate

    try:
        return estimate(graph), ""
    except InputError as error:
        return None, "; ".join(error.problems)
