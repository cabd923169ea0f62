"""A real API server takes the same objects that the cluster in process takes, and refuses what it refuses."""

from __future__ import annotations

import contextlib
import http.client
import json
import os
import re
import shutil
import subprocess

import pytest
import yaml

from tests import _kubernetes_applies as applies
from tests._kubernetes_answers import answers
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


@pytest.fixture(scope="module")
def namespace(graph):
    """The stack's namespace, for the time of this file."""
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


@pytest.fixture(scope="module")
def address():
    """Where the API server is reached without credentials, for the time of this file."""
    command = ["kubectl", "--kubeconfig", os.environ[KUBECONFIG], "proxy", "--port=0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as proxy:
        try:
            yield re.search(r"127[0-9.]+:[0-9]+", proxy.stdout.readline())[0]
        finally:
            proxy.terminate()


@contextlib.contextmanager
def made(name):
    """A namespace for a while."""
    kubectl("create", "namespace", name)
    try:
        yield
    finally:
        kubectl("delete", "namespace", name, "--wait=false")


def test_the_api_server_answers_as_it_was_recorded_to(address):
    kinds = json.loads(kubectl("get", "--raw", "/apis").stdout)
    groups = {one["name"] for one in kinds["groups"]}
    wrong = []
    with made("plant-conformance"):
        for what, document, refusal in answers():
            version, kind = document["apiVersion"], document["kind"]
            if "/" in version and version.partition("/")[0] not in groups:
                continue  # a controller's own kind, which this cluster doesn't know
            plural = kind.lower() + ("es" if kind.endswith("s") else "s")
            plural = plural.replace("policys", "policies")
            place = "" if kind == "Namespace" else f"/namespaces/{document['metadata'].get('namespace', 'default')}"
            root = "/api/v1" if version == "v1" else f"/apis/{version}"
            server = http.client.HTTPConnection(address, timeout=30)
            path = f"{root}{place}/{plural}?fieldValidation=Strict&dryRun=All"
            server.request("POST", path, json.dumps(document), {"Content-Type": "application/json"})
            answer = server.getresponse()
            text = json.load(answer).get("message", "")
            found = text if answer.status >= 400 else None
            server.close()
            if (found is None) is not (refusal is None):
                wrong.append((what, refusal, found))
    assert wrong == []


def asked(address, verb, manager, document):
    """What the API server makes of a step of a sequence."""
    version, metadata = document["apiVersion"], document["metadata"]
    plural = document["kind"].lower().replace("policy", "policie") + "s"
    root = "/api/v1" if version == "v1" else f"/apis/{version}"
    every = f"{root}/namespaces/{metadata['namespace']}/{plural}"
    own, options = f"{every}/{metadata['name']}", f"?fieldManager={manager}&fieldValidation=Strict"
    patch = "application/merge-patch+json"
    method, path, body, kind = {
        "create": ("POST", every, document, "application/json"),
        "apply": ("PATCH", own, document, "application/apply-patch+yaml"),
        "force": ("PATCH", own, document, "application/apply-patch+yaml"),
        "label": ("PATCH", own, {"metadata": {"labels": metadata.get("labels", {})}}, patch),
        "scale": ("PATCH", f"{own}/scale", {"spec": document.get("spec")}, patch),
    }[verb]
    answer = sent(address, method, path + options + ("&force=true" if verb == "force" else ""), body, kind)
    if answer["kind"] == "Scale":
        answer = sent(address, "GET", own)
    if answer["kind"] == "Status":
        conflict = answer["reason"] == "Conflict"
        fields = [one["field"] for one in answer["details"]["causes"]] if conflict else []
        return applies.outcome((answer["reason"], fields), {}, {})
    return applies.outcome(None, answer, applies.owners_told(answer))


def sent(address, method, path, body=None, kind="application/json"):
    server = http.client.HTTPConnection(address, timeout=30)
    server.request(method, path, json.dumps(body), {"Content-Type": kind})
    answer = json.load(server.getresponse())
    server.close()
    return answer


def test_the_api_server_merges_what_is_applied_as_it_was_recorded_to(address):
    """Its controllers may be at work on the objects; none of them is one of the managers."""
    outcomes = json.loads(applies.FILE.read_text(encoding="utf-8"))["outcomes"]
    wrong = []
    with made(applies.NAMESPACE):
        for number, (steps, told) in enumerate(zip(applies.sequences(len(outcomes)), outcomes, strict=True)):
            found = [asked(address, *step) for step in steps]
            if told not in (None, found):
                wrong.append((number, told, found))
    assert wrong == []
