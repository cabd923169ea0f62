"""A database's secret that a function changes every month, read by another account's role."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import trust

TWINS = {
    "a secret that anybody reads": {
        "db.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": "*", "Action": "secretsmanager:GetSecretValue", "Resource": "*"}
                ],
            }
        )
    },
    "a function that anybody calls": {"rotate.principal": "*", "rotate.sourceAccount": None},
    "an access key in the environment": {"rotate.environment.variables.AWS_SECRET": "AKIAIOSFODNN7EXAMPLE"},
}


def program():
    key = aws.kms.Key("db", enable_key_rotation=True)
    aws.kms.Alias("db", name="alias/db", target_key_id=key.id)
    aws.kms.Grant(
        "reader", key_id=key.key_id, grantee_principal="arn:aws:iam::111122223333:role/reader", operations=["Decrypt"]
    )
    secret = aws.secretsmanager.Secret("db", kms_key_id=key.arn)
    aws.secretsmanager.SecretPolicy(
        "db",
        secret_arn=secret.arn,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::111122223333:role/reader"},
                        "Action": "secretsmanager:GetSecretValue",
                        "Resource": "*",
                    }
                ],
            }
        ),
    )
    role = aws.iam.Role("rotate", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicy(
        "rotate",
        role=role.id,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "secretsmanager:DescribeSecret",
                            "secretsmanager:GetSecretValue",
                            "secretsmanager:PutSecretValue",
                            "secretsmanager:UpdateSecretVersionStage",
                        ],
                        "Resource": secret.arn,
                    },
                    {"Effect": "Allow", "Action": "secretsmanager:GetRandomPassword", "Resource": "*"},
                    {"Effect": "Allow", "Action": ["kms:Decrypt", "kms:GenerateDataKey"], "Resource": key.arn},
                ],
            }
        ),
    )
    function = aws.lambda_.Function(
        "rotate",
        role=role.arn,
        runtime="python3.13",
        handler="rotate.handler",
        timeout=30,
        code=pulumi.AssetArchive({"rotate.py": pulumi.StringAsset("def handler(event, context): pass")}),
        environment={"variables": {"SECRETS_MANAGER_ENDPOINT": "https://secretsmanager.us-east-1.amazonaws.com"}},
    )
    permission = aws.lambda_.Permission(
        "rotate",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="secretsmanager.amazonaws.com",
        source_account="123456789012",
    )
    aws.secretsmanager.SecretRotation(
        "db",
        secret_id=secret.id,
        rotation_lambda_arn=function.arn,
        rotation_rules={"schedule_expression": "rate(30 days)", "duration": "2h"},
        opts=pulumi.ResourceOptions(depends_on=[permission]),
    )
    aws.ssm.Parameter("db-secret", name="/acme/db/secret-arn", type="String", value=secret.arn)
