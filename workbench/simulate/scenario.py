"""From what a user asks for to a report: traffic, service, runs, cost."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

import numpy as np

from cost.estimate import Estimate
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from infra.burstable import burstable_type
from workbench.simulate import kernel, pod_size
from workbench.simulate.cache import KeyPopularity
from workbench.simulate.declaration import Declaration, FleetDeclaration
from workbench.simulate.event_cost import EventPrices
from workbench.simulate.fleet import MINUTE
from workbench.simulate.judge import Objective
from workbench.simulate.options import SimulationOptions
from workbench.simulate.predict import predict_declared
from workbench.simulate.reading import read
from workbench.simulate.replications import Run, replicate
from workbench.simulate.report import Report
from workbench.simulate.result import RunResult
from workbench.simulate.scaling.schedule import Sizes, in_force
from workbench.simulate.service import Database, Distribution, RecordedService, ServiceModel, Shape
from workbench.simulate.traffic.access_log import TargetTimes, read_access_log
from workbench.simulate.traffic.counts import read_csv, read_parquet
from workbench.simulate.traffic.duration import DAY_SECONDS, MOST_SECONDS
from workbench.simulate.traffic.profiles import Context, parse
from workbench.simulate.traffic.rows import TABLES, RowReport
from workbench.simulate.traffic.stream import Segment, Stream, Traffic

if TYPE_CHECKING:
    from workbench.cluster import Cluster

DEFAULT_PROFILE: Final = "spike"
DEFAULT_SECONDS: Final = 3600.0
MOST_RPS: Final = 1e6
"""Requests a second that are simulated at most: those that clients wait to repeat are all kept in memory."""
EPOCH_CLOCK: Final = 1e8
"""Timestamps under this many seconds (before 1973) are no dates: they count from a start of their own."""
LEFT_OUT: Final = (
    "not simulated: TLS handshakes and connection reuse (a connection costs nothing); the database's connection pool;"
    " an empty cache after a start or an invalidation, and the stampede on it (--cache has the hit ratio of the long"
    " run); a slow first minute of a new instance (it serves at full speed once it is in rotation, and what CPU credits"
    " it earned before are spent on its start); workers that share the cores of a burstable type while it has credits"
)
"""What a person should know that the twin does not know."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceOptions:
    """How requests are served, beyond the declared mean service time."""

    distribution: str = "exponential"
    """exponential, deterministic, lognormal:CV, gamma:CV, or recorded (from an access log)."""
    cpu_ratio: float | None = None
    """Share of the mean that is CPU work. Default: as declared (plant:fleet.cpu_time_ms)."""
    error_ratio: float | None = None
    """Share of the requests that the application answers with a 5xx. Default: 0; of recorded service, as recorded."""
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
    clients: int = 1000
    """Clients that share the requests of each table of counts, which names none."""
    service: ServiceOptions = field(default_factory=ServiceOptions)
    """How requests are served."""
    options: SimulationOptions = field(default_factory=SimulationOptions)
    """Seed and what AWS leaves open."""
    replications: int = 5
    """Independent runs."""
    objective: Objective = field(default_factory=Objective)
    """What the verdict asks for."""
    drawn: bool = False
    """A picture is made of the runs: those that are too short for one are refused before they are simulated."""


@dataclass(frozen=True, slots=True)
class LoadedTraffic:
    """Traffic with what was learned from files."""

    traffic: Traffic
    rows: tuple[RowReport, ...]
    recorded: TargetTimes
    """Service times of the access logs together."""
    service: RecordedService | None
    """The same by their moment; None without any."""
    start: datetime | None
    """Moment of the first recorded interval; None without a recorded time of day."""


