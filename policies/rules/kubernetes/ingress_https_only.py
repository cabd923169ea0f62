"""Load balancers of Ingresses listen on HTTPS, and on HTTP only to redirect."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, Final

from deployment.graph import Resource
from deployment.ingresses import ALB, is_albs, setting
from deployment.tokens import INGRESS, INGRESS_CLASS, INGRESS_CLASS_PARAMS
from deployment.unknown import SECRET, UNKNOWN, Sentinel
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided
from policies.rules._tls import GOOD_POLICY, is_modern
from policies.rules.kubernetes._objects import listens

GUIDE: Final = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/ingress/annotations/"
REDIRECTS: Final = "HTTPS"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The controller opens HTTPS, and nothing else that does more than redirect."""
    if not is_albs(resource, context.graph):
        return
    path = "metadata.annotations"
    ports = setting(resource, context.graph, "listen-ports")
    if isinstance(ports, Sentinel):
        yield undecided(path, ports)
        return
    protocols = _protocols(resource, context, ports)
    if "HTTP" in protocols and not ("HTTPS" in protocols and _redirects(resource, context)):
        given = "set" if ports is not None else "not set"
        yield Problem(
            f'{path} has {ALB}listen-ports {given}, so that HTTP is served; set it to [{{"HTTPS": 443}}], or redirect'
            f" by {ALB}ssl-redirect",
            path,
        )


def check_policy(resource: Resource, context: Context) -> Iterator[Problem]:
    """The controller opens TLS, by a policy without 1.0 and 1.1 where it names one."""
    if not is_albs(resource, context.graph):
        return
    path = "metadata.annotations"
    policy, ports = (setting(resource, context.graph, key) for key in ("ssl-policy", "listen-ports"))
    hidden = next((one for one in (policy, ports) if isinstance(one, Sentinel)), None)
    if hidden is not None:
        yield undecided(path, hidden)
    elif policy is not None and not is_modern(policy):
        yield Problem(f"{path} has {ALB}ssl-policy {policy}; set it to {GOOD_POLICY}", path)
    elif policy is None and "HTTPS" not in _protocols(resource, context, ports):
        yield Problem(f"{path} opens no HTTPS; name {ALB}certificate-arn and {ALB}ssl-policy", path)


def _protocols(resource: Resource, context: Context, ports: Any) -> set[str]:
    """What the controller listens to: left out, HTTPS where a certificate is named, and HTTP where none is."""
    if ports is None:
        return {"HTTPS"} if setting(resource, context.graph, "certificate-arn") is not None else {"HTTP"}
    return set(listens(ports))


def _redirects(resource: Resource, context: Context) -> bool:
    """True when what comes by HTTP is sent to HTTPS, by the annotation or by an action of one's own."""
    if setting(resource, context.graph, "ssl-redirect") is not None:
        return True
    annotations = resource.get("metadata.annotations")
    actions = annotations if isinstance(annotations, Mapping) else {}
    return any(
        str(key).startswith(f"{ALB}actions.") and "redirect" in str(value).lower() and REDIRECTS in str(value)
        for key, value in dict(actions).items()
    )


def _classed(
    parameters: dict[str, Any], controller: str = "ingress.k8s.aws/alb", **annotations: Any
) -> dict[str, tuple[str, dict[str, Any]]]:
    """An Ingress of a class with these parameters."""
    named = {"name": "public"}
    pointer = {"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", **named}
    (token, own), *_ = _ingress(**annotations).values()
    return {
        "api": (token, {**own, "spec": {"ingressClassName": "public"}}),
        "class": (INGRESS_CLASS, {"metadata": named, "spec": {"controller": controller, "parameters": pointer}}),
        "parameters": (INGRESS_CLASS_PARAMS[0], {"metadata": named, "spec": parameters}),
    }


def _ingress(**annotations: Any) -> dict[str, tuple[str, dict[str, Any]]]:
    named = {f"{ALB}{key.replace('_', '-')}": value for key, value in annotations.items()}
    return {"api": (INGRESS, {"metadata": {"annotations": named}, "spec": {"ingressClassName": "alb"}})}


_BOTH: Final = '[{"HTTP": 80}, {"HTTPS": 443}]'
_CERTIFICATE: Final = "arn:aws:acm:us-east-1:123456789012:certificate/12345678-1234-4234-8234-123456789012"
_ACTION: Final = '{"Type": "redirect", "RedirectConfig": {"Protocol": "HTTPS", "Port": "443"}}'

_HTTPS = Rule(
    id="kubernetes-ingress-https-only",
    title="Load balancers of Ingresses listen on HTTPS, and on HTTP only to redirect",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Without a certificate or listen-ports the controller opens port 80: tokens go over the network readable.",
    fix='Set the annotation alb.ingress.kubernetes.io/listen-ports to [{"HTTPS": 443}].',
    source=GUIDE,
    frameworks=("checkov:CKV_AWS_2", "fsbp:ELB.1"),
    types=(INGRESS,),
    reads_graph=True,
    check=check,
    passing=_ingress(listen_ports='[{"HTTPS": 443}]'),
    also_passing=(
        _ingress(certificate_arn=_CERTIFICATE),
        _ingress(listen_ports=_BOTH, ssl_redirect="443"),
        _ingress(listen_ports=_BOTH, **{"actions.ssl-redirect": _ACTION}),
        {"nginx": (INGRESS, {"spec": {"ingressClassName": "nginx"}})},
        _classed({"certificateArn": [_CERTIFICATE]}),
        _classed({}, controller="k8s.io/ingress-nginx"),
    ),
    failing=_ingress(),
    also_failing=(
        _classed({}),
        _classed({}, controller="eks.amazonaws.com/alb"),
        _ingress(listen_ports='[{"HTTP": 80}]'),
        _ingress(listen_ports=_BOTH, certificate_arn=_CERTIFICATE),
    ),
    undecided=(_ingress(listen_ports=UNKNOWN), _ingress(listen_ports=SECRET)),
)

_POLICY = Rule(
    id="kubernetes-ingress-tls-policy",
    title="Load balancers of Ingresses speak TLS 1.2 or newer",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="What goes over plain HTTP, or over TLS 1.0, can be read on its way.",
    fix=f"Name a certificate, and set the annotation {ALB}ssl-policy to an ELBSecurityPolicy-TLS13-1-2 or 1-3 policy.",
    source=GUIDE,
    frameworks=("checkov:CKV_AWS_103",),
    types=(INGRESS,),
    reads_graph=True,
    check=check_policy,
    passing=_ingress(listen_ports='[{"HTTPS": 443}]', ssl_policy=GOOD_POLICY),
    also_passing=(
        _ingress(certificate_arn=_CERTIFICATE),
        _ingress(certificate_arn=_CERTIFICATE, ssl_policy="ELBSecurityPolicy-FS-1-2-Res-2020-10"),
        _ingress(certificate_arn=_CERTIFICATE, ssl_policy="ELBSecurityPolicy-TLS-1-2-2017-01"),
        {"nginx": (INGRESS, {"spec": {}})},
    ),
    failing=_ingress(certificate_arn=_CERTIFICATE, ssl_policy="ELBSecurityPolicy-2016-08"),
    also_failing=(
        _ingress(),
        _classed({"sslPolicy": "ELBSecurityPolicy-2016-08"}, certificate_arn=_CERTIFICATE, ssl_policy=GOOD_POLICY),
    ),
    undecided=(_ingress(ssl_policy=UNKNOWN), _ingress(ssl_policy=SECRET)),
)

RULES: Final = (_HTTPS, _POLICY)
