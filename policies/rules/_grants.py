"""What identity policies grant, and to what they grant it."""

from __future__ import annotations

import json
import re
from collections.abc import Hashable, Iterator, Mapping
from functools import lru_cache
from typing import Final, NamedTuple

from deployment.graph import Resource
from deployment.tokens import GROUP_POLICY, IAM_POLICY, ROLE, ROLE_POLICY, USER_POLICY
from deployment.unknown import watched
from policies.checks import mappings
from policies.context import Context
from policies.rule import Problem
from policies.rules._documents import Statement, statements
from policies.rules._globs import fits
from policies.table import IT, Condition

POLICY_HOLDERS: Final = (*ROLE, *ROLE_POLICY, *IAM_POLICY, *USER_POLICY, *GROUP_POLICY)
"""Types that hold identity policies."""
HOLDING: Final = ("policy", "inlinePolicies")
"""Properties in which they do."""


class Grant(NamedTuple):
    """One Allow statement of an identity policy."""

    path: str
    statement: Statement

    @property
    def label(self) -> str:
        """How a message names the statement."""
        return self.statement.sid or ", ".join(self.statement.actions[:2]) or "NotAction"

    @property
    def everywhere(self) -> bool:
        """True when the statement covers every resource, with no condition that narrows it down."""
        return "*" in self.statement.resources and not self.statement.conditions

    def allows(self, *actions: str) -> list[str]:
        """Those of `actions` that the statement allows, wildcards resolved; IAM ignores case."""
        return list(allowed(actions, self.statement.actions))


@lru_cache(maxsize=16_384)
def allowed(actions: tuple[str, ...], patterns: tuple[str, ...]) -> tuple[str, ...]:
    """Those of `actions` that one of `patterns` allows."""
    return tuple(one for one in actions if any(matches(one, pattern) for pattern in patterns))


@lru_cache(maxsize=65_536)
def matches(action: str, pattern: str) -> bool:
    """True when `action` is what `pattern` allows; IAM ignores case."""
    return fits(action.lower(), pattern.lower())


def documents(resource: Resource) -> Iterator[tuple[str, tuple[Statement, ...] | None]]:
    """(property, statements) of each policy that `resource` holds; None for one that is not known yet."""
    if resource.type in ROLE:
        for index, inline in enumerate(mappings(resource.get("inlinePolicies"))):
            yield f"inlinePolicies[{index}].policy", statements(inline.get("policy"))
    else:
        yield "policy", statements(resource.get("policy"))


def grants(resource: Resource, context: Context) -> tuple[Grant, ...]:
    """Allow statements of `resource`; none of what is a permissions boundary only, which bounds and grants nothing."""
    return context.once_for(_grants, resource)


def _grants(resource: Resource, context: Context) -> tuple[Grant, ...]:
    return tuple(_granted(resource, context))


def _granted(resource: Resource, context: Context) -> Iterator[Grant]:
    if _only_bounds(resource, context):
        return
    for path, found in documents(resource):
        for statement in found or ():
            if statement.allows:
                yield Grant(path, statement)


EVERYTHING: Final = re.compile(
    r"\*+|arn:[a-z*-]*:(?:\*|(?:iam|\*):\*?:(?:\*|\d{12}|):(?:role/|user/|policy/)?\*(?::\*|/\*)*)"
)
"""Resources that are all of them, or all roles, users or policies."""
THEMSELVES: Final = re.compile(r":user/(?:\*|.*/)?\$\{aws:username\}\*?$", re.IGNORECASE)
"""The user who asks, by a policy variable."""
EVERY_KEY: Final = ":key/*"
"""How a resource ends that is every key of an account."""


def is_any(target: str) -> bool:
    """True for a resource that stands for every role, user, group or policy."""
    return target == "*" or target.endswith((":role/*", ":user/*", ":group/*", ":policy/*", ":*"))


