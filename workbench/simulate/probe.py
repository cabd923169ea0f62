"""What a probe from outside would cost, where too few requests reach a p95 alarm."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Final

from cost.catalogue import Catalogue
from cost.uptime import MONTH_HOURS

OPTIONS: Final = 2
"""Of the health check, each at a price: HTTPS, and a request every 10 s."""


def probe_price(region: str, pace: Sequence[tuple[int, float, float]]) -> str | None:
    """What each kind of probe would cost; None where the Region has no price of either.

    `pace` is percent, declared and expected seconds of each step of a rollout.
    """
    prices = Catalogue(region)
    check = prices.find("route53", "health_check_aws_month")
    option = prices.find("route53", "health_check_aws_option_month")
    run = prices.find("cloudwatch", "synthetics_run")
    found = []
    if run is not None:
        seconds = sum(declared if math.isinf(expected) else expected for _, declared, expected in pace)
        steps = f"${run.cost(Decimal(round(seconds / 60))):.2f} for a rollout's steps, " if seconds else ""
        month = run.cost(60 * MONTH_HOURS)
        found.append(f"a Synthetics canary each minute, with a token ({steps}${month:.2f} for a whole month)")
    if check is not None and option is not None:
        month = check.usd + OPTIONS * option.usd
        found.append(f"a Route 53 health check over HTTPS each 10 s, without one (${month:.2f} a month)")
    return " or ".join(found) or None
