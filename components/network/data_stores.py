"""The way from the fleet to data stores that are somebody else's."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import pulumi
import pulumi_aws as aws

MOST_DESCRIPTION_CHARACTERS = 255
"""Of a rule of a security group (EC2 API reference, IpRange, Description)."""


class Place(NamedTuple):
    """Where stores are: a target that one rule can name."""

    kind: str
    """``endpoint`` or ``gateway`` for one that is made, else the argument of the rule."""
    value: str
    """Its service, id or range."""


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

    Stores at one place share the way there, and what is made is named after the place and not after a store: AWS takes
    no rule, and no endpoint of a service, twice, not even for the moment in which a store gets another name.
    Creates: an egress rule a place and port; for interface endpoints the endpoint and its group, for gateway endpoints
    the endpoint. The other side's ingress rule is its owner's.
    """

    def __init__(self, name: str, args: DataStoresArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:DataStores", name, {}, opts)
        self._args = args
        places: dict[Place, dict[int, list[str]]] = {}
        for store in args.stores:
            for place in _places(store):
                places.setdefault(place, {}).setdefault(store.port, []).append(store.name)
        for place, ports in places.items():
            here = f"{name}-{_slug(place.value)}"
            target = self._way(here, place, sorted(ports))
            for port, stores in ports.items():
                aws.vpc.SecurityGroupEgressRule(
                    f"{here}-{port}-egress",
                    security_group_id=args.fleet_group_id,
                    ip_protocol="tcp",
                    from_port=port,
                    to_port=port,
                    description=f"To data stores: {', '.join(stores)}"[:MOST_DESCRIPTION_CHARACTERS],
                    **target,
                    opts=pulumi.ResourceOptions(parent=self),
                )
        self.register_outputs({})

    def _way(self, name: str, place: Place, ports: Sequence[int]) -> dict[str, pulumi.Input[str]]:
        """What a rule names of the place; an endpoint that leads there is made."""
        if place.kind == "endpoint":
            return {"referenced_security_group_id": self._interface(name, place.value, ports)}
        if place.kind == "gateway":
            return {"prefix_list_id": self._gateway(name, place.value)}
        return {place.kind: place.value}

    def _interface(self, name: str, service: str, ports: Sequence[int]) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        group = aws.ec2.SecurityGroup(
            f"{name}-endpoint-group",
            vpc_id=self._args.vpc_id,
            description="Endpoint of data stores",
            revoke_rules_on_delete=True,
            tags={"Name": f"{name}-endpoint"},
            opts=child,
        )
        for port in ports:
            aws.vpc.SecurityGroupIngressRule(
                f"{name}-{port}-from-fleet",
                security_group_id=group.id,
                referenced_security_group_id=self._args.fleet_group_id,
                ip_protocol="tcp",
                from_port=port,
                to_port=port,
                description="From the fleet",
                opts=child,
            )
        aws.ec2.VpcEndpoint(
            f"{name}-endpoint",
            vpc_id=self._args.vpc_id,
            service_name=service,
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


def _places(store: StoreArgs) -> Iterator[Place]:
    for kind, value in (
        ("referenced_security_group_id", store.security_group_id),
        ("endpoint", store.endpoint_service),
        ("gateway", store.gateway_service),
        ("prefix_list_id", store.prefix_list_id),
    ):
        if value is not None:
            yield Place(kind, value)
    for cidr in dict.fromkeys(store.ipv6_cidrs):
        yield Place("cidr_ipv6", cidr)


def _slug(value: str) -> str:
    """`value` as a part of logical names; the zeros that an address leaves out keep their place."""
    return re.sub(r"[^a-z0-9]+", "-", value.removeprefix("com.amazonaws.").replace("::", ":0:")).strip("-")
