"""A database and its cache on a cluster: StatefulSet with claims, headless service, network policies, PDB, quotas."""

import pulumi_kubernetes as k8s

TWINS = {
    "a password in the environment": {
        "postgres.spec.template.spec.containers[0].env[1]": {"name": "POSTGRES_PASSWORD", "value": "hunter2-and-more"}
    },
    "the host's network": {"postgres.spec.template.spec.hostNetwork": True},
    "a namespace that lets privileged pods in": {
        "data.metadata.labels": {"pod-security.kubernetes.io/enforce": "privileged"}
    },
}


def program():
    k8s.core.v1.Namespace(
        "data", metadata={"name": "data", "labels": {"pod-security.kubernetes.io/enforce": "baseline"}}
    )
    meta = {"namespace": "data"}
    labels = {"app": "postgres"}
    k8s.core.v1.Service(
        "postgres-headless",
        metadata={**meta, "name": "postgres"},
        spec={"clusterIP": "None", "selector": labels, "ports": [{"name": "sql", "port": 5432}]},
    )
    k8s.apps.v1.StatefulSet(
        "postgres",
        metadata={**meta, "name": "postgres"},
        spec={
            "serviceName": "postgres",
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "securityContext": {"fsGroup": 999, "runAsUser": 999},
                    "containers": [
                        {
                            "name": "postgres",
                            "image": "postgres:16",
                            "env": [
                                {"name": "PGDATA", "value": "/var/lib/postgresql/data/pgdata"},
                                {
                                    "name": "POSTGRES_PASSWORD",
                                    "valueFrom": {"secretKeyRef": {"name": "postgres", "key": "password"}},
                                },
                            ],
                            "ports": [{"containerPort": 5432, "name": "sql"}],
                            "readinessProbe": {"exec": {"command": ["pg_isready"]}},
                            "livenessProbe": {"exec": {"command": ["pg_isready"]}, "periodSeconds": 30},
                            "volumeMounts": [{"name": "data", "mountPath": "/var/lib/postgresql/data"}],
                        }
                    ],
                },
            },
            "volumeClaimTemplates": [
                {
                    "metadata": {"name": "data"},
                    "spec": {"accessModes": ["ReadWriteOnce"], "resources": {"requests": {"storage": "20Gi"}}},
                }
            ],
        },
    )
    k8s.networking.v1.NetworkPolicy(
        "deny",
        metadata={**meta, "name": "deny"},
        spec={"podSelector": {}, "policyTypes": ["Ingress"]},
    )
    k8s.networking.v1.NetworkPolicy(
        "postgres-in",
        metadata={**meta, "name": "postgres"},
        spec={
            "podSelector": {"matchLabels": labels},
            "ingress": [
                {
                    "from": [{"namespaceSelector": {"matchLabels": {"team": "shop"}}}],
                    "ports": [{"port": "sql", "protocol": "TCP"}],
                }
            ],
        },
    )
    k8s.policy.v1.PodDisruptionBudget(
        "postgres-pdb",
        metadata={**meta, "name": "postgres"},
        spec={"maxUnavailable": 1, "selector": {"matchLabels": labels}},
    )
    k8s.core.v1.ResourceQuota(
        "quota", metadata={**meta, "name": "quota"}, spec={"hard": {"requests.storage": "100Gi", "pods": "10"}}
    )
    k8s.core.v1.LimitRange(
        "limits",
        metadata={**meta, "name": "limits"},
        spec={
            "limits": [
                {"type": "Container", "default": {"memory": "512Mi"}, "defaultRequest": {"cpu": 0.1, "memory": "256Mi"}}
            ]
        },
    )
    k8s.storage.v1.StorageClass(
        "fast",
        metadata={"name": "fast"},
        provisioner="ebs.csi.aws.com",
        parameters={"type": "gp3", "encrypted": "true"},
        volume_binding_mode="WaitForFirstConsumer",
    )
