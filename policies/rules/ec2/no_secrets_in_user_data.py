"""User data holds no credentials."""

from __future__ import annotations

from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE, SPOT_REQUEST
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import holds_credential, readable_text

if TYPE_CHECKING:
    from collections.abc import Iterator

LONGEST = 200_000


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """User data, plain or base64, holds nothing that looks like a credential."""
    for path in ("userData", "userDataBase64"):
        value = resource.get(path)
        if isinstance(value, str) and holds_credential(readable_text(value[:LONGEST])):
            yield Problem(
                f"{path} holds what looks like a credential; fetch it at start from Secrets Manager or SSM", path
            )


RULE = Rule(
    id="compute-no-secrets-in-user-data",
    title="User data holds no credentials",
    severity=Severity.CRITICAL,
    risk=Risk.LEAK,
    why="Whoever may describe the instance or reach its metadata reads the user data.",
    fix="Take the credential out of userData; read it at start from Secrets Manager or Parameter Store.",
    source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/user-data.html",
    frameworks=("checkov:CKV_AWS_46",),
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION, *SPOT_REQUEST),
    check=check,
    reads=("userData", "userDataBase64"),
    passing={"template": (LAUNCH_TEMPLATE[0], {"userData": "#!/bin/sh\necho ready\n"})},
    also_passing=(
        {"template": (LAUNCH_TEMPLATE[0], {"userData": "DB_PASSWORD=$(aws ssm get-parameter --name /db/password)\n"})},
        {"template": (LAUNCH_TEMPLATE[0], {"userData": "POSTGRES_PASSWORD=/run/secrets/db_password\n"})},
        {
            "template": (
                LAUNCH_TEMPLATE[0],
                {"userData": "aws ecr get-login-password | docker login --password-stdin\n"},
            )
        },
        {"template": (LAUNCH_TEMPLATE[0], {"userData": "password = get_secret('db')\n# password = changeme1\n"})},
    ),
    also_failing=(
        {"template": (LAUNCH_TEMPLATE[0], {"userData": "DB_PASSWORD='P@ssw0rd'\n"})},
        {"template": (LAUNCH_TEMPLATE[0], {"userData": 'echo {"password": "P@ssw0rd"} >app.json\n'})},
        {"template": (LAUNCH_TEMPLATE[0], {"userData": "echo 'ubuntu:P@ssw0rd' | chpasswd\n"})},
        {"template": (LAUNCH_TEMPLATE[0], {"userData": "docker login --username ci --password P@ssw0rd\n"})},
    ),
    failing={"template": (LAUNCH_TEMPLATE[0], {"userData": "export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE\n"})},
)
