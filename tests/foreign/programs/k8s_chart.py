"""A chart's release, and a load balancer by annotations."""

import pulumi
import pulumi_kubernetes as k8s

TWINS = {
    "addresses that aren't its own": {"ingress-nginx.spec.externalIPs": ["192.0.2.1"]},
}


def program():
    provider = k8s.Provider("cluster", kubeconfig="{}", enable_server_side_apply=True)
    k8s.helm.v3.Release(
        "prometheus",
        chart="kube-prometheus-stack",
        version="61.3.1",
        namespace="monitoring",
        create_namespace=True,
        repository_opts={"repo": "https://prometheus-community.github.io/helm-charts"},
        values={
            "grafana": {"enabled": True, "adminUser": "ops"},
            "prometheus": {"prometheusSpec": {"retention": "7d"}},
        },
        opts=pulumi.ResourceOptions(provider=provider),
    )
    k8s.core.v1.Service(
        "ingress-nginx",
        metadata={
            "name": "ingress-nginx",
            "namespace": "ingress",
            "annotations": {
                "service.beta.kubernetes.io/aws-load-balancer-type": "external",
                "service.beta.kubernetes.io/aws-load-balancer-nlb-target-type": "ip",
                "service.beta.kubernetes.io/aws-load-balancer-scheme": "internet-facing",
            },
        },
        spec={
            "type": "LoadBalancer",
            "externalTrafficPolicy": "Local",
            "selector": {"app": "ingress-nginx"},
            "ports": [
                {"name": "http", "port": 80, "targetPort": "http"},
                {"name": "https", "port": 443, "targetPort": "https"},
            ],
        },
        opts=pulumi.ResourceOptions(provider=provider),
    )
