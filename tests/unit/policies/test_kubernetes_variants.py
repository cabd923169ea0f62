"""Each rule about Kubernetes tells three broken variants of one application and more from three sound ones."""

from __future__ import annotations

from decimal import Decimal

import pytest

from policies.assess import assess, run_rule
from policies.context import Context
from policies.examples import but, example_graph
from policies.registry import every_rule, rules_by_id
from policies.settings import PackConfig, PackSettings
from tests._kubernetes_variants import APP, VARIANTS

CONFIG = PackConfig(settings=PackSettings(monthly_limit_usd=Decimal(5), profile="strict"))
PREFIX = "kubernetes-"
ELSEWHERE = {
    *("api-narrow", "api-private", "api-logged", "nodes-no-open-ssh"),  # of clusters, not of what runs there
    *("node-class-imdsv2", "node-class-encrypted", "chart-values-secret", "no-tiller", "agents-share-nothing"),
    *("provider-explicit", "provider-steady"),  # of providers, which an example has one of
}
CASES = [
    pytest.param(name, changes, broken, id=f"{name}-{'broken' if broken else 'sound'}-{number}")
    for name, variants in VARIANTS.items()
    for broken, some in zip((True, False), variants, strict=True)
    for number, changes in enumerate(some)
]


@pytest.mark.parametrize(("name", "changes", "broken"), CASES)
def test_a_rule_tells_broken_variants_from_sound_ones(name, changes, broken):
    found = run_rule(rules_by_id()[PREFIX + name], Context(example_graph(but(APP, changes)), CONFIG))
    assert [one.message for one in found if one.unknown] == []
    assert bool(found) is broken, [one.message for one in found]


def test_every_rule_has_three_of_each():
    rules = {rule.id.removeprefix(PREFIX) for rule in every_rule() if rule.id.startswith(PREFIX)}
    assert rules - ELSEWHERE == VARIANTS.keys()
    assert [name for name, variants in VARIANTS.items() if min(map(len, variants)) < 3] == []


def test_nothing_blocks_the_application_as_it_is():
    violations = assess(example_graph(APP), CONFIG).violations
    about = {one.rule.id for one in violations if one.rule.id.startswith(PREFIX)}
    assert about <= {f"{PREFIX}{name}" for name in ("ingress-authenticated", "quota-within-budget")}
