"""A task definition, for the examples of the rules that read its containers."""

from __future__ import annotations

import json

from deployment.tokens import TASK_DEFINITION
from policies.examples import Example


def task(**container: object) -> Example:
    """A task of one container, given as the JSON text that ECS takes."""
    definitions = json.dumps([{"name": "api", "image": "registry.example.com/api:1.0.0", **container}])
    return {"task": (TASK_DEFINITION[0], {"family": "api", "containerDefinitions": definitions})}
