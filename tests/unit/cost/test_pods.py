"""Pods on shared nodes: shares of the node, autoscalers, quotas, node groups; worked by hand from m7g.large's row."""

from __future__ import annotations

import gzip
import json
from decimal import Decimal
from pathlib import Path

import moto
import pytest

from cost.basis import NodeBasis
from cost.charges import Unpriced
from cost.nodes import node_size
from cost.pricers.kubernetes.workloads import _cron_runs, _weekdays
from deployment.graph import Resource
from deployment.quantities import quantity
from deployment.tokens import NAMESPACE, RENDERED
from deployment.unknown import UNKNOWN

DEPLOYMENT = "kubernetes:apps/v1:Deployment"
HPA = "kubernetes:autoscaling/v2:HorizontalPodAutoscaler"
KEDA = "kubernetes:keda.sh/v1alpha1:ScaledObject"
QUOTA = "kubernetes:core/v1:ResourceQuota"
NODE_GROUP = "aws:eks/nodeGroup:NodeGroup"
VCPU, GIB = Decimal("0.028246154"), Decimal("0.003138462")
POD_MONTH = 730 * (VCPU / 4 + GIB / 4)
"""Dollars a month of one pod of 250m and 256Mi."""


def asks(cpu="250m", memory="256Mi", **more):
    return {"containers": [{"name": "api", "resources": {"requests": {"cpu": cpu, "memory": memory}}, **more}]}


@pytest.fixture
def thing(make):
    """`thing(token, spec)`: an object called `api` in the namespace `plant`."""

    def made(token, spec, name="api", **metadata) -> Resource:
        return make(token, {"metadata": {"name": name, "namespace": "plant", **metadata}, "spec": spec}, name)

    return made


@pytest.fixture
def scaled(thing):
    """A Deployment without replicas."""
    return thing(DEPLOYMENT, {"template": {"spec": asks()}, "strategy": {"rollingUpdate": {"maxSurge": 1}}})


def near(found, wanted):
    return abs(found - wanted) < Decimal("0.0001")


def test_every_size_that_is_known_is_the_one_that_ec2_has():
    path = Path(moto.__file__).parent / "ec2" / "resources" / "instance_types.json.gz"
    types = json.loads(gzip.decompress(path.read_bytes()))
    known = 0
    for name, facts in types.items():
        try:
            size = node_size(name)
        except Unpriced:
            continue
        known += 1
        there = facts["VCpuInfo"]["DefaultVCpus"], Decimal(facts["MemoryInfo"]["SizeInMiB"]) / 1024
        assert (size.vcpus, size.memory_gib) == there, name
    assert known > 500


@pytest.mark.parametrize(
    ("text", "base"),
    [("250m", "0.25"), ("2", "2"), ("64Mi", "67108864"), ("1e3", "1000"), ("0.5Gi", "536870912"), (1.5, "1.5")],
)
def test_quantities_are_read_as_the_api_writes_them(text, base):
    assert quantity(text) == Decimal(base)


@pytest.mark.parametrize("text", ["", "lots", "5 Mi", "1Mb", None, True])
def test_what_is_no_quantity_is_none(text):
    assert quantity(text) is None


def test_a_hundred_large_pods_cost_what_the_facts_say(thing, price):
    found = price(thing(DEPLOYMENT, {"replicas": 100, "template": {"spec": asks("16", "64Gi")}}))
    assert abs(found.expected_usd - 47_654) < 5


def test_without_a_region_the_assumption_is_told(thing, price, make_basis):
    found = price(thing(DEPLOYMENT, {"template": {"spec": asks()}}), basis=make_basis(region=None))
    assert "in us-east-1, assumed" in found.lines[0].item and all(line.assumed for line in found.lines)


