"""Game servers: an Auto Scaling group behind a Network Load Balancer, UDP for players, TLS for the lobby."""

import base64

import pulumi_aws as aws

from foreign.parts import CERTIFICATE, network, trust

USER_DATA = """#!/bin/bash
yum install -y amazon-cloudwatch-agent
systemctl enable --now lobby game
"""

TWINS = {
    "instance metadata v1": {"servers.metadataOptions": {"httpTokens": "optional", "httpEndpoint": "enabled"}},
    "an old TLS policy": {"lobby.sslPolicy": "ELBSecurityPolicy-2016-08"},
    "SSH open to the world": {
        "servers.ingress[0]": {"protocol": "tcp", "fromPort": 0, "toPort": 1024, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "a password in the user data": {
        "servers.userData": base64.b64encode(b"#!/bin/bash\nexport DB_PASSWORD=hunter2-and-more\n").decode()
    },
    "more servers wanted than may be": {"servers.desiredCapacity": 20},
}


def program():
    net = network("net")
    group = aws.ec2.SecurityGroup(
        "servers",
        vpc_id=net.vpc.id,
        ingress=[
            {"protocol": "udp", "from_port": 7777, "to_port": 7777, "cidr_blocks": ["0.0.0.0/0"]},
            {"protocol": "tcp", "from_port": 8443, "to_port": 8443, "cidr_blocks": ["0.0.0.0/0"]},
        ],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    role = aws.iam.Role("servers", assume_role_policy=trust("ec2"))
    aws.iam.RolePolicyAttachment(
        "servers", role=role.name, policy_arn="arn:aws:iam::aws:policy/CloudWatchAgentServerPolicy"
    )
    profile = aws.iam.InstanceProfile("servers", role=role.name)
    template = aws.ec2.LaunchTemplate(
        "servers",
        image_id="resolve:ssm:/aws/service/ami-amazon-linux-latest/al2023-ami-kernel-default-x86_64",
        instance_type="c7i.large",
        key_name="operations",
        iam_instance_profile={"name": profile.name},
        network_interfaces=[{"associate_public_ip_address": "true", "security_groups": [group.id]}],
        metadata_options={"http_tokens": "required", "http_endpoint": "enabled"},
        block_device_mappings=[
            {"device_name": "/dev/xvda", "ebs": {"volume_size": 40, "volume_type": "gp3", "encrypted": "true"}}
        ],
        user_data=base64.b64encode(USER_DATA.encode()).decode(),
        tag_specifications=[{"resource_type": "instance", "tags": {"Name": "game"}}],
    )
    balancer = aws.lb.LoadBalancer(
        "game",
        load_balancer_type="network",
        subnets=[one.id for one in net.public],
        enable_cross_zone_load_balancing=True,
    )
    players = aws.lb.TargetGroup(
        "players",
        port=7777,
        protocol="UDP",
        vpc_id=net.vpc.id,
        health_check={"protocol": "TCP", "port": "8443"},
        stickiness={"enabled": True, "type": "source_ip"},
    )
    lobbies = aws.lb.TargetGroup("lobbies", port=8443, protocol="TLS", vpc_id=net.vpc.id, deregistration_delay=60)
    aws.lb.Listener(
        "players",
        load_balancer_arn=balancer.arn,
        port=7777,
        protocol="UDP",
        default_actions=[{"type": "forward", "target_group_arn": players.arn}],
    )
    aws.lb.Listener(
        "lobby",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="TLS",
        alpn_policy="HTTP2Preferred",
        certificate_arn=CERTIFICATE,
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_actions=[{"type": "forward", "target_group_arn": lobbies.arn}],
    )
    servers = aws.autoscaling.Group(
        "servers",
        min_size=2,
        max_size=10,
        desired_capacity=2,
        vpc_zone_identifiers=[one.id for one in net.public],
        target_group_arns=[players.arn, lobbies.arn],
        health_check_type="ELB",
        health_check_grace_period=120,
        launch_template={"id": template.id, "version": template.latest_version.apply(str)},
        instance_refresh={"strategy": "Rolling", "preferences": {"min_healthy_percentage": 50}},
        metrics_granularity="1Minute",
        enabled_metrics=["GroupInServiceInstances"],
    )
    aws.autoscaling.Policy(
        "cpu",
        autoscaling_group_name=servers.name,
        policy_type="TargetTrackingScaling",
        target_tracking_configuration={
            "predefined_metric_specification": {"predefined_metric_type": "ASGAverageCPUUtilization"},
            "target_value": 55,
        },
    )
    aws.autoscaling.Schedule(
        "weekend",
        scheduled_action_name="weekend",
        autoscaling_group_name=servers.name,
        min_size=6,
        max_size=10,
        desired_capacity=-1,
        recurrence="0 16 * * FRI",
        time_zone="Europe/Berlin",
    )
