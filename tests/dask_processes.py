"""A Dask cluster of real processes on the loopback address, and audits as processes of their own."""

from __future__ import annotations

import contextlib
import importlib
import json
import multiprocessing
import os
import runpy
import signal
import sqlite3
import subprocess
import sys
import time
from functools import partial
from pathlib import Path

from workbench import cluster

ROOT = Path(__file__).parents[1]
PATIENCE_SECONDS = 120
COMMANDS = "distributed.cli.dask_"
FORKED = multiprocessing.get_context("forkserver")
IMPORTS = (
    *(COMMANDS + "scheduler", COMMANDS + "worker"),
    *("workbench.cli.audit", "workbench.audit.warm", "workbench.simulate.optimize.search"),
)
"""Done once, in the process that all others here are forked from: most of what each would do."""


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
            "DASK_DISTRIBUTED__WORKER__MULTIPROCESSING_METHOD": cluster.FORKED,
            # Clocks and meters that nobody reads, as in a cluster of our own.
            "DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED": "False",
            "DASK_DISTRIBUTED__ADMIN__TICK__INTERVAL": "1s",
            "DASK_DISTRIBUTED__ADMIN__SYSTEM_MONITOR__INTERVAL": "10s",
        }
        log = self.folder / f"{kind}-{len(self.processes)}.log"
        arguments = ["--host", "127.0.0.1", "--no-dashboard", *options]
        self.processes.append(_started(partial(_dask, kind), arguments, environment, log))
        return self.processes[-1]

    def stop(self):
        for process in reversed(self.processes):
            kill(process)


def _started(run, arguments, environment, log):
    """A process that does `run(arguments)`."""
    # As the product does, for a cluster of its own is forked from the same process later.
    cluster._begin_with(IMPORTS)
    process = FORKED.Process(target=_process, args=(run, list(map(str, arguments)), environment, log))
    process.start()
    return process


def _process(run, arguments, environment, log):
    os.setsid()
    with log.open("w") as stream:
        for number in (1, 2):
            os.dup2(stream.fileno(), number)
    os.environ.clear()
    os.environ.update(environment)
    os.chdir(ROOT)
    run(arguments)


def _dask(kind, arguments):
    importlib.import_module("dask.config").refresh()
    if "--nanny" in arguments:  # which starts its worker a second time when the first was killed
        cluster._begin_with(["workbench.audit.warm"])
    importlib.import_module(COMMANDS + kind).main(arguments)


def _plant(arguments):
    sys.argv = ["plant", *arguments]
    runpy.run_module("workbench.cli", run_name="__main__")


def kill(process):
    """End a process and what it started."""
    process.kill()
    with contextlib.suppress(ProcessLookupError):
        os.killpg(process.pid, signal.SIGKILL)
    (process.wait if isinstance(process, subprocess.Popen) else process.join)()


class Audit:
    """`./plant audit` as a process."""

    def __init__(self, source, folder, *options):
        self.out = folder / "audit.json"
        self.cache = folder / "cache"
        self.told = folder / "told"
        arguments = [
            "audit", source, "--on", "2026-11-27", "--format", "json", "--cache", self.cache, "--out", self.out,
            *options,
        ]  # fmt: skip
        self.process = _started(_plant, arguments, dict(os.environ), self.told)

    def kept(self):
        """How many results are safe."""
        try:
            with sqlite3.connect(f"file:{self.cache}?mode=ro", uri=True) as database:
                return database.execute("SELECT count(*) FROM results").fetchone()[0]
        except sqlite3.Error:
            return 0

    def finish(self):
        """Exit status, and what it said."""
        self.process.join(2 * PATIENCE_SECONDS)
        return self.process.exitcode, self.told.read_text()
