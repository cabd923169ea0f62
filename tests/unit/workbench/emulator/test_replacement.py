"""What makes a new object, and whether the old one goes first: as pulumi-kubernetes has it."""

from __future__ import annotations

import copy

import pytest

from tests.unit.workbench.emulator.test_kubernetes import NODES, FakeTargets
from workbench.emulator.kubernetes.cluster import Cluster
from workbench.emulator.kubernetes.lifecycle import WithCluster
from workbench.emulator.kubernetes.provider_settings import ProviderSettings
from workbench.emulator.kubernetes.store import ApiError, Ref
from workbench.emulator.lifecycle import NothingMadeError

POD = {"containers": [{"name": "a", "image": "x:1"}]}
LABELS = {"matchLabels": {"a": "b"}}
TEMPLATE = {"metadata": {"labels": {"a": "b"}}, "spec": POD}
SPECS = {
    "apps/v1:Deployment": {"replicas": 1, "selector": LABELS, "template": TEMPLATE},
    "apps/v1:StatefulSet": {"serviceName": "x", "selector": LABELS, "template": TEMPLATE},
    "apps/v1:DaemonSet": {"selector": LABELS, "template": TEMPLATE},
    "batch/v1:Job": {"parallelism": 1, "backoffLimit": 1, "template": {"spec": {**POD, "restartPolicy": "Never"}}},
    "core/v1:Pod": POD,
    "core/v1:Service": {"selector": {"a": "b"}, "ports": [{"port": 80}]},
    "core/v1:PersistentVolumeClaim": {"resources": {"requests": {"storage": "1Gi"}}, "storageClassName": "a"},
    "core/v1:ResourceQuota": {"scopes": ["Terminating"], "hard": {"pods": "9"}},
    "policy/v1:PodDisruptionBudget": {"maxUnavailable": 1, "selector": LABELS},
}


@pytest.fixture
def lifecycle():
    made = Cluster("platform", FakeTargets(), list(NODES), "1.35")
    made.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant"}}, "me")
    return WithCluster(None, cluster=made)


def urn(token, name="one"):
    return f"urn:pulumi:k8s::plant::kubernetes:{token}::{name}"


def checked(lifecycle, token, inputs, old=None, seed=b""):
    return lifecycle.check(f"kubernetes:{token}", urn(token), inputs, old, seed=seed)


def named(**more):
    return {"metadata": {"name": "one", "namespace": "plant"}, **more}


def put(inputs, path, value):
    changed = copy.deepcopy(inputs)
    *steps, last = [int(step) if step.isdigit() else step for step in path.split(".")]
    holder = changed
    for step in steps:
        holder = holder[step]
    holder[last] = value
    return changed


@pytest.mark.parametrize(
    ("token", "path", "value", "replaced"),
    [
        ("apps/v1:Deployment", "spec.selector", {"matchLabels": {"a": "c"}}, True),
        ("apps/v1:Deployment", "spec.template.spec.containers.0.image", "x:2", False),
        ("apps/v1:Deployment", "spec.replicas", 2, False),
        ("apps/v1:Deployment", "metadata.namespace", "other", True),
        ("apps/v1:StatefulSet", "spec.serviceName", "y", True),
        ("apps/v1:StatefulSet", "spec.revisionHistoryLimit", 3, True),
        ("apps/v1:StatefulSet", "spec.minReadySeconds", 3, False),
        ("apps/v1:DaemonSet", "spec.selector.matchLabels.a", "c", True),
        ("batch/v1:Job", "spec.template.spec.containers.0.image", "x:2", True),
        ("batch/v1:Job", "spec.parallelism", 2, True),
        ("batch/v1:Job", "spec.backoffLimit", 2, False),
        ("core/v1:Pod", "spec.containers.0.image", "x:2", True),
        ("core/v1:Pod", "spec.containers.0.name", "b", False),
        ("core/v1:Pod", "spec.activeDeadlineSeconds", 5, False),
        ("core/v1:Service", "spec.clusterIP", "None", True),
        ("core/v1:Service", "spec.type", "NodePort", False),
        ("core/v1:PersistentVolumeClaim", "spec.storageClassName", "b", True),
        ("core/v1:PersistentVolumeClaim", "spec.resources.requests.storage", "2Gi", False),
        ("core/v1:ResourceQuota", "spec.scopes", ["NotTerminating"], True),
        ("core/v1:ResourceQuota", "spec.hard.pods", "8", False),
        ("policy/v1:PodDisruptionBudget", "spec.maxUnavailable", 2, False),
    ],
)
def test_the_providers_own_list_makes_new_objects(lifecycle, token, path, value, replaced):
    before = checked(lifecycle, token, named(spec=SPECS[token]))
    change = lifecycle.diff(f"kubernetes:{token}", before, put(before, path, value))
    assert change.changed and bool(change.replaces) is replaced
    assert change.delete_before_replace is (replaced and path != "metadata.namespace")