def load_traffic(scenario: Scenario, peak_rps: float, heavy_prefixes: tuple[str, ...] = ()) -> LoadedTraffic:
    """Build the traffic of a scenario. Raises InputError that names every profile and file that is wrong.

    Paths that begin with any of `heavy_prefixes` are heavy, where paths were recorded.
    """
    problems: list[str] = []
    files: list[tuple[float, Stream]] = []
    undated: list[Path] = []
    rows: list[RowReport] = []
    recorded: list[TargetTimes] = []
    clients: dict[str, int] = {}
    for path in scenario.files:
        try:
            if path.name.lower().endswith(TABLES[:2]):
                origin, stream, report = read_csv(path)
            elif path.name.lower().endswith(TABLES):
                origin, stream, report = read_parquet(path)
            else:
                log = read_access_log(path, clients, heavy_prefixes)
                origin, stream, report = log.start, log.stream, log.report
                recorded.append(log.target_times)
            if stream.senders is None:
                stream = replace(stream, addresses=scenario.clients)
            files.append((origin, stream))
            undated += [path] if origin < EPOCH_CLOCK else []
            rows.append(report)
        except InputError as error:
            problems += error.problems
    if undated and len(undated) < len(files):
        told = ", ".join(map(str, undated))
        problems.append(
            f"{told}: counts from a start of its own, and other files have dates; give all of them the same clock"
        )
    first = min((origin for origin, _ in files), default=0.0)
    streams = [stream.later(origin - first) for origin, stream in files]
    recorded_seconds = max((stream.segments[-1].end for stream in streams if stream.segments), default=0.0)
    profiles = scenario.profiles or (() if scenario.files else (DEFAULT_PROFILE,))
    usual = DAY_SECONDS if any(each.partition(":")[0].strip() == "daily" for each in profiles) else DEFAULT_SECONDS
    duration = scenario.duration_seconds or recorded_seconds or usual
    if scenario.duration_seconds is None and duration > MOST_SECONDS and not problems:
        problems.append(
            f"{', '.join(map(str, scenario.files))}: {duration / DAY_SECONDS:,.0f} days from the first row to the last;"
            f" at most {MOST_SECONDS / DAY_SECONDS:.0f} are simulated: cut the files, or give a --duration"
        )
    context = Context(peak_rps, min(duration, MOST_SECONDS) if scenario.duration_seconds is None else duration)
    for profile in profiles:
        try:
            streams.append(parse(profile, context))
        except InputError as error:
            problems += error.problems
    if problems:
        raise InputError(*problems)
    if scenario.scale != 1.0:
        streams = [_scaled(stream, scenario.scale) for stream in streams]
    most = sum(stream.peak_rps for stream in streams)
    if most > MOST_RPS:
        raise InputError(
            f"the traffic comes to {most:,.0f} requests/s at its peak; every request is simulated, and at most"
            f" {MOST_RPS:,.0f} a second are: lower the rates, --scale, or the counts of the file"
        )
    start = datetime.fromtimestamp(first, UTC) if first >= EPOCH_CLOCK else None
    times = TargetTimes.pooled(recorded)
    return LoadedTraffic(Traffic(tuple(streams), duration), tuple(rows), times, times.from_start(first), start)


def _scaled(stream: Stream, factor: float) -> Stream:
    segments = tuple(
        Segment(each.start, each.end, each.start_rps * factor, each.end_rps * factor) for each in stream.segments
    )
    return replace(stream, segments=segments)


