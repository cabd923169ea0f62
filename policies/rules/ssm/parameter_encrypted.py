"""Parameters that hold secrets are encrypted with the stack's own key."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import PARAMETER
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.table import must_have

if TYPE_CHECKING:
    from collections.abc import Iterator

SENSITIVE = re.compile(r"(?i)password|passwd|secret|token|private.?key|api.?key|credential")


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A parameter that sounds like a secret is a SecureString with a key of one's own."""
    kind = resource.get("type")
    if kind is UNKNOWN:
        yield undecided("type")
    elif kind == "SecureString":
        yield from must_have("keyId", "the ARN of the stack's key").check(resource, context)
    else:
        label = f"{resource.get('name') or ''} {resource.get('description') or ''} {resource.name}"
        if SENSITIVE.search(label):
            yield Problem(
                f"type is {shown(kind)} although it holds a secret; set it to SecureString with keyId", "type"
            )


RULE = Rule(
    id="data-parameter-encrypted",
    title="Parameters that hold secrets are encrypted with the stack's own key",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="A String parameter is shown to everybody who may describe parameters.",
    fix="Set type to SecureString and keyId to the stack's key.",
    source="https://docs.aws.amazon.com/systems-manager/latest/userguide/secure-string-parameter-kms-encryption.html",
    frameworks=("checkov:CKV_AWS_337",),
    types=PARAMETER,
    check=check,
    passing={"limits": (PARAMETER[0], {"type": "String", "name": "/plant/contract", "value": "{}"})},
    failing={"token": (PARAMETER[0], {"type": "String", "name": "/plant/api-token", "value": "x"})},
)
