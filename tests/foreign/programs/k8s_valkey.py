"""A cache in the cluster, as its chart writes it: the password comes from a Secret, the settings from a ConfigMap."""

import pulumi
import pulumi_kubernetes as k8s

TWINS = {
    "the password as an argument of its own": {
        "cache.spec.template.spec.containers[0].args": ["--requirepass", "c0rrect-horse"]
    },
    "the password behind an equals sign": {
        "cache.spec.template.spec.containers[0].args": ["--requirepass=c0rrect-horse"]
    },
    "the password in a shell's line": {
        "cache.spec.template.spec.containers[0].command": ["sh", "-c", "valkey-server --masterauth c0rrect-horse"]
    },
    "the password among the settings": {
        "cache-settings.data": {"valkey.conf": "port 6379\nrequirepass c0rrect-horse\n"}
    },
}


def program():
    k8s.core.v1.Namespace("cache", metadata={"name": "cache"})
    k8s.core.v1.Secret(
        "cache-password",
        metadata={"name": "cache", "namespace": "cache"},
        string_data={"password": pulumi.Output.secret("given by the vault")},
    )
    k8s.core.v1.ConfigMap(
        "cache-settings",
        metadata={"name": "cache", "namespace": "cache"},
        data={"valkey.conf": "port 6379\n# requirepass is given as an argument\nmaxmemory-policy allkeys-lru\n"},
    )
    k8s.core.v1.ConfigMap(
        "replica-settings",
        metadata={"name": "replica", "namespace": "cache"},
        data={"valkey.conf": "requirepass replace-default-auth\nmasterauth replace-default-auth\n"},
    )
    labels = {"app": "cache"}
    k8s.apps.v1.StatefulSet(
        "cache",
        metadata={"name": "cache", "namespace": "cache"},
        spec={
            "serviceName": "cache",
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels},
                "spec": {
                    "automountServiceAccountToken": False,
                    "containers": [
                        {
                            "name": "valkey",
                            "image": "valkey/valkey:8.1",
                            "args": ["/etc/valkey/valkey.conf", "--requirepass", "$(PASSWORD)"],
                            "env": [
                                {
                                    "name": "PASSWORD",
                                    "valueFrom": {"secretKeyRef": {"name": "cache", "key": "password"}},
                                }
                            ],
                            "ports": [{"containerPort": 6379}],
                            "volumeMounts": [{"name": "settings", "mountPath": "/etc/valkey"}],
                        }
                    ],
                    "volumes": [{"name": "settings", "configMap": {"name": "cache"}}],
                },
            },
        },
    )
