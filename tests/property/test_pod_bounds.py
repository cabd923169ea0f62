"""No state of pods that their declaration allows, and the API admits, costs more than the worst case."""

from __future__ import annotations

from decimal import Decimal

import depth
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cost import estimate
from deployment.graph import Resource, ResourceGraph
from deployment.pod_resources import requested
from deployment.quantities import GIB
from workbench.emulator.kubernetes.admission import admit_pod
from workbench.emulator.kubernetes.store import CONTROLLERS, ApiError, Store

VCPU, GIB_HOUR = Decimal("0.028246154"), Decimal("0.003138462")
"""m7g.large, the node where nobody declares one."""
MONTH = 730
CPU = st.sampled_from(("25m", "100m", "1", "1500m"))
MEMORY = st.sampled_from(("64Mi", "256Mi", "1Gi"))
AMOUNTS = st.fixed_dictionaries({"cpu": CPU, "memory": MEMORY})
SIZES = st.integers(0, 6)
STRATEGIES = {
    "Deployment": (
        {},
        {"type": "Recreate"},
        {"rollingUpdate": {"maxSurge": 2}},
        {"rollingUpdate": {"maxSurge": "50%"}},
    ),
    "StatefulSet": ({},),
    "Rollout": (
        {"canary": {"steps": [{"setWeight": 10}]}},
        {"canary": {"trafficRouting": {"alb": {}}, "steps": [{"setCanaryScale": {"replicas": 9}}]}},
        {"canary": {"maxSurge": 1, "steps": [{"experiment": {"templates": [{"name": "a", "replicas": 2}]}}]}},
        {"blueGreen": {"previewReplicaCount": 1}},
        {"blueGreen": {"scaleDownDelayRevisionLimit": 3}},
    ),
}
VERSIONS = {"Deployment": "apps/v1", "StatefulSet": "apps/v1", "Rollout": "argoproj.io/v1alpha1"}


def thing(token, spec, name="api", **metadata):
    urn = f"urn:pulumi:other::other::kubernetes:{token}::{name}"
    inputs = {"metadata": {"name": name, "namespace": "plant", **metadata}, "spec": spec}
    return Resource(urn, f"kubernetes:{token}", name, inputs=inputs)