def test_an_autoscaler_bounds_floor_and_worst_case(scaled, thing, price):
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 6, "scaleTargetRef": {"kind": "Deployment", "name": "api"}})
    found = price(scaled, scaler)
    assert near(found.floor_usd, 2 * POD_MONTH) and near(found.expected_usd, 2 * POD_MONTH)
    assert near(found.worst_case_usd, 7 * POD_MONTH)  # and the one pod of an update


def test_a_resting_deployment_costs_nothing_until_it_is_scaled(thing, price):
    resting = thing(DEPLOYMENT, {"replicas": 0, "template": {"spec": asks()}})
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 4, "scaleTargetRef": {"kind": "Deployment", "name": "api"}})
    found = price(resting, scaler)
    assert found.expected_usd == 0 and near(found.worst_case_usd, 5 * POD_MONTH)


def test_a_scaled_object_pays_for_what_it_asks_cloudwatch(scaled, thing, price):
    trigger = {"type": "aws-cloudwatch"}
    scaler = thing(KEDA, {"minReplicaCount": 1, "scaleTargetRef": {"name": "api"}, "triggers": [trigger]})
    found = price(scaled, scaler)
    assert next(line.monthly_usd for line in found.lines if "CloudWatch" in line.item) == Decimal("1.752")
    assert near(found.worst_case_usd - Decimal("1.752"), 101 * POD_MONTH)


@pytest.mark.parametrize("token", [HPA, KEDA])
def test_what_scales_something_unseen_has_no_price(token, thing, price):
    found = price(thing(token, {"scaleTargetRef": {"kind": "Deployment", "name": "elsewhere"}}))
    assert "elsewhere" in found.unpriced[0].reason


def test_a_quota_is_the_worst_case_of_its_namespace(scaled, thing, price):
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 50, "scaleTargetRef": {"kind": "Deployment", "name": "api"}})
    found = price(scaled, scaler, thing(QUOTA, {"hard": {"requests.cpu": "1", "requests.memory": "1Gi"}}))
    assert near(found.expected_usd, 2 * POD_MONTH) and near(found.worst_case_usd, 4 * POD_MONTH)


def test_a_quota_on_cpu_alone_leaves_memory_to_the_autoscaler(scaled, thing, price):
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": {"kind": "Deployment", "name": "api"}})
    found = price(scaled, scaler, thing(QUOTA, {"hard": {"cpu": "1"}}))
    assert near(found.worst_case_usd, 730 * (VCPU + 6 * GIB / 4))


@pytest.mark.parametrize("scopes", [{"scopes": ["Terminating"]}, {"scopeSelector": {"matchExpressions": []}}])
def test_a_quota_on_some_pods_bounds_nothing(scopes, thing, price):
    found = price(thing(QUOTA, {"hard": {"requests.cpu": "1", "requests.memory": "1Gi"}, **scopes}))
    assert not found.lines


def test_a_declared_node_and_its_idle_part(scaled, price, make_basis):
    from dataclasses import replace

    node = NodeBasis("t4g.medium", utilisation=Decimal("0.5"))
    found = price(scaled, basis=replace(make_basis(), node=node))
    unit = Decimal("0.0336") / (9 * 2 + 4)
    pod = 730 * unit * (Decimal(9) / 4 + Decimal(1) / 4)
    assert near(found.expected_usd, 2 * pod)  # half of the node is idle, and shared out
    borne = price(scaled, basis=replace(make_basis(), node=replace(node, idle_charged=False)))
    assert near(borne.expected_usd, pod)
    cheap = price(scaled, basis=replace(make_basis(), node=replace(node, usd_per_hour=Decimal("0.0168"))))
    assert near(cheap.expected_usd, pod)


def test_a_pod_is_as_large_as_the_scheduler_counts_it(thing, price):
    pod = asks()
    pod["initContainers"] = [
        {"name": "sidecar", "restartPolicy": "Always", "resources": {"limits": {"cpu": "250m", "memory": "256Mi"}}},
        {"name": "migrate", "resources": {"requests": {"cpu": "750m", "memory": "256Mi"}}},
    ]
    found = price(thing("kubernetes:core/v1:Pod", pod))
    assert near(found.expected_usd, 730 * (VCPU + GIB / 2))
    pod["resources"] = {"requests": {"cpu": "250m", "memory": "256Mi"}}
    assert near(price(thing("kubernetes:core/v1:Pod", pod)).expected_usd, POD_MONTH)


