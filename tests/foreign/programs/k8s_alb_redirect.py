"""Ingresses of the AWS Load Balancer Controller as guides have them: a certificate by annotation, port 80 redirects."""

import pulumi_kubernetes as k8s

from foreign.parts import CERTIFICATE

ALB = "alb.ingress.kubernetes.io"
BOTH = '[{"HTTP": 80}, {"HTTPS": 443}]'
TWINS = {
    "HTTP only": {"shop.metadata.annotations": {f"{ALB}/scheme": "internet-facing"}},
    "HTTP beside HTTPS": {
        "blog.metadata.annotations": {f"{ALB}/listen-ports": BOTH, f"{ALB}/certificate-arn": CERTIFICATE}
    },
    "TLS 1.0": {
        "shop.metadata.annotations": {
            f"{ALB}/certificate-arn": CERTIFICATE,
            f"{ALB}/ssl-policy": "ELBSecurityPolicy-TLS-1-0-2015-04",
        }
    },
    "the firewall taken off": {
        "shop.metadata.annotations": {f"{ALB}/certificate-arn": CERTIFICATE, f"{ALB}/wafv2-acl-arn": "none"}
    },
}


def _ingress(name: str, **annotations: str) -> None:
    backend = {"service": {"name": name, "port": {"number": 80}}}
    k8s.networking.v1.Ingress(
        name,
        metadata={
            "name": name,
            "namespace": "web",
            "annotations": {f"{ALB}/{key.replace('_', '-')}": value for key, value in annotations.items()},
        },
        spec={
            "ingress_class_name": "alb",
            "rules": [
                {
                    "host": f"{name}.acme.example",
                    "http": {"paths": [{"path": "/", "path_type": "Prefix", "backend": backend}]},
                }
            ],
        },
    )


def program():
    _ingress("shop", scheme="internet-facing", target_type="ip", certificate_arn=CERTIFICATE)
    _ingress("blog", listen_ports=BOTH, ssl_redirect="443", certificate_arn=CERTIFICATE)
    action = '{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443", "StatusCode": "HTTP_301"}}'
    _ingress("docs", **{"listen_ports": BOTH, "actions.ssl_redirect": action, "certificate_arn": CERTIFICATE})
