"""What charts install on nodes and before everything: metrics, logs, a driver of volumes, a vault, a mesh's sidecar."""

import pulumi
import pulumi_kubernetes as k8s

TWINS = {
    "an agent that changes the node": {"logs.spec.template.spec.volumes[0].hostPath.path": "/etc"},
    "an agent with the engine's socket": {"logs.spec.template.spec.volumes[0].hostPath.path": "/var/run/docker.sock"},
    "an agent that is root on the node": {"metrics.spec.template.spec.containers[0].securityContext.privileged": True},
    "the capabilities of the node": {
        "vault.spec.template.spec.containers[0].securityContext.capabilities.add[0]": "SYS_ADMIN"
    },
    "a vault on the node's network": {"vault.spec.template.spec.hostNetwork": True},
    "a privileged replica set": {"old.spec.template.spec.containers[0].securityContext": {"privileged": True}},
    "a password in a ConfigMap": {"settings.data.DB_PASSWORD": "C0rrect-horse"},
    "a password in a file of a ConfigMap": {"settings.data.app": "db.user=shop\ndb.password=C0rrect-horse\n"},
    "a password among a chart's values": {"db.values.auth.postgresPassword": "C0rrect-horse"},
    "a plain password beside the user's name": {"login.stringData": {"username": "shop", "password": "C0rrect-horse"}},
    "a role that may do everything": {"operator.rules[0].apiGroups[0]": "*"},
    "a role that makes and deletes everything": {
        "operator.rules[0]": {"apiGroups": ["*"], "resources": ["*"], "verbs": ["create", "patch", "delete"]}
    },
    "cluster-admin": {"operator.roleRef.name": "cluster-admin"},
}


def _workload(name: str, container: dict, **pod: object) -> dict:
    labels = {"app.kubernetes.io/name": name}
    spec = {"containers": [{"name": name, **container}], **pod}
    return {"selector": {"match_labels": labels}, "template": {"metadata": {"labels": labels}, "spec": spec}}


def _named(name: str) -> dict:
    return {"name": name, "namespace": "platform"}


def program():
    k8s.apps.v1.DaemonSet(
        "metrics",
        metadata=_named("metrics"),
        spec=_workload(
            "node-exporter",
            {
                "image": "quay.io/prometheus/node-exporter:v1.9.1",
                "security_context": {"capabilities": {"add": ["SYS_TIME"], "drop": ["ALL"]}},
                "ports": [{"container_port": 9100, "host_port": 9100}],
                "volume_mounts": [{"name": "root", "mount_path": "/host/root", "read_only": True}],
            },
            hostNetwork=True,
            hostPID=True,
            volumes=[{"name": "root", "hostPath": {"path": "/"}}],
        ),
    )
    k8s.apps.v1.DaemonSet(
        "logs",
        metadata=_named("logs"),
        spec=_workload(
            "shipper",
            {"image": "grafana/promtail:3.5.1", "volume_mounts": [{"name": "run", "mount_path": "/run/promtail"}]},
            volumes=[{"name": "run", "hostPath": {"path": "/run/promtail"}}],
        ),
    )
    k8s.apps.v1.DaemonSet(
        "volumes",
        metadata=_named("volumes"),
        spec=_workload(
            "driver",
            {
                "image": "public.ecr.aws/ebs-csi-driver/aws-ebs-csi-driver:v1.48.0",
                "security_context": {"privileged": True},
                "volume_mounts": [
                    {"name": "kubelet", "mount_path": "/var/lib/kubelet", "mount_propagation": "Bidirectional"}
                ],
            },
            volumes=[
                {"name": "kubelet", "hostPath": {"path": "/var/lib/kubelet"}},
                {"name": "registration", "hostPath": {"path": "/var/lib/kubelet/plugins_registry/"}},
            ],
        ),
    )
    k8s.apps.v1.StatefulSet(
        "vault",
        metadata=_named("vault"),
        spec={
            "service_name": "vault",
            **_workload(
                "vault",
                {
                    "image": "hashicorp/vault:1.20.1",
                    "security_context": {"capabilities": {"add": ["IPC_LOCK"]}},
                },
            ),
        },
    )
    k8s.apps.v1.ReplicaSet("old", metadata=_named("old"), spec=_workload("old", {"image": "acme/old:1.0.0"}))
    k8s.core.v1.ConfigMap(
        "settings",
        metadata=_named("settings"),
        data={"LOG_LEVEL": "info", "app": "db.password=${DB_PASSWORD}\n# password = changeme123\n"},
    )
    k8s.core.v1.Secret(
        "login",
        metadata=_named("login"),
        string_data={"username": "shop", "host": "db.internal", "password": pulumi.Output.secret("C0rrect-horse")},
    )
    k8s.helm.v3.Release("db", chart="postgresql", values={"auth": {"existingSecret": "login", "username": "shop"}})
    k8s.rbac.v1.ClusterRole(
        "operator", rules=[{"api_groups": ["plants.acme.example"], "resources": ["*"], "verbs": ["*"]}]
    )
    k8s.rbac.v1.ClusterRoleBinding(
        "operator",
        role_ref={"api_group": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "operator"},
        subjects=[{"kind": "ServiceAccount", "name": "operator", "namespace": "platform"}],
    )
