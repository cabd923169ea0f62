"""How long requests take at a worker: distributions, cache hits and misses, the database's limit."""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, field
from enum import StrEnum

import numpy as np
from numpy.typing import NDArray

from deployment.errors import InputError
from workbench.simulate.cache import KeyPopularity, hit_ratio
from workbench.simulate.kernel import Bools, Floats
from workbench.simulate.traffic.stream import Intervals


class Shape(StrEnum):
    """Family of a distribution."""

    EXPONENTIAL = "exponential"
    LOGNORMAL = "lognormal"
    GAMMA = "gamma"
    DETERMINISTIC = "deterministic"
    EMPIRICAL = "empirical"


@dataclass(frozen=True, slots=True)
class Distribution:
    """Times with mean 1; multiply by a mean to use them."""

    shape: Shape = Shape.EXPONENTIAL
    """Family. Default: exponential, which is what the fleet's target value is derived with."""
    cv: float = 1.0
    """Coefficient of variation of lognormal and gamma."""
    samples: tuple[float, ...] = ()
    """Recorded times of an empirical distribution, scaled to mean 1, in order."""

    @classmethod
    def parse(cls, text: str) -> Distribution:
        """Distribution of ``exponential``, ``deterministic``, ``lognormal:1.5`` or ``gamma:0.5``."""
        name, _, parameter = text.partition(":")
        if name in (Shape.EXPONENTIAL, Shape.DETERMINISTIC) and not parameter:
            return cls(Shape(name))
        if name in (Shape.LOGNORMAL, Shape.GAMMA):
            try:
                cv = float(parameter or 1.0)
            except ValueError:
                cv = math.nan
            if 0 < cv <= 20:
                return cls(Shape(name), cv)
        raise InputError(
            f"service {text!r} is not understood; allowed: exponential, deterministic, recorded, lognormal:CV and"
            " gamma:CV with a coefficient of variation over 0 and up to 20"
        )

    @classmethod
    def empirical(cls, seconds: Floats) -> Distribution:
        """Distribution of recorded times (any unit); at most 10,000 equally spaced quantiles are kept."""
        ordered = np.sort(seconds)
        if len(ordered) > 10_000:
            ordered = np.quantile(ordered, (np.arange(10_000) + 0.5) / 10_000)
        return cls(Shape.EMPIRICAL, samples=tuple((ordered / ordered.mean()).tolist()))

    def draw(self, rng: np.random.Generator, count: int) -> Floats:
        """`count` independent times with mean 1."""
        match self.shape:
            case Shape.EXPONENTIAL:
                return rng.standard_exponential(count)
            case Shape.DETERMINISTIC:
                return np.ones(count)
            case Shape.GAMMA:
                shape = self.cv**-2
                return rng.standard_gamma(shape, count) / shape
            case Shape.LOGNORMAL:
                sigma2 = math.log1p(self.cv**2)
                return rng.lognormal(-sigma2 / 2, math.sqrt(sigma2), count)
            case Shape.EMPIRICAL:
                return np.asarray(self.samples)[rng.integers(0, len(self.samples), count)]

    def points(self, count: int = 1000) -> Floats:
        """`count` equally likely times with mean 1, close to the distribution: means of its slices."""
        drawn = np.sort(self.draw(np.random.default_rng(0), 200 * count)).reshape(count, 200).mean(axis=1)
        scaled: Floats = drawn / drawn.mean()
        return scaled

    def share_within(self, time: float) -> float:
        """Share of the times, in means, up to `time`: by its points."""
        return float((self.points() <= time).mean())


@dataclass(frozen=True, slots=True, kw_only=True)
class Database:
    """Queries of the requests that miss the cache."""

    mean_seconds: float
    """Mean time of a query."""
    limit_seconds: float
    """A query is given up after this time (the contract's 30 ms), and the request fails."""
    distribution: Distribution = Distribution(Shape.GAMMA, 0.5)
    """Spread of the query time."""


@dataclass(frozen=True, slots=True)
class RecordedService:
    """Recorded times and failures: what is drawn for a moment was recorded then, so trends and incidents stay."""

    intervals: Intervals
    seconds: NDArray[np.float32]
    """Time of each request, by interval."""
    fails: Bools
    """Whether it failed."""


