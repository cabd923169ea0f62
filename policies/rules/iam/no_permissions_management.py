"""No role changes permissions at large."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import POLICY_HOLDERS, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator

MANAGING = re.compile(
    r"(?i)^(iam:(add|attach|create|delete|detach|pass|put|remove|set|update).*"
    r"|kms:(creategrant|putkeypolicy|revokegrant)|s3:put(bucketpolicy|bucketacl|objectacl|accountpublicaccessblock|bucketpublicaccessblock)"
    r"|sns:(addpermission|removepermission|settopicattributes)|sqs:(addpermission|removepermission|setqueueattributes)"
    r"|lambda:(addpermission|removepermission|addlayerversionpermission)|logs:(putresourcepolicy|deleteresourcepolicy)"
    r"|ecr:(setrepositorypolicy|deleterepositorypolicy)|secretsmanager:(putresourcepolicy|deleteresourcepolicy))$"
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No statement changes who may do what, everywhere."""
    for grant in grants(resource, context):
        if not grant.everywhere:
            continue
        found = [
            action
            for action in grant.statement.actions
            if MANAGING.match(action) and action != "logs:PutResourcePolicy"
        ]
        found += grant.allows("iam:PutRolePolicy", "kms:PutKeyPolicy", "s3:PutBucketPolicy")
        if found:
            yield Problem(f"{grant.path} allows {found[0]} on everything; name the resource", grant.path)


RULE = Rule(
    id="iam-no-permissions-management",
    title="No role changes permissions at large",
    severity=Severity.HIGH,
    why="Who may change any resource's policy may open every one of them.",
    fix="Name the ARNs as Resource, or add a condition.",
    source="https://docs.aws.amazon.com/service-authorization/latest/reference/reference_policies_actions-resources-contextkeys.html",
    frameworks=("checkov:CKV_AWS_289",),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    passing={
        "policy": (
            ROLE_POLICY[0],
            {"policy": granting("sns:SetTopicAttributes", resource="arn:aws:sns:us-east-1:123456789012:t")},
        )
    },
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("sns:SetTopicAttributes")})},
)
