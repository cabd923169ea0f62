"""Roles that pipelines of GitLab take by OpenID Connect, a power user's policy, and people without administrators."""

import json

import pulumi_aws as aws

from foreign.parts import ACCOUNT, allow

ISSUER = "gitlab.com"
POWER = ["iam:*", "organizations:*", "account:*"]


def _trust(subject: str | None) -> str:
    conditions = {f"{ISSUER}:aud": "https://gitlab.com", **({f"{ISSUER}:sub": subject} if subject else {})}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{ISSUER}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": conditions},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _but(*actions: str) -> str:
    statement = {"Effect": "Allow", "NotAction": list(actions), "Resource": "*"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TWINS = {
    "a role for every project of GitLab": {"deploy.assumeRolePolicy": _trust("project_path:*")},
    "a role for whoever has a token of GitLab": {"deploy.assumeRolePolicy": _trust(None)},
    "all but one action": {"power.policy": _but("s3:DeleteBucket")},
    "every action on everything, spelled otherwise": {"power.policy": allow("IAM:*", "arn:aws:*:*:*:*")},
    "every action on all but one bucket": {
        "power.policy": json.dumps(
            {"Statement": {"Effect": "Allow", "Action": "*", "NotResource": "arn:aws:s3:::audit"}}
        )
    },
    "the administrator, by a list of attachments": {
        "attached.policyArns[0]": "arn:aws:iam::aws:policy/AdministratorAccess"
    },
}


def program():
    aws.iam.OpenIdConnectProvider("gitlab", url=f"https://{ISSUER}", client_id_lists=["https://gitlab.com"])
    role = aws.iam.Role("deploy", assume_role_policy=_trust("project_path:acme/shop:ref_type:branch:ref:main"))
    aws.iam.RolePolicy(
        "deploy", role=role.name, policy=allow(["ecr:PutImage"], f"arn:aws:ecr:us-east-1:{ACCOUNT}:repository/shop")
    )
    aws.iam.RolePolicyAttachmentsExclusive(
        "attached", role_name=role.name, policy_arns=["arn:aws:iam::aws:policy/ReadOnlyAccess"]
    )
    group = aws.iam.Group("developers")
    policy = aws.iam.Policy("power", policy=_but(*POWER))
    aws.iam.GroupPolicyAttachment("developers", group=group.name, policy_arn=policy.arn)
