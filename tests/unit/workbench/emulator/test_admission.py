"""What the scheduler and a quota count for a pod."""

from decimal import Decimal

import pytest

from workbench.emulator.kubernetes.admission import asked


def asking(cpu, **more):
    return {"name": "one", "resources": {"requests": {"cpu": cpu}}, **more}


SIDECAR = asking("100m", restartPolicy="Always")


@pytest.mark.parametrize(
    ("spec", "vcpus"),
    [
        ({"containers": [asking("25m"), asking("50m")]}, "0.075"),
        ({"containers": [{"name": "one", "resources": {"limits": {"cpu": "2"}}}]}, "2"),
        ({"containers": [asking("25m")], "initContainers": [asking("1")]}, "1"),
        ({"containers": [asking("25m")], "initContainers": [SIDECAR]}, "0.125"),
        ({"containers": [asking("25m")], "initContainers": [SIDECAR, asking("1")]}, "1.1"),
        ({"containers": [asking("25m")], "initContainers": [asking("1"), SIDECAR]}, "1"),
        ({"containers": [asking("25m")], "overhead": {"cpu": "10m"}}, "0.035"),
        ({"containers": [asking("25m")], "resources": {"requests": {"cpu": "3"}}}, "3"),
    ],
    ids=["containers", "limit", "init", "sidecar", "init after it", "init before it", "overhead", "whole pod"],
)
def test_what_a_pod_asks_for(spec, vcpus):
    assert asked(spec, "cpu") == Decimal(vcpus)
