"""Applications that platforms run: App Runner, Amplify, Batch, Glue, a model; their secrets from stores."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ACCOUNT, trust

IMAGE = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/shop:1.4.2"
SECRET = f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:shop/db-a1b2c3"
PLAIN = "C0rrect-horse"
IN_APP_RUNNER = "sourceConfiguration.imageRepository.imageConfiguration.runtimeEnvironmentVariables"
TWINS = {
    "a password in App Runner": {f"shop.{IN_APP_RUNNER}.DB_PASSWORD": PLAIN},
    "a token in Amplify": {"site.environmentVariables.SENTRY_AUTH_TOKEN": "a8f5f167f44f4964e6c9"},
    "a password in a job of Batch": {
        "import.containerProperties": json.dumps(
            {"image": IMAGE, "environment": [{"name": "DB_PASSWORD", "value": PLAIN}]}
        )
    },
    "a password among a job's arguments": {"nightly.defaultArguments.--db_password": PLAIN},
    "a key in a model's environment": {"model.primaryContainer.environment.API_KEY": PLAIN},
    "a connection string in a function": {
        "hook.environment.variables.DB": "Server=db;User Id=app;Password=C0rrect-horse;"
    },
    "a password of a broker in the state": {"broker.users[0].password": PLAIN},
    "a privileged container": {
        "task.containerDefinitions": json.dumps([{"name": "shop", "image": IMAGE, "privileged": True}])
    },
}


def program():
    role = aws.iam.Role("apps", assume_role_policy=trust("build.apprunner"))
    aws.apprunner.Service(
        "shop",
        service_name="shop",
        source_configuration={
            "authentication_configuration": {"access_role_arn": role.arn},
            "image_repository": {
                "image_identifier": IMAGE,
                "image_repository_type": "ECR",
                "image_configuration": {
                    "port": "8080",
                    "runtime_environment_variables": {"STAGE": "live", "DB_SECRET": "shop/db"},
                    "runtime_environment_secrets": {"DB_PASSWORD": SECRET},
                },
            },
        },
    )
    aws.amplify.App("site", name="site", environment_variables={"API_URL": "https://api.acme.example"})
    aws.batch.JobDefinition(
        "import",
        type="container",
        container_properties=json.dumps(
            {
                "image": IMAGE,
                "resourceRequirements": [{"type": "VCPU", "value": "1"}, {"type": "MEMORY", "value": "2048"}],
                "environment": [{"name": "FORGOT_PASSWORD", "value": "enabled"}],
                "secrets": [{"name": "DB_PASSWORD", "valueFrom": SECRET}],
            }
        ),
    )
    aws.glue.Job(
        "nightly",
        role_arn=aws.iam.Role("glue", assume_role_policy=trust("glue")).arn,
        command={"script_location": "s3://acme-scripts/nightly.py"},
        default_arguments={"--job-language": "python", "--db_password_secret": SECRET},
    )
    aws.sagemaker.Model(
        "model",
        execution_role_arn=aws.iam.Role("sagemaker", assume_role_policy=trust("sagemaker")).arn,
        primary_container={"image": IMAGE, "environment": {"MODEL": "forecast"}},
    )
    aws.lambda_.Function(
        "hook",
        role=aws.iam.Role("hook", assume_role_policy=trust("lambda")).arn,
        runtime="python3.13",
        handler="hook.handler",
        code=pulumi.AssetArchive({"hook.py": pulumi.StringAsset("def handler(event, context): ...")}),
        environment={"variables": {"DB_PASSWORD": "shop/db-password", "TOKEN_TABLE": "tokens"}},
    )
    aws.mq.Broker(
        "broker",
        broker_name="orders",
        engine_type="RabbitMQ",
        engine_version="3.13",
        host_instance_type="mq.m5.large",
        users=[{"username": "app", "password": pulumi.Output.secret(PLAIN)}],
    )
    aws.ecs.TaskDefinition(
        "task",
        family="shop",
        container_definitions=json.dumps(
            [{"name": "shop", "image": IMAGE, "memory": 512, "secrets": [{"name": "DB_PASSWORD", "valueFrom": SECRET}]}]
        ),
    )
