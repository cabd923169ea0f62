"""Valkey cache of a dedicated stack."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.network.security_groups import CACHE_PORT

GIB = 1024**3
CLUSTER_COMMANDS = "+cluster|slots +cluster|shards +cluster|nodes +cluster|keyslot +info"
"""Commands with which cluster clients begin, and serverless caches are clusters; the categories don't hold them."""


VALKEY_VERSIONS = {7: "7.2", 8: "8.0"}
"""Major version -> the first one that ElastiCache has of it: Valkey began as 7.2 (ElastiCache guide, "Engine versions
and upgrading"). Serverless caches take the major version alone."""


@dataclass(frozen=True, kw_only=True)
class CacheArgs:
    """Kind, size and access."""

    cache_name: str
    """Name of the cache, at most 40 characters."""
    engine_version: int
    """Major version of Valkey."""
    node_type: str | None
    """Type of the nodes; None: a serverless cache."""
    node_count: int
    """Nodes, the primary included."""
    data_max_gb: int
    """Most that a serverless cache stores."""
    ecpu_max_per_second: int
    """Most processing that a serverless cache does."""
    key_prefix: str
    """Prefix of the keys that the application may touch."""
    snapshot_retention_days: int
    """How long daily snapshots are kept."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Private subnets, in at least two zones."""
    security_group_id: pulumi.Input[str]
    """Who may connect."""
    kms_key_arn: pulumi.Input[str]
    """Key of the data at rest."""
    used_threshold_percent: int
    """Share of the capacity that raises an alarm."""
    alert_topic_arn: pulumi.Input[str]
    """Where alarms go."""


class Cache(pulumi.ComponentResource):
    """Encrypted cache with one user, who signs in with IAM and sees its own keys only: there is no password.

    Creates: user, user group, alarm, and a serverless cache or a subnet group with a replication group.
    """

    endpoint: pulumi.Output[str]
    """``host:port`` for TLS connections."""
    arn: pulumi.Output[str]
    """ARN of the cache."""
    user_arn: pulumi.Output[str]
    """ARN of the user."""
    alarm_arn: pulumi.Output[str]
    """ARN of the alarm on used capacity."""

    def __init__(self, name: str, args: CacheArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Cache", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        user = aws.elasticache.User(
            f"{name}-user",
            user_id=args.cache_name,
            user_name=args.cache_name,  # IAM sign-in wants both alike
            engine="valkey",
            authentication_mode={"type": "iam"},
            access_string=(
                f"on ~{args.key_prefix}* resetchannels -@all +@read +@write +@connection -@dangerous -@admin"
                f" {CLUSTER_COMMANDS}"
            ),
            opts=child,
        )
        users = aws.elasticache.UserGroup(
            f"{name}-users", user_group_id=args.cache_name, engine="valkey", user_ids=[user.user_id], opts=child
        )
        self.user_arn = user.arn
        if args.node_type is None:
            dimensions = self._serverless(name, args, users)
        else:
            dimensions = self._nodes(name, args, users, args.node_type)
        alarm = aws.cloudwatch.MetricAlarm(
            f"{name}-nearly-full",
            alarm_description="The cache will soon evict or refuse data",
            namespace="AWS/ElastiCache",
            metric_name="BytesUsedForCache" if args.node_type is None else "DatabaseMemoryUsagePercentage",
            dimensions=dimensions,
            statistic="Maximum",
            period=300,
            evaluation_periods=3,
            comparison_operator="GreaterThanThreshold",
            threshold=(
                float(args.data_max_gb * GIB * args.used_threshold_percent // 100)
                if args.node_type is None
                else float(args.used_threshold_percent)
            ),
            treat_missing_data="notBreaching",
            alarm_actions=[args.alert_topic_arn],
            ok_actions=[args.alert_topic_arn],
            opts=child,
        )
        self.alarm_arn = alarm.arn
        self.register_outputs({"endpoint": self.endpoint, "arn": self.arn, "userArn": self.user_arn})

    def _serverless(self, name: str, args: CacheArgs, users: aws.elasticache.UserGroup) -> dict[str, pulumi.Input[str]]:
        cache = aws.elasticache.ServerlessCache(
            f"{name}-serverless",
            name=args.cache_name,
            description="Plant API",
            engine="valkey",
            major_engine_version=str(args.engine_version),
            # Both limits bound the bill: without them a runaway client is paid for.
            cache_usage_limits={
                "data_storage": {"maximum": args.data_max_gb, "unit": "GB"},
                "ecpu_per_seconds": [{"maximum": args.ecpu_max_per_second}],
            },
            kms_key_id=args.kms_key_arn,
            security_group_ids=[args.security_group_id],
            subnet_ids=list(args.subnet_ids),
            user_group_id=users.user_group_id,
            snapshot_retention_limit=args.snapshot_retention_days,
            daily_snapshot_time="03:00" if args.snapshot_retention_days else None,
            opts=pulumi.ResourceOptions(
                parent=self,
                # The name is taken until the old cache is gone.
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="30m", update="60m", delete="30m"),
            ),
        )
        first = cache.endpoints[0]
        self.endpoint = pulumi.Output.format("{0}:{1}", first["address"], first["port"])
        self.arn = cache.arn
        return {"clusterId": cache.name}

    def _nodes(
        self, name: str, args: CacheArgs, users: aws.elasticache.UserGroup, node_type: str
    ) -> dict[str, pulumi.Input[str]]:
        subnets = aws.elasticache.SubnetGroup(
            f"{name}-subnets",
            description="Plant API",
            subnet_ids=list(args.subnet_ids),
            opts=pulumi.ResourceOptions(parent=self),
        )
        fails_over = args.node_count > 1
        group = aws.elasticache.ReplicationGroup(
            f"{name}-nodes",
            replication_group_id=args.cache_name,
            description="Plant API",
            engine="valkey",
            engine_version=VALKEY_VERSIONS[args.engine_version],
            node_type=node_type,
            num_cache_clusters=args.node_count,
            automatic_failover_enabled=fails_over,
            multi_az_enabled=fails_over,
            at_rest_encryption_enabled=True,
            kms_key_id=args.kms_key_arn,
            transit_encryption_enabled=True,
            transit_encryption_mode="required",
            user_group_ids=[users.user_group_id],
            subnet_group_name=subnets.name,
            security_group_ids=[args.security_group_id],
            snapshot_retention_limit=args.snapshot_retention_days,
            auto_minor_version_upgrade=True,
            port=CACHE_PORT,
            # Else a change waits for the weekly maintenance window, and each `up` until then finds it again.
            apply_immediately=True,
            opts=pulumi.ResourceOptions(
                parent=self,
                delete_before_replace=True,
                custom_timeouts=pulumi.CustomTimeouts(create="60m", update="60m", delete="45m"),
            ),
        )
        self.endpoint = pulumi.Output.concat(group.primary_endpoint_address, f":{CACHE_PORT}")
        self.arn = group.arn
        return {"CacheClusterId": f"{args.cache_name}-001"}
