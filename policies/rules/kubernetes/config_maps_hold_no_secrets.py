"""ConfigMaps hold no credentials."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import CONFIG_MAP
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.checks import mappings, unasked
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._credentials import NAME, holds_credential, is_credential

LONGEST: Final = 200_000
"""Characters that are read of a value; a ConfigMap takes 1 MiB."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Neither a value nor a file of the ConfigMap hands out a credential."""
    for values in mappings(resource.get("data")):
        for key in values:
            value = unasked(values, key)
            if isinstance(value, Sentinel) and not (value is SECRET and NAME.search(str(key))):
                yield undecided(f"data.{key}", value)
            elif (
                value is SECRET
                or is_credential(key, value)
                or (isinstance(value, str) and holds_credential(value[:LONGEST]))
            ):
                yield Problem(f"data.{key} holds what looks like a credential; put it into a Secret", "data")


def _map(**data: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    return {"settings": (CONFIG_MAP, {"metadata": {"name": "settings"}, "data": data})}


RULE = Rule(
    id="kubernetes-config-maps-hold-no-secrets",
    title="ConfigMaps hold no credentials",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Nearly everybody who may look at a namespace may read its ConfigMaps; Secrets have rights of their own.",
    fix="Move the value to a Secret whose content is a Pulumi secret, and refer to it.",
    source="https://kubernetes.io/docs/concepts/configuration/configmap/",
    frameworks=("trivy:KSV-0109",),
    types=(CONFIG_MAP, f"{CONFIG_MAP}Patch"),
    check=check,
    passing=_map(LOG_LEVEL="info", app="password=${DB_PASSWORD}"),
    failing=_map(**{"DB_PASSWORD": "correct-horse"}),
    undecided=(_map(app=UNKNOWN), _map(app=SECRET)),
    also_failing=(
        _map(**{"DB_PASSWORD": SECRET}),
        _map(app="db.user=app\ndb.password=correct-horse\n"),
    ),
)
