"""The feature flag, and the rollout that switches it."""

from __future__ import annotations

import pulumi

from components.operations.maintenance import Maintenance
from components.rollout.canary_rollout import CanaryRollout, CanaryRolloutArgs
from components.rollout.feature_flag import FeatureFlag, FeatureFlagArgs
from infra.settings import Settings
from infra.stack.context import Context
from infra.stack.declared import Compute, Ground, Traffic
from infra.stack.edge import routes

ROLLBACK_CHECKS = ("p95-canary", "errors-canary")
"""Alarms that end a rollout."""


def flag(context: Context, kms_key_arn: pulumi.Input[str]) -> FeatureFlag:
    """The flag that a rollout switches."""
    rollout = context.settings.rollout
    return FeatureFlag(
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


def canary_rollout(
    context: Context,
    ground: Ground,
    traffic: Traffic,
    compute: Compute,
    flag: FeatureFlag,
    maintenance: Maintenance,
) -> CanaryRollout:
    """The canary rollout."""
    settings, rollout = context.settings, context.settings.rollout
    _warn_of_short_sessions(settings)
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
            flag=flag,
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


def _warn_of_short_sessions(settings: Settings) -> None:
    uptime = settings.uptime
    hold_hours = sum(step.hold_hours or 0 for step in settings.rollout.steps)
    if uptime.schedule == "sessions" and hold_hours > uptime.hours_per_session:
        pulumi.log.info(
            f"plant:rollout.steps: a rollout takes {hold_hours:g} h and a session {uptime.hours_per_session:g} h"
            " (plant:uptime.hours_per_session): parking ends it, with the flag off and all traffic at the stable fleet"
        )
