"""An account that is watched: Config with its rules, GuardDuty, Security Hub, findings as notices."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import allow, trust

TWINS = {
    "a topic that anybody publishes to": {
        "findings.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}],
            }
        )
    },
    "a bucket that policies may open": {"config-block.restrictPublicBuckets": False},
    "notices over plain HTTP": {"pager.protocol": "http", "pager.endpoint": "http://pager.acme.example/aws"},
}


def program():
    bucket = aws.s3.Bucket("config")
    aws.s3.BucketPublicAccessBlock(
        "config-block",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    role = aws.iam.Role("config", assume_role_policy=trust("config"))
    aws.iam.RolePolicyAttachment(
        "config", role=role.name, policy_arn="arn:aws:iam::aws:policy/service-role/AWS_ConfigRole"
    )
    aws.iam.RolePolicy(
        "config",
        role=role.id,
        policy=bucket.arn.apply(
            lambda arn: allow(
                "s3:PutObject",
                f"{arn}/AWSLogs/123456789012/*",
                Condition={"StringLike": {"s3:x-amz-acl": "bucket-owner-full-control"}},
            )
        ),
    )
    recorder = aws.cfg.Recorder(
        "all",
        role_arn=role.arn,
        recording_group={"all_supported": True, "include_global_resource_types": True},
    )
    channel = aws.cfg.DeliveryChannel(
        "all", s3_bucket_name=bucket.id, opts=pulumi.ResourceOptions(depends_on=[recorder])
    )
    status = aws.cfg.RecorderStatus(
        "all", name=recorder.name, is_enabled=True, opts=pulumi.ResourceOptions(depends_on=[channel])
    )
    for name, identifier, parameters in (
        ("root-mfa", "ROOT_ACCOUNT_MFA_ENABLED", None),
        ("volumes", "ENCRYPTED_VOLUMES", None),
        ("password", "IAM_PASSWORD_POLICY", json.dumps({"MinimumPasswordLength": "14"})),
    ):
        aws.cfg.Rule(
            name,
            source={"owner": "AWS", "source_identifier": identifier},
            input_parameters=parameters,
            opts=pulumi.ResourceOptions(depends_on=[status]),
        )
    aws.iam.AccountPasswordPolicy("strict", minimum_password_length=14, require_numbers=True, require_symbols=True)
    aws.guardduty.Detector("main", enable=True, finding_publishing_frequency="FIFTEEN_MINUTES")
    hub = aws.securityhub.Account("main")
    aws.securityhub.StandardsSubscription(
        "fsbp",
        standards_arn="arn:aws:securityhub:us-east-1::standards/aws-foundational-security-best-practices/v/1.0.0",
        opts=pulumi.ResourceOptions(depends_on=[hub]),
    )
    aws.accessanalyzer.Analyzer("account", analyzer_name="account", type="ACCOUNT")
    aws.s3.AccountPublicAccessBlock(
        "account",
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    aws.ebs.EncryptionByDefault("account", enabled=True)
    topic = aws.sns.Topic("findings")
    aws.sns.TopicPolicy(
        "findings",
        arn=topic.arn,
        policy=topic.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sns:Publish",
                            "Resource": arn,
                        }
                    ],
                }
            )
        ),
    )
    aws.sns.TopicSubscription("pager", topic=topic.arn, protocol="https", endpoint="https://pager.acme.example/aws")
    rule = aws.cloudwatch.EventRule(
        "findings",
        event_pattern=json.dumps(
            {
                "source": ["aws.guardduty"],
                "detail-type": ["GuardDuty Finding"],
                "detail": {"severity": [{"numeric": [">=", 7]}]},
            }
        ),
    )
    aws.cloudwatch.EventTarget(
        "findings",
        rule=rule.name,
        arn=topic.arn,
        input_transformer={
            "input_paths": {"severity": "$.detail.severity", "type": "$.detail.type"},
            "input_template": '"Severity <severity>: <type>"',
        },
    )
