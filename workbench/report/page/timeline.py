"""A rollout as it is declared: steps, holds, the requests that each step is judged by, and what ends it early."""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Final

from cost.basis import Basis
from infra.settings import Settings
from workbench.report.page.svg import element, picture, text
from workbench.simulate.predict import Prediction

WIDTH: Final = 640.0
HEIGHT: Final = 112.0
LAST_SHARE: Final = 0.14
"""Part of the picture that the last step, which has no end, gets."""


@dataclass(frozen=True, slots=True)
class Step:
    """One step."""

    percent: int
    from_hours: float
    hold_hours: float
    """0 for the last."""
    alarm_samples: int
    """Requests in one period of the canary's p95 alarm, at the declared peak."""
    alarm_conclusive: bool
    verdict: str


@dataclass(frozen=True)
class Timeline:
    """The steps and what there is to know of them."""

    steps: tuple[Step, ...]
    notes: tuple[str, ...]

    @property
    def hours(self) -> float:
        """Length of all holds."""
        return sum(step.hold_hours for step in self.steps)


def timeline(settings: Settings, basis: Basis, prediction: Prediction | None) -> Timeline | None:
    """Timeline of the declared rollout; None for a stack without one."""
    if basis.rollout is None or basis.parked:
        return None
    per_hour = basis.traffic.monthly_requests / basis.uptime.hours if basis.uptime.hours else Decimal(0)
    samples = {one.percent: one for one in prediction.steps} if prediction is not None else {}
    needed = settings.slo.minimum_samples
    steps, start = [], 0.0
    for one in settings.rollout.steps:
        hold = one.hold_seconds / 3600
        in_hold = int(per_hour * one.percent / 100 * Decimal(hold))
        alarm = samples.get(one.percent)
        if not one.hold_seconds:
            verdict = "all traffic; the alarms go on watching"
        elif in_hold < needed:
            verdict = f"inconclusive: under {needed} requests; waits for more, and rolls back without"
        else:
            verdict = f"judged by the p95 of about {in_hold:,} requests, and by the alarms meanwhile"
        steps.append(
            Step(
                one.percent,
                start,
                hold,
                alarm.samples if alarm else 0,
                bool(alarm and alarm.conclusive),
                verdict,
            )
        )
        start += hold
    return Timeline(tuple(steps), tuple(_notes(settings, start)))


def _notes(settings: Settings, hours: float) -> list[str]:
    rollout, uptime = settings.rollout, settings.uptime
    wait = rollout.inconclusive_polls_max * rollout.poll_interval_minutes / 60
    notes = [
        f"Alarms are looked at every {rollout.poll_interval_minutes} minutes; one that rings rolls back: weights, flag "
        "and a stable fleet that is healthy and large enough.",
        f"A step without requests enough waits {wait:g} h, then rolls back. Maintenance windows stop the clock.",
        "It can be held, promoted and aborted; a pulumi up in the middle leaves the weights as they are.",
    ]
    if uptime.schedule == "sessions" and hours > uptime.hours_per_session:
        notes.insert(
            0,
            f"Its {hours:g} h are longer than a session of {uptime.hours_per_session} h: its clock stops while"
            " the stack is parked, and the next session goes on with it.",
        )
    return notes


def draw(found: Timeline) -> str:
    """The picture: one bar a step, as high as its share, as long as its hold."""
    total = found.hours or 1.0
    scale = WIDTH * (1 - LAST_SHARE) / total
    parts = []
    for step in found.steps:
        x = step.from_hours * scale
        width = step.hold_hours * scale if step.hold_hours else WIDTH - x
        height = 8 + 46 * step.percent / 100
        parts.append(element("rect", x=x, y=72 - height, width=max(width - 3, 2.0), height=height, class_="step"))
        label = f"{step.percent} %"
        parts.append(text(label, x + 2, 72 - height - 5, class_="name"))
        parts.append(text(f"{step.from_hours:g} h", x + 1, 88, class_="small"))
        if step.hold_hours:
            parts.append(text(f"hold {step.hold_hours:g} h", x + 2, 104, class_="small"))
    told = "; ".join(
        f"{step.percent} % from hour {step.from_hours:g}" + (f" for {step.hold_hours:g} h" if step.hold_hours else "")
        for step in found.steps
    )
    return picture("".join(parts), WIDTH, HEIGHT, title="Rollout", description=f"{told}.", class_="timeline")
