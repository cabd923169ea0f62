"""Agents on every node: one that ships the logs, one that measures, as their makers' charts declare them."""

import pulumi_kubernetes as k8s

TWINS = {
    "an agent that may write to its node": {
        "logs.spec.template.spec.volumes[0].hostPath.path": "/",
        "logs.spec.template.spec.containers[0].volumeMounts[0].readOnly": False,
    },
    "a privileged agent": {"logs.spec.template.spec.containers[0].securityContext.privileged": True},
    "a key in the environment": {
        "logs.spec.template.spec.containers[0].env[0]": {"name": "AWS_SECRET_KEY", "value": "AKIAIOSFODNN7EXAMPLE"}
    },
}


def program():
    k8s.core.v1.Namespace("logging", metadata={"name": "logging"})
    k8s.core.v1.ServiceAccount("shipper", metadata={"name": "shipper", "namespace": "logging"})
    k8s.rbac.v1.ClusterRole(
        "shipper",
        metadata={"name": "log-shipper"},
        rules=[{"apiGroups": [""], "resources": ["namespaces", "pods"], "verbs": ["get", "list", "watch"]}],
    )
    k8s.rbac.v1.ClusterRoleBinding(
        "shipper-binding",
        metadata={"name": "log-shipper"},
        role_ref={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "log-shipper"},
        subjects=[{"kind": "ServiceAccount", "name": "shipper", "namespace": "logging"}],
    )
    k8s.core.v1.ConfigMap(
        "shipper-config",
        metadata={"name": "shipper", "namespace": "logging"},
        data={"fluent-bit.conf": "[INPUT]\n    Name tail\n    Path /var/log/containers/*.log\n"},
    )
    labels = {"app": "log-shipper"}
    k8s.apps.v1.DaemonSet(
        "logs",
        metadata={"name": "log-shipper", "namespace": "logging"},
        spec={
            "selector": {"matchLabels": labels},
            "updateStrategy": {"type": "RollingUpdate"},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "serviceAccountName": "shipper",
                    "terminationGracePeriodSeconds": 10,
                    "tolerations": [{"operator": "Exists"}],
                    "containers": [
                        {
                            "name": "fluent-bit",
                            "image": "fluent/fluent-bit:3.1",
                            "env": [
                                {"name": "NODE", "valueFrom": {"fieldRef": {"fieldPath": "spec.nodeName"}}},
                            ],
                            "resources": {
                                "requests": {"cpu": "50m", "memory": "64Mi"},
                                "limits": {"memory": "128Mi"},
                            },
                            "securityContext": {"readOnlyRootFilesystem": True},
                            "volumeMounts": [
                                {"name": "logs", "mountPath": "/var/log", "readOnly": True},
                                {"name": "config", "mountPath": "/fluent-bit/etc"},
                            ],
                        }
                    ],
                    "volumes": [
                        {"name": "logs", "hostPath": {"path": "/var/log"}},
                        {"name": "config", "configMap": {"name": "shipper"}},
                    ],
                },
            },
        },
    )
