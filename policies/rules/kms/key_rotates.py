"""KMS keys rotate."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import KEY
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.remediation import set_to
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A symmetric key rotates."""
    spec = resource.get("customerMasterKeySpec")
    if spec in (None, "SYMMETRIC_DEFAULT", UNKNOWN):
        yield from must_be("enableKeyRotation", True).check(resource, context)


RULE = Rule(
    id="data-key-rotates",
    title="KMS keys rotate",
    severity=Severity.MEDIUM,
    why="Rotation bounds what one key's material ever protects.",
    fix="Set enableKeyRotation to true.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/kms-controls.html#kms-4",
    frameworks=(
        "checkov:CKV_AWS_7",
        "fsbp:KMS.4",
        "awsguard:cmk-backing-key-rotation-enabled",
        "pulumi:enableKeyRotation",
    ),
    types=KEY,
    check=check,
    remediate=set_to("enableKeyRotation", True),
    passing={"key": (KEY[0], {"enableKeyRotation": True})},
    failing={"key": (KEY[0], {})},
)
