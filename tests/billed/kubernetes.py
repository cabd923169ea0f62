"""What resources of `kubernetes` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
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
    case("kubernetes:core/v1:Service", {"spec": {"type": "ClusterIP"}}, {"Network": None}, id="inner service"),
    case(
        "kubernetes:core/v1:PersistentVolumeClaim",
        {"spec": {"resources": {"requests": {"storage": "512Mi"}}}},
        {"Volume (gp3)": "0.04"},
        id="claim",
    ),
]
