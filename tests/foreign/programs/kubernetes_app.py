"""An application on a cluster of somebody else's."""

import pulumi_kubernetes as k8s

TWINS = {
    "a privileged container": {"deployment.spec.template.spec.containers[0].securityContext.privileged": True},
    "the host's network": {"deployment.spec.template.spec.hostNetwork": True},
    "a role that may do all": {"web-role.rules[0]": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}},
    "a password in the environment": {
        "deployment.spec.template.spec.containers[0].env[0]": {"name": "DB_PASSWORD", "value": "hunter2-and-more"}
    },
}
LABELS = {"app": "web"}


def program():
    k8s.core.v1.Namespace("shop", metadata={"name": "shop"})
    k8s.core.v1.ConfigMap("web", metadata={"name": "web", "namespace": "shop"}, data={"LOG_LEVEL": "info"})
    k8s.core.v1.ServiceAccount("web", metadata={"name": "web", "namespace": "shop"})
    k8s.rbac.v1.Role(
        "web-role",
        metadata={"name": "web", "namespace": "shop"},
        rules=[{"api_groups": [""], "resources": ["configmaps"], "verbs": ["get", "watch"]}],
    )
    k8s.apps.v1.Deployment(
        "deployment",
        metadata={"name": "web", "namespace": "shop"},
        spec={
            "replicas": 2,
            "selector": {"match_labels": LABELS},
            "template": {
                "metadata": {"labels": LABELS},
                "spec": {
                    "service_account_name": "web",
                    "security_context": {"run_as_non_root": True, "seccomp_profile": {"type": "RuntimeDefault"}},
                    "containers": [
                        {
                            "name": "web",
                            "image": "registry.acme.example/web:1.4.2",
                            "ports": [{"container_port": 8080}],
                            "env": [{"name": "PORT", "value": "8080"}],
                            "env_from": [{"config_map_ref": {"name": "web"}}],
                            "resources": {
                                "requests": {"cpu": "100m", "memory": "128Mi"},
                                "limits": {"memory": "256Mi"},
                            },
                            "readiness_probe": {"http_get": {"path": "/ready", "port": 8080}},
                            "liveness_probe": {"http_get": {"path": "/live", "port": 8080}},
                            "security_context": {
                                "allow_privilege_escalation": False,
                                "read_only_root_filesystem": True,
                                "capabilities": {"drop": ["ALL"]},
                            },
                        }
                    ],
                },
            },
        },
    )
    k8s.core.v1.Service(
        "web",
        metadata={"name": "web", "namespace": "shop"},
        spec={"selector": LABELS, "ports": [{"port": 80, "target_port": 8080}]},
    )
    k8s.autoscaling.v2.HorizontalPodAutoscaler(
        "web",
        metadata={"name": "web", "namespace": "shop"},
        spec={
            "scale_target_ref": {"api_version": "apps/v1", "kind": "Deployment", "name": "web"},
            "min_replicas": 2,
            "max_replicas": 6,
            "metrics": [
                {
                    "type": "Resource",
                    "resource": {"name": "cpu", "target": {"type": "Utilization", "average_utilization": 70}},
                }
            ],
        },
    )
