"""What the budget rules say when a stack costs too much, and the stacks of their examples."""

from __future__ import annotations

from collections import defaultdict
from decimal import Decimal
from typing import TYPE_CHECKING, Final

from policies.errors import InputError

if TYPE_CHECKING:
    from policies.cost import Estimate
    from policies.rule import Context, Example

FREE_STACK: Final[Example] = {"parameter": ("aws:ssm/parameter:Parameter", {"type": "String", "value": "x"})}
EXPENSIVE_STACK: Final[Example] = {
    "alb": ("aws:lb/loadBalancer:LoadBalancer", {"loadBalancerType": "application"}),
    "nat": ("aws:ec2/natGateway:NatGateway", {}),
}
MOST_DRIVERS: Final = 3
"""Resources that a message names; the cost report has them all."""


def priced(context: Context) -> Estimate | None:
    """The estimate; None when the stack can't be priced at all, which one rule reports for all three."""
    try:
        return context.estimate
    except InputError:
        return None


def over_budget(which: str, figure: str, estimate: Estimate) -> str:
    """Says by how much the dollars in `figure` exceed the budget, what drives them, and what brings them back."""
    cost_usd: Decimal = estimate.expected_usd if figure == "monthly_usd" else estimate.worst_case_usd
    over = cost_usd - estimate.budget_usd
    return (
        f"{which} ${cost_usd:.2f} a month is ${over:.2f} over the budget of ${estimate.budget_usd:.2f}; "
        f"driven by {_drivers(estimate, figure)}; {_way_back(estimate)}"
    )


def _drivers(estimate: Estimate, figure: str) -> str:
    by_resource: dict[str, Decimal] = defaultdict(Decimal)
    for line in estimate.charges:
        by_resource[line.name] += estimate.net_usd(line, figure)
    largest = sorted(by_resource.items(), key=lambda item: (-item[1], item[0]))[:MOST_DRIVERS]
    return ", ".join(f"{name} ${cost:.2f}" for name, cost in largest if cost > 0) or "nothing that has a price"


def _way_back(estimate: Estimate) -> str:
    if estimate.hours_bought > 0:
        return (
            f"at the expected use the budget buys {estimate.hours_bought:.1f} hours a month and "
            f"{estimate.uptime_hours:.1f} are counted: declare fewer hours, take smaller types or a lower "
            "maxSize, or share the platform's load balancer, web ACL and cache"
        )
    return "what is billed around the clock alone exceeds the budget: drop it or share the platform's"
