"""SQS queues are encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import QUEUE
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, same, shown
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

UNUSABLE: Final = "alias/aws/sqs"
"""The key that AWS manages for SQS: its policy admits no other service."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A queue is encrypted by SQS itself or with a key, and not with the key that other services can't use."""
    key, own = resource.get("kmsMasterKeyId"), resource.get("sqsManagedSseEnabled")
    if isinstance(key, str) and key.endswith(UNUSABLE):
        yield Problem(
            "kmsMasterKeyId is alias/aws/sqs, which other services can't use; set sqsManagedSseEnabled",
            "kmsMasterKeyId",
        )
    elif own is not UNKNOWN and is_absent(key) and not same(own, True):
        yield Problem(
            f"sqsManagedSseEnabled is {shown(own)}; set it to true, or give kmsMasterKeyId", "sqsManagedSseEnabled"
        )


def encrypt(resource: Resource, settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Lets SQS encrypt the queue by itself, unless it has a customer managed key."""
    inputs = resource.inputs
    key = inputs.get("kmsMasterKeyId")
    if not is_absent(key) and not (isinstance(key, str) and key.endswith(UNUSABLE)):
        return None
    mended = {name: value for name, value in inputs.items() if name != "kmsMasterKeyId"}
    mended["sqsManagedSseEnabled"] = True
    return None if mended == inputs else mended


RULE = Rule(
    id="data-queue-encrypted",
    title="SQS queues are encrypted",
    severity=Severity.MEDIUM,
    why="Messages lie in the queue for up to two weeks.",
    fix="Set sqsManagedSseEnabled to true (free), or kmsMasterKeyId to a customer managed key.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/sqs-controls.html#sqs-1",
    frameworks=("checkov:CKV_AWS_27", "checkov:CKV2_AWS_73", "fsbp:SQS.1"),
    types=QUEUE,
    check=check,
    reads=("kmsMasterKeyId", "sqsManagedSseEnabled"),
    remediate=encrypt,
    passing={"queue": (QUEUE[0], {"sqsManagedSseEnabled": True})},
    failing={"queue": (QUEUE[0], {"sqsManagedSseEnabled": False})},
    also_failing=({"queue": (QUEUE[0], {"kmsMasterKeyId": "alias/aws/sqs"})},),
    undecided=({"queue": (QUEUE[0], {"sqsManagedSseEnabled": UNKNOWN})},),
)
