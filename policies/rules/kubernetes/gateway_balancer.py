"""Load balancers of Gateways are held to what those of Ingresses are: TLS, firewall, attributes, targets."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from typing import Any, Final

from deployment.gateways import (
    attributes,
    configured,
    gateway_kind,
    is_unread,
    listener_configuration,
    listeners,
    services,
    target_values,
)
from deployment.graph import Resource
from deployment.tokens import (
    GATEWAY,
    GATEWAY_CLASS,
    HTTP_ROUTE,
    KUBERNETES_SERVICE,
    LOAD_BALANCER_CONFIGURATION,
    TARGET_GROUP_CONFIGURATION,
)
from deployment.unknown import UNKNOWN, Sentinel
from policies.checks import is_absent, look_inside, shown
from policies.context import Context
from policies.examples import Example, but, each
from policies.finding import Risk, Severity
from policies.rule import Check, Problem, Rule
from policies.rules._tls import GOOD_POLICY, is_modern
from policies.rules.kubernetes._objects import HARDENED, WEB_ACL, lacking_attributes

GUIDE: Final = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/gateway/loadbalancerconfig/"
TARGETS: Final = "https://kubernetes-sigs.github.io/aws-load-balancer-controller/v3.5/guide/gateway/targetgroupconfig/"
PLACE: Final = "spec.infrastructure.parametersRef"
UNREAD: Final = Problem("its LoadBalancerConfiguration isn't in the stack, so nothing tells", PLACE, unknown=True)


def _of(*kinds: str) -> Callable[[Check], Check]:
    """A check of Gateways whose load balancer is one of `kinds`; undecided where a configuration can't be read."""

    def wrapped(look: Check) -> Check:
        def check(resource: Resource, context: Context) -> Iterator[Problem]:
            if gateway_kind(resource, context.graph) not in kinds:
                return
            found = list(look(resource, context))
            yield from [UNREAD] if found and is_unread(resource, context.graph) else found

        return check

    return wrapped


@_of("alb", "nlb")
def check_policy(resource: Resource, context: Context) -> Iterator[Problem]:
    """No listener takes TLS 1.0 or 1.1, where it names its policy."""
    for name, policy in _policies(resource, context):
        if not (isinstance(policy, Sentinel) or is_absent(policy) or is_modern(policy)):
            yield Problem(f"listener {name} has sslPolicy {shown(policy)}; set it to {GOOD_POLICY}", PLACE)


@_of("alb", "nlb")
def check_policy_named(resource: Resource, context: Context) -> Iterator[Problem]:
    """Each listener over TLS names its policy."""
    for name, policy in _policies(resource, context):
        if is_absent(policy):
            yield Problem(
                f"listener {name} has no sslPolicy in a LoadBalancerConfiguration; set it to {GOOD_POLICY}", PLACE
            )


def _policies(resource: Resource, context: Context) -> Iterator[tuple[Any, Any]]:
    for _, _, listener in listeners(resource, context.graph):
        if listener.get("protocol") in ("HTTPS", "TLS"):
            said = listener_configuration(resource, context.graph, listener)
            look_inside(said)  # what can't be read there leaves this undecided
            yield listener.get("name"), said.get("sslPolicy")


@_of("alb")
def check_firewall(resource: Resource, context: Context) -> Iterator[Problem]:
    """A web ACL counts and refuses."""
    if is_absent(configured(resource, context.graph, "wafV2.webACL")):
        yield Problem("no LoadBalancerConfiguration of it names wafV2.webACL; give the ARN of a web ACL", PLACE)


@_of("alb")
def check_hardened(resource: Resource, context: Context) -> Iterator[Problem]:
    """Attributes whose defaults are off are on."""
    found = attributes(resource, context.graph)
    look_inside(found)  # what can't be read there leaves this undecided
    for key, good in lacking_attributes({key: str(value) for key, value in found.items()}):
        if not isinstance(found.get(key), Sentinel):
            yield Problem(f"loadBalancerAttributes has {key} {shown(found.get(key))}; set it to {good}", PLACE)


def _targets(key: str, good: str) -> Check:
    @_of("alb")
    def check(resource: Resource, context: Context) -> Iterator[Problem]:
        for service in services(resource, context.graph):
            for value in target_values(resource, context.graph, service, key):
                if not isinstance(value, Sentinel) and value != good:
                    path = f"spec.defaultConfiguration.{key}"
                    yield Problem(
                        f"{key} of its targets is {shown(value)}; set it to {good} in a TargetGroupConfiguration",
                        path,
                        service,
                    )
                    break

    return check


