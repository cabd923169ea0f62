"""Nodes by Karpenter, what most clusters run by charts, and a worker whose command names a variable."""

import pulumi
import pulumi_kubernetes as k8s

CONTAINER = "worker.spec.template.spec.containers[0]"
TWINS = {
    "nodes with instance metadata v1": {"nodes.spec.metadataOptions.httpTokens": "optional"},
    "nodes whose disks are in plain text": {"nodes.spec.blockDeviceMappings[0].ebs.encrypted": False},
    "a password among the arguments": {f"{CONTAINER}.args": ["--queue=mail", "--smtp-password=C0rrect-horse"]},
    "a password in the command": {f"{CONTAINER}.command": ["sh", "-c", "PGPASSWORD=C0rrect-horse exec worker"]},
    "a password among a chart's values": {"monitoring.values.grafana.adminPassword": "C0rrect-horse"},
}


def program():
    charts = {
        "ingress-nginx": ("https://kubernetes.github.io/ingress-nginx", {"controller": {"replicaCount": 2}}),
        "cert-manager": ("https://charts.jetstack.io", {"crds": {"enabled": True}}),
        "karpenter": (None, {"settings": {"clusterName": "main", "interruptionQueue": "main"}}),
        "argo-cd": ("https://argoproj.github.io/argo-helm", {"configs": {"params": {"server.insecure": True}}}),
    }
    for name, (repository, values) in charts.items():
        k8s.helm.v3.Release(
            name,
            chart=name if repository else f"oci://public.ecr.aws/karpenter/{name}",
            namespace=name,
            create_namespace=True,
            version="1.2.3",
            repository_opts={"repo": repository} if repository else None,
            values=values,
        )
    k8s.helm.v3.Release(
        "monitoring",
        chart="kube-prometheus-stack",
        namespace="monitoring",
        repository_opts={"repo": "https://prometheus-community.github.io/helm-charts"},
        values={"grafana": {"adminPassword": pulumi.Output.secret("given")}},
    )
    k8s.apiextensions.CustomResource(
        "pool",
        api_version="karpenter.sh/v1",
        kind="NodePool",
        metadata={"name": "default"},
        spec={
            "template": {
                "spec": {
                    "requirements": [{"key": "kubernetes.io/arch", "operator": "In", "values": ["arm64"]}],
                    "nodeClassRef": {"group": "karpenter.k8s.aws", "kind": "EC2NodeClass", "name": "default"},
                }
            },
            "limits": {"cpu": 100},
        },
    )
    k8s.apiextensions.CustomResource(
        "nodes",
        api_version="karpenter.k8s.aws/v1",
        kind="EC2NodeClass",
        metadata={"name": "default"},
        spec={
            "role": "nodes",
            "amiSelectorTerms": [{"alias": "bottlerocket@latest"}],
            "subnetSelectorTerms": [{"tags": {"karpenter.sh/discovery": "main"}}],
            "securityGroupSelectorTerms": [{"tags": {"karpenter.sh/discovery": "main"}}],
            "metadataOptions": {"httpTokens": "required", "httpPutResponseHopLimit": 1},
            "blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"volumeSize": "20Gi", "encrypted": True}}],
        },
    )
    k8s.apps.v1.Deployment(
        "worker",
        metadata={"name": "worker", "namespace": "apps"},
        spec={
            "selector": {"matchLabels": {"app": "worker"}},
            "template": {
                "metadata": {"labels": {"app": "worker"}},
                "spec": {
                    "containers": [
                        {
                            "name": "worker",
                            "image": "ghcr.io/acme/worker:4.2.0",
                            "command": ["sh", "-c", 'PGPASSWORD="$DB_PASSWORD" exec worker "$@"', "worker"],
                            "args": ["--smtp-password=$(SMTP_PASSWORD)", "--password-file=/run/secrets/db"],
                            "env": [
                                {
                                    "name": name,
                                    "valueFrom": {"secretKeyRef": {"name": "worker", "key": name.lower()}},
                                }
                                for name in ("DB_PASSWORD", "SMTP_PASSWORD")
                            ],
                        }
                    ]
                },
            },
        },
    )
