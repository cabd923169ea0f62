"""Network of the stack: one's own, or the platform's."""

from __future__ import annotations

import pulumi

from components.network.data_stores import DataStores, DataStoresArgs, StoreArgs
from components.network.network import Network, NetworkArgs
from components.network.security_groups import SecurityGroups, SecurityGroupsArgs
from infra.settings.tenancy import zones_of
from infra.stack.context import Context
from infra.stack.declared import Vpc


def vpc(context: Context, log_bucket_arn: pulumi.Input[str] | None) -> Vpc:
    """Where instances, cache and load balancer are; a network of one's own writes its flow log to the bucket."""
    settings = context.settings
    platform, own = settings.tenancy.platform, settings.tenancy.network
    if platform is not None:
        return Vpc(
            id=platform.vpc_id,
            edge_subnet_ids=(),
            fleet_subnet_ids=platform.fleet_subnet_ids,
            fleet_route_table_ids=(),
            s3_prefix_list_id=None,
        )
    assert log_bucket_arn is not None  # noqa: S101 - a stack with a network of its own has a bucket of its own
    network = Network(
        f"{context.name}-network",
        NetworkArgs(
            cidr=str(own.cidr),
            zones=[f"{settings.region}{letter}" for letter in (zones_of(own, settings.region) or "")[: own.zone_count]],
            region=settings.region,
            log_bucket_arn=log_bucket_arn,
        ),
        context.child,
    )
    return Vpc(
        id=network.vpc_id,
        edge_subnet_ids=network.edge_subnet_ids,
        fleet_subnet_ids=network.fleet_subnet_ids,
        fleet_route_table_ids=[network.fleet_route_table_id],
        s3_prefix_list_id=network.s3_prefix_list_id,
    )


def data_stores(context: Context, vpc: Vpc, groups: SecurityGroups) -> None:
    """Ways to the data stores of others; an interface endpoint is billed by the hour, so a parked stack has none."""
    settings = context.settings
    stores = settings.data.stores
    if settings.uptime.parked or not stores:
        return
    own = settings.tenancy.platform is None
    DataStores(
        f"{context.name}-stores",
        DataStoresArgs(
            stores=[
                StoreArgs(
                    name=store.name,
                    port=store.port,
                    security_group_id=store.security_group_id,
                    endpoint_service=store.endpoint_service,
                    gateway_service=f"com.amazonaws.{settings.region}.dynamodb"
                    if own and store.way == "gateway-endpoint"
                    else None,
                    prefix_list_id=store.prefix_list_id,
                    ipv6_cidrs=[str(cidr) for cidr in store.cidrs] if store.way == "ipv6" else (),
                )
                for store in stores
            ],
            vpc_id=vpc.id,
            subnet_ids=vpc.fleet_subnet_ids,
            route_table_ids=vpc.fleet_route_table_ids,
            fleet_group_id=groups.fleet_id,
        ),
        context.child,
    )


def security_groups(context: Context, vpc: Vpc) -> SecurityGroups:
    """Who may connect to whom; the platform's groups where it owns the other end."""
    platform, cluster = context.settings.tenancy.platform, context.settings.platform.cluster
    return SecurityGroups(
        f"{context.name}-access",
        SecurityGroupsArgs(
            vpc_id=vpc.id,
            service_port=context.settings.fleet.service_port,
            fleet_ipv4_egress=platform is not None and cluster is None,
            fleet_group_id=cluster.node_security_group_id if cluster else None,
            s3_prefix_list_id=vpc.s3_prefix_list_id,
            load_balancer_group_id=platform.load_balancer_security_group_id if platform else None,
            cache_group_id=platform.cache_security_group_id if platform else None,
        ),
        context.child,
    )
