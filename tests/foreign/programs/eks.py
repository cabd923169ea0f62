"""A Kubernetes cluster with managed nodes."""

import pulumi_aws as aws

from foreign.parts import network, trust

TWINS = {
    "an API server that the whole world reaches": {"main.vpcConfig.publicAccessCidrs": ["0.0.0.0/0"]},
    "SSH open to the world": {
        "nodes.ingress[0]": {"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}
    },
    "nodes that are administrators": {"node-cni.policyArn": "arn:aws:iam::aws:policy/AdministratorAccess"},
}


def program():
    net = network("net", nat=True)
    role = aws.iam.Role("cluster", assume_role_policy=trust("eks"))
    aws.iam.RolePolicyAttachment("cluster", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy")
    key = aws.kms.Key("secrets", enable_key_rotation=True)
    nodes = aws.ec2.SecurityGroup(
        "nodes",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "self": True}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    cluster = aws.eks.Cluster(
        "main",
        role_arn=role.arn,
        version="1.34",
        enabled_cluster_log_types=["api", "audit", "authenticator"],
        encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
        vpc_config={
            "subnet_ids": [one.id for one in net.private],
            "security_group_ids": [nodes.id],
            "endpoint_private_access": True,
            "endpoint_public_access": True,
            "public_access_cidrs": ["198.51.100.0/24"],
        },
    )
    node = aws.iam.Role("node", assume_role_policy=trust("ec2"))
    for name, policy in (
        ("worker", "AmazonEKSWorkerNodePolicy"),
        ("cni", "AmazonEKS_CNI_Policy"),
        ("images", "AmazonEC2ContainerRegistryReadOnly"),
    ):
        aws.iam.RolePolicyAttachment(f"node-{name}", role=node.name, policy_arn=f"arn:aws:iam::aws:policy/{policy}")
    aws.eks.NodeGroup(
        "workers",
        cluster_name=cluster.name,
        node_role_arn=node.arn,
        subnet_ids=[one.id for one in net.private],
        instance_types=["m7g.large"],
        ami_type="AL2023_ARM_64_STANDARD",
        scaling_config={"min_size": 2, "desired_size": 2, "max_size": 5},
    )
    aws.eks.Addon("dns", cluster_name=cluster.name, addon_name="coredns")
