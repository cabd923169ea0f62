"""Roles that a repository's workflows take by OpenID Connect, without keys."""

import json

import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow

ISSUER = "token.actions.githubusercontent.com"


def trust(subject, provider="arn:aws:iam::123456789012:oidc-provider/token.actions.githubusercontent.com"):
    condition = {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com"}}
    if subject:
        condition["StringLike"] = {f"{ISSUER}:sub": subject}
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": provider},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": condition,
                }
            ],
        }
    )


TWINS = {
    "any repository of GitHub": {"deploy.assumeRolePolicy": trust(None)},
    "any repository by a pattern": {"deploy.assumeRolePolicy": trust("repo:*")},
    "anybody at all": {
        "deploy.assumeRolePolicy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
            }
        )
    },
    "wildcard administrator": {"deploy-policy.policy": ADMINISTRATOR},
}


def program():
    provider = aws.iam.OpenIdConnectProvider(
        "github", url=f"https://{ISSUER}", client_id_lists=["sts.amazonaws.com"], thumbprint_lists=["f" * 40]
    )
    role = aws.iam.Role(
        "deploy",
        max_session_duration=3600,
        assume_role_policy=provider.arn.apply(lambda arn: trust("repo:acme/shop:ref:refs/heads/main", arn)),
    )
    aws.iam.RolePolicy(
        "deploy-policy",
        role=role.id,
        policy=allow(["s3:PutObject", "s3:DeleteObject"], "arn:aws:s3:::acme-site/*"),
    )
