"""What the scheduler and a quota count for a pod, and what is admitted."""

import json
from contextlib import nullcontext
from decimal import Decimal
from pathlib import Path

import pytest

from workbench.emulator.kubernetes.admission import admit, admit_pod, asked
from workbench.emulator.kubernetes.store import ApiError, Store


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


RECORDED = json.loads((Path(__file__).parents[3] / "fixtures" / "kubernetes_pods.json").read_text(encoding="utf-8"))


def inhabited(name):
    """A cluster's objects: the namespace `name` with its quotas and limit ranges."""
    store, about = Store(), RECORDED["namespaces"][name]
    labels = {"pod-security.kubernetes.io/enforce": about["level"]}
    store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": name, "labels": labels}}, "me")
    for kind, specs in (("ResourceQuota", about["quotas"]), ("LimitRange", about["ranges"])):
        for number, spec in enumerate(specs):
            metadata = {"name": str(number), "namespace": name}
            store.create({"apiVersion": "v1", "kind": kind, "metadata": metadata, "spec": spec}, "me")
    return store


@pytest.mark.parametrize("name", sorted(RECORDED["namespaces"]))
def test_pods_are_admitted_as_the_api_server_admits_them(name):
    """Answers of Kubernetes 1.35.4: Pod Security, one or several quotas, their scopes, limit ranges."""
    wrong = []
    for space, pod, refusal in RECORDED["answers"]:
        if space == name:
            try:
                admit_pod(inhabited(name), name, RECORDED["pods"][pod])
                found = None
            except ApiError as error:
                found = str(error)
            if (found is None) is not (refusal is None):
                wrong.append((pod, refusal, found))
    assert wrong == []


def made(kind, name, spec=None, version="v1"):
    metadata = {"name": name, "namespace": "plant"}
    return {"apiVersion": version, "kind": kind, "metadata": metadata, **({"spec": spec} if spec else {})}


DOOR = {"type": "LoadBalancer", "ports": [{"port": 80}]}
CLAIM = {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "2Gi"}}}


@pytest.mark.parametrize(
    ("hard", "document"),
    [
        ({"services.loadbalancers": "0"}, made("Service", "api", DOOR)),
        ({"services.nodeports": "0"}, made("Service", "api", DOOR)),
        (
            {"services.nodeports": "1"},
            made("Service", "api", {"type": "NodePort", "ports": [{"port": 1, "name": "a"}, {"port": 2, "name": "b"}]}),
        ),
        ({"services": "0"}, made("Service", "api", {"ports": [{"port": 80}]})),
        ({"persistentvolumeclaims": "0"}, made("PersistentVolumeClaim", "data", CLAIM)),
        ({"requests.storage": "1Gi"}, made("PersistentVolumeClaim", "data", CLAIM)),
        ({"configmaps": "0"}, made("ConfigMap", "settings")),
        ({"count/configmaps": "0"}, made("ConfigMap", "settings")),
        (
            {"count/networkpolicies.networking.k8s.io": "0"},
            made("NetworkPolicy", "all", {"podSelector": {}}, "networking.k8s.io/v1"),
        ),
    ],
)
def test_a_quota_counts_other_objects_too(hard, document):
    """Documentation of Kubernetes, "Resource Quotas", object count quota (2026-11)."""
    for most, refused in ((hard, True), (dict.fromkeys(hard, "9Gi" if "storage" in str(hard) else "9"), False)):
        store = Store()
        store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant"}}, "me")
        store.create(made("ResourceQuota", "quota", {"hard": most}), "me")
        with pytest.raises(ApiError, match="exceeded quota") if refused else nullcontext():
            admit(store, document, "1.35")


def test_what_an_object_was_counted_for_it_may_stay():
    store = Store()
    store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant"}}, "me")
    store.create(made("Service", "api", DOOR), "me")
    store.create(made("ResourceQuota", "quota", {"hard": {"services.loadbalancers": "0"}}), "me")
    admit(store, made("Service", "api", {**DOOR, "sessionAffinity": "ClientIP"}), "1.35")
