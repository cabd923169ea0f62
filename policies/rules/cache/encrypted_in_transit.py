"""Caches speak TLS."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from policies.checks import must_be
from policies.finding import Severity
from policies.remediation import each_of, set_to, set_to_if_set
from policies.rule import Context, Problem, Rule
from policies.rules._tokens import CACHE_CLUSTER, REPLICATION_GROUP

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """TLS is on, and required where there is a choice."""
    yield from must_be("transitEncryptionEnabled", True)(resource, context)
    yield from must_be("transitEncryptionMode", "required", None)(resource, context)


RULE = Rule(
    id="cache-encrypted-in-transit",
    title="Caches speak TLS",
    severity=Severity.HIGH,
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
