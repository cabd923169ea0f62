"""One run: traffic through the edge and the fleets of a declared stack, with its control loops in step.

The compiled loop carries the requests from one event to the next: an instance that starts or ends, a health check that
comes late, a minute whose metrics leave the range in which no policy does anything. Only there does Python decide.
"""

from __future__ import annotations

import math
from collections import deque
from collections.abc import Collection, Sequence
from datetime import timedelta
from typing import Final

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.alarm_watch import AlarmWatch
from workbench.simulate.alarms import AlarmState
from workbench.simulate.declaration import Declaration
from workbench.simulate.engine import Engine, EngineOptions, RateRule
from workbench.simulate.fleet import ALWAYS, MINUTE, Fleet, Wake
from workbench.simulate.histogram import BUCKETS, last_bucket, quantile_seconds
from workbench.simulate.instance import Phase
from workbench.simulate.kernel import Floats, Ints, Slice
from workbench.simulate.metrics import COLUMNS as MINUTE_COLUMNS
from workbench.simulate.metrics import Minutes, Quantile, point_minutes, quantiles_of, row_minutes
from workbench.simulate.options import SimulationOptions
from workbench.simulate.pods import PodFleet
from workbench.simulate.result import COLUMNS, SHOWN, RunResult
from workbench.simulate.scaling.hpa import SYNC_SECONDS
from workbench.simulate.scaling.step import StepPolicy
from workbench.simulate.service import ServiceModel
from workbench.simulate.traffic.arrivals import ArrivalSource
from workbench.simulate.traffic.stream import Traffic

WHOLE_RUN: Final = 2**40
"""Minutes of a histogram that never ends."""


def simulate(declared: Declaration, traffic: Traffic, service: ServiceModel, options: SimulationOptions) -> RunResult:
    """Run `traffic` through the declared stack. Same arguments, same result."""
    return Run(declared, traffic, service, options).finish()


