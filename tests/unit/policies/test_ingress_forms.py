"""Ingresses in the forms in which people write them: of classes of any name, with parameters, and by their Services."""

from __future__ import annotations

import json

import pytest

from deployment.graph import Resource, ResourceGraph
from policies.assess import run_rule
from policies.context import Context
from policies.registry import rules_by_id

ALB = "alb.ingress.kubernetes.io/"
WEB_ACL = "arn:aws:wafv2:us-east-1:123456789012:regional/webacl/edge/0a1b2c3d-4e5f-4071-a2b3-c4d5e6f70819"
CERTIFICATE = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-4234-8234-123456789012"
POLICY = "ELBSecurityPolicy-TLS13-1-2-Res-PQ-2025-09"
BACKEND = {"service": {"name": "web", "port": {"number": 443}}}
HTTPS, FIREWALL, POLICY_RULE = "https-only", "firewall", "tls-policy"


def thing(token, name="web", annotations=None, **inputs):
    metadata = {"name": name, "namespace": "web", "annotations": annotations or {}}
    urn = f"urn:pulumi:other::other::kubernetes:{token}::{name}"
    return Resource(urn, f"kubernetes:{token}", name, inputs={"metadata": metadata, **inputs})


def ingress(annotations=None, class_name="alb", **spec):
    named = {f"{ALB}{key}": value for key, value in (annotations or {}).items()}
    own = {"ingressClassName": class_name} if class_name else {}
    rules = [{"host": "a.example.com", "http": {"paths": [{"path": "/", "pathType": "Prefix", "backend": BACKEND}]}}]
    return thing("networking.k8s.io/v1:Ingress", annotations=named, spec={**own, "rules": rules, **spec})


def class_of(controller="ingress.k8s.aws/alb", name="public", default="false", **parameters):
    pointer = {"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": name}
    marks = {"ingressclass.kubernetes.io/is-default-class": default}
    spec = {"controller": controller, "parameters": pointer}
    return [
        thing("networking.k8s.io/v1:IngressClass", name, marks, spec=spec),
        thing("elbv2.k8s.aws/v1beta1:IngressClassParams", name, spec=parameters),
    ]


def service(**annotations):
    named = {f"{ALB}{key.replace('_', '-')}": value for key, value in annotations.items()}
    return thing("core/v1:Service", annotations=named, spec={"ports": [{"port": 443}]})


def found(rule, *resources):
    return run_rule(rules_by_id()[f"kubernetes-ingress-{rule}"], Context(ResourceGraph(resources)))


BOTH = json.dumps([{"HTTP": 80}, {"HTTPS": 443}])
REDIRECT = json.dumps(
    {"type": "redirect", "redirectConfig": {"protocol": "HTTPS", "port": "443", "statusCode": "HTTP_301"}}
)


@pytest.mark.parametrize(
    ("rule", "resources"),
    [
        (HTTPS, [ingress({"listen-ports": '[{"HTTPS":443}, {"HTTPS":8443}]'})]),
        (HTTPS, [ingress({"listen-ports": BOTH, "ssl-redirect": "443"})]),
        (HTTPS, [ingress({"listen-ports": BOTH, "actions.ssl-redirect": REDIRECT})]),
        (HTTPS, [ingress({"certificate-arn": f"{CERTIFICATE},{CERTIFICATE}"})]),
        (HTTPS, [ingress({"listen-ports": BOTH}, "public"), *class_of(sslRedirectPort="443")]),
        (HTTPS, [ingress({}, "public"), *class_of(certificateArn=[CERTIFICATE])]),
        (HTTPS, [ingress({"listen-ports": '[{"HTTP": 80}]'}, "public"), *class_of("k8s.io/ingress-nginx")]),
        (FIREWALL, [ingress({"wafv2-acl-arn": WEB_ACL})]),
        (FIREWALL, [ingress({"wafv2-acl-name": "edge"})]),
        (FIREWALL, [ingress({"wafv2-acl-arn": "none"}, "public"), *class_of(wafv2AclArn=WEB_ACL)]),
        (FIREWALL, [ingress({}, None), *class_of(default="true", wafv2AclName="edge")]),
        (POLICY_RULE, [ingress({"certificate-arn": CERTIFICATE, "ssl-policy": POLICY})]),
        (POLICY_RULE, [ingress({"certificate-arn": CERTIFICATE}, "public"), *class_of(sslPolicy=POLICY)]),
        ("backend-encrypted", [ingress(), service(backend_protocol="HTTPS")]),
        ("backend-encrypted", [ingress({"backend-protocol": "HTTPS"}), service()]),
        ("pods-as-targets", [ingress(), service(target_type="ip")]),
        ("pods-as-targets", [ingress({}, "public"), *class_of(targetType="ip")]),
    ],
)
def test_what_is_right_in_another_form_is_right(rule, resources):
    assert not found(rule, *resources)


@pytest.mark.parametrize(
    ("rule", "resources"),
    [
        (HTTPS, [ingress()]),
        (HTTPS, [ingress({"listen-ports": '[{"HTTP": 80}, {"HTTP": 8080}]'})]),
        (HTTPS, [ingress({}, "public"), *class_of()]),
        (HTTPS, [ingress({}, "public"), *class_of("eks.amazonaws.com/alb")]),
        (HTTPS, [ingress({}, None), *class_of(default="true")]),
        (HTTPS, [ingress({"scheme": "internet-facing"}, "public")]),
        (FIREWALL, [ingress({"wafv2-acl-name": "none"})]),
        (FIREWALL, [ingress({"wafv2-acl-arn": WEB_ACL}, "public"), *class_of(wafv2AclArn="none")]),
        (FIREWALL, [ingress({"waf-acl-id": ""})]),
        (POLICY_RULE, [ingress({"certificate-arn": CERTIFICATE, "ssl-policy": "ELBSecurityPolicy-FS-2018-06"})]),
        (POLICY_RULE, [ingress({"ssl-policy": POLICY}, "public"), *class_of(sslPolicy="ELBSecurityPolicy-2016-08")]),
        ("backend-encrypted", [ingress({"backend-protocol": "HTTPS"}), service(backend_protocol="HTTP")]),
        ("backend-encrypted", [ingress(), service()]),
        ("pods-as-targets", [ingress({"target-type": "ip"}), service(target_type="instance")]),
        ("pods-as-targets", [ingress({"target-type": "ip"}, "public"), *class_of(targetType="instance")]),
    ],
)
def test_what_is_wrong_in_another_form_is_wrong(rule, resources):
    assert found(rule, *resources)
