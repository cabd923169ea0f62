"""Stacks behind the Pulumi CLI, whatever backend it is logged in to: ``pulumi stack ls`` and ``… export``."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
import tempfile
from collections.abc import Mapping
from typing import Final

from deployment.errors import InputError
from deployment.source import all_of
from deployment.urn import plain
from workbench.audit.location import Location

SCHEME: Final = "pulumi"
"""``pulumi`` is the backend that the CLI is logged in to, ``pulumi:URL`` another."""
SECONDS: Final = 300
"""For one run of the CLI."""


def stacks(source: str) -> list[Location]:
    """The stacks that the CLI lists. Raises InputError when it is absent, or refuses."""
    url = source.partition(":")[2]
    try:
        document = json.loads(_run(url, "stack", "ls", "--all", "--json"))
    except (ValueError, RecursionError):
        document = None
    if not isinstance(document, list) or not all(isinstance(one, dict) and one.get("name") for one in document):
        raise InputError(f"{source}: `pulumi stack ls --json` gave no list of stacks")
    found = []
    for name in sorted(str(one["name"]) for one in document):
        *_, project, stack = ["", "", *name.split("/")]
        found.append(Location(f"pulumi:{plain(name)}", "", f"{url}\n{name}", plain(project), plain(stack)))
    return found


def read(location: Location) -> bytes:
    """The export of one stack; its secrets stay encrypted. Raises InputError."""
    url, _, name = location.path.partition("\n")
    return _run(url, "stack", "export", "--stack", name)


def _run(url: str, *arguments: str) -> bytes:
    program = shutil.which("pulumi")
    if program is None:
        raise InputError("pulumi: the CLI isn't on PATH (./plant doctor says how to get it); or give the backend's URL")
    environment: Mapping[str, str] = {
        **os.environ,
        **({"PULUMI_BACKEND_URL": url} if url else {}),
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }
    # Outside of every project, so that names are whole; and no question is ever asked.
    with tempfile.TemporaryDirectory() as folder, tempfile.TemporaryFile() as output:
        try:
            result = subprocess.run(  # noqa: S603 - the CLI of the user, with a stack's name as one argument
                [program, *arguments, "--non-interactive"],
                cwd=folder,
                env=environment,
                stdin=subprocess.DEVNULL,
                stdout=output,
                stderr=subprocess.PIPE,
                timeout=SECONDS,
                check=False,
            )
        except subprocess.TimeoutExpired:
            raise InputError(f"pulumi {' '.join(arguments)}: no answer within {SECONDS} s") from None
        if result.returncode != 0:
            lines = result.stderr.decode("utf-8", "replace").strip().splitlines() or ["no reason given"]
            reason = next((line for line in lines if line.startswith("error:")), lines[-1])
            raise InputError(f"pulumi {' '.join(arguments)}: {plain(reason)}")
        output.seek(0)
        return all_of(output, f"pulumi {' '.join(arguments)}")
