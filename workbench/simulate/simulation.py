"""One run: traffic through the edge and the fleets of a declared stack, with its control loops in step."""

from __future__ import annotations

import math
from datetime import timedelta
from typing import Final

import numpy as np

from workbench.simulate import kernel
from workbench.simulate.alarms import Alarm, AlarmState
from workbench.simulate.declaration import AlarmedStep, Declaration, DeclaredAlarm
from workbench.simulate.engine import Engine, EngineOptions, RateRule
from workbench.simulate.firewall import RateWindow
from workbench.simulate.fleet import Fleet
from workbench.simulate.histogram import quantile_seconds, share_within
from workbench.simulate.instance import MinuteMetrics, Phase
from workbench.simulate.kernel import Slice
from workbench.simulate.metrics import Period, value_of
from workbench.simulate.options import SimulationOptions
from workbench.simulate.pods import PodFleet
from workbench.simulate.result import COLUMNS, AlarmEvent, RunResult
from workbench.simulate.scaling.step import StepPolicy
from workbench.simulate.service import ServiceModel
from workbench.simulate.traffic.arrivals import ArrivalSource
from workbench.simulate.traffic.stream import Traffic

MINUTE: Final = 60.0
CONTROL_SECONDS: Final = 10.0
"""Longest slice: CPU speeds, rotation and the firewall's counts are looked at this often."""


def simulate(declared: Declaration, traffic: Traffic, service: ServiceModel, options: SimulationOptions) -> RunResult:
    """Run `traffic` through the declared stack. Same arguments, same result."""
    return _Run(declared, traffic, service, options).run()


