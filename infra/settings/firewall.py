"""``plant:firewall``: WAF rules. A dedicated stack has a web ACL; a shared one adds a rule group to the platform's."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.settings.base import Group, LogRetentionDays

MOST_IN_A_WINDOW = 100_000
"""Requests that a single client can still reach; the policy waf-rate-limit blocks more (AWS allows 2,000,000,000)."""

LEAST_IN_A_WINDOW = 10
"""Smallest limit of a rate rule (API reference of AWS WAF, RateBasedStatement, 2026-11)."""


class FirewallSettings(Group):
    """Rate limits, and what a shared stack adds to the platform's rules."""

    requests_per_ip: int = Field(
        default=1_000,
        ge=LEAST_IN_A_WINDOW,
        le=MOST_IN_A_WINDOW,
        description="Requests of one IP address in a window before status 429.",
    )
    requests_per_user: int = Field(
        default=600,
        ge=LEAST_IN_A_WINDOW,
        le=MOST_IN_A_WINDOW,
        description="Requests of one user in a window before status 429.",
    )
    requests_per_heavy_path: int = Field(
        default=100,
        ge=LEAST_IN_A_WINDOW,
        le=MOST_IN_A_WINDOW,
        description="Requests of one IP address to heavy paths in a window.",
    )
    heavy_path_prefix: str = Field(
        default="/v1/reports", pattern=r"^/[A-Za-z0-9/_.-]{0,99}$", description="Paths that cost most to answer."
    )
    window_seconds: Literal[60, 120, 300, 600] = Field(
        default=300, description="Length of the rate windows (s; AWS allows 60, 120, 300 and 600)."
    )
    retry_after_seconds: int = Field(
        default=60, ge=1, le=3_600, description="What a refused client is told to wait (s, 1 to 3,600)."
    )
    user_header: str = Field(
        default="authorization",
        pattern=r"^[a-z][a-z0-9-]{0,63}$",
        description="Header that tells users apart: the bearer token, or an API key header such as x-api-key.",
    )
    block_hosting_providers: bool = Field(
        default=False,
        description=(
            "Whether a dedicated stack refuses the addresses of clouds and web hosts, rather than count them. Machine"
            " clients call from there, and have proved who they are."
        ),
    )
    rule_group_rules: tuple[Literal["rate-per-ip", "rate-per-user", "rate-heavy-path", "page-size"], ...] = Field(
        default=("rate-per-ip",),
        min_length=1,
        description=(
            "What a shared stack adds to the platform's web ACL, rate-per-ip at least; each is $1 a month."
            " rate-per-user counts by the token, which stands in the platform's log unless its web ACL hashes it. Page"
            " sizes are checked by free listener rules, too, which see no percent-encoded name of the parameter."
        ),
    )
    log_retention_days: LogRetentionDays = Field(
        default=365, description="How long firewall logs are kept (days, a year or more)."
    )
