"""What the estimate has to know and no resource says."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from components.rollout.states import HEALTH_CHECKS_MAX
from infra.settings import Settings
from infra.settings.cluster import ClusterSettings
from infra.stack.adjustable import adjustable

VERSION = 1
"""Raised whenever a key changes its meaning."""


def cost_basis(settings: Settings, reaper: str | None, brake: str | None) -> dict[str, Any]:
    """Output ``costBasis`` of the root component. Decimals are strings; `reaper` and `brake` are logical names of
    schedules.

    A stack that is always on has no sessions: their number and length are null.
    """
    uptime, usage, budget, rollout = settings.uptime, settings.usage, settings.budget, settings.rollout
    in_sessions = uptime.schedule == "sessions"
    return {
        "version": VERSION,
        "region": settings.region,
        "budget": {
            "monthlyLimitUsd": str(budget.monthly_limit_usd),
            "allowances": _text(budget.allowances),
        },
        "tenancy": {"kind": settings.tenancy.kind, "allocation": _allocation(settings)},
        **({"node": _node(settings.platform.cluster)} if settings.platform.cluster else {}),
        "uptime": {
            "parked": uptime.parked,
            "sessionsPerMonth": uptime.sessions_per_month if in_sessions else None,
            "hoursPerSession": _text(round(uptime.hours_per_session, 6)) if in_sessions else None,
            "leadMinutes": uptime.lead_minutes,
            "lateMinutes": uptime.late_minutes,
            "deletionMinutes": uptime.deletion_minutes,
            "reaper": reaper,
        },
        "usage": {
            "monthlyRequests": usage.monthly_requests,
            "peakRequestsPerSecond": _text(usage.peak_requests_per_second),
            "requestKb": _text(usage.request_kb),
            "responseKb": _text(usage.response_kb),
            "newConnectionsPerRequest": _text(usage.new_connections_per_request),
            "applicationLogKbPerRequest": _text(usage.application_log_kb_per_request),
            "blockedRequestRatio": _text(usage.blocked_request_ratio),
            "cacheDataGb": _text(usage.cache_data_gb),
            "cacheKbPerRequest": _text(usage.cache_kb_per_request),
            "rolloutsPerMonth": usage.rollouts_per_month,
            "noticesPerMonth": usage.notices_per_month,
            "subscribers": len(settings.maintenance.subscribers) + len(settings.platform.operator_emails),
        },
        "rollout": {
            "steps": [{"percent": step.percent, "holdSeconds": step.hold_seconds} for step in rollout.steps],
            "pollSeconds": rollout.poll_seconds,
            "startLooks": HEALTH_CHECKS_MAX,
        },
        "brake": {
            "schedule": brake,
            "everyHours": budget.brake_every_hours,
            "minimumPercent": budget.brake_minimum_percent,
        }
        if brake
        else None,
        "settings": adjustable(settings),
    }


ALLOCATION = {
    "dedicated": "Everything is charged to the stack; the always-free allowances are the account's.",
    "shared": (
        "Charged to the stack: its fleets, listener rules, target groups, WAF rule group, alarms and logs."
        " Charged to the platform: VPC, load balancer, web ACL, cache and key."
    ),
}
"""Tenancy -> what is charged to whom."""


PODS_ALLOCATION = (
    "Charged to the stack: its pods' share of the nodes, listener rules, target groups, WAF rule group, alarms and"
    " logs. Charged to the platform: the cluster's control plane ($0.10 an hour), VPC, load balancer, web ACL, cache"
    " and key."
)
"""What is charged to whom where pods run on the platform's cluster."""


def _allocation(settings: Settings) -> str:
    return PODS_ALLOCATION if settings.platform.cluster else ALLOCATION[settings.tenancy.kind]


def _node(cluster: ClusterSettings) -> dict[str, Any]:
    """The node whose price pods share."""
    price = cluster.node_usd_per_hour
    return {
        "instanceType": cluster.node_type,
        "usdPerHour": None if price is None else _text(price),
        "utilisation": _text(cluster.node_utilisation_ratio),
        "idleCharged": cluster.idle_share_charged,
    }


def _text(number: Decimal) -> str:
    return f"{number.normalize():f}"
