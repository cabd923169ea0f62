"""A picture of simulated rollouts: the share of each version, what it did to requests, and the p95 that judges it."""

from __future__ import annotations

from typing import Any

import numpy as np

from workbench.simulate.kernel import Floats
from workbench.simulate.picture.canvas import (
    Frame,
    Line,
    draw_line,
    legend,
    limit,
    log_time_axis,
    paint,
)
from workbench.simulate.rollout import CANARIES, GATES, Comparison
from workbench.simulate.rollout_report import verdict


def draw_rollouts(found: Comparison, frame: Frame) -> bytes:
    """This stack's rollout of each version, seed by seed the first. Same input, same bytes."""
    theme, gate = frame.colours, next(iter(GATES))
    first = {canary.name: found.rollouts[gate, canary.name][0] for canary in CANARIES}
    length = max(len(each.minutes) for each in first.values()) + 1
    looks = dict(
        zip(first, ((theme.third, "-"), (theme.second, "--"), (theme.strong, "-."), (theme.bad, ":")), strict=True)
    )

    def fill(panels: Any) -> None:
        share, affected, p95 = panels
        for name, rollout in first.items():
            colour, style = looks[name]
            minutes = rollout.minutes
            # A minute more than was simulated: a version is promoted, or rolled back, where its minutes end.
            weight = _weights(rollout.steps, rollout.outcome, rollout.ended, len(minutes) + 1)
            later = np.arange(1, len(weight) + 1, dtype=float)
            told = f"{name}: {rollout.outcome}"
            share.plot(later, weight, color=colour, linestyle=style, linewidth=1.8, drawstyle="steps-pre", label=told)
            share.plot(later[-1:], weight[-1:], color=colour, marker="o", markersize=4, clip_on=False)
            times = later[:-1]
            running = np.cumsum(minutes[:, 1])
            draw_line(affected, times, Line(name, style, colour, running))
            affected.plot(times[-1:], running[-1:], color=colour, marker="o", markersize=4, clip_on=False)
            looked, so_far = np.array(rollout.looks).reshape(-1, 2).T
            draw_line(p95, looked, Line(name, style, colour, so_far))
            p95.plot(looked[-1:], so_far[-1:], color=colour, marker="o", markersize=4, clip_on=False)
        share.set_ylabel("canary, %")
        share.set_ylim(0, 105)
        affected.set_ylabel("requests affected")
        affected.set_yscale("symlog", linthresh=1)
        affected.set_ylim(0.8, 1.5 * max(10.0, *(each.affected for each in first.values())))
        affected.yaxis.set_major_formatter(lambda value, _: f"{value:,.0f}")
        p95.set_ylabel("p95 of the step, ms")
        limit(p95, found.budget_ms, f"budget {found.budget_ms:g} ms", theme)
        limit(p95, found.limit_ms, f"p95 alert {found.limit_ms:g} ms", theme, (0, (2, 2)))
        p95.set_ylim(0, 1.1 * max(p95.get_ylim()[1], found.limit_ms))
        for axes in panels:
            legend(axes, frame)
        log_time_axis(p95, float(length))  # a bad version is gone in minutes, a good one may take weeks of sessions

    # A number and its unit stay on one line.
    seeds = f"{len(found.seeds)}\u00a0seed{'s' if len(found.seeds) != 1 else ''}"
    title = (
        f"{found.stack}: rollout under {found.scenario}, {verdict(found)} over {seeds}; shown is"
        f" seed\u00a0{found.seeds[0]}; affected: attempts at the canary without a good answer within"
        f" {found.budget_ms:g}\u00a0ms"
    )
    return paint(frame, title, [1.8, 2.0, 2.0], fill)


def _weights(steps: Any, outcome: str, ended: float, length: int) -> Floats:
    """The canary's weight at the end of each minute."""
    weights = np.zeros(length)
    for step in steps:
        weights[int(step.began // 60) :] = step.percent
    if outcome == "rolled back":
        weights[min(int(ended // 60) + 1, length - 1) :] = 0
    return weights
