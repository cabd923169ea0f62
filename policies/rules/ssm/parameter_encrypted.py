"""Parameters that hold secrets are encrypted."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import PARAMETER
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._credentials import KEYS

if TYPE_CHECKING:
    from collections.abc import Iterator

SENSITIVE = re.compile(r"(?i)(?:password|passwd|secret|token|private[-_.]?key|api[-_.]?key|credentials?)$")
"""How the name of a secret ends; `/app/secret-arn` and `/app/token-issuer` say something about one."""
REFERENCE = re.compile(r"arn:|https?://")
"""How a value begins that only says where a secret is."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A parameter that is called like a secret, and is no reference to one, is a SecureString."""
    kind = resource.get("type")
    if kind in ("SecureString", UNKNOWN):
        return
    name, value = resource.get("name"), next(iter(resource.peek("value")), None)
    called = bool(SENSITIVE.search(name if isinstance(name, str) else resource.name))
    refers = isinstance(value, str) and bool(REFERENCE.match(value))
    holds = isinstance(value, str) and bool(KEYS.search(value))
    if holds or (called and not refers):
        yield Problem(f"type is {shown(kind)} although it holds a secret; set it to SecureString", "type")


RULE = Rule(
    id="data-parameter-encrypted",
    title="Parameters that hold secrets are encrypted",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="A String parameter is shown to everybody who may describe parameters.",
    fix="Set type to SecureString.",
    source="https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
    frameworks=("checkov:CKV2_AWS_34",),
    types=PARAMETER,
    check=check,
    passing={"limits": (PARAMETER[0], {"type": "String", "name": "/plant/contract", "value": "{}"})},
    failing={"token": (PARAMETER[0], {"type": "String", "name": "/plant/api-token", "value": "x"})},
    also_passing=(
        {"arn": (PARAMETER[0], {"type": "String", "name": "/db/secret", "value": "arn:aws:secretsmanager:::secret:a"})},
        {"secret": (PARAMETER[0], {"type": "String", "name": "/db/token-issuer", "value": "login"})},
    ),
    also_failing=({"key": (PARAMETER[0], {"type": "String", "name": "/a", "value": "AKIAIOSFODNN7EXAMPLE"})},),
)