@dataclass(frozen=True, slots=True, kw_only=True)
class ServiceModel:
    """Time at a worker."""

    mean_seconds: float
    """Declared mean service time (plant:fleet.service_time_ms) at the declared hit ratio."""
    distribution: Distribution = Distribution()
    """Spread of the application's part."""
    recorded: RecordedService | None = None
    """Times of their moment instead, and their failures where `error_ratio` is theirs."""
    cpu_ratio: float = 0.2
    """Share of the mean that is CPU work (plant:fleet.cpu_time_ms); the rest waits for something else."""
    error_ratio: float = 0.0
    """Share of the requests that the application answers with a 5xx."""
    fails_as_recorded: bool = False
    """Whether it does so when it did in the recording."""
    database: Database | None = None
    """Model hits and misses apart; None: one distribution for all requests."""
    popularity: KeyPopularity = field(default_factory=KeyPopularity)
    """Which keys are asked for; decides the hit ratio."""
    ttl_seconds: float = 600.0
    """Time to live of a cached answer (the contract's 10 minutes)."""
    reference_rps: float = 1.0
    """Rate at which `mean_seconds` was declared: the peak."""
    page_size_max: int = 50
    """Items on one page at most (the contract's)."""
    page_ratio: float = 0.0
    """Share of the application's time that grows with the items of the page (0..1)."""

    @property
    def application_seconds(self) -> float:
        """Mean time of the application's part: `mean_seconds` less the queries at the reference rate."""
        if self.database is None:
            return self.mean_seconds
        misses = 1 - hit_ratio(self.reference_rps, self.ttl_seconds, self.popularity)
        part = self.mean_seconds - misses * self.database.mean_seconds
        if part <= 0:
            raise InputError(
                f"the declared service time, {self.mean_seconds * 1000:g} ms, is less than the database takes on"
                f" average ({misses:.0%} misses of {self.database.mean_seconds * 1000:g} ms); lower the database time"
            )
        return part

    def draw(
        self, rng: np.random.Generator, times: Floats, rate: Callable[[float], float]
    ) -> tuple[Floats, Floats, Bools]:
        """CPU seconds, other seconds and failure of the requests at `times`; `rate` is the traffic's at a moment."""
        count = len(times)
        rows = None if self.recorded is None else self.recorded.intervals.draw(rng, times)
        if self.recorded is None:
            part = self.distribution.draw(rng, count) * self.application_seconds
        else:
            part = self.recorded.seconds[rows].astype(float) * (self.application_seconds / self.mean_seconds)
        if self.page_ratio > 0:
            # Uniform page sizes; their mean leaves the mean time as declared.
            items = rng.integers(1, self.page_size_max + 1, count)
            part *= 1 - self.page_ratio + self.page_ratio * items / ((self.page_size_max + 1) / 2)
        cpu = part * min(1.0, self.cpu_ratio * self.mean_seconds / self.application_seconds)
        other = part - cpu
        if self.fails_as_recorded and self.recorded is not None:
            fails = self.recorded.fails[rows].copy()
        else:
            fails = rng.random(count) < self.error_ratio if self.error_ratio > 0 else np.zeros(count, np.bool_)
        if self.database is not None:
            minutes, places = np.unique(times // 60, return_inverse=True)
            ratios = [hit_ratio(rate(60 * each + 30), self.ttl_seconds, self.popularity) for each in minutes.tolist()]
            misses = np.flatnonzero(rng.random(count) >= np.asarray(ratios)[places]) if count else places
            query = self.database.distribution.draw(rng, len(misses)) * self.database.mean_seconds
            fails[misses] |= query > self.database.limit_seconds
            other[misses] += np.minimum(query, self.database.limit_seconds)
        return cpu, other, fails

    def points(self) -> tuple[float, ...]:
        """Equally likely service times in seconds, for formulas; empty for an exponential one of the declared mean."""
        if self.distribution.shape is Shape.EXPONENTIAL:
            return ()
        return tuple((self.distribution.points() * self.mean_seconds).tolist())

    def failing_ratio(self, rate: float) -> float:
        """Share of the requests that fail at `rate` a second, so also of the repeats."""
        return float(self._failing(rate, np.array([self.error_ratio]))[0])

    def failing_ratios(self, rate: float, duration_seconds: float) -> tuple[Floats, float]:
        """The same of each stretch of time, and how long one is: of one, where it is always the same."""
        if not self.fails_as_recorded or self.recorded is None:
            return np.array([self.failing_ratio(rate)]), math.inf
        length = self.recorded.intervals.interval_seconds
        times = np.arange(0.0, duration_seconds, length)
        return self._failing(rate, self.recorded.intervals.ratio_at(times, self.recorded.fails)), length

    def _failing(self, rate: float, errors: Floats) -> Floats:
        if self.database is None:
            return errors
        late = 1 - self.database.distribution.share_within(self.database.limit_seconds / self.database.mean_seconds)
        misses = 1 - hit_ratio(rate, self.ttl_seconds, self.popularity)
        return 1 - (1 - errors) * (1 - misses * late)
