"""How long the steps of a rollout last at the average load, beside what is declared."""

from __future__ import annotations

import math
from collections.abc import Sequence


def step_seconds(percent: int, hold_seconds: float, mean_rps: float, samples: int, polls: tuple[float, int]) -> float:
    """Expected length of a step: its hold, or longer, until its share of `mean_rps` makes `samples` requests.

    `polls` are the seconds between two looks, and the looks without a verdict after which the step is rolled back:
    infinite where the requests would come later than that.
    """
    poll_seconds, unclear_max = polls
    share = mean_rps * percent / 100
    needed = samples / share if share > 0 else math.inf
    if needed <= hold_seconds:
        return hold_seconds
    if needed > hold_seconds + unclear_max * poll_seconds:
        return math.inf
    return math.ceil(needed / poll_seconds) * poll_seconds


def told(steps: Sequence[tuple[int, float, float]]) -> str:
    """Steps as (percent, declared seconds, expected seconds), in words: ``14.75 h at 10 % (declared: 6 h)``."""
    return ", ".join(
        f"{percent} % "
        + ("never gets there" if math.isinf(expected) else f"lasts {expected / 3600:.3g} h")
        + (f" (declared: {declared / 3600:g} h)" if expected != declared else "")
        for percent, declared, expected in steps
    )
