"""Names: a private zone for two networks, a public one with mail and failover, resolver rules to the company's DNS."""

import pulumi_aws as aws

from foreign.parts import network

TWINS = {
    "DNS and all else open to the world": {
        "resolver.ingress[0]": {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "subnets that overlap": {"net-private-1.cidrBlock": "10.0.10.128/25"},
}


def program():
    net = network("net")
    other = aws.ec2.Vpc("other", cidr_block="10.8.0.0/16")
    zone = aws.route53.Zone("internal", name="corp.internal", vpcs=[{"vpc_id": net.vpc.id}, {"vpc_id": other.id}])
    aws.route53.Record(
        "internal-db", zone_id=zone.zone_id, name="db", type="CNAME", ttl=60, records=["db.cluster.example.com"]
    )
    public = aws.route53.Zone("public", name="acme.example", comment="mail and site")
    for name, kind, records in (
        ("", "MX", ["10 mx1.mail.example", "20 mx2.mail.example"]),
        ("", "TXT", ["v=spf1 include:_spf.mail.example -all"]),
        ("_dmarc", "TXT", ["v=DMARC1; p=reject"]),
        ("", "CAA", ['0 issue "amazon.com"']),
    ):
        aws.route53.Record(
            f"{name or 'apex'}-{kind}", zone_id=public.zone_id, name=name, type=kind, ttl=3600, records=records
        )
    check = aws.route53.HealthCheck(
        "site",
        fqdn="origin.acme.example",
        port=443,
        type="HTTPS",
        resource_path="/health",
        failure_threshold=3,
        request_interval=30,
    )
    aws.route53.Record(
        "primary",
        zone_id=public.zone_id,
        name="www",
        type="A",
        ttl=60,
        records=["192.0.2.10"],
        set_identifier="primary",
        health_check_id=check.id,
        failover_routing_policies=[{"type": "PRIMARY"}],
    )
    aws.route53.Record(
        "secondary",
        zone_id=public.zone_id,
        name="www",
        type="A",
        set_identifier="secondary",
        failover_routing_policies=[{"type": "SECONDARY"}],
        aliases=[
            {
                "name": "d111111abcdef8.cloudfront.net",
                "zone_id": "Z2FDTNDATAQYW2",
                "evaluate_target_health": False,
            }
        ],
    )
    group = aws.ec2.SecurityGroup(
        "resolver",
        vpc_id=net.vpc.id,
        ingress=[
            {"protocol": protocol, "from_port": 53, "to_port": 53, "cidr_blocks": ["10.0.0.0/8"]}
            for protocol in ("udp", "tcp")
        ],
        egress=[
            {"protocol": protocol, "from_port": 53, "to_port": 53, "cidr_blocks": ["10.0.0.0/8"]}
            for protocol in ("udp", "tcp")
        ],
    )
    endpoint = aws.route53.ResolverEndpoint(
        "out",
        direction="OUTBOUND",
        security_group_ids=[group.id],
        ip_addresses=[{"subnet_id": one.id} for one in net.private],
    )
    rule = aws.route53.ResolverRule(
        "company",
        domain_name="corp.acme.example",
        rule_type="FORWARD",
        resolver_endpoint_id=endpoint.id,
        target_ips=[{"ip": "10.200.0.2"}, {"ip": "10.200.0.3", "port": 53}],
    )
    aws.route53.ResolverRuleAssociation("company", resolver_rule_id=rule.id, vpc_id=net.vpc.id)
