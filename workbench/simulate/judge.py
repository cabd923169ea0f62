"""The one verdict: does what several runs showed keep the promise? `simulate` and `optimize` both ask here."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from workbench.simulate import kernel
from workbench.simulate.replications import Interval, interval
from workbench.simulate.result import RunResult


@dataclass(frozen=True, slots=True, kw_only=True)
class Objective:
    """What the verdict asks for."""

    attainment_ratio: float = 0.95
    """Share of the answers that has to be good and within the budget: the budget is a p95 promise."""
    windows_ratio: float = 1.0
    """Share of the judged p95 windows that has to keep the alarm's limit."""


@dataclass(frozen=True, slots=True)
class Judgement:
    """What the runs showed, and what that means."""

    attainment: Interval
    """Good answers within the budget, share of the attempts that the firewall did not refuse, over the runs."""
    windows: Interval
    """Share of the judged p95 windows within the limit, over the runs; NaN when none had samples enough."""
    broken: tuple[str, ...]
    """What is not kept, with its figure."""
    missing: tuple[str, ...]
    """What there is no evidence for."""

    @property
    def verdict(self) -> str:
        """``pass``, ``blocked``, or ``inconclusive`` where evidence is missing: never a pass without any."""
        return "blocked" if self.broken else "inconclusive" if self.missing else "pass"


def judge(runs: Sequence[RunResult], objective: Objective) -> Judgement:
    """The verdict on independent `runs` of one scenario.

    The attainment has to hold at the lower end of its 95 % confidence interval (with one run: by itself).
    """
    attained = interval([run.attainment_ratio for run in runs])
    windows = interval([run.windows_ratio for run in runs])
    broken, missing = [], []
    low = attained.mean if math.isnan(attained.half_width) else attained.low
    if math.isnan(attained.mean):
        missing.append("no request was answered")
    elif low < objective.attainment_ratio:
        width = "" if math.isnan(attained.half_width) else f" ± {attained.half_width:.2%}"
        tried, parked = (sum(run.total(each) for run in runs) for each in (kernel.OFFERED, kernel.UNREACHED))
        nobody = f"; {parked / (tried + parked):.1%} of the attempts found the stack parked" if parked else ""
        broken.append(
            f"{attained.mean:.2%}{width} of the answers within budget, {objective.attainment_ratio:.2%} wanted{nobody}"
        )
    if math.isnan(windows.mean):
        missing.append("no p95 window had requests enough to be judged")
    elif windows.mean < objective.windows_ratio:
        broken.append(f"{1 - windows.mean:.1%} of the p95 windows over the limit")
    return Judgement(attained, windows, tuple(broken), tuple(missing))
