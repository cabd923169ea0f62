"""Auto-scaling instances that run the API; one class for the stable and the canary fleet."""

from __future__ import annotations

import math
from collections.abc import Sequence
from decimal import Decimal
from typing import Any

import pulumi
import pulumi_aws as aws

from components.fleet import user_data
from components.fleet.fleet_args import FleetArgs, SpikeArgs

ROOT_DEVICE = "/dev/xvda"
"""Root device of Amazon Linux images."""

LAUNCH_MINUTES = 10
"""Time in which a zone gives instances: the provider's own patience."""

LAUNCH_HOOK = "launch"
"""Hook that an instance completes when it answers: without one its pool stops it in the middle of its first start
(EC2 Auto Scaling guide, "Use lifecycle hooks with a warm pool", read 2026-11)."""
SHORTEST_HOOK_SECONDS = 30
"""Least heartbeat timeout of a lifecycle hook (PutLifecycleHook)."""

MOST_HEALTHY_PERCENT = 110
"""Most instances of a fleet while Auto Scaling replaces some, in per cent of those it is to have, launching before it
terminates: one at a time up to ten, the margin that AWS takes by itself to even out zones."""


class Fleet(pulumi.ComponentResource):
    """Spot-first group of hardened arm64 instances that scales on requests per target.

    Target tracking follows the load; step scaling asks for instances one to two minutes after a spike began (a
    period of its metric, and the metric's delay). Both change the desired capacity, which Pulumi therefore ignores.
    Creates: launch template, auto-scaling group, lifecycle hook, scaling policies, spike alarm, scheduled actions.
    """

    group_name: pulumi.Output[str]
    """Name of the auto-scaling group."""
    spike_alarm_arn: pulumi.Output[str] | None
    """ARN of the alarm on load spikes; None where spikes are left to target tracking."""

    def __init__(self, name: str, args: FleetArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Fleet", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        template = self._launch_template(name, args)
        group = self._group(name, args, template)
        self.group_name = group.name
        aws.autoscaling.LifecycleHook(
            f"{name}-drain",
            autoscaling_group_name=group.name,
            lifecycle_transition="autoscaling:EC2_INSTANCE_TERMINATING",
            heartbeat_timeout=args.drain_seconds,
            default_result="CONTINUE",
            opts=child,
        )
        if args.warm_pool_size:
            # The same as the group's own: that one is there before the first instance, this one on a group that
            # existed without a pool.
            aws.autoscaling.LifecycleHook(
                f"{name}-launch", autoscaling_group_name=group.name, **_launch_hook(args), opts=child
            )
        aws.autoscaling.Policy(
            f"{name}-track-requests",
            autoscaling_group_name=group.name,
            policy_type="TargetTrackingScaling",
            target_tracking_configuration={
                "target_value": float(args.requests_per_target_per_minute),
                "predefined_metric_specification": {
                    "predefined_metric_type": "ALBRequestCountPerTarget",
                    "resource_label": args.request_label,
                },
            },
            opts=child,
        )
        self.spike_alarm_arn = None if args.spike is None else self._answer_spikes(name, args, group, args.spike)
        for size in args.scheduled_sizes:
            aws.autoscaling.Schedule(
                f"{name}-{size.name}",
                scheduled_action_name=size.name,
                autoscaling_group_name=group.name,
                recurrence=size.cron,
                time_zone=size.time_zone,
                min_size=size.min_size,
                max_size=size.max_size,
                desired_capacity=-1,  # stays as it is, within the bounds; left out, the provider sends 0
                opts=child,
            )
        self.register_outputs({"groupName": self.group_name, "spikeAlarmArn": self.spike_alarm_arn})

    def _answer_spikes(
        self, name: str, args: FleetArgs, group: aws.autoscaling.Group, spike: SpikeArgs
    ) -> pulumi.Output[str]:
        """Ask for instances after one minute of a spike: target tracking takes three."""
        child = pulumi.ResourceOptions(parent=self)
        policy = aws.autoscaling.Policy(
            f"{name}-answer-spike",
            autoscaling_group_name=group.name,
            policy_type="StepScaling",
            adjustment_type="PercentChangeInCapacity",
            min_adjustment_magnitude=1,
            metric_aggregation_type="Average",
            step_adjustments=[
                {
                    "metric_interval_lower_bound": "0",
                    "metric_interval_upper_bound": str(spike.requests_per_target_per_minute),
                    "scaling_adjustment": 50,
                },
                # Twice the threshold and more.
                {
                    "metric_interval_lower_bound": str(spike.requests_per_target_per_minute),
                    "scaling_adjustment": 100,
                },
            ],
            opts=child,
        )
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-traffic-spike",
            alarm_description="Requests per target are far above the tracked value: instances are added at once",
            namespace="AWS/ApplicationELB",
            metric_name="RequestCountPerTarget",
            dimensions={"TargetGroup": spike.target_group_suffix, "LoadBalancer": spike.load_balancer_suffix},
            statistic="Sum",
            period=60,
            evaluation_periods=1,
            comparison_operator="GreaterThanThreshold",
            threshold=float(spike.requests_per_target_per_minute),
            treat_missing_data="notBreaching",
            alarm_actions=[policy.arn, spike.alert_topic_arn],
            opts=child,
        )
        return pulumi.Output.from_input(alarm.arn)

    def _launch_template(self, name: str, args: FleetArgs) -> aws.ec2.LaunchTemplate:
        tags = {**args.tags, "Name": name}
        return aws.ec2.LaunchTemplate(
            f"{name}-template",
            description="An instance of the Plant API",
            image_id=f"resolve:ssm:{args.image_parameter}",
            instance_type=args.instance_types[0],
            iam_instance_profile={"arn": args.instance_profile_arn},
            metadata_options={
                "http_endpoint": "enabled",
                "http_tokens": "required",
                "http_put_response_hop_limit": 1,
                "instance_metadata_tags": "enabled",
            },
            monitoring={"enabled": False},  # $2.10 an instance and month; scaling follows request counts
            credit_specification=_credits(args.instance_types),
            block_device_mappings=[
                {
                    "device_name": ROOT_DEVICE,
                    "ebs": {
                        "volume_size": args.root_volume_gib,
                        "volume_type": "gp3",
                        "encrypted": "true",
                        "delete_on_termination": "true",
                    },
                }
            ],
            network_interfaces=[
                {
                    "associate_public_ip_address": "false",
                    "security_groups": [args.security_group_id],
                    "delete_on_termination": "true",
                }
            ],
            tag_specifications=[
                {"resource_type": kind, "tags": tags} for kind in ("instance", "volume", "network-interface")
            ],
            user_data=pulumi.Output.all(environment=dict(args.environment), log_group=args.log_group_name).apply(
                lambda known: user_data.render(
                    environment=known["environment"],
                    image=args.container_image,
                    region=args.region,
                    log_group=known["log_group"],
                    drain_seconds=args.drain_seconds,
                    lifetime_days=args.max_instance_lifetime_days,
                    launch_hook=(LAUNCH_HOOK, args.health_check_path) if args.warm_pool_size else None,
                )
            ),
            update_default_version=True,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _group(self, name: str, args: FleetArgs, template: aws.ec2.LaunchTemplate) -> aws.autoscaling.Group:
        ignored = ["desiredCapacity", *(["minSize"] if args.size_set_by_rollout else [])]
        warm_pool: dict[str, Any] = {}
        if args.warm_pool_size:
            warm_pool["warm_pool"] = {
                "pool_state": "Stopped",
                "min_size": args.warm_pool_size,
                "max_group_prepared_capacity": args.max_size,
                "instance_reuse_policy": {"reuse_on_scale_in": True},
            }
            warm_pool["initial_lifecycle_hooks"] = [_launch_hook(args)]
        return aws.autoscaling.Group(
            group_name(name),
            vpc_zone_identifiers=list(args.subnet_ids),
            min_size=args.min_size,
            max_size=args.max_size,
            desired_capacity=args.desired_capacity,
            mixed_instances_policy={
                "instances_distribution": {
                    "on_demand_base_capacity": args.on_demand_base_capacity,
                    "on_demand_percentage_above_base_capacity": args.on_demand_percent_above_base,
                    "on_demand_allocation_strategy": "prioritized",
                    # Capacity first, and among equals the cheap types that come first in the list.
                    "spot_allocation_strategy": "capacity-optimized-prioritized",
                    "spot_max_price": _price(args.spot_max_usd_per_hour),
                },
                "launch_template": {
                    "launch_template_specification": {
                        "launch_template_id": template.id,
                        # A number and not $Latest: only then does a new version start an instance refresh.
                        "version": template.latest_version.apply(str),
                    },
                    "overrides": [{"instance_type": instance_type} for instance_type in args.instance_types],
                },
            },
            target_group_arns=[args.target_group_arn],
            health_check_type="ELB",
            health_check_grace_period=args.health_check_grace_seconds,
            default_instance_warmup=args.warm_up_seconds,
            capacity_rebalance=True,
            max_instance_lifetime=args.max_instance_lifetime_days * 86_400,
            instance_maintenance_policy={"min_healthy_percentage": 100, "max_healthy_percentage": MOST_HEALTHY_PERCENT},
            instance_refresh={
                "strategy": "Rolling",
                "preferences": {
                    # AWS rolls no refresh back whose image is a Parameter Store parameter. An alarm stops it; the way
                    # back is to declare the earlier image again.
                    "auto_rollback": False,
                    "min_healthy_percentage": 100,
                    "max_healthy_percentage": MOST_HEALTHY_PERCENT,
                    "instance_warmup": str(args.warm_up_seconds),
                    "alarm_specification": {"alarms": list(args.rollback_alarm_names)},
                },
            },
            enabled_metrics=["GroupInServiceInstances", "GroupDesiredCapacity", "GroupPendingInstances"],
            metrics_granularity="1Minute",
            # Spot is refused now and then, and the group asks again, also for another type: only the time that it
            # takes decides. Otherwise the provider gives up at the first failed launch.
            ignore_failed_scaling_activities=True,
            wait_for_capacity_timeout=f"{_wait_minutes(args)}m",
            tags=[
                {"key": key, "value": value, "propagate_at_launch": False}  # the launch template tags instances
                for key, value in sorted({**args.tags, "Name": name}.items())
            ],
            **warm_pool,
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=ignored,
                custom_timeouts=pulumi.CustomTimeouts(
                    create=f"{_wait_minutes(args) + 5}m", update=f"{_wait_minutes(args) + 5}m", delete="20m"
                ),
            ),
        )


