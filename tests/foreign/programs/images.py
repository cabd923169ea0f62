"""Images, and the builds that make them."""

import json

import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "images that anybody pulls": {
        "app-policy.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "ecr:BatchGetImage"}],
            }
        )
    },
    "wildcard administrator": {"build-policy.policy": ADMINISTRATOR},
    "a token in the build": {
        "build.environment.environmentVariables[0]": {
            "name": "NPM_TOKEN",
            "value": "npm_4eC39HqLyjWDarjtT1zdp7dc4eC39HqLyjWD",
        }
    },
}


def program():
    repository = aws.ecr.Repository(
        "app", image_tag_mutability="IMMUTABLE", image_scanning_configuration={"scan_on_push": True}
    )
    aws.ecr.RepositoryPolicy(
        "app-policy",
        repository=repository.name,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::210987654321:root"},
                        "Action": ["ecr:BatchGetImage", "ecr:GetDownloadUrlForLayer"],
                    }
                ],
            }
        ),
    )
    role = aws.iam.Role("build", assume_role_policy=trust("codebuild"))
    aws.iam.RolePolicy(
        "build-policy",
        role=role.id,
        policy=allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"], "arn:aws:logs:us-east-1:123456789012:log-group:/build:*"
        ),
    )
    aws.codebuild.Project(
        "build",
        service_role=role.arn,
        artifacts={"type": "NO_ARTIFACTS"},
        source={"type": "GITHUB", "location": "https://github.com/acme/app.git"},
        environment={
            "compute_type": "BUILD_GENERAL1_SMALL",
            "image": "aws/codebuild/amazonlinux2-x86_64-standard:5.0",
            "type": "LINUX_CONTAINER",
            "environment_variables": [{"name": "STAGE", "value": "live"}],
        },
    )
