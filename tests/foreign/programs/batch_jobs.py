"""Simulations at night: Batch on Fargate Spot and on instances, a file system for Lustre, a rule that starts them."""

import json

import pulumi_aws as aws

from foreign.parts import allow, network, trust

TWINS = {
    "a role that everybody takes": {
        "job.assumeRolePolicy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sts:AssumeRole"}],
            }
        )
    },
    "SSH open to the world": {
        "workers.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "instance metadata v1": {"workers.metadataOptions.httpTokens": "optional"},
}


def program():
    net = network("net", nat=True)
    group = aws.ec2.SecurityGroup(
        "workers",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 988, "to_port": 988, "self": True}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    service = aws.iam.Role("batch", assume_role_policy=trust("batch"))
    aws.iam.RolePolicyAttachment(
        "batch", role=service.name, policy_arn="arn:aws:iam::aws:policy/service-role/AWSBatchServiceRole"
    )
    hosts = aws.iam.Role("hosts", assume_role_policy=trust("ec2"))
    aws.iam.RolePolicyAttachment(
        "hosts",
        role=hosts.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonEC2ContainerServiceforEC2Role",
    )
    profile = aws.iam.InstanceProfile("hosts", role=hosts.name)
    template = aws.ec2.LaunchTemplate(
        "workers",
        metadata_options={"http_tokens": "required"},
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"volume_size": 100, "encrypted": "true"}}],
    )
    spot = aws.batch.ComputeEnvironment(
        "spot",
        type="MANAGED",
        service_role=service.arn,
        compute_resources={
            "type": "FARGATE_SPOT",
            "max_vcpus": 64,
            "subnets": [one.id for one in net.private],
            "security_group_ids": [group.id],
        },
    )
    instances = aws.batch.ComputeEnvironment(
        "instances",
        type="MANAGED",
        service_role=service.arn,
        compute_resources={
            "type": "EC2",
            "allocation_strategy": "BEST_FIT_PROGRESSIVE",
            "min_vcpus": 0,
            "max_vcpus": 256,
            "instance_types": ["c7i", "m7i"],
            "instance_role": profile.arn,
            "subnets": [one.id for one in net.private],
            "security_group_ids": [group.id],
            "launch_template": {"launch_template_id": template.id, "version": "$Latest"},
        },
    )
    queue = aws.batch.JobQueue(
        "nightly",
        state="ENABLED",
        priority=1,
        compute_environment_orders=[
            {"order": 1, "compute_environment": spot.arn},
        ],
    )
    aws.batch.JobQueue(
        "large",
        state="ENABLED",
        priority=1,
        compute_environment_orders=[{"order": 1, "compute_environment": instances.arn}],
    )
    aws.fsx.LustreFileSystem(
        "scratch",
        storage_capacity=1200,
        subnet_ids=net.private[0].id,
        deployment_type="SCRATCH_2",
        security_group_ids=[group.id],
    )
    execution = aws.iam.Role("execution", assume_role_policy=trust("ecs-tasks"))
    aws.iam.RolePolicyAttachment(
        "execution",
        role=execution.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    )
    work = aws.iam.Role("job", assume_role_policy=trust("ecs-tasks"))
    aws.iam.RolePolicy("job", role=work.id, policy=allow(["s3:GetObject", "s3:PutObject"], "arn:aws:s3:::acme-runs/*"))
    job = aws.batch.JobDefinition(
        "simulate",
        type="container",
        platform_capabilities=["FARGATE"],
        container_properties=json.dumps(
            {
                "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/simulate:3",
                "command": ["simulate", "Ref::case"],
                "resourceRequirements": [{"type": "VCPU", "value": "4"}, {"type": "MEMORY", "value": "8192"}],
                "executionRoleArn": "arn:aws:iam::123456789012:role/execution",
                "environment": [{"name": "THREADS", "value": "4"}],
            }
        ),
        retry_strategy={"attempts": 3},
        timeout={"attempt_duration_seconds": 7200},
    )
    caller = aws.iam.Role("caller", assume_role_policy=trust("events"))
    aws.iam.RolePolicy("caller", role=caller.id, policy=allow("batch:SubmitJob", "*"))
    rule = aws.cloudwatch.EventRule("nightly", schedule_expression="cron(30 1 * * ? *)")
    aws.cloudwatch.EventTarget(
        "nightly",
        rule=rule.name,
        arn=queue.arn,
        role_arn=caller.arn,
        batch_target={"job_definition": job.arn, "job_name": "nightly"},
    )
