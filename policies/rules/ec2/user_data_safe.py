"""A start script fetches over TLS, and confines what it starts."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING, Final

from deployment.graph import Resource
from deployment.tokens import INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule
from policies.rules._user_data import script_of

if TYPE_CHECKING:
    from collections.abc import Iterator

PLAIN: Final = re.compile(r"(?i)\bhttp://(?!localhost|127\.|169\.254\.|\[::1\]|\[fd00:ec2)[^\s'\"]+")
BLIND: Final = re.compile(
    r"\bcurl\b[^\n|;]*\s(?:-[a-zA-Z]*k[a-zA-Z]*|--insecure)\b|--no-check-certificate|--no-verify-ssl|--nogpgcheck"
    r"|sslverify\s*=\s*(?:0|false)|gpgcheck\s*=\s*0"
)
RUN: Final = re.compile(r"\bdocker run\b((?:[^\n\\]|\\\n|\\.)*)")
CONFINING: Final = {
    "--cap-drop ALL": re.compile(r"--cap-drop[ =](?:ALL|all)\b"),
    "--security-opt no-new-privileges": re.compile(r"--security-opt[ =]['\"]?no-new-privileges"),
    "--read-only": re.compile(r"--read-only\b"),
    "--user": re.compile(r"(?:--user|-u)[ =](?!0\b|root\b)\S+"),
}


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Nothing is fetched without TLS, and no container may do more than it needs."""
    script = script_of(resource)
    if script is None:
        return
    code = "\n".join(line for line in script.splitlines() if not line.lstrip().startswith("#"))
    if found := PLAIN.search(code):
        yield Problem(f"userData fetches {found[0]} without TLS; use https", "userData")
    if found := BLIND.search(code):
        yield Problem(f"userData does not check whom it talks to ({found[0].strip()[:60]}); drop that", "userData")
    if re.search(r"--privileged\b|/var/run/docker\.sock", code):
        yield Problem(
            "userData starts a container that is root on the instance; drop --privileged and the socket", "userData"
        )
    for run in RUN.findall(code):
        missing = [option for option, form in CONFINING.items() if not form.search(run)]
        if missing:
            yield Problem(f"userData starts a container without {', '.join(missing)}; add it", "userData")


RULE = Rule(
    id="compute-user-data-safe",
    title="A start script fetches over TLS, and confines what it starts",
    severity=Severity.HIGH,
    why="What is fetched in plain text is whatever the network says; a container that is root is the instance.",
    fix="Fetch by https, and start containers with --user, --read-only, --cap-drop ALL and no-new-privileges.",
    source="https://docs.docker.com/engine/security/",
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION),
    check=check,
    passing={
        "template": (
            LAUNCH_TEMPLATE[0],
            {
                "userData": "docker run --rm --user 10001 --read-only --cap-drop ALL "
                "--security-opt no-new-privileges registry.example.com/api:1.0.0"
            },
        )
    },
    failing={"template": (LAUNCH_TEMPLATE[0], {"userData": "docker run --privileged registry.example.com/api:1.0.0"})},
)
