"""One sound application on Kubernetes, and for each rule about it three ways and more to break it or leave it so."""

from __future__ import annotations

import json
from typing import Any, Final

from deployment.unknown import SECRET
from policies.examples import Changes

K = "kubernetes:"
LABELS = {"app.kubernetes.io/name": "shop", "app.kubernetes.io/instance": "web", "app.kubernetes.io/part-of": "shop"}
POD_LABELS = {"app": "web", **LABELS}
DIGEST = "@sha256:" + "0" * 64
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/edge/0a1b2c3d-4e5f-4071-a2b3-c4d5e6f70819"
CERT = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-4234-8234-123456789012"
ALB = "alb.ingress.kubernetes.io/"
FOREIGN_GROUP = "arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/a/0123456789abcdef"
PROTECTING = (
    "deletion_protection.enabled",
    "routing.http.drop_invalid_header_fields.enabled",
    "access_logs.s3.enabled",
)
ANNOTATIONS = {
    f"{ALB}listen-ports": '[{"HTTPS": 443}]',
    f"{ALB}certificate-arn": CERT,
    f"{ALB}ssl-policy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
    f"{ALB}wafv2-acl-arn": WEB_ACL,
    f"{ALB}backend-protocol": "HTTPS",
    f"{ALB}target-type": "ip",
    f"{ALB}load-balancer-attributes": ",".join(f"{key}=true" for key in PROTECTING) + ",access_logs.s3.bucket=logs",
}
NS_LABELS = {
    **LABELS,
    "pod-security.kubernetes.io/enforce": "restricted",
    "pod-security.kubernetes.io/enforce-version": "v1.35",
    "elbv2.k8s.aws/pod-readiness-gate-inject": "enabled",
}
CONTAINER = {
    "name": "web",
    "image": f"registry.example.com/web{DIGEST}",
    "imagePullPolicy": "Always",
    "ports": [{"containerPort": 8443}],
    "resources": {
        "requests": {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
        "limits": {"memory": "128Mi", "ephemeral-storage": "64Mi"},
    },
    "startupProbe": {"httpGet": {"path": "/started", "port": 8443, "scheme": "HTTPS"}},
    "livenessProbe": {"httpGet": {"path": "/live", "port": 8443, "scheme": "HTTPS"}},
    "readinessProbe": {"httpGet": {"path": "/ready", "port": 8443, "scheme": "HTTPS"}},
    "lifecycle": {"preStop": {"sleep": {"seconds": 20}}},
    "securityContext": {
        "allowPrivilegeEscalation": False,
        "readOnlyRootFilesystem": True,
        "capabilities": {"drop": ["ALL"]},
    },
    "volumeMounts": [{"name": "tmp", "mountPath": "/var/cache"}],
}


def trust(**tags):
    """Trust of a role that EKS Pod Identity hands out, which asks for `tags` of the session."""
    asked = {f"aws:RequestTag/kubernetes-{key.replace('_', '-')}": value for key, value in tags.items()}
    statement = {
        "Effect": "Allow",
        "Principal": {"Service": "pods.eks.amazonaws.com"},
        "Action": ["sts:AssumeRole", "sts:TagSession"],
        "Condition": {"StringEquals": asked},
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def meta(name, **more):
    return {"name": name, "namespace": "web", "labels": LABELS, **more}


APP: Final[dict[str, Any]] = {
    "ns": (K + "core/v1:Namespace", {"metadata": {"name": "web", "labels": NS_LABELS}}),
    "quota": (
        K + "core/v1:ResourceQuota",
        {
            "metadata": meta("quota"),
            "spec": {
                "hard": {
                    "requests.cpu": "1",
                    "requests.memory": "1Gi",
                    "limits.memory": "1Gi",
                    "requests.ephemeral-storage": "1Gi",
                    "limits.ephemeral-storage": "1Gi",
                    "services.loadbalancers": "0",
                    "services.nodeports": "0",
                    "persistentvolumeclaims": "0",
                }
            },
        },
    ),
    "limits": (
        K + "core/v1:LimitRange",
        {
            "metadata": meta("limits"),
            "spec": {
                "limits": [
                    {
                        "type": "Container",
                        "default": {"cpu": "200m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
                        "defaultRequest": {"cpu": "100m", "memory": "128Mi", "ephemeral-storage": "64Mi"},
                        "max": {"cpu": "1", "memory": "512Mi", "ephemeral-storage": "128Mi"},
                    }
                ]
            },
        },
    ),
    "deny": (
        K + "networking.k8s.io/v1:NetworkPolicy",
        {"metadata": meta("deny"), "spec": {"podSelector": {}, "policyTypes": ["Ingress", "Egress"]}},
    ),
    "allow": (
        K + "networking.k8s.io/v1:NetworkPolicy",
        {
            "metadata": meta("allow"),
            "spec": {
                "podSelector": {"matchLabels": {"app": "web"}},
                "policyTypes": ["Ingress", "Egress"],
                "ingress": [{"from": [{"ipBlock": {"cidr": "10.0.0.0/24"}}], "ports": [{"port": 8443}]}],
                "egress": [
                    {
                        "to": [
                            {
                                "namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "kube-system"}},
                                "podSelector": {"matchLabels": {"k8s-app": "kube-dns"}},
                            }
                        ],
                        "ports": [{"port": 53, "protocol": "UDP"}],
                    }
                ],
            },
        },
    ),
    "account": (K + "core/v1:ServiceAccount", {"metadata": meta("web"), "automountServiceAccountToken": False}),
    "config": (K + "core/v1:ConfigMap", {"metadata": meta("web"), "data": {"LOG_LEVEL": "info"}}),
    "secret": (K + "core/v1:Secret", {"metadata": meta("web"), "stringData": {"password": SECRET}}),
    "app": (
        K + "apps/v1:Deployment",
        {
            "metadata": meta("web"),
            "spec": {
                "selector": {"matchLabels": {"app": "web"}},
                "strategy": {"type": "RollingUpdate", "rollingUpdate": {"maxSurge": 1, "maxUnavailable": 0}},
                "template": {
                    "metadata": {"labels": POD_LABELS},
                    "spec": {
                        "serviceAccountName": "web",
                        "automountServiceAccountToken": False,
                        "terminationGracePeriodSeconds": 60,
                        "securityContext": {
                            "runAsNonRoot": True,
                            "runAsUser": 10001,
                            "seccompProfile": {"type": "RuntimeDefault"},
                        },
                        "topologySpreadConstraints": [
                            {
                                "maxSkew": 1,
                                "topologyKey": "topology.kubernetes.io/zone",
                                "whenUnsatisfiable": "ScheduleAnyway",
                                "labelSelector": {"matchLabels": {"app": "web"}},
                            }
                        ],
                        "containers": [CONTAINER],
                        "volumes": [{"name": "tmp", "emptyDir": {"sizeLimit": "32Mi"}}],
                    },
                },
            },
        },
        {"dependencies": ["urn:pulumi:example::example::kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding::binding"]},
    ),
    "service": (
        K + "core/v1:Service",
        {"metadata": meta("web"), "spec": {"type": "ClusterIP", "selector": {"app": "web"}, "ports": [{"port": 8443}]}},
    ),
    "scaler": (
        K + "autoscaling/v2:HorizontalPodAutoscaler",
        {
            "metadata": meta("web"),
            "spec": {
                "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                "minReplicas": 2,
                "maxReplicas": 4,
                "metrics": [
                    {
                        "type": "Resource",
                        "resource": {"name": "cpu", "target": {"type": "Utilization", "averageUtilization": 60}},
                    }
                ],
                "behavior": {"scaleDown": {"stabilizationWindowSeconds": 300}},
            },
        },
    ),
    "budget": (
        K + "policy/v1:PodDisruptionBudget",
        {
            "metadata": meta("web"),
            "spec": {
                "maxUnavailable": 1,
                "unhealthyPodEvictionPolicy": "AlwaysAllow",
                "selector": {"matchLabels": {"app": "web"}},
            },
        },
    ),
    "group": (
        "aws:lb/targetGroup:TargetGroup",
        {
            "name": "web",
            "port": 8443,
            "protocol": "HTTPS",
            "targetType": "ip",
            "vpcId": "vpc-1",
            "deregistrationDelay": 20,
            "tags": {},
        },
    ),
    "binding": (
        K + "elbv2.k8s.aws/v1beta1:TargetGroupBinding",
        {
            "metadata": meta("web"),
            "spec": {"serviceRef": {"name": "web", "port": 8443}, "targetGroupARN": "arn:group", "targetType": "ip"},
        },
    ),
    "role": (
        K + "rbac.authorization.k8s.io/v1:Role",
        {
            "metadata": meta("web"),
            "rules": [{"apiGroups": [""], "resources": ["configmaps"], "resourceNames": ["web"], "verbs": ["get"]}],
        },
    ),
    "bound": (
        K + "rbac.authorization.k8s.io/v1:RoleBinding",
        {
            "metadata": meta("web"),
            "roleRef": {"apiGroup": "rbac.authorization.k8s.io", "kind": "Role", "name": "web"},
            "subjects": [{"kind": "ServiceAccount", "name": "web", "namespace": "web"}],
        },
    ),
    "association": (
        "aws:eks/podIdentityAssociation:PodIdentityAssociation",
        {"clusterName": "c", "namespace": "web", "serviceAccount": "web", "roleArn": "arn:iam"},
    ),
    "iam": ("aws:iam/role:Role", {"assumeRolePolicy": trust(namespace="web", service_account="web")}),
    "ingress": (
        K + "networking.k8s.io/v1:Ingress",
        {
            "metadata": meta("web", annotations=ANNOTATIONS),
            "spec": {
                "ingressClassName": "alb",
                "rules": [
                    {
                        "host": "shop.example.com",
                        "http": {
                            "paths": [
                                {
                                    "path": "/",
                                    "pathType": "Prefix",
                                    "backend": {"service": {"name": "web", "port": {"number": 8443}}},
                                }
                            ]
                        },
                    }
                ],
            },
        },
    ),
    "class": (
        K + "gateway.networking.k8s.io/v1:GatewayClass",
        {"metadata": {"name": "alb", "labels": LABELS}, "spec": {"controllerName": "gateway.k8s.aws/alb"}},
    ),
    "gateway": (
        K + "gateway.networking.k8s.io/v1:Gateway",
        {
            "metadata": meta("web"),
            "spec": {
                "gatewayClassName": "alb",
                "infrastructure": {
                    "parametersRef": {"group": "gateway.k8s.aws", "kind": "LoadBalancerConfiguration", "name": "web"}
                },
                "listeners": [{"name": "https", "protocol": "HTTPS", "port": 443, "hostname": "shop.example.com"}],
            },
        },
    ),
    "balancer": (
        K + "gateway.k8s.aws/v1beta1:LoadBalancerConfiguration",
        {
            "metadata": meta("web"),
            "spec": {
                "scheme": "internet-facing",
                "listenerConfigurations": [
                    {
                        "protocolPort": "HTTPS:443",
                        "defaultCertificate": CERT,
                        "sslPolicy": "ELBSecurityPolicy-TLS13-1-2-2021-06",
                    }
                ],
                "loadBalancerAttributes": [
                    {"key": "deletion_protection.enabled", "value": "true"},
                    {"key": "routing.http.drop_invalid_header_fields.enabled", "value": "true"},
                    {"key": "access_logs.s3.enabled", "value": "true"},
                ],
                "wafV2": {"webACL": WEB_ACL},
            },
        },
    ),
    "targets": (
        K + "gateway.k8s.aws/v1beta1:TargetGroupConfiguration",
        {
            "metadata": meta("web"),
            "spec": {
                "targetReference": {"name": "web"},
                "defaultConfiguration": {"targetType": "ip", "protocol": "HTTPS"},
            },
        },
    ),
    "route": (
        K + "gateway.networking.k8s.io/v1:HTTPRoute",
        {
            "metadata": meta("web"),
            "spec": {"parentRefs": [{"name": "web"}], "rules": [{"backendRefs": [{"name": "web", "port": 8443}]}]},
        },
    ),
}

C = "app.spec.template.spec.containers[0]"
P = "app.spec.template.spec"


def ann(**more):
    found = dict(ANNOTATIONS)
    for k, v in more.items():
        key = ALB + k.replace("_", "-")
        found.pop(key, None) if v is None else found.__setitem__(key, v)
    return {"ingress.metadata.annotations": found}


def ns(**more):
    found = dict(NS_LABELS)
    for k, v in more.items():
        key = {
            "enforce": "pod-security.kubernetes.io/enforce",
            "version": "pod-security.kubernetes.io/enforce-version",
            "gate": "elbv2.k8s.aws/pod-readiness-gate-inject",
        }[k]
        found.pop(key, None) if v is None else found.__setitem__(key, v)
    return {"ns.metadata.labels": found}


def hard(**more):
    h = dict(APP["quota"][1]["spec"]["hard"])
    for k, v in more.items():
        k = k.replace("__", ".")
        h.pop(k, None) if v is None else h.__setitem__(k, v)
    return {"quota.spec.hard": h}


def obj(kind, name, **inputs):
    return (K + kind, {"metadata": meta(name), **inputs})


NETPOL = "networking.k8s.io/v1:NetworkPolicy"


def irsa(*subjects):
    issuer = "oidc.eks.us-east-1.amazonaws.com/id/A"
    asked = {f"{issuer}:sub": list(subjects)} if subjects else {}
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{issuer}"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {"StringLike": asked},
    }
    return {
        "association": None,
        "iam.assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": [statement]}),
    }


