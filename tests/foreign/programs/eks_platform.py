"""A cluster for teams: private API, roles for service accounts, add-ons, Karpenter's queue, Fargate for the system."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, network, trust

TWINS = {
    "an API that everybody reaches": {
        "platform.vpcConfig.endpointPublicAccess": True,
        "platform.vpcConfig.publicAccessCidrs": ["0.0.0.0/0"],
    },
    "wildcard administrator": {"autoscaler.policy": ADMINISTRATOR},
    "SSH to nodes from the internet": {
        "system.remoteAccess": {"ec2SshKey": "ops"},
    },
    "a queue that anybody writes to": {
        "interruption.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
            }
        )
    },
}


def program():
    net = network("net", nat=True)
    role = aws.iam.Role("cluster", assume_role_policy=trust("eks"))
    cluster_policy = aws.iam.RolePolicyAttachment(
        "cluster", role=role.name, policy_arn="arn:aws:iam::aws:policy/AmazonEKSClusterPolicy"
    )
    key = aws.kms.Key("secrets", enable_key_rotation=True)
    cluster = aws.eks.Cluster(
        "platform",
        role_arn=role.arn,
        version="1.33",
        access_config={"authentication_mode": "API", "bootstrap_cluster_creator_admin_permissions": False},
        vpc_config={
            "subnet_ids": [one.id for one in net.private],
            "endpoint_private_access": True,
            "endpoint_public_access": False,
        },
        encryption_config={"provider": {"key_arn": key.arn}, "resources": ["secrets"]},
        enabled_cluster_log_types=["api", "audit", "authenticator"],
        opts=pulumi.ResourceOptions(depends_on=[cluster_policy]),
    )
    issuer = cluster.identities.apply(
        lambda some: some[0]["oidcs"][0]["issuer"] if some else "https://oidc.eks.us-east-1.amazonaws.com/id/ABCDEF"
    )
    oidc = aws.iam.OpenIdConnectProvider(
        "platform",
        url=issuer,
        client_id_lists=["sts.amazonaws.com"],
        thumbprint_lists=["9e99a48a9960b14926bb7f3b02e22da2b0ab7280"],
    )
    for_account = aws.iam.Role(
        "autoscaler",
        assume_role_policy=pulumi.Output.all(oidc.arn, issuer).apply(
            lambda values: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Federated": values[0]},
                            "Action": "sts:AssumeRoleWithWebIdentity",
                            "Condition": {
                                "StringEquals": {
                                    f"{values[1].removeprefix('https://')}:sub": "system:serviceaccount:kube-system:ca",
                                    f"{values[1].removeprefix('https://')}:aud": "sts.amazonaws.com",
                                }
                            },
                        }
                    ],
                }
            )
        ),
    )
    aws.iam.RolePolicy(
        "autoscaler",
        role=for_account.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["autoscaling:Describe*", "ec2:DescribeLaunchTemplateVersions"],
                        "Resource": "*",
                    },
                    {
                        "Effect": "Allow",
                        "Action": ["autoscaling:SetDesiredCapacity", "autoscaling:TerminateInstanceInAutoScalingGroup"],
                        "Resource": "*",
                        "Condition": {"StringEquals": {"aws:ResourceTag/k8s.io/cluster-autoscaler/platform": "owned"}},
                    },
                ],
            }
        ),
    )
    nodes = aws.iam.Role("nodes", assume_role_policy=trust("ec2"))
    for name in ("AmazonEKSWorkerNodePolicy", "AmazonEKS_CNI_Policy", "AmazonEC2ContainerRegistryReadOnly"):
        aws.iam.RolePolicyAttachment(name, role=nodes.name, policy_arn=f"arn:aws:iam::aws:policy/{name}")
    aws.eks.NodeGroup(
        "system",
        cluster_name=cluster.name,
        node_role_arn=nodes.arn,
        subnet_ids=[one.id for one in net.private],
        instance_types=["m7g.large", "m6g.large"],
        capacity_type="SPOT",
        ami_type="AL2023_ARM_64_STANDARD",
        scaling_config={"desired_size": 2, "min_size": 2, "max_size": 6},
        update_config={"max_unavailable": 1},
        taints=[{"key": "CriticalAddonsOnly", "value": "true", "effect": "NO_SCHEDULE"}],
    )
    pods = aws.iam.Role("fargate", assume_role_policy=trust("eks-fargate-pods"))
    aws.iam.RolePolicyAttachment(
        "fargate", role=pods.name, policy_arn="arn:aws:iam::aws:policy/AmazonEKSFargatePodExecutionRolePolicy"
    )
    aws.eks.FargateProfile(
        "karpenter",
        cluster_name=cluster.name,
        pod_execution_role_arn=pods.arn,
        subnet_ids=[one.id for one in net.private],
        selectors=[{"namespace": "karpenter"}],
    )
    for addon in ("vpc-cni", "coredns", "kube-proxy", "eks-pod-identity-agent"):
        aws.eks.Addon(addon, cluster_name=cluster.name, addon_name=addon, resolve_conflicts_on_update="PRESERVE")
    aws.eks.AccessEntry(
        "admins", cluster_name=cluster.name, principal_arn="arn:aws:iam::123456789012:role/platform", type="STANDARD"
    )
    aws.eks.AccessPolicyAssociation(
        "admins",
        cluster_name=cluster.name,
        principal_arn="arn:aws:iam::123456789012:role/platform",
        policy_arn="arn:aws:eks::aws:cluster-access-policy/AmazonEKSClusterAdminPolicy",
        access_scope={"type": "cluster"},
    )
    queue = aws.sqs.Queue("interruption", message_retention_seconds=300, sqs_managed_sse_enabled=True)
    aws.sqs.QueuePolicy(
        "interruption",
        queue_url=queue.url,
        policy=queue.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": ["events.amazonaws.com", "sqs.amazonaws.com"]},
                            "Action": "sqs:SendMessage",
                            "Resource": arn,
                        },
                        {
                            "Sid": "DenyHTTP",
                            "Effect": "Deny",
                            "Principal": "*",
                            "Action": "sqs:*",
                            "Resource": arn,
                            "Condition": {"Bool": {"aws:SecureTransport": "false"}},
                        },
                    ],
                }
            )
        ),
    )
    for name, detail in (
        ("spot", "EC2 Spot Instance Interruption Warning"),
        ("state", "EC2 Instance State-change Notification"),
    ):
        rule = aws.cloudwatch.EventRule(
            name, event_pattern=json.dumps({"source": ["aws.ec2"], "detail-type": [detail]})
        )
        aws.cloudwatch.EventTarget(name, rule=rule.name, arn=queue.arn)
