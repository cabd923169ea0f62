"""Settings that speak of credentials and hold none: keys for browsers, names of secrets, buildspecs that read them."""

import base64
import json

import pulumi_aws as aws

from foreign.parts import ACCOUNT, trust

SETTINGS = {
    "FIREBASE_API_KEY": "AIza" + "SyExampleExampleExampleExampleExamp",
    "NEXT_PUBLIC_SEARCH_API_KEY": "0123456789abcdef0123456789abcdef",
    "SENTRY_DSN": "https://0123456789abcdef0123456789abcdef@o12345.ingest.sentry.io/67890",
    "DATABASE_URL": "postgres://app@db.acme.internal:5432/app?sslmode=verify-full",
    "JDBC_URL": "jdbc:postgresql://db.acme.internal/app?user=app&password=${DB_PASSWORD}",
    "DB_PASSWORD_FILE": "/run/secrets/db",
    "DB_SECRET_ARN": f"arn:aws:secretsmanager:us-east-1:{ACCOUNT}:secret:db-AbCdEf",
    "LOGGING": json.dumps({"redact": ["password", "token"], "passwordPolicy": {"minLength": 12}}),
    "JWT_PUBLIC_KEY": "-----BEGIN PUBLIC KEY-----\nMFkwEwYHKoZIzj0CAQYI\n-----END PUBLIC KEY-----",
    "REALM": "Basic Authentication",
}
BUILD = """version: 0.2
env:
  variables:
    STAGE: prod
  secrets-manager:
    NPM_TOKEN: shop-registry:token
  parameter-store:
    DB_PASSWORD: shop-password
phases:
  build:
    commands:
      - npm publish
"""
START = """#!/bin/bash
export DB_PASSWORD="$(aws secretsmanager get-secret-value --secret-id db --query SecretString --output text)"
SMTP_PASS=${SMTP_PASS:-}
passwd -l root
"""


def _told(**values: str) -> dict[str, object]:
    return {"shop.environment.variables": values}


def _container(**values: str) -> str:
    variables = [{"name": name, "value": value} for name, value in values.items()]
    return json.dumps([{"name": "web", "image": "web:1", "environment": variables}])


TWINS = {
    "a password in an address's query": _told(JDBC_URL="jdbc:postgresql://db/app?user=app&password=correct-horse"),
    "a password in JSON": _told(LOGGING=json.dumps({"mail": {"password": "correct-horse"}})),
    "a password in options": {"web.containerDefinitions": _container(JAVA_OPTS="-Xmx1g -Ddb.password=correct-horse")},
    "a header with a password": _told(REALM="Basic " + base64.b64encode(b"app:correct-horse").decode()),
    "a header with a token": _told(REALM="Bearer eyJhbGciOiJub25lIn0.eyJzdWIiOiJhcHAifQ.c2lnbmF0dXJl"),
    "settings in base64": _told(ENV=base64.b64encode(b"USER=app\nDB_PASSWORD=correct-horse\n").decode()),
    "a storage account's key": {"web.containerDefinitions": _container(STORE="AccountKey=" + "k" * 86 + "==")},
    "a key for servers called public": _told(NEXT_PUBLIC_KEY="sk" + "_live_0123456789abcdef"),
    "a password in a buildspec": {"web.source.buildspec": BUILD.replace("STAGE: prod", "DB_PASSWORD: correct-horse")},
    "a password of mail in user data": {"web.userData": START.replace("${SMTP_PASS:-}", "correct-horse-9")},
}


def program():
    role = aws.iam.Role("web", assume_role_policy=trust("lambda"))
    image = f"{ACCOUNT}.dkr.ecr.us-east-1.amazonaws.com/web:1"
    aws.lambda_.Function(
        "shop", role=role.arn, package_type="Image", image_uri=image, environment={"variables": SETTINGS}
    )
    aws.ecs.TaskDefinition("web", family="web", container_definitions=_container(**SETTINGS))
    builder = aws.iam.Role("builder", assume_role_policy=trust("codebuild"))
    aws.codebuild.Project(
        "web",
        service_role=builder.arn,
        artifacts={"type": "NO_ARTIFACTS"},
        source={"type": "GITHUB", "location": "https://github.com/acme/web.git", "buildspec": BUILD},
        environment={
            "type": "ARM_CONTAINER",
            "image": "aws/codebuild/amazonlinux2-aarch64-standard:3.0",
            "compute_type": "BUILD_GENERAL1_SMALL",
        },
    )
    aws.ec2.LaunchTemplate(
        "web",
        image_id="ami-0123456789abcdef0",
        instance_type="t4g.small",
        metadata_options={"http_tokens": "required"},
        block_device_mappings=[{"device_name": "/dev/xvda", "ebs": {"encrypted": "true", "volume_size": 8}}],
        user_data=base64.b64encode(START.encode()).decode(),
    )
