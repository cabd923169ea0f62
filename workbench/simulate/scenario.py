"""From what a user asks for to a report: traffic, service, runs, cost."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from cost.estimate import Estimate
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from workbench.simulate.cache import KeyPopularity
from workbench.simulate.declaration import Declaration
from workbench.simulate.event_cost import event_cost
from workbench.simulate.options import SimulationOptions
from workbench.simulate.predict import predict_declared
from workbench.simulate.reading import read
from workbench.simulate.replications import replicate
from workbench.simulate.report import Objective, Report
from workbench.simulate.service import Database, Distribution, ServiceModel
from workbench.simulate.traffic.access_log import read_access_log
from workbench.simulate.traffic.counts import read_csv, read_parquet
from workbench.simulate.traffic.profiles import Context, parse
from workbench.simulate.traffic.rows import RowReport
from workbench.simulate.traffic.stream import Segment, Stream, Traffic

DEFAULT_PROFILE = "spike"
DEFAULT_SECONDS = 3600.0


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """How requests are served, beyond the declared mean service time."""

    distribution: str = "exponential"
    """exponential, deterministic, lognormal:CV, gamma:CV, or recorded (from an access log)."""
    cpu_ratio: float | None = None
    """Share of the mean that is CPU work. Default: as declared (plant:fleet.cpu_time_ms)."""
    error_ratio: float = 0.0
    """Share of the requests that the application answers with a 5xx."""
    model_cache: bool = False
    """Model cache hits, misses and the database apart."""
    database_mean_ms: float | None = None
    """Mean time of a query. Default: half of the contract's limit."""
    popularity: KeyPopularity = field(default_factory=KeyPopularity)
    """Which keys are asked for."""
    page_ratio: float = 0.0
    """Share of the application's time that grows with the items of a page."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Scenario:
    """What to simulate."""

    profiles: tuple[str, ...] = ()
    """Built-in profiles, added up."""
    files: tuple[Path, ...] = ()
    """Recorded traffic, added to the profiles."""
    duration_seconds: float | None = None
    """Default: an hour, or the length of the files."""
    scale: float = 1.0
    """Factor on all rates."""
    service: ServiceOptions = field(default_factory=ServiceOptions)
    """How requests are served."""
    options: SimulationOptions = field(default_factory=SimulationOptions)
    """Seed and what AWS leaves open."""
    replications: int = 5
    """Independent runs."""
    objective: Objective = field(default_factory=Objective)
    """What the verdict asks for."""


@dataclass(frozen=True, slots=True)
class LoadedTraffic:
    """Traffic with what was learned from files."""

    traffic: Traffic
    rows: tuple[RowReport, ...]
    recorded: Distribution | None


def load_traffic(scenario: Scenario, peak_rps: float) -> LoadedTraffic:
    """Build the traffic of a scenario. Raises InputError that names every profile and file that is wrong."""
    problems: list[str] = []
    streams: list[Stream] = []
    rows: list[RowReport] = []
    recorded: Distribution | None = None
    for path in scenario.files:
        try:
            if path.suffix.lower() == ".csv":
                stream, report = read_csv(path)
            elif path.suffix.lower() in (".parquet", ".pq"):
                stream, report = read_parquet(path)
            else:
                log = read_access_log(path)
                stream, report, recorded = log.stream, log.report, log.target_times or recorded
            streams.append(stream)
            rows.append(report)
        except InputError as error:
            problems += error.problems
    recorded_seconds = max((stream.segments[-1].end for stream in streams if stream.segments), default=0.0)
    duration = scenario.duration_seconds or recorded_seconds or DEFAULT_SECONDS
    context = Context(peak_rps, duration)
    for profile in scenario.profiles or (() if scenario.files else (DEFAULT_PROFILE,)):
        try:
            streams.append(parse(profile, context))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    if scenario.scale != 1.0:
        streams = [_scaled(stream, scenario.scale) for stream in streams]
    return LoadedTraffic(Traffic(tuple(streams), duration), tuple(rows), recorded)


def _scaled(stream: Stream, factor: float) -> Stream:
    segments = tuple(
        Segment(each.start, each.end, each.start_rps * factor, each.end_rps * factor) for each in stream.segments
    )
    return Stream(stream.name, segments, stream.addresses, stream.heavy_path_ratio)


def service_model(declared: Declaration, options: ServiceOptions, recorded: Distribution | None) -> ServiceModel:
    """Service of the declared stack. Raises InputError when the options contradict it."""
    promise = declared.promise
    if options.distribution == "recorded":
        if recorded is None:
            raise InputError("service 'recorded' takes an access log (--traffic FILE.log.gz) with target times")
        distribution = recorded
    else:
        distribution = Distribution.parse(options.distribution)
    database = None
    if options.model_cache:
        mean_ms = options.database_mean_ms or promise.database_limit_seconds * 1000 / 2
        database = Database(mean_seconds=mean_ms / 1000, limit_seconds=promise.database_limit_seconds)
    model = ServiceModel(
        mean_seconds=declared.service_seconds,
        distribution=distribution,
        cpu_ratio=min(1.0, declared.cpu_seconds / declared.service_seconds)
        if options.cpu_ratio is None
        else options.cpu_ratio,
        error_ratio=options.error_ratio,
        database=database,
        popularity=options.popularity,
        ttl_seconds=promise.cache_ttl_seconds,
        reference_rps=declared.peak_rps,
        page_size_max=promise.page_size_max,
        page_ratio=options.page_ratio,
    )
    if model.application_seconds <= 0:  # raises with the reason when the database takes all the time
        raise InputError("the declared service time has to be over 0")
    return model


def run_scenario(graph: ResourceGraph, scenario: Scenario, estimate: Estimate | None) -> Report:
    """Simulate `scenario` on the stack in `graph`. Raises InputError."""
    declared = read(graph)
    loaded = load_traffic(scenario, declared.peak_rps)
    service = service_model(declared, scenario.service, loaded.recorded)
    runs = replicate(declared, loaded.traffic, service, scenario.options, scenario.replications)
    names: Sequence[str] = [*map(str, scenario.files), *scenario.profiles] or [DEFAULT_PROFILE]
    return Report(
        scenario=" + ".join(names),
        declared=declared,
        runs=runs,
        prediction=predict_declared(declared),
        objective=scenario.objective,
        estimate=estimate,
        event=None if estimate is None else event_cost(estimate, runs[0]),
        rows=loaded.rows,
    )
