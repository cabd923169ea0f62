"""A pipeline from a repository to a bucket: connection, build, approval, deployment."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

TWINS = {
    "a pipeline that administers the account": {"pipeline-policy.policy": ADMINISTRATOR},
    "a token in the build's environment": {
        "build.environment.environmentVariables[0]": {
            "name": "NPM_TOKEN",
            "value": "npm_0123456789abcdef0123456789abcdef0123",
        }
    },
    "artifacts that policies may open": {"artifacts-block.blockPublicPolicy": False},
}


def program():
    artifacts = aws.s3.Bucket("artifacts", force_destroy=True)
    site = aws.s3.Bucket("site")
    aws.s3.BucketPublicAccessBlock(
        "artifacts-block",
        bucket=artifacts.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    connection = aws.codestarconnections.Connection("github", provider_type="GitHub")
    builder = aws.iam.Role("build", assume_role_policy=trust("codebuild"))
    aws.iam.RolePolicy(
        "build-policy",
        role=builder.id,
        policy=artifacts.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                            "Resource": "*",
                        },
                        {
                            "Effect": "Allow",
                            "Action": ["s3:GetObject", "s3:GetObjectVersion", "s3:PutObject"],
                            "Resource": f"{arn}/*",
                        },
                    ],
                }
            )
        ),
    )
    build = aws.codebuild.Project(
        "build",
        service_role=builder.arn,
        artifacts={"type": "CODEPIPELINE"},
        environment={
            "compute_type": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
            "type": "LINUX_CONTAINER",
            "environment_variables": [
                {"name": "NODE_ENV", "value": "production"},
                {"name": "NPM_TOKEN", "value": "/acme/npm-token", "type": "PARAMETER_STORE"},
            ],
        },
        source={"type": "CODEPIPELINE", "buildspec": "version: 0.2\nphases:\n  build:\n    commands: [npm ci]\n"},
    )
    role = aws.iam.Role("pipeline", assume_role_policy=trust("codepipeline"))
    aws.iam.RolePolicy(
        "pipeline-policy",
        role=role.id,
        policy=pulumi.Output.all(artifacts.arn, site.arn, connection.arn, build.arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["s3:GetObject*", "s3:GetBucketVersioning", "s3:PutObject*"],
                            "Resource": [one for arn in arns[:2] for one in (arn, f"{arn}/*")],
                        },
                        {"Effect": "Allow", "Action": "codestar-connections:UseConnection", "Resource": arns[2]},
                        {
                            "Effect": "Allow",
                            "Action": ["codebuild:BatchGetBuilds", "codebuild:StartBuild"],
                            "Resource": arns[3],
                        },
                    ],
                }
            )
        ),
    )
    aws.codepipeline.Pipeline(
        "site",
        role_arn=role.arn,
        pipeline_type="V2",
        artifact_stores=[{"type": "S3", "location": artifacts.bucket}],
        stages=[
            {
                "name": "Source",
                "actions": [
                    {
                        "name": "Source",
                        "category": "Source",
                        "owner": "AWS",
                        "provider": "CodeStarSourceConnection",
                        "version": "1",
                        "output_artifacts": ["source"],
                        "configuration": {
                            "ConnectionArn": connection.arn,
                            "FullRepositoryId": "acme/site",
                            "BranchName": "main",
                        },
                    }
                ],
            },
            {
                "name": "Build",
                "actions": [
                    {
                        "name": "Build",
                        "category": "Build",
                        "owner": "AWS",
                        "provider": "CodeBuild",
                        "version": "1",
                        "input_artifacts": ["source"],
                        "output_artifacts": ["built"],
                        "configuration": {"ProjectName": build.name},
                    }
                ],
            },
            {
                "name": "Approve",
                "actions": [
                    {"name": "Approve", "category": "Approval", "owner": "AWS", "provider": "Manual", "version": "1"}
                ],
            },
            {
                "name": "Deploy",
                "actions": [
                    {
                        "name": "Deploy",
                        "category": "Deploy",
                        "owner": "AWS",
                        "provider": "S3",
                        "version": "1",
                        "input_artifacts": ["built"],
                        "configuration": {"BucketName": site.bucket, "Extract": "true"},
                    }
                ],
            },
        ],
    )
