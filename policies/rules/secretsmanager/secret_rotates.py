"""Secrets rotate at least every 90 days."""

from __future__ import annotations

from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import SECRET_ROTATION, SECRET_STORE
from deployment.unknown import UNKNOWN
from policies.checks import number, shown
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A secret rotates at least every 90 days."""
    rotations = context.graph.referrers(resource, *SECRET_ROTATION)
    if not rotations:
        yield Problem("the secret never rotates; add aws.secretsmanager.SecretRotation")
    for rotation in rotations:
        days = rotation.get("rotationRules.automaticallyAfterDays")
        scheduled = rotation.gives("rotationRules.scheduleExpression")
        if days is not UNKNOWN and not scheduled and not 0 < (number(days) or 0) <= MOST_DAYS:
            yield Problem(
                f"rotationRules.automaticallyAfterDays is {shown(days)}; set it to {MOST_DAYS} or less",
                "rotationRules",
                rotation,
            )


MOST_DAYS: Final = 90
_STACK: Final[Example] = {
    "secret": (SECRET_STORE[0], {}),
    "rotation": (SECRET_ROTATION[0], {"secretId": "id:secret", "rotationRules": {"automaticallyAfterDays": 30}}),
}

RULE = Rule(
    id="data-secret-rotates",
    title="Secrets rotate at least every 90 days",
    severity=Severity.MEDIUM,
    why="Rotation bounds how long a leaked secret is good for.",
    fix="Add aws.secretsmanager.SecretRotation with rotationRules.automaticallyAfterDays of 90 or less.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/secretsmanager-controls.html#secretsmanager-1",
    frameworks=("checkov:CKV2_AWS_57", "checkov:CKV_AWS_304", "fsbp:SecretsManager.1", "fsbp:SecretsManager.4"),
    types=SECRET_STORE,
    reads_graph=True,
    check=check,
    passing=_STACK,
    failing={"secret": (SECRET_STORE[0], {})},
    also_failing=each(_STACK, {"rotation.rotationRules.automaticallyAfterDays": 365}),
    undecided=each(_STACK, {"rotation.rotationRules.automaticallyAfterDays": UNKNOWN}),
)