_METADATA: Final = {"name": "web", "namespace": "web"}
_GOOD: Final[Example] = {
    "class": (GATEWAY_CLASS[0], {"metadata": {"name": "aws"}, "spec": {"controllerName": "gateway.k8s.aws/alb"}}),
    "gateway": (
        GATEWAY[0],
        {
            "metadata": _METADATA,
            "spec": {
                "gatewayClassName": "aws",
                "infrastructure": {"parametersRef": {"kind": "LoadBalancerConfiguration", "name": "web"}},
                "listeners": [{"name": "https", "protocol": "HTTPS", "port": 443}],
            },
        },
    ),
    "settings": (
        LOAD_BALANCER_CONFIGURATION[0],
        {
            "metadata": _METADATA,
            "spec": {
                "listenerConfigurations": [{"protocolPort": "HTTPS:443", "sslPolicy": GOOD_POLICY}],
                "wafV2": {"webACL": WEB_ACL},
                "loadBalancerAttributes": [{"key": key, "value": "true"} for key in HARDENED],
            },
        },
    ),
    "service": (KUBERNETES_SERVICE, {"metadata": _METADATA, "spec": {}}),
    "route": (
        HTTP_ROUTE[0],
        {
            "metadata": _METADATA,
            "spec": {"parentRefs": [{"name": "web"}], "rules": [{"backendRefs": [{"name": "web", "port": 8443}]}]},
        },
    ),
    "targets": (
        TARGET_GROUP_CONFIGURATION[0],
        {
            "metadata": _METADATA,
            "spec": {
                "targetReference": {"name": "web"},
                "defaultConfiguration": {"targetType": "ip", "protocol": "HTTPS"},
            },
        },
    ),
}
_OLD: Final = "ELBSecurityPolicy-2016-08"
_POLICY: Final = "settings.spec.listenerConfigurations[0].sslPolicy"


def _of_class(settings: Mapping[str, Any], **more: Any) -> dict[str, Any]:
    """Changes that give the class a configuration of its own."""
    return {
        "class.spec.parametersRef": {"kind": "LoadBalancerConfiguration", "name": "all", "namespace": "platform"},
        "all": (
            LOAD_BALANCER_CONFIGURATION[0],
            {"metadata": {"name": "all", "namespace": "platform"}, "spec": settings},
        ),
        **more,
    }


_ELSEWHERE: Final = (
    {"class.spec.controllerName": "istio.io/gateway-controller", "settings": None, "targets": None},
    {"class": None, "settings": None, "targets": None},
)
"""Gateways of other controllers."""
_UNREAD: Final = {"settings": None}