def beside(kind, strategy, count):
    """Pods that an update of `count` may start beside them, by what the controllers' documents say."""
    if kind == "StatefulSet" or strategy.get("type") == "Recreate":
        return 0
    if kind == "Deployment":
        surge = strategy.get("rollingUpdate", {}).get("maxSurge", "25%")
        return -(-count * int(surge[:-1]) // 100) if isinstance(surge, str) else surge
    if "blueGreen" in strategy:  # the new ones, and those that have just served
        return count * (1 + strategy["blueGreen"].get("scaleDownDelayRevisionLimit", 1))
    canary = strategy["canary"]
    trial = sum(one["replicas"] for step in canary["steps"] for one in step.get("experiment", {}).get("templates", ()))
    if "trafficRouting" in canary:
        return max(count, 9) + count
    return trial + canary.get("maxSurge", -(-count // 4))


@st.composite
def declarations(draw):
    """Objects of a namespace, and how many pods of which size they allow."""
    kind = draw(st.sampled_from(sorted(STRATEGIES)))
    strategy, asked, declared = draw(st.sampled_from(STRATEGIES[kind])), draw(AMOUNTS), draw(SIZES)
    containers = [{"name": "api", "image": "x", "resources": {"requests": asked}}]
    pod = {"containers": containers}
    if draw(st.booleans()):
        sidecar = {"name": "side", "image": "x", "resources": {"requests": draw(AMOUNTS)}}
        pod["initContainers"] = [sidecar | draw(st.sampled_from(({}, {"restartPolicy": "Always"})))]
    if draw(st.booleans()):
        pod["overhead"] = {"cpu": "250m", "memory": "120Mi"}
    objects = [
        thing(f"{VERSIONS[kind]}:{kind}", {"replicas": declared, "strategy": strategy, "template": {"spec": pod}})
    ]
    most, target = declared, {"apiVersion": VERSIONS[kind], "kind": kind, "name": "api"}
    scaler = draw(st.sampled_from(("none", "hpa", "keda", "paused")))
    if scaler == "hpa":
        high = draw(st.integers(1, 9))
        spec = {"minReplicas": 1, "maxReplicas": high, "scaleTargetRef": target}
        objects.append(thing("autoscaling/v2:HorizontalPodAutoscaler", spec))
        most = max(declared, high)
    elif scaler != "none":
        low, high, paused = draw(st.integers(1, 3)), draw(st.integers(3, 9)), draw(st.integers(0, 12))
        annotations = {"autoscaling.keda.sh/paused-replicas": str(paused)} if scaler == "paused" else {}
        spec = {"minReplicaCount": low, "maxReplicaCount": high, "idleReplicaCount": 0, "scaleTargetRef": target}
        objects.append(thing("keda.sh/v1alpha1:ScaledObject", spec, annotations=annotations))
        most = max(declared, high, paused if annotations else 0)
    grown = pod
    mode = draw(st.sampled_from((None, "Off", "Initial", "Recreate", "InPlaceOrRecreate")))
    if mode:
        allowed = draw(AMOUNTS)
        policy = {"containerPolicies": [{"containerName": "*", "maxAllowed": allowed}]}
        spec = {"targetRef": target, "updatePolicy": {"updateMode": mode}, "resourcePolicy": policy}
        objects.append(thing("autoscaling.k8s.io/v1:VerticalPodAutoscaler", spec))
        if mode != "Off":
            grown = {**pod, "containers": [{**containers[0], "resources": {"requests": allowed}}]}
    hard = draw(
        st.fixed_dictionaries(
            {},
            optional={"requests.cpu": CPU, "requests.memory": MEMORY, "pods": st.sampled_from(("0", "3", "8"))},
        )
    )
    scopes = draw(st.sampled_from(([], ["NotBestEffort"], ["Terminating"], ["NotTerminating"])))
    if hard:
        objects.append(
            thing("core/v1:ResourceQuota", {"hard": hard, **({"scopes": scopes} if scopes else {})}, "quota")
        )
    return objects, draw(st.sampled_from((pod, grown))), most + beside(kind, strategy, most)


@settings(max_examples=depth.drawn(300), suppress_health_check=[HealthCheck.too_slow])
@given(declarations())
def test_no_state_that_is_admitted_costs_more_than_the_worst_case(declared):
    objects, pod, pods = declared
    found = estimate(ResourceGraph(objects), region="us-east-1")
    assert not found.unpriced
    store = Store("1.35")
    store.create({"apiVersion": "v1", "kind": "Namespace", "metadata": {"name": "plant"}}, "me")
    for one in objects:
        if one.type.endswith("ResourceQuota"):
            store.create({"apiVersion": "v1", "kind": "ResourceQuota", **one.inputs}, "me")
    usd = Decimal(0)
    for number in range(pods):
        try:
            spec = admit_pod(store, "plant", {"spec": pod})
        except ApiError:
            break
        metadata = {"name": f"pod-{number}", "namespace": "plant"}
        store.create({"apiVersion": "v1", "kind": "Pod", "metadata": metadata, "spec": spec}, CONTROLLERS)
        usd += MONTH * (requested(spec, "cpu") * VCPU + requested(spec, "memory") / GIB * GIB_HOUR)
    assert usd <= found.worst_case_usd + Decimal("0.0001")
    assert found.floor_usd <= found.expected_usd <= found.worst_case_usd


JOBS = st.fixed_dictionaries(
    {"parallelism": st.integers(1, 5)},
    optional={
        "completions": st.integers(1, 8),
        "completionMode": st.sampled_from(("Indexed", "NonIndexed")),
        "activeDeadlineSeconds": st.sampled_from((60, 3600, 90_000)),
        "suspend": st.booleans(),
        "backoffLimit": st.integers(0, 9),
    },
)
SCHEDULES = {"0 * * * *": 730, "0 6 * * *": Decimal(730) / 24}


@settings(max_examples=depth.drawn(200))
@given(JOBS, st.sampled_from(sorted(SCHEDULES)), st.sampled_from(("Allow", "Forbid", "Replace")), AMOUNTS)
def test_runs_that_last_as_long_as_they_may_cost_no_more_than_the_worst_case(job, schedule, overlap, asked):
    """As many at a time as may be, each until its deadline, the next one or the end of the month."""
    pod = {"containers": [{"name": "api", "resources": {"requests": asked}}], "restartPolicy": "Never"}
    inner = {"spec": {**job, "template": {"spec": pod}}}
    spec = {"schedule": schedule, "concurrencyPolicy": overlap, "jobTemplate": inner}
    found = estimate(ResourceGraph([thing("batch/v1:CronJob", spec)]), region="us-east-1")
    runs, between = SCHEDULES[schedule], MONTH / Decimal(SCHEDULES[schedule])
    deadline = Decimal(job["activeDeadlineSeconds"]) / 3600 if "activeDeadlineSeconds" in job else Decimal(MONTH)
    hours = runs * min(deadline, between) if overlap == "Replace" else runs * deadline
    if overlap == "Forbid":
        hours = min(hours, Decimal(MONTH))
    elif overlap == "Allow" and "activeDeadlineSeconds" not in job:
        hours = runs * Decimal(MONTH) / 2  # each from its start to the month's end, and those of the month before
    parallel = min(job["parallelism"], job.get("completions", job["parallelism"]))
    size = {unit: requested(pod, unit) for unit in ("cpu", "memory")}
    usd = parallel * hours * (size["cpu"] * VCPU + size["memory"] / GIB * GIB_HOUR)
    assert usd <= found.worst_case_usd + Decimal("0.0001")
