"""S3 buckets are encrypted with KMS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import BUCKET, BUCKET_ENCRYPTION
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A bucket uses KMS, unless load balancers write their access logs to it."""
    settings = context.pointing_at(resource, "bucket", *BUCKET_ENCRYPTION)
    algorithms = [
        value
        for setting in settings
        for value in setting.all("rules[*].applyServerSideEncryptionByDefault.sseAlgorithm")
    ]
    if not any(algorithm in ("aws:kms", "aws:kms:dsse", UNKNOWN) for algorithm in algorithms):
        yield Problem(
            "the bucket is not encrypted with KMS; set sseAlgorithm to aws:kms, or waive it for load balancer logs",
            "rules",
        )


RULE = Rule(
    id="data-bucket-customer-key",
    title="S3 buckets are encrypted with KMS",
    severity=Severity.LOW,
    why=(
        "With a key of one's own access can be withdrawn and is logged. Load balancers can write to SSE-S3 "
        "buckets only."
    ),
    fix=(
        "Set rules[0].applyServerSideEncryptionByDefault.sseAlgorithm to aws:kms; waive a load balancer's log bucket."
    ),
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/enable-access-logging.html",
    frameworks=("checkov:CKV_AWS_145", "fsbp:S3.17", "pulumi:configureCustomerManagedKey"),
    types=BUCKET,
    reads_graph=True,
    check=check,
    passing={
        "logs": (BUCKET[0], {}),
        "encryption": (
            BUCKET_ENCRYPTION[0],
            {"bucket": "id:logs", "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "aws:kms"}}]},
        ),
    },
    failing={
        "logs": (BUCKET[0], {}),
        "encryption": (
            BUCKET_ENCRYPTION[0],
            {"bucket": "id:logs", "rules": [{"applyServerSideEncryptionByDefault": {"sseAlgorithm": "AES256"}}]},
        ),
    },
)
