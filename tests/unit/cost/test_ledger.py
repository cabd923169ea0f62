"""An account of thousands of stacks comes to what its lines come to, settled together."""

from __future__ import annotations

from decimal import Decimal

import pytest
from audited import state

from cost import estimate
from cost.account import settle
from cost.ledger import DOLLARS, Ledger, entries
from deployment.reader import graph_from_json

CENT = Decimal("0.000001")
"""Lines are rounded to eight digits one by one; sums of entries may differ by so much of a dollar."""


def alarms(count):
    alarm = {"metricName": "m", "threshold": 1}
    return [("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarm-{number}", alarm) for number in range(count)]


@pytest.fixture
def estimates(graph):
    small = [estimate(graph_from_json(state("p", f"s{n}", more=alarms(7 + n)), "a state")) for n in range(3)]
    return [estimate(graph("dev")), estimate(graph("prod")), *small]


def by_ledger(estimates):
    ledger, held = Ledger(), [(entries(found.charges, lambda line: (line.type,)), found) for found in estimates]
    for own, found in held:
        ledger.add(own, found.basis.allowance_share)
    return [
        [sum(column) for column in zip(*ledger.settled(own, found.basis.allowance_share), strict=True)]
        for own, found in held
    ]


def test_stacks_cost_what_they_cost_when_their_lines_are_settled_together(estimates):
    for ours, theirs in zip(by_ledger(estimates), settle(estimates), strict=True):
        for dollars, field in zip(ours, DOLLARS, strict=True):
            assert abs(dollars - sum(getattr(line, field) for line in theirs.lines)) < CENT


def test_allowances_are_taken_once_an_account(estimates):
    alone = sum(found.expected_usd for found in estimates)
    together = sum(figures[1] for figures in by_ledger(estimates))
    listed = sum(line.monthly_usd for found in estimates for line in found.charges)
    assert alone + Decimal("0.5") < together < listed


def test_a_further_tier_that_the_account_reaches_is_the_price_of_all_its_stacks():
    """The first 51,200 GB of S3 cost $0.023 each, the next $0.022: neither stack gets there alone."""
    found = []
    for name in ("a", "b"):
        document = state("p", name, keys=0, more=[("aws:s3/bucket:Bucket", "data", {})])
        urn = document["deployment"]["resources"][-1]["urn"]
        graph = graph_from_json(document, "a state")
        found.append(estimate(graph, usage={urn: {"storage_gb": Decimal(40_000)}}))
    stored = sum(line.monthly_usd for each in found for line in each.charges if "standard_gb" in line.price.path)
    assert stored == 80_000 * Decimal("0.023")
    held = [
        [entry for entry in entries(each.charges, lambda line: ()) if "standard_gb" in entry.price] for each in found
    ]
    ledger = Ledger()
    for own in held:
        ledger.add(own, Decimal(1))
    expected = DOLLARS.index("monthly_usd")
    dollars = [settled[expected] for own in held for settled in ledger.settled(own, Decimal(1))]
    assert sum(dollars) == 51_200 * Decimal("0.023") + 28_800 * Decimal("0.022")
    assert dollars[0] == dollars[1]
