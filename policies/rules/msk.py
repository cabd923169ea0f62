"""Data rules about msk."""

from __future__ import annotations

from typing import Final

from deployment.tokens import KAFKA
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-kafka-encrypted-in-transit",
        KAFKA,
        must_not_be(
            "encryptionInfo.encryptionInTransit.clientBroker", "PLAINTEXT", "TLS_PLAINTEXT", use="set it to TLS"
        ),
        must_not_be("encryptionInfo.encryptionInTransit.inCluster", False, use="leave it at true"),
        title="Kafka brokers speak TLS",
        severity=Severity.MEDIUM,
        risk=Risk.LEAK,
        why="Without TLS whoever is in the network reads the messages.",
        fix="Set encryptionInfo.encryptionInTransit.clientBroker to TLS, or leave it out.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-1",
        frameworks=("checkov:CKV_AWS_81", "fsbp:MSK.1"),
    ),
    row(
        "data-kafka-not-public",
        KAFKA,
        must_not_be(
            "brokerNodeGroupInfo.connectivityInfo.publicAccess.type", "SERVICE_PROVIDED_EIPS", use="leave it out"
        ),
        title="Kafka brokers have no public address",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A broker on the internet is one password away from everybody's messages.",
        fix="Leave brokerNodeGroupInfo.connectivityInfo.publicAccess out, or set its type to DISABLED.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/msk-controls.html#msk-4",
        frameworks=("checkov:CKV_AWS_291", "fsbp:MSK.4"),
    ),
    row(
        "data-kafka-clients-authenticated",
        KAFKA,
        must_not_be("clientAuthentication.unauthenticated", True, use="leave it out"),
        title="Kafka brokers ask who is there",
        severity=Severity.HIGH,
        why="Whoever is in the network reads and writes every topic.",
        fix="Leave clientAuthentication.unauthenticated out, and set sasl.iam to true.",
        source="https://docs.aws.amazon.com/msk/latest/developerguide/kafka_apis_iam.html",
        frameworks=("prowler:kafka_cluster_unrestricted_access_disabled",),
    ),
)
