"""Checkov in an environment of its own: its pins conflict with the project's, so it is never installed beside it."""

import json
import os
import shutil
import subprocess
import sys
from itertools import count
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ENVIRONMENT = ROOT / ".venv-checkov"
LOCK = Path(__file__).parent / "requirements.lock"
ASK = Path(__file__).parent / "ask.py"


def install():
    """Makes the environment from the hash-locked list. Raises CalledProcessError where no index is reachable."""
    python = ENVIRONMENT / "bin" / "python"
    pins = ["--quiet", "--require-hashes", "--requirement", LOCK]
    run([sys.executable, "-m", "venv", ENVIRONMENT])
    try:
        run([sys.executable, "-m", "uv", "pip", "install", "--python", python, *pins])
    except subprocess.CalledProcessError:  # it doesn't read pip's settings
        run([python, "-m", "pip", "install", *pins])


def run(command):
    subprocess.run([str(part) for part in command], check=True, capture_output=True, text=True, timeout=300)


@pytest.fixture(scope="session")
def program():
    """Path of Checkov, installed on first use; skips where that can't be done."""
    found = ENVIRONMENT / "bin" / "checkov"
    if not found.is_file():
        try:
            install()
        except (OSError, subprocess.SubprocessError) as error:
            shutil.rmtree(ENVIRONMENT, ignore_errors=True)
            pytest.skip(f"Checkov can't be installed here: {getattr(error, 'stderr', None) or error}"[:300])
    return found


@pytest.fixture(scope="session")
def ask(program, tmp_path_factory):
    """`ask(path)`: what Checkov, started once, answers about a plan or a folder of manifests (ask.py)."""
    # The size above which a plan is read as JSON; as YAML, with its line numbers, it takes ten times as long.
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "CHECKOV_MAX_IAC_FILE_SIZE": "0"}
    told = tmp_path_factory.mktemp("asked") / "errors"
    with told.open("w") as errors:
        asked = subprocess.Popen(
            [str(program.parent / "python"), str(ASK)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment,
        )  # fmt: skip

        def answered(path):
            print(path, file=asked.stdin, flush=True)
            line = asked.stdout.readline()
            assert line, told.read_text()
            answer = json.loads(line)
            assert answer["unparsed"] == [], told.read_text()
            return answer

        yield answered
        asked.communicate(timeout=60)


@pytest.fixture(scope="session")
def checkov_manifests(ask, tmp_path_factory):
    """`checkov_manifests({name: yaml})`: ids of the checks that failed over manifests, and how many passed."""

    def run(files):
        folder = tmp_path_factory.mktemp("manifests")
        for name, content in files.items():
            (folder / name).write_text(content)
        checks = ask(folder)["checks"]
        return {check for check, _, passed in checks if not passed}, sum(passed for *_, passed in checks)

    return run


@pytest.fixture(scope="session")
def checkov(ask, tmp_path_factory):
    """`checkov(plan)`: the checks that Checkov ran over a Terraform plan, as (id, address, passed)."""
    folder = tmp_path_factory.mktemp("checkov")
    numbers = count()

    def run(plan):
        plan_file = folder / f"plan-{next(numbers)}.json"  # Checkov keeps parsed policies by file and address
        plan_file.write_text(json.dumps(plan))
        answer = ask(plan_file)
        assert answer["resources"] == len(plan["planned_values"]["root_module"]["resources"])
        return [(check, address, passed) for check, address, passed in answer["checks"]]

    return run