RULES: Final = (
    Rule(
        id="kubernetes-gateway-tls-policy",
        title="Load balancers of Gateways speak TLS 1.2 or newer",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why="What goes over TLS 1.0 can be read on its way.",
        fix="Set sslPolicy of the listener in a LoadBalancerConfiguration to a TLS13-1-2 or 1-3 policy.",
        source=GUIDE,
        frameworks=("checkov:CKV_AWS_103",),
        types=GATEWAY,
        reads_graph=True,
        check=check_policy,
        passing=_GOOD,
        also_passing=each(
            _GOOD,
            {_POLICY: None},
            {_POLICY: _OLD, "gateway.spec.listeners[0].protocol": "HTTP"},
            _of_class({"listenerConfigurations": [{"protocolPort": "HTTPS:443", "sslPolicy": GOOD_POLICY}]}),
            {_POLICY: _OLD, **_ELSEWHERE[0], "settings": _GOOD["settings"]},
        ),
        failing=but(_GOOD, {_POLICY: _OLD}),
        also_failing=each(
            _GOOD,
            {_POLICY: "ELBSecurityPolicy-TLS13-1-1-2021-06"},
            {_POLICY: "ELBSecurityPolicy-TLS13-1-2-Ext0-2021-06", "class.spec.controllerName": "gateway.k8s.aws/nlb"},
            _of_class({"listenerConfigurations": [{"protocolPort": "HTTPS:443", "sslPolicy": _OLD}]}),
        ),
        undecided=each(_GOOD, {_POLICY: UNKNOWN}),
    ),
    Rule(
        id="kubernetes-gateway-tls-policy-named",
        title="Load balancers of Gateways name their security policy",
        severity=Severity.MEDIUM,
        why="The controller's default policy of 2016 still speaks TLS 1.0.",
        fix="Set sslPolicy of each HTTPS listener in listenerConfigurations of a LoadBalancerConfiguration.",
        source=GUIDE,
        frameworks=("checkov:CKV_AWS_103",),
        types=GATEWAY,
        reads_graph=True,
        check=check_policy_named,
        passing=_GOOD,
        also_passing=each(
            _GOOD, *_ELSEWHERE, _of_class({"listenerConfigurations": [{"protocolPort": "HTTPS:443", "sslPolicy": "x"}]})
        ),
        failing=but(_GOOD, {_POLICY: None}),
        also_failing=each(
            _GOOD,
            {"settings.spec.listenerConfigurations[0].protocolPort": "HTTPS:8443"},
            {"settings": None, "gateway.spec.infrastructure": None},
            {"gateway.spec.listeners[1]": {"protocol": "TLS", "port": 8443}},
        ),
        undecided=each(_GOOD, _UNREAD, {_POLICY: UNKNOWN}),
    ),
    Rule(
        id="kubernetes-gateway-firewall",
        title="Load balancers of Gateways have a web ACL",
        severity=Severity.HIGH,
        why="Without one, nobody counts requests and nobody refuses the known attacks.",
        fix="Set wafV2.webACL of a LoadBalancerConfiguration to the ARN of a web ACL.",
        source=GUIDE,
        frameworks=("fsbp:ELB.16",),
        types=GATEWAY,
        reads_graph=True,
        check=check_firewall,
        passing=_GOOD,
        also_passing=each(
            _GOOD,
            *_ELSEWHERE,
            {"class.spec.controllerName": "gateway.k8s.aws/nlb", "settings.spec.wafV2": None},
            _of_class({"wafV2": {"webACL": WEB_ACL}}, **{"settings.spec.wafV2": None}),
        ),
        failing=but(_GOOD, {"settings.spec.wafV2": None}),
        also_failing=each(
            _GOOD,
            {"settings.spec.wafV2.webACL": ""},
            {"gateway.spec.infrastructure": None},
            {**_of_class({}), "settings.spec.wafV2": None},
        ),
        undecided=each(_GOOD, _UNREAD, {"settings.metadata.namespace": "other"}, {"settings.spec.wafV2": UNKNOWN}),
    ),
    Rule(
        id="kubernetes-gateway-hardened",
        title="Load balancers of Gateways are protected, logged, and drop invalid headers",
        severity=Severity.MEDIUM,
        why="What is not set there has AWS's default: no protection, no log, invalid headers passed on.",
        fix=f"Set {', '.join(HARDENED)} to true in loadBalancerAttributes of a LoadBalancerConfiguration.",
        source=GUIDE,
        frameworks=("fsbp:ELB.4", "fsbp:ELB.5", "fsbp:ELB.6"),
        types=GATEWAY,
        reads_graph=True,
        check=check_hardened,
        passing=_GOOD,
        also_passing=each(
            _GOOD,
            *_ELSEWHERE,
            _of_class(
                {"mergingMode": "prefer-gateway", "loadBalancerAttributes": [{"key": HARDENED[0], "value": "false"}]}
            ),
        ),
        failing=but(_GOOD, {"settings.spec.loadBalancerAttributes": None}),
        also_failing=each(
            _GOOD,
            {"settings.spec.loadBalancerAttributes[1].value": "false"},
            {
                "settings.spec.loadBalancerAttributes[3]": {
                    "key": "routing.http.desync_mitigation_mode",
                    "value": "monitor",
                }
            },
            _of_class({"loadBalancerAttributes": [{"key": HARDENED[0], "value": "false"}]}),
        ),
        undecided=each(_GOOD, _UNREAD, {"settings.spec.loadBalancerAttributes[0].value": UNKNOWN}),
    ),
    Rule(
        id="kubernetes-gateway-backend-encrypted",
        title="Load balancers of Gateways talk TLS to pods",
        severity=Severity.HIGH,
        why="TLS that ends at the load balancer leaves tokens readable inside the network.",
        fix="Set protocol to HTTPS in defaultConfiguration of a TargetGroupConfiguration.",
        source=TARGETS,
        frameworks=("fsbp:ELB.22",),
        types=GATEWAY,
        reads_graph=True,
        check=_targets("protocol", "HTTPS"),
        passing=_GOOD,
        also_passing=each(
            _GOOD,
            *_ELSEWHERE,
            {"route.spec.parentRefs[0].name": "other", "targets": None},
            {
                "targets.spec.targetReference": None,
                "settings.spec.defaultTargetGroupConfiguration": {"name": "web"},
            },
        ),
        failing=but(_GOOD, {"targets.spec.defaultConfiguration.protocol": None}),
        also_failing=each(
            _GOOD,
            {"targets.spec.defaultConfiguration.protocol": "HTTP"},
            {"targets.spec.routeConfigurations": [{"targetGroupProps": {"protocol": "HTTP"}}]},
            {"targets.spec.targetReference.name": "other"},
        ),
        undecided=each(
            _GOOD,
            {"targets.spec.defaultConfiguration.protocol": UNKNOWN},
        ),
    ),
    Rule(
        id="kubernetes-gateway-pods-as-targets",
        title="Targets of Gateways are pods, not nodes",
        severity=Severity.MEDIUM,
        why="By way of a node a request may go to a pod that is being ended, and readiness gates don't work.",
        fix="Set targetType to ip in defaultConfiguration of a TargetGroupConfiguration.",
        source=TARGETS,
        frameworks=("eks-best-practices:load-balancing",),
        types=GATEWAY,
        reads_graph=True,
        check=_targets("targetType", "ip"),
        passing=_GOOD,
        also_passing=each(_GOOD, *_ELSEWHERE, {"targets.spec.targetReference.kind": "Service"}),
        failing=but(_GOOD, {"targets.spec.defaultConfiguration.targetType": None}),
        also_failing=each(
            _GOOD,
            {"targets": None},
            {"targets.spec.defaultConfiguration.targetType": "instance"},
            {"targets.metadata.namespace": "other"},
        ),
        undecided=each(_GOOD, {"targets.spec.defaultConfiguration.targetType": UNKNOWN}),
    ),
)
