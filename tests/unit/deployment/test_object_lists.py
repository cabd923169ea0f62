"""Lists of Kubernetes objects cost what their items cost, and are judged as they are."""

from __future__ import annotations

import pytest

from cost.estimator import estimate
from deployment.graph import Resource, ResourceGraph
from deployment.object_lists import with_items
from deployment.unknown import UNKNOWN
from policies.assess import assess
from policies.settings import PackConfig

DEPLOYMENT = {
    "apiVersion": "apps/v1",
    "kind": "Deployment",
    "metadata": {"name": "api", "namespace": "shop"},
    "spec": {
        "replicas": 3,
        "selector": {"matchLabels": {"app": "api"}},
        "template": {
            "metadata": {"labels": {"app": "api"}},
            "spec": {
                "hostNetwork": True,
                "containers": [
                    {"name": "api", "image": "a:1", "resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}
                ],
            },
        },
    },
}
PLAIN = {key: DEPLOYMENT[key] for key in ("metadata", "spec")}
LIST = {"apiVersion": "v1", "kind": "List", "items": [DEPLOYMENT]}


def graph(token, inputs):
    return ResourceGraph([Resource(f"urn:pulumi:dev::shop::{token}::it", token, "it", inputs)])


def found(token, inputs):
    """Dollars, and the rules that are broken with what they say."""
    judged = assess(graph(token, inputs), PackConfig())
    return judged.estimate.expected_usd, {(one.rule.id, one.finding.message) for one in judged.violations}


ALONE = found("kubernetes:apps/v1:Deployment", DEPLOYMENT)


@pytest.mark.parametrize(
    ("token", "inputs", "where"),
    [
        ("kubernetes:core/v1:List", {"items": [DEPLOYMENT]}, "items[0]: "),
        ("kubernetes:core/v1:List", {"items": [{"apiVersion": "v1", "kind": "Namespace"}, DEPLOYMENT]}, "items[1]: "),
        ("kubernetes:apps/v1:DeploymentList", {"items": [PLAIN]}, "items[0]: "),
        ("kubernetes:core/v1:List", {"items": [LIST]}, "items[0].items[0]: "),
    ],
)
def test_an_item_costs_and_breaks_what_the_object_does(token, inputs, where):
    dollars, broken = found(token, inputs)
    assert dollars == ALONE[0] > 60
    assert {(rule, f"{where}{message}") for rule, message in ALONE[1]} <= broken
    urns = {one.finding.urn for one in assess(graph(token, inputs), PackConfig()).violations}
    assert urns == {f"urn:pulumi:dev::shop::{token}::it"}


@pytest.mark.parametrize("items", [None, UNKNOWN, "none", [UNKNOWN], [{"kind": UNKNOWN}], [{"kind": ""}], [7]])
def test_a_list_whose_items_nothing_tells_of_has_no_price(items):
    unpriced = estimate(graph("kubernetes:core/v1:List", {"items": items})).unpriced
    assert ["its items aren't known" in one.reason for one in unpriced] == [True]


def test_items_are_there_once():
    once = with_items(graph("kubernetes:core/v1:List", {"items": [DEPLOYMENT]}))
    assert len(once) == 2
    assert with_items(once) is once


def test_a_kind_that_is_called_a_list_is_an_object():
    assert len(with_items(graph("kubernetes:example.com/v1:AccessList", {"spec": {}, "items": [DEPLOYMENT]}))) == 1
    assert len(with_items(graph("kubernetes:example.com/v1:AccessList", {"metadata": {}}))) == 1
    assert len(with_items(graph("aws:waf/ipList:IpList", {"items": [DEPLOYMENT]}))) == 1
