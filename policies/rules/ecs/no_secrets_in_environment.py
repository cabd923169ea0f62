"""Containers and builds get their credentials as secrets, not as plain variables."""

from __future__ import annotations

import json
from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import BUILD_PROJECT, TASK_DEFINITION
from policies.checks import mappings, unasked
from policies.context import Context
from policies.examples import Example
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import is_credential
from policies.rules._documents import parse_json

if TYPE_CHECKING:
    from collections.abc import Iterator


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No environment variable of a container or a build holds a credential."""
    for path, where, variables in _environments(resource):
        for variable in mappings(variables):
            name, value = variable.get("name"), unasked(variable, "value")
            plain = variable.get("type") in (None, "PLAINTEXT")  # a build names a secret's store here
            if plain and is_credential(name, value):
                yield Problem(
                    f"variable {name} of {where} holds what looks like a credential; pass it "
                    "by secrets, from Secrets Manager or Parameter Store",
                    path,
                )


def _environments(resource: Resource) -> Iterator[tuple[str, str, Any]]:
    """(property, whose, variables) of each environment."""
    if resource.type in BUILD_PROJECT:
        path = "environment.environmentVariables"
        yield path, "the build", resource.get(path)
        return
    given = resource.get("containerDefinitions")
    for container in mappings(parse_json(given) if isinstance(given, str) else given):
        yield "containerDefinitions", f"container {container.get('name')}", container.get("environment")


def _task(**container: Any) -> Example:
    definitions = json.dumps([{"name": "api", "image": "registry.example.com/api:1.0.0", **container}])
    return {"task": (TASK_DEFINITION[0], {"family": "api", "containerDefinitions": definitions})}


def _build(**variable: str) -> Example:
    variables = [{"name": "NPM_PASSWORD", **variable}]
    return {"build": (BUILD_PROJECT[0], {"environment": {"environmentVariables": variables}})}


_STORED: Final = "arn:aws:secretsmanager:us-east-1:123456789012:secret:db"

RULE = Rule(
    id="compute-no-secrets-in-environment",
    title="Containers and builds get their credentials as secrets",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Whoever may describe the task definition reads its variables, in every revision of it.",
    fix="Move the variable from environment to secrets, with valueFrom the ARN of a secret or parameter.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-8",
    frameworks=("fsbp:ECS.8", "fsbp:CodeBuild.2"),
    types=(*TASK_DEFINITION, *BUILD_PROJECT),
    check=check,
    passing=_task(secrets=[{"name": "DB_PASSWORD", "valueFrom": _STORED}]),
    also_passing=(_build(type="SECRETS_MANAGER", value="prod/npm"),),
    failing=_task(environment=[{"name": "DB_PASSWORD", "value": "correct-horse"}]),
    also_failing=(_build(value="correct-horse"),),
)
