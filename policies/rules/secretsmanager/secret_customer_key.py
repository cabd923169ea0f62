"""Secrets are encrypted with the stack's own key."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import SECRET_STORE
from policies.checks import is_absent, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A secret is encrypted with a key of one's own."""
    key = resource.get("kmsKeyId")
    if is_absent(key) or (isinstance(key, str) and "aws/" in key):
        yield Problem(f"kmsKeyId is {shown(key)}; give the ARN of the stack's key", "kmsKeyId")


RULE = Rule(
    id="data-secret-customer-key",
    title="Secrets are encrypted with the stack's own key",
    severity=Severity.MEDIUM,
    why="With a key of one's own a leaked permission to read secrets is not enough.",
    fix="Set kmsKeyId to the stack's key.",
    source="https://docs.aws.amazon.com/secretsmanager/latest/userguide/security-encryption.html",
    frameworks=("checkov:CKV_AWS_149", "pulumi:configureCustomerManagedKey"),
    types=SECRET_STORE,
    check=check,
    passing={"secret": (SECRET_STORE[0], {"kmsKeyId": "arn:key"})},
    failing={"secret": (SECRET_STORE[0], {})},
)