def test_a_limit_range_fills_in_what_is_left_out(thing, price):
    bare = thing(DEPLOYMENT, {"template": {"spec": {"containers": [{"name": "api"}]}}})
    limits = [{"type": "Pod", "max": {"cpu": "9"}}, {"type": "Container", "defaultRequest": {"cpu": "250m"}}]
    limits[1]["default"] = {"memory": "256Mi"}
    found = price(bare, thing("kubernetes:core/v1:LimitRange", {"limits": limits}))
    assert near(found.expected_usd, POD_MONTH) and not found.unpriced
    assert "asks for no cpu" in price(bare).unpriced[0].reason


def test_pods_that_fit_the_graphs_nodes_are_not_billed_twice(thing, price, make):
    group = make(
        NODE_GROUP,
        {"scalingConfig": {"minSize": 1, "desiredSize": 1, "maxSize": 3}, "instanceTypes": ["m7g.large"]},
    )
    fits = thing(DEPLOYMENT, {"replicas": 2, "template": {"spec": asks("1", "1Gi")}})
    nodes = price(group)
    assert price(group, fits).expected_usd == nodes.expected_usd
    more = price(group, thing(DEPLOYMENT, {"replicas": 4, "template": {"spec": asks("1", "1Gi")}}))
    assert near(more.expected_usd - nodes.expected_usd, 730 * 2 * VCPU)
    assert more.worst_case_usd == nodes.worst_case_usd


@pytest.mark.parametrize(
    "token",
    [
        "kubernetes:helm.sh/v3:Release",
        "kubernetes:karpenter.sh/v1:NodePool",
        "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass",
        "kubernetes:apps/v1:DeploymentPatch",
        "kubernetes:s3.services.k8s.aws/v1alpha1:Bucket",
        "kubernetes:rds.aws.upbound.io/v1beta1:Instance",
        "kubernetes:gateway.networking.k8s.io/v1:Gateway",
    ],
)
def test_what_may_buy_something_is_never_free(token, thing, price):
    assert price(thing(token, {})).unpriced[0].type == token


def test_a_daemon_set_needs_a_number_of_nodes(thing, price, make):
    daemon = thing("kubernetes:apps/v1:DaemonSet", {"template": {"spec": asks()}})
    assert "one pod a node" in price(daemon).unpriced[0].reason


@pytest.mark.parametrize("kind", ["requests", "limits"])
def test_what_a_node_has_beside_cpu_and_memory_has_no_price(thing, price, kind):
    pod = asks()
    pod["containers"][0]["resources"].setdefault(kind, {})["nvidia.com/gpu"] = 1
    found = price(thing(DEPLOYMENT, {"template": {"spec": pod}}))
    assert f"resources.{kind} asks for nvidia.com/gpu" in found.unpriced[0].reason


@pytest.mark.parametrize(
    ("field", "days"),
    [("0", "1"), ("6", "7"), ("1-5", "2,3,4,5,6"), ("mon,FRI", "2,6"), ("*/2", "1,3,5,7"), ("1/2", "2,4,6")],
)
def test_days_of_the_week_are_those_of_cron(field, days):
    assert _weekdays(field) == days


@pytest.mark.parametrize("field", ["7", "5-7", "someday", "5-1", "", "²"])
def test_no_day_of_the_week_has_no_price(field):
    with pytest.raises(Unpriced, match="day of the week"):
        _weekdays(field)


def test_a_run_on_a_day_of_the_month_or_of_the_week_is_one():
    either, first, mondays = map(_cron_runs, ("0 0 1 * 1", "0 0 1 * *", "0 0 * * 1"))
    assert either == first + mondays
    assert mondays > 4


