"""The cluster in process: what its API refuses, and what its controllers do."""

from __future__ import annotations

import contextlib
import copy
from datetime import timedelta
from decimal import Decimal

import pytest

from deployment.manifests import manifest
from workbench.emulator.behaviour.clock import START
from workbench.emulator.kubernetes.calls import call
from workbench.emulator.kubernetes.cluster import STARTING, Cluster
from workbench.emulator.kubernetes.pods import Node
from workbench.emulator.kubernetes.store import ApiError, Manager, Ref

NODES = [Node("a", "us-east-1a", Decimal(1), Decimal(2**31)), Node("b", "us-east-1b", Decimal(1), Decimal(2**31))]
STABLE = ("plant-k8s", "stable")


class FakeTargets:
    """Target groups that remember who is in them."""

    def __init__(self):
        self.groups = {}

    def be(self, group, addresses, port):
        self.groups[group] = addresses

    def release(self, group):
        self.groups.pop(group, None)


@pytest.fixture
def objects(graph):
    """Objects of the k8s stack by kind and name, in the order of its declaration."""
    found = [manifest(one) for one in graph("k8s") if one.type.startswith("kubernetes:")]
    order = ["Namespace", "ResourceQuota", "LimitRange", "NetworkPolicy", "ServiceAccount", "Service"]
    order += [
        "TargetGroupBinding",
        "Deployment",
        "HorizontalPodAutoscaler",
        "PodDisruptionBudget",
        "Role",
        "RoleBinding",
    ]
    return copy.deepcopy(sorted(found, key=lambda one: order.index(one["kind"])))


@pytest.fixture
def cluster():
    moment = [START]
    made = Cluster("platform", FakeTargets(), list(NODES), "1.36", now=lambda: moment[0])
    made.pass_time = lambda seconds: (moment.__setitem__(0, moment[0] + timedelta(seconds=seconds)), made.reconcile())
    return made


@pytest.fixture
def running(cluster, objects):
    """The cluster with all objects of the stack, two stable pods ready."""
    for document in objects:
        cluster.create(document, "pulumi-kubernetes")
    cluster.rest()
    return cluster


def one(objects, kind, name=None):
    return next(found for found in objects if found["kind"] == kind and name in (None, found["metadata"]["name"]))


def test_a_typo_is_refused(cluster, objects):
    space = one(objects, "Namespace")
    cluster.create(space, "me")
    deployment = one(objects, "Deployment", "stable")
    deployment["spec"]["template"]["spec"]["containers"][0]["imagePullPolcy"] = "Always"
    with pytest.raises(ApiError, match="imagePullPolcy"):
        cluster.create(deployment, "me")


def test_an_object_needs_its_namespace_and_a_name_of_its_own(cluster, objects):
    quota = one(objects, "ResourceQuota")
    with pytest.raises(ApiError, match="NotFound: Namespace plant-k8s"):
        cluster.create(quota, "me")
    cluster.create(one(objects, "Namespace"), "me")
    cluster.create(quota, "me")
    with pytest.raises(ApiError, match="AlreadyExists"):
        cluster.create(quota, "me")


def test_another_managers_field_is_a_conflict_and_one_that_nobody_set_is_not(running, objects):
    deployment = one(objects, "Deployment", "stable")
    running.scale(*STABLE, 3, "kubectl")
    running.apply(deployment, "pulumi-kubernetes")
    assert running.replicas(*STABLE) == 3
    deployment["spec"]["replicas"] = 1
    theirs = r'conflict with "kubectl" with subresource "scale" using apps/v1: \.spec\.replicas'
    with pytest.raises(ApiError, match=theirs):
        running.apply(deployment, "pulumi-kubernetes")
    running.apply(deployment, "pulumi-kubernetes", force=True)
    assert running.replicas(*STABLE) == 1


def test_a_selector_is_for_good(running, objects):
    deployment = one(objects, "Deployment", "stable")
    deployment["spec"]["selector"]["matchLabels"] = {"app": "other"}
    deployment["spec"]["template"]["metadata"]["labels"]["app"] = "other"
    with pytest.raises(ApiError, match=r"spec\.selector: field is immutable"):
        running.apply(deployment, "pulumi-kubernetes", force=True)


