"""A workflow of functions, and the users that may start it."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

TWINS = {
    "wildcard administrator": {"machine-policy.policy": ADMINISTRATOR},
    "a password in the environment": {
        "charge.environment.variables.API_TOKEN": "ghp_16C7e42F292c6912E7710c838347Ae178B4a"
    },
}


def program():
    role = aws.iam.Role("charge", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicyAttachment(
        "charge",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    )
    charge = aws.lambda_.Function(
        "charge",
        role=role.arn,
        runtime="python3.13",
        handler="index.handler",
        code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context): return {}")}),
        environment={"variables": {"CURRENCY": "EUR"}},
    )
    machine_role = aws.iam.Role("machine", assume_role_policy=trust("states"))
    aws.iam.RolePolicy(
        "machine-policy",
        role=machine_role.id,
        policy=charge.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [{"Effect": "Allow", "Action": "lambda:InvokeFunction", "Resource": arn}],
                }
            )
        ),
    )
    aws.sfn.StateMachine(
        "order",
        role_arn=machine_role.arn,
        definition=charge.arn.apply(
            lambda arn: json.dumps(
                {
                    "StartAt": "Charge",
                    "States": {
                        "Charge": {
                            "Type": "Task",
                            "Resource": "arn:aws:states:::lambda:invoke",
                            "Parameters": {"FunctionName": arn, "Payload.$": "$"},
                            "Retry": [{"ErrorEquals": ["States.ALL"], "MaxAttempts": 3}],
                            "Catch": [{"ErrorEquals": ["States.ALL"], "Next": "Refused"}],
                            "Next": "Done",
                        },
                        "Refused": {"Type": "Fail"},
                        "Done": {"Type": "Succeed"},
                    },
                }
            )
        ),
    )
    pool = aws.cognito.UserPool(
        "customers",
        password_policy={
            "minimum_length": 12,
            "require_lowercase": True,
            "require_numbers": True,
            "require_symbols": True,
            "require_uppercase": True,
            "temporary_password_validity_days": 7,
        },
    )
    aws.cognito.UserPoolClient("shop", user_pool_id=pool.id, explicit_auth_flows=["ALLOW_USER_SRP_AUTH"])