@pytest.mark.parametrize(("kind", "field"), [("ConfigMap", "data"), ("Secret", "data"), ("RoleBinding", "roleRef")])
def test_data_and_roles_make_new_objects_too(lifecycle, kind, field):
    token = "rbac.authorization.k8s.io/v1:RoleBinding" if kind == "RoleBinding" else f"core/v1:{kind}"
    before = checked(lifecycle, token, named(**{field: {"name": "x"}}))
    assert lifecycle.diff(f"kubernetes:{token}", before, put(before, f"{field}.name", "y")).delete_before_replace
    labelled = put(before, "metadata.labels", {"a": "b"})
    assert not lifecycle.diff(f"kubernetes:{token}", before, labelled).replaces


def test_an_object_whose_name_is_chosen_is_made_beside_the_old_one(lifecycle):
    before = checked(lifecycle, "core/v1:ConfigMap", {"data": {"a": "1"}})
    assert before["metadata"]["name"].startswith("one-") and len(before["metadata"]["name"]) == len("one-") + 8
    after = checked(lifecycle, "core/v1:ConfigMap", {"data": {"a": "2"}}, before)
    assert after["metadata"]["name"] == before["metadata"]["name"]
    change = lifecycle.diff("kubernetes:core/v1:ConfigMap", before, after)
    assert change.replaces == ("data.a",) and not change.delete_before_replace
    successor = checked(lifecycle, "core/v1:ConfigMap", {"data": {"a": "2"}}, seed=b"another")
    assert successor["metadata"]["name"] != before["metadata"]["name"]


def test_a_generated_name_stays_as_long_as_its_beginning(lifecycle):
    before = checked(lifecycle, "core/v1:ConfigMap", {"metadata": {"generateName": "a-"}})
    assert before["metadata"]["name"].startswith("a-")
    again = checked(lifecycle, "core/v1:ConfigMap", {"metadata": {"generateName": "a-"}}, before, b"x")
    assert again["metadata"]["name"] == before["metadata"]["name"]


def deploy(lifecycle, inputs, old=None, ignored=()):
    token = "kubernetes:apps/v1:Deployment"
    if old is None:
        return lifecycle.create(token, urn("apps/v1:Deployment"), inputs).outputs
    change = lifecycle.diff(token, old, inputs, ignored)
    return lifecycle.update(token, urn("apps/v1:Deployment"), "", old, inputs, change.changed)


@pytest.fixture
def deployment(lifecycle):
    return checked(lifecycle, "apps/v1:Deployment", named(spec=SPECS["apps/v1:Deployment"]))


DEPLOYMENT = Ref("apps/v1", "Deployment", "plant", "one")


def test_what_kubectl_added_goes_with_the_next_update_and_what_a_controller_added_stays(lifecycle, deployment):
    old = deploy(lifecycle, deployment)
    store = lifecycle.cluster.store
    store.set(DEPLOYMENT, ("metadata", "labels"), {"hand": "made"}, "kubectl-label")
    store.set(DEPLOYMENT, ("metadata", "annotations"), {"a.controller": "made"}, "argo")
    deploy(lifecycle, put(deployment, "spec.minReadySeconds", 3), old)
    assert "labels" not in store.get(DEPLOYMENT)["metadata"]
    assert store.get(DEPLOYMENT)["metadata"]["annotations"] == {"a.controller": "made"}


def test_a_controllers_field_is_a_conflict_unless_it_is_forced_or_ignored(lifecycle, deployment):
    old = deploy(lifecycle, deployment)
    lifecycle.cluster.scale("plant", "one", 3, "argo")
    other = put(deployment, "spec.minReadySeconds", 3)
    with pytest.raises(
        ApiError, match=r'conflict with "argo" with subresource "scale" using apps/v1: \.spec\.replicas'
    ):
        deploy(lifecycle, other, old)
    deploy(lifecycle, other, old, ["spec.replicas"])
    assert lifecycle.cluster.replicas("plant", "one") == 3
    other["metadata"]["annotations"] = {"pulumi.com/patchForce": "true"}
    deploy(lifecycle, other, old)
    assert lifecycle.cluster.replicas("plant", "one") == 1


def test_an_update_of_what_is_gone_fails(lifecycle, deployment):
    old = deploy(lifecycle, deployment)
    lifecycle.cluster.delete(DEPLOYMENT)
    with pytest.raises(ApiError, match="NotFound"):
        deploy(lifecycle, put(deployment, "spec.minReadySeconds", 3), old)