def test_what_an_apply_no_longer_holds_goes_away(running, objects):
    deployment = one(objects, "Deployment", "stable")
    ref = Ref("apps/v1", "Deployment", *STABLE)
    running.store.take_over(ref, [Manager("pulumi-kubernetes", "Update")], "pulumi-kubernetes")
    del deployment["spec"]["minReadySeconds"]
    running.apply(deployment, "pulumi-kubernetes")
    assert "minReadySeconds" not in running.store.get(Ref("apps/v1", "Deployment", *STABLE))["spec"]


def test_a_privileged_pod_is_not_admitted(running, objects):
    deployment = one(objects, "Deployment", "stable")
    security = deployment["spec"]["template"]["spec"]["containers"][0]["securityContext"]
    security |= {"privileged": True, "allowPrivilegeEscalation": True}
    running.apply(deployment, "pulumi-kubernetes", force=True)
    assert 'violates PodSecurity "restricted": privileged (api)' in running.events[-1]
    assert len(running.running(*STABLE)) == 2  # the old ones serve on


def test_a_canary_rests_until_somebody_scales_it(running):
    running.sync()
    assert running.replicas("plant-k8s", "canary") == 0
    running.scale("plant-k8s", "canary", 2, "step-functions")
    running.pass_time(STARTING.seconds)
    assert len(running.running("plant-k8s", "canary")) == 2


def test_pods_are_targets_only_while_they_serve(running):
    (stable,) = [group for group, found in running.targets.groups.items() if found]
    assert running.targets.groups[stable] == {pod.address for pod in running.running(*STABLE)}
    running.scale(*STABLE, 1, "kubectl")
    left = {pod.address for pod in running.running(*STABLE)}
    assert running.targets.groups[stable] == left and len(left) == 1
    assert len(running.pods) == 2  # the other one serves out its requests
    running.pass_time(60)
    assert len(running.pods) == 1


@pytest.mark.parametrize(
    "target", [{"type": "Utilization", "averageUtilization": 50}, {"type": "AverageValue", "averageValue": "50m"}]
)
def test_an_autoscaler_holds_a_share_of_the_cpu_asked_for_or_an_amount(cluster, objects, target):
    scaler = one(objects, "HorizontalPodAutoscaler", STABLE[1])
    scaler["spec"] |= {"maxReplicas": 9, "behavior": {}}
    scaler["spec"]["metrics"] = [{"type": "Resource", "resource": {"name": "cpu", "target": target}}]
    container = one(objects, "Deployment", STABLE[1])["spec"]["template"]["spec"]["containers"][0]
    container["resources"]["requests"]["cpu"] = "100m"
    for document in objects:
        cluster.create(document, "pulumi-kubernetes")
    cluster.rest()
    assert cluster.replicas(*STABLE) == 2
    cluster.used_vcpus |= {pod.name: 0.08 for pod in cluster.running(*STABLE)}
    cluster.pass_time(15)
    cluster.sync()
    assert cluster.replicas(*STABLE) == 4  # 0.08 / 0.05 of 2, rounded up


def test_full_nodes_leave_pods_waiting(running):
    results = []
    running.attempted = results.append
    running.nodes = []
    running.scale(*STABLE, 4, "kubectl")
    assert set(results) == {"UNSCHEDULABLE"} and len(running.running(*STABLE)) == 2


def test_the_quota_is_the_end(running):
    running.scale(*STABLE, 50, "kubectl")
    assert len(running.running(*STABLE, ready=False)) == 10
    assert "exceeded quota: budget" in running.events[-1]


def test_a_namespace_takes_everything_with_it(running):
    running.delete(Ref("v1", "Namespace", "", "plant-k8s"))
    assert not running.store.objects and not running.pods


class FakeDeployer:
    """State with one access entry."""

    def __init__(self, group):
        entry = type("Entry", (), {})()
        entry.type = "aws:eks/accessEntry:AccessEntry"
        entry.inputs = {"principalArn": "arn:aws:iam::1:role/rollout", "kubernetesGroups": [group]}
        self.state = type("State", (), {"entries": {"entry": entry}})()


