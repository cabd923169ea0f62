"""Caches are encrypted with the stack's own key."""

from __future__ import annotations

from policies.checks import must_be_set
from policies.finding import Enforcement, Severity
from policies.rule import Rule
from policies.rules._tokens import REPLICATION_GROUP, SERVERLESS_CACHE

RULE = Rule(
    id="cache-customer-key",
    title="Caches are encrypted with the stack's own key",
    severity=Severity.MEDIUM,
    enforcement=Enforcement.ADVISORY,
    why="With the service's own key nobody can withdraw access to the data, or see who used it.",
    fix="Set kmsKeyId to the ARN of the stack's key; without that key this is waived for its $1.",
    source="https://docs.aws.amazon.com/AmazonElastiCache/latest/dg/at-rest-encryption.html",
    frameworks=("checkov:CKV_AWS_191",),
    types=(*SERVERLESS_CACHE, *REPLICATION_GROUP),
    check=must_be_set("kmsKeyId", "the ARN of the stack's key"),
    passing={"cache": (SERVERLESS_CACHE[0], {"kmsKeyId": "arn:key"})},
    failing={"cache": (SERVERLESS_CACHE[0], {})},
)
