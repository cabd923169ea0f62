"""Processes that start with their imports done: each is forked from one that has them.

For tests of what a command does. That it starts from nothing is asked where that is the subject: of the launcher
(unit/test_launcher.py), of `python -m workbench.cli` (unit/workbench/cli/test_main.py), and of one run for the bytes
of a preview (acceptance/test_preview.py).
"""

from __future__ import annotations

import atexit
import gc
import importlib
import json
import os
import re
import signal
import subprocess
import sys
import tempfile
from pathlib import Path

PATIENCE_SECONDS = 120
ROOT = Path(__file__).parents[1]


def provider_modules():
    """Of the AWS provider's package what the program uses: each loads itself at its first use, a second in all."""
    sources = [path.read_text() for folder in ("components", "infra") for path in (ROOT / folder).rglob("*.py")]
    return sorted({f"pulumi_aws.{name}" for text in sources for name in re.findall(r"\baws\.(\w+)\.[A-Z]", text)})


class Forked:
    """Starts what `imports` names once, without any of this process's environment but what `environment` has.

    `used` are modules that load themselves once they are asked for something.
    """

    def __init__(self, *imports, environment, used=(), path=()):
        self._server = subprocess.Popen(
            [sys.executable, "-P", __file__, json.dumps([list(imports), list(used), list(map(str, path))])],
            env=environment, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
        )  # fmt: skip
        atexit.register(self._server.communicate)  # which ends it

    def run(self, code, *arguments, cwd, environment):
        """As `subprocess.run([python, "-P", "-c", code, *arguments], …)`, with output captured as text."""
        with tempfile.TemporaryDirectory() as folder:
            given = {"code": code, "arguments": list(map(str, arguments)), "cwd": str(cwd), "folder": folder}
            print(json.dumps({**given, "environment": environment}), file=self._server.stdin, flush=True)
            status = int(self._server.stdout.readline())
            out, err = ((Path(folder) / name).read_text() for name in ("out", "err"))
        return subprocess.CompletedProcess(arguments, status, out, err)


def _serve():
    """Answers each line of standard input with an exit status; returns what is asked of this process, in the forked."""
    for line in sys.stdin:
        if (child := os.fork()) == 0:
            return json.loads(line)
        print(os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]), flush=True)
    raise SystemExit


def _become(asked):
    for number, file in enumerate((os.devnull, f"{asked['folder']}/out", f"{asked['folder']}/err")):
        opened = os.open(file, os.O_RDWR | os.O_CREAT)
        os.dup2(opened, number)
        os.close(opened)
    os.chdir(asked["cwd"])
    os.environ.clear()
    os.environ.update(asked["environment"])
    sys.argv = ["-c", *asked["arguments"]]
    signal.alarm(PATIENCE_SECONDS)
    exec(compile(asked["code"], "<string>", "exec"), {"__name__": "__main__"})  # noqa: S102 - a test's own


if __name__ == "__main__":
    names, used, folders = json.loads(sys.argv[1])
    sys.path += folders
    for name in names:
        importlib.import_module(name)
    for name in used:
        getattr(importlib.import_module(name), "__all__", ())  # asked for anything, it loads itself
    gc.collect()
    gc.freeze()
    try:
        _become(_serve())
    finally:
        gc.freeze()  # as workbench/cli/__main__.py
