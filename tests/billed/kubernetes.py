"""What resources of `kubernetes` cost a month: us-east-1, list prices, 730 hours."""

from decimal import Decimal

from ._case import case

POD = {"containers": [{"name": "api", "resources": {"requests": {"cpu": "250m", "memory": "256Mi"}}}]}


def claimed(storage):
    """Template of a claim."""
    return {"spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": storage}}}}


EPHEMERAL = {**POD, "volumes": [{"name": "scratch", "ephemeral": {"volumeClaimTemplate": claimed("10Gi")}}]}
HOUR_VCPU, HOUR_GIB = "0.028246154", "0.003138462"
"""m7g.large, $0.0816 an hour, 2 vCPU and 8 GiB: 0.0816 / (9 x 2 + 8) is a GiB-hour, nine of them a vCPU-hour."""


def pods(count, hours=730):
    """Dollars of `count` pods of 250m and 256Mi for `hours`."""
    quarters = Decimal(count) * hours / 4
    return {
        "CPU": str(round(quarters * Decimal(HOUR_VCPU), 8)),
        "memory": str(round(quarters * Decimal(HOUR_GIB), 8)),
    }


def workload(token, spec, count, *, what="Pods", usage=None, id=None):  # noqa: A002 - pytest's own word
    """A workload of pods of 250m and 256Mi that has to cost as much as `count` of them all month."""
    lines = {f"{what}: {part}": usd for part, usd in pods(count).items()}
    return case(token, {"metadata": {"name": "api", "namespace": "plant"}, "spec": spec}, lines, usage, id=id)


CASES = [
    workload("kubernetes:apps/v1:Deployment", {"replicas": 3, "template": {"spec": POD}}, 3),
    workload("kubernetes:apps/v1:Deployment", {"template": {"spec": POD}}, 1, id="one replica unless said"),
    workload(
        "kubernetes:apps/v1:Deployment", {"replicas": 3, "template": {"spec": POD}}, 7, usage={"pods": 7}, id="pods"
    ),
    workload(
        "kubernetes:apps/v1:Deployment",
        {"replicas": 1, "template": {"spec": POD}},
        2,
        usage={"vcpus_used": "0.5", "memory_used_gib": "0.5"},
        id="use above the request",
    ),
    workload("kubernetes:apps/v1:StatefulSet", {"replicas": 2, "template": {"spec": POD}}, 2),
    workload("kubernetes:apps/v1:ReplicaSet", {"replicas": 2, "template": {"spec": POD}}, 2),
    workload("kubernetes:core/v1:ReplicationController", {"replicas": 2, "template": {"spec": POD}}, 2),
    workload("kubernetes:argoproj.io/v1alpha1:Rollout", {"replicas": 2, "template": {"spec": POD}}, 2),
    workload("kubernetes:apps/v1:DaemonSet", {"template": {"spec": POD}}, 5, usage={"pods": 5}),
    workload("kubernetes:core/v1:Pod", POD, 1),
    case(
        "kubernetes:batch/v1:Job",
        {"spec": {"parallelism": 2, "activeDeadlineSeconds": 7200, "template": {"spec": POD}}},
        {f"Pods of runs: {part}": usd for part, usd in pods(2, 2).items()},
        id="job until its deadline",
    ),
    case(
        "kubernetes:batch/v1:CronJob",
        {
            "spec": {
                "schedule": "0 6 * * *",
                "jobTemplate": {"spec": {"activeDeadlineSeconds": 3600, "template": {"spec": POD}}},
            }
        },
        {f"Pods of runs: {part}": usd for part, usd in pods(1, 730).items()},
        usage={"monthly_pod_hours": 730},
        id="cron job by its hours",
    ),
    case(
        "kubernetes:keda.sh/v1alpha1:ScaledJob",
        {"spec": {"jobTargetRef": {"template": {"spec": POD}}, "maxReplicaCount": 4}},
        {f"Pods of runs: {part}": usd for part, usd in pods(4, 730).items()},
        id="scaled job, as many as may be",
    ),
    case("kubernetes:core/v1:ResourceQuota", {"spec": {"hard": {"requests.cpu": "2"}}}, {"Worst case": "0"}),
    case(
        "kubernetes:networking.k8s.io/v1:Ingress",
        {"spec": {}, "metadata": {"annotations": {"alb.ingress.kubernetes.io/scheme": "internet-facing"}}},
        {"Application load balancer": "16.425", "Public IPv4 addresses": "7.30"},
        id="ingress",
    ),
    case(
        "kubernetes:core/v1:Service",
        {"spec": {"type": "LoadBalancer"}},
        {"Network load balancer": "16.425"},
        id="service",
    ),
    case(
        "kubernetes:core/v1:Service",
        {
            "metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing"}},
            "spec": {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"},
        },
        {"Network load balancer": "16.425", "Public IPv4 addresses": "7.30", "Worst case": None},
        id="a service's public load balancer",
    ),
    case(
        "kubernetes:core/v1:Service",
        {"spec": {"type": "LoadBalancer", "loadBalancerClass": "service.k8s.aws/nlb"}},
        {"Network load balancer": "16.425", "Public IPv4 addresses": None, "Data out": None},
        id="a service's internal load balancer",
    ),
    case(
        "kubernetes:core/v1:Service",
        {
            "metadata": {"annotations": {"service.beta.kubernetes.io/aws-load-balancer-type": "nlb"}},
            "spec": {"type": "LoadBalancer"},
        },
        {"Public IPv4 addresses": "7.30"},
        id="the cluster's own controller makes a public one",
    ),
    case("kubernetes:core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"Network": None}, id="inner service"),
    case(
        "kubernetes:core/v1:PersistentVolumeClaim",
        {"spec": {"resources": {"requests": {"storage": "512Mi"}}}},
        {"Volume (gp3)": "0.04"},
        id="claim",
    ),
    case(
        "kubernetes:core/v1:PersistentVolumeClaim",
        {"spec": {"resources": {"requests": {"storage": "107374182400"}}}},
        {"Volume (gp3)": "8.00"},
        id="claim in bytes",
    ),
    case(
        "kubernetes:apps/v1:StatefulSet",
        {"spec": {"replicas": 2, "template": {"spec": POD}, "volumeClaimTemplates": [claimed("100Gi")]}},
        {"Volumes of its pods (gp3)": "16.00"},
        id="a stateful set's volumes",
    ),
    case(
        "kubernetes:apps/v1:Deployment",
        {"spec": {"replicas": 3, "template": {"spec": EPHEMERAL}}},
        {"Volumes of its pods (gp3)": "2.40"},
        id="ephemeral volumes",
    ),
    case(
        "kubernetes:batch/v1:Job",
        {"spec": {"activeDeadlineSeconds": 36 * 3600, "template": {"spec": EPHEMERAL}}},
        {"Volumes of its pods (gp3)": str(round(Decimal("0.8") * 36 / 730, 8))},
        id="ephemeral volumes of a job, while it runs",
    ),
]
