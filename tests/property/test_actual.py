"""Whatever a bill holds, what is shown of it adds up to it."""

from __future__ import annotations

import tempfile
from decimal import Decimal
from pathlib import Path

import depth
from bills.exports import FORMATS, PACKINGS, Billed, write
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cost import estimate
from workbench.actual.bill import read_bill
from workbench.actual.compare import compare
from workbench.actual.matching import Matcher

# A lone CR is not quoted by the writer of the tests, so no reader could take it for a part of a name.
NAMES = st.text(st.characters(codec="utf-8", exclude_categories=("Cs",), exclude_characters="\0\r"), max_size=12)
USAGE_TYPES = st.sampled_from(
    ["LoadBalancerUsage", "USE1-LCUUsage", "CW:AlarmMonitorUsage", "us-east-1-KMS-Requests", "SpotUsage:t4g.nano", "x"]
)


@st.composite
def charges(draw, resources):
    cost = draw(st.decimals(-1000, 1000, places=draw(st.integers(0, 9))))
    return Billed(
        cost,
        service=draw(st.sampled_from(["AWSELB", "AmazonEC2", "AmazonCloudWatch", "awskms"]) | NAMES),
        usage_type=draw(USAGE_TYPES | NAMES),
        operation=draw(st.sampled_from(["", "LoadBalancing:Application"])),
        resource=draw(st.sampled_from(["", *resources]) | NAMES),
        account=draw(st.sampled_from(["123456789012", "999999999999", ""])),
        quantity=draw(st.decimals(0, 10**6, places=3)),
        category=draw(st.sampled_from(["Usage", "Usage", "Tax", "Credit", "Refund", "Fee", "SavingsPlanUpfrontFee"])),
        tags=draw(
            st.dictionaries(
                st.sampled_from(["StackId", "aws:autoscaling:groupName", "Name"]),
                st.sampled_from(["plant-dev", "plant-prod"]) | NAMES,
                max_size=3,
            )
        ),
        currency=draw(st.sampled_from(["USD", "USD", "USD", "EUR"])),
        month=draw(st.sampled_from(["2026-09", "2026-10"])),
    )


@settings(max_examples=depth.drawn(40), suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(data=st.data())
def test_all_parts_that_are_shown_are_the_whole_bill(graph, data):
    dev = graph("dev")
    matcher = Matcher(dev, ESTIMATES.setdefault("dev", estimate(dev)), ("StackId", "plant-dev"))
    resources = sorted(matcher.wanted.identities)[:40]
    lines = [Billed(Decimal("0.1")), *data.draw(st.lists(charges(resources), max_size=12))]
    format_ = data.draw(st.sampled_from(sorted(FORMATS)))
    packing = data.draw(st.sampled_from(PACKINGS))
    with tempfile.TemporaryDirectory() as folder:
        bill = read_bill([str(write(Path(folder), lines, format_, packing))], matcher.wanted)
    assert sum(sums.lines for sums in bill.groups.values()) == len(lines)
    for amortised in (True, False):
        actual = compare(bill, matcher, amortised=amortised)
        parts = [row.paid_usd for row in actual.rows if row.paid_usd is not None]
        parts += [one.paid_usd for one in actual.unexplained]
        parts += actual.apart.values()
        assert sum(parts) == actual.total_usd
        upfront = amortised and format_.startswith("cur-")
        expected = sum(
            one.cost
            for one in lines
            if one.currency == "USD" and not (upfront and one.category == "SavingsPlanUpfrontFee")
        )
        assert actual.total_usd == expected


ESTIMATES = {}