class Run:
    """State of one run."""

    def __init__(
        self, declared: Declaration, traffic: Traffic, service: ServiceModel, options: SimulationOptions
    ) -> None:
        self.declared, self.traffic, self.service, self.options = declared, traffic, service, options
        arrivals_seed, service_seed, fleet_seed = np.random.SeedSequence(options.seed).spawn(3)
        self.source = ArrivalSource(traffic, options.arrivals, arrivals_seed, named=bool(declared.rates))
        self.service_rng = np.random.default_rng(service_seed)
        slots = 2 * sum(max(1, fleet.max_size) for fleet in declared.fleets)
        self.engine = Engine(self._engine_options(), slots=slots, seed=options.seed)
        free = list(range(slots))
        rngs = [np.random.default_rng(each) for each in fleet_seed.spawn(len(declared.fleets))]
        self.fleets = [
            (Fleet if fleet.pods is None else PodFleet)(fleet, options.fleet, self.engine, rng, free, options.alarms)
            for fleet, rng in zip(declared.fleets, rngs, strict=True)
        ]
        self.alarms = {each.rule.name: AlarmWatch(each) for each in declared.alarms}
        self.steps = [[(each.policy, AlarmWatch(each.alarm)) for each in fleet.steps] for fleet in declared.fleets]
        self.window_minutes = max(1, declared.promise.p95_window_seconds // 60)
        self.warm_minutes = options.warm_minutes(self.window_minutes)
        if self.warm_minutes and self.warm_minutes * MINUTE >= traffic.duration_seconds:
            raise ValueError(f"a warm-up of {self.warm_minutes} min leaves nothing of {traffic.duration_seconds:g} s")
        minutes = math.ceil(traffic.duration_seconds / MINUTE)
        self.point_minutes, self.row_minutes = point_minutes(minutes), row_minutes(minutes)
        self.known = self._quantiles()
        self.watch = self._watch()
        self.canary_percent = options.canary_percent
        self.now = 0.0
        self.block = Slice(*(np.empty(0, kind) for kind in (float, float, float, bool, np.int64, bool)))
        self.block_end = 0.0
        sessions = declared.sessions if options.real_clock else None
        self.sessions = deque(sessions.changes(options.start, traffic.duration_seconds) if sessions else ())
        self.parked = False
        self.due: deque[tuple[float, int, list[int]]] = deque()
        """Minutes to decide on: when, which, and the instances behind each fleet's metrics."""
        self.seen_minutes = [0] * len(self.fleets)
        self.rotation: tuple[tuple[int, ...], ...] = ()
        self.result = RunResult(options.seed, traffic.duration_seconds)
        for fleet in self.fleets:
            self.result.instance_seconds[fleet.declared.name] = self.result.spot_seconds[fleet.declared.name] = 0.0
        self.engine.state.counters[kernel.WAKE] = self._next_scheduled(0)
        self._follow_sessions()
        self.look_around()

    # --- set-up ------------------------------------------------------------------------------------------

    def _engine_options(self) -> EngineOptions:
        declared, options = self.declared, self.options
        check = options.firewall.check_seconds
        errors, seconds = self.service.failing_ratios(declared.peak_rps, self.traffic.duration_seconds)
        return EngineOptions(
            workers=declared.workers,
            queue_limit=options.queue_limit,
            budget_seconds=declared.promise.budget_seconds,
            timeout_seconds=declared.idle_timeout_seconds,
            patience_seconds=options.client_timeout_seconds,
            least_outstanding=declared.stable.least_outstanding,
            max_attempts=options.max_attempts,
            backoff_seconds=options.backoff_seconds,
            retry_after_seconds=max((rule.retry_after_seconds for rule in declared.rates), default=0.0),
            retry_errors=errors,
            retry_error_seconds=seconds,
            rules=tuple(
                RateRule(
                    keys=1 if rule.shared else self.source.addresses,
                    ticks=max(1, rule.window_seconds // check),
                    heavy_only=rule.heavy_only,
                    **({} if rule.counts_only else {"limit": rule.limit}),
                )
                for rule in declared.rates
            ),
            tick_seconds=check,
            lag_ticks=options.firewall.lag_checks,
            canary_slowdown=options.canary_slowdown,
            canary_errors=options.canary_errors,
        )

    def _quantiles(self) -> list[Quantile]:
        watched = [*self.declared.alarms, *(each.alarm for fleet in self.declared.fleets for each in fleet.steps)]
        wanted: list[Quantile] = [(self.window_minutes, None, 0.95, False)]
        wanted += [quantile for each in watched for quantile in quantiles_of(each.metric, each.rule.period_seconds)]
        if self.options.keep_minutes:
            lengths = (1, self.point_minutes, self.row_minutes)
            wanted += [(length, None, quantile, False) for length in lengths for quantile in SHOWN]
        return list(dict.fromkeys(wanted))

    def _watch(self) -> kernel.Watch:
        minutes = math.ceil(self.traffic.duration_seconds / MINUTE) + 1
        groups: list[tuple[int, int | None]] = [(WHOLE_RUN, 0), (WHOLE_RUN, 1)]
        groups += sorted({(length, pool) for length, pool, *_ in self.known}, key=lambda each: each[0])
        patience = last_bucket(min(self.options.client_timeout_seconds, self.declared.idle_timeout_seconds))
        slots, pools = self.engine.slots, len(self.fleets)
        health = [fleet.declared.health for fleet in self.fleets]
        more = 2 - pools
        return kernel.Watch(
            check_seconds=np.array([each.interval_seconds for each in health] + [math.inf] * more),
            check_timeout=np.array([each.timeout_seconds for each in health] + [math.inf] * more),
            next_check=np.array([0.0] * pools + [math.inf] * more),
            ailing=np.zeros(2, np.bool_),
            sync_seconds=float(SYNC_SECONDS),
            next_sync=np.array([float(SYNC_SECONDS) if self.scales_pods else math.inf]),
            sync_high=np.full((2, 2), math.inf),
            counted=np.zeros((2, slots), np.int64),
            counts=np.zeros(2, np.int64),
            vcpus=np.array([float(fleet.vcpus or self.declared.workers) for fleet in self.fleets] + [1.0] * more),
            low=np.full((2, 3), -math.inf),
            high=np.full((2, 3), math.inf),
            gauges=np.zeros(MINUTE_COLUMNS - kernel.GAUGES),
            base_requests=np.zeros(slots, np.int64),
            base_cpu=np.zeros(slots),
            rows=np.zeros((minutes, MINUTE_COLUMNS)),
            group_minutes=np.array([length for length, _ in groups], np.int64),
            group_pool=np.array([-1 if pool is None else pool for _, pool in groups], np.int64),
            group_source=np.array([_source(groups, index) for index in range(len(groups))], np.int64),
            group_histogram=np.zeros((len(groups), BUCKETS), np.int64),
            group_range=np.array([(BUCKETS, -1)] * len(groups), np.int64),
            quantile_group=np.array([groups.index((length, pool)) for length, pool, *_ in self.known], np.int64),
            quantile=np.array([quantile for _, _, quantile, _ in self.known]),
            quantile_last=np.array([patience if heard else BUCKETS - 1 for *_, heard in self.known], np.int64),
            quantiles=np.full((minutes, len(self.known)), np.nan),
        )

    # --- the run -----------------------------------------------------------------------------------------

    def finish(self) -> RunResult:
        """Run to the end."""
        if self.warm_minutes:
            self.run_until(self.warm_minutes * MINUTE)
            self._close()
            self._note_minute()
            self.look_around()
            self.watch.group_histogram[:2] = 0
            self._forget_arrived()
        self.run_until(self.traffic.duration_seconds)
        return self._finish()

    def run_until(self, moment: float) -> None:
        """Run up to `moment` seconds from the start."""
        while self.now < moment:
            if self.now >= self.block_end:
                self._next_block()
            until = min(
                moment,
                self.block_end,
                self.due[0][0] if self.due else math.inf,
                self.sessions[0][0] if self.sessions else math.inf,
                *(fleet.next_change(self.now) for fleet in self.fleets),
            )
            now, why = self.engine.advance(self.now, until, self.block, self.watch)
            self._bill(now - self.now)
            self.now = now
            if why == kernel.MINUTE_CLOSED:
                self._note_minute()
            elif why == kernel.CHECK_LATE:
                self._check_health()
            if now >= min(until, self.watch.next_sync[0]):
                for fleet in self.fleets:
                    fleet.advance(now)
                self._sync_pods()
                self._follow_sessions()
            while self.due and self.due[0][0] <= now:
                self._decide(*self.due.popleft())
            self.look_around()

    @property
    def minutes(self) -> Minutes:
        """The minutes that are over."""
        done = int(self.engine.state.counters[kernel.MINUTE])
        return Minutes(self.watch.rows, self.watch.quantiles, self.known).until(done)

    def set_canary_percent(self, percent: float) -> None:
        """Send this share of the requests to the canary from now on."""
        self.canary_percent = percent
        self.look_around()

    def canary_histogram(self) -> Ints:
        """Response times of the canary so far."""
        counts: Ints = self.watch.group_histogram[1] + self.engine.histogram[1]
        return counts

    def arrived_minutes(self) -> Minutes:
        """The minutes whose metrics have arrived by now."""
        return self.minutes.until(max(0, math.floor((self.now - self.options.alarms.metric_delay_seconds) / MINUTE)))

    def canary_alarms(self, names: Collection[str] | None = None) -> list[AlarmState]:
        """States of the alarms `names` by the metrics that have arrived by now; of all on the canary without any."""
        minutes = self.arrived_minutes()
        mine = [
            watch
            for name, watch in self.alarms.items()
            if (watch.declared.metric.pool == 1 if names is None else name in names)
        ]
        for watch in mine:
            self.result.alarm_events += watch.catch_up(minutes)
        return [watch.state for watch in mine]

    def _next_block(self) -> None:
        """Draw the requests of the next stretch."""
        start = self.block_end
        self.block_end = self.source.block_end(start, self.traffic.duration_seconds)
        drawn = self.source.draw(start, self.block_end)
        cpu, other, fails = self.service.draw(self.service_rng, drawn.time, self.traffic.rate)
        self.block = Slice(drawn.time, cpu, other, fails, drawn.address, drawn.heavy)
        self.engine.make_room(self.block)
        self.result.arrived += len(drawn)
        self.result.arrived_parked += self._arrive_parked(drawn.time)

    def _forget_arrived(self) -> None:
        """The warm-up is over: what arrived before counts no longer, and what of it has no end yet is noted."""
        to_come = self.block.time[int(self.engine.state.counters[kernel.NEXT]) :]
        self.result.arrived, self.result.arrived_parked = len(to_come), self._arrive_parked(to_come)
        self.result.carried = self.engine.afoot

    def _arrive_parked(self, times: Floats) -> int:
        """How many of `times` fall into parked time: `sessions` holds the changes from the block's start on."""
        changes = [change for change, _ in self.sessions]
        odd = np.searchsorted(changes, times, side="right") % 2 == 1
        return int((~odd if self.parked else odd).sum())

    def _bill(self, seconds: float) -> None:
        for fleet in self.fleets:
            name, spot = fleet.declared.name, sum(1 for each in fleet.instances if each.spot)
            self.result.instance_seconds[name] += fleet.running * seconds
            self.result.spot_seconds[name] += spot * seconds
        if not self.parked:
            self.result.open_seconds += seconds

    def _follow_sessions(self) -> None:
        """Park and unpark when it is time to."""
        while self.sessions and self.sessions[0][0] <= self.now:
            _, parked = self.sessions.popleft()
            if parked == self.parked:
                continue  # the run begins within a session, with the instances that it has
            self.parked = parked
            self.engine.set_parked(parked)
            if self.scales_pods:
                self.watch.next_sync[0] = math.inf if parked else self.now + SYNC_SECONDS
            for fleet in self.fleets:
                if parked:
                    fleet.park(self.now)
                else:
                    fleet.unpark(self.now)
            watches = [*self.alarms.values(), *(watch for steps in self.steps for _, watch in steps)]
            if parked:
                self.due.clear()
                self._read_alarms()
                for watch in watches:
                    watch.remove()
            else:
                for watch in watches:
                    watch.put_back(math.ceil(self.now / MINUTE))

    @property
    def scales_pods(self) -> bool:
        """Whether a fleet's size is that of a HorizontalPodAutoscaler."""
        return any(fleet.declared.pods is not None for fleet in self.fleets)

    def _sync_pods(self) -> None:
        if self.now >= self.watch.next_sync[0]:
            for fleet in self.fleets:
                fleet.sync(self.now)
            kernel.mark_sync(self.engine.state)
            self.watch.next_sync[0] = self.now + SYNC_SECONDS

    def _read_alarms(self) -> None:
        """Let the alarms look at all minutes that are over; the last one of a run may be cut short."""
        minutes = self.minutes.until(math.floor(self.now / MINUTE))
        for watch in self.alarms.values():
            self.result.alarm_events += watch.catch_up(minutes)

    def _note_minute(self) -> None:
        """Decide on the minute that ended as soon as its metrics have arrived."""
        minute = int(self.engine.state.counters[kernel.MINUTE])
        if not self.parked:
            counts = self.watch.counts.tolist()
            self.due.append((self.now + self.options.alarms.metric_delay_seconds, minute, counts))
            moment = self.options.start + timedelta(seconds=minute * MINUTE)
            for fleet in self.fleets:
                fleet.follow_schedule(self.now, moment)

    def _check_health(self) -> None:
        for index, fleet in enumerate(self.fleets):
            if self.now >= self.watch.next_check[index]:
                fleet.check_health(self.now)
                self.watch.next_check[index] = self.now + fleet.declared.health.interval_seconds

    def _decide(self, when: float, minute: int, counts: list[int]) -> None:
        """Let the policies decide on the metrics up to `minute`, of which `counts` instances were behind the last."""
        known = self.minutes.until(minute)
        for index, fleet in enumerate(self.fleets):
            columns = [kernel.PER_TARGET + index, kernel.CPU + index]
            first = max(self.seen_minutes[index], minute - fleet.memory_minutes)
            for row in known.rows[first:, columns].tolist():
                fleet.observe(*(None if math.isnan(value) else value for value in row))
            self.seen_minutes[index] = minute
            fired: list[tuple[StepPolicy, float, float]] = []
            for policy, watch in self.steps[index]:
                for event in watch.catch_up(known):
                    if event.alarm not in self.alarms:
                        self.result.alarm_events.append(event)
                if watch.alarmed is not None:
                    fired.append((policy, watch.alarmed, watch.declared.rule.threshold))
            fleet.decide(when, counts[index], fired)

    def look_around(self) -> None:
        """Tell the load balancer who is in rotation, and the compiled loop what to watch."""
        rotation = tuple(tuple(fleet.rotation()) for fleet in self.fleets)
        ratio = self.canary_percent / 100
        if rotation != self.rotation or ratio != self.engine.canary_ratio:
            self.rotation = rotation
            self.engine.set_rotation(rotation[0], rotation[1] if len(rotation) > 1 else (), ratio)
            self.result.max_serving = max(self.result.max_serving, sum(map(len, rotation)))
        watch = self.watch
        if self.engine.slots > watch.counted.shape[1]:
            more = self.engine.slots - watch.counted.shape[1]
            self.watch = watch = watch._replace(
                counted=np.pad(watch.counted, ((0, 0), (0, more))),
                base_requests=np.pad(watch.base_requests, (0, more)),
                base_cpu=np.pad(watch.base_cpu, (0, more)),
            )
        begin = MINUTE * int(self.engine.state.counters[kernel.MINUTE])
        for index, fleet in enumerate(self.fleets):
            # By the minute that is under way, whenever this looks: those that are warm for all of it, or else at all.
            warmed = [each.slot for each in fleet.warmed(begin) or fleet.warmed(begin + MINUTE)]
            watch.counted[index, : len(warmed)] = warmed
            watch.counts[index] = len(warmed)
            watch.ailing[index] = fleet.ailing
            serving = fleet.count(Phase.SERVING)
            values = (
                serving - fleet.unhealthy,
                fleet.count(Phase.STARTING, Phase.SERVING),
                fleet.unhealthy,
                serving,
                fleet.count(Phase.STARTING),
                fleet.desired,
                fleet.attempts,
                fleet.failures,
                fleet.scalings,
            )
            watch.gauges[index::2] = values
            wake = Wake() if self.parked else Wake(requests=ALWAYS) if self.due else self._wake(index)
            for place, (low, high) in enumerate((wake.requests, wake.cpu, wake.offered)):
                watch.low[index, place], watch.high[index, place] = low, high
            watch.sync_high[index] = fleet.calm()
        counters = self.engine.state.counters
        if 0 <= counters[kernel.WAKE] < counters[kernel.MINUTE]:
            counters[kernel.WAKE] = self._next_scheduled(int(counters[kernel.MINUTE]))

    def _wake(self, index: int) -> Wake:
        watched = [
            (policy, each.declared.rule, each.calm and each.declared.metric.is_plain("RequestCountPerTarget", index))
            for policy, each in self.steps[index]
        ]
        return self.fleets[index].wake(self.now, watched)

    def _next_scheduled(self, minute: int) -> int:
        """Index of the first minute from `minute` on after which a scheduled action fires; -1 when none does."""
        if not any(fleet.declared.schedule for fleet in self.fleets):
            return -1
        for index in range(minute, len(self.watch.rows)):
            moment = self.options.start + timedelta(seconds=(index + 1) * MINUTE)
            if any(fleet.scheduled(moment) for fleet in self.fleets):
                return index
        return -1

    # --- the result --------------------------------------------------------------------------------------

    def _finish(self) -> RunResult:
        result, engine = self.result, self.engine
        self._close()
        minutes = self.minutes
        self._read_alarms()
        for watch in self.alarms.values():
            result.alarm_states[watch.declared.rule.name] = watch.state
            result.low_sample_periods[watch.declared.rule.name] = watch.alarm.low_sample_periods
        result.alarm_events.sort(key=lambda event: event.at)
        result.fleet_events = sorted(
            (event for fleet in self.fleets for event in fleet.events), key=lambda event: event.at
        )
        result.billed_attempts, result.billed_refusals = (
            float(minutes.periods(1).total(None, each).sum()) for each in (kernel.OFFERED, kernel.REFUSED)
        )
        counted = minutes.since(self.warm_minutes)
        result.tally = counted.rows[:, : 2 * kernel.TALLIES].sum(axis=0).reshape(2, kernel.TALLIES)
        result.histogram = self.watch.group_histogram[:2].copy()
        self._judge_windows(counted)
        if self.options.keep_minutes:
            result.series = _series(minutes)
            result.point_minutes, result.row_minutes = self.point_minutes, self.row_minutes
            result.quantiles_ms = {each: self._quantiles_ms(each) for each in (self.point_minutes, self.row_minutes)}
        result.left = engine.afoot
        result.surplus_vcpu_seconds = {fleet.declared.name: fleet.surplus(self.now) for fleet in self.fleets}
        return result

    def _quantiles_ms(self, length: int) -> Floats:
        """Quantiles of every `length` minutes, the last of which may be fewer."""
        minutes = self.minutes
        found = np.column_stack([minutes.periods(length).quantile(None, quantile) for quantile in SHOWN])
        if len(minutes.rows) % length:
            group = int(self.watch.quantile_group[self.known.index((length, None, SHOWN[0], False))])
            counts = self.watch.group_histogram[group].copy()
            while (group := int(self.watch.group_source[group])) >= 0:
                counts += self.watch.group_histogram[group]
            found = np.vstack([found, [quantile_seconds(counts, quantile) for quantile in SHOWN]])
        return found * 1000

    def _close(self) -> None:
        """Close the minute that is under way."""
        state, routing = self.engine.state, self.engine.routing
        if self.now > MINUTE * state.counters[kernel.MINUTE]:
            kernel.close_minute(self.now, state, routing, self.watch)
        kernel.settle_all(self.now, state, routing)

    def _judge_windows(self, minutes: Minutes) -> None:
        promise, result = self.declared.promise, self.result
        periods = minutes.periods(self.window_minutes)
        samples = periods.total(None, kernel.COMPLETED)
        judged = samples >= promise.minimum_samples
        result.windows = int(judged.sum())
        result.windows_within = int((judged & (periods.quantile(None, 0.95) <= promise.p95_limit_seconds)).sum())
        result.windows_inconclusive = int(((samples > 0) & ~judged).sum())


def _source(groups: Sequence[tuple[int, int | None]], index: int) -> int:
    """The longest of the periods before the one at `index` that it is whole ones of; -1 for none, or for minutes."""
    length, pool = groups[index]
    fitting = [
        place
        for place, (shorter, other) in enumerate(groups[:index])
        if other == pool and 1 < shorter < length and length % shorter == 0
    ]
    return max(fitting, key=lambda place: groups[place][0], default=-1)


def _series(minutes: Minutes) -> Floats:
    each = minutes.periods(1)
    within, answered = each.total(None, kernel.WITHIN), each.total(None, kernel.COMPLETED)
    with np.errstate(invalid="ignore", divide="ignore"):
        ratio = within / answered
    columns = {
        "requests": each.total(None, kernel.OFFERED),
        "completed": answered,
        **{f"p{round(quantile * 100)}_ms": each.quantile(None, quantile) * 1000 for quantile in SHOWN},
        "refused": each.total(None, kernel.REFUSED),
        "unreached": each.total(None, kernel.UNREACHED),
        "unavailable": each.total(None, kernel.NO_TARGET, kernel.BUSY),
        "timed_out": each.total(None, kernel.TIMED_OUT),
        "abandoned": each.total(None, kernel.ABANDONED),
        "failed": each.total(None, kernel.FAILED),
        "within_budget_ratio": ratio,
        "desired": each.last("desired", 0),
        "serving": each.last("in_service", 0),
        "starting": each.last("starting", 0),
        "canary_serving": each.last("in_service", 1),
        "unhealthy": each.last("unhealthy", None),
        "least_credits": each.least_credits(),
        "good": each.total(None, kernel.ANSWERED),
    }
    return np.column_stack([columns[name] for name in COLUMNS])
