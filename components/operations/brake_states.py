"""What the spend brake does when it looks: hold the fleets at their minimum, let them grow again, or nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import ROUND_DOWN, Decimal
from typing import Any

from components.operations.rate_limits import RateLimits
from components.workflow.states import (
    State,
    call,
    choose,
    fail,
    machine,
    parameter_value,
    publish,
    put,
    set_parameter,
    succeed,
    when,
)

DAYS = 31
"""Days of the longest month: in a shorter one the brake is pulled a little early."""

DAY_OF_MONTH = (
    "States.MathAdd(States.StringToJson(States.Format('1{}',"
    " States.ArrayGetItem(States.StringSplit($$.State.EnteredTime, '-T'), 2))), -101)"
)
"""Day of the month, counted from 0. The 1 in front keeps 08 and 09 from being no JSON numbers."""


def allowed_spend(limit_usd: Decimal, minimum_percent: int) -> list[Decimal]:
    """US dollars that may be spent by each day of a month: what is left of the limit then pays for the rest of the
    month at the fleets' minimum, which costs `minimum_percent` of the limit a month."""
    minimum_usd = limit_usd * minimum_percent / 100
    cents = Decimal("0.01")
    return [
        max(Decimal(0), limit_usd - minimum_usd * (DAYS - day) / DAYS).quantize(cents, ROUND_DOWN)
        for day in range(1, DAYS + 1)
    ]


def definition(
    *,
    stack: str,
    budget: Mapping[str, Any],
    allowed_usd: Sequence[Decimal],
    parameter: Any,
    groups: Mapping[str, tuple[Any, int]],
    limits: RateLimits | None,
    topic_arn: Any,
) -> dict[str, Any]:
    """State machine for `budget` (in the API's words) and `groups`: fleet -> name of its group and its declared
    maximum. Values may be Pulumi outputs.

    It holds a group by giving it its present minimum as its maximum, so a canary that serves is not taken away. What
    it has done it keeps in `parameter` (``on`` or ``off``): people are told once of each change. `limits` become tight
    last, when the fleets are held and people know, and are set back before it counts as off: what fails is tried again
    by the next look.
    """
    tight = limits.tighten(then="Held") if limits else {}
    restored = limits.restore(then="Note that it is off") if limits else {}
    held, off = next(iter(tight), "Held"), next(iter(restored), "Note that it is off")
    states: dict[str, State] = {
        "Read spend": call(
            "budgets",
            "describeBudget",
            budget,
            # Text in the API reference, a number in the Java SDK, on which Step Functions rests: Format takes either.
            keep={"usd.$": "States.StringToJson(States.Format('{}', $.Budget.CalculatedSpend.ActualSpend.Amount))"},
            at="$.spend",
            then="Find day",
        ),
        "Find day": put(
            {"index.$": DAY_OF_MONTH, "allowedUsd": [float(usd) for usd in allowed_usd]},
            "$.month",
            then="Find allowance",
        ),
        "Find allowance": put(
            {"usd.$": "States.ArrayGetItem($.month.allowedUsd, $.month.index)"}, "$.allowed", then="Read brake"
        ),
        "Read brake": parameter_value(parameter, at="$.brake", then="Can the month end within it", on_error="Blind"),
        "Can the month end within it": choose(
            {"Variable": "$.spend.usd", "NumericGreaterThanPath": "$.allowed.usd", "Next": f"Read {_first(groups)}"},
            when("$.brake.value", "StringEquals", "on", f"Let {_first(groups)} grow"),
            otherwise="Within the limit",
        ),
        "Within the limit": succeed(),
        **_hold(groups),
        "Was it on": choose(when("$.brake.value", "StringEquals", "on", held), otherwise="Note that it is on"),
        "Note that it is on": set_parameter(parameter, "on", then="Announce brake"),
        "Announce brake": _announce(stack, "brake-on", topic_arn, then=held),
        **tight,
        "Held": succeed(),
        **_let_grow(groups, then=off),
        **restored,
        "Note that it is off": set_parameter(parameter, "off", then="Announce end"),
        "Announce end": _announce(stack, "brake-off", topic_arn, then="Lifted"),
        "Lifted": succeed(),
        "Blind": fail("BrakeUnknown", "the parameter that says whether the brake is on can't be read"),
    }
    return machine("Spend brake of the Plant API", "Read spend", states, timeout_seconds=900)


def _first(groups: Mapping[str, Any]) -> str:
    return next(iter(groups))


def _hold(groups: Mapping[str, tuple[Any, int]]) -> dict[str, State]:
    states: dict[str, State] = {}
    following = [f"Read {fleet}" for fleet in list(groups)[1:]] + ["Was it on"]
    for (fleet, (name, _)), then in zip(groups.items(), following, strict=True):
        at = f"$.{fleet}"
        states[f"Read {fleet}"] = call(
            "autoscaling",
            "describeAutoScalingGroups",
            {"AutoScalingGroupNames": [name]},
            keep={"minimum.$": "$.AutoScalingGroups[0].MinSize"},
            at=at,
            then=f"Hold {fleet}",
        )
        sizes = {"AutoScalingGroupName": name, "MaxSize.$": f"{at}.minimum"}
        states[f"Hold {fleet}"] = call("autoscaling", "updateAutoScalingGroup", sizes, then=then)
    return states


def _let_grow(groups: Mapping[str, tuple[Any, int]], *, then: str) -> dict[str, State]:
    afterwards = [f"Let {fleet} grow" for fleet in list(groups)[1:]] + [then]
    return {
        f"Let {fleet} grow": call(
            "autoscaling", "updateAutoScalingGroup", {"AutoScalingGroupName": name, "MaxSize": maximum}, then=following
        )
        for (fleet, (name, maximum)), following in zip(groups.items(), afterwards, strict=True)
    }


def _announce(stack: str, event: str, topic_arn: Any, *, then: str) -> State:
    subject = (
        "fleets are held at their minimum, rate limits are tight"
        if event == "brake-on"
        else "fleets may grow again, rate limits are as declared"
    )
    return publish(
        topic_arn,
        f"Plant API spend: {subject}",
        {
            "schema": 1,
            "service": "plant-api",
            "stack": stack,
            "event": event,
            "spentUsd.$": "$.spend.usd",
            "allowedUsd.$": "$.allowed.usd",
        },
        then=then,
    )
