"""What is given to a chart holds no readable credentials."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import HELM_RELEASE
from policies.checks import look_inside, unasked
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import is_credential

KEYS_OF_SECRETS: Final = ("secretkey", "secret_key")
"""Values of charts that say under which key a Secret keeps something."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No value of the release hands out a credential."""
    values = resource.get("values")
    look_inside(values)
    for path, name, value in _values(values, "values"):
        if name.lower() not in KEYS_OF_SECRETS and isinstance(value, str) and is_credential(name, value):
            yield Problem(f"{path} holds what looks like a credential; pass a Pulumi secret, or name a Secret", path)


def _values(holder: Any, path: str) -> Iterator[tuple[str, str, Any]]:
    if isinstance(holder, Mapping):
        for name in holder:
            value = unasked(holder, name)
            yield f"{path}.{name}", str(name), value
            yield from _values(value, f"{path}.{name}")
    elif isinstance(holder, list):
        for index, item in enumerate(holder):
            yield from _values(item, f"{path}[{index}]")


def _release(**auth: str) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"db": (HELM_RELEASE, {"chart": "postgresql", "values": {"auth": auth, "hosts": [{"name": "db"}]}})}


RULE = Rule(
    id="kubernetes-chart-values-secret",
    title="What is given to a chart holds no readable credentials",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="The values stand in the program, in its state, and in the release that Helm keeps in the cluster.",
    fix="Pass a Pulumi secret (config.require_secret), or name an existing Secret (auth.existingSecret).",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
    frameworks=("cis-eks:4.4.2",),
    types=(HELM_RELEASE,),
    check=check,
    passing=_release(existingSecret="db"),
    failing=_release(postgresPassword="correct-horse"),
)
