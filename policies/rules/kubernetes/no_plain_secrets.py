"""What a Secret holds is secret in the state, too."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import KUBERNETES_SECRET
from deployment.unknown import SECRET, UNKNOWN
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._credentials import holds_credential, readable_text

TYPE = KUBERNETES_SECRET
NEUTRAL = re.compile(
    r"(?i)(?:^|[-_.])(?:user(?:_?name)?|login|host(?:name)?|port|db_?name|database|name|namespace|region|endpoint"
    r"|url|uri|server|address|email|type|enabled|issuer|scopes?|project|tenant_?id|client_?id|account_?name|org)$"
)
"""Keys of what stands beside a secret and is none; an address that holds a password is one."""
CERTIFICATE = "-----BEGIN CERTIFICATE-----"


def is_open(key: str, text: str) -> bool:
    """True for what is no secret by itself: a name, an address, a certificate, a file without credentials."""
    if holds_credential(text):
        return False
    file = "\n" in text.strip() and bool(re.search(r"\.(?:ya?ml|json|ini|conf|cfg|toml|properties|xml)$", key))
    return file or CERTIFICATE in text or bool(NEUTRAL.search(key))


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No value of a Secret stands readable in the deployment."""
    for path in ("stringData", "data"):
        values = next(iter(resource.peek(path)), None)
        if values is UNKNOWN:
            yield undecided(path, values)
        for key, value in values.items() if isinstance(values, Mapping) else ():
            if value is UNKNOWN:
                yield undecided(f"{path}.{key}", value)
            elif isinstance(value, str) and value and not is_open(str(key), readable_text(value)):
                yield Problem(
                    f"{path}.{key} is readable in the state; pass a Pulumi secret, or let the cluster fetch it"
                    " from Secrets"
                    " Manager",
                    path,
                )


RULE = Rule(
    id="kubernetes-no-plain-secrets",
    title="What a Secret holds is secret in the state, too",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Whoever reads the state, or its backup, reads the value.",
    fix="Pass a Pulumi secret, or use the Secrets Store CSI driver.",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
    frameworks=("cis-eks:4.4.2",),
    types=(TYPE,),
    check=check,
    passing={"secret": (TYPE, {"stringData": {"password": SECRET}})},
    also_passing=(
        {"secret": (TYPE, {"stringData": SECRET})},
        {"secret": (TYPE, {"stringData": {"username": "app", "host": "db.internal", "password": SECRET}})},
        {"secret": (TYPE, {"stringData": {"alerts.yaml": "route:\n  receiver: none\n"}})},
        {"secret": (TYPE, {"stringData": {"ca.crt": "-----BEGIN CERTIFICATE-----\nMIIB"}})},
    ),
    failing={"secret": (TYPE, {"stringData": {"password": "hunter2"}})},
    undecided=(
        {"secret": (TYPE, {"stringData": UNKNOWN})},
        {"secret": (TYPE, {"data": {"password": UNKNOWN}})},
    ),
    also_failing=[
        {"secret": (TYPE, {"stringData": {"url": "postgres://app:correct-horse@db:5432/app"}})},
        {"secret": (TYPE, {"stringData": {"app.yaml": "db:\n  password: correct-horse\n"}})},
        {"secret": (TYPE, {"data": {"password": "aHVudGVyMg=="}})},
    ],
)
