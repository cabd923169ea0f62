"""What keeps the stack well: maintenance, the reaper, failed workflows, the budget."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from itertools import islice
from zoneinfo import ZoneInfo

import pulumi

from components.access.ci_access import CiAccess
from components.edge.firewall import Firewall
from components.operations.budget_guard import BudgetGuard, BudgetGuardArgs
from components.operations.maintenance import Maintenance, MaintenanceArgs, WindowArgs
from components.operations.maintenance_page import Page
from components.operations.maintenance_states import LentRules
from components.operations.rate_limits import RateLimits
from components.operations.reaper import Reaper, ReaperArgs, session_end_schedule
from components.operations.spend_brake import SpendBrake, SpendBrakeArgs, looking_schedule
from components.operations.workflow_failures import WorkflowFailures, WorkflowFailuresArgs
from infra.settings import Settings
from infra.settings.base import minutes_of_day
from infra.settings.maintenance import MaintenanceWindow
from infra.settings.window_checks import is_day_of, minute_of_week
from infra.stack.context import Context
from infra.stack.declared import Compute, Ground, Topics, Traffic
from infra.stack.tags import BUDGET_TAG, IDENTIFYING_TAGS

MUTED_CHECKS = ("p95-stable", "errors-stable", "errors-edge", "unhealthy-stable", "users-affected")
"""Alarms that call people, and are muted during maintenance; those of scaling and rollback never are."""

A_MONDAY = datetime(2024, 1, 1)  # noqa: DTZ001 - wall-clock time in the zone of the windows, not an instant


def maintenance(
    context: Context, ground: Ground, page: Page | None, lent_rules: LentRules | None, traffic: Traffic | None
) -> Maintenance:
    """Windows and their notices."""
    maintenance = context.settings.maintenance
    names = traffic.alarms.names if traffic else {}
    return Maintenance(
        f"{context.name}-maintenance",
        MaintenanceArgs(
            account_id=context.account_id,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=ground.logs.arns["maintenance"],
            parameter_name=context.names.parameter("maintenance"),
            time_zone=maintenance.time_zone,
            windows=windows(context.settings, context.now),
            notice_hours=maintenance.notice_hours,
            topic_arn=ground.topics.notices,
            page=page,
            lent_rules=lent_rules,
            muted_alarm_names=[names[check] for check in MUTED_CHECKS if check in names],
            mute_rule_prefix=context.names.slug,
        ),
        context.child,
    )


def windows(settings: Settings, now: datetime) -> list[WindowArgs]:
    """Maintenance windows; of a weekly one, its start in some week.

    One that is over is left out with a warning: AWS takes no schedule in the past, and each new session would have
    to make its mute rule again.
    """
    found = []
    for window in settings.maintenance.windows:
        end = end_of(window, settings)
        if end is not None and end <= now:
            pulumi.log.warn(f"maintenance window {window.name} is over; take it out of plant:maintenance.windows")
            continue
        found.append(
            WindowArgs(
                name=window.name,
                starts_at=window.starts_at
                or A_MONDAY + timedelta(weeks=(window.week_of_month or 1) - 1, minutes=minute_of_week(window)),
                weekly=window.starts_at is None,
                duration_minutes=window.duration_minutes,
                reason=window.reason,
                week_of_month=window.week_of_month,
                next_starts=next_starts(window, settings, now) if window.week_of_month else (),
                notices_past=[hours for hours, moment in notices_of(window, settings) if moment <= now],
                has_begun=(start := start_of(window, settings)) is not None and start <= now,
            )
        )
    return found


MUTED_AHEAD = 12
"""Windows of a monthly one that are muted, one in each month of the calendar: a mute rule's cron knows no n-th weekday
(CloudWatch API reference, "Schedule")."""


def next_starts(window: MaintenanceWindow, settings: Settings, now: datetime) -> list[datetime]:
    """Local starts of the next windows of a monthly one that are not over at `now`."""
    start = time.fromisoformat(window.time or "00:00")
    today = now.astimezone(ZoneInfo(settings.maintenance.time_zone)).date()
    days = (today + timedelta(days=offset) for offset in range(-1, 31 * (MUTED_AHEAD + 1)))
    starts = (datetime.combine(day, start) for day in days if is_day_of(window, day))
    return list(islice((start for start in starts if _end(window, start, settings) > now), MUTED_AHEAD))


def notices_of(window: MaintenanceWindow, settings: Settings) -> list[tuple[int, datetime]]:
    """Hours ahead, and the moment, of each notice of a window on a date; empty for one that comes back."""
    if window.starts_at is None:
        return []
    return [
        (hours, _moment(window.starts_at, timedelta(hours=-hours), settings))
        for hours in settings.maintenance.notice_hours
    ]


def start_of(window: MaintenanceWindow, settings: Settings) -> datetime | None:
    """When `window` begins; None for one that comes back."""
    return None if window.starts_at is None else _moment(window.starts_at, timedelta(0), settings)


def end_of(window: MaintenanceWindow, settings: Settings) -> datetime | None:
    """When `window` is over; None for one that comes back."""
    return None if window.starts_at is None else _end(window, window.starts_at, settings)


def _end(window: MaintenanceWindow, start: datetime, settings: Settings) -> datetime:
    return _moment(start, timedelta(minutes=window.duration_minutes), settings)


def _moment(start: datetime, offset: timedelta, settings: Settings) -> datetime:
    """So long after a local start, or before it."""
    try:
        return (start + offset).replace(tzinfo=ZoneInfo(settings.maintenance.time_zone)).astimezone(UTC)
    except OverflowError:  # within days of an end of the calendar
        return datetime.max.replace(tzinfo=UTC) if offset > timedelta(0) else datetime.min.replace(tzinfo=UTC)


def next_effect_of_the_clock(settings: Settings, now: datetime) -> datetime | None:
    """First moment after `now` from which the same settings declare something else; None where there is none."""
    windows = settings.maintenance.windows
    ends = [moment for of in (start_of, end_of) for window in windows if (moment := of(window, settings)) is not None]
    ends += [  # the mute rule of this month moves on to the next year
        _end(window, next_starts(window, settings, now)[0], settings) for window in windows if window.week_of_month
    ]
    ends += [moment for window in windows for _, moment in notices_of(window, settings)]
    return min((end for end in ends if end > now), default=None)


def ending_schedule(settings: Settings, name: str) -> str | None:
    """Logical name of the schedule that ends the sessions of the stack's root `name`; None where nothing does."""
    return session_end_schedule(_reaper_name(name)) if settings.uptime.schedule == "sessions" else None


