"""The month as a distribution: traffic and fleet sizes are drawn, and every charge is priced for each draw.

The model, stated so that it can be judged. A month's load is drawn around the declared requests: a lognormal
factor with mean 1 and a coefficient of variation of 50 %, never above the declared peak without pause. The fleets
follow the load between their minimum and maximum, with noise of their own. What depends on events (rollouts,
notices) is drawn between nothing and its worst case, with the declared number as mode. Everything stays within
floor and worst case, so the worst case bounds every sampled month.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from cost.allowances import allowances
from cost.charges import Driver
from cost.estimate import Estimate, Line
from cost.money import CENT

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Floats = NDArray[np.float64]

SAMPLES: Final = 10_000
SEED: Final = 20261123
VARIATION: Final = 0.5
"""Coefficient of variation of a month's load."""


@dataclass(frozen=True, slots=True)
class Quantiles:
    """Dollars a month that are not exceeded with the given probability, in percent."""

    samples: int
    usd: dict[int, Decimal]
    largest_usd: Decimal
    within_budget_percent: Decimal
    """Share of the sampled months that the budget covers."""


def quantiles(
    found: Estimate, *, samples: int = SAMPLES, seed: int = SEED, percents: Sequence[int] = (5, 50, 90, 95, 99)
) -> Quantiles:
    """Quantiles of the month's cost from `samples` drawn months. The same seed gives the same months."""
    import numpy as np

    months = sample_months(found, samples=samples, seed=seed)
    levels = np.percentile(months, percents)
    within = float(np.mean(months <= float(found.budget_usd))) * 100
    return Quantiles(
        samples=samples,
        usd={percent: _cents(level) for percent, level in zip(percents, levels, strict=True)},
        largest_usd=_cents(months.max()),
        within_budget_percent=Decimal(f"{within:.1f}"),
    )


def sample_months(found: Estimate, *, samples: int = SAMPLES, seed: int = SEED) -> Floats:
    """Dollars of each drawn month. Floats: these are draws of a model, not an account of money."""
    import numpy as np

    positions = _positions(found, samples, np.random.default_rng(seed))
    total = np.zeros(samples)
    covered: dict[str, list[tuple[Line, Floats, Floats]]] = {}
    used: dict[str, Any] = {}  # of each price with tiers, by the lines before: tiers are counted over all of them
    share = found.basis.allowance_share
    limits = allowances() if share else {}
    for line in found.charges:
        quantity = _quantities(line, positions)
        if line.price.tiers:
            before = used.get(line.price.path, np.zeros(samples))
            used[line.price.path] = before + quantity
            usd = _dollars(line, before + quantity) - _dollars(line, before)
        else:
            usd = _dollars(line, quantity)
        total += usd
        covers = line.charge is not None and line.charge.allowed
        if covers and (allowance := limits.get(line.price.name)) is not None:
            covered.setdefault(allowance.name, []).append((line, quantity, usd))
    for entries in covered.values():
        total -= _relief(entries, limits, float(share))
    return total


def _positions(found: Estimate, samples: int, random: np.random.Generator) -> dict[Driver, Floats]:
    """For each driver where a month lies: 0 is the floor, 1 the expected, 2 the worst case."""
    import numpy as np

    sigma = np.sqrt(np.log(1 + VARIATION**2))
    load = random.lognormal(-(sigma**2) / 2, sigma, samples)
    peak = _peak_ratio(found)
    above = np.clip((load - 1) / (peak - 1), 0, 1) if peak > 1 else np.zeros(samples)
    traffic = np.where(load <= 1, load, 1 + above)
    # A fleet follows its peaks rather than its mean: it sits at the expected size, and leaves it with the load.
    fleet = np.clip(1 + np.log(load) + random.normal(0, 0.25, samples), 0, 2)
    events = random.triangular(0, 1, 2, samples)
    return {Driver.TRAFFIC: traffic, Driver.FLEET: fleet, Driver.EVENTS: events, Driver.FIXED: np.ones(samples)}


def _peak_ratio(found: Estimate) -> float:
    traffic = found.basis.traffic
    peak = traffic.peak_requests_per_second * 3600 * found.basis.uptime.hours
    return float(peak / traffic.monthly_requests) if traffic.monthly_requests else 0.0


def _quantities(line: Line, positions: dict[Driver, Floats]) -> Floats:
    import numpy as np

    charge = line.charge
    assert charge is not None  # noqa: S101 - only charges are sampled
    scale = float(line.factor / charge.price.unit_size)
    amount = charge.amount
    points = [float(amount.floor) * scale, float(amount.expected) * scale, float(amount.worst) * scale]
    return np.interp(positions[charge.driver], [0, 1, 2], points)


def _dollars(line: Line, quantity: Floats) -> Any:
    import numpy as np

    price = line.price
    if not price.tiers:
        return quantity * float(price.usd)
    total, start = np.zeros_like(quantity), 0.0
    for tier in price.tiers:
        end = np.inf if tier.up_to is None else float(tier.up_to)
        total += np.clip(quantity - start, 0, end - start) * float(tier.usd)
        start = end
    return total


def _relief(entries: list[tuple[Line, Floats, Floats]], limits: Any, share: float) -> Any:
    """What one allowance takes off, cheapest price first as in the estimate."""
    import numpy as np

    by_price: dict[str, list[Any]] = {}
    for line, quantity, usd in entries:
        entry = by_price.setdefault(line.price.path, [line.price, 0.0, 0.0])
        entry[1] = entry[1] + quantity
        entry[2] = entry[2] + usd
    first = entries[0][0].price
    left: Any = float(limits[first.name].amount) * share
    total: Any = 0.0
    for price, quantity, usd in sorted(by_price.values(), key=lambda entry: entry[0].usd):
        size = float(price.unit_size)
        free = np.minimum(left, quantity * size)
        left = left - free
        total = total + np.minimum(usd, free / size * float(price.usd))
    return total


def _cents(value: Any) -> Decimal:
    return Decimal(repr(float(value))).quantize(CENT)