def granted(resource: Resource, context: Context) -> Hashable:
    """What rules ask of all that the policies of `resource` say: everything but the names of single resources."""
    return context.once(_kinds).get(resource.urn)


def _kinds(context: Context) -> Mapping[str, int]:
    """URN of what holds policies -> of which kind it is; what can't be read is a kind of its own."""
    holders = context.graph.with_any(HOLDING, *POLICY_HOLDERS)
    _, kinds = context.alike(_kind, holders)
    return {one.urn: kind for one, kind in zip(holders, kinds, strict=True)}


def _kind(resource: Resource, context: Context) -> Hashable:
    if _only_bounds(resource, context):
        return ()
    return tuple(
        [
            (
                path,
                *one[:3],
                one.sid,
                repr(one.conditions) if one.conditions else "",
                bool(one.not_resources),
                tuple(filter(_is_wide, one.resources)),
            )
            for path, found in documents(resource)
            for one in found or ()
        ]
    )


def _is_wide(target: str) -> bool:
    """False for what no rule takes for more than the resource, or the part of one, that it names."""
    return ("*" in target or "$" in target) and bool(
        is_any(target)
        or target.endswith(EVERY_KEY)
        or EVERYTHING.fullmatch(target)
        or ("$" in target and THEMSELVES.search(target))
    )


def _only_bounds(resource: Resource, context: Context) -> bool:
    return resource.type in IAM_POLICY and is_boundary(resource, context) and not is_attached(resource, context)


def is_boundary(policy: Resource, context: Context) -> bool:
    """True when roles use `policy` as their permissions boundary."""
    return policy.urn in context.once(_boundaries)


def is_attached(policy: Resource, context: Context) -> bool:
    """True when `policy` grants somebody something."""
    return policy.urn in context.once(_attached)


def _attached(context: Context) -> set[str]:
    """URNs of what is attached to somebody. What can't be read attaches nothing that is known."""
    graph = context.graph
    with watched(off=True):
        return {
            policy.urn
            for one in graph
            for path in ("policyArn", "managedPolicyArns", "policyArns")
            if path in one.inputs or path in one.outputs or path in one.property_dependencies
            for policy in graph.referenced(one, path)
        }


def _boundaries(context: Context) -> set[str]:
    """URNs of what roles use as their permissions boundary."""
    graph = context.graph
    return {one.urn for role in graph.of_type(*ROLE) for one in graph.referenced(role, "permissionsBoundary")}


