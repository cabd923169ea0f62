"""Answers tell browsers to stay with TLS, and not to guess or frame."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import LISTENER
from deployment.unknown import UNKNOWN
from policies.checks import shown
from policies.context import Context
from policies.finding import Enforcement, Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

YEAR_SECONDS: Final = 31_536_000
PREFIX: Final = "routingHttpResponse"
FIXED: Final = {
    f"{PREFIX}XContentTypeOptionsHeaderValue": ("nosniff",),
    f"{PREFIX}XFrameOptionsHeaderValue": ("DENY", "SAMEORIGIN"),
}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """An HTTPS listener adds the headers, and leaves its own name out."""
    if resource.get("protocol") != "HTTPS":
        return
    path = f"{PREFIX}StrictTransportSecurityHeaderValue"
    value = resource.get(path)
    found = re.search(r"max-age=(\d+)", value) if isinstance(value, str) else None
    if value is not UNKNOWN and (found is None or int(found[1]) < YEAR_SECONDS):
        yield Problem(f"{path} is {shown(value)}; set it to max-age={YEAR_SECONDS}; includeSubDomains", path)
    for path, allowed in FIXED.items():
        if resource.get(path) not in (*allowed, UNKNOWN):
            yield Problem(f"{path} is {shown(resource.get(path))}; set it to {allowed[0]}", path)
    if resource.get(f"{PREFIX}ServerEnabled") not in (False, "false", UNKNOWN):
        yield Problem(f"{PREFIX}ServerEnabled is not false, so answers name their software", f"{PREFIX}ServerEnabled")


RULE = Rule(
    id="edge-security-headers",
    title="Answers tell browsers to stay with TLS",
    severity=Severity.LOW,
    enforcement=Enforcement.ADVISORY,
    why="A browser that was once sent to plain HTTP gives its token to whoever listens.",
    fix="Set the routingHttpResponse properties that the message names, unless the application sends the headers.",
    source="https://docs.aws.amazon.com/elasticloadbalancing/latest/application/header-modification.html",
    types=LISTENER,
    check=check,
    passing={
        "https": (
            LISTENER[0],
            {
                "protocol": "HTTPS",
                f"{PREFIX}StrictTransportSecurityHeaderValue": f"max-age={YEAR_SECONDS}",
                f"{PREFIX}XContentTypeOptionsHeaderValue": "nosniff",
                f"{PREFIX}XFrameOptionsHeaderValue": "DENY",
                f"{PREFIX}ServerEnabled": False,
            },
        )
    },
    failing={"https": (LISTENER[0], {"protocol": "HTTPS"})},
)
