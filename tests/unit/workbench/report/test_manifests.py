"""Kubernetes manifests of a stack: valid, in order, and without a secret."""

from __future__ import annotations

import kubernetes_validate
import pytest
import yaml

from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph
from deployment.unknown import SECRET
from workbench.cli.main import run
from workbench.report.manifests import manifests, write

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
POD = {"metadata": {"labels": {"app": "api"}}, "spec": {"containers": [{"name": "api", "image": "a"}]}}
SPEC = {"selector": {"matchLabels": {"app": "api"}}, "template": POD}


def resource(token, name="api", **inputs):
    return Resource(f"urn:pulumi:t::t::{token}::{name}", token, name, inputs={"metadata": {"name": name}, **inputs})


def test_every_object_of_the_stack_is_valid_yaml_in_the_order_of_its_needs(graph):
    found = manifests(graph("k8s"), "1.36")
    documents = [yaml.safe_load(text) for _, text in sorted(found.files.items())]
    kinds = [document["kind"] for document in documents]
    assert len(kinds) == sum(one.type.startswith("kubernetes:") for one in graph("k8s"))
    assert kinds[0] == "Namespace" and kinds.index("ResourceQuota") < kinds.index("Deployment")
    for document in documents:
        try:
            kubernetes_validate.validate(document, "1.36", strict=True)
        except kubernetes_validate.SchemaNotFoundError:
            assert document["kind"] == "TargetGroupBinding"


def test_nothing_of_pulumi_is_left_in_them(graph):
    assert not any("pulumi" in text for text in manifests(graph("k8s"), "1.36").files.values())


def test_what_is_secret_is_left_out_and_named():
    secret = resource("kubernetes:core/v1:Secret", "password", stringData={"value": SECRET})
    found = manifests(ResourceGraph([resource(DEPLOYMENT, spec=SPEC), secret]), "1.36")
    assert found.left_out == ("Secret password",) and len(found.files) == 1


def test_an_object_that_the_cluster_would_refuse_is_an_error():
    with pytest.raises(InputError, match=r"api: spec: .*'replcas' was unexpected.*; Kubernetes 1.36 refuses it"):
        manifests(ResourceGraph([resource(DEPLOYMENT, spec={**SPEC, "replcas": 2})]), "1.36")


def test_a_stack_without_objects_says_so(graph):
    with pytest.raises(InputError, match=r"plant:platform\.kind"):
        manifests(graph("prod"), "1.36")


def test_the_command_writes_them(tmp_path, capsys):
    arguments = ["export", "--stack", "k8s", "--format", "manifests", "--out", str(tmp_path / "out")]
    assert run(arguments) == 0
    assert "kubectl apply --server-side" in capsys.readouterr().err
    assert run(arguments) == 0, "again"
    assert len(list((tmp_path / "out").glob("*.yaml"))) == 19


def test_they_are_written_again_but_never_beside_an_object_that_is_gone(tmp_path, graph):
    found = manifests(graph("k8s"), "1.36")
    for _ in range(2):
        write(found, tmp_path)
    (tmp_path / "99-gone.yaml").touch()
    with pytest.raises(InputError, match=r"99-gone\.yaml in it is of no object of this export"):
        write(found, tmp_path)
