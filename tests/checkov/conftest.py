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
def checkov_manifests(program, tmp_path_factory):
    """`checkov_manifests({name: yaml})`: ids of the checks that failed over manifests, and how many passed."""

    def run(files):
        folder = tmp_path_factory.mktemp("manifests")
        for name, content in files.items():
            (folder / name).write_text(content)
        command = [str(program), "--directory", str(folder), "--framework", "kubernetes", "--output", "json"]
        result = subprocess.run(
            [*command, "--skip-download"],
            capture_output=True,
            text=True,
            timeout=300,
            check=False,
            env={**os.environ, "LOG_LEVEL": "ERROR"},
        )
        report = json.loads(result.stdout)
        assert report["summary"]["parsing_errors"] == 0, result.stderr
        return {check["check_id"] for check in report["results"]["failed_checks"]}, report["summary"]["passed"]

    return run


@pytest.fixture(scope="session")
def checkov(program, tmp_path_factory):
    """`checkov(plan)`: the checks that Checkov ran over a Terraform plan, as (id, address, passed)."""
    folder = tmp_path_factory.mktemp("checkov")
    numbers = count()
    # The size above which a plan is read as JSON; as YAML, with its line numbers, it takes ten times as long.
    environment = {**os.environ, "LOG_LEVEL": "ERROR", "CHECKOV_MAX_IAC_FILE_SIZE": "0"}
    with (folder / "errors").open("w+") as errors:
        asked = subprocess.Popen(
            [str(program.parent / "python"), str(ASK)],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=errors, text=True, env=environment,
        )  # fmt: skip

        def ask(plan):
            resources = len(plan["planned_values"]["root_module"]["resources"])
            plan_file = folder / f"plan-{next(numbers)}.json"  # Checkov keeps parsed policies by file and address
            plan_file.write_text(json.dumps(plan))
            print(plan_file, file=asked.stdin, flush=True)
            line = asked.stdout.readline()
            assert line, (folder / "errors").read_text()
            answer = json.loads(line)
            assert (answer["resources"], answer["unparsed"]) == (resources, [])
            return [(check, address, passed) for check, address, passed in answer["checks"]]

        yield ask
        asked.communicate(timeout=60)
