"""People who work from home: a client VPN, a tunnel from the office, a network ACL, prefix lists."""

import pulumi
import pulumi_aws as aws

from foreign.parts import CERTIFICATE, network

TWINS = {
    "SSH open to the world": {"inside-ssh.cidrIpv4": "0.0.0.0/0", "inside-ssh.prefixListId": None},
    "RDP open to all, in an older way": {
        "old-rdp.cidrBlocks": ["0.0.0.0/0"],
    },
}


def program():
    net = network("net")
    people = aws.ec2.SecurityGroup(
        "people",
        vpc_id=net.vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    logs = aws.cloudwatch.LogGroup("vpn", retention_in_days=90)
    endpoint = aws.ec2clientvpn.Endpoint(
        "home",
        client_cidr_block="172.16.0.0/22",
        server_certificate_arn=CERTIFICATE,
        split_tunnel=True,
        vpc_id=net.vpc.id,
        security_group_ids=[people.id],
        authentication_options=[{"type": "certificate-authentication", "root_certificate_chain_arn": CERTIFICATE}],
        connection_log_options={"enabled": True, "cloudwatch_log_group": logs.name},
    )
    for number, subnet in enumerate(net.private):
        aws.ec2clientvpn.NetworkAssociation(f"home-{number}", client_vpn_endpoint_id=endpoint.id, subnet_id=subnet.id)
    aws.ec2clientvpn.AuthorizationRule(
        "home", client_vpn_endpoint_id=endpoint.id, target_network_cidr="10.0.0.0/16", authorize_all_groups=True
    )
    customer = aws.ec2.CustomerGateway("office", bgp_asn="65000", ip_address="192.0.2.50", type="ipsec.1")
    gateway = aws.ec2.VpnGateway("office", vpc_id=net.vpc.id)
    aws.ec2.VpnConnection(
        "office",
        customer_gateway_id=customer.id,
        vpn_gateway_id=gateway.id,
        type="ipsec.1",
        static_routes_only=True,
        tunnel1_preshared_key=pulumi.Output.secret("from-the-configuration"),
    )
    offices = aws.ec2.ManagedPrefixList(
        "offices",
        address_family="IPv4",
        max_entries=5,
        entries=[{"cidr": "192.0.2.0/24", "description": "Berlin"}, {"cidr": "198.51.100.0/24"}],
    )
    inside = aws.ec2.SecurityGroup("inside", vpc_id=net.vpc.id, description="machines")
    aws.vpc.SecurityGroupIngressRule(
        "inside-ssh",
        security_group_id=inside.id,
        ip_protocol="tcp",
        from_port=22,
        to_port=22,
        prefix_list_id=offices.id,
    )
    aws.vpc.SecurityGroupIngressRule(
        "inside-ping", security_group_id=inside.id, ip_protocol="icmp", from_port=8, to_port=-1, cidr_ipv4="0.0.0.0/0"
    )
    old = aws.ec2.SecurityGroup("old", vpc_id=net.vpc.id)
    aws.ec2.SecurityGroupRule(
        "old-rdp",
        type="ingress",
        security_group_id=old.id,
        protocol="tcp",
        from_port=3389,
        to_port=3389,
        cidr_blocks=["192.0.2.0/24"],
    )
    aws.ec2.NetworkAcl(
        "private",
        vpc_id=net.vpc.id,
        subnet_ids=[one.id for one in net.private],
        ingress=[
            {
                "protocol": "tcp",
                "rule_no": 100,
                "action": "allow",
                "cidr_block": "10.0.0.0/8",
                "from_port": 0,
                "to_port": 65535,
            },
            {
                "protocol": "tcp",
                "rule_no": 110,
                "action": "allow",
                "cidr_block": "0.0.0.0/0",
                "from_port": 1024,
                "to_port": 65535,
            },
        ],
        egress=[
            {
                "protocol": "-1",
                "rule_no": 100,
                "action": "allow",
                "cidr_block": "0.0.0.0/0",
                "from_port": 0,
                "to_port": 0,
            }
        ],
    )
