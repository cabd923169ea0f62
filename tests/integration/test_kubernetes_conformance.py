"""A real API server takes the same objects that the cluster in process takes, and refuses what it refuses."""

from __future__ import annotations

import os
import shutil
import subprocess

import pytest
import yaml

from workbench.report.manifests import manifests

KUBECONFIG = "PLANT_TEST_KUBECONFIG"
"""Environment variable: kubeconfig of a cluster to try against; nothing is kept in it but a namespace for the time."""

pytestmark = [
    pytest.mark.skipif(not os.environ.get(KUBECONFIG), reason=f"{KUBECONFIG} names no cluster"),
    pytest.mark.skipif(not shutil.which("kubectl"), reason="kubectl is not installed"),
]


def kubectl(*arguments, text=None):
    command = ["kubectl", "--kubeconfig", os.environ[KUBECONFIG], *arguments]
    return subprocess.run(command, input=text, capture_output=True, text=True, timeout=120)


@pytest.fixture
def namespace(graph):
    """The stack's namespace, for the time of a test."""
    files = manifests(graph("k8s"), "1.36").files
    first = next(text for name, text in sorted(files.items()) if "-namespace-" in name)
    assert kubectl("apply", "--server-side", "-f", "-", text=first).returncode == 0
    yield files
    kubectl("delete", "namespace", yaml.safe_load(first)["metadata"]["name"], "--wait=false")


def test_the_api_server_takes_every_object(namespace):
    for name, text in sorted(namespace.items()):
        if "-targetgroupbinding-" in name:
            continue  # the controller's own kind, which a plain cluster doesn't know
        run = kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", text=text)
        assert run.returncode == 0, f"{name}: {run.stderr}"


def test_the_api_server_refuses_a_typo(namespace):
    document = yaml.safe_load(next(text for name, text in namespace.items() if "-deployment-stable" in name))
    document["spec"]["template"]["spec"]["containers"][0]["imagePullPolcy"] = "Always"
    run = kubectl("apply", "--server-side", "--dry-run=server", "-f", "-", text=yaml.safe_dump(document))
    assert run.returncode != 0 and "imagePullPolcy" in run.stderr
