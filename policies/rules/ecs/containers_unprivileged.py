"""Containers of tasks are not root on their instance."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from deployment.graph import Resource
from deployment.tokens import TASK_DEFINITION
from policies.checks import mappings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import parse_json


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No container of the task is privileged."""
    given = resource.get("containerDefinitions")
    for container in mappings(parse_json(given) if isinstance(given, str) else given):
        if container.get("privileged") is True:
            name = container.get("name")
            yield Problem(f"container {name} is privileged, which is root on its instance; drop it")


def _task(**container: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    definitions = json.dumps([{"name": "api", "image": "registry.example.com/api:1.0.0", **container}])
    return {"task": (TASK_DEFINITION[0], {"family": "api", "containerDefinitions": definitions})}


RULE = Rule(
    id="compute-containers-unprivileged",
    title="Containers of tasks are not root on their instance",
    severity=Severity.HIGH,
    risk=Risk.EXPOSURE,
    why="Who breaks out of such a container has the instance, its role, and every other task on it.",
    fix="Drop privileged from containerDefinitions; add the one capability that is needed.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecs-controls.html#ecs-4",
    frameworks=("checkov:CKV_AWS_334", "fsbp:ECS.4"),
    types=TASK_DEFINITION,
    check=check,
    passing=_task(privileged=False),
    failing=_task(privileged=True),
)
