"""An operator in the way of cert-manager: a definition, roles, a webhook, an issuer of its own kind."""

import pulumi_kubernetes as k8s

TWINS = {
    "an operator that administers the cluster": {
        "operator-role.rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]
    },
    "a binding of everybody": {
        "operator-binding.subjects": [
            {"kind": "Group", "name": "system:unauthenticated", "apiGroup": "rbac.authorization.k8s.io"}
        ]
    },
    "a role of everything": {"operator-binding.roleRef.name": "cluster-admin"},
}


def program():
    namespace = k8s.core.v1.Namespace("certs", metadata={"name": "certs"})
    name = namespace.metadata["name"]
    k8s.apiextensions.v1.CustomResourceDefinition(
        "issuers",
        metadata={"name": "issuers.certs.acme.example"},
        spec={
            "group": "certs.acme.example",
            "scope": "Namespaced",
            "names": {"kind": "Issuer", "plural": "issuers", "singular": "issuer"},
            "versions": [
                {
                    "name": "v1",
                    "served": True,
                    "storage": True,
                    "schema": {
                        "openAPIV3Schema": {
                            "type": "object",
                            "properties": {"spec": {"type": "object", "x-kubernetes-preserve-unknown-fields": True}},
                        }
                    },
                }
            ],
        },
    )
    account = k8s.core.v1.ServiceAccount("operator", metadata={"name": "operator", "namespace": name})
    k8s.rbac.v1.ClusterRole(
        "operator-role",
        metadata={"name": "certs-operator"},
        rules=[
            {
                "apiGroups": ["certs.acme.example"],
                "resources": ["issuers", "issuers/status", "issuers/finalizers"],
                "verbs": ["get", "list", "watch", "update", "patch"],
            },
            {
                "apiGroups": [""],
                "resources": ["secrets"],
                "verbs": ["get", "list", "watch", "create", "update", "delete"],
            },
            {"apiGroups": [""], "resources": ["events"], "verbs": ["create", "patch"]},
            {"apiGroups": ["coordination.k8s.io"], "resources": ["leases"], "verbs": ["create", "get", "update"]},
        ],
    )
    k8s.rbac.v1.ClusterRoleBinding(
        "operator-binding",
        metadata={"name": "certs-operator"},
        role_ref={"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "certs-operator"},
        subjects=[{"kind": "ServiceAccount", "name": "operator", "namespace": name}],
    )
    labels = {"app.kubernetes.io/name": "certs-operator"}
    k8s.apps.v1.Deployment(
        "operator-deployment",
        metadata={"name": "operator", "namespace": name, "labels": labels},
        spec={
            "replicas": 1,
            "selector": {"matchLabels": labels},
            "template": {
                "metadata": {"labels": labels, "annotations": {"prometheus.io/scrape": "true"}},
                "spec": {
                    "serviceAccountName": account.metadata["name"],
                    "securityContext": {"runAsNonRoot": True},
                    "containers": [
                        {
                            "name": "operator",
                            "image": "quay.io/acme/certs-operator:v1.15.0",
                            "args": ["--v=2", "--leader-election-namespace=certs"],
                            "env": [
                                {
                                    "name": "POD_NAMESPACE",
                                    "valueFrom": {"fieldRef": {"fieldPath": "metadata.namespace"}},
                                }
                            ],
                            "ports": [{"name": "webhook", "containerPort": 10250}],
                            "resources": {"requests": {"cpu": "10m", "memory": "32Mi"}},
                        }
                    ],
                    "nodeSelector": {"kubernetes.io/os": "linux"},
                    "tolerations": [{"key": "system", "operator": "Exists"}],
                },
            },
        },
    )
    service = k8s.core.v1.Service(
        "webhook",
        metadata={"name": "webhook", "namespace": name},
        spec={"ports": [{"port": 443, "targetPort": "webhook"}], "selector": labels},
    )
    k8s.admissionregistration.v1.ValidatingWebhookConfiguration(
        "webhook-config",
        metadata={"name": "certs", "annotations": {"certs.acme.example/inject-ca": "true"}},
        webhooks=[
            {
                "name": "webhook.certs.acme.example",
                "admissionReviewVersions": ["v1"],
                "sideEffects": "None",
                "failurePolicy": "Fail",
                "timeoutSeconds": 10,
                "clientConfig": {"service": {"name": service.metadata["name"], "namespace": name, "path": "/validate"}},
                "rules": [
                    {
                        "apiGroups": ["certs.acme.example"],
                        "apiVersions": ["v1"],
                        "operations": ["CREATE", "UPDATE"],
                        "resources": ["*/*"],
                    }
                ],
            }
        ],
    )
    k8s.apiextensions.CustomResource(
        "letsencrypt",
        api_version="certs.acme.example/v1",
        kind="Issuer",
        metadata={"name": "letsencrypt", "namespace": name},
        spec={"acme": {"server": "https://acme.example/directory", "email": "ops@acme.example"}},
    )
