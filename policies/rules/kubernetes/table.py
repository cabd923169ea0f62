"""Data rules about Kubernetes objects."""

from __future__ import annotations

from typing import Final

from deployment.tokens import INGRESS, KUBERNETES_SERVICE, NAMESPACE, NODE_CLASS, POD_AUTOSCALER
from policies.finding import Enforcement, Risk, Severity
from policies.rule import Rule
from policies.rules._tls import GOOD_POLICY
from policies.rules.kubernetes._objects import (
    HARDENED,
    WEB_ACL,
    annotated,
    attributes,
    labelled,
    lacking_attributes,
    pinned,
)
from policies.table import at_least, must_be, must_have, must_not_be, row

GUIDE: Final = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/ingress/annotations/"
STANDARDS: Final = "https://kubernetes.io/docs/concepts/security/pod-security-standards/"

RULES: Final[tuple[Rule, ...]] = (
    row(
        "kubernetes-pod-security-enforced",
        (NAMESPACE,),
        labelled("pod-security.kubernetes.io/enforce", "restricted"),
        title="Namespaces admit restricted pods only",
        severity=Severity.HIGH,
        why=(
            "What a template leaves open, admission closes: a pod that breaks out of its container is refused at"
            " the door."
        ),
        fix="Set the label pod-security.kubernetes.io/enforce to restricted.",
        source=STANDARDS,
        frameworks=("cis-eks:4.2.1",),
    ),
    row(
        "kubernetes-pod-security-pinned",
        (NAMESPACE,),
        pinned("pod-security.kubernetes.io/enforce-version", "v1.36", None, "latest", "1.36"),
        title="Namespaces pin the version of the Pod Security Standards that they enforce",
        severity=Severity.LOW,
        why="Without it the next version of the cluster refuses pods that this one takes, in the middle of an update.",
        fix="Set the label pod-security.kubernetes.io/enforce-version to the cluster's version, such as v1.36.",
        source=STANDARDS,
        frameworks=("pss:restricted",),
    ),
    row(
        "kubernetes-autoscaler-bounded",
        POD_AUTOSCALER[:1],
        at_least("spec.minReplicas", 2, "pods"),
        at_least("spec.maxReplicas", 2, "pods"),
        must_have("spec.metrics", "what it follows"),
        must_have("spec.behavior", "how fast it goes up and down"),
        title="Autoscalers have a minimum of two, a maximum, a metric and a pace",
        severity=Severity.MEDIUM,
        why="One pod is none while its node is drained; without a pace an autoscaler swings.",
        fix="Set spec.minReplicas to 2 or more, spec.maxReplicas, spec.metrics and spec.behavior.",
        source="https://kubernetes.io/docs/tasks/run-application/horizontal-pod-autoscale/",
        frameworks=(
            "polaris:hpaMinAvailability",
            "polaris:hpaMaxAvailability",
        ),
    ),
    row(
        "kubernetes-service-external-ips",
        (KUBERNETES_SERVICE,),
        must_be("spec.externalIPs", None, []),
        title=("Services claim no addresses that aren't theirs"),
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why=(
            "Whoever may create a Service with externalIPs takes the traffic of other pods to that address"
            " (CVE-2020-8554)."
        ),
        fix="Leave spec.externalIPs out.",
        source="https://github.com/kubernetes/kubernetes/issues/97076",
        frameworks=("cve:CVE-2020-8554",),
    ),
    row(
        "kubernetes-service-internal",
        (KUBERNETES_SERVICE,),
        must_be("spec.type", "ClusterIP", None),
        title="Services are reached through the load balancer that is watched, and no other",
        severity=Severity.HIGH,
        why="A Service of another type is a door beside the firewall, and a load balancer of its own on the bill.",
        fix="Set spec.type to ClusterIP; bind it to a target group with a TargetGroupBinding.",
        source="https://kubernetes.io/docs/concepts/services-networking/service/#publishing-services-service-types",
        frameworks=("kube-linter:exposed-services",),
    ),
    row(
        "kubernetes-ingress-tls-policy-named",
        (INGRESS,),
        annotated("ssl-policy", bool, GOOD_POLICY, None, ""),
        title="Load balancers of Ingresses name their security policy",
        severity=Severity.MEDIUM,
        why="The controller's default policy of 2016 still speaks TLS 1.0.",
        fix="Set the annotation alb.ingress.kubernetes.io/ssl-policy to an ELBSecurityPolicy-TLS13-1-2 or 1-3 policy.",
        source=GUIDE,
        frameworks=("checkov:CKV_AWS_103",),
    ),
    row(
        "kubernetes-ingress-firewall",
        (INGRESS,),
        annotated(
            "wafv2-acl-arn",
            lambda value: (
                str(value or "").startswith("arn:") or (":" not in str(value) and value not in (None, "", "none"))
            ),
            WEB_ACL,
            None,
            "none",
            other="wafv2-acl-name",
        ),
        title="Load balancers of Ingresses have a web ACL",
        severity=Severity.HIGH,
        why="Without one, nobody counts requests and nobody refuses the known attacks.",
        fix="Set the annotation alb.ingress.kubernetes.io/wafv2-acl-arn to the ARN of a web ACL.",
        source=GUIDE,
        frameworks=("checkov:CKV2_AWS_28", "fsbp:ELB.16"),
    ),
    row(
        "kubernetes-ingress-firewall-kept",
        (INGRESS,),
        annotated("wafv2-acl-arn", lambda value: value != "none", WEB_ACL, "none", other="wafv2-acl-name"),
        title="No Ingress takes the web ACL off its load balancer",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why='"none" takes the firewall off the whole load balancer, for everybody in the group.',
        fix="Set the annotation alb.ingress.kubernetes.io/wafv2-acl-arn to the ARN of a web ACL, or leave it out.",
        source=GUIDE,
        frameworks=("checkov:CKV2_AWS_28", "fsbp:ELB.16"),
    ),
    row(
        "kubernetes-ingress-backend-encrypted",
        (INGRESS,),
        annotated("backend-protocol", lambda value: value == "HTTPS", "HTTPS", None, "HTTP", by_service=True),
        title="Load balancers of Ingresses talk TLS to pods",
        severity=Severity.HIGH,
        why="TLS that ends at the load balancer leaves tokens readable inside the network.",
        fix="Set the annotation alb.ingress.kubernetes.io/backend-protocol to HTTPS.",
        source=GUIDE,
        frameworks=("fsbp:ELB.22",),
    ),
    row(
        "kubernetes-ingress-pods-as-targets",
        (INGRESS,),
        annotated("target-type", lambda value: value == "ip", "ip", None, "instance", by_service=True),
        title="Targets of Ingresses are pods, not nodes",
        severity=Severity.MEDIUM,
        why="By way of a node a request may go to a pod that is being ended, and readiness gates don't work.",
        fix="Set the annotation alb.ingress.kubernetes.io/target-type to ip.",
        source=GUIDE,
        frameworks=("eks-best-practices:load-balancing",),
    ),
    row(
        "kubernetes-ingress-hardened",
        (INGRESS,),
        annotated(
            "load-balancer-attributes",
            lambda value: not lacking_attributes(attributes(value)),
            ",".join(f"{key}=true" for key in HARDENED),
            None,
            "deletion_protection.enabled=true",
            ",".join([*(f"{key}=true" for key in HARDENED), "routing.http.desync_mitigation_mode=monitor"]),
        ),
        title="Load balancers of Ingresses are protected, logged, and drop invalid headers",
        severity=Severity.MEDIUM,
        why="What is not set in the annotation has AWS's default: no protection, no log, invalid headers passed on.",
        fix=(
            "Set the annotation alb.ingress.kubernetes.io/load-balancer-attributes to "
            "deletion_protection.enabled=true,routing.http.drop_invalid_header_fields.enabled=true,"
            "access_logs.s3.enabled=true and the log's bucket."
        ),
        source=GUIDE,
        frameworks=(
            "fsbp:ELB.4",
            "fsbp:ELB.5",
            "fsbp:ELB.6",
        ),
    ),
    row(
        "kubernetes-ingress-authenticated",
        (INGRESS,),
        annotated(
            "jwt-validation",
            lambda value: value not in (None, "", "none"),
            '{"jwksEndpoint": "https://issuer.example.com/jwks", "issuer": "https://issuer.example.com"}',
            None,
            other="auth-type",
        ),
        title="Load balancers of Ingresses ask who calls",
        severity=Severity.MEDIUM,
        enforcement=Enforcement.ADVISORY,
        why="A request without a token costs a pod the work of finding that out, and a forgotten path is open.",
        fix="Set the annotation alb.ingress.kubernetes.io/jwt-validation, or auth-type to oidc or cognito.",
        source=GUIDE,
    ),
    row(
        "kubernetes-ingress-of-one-team",
        (INGRESS,),
        annotated("group.name", lambda value: not value, "", "shared"),
        title="Ingresses share no load balancer with strangers",
        severity=Severity.MEDIUM,
        enforcement=Enforcement.ADVISORY,
        why=(
            "Whoever may create an Ingress of the group may put rules before the others and change the firewall;"
            " the last "
            "one to leave deletes the load balancer, protected or not."
        ),
        fix="Leave group.name out, or pin class, firewall and namespaces by IngressClassParams.",
        source=GUIDE,
    ),
    row(
        "kubernetes-node-class-imdsv2",
        (NODE_CLASS,),
        must_not_be("spec.metadataOptions.httpTokens", "optional", use="set it to required, or leave it out"),
        title="Nodes that Karpenter launches require IMDSv2",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why="By version 1 whatever makes a node fetch an address gets the credentials of its role.",
        fix="Set spec.metadataOptions.httpTokens to required, which is the default.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-8",
        frameworks=("checkov:CKV_AWS_79", "fsbp:EC2.8"),
    ),
    row(
        "kubernetes-node-class-encrypted",
        (NODE_CLASS,),
        must_not_be("spec.blockDeviceMappings[*].ebs.encrypted", False, use="set it to true"),
        title="Volumes of nodes that Karpenter launches are encrypted",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="What pods write to their node is readable in its volumes and snapshots.",
        fix="Set encrypted to true in every mapping of spec.blockDeviceMappings.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-3",
        frameworks=("fsbp:EC2.3",),
    ),
)