def scale(name, replicas):
    path = f"/apis/apps/v1/namespaces/plant-k8s/deployments/{name}/scale"
    return {"Method": "PUT", "Path": path, "RequestBody": {"spec": {"replicas": replicas}}}


def test_the_rollouts_role_may_scale_the_two_deployments_and_nothing_else(running):
    deployer = FakeDeployer("plant-k8s:rollout")
    call(running, deployer, "arn:aws:iam::1:role/rollout", scale("canary", 2))
    assert running.replicas("plant-k8s", "canary") == 2
    with pytest.raises(Exception, match="cannot update deployments/scale other"):
        call(running, deployer, "arn:aws:iam::1:role/rollout", scale("other", 2))
    with pytest.raises(Exception, match="cannot update"):
        call(running, deployer, "arn:aws:iam::1:role/somebody", scale("canary", 2))
    with pytest.raises(Exception, match="cannot update"):
        call(running, FakeDeployer("strangers"), "arn:aws:iam::1:role/rollout", scale("canary", 2))


POD = {"metadata": {"labels": {"a": "b"}}, "spec": {"containers": [{"name": "a", "image": "x"}]}}
ENDING = {"spec": {**POD["spec"], "restartPolicy": "Never"}}
SET = {"serviceName": "x", "selector": {"matchLabels": {"a": "b"}}, "template": POD}
CLAIM = {"accessModes": ["ReadWriteOnce"], "storageClassName": "a", "resources": {"requests": {"storage": "1Gi"}}}


@pytest.mark.parametrize(
    ("kind", "version", "body", "path", "value", "refused"),
    [
        ("StatefulSet", "apps/v1", {"spec": SET}, "spec.serviceName", "y", True),
        ("StatefulSet", "apps/v1", {"spec": SET}, "spec.podManagementPolicy", "Parallel", True),
        ("StatefulSet", "apps/v1", {"spec": SET}, "spec.minReadySeconds", 3, False),
        ("Job", "batch/v1", {"spec": {"completions": 1, "template": ENDING}}, "spec.completions", 2, True),
        ("Job", "batch/v1", {"spec": {"template": ENDING}}, "spec.template.spec.hostname", "y", True),
        ("Job", "batch/v1", {"spec": {"template": ENDING}}, "spec.parallelism", 2, False),
        ("PersistentVolumeClaim", "v1", {"spec": CLAIM}, "spec.storageClassName", "b", True),
        ("PersistentVolumeClaim", "v1", {"spec": CLAIM}, "spec.accessModes", ["ReadWriteMany"], True),
        ("Secret", "v1", {"type": "Opaque", "data": {"a": "aGk="}}, "type", "example.com/x", True),
        ("Secret", "v1", {"type": "Opaque", "data": {"a": "aGk="}}, "data.a", "aGkx", False),
        ("ConfigMap", "v1", {"immutable": True, "data": {"a": "b"}}, "data.a", "c", True),
        ("ConfigMap", "v1", {"immutable": True, "data": {"a": "b"}}, "immutable", False, True),
        ("ConfigMap", "v1", {"data": {"a": "b"}}, "data.a", "c", False),
        ("ResourceQuota", "v1", {"spec": {"scopes": ["Terminating"], "hard": {"pods": "9"}}}, "spec.scopes", [], True),
        ("ResourceQuota", "v1", {"spec": {"hard": {"pods": "9"}}}, "spec.hard.pods", "7", False),
    ],
)
def test_what_is_for_good_is_what_the_api_server_says(cluster, kind, version, body, path, value, refused):
    """Answers of Kubernetes 1.35.4 to server-side apply with force."""
    document = {"apiVersion": version, "kind": kind, "metadata": {"name": "one"}, **copy.deepcopy(body)}
    cluster.create(document, "me")
    changed = copy.deepcopy(document)
    *steps, last = path.split(".")
    holder = changed
    for step in steps:
        holder = holder.setdefault(step, {})
    holder[last] = value
    with pytest.raises(ApiError, match="immutable") if refused else contextlib.nullcontext():
        cluster.apply(changed, "me", force=True)
