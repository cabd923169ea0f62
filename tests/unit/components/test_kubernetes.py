"""The pods' part of the k8s stack: guards, identity, tracks, the rollout's reach; and what it shares with prod."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest

from policies.promises._rehearsal import START, World, run
from workbench.simulate.scaling.hpa import (
    SYNC_SECONDS,
    HorizontalPodAutoscaler,
    PodMetrics,
    PolicyType,
    ScalingLimit,
    ScalingRules,
)

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
BINDING = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"


@pytest.fixture(scope="module")
def k8s(graph):
    return graph("k8s")


@pytest.fixture(scope="module")
def stable(k8s, one):
    return one(k8s, DEPLOYMENT, "plant-stable-deployment")


def test_the_namespace_enforces_a_pinned_standard_and_gates_readiness(k8s, one):
    labels = one(k8s, "kubernetes:core/v1:Namespace").get("metadata.labels")
    assert labels["pod-security.kubernetes.io/enforce"] == "restricted"
    assert labels["pod-security.kubernetes.io/enforce-version"] == "v1.36"
    assert labels["elbv2.k8s.aws/pod-readiness-gate-inject"] == "enabled"


def test_the_quota_is_what_both_tracks_and_an_update_of_each_ask_for(k8s, one):
    hard = one(k8s, "kubernetes:core/v1:ResourceQuota").get("spec.hard")
    assert (hard["requests.cpu"], hard["requests.memory"], hard["pods"]) == ("250m", "640Mi", "10")
    assert hard["services.loadbalancers"] == hard["persistentvolumeclaims"] == "0"


def test_pods_are_reached_by_the_load_balancer_and_never_reach_the_nodes_credentials(k8s, one):
    inward = one(k8s, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "plant-space-from-load-balancer")
    assert [peer["ipBlock"]["cidr"] for peer in inward.get("spec.ingress")[0]["from"]] == ["10.0.0.0/24", "10.0.1.0/24"]
    outward = one(k8s, "kubernetes:networking.k8s.io/v1:NetworkPolicy", "plant-space-to-what-the-service-uses")
    everywhere = outward.get("spec.egress")[-1]["to"][0]["ipBlock"]
    assert everywhere == {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32"]}


def test_the_stable_track_leaves_its_replicas_to_the_autoscaler_and_the_canary_rests(k8s, one, stable):
    canary = one(k8s, DEPLOYMENT, "plant-canary-deployment")
    assert stable.get("spec.replicas") is None and not stable.options.get("ignoreChanges")
    assert canary.get("spec.replicas") == 0 and canary.options["ignoreChanges"] == ["spec.replicas"]


def test_between_the_steps_of_a_rollout_no_autoscaler_makes_the_canary_smaller(k8s, one):
    chosen = {
        track: one(k8s, "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", f"plant-{track}-autoscaler").get(
            "spec.behavior.scaleDown.selectPolicy"
        )
        for track in ("stable", "canary")
    }
    assert chosen == {"stable": "Max", "canary": "Disabled"}


def test_a_pod_outlives_its_place_in_the_target_group(k8s, stable):
    pod = stable.get("spec.template.spec")
    sleep = pod["containers"][0]["lifecycle"]["preStop"]["sleep"]["seconds"]
    delay = {group.get("deregistrationDelay") for group in k8s.of_type("aws:lb/targetGroup:TargetGroup")}
    assert delay == {30} and 30 < sleep < pod["terminationGracePeriodSeconds"]


def test_the_binding_comes_before_the_deployment_and_names_a_group_of_addresses(k8s, one, stable):
    binding = one(k8s, BINDING, "plant-stable-binding")
    assert binding.urn in stable.dependencies
    (group,) = k8s.referenced(binding, "spec", "aws:lb/targetGroup:TargetGroup")
    assert group.name == "plant-split-stable" and group.get("targetType") == "ip"


def test_the_role_of_a_pod_trusts_its_own_namespace_and_account(k8s, one):
    trust = json.loads(one(k8s, "aws:iam/role:Role", "plant-identity-pod-role").get("assumeRolePolicy"))
    condition = trust["Statement"][0]["Condition"]["StringEquals"]
    assert condition["aws:RequestTag/kubernetes-namespace"] == "plant-k8s"
    assert condition["aws:RequestTag/kubernetes-service-account"] == "plant-api"
    assert condition["aws:RequestTag/eks-cluster-arn"].endswith(":cluster/platform")


def test_the_rollout_may_scale_two_deployments_and_nothing_else(k8s, one):
    rules = one(k8s, "kubernetes:rbac.authorization.k8s.io/v1:Role").get("rules")
    assert rules == [
        {
            "apiGroups": ["apps"],
            "resources": ["deployments/scale"],
            "resourceNames": ["stable", "canary"],
            "verbs": ["get", "update"],
        }
    ]
    entry = one(k8s, "aws:eks/accessEntry:AccessEntry")
    assert entry.get("kubernetesGroups") == ["plant-k8s:rollout"]
    assert [role.name for role in k8s.referenced(entry, "principalArn", "aws:iam/role:Role")] == [
        "plant-rollout-workflow-role"
    ]


def test_the_sizing_states_call_the_clusters_api(k8s, one):
    states = json.loads(one(k8s, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine").get("definition"))[
        "States"
    ]
    calls = {name: state for name, state in states.items() if state.get("Resource") == "arn:aws:states:::eks:call"}
    assert {"Read stable size", "Size canary", "Empty canary", "Empty settled canary"} <= set(calls)
    assert {call["Parameters"]["Method"] for call in calls.values()} == {"GET", "PUT"}
    assert calls["Empty canary"]["Parameters"]["RequestBody"]["spec"] == {"replicas": 0}
    assert calls["Empty canary"]["Parameters"]["Path"].endswith("/deployments/canary/scale")


def test_every_object_goes_to_the_declared_cluster(k8s):
    (provider,) = k8s.of_type("pulumi:providers:kubernetes")
    assert provider.get("clusterIdentifier") == "arn:aws:eks:us-east-1:123456789012:cluster/platform"
    assert "exec" in provider.get("kubeconfig") and "token:" not in provider.get("kubeconfig")
    objects = [one for one in k8s if one.type.startswith("kubernetes:")]
    assert objects and all(one.options["provider"].startswith(provider.urn) for one in objects)


def test_one_program_with_the_compute_swapped(k8s, graph):
    def parts(stack):
        return {one.name for one in stack if not one.custom and one.parent and one.parent.endswith("::plant")}

    prod = graph("prod")
    assert parts(k8s) - parts(prod) == {"plant-identity", "plant-pods", "plant-scale", "plant-space"}
    # What a spend brake does for instances, the quota does for pods.
    assert parts(prod) - parts(k8s) == {"plant-instances", "plant-brake"}


def test_every_object_waits_for_its_namespace(k8s, one):
    space = one(k8s, "kubernetes:core/v1:Namespace")

    def before(resource):
        found, todo = set(), list(resource.dependencies)
        while todo:
            urn = todo.pop()
            if urn not in found:
                found.add(urn)
                todo += k8s.by_urn[urn].dependencies
        return found

    objects = [one for one in k8s if one.type.startswith("kubernetes:") and one is not space]
    assert [one.name for one in objects if space.urn not in before(one)] == []


def test_no_mount_says_read_only_false(k8s):
    """The API server keeps no such False: whoever else applied the same object would be in conflict over it."""
    pods = [one.get("spec.template.spec") for one in k8s.of_type(DEPLOYMENT)]
    mounts = [
        mount
        for pod in pods
        for kind in ("initContainers", "containers")
        for one in pod[kind]
        for mount in one["volumeMounts"]
    ]
    assert mounts and not any(mount.get("readOnly") is False for mount in mounts)


class ShrinkingTrack(World):
    """A stable track that its autoscaler takes pods from, as it has but the half of the traffic."""

    def __init__(self, ready_seconds, **world):
        super().__init__(**world)
        self.ready_seconds = ready_seconds
        self.pods = [self.now, self.now]
        one_a_minute = (ScalingLimit(PolicyType.PODS, 1, 60),)
        down = ScalingRules(stabilization_seconds=300, limits=one_a_minute)
        self.autoscaler = HorizontalPodAutoscaler(2, 4, down=down)
        self.looked = self.now

    def _look(self):
        """Let the autoscaler act as often as it did until now."""
        while self.looked + timedelta(seconds=SYNC_SECONDS) <= self.now:
            self.looked += timedelta(seconds=SYNC_SECONDS)
            seconds = (self.looked - START).total_seconds()
            ready = sum(pod <= self.looked for pod in self.pods)
            metrics = PodMetrics((20.0,) * ready, unready=len(self.pods) - ready)
            self._scale(self.autoscaler.sync(seconds, len(self.pods), [(metrics, 60.0)]), self.looked)

    def _scale(self, replicas, moment):
        started = moment + timedelta(seconds=self.ready_seconds)
        self.pods = sorted(self.pods)[:replicas] + [started] * (replicas - len(self.pods))

    def _call(self, given):
        self._look()
        if given["Method"] == "PUT" and "stable" in given["Path"]:
            self._scale(given["RequestBody"]["spec"]["replicas"], self.now)
        return {"StatusCode": 200, "ResponseBody": {"spec": {"replicas": len(self.pods)}}}

    def _describeTargetHealth(self, given):  # noqa: N802 - AWS's name
        self._look()
        states = ["healthy" if pod <= self.now else "initial" for pod in self.pods]
        return {"TargetHealthDescriptions": [{"TargetHealth": {"State": state}} for state in states]}


@pytest.mark.parametrize("ready_seconds", [5.0, 30.0, 60.0, 90.0])
def test_a_rollback_does_not_wait_for_pods_that_the_autoscaler_takes_away(k8s, one, ready_seconds):
    machine = json.loads(one(k8s, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine").get("definition"))
    kept = machine["States"]["Read before"]["Parameters"]["Name"]
    world = ShrinkingTrack(ready_seconds, parameters={kept: '{"flagVersion":"2","stableSize":4}'})
    # An hour at 50 %: the autoscaler knows nothing of four pods any more.
    world.now = START + timedelta(hours=1)
    world._look()
    execution = run(machine, {"action": "abort"}, world)
    assert str(execution.error).startswith("RolledBack")
    assert len(world.pods) >= 2
    back = world.weights[0][0] - START - timedelta(hours=1)
    assert back <= timedelta(minutes=2)