def hard(thing, name="quota", **most):
    return thing(QUOTA, {"hard": {key.replace("_", "."): value for key, value in most.items()}}, name)


def fleet_of(thing, most=50):
    scaler = {"minReplicas": 2, "maxReplicas": most, "scaleTargetRef": {"kind": "Deployment", "name": "api"}}
    return thing(HPA, scaler)


def test_of_several_quotas_the_least_of_each_resource_counts(scaled, thing, price):
    """All quotas of a namespace have to admit a pod (pkg/quota/v1, checkRequest; Kubernetes 1.35.4)."""
    first = hard(thing, "cpu", requests_cpu="1", requests_memory="100Gi")
    second = hard(thing, "memory", requests_cpu="100", requests_memory="1Gi")
    for order in ([first, second], [second, first]):
        found = price(scaled, fleet_of(thing), *order)
        assert near(found.worst_case_usd, 4 * POD_MONTH)
        assert {line.urn for line in found.lines if line.item.startswith("Worst case")} == {first.urn, second.urn}


@pytest.mark.parametrize(
    "keys", [("cpu", "memory"), ("requests_cpu", "requests_memory"), ("limits_cpu", "limits_memory")]
)
def test_a_quota_on_limits_bounds_what_is_asked_for_too(scaled, thing, price, keys):
    quota = hard(thing, **dict(zip(keys, ("1", "1Gi"), strict=True)))
    assert near(price(scaled, fleet_of(thing), quota).worst_case_usd, 4 * POD_MONTH)


def test_two_bounds_of_one_quota_hold_both(scaled, thing, price):
    quota = hard(thing, cpu="9", requests_cpu="1", limits_memory="1Gi", memory="9Gi")
    assert near(price(scaled, fleet_of(thing), quota).worst_case_usd, 4 * POD_MONTH)


LIMIT_RANGE = "kubernetes:core/v1:LimitRange"


@pytest.mark.parametrize(
    "item",
    [
        {"max": {"cpu": "250m", "memory": "256Mi"}},
        {"min": {"cpu": "250m", "memory": "256Mi"}},
        {"default": {"cpu": "250m", "memory": "256Mi"}, "min": {"cpu": "1m", "memory": "1Mi"}},
        {"default": {"cpu": "250m", "memory": "256Mi"}, "max": {"cpu": "4", "memory": "8Gi"}},
        {"defaultRequest": {"cpu": "250m"}, "max": {"cpu": "4", "memory": "256Mi"}},
    ],
    ids=["max alone", "min alone", "default before min", "default before max", "request, and max"],
)
def test_what_a_limit_range_leaves_out_it_takes_from_its_bounds(thing, price, item):
    """SetDefaults_LimitRangeItem of pkg/apis/core/v1/defaults.go, Kubernetes 1.35.4."""
    bare = thing(DEPLOYMENT, {"template": {"spec": {"containers": [{"name": "api"}]}}})
    found = price(bare, thing(LIMIT_RANGE, {"limits": [{"type": "Container", **item}]}))
    assert near(found.expected_usd, POD_MONTH) and not found.unpriced


def test_of_several_limit_ranges_the_dearer_counts(thing, price):
    """Which of them fills in a request isn't determined (Kubernetes documentation, "Limit Ranges", 2026-11)."""
    bare = thing(DEPLOYMENT, {"template": {"spec": {"containers": [{"name": "api"}]}}})
    large, small = (
        thing(LIMIT_RANGE, {"limits": [{"type": "Container", "max": {"cpu": cpu, "memory": "256Mi"}}]}, cpu)
        for cpu in ("250m", "25m")
    )
    assert near(price(bare, large, small).expected_usd, POD_MONTH)
    assert near(price(bare, small, large).expected_usd, POD_MONTH)


