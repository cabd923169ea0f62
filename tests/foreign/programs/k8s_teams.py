"""Teams that own their namespaces, the cluster's keys for whoever checks its tokens, and ports left to the network."""

import pulumi_kubernetes as k8s

RBAC = "rbac.authorization.k8s.io"
EVERYBODY = [{"kind": "Group", "name": "system:unauthenticated", "apiGroup": RBAC}]
TWINS = {
    "the owners of the cluster's own namespace": {"owners.metadata.namespace": "kube-system"},
    "whoever is signed in owns the namespace": {"owners.subjects[0].name": "system:authenticated"},
    "everybody reads more than keys": {"keys.roleRef.name": "view"},
    "a port of the node": {"web.spec.template.spec.containers[0].ports[0].hostPort": 8080},
    "everybody debugs": {"support.subjects": EVERYBODY},
}


def program():
    k8s.core.v1.Namespace("team", metadata={"name": "team"})

    def binding(name, kind, role, group, where):
        kind(
            name,
            metadata={"name": name, **where},
            role_ref={"api_group": RBAC, "kind": "ClusterRole", "name": role},
            subjects=[{"kind": "Group", "name": group, "api_group": RBAC}],
        )

    inside = {"namespace": "team"}
    binding("owners", k8s.rbac.v1.RoleBinding, "cluster-admin", "acme:team-leads", inside)
    binding("support", k8s.rbac.v1.RoleBinding, "edit", "acme:support", inside)
    binding(
        "keys",
        k8s.rbac.v1.ClusterRoleBinding,
        "system:service-account-issuer-discovery",
        "system:unauthenticated",
        {},
    )
    web = {
        "name": "web",
        "image": "registry.acme.example/web:1.4.2",
        "ports": [{"container_port": 8080, "host_port": 0}],
        "resources": {"requests": {"cpu": "100m", "memory": "128Mi"}, "limits": {"memory": "128Mi"}},
        "security_context": {"allow_privilege_escalation": False, "run_as_non_root": True},
    }
    k8s.apps.v1.Deployment(
        "web",
        metadata={"name": "web", **inside},
        spec={
            "replicas": 2,
            "selector": {"match_labels": {"app": "web"}},
            "template": {"metadata": {"labels": {"app": "web"}}, "spec": {"containers": [web]}},
        },
    )
