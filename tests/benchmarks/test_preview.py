"""`./plant preview` beside merely running the program under the mocks, and synthesis by the number of resources."""

import os
import statistics
import subprocess
import sys
import time
from pathlib import Path

import pulumi_aws as aws
import pytest

from deployment.kept import FOLDER_VARIABLE
from workbench.preview import synthesis
from workbench.preview.stackfile import StackFile
from workbench.preview.synthesis import record

pytestmark = pytest.mark.benchmark
ROOT = Path(__file__).resolve().parents[2]
BARE = [sys.executable, "-P", str(Path(__file__).with_name("bare_program.py"))]
PREVIEW = [str(ROOT / "plant"), "preview", "--stack", "dev"]
ROUNDS = 7


def seconds(command):
    start = time.perf_counter()
    done = subprocess.run(command, capture_output=True, text=True, check=False)
    elapsed = time.perf_counter() - start
    assert done.returncode in (0, 1), done.stderr
    return elapsed


def cpu_seconds(command, **environment):
    """Processor time of `command`, which a busy machine lengthens least."""
    before = os.times()
    subprocess.run(command, capture_output=True, env={**os.environ, **environment}, check=False)
    after = os.times()
    return after.children_user + after.children_system - before.children_user - before.children_system


def test_an_unchanged_preview_beside_its_imports_alone(capsys, tmp_path):
    script = (
        "import sys; from workbench.cli.main import run; run(['preview', '--out', sys.argv[1]]);"
        "print(*(name for name, one in sys.modules.items() if getattr(one, '__file__', None) and name != '__main__'))"
    )
    command = [sys.executable, "-P", "-c", script, str(tmp_path / "preview")]
    kept = {"PLANT_KEPT": str(tmp_path / "kept")}
    subprocess.run(command, capture_output=True, env={**os.environ, **kept}, check=True)  # the first one declares
    done = subprocess.run(command, capture_output=True, text=True, env={**os.environ, **kept}, check=True)
    modules = done.stdout.split()
    assert "pulumi" not in modules
    imports = f"import importlib\nfor name in {modules!r}: importlib.import_module(name)"
    runs = {
        "imports alone": ([sys.executable, "-P", "-c", imports], {}),
        "unchanged": (PREVIEW, kept),
        "program alone": (BARE, {}),
        "changed": (PREVIEW, {"PLANT_KEPT": ""}),
    }
    taken = {
        name: statistics.median(cpu_seconds(run, **given) for _ in range(3)) for name, (run, given) in runs.items()
    }
    with capsys.disabled():
        print("\n" + ", ".join(f"{name} {value:.2f} s" for name, value in taken.items()))
        print(f"unchanged beside its imports {taken['unchanged'] / taken['imports alone']:.2f}")
        print(f"changed beside the program alone {taken['changed'] / taken['program alone']:.2f}")
    assert taken["unchanged"] < taken["program alone"]


def peak_mb(command):
    """Largest resident set of `command`, in a process of its own so that no other child counts."""
    script = (
        "import resource, subprocess, sys; subprocess.run(sys.argv[1:], capture_output=True); "
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)"
    )
    out = subprocess.run([sys.executable, "-c", script, *command], capture_output=True, text=True, check=True).stdout
    return int(out) / 1024


def test_preview_costs_little_more_than_the_program(capsys):
    for command in (BARE, PREVIEW):
        seconds(command)  # warms the file cache and the byte code
    pairs = [(seconds(BARE), seconds(PREVIEW)) for _ in range(ROUNDS)]
    bare, preview = (statistics.median(column) for column in zip(*pairs, strict=True))
    with capsys.disabled():
        print(f"\nprogram alone {bare:.2f} s, ./plant preview {preview:.2f} s, ratio {preview / bare:.2f}")
        print(f"peak memory: program alone {peak_mb(BARE):.0f} MB, ./plant preview {peak_mb(PREVIEW):.0f} MB")


def test_a_declaration_beside_one_by_the_whole_sdk(capsys, monkeypatch):
    monkeypatch.setenv(FOLDER_VARIABLE, "")
    taken = {}
    for name, release in [("spared", synthesis.SPARED_RELEASE), ("whole", "another")] * ROUNDS:
        monkeypatch.setattr(synthesis, "SPARED_RELEASE", release)
        start = time.process_time()
        synthesis.synthesize("dev")
        taken[name] = min(taken.get(name, 99), time.process_time() - start)
    with capsys.disabled():
        print(f"\ndeclared beside the whole SDK {taken['spared'] / taken['whole']:.2f}")
    assert taken["spared"] < taken["whole"]


def test_synthesis_is_linear_in_the_number_of_resources(capsys):
    def per_resource_ms(count):
        def program():
            network = aws.ec2.Vpc("net", cidr_block="10.0.0.0/8")
            for number in range(count - 1):
                aws.ec2.Subnet(f"subnet-{number}", vpc_id=network.id, cidr_block="10.0.1.0/24", tags={"a": "b"})

        start = time.process_time()
        deployment = record(program, StackFile(project="plant", stack="bench", main="infra"))
        assert len(deployment["deployment"]["resources"]) == count + 2  # and the stack, and the provider
        return (time.process_time() - start) / count * 1000

    per_resource_ms(100)
    small, large = per_resource_ms(1000), per_resource_ms(4000)
    with capsys.disabled():
        print(f"\nsynthesis: {small:.2f} ms a resource at 1,000, {large:.2f} at 4,000, ratio {large / small:.2f}")
