"""Data rules about dynamodb."""

from __future__ import annotations

from typing import Final

from deployment.tokens import DAX, TABLE
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-table-recoverable",
        TABLE,
        must_be("pointInTimeRecovery.enabled", True),
        title="DynamoDB tables can be restored to any second",
        severity=Severity.MEDIUM,
        why="A table that a faulty release overwrites has no earlier state without it.",
        fix="Set pointInTimeRecovery.enabled to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-2",
        frameworks=("checkov:CKV_AWS_28", "fsbp:DynamoDB.2"),
        mends=True,
    ),
    row(
        "data-table-cache-encrypted",
        DAX,
        must_be("serverSideEncryption.enabled", True),
        title="Caches of DynamoDB are encrypted at rest",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="A cluster writes what it caches to disk. It can't be switched on later.",
        fix="Set serverSideEncryption.enabled to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-3",
        frameworks=("checkov:CKV_AWS_47", "fsbp:DynamoDB.3"),
    ),
    row(
        "data-table-cache-in-transit",
        DAX,
        must_be("clusterEndpointEncryptionType", "TLS"),
        title="Caches of DynamoDB speak TLS",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="Without TLS whoever is in the network reads what applications ask for. It can't be switched on later.",
        fix="Set clusterEndpointEncryptionType to TLS.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/dynamodb-controls.html#dynamodb-7",
        frameworks=("checkov:CKV_AWS_239", "fsbp:DynamoDB.7"),
    ),
)
