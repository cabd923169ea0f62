"""Who may connect to whom."""

from __future__ import annotations

from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

CACHE_PORT = 6379
"""Port for writing to the cache."""
CACHE_READER_PORT = 6380
"""Port for reading from a serverless cache; fixed by ElastiCache."""


@dataclass(frozen=True, kw_only=True)
class SecurityGroupsArgs:
    """Network, ports, and groups that exist already."""

    vpc_id: pulumi.Input[str]
    """VPC of the groups."""
    service_port: int
    """Port of the API on an instance."""
    fleet_ipv4_egress: bool = False
    """Whether instances call AWS over IPv4 (a platform with NAT). Default: False, over IPv6."""
    s3_prefix_list_id: pulumi.Input[str] | None = None
    """Addresses of S3 behind a gateway endpoint. Default: none."""
    load_balancer_group_id: pulumi.Input[str] | None = None
    """Group of the platform's load balancer. Default: a new group."""
    cache_group_id: pulumi.Input[str] | None = None
    """Group of the platform's cache. Default: a new group."""
    fleet_group_id: pulumi.Input[str] | None = None
    """Group of the platform's nodes, whose pods have it; how they reach AWS is the platform's. Default: a new group."""


class SecurityGroups(pulumi.ComponentResource):
    """Groups that refer to each other, one described rule a connection; nothing else is open.

    Creates: up to three security groups and their rules. All free, so a parked stack keeps them.
    """

    load_balancer_id: pulumi.Output[str]
    """Group of the load balancer."""
    fleet_id: pulumi.Output[str]
    """Group of the instances of both fleets."""
    cache_id: pulumi.Output[str]
    """Group of the cache."""

    def __init__(self, name: str, args: SecurityGroupsArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:SecurityGroups", name, {}, opts)
        self._name = name
        self._vpc_id = args.vpc_id
        if args.fleet_group_id is None:
            self.fleet_id = self._group("fleet", "Instances of the Plant API")
        else:
            self.fleet_id = pulumi.Output.from_input(args.fleet_group_id)
        if args.load_balancer_group_id is None:
            self.load_balancer_id = self._group("edge", "Load balancer of the Plant API")
            self._admit("edge-https-ipv6", self.load_balancer_id, 443, "Clients over IPv6", cidr_ipv6="::/0")
            # Load balancers talk to identity providers over IPv4 only (ELB API reference, IpAddressType).
            self._release(
                "edge-to-issuer", self.load_balancer_id, "Signing keys of the token issuer", cidr_ipv4="0.0.0.0/0"
            )
            self._admit("edge-https-ipv4", self.load_balancer_id, 443, "Clients over IPv4", cidr_ipv4="0.0.0.0/0")
        else:
            self.load_balancer_id = pulumi.Output.from_input(args.load_balancer_group_id)
        if args.cache_group_id is None:
            self.cache_id = self._group("cache", "Cache of the Plant API")
        else:
            self.cache_id = pulumi.Output.from_input(args.cache_group_id)
        self._connect("edge", self.load_balancer_id, "fleet", self.fleet_id, args.service_port, args.service_port)
        self._connect("fleet", self.fleet_id, "cache", self.cache_id, CACHE_PORT, CACHE_READER_PORT)
        if args.fleet_group_id is None:
            self._release("fleet-https-ipv6", self.fleet_id, "AWS services and images over IPv6", cidr_ipv6="::/0")
        if args.fleet_ipv4_egress:
            self._release("fleet-https-ipv4", self.fleet_id, "AWS services and images over IPv4", cidr_ipv4="0.0.0.0/0")
        if args.s3_prefix_list_id is not None:
            self._release(
                "fleet-s3",
                self.fleet_id,
                "Packages from S3 by the gateway endpoint",
                prefix_list_id=args.s3_prefix_list_id,
            )
        self.register_outputs(
            {"loadBalancerId": self.load_balancer_id, "fleetId": self.fleet_id, "cacheId": self.cache_id}
        )

    def _group(self, role: str, description: str) -> pulumi.Output[str]:
        group = aws.ec2.SecurityGroup(
            f"{self._name}-{role}",
            vpc_id=self._vpc_id,
            description=description,
            revoke_rules_on_delete=True,  # groups that refer to each other can't be deleted otherwise
            tags={"Name": f"{self._name}-{role}"},
            opts=pulumi.ResourceOptions(parent=self),
        )
        return pulumi.Output.from_input(group.id)

    def _connect(
        self,
        source: str,
        source_id: pulumi.Output[str],
        target: str,
        target_id: pulumi.Output[str],
        from_port: int,
        to_port: int,
    ) -> None:
        """Let `source` open connections to `target`: one rule on each side."""
        child = pulumi.ResourceOptions(parent=self)
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{source}-to-{target}",
            security_group_id=source_id,
            referenced_security_group_id=target_id,
            ip_protocol="tcp",
            from_port=from_port,
            to_port=to_port,
            description=f"To the {target}",
            opts=child,
        )
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{target}-from-{source}",
            security_group_id=target_id,
            referenced_security_group_id=source_id,
            ip_protocol="tcp",
            from_port=from_port,
            to_port=to_port,
            description=f"From the {source}",
            opts=child,
        )

    def _admit(self, suffix: str, group_id: pulumi.Output[str], port: int, description: str, **source: str) -> None:
        aws.vpc.SecurityGroupIngressRule(
            f"{self._name}-{suffix}",
            security_group_id=group_id,
            ip_protocol="tcp",
            from_port=port,
            to_port=port,
            description=description,
            **source,
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _release(
        self, suffix: str, group_id: pulumi.Output[str], description: str, **target: pulumi.Input[str]
    ) -> None:
        aws.vpc.SecurityGroupEgressRule(
            f"{self._name}-{suffix}",
            security_group_id=group_id,
            ip_protocol="tcp",
            from_port=443,
            to_port=443,
            description=description,
            **target,
            opts=pulumi.ResourceOptions(parent=self),
        )
