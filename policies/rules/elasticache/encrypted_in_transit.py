"""Caches speak TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import CACHE_CLUSTER, REPLICATION_GROUP
from policies.context import Context
from policies.finding import Risk, Severity
from policies.remediation import each_of, set_to, set_to_if_set
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """TLS is on, and required where there is a choice."""
    yield from must_be("transitEncryptionEnabled", True).check(resource, context)
    yield from must_be("transitEncryptionMode", "required", None).check(resource, context)


RULE = Rule(
    id="cache-encrypted-in-transit",
    title="Caches speak TLS",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Without TLS whoever is in the network reads keys, values and the password.",
    fix="Set transitEncryptionEnabled to true; a serverless cache always speaks TLS.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/elasticache-controls.html#elasticache-5",
    frameworks=("checkov:CKV_AWS_30", "fsbp:ElastiCache.5"),
    types=(*REPLICATION_GROUP, *CACHE_CLUSTER),
    check=check,
    remediate=each_of(set_to("transitEncryptionEnabled", True), set_to_if_set("transitEncryptionMode", "required")),
    passing={"cache": (REPLICATION_GROUP[0], {"transitEncryptionEnabled": True})},
    failing={"cache": (REPLICATION_GROUP[0], {"transitEncryptionEnabled": False})},
)
