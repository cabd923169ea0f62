"""The service on a cluster: a Deployment that a HorizontalPodAutoscaler scales."""

import pytest

from deployment.errors import InputError
from deployment.reader import graph_from_json
from workbench.simulate.instance import FleetConstants
from workbench.simulate.options import SimulationOptions
from workbench.simulate.predict import predict
from workbench.simulate.reading import read
from workbench.simulate.reading.pods import quantity
from workbench.simulate.result import COLUMNS
from workbench.simulate.scaling.hpa import SelectPolicy
from workbench.simulate.scenario import Scenario, load_traffic
from workbench.simulate.service import ServiceModel
from workbench.simulate.simulation import simulate

BEHAVIOR = {
    "scaleUp": {"policies": [{"type": "Pods", "value": 1, "periodSeconds": 60}], "selectPolicy": "Min"},
    "scaleDown": {"stabilizationWindowSeconds": 120},
}


@pytest.fixture
def cluster(small_stack, stack_resource):
    """`cluster(metric, behavior=...)`: the small stack with pods instead of instances."""

    def of(metric, behavior=None, peak="3"):
        document = small_stack(peak=peak)
        resources = document["deployment"]["resources"]
        resources[:] = [each for each in resources if not each["type"].startswith("aws:autoscaling")]
        resources.append(
            stack_resource(
                "kubernetes:apps/v1:Deployment",
                "plant-stable",
                {
                    "metadata": {"name": "plant-stable"},
                    "spec": {
                        "replicas": 1,
                        "template": {
                            "spec": {
                                "terminationGracePeriodSeconds": 20,
                                "containers": [
                                    {
                                        "name": "api",
                                        "resources": {"requests": {"cpu": "250m"}},
                                        "readinessProbe": {"initialDelaySeconds": 10, "periodSeconds": 5},
                                    }
                                ],
                            }
                        },
                    },
                },
            )
        )
        spec = {"scaleTargetRef": {"name": "plant-stable"}, "minReplicas": 1, "maxReplicas": 6, "metrics": [metric]}
        if behavior:
            spec["behavior"] = behavior
        resources.append(
            stack_resource("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "plant-hpa", {"spec": spec})
        )
        return graph_from_json(document, "the cluster")

    return of


VCPUS = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "AverageValue", "averageValue": "150m"}}}
CPU = {"type": "Resource", "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}}}
REQUESTS = {"type": "Pods", "pods": {"metric": {"name": "http_requests"}, "target": {"averageValue": "20"}}}


def run(graph, *profiles, **options):
    declared = read(graph)
    traffic = load_traffic(Scenario(profiles=profiles, duration_seconds=1800.0), declared.peak_rps).traffic
    return simulate(declared, traffic, ServiceModel(mean_seconds=0.025, cpu_ratio=0.2), SimulationOptions(**options))


def column(result, name):
    return result.series[:, COLUMNS.index(name)]


def test_an_autoscaler_is_read_with_its_deployment(cluster):
    (fleet,) = read(cluster(CPU, BEHAVIOR)).fleets
    assert (fleet.name, fleet.min_size, fleet.max_size, fleet.desired_capacity) == ("plant-stable", 1, 6, 1)
    assert (fleet.warm_up_seconds, fleet.deregistration_seconds) == (15, 20)
    assert fleet.pods is not None
    assert fleet.pods.cpu_request_vcpus == 0.25
    assert [(metric.kind, metric.target) for metric in fleet.pods.metrics] == [("cpu", 60)]
    assert fleet.pods.up.select is SelectPolicy.MIN
    assert fleet.pods.down.stabilization_seconds == 120


def test_the_request_of_a_pod_is_that_of_all_its_containers(cluster):
    graph = cluster(CPU)
    deployment = next(each for each in graph if each.type.endswith(":Deployment"))
    pod = deployment.inputs["spec"]["template"]["spec"]
    pod["containers"].append({"name": "proxy", "resources": {"requests": {"cpu": "50m"}}})
    pod["initContainers"] = [
        {"name": "sidecar", "restartPolicy": "Always", "resources": {"requests": {"cpu": "100m"}}},
        {"name": "once", "resources": {"requests": {"cpu": "2"}}},
    ]
    assert read(graph).stable.pods.cpu_request_vcpus == 0.4


def test_a_tolerance_is_a_quantity(cluster):
    pods = read(cluster(CPU, {"scaleUp": {"tolerance": "50m"}, "scaleDown": {"tolerance": 0.2}})).stable.pods
    assert (pods.up.tolerance_ratio, pods.down.tolerance_ratio) == (0.05, 0.2)


def test_an_autoscaler_without_behavior_is_read_as_one(cluster):
    assert not read(cluster(CPU)).stable.pods.has_behavior
    assert read(cluster(CPU, BEHAVIOR)).stable.pods.has_behavior
    up_from_one = run(cluster(REQUESTS), "steady:rate=120")
    assert "1 to 4 by the pod autoscaler" in up_from_one.fleet_events[0].detail


def test_pods_that_start_count_as_idle_for_every_metric(cluster):
    # 15 requests/s are one pod, 94 are five, and then 31 are two: those that start would have the one that serves, too
    # busy by itself, ask for fewer.
    behavior = {"scaleDown": {"stabilizationWindowSeconds": 0}}
    traffic = ("spike:base=7,factor=10,at=60,ramp=0s,hold=30", "spike:base=8,factor=3,at=60,ramp=0s,hold=900")
    events = run(cluster(REQUESTS, behavior), *traffic, fleet=FleetConstants(ready_seconds=60.0)).fleet_events
    (grown, *_), (fewer, *_) = ([each.at for each in events if each.kind == kind] for kind in ("scale-out", "scale-in"))
    assert fewer >= grown + 60


@pytest.mark.parametrize(
    ("text", "value"), [("250m", 0.25), ("2", 2.0), ("1.5", 1.5), ("2k", 2000.0), (None, 9.0), ("x", 9.0)]
)
def test_quantities(text, value):
    assert quantity(text, 9.0) == value


@pytest.mark.parametrize(
    ("metric", "pods"),
    [
        pytest.param(REQUESTS, 3, id="60 requests/s at 20 a pod"),
        pytest.param(CPU, 2, id="0.3 vCPU at 60 % of 0.25"),
        pytest.param(VCPUS, 2, id="0.3 vCPU at 0.15 a pod"),
    ],
)
def test_a_spike_grows_the_deployment_within_a_minute(cluster, metric, pods):
    result = run(cluster(metric), "spike:base=3,factor=20,at=300,ramp=0s,hold=900")
    assert column(result, "serving")[6] >= pods
    assert column(result, "desired")[15] == pytest.approx(pods, abs=1)
    assert column(result, "p95_ms")[12] < 100


def test_scale_down_waits_for_the_stabilization_window(cluster):
    result = run(cluster(REQUESTS), "spike:base=3,factor=20,at=300,ramp=0s,hold=600")
    fewer = [event.at for event in result.fleet_events if event.kind == "scale-in"]
    assert fewer[0] >= 900 + 285  # five minutes after the last high recommendation, looked at every 15 s
    assert column(result, "desired")[-1] == 1


def test_a_rate_limit_slows_growth_down(cluster):
    free = run(cluster(REQUESTS), "spike:base=3,factor=30,at=300,ramp=0s")
    limited = run(cluster(REQUESTS, BEHAVIOR), "spike:base=3,factor=30,at=300,ramp=0s")
    assert column(limited, "desired")[6] < column(free, "desired")[6]
    assert column(limited, "desired")[-1] == pytest.approx(column(free, "desired")[-1], abs=1)


def test_pods_have_no_credits_and_are_predicted(cluster):
    found = predict(cluster(REQUESTS, peak="30"))
    assert found.instances_at_peak == 2
    assert found.sustained_rps is None
    assert predict(cluster(REQUESTS, peak="6")).scale_seconds == 15 + 15
    assert predict(cluster(CPU, peak="6")).instances_at_peak == 1
    # 60 requests/s of 5 ms are 0.3 vCPU, at 0.15 a pod, which are 60 % of 0.25
    assert predict(cluster(VCPUS, peak="60")).instances_at_peak == 2
    assert predict(cluster(CPU, peak="60")).instances_at_peak == 2


@pytest.mark.parametrize("target", [{"type": "Utilization"}, {"type": "AverageValue", "averageValue": "x"}])
def test_a_metric_without_a_target_is_noted_and_left_out(cluster, target):
    declared = read(cluster({"type": "Resource", "resource": {"name": "cpu", "target": target}}))
    assert declared.stable.pods is not None
    assert declared.stable.pods.metrics == ()
    assert [note for note in declared.notes if "left out" in note]


def test_another_service_in_the_cluster_is_no_canary(cluster, stack_resource):
    resources = [
        {"urn": each.urn, "type": each.type, "custom": each.custom, "id": each.name, "inputs": dict(each.inputs)}
        for each in cluster(CPU)
    ]
    for token, name, spec in (
        ("kubernetes:apps/v1:Deployment", "jobs", {"replicas": 1}),
        ("kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "jobs-hpa", {"scaleTargetRef": {"name": "jobs"}}),
    ):
        resources.append(stack_resource(token, name, {"metadata": {"name": name}, "spec": spec}))
    declared = read(graph_from_json({"version": 3, "deployment": {"resources": resources}}, "x"))
    assert [each.name for each in declared.fleets] == ["plant-stable"]
    assert [note for note in declared.notes if note.startswith("jobs: one service is simulated")]


def test_a_deployment_of_another_namespace_is_not_meant(cluster):
    graph = cluster(CPU)
    for each in graph:
        if each.type.startswith("kubernetes:"):
            each.inputs["metadata"] = {"name": "plant-stable", "namespace": each.type.split(":")[1]}
    with pytest.raises(InputError, match="no autoscaled Deployment"):
        read(graph)


def test_an_autoscaler_without_its_deployment_is_noted(small_stack, stack_resource):
    stray = stack_resource(
        "kubernetes:autoscaling/v2:HorizontalPodAutoscaler", "stray", {"spec": {"scaleTargetRef": {"name": "gone"}}}
    )
    document = small_stack(stray)
    assert "stray" not in [fleet.name for fleet in read(graph_from_json(document, "x")).fleets]


def test_pods_are_known_by_the_target_group_that_is_bound_to_their_service(graph):
    declared = read(graph("k8s"))
    pools = {alarm.rule.name: alarm.metric.pool for alarm in declared.alarms}
    assert pools["plant-slo-p95-stable"] == 0
    assert pools["plant-slo-p95-canary"] == 1
    assert declared.stable.least_outstanding
    assert declared.stable.health.interval_seconds == 10