def braking_schedule(settings: Settings, name: str) -> str | None:
    """Logical name of the schedule that looks at the spend of the stack's root `name`; None where nothing does."""
    return looking_schedule(_brake_name(name)) if settings.has_brake and not settings.uptime.parked else None


def _brake_name(name: str) -> str:
    return f"{name}-brake"


def _reaper_name(name: str) -> str:
    return f"{name}-reaper"


def reaper(context: Context, ground: Ground) -> Reaper | None:
    """What ends the sessions of a scheduled stack."""
    uptime = context.settings.uptime
    if uptime.schedule != "sessions":
        return None
    return Reaper(
        _reaper_name(context.name),
        ReaperArgs(
            stack=context.stack,
            account_id=context.account_id,
            region=context.settings.region,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=ground.logs.arns["reaper"],
            topic_arn=ground.topics.alerts,
            tags={key: context.tags[key] for key in IDENTIFYING_TAGS},
            dashboard_name=context.names.dashboard,
            session_days=uptime.session_days,
            session_start_minute=minutes_of_day(uptime.session_start),
            session_minutes=uptime.session_minutes,
            late_minutes=uptime.late_minutes,
            time_zone=uptime.time_zone,
            every_hours=uptime.reaper_every_hours,
        ),
        context.child,
    )


def workflow_failures(
    context: Context, topics: Topics, maintenance: Maintenance, watchers: Sequence[Reaper | SpendBrake]
) -> None:
    """Operators hear of failed maintenance, reaping and braking; a failed rollout rolls back and tells by itself."""
    arns = [maintenance.state_machine_arn, *(watcher.state_machine_arn for watcher in watchers)]
    WorkflowFailures(
        f"{context.name}-workflows",
        WorkflowFailuresArgs(state_machine_arns=arns, topic_arn=topics.alerts),
        context.child,
    )


def spend_brake(
    context: Context, ground: Ground, budget: BudgetGuard, compute: Compute | None, firewall: Firewall | None
) -> SpendBrake | None:
    """What holds the fleets at their minimum, and callers at tight limits, while the budget can't pay for more."""
    settings = context.settings
    if compute is None or not settings.has_brake:
        return None
    return SpendBrake(
        _brake_name(context.name),
        SpendBrakeArgs(
            stack=context.stack,
            account_id=context.account_id,
            region=settings.region,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=ground.logs.arns["brake"],
            topic_arn=ground.topics.alerts,
            parameter_name=context.names.parameter("brake"),
            budget_name=budget.budget_name,
            monthly_limit_usd=settings.budget.monthly_limit_usd,
            minimum_percent=settings.budget.brake_minimum_percent,
            every_hours=settings.budget.brake_every_hours,
            groups={fleet: (name, settings.fleet.max_size) for fleet, name in compute.group_names.items()},
            limits=_rate_limits(settings, firewall),
        ),
        context.child,
    )


def _rate_limits(settings: Settings, firewall: Firewall | None) -> RateLimits | None:
    if firewall is None or firewall.rule_group is None:
        return None
    return RateLimits(group=firewall.rule_group, tight_percent=settings.budget.brake_rate_percent)


def budget_guard(context: Context, topics: Topics, ci: CiAccess) -> BudgetGuard:
    """The budget, which restrains the deploying role when it is spent."""
    budget = context.settings.budget
    return BudgetGuard(
        f"{context.name}-budget",
        BudgetGuardArgs(
            account_id=context.account_id,
            monthly_limit_usd=budget.monthly_limit_usd,
            tag=(BUDGET_TAG, context.tags[BUDGET_TAG]),
            notice_percents=budget.notice_percents,
            action_percent=budget.action_percent,
            emails=context.settings.platform.operator_emails,
            topic_arn=topics.alerts,
            path=context.names.restraint_path,
            policy_name=context.names.restraint_policy,
            restrained_role_name=ci.deploy_role_name,
            restrained_role_arn=ci.deploy_role_arn,
        ),
        context.child,
    )