def attributes(*off):
    return {
        "balancer.spec.loadBalancerAttributes": [
            {"key": k, "value": "false" if k in off else "true"}
            for k in (
                "deletion_protection.enabled",
                "routing.http.drop_invalid_header_fields.enabled",
                "access_logs.s3.enabled",
            )
        ]
    }


VARIANTS: Final[dict[str, tuple[list[Changes], list[Changes]]]] = {
    "pod-security-enforced": (
        [ns(enforce=None), ns(enforce="baseline"), ns(enforce="privileged"), ns(enforce="Restricted")],
        [{}, ns(version="v1.36"), ns(version="v1.30")],
    ),
    "pod-security-pinned": (
        [ns(version=None), ns(version="latest"), ns(version="1.36"), ns(version="v1.36.2")],
        [{}, ns(version="v1.36"), ns(version="v1.9")],
    ),
    "pod-security-not-privileged": (
        [ns(enforce="privileged"), ns(enforce="Baseline"), ns(enforce="none")],
        [{}, ns(enforce="baseline"), ns(enforce=None)],
    ),
    "pss-fields": (
        [
            {f"{C}.securityContext.procMount": "Unmasked"},
            {f"{P}.securityContext.sysctls": [{"name": "kernel.msgmax", "value": "1"}]},
            {f"{C}.securityContext.seLinuxOptions": {"type": "spc_t"}},
            {f"{P}.securityContext.seLinuxOptions": {"user": "system_u"}},
            {f"{C}.securityContext.appArmorProfile": {"type": "Unconfined"}},
            {f"{P}.securityContext.windowsOptions": {"hostProcess": True}},
            {
                f"{P}.initContainers[0]": {
                    **CONTAINER,
                    "name": "i",
                    "securityContext": {**CONTAINER["securityContext"], "procMount": "Unmasked"},
                }
            },
        ],
        [
            {},
            {f"{P}.securityContext.sysctls": [{"name": "net.ipv4.tcp_syncookies", "value": "1"}]},
            {f"{C}.securityContext.capabilities.add": ["NET_BIND_SERVICE"]},
            {f"{C}.securityContext.procMount": "Default"},
            {f"{C}.securityContext.seLinuxOptions": {"type": "container_t", "level": "s0:c1"}},
            {f"{C}.securityContext.appArmorProfile": {"type": "RuntimeDefault"}},
            {f"{P}.volumes[1]": {"name": "v", "csi": {"driver": "secrets-store.csi.k8s.io", "readOnly": True}}},
            {f"{P}.volumes[1]": {"name": "v", "projected": {"sources": []}}},
            {f"{P}.hostUsers": False},
        ],
    ),
    "pss-restricted": (
        [
            {f"{P}.volumes[1]": {"name": "v", "nfs": {"server": "a", "path": "/"}}},
            {f"{P}.volumes[1]": {"name": "v", "gitRepo": {"repository": "a"}}},
            {f"{C}.livenessProbe.httpGet.host": "169.254.169.254"},
            {f"{C}.lifecycle": {"postStart": {"httpGet": {"path": "/", "port": 80, "host": "10.0.0.1"}}}},
            {f"{C}.readinessProbe": {"tcpSocket": {"port": 1, "host": "10.0.0.1"}}},
        ],
        [
            {},
            {f"{P}.volumes[1]": {"name": "v", "secret": {"secretName": "a"}}},
            {f"{P}.volumes[1]": {"name": "v", "persistentVolumeClaim": {"claimName": "a"}}},
            {f"{C}.livenessProbe.httpGet.host": ""},
        ],
    ),
    "host-untouched": (
        [
            {f"{P}.volumes[1]": {"name": "v", "hostPath": {"path": "/"}}},
            {f"{P}.hostNetwork": True},
            {f"{P}.hostPID": True},
            {f"{P}.hostIPC": True},
            {f"{C}.securityContext.privileged": True},
            {f"{C}.ports[0].hostPort": 80},
        ],
        [{}, {f"{P}.hostNetwork": False}, {f"{C}.securityContext.privileged": False}],
    ),
    "containers-hardened": (
        [
            {f"{C}.securityContext.capabilities.add": ["NET_ADMIN"]},
            {f"{C}.securityContext.allowPrivilegeEscalation": None},
            {f"{C}.securityContext.readOnlyRootFilesystem": False},
            {f"{C}.securityContext.capabilities.drop": ["CHOWN"]},
            {f"{P}.securityContext.runAsNonRoot": None},
        ],
        [
            {},
            {f"{C}.securityContext.runAsUser": 10001},
            {f"{C}.securityContext.capabilities.add": ["NET_BIND_SERVICE"]},
            {f"{P}.securityContext.runAsNonRoot": None, f"{C}.securityContext.runAsNonRoot": True},
        ],
    ),
    "image-pinned": (
        [
            {f"{C}.image": "registry.example.com/web:1"},
            {f"{C}.image": "registry.example.com/web"},
            {f"{C}.imagePullPolicy": "IfNotPresent"},
        ],
        [{}, {f"{C}.image": f"web{DIGEST}"}, {f"{C}.image": f"registry.example.com:5000/web:1{DIGEST}"}],
    ),
    "labelled": (
        [
            {"app.metadata.labels": None},
            {"app.metadata.labels": {"app.kubernetes.io/name": "web"}},
            {"app.metadata.labels": {"app": "web"}},
        ],
        [{}, {"app.metadata.labels": {**LABELS, "team": "a"}}, {"service.metadata.labels": None}],
    ),
    "namespaced": (
        [
            {"app.metadata.namespace": None},
            {"service.metadata.namespace": "default"},
            {"config.metadata.namespace": None},
        ],
        [{}, {"app.metadata.namespace": "shop"}, {"ns.metadata.name": "default"}],
    ),
    "no-secrets-in-environment": (
        [
            {f"{C}.env": [{"name": "DB_PASSWORD", "value": "hunter2-and-more"}]},
            {f"{C}.env": [{"name": "API_TOKEN", "value": "c2VjcmV0LXRva2Vu"}]},
            {
                f"{P}.initContainers[0]": {
                    **CONTAINER,
                    "name": "i",
                    "env": [{"name": "AWS_SECRET_ACCESS_KEY", "value": "wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}],
                }
            },
        ],
        [
            {},
            {f"{C}.env": [{"name": "LOG_LEVEL", "value": "info"}]},
            {f"{C}.env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "web", "key": "password"}}}]},
        ],
    ),
    "secrets-as-files": (
        [
            {f"{C}.env": [{"name": "DB_PASSWORD", "valueFrom": {"secretKeyRef": {"name": "web", "key": "password"}}}]},
            {f"{C}.envFrom": [{"secretRef": {"name": "web"}}]},
            {f"{P}.initContainers[0]": {**CONTAINER, "name": "i", "envFrom": [{"secretRef": {"name": "web"}}]}},
        ],
        [
            {},
            {f"{C}.envFrom": [{"configMapRef": {"name": "web"}}]},
            {f"{P}.volumes[1]": {"name": "s", "secret": {"secretName": "web"}}},
        ],
    ),
    "service-account-token": (
        [
            {f"{P}.automountServiceAccountToken": None},
            {f"{P}.automountServiceAccountToken": True},
            {f"{P}.serviceAccountName": None},
            {f"{P}.serviceAccountName": "default"},
        ],
        [{}, {f"{P}.serviceAccountName": "other"}, {"account.automountServiceAccountToken": None}],
    ),
    "probed": (
        [
            {f"{C}.livenessProbe": None},
            {f"{C}.readinessProbe": None},
            {f"{P}.containers[1]": {**CONTAINER, "name": "b", "readinessProbe": None}},
        ],
        [{}, {f"{C}.startupProbe": None}, {f"{P}.initContainers[0]": {"name": "i", "image": "a"}}],
    ),
    "config-maps-hold-no-secrets": (
        [
            {"config.data": {"DB_PASSWORD": "hunter2-and-more"}},
            {"config.data": {"key.pem": "-----BEGIN RSA PRIVATE KEY-----\nMIIEow=="}},
            {"config.data": {"config": "aws_secret_access_key = wJalrXUtnFEMI/K7MDENG/bPxRfiCYEXAMPLEKEY"}},
        ],
        [{}, {"config.data": {"DB_PASSWORD_FILE": "/run/secrets/db"}}, {"config.data": None}],
    ),
    "ingress-snippets": (
        [
            {"ingress.metadata.annotations": {f"nginx.ingress.kubernetes.io/{kind}-snippet": "return 200;"}}
            for kind in ("configuration", "server", "auth")
        ],
        [
            {},
            {"ingress.metadata.annotations": {"nginx.ingress.kubernetes.io/proxy-body-size": "1m"}},
            {"ingress.metadata.annotations": None},
        ],
    ),
    "quota-within-budget": (
        [hard(requests__cpu="100", requests__memory="100Gi"), hard(requests__cpu="16"), hard(requests__memory="64Gi")],
        [
            hard(requests__cpu="100m", requests__memory="128Mi"),
            hard(requests__cpu="75m", requests__memory="64Mi"),
            hard(requests__cpu="50m", requests__memory="64Mi"),
        ],
    ),
    "quota": (
        [
            {"quota": None},
            hard(requests__cpu=None),
            hard(requests__memory=None),
            hard(services__loadbalancers="1"),
            hard(services__nodeports=None),
            hard(persistentvolumeclaims="5"),
            {"quota.metadata.namespace": "other"},
            {"quota.spec.scopes": ["BestEffort"]},
        ],
        [
            {},
            hard(requests__cpu=None, cpu="1"),
            hard(requests__memory=None, memory="1Gi"),
            {"other": obj("core/v1:ResourceQuota", "b", spec={"hard": {"pods": "10"}})},
        ],
    ),
    "limit-range": (
        [
            {"limits": None},
            {"limits.metadata.namespace": "other"},
            {"limits.spec.limits[0].type": "Pod"},
            {"limits.spec.limits[0].max": None},
            {"limits.spec.limits": []},
        ],
        [
            {},
            {"limits.spec.limits[1]": {"type": "Pod", "max": {"cpu": "2"}}},
            {"limits.spec.limits[0].defaultRequest": None},
        ],
    ),
    "scale-within-quota": (
        [
            {"scaler.spec.maxReplicas": 20},
            hard(requests__cpu="300m"),
            hard(requests__memory="300Mi"),
            {f"{C}.resources.requests.cpu": "400m"},
            hard(pods="3"),
            {"app.spec.strategy.rollingUpdate.maxSurge": "300%"},
            {
                f"{P}.initContainers[0]": {
                    **CONTAINER,
                    "name": "i",
                    "resources": {"requests": {"cpu": "900m", "memory": "128Mi"}},
                }
            },
        ],
        [
            {},
            {"scaler.spec.maxReplicas": 5},
            hard(requests__cpu="500m"),
            hard(pods="5"),
            {"app.spec.strategy": {"type": "Recreate"}, **hard(requests__cpu="400m")},
        ],
    ),
    "autoscaler-bounded": (
        [
            {"scaler.spec.minReplicas": 1},
            {"scaler.spec.minReplicas": None},
            {"scaler.spec.metrics": None},
            {"scaler.spec.behavior": None},
            {"scaler.spec.maxReplicas": 1},
        ],
        [
            {},
            {"scaler.spec.maxReplicas": 10},
            {"scaler.spec.minReplicas": 3},
            {
                "scaler.spec.metrics": [
                    {
                        "type": "Pods",
                        "pods": {"metric": {"name": "rps"}, "target": {"type": "AverageValue", "averageValue": "10"}},
                    }
                ]
            },
        ],
    ),
    "replicas-left-to-autoscaler": (
        [
            {"app.spec.replicas": 2},
            {"app.spec.replicas": 1},
            {"scaler.spec.scaleTargetRef.name": "nobody"},
            {"scaler.spec.scaleTargetRef.kind": "StatefulSet"},
            {"scaler.metadata.namespace": "other"},
            {
                "app": None,
                "sts": obj("apps/v1:StatefulSet", "web", spec={**APP["app"][1]["spec"], "replicas": 2}),
                "scaler.spec.scaleTargetRef.kind": "StatefulSet",
            },
            {
                "app": None,
                "ro": obj("argoproj.io/v1alpha1:Rollout", "web", spec={**APP["app"][1]["spec"], "replicas": 2}),
                "scaler.spec.scaleTargetRef": {"apiVersion": "argoproj.io/v1alpha1", "kind": "Rollout", "name": "web"},
            },
            {
                "app.spec.replicas": 2,
                "scaler": obj(
                    "keda.sh/v1alpha1:ScaledObject",
                    "web",
                    spec={
                        "scaleTargetRef": {"name": "web"},
                        "minReplicaCount": 2,
                        "maxReplicaCount": 4,
                        "triggers": [],
                    },
                ),
            },
            {
                "app.spec.replicas": 2,
                "scaler": obj(
                    "autoscaling/v1:HorizontalPodAutoscaler",
                    "web",
                    spec={
                        "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                        "minReplicas": 2,
                        "maxReplicas": 4,
                    },
                ),
            },
        ],
        [
            {},
            {"app.spec.replicas": 2, "scaler": None},
            {
                "app": (
                    APP["app"][0],
                    {**APP["app"][1], "spec": {**APP["app"][1]["spec"], "replicas": 0}},
                    {"ignoreChanges": ["spec.replicas"]},
                )
            },
        ],
    ),
    "disruption-budget": (
        [
            {"budget": None},
            {"budget.metadata.namespace": "other"},
            {"budget.spec.selector.matchLabels": {"app": "x"}},
            {"budget.spec.maxUnavailable": 0},
            {"budget.spec.maxUnavailable": "0%"},
            {"budget.spec.maxUnavailable": None, "budget.spec.minAvailable": 2},
            {"budget.spec.maxUnavailable": None, "budget.spec.minAvailable": "100%"},
            {"budget.spec.unhealthyPodEvictionPolicy": None},
            {"budget.spec.unhealthyPodEvictionPolicy": "IfHealthyBudget"},
            {
                "second": obj(
                    "policy/v1:PodDisruptionBudget",
                    "two",
                    spec={
                        "maxUnavailable": 1,
                        "unhealthyPodEvictionPolicy": "AlwaysAllow",
                        "selector": {"matchLabels": {"app": "web"}},
                    },
                )
            },
        ],
        [
            {},
            {"budget.spec.maxUnavailable": "50%"},
            {"budget.spec.maxUnavailable": None, "budget.spec.minAvailable": 1},
            {"budget.spec.maxUnavailable": None, "budget.spec.minAvailable": "50%"},
            {
                "budget.spec.selector": {
                    "matchExpressions": [{"key": "app", "operator": "In", "values": ["web", "api"]}]
                }
            },
        ],
    ),
    "spread-over-zones": (
        [
            {f"{P}.topologySpreadConstraints": None},
            {f"{P}.topologySpreadConstraints[0].topologyKey": "kubernetes.io/hostname"},
            {f"{P}.topologySpreadConstraints[0].labelSelector": {"matchLabels": {"app": "x"}}},
            {f"{P}.topologySpreadConstraints[0].labelSelector": None},
        ],
        [
            {},
            {f"{P}.topologySpreadConstraints[0].whenUnsatisfiable": "DoNotSchedule"},
            {
                f"{P}.topologySpreadConstraints[0].labelSelector": {
                    "matchExpressions": [{"key": "app", "operator": "Exists"}]
                }
            },
            {f"{P}.topologySpreadConstraints[0].matchLabelKeys": ["pod-template-hash"]},
        ],
    ),
    "network-policy": (
        [
            {"allow": None, "deny": None},
            {"deny": None, "allow.spec.podSelector": {"matchLabels": {"app": "x"}}},
            {
                "deny": None,
                "allow.spec.podSelector": {
                    "matchExpressions": [{"key": "app", "operator": "NotIn", "values": ["web"]}]
                },
            },
            {"deny": None, "allow.metadata.namespace": "other"},
            {
                "deny": None,
                "allow.spec.podSelector": {"matchExpressions": [{"key": "app", "operator": "DoesNotExist"}]},
            },
        ],
        [
            {},
            {
                "deny": None,
                "allow.spec.podSelector": {"matchExpressions": [{"key": "app", "operator": "In", "values": ["web"]}]},
            },
            {"deny": None, "allow.spec.podSelector": {"matchExpressions": [{"key": "app", "operator": "Exists"}]}},
            {"allow": None},
        ],
    ),
    "network-policy-narrow": (
        [
            {"allow.spec.ingress": [{}]},
            {"allow.spec.egress": [{}]},
            {"allow.spec.egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]},
            {"allow.spec.ingress": [{"from": [{"ipBlock": {"cidr": "0.0.0.0/0"}}]}]},
            {"allow.spec.egress": [{"to": [{"ipBlock": {"cidr": "169.254.0.0/16"}}]}]},
            {"allow.spec.ingress": [{"ports": [{"port": 8443}]}]},
            {"allow.spec.egress": [{"to": [{"ipBlock": {"cidr": "0.0.0.0/1"}}, {"ipBlock": {"cidr": "128.0.0.0/1"}}]}]},
        ],
        [
            {},
            {
                "allow.spec.egress": [
                    {
                        "to": [
                            {"ipBlock": {"cidr": "0.0.0.0/0", "except": ["169.254.169.254/32", "169.254.170.23/32"]}}
                        ],
                        "ports": [{"port": 443}],
                    }
                ]
            },
            {"allow.spec.egress": [{"to": [{"ipBlock": {"cidr": "10.0.0.0/8"}}]}]},
            {"allow.spec.egress": [{"to": [{"ipBlock": {"cidr": "::/0"}}]}]},
            {"allow.spec.ingress": [{"from": [{"podSelector": {"matchLabels": {"app": "x"}}}]}]},
        ],
    ),
    "default-deny": (
        [
            {"deny": None},
            {"deny.spec.podSelector": {"matchLabels": {"app": "web"}}},
            {"deny.spec.policyTypes": ["Ingress"]},
            {"deny.spec.ingress": [{}]},
            {"deny.metadata.namespace": "other"},
            {"deny.spec.egress": [{"to": [{"podSelector": {}}]}]},
        ],
        [
            {},
            {"deny.spec.ingress": []},
            {
                "deny.spec.policyTypes": ["Ingress"],
                "deny2": obj(NETPOL, "d2", spec={"podSelector": {}, "policyTypes": ["Egress"]}),
            },
            {"deny.spec.podSelector": {"matchLabels": {}}},
        ],
    ),
    "probes-differ": (
        [
            {f"{C}.livenessProbe": CONTAINER["readinessProbe"]},
            {f"{C}.livenessProbe.httpGet.scheme": "HTTP"},
            {f"{C}.readinessProbe.httpGet.scheme": None},
        ],
        [{}, {f"{C}.livenessProbe": {"tcpSocket": {"port": 8443}}}, {f"{C}.livenessProbe": {"grpc": {"port": 8443}}}],
    ),
    "drain-longer-than-deregistration": (
        [
            {f"{C}.lifecycle": None},
            {f"{C}.lifecycle.preStop.sleep.seconds": 5},
            {f"{P}.terminationGracePeriodSeconds": 10},
            {f"{P}.terminationGracePeriodSeconds": None, f"{C}.lifecycle.preStop.sleep.seconds": 30},
            {"group.deregistrationDelay": 300},
            {"group.deregistrationDelay": None},
        ],
        [
            {f"{C}.lifecycle.preStop.sleep.seconds": 20},
            {"group.deregistrationDelay": 10},
            {f"{C}.lifecycle": {"preStop": {"exec": {"command": ["sleep", "25"]}}}},
            {f"{C}.lifecycle": {"preStop": {"exec": {"command": ["sh", "-c", "sleep 25"]}}}},
        ],
    ),
    "service-internal": (
        [
            {"service.spec.type": "LoadBalancer"},
            {"service.spec.type": "NodePort"},
            {"service.spec.type": "ExternalName", "service.spec.externalName": "metadata.google.internal"},
        ],
        [{}, {"service.spec.type": None}, {"service.spec.clusterIP": "None"}],
    ),
    "service-external-ips": (
        [
            {"service.spec.externalIPs": ["10.0.0.1"]},
            {"service.spec.externalIPs": ["1.2.3.4", "2.3.4.5"]},
            {"service.spec.externalIPs": ["::1"]},
        ],
        [{}, {"service.spec.externalIPs": []}, {"service.spec.type": "NodePort"}],
    ),
    "binding-of-own-group": (
        [
            {"binding.spec.targetGroupARN": FOREIGN_GROUP},
            {"group.targetType": "instance"},
            {"binding.spec.targetType": "instance"},
            {
                "binding2": obj(
                    "elbv2.k8s.aws/v1beta1:TargetGroupBinding",
                    "two",
                    spec={
                        "serviceRef": {"name": "web", "port": 8443},
                        "targetGroupARN": "arn:group",
                        "targetType": "ip",
                    },
                )
            },
            {"binding.spec.serviceRef.name": "nobody"},
            {"service.spec.selector": {"app": "x"}},
            {"binding.spec.serviceRef.port": 80},
        ],
        [
            {},
            {"binding.spec.targetType": None},
            {"binding.spec.targetGroupARN": None, "binding.spec.targetGroupName": "web"},
            {"binding": (APP["binding"][0].replace("v1beta1", "v1"), APP["binding"][1])},
        ],
    ),
    "readiness-gate": (
        [ns(gate=None), ns(gate="disabled"), {"app": APP["app"][:2]}],
        [
            {},
            {"binding": None, "ingress": None, **ns(gate=None)},
            {"ns.metadata.name": "other", "binding": None, "ingress": None},
        ],
    ),
    "ingress-https-only": (
        [
            ann(listen_ports='[{"HTTP": 80}]'),
            ann(listen_ports='[{"HTTP": 80}, {"HTTPS": 443}]'),
            ann(listen_ports=None, certificate_arn=None),
            ann(listen_ports='[{"HTTP":8080}]'),
        ],
        [{}, ann(listen_ports='[{"HTTP": 80}, {"HTTPS": 443}]', ssl_redirect="443"), ann(listen_ports=None)],
    ),
    "ingress-tls-policy": (
        [
            ann(ssl_policy="ELBSecurityPolicy-2016-08"),
            ann(ssl_policy="ELBSecurityPolicy-TLS-1-0-2015-04"),
            ann(ssl_policy="ELBSecurityPolicy-TLS13-1-0-2021-06"),
            ann(ssl_policy="ELBSecurityPolicy-FS-2018-06"),
        ],
        [
            {},
            ann(ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06"),
            ann(ssl_policy="ELBSecurityPolicy-TLS13-1-2-Res-2021-06"),
            ann(ssl_policy="ELBSecurityPolicy-FS-1-2-Res-2020-10"),
            ann(ssl_policy="ELBSecurityPolicy-TLS-1-2-2017-01"),
        ],
    ),
    "ingress-tls-policy-named": (
        [ann(ssl_policy=None), {"ingress.metadata.annotations": {}}, ann(ssl_policy="")],
        [
            {},
            ann(ssl_policy="ELBSecurityPolicy-TLS13-1-3-2021-06"),
            {"ingress.spec.ingressClassName": "nginx", "ingress.metadata.annotations": {}},
        ],
    ),
    "ingress-firewall": (
        [ann(wafv2_acl_arn=None), ann(wafv2_acl_arn="none"), ann(wafv2_acl_arn="")],
        [
            {},
            ann(wafv2_acl_arn=None, wafv2_acl_name="edge"),
            {"ingress.spec.ingressClassName": "nginx", "ingress.metadata.annotations": {}},
        ],
    ),
    "ingress-firewall-kept": (
        [
            ann(wafv2_acl_arn="none"),
            ann(wafv2_acl_arn="none", listen_ports=None),
            {**ann(wafv2_acl_arn="none"), "service": None},
        ],
        [{}, ann(wafv2_acl_arn=None), {"ingress.spec.ingressClassName": "nginx", **ann(wafv2_acl_arn="none")}],
    ),
    "ingress-backend-encrypted": (
        [ann(backend_protocol=None), ann(backend_protocol="HTTP"), ann(backend_protocol="http")],
        [
            {},
            {**ann(backend_protocol=None), "service.metadata.annotations": {f"{ALB}backend-protocol": "HTTPS"}},
            {"ingress.spec.ingressClassName": "nginx", "ingress.metadata.annotations": {}},
        ],
    ),
    "ingress-pods-as-targets": (
        [
            ann(target_type=None),
            ann(target_type="instance"),
            {"service.metadata.annotations": {f"{ALB}target-type": "instance"}},
        ],
        [
            {},
            {**ann(target_type=None), "service.metadata.annotations": {f"{ALB}target-type": "ip"}},
            {"ingress.spec.ingressClassName": "nginx", "ingress.metadata.annotations": {}},
        ],
    ),
    "ingress-hardened": (
        [
            ann(load_balancer_attributes=None),
            ann(load_balancer_attributes="deletion_protection.enabled=true"),
            ann(
                load_balancer_attributes=ANNOTATIONS[f"{ALB}load-balancer-attributes"].replace(
                    "access_logs.s3.enabled=true", "access_logs.s3.enabled=false"
                )
            ),
            ann(
                load_balancer_attributes=ANNOTATIONS[f"{ALB}load-balancer-attributes"]
                + ",routing.http.desync_mitigation_mode=monitor"
            ),
        ],
        [
            {},
            ann(load_balancer_attributes=" " + ANNOTATIONS[f"{ALB}load-balancer-attributes"].replace(",", ", ")),
            ann(
                load_balancer_attributes=ANNOTATIONS[f"{ALB}load-balancer-attributes"]
                + ",routing.http.desync_mitigation_mode=strictest,idle_timeout.timeout_seconds=600"
            ),
        ],
    ),
    "ingress-of-one-team": (
        [
            ann(**{"group.name": "shared"}),
            ann(**{"group.name": "team.a"}),
            {
                **ann(),
                "ingress.spec.ingressClassName": "pub",
                "icl": (
                    K + "networking.k8s.io/v1:IngressClass",
                    {
                        "metadata": {"name": "pub"},
                        "spec": {
                            "controller": "ingress.k8s.aws/alb",
                            "parameters": {"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": "pub"},
                        },
                    },
                ),
                "icp": (
                    K + "elbv2.k8s.aws/v1beta1:IngressClassParams",
                    {"metadata": {"name": "pub"}, "spec": {"group": {"name": "shared"}}},
                ),
            },
        ],
        [{}, ann(**{"group.name": ""}), {"ingress.spec.ingressClassName": "nginx"}],
    ),
    "ingress-authenticated": (
        [{}, ann(auth_type="none"), ann(jwt_validation="")],
        [
            ann(jwt_validation='{"jwksEndpoint": "https://a.example.com/jwks", "issuer": "https://a.example.com"}'),
            ann(auth_type="oidc", auth_idp_oidc="{}"),
            ann(auth_type="cognito", auth_idp_cognito="{}"),
            {"ingress.spec.ingressClassName": "nginx", "ingress.metadata.annotations": {}},
        ],
    ),
    "gateway-https-only": (
        [
            {"gateway.spec.listeners[1]": {"name": "http", "protocol": "HTTP", "port": 80}},
            {"gateway.spec.listeners[0].protocol": "HTTP", "gateway.spec.listeners[0].port": 80},
            {
                "gateway.spec.allowedListeners": {"namespaces": {"from": "Same"}},
                "set": obj(
                    "gateway.networking.k8s.io/v1:ListenerSet",
                    "more",
                    spec={
                        "parentRef": {"name": "web", "kind": "Gateway"},
                        "listeners": [{"name": "plain", "protocol": "HTTP", "port": 8080}],
                    },
                ),
            },
        ],
        [
            {},
            {
                "gateway.spec.listeners[1]": {"name": "http", "protocol": "HTTP", "port": 80},
                "route.spec.parentRefs[0].sectionName": "https",
                "away": obj(
                    "gateway.networking.k8s.io/v1:HTTPRoute",
                    "away",
                    spec={
                        "parentRefs": [{"name": "web", "sectionName": "http"}],
                        "rules": [{"filters": [{"type": "RequestRedirect", "requestRedirect": {"scheme": "https"}}]}],
                    },
                ),
            },
            {"class.spec.controllerName": "istio.io/gateway-controller", "gateway.spec.listeners[0].protocol": "HTTP"},
        ],
    ),
    "gateway-tls-policy": (
        [
            {"balancer.spec.listenerConfigurations[0].sslPolicy": "ELBSecurityPolicy-2016-08"},
            {"balancer.spec.listenerConfigurations[0].sslPolicy": "ELBSecurityPolicy-TLS13-1-1-2021-06"},
            {"balancer.spec.listenerConfigurations[0].sslPolicy": "ELBSecurityPolicy-TLS-1-0-2015-04"},
        ],
        [
            {},
            {"balancer.spec.listenerConfigurations[0].sslPolicy": "ELBSecurityPolicy-TLS13-1-3-2021-06"},
            {
                "class.spec.controllerName": "istio.io/gateway-controller",
                "balancer.spec.listenerConfigurations[0].sslPolicy": "ELBSecurityPolicy-2016-08",
            },
        ],
    ),
    "gateway-firewall": (
        [{"balancer.spec.wafV2": None}, {"balancer.spec.wafV2.webACL": ""}, {"gateway.spec.infrastructure": None}],
        [
            {},
            {"balancer.spec.wafV2.webACL": WEB_ACL.replace("edge", "other")},
            {"class.spec.controllerName": "gateway.k8s.aws/nlb", "balancer.spec.wafV2": None},
        ],
    ),
    "gateway-tls-policy-named": (
        [
            {"balancer.spec.listenerConfigurations[0].sslPolicy": None},
            {"balancer.spec.listenerConfigurations": None},
            {"gateway.spec.infrastructure": None},
        ],
        [
            {},
            {"class.spec.controllerName": "istio.io/gateway-controller", "balancer": None},
            {"gateway.spec.listeners[0].protocol": "HTTP", "balancer.spec.listenerConfigurations": None},
        ],
    ),
    "gateway-hardened": (
        [
            attributes("deletion_protection.enabled"),
            attributes("routing.http.drop_invalid_header_fields.enabled"),
            attributes("access_logs.s3.enabled"),
            {"balancer.spec.loadBalancerAttributes": None},
        ],
        [
            {},
            attributes(),
            {"class.spec.controllerName": "gateway.k8s.aws/nlb", "balancer.spec.loadBalancerAttributes": None},
        ],
    ),
    "gateway-backend-encrypted": (
        [
            {"targets": None},
            {"targets.spec.defaultConfiguration.protocol": "HTTP"},
            {"targets.spec.targetReference.name": "other"},
        ],
        [
            {},
            {"route": None, "targets": None},
            {"class.spec.controllerName": "istio.io/gateway-controller", "targets": None},
        ],
    ),
    "gateway-pods-as-targets": (
        [
            {"targets": None},
            {"targets.spec.defaultConfiguration.targetType": "instance"},
            {"targets.metadata.namespace": "other"},
        ],
        [
            {},
            {"route": None, "targets": None},
            {"class.spec.controllerName": "istio.io/gateway-controller", "targets": None},
        ],
    ),
    "rbac-bound-narrowly": (
        [
            {
                "bound.roleRef": {"kind": "ClusterRole", "name": "cluster-admin"},
                "bound.metadata.namespace": "kube-system",
            },
            {"bound.subjects": [{"kind": "Group", "name": "system:authenticated"}]},
            {"bound.subjects": [{"kind": "Group", "name": "system:unauthenticated"}]},
            {"bound.subjects": [{"kind": "User", "name": "system:anonymous"}]},
            {"bound.subjects": [{"kind": "Group", "name": "system:masters"}]},
            {"bound.subjects": [{"kind": "Group", "name": "system:serviceaccounts"}]},
        ],
        [
            {},
            {"bound.subjects": [{"kind": "User", "name": "alice"}]},
            {"bound.subjects": [{"kind": "Group", "name": "shop:deployers"}]},
        ],
    ),
    "rbac-default-account": (
        [
            {"bound.subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "web"}]},
            {"bound.subjects": [{"kind": "ServiceAccount", "name": "default"}]},
            {
                "bound": (
                    K + "rbac.authorization.k8s.io/v1:ClusterRoleBinding",
                    {
                        "metadata": {"name": "b"},
                        "roleRef": APP["bound"][1]["roleRef"],
                        "subjects": [{"kind": "ServiceAccount", "name": "default", "namespace": "kube-public"}],
                    },
                )
            },
        ],
        [{}, {"bound.subjects": [{"kind": "User", "name": "default"}]}, {"bound.subjects": []}],
    ),
    "rbac-no-administrator": (
        [
            {"role.rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"], "resourceNames": []}]},
            {"role.rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
            {
                "role": (
                    K + "rbac.authorization.k8s.io/v1:ClusterRole",
                    {"metadata": {"name": "x"}, "rules": [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]},
                )
            },
        ],
        [
            {},
            {"bound.roleRef": {"kind": "ClusterRole", "name": "view"}},
            {"role.rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list"]}]},
        ],
    ),
    "rbac-no-escalation": (
        [
            {
                "role.rules": [
                    {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["roles"], "verbs": ["escalate"]}
                ]
            },
            {
                "role.rules": [
                    {"apiGroups": ["rbac.authorization.k8s.io"], "resources": ["clusterroles"], "verbs": ["bind"]}
                ]
            },
            {"role.rules": [{"apiGroups": [""], "resources": ["users", "groups"], "verbs": ["impersonate"]}]},
        ],
        [
            {},
            {"role.rules": [{"apiGroups": [""], "resources": ["configmaps"], "verbs": ["get", "update"]}]},
            {
                "role.rules": [
                    {
                        "apiGroups": ["apps"],
                        "resources": ["deployments/scale"],
                        "resourceNames": ["web"],
                        "verbs": ["get", "update"],
                    }
                ]
            },
        ],
    ),
    "rbac-named": (
        [
            {"role.rules": [{"apiGroups": [""], "resources": ["*"], "verbs": ["get"]}]},
            {"role.rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["*"]}]},
            {"role.rules": [{"apiGroups": ["*"], "resources": ["pods"], "verbs": ["get"]}]},
        ],
        [
            {},
            {"role.rules": [{"apiGroups": [""], "resources": ["pods"], "verbs": ["get", "list", "watch"]}]},
            {"role.rules": []},
        ],
    ),
    "identity-of-own": (
        [
            {"iam.assumeRolePolicy": trust()},
            {"iam.assumeRolePolicy": trust(namespace="web")},
            {"iam.assumeRolePolicy": trust(namespace="other", service_account="web")},
            {"association.serviceAccount": "default"},
            {"iam.assumeRolePolicy": "{}"},
        ],
        [
            {},
            {"association": None, "iam": None},
            {"iam.assumeRolePolicy": trust(namespace="w*", service_account="web")},
        ],
    ),
    "no-plain-secrets": (
        [
            {"secret.stringData": {"password": "hunter2hunter2"}},
            {"secret.stringData": None, "secret.data": {"password": "aHVudGVyMmh1bnRlcjI="}},
            {"secret.stringData": {"ok": SECRET, "password": "hunter2hunter2"}},
        ],
        [{}, {"secret.stringData": SECRET}, {"secret.stringData": None, "secret.data": {"password": SECRET}}],
    ),
    "identity-of-one-account": (
        [irsa(), irsa("*"), irsa("system:serviceaccount:*:web"), irsa("system:serviceaccount:web:web", "*")],
        [{}, irsa("system:serviceaccount:web:web"), irsa("system:serviceaccount:web:*")],
    ),
    "api-current": (
        [
            {"budget": (K + "policy/v1beta1:PodDisruptionBudget", APP["budget"][1])},
            {"scaler": (K + "autoscaling/v2beta2:HorizontalPodAutoscaler", APP["scaler"][1])},
            {"app": (K + "extensions/v1beta1:Deployment", APP["app"][1])},
            {"ingress": (K + "networking.k8s.io/v1beta1:Ingress", APP["ingress"][1])},
            {"cj": (K + "batch/v1beta1:CronJob", {"metadata": meta("c"), "spec": {}})},
            {"psp": (K + "policy/v1beta1:PodSecurityPolicy", {"metadata": meta("c"), "spec": {}})},
        ],
        [
            {},
            {
                "scaler": (
                    K + "autoscaling/v1:HorizontalPodAutoscaler",
                    {
                        "metadata": meta("web"),
                        "spec": {
                            "scaleTargetRef": {"apiVersion": "apps/v1", "kind": "Deployment", "name": "web"},
                            "minReplicas": 2,
                            "maxReplicas": 4,
                        },
                    },
                )
            },
            {"crd": (K + "example.com/v1beta1:Thing", {"metadata": meta("c"), "spec": {}})},
        ],
    ),
    "schema-valid": (
        [
            {f"{C}.imagePullPolcy": "Always"},
            {"app.spec.replicas": "two"},
            {f"{C}.resources.requests.cpu": "lots"},
            {"app.spec.selector.matchLabels": {"app": "x"}},
            {"scaler.spec.maxReplicas": 1},
            {"service.spec.ports[0].port": 99999},
            {"app.spec.template.metadata.labels": {"app": "not valid!"}},
        ],
        [
            {},
            {f"{C}.resources.requests.cpu": 1},
            {f"{C}.resources.requests.cpu": "0.5"},
            {"app.spec.revisionHistoryLimit": 0},
        ],
    ),
    "ephemeral-bounded": (
        [
            {f"{C}.resources.requests.ephemeral-storage": None},
            {f"{C}.resources.limits.ephemeral-storage": None},
            {f"{P}.volumes[0].emptyDir": {}},
            {
                f"{P}.initContainers[0]": {
                    **CONTAINER,
                    "name": "i",
                    "resources": {"requests": {"cpu": "1m", "memory": "1Mi"}},
                }
            },
        ],
        [
            {},
            {f"{P}.volumes[0].emptyDir": {"medium": "Memory", "sizeLimit": "1Mi"}},
            {f"{C}.resources.limits.ephemeral-storage": "1Gi"},
        ],
    ),
    "cpu-limit-on-latency-path": (
        [
            {f"{C}.resources.limits.cpu": "200m"},
            {f"{C}.resources.limits.cpu": 1},
            {f"{P}.containers[1]": {**CONTAINER, "name": "b", "resources": {"limits": {"cpu": "1"}}}},
        ],
        [
            {},
            {f"{P}.initContainers[0]": {**CONTAINER, "name": "i", "resources": {"limits": {"cpu": "1"}}}},
            {f"{C}.resources.limits": {"memory": "128Mi"}},
        ],
    ),
    "resources-bounded": (
        [
            {f"{C}.resources": None},
            {f"{C}.resources.requests.cpu": None},
            {f"{C}.resources.limits.memory": None},
            {f"{C}.resources.requests.memory": None},
            {f"{P}.initContainers[0]": {**CONTAINER, "name": "i", "resources": {}}},
        ],
        [{}, {f"{C}.resources.limits.cpu": "1"}, {f"{C}.resources.limits.memory": "256Mi"}],
    ),
    "replicated": (
        [{"scaler": None}, {"scaler": None, "app.spec.replicas": 1}, {"scaler": None, "app.spec.replicas": 0}],
        [{}, {"scaler": None, "app.spec.replicas": 2}, {"scaler": None, "app.spec.replicas": 3}],
    ),
}
