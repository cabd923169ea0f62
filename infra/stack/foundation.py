"""Where the stack stands: network, key, topics and front door, whoever owns them."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from components.data.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.edge.certificate import Certificate, CertificateArgs
from components.edge.load_balancer import LoadBalancer, LoadBalancerArgs
from components.network.network import Network, NetworkArgs
from components.network.security_groups import SecurityGroups, SecurityGroupsArgs
from components.observability.kept_logs import KeptLogs, KeptLogsArgs
from components.observability.log_bucket import LogBucket, LogBucketArgs
from components.observability.notifications import Notifications, NotificationsArgs
from infra.settings.tenancy import ZONES_BY_REGION
from infra.stack import arguments
from infra.stack.context import Context


@dataclass(frozen=True)
class Ground:
    """Network, key and log bucket."""

    vpc_id: pulumi.Input[str]
    fleet_subnet_ids: list[Any]
    kms_key_arn: pulumi.Input[str]
    log_bucket_name: pulumi.Input[str] | None
    """None when the platform owns the load balancer, and its logs."""
    network: Network | None
    """None when the platform owns it."""


@dataclass(frozen=True)
class Topics:
    """ARNs of the topics."""

    notices: pulumi.Output[str]
    """For users."""
    alerts: pulumi.Output[str]
    """For operators."""
    health: pulumi.Output[str]
    """For the Health Aggregator."""


@dataclass(frozen=True)
class FrontDoor:
    """What the rest of the stack needs to know of the load balancer."""

    listener_arn: pulumi.Input[str]
    load_balancer_suffix: pulumi.Input[str]
    load_balancer_arn: pulumi.Input[str] | None
    """None when the platform owns it, and its web ACL."""


def ground(context: Context) -> Ground:
    """Network, key and log bucket: one's own, or the platform's."""
    settings, name = context.settings, context.name
    platform = settings.tenancy.platform
    if platform is not None:
        return Ground(
            vpc_id=platform.vpc_id,
            fleet_subnet_ids=list(platform.fleet_subnet_ids),
            kms_key_arn=platform.kms_key_arn,
            log_bucket_name=None,
            network=None,
        )
    key = EncryptionKey(
        f"{name}-encryption",
        EncryptionKeyArgs(
            account_id=context.account_id,
            region=settings.region,
            alias=context.names.alias,
            protect=settings.platform.protect_data,
        ),
        context.child,
    )
    bucket = LogBucket(
        f"{name}-logs",
        LogBucketArgs(
            account_id=context.account_id,
            region=settings.region,
            retention_days=settings.edge.access_log_retention_days,
            protect=settings.platform.protect_data,
        ),
        context.child,
    )
    own = settings.tenancy.network
    zones = ZONES_BY_REGION[settings.region][: own.zone_count]
    network = Network(
        f"{name}-network",
        NetworkArgs(
            cidr=str(own.cidr),
            zones=[f"{settings.region}{letter}" for letter in zones],
            region=settings.region,
            log_bucket_arn=bucket.arn,
        ),
        context.child,
    )
    return Ground(network.vpc_id, list(network.fleet_subnet_ids), key.arn, bucket.bucket_name, network)


def kept_logs(context: Context, ground: Ground) -> KeptLogs:
    """Logs that stay while the stack is parked."""
    return KeptLogs(
        f"{context.name}-kept",
        KeptLogsArgs(logs=arguments.kept_logs(context.settings, context.names), kms_key_arn=ground.kms_key_arn),
        context.child,
    )


def topics(context: Context, ground: Ground) -> Topics:
    """Three topics, so that users, operators and the Health Aggregator each get their own messages only."""

    def topic(
        suffix: str, display_name: str, publishers: list[str], subscribers: list[Any], *, events_publish: bool = False
    ) -> Notifications:
        return Notifications(
            f"{context.name}-{suffix}",
            NotificationsArgs(
                display_name=display_name,
                account_id=context.account_id,
                kms_key_arn=ground.kms_key_arn,
                publishers=publishers,
                events_publish=events_publish,
                subscribers=subscribers,
            ),
            context.child,
        )

    notices = topic("notices", "Plant API", [], arguments.users(context.settings))
    alerts = topic(
        "alerts",
        "Plant API alerts",
        ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"],
        arguments.operators(context.settings),
        events_publish=True,
    )
    health = topic("health", "Plant API health", [], arguments.aggregator(context.settings), events_publish=True)
    context.exports.update({"noticeTopic": notices.topic_arn, "alertTopic": alerts.topic_arn})
    return Topics(notices.topic_arn, alerts.topic_arn, health.topic_arn)


def security_groups(context: Context, ground: Ground) -> SecurityGroups:
    """Who may connect to whom; the platform's groups where it owns the other end."""
    platform = context.settings.tenancy.platform
    return SecurityGroups(
        f"{context.name}-access",
        SecurityGroupsArgs(
            vpc_id=ground.vpc_id,
            service_port=context.settings.fleet.service_port,
            fleet_ipv4_egress=platform is not None,
            s3_prefix_list_id=ground.network.s3_prefix_list_id if ground.network else None,
            load_balancer_group_id=platform.load_balancer_security_group_id if platform else None,
            cache_group_id=platform.cache_security_group_id if platform else None,
        ),
        context.child,
    )


def front_door(context: Context, ground: Ground, groups: SecurityGroups) -> FrontDoor | None:
    """The load balancer: one's own, the platform's, or none while the stack is parked.

    The certificate is free and stays: validating a new one for each session would take up to half an hour.
    """
    settings, edge = context.settings, context.settings.edge
    platform = settings.tenancy.platform
    if platform is not None:
        suffix = platform.load_balancer_arn.partition("loadbalancer/")[2]
        return FrontDoor(platform.listener_arn, suffix, None)
    certificate_arn: pulumi.Input[str] | None = edge.certificate_arn
    if certificate_arn is None:
        certificate_arn = Certificate(
            f"{context.name}-certificate",
            CertificateArgs(domain_name=edge.domain_name, hosted_zone_id=str(edge.hosted_zone_id)),
            context.child,
        ).arn
    if settings.uptime.parked or ground.network is None or ground.log_bucket_name is None:
        return None
    balancer = LoadBalancer(
        f"{context.name}-edge",
        LoadBalancerArgs(
            subnet_ids=ground.network.edge_subnet_ids,
            security_group_id=groups.load_balancer_id,
            certificate_arn=certificate_arn,
            domain_name=edge.domain_name,
            hosted_zone_id=edge.hosted_zone_id,
            log_bucket_name=ground.log_bucket_name,
            ip_address_type=edge.ip_address_type,
            tls_policy=edge.tls_policy,
            idle_timeout_seconds=edge.idle_timeout_seconds,
            deletion_protection=settings.uptime.schedule == "always-on",
        ),
        context.child,
    )
    context.exports["loadBalancerDnsName"] = balancer.dns_name
    return FrontDoor(balancer.listener_arn, balancer.arn_suffix, balancer.arn)
