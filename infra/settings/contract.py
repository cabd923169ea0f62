"""``plant:contract``: what the API promises, and what the application reads from the contract parameter."""

from __future__ import annotations

from pydantic import Field

from infra.settings.base import Group


class ContractSettings(Group):
    """Limits of the Plant API."""

    response_budget_ms: int = Field(
        default=100, ge=10, le=10_000, description="A call ends within this time (ms, 10 to 10,000)."
    )
    database_query_limit_ms: int = Field(
        default=30, ge=1, le=5_000, description="A database query is given up after this time (ms, 1 to 5,000)."
    )
    cache_ttl_seconds: int = Field(
        default=600,
        ge=0,
        le=86_400,
        description="Age at which a cached answer expires (s, up to 86,400); an update invalidates it at once.",
    )
    page_size_max: int = Field(default=50, ge=1, le=999, description="Items on one page at most (1 to 999).")
    body_size_max_kib: int = Field(
        default=8,
        ge=1,
        le=8,
        description="Largest request body (KiB, 1 to 8: behind a load balancer WAF inspects no more).",
    )
