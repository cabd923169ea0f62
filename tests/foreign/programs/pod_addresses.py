"""A cluster's network: pods have addresses of a second range, and port 80 only says that nothing is there."""

import pulumi_aws as aws
from pulumi import ResourceOptions

from foreign.parts import CERTIFICATE

TWINS = {
    "a subnet of neither range": {"pods-0.cidrBlock": "100.65.0.0/19"},
    "subnets that overlap": {"pods-1.cidrBlock": "100.64.16.0/20"},
    "a range that nobody adds": {"pods": None},
    "a plain door that answers": {
        "http.defaultActions[0].fixedResponse.statusCode": "200",
        "http.defaultActions[0].fixedResponse.messageBody": "<form>",
    },
    "a rule behind the plain door": {"moved.actions": [{"type": "forward", "targetGroupArn": "arn:api"}]},
}


def program():
    vpc = aws.ec2.Vpc("acme", cidr_block="10.20.0.0/16", enable_dns_hostnames=True)
    pods = aws.ec2.VpcIpv4CidrBlockAssociation("pods", vpc_id=vpc.id, cidr_block="100.64.0.0/16")
    nodes = []
    for number, zone in enumerate(("us-east-1a", "us-east-1b")):
        block = f"10.20.{number * 16}.0/20"
        nodes.append(aws.ec2.Subnet(f"nodes-{number}", vpc_id=vpc.id, cidr_block=block, availability_zone=zone))
        aws.ec2.Subnet(
            f"pods-{number}",
            vpc_id=vpc.id,
            cidr_block=f"100.64.{number * 32}.0/19",
            availability_zone=zone,
            opts=ResourceOptions(depends_on=[pods]),
        )
    group = aws.ec2.SecurityGroup(
        "door",
        vpc_id=vpc.id,
        description="Who comes in from the internet",
        ingress=[
            {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]} for port in (80, 443)
        ],
    )
    door = aws.lb.LoadBalancer("door", subnets=[one.id for one in nodes], security_groups=[group.id])
    answer = {"content_type": "text/plain", "status_code": "404", "message_body": "Nothing is here"}
    listeners = {
        name: aws.lb.Listener(
            name,
            load_balancer_arn=door.arn,
            port=port,
            protocol=name.upper(),
            default_actions=[{"type": "fixed-response", "fixed_response": answer}],
            **more,
        )
        for name, port, more in (
            ("http", 80, {}),
            ("https", 443, {"certificate_arn": CERTIFICATE, "ssl_policy": "ELBSecurityPolicy-TLS13-1-2-2021-06"}),
        )
    }
    aws.lb.ListenerRule(
        "moved",
        listener_arn=listeners["http"].arn,
        conditions=[{"host_header": {"values": ["www.acme.example"]}}],
        actions=[{"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}],
    )
