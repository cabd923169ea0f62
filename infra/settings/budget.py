"""``plant:budget``: what the stack may cost."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from infra.settings.base import Group


class BudgetSettings(Group):
    """The share of the story's money that this stack may spend. The policy pack holds the limit above it."""

    total_monthly_usd: Decimal = Field(
        default=Decimal("20.00"), gt=0, le=1_000_000, decimal_places=2, description="Whole budget (US$ a month)."
    )
    share_percent: Decimal = Field(
        default=Decimal(25), gt=0, le=100, description="Share of the whole budget that is this stack's (%)."
    )
    allowances: Decimal = Field(
        default=Decimal(1),
        ge=0,
        le=1,
        description=(
            "Share of the account's always-free allowances that this stack counts on (0 to 1). They are the account's,"
            " not the stack's: 1 is right for a stack that is alone in its account."
        ),
    )
    notice_percents: tuple[int, ...] = Field(
        default=(50, 80, 100),
        min_length=1,
        max_length=4,
        description="Shares of the limit (%) at which actual spend is reported by mail and topic.",
    )
    action_percent: int = Field(
        default=100, ge=50, le=100, description="Share of the limit (%) at which new capacity is denied (50 to 100)."
    )
    brake_every_hours: int = Field(
        default=6,
        ge=1,
        le=12,
        description=(
            "How often the spend brake of an always-on stack looks at the month's spend (h, 1 to 12). AWS reports it 8"
            " to 12 h late; both are in the worst case."
        ),
    )
    brake_minimum_percent: int = Field(
        default=97,
        ge=1,
        le=100,
        description=(
            "Share of the limit (%) that a month with the fleets at their minimum costs: the floor of the preview. The"
            " brake is pulled when what is left pays for just that."
        ),
    )

    brake_rate_percent: int = Field(
        default=20,
        ge=1,
        le=100,
        description=(
            "Share of each rate limit of a shared stack's rule group that remains while the spend brake is on (%); 100"
            " leaves them."
        ),
    )

    @property
    def monthly_limit_usd(self) -> Decimal:
        """US$ that this stack may cost a month: its share of the whole budget."""
        return (self.total_monthly_usd * self.share_percent / 100).quantize(Decimal("0.01"))