@pytest.mark.parametrize(
    ("whole", "each"),
    [
        ({"limits": {"cpu": "250m", "memory": "256Mi"}}, {}),
        ({"requests": {"cpu": "250m", "memory": "256Mi"}, "limits": {"cpu": "1", "memory": "1Gi"}}, {}),
        ({"limits": {"cpu": "1", "memory": "256Mi"}}, {"requests": {"cpu": "125m"}}),
        ({"limits": {"memory": "256Mi"}}, {"requests": {"cpu": "125m"}}),
        ({"limits": {"cpu": "1", "memory": "1Gi"}}, {"limits": {"cpu": "125m", "memory": "128Mi"}}),
    ],
    ids=["limit alone", "both", "containers ask for cpu", "limit on memory alone", "limits of containers"],
)
def test_a_pod_of_two_containers_with_resources_of_its_own(thing, price, whole, each):
    """defaultPodRequests of pkg/apis/core/v1/defaults.go, Kubernetes 1.35.4."""
    pair = [{"name": name, "resources": each} for name in ("api", "proxy")]
    found = price(thing("kubernetes:core/v1:Pod", {"resources": whole, "containers": pair}))
    assert near(found.expected_usd, POD_MONTH) and not found.unpriced


def test_devices_that_are_claimed_have_no_price(thing, price):
    claimed = {**asks(), "resourceClaims": [{"name": "gpu", "resourceClaimTemplateName": "gpu"}]}
    assert "resourceClaims" in price(thing(DEPLOYMENT, {"template": {"spec": claimed}})).unpriced[0].reason


def test_none_of_a_device_is_no_device(thing, price):
    pod = asks()
    pod["containers"][0]["resources"]["limits"] = {"nvidia.com/gpu": "0"}
    assert not price(thing(DEPLOYMENT, {"template": {"spec": pod}})).unpriced


@pytest.mark.parametrize(
    ("word", "fields"),
    [("@annually", "0 0 1 1 *"), ("@every 1h", "0 * * * *"), ("@every 1h30m", None), ("0 ? * * ?", "0 * * * *")],
)
def test_words_for_schedules_are_those_of_cron(word, fields):
    """Parser of robfig/cron 3.0.1, which Kubernetes reads schedules by."""
    assert near(_cron_runs(word), _cron_runs(fields) if fields else Decimal(730) / Decimal("1.5"))


def test_a_late_run_has_its_time_to_end(thing, price):
    template = {"spec": {**asks(), "terminationGracePeriodSeconds": 3600}}
    job = {"parallelism": 3, "activeDeadlineSeconds": 3600, "template": template}
    found = price(thing("kubernetes:batch/v1:Job", job))
    assert near(found.expected_usd, 3 * POD_MONTH / 730) and near(found.worst_case_usd, 6 * POD_MONTH / 730)


PROFILE = "aws:eks/fargateProfile:FargateProfile"
FARGATE_VCPU, FARGATE_GB = Decimal("0.04048"), Decimal("0.004445")


@pytest.fixture
def profile(make):
    """`profile(selector, …)`: a Fargate profile."""
    return lambda *selectors: make(PROFILE, {"clusterName": "c", "selectors": list(selectors)}, "serverless")


@pytest.mark.parametrize(
    ("cpu", "memory", "vcpus", "gigabytes"),
    [
        ("25m", "64Mi", "0.25", "0.5"),
        ("250m", "256Mi", "0.25", "0.5"),
        ("250m", "257Mi", "0.25", "1"),
        ("250m", "1800Mi", "0.5", "3"),
        ("300m", "256Mi", "0.5", "1"),
        ("1", "8Gi", "2", "9"),
        ("1", "256Mi", "1", "2"),
        ("4", "30Gi", "8", "32"),
        ("5", "17Gi", "8", "20"),
        ("9", "100Gi", "16", "104"),
    ],
)
def test_a_pod_on_fargate_is_billed_as_the_next_size(thing, price, profile, cpu, memory, vcpus, gigabytes):
    """EKS user guide, Fargate Pod configuration: 256 MB on top, rounded up to a size; 1 vCPU and 8 GB are 2 and 9."""
    found = price(
        thing(DEPLOYMENT, {"replicas": 2, "template": {"spec": asks(cpu, memory)}}), profile({"namespace": "plant"})
    )
    hour = Decimal(vcpus) * FARGATE_VCPU + Decimal(gigabytes) * FARGATE_GB
    assert near(found.expected_usd, 2 * 730 * hour)