def ingress(**port):
    service = {"name": "one", "port": port or {"number": 80}}
    paths = [{"path": "/", "pathType": "Prefix", "backend": {"service": service}}]
    return named(spec={"rules": [{"http": {"paths": paths}}]})


@pytest.mark.parametrize("port", [{}, {"name": "use-annotation"}])
def test_an_ingress_waits_for_its_services_unless_told_not_to(lifecycle, port):
    token = "networking.k8s.io/v1:Ingress"
    inputs = checked(lifecycle, token, ingress(**port))
    with pytest.raises(Exception, match="leads to no Service 'one'"):
        lifecycle.create(f"kubernetes:{token}", urn(token), inputs)
    service = checked(lifecycle, "core/v1:Service", named(spec=SPECS["core/v1:Service"]))
    lifecycle.create("kubernetes:core/v1:Service", urn("core/v1:Service"), service)
    if port:
        inputs["metadata"]["annotations"] = {"pulumi.com/skipAwait": "true"}
    lifecycle.create(f"kubernetes:{token}", urn(token), inputs)


def given(lifecycle, environment=None, **settings):
    lifecycle.settings = ProviderSettings.of(settings, environment or {})
    return lifecycle


@pytest.mark.parametrize("kind", ["ConfigMap", "Secret"])
@pytest.mark.parametrize("value", [True, "true"])
def test_data_change_in_place_where_the_provider_says_so(lifecycle, kind, value):
    served = given(lifecycle, **{f"enable{kind}Mutable": value})
    before = checked(served, f"core/v1:{kind}", named(data={"a": "x"}))
    after = put(before, "data.a", "y")
    token = f"kubernetes:core/v1:{kind}"
    assert served.diff(token, before, after).replaces == ()
    assert served.diff(token, before, {**after, "immutable": True}).replaces == ("data.a",)
    other = {"ConfigMap": "Secret", "Secret": "ConfigMap"}[kind]
    assert served.diff(f"kubernetes:core/v1:{other}", {**before, "kind": other}, {**after, "kind": other}).replaces


def test_the_type_of_a_secret_never_changes_in_place(lifecycle):
    before = checked(lifecycle, "core/v1:Secret", named(type="Opaque"))
    change = given(lifecycle, enableSecretMutable=True).diff(
        "kubernetes:core/v1:Secret", before, put(before, "type", "kubernetes.io/tls")
    )
    assert change.replaces == ("type",)


def test_a_setting_of_the_provider_counts_before_its_environment():
    environment = {"PULUMI_K8S_ENABLE_PATCH_FORCE": "true", "PULUMI_K8S_UPSERT_EXISTING_OBJECTS": "yes"}
    assert ProviderSettings.of({}, environment) == ProviderSettings(forces=True)
    assert ProviderSettings.of({"enablePatchForce": "false"}, environment) == ProviderSettings()


def test_fields_of_others_are_taken_over_where_the_provider_says_so(lifecycle, deployment):
    old = deploy(lifecycle, deployment)
    lifecycle.cluster.store.set(DEPLOYMENT, ("spec", "minReadySeconds"), 7, "argo")
    after = put(deployment, "spec.minReadySeconds", 3)
    with pytest.raises(ApiError, match="argo"):
        deploy(lifecycle, after, old)
    deploy(given(lifecycle, enablePatchForce="true"), after, old)
    assert lifecycle.cluster.store.get(DEPLOYMENT)["spec"]["minReadySeconds"] == 3


def test_an_object_that_is_there_is_adopted_where_the_provider_says_so(lifecycle, deployment):
    deploy(lifecycle, deployment)
    with pytest.raises(NothingMadeError, match="already exists"):
        deploy(lifecycle, deployment)
    deploy(given(lifecycle, upsertExistingObjects=True), deployment)


@pytest.mark.parametrize("policy", ["orphan", "Orphan", "background", "foreground", None])
def test_pods_of_what_is_deleted_stay_where_the_object_says_so(lifecycle, policy):
    notes = {"pulumi.com/deletionPropagationPolicy": policy} if policy else {}
    metadata = {"name": "one", "namespace": "plant", "annotations": notes}
    inputs = checked(lifecycle, "apps/v1:Deployment", {"metadata": metadata, "spec": SPECS["apps/v1:Deployment"]})
    outputs = deploy(lifecycle, inputs)
    lifecycle.delete("kubernetes:apps/v1:Deployment", urn("apps/v1:Deployment"), "", outputs)
    orphans = [left for left in lifecycle.left_in_cluster() if "Pod" in left]
    assert len(orphans) == len(lifecycle.cluster.pods) == (1 if str(policy).lower() == "orphan" else 0)
    lifecycle.cluster.delete(Ref("v1", "Namespace", "", "plant"))
    assert not lifecycle.cluster.pods and not lifecycle.left_in_cluster()
