"""What holds for every stack: more never costs less, parts add up, order doesn't matter."""

from __future__ import annotations

import random
from dataclasses import replace
from decimal import Decimal

from hypothesis import given, settings
from hypothesis import strategies as st

from cost import estimate
from cost.basis import Basis, TrafficBasis
from cost.money import cents
from cost.quantiles import sample_months
from cost.uptime import Uptime
from deployment.graph import Resource, ResourceGraph

FIGURES = ("floor_usd", "expected_usd", "worst_case_usd", "list_always_on_usd")
few = st.integers(0, 8)


def resource(token, inputs, name, outputs=None):
    return Resource(f"urn:pulumi:t::t::{token}::{name}", token, name, inputs, {"id": name, **(outputs or {})})


@st.composite
def fleets(draw, name):
    low = draw(few)
    desired = low + draw(few)
    sizes = {"minSize": low, "desiredCapacity": desired, "maxSize": desired + draw(few)}
    types = draw(st.lists(st.sampled_from(["t4g.nano", "t4g.micro", "m7g.medium"]), min_size=1, unique=True))
    template = resource(
        "aws:ec2/launchTemplate:LaunchTemplate",
        {
            "instanceType": types[0],
            "creditSpecification": {"cpuCredits": draw(st.sampled_from(["standard", "unlimited"]))},
        },
        f"{name}-lt",
    )
    policy = {
        "instancesDistribution": {
            "onDemandBaseCapacity": draw(few),
            "onDemandPercentageAboveBaseCapacity": draw(st.integers(0, 100)),
            "spotAllocationStrategy": draw(st.sampled_from(["lowest-price", "price-capacity-optimized"])),
        },
        "launchTemplate": {
            "launchTemplateSpecification": {"launchTemplateId": f"{name}-lt"},
            "overrides": [{"instanceType": each} for each in types],
        },
    }
    return [template, resource("aws:autoscaling/group:Group", {**sizes, "mixedInstancesPolicy": policy}, name)]


@st.composite
def others(draw, name):
    token, inputs = draw(
        st.sampled_from(
            [
                ("aws:lb/loadBalancer:LoadBalancer", {"subnets": ["a", "b"]}),
                ("aws:elasticache/serverlessCache:ServerlessCache", {"engine": "valkey"}),
                ("aws:wafv2/webAcl:WebAcl", {"rules": [{"statement": {}}]}),
                ("aws:cloudwatch/metricAlarm:MetricAlarm", {"period": 60}),
                ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}),
                ("aws:kms/key:Key", {}),
                ("aws:ec2/natGateway:NatGateway", {}),
                ("aws:sqs/queue:Queue", {}),
            ]
        )
    )
    return [resource(token, inputs, name)]


@st.composite
def groups_of_resources(draw):
    count = draw(st.integers(1, 5))
    return [draw(st.one_of(fleets(f"r{number}"), others(f"r{number}"))) for number in range(count)]


@st.composite
def bases(draw):
    uptime = Uptime(Decimal(draw(st.integers(1, 30))), Decimal(draw(st.integers(1, 96))) / 4)
    monthly = Decimal(draw(st.integers(0, 10**7)))
    traffic = TrafficBasis(monthly_requests=monthly, peak_requests_per_second=Decimal(draw(st.integers(0, 50))))
    return Basis(region="us-east-1", uptime=uptime, declared=True, traffic=traffic)


def flat(parts):
    return ResourceGraph([entry for part in parts for entry in part])


@given(parts=groups_of_resources(), basis=bases())
def test_worst_case_is_never_less_than_expected_and_expected_never_less_than_floor(parts, basis):
    found = estimate(flat(parts), basis=basis)
    assert 0 <= found.floor_usd <= found.expected_usd <= found.worst_case_usd