def test_a_pod_larger_than_fargate_has_no_price(thing, price, profile):
    found = price(thing(DEPLOYMENT, {"template": {"spec": asks("1", "120Gi")}}), profile({"namespace": "plant"}))
    assert "Fargate has no pod" in found.unpriced[0].reason


@pytest.mark.parametrize(
    ("selector", "matches"),
    [
        ({"namespace": "plant"}, True),
        ({"namespace": "pl*"}, True),
        ({"namespace": "other"}, False),
        ({"namespace": "plant", "labels": {"tier": "api"}}, True),
        ({"namespace": "plant", "labels": {"tier": "a?i", "app": "x"}}, False),
    ],
)
def test_a_profile_takes_the_pods_that_match(thing, price, profile, selector, matches):
    template = {"metadata": {"labels": {"tier": "api"}}, "spec": asks()}
    found = price(thing(DEPLOYMENT, {"template": template}), profile(selector))
    assert any("Pods on Fargate" in line.item for line in found.lines) is matches
    assert any("Fargate pods" in line.item for line in found.lines) is not matches  # assumed ones, of nobody's


def test_on_fargate_a_quota_bounds_requests_and_not_the_bill(scaled, thing, price, profile):
    quota = hard(thing, requests_cpu="1", requests_memory="1Gi")
    found = price(scaled, fleet_of(thing, 3), quota, profile({"namespace": "plant"}))
    assert near(found.worst_case_usd, 4 * 730 * (FARGATE_VCPU / 4 + FARGATE_GB / 2))


SCALED_JOB = "kubernetes:keda.sh/v1alpha1:ScaledJob"
VERTICAL = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
TARGET = {"kind": "Deployment", "name": "api"}


@pytest.mark.parametrize(
    ("annotations", "spec", "pods"),
    [
        ({}, {"minReplicaCount": 2, "maxReplicaCount": 5}, (2, 2, 6)),
        ({}, {"minReplicaCount": 2, "idleReplicaCount": 0, "maxReplicaCount": 5}, (0, 2, 6)),
        ({"autoscaling.keda.sh/paused-replicas": "0"}, {"minReplicaCount": 2, "maxReplicaCount": 5}, (0, 0, 6)),
        ({"autoscaling.keda.sh/paused-replicas": "7"}, {"minReplicaCount": 2, "maxReplicaCount": 5}, (2, 7, 8)),
    ],
)
def test_a_scaled_object_rests_and_is_paused_at_its_numbers(scaled, thing, price, annotations, spec, pods):
    found = price(scaled, thing(KEDA, {**spec, "scaleTargetRef": TARGET}, annotations=annotations))
    for usd, count in zip((found.floor_usd, found.expected_usd, found.worst_case_usd), pods, strict=True):
        assert near(usd, count * POD_MONTH)


def test_a_scaled_job_runs_as_many_jobs_as_it_may(thing, price):
    inner = {"parallelism": 2, "template": {"spec": asks()}}
    found = price(thing(SCALED_JOB, {"jobTargetRef": inner, "maxReplicaCount": 3}))
    assert near(found.worst_case_usd, 6 * POD_MONTH)
    found = price(thing(SCALED_JOB, {"jobTargetRef": inner}))
    assert near(found.worst_case_usd, 200 * POD_MONTH)


