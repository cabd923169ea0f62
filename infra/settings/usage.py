"""``plant:usage``: the load that the owner expects; the estimate and the capacity follow from it."""

from __future__ import annotations

from decimal import Decimal

from pydantic import Field

from infra.settings.base import Group


class UsageSettings(Group):
    """Declared usage. A wrong figure here makes a wrong estimate, so each is one to measure."""

    monthly_requests: int = Field(
        default=200_000, ge=0, le=10_000_000_000, description="Requests in a month (0 to 10,000,000,000)."
    )
    peak_requests_per_second: Decimal = Field(
        default=Decimal(3), gt=0, le=100_000, description="Highest sustained load (requests per second, up to 100,000)."
    )
    request_kb: Decimal = Field(default=Decimal(1), gt=0, le=10_000, description="Mean size of a request (kB).")
    response_kb: Decimal = Field(default=Decimal(8), gt=0, le=100_000, description="Mean size of a response (kB).")
    new_connections_per_request: Decimal = Field(
        default=Decimal("0.2"), gt=0, le=1, description="New client connections per request (over 0, up to 1)."
    )
    application_log_kb_per_request: Decimal = Field(
        default=Decimal("0.5"), ge=0, le=100, description="Application log per request (kB, 0 to 100)."
    )
    blocked_request_ratio: Decimal = Field(
        default=Decimal("0.01"), ge=0, le=1, description="Requests that the firewall blocks (0 to 1)."
    )
    cache_data_gb: Decimal = Field(default=Decimal("0.01"), ge=0, le=5_000, description="Data held in the cache (GB).")
    cache_kb_per_request: Decimal = Field(
        default=Decimal(4), ge=0, le=10_000, description="Data read from or written to the cache per request (kB)."
    )
    rollouts_per_month: int = Field(default=2, ge=0, le=200, description="Canary rollouts in a month (0 to 200).")
    notices_per_month: int = Field(
        default=20, ge=0, le=100_000, description="Messages published to the notice topic in a month."
    )