@given(parts=groups_of_resources(), basis=bases(), more=st.integers(1, 10))
def test_more_hours_never_cost_less(parts, basis, more):
    graph = flat(parts)
    longer = replace(basis, uptime=Uptime(basis.uptime.sessions, basis.uptime.hours_per_session + more))
    before, after = estimate(graph, basis=basis), estimate(graph, basis=longer)
    assert all(getattr(before, figure) <= getattr(after, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases(), more=st.integers(1, 10**6))
def test_more_traffic_never_costs_less(parts, basis, more):
    graph = flat(parts)
    busier = replace(basis, traffic=replace(basis.traffic, monthly_requests=basis.traffic.monthly_requests + more))
    before, after = estimate(graph, basis=basis), estimate(graph, basis=busier)
    assert all(getattr(before, figure) <= getattr(after, figure) for figure in FIGURES)


@given(part=fleets("fleet"), basis=bases(), size=st.sampled_from(["minSize", "desiredCapacity", "maxSize"]))
def test_more_instances_never_cost_less(part, basis, size):
    template, group = part
    order = ["minSize", "desiredCapacity", "maxSize"]
    raised = {key: group.inputs[key] + 1 for key in order[order.index(size) :]}
    larger = replace(group, inputs={**group.inputs, **raised})
    before = estimate(ResourceGraph([template, group]), basis=basis)
    after = estimate(ResourceGraph([template, larger]), basis=basis)
    assert all(getattr(before, figure) <= getattr(after, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases(), cut=st.integers(0, 5))
def test_parts_add_up_to_the_whole_allowances_aside(parts, basis, cut):
    # a declared stack's application log is one number, shared out over its log groups: not declared here
    list_price = replace(basis, allowance_share=Decimal(0), declared=False)
    whole = estimate(flat(parts), basis=list_price)
    left, right = (estimate(flat(each), basis=list_price) for each in (parts[:cut], parts[cut:]))
    assert all(getattr(left, figure) + getattr(right, figure) == getattr(whole, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases(), seed=st.integers(0, 99))
def test_order_does_not_matter(parts, basis, seed):
    graph = flat(parts)
    shuffled = list(graph)
    random.Random(seed).shuffle(shuffled)  # noqa: S311 - an order to test with, no secret
    before, after = estimate(graph, basis=basis), estimate(ResourceGraph(shuffled), basis=basis)
    assert all(getattr(before, figure) == getattr(after, figure) for figure in FIGURES)


@given(parts=groups_of_resources(), basis=bases())
def test_displayed_lines_add_up_to_displayed_totals(parts, basis):
    found = estimate(flat(parts), basis=basis)
    shown = cents([line.monthly_usd for line in found.lines])
    assert sum(shown, Decimal(0)) == round(found.expected_usd, 2)
    assert all(abs(usd - line.monthly_usd) < Decimal("0.01") for usd, line in zip(shown, found.lines, strict=True))


@given(parts=groups_of_resources(), basis=bases(), seed=st.integers(0, 2**32))
@settings(max_examples=40)
def test_the_worst_case_bounds_every_sampled_month(parts, basis, seed):
    found = estimate(flat(parts), basis=basis)
    months = sample_months(found, samples=200, seed=seed)
    slack = 1e-9 * float(found.worst_case_usd) + 1e-6
    assert float(found.floor_usd) - slack <= months.min()
    assert months.max() <= float(found.worst_case_usd) + slack


@given(parts=groups_of_resources(), basis=bases(), limit=st.decimals("0.01", "50", places=2))
@settings(max_examples=50)
def test_the_hours_bought_are_within_the_limit_and_a_tenth_more_is_not(parts, basis, limit):
    graph = flat(parts)
    bought = estimate(graph, basis=basis, limit_usd=limit).hours_bought
    one_piece = replace(basis, uptime=Uptime(Decimal(1), bought))
    if bought == 0:
        standing = estimate(graph, basis=replace(basis, uptime=Uptime(Decimal(0), Decimal(1))))
        tenth = estimate(graph, basis=replace(basis, uptime=Uptime(Decimal(1), Decimal(1))))
        assert standing.expected_usd > limit or tenth.expected_usd > limit
    elif bought == bought.to_integral_value():  # a part of an hour is billed as a whole one by some meters
        assert estimate(graph, basis=one_piece).expected_usd <= limit + Decimal("0.0001")
    if 0 < bought < 730:
        longer = replace(basis, uptime=Uptime(Decimal(1), bought + Decimal("0.1")))
        assert estimate(graph, basis=longer).expected_usd > limit - Decimal("0.0001")
