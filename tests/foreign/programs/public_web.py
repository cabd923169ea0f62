"""A public web server: load balancer in public subnets, port 80 redirects, instances in private ones behind a NAT."""

import base64
import json

import pulumi_aws as aws

from foreign.parts import CERTIFICATE, network

TWINS = {
    "SSH open to the world": {
        "app.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "remote desktop open to IPv6": {
        "app.ingress[0]": {"protocol": "tcp", "fromPort": 3389, "toPort": 3389, "ipv6CidrBlocks": ["::/0"]}
    },
    "every port open to the world": {
        "app.ingress[0]": {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "instance metadata v1": {"app.metadataOptions.httpTokens": "optional"},
    "volumes in plain text": {"app.blockDeviceMappings[0].ebs.encrypted": False},
    "HTTP only": {"http.defaultActions": [{"type": "forward", "targetGroupArn": "arn:aws:elasticloadbalancing:x"}]},
    "a rule that hands on what came over HTTP": {"challenge.conditions[0].pathPattern.values": ["/*"]},
    "a login in the user data": {
        "app.userData": base64.b64encode(
            b"#!/bin/sh\ncurl -u bot:c0rrect-horse https://acme.example/app -o app\n"
        ).decode()
    },
    "TLS 1.0": {"https.sslPolicy": "ELBSecurityPolicy-TLS-1-0-2015-04"},
    "wildcard administrator": {
        "app-policy.policy": json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        )
    },
    "a password in user data": {"app.userData": "IyEvYmluL3NoCmV4cG9ydCBEQl9QQVNTV09SRD1odW50ZXIyLWFuZC1tb3JlCg=="},
}


def program():
    net = network("net", nat=True)
    lb_group = aws.ec2.SecurityGroup(
        "lb",
        vpc_id=net.vpc.id,
        ingress=[
            {"protocol": "tcp", "from_port": port, "to_port": port, "cidr_blocks": ["0.0.0.0/0"]} for port in (80, 443)
        ],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    app_group = aws.ec2.SecurityGroup(
        "app",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 8080, "to_port": 8080, "security_groups": [lb_group.id]}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    balancer = aws.lb.LoadBalancer(
        "web",
        load_balancer_type="application",
        security_groups=[lb_group.id],
        subnets=[subnet.id for subnet in net.public],
        drop_invalid_header_fields=True,
    )
    targets = aws.lb.TargetGroup(
        "app", port=8080, protocol="HTTP", vpc_id=net.vpc.id, health_check={"path": "/health", "matcher": "200"}
    )
    plain = aws.lb.Listener(
        "http",
        load_balancer_arn=balancer.arn,
        port=80,
        protocol="HTTP",
        default_actions=[
            {"type": "redirect", "redirect": {"port": "443", "protocol": "HTTPS", "status_code": "HTTP_301"}}
        ],
    )
    # Who renews the certificate of a partner's name asks over HTTP.
    aws.lb.ListenerRule(
        "challenge",
        listener_arn=plain.arn,
        priority=1,
        conditions=[{"path_pattern": {"values": ["/.well-known/acme-challenge/*"]}}],
        actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
    aws.lb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificate_arn=CERTIFICATE,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
    role = aws.iam.Role(
        "app",
        assume_role_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}
                ],
            }
        ),
    )
    aws.iam.RolePolicy(
        "app-policy",
        role=role.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": ["s3:GetObject"], "Resource": "arn:aws:s3:::acme-releases/*"}
                ],
            }
        ),
    )
    aws.iam.RolePolicyAttachment(
        "app-ssm", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonSSMManagedInstanceCore"
    )
    profile = aws.iam.InstanceProfile("app", role=role.name)
    template = aws.ec2.LaunchTemplate(
        "app",
        image_id="ami-0a1b2c3d4e5f60718",
        instance_type="t3.small",
        iam_instance_profile={"arn": profile.arn},
        vpc_security_group_ids=[app_group.id],
        metadata_options={"http_endpoint": "enabled", "http_tokens": "required"},
        block_device_mappings=[
            {"device_name": "/dev/xvda", "ebs": {"volume_size": 20, "volume_type": "gp3", "encrypted": "true"}}
        ],
        user_data="IyEvYmluL2Jhc2gKc3lzdGVtY3RsIHN0YXJ0IGFwcAo=",
    )
    group = aws.autoscaling.Group(
        "app",
        min_size=2,
        max_size=6,
        vpc_zone_identifiers=[subnet.id for subnet in net.private],
        target_group_arns=[targets.arn],
        health_check_type="ELB",
        launch_template={"id": template.id, "version": "$Latest"},
    )
    aws.autoscaling.Policy(
        "cpu",
        autoscaling_group_name=group.name,
        policy_type="TargetTrackingScaling",
        target_tracking_configuration={
            "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
            "target_value": 60,
        },
    )
    alarm = aws.sns.Topic("alarms")
    aws.sns.TopicSubscription("mail", topic=alarm.arn, protocol="email", endpoint="ops@acme.example")
    aws.cloudwatch.MetricAlarm(
        "errors",
        namespace="AWS/ApplicationELB",
        metric_name="HTTPCode_ELB_5XX_Count",
        dimensions={"LoadBalancer": balancer.arn_suffix},
        statistic="Sum",
        comparison_operator="GreaterThanThreshold",
        threshold=10,
        period=60,
        evaluation_periods=5,
        treat_missing_data="notBreaching",
        alarm_actions=[alarm.arn],
    )
