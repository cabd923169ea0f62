"""Roles of a pipeline that deploys functions and tasks: it passes roles that are named, or bound to a service."""

import json

import pulumi_aws as aws

from foreign.parts import allow, trust

ROLES = "arn:aws:iam::123456789012:role"
TWINS = {
    "a pipeline that passes any role to a function": {
        "functions.policy": allow(["iam:PassRole", "lambda:CreateFunction", "lambda:UpdateFunctionCode"], "*")
    },
    "a pipeline that starts machines with any role": {"functions.policy": allow(["iam:PassRole", "ec2:Run*"], "*")},
    "any role, in two statements": {
        "tasks.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{ROLES}/*"},
                    {"Effect": "Allow", "Action": ["ecs:RunTask", "ecs:RegisterTaskDefinition"], "Resource": "*"},
                ],
            }
        )
    },
    "who attaches any policy": {"functions.policy": allow(["iam:AttachRolePolicy"], "*")},
    "who rewrites any policy": {"tasks.policy": allow("iam:CreatePolicyVersion", "*")},
    "who makes keys for everybody": {"tasks.policy": allow("iam:CreateAccessKey", "arn:aws:iam::123456789012:user/*")},
    "a team without its boundary": {"team.permissionsBoundary": None},
}


def program():
    bound = {"StringEquals": {"iam:PassedToService": "ecs-tasks.amazonaws.com"}}
    role = aws.iam.Role("deploy", assume_role_policy=trust("codebuild"))
    aws.iam.RolePolicy(
        "functions",
        role=role.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": f"{ROLES}/functions/*"},
                    {"Effect": "Allow", "Action": ["lambda:CreateFunction", "lambda:Update*"], "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Action": ["iam:CreateAccessKey", "iam:DeleteAccessKey"],
                        "Resource": "arn:aws:iam::123456789012:user/${aws:username}",
                    },
                ],
            }
        ),
    )
    aws.iam.RolePolicy(
        "tasks",
        role=role.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*", "Condition": bound},
                    {"Effect": "Allow", "Action": ["ecs:RunTask", "ecs:RegisterTaskDefinition"], "Resource": "*"},
                ],
            }
        ),
    )
    # Who runs scheduled tasks passes what the tasks' definitions name; it makes none.
    events = aws.iam.Role("events", assume_role_policy=trust("events"))
    aws.iam.RolePolicy(
        "events",
        role=events.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "iam:PassRole", "Resource": "*"},
                    {
                        "Effect": "Allow",
                        "Action": "ecs:RunTask",
                        "Resource": "arn:aws:ecs:us-east-1:123456789012:task-definition/nightly:*",
                    },
                ],
            }
        ),
    )
    # A team that makes its own roles can't go beyond its boundary.
    boundary = aws.iam.Policy("boundary", policy=allow(["s3:GetObject", "iam:PutRolePolicy"], "arn:aws:s3:::team/*"))
    team = aws.iam.Role("team", assume_role_policy=trust("codebuild"), permissions_boundary=boundary.arn)
    aws.iam.RolePolicy("team", role=team.id, policy=allow(["iam:PutRolePolicy", "iam:AttachRolePolicy"], "*"))
