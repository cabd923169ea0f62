"""People and what they may: permission sets of IAM Identity Center, groups, a role for auditors, a break-glass role."""

import json

import pulumi_aws as aws

INSTANCE = "arn:aws:sso:::instance/ssoins-1234567890abcdef"


def taken_by(principal, condition=None):
    statement = {"Effect": "Allow", "Principal": principal, "Action": "sts:AssumeRole"}
    if condition:
        statement["Condition"] = condition
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TWINS = {
    "auditors from anywhere": {"auditors.assumeRolePolicy": taken_by({"AWS": "*"})},
    "a group that administers the account": {
        "developers.policy": json.dumps(
            {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
        )
    },
}


def program():
    readers = aws.ssoadmin.PermissionSet(
        "readers", name="ReadOnly", instance_arn=INSTANCE, session_duration="PT8H", description="Looks at everything"
    )
    aws.ssoadmin.ManagedPolicyAttachment(
        "readers",
        instance_arn=INSTANCE,
        managed_policy_arn="arn:aws:iam::aws:policy/ReadOnlyAccess",
        permission_set_arn=readers.arn,
    )
    admins = aws.ssoadmin.PermissionSet("admins", name="Admin", instance_arn=INSTANCE, session_duration="PT1H")
    aws.ssoadmin.ManagedPolicyAttachment(
        "admins",
        instance_arn=INSTANCE,
        managed_policy_arn="arn:aws:iam::aws:policy/AdministratorAccess",
        permission_set_arn=admins.arn,
    )
    aws.ssoadmin.PermissionSetInlinePolicy(
        "readers",
        instance_arn=INSTANCE,
        permission_set_arn=readers.arn,
        inline_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Deny", "Action": "s3:GetObject", "Resource": "arn:aws:s3:::acme-payroll/*"}],
            }
        ),
    )
    group = aws.identitystore.Group("platform", identity_store_id="d-1234567890", display_name="platform")
    aws.ssoadmin.AccountAssignment(
        "platform",
        instance_arn=INSTANCE,
        permission_set_arn=admins.arn,
        principal_id=group.group_id,
        principal_type="GROUP",
        target_id="123456789012",
        target_type="AWS_ACCOUNT",
    )
    auditors = aws.iam.Role(
        "auditors",
        assume_role_policy=taken_by(
            {"AWS": "arn:aws:iam::999988887777:root"}, {"StringEquals": {"sts:ExternalId": "acme-2026"}}
        ),
        max_session_duration=3600,
    )
    aws.iam.RolePolicyAttachment("auditors", role=auditors.name, policy_arn="arn:aws:iam::aws:policy/SecurityAudit")
    developers = aws.iam.Group("developers")
    aws.iam.GroupPolicy(
        "developers",
        group=developers.name,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Sid": "OwnCredentials",
                        "Effect": "Allow",
                        "Action": ["iam:ChangePassword", "iam:*AccessKey*", "iam:*MFADevice*"],
                        "Resource": [
                            "arn:aws:iam::*:user/${aws:username}",
                            "arn:aws:iam::*:mfa/${aws:username}",
                        ],
                    },
                    {
                        "Sid": "NothingWithoutMfa",
                        "Effect": "Deny",
                        "NotAction": ["iam:*", "sts:GetSessionToken"],
                        "Resource": "*",
                        "Condition": {"BoolIfExists": {"aws:MultiFactorAuthPresent": "false"}},
                    },
                ],
            }
        ),
    )
    person = aws.iam.User("ada", force_destroy=True)
    aws.iam.UserGroupMembership("ada", user=person.name, groups=[developers.name])
