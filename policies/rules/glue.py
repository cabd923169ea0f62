"""Data rules about Glue."""

from __future__ import annotations

from typing import Final

from deployment.tokens import GLUE_CATALOG_ENCRYPTION
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_not_be, row

_SETTINGS: Final = "dataCatalogEncryptionSettings"

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-catalog-encrypted",
        GLUE_CATALOG_ENCRYPTION,
        must_not_be(
            f"{_SETTINGS}.connectionPasswordEncryption.returnConnectionPasswordEncrypted",
            False,
            use="set it to true, with awsKmsKeyId",
        ),
        must_not_be(f"{_SETTINGS}.encryptionAtRest.catalogEncryptionMode", "DISABLED", use="set it to SSE-KMS"),
        title="The data catalog is not left in plain text, nor the passwords of its connections",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Whoever may read a connection gets its password.",
        fix="Set returnConnectionPasswordEncrypted to true and catalogEncryptionMode to SSE-KMS.",
        source="https://docs.aws.amazon.com/glue/latest/dg/encrypt-connection-passwords.html",
        frameworks=(
            "checkov:CKV_AWS_94",
            "prowler:glue_data_catalogs_connection_passwords_encryption_enabled",
            "prowler:glue_data_catalogs_metadata_encryption_enabled",
        ),
    ),
)
