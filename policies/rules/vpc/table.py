"""Data rules about vpc."""

from __future__ import annotations

from typing import Final

from deployment.tokens import (
    ENDPOINT_SERVICE,
    FLOW_LOG,
    ROUTE,
    ROUTE_TABLE,
    SECURITY_GROUP,
    SUBNET,
    TRANSIT_GATEWAY,
    VPC,
)
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._routes import no_default_route_to
from policies.table import Beside, companion, must_be, must_have, must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "network-subnet-no-public-ip",
        SUBNET,
        must_be("mapPublicIpOnLaunch", False, None),
        title="Subnets give out no public IPv4 addresses",
        severity=Severity.HIGH,
        why="Whatever is launched there would be reachable from the internet, and $3.65 a month dearer, without "
        "anyone asking.",
        fix="Set mapPublicIpOnLaunch to false, or leave it out.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-15",
        frameworks=("checkov:CKV_AWS_130", "fsbp:EC2.15"),
        mends=True,
    ),
    row(
        "network-flow-logs",
        VPC,
        companion(Beside(FLOW_LOG, "vpcId", "aws.ec2.FlowLog"), must_be("trafficType", "ALL", "REJECT")),
        title="VPC traffic is logged",
        severity=Severity.MEDIUM,
        why="After an intrusion the flow log is what tells where it went.",
        fix="Add aws.ec2.FlowLog with vpcId, trafficType and logDestination.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-6",
        frameworks=("checkov:CKV2_AWS_11", "fsbp:EC2.6"),
    ),
    row(
        "network-no-nat-instance",
        (*ROUTE, *ROUTE_TABLE),
        no_default_route_to("networkInterfaceId", "instanceId", use="use a gateway"),
        title="Default routes lead to gateways, not to instances",
        severity=Severity.MEDIUM,
        why="One instance is one point of failure, and everything that leaves passes through it.",
        fix="Use egressOnlyGatewayId, gatewayId or natGatewayId.",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-nat-comparison.html",
        frameworks=("checkov:CKV2_AWS_35",),
    ),
    row(
        "network-peering-routes-scoped",
        (*ROUTE, *ROUTE_TABLE),
        no_default_route_to("vpcPeeringConnectionId", use="give the peer's CIDR as the destination"),
        title="Routes to peered VPCs name their addresses",
        severity=Severity.MEDIUM,
        why="A peering that carries all traffic gives the other side all of this network.",
        fix="Set destinationCidrBlock to the peer's CIDR.",
        source="https://docs.aws.amazon.com/vpc/latest/peering/vpc-peering-routing.html",
        frameworks=("checkov:CKV2_AWS_44",),
    ),
    row(
        "network-security-group-described",
        SECURITY_GROUP,
        must_have("description", "what the group is for; it can't be changed later"),
        must_not_be("description", "Managed by Pulumi", use="say what the group is for"),
        title="Security groups say what they are for",
        severity=Severity.LOW,
        why="A group nobody can explain is one nobody dares to delete.",
        fix="Set description; changing it later replaces the group.",
        source="https://docs.aws.amazon.com/vpc/latest/userguide/vpc-security-groups.html",
        frameworks=("checkov:CKV_AWS_23", "pulumi:missingDescription"),
    ),
    row(
        "network-endpoint-service-not-public",
        ENDPOINT_SERVICE,
        must_not_be("allowedPrincipals[*]", "*", use="name the accounts, or set acceptanceRequired to true"),
        where={"acceptanceRequired": (False,)},
        title="Endpoint services are connected by named accounts, or by nobody unasked",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why="Whoever has an AWS account connects to what is behind it, from a network of their own.",
        fix="Name the accounts in allowedPrincipals, or set acceptanceRequired to true.",
        source="https://docs.aws.amazon.com/vpc/latest/privatelink/configure-endpoint-service.html",
        frameworks=("checkov:CKV_AWS_123", "prowler:vpc_endpoint_services_allowed_principals_trust_boundaries"),
    ),
    row(
        "network-transit-gateway-asks",
        TRANSIT_GATEWAY,
        must_not_be("autoAcceptSharedAttachments", "enable", use="leave it at disable"),
        title="Transit gateways ask before somebody attaches",
        severity=Severity.HIGH,
        why="Whichever account the gateway is shared with is in the network at once.",
        fix="Leave autoAcceptSharedAttachments at disable.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-23",
        frameworks=("checkov:CKV_AWS_331", "fsbp:EC2.23"),
    ),
)