class _Run:
    """State of one run."""

    def __init__(
        self, declared: Declaration, traffic: Traffic, service: ServiceModel, options: SimulationOptions
    ) -> None:
        self.declared, self.traffic, self.service, self.options = declared, traffic, service, options
        arrivals_seed, service_seed, fleet_seed = np.random.SeedSequence(options.seed).spawn(3)
        self.source = ArrivalSource(traffic, options.arrivals, arrivals_seed)
        self.service_rng = np.random.default_rng(service_seed)
        keys = self.source.addresses
        slots = 2 * sum(max(1, fleet.max_size) for fleet in declared.fleets)
        self.engine = Engine(
            EngineOptions(
                workers=declared.workers,
                queue_limit=options.queue_limit,
                timeout_seconds=declared.idle_timeout_seconds,
                least_outstanding=declared.stable.least_outstanding,
                max_attempts=options.max_attempts,
                canary_slowdown=options.canary_slowdown,
                backoff_seconds=options.backoff_seconds,
                retry_after_seconds=max((rule.retry_after_seconds for rule in declared.rates), default=0.0),
                rules=tuple(RateRule(keys=keys, heavy_only=rule.heavy_only) for rule in declared.rates),
            ),
            slots=slots,
            seed=options.seed,
        )
        free = list(range(slots))
        rngs = [np.random.default_rng(each) for each in fleet_seed.spawn(len(declared.fleets))]
        self.fleets = [
            (Fleet if fleet.pods is None else PodFleet)(fleet, options.fleet, self.engine, rng, free, options.alarms)
            for fleet, rng in zip(declared.fleets, rngs, strict=True)
        ]
        self.windows = [RateWindow(rule, keys, options.firewall) for rule in declared.rates]
        self.alarms = [(each, Alarm(each.rule)) for each in declared.alarms]
        self.step_alarms = [[(each, Alarm(each.alarm.rule)) for each in fleet.steps] for fleet in declared.fleets]
        self.periods: dict[int, Period] = {
            int(each.rule.period_seconds): Period()
            for each in (*declared.alarms, *(step.alarm for fleet in declared.fleets for step in fleet.steps))
        }
        self.slo_window = Period()
        self.minute_cpu = np.zeros(slots)
        self.seen_events = [0] * len(self.fleets)
        self.seen_attempts = [(0, 0)] * len(self.fleets)
        self.rotation: tuple[tuple[int, ...], ...] = ()
        self.result = RunResult(options.seed, traffic.duration_seconds)
        self.rows: list[tuple[float, ...]] = []

    def run(self) -> RunResult:
        now, duration = 0.0, self.traffic.duration_seconds
        minute = 0
        next_check = CONTROL_SECONDS
        self._route()
        while now < duration:
            end = min(
                next_check,
                (minute + 1) * MINUTE,
                self.traffic.next_change(now),
                duration,
                *(fleet.next_change(now) for fleet in self.fleets),
            )
            self._serve(now, end)
            self._bill(end - now)
            cpu = self.engine.take_slot_cpu_seconds()
            if len(cpu) > len(self.minute_cpu):
                self.minute_cpu = np.append(self.minute_cpu, np.zeros(len(cpu) - len(self.minute_cpu)))
            self.minute_cpu[: len(cpu)] += cpu
            for fleet in self.fleets:
                fleet.advance(end, end - now, cpu)
            now = end
            if now >= next_check:
                self._check_rates()
                next_check += CONTROL_SECONDS
            if now >= (minute + 1) * MINUTE or now >= duration:
                self._close_minute(now)
                minute += 1
            self._route()
        return self._finish()

    def _serve(self, start: float, end: float) -> None:
        drawn = self.source.draw(start, end)
        count = len(drawn)
        rate = self.traffic.rate((start + end) / 2)
        cpu, other, fails = self.service.draw(self.service_rng, count, rate)
        self.engine.run(start, end, Slice(drawn.time, cpu, other, fails, drawn.address, drawn.heavy))
        self.result.arrived += count

    def _route(self) -> None:
        """Tell the load balancer who is in rotation."""
        rotation = tuple(tuple(fleet.rotation()) for fleet in self.fleets)
        if rotation != self.rotation:
            self.rotation = rotation
            canary = rotation[1] if len(rotation) > 1 else ()
            self.engine.set_rotation(rotation[0], canary, self.options.canary_percent / 100)
            self.result.max_serving = max(self.result.max_serving, sum(map(len, rotation)))

    def _bill(self, seconds: float) -> None:
        for fleet in self.fleets:
            name, spot = fleet.declared.name, sum(1 for each in fleet.instances if each.spot)
            self.result.instance_seconds[name] = self.result.instance_seconds.get(name, 0.0) + fleet.running * seconds
            self.result.spot_seconds[name] = self.result.spot_seconds.get(name, 0.0) + spot * seconds

    def _check_rates(self) -> None:
        if not self.windows:
            return
        for index, window in enumerate(self.windows):
            self.engine.blocked[index] = window.check(self.engine.window[index])
        self.engine.reset_window()

    def _close_minute(self, now: float) -> None:
        """Aggregate the minute, evaluate alarms, let the policies decide."""
        period = self._period(now)
        self.result.tally += period.tally
        self.result.histogram += period.histogram
        self._judge_window(period, now)
        fired = self._evaluate_alarms(period, now)
        if self.options.keep_minutes:
            self.rows.append(self._row(period))
        moment = self.options.start + timedelta(seconds=now)
        for index, fleet in enumerate(self.fleets):
            fleet.control(now, self._minute_metrics(fleet, now), fired[index])
            if fleet.declared.schedule:
                fleet.follow_schedule(now, moment)
        self.minute_cpu[:] = 0
        self.engine.reset_tallies()

    def _period(self, now: float) -> Period:
        period = Period(self.engine.tally.copy(), self.engine.histogram.copy(), minutes=1)
        for index, fleet in enumerate(self.fleets[:2]):
            period.target_minutes[index] = fleet.count(Phase.SERVING) - fleet.unhealthy
            period.registered[index] = fleet.count(Phase.STARTING, Phase.SERVING)
            period.unhealthy[index] = fleet.unhealthy
            period.in_service[index] = fleet.count(Phase.SERVING)
            period.desired[index] = fleet.desired
            before, failed = self.seen_attempts[index]
            period.attempts[index], period.failures[index] = fleet.attempts - before, fleet.failures - failed
            self.seen_attempts[index] = (fleet.attempts, fleet.failures)
            new = fleet.events[self.seen_events[index] :]
            period.scale_events[index] = sum(1 for event in new if event.kind in ("scale-out", "scale-in"))
            self.seen_events[index] = len(fleet.events)
            least = fleet.least_credits
            period.least_credits = min(period.least_credits, math.inf if least is None else least)
        return period

    def _minute_metrics(self, fleet: Fleet, now: float) -> MinuteMetrics:
        warmed = [each.slot for each in fleet.warmed(now - MINUTE)] or [each.slot for each in fleet.warmed(now)]
        if not warmed:
            return MinuteMetrics(None, None, 0)
        requests = float(self.engine.slot_requests[warmed].sum()) / len(warmed)
        vcpus = next((each.credits.type.vcpus for each in fleet.instances if each.credits), self.declared.workers)
        busy = float(self.minute_cpu[warmed].sum()) / (MINUTE * vcpus * len(warmed))
        return MinuteMetrics(requests, min(100.0, 100 * busy), len(warmed))

    def _judge_window(self, period: Period, now: float) -> None:
        promise = self.declared.promise
        self.slo_window.add(period)
        if self.slo_window.minutes * MINUTE < promise.p95_window_seconds:
            return
        counts = self.slo_window.histogram.sum(axis=0)
        samples = int(counts.sum())
        if samples >= promise.minimum_samples:
            self.result.windows += 1
            self.result.windows_within += quantile_seconds(counts, 0.95) <= promise.p95_limit_seconds
        elif samples:
            self.result.windows_inconclusive += 1
        self.slo_window = Period()

    def _evaluate_alarms(self, minute: Period, now: float) -> list[list[tuple[StepPolicy, float, float]]]:
        """Feed the alarms whose period ended; the step policies of each fleet whose alarm is on."""
        ended: dict[int, Period] = {}
        for length, running in self.periods.items():
            running.add(minute)
            if running.minutes * MINUTE >= length:
                ended[length] = running
                self.periods[length] = Period()
        for declared, alarm in self.alarms:
            self._feed(declared, alarm, ended, now)
        fired: list[list[tuple[StepPolicy, float, float]]] = []
        for pairs in self.step_alarms:
            fired.append([])
            for each, alarm in pairs:
                metric = self._feed(each.alarm, alarm, ended, now, quiet=_declared_twice(each, self.declared))
                if alarm.state is AlarmState.ALARM and metric is not None:
                    fired[-1].append((each.policy, metric, each.alarm.rule.threshold))
        return fired

    def _feed(
        self, declared: DeclaredAlarm, alarm: Alarm, ended: dict[int, Period], now: float, *, quiet: bool = False
    ) -> float | None:
        period = ended.get(int(declared.rule.period_seconds))
        if period is None:
            return None
        value, samples = value_of(declared.metric, period)
        if alarm.observe(value, samples) and not quiet:
            self.result.alarm_events.append(AlarmEvent(now, declared.rule.name, alarm.state))
        return value

    def _row(self, period: Period) -> tuple[float, ...]:
        tally = period.tally.sum(axis=0)
        counts = period.histogram.sum(axis=0)
        within = share_within(counts, self.declared.promise.budget_seconds)
        stable = self.fleets[0]
        return (
            tally[kernel.OFFERED],
            tally[kernel.COMPLETED],
            quantile_seconds(counts, 0.5) * 1000,
            quantile_seconds(counts, 0.95) * 1000,
            quantile_seconds(counts, 0.99) * 1000,
            tally[kernel.REFUSED],
            tally[kernel.NO_TARGET] + tally[kernel.BUSY],
            tally[kernel.TIMED_OUT],
            tally[kernel.FAILED],
            within,
            stable.desired,
            stable.count(Phase.SERVING),
            stable.count(Phase.STARTING),
            self.fleets[1].count(Phase.SERVING) if len(self.fleets) > 1 else 0,
            sum(fleet.unhealthy for fleet in self.fleets),
            math.nan if math.isinf(period.least_credits) else period.least_credits,
        )

    def _finish(self) -> RunResult:
        result = self.result
        result.series = np.array(self.rows, float).reshape(-1, len(COLUMNS))
        result.fleet_events = sorted(
            (event for fleet in self.fleets for event in fleet.events), key=lambda event: event.at
        )
        for declared, alarm in self.alarms:
            result.alarm_states[declared.rule.name] = alarm.state
            result.low_sample_periods[declared.rule.name] = alarm.low_sample_periods
        result.in_flight = self.engine.in_flight
        result.waiting_retries = self.engine.waiting_retries
        return result


def _declared_twice(each: AlarmedStep, declared: Declaration) -> bool:
    return any(alarm.rule.name == each.alarm.rule.name for alarm in declared.alarms)
