"""The way from the fleet to data stores that are somebody else's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class StoreArgs:
    """One store, and one way to it."""

    name: str
    """Name of the store."""
    port: int
    """Its port."""
    security_group_id: str | None = None
    """Its group. Default: none."""
    endpoint_service: str | None = None
    """Service of an interface endpoint that is made for it. Default: none."""
    gateway_service: str | None = None
    """Service of a gateway endpoint that is made for it. Default: none."""
    prefix_list_id: str | None = None
    """Addresses behind a gateway endpoint that exists. Default: none."""
    ipv6_cidrs: Sequence[str] = ()
    """Addresses outside of the VPC. Default: none."""


@dataclass(frozen=True, kw_only=True)
class DataStoresArgs:
    """Stores, and where the fleet is."""

    stores: Sequence[StoreArgs]
    """The stores."""
    vpc_id: pulumi.Input[str]
    """VPC of the fleet."""
    subnet_ids: Sequence[pulumi.Input[str]]
    """Subnets of the fleet, for interface endpoints."""
    route_table_ids: Sequence[pulumi.Input[str]]
    """Route tables of the fleet, for gateway endpoints; empty when the platform owns them."""
    fleet_group_id: pulumi.Input[str]
    """Security group of the fleet."""


class DataStores(pulumi.ComponentResource):
    """Lets the fleet connect to each store, and to nothing beside it.

    Creates: an egress rule a store, or a range of it; for interface endpoints the endpoint and its group, for gateway
    endpoints the endpoint. The other side's ingress rule is its owner's.
    """

    def __init__(self, name: str, args: DataStoresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:DataStores", name, {}, opts)
        self._args = args
        for store in args.stores:
            here = f"{name}-{store.name}"
            if store.security_group_id is not None:
                self._release(here, store, referenced_security_group_id=store.security_group_id)
            if store.endpoint_service is not None:
                self._release(here, store, referenced_security_group_id=self._interface(here, store))
            if store.gateway_service is not None:
                self._release(here, store, prefix_list_id=self._gateway(here, store.gateway_service))
            if store.prefix_list_id is not None:
                self._release(here, store, prefix_list_id=store.prefix_list_id)
            for index, cidr in enumerate(store.ipv6_cidrs):
                self._release(f"{here}-{index}", store, cidr_ipv6=cidr)
        self.register_outputs({})

    def _release(self, name: str, store: StoreArgs, **target: pulumi.Input[str]) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{name}-egress",
            security_group_id=self._args.fleet_group_id,
            ip_protocol="tcp",
            from_port=store.port,
            to_port=store.port,
            description=f"To the data store {store.name}",
            **target,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _interface(self, name: str, store: StoreArgs) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoint-group",
            vpc_id=self._args.vpc_id,
            description=f"Endpoint of the data store {store.name}",
            revoke_rules_on_delete=True,
            tags={"Name": f"{name}-endpoint"},
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{name}-from-fleet",
            security_group_id=group.id,
            referenced_security_group_id=self._args.fleet_group_id,
            ip_protocol="tcp",
            from_port=store.port,
            to_port=store.port,
            description="From the fleet",
            opts=child,
        )
        aws.ec2.VpcEndpoint(
            f"{name}-endpoint",
            vpc_id=self._args.vpc_id,
            service_name=store.endpoint_service,
            vpc_endpoint_type="Interface",
            subnet_ids=list(self._args.subnet_ids),
            security_group_ids=[group.id],
            opts=child,
        )
        return pulumi.Output.from_input(group.id)

    def _gateway(self, name: str, service: str) -> pulumi.Output[str]:
        endpoint = aws.ec2.VpcEndpoint(
            f"{name}-endpoint",
            vpc_id=self._args.vpc_id,
            service_name=service,
            vpc_endpoint_type="Gateway",
            route_table_ids=list(self._args.route_table_ids),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.from_input(endpoint.prefix_list_id)
