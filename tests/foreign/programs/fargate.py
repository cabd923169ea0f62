"""A service on Fargate behind a load balancer."""

import json

import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, CERTIFICATE, allow, network, trust

TWINS = {
    "a password in the task": {
        "app.containerDefinitions": json.dumps(
            [
                {
                    "name": "app",
                    "image": "acme/app:1",
                    "environment": [{"name": "DB_PASSWORD", "value": "hunter2-and-more"}],
                }
            ]
        )
    },
    "wildcard administrator": {"task-policy.policy": ADMINISTRATOR},
    "HTTP only": {"https.protocol": "HTTP", "https.port": 80, "https.certificateArn": None, "https.sslPolicy": None},
    "SSH open to the world": {
        "tasks.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
}


def program():
    net = network("net", nat=True)
    edge = aws.ec2.SecurityGroup(
        "edge",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 443, "to_port": 443, "cidr_blocks": ["0.0.0.0/0"]}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    tasks = aws.ec2.SecurityGroup(
        "tasks",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 3000, "to_port": 3000, "security_groups": [edge.id]}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    balancer = aws.lb.LoadBalancer("edge", security_groups=[edge.id], subnets=[one.id for one in net.public])
    targets = aws.lb.TargetGroup("app", port=3000, protocol="HTTP", target_type="ip", vpc_id=net.vpc.id)
    listener = aws.lb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        certificate_arn=CERTIFICATE,
        default_actions=[{"type": "forward", "target_group_arn": targets.arn}],
    )
    cluster = aws.ecs.Cluster("main", settings=[{"name": "containerInsights", "value": "enabled"}])
    logs = aws.cloudwatch.LogGroup("app", retention_in_days=30)
    execution = aws.iam.Role("execution", assume_role_policy=trust("ecs-tasks"))
    aws.iam.RolePolicyAttachment(
        "execution",
        role=execution.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AmazonECSTaskExecutionRolePolicy",
    )
    task_role = aws.iam.Role("task", assume_role_policy=trust("ecs-tasks"))
    aws.iam.RolePolicy("task-policy", role=task_role.name, policy=allow("s3:GetObject", "arn:aws:s3:::acme-assets/*"))
    task = aws.ecs.TaskDefinition(
        "app",
        family="app",
        cpu="256",
        memory="512",
        network_mode="awsvpc",
        requires_compatibilities=["FARGATE"],
        execution_role_arn=execution.arn,
        task_role_arn=task_role.arn,
        container_definitions=logs.name.apply(
            lambda group: json.dumps(
                [
                    {
                        "name": "app",
                        "image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/app:1.4.2",
                        "essential": True,
                        "portMappings": [{"containerPort": 3000}],
                        "secrets": [
                            {
                                "name": "DB_PASSWORD",
                                "valueFrom": "arn:aws:secretsmanager:us-east-1:123456789012:secret:db-AbCdEf",
                            }
                        ],
                        "logConfiguration": {
                            "logDriver": "awslogs",
                            "options": {
                                "awslogs-group": group,
                                "awslogs-region": "us-east-1",
                                "awslogs-stream-prefix": "app",
                            },
                        },
                    }
                ]
            )
        ),
    )
    aws.ecs.Service(
        "app",
        cluster=cluster.arn,
        task_definition=task.arn,
        desired_count=2,
        launch_type="FARGATE",
        network_configuration={
            "subnets": [one.id for one in net.private],
            "security_groups": [tasks.id],
            "assign_public_ip": False,
        },
        load_balancers=[{"target_group_arn": targets.arn, "container_name": "app", "container_port": 3000}],
        opts=None,
    )
    del listener
