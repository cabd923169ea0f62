"""Load balancers that controllers of a cluster make: whose an Ingress or a Gateway is, and what its class says."""

from __future__ import annotations

from decimal import Decimal

import pytest

from deployment.unknown import UNKNOWN

ALB_USD, NLB_USD, ADDRESSES_USD = Decimal("16.425"), Decimal("16.425"), Decimal("7.3")
INGRESS = "kubernetes:networking.k8s.io/v1:Ingress"
GATEWAY = "kubernetes:gateway.networking.k8s.io/v1:Gateway"
PREFIX = "alb.ingress.kubernetes.io/"


@pytest.fixture
def named(make):
    """`named(token, name, annotations, spec…)`: an object."""

    def made(token, name="web", annotations=None, **spec):
        metadata = {"name": name, "namespace": "web", "annotations": annotations or {}}
        return make(token, {"metadata": metadata, "spec": spec}, name)

    return made


@pytest.fixture
def classed(named):
    """An Ingress of the class `public`, the class, and its parameters."""

    def made(controller="ingress.k8s.aws/alb", annotations=None, **parameters):
        pointer = {"apiGroup": "elbv2.k8s.aws", "kind": "IngressClassParams", "name": "public"}
        return [
            named(INGRESS, annotations=annotations, ingressClassName="public"),
            named("kubernetes:networking.k8s.io/v1:IngressClass", "public", controller=controller, parameters=pointer),
            named("kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams", "public", **parameters),
        ]

    return made


def fixed(found):
    """Dollars of what is billed without traffic."""
    return sum((line.monthly_usd for line in found.lines if line.floor_usd), Decimal(0))


@pytest.mark.parametrize("controller", ["ingress.k8s.aws/alb", "eks.amazonaws.com/alb"])
def test_an_ingress_of_a_class_of_the_controller_has_a_load_balancer(classed, price, controller):
    assert fixed(price(*classed(controller))) == ALB_USD


def test_what_the_class_says_counts(classed, price):
    assert fixed(price(*classed(scheme="internet-facing"))) == ALB_USD + ADDRESSES_USD
    told = {f"{PREFIX}scheme": "internet-facing"}
    assert fixed(price(*classed(annotations=told, scheme="internal"))) == ALB_USD


@pytest.mark.parametrize("name", ["nginx", "nginx-internal", "traefik"])
def test_another_controllers_class_has_none(named, price, name):
    assert not price(named(INGRESS, ingressClassName=name)).lines


def test_another_controller_of_the_graph_has_none(classed, price):
    assert not price(*classed("k8s.io/ingress-nginx")).lines


def test_a_class_that_nobody_knows_is_a_load_balancer_in_the_worst_case(named, price):
    found = price(named(INGRESS, ingressClassName="internal"))
    assert found.expected_usd == 0 and found.worst_case_usd == ALB_USD
    told = price(named(INGRESS, annotations={f"{PREFIX}target-type": "ip"}, ingressClassName="internal"))
    assert fixed(told) == ALB_USD


def test_groups_of_a_class_share_one(named, price, classed):
    first, *others = classed(group={"name": "shared"})
    second = named(INGRESS, "other", ingressClassName="public")
    assert fixed(price(first, second, *others)) == ALB_USD


def test_a_network_load_balancer_before_it_and_reserved_units_are_billed(named, price):
    before = {f"{PREFIX}enable-frontend-nlb": "true", f"{PREFIX}frontend-nlb-scheme": "internet-facing"}
    found = price(named(INGRESS, annotations=before, ingressClassName="alb"))
    assert fixed(found) == ALB_USD + NLB_USD + ADDRESSES_USD
    reserved = {f"{PREFIX}minimum-load-balancer-capacity": "CapacityUnits=100"}
    found = price(named(INGRESS, annotations=reserved, ingressClassName="alb"))
    assert fixed(found) == ALB_USD + 100 * Decimal("5.84")
    odd = price(named(INGRESS, annotations={f"{PREFIX}minimum-load-balancer-capacity": "lots"}, ingressClassName="alb"))
    assert "CapacityUnits=" in odd.unpriced[0].reason


@pytest.fixture
def gateway(named):
    """A Gateway, its class, and the configuration of its load balancer."""

    def made(controller, **configuration):
        pointer = {"group": "gateway.k8s.aws", "kind": "LoadBalancerConfiguration", "name": "config"}
        gateway_class = "kubernetes:gateway.networking.k8s.io/v1:GatewayClass"
        found = [
            named(GATEWAY, gatewayClassName="aws", infrastructure={"parametersRef": pointer}),
            named(gateway_class, "aws", controllerName=controller),
        ]
        if configuration:
            found.append(named("kubernetes:gateway.k8s.aws/v1:LoadBalancerConfiguration", "config", **configuration))
        return found

    return made


@pytest.mark.parametrize("kind", ["alb", "nlb"])
def test_a_gateway_of_the_controller_has_a_load_balancer(gateway, price, kind):
    found = price(*gateway(f"gateway.k8s.aws/{kind}", scheme="internal"))
    assert fixed(found) == ALB_USD and not found.unpriced
    assert fixed(price(*gateway(f"gateway.k8s.aws/{kind}", scheme="internet-facing"))) == ALB_USD + ADDRESSES_USD


def test_a_gateways_addresses_are_bounded_where_its_configuration_is_not_there(gateway, price):
    found = price(*gateway("gateway.k8s.aws/alb"))
    assert found.worst_case_usd - found.expected_usd == ADDRESSES_USD


def test_a_gateway_of_somebody_elses_controller_has_no_price(gateway, named, price):
    assert "isn't in the graph" in price(*gateway("gateway.envoyproxy.io/gatewayclass-controller")).unpriced[0].reason
    assert "'elsewhere'" in price(named(GATEWAY, gatewayClassName="elsewhere")).unpriced[0].reason


def test_the_class_of_a_gateway_counts_unless_it_says_otherwise(gateway, named, price):
    for mode, usd in ((None, ALB_USD), ("prefer-gateway-class", ALB_USD), ("prefer-gateway", ALB_USD + ADDRESSES_USD)):
        ours, gateway_class, own = gateway("gateway.k8s.aws/alb", scheme="internet-facing")
        gateway_class.inputs["spec"]["parametersRef"] = {"name": "all", "namespace": "web"}
        merging = {} if mode is None else {"mergingMode": mode}
        token = "kubernetes:gateway.k8s.aws/v1beta1:LoadBalancerConfiguration"
        assert fixed(price(ours, gateway_class, own, named(token, "all", scheme="internal", **merging))) == usd, mode


@pytest.mark.parametrize(("kind", "hour"), [("alb", "0.008"), ("nlb", "0.006")])
def test_reserved_units_of_a_gateway_are_billed(gateway, price, kind, hour):
    controller = f"gateway.k8s.aws/{kind}"
    found = price(*gateway(controller, minimumLoadBalancerCapacity={"capacityUnits": 100}))
    assert fixed(found) == ALB_USD + 100 * 730 * Decimal(hour)
    assert price(*gateway(controller, minimumLoadBalancerCapacity={"capacityUnits": "lots"})).unpriced


def test_a_gateways_scheme_that_is_not_known_is_public_in_the_worst_case(gateway, price):
    found = price(*gateway("gateway.k8s.aws/alb", scheme=UNKNOWN))
    assert found.worst_case_usd - found.expected_usd == ADDRESSES_USD
