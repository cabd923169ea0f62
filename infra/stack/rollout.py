"""The feature flag, and the rollout that switches it."""

from __future__ import annotations

import math

import pulumi

from components.operations.maintenance import Maintenance
from components.rollout.canary_rollout import CanaryRollout, CanaryRolloutArgs, SessionsArgs
from components.rollout.feature_flag import FeatureFlag, FeatureFlagArgs
from components.rollout.progress import RolloutProgress, RolloutProgressArgs
from infra.rollout_pace import step_seconds, told
from infra.settings import Settings
from infra.settings.base import minutes_of_day
from infra.stack.context import Context
from infra.stack.declared import Compute, Ground, Release, Traffic
from infra.stack.edge import routes
from infra.stack.observability import slo_alarms_name

ROLLBACK_CHECKS = ("p95-canary", "errors-canary")
"""Alarms that end a rollout."""
HOURS_PER_MONTH = 730


def release(context: Context, kms_key_arn: pulumi.Input[str]) -> Release:
    """What of a rollout outlives a session: the flag that it switches, and how far it is."""
    rollout = context.settings.rollout
    sessions = context.settings.uptime.schedule == "sessions"
    progress = (
        RolloutProgress(
            f"{context.name}-progress",
            RolloutProgressArgs(parameter_name=context.names.parameter("rollout-progress")),
            context.child,
        )
        if sessions
        else None
    )
    flag = FeatureFlag(
        f"{context.name}-flag",
        FeatureFlagArgs(
            flag_name=rollout.flag_name,
            percents=[step.percent for step in rollout.steps],
            stack=context.stack,
            kms_key_arn=kms_key_arn,
            parked=context.settings.uptime.parked,
        ),
        context.child,
    )
    return Release(flag=flag, progress=progress)


def rollback_alarms(name: str) -> list[str]:
    """Logical names of the alarms that end a rollout of the stack with the root component `name`."""
    return [f"{slo_alarms_name(name)}-{check}" for check in ROLLBACK_CHECKS]


def canary_rollout(
    context: Context,
    ground: Ground,
    traffic: Traffic,
    compute: Compute,
    release: Release,
    maintenance: Maintenance,
) -> CanaryRollout:
    """The canary rollout."""
    settings, rollout = context.settings, context.settings.rollout
    progress = release.progress
    _tell_expected_length(settings)
    component = CanaryRollout(
        f"{context.name}-rollout",
        CanaryRolloutArgs(
            stack=context.stack,
            account_id=context.account_id,
            region=settings.region,
            kms_key_arn=ground.kms_key_arn,
            log_group_arn=ground.logs.arns["rollout"],
            control_parameter_name=context.names.parameter("rollout"),
            before_parameter_name=context.names.parameter("rollout-before"),
            sessions=_sessions(settings, progress),
            maintenance_parameter_name=maintenance.parameter_name,
            steps=[(step.percent, step.hold_seconds) for step in rollout.steps],
            poll_seconds=rollout.poll_seconds,
            unclear_polls_max=rollout.inconclusive_polls_max,
            minimum_samples=settings.slo.minimum_samples,
            p95_threshold_ms=settings.slo.p95_threshold_ms,
            rule_arns=traffic.split.rule_arns,
            routes=routes(settings),
            target_group_arns=traffic.split.target_group_arns,
            target_group_suffixes=traffic.split.target_group_suffixes,
            load_balancer_suffix=traffic.door.load_balancer_suffix,
            sizing=compute.sizing,
            alarm_names=[traffic.alarms.names[check] for check in ROLLBACK_CHECKS],
            alarm_arns=[traffic.alarms.arns[check] for check in ROLLBACK_CHECKS],
            failure_percent_max=settings.slo.server_error_threshold_percent,
            flag=release.flag,
            topic_arn=ground.topics.notices,
            operator_topic_arn=ground.topics.alerts,
        ),
        context.child,
    )
    context.exports.update(
        {
            "rolloutStateMachine": component.state_machine_arn,
            "rolloutControl": component.control_parameter_name,
        }
    )
    return component


def _sessions(settings: Settings, progress: RolloutProgress | None) -> SessionsArgs | None:
    if progress is None:
        return None
    uptime = settings.uptime
    hour, minute = divmod(minutes_of_day(uptime.session_start), 60)
    return SessionsArgs(
        progress_parameter_name=progress.parameter_name,
        progress_parameter_arn=progress.parameter_arn,
        start_expression=f"cron({minute} {hour} ? * {','.join(uptime.session_days)} *)",
        time_zone=uptime.time_zone,
    )


def _tell_expected_length(settings: Settings) -> None:
    """Say what the steps last at the average load, where that is not what is declared."""
    uptime, usage, rollout = settings.uptime, settings.usage, settings.rollout
    in_sessions = uptime.schedule == "sessions"
    hours = uptime.sessions_per_month * uptime.session_minutes / 60 if in_sessions else HOURS_PER_MONTH
    mean_rps = usage.monthly_requests / hours / 3600
    polls = (float(rollout.poll_seconds), rollout.inconclusive_polls_max)
    steps = [
        (
            step.percent,
            float(step.hold_seconds),
            step_seconds(step.percent, step.hold_seconds, mean_rps, settings.slo.minimum_samples, polls),
        )
        for step in rollout.steps
        if step.hold_seconds
    ]
    if any(declared != expected for _, declared, expected in steps):
        pulumi.log.warn(
            f"plant:rollout.steps of {pulumi.get_stack()}: at the average load of {mean_rps:.2g} requests/s"
            f" (plant:usage.monthly_requests) a step takes {settings.slo.minimum_samples} requests to the"
            f" canary: {told(steps)}"
        )
    total = sum(expected for *_, expected in steps) / 3600
    session = uptime.session_minutes / 60
    if in_sessions and session < total < math.inf:
        pulumi.log.info(
            f"plant:rollout.steps: a rollout takes {total:g} h of sessions, {math.ceil(total / session)} of"
            f" {session:g} h (plant:uptime): its clock stops while the stack is parked, and the next session goes on"
        )
