"""An application on Elastic Beanstalk, with a worker environment, and its version from a bucket."""

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, CERTIFICATE, network, trust

TWINS = {
    "wildcard administrator": {"web-more.policy": ADMINISTRATOR},
    "a bucket whose ACL opens it": {"versions-acl.acl": "public-read-write"},
    "everything open to the world": {
        "app.ingress[0]": {"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"]}
    },
}


def program():
    net = network("net", nat=True)
    role = aws.iam.Role("web", assume_role_policy=trust("ec2"))
    for name in ("AWSElasticBeanstalkWebTier", "AWSElasticBeanstalkWorkerTier"):
        aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{name}")
    aws.iam.RolePolicy(
        "web-more",
        role=role.id,
        policy='{"Version": "2012-10-17", "Statement": {"Effect": "Allow", "Action": "sqs:SendMessage",'
        ' "Resource": "arn:aws:sqs:us-east-1:123456789012:jobs"}}',
    )
    profile = aws.iam.InstanceProfile("web", role=role.name)
    service = aws.iam.Role(
        "service",
        assume_role_policy=trust("elasticbeanstalk"),
        managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AWSElasticBeanstalkEnhancedHealth"],
    )
    group = aws.ec2.SecurityGroup(
        "app",
        vpc_id=net.vpc.id,
        ingress=[{"protocol": "tcp", "from_port": 80, "to_port": 80, "cidr_blocks": ["10.0.0.0/16"]}],
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    bucket = aws.s3.Bucket("versions")
    aws.s3.BucketAcl("versions-acl", bucket=bucket.id, acl="private")
    code = aws.s3.BucketObject("v1", bucket=bucket.id, key="app-v1.zip", source=pulumi.FileAsset(__file__))
    app = aws.elasticbeanstalk.Application("shop", description="the shop")
    version = aws.elasticbeanstalk.ApplicationVersion("v1", application=app.name, bucket=bucket.id, key=code.key)

    def option(namespace, name, value):
        return {"namespace": f"aws:{namespace}", "name": name, "value": value}

    common = [
        option("ec2:vpc", "VPCId", net.vpc.id),
        option("ec2:vpc", "Subnets", pulumi.Output.all(*(one.id for one in net.private)).apply(",".join)),
        option("autoscaling:launchconfiguration", "IamInstanceProfile", profile.name),
        option("autoscaling:launchconfiguration", "SecurityGroups", group.id),
        option("autoscaling:launchconfiguration", "DisableIMDSv1", "true"),
        option("elasticbeanstalk:environment", "ServiceRole", service.arn),
    ]
    aws.elasticbeanstalk.Environment(
        "web",
        application=app.name,
        version=version.id,
        solution_stack_name="64bit Amazon Linux 2023 v4.5.0 running Python 3.12",
        settings=[
            *common,
            option("ec2:vpc", "ELBSubnets", pulumi.Output.all(*(one.id for one in net.public)).apply(",".join)),
            option("elasticbeanstalk:environment", "LoadBalancerType", "application"),
            option("elbv2:listener:443", "Protocol", "HTTPS"),
            option("elbv2:listener:443", "SSLCertificateArns", CERTIFICATE),
            option("elbv2:listener:default", "ListenerEnabled", "false"),
            option("elasticbeanstalk:application:environment", "DJANGO_SETTINGS_MODULE", "shop.settings"),
        ],
    )
    aws.elasticbeanstalk.Environment(
        "worker",
        application=app.name,
        version=version.id,
        tier="Worker",
        solution_stack_name="64bit Amazon Linux 2023 v4.5.0 running Python 3.12",
        settings=common,
    )
