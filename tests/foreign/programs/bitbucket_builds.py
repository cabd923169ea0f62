"""Builds of a repository that is reached by a connection, and of one whose address names nobody."""

import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "a token in the repository's address": {
        "image.source.location": "https://x-token-auth:ATCTT3xFfGN0c0rrect@bitbucket.org/acme/image.git"
    },
    "a token in the address of a second source": {
        "image.secondarySources[0].location": f"https://{'a1' * 20}@github.com/acme/charts.git"
    },
    "builds that anybody reads": {"image.projectVisibility": "PUBLIC_READ"},
    "wildcard administrator": {"build.policy": ADMINISTRATOR},
}


def program():
    role = aws.iam.Role("build", assume_role_policy=trust("codebuild"))
    logs = aws.cloudwatch.LogGroup("build", retention_in_days=90)
    aws.iam.RolePolicy(
        "build",
        role=role.id,
        policy=logs.arn.apply(lambda arn: allow(["logs:CreateLogStream", "logs:PutLogEvents"], f"{arn}:*")),
    )
    connection = aws.codeconnections.Connection("bitbucket", provider_type="Bitbucket")
    aws.codebuild.Project(
        "image",
        service_role=role.arn,
        artifacts={"type": "NO_ARTIFACTS"},
        environment={
            "compute_type": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/amazonlinux-aarch64-standard:3.0",
            "type": "ARM_CONTAINER",
        },
        source={
            "type": "BITBUCKET",
            "location": "https://builder@bitbucket.org/acme/image.git",
            "git_clone_depth": 1,
            "auth": {"type": "CODECONNECTIONS", "resource": connection.arn},
        },
        secondary_sources=[
            {"type": "GITHUB", "location": "https://github.com/acme/charts.git", "source_identifier": "charts"}
        ],
        logs_config={"cloudwatch_logs": {"group_name": logs.name}},
    )
