"""What the simulator may import, and that the declared target value is the derived one."""

import subprocess
import sys

import pytest

from infra.capacity import InstanceCapacity
from workbench.simulate.reading import read

MODULES = "workbench.simulate.scenario, workbench.simulate.optimize.search, workbench.simulate.table"


def test_the_simulator_needs_neither_pulumi_nor_boto3_nor_matplotlib_nor_pyarrow():
    code = f"import sys, {MODULES}; print(sorted({{'pulumi', 'boto3', 'matplotlib', 'pyarrow'}} & sys.modules.keys()))"
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "[]\n"


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_the_declared_target_value_is_the_derived_one(graph, stack):
    declared = read(graph(stack))
    (policy,) = declared.stable.tracking
    derived = InstanceCapacity(
        workers=declared.workers,
        service_time_ms=declared.service_seconds * 1000,
        cpu_time_ms=declared.cpu_seconds * 1000,
        p95_limit_ms=declared.promise.budget_seconds * 1000,
        p95_window_seconds=declared.promise.p95_window_seconds,
        instance_types=("t4g.nano",),
    )
    assert policy.target_value == derived.requests_per_minute()
