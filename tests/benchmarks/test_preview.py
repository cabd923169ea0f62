"""`./plant preview` beside merely running the program under the mocks, and synthesis by the number of resources."""

import statistics
import subprocess
import sys
import time
from pathlib import Path

import pulumi_aws as aws
import pytest

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