@pytest.mark.parametrize(
    ("spec", "months"),
    [
        ({"parallelism": 3}, 3),
        ({"parallelism": 3, "completions": 2, "completionMode": "Indexed"}, 2),
        ({"parallelism": 1, "completions": 9, "backoffLimit": 6}, 1),
    ],
)
def test_a_job_runs_no_more_pods_than_are_to_be_done(thing, price, spec, months):
    found = price(thing("kubernetes:batch/v1:Job", {**spec, "template": {"spec": asks()}}))
    assert near(found.worst_case_usd, months * POD_MONTH)


def test_a_suspended_job_may_be_resumed(thing, price):
    found = price(thing("kubernetes:batch/v1:Job", {"suspend": True, "template": {"spec": asks()}}))
    assert found.expected_usd == 0 and near(found.worst_case_usd, POD_MONTH)


@pytest.mark.parametrize(("overlap", "months"), [("Allow", 730), ("Forbid", 1), ("Replace", 1 + Decimal(30) / 3600)])
def test_runs_overlap_where_they_may(thing, price, overlap, months):
    inner = {"spec": {"template": {"spec": asks()}}}
    spec = {"schedule": "0 * * * *", "concurrencyPolicy": overlap, "jobTemplate": inner}
    found = price(thing("kubernetes:batch/v1:CronJob", spec))
    assert abs(found.worst_case_usd - months * POD_MONTH) < POD_MONTH / 1000 * 730


def test_an_update_of_daemons_may_run_two_on_a_node(thing, price):
    rolling = {"rollingUpdate": {"maxSurge": "50%", "maxUnavailable": 0}}
    daemons = thing("kubernetes:apps/v1:DaemonSet", {"template": {"spec": asks()}, "updateStrategy": rolling})
    found = price(daemons, usage={"pods": 5})
    assert near(found.expected_usd, 5 * POD_MONTH) and near(found.worst_case_usd, 8 * POD_MONTH)


@pytest.mark.parametrize(
    ("mode", "policies", "size"),
    [
        ("Recreate", [{"containerName": "*", "maxAllowed": {"cpu": "500m", "memory": "512Mi"}}], 2),
        ("Initial", [{"containerName": "api", "maxAllowed": {"cpu": "500m", "memory": "512Mi"}}], 2),
        ("Off", [], 1),
        ("Auto", [{"containerName": "api", "mode": "Off"}], 1),
        ("Auto", [{"containerName": "*", "maxAllowed": {"cpu": "1m", "memory": "1Mi"}}], 1),
    ],
)
def test_a_vertical_autoscaler_makes_pods_as_large_as_it_may(thing, price, mode, policies, size):
    pods = thing(DEPLOYMENT, {"replicas": 2, "strategy": {"type": "Recreate"}, "template": {"spec": asks()}})
    policy = {"containerPolicies": policies}
    spec = {"targetRef": TARGET, "updatePolicy": {"updateMode": mode}, "resourcePolicy": policy}
    found = price(pods, thing(VERTICAL, spec))
    assert near(found.expected_usd, 2 * POD_MONTH) and near(found.worst_case_usd, 2 * size * POD_MONTH)


def test_a_vertical_autoscaler_that_nothing_bounds_has_no_price(scaled, thing, price):
    scaler = thing(VERTICAL, {"targetRef": TARGET})
    assert "maxAllowed.cpu" in price(scaled, scaler).unpriced[0].reason
    quota = thing(QUOTA, {"hard": {"requests.cpu": "1", "requests.memory": "1Gi"}})
    assert not price(scaled, scaler, quota).unpriced
    limits = [{"type": "Container", "max": {"cpu": "1", "memory": "1Gi"}}]
    assert not price(scaled, scaler, thing("kubernetes:core/v1:LimitRange", {"limits": limits})).unpriced


