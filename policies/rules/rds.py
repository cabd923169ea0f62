"""Data rules about databases: RDS, Aurora, DocumentDB and Neptune."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Final

from deployment.graph import Resource
from deployment.tokens import (
    CACHE_USER,
    DB_CLUSTER,
    DB_CLUSTER_INSTANCE,
    DB_GLOBAL_CLUSTER,
    DB_INSTANCE,
    DB_PARAMETERS,
    DB_SNAPSHOT,
    DIRECTORY,
    DOCUMENT_DB,
    GLUE_CONNECTION,
    LISTENER,
    MEMORY_DB_USER,
    MESSAGE_BROKER,
    MIGRATION_ENDPOINT,
    NEPTUNE,
    NEPTUNE_INSTANCE,
    OPENSEARCH,
    PLAIN_DATABASES,
    REDSHIFT,
    REDSHIFT_NAMESPACE,
    REDSHIFT_WORKGROUP,
    REPLICATION_GROUP,
    SECRET_INPUTS,
    SECRET_VERSION,
)
from deployment.unknown import SECRET, UNKNOWN
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.table import at_least, must_be, must_not_be, no_item, row

PASSWORDS: Final[Mapping[str, tuple[str, ...]]] = {
    **dict.fromkeys((*DB_INSTANCE, *PLAIN_DATABASES, *DIRECTORY, *MIGRATION_ENDPOINT), ("password", "masterPassword")),
    **dict.fromkeys((*DB_CLUSTER, *DOCUMENT_DB, *NEPTUNE, *REDSHIFT), ("masterPassword",)),
    REDSHIFT_NAMESPACE[0]: ("adminUserPassword",),
    **dict.fromkeys(OPENSEARCH, ("advancedSecurityOptions.masterUserOptions.masterUserPassword",)),
    MESSAGE_BROKER[0]: ("users[*].password",),
    REPLICATION_GROUP[0]: ("authToken",),
    **dict.fromkeys((*CACHE_USER, *MEMORY_DB_USER), ("passwords[*]", "authenticationMode.passwords[*]")),
    GLUE_CONNECTION[0]: ("connectionProperties.PASSWORD",),
    SECRET_VERSION[0]: ("secretString",),
    **SECRET_INPUTS,
}
"""Type -> where it holds a password. The SDK makes most of these secret by itself; other languages and a state that
somebody changed may not."""


TLS_OFF: Final = {
    "tls": ("disabled",),
    "rds.force_ssl": ("0",),
    "require_secure_transport": ("0", "off"),
    "require_ssl": ("false", "0"),
    "neptune_enforce_ssl": ("0",),
}
"""Parameter of an engine -> values, in lower case, with which it takes connections in plain text."""


def _no_plain_password(resource: Resource, context: Context) -> Iterator[Problem]:
    """The password is a Pulumi secret, or none of the program's business."""
    for path in PASSWORDS[resource.type]:
        for value in resource.peek(path):
            if value is UNKNOWN:
                yield undecided(path)
            elif isinstance(value, str) and value:
                yield Problem(f"{path} is readable in the state; let AWS keep it, or make it a Pulumi secret", path)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="data-database-password-secret",
        title="Passwords, tokens and private keys are secret in the state, too",
        severity=Severity.CRITICAL,
        risk=Risk.LEAK,
        why="Whoever reads the program, its state or a backup of it reads the password.",
        fix="Set manageMasterUserPassword to true, or read the password with config.require_secret.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/rds-secrets-manager.html",
        frameworks=("cfn-nag:F23", "cfn-nag:F34"),
        types=tuple(PASSWORDS),
        check=_no_plain_password,
        passing={"db": (DB_INSTANCE[0], {"manageMasterUserPassword": True})},
        also_passing=({"db": (DB_INSTANCE[0], {"password": SECRET})},),
        undecided=({"db": (DB_INSTANCE[0], {"password": UNKNOWN})},),
        failing={"db": (DB_INSTANCE[0], {"password": "correct-horse"})},
        also_failing=(
            {"db": (DB_CLUSTER[0], {"masterPassword": "correct-horse"})},
            {"https": (LISTENER[0], {"defaultActions": [{"authenticateOidc": {"clientSecret": "correct-horse"}}]})},
            {"broker": (MESSAGE_BROKER[0], {"users": [{"username": "app", "password": "correct-horse"}]})},
        ),
    ),
    row(
        "data-database-keeps-tls",
        (*DB_PARAMETERS, *REDSHIFT_WORKGROUP),
        no_item("parameters", TLS_OFF, "leave it out, or set it to what enforces TLS"),
        no_item(
            "configParameters",
            {"require_ssl": TLS_OFF["require_ssl"]},
            "leave it out, or set it to true",
            ("parameterKey", "parameterValue"),
        ),
        title="Databases don't switch TLS off",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Clients that do not ask for TLS send passwords and rows in plain text.",
        fix="Leave the parameter out, or set it to what enforces TLS.",
        source="https://docs.aws.amazon.com/AmazonRDS/latest/UserGuide/PostgreSQL.Concepts.General.SSL.html",
        frameworks=(
            "checkov:CKV_AWS_90",
            "checkov:CKV_AWS_105",
            "fsbp:Redshift.2",
            "prowler:rds_instance_transport_encrypted",
        ),
    ),
    row(
        "data-database-encrypted",
        (*DB_INSTANCE, *DB_CLUSTER, *DB_GLOBAL_CLUSTER, *DOCUMENT_DB, *NEPTUNE),
        must_be("storageEncrypted", True),
        where={
            "replicateSourceDb": (None,),
            "replicationSourceIdentifier": (None,),
            "sourceDbClusterIdentifier": (None,),
            "snapshotIdentifier": (None,),
            "restoreToPointInTime": (None,),
            "engineMode": (None, "provisioned", "global", "parallelquery"),
        },
        title="Databases are encrypted at rest",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="Storage, backups and snapshots are readable by whoever gets hold of them. It can't be switched on later.",
        fix="Set storageEncrypted to true; what is restored or replicated takes it from its source.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-3",
        frameworks=(
            "checkov:CKV_AWS_16",
            "checkov:CKV_AWS_44",
            "checkov:CKV_AWS_74",
            "checkov:CKV_AWS_96",
            "checkov:CKV_AWS_140",
            "fsbp:DocumentDB.1",
            "fsbp:Neptune.1",
            "fsbp:RDS.3",
            "fsbp:RDS.27",
            "awsguard:rds-storage-encrypted",
        ),
    ),
    row(
        "data-database-not-public",
        (*DB_INSTANCE, *DB_CLUSTER_INSTANCE, *NEPTUNE_INSTANCE, *PLAIN_DATABASES),
        must_be("publiclyAccessible", False, None),
        title="Databases have no public address",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="A database on the internet is one password, or one flaw of its engine, away from everybody.",
        fix="Leave publiclyAccessible at false, and reach the database from within its VPC.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-2",
        frameworks=("checkov:CKV_AWS_17", "checkov:CKV_AWS_102", "fsbp:RDS.2", "awsguard:rds-instance-public-access"),
        mends=True,
    ),
    row(
        "data-snapshots-not-public",
        DB_SNAPSHOT,
        must_not_be("sharedAccounts[*]", "all", use="name the accounts"),
        title="Snapshots of databases are shared with named accounts only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Whoever has an AWS account restores the database, and reads all of it.",
        fix="Name the accounts in sharedAccounts.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-1",
        frameworks=("fsbp:RDS.1",),
    ),
    row(
        "data-database-backups-on",
        (*DB_INSTANCE, *DB_CLUSTER, *DOCUMENT_DB, *NEPTUNE),
        at_least("backupRetentionPeriod", 1, "days", or_absent=True),
        where={"replicateSourceDb": (None,)},
        title="Backups of databases are not switched off",
        severity=Severity.HIGH,
        risk=Risk.LOSS,
        why="With a retention of 0 there are no automated backups, and no way back to the minute before a mistake.",
        fix="Set backupRetentionPeriod to 7 or more.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-11",
        frameworks=("checkov:CKV_AWS_133", "awsguard:rds-instance-backup-enabled"),
    ),
    row(
        "data-database-backed-up",
        (*DB_INSTANCE, *DB_CLUSTER, *DOCUMENT_DB, *NEPTUNE),
        at_least("backupRetentionPeriod", 7, "days"),
        where={"replicateSourceDb": (None,)},
        title="Databases are backed up for a week",
        severity=Severity.MEDIUM,
        why="A mistake is often noticed days later; left out, an instance has none, and a cluster one day of them.",
        fix="Set backupRetentionPeriod to 7 or more.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-11",
        frameworks=("fsbp:DocumentDB.2", "fsbp:Neptune.5", "fsbp:RDS.11"),
    ),
    row(
        "data-database-deletion-protected",
        (*DB_INSTANCE, *DB_CLUSTER, *DOCUMENT_DB, *NEPTUNE),
        must_be("deletionProtection", True),
        title="Databases are protected from deletion",
        severity=Severity.MEDIUM,
        why="A replacement that nobody read in the preview deletes the data with the database.",
        fix="Set deletionProtection to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/rds-controls.html#rds-8",
        frameworks=("checkov:CKV_AWS_293", "fsbp:DocumentDB.5", "fsbp:Neptune.4", "fsbp:RDS.7", "fsbp:RDS.8"),
        mends=True,
    ),
)
