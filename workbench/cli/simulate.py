"""`./plant simulate`: what traffic does to the declared stack, before anyone deploys it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import TYPE_CHECKING

import click

from deployment.errors import InputError
from workbench.cli.common import BLOCKED, emit, out_option, overrides_from, progress, stack_options, write_bytes

if TYPE_CHECKING:
    from cost.estimate import Estimate
    from deployment.graph import ResourceGraph

EXISTING_FILE = click.Path(path_type=Path, dir_okay=False)
RATIO = click.FloatRange(0, 1)


@click.command()
@stack_options
@click.option("--file", "file", type=EXISTING_FILE, help="Simulate this deployment file instead of the program.")
@click.option(
    "--profile",
    "-p",
    "profiles",
    multiple=True,
    help="Traffic: steady, daily, spike, flash-crowd, flood or maintenance, with settings, e.g."
    " spike:factor=10,ramp=60s; several add up.  [default: spike]",
)
@click.option(
    "--traffic", "files", multiple=True, type=EXISTING_FILE, help="Recorded traffic: CSV, Parquet or an ALB access log."
)
@click.option("--duration", help="Length of the simulation, e.g. 24h.  [default: 1h, or the files']")
@click.option("--scale", type=click.FloatRange(0, 10_000, min_open=True), default=1.0, help="Factor on all rates.")
@click.option("--seed", type=click.IntRange(0), default=1, show_default=True, help="Same seed, same result.")
@click.option("--replications", "-r", type=click.IntRange(1, 1000), default=5, show_default=True)
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
@click.option("--error-ratio", type=RATIO, default=0.0, show_default=True, help="Answers that are a 5xx.")
@click.option("--cache/--no-cache", "model_cache", default=False, help="Model cache hits and database queries apart.")
@click.option(
    "--queue-limit",
    type=click.IntRange(0, 100_000),
    default=1024,
    show_default=True,
    help="Requests that may wait at one instance.",
)
@click.option("--attempts", type=click.IntRange(1, 10), default=3, show_default=True, help="Tries of a client.")
@click.option(
    "--canary", type=click.FloatRange(0, 100), default=0.0, show_default=True, help="Canary's share, percent."
)
@click.option("--launch-failures", type=RATIO, default=0.0, show_default=True, help="Launches that fail.")
@click.option(
    "--spot-interruptions", type=click.FloatRange(0), default=0.0, help="Interruptions of one spot instance an hour."
)
@click.option("--ready-seconds", type=click.FloatRange(0), help="Launch to serving.  [default: the declared warm-up]")
@click.option("--credits", type=click.FloatRange(0), default=0.0, help="CPU credits of an instance at the start.")
@click.option(
    "--assume",
    "assumptions",
    multiple=True,
    metavar="NAME=VALUE",
    help="Another value of what nobody documents or measured, e.g. high_datapoints=1; a wrong name lists all.",
)
@click.option("--attain", type=RATIO, default=0.95, show_default=True, help="Answers that have to keep the budget.")
@click.option("--format", "format_", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--picture", type=click.Path(path_type=Path, dir_okay=False), help="Draw to this .png or .svg file.")
@click.option("--theme", type=click.Choice(["light", "dark"]), default="light", show_default=True)
@out_option
def command(
    stack: str,
    config: tuple[str, ...],
    file: Path | None,
    profiles: tuple[str, ...],
    files: tuple[Path, ...],
    duration: str | None,
    scale: float,
    seed: int,
    replications: int,
    arrivals: str,
    service: str,
    cpu_ratio: float | None,
    error_ratio: float,
    model_cache: bool,
    attempts: int,
    queue_limit: int,
    canary: float,
    launch_failures: float,
    spot_interruptions: float,
    ready_seconds: float | None,
    credits: float,  # noqa: A002 - the word users know; nothing here calls the interpreter's
    assumptions: tuple[str, ...],
    attain: float,
    format_: str,
    picture: Path | None,
    theme: str,
    out: Path | None,
) -> None:
    """Simulate traffic on the declared stack: response times, scaling, alarms, dollars.

    Every request is simulated. Exit status 1 when the response budget is missed.
    """
    if picture is not None and picture.suffix.lower() not in (".png", ".svg"):
        raise InputError(f"--picture {picture}: the name has to end in .png or .svg")
    with progress("declaring the stack") as show:
        graph = _graph(stack, config, file)
        estimate, why_not = _estimate(graph)
        show("loading the simulator")
        from workbench.simulate.assumptions import assume
        from workbench.simulate.instance import FleetConstants
        from workbench.simulate.options import SimulationOptions
        from workbench.simulate.report import Objective
        from workbench.simulate.scenario import Scenario, ServiceOptions, run_scenario
        from workbench.simulate.traffic.arrivals import ArrivalOptions, Burstiness
        from workbench.simulate.traffic.profiles import parse_duration

        scenario = Scenario(
            profiles=profiles,
            files=files,
            duration_seconds=None if duration is None else parse_duration(duration, "--duration"),
            scale=scale,
            service=ServiceOptions(
                distribution=service, cpu_ratio=cpu_ratio, error_ratio=error_ratio, model_cache=model_cache
            ),
            options=SimulationOptions(
                seed=seed,
                arrivals=ArrivalOptions(burstiness=Burstiness(arrivals)),
                fleet=FleetConstants(
                    ready_seconds=ready_seconds,
                    launch_failure_ratio=launch_failures,
                    spot_interruptions_per_hour=spot_interruptions,
                    initial_credits=credits,
                ),
                canary_percent=canary,
                max_attempts=attempts,
                queue_limit=queue_limit,
            ),
            replications=replications,
            objective=Objective(attainment_ratio=attain),
        )
        scenario = assume(scenario, assumptions)
        show("simulating")
        report = run_scenario(graph, scenario, estimate)
        if picture is not None:
            show("drawing")
            from workbench.simulate.picture import draw

            write_bytes(picture, draw(report, kind=picture.suffix.lower().lstrip("."), theme=theme))
    if why_not:
        click.echo(f"note: the cost is left out: {why_not}", err=True)
    if format_ == "json":
        emit(json.dumps(report.to_json(), indent=2, ensure_ascii=False), out)
    else:
        from workbench.simulate.table import render

        emit(render(report), out)
    if report.verdict == "blocked":
        raise SystemExit(BLOCKED)


def _graph(stack: str, config: tuple[str, ...], file: Path | None) -> ResourceGraph:
    from deployment.reader import graph_from_file, graph_from_json

    if file is not None:
        return graph_from_file(str(file))
    from workbench.preview.synthesis import synthesize

    return graph_from_json(synthesize(stack, overrides=overrides_from(config)), f"stack {stack}")


def _estimate(graph: ResourceGraph) -> tuple[Estimate | None, str]:
    """The month's cost, or why there is none: a stack that can't be priced can still be simulated."""
    from cost import estimate

    try:
        return estimate(graph), ""
    except InputError as error:
        return None, "; ".join(error.problems)