def test_a_runtime_class_adds_what_its_pods_need_beside(thing, make, price):
    sandbox = {"metadata": {"name": "sandbox"}, "overhead": {"podFixed": {"cpu": "250m", "memory": "256Mi"}}}
    pods = thing(DEPLOYMENT, {"template": {"spec": {**asks(), "runtimeClassName": "sandbox"}}})
    found = price(pods, make("kubernetes:node.k8s.io/v1:RuntimeClass", sandbox, "sandbox"))
    assert near(found.expected_usd, 2 * POD_MONTH)


@pytest.mark.parametrize(
    ("strategy", "beside"),
    [
        ({"canary": {}}, 1),
        ({"canary": {"maxSurge": 2}}, 2),
        ({"canary": {"trafficRouting": {"alb": {}}}}, 8),
        ({"canary": {"steps": [{"experiment": {"templates": [{"replicas": 3}, {}]}}]}}, 5),
        ({"blueGreen": {"previewReplicaCount": 1}}, 8),
        ({"blueGreen": {"scaleDownDelayRevisionLimit": 3}}, 16),
    ],
)
def test_a_rollout_runs_its_new_pods_beside_those_that_serve(thing, price, strategy, beside):
    spec = {"replicas": 4, "strategy": strategy, "template": {"spec": asks()}}
    found = price(thing("kubernetes:argoproj.io/v1alpha1:Rollout", spec))
    assert near(found.expected_usd, 4 * POD_MONTH) and near(found.worst_case_usd, (4 + beside) * POD_MONTH)


def test_a_quota_on_pods_bounds_their_number(scaled, thing, price):
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 50, "scaleTargetRef": TARGET})
    found = price(scaled, scaler, thing(QUOTA, {"hard": {"pods": "5"}}))
    assert near(found.worst_case_usd, 5 * POD_MONTH)


def test_what_is_declared_counts_until_the_autoscaler_looks(thing, price):
    pods = thing(DEPLOYMENT, {"replicas": 9, "strategy": {"type": "Recreate"}, "template": {"spec": asks()}})
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 4, "scaleTargetRef": TARGET})
    assert near(price(pods, scaler).worst_case_usd, 9 * POD_MONTH)


@pytest.mark.parametrize("token", RENDERED)
def test_files_whose_objects_are_not_there_have_no_price(token, price):
    urn = f"urn:pulumi:test::test::{token}::all"
    files = Resource(urn, token, "all", custom=False)
    assert "aren't in the graph" in price(files).unpriced[0].reason
    read = Resource("urn:pulumi:test::test::kubernetes:core/v1:Namespace::one", NAMESPACE, "one", parent=urn)
    assert not price(files, read).unpriced


CLAIM = {"spec": {"resources": {"requests": {"storage": "10Gi"}}}}
CLAIM_MONTH = Decimal("0.8")


def test_volumes_of_a_stateful_set_are_as_many_as_its_pods_may_be(thing, price):
    spec = {"replicas": 1, "template": {"spec": asks()}, "volumeClaimTemplates": [CLAIM, CLAIM]}
    scaler = thing(HPA, {"minReplicas": 2, "maxReplicas": 5, "scaleTargetRef": {"kind": "StatefulSet", "name": "api"}})
    found = price(thing("kubernetes:apps/v1:StatefulSet", spec), scaler)
    volumes = [line for line in found.lines if line.item.startswith("Volumes of its pods")]
    assert sum(line.monthly_usd for line in volumes) == 2 * 2 * CLAIM_MONTH
    assert sum(line.worst_case_usd for line in volumes) == 5 * 2 * CLAIM_MONTH


@pytest.mark.parametrize("claims", [[UNKNOWN], [{"spec": UNKNOWN}], [{}], [{"spec": {"resources": {}}}], UNKNOWN])
def test_volumes_whose_size_is_not_known_have_no_price(thing, price, claims):
    spec = {"template": {"spec": asks()}, "volumeClaimTemplates": claims}
    assert price(thing("kubernetes:apps/v1:StatefulSet", spec)).unpriced
