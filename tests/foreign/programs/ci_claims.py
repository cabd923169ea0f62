"""Roles that pipelines take by what their tokens claim beside the subject, or by a subject that the company changed."""

import json

import pulumi_aws as aws

from foreign.parts import ACCOUNT, allow

GITHUB = "token.actions.githubusercontent.com"


def trusted(issuer: str, operator: str = "StringLike", **claims: str | list[str]) -> str:
    """Trust policy for `issuer`, whose tokens have to fit `claims`."""
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::{ACCOUNT}:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {operator: {f"{issuer}:{claim}": value for claim, value in claims.items()}},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


OWN = allow("iam:PutUserPolicy", f"arn:aws:iam::{ACCOUNT}:user/${{aws:username}}")
TWINS = {
    "every repository's production": {
        "by-owner.assumeRolePolicy": trusted(GITHUB, sub="environment:prod:repository_owner:acme")
    },
    "owners whose names begin alike": {"by-owner.assumeRolePolicy": trusted(GITHUB, sub="repository_owner:acme*")},
    "all repositories but one": {
        "by-owner.assumeRolePolicy": trusted(GITHUB, "StringNotLike", sub="repo:acme/playground:*")
    },
    "a repository of anybody's": {"by-repository.assumeRolePolicy": trusted(GITHUB, repository="*/api")},
    "who starts it, and where is all the same": {
        "by-repository.assumeRolePolicy": trusted(GITHUB, "StringEquals", actor="gardener")
    },
    "every team at the host": {"site.assumeRolePolicy": trusted("oidc.vercel.com", sub="owner:*:project:site:*")},
    "whoever signs in": {"mail.assumeRolePolicy": trusted("accounts.google.com", sub="*")},
    "people who give themselves policies": {"own-keys.policy": OWN},
}


def program():
    provider = aws.iam.OpenIdConnectProvider("github", url=f"https://{GITHUB}", client_id_lists=["sts.amazonaws.com"])
    audience = {"aud": "sts.amazonaws.com"}
    roles = {
        "by-owner": trusted(GITHUB, **audience, sub="repository_owner:acme:environment:prod"),
        "by-repository": trusted(GITHUB, **audience, repository="acme/*", ref="refs/heads/main"),
        "by-number": trusted(GITHUB, "StringEquals", **audience, repository_id="1296269"),
        "by-immutable-subject": trusted(GITHUB, sub="repo:acme@9919/api@1296269:*"),
        "by-workflow": trusted(GITHUB, sub="job_workflow_ref:acme/deploy/.github/workflows/aws.yml@refs/heads/main"),
        "site": trusted("oidc.vercel.com", sub="owner:acme:project:site:environment:production"),
        "mail": trusted("accounts.google.com", "StringEquals", sub="110000000000000000000"),
    }
    for name, policy in roles.items():
        role = aws.iam.Role(name, assume_role_policy=policy)
        aws.iam.RolePolicy(name, role=role.name, policy=allow("s3:PutObject", "arn:aws:s3:::acme-site/*"))
    aws.iam.Policy(
        "own-keys",
        policy=allow(["iam:CreateAccessKey", "iam:ChangePassword"], "arn:aws:iam::*:user/${aws:username}"),
    )
    del provider
