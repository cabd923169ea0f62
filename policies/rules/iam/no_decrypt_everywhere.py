"""No role decrypts with every key."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import ROLE_POLICY
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._grants import EVERY_KEY, HOLDING, POLICY_HOLDERS, granted, granting, grants

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """kms:Decrypt is bound to keys, by name or by tag."""
    for grant in grants(resource, context):
        if grant.statement.narrowed_by_tag():
            continue
        keys = [target for target in grant.statement.resources if target == "*" or target.endswith(EVERY_KEY)]
        if keys and grant.allows("kms:Decrypt", "kms:ReEncryptFrom"):
            yield Problem(f"{grant.path} allows decryption with {keys[0]}; name the key's ARN", grant.path)


_DECRYPTING_OWN: Final = json.dumps(
    {
        "Statement": {
            "Effect": "Allow",
            "Action": "kms:Decrypt",
            "Resource": "arn:aws:kms:us-east-1:123456789012:key/*",
            "Condition": {"StringEquals": {"aws:ResourceTag/Project": "shop"}},
        }
    }
)

RULE = Rule(
    id="iam-no-decrypt-everywhere",
    title="No role decrypts with every key",
    severity=Severity.HIGH,
    why="Encryption separates nothing when one role may use all keys.",
    fix="Name the key's ARN as Resource of kms:Decrypt.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-1",
    frameworks=("fsbp:KMS.1", "fsbp:KMS.2"),
    types=POLICY_HOLDERS,
    reads_graph=True,
    check=check,
    only_with=HOLDING,
    kind=granted,
    passing={
        "policy": (
            ROLE_POLICY[0],
            {"policy": granting("kms:Decrypt", resource="arn:aws:kms:us-east-1:123456789012:key/1")},
        ),
        "by-tag": (ROLE_POLICY[0], {"policy": _DECRYPTING_OWN}),
    },
    failing={"policy": (ROLE_POLICY[0], {"policy": granting("kms:Decrypt")})},
)
