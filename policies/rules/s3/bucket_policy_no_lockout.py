"""S3 bucket policies leave somebody who may change them."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_POLICY
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import TLS_ONLY, Statement, statements
from policies.rules._grants import allowed

if TYPE_CHECKING:
    from collections.abc import Iterator

UNDOING: Final = ("s3:DeleteBucketPolicy", "s3:PutBucketPolicy")
"""Either undoes a policy; who may do neither is held by it."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No statement denies everybody, without a condition, to change the policy and to delete it."""
    for number, statement in enumerate(statements(resource.get("policy")) or ()):
        if locks_out(statement):
            yield Problem(
                f"policy, statement {statement.sid or number} denies everybody to change this policy; "
                "name the actions, add a condition, or leave out an administrator by NotPrincipal",
                "policy",
            )


def locks_out(statement: Statement) -> bool:
    """True for a Deny that holds for everybody and covers the bucket itself with what undoes its policy."""
    return (
        statement.effect == "Deny"
        and not statement.excludes_principals
        and not statement.conditions
        and ("AWS", "*") in statement.principals
        and any("/" not in one for one in statement.resources)
        and len(allowed(UNDOING, statement.actions)) == len(UNDOING)
    )


def _denying(**statement: object) -> str:
    whole = {"Effect": "Deny", "Principal": "*", "Action": "s3:*", "Resource": "arn:aws:s3:::plants", **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [whole]})


_POLICY: Final[Example] = {"policy": (BUCKET_POLICY[0], {"bucket": "plants", "policy": TLS_ONLY})}

RULE = Rule(
    id="data-bucket-policy-no-lockout",
    title="S3 bucket policies leave somebody who may change them",
    severity=Severity.HIGH,
    risk=Risk.LOSS,
    why="Once it is in force nobody but the account's root user reaches the bucket, or takes the policy away.",
    fix="Deny the actions that are meant, or add a Condition that those who look after the bucket do not meet.",
    source="https://docs.aws.amazon.com/AmazonS3/latest/API/API_PutBucketPolicy.html",
    frameworks=("checkov:CKV_AWS_93",),
    types=(*BUCKET_POLICY, *BUCKET),
    check=check,
    passing=_POLICY,
    failing=each(_POLICY, {"policy.policy": _denying()})[0],
    also_passing=each(
        _POLICY,
        {"policy.policy": _denying(Resource="arn:aws:s3:::plants/*")},
        {"policy.policy": _denying(Action="s3:DeleteBucket*")},
        {"policy.policy": _denying(Principal={"AWS": "arn:aws:iam::123456789012:role/reader"})},
        {
            "policy.policy": json.dumps(
                {
                    "Statement": {
                        "Effect": "Deny",
                        "NotPrincipal": {"AWS": "arn:aws:iam::123456789012:role/admin"},
                        "Action": "*",
                        "Resource": "*",
                    }
                }
            )
        },
    ),
    also_failing=each(
        _POLICY,
        {"policy.policy": _denying(Principal={"AWS": ["*"]}, Action="*", Resource=["*"])},
        {"bucket": (BUCKET[0], {"policy": _denying(Action=["s3:PutBucketPolicy", "s3:DeleteBucketPolicy"])})},
    ),
)
