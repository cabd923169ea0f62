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

if TYPE_CHECKING:
    from collections.abc import Iterator

SENSITIVE = re.compile(r"(?i)password|passwd|secret|token|private.?key|api.?key|credential")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A parameter that sounds like a secret is a SecureString."""
    kind = resource.get("type")
    if kind not in ("SecureString", UNKNOWN):
        label = f"{resource.get('name') or ''} {resource.get('description') or ''} {resource.name}"
        if SENSITIVE.search(label):
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
)
