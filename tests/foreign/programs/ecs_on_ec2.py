"""Containers on instances of one's own, by a capacity provider."""

import base64
import json

import pulumi_aws as aws

from foreign.parts import network, trust

TWINS = {
    "instance metadata v1": {"hosts.metadataOptions.httpTokens": "optional"},
    "volumes in plain text": {"hosts.blockDeviceMappings[0].ebs.encrypted": "false"},
    "SSH open to the world": {
        "hosts.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "a privileged administrator": {"hosts-ecs.policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
}


def program():
    net = network("net", nat=True)
    cluster = aws.ecs.Cluster("main", name="main")
    group = aws.ec2.SecurityGroup(
        "hosts",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 32768, "to_port": 65535, "cidr_blocks": ["10.0.0.0/16"]}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    role = aws.iam.Role("hosts", assume_role_policy=trust("ec2"))
    aws.iam.RolePolicyAttachment(
        "hosts-ecs",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
    )
    profile = aws.iam.InstanceProfile("hosts", role=role.name)
    template = aws.ec2.LaunchTemplate(
        "hosts",
        image_id="ami-0a1b2c3d4e5f60718",
        instance_type="m7g.large",
        iam_instance_profile={"arn": profile.arn},
        vpc_security_group_ids=[group.id],
        metadata_options={"http_tokens": "required", "http_put_response_hop_limit": 2},
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 30, "encrypted": "true"}}],
        user_data=base64.b64encode(b"#!/bin/bash\necho ECS_CLUSTER=main >> /etc/ecs/ecs.config\n").decode(),
    )
    hosts = aws.autoscaling.Group(
        "hosts",
        min_size=1,
        max_size=4,
        protect_from_scale_in=True,
        vpc_zone_identifiers=[one.id for one in net.private],
        launch_template={"id": template.id, "version": "$Latest"},
        tags=[{"key": "AmazonECSManaged", "value": "true", "propagate_at_launch": True}],
    )
    capacity = aws.ecs.CapacityProvider(
        "hosts",
        auto_scaling_group_provider={
            "auto_scaling_group_arn": hosts.arn,
            "managed_termination_protection": "ENABLED",
            "managed_scaling": {"status": "ENABLED", "target_capacity": 90},
        },
    )
    aws.ecs.ClusterCapacityProviders("main", cluster_name=cluster.name, capacity_providers=[capacity.name])
    task = aws.ecs.TaskDefinition(
        "worker",
        family="worker",
        container_definitions=json.dumps(
            [{"name": "worker", "image": "acme/worker:7", "memory": 256, "essential": True}]
        ),
    )
    aws.ecs.Service(
        "worker",
        cluster=cluster.arn,
        task_definition=task.arn,
        desired_count=3,
        capacity_provider_strategies=[{"capacity_provider": capacity.name, "weight": 1}],
    )
