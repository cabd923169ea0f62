"""Tenants of a cluster: an operator that gives each namespace its owners, and a portal that acts as named groups."""

import pulumi_kubernetes as k8s

RBAC = "rbac.authorization.k8s.io"
TWINS = {
    "an operator that writes itself more rights": {"operator.rules[1].verbs": ["get", "create", "escalate"]},
    "an operator that binds any role": {"operator.rules[2].resourceNames": None},
    "every verb on roles": {"operator.rules[1].verbs": ["*"]},
    "a portal that acts as anybody": {"portal.rules[0].resourceNames": None},
}


def program():
    k8s.core.v1.Namespace("tenants", metadata={"name": "tenants"})
    k8s.core.v1.ServiceAccount("operator", metadata={"name": "operator", "namespace": "tenants"})
    k8s.rbac.v1.ClusterRole(
        "operator",
        metadata={"name": "tenant-operator"},
        rules=[
            {"apiGroups": [""], "resources": ["namespaces"], "verbs": ["get", "list", "watch", "create", "patch"]},
            {"apiGroups": [RBAC], "resources": ["rolebindings", "roles"], "verbs": ["get", "create", "patch"]},
            {
                "apiGroups": [RBAC],
                "resources": ["clusterroles"],
                "verbs": ["bind"],
                "resourceNames": ["admin", "edit", "view"],
            },
            {"apiGroups": ["tenants.acme.example"], "resources": ["*"], "verbs": ["*"]},
        ],
    )
    k8s.rbac.v1.ClusterRoleBinding(
        "operator",
        metadata={"name": "tenant-operator"},
        role_ref={"apiGroup": RBAC, "kind": "ClusterRole", "name": "tenant-operator"},
        subjects=[{"kind": "ServiceAccount", "name": "operator", "namespace": "tenants"}],
    )
    k8s.rbac.v1.ClusterRole(
        "portal",
        metadata={"name": "tenant-portal"},
        rules=[
            {
                "apiGroups": [""],
                "resources": ["groups"],
                "verbs": ["impersonate"],
                "resourceNames": ["tenant-a", "tenant-b"],
            }
        ],
    )