def group_name(name: str) -> str:
    """Logical name of the scaling group of the fleet `name`, with which its physical name begins."""
    return f"{name}-group"


def _launch_hook(args: FleetArgs) -> dict[str, Any]:
    return {
        "name": LAUNCH_HOOK,
        "lifecycle_transition": "autoscaling:EC2_INSTANCE_LAUNCHING",
        "heartbeat_timeout": max(args.health_check_grace_seconds, SHORTEST_HOOK_SECONDS),
        "default_result": "ABANDON",
    }


def _wait_minutes(args: FleetArgs) -> int:
    """How long to wait for the first instances: where a hook holds them back until they answer, longer than it does."""
    held = math.ceil(_launch_hook(args)["heartbeat_timeout"] / 60) if args.warm_pool_size else 0
    return LAUNCH_MINUTES + held


def _price(usd_per_hour: Decimal | None) -> str | None:
    """Dollars as Auto Scaling reads them: digits only, no exponent."""
    return None if usd_per_hour is None else f"{usd_per_hour:f}"


def _credits(instance_types: Sequence[str]) -> dict[str, str] | None:
    """Standard credits, since unlimited ones have no upper bound in money; only T instances take a choice at all."""
    burstable = all(instance_type.startswith("t") for instance_type in instance_types)
    return {"cpu_credits": "standard"} if burstable else None
