"""What the simulator may import, and that its formulas are those that the program derives its fleet with."""

import subprocess
import sys

import pytest

from infra.capacity import highest_rate_per_instance, requests_per_target_per_minute
from workbench.simulate.queueing import Station
from workbench.simulate.reading import read

MODULES = "workbench.simulate.scenario, workbench.simulate.optimize.search, workbench.simulate.table"


def test_the_simulator_needs_neither_pulumi_nor_boto3_nor_matplotlib_nor_pyarrow():
    code = f"import sys, {MODULES}; print(sorted({{'pulumi', 'boto3', 'matplotlib', 'pyarrow'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("workers", [1, 2, 4, 8])
@pytest.mark.parametrize(("service_ms", "limit_ms"), [(25, 100), (10, 100), (30, 200)])
def test_the_program_and_the_simulator_agree_on_the_highest_rate(workers, service_ms, limit_ms):
    declared = highest_rate_per_instance(workers=workers, service_time_ms=service_ms, p95_limit_ms=limit_ms)
    simulated = Station(workers, service_ms / 1000).max_rate(0.95, limit_ms / 1000)
    assert declared == pytest.approx(simulated, rel=1e-6)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_declared_target_value_is_the_derived_one(graph, stack):
    declared = read(graph(stack))
    (policy,) = declared.stable.tracking
    derived = requests_per_target_per_minute(
        workers=declared.workers,
        service_time_ms=declared.service_seconds * 1000,
        p95_limit_ms=declared.promise.budget_seconds * 1000,
        instance_types=["t4g.nano"],
        cpu_time_ms=declared.cpu_seconds * 1000,
    )
    assert policy.target_value == derived
