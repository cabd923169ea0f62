"""A notebook for data scientists inside a network, and an endpoint that serves their model."""

import base64

import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, network, trust

TWINS = {
    "wildcard administrator": {"science-policy.policy": ADMINISTRATOR},
    "a bucket whose ACL opens it": {"data-acl.acl": "public-read"},
    "Jupyter open to the world": {
        "notebook.ingress[0]": {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    },
}


def program():
    net = network("net", nat=True)
    data = aws.s3.Bucket("data")
    aws.s3.BucketAcl("data-acl", bucket=data.id, acl="private")
    group = aws.ec2.SecurityGroup(
        "notebook",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 8888, "to_port": 8888, "self": True}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    role = aws.iam.Role("science", assume_role_policy=trust("sagemaker"))
    aws.iam.RolePolicy(
        "science-policy",
        role=role.id,
        policy=data.arn.apply(lambda arn: allow(["s3:GetObject", "s3:PutObject", "s3:ListBucket"], [arn, f"{arn}/*"])),
    )
    life = aws.sagemaker.NotebookInstanceLifecycleConfiguration(
        "idle", on_start=base64.b64encode(b"#!/bin/bash\nset -e\necho started\n").decode()
    )
    aws.sagemaker.NotebookInstance(
        "science",
        role_arn=role.arn,
        instance_type="ml.t3.medium",
        subnet_id=net.private[0].id,
        security_groups=[group.id],
        direct_internet_access="Disabled",
        root_access="Disabled",
        lifecycle_config_name=life.name,
        volume_size=20,
    )
    model = aws.sagemaker.Model(
        "ranker",
        execution_role_arn=role.arn,
        primary_container={
            "image": "683313688378.dkr.ecr.us-east-1.amazonaws.com/sagemaker-xgboost:1.7-1",
            "model_data_url": data.bucket.apply(lambda name: f"s3://{name}/ranker/model.tar.gz"),
        },
        vpc_config={"subnets": [one.id for one in net.private], "security_group_ids": [group.id]},
    )
    configuration = aws.sagemaker.EndpointConfiguration(
        "ranker",
        production_variants=[
            {
                "variant_name": "all",
                "model_name": model.name,
                "initial_instance_count": 1,
                "instance_type": "ml.m5.large",
            }
        ],
    )
    aws.sagemaker.Endpoint("ranker", endpoint_config_name=configuration.name)