def service_model(declared: Declaration, options: ServiceOptions, loaded: LoadedTraffic) -> ServiceModel:
    """Service of the declared stack. Raises InputError when the options contradict it."""
    promise, recorded = declared.promise, loaded.recorded
    if options.distribution == "recorded":
        measured, mean_seconds = recorded.distribution, recorded.mean_seconds
        if measured is None:
            raise InputError("service 'recorded' takes an access log (--traffic FILE.log.gz) with target times")
        distribution = measured
    else:
        distribution, mean_seconds = Distribution.parse(options.distribution), declared.service_seconds
    database = None
    if options.model_cache:
        mean_ms = options.database_mean_ms or promise.database_limit_seconds * 1000 / 2
        database = Database(mean_seconds=mean_ms / 1000, limit_seconds=promise.database_limit_seconds)
    model = ServiceModel(
        mean_seconds=mean_seconds,
        distribution=distribution,
        recorded=loaded.service if options.distribution == "recorded" else None,
        fails_as_recorded=options.distribution == "recorded" and options.error_ratio is None,
        cpu_ratio=min(1.0, declared.cpu_seconds / declared.service_seconds)
        if options.cpu_ratio is None
        else options.cpu_ratio,
        error_ratio=_error_ratio(options, recorded),
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


def _error_ratio(options: ServiceOptions, recorded: TargetTimes) -> float:
    if options.error_ratio is None:
        return recorded.failed_ratio if options.distribution == "recorded" else 0.0
    return options.error_ratio


@dataclass(frozen=True, slots=True)
class Prepared:
    """A scenario on a declared stack, ready to run."""

    declared: Declaration
    loaded: LoadedTraffic
    service: ServiceModel
    options: SimulationOptions

    def replicate(self, count: int, cluster: Cluster | None = None) -> list[RunResult]:
        """Independent runs with consecutive seeds, on this machine's cores or on `cluster`."""
        return replicate(Run(self.declared, self.loaded.traffic, self.service, self.options), count, cluster)


def prepare(graph: ResourceGraph, scenario: Scenario, kept: dict[Any, LoadedTraffic] | None = None) -> Prepared:
    """Read the stack in `graph` and what the scenario names. Raises InputError.

    Traffic that is in `kept` already is not read again, for other stacks under one scenario.
    """
    declared = read(graph)
    heavy = tuple(rule.heavy_prefix for rule in declared.rates if rule.heavy_prefix)
    kept, key = {} if kept is None else kept, (declared.peak_rps, heavy)
    if key not in kept:
        kept[key] = load_traffic(scenario, *key)
    loaded = kept[key]
    options = scenario.options
    if not options.real_clock and loaded.start is not None:
        options = replace(options, start=loaded.start, real_clock=True)
    if scenario.drawn and loaded.traffic.duration_seconds <= MINUTE:
        raise InputError(
            f"--picture: of {loaded.traffic.duration_seconds:g} s there is nothing to draw; simulate more than a minute"
        )
    warm_seconds = _warm_seconds(declared, options)
    if warm_seconds and warm_seconds >= loaded.traffic.duration_seconds:
        raise InputError(
            f"--warm-up: {options.warm_up_seconds:g} s, in whole p95 windows {warm_seconds:g} s, leave nothing of the"
            f" {loaded.traffic.duration_seconds:g} s that are simulated; give a shorter one, or a longer --duration"
        )
    if declared.sessions is None or not options.real_clock:
        declared = replace(declared, fleets=tuple(_scheduled(fleet, options.start) for fleet in declared.fleets))
    if options.canary_percent > 0:
        declared = _with_canary(declared)
    return Prepared(declared, loaded, service_model(declared, scenario.service, loaded), options)


def _clients(loaded: LoadedTraffic) -> Iterator[str]:
    """Who the firewall counts the requests of files by."""
    streams = loaded.traffic.streams[: len(loaded.rows)]
    logs = [stream for stream in streams if stream.senders is not None]
    if logs:
        sent = np.bincount(np.concatenate([stream.senders.client for stream in logs if stream.senders is not None]))
        yield (
            f"the firewall counts by the log's {np.count_nonzero(sent):,} client addresses, each taken for one user,"
            f" too; the busiest sent {sent.max() / sent.sum():.1%} of the requests"
        )
    if len(logs) < len(streams):
        counts = next(stream for stream in streams if stream.senders is None)
        yield (
            f"the firewall counts by client: {counts.addresses:,} share the requests of each table of counts evenly"
            " (--assume clients=N)"
        )


def _warm_seconds(declared: Declaration, options: SimulationOptions) -> float:
    """What is left out at the beginning, in whole p95 windows."""
    return 60.0 * options.warm_minutes(max(1, declared.promise.p95_window_seconds // 60))


def _scheduled(fleet: FleetDeclaration, start: datetime) -> FleetDeclaration:
    """The fleet with the sizes that its scheduled actions have given it by `start`."""
    now = in_force(Sizes(fleet.min_size, fleet.max_size, fleet.desired_capacity), fleet.schedule, start)
    return replace(fleet, min_size=now.min_size, max_size=now.max_size, desired_capacity=now.desired_capacity)


def _with_canary(declared: Declaration) -> Declaration:
    """The canary as a rollout starts it: held at as many instances as the stable fleet has by then."""
    if len(declared.fleets) < 2:
        raise InputError("--canary: the stack declares no second fleet that could be the canary")
    stable, canary = declared.fleets
    size = min(max(stable.desired_capacity, 1), canary.max_size)
    return replace(declared, fleets=(stable, replace(canary, min_size=size, desired_capacity=size)))


def run_scenario(
    graph: ResourceGraph, scenario: Scenario, estimate: Estimate | None, cluster: Cluster | None = None
) -> Report:
    """Simulate `scenario` on the stack in `graph`, its runs on `cluster` where there is one. Raises InputError."""
    prepared = prepare(graph, scenario)
    runs = prepared.replicate(scenario.replications, cluster)
    prices = None if estimate is None else EventPrices.of(estimate, prepared.declared.fleets, graph)
    names: Sequence[str] = [*map(str, scenario.files), *scenario.profiles] or [DEFAULT_PROFILE]
    return Report(
        scenario=" + ".join(names),
        start=prepared.options.start,
        declared=prepared.declared,
        runs=runs,
        prediction=predict_declared(
            prepared.declared,
            service_points=prepared.service.points(),
            cpu_seconds=prepared.service.mean_seconds * prepared.service.cpu_ratio,
        ),
        objective=scenario.objective,
        estimate=estimate,
        events=() if prices is None else [prices.cost(run) for run in runs],
        rows=prepared.loaded.rows,
        assumptions=(
            *assumptions(prepared),
            *_cut_off(runs),
            *pod_size.notes(prepared.declared, estimate),
        ),
    )


def _cut_off(runs: Sequence[RunResult]) -> Iterator[str]:
    cut = sum(run.total(kernel.CUT) for run in runs)
    if cut:
        yield (
            f"{cut:,.0f} requests of all runs were cut off with their instance (502), and count as lost: their clients"
            " do not try again here"
        )


def assumptions(prepared: Prepared) -> Iterator[str]:
    """What every simulation of a scenario takes for granted, and what it leaves out, in sentences."""
    options, declared = prepared.options, prepared.declared
    end = options.start + timedelta(seconds=prepared.loaded.traffic.duration_seconds)
    clock = f"the clock runs from {options.start:%Y-%m-%d %H:%M} to {end:%Y-%m-%d %H:%M} UTC"
    if declared.sessions is not None:
        kept = (
            "sessions are kept, and the stack is parked between them"
            if options.real_clock
            else ("the stack is taken to be up all the time (--start keeps its sessions)")
        )
        clock += f"; {kept}"
    yield clock
    opened = sorted(begin for window in declared.windows for begin in window.openings(options.start, end))
    if opened and options.real_clock:
        yield (
            f"maintenance windows that open meanwhile: {len(opened)}, the first on {opened[0]:%Y-%m-%d %H:%M} UTC; the"
            " page that is shown in them (503) is not simulated, requests are answered"
        )
    warm_seconds = _warm_seconds(declared, options)
    warm_up = (
        f"the first {warm_seconds:g} s are left out of the sums of requests; hours and dollars have them"
        if warm_seconds
        else ("nothing is left out of the sums (--warm-up)")
    )
    kind = None if declared.stable.pods else burstable_type(declared.stable.instance_type)
    most = kind and min(options.fleet.initial_credits, kind.maximum)
    yield "each run starts idle" + ("" if most is None else f", with {most:g} CPU credits an instance") + f"; {warm_up}"
    if prepared.service.distribution.shape is Shape.EMPIRICAL:
        yield (
            "service times are drawn of those recorded in the same ten seconds,"
            f" {prepared.service.mean_seconds * 1000:.1f} ms on average over all; they hold"
            f" what queued when they were recorded, and {prepared.service.cpu_ratio:.0%} of them is taken for CPU time"
        )
    if declared.rates:
        yield from _clients(prepared.loaded)
    if failed := prepared.loaded.recorded.failed_ratio:
        taken = (
            "they fail when they did then"
            if prepared.service.fails_as_recorded
            else f"{prepared.service.error_ratio:.1%} of the answers are one here"
            if prepared.service.error_ratio
            else f"none is here (--service recorded, or --error-ratio {failed:.2g}, has them fail)"
        )
        yield f"{failed:.1%} of what targets answered when the log was recorded was a 5xx; {taken}"
    yield (
        f"a client gives up after {options.client_timeout_seconds:g} s and tries {options.max_attempts} times in all;"
        f" alarms act {options.alarms.metric_delay_seconds:g} s after their period"
    )
    yield LEFT_OUT
