"""The cluster as the real engine meets it: a provider whose objects outlive its process."""

from __future__ import annotations

import asyncio

import pytest
from pulumi.provider.experimental import provider as rpc

from deployment.manifests import manifest
from workbench.emulator.api import Api
from workbench.emulator.kubernetes.plugin import ClusterProvider
from workbench.emulator.kubernetes.saved import SavedCluster
from workbench.emulator.pulumi_provider import plain_map, wrapped_map

URN = "urn:pulumi:k8s::plant::{}::{}"


@pytest.fixture
def namespace(graph):
    (found,) = graph("k8s").of_type("kubernetes:core/v1:Namespace")
    return found


def provider(folder):
    return ClusterProvider(SavedCluster.at(folder / "cluster.json", Api()))


def create(served, resource, **changes):
    inputs = {**manifest(resource), **changes}
    urn = URN.format(resource.type, resource.name)
    request = rpc.CreateRequest(urn, wrapped_map(inputs), timeout=0, preview=False)
    return asyncio.run(served.create(request))


def test_an_object_is_there_in_the_next_run_and_gone_after_its_deletion(tmp_path, namespace):
    made = create(provider(tmp_path), namespace)
    assert made.resource_id == "plant-k8s"
    again = provider(tmp_path)
    urn = URN.format(namespace.type, namespace.name)
    read = asyncio.run(again.read(rpc.ReadRequest(urn, made.resource_id, made.properties, made.properties)))
    assert plain_map(read.properties)["metadata"]["name"] == "plant-k8s"
    asyncio.run(again.delete(rpc.DeleteRequest(urn, made.resource_id, made.properties, timeout=0)))
    assert not provider(tmp_path)._lifecycle.left_in_cluster()


def test_the_engine_hears_what_the_api_refuses(tmp_path, namespace):
    with pytest.raises(Exception, match="specc"):
        create(provider(tmp_path), namespace, specc={"finalizers": []})


def test_a_second_up_finds_nothing_to_change(tmp_path, namespace):
    made = create(provider(tmp_path), namespace)
    urn = URN.format(namespace.type, namespace.name)
    inputs = wrapped_map(manifest(namespace))
    request = rpc.DiffRequest(urn, made.resource_id, made.properties, inputs, ignore_changes=[])
    assert not asyncio.run(provider(tmp_path).diff(request)).changes


def test_the_programs_provider_says_whether_data_change_in_place(tmp_path):
    token, served = "kubernetes:core/v1:ConfigMap", provider(tmp_path)
    document = {"apiVersion": "v1", "kind": "ConfigMap", "metadata": {"name": "a"}, "data": {"a": "1"}}
    request = rpc.DiffRequest(
        URN.format(token, "a"), "a", wrapped_map(document), wrapped_map({**document, "data": {"a": "2"}}), []
    )
    assert asyncio.run(served.diff(request)).replaces
    settings = wrapped_map({"enableConfigMapMutable": "true"})
    asyncio.run(served.configure(rpc.ConfigureRequest({}, settings, accept_secrets=True, accept_resources=True)))
    assert not asyncio.run(served.diff(request)).replaces
