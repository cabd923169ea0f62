"""Containers and builds get their credentials as secrets, not as plain variables."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    AMPLIFY,
    API_STAGE,
    APP_RUNNER,
    BATCH_JOB,
    BEANSTALK,
    BUILD_PROJECT,
    GLUE_JOB,
    HTTP_API_STAGE,
    LIGHTSAIL_CONTAINER,
    MODEL,
    STATE_MACHINE,
    TASK_DEFINITION,
)
from policies.checks import mappings, strings, unasked
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import holds_credential, is_credential
from policies.rules._documents import read_json
from policies.rules._shapes import shaped
from policies.rules.ecs._task import task

if TYPE_CHECKING:
    from collections.abc import Iterator


STORES: Final = ("secrets-manager", "parameter-store")
STORED: Final = re.compile(
    r"(?m)^([ \t]*)['\"]?(?:secrets-manager|parameter-store)['\"]?:[ \t]*\n(?:\1[ \t]+.*(?:\n|$))*"
    r"|\"(?:secrets-manager|parameter-store)\"\s*:\s*\{[^{}]*\}"
)
"""Parts of a buildspec that say which secrets and parameters are read, in YAML and in JSON."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No environment variable or command of a container, a build or a job holds a credential."""
    for path, where, variables in _environments(resource):
        for name, value in _pairs(variables):
            if is_credential(name, value):
                yield Problem(
                    f"variable {name} of {where} holds what looks like a credential; pass it "
                    "by secrets, from Secrets Manager or Parameter Store",
                    path,
                )
    for path in TEXTS.get(resource.type, ()):
        text = resource.get(path)
        if isinstance(text, str) and _holds(text, resource):
            yield Problem(
                f"{path} holds what looks like a credential; have it read from Secrets Manager, or use a connection",
                path,
            )
    for path in HOLDERS.get(resource.type, ()):
        for container in mappings(read_json(resource.get(path))):
            for key in ("command", "entryPoint"):
                if holds_credential(" ".join(strings(container.get(key)))):
                    yield Problem(
                        f"{key} of container {container.get('name', resource.name)} holds what looks like a credential;"
                        " pass it by secrets, from Secrets Manager or Parameter Store",
                        path,
                    )


def _holds(text: str, resource: Resource) -> bool:
    """True when `text` holds a credential, other than in its parts that only say where credentials are read."""
    if any(part in text for part in STORES):
        return holds_credential(STORED.sub("", text))
    return holds_credential(text, *shaped(text)) if resource.type in STATE_MACHINE else holds_credential(text)


def _environments(resource: Resource) -> Iterator[tuple[str, str, Any]]:
    """(property, whose, variables) of each environment."""
    for path in PLACES.get(resource.type, ()):
        yield path, path.partition(".")[0], resource.get(path)
    for path in HOLDERS.get(resource.type, ()):
        for container in mappings(read_json(resource.get(path))):
            yield path, f"container {container.get('name', resource.name)}", container.get("environment")


def _pairs(variables: Any) -> Iterator[tuple[Any, Any]]:
    """(name, value) of each variable, given as an object or as a list."""
    if isinstance(variables, Mapping):
        yield from ((str(name).lstrip("-"), unasked(variables, name)) for name in variables)
        return
    for variable in mappings(variables):
        # A build names a secret's store; of an Elastic Beanstalk environment the other settings are no variables.
        plain = variable.get("type") in (None, "PLAINTEXT")
        if plain and variable.get("namespace") in (None, "aws:elasticbeanstalk:application:environment"):
            yield variable.get("name"), unasked(variable, "value")


PLACES: Final[Mapping[str, tuple[str, ...]]] = {
    BUILD_PROJECT[0]: ("environment.environmentVariables",),
    APP_RUNNER[0]: (
        "sourceConfiguration.imageRepository.imageConfiguration.runtimeEnvironmentVariables",
        "sourceConfiguration.codeRepository.codeConfiguration.codeConfigurationValues.runtimeEnvironmentVariables",
    ),
    BEANSTALK[0]: ("settings",),
    **dict.fromkeys(AMPLIFY, ("environmentVariables",)),
    GLUE_JOB[0]: ("defaultArguments",),
    MODEL[0]: ("primaryContainer.environment",),
    API_STAGE[0]: ("variables",),
    HTTP_API_STAGE[0]: ("stageVariables",),
}
"""Type -> where it declares variables, as an object or as a list of names and values."""
HOLDERS: Final[Mapping[str, tuple[str, ...]]] = {
    TASK_DEFINITION[0]: ("containerDefinitions",),
    BATCH_JOB[0]: ("containerProperties",),
    MODEL[0]: ("containers",),
    LIGHTSAIL_CONTAINER[0]: ("containers",),
}
"""Type -> where it declares containers, as JSON text or as objects."""
TEXTS: Final[Mapping[str, tuple[str, ...]]] = {
    STATE_MACHINE[0]: ("definition",),
    BUILD_PROJECT[0]: ("source.buildspec",),
}
"""Type -> a text in which it says what calls are made, or what is run."""


def _build(**variable: str) -> Example:
    variables = [{"name": "NPM_PASSWORD", **variable}]
    return {"build": (BUILD_PROJECT[0], {"environment": {"environmentVariables": variables}})}


def _run_by(buildspec: str) -> Example:
    return {"build": (BUILD_PROJECT[0], {"source": {"buildspec": buildspec}})}


_STORED: Final = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"

RULE = Rule(
    id="compute-no-secrets-in-environment",
    title="Containers, builds, jobs and stages of APIs get their credentials as secrets",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Whoever may describe the task definition reads its variables, in every revision of it.",
    fix="Move the variable from environment to secrets, with valueFrom the ARN of a secret or parameter.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8",
    frameworks=(
        "fsbp:ECS.8",
        "fsbp:CodeBuild.2",
        "prowler:apigateway_restapi_no_secrets_in_stage_variables",
        "prowler:stepfunctions_statemachine_no_secrets_in_definition",
    ),
    types=tuple({**PLACES, **HOLDERS, **TEXTS}),
    check=check,
    passing=task(secrets=[{"name": "DB_PASSWORD", "valueFrom": _STORED}]),
    also_passing=(
        _build(type="SECRETS_MANAGER", value="prod/npm"),
        _run_by("env:\n  secrets-manager:\n    DB_PASSWORD: shop-db:password-of-app\nphases: {}\n"),
        _run_by('{"env": {"parameter-store": {"DB_PASSWORD": "shop-db:password"}}, "phases": {}}'),
        task(command=["sh", "-c", "serve --db-password=$DB_PASSWORD --password-file=/run/secrets/db"]),
        {
            "app": (
                BEANSTALK[0],
                {"settings": [{"namespace": "aws:rds:dbinstance", "name": "DBPassword", "value": "x"}]},
            )
        },
    ),
    failing=task(environment=[{"name": "DB_PASSWORD", "value": "correct-horse"}]),
    also_failing=(
        _build(value="correct-horse"),
        task(command=["serve", "--db-password=correct-horse"]),
        task(entryPoint=["sh", "-c", "PGPASSWORD=correct-horse psql"]),
        {"site": (AMPLIFY[0], {"environmentVariables": {"DB_PASSWORD": "correct-horse"}})},
        {"live": (API_STAGE[0], {"variables": {"dbPassword": "correct-horse"}})},
        {"flow": (STATE_MACHINE[0], {"definition": '{"Headers": {"api_key": "correct-horse"}}'})},
        _run_by("env:\n  secrets-manager:\n    A: b:c\n  variables:\n    DB_PASSWORD: correct-horse\n"),
    ),
)
