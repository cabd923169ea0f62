"""Backups of all that carries a tag, in a vault that is locked, copied to a vault in another Region."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import trust

OPEN = {"Effect": "Allow", "Principal": "*", "Action": "kms:*", "Resource": "*"}

TWINS = {
    "a key that is anybody's": {"backup.policy": json.dumps({"Version": "2012-10-17", "Statement": [OPEN]})},
    "a role that everybody takes": {
        "backup-role.assumeRolePolicy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
            }
        )
    },
}


def program():
    west = aws.Provider("west", region="us-west-2")
    key = aws.kms.Key(
        "backup",
        enable_key_rotation=True,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "Enable IAM User Permissions",
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    }
                ],
            }
        ),
    )
    vault = aws.backup.Vault("daily", kms_key_arn=key.arn)
    aws.backup.VaultLockConfiguration(
        "daily", backup_vault_name=vault.name, min_retention_days=7, max_retention_days=1200, changeable_for_days=3
    )
    copy = aws.backup.Vault("copy", opts=pulumi.ResourceOptions(provider=west))
    plan = aws.backup.Plan(
        "daily",
        rules=[
            {
                "rule_name": "daily",
                "target_vault_name": vault.name,
                "schedule": "cron(0 3 * * ? *)",
                "start_window": 60,
                "completion_window": 300,
                "lifecycle": {"cold_storage_after": 30, "delete_after": 365},
                "copy_actions": [{"destination_vault_arn": copy.arn, "lifecycle": {"delete_after": 90}}],
            }
        ],
        advanced_backup_settings=[{"backup_options": {"WindowsVSS": "enabled"}, "resource_type": "EC2"}],
    )
    role = aws.iam.Role("backup-role", assume_role_policy=trust("backup"))
    for name in ("Backup", "Restores"):
        aws.iam.RolePolicyAttachment(
            name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/service-role/AWSBackupServiceRolePolicyFor{name}"
        )
    aws.backup.Selection(
        "tagged",
        iam_role_arn=role.arn,
        plan_id=plan.id,
        selection_tags=[{"type": "STRINGEQUALS", "key": "backup", "value": "daily"}],
    )
    topic = aws.sns.Topic("backup-failed", kms_master_key_id="alias/aws/sns")
    aws.backup.VaultNotifications(
        "daily",
        backup_vault_name=vault.name,
        sns_topic_arn=topic.arn,
        backup_vault_events=["BACKUP_JOB_FAILED", "COPY_JOB_FAILED"],
    )
