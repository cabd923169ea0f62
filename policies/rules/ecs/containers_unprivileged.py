"""Containers of tasks are not root on their instance."""

from __future__ import annotations

from collections.abc import Iterator

from deployment.graph import Resource
from deployment.tokens import TASK_DEFINITION
from policies.checks import mappings
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._documents import read_json
from policies.rules.ecs._task import task


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No container of the task is privileged."""
    for container in mappings(read_json(resource.get("containerDefinitions"))):
        if container.get("privileged") is True:
            name = container.get("name")
            yield Problem(f"container {name} is privileged, which is root on its instance; drop it")


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
    passing=task(privileged=False),
    failing=task(privileged=True),
)
