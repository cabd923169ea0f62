"""Starts and stops the emulator's server, and prepares the folder from which the Pulumi CLI picks the provider.

Everything is below ``.plant/emulator``: the provider's executable, the server's log and identity, the stacks' state.
"""

from __future__ import annotations

import json
import os
import secrets
import shlex
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from deployment.errors import InputError
from workbench.emulator.plugin import ENVIRONMENT
from workbench.emulator.server import IDENTITY_PATH

PLUGINS = {
    "pulumi-resource-aws": "workbench.emulator.plugin",
    "pulumi-resource-kubernetes": "workbench.emulator.kubernetes.plugin",
}
"""Executable that the CLI looks for -> module that serves it."""
CLUSTER_FILE = "PLANT_EMULATOR_CLUSTER"
"""Environment variable with the file of the cluster's objects, which `emulator stop` takes away with the rest."""
START_TIMEOUT_SECONDS = 30.0
STOP_TIMEOUT_SECONDS = 5.0
PASSPHRASE = "emulator"  # noqa: S105 - encrypts secrets of a stack that exists on this machine only


@dataclass(frozen=True)
class Server:
    """A running server."""

    pid: int
    port: int
    nonce: str

    @property
    def endpoint(self) -> str:
        """Where AWS's API is."""
        return f"http://127.0.0.1:{self.port}"


def folder_of(root: Path) -> Path:
    """The emulator's folder in a working copy."""
    return root / ".plant" / "emulator"


def running(folder: Path) -> Server | None:
    """The live server, or None; a file left by a dead one is removed."""
    path = folder / "server.json"
    try:
        content = json.loads(path.read_text(encoding="utf-8"))
        server = Server(int(content["pid"]), int(content["port"]), str(content["nonce"]))
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None
    if _identity(server.port) == {"pid": server.pid, "nonce": server.nonce}:
        return server
    path.unlink(missing_ok=True)
    return None


def start(folder: Path, port: int = 0, platform: Sequence[str] = ()) -> Server:
    """Start the server and put the provider in place; a server that runs already is kept.

    The stacks' state that a dead server left is removed: it describes resources that went with the server's memory, and
    the CLI would believe it. ``platform`` are ids of resources that exist beforehand (seed.references).

    Raises:
        InputError: The port is taken, or the server did not come up.
    """
    found = running(folder)
    if found is not None:
        if port not in (0, found.port):
            raise InputError(f"the emulator runs already, on port {found.port}; stop it first: ./plant emulator stop")
        return found
    chosen = _free_port(port)
    shutil.rmtree(folder, ignore_errors=True)
    _place_plugins(folder)
    (folder / "state").mkdir(parents=True, exist_ok=True)
    nonce = secrets.token_hex(8)
    with (folder / "server.log").open("wb") as log:
        process = subprocess.Popen(  # noqa: S603 - our own interpreter and module
            [
                *(sys.executable, "-m", "workbench.emulator.server", "--port", str(chosen), "--nonce", nonce),
                *("--platform", *platform),
            ],
            stdout=log,
            stderr=log,
            stdin=subprocess.DEVNULL,
            start_new_session=True,
        )
    server = Server(process.pid, chosen, nonce)
    deadline = time.monotonic() + START_TIMEOUT_SECONDS
    try:
        while _identity(chosen) != {"pid": server.pid, "nonce": nonce}:
            if process.poll() is not None or time.monotonic() > deadline:
                tail = (folder / "server.log").read_text(encoding="utf-8", errors="replace")[-800:]
                raise InputError(
                    f"the emulator's server did not start on port {chosen}; its log ends:", *tail.splitlines()
                )
            time.sleep(0.05)
    except BaseException:  # Ctrl-C, too: nobody would find a server that is written down nowhere
        process.kill()
        raise
    record = {"pid": server.pid, "port": server.port, "nonce": server.nonce}
    temporary = folder / "server.json.tmp"
    temporary.write_text(json.dumps(record), encoding="utf-8")
    temporary.replace(folder / "server.json")
    return server


def left_behind(folder: Path) -> bool:
    """Whether a server died here and the state of stacks deployed to it is still there."""
    return running(folder) is None and any((folder / "state").rglob("*.json"))


def stop(folder: Path) -> bool:
    """Stop the server and take the provider's executable and the stacks' state away; False if none ran."""
    found = running(folder)
    if found is not None:
        os.kill(found.pid, signal.SIGTERM)
        deadline = time.monotonic() + STOP_TIMEOUT_SECONDS
        while _identity(found.port) is not None and time.monotonic() < deadline:
            time.sleep(0.02)
        if _identity(found.port) is not None:
            os.kill(found.pid, signal.SIGKILL)
    # What the stacks' state describes went with the server's memory.
    shutil.rmtree(folder, ignore_errors=True)
    return found is not None


def environment(folder: Path, region: str) -> dict[str, str]:
    """The variables under which the Pulumi CLI works on the emulator.

    Raises:
        InputError: No server runs.
    """
    server = running(folder)
    if server is None:
        raise InputError("the emulator does not run; start it: ./plant emulator start")
    return {
        ENVIRONMENT: server.endpoint,
        CLUSTER_FILE: str(folder / "cluster.json"),
        "AWS_ENDPOINT_URL": server.endpoint,
        "AWS_ACCESS_KEY_ID": "emulator",
        "AWS_SECRET_ACCESS_KEY": "emulator",
        "AWS_REGION": region,
        "AWS_DEFAULT_REGION": region,  # the one that boto3 reads
        "PULUMI_BACKEND_URL": f"file://{folder / 'state'}",
        "PULUMI_CONFIG_PASSPHRASE": PASSPHRASE,
        "PULUMI_SKIP_UPDATE_CHECK": "true",
    }


def shell_lines(folder: Path, region: str) -> str:
    """The environment as lines for ``eval``; PATH gets the provider's folder in front."""
    lines = [f"export {name}={shlex.quote(value)}" for name, value in environment(folder, region).items()]
    lines.append(f'export PATH={shlex.quote(str(folder / "bin"))}:"$PATH"')
    lines.append("unset AWS_PROFILE AWS_SESSION_TOKEN PULUMI_IGNORE_AMBIENT_PLUGINS")
    return "\n".join(lines)


def _place_plugins(folder: Path) -> None:
    """Write the executables that the CLI looks for; they are on nobody's PATH but that of ``emulator env``."""
    binaries = folder / "bin"
    binaries.mkdir(parents=True, exist_ok=True)
    for name, module in PLUGINS.items():
        script = binaries / name
        script.write_text(f'#!/bin/sh\nexec {shlex.quote(sys.executable)} -m {module} "$@"\n', encoding="utf-8")
        script.chmod(0o755)


def _identity(port: int) -> dict[str, object] | None:
    try:
        with urllib.request.urlopen(f"http://127.0.0.1:{port}{IDENTITY_PATH}", timeout=2) as answer:
            content: dict[str, object] = json.loads(answer.read(4096))
            return content
    except (OSError, ValueError):
        return None


def _free_port(port: int) -> int:
    with socket.socket() as probe:
        try:
            probe.bind(("127.0.0.1", port))
        except OSError as error:
            raise InputError(
                f"port {port} is in use ({error.strerror}); choose another with --port, or leave it out"
            ) from error
        return int(probe.getsockname()[1])