def granting(*actions: str, resource: str = "*") -> str:
    """Identity policy of one Allow statement, for examples."""
    statement = {"Effect": "Allow", "Action": list(actions), "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def trusting(principal: dict[str, str], **conditions: dict[str, str]) -> str:
    """Trust policy of one Allow statement, for examples."""
    statement: dict[str, object] = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if conditions:
        statement["Condition"] = conditions
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


EXPOSING: Final = (
    "chime:CreateApiKey",
    "codepipeline:PollForJobs",
    "cognito-identity:GetOpenIdToken",
    "cognito-identity:GetCredentialsForIdentity",
    "connect:GetFederationToken",
    "gamelift:RequestUploadCredentials",
    "iam:CreateAccessKey",
    "iam:CreateLoginProfile",
    "iam:CreateServiceSpecificCredential",
    "iam:ResetServiceSpecificCredential",
    "iam:UpdateAccessKey",
    "lightsail:GetInstanceAccessDetails",
    "rds-db:connect",
    "redshift:GetClusterCredentials",
    "sso:GetRoleCredentials",
    "sts:AssumeRole",
    "sts:AssumeRoleWithSAML",
    "sts:AssumeRoleWithWebIdentity",
    "sts:GetFederationToken",
    "sts:GetSessionToken",
)
"""Actions that answer with credentials (cloudsplaining's list, which Checkov's CKV_AWS_287 takes)."""
READING_DATA: Final = (
    "s3:GetObject",
    "ssm:GetParameter",
    "ssm:GetParameters",
    "ssm:GetParametersByPath",
    "secretsmanager:GetSecretValue",
)
"""Actions that read data (cloudsplaining's list, CKV_AWS_288)."""
MANAGING: Final = (
    "ecr:DeleteRepositoryPolicy",
    "ecr:SetRepositoryPolicy",
    "iam:AddUserToGroup",
    "iam:AttachRolePolicy",
    "iam:AttachUserPolicy",
    "iam:CreatePolicyVersion",
    "iam:CreateRole",
    "iam:CreateUser",
    "iam:DeleteRolePolicy",
    "iam:DetachRolePolicy",
    "iam:PassRole",
    "iam:PutRolePolicy",
    "iam:PutUserPolicy",
    "iam:SetDefaultPolicyVersion",
    "iam:UpdateAssumeRolePolicy",
    "kms:CreateGrant",
    "kms:PutKeyPolicy",
    "kms:RevokeGrant",
    "lambda:AddLayerVersionPermission",
    "lambda:AddPermission",
    "lambda:RemovePermission",
    "logs:DeleteResourcePolicy",
    "s3:PutAccountPublicAccessBlock",
    "s3:PutBucketAcl",
    "s3:PutBucketPolicy",
    "s3:PutBucketPublicAccessBlock",
    "s3:PutObjectAcl",
    "secretsmanager:DeleteResourcePolicy",
    "secretsmanager:PutResourcePolicy",
    "sns:AddPermission",
    "sns:RemovePermission",
    "sns:SetTopicAttributes",
    "sqs:AddPermission",
    "sqs:RemovePermission",
    "sqs:SetQueueAttributes",
)
"""Actions that change who may do what (cloudsplaining's list, CKV_AWS_289). Log delivery can't do without
logs:PutResourcePolicy, which IAM can't bind."""


def allows_nowhere(*actions: str, name: str) -> Condition:
    """No policy of the resource allows one of `actions` on every resource; `name` says what to name instead."""

    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for grant in grants(resource, context):
            if grant.everywhere and (found := grant.allows(*actions)):
                yield Problem(f"{grant.path} allows {found[0]} on everything; name {name}", grant.path)

    policy = {"Effect": "Allow", "Action": actions[0], "Resource": "arn:aws:s3:::one"}
    where = f"{IT}.inlinePolicies"
    return Condition(
        check=check,
        good={where: [{"name": "one", "policy": json.dumps({"Statement": policy})}]},
        bad=({where: [{"name": "one", "policy": json.dumps({"Statement": {**policy, "Resource": "*"}})}]},),
        only_with=HOLDING,
        kind=granted,
        reads_graph=True,
    )


ONLY_EVERYWHERE: Final = (
    "autoscaling:describe*",
    "ce:*",
    "cloudwatch:getmetric*",
    "cloudwatch:listmetrics",
    "cloudwatch:putmetricdata",
    "ec2:describe*",
    "ec2messages:*",
    "ecr:getauthorizationtoken",
    "elasticache:describe*",
    "elasticloadbalancing:describe*",
    "elasticloadbalancing:setwebacl",
    "kms:listaliases",
    "logs:createlogdelivery",
    "logs:deletelogdelivery",
    "logs:describe*",
    "logs:getlogdelivery",
    "logs:listlogdeliveries",
    "logs:putresourcepolicy",
    "logs:updatelogdelivery",
    "pricing:*",
    "s3:listallmybuckets",
    "ssm:describeparameters",
    "ssmmessages:*",
    "sts:getcalleridentity",
    "tag:get*",
    "wafv2:list*",
    "xray:get*",
    "xray:puttelemetryrecords",
    "xray:puttracesegments",
)
"""Actions that IAM can't bind to a resource (Service Authorization Reference, 2026-11), as lower-case globs."""


def bindable(statement: Statement) -> list[str]:
    """Actions of `statement` that could be bound to a resource."""
    return [action for action in statement.actions if not allowed((action,), ONLY_EVERYWHERE)]
