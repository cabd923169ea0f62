"""A Dask cluster of real processes on the loopback address, and audits as processes of their own."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import signal
import sqlite3
import subprocess
import sys
import time
from pathlib import Path

from workbench import cluster

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 120
COMMANDS = "distributed.cli.dask_"
FORKED = multiprocessing.get_context("forkserver")
"""Starts processes with their imports done, which are most of what a scheduler or a worker does here."""


def wait_for(condition, what):
    """Wait until `condition()` holds."""
    end = time.monotonic() + PATIENCE_SECONDS
    while time.monotonic() < end:
        if found := condition():
            return found
        time.sleep(0.05)
    raise AssertionError(f"waited {PATIENCE_SECONDS} s for {what}")


class DaskCluster:
    """A scheduler and workers, each a process."""

    def __init__(self, folder):
        self.folder = folder
        self.processes = []
        self.file = folder / "scheduler.json"
        self.scheduler = self._start("scheduler", "--port", "0", "--scheduler-file", self.file)
        self.address = json.loads(wait_for(self._told, "the scheduler"))["address"]

    def _told(self):
        return self.file.read_text() if self.file.exists() and self.file.read_text().endswith("}") else None

    def add_worker(self, *options):
        """Start a worker."""
        return self._start(
            "worker", self.address, "--nworkers", "1", "--nthreads", "1",
            "--local-directory", self.folder / f"worker-{len(self.processes)}", *options,
        )  # fmt: skip

    def _start(self, kind, *options):
        environment = {
            **os.environ,
            "DASK_DISTRIBUTED__SCHEDULER__ALLOWED_FAILURES": "0",  # one death is proof enough here
            "DASK_DISTRIBUTED__COMM__TIMEOUTS__CONNECT": "10s",
            # Clocks and meters that nobody reads, as in a cluster of our own.
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
            "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
        }
        log = self.folder / f"{kind}-{len(self.processes)}.log"
        arguments = ["--host", "127.0.0.1", "--no-dashboard", *map(str, options)]
        # As the product does, for a cluster of its own is forked from the same process later.
        cluster._begin_with([COMMANDS + "scheduler", COMMANDS + "worker"])
        process = FORKED.Process(target=_command, args=(kind, arguments, environment, log))
        process.start()
        self.processes.append(process)
        return process

    def stop(self):
        for process in reversed(self.processes):
            kill(process)


def _command(kind, arguments, environment, log):
    """What a process of the cluster does: a command of Dask, in a session of its own."""
    os.setsid()
    with log.open("w") as stream:
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    importlib.import_module("dask.config").refresh()
    importlib.import_module(COMMANDS + kind).main(arguments)


def kill(process):
    """End a process and what it started."""
    process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    (process.wait if isinstance(process, subprocess.Popen) else process.join)()


class Audit:
    """`./plant audit` as a process."""

    def __init__(self, source, folder, *options, environment=None):
        self.out = folder / "audit.json"
        self.cache = folder / "cache"
        command = [
            sys.executable, "-m", "workbench.cli", "audit", source, "--on", "2026-11-27", "--format", "json",
            "--cache", self.cache, "--out", self.out, *options,
        ]  # fmt: skip
        self.process = subprocess.Popen(
            list(map(str, command)), cwd=ROOT, env={**os.environ, **(environment or {})}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.PIPE,
        )  # fmt: skip

    def kept(self):
        """How many results are safe."""
        try:
            with sqlite3.connect(f"file:{self.cache}?mode=ro", uri=True) as database:
                return database.execute("SELECT count(*) FROM results").fetchone()[0]
        except sqlite3.Error:
            return 0

    def finish(self):
        """Exit status and standard error."""
        _, err = self.process.communicate(timeout=2 * PATIENCE_SECONDS)
        return self.process.returncode, err
