"""Cost Explorer and CloudWatch behind the same functions, as far as moto answers them."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal

import boto3
import pytest
from moto import mock_aws

from cost import estimate
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph
from workbench.actual.bill import Wanted
from workbench.actual.calibration import calibrate, measures_of
from workbench.actual.compare import compare
from workbench.actual.live import _counted, cost_explorer_bill, observe
from workbench.actual.matching import Matcher
from workbench.cli.main import run

WANTED = Wanted(frozenset(), frozenset({"123456789012"}), ("StackId", "plant-dev"))


@pytest.fixture
def aws(monkeypatch):
    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    with mock_aws():
        yield


def told_by_cost_explorer(*groups):
    """What Cost Explorer answers next: (record type, usage type, dollars, quantity) each."""
    from moto.ce.models import ce_backends

    def amount(value):
        return {"Amount": str(value), "Unit": "USD"}

    answer = {
        "ResultsByTime": [
            {
                "TimePeriod": {"Start": "2026-10-01", "End": "2026-11-01"},
                "Groups": [
                    {
                        "Keys": [record, usage_type],
                        "Metrics": {
                            "UnblendedCost": amount(usd),
                            "AmortizedCost": amount(usd),
                            "UsageQuantity": amount(quantity),
                        },
                    }
                    for record, usage_type, usd, quantity in groups
                ],
            }
        ]
    }
    ce_backends["123456789012"]["aws"].cost_usage_results_queue.append(answer)


def test_cost_explorer_tells_a_bill(aws, graph):
    told_by_cost_explorer(
        ("Usage", "LoadBalancerUsage", "0.405", 18),
        ("Usage", "USE1-RequestV2-Tier1", "0.054", 90_000),
        ("Tax", "", "0.09", 0),
        ("Credit", "", "-0.1", 0),
        ("SavingsPlanRecurringFee", "", "2", 0),
    )
    dev = graph("dev")
    matcher = Matcher(dev, estimate(dev, limit_usd=Decimal(5)), ("StackId", "plant-dev"))
    actual = compare(cost_explorer_bill(WANTED, "2026-10"), matcher)
    assert {row.name: row.paid_usd for row in actual.rows if row.paid_usd is not None} == {
        "plant-edge-alb": Decimal("0.405"),
        "plant-firewall-web-acl": Decimal("0.054"),
    }
    assert actual.apart == {"commitments and fees": Decimal(2), "taxes": Decimal("0.09"), "credits": Decimal("-0.1")}
    assert actual.whole
    found = {one.setting: one.measured for one in calibrate(actual, dev, measures_of(actual)).found}
    assert found["monthly_requests"] == 90_000


def test_an_empty_answer_and_a_month_to_come_are_told(aws):
    with pytest.raises(InputError, match="Cost Explorer has no charge of 2026-10 for plant-dev"):
        cost_explorer_bill(WANTED, "2026-10")
    with pytest.raises(InputError, match="has not begun"):
        cost_explorer_bill(WANTED, "2099-01")
    with pytest.raises(InputError, match="neither a tag nor an account"):
        cost_explorer_bill(Wanted(frozenset(), frozenset(), None), "2026-10")


def test_without_credentials_one_line_says_so(monkeypatch, capsys, tmp_path):
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE", "AWS_SESSION_TOKEN"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    monkeypatch.setenv("AWS_CONFIG_FILE", str(tmp_path / "none"))
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", str(tmp_path / "none"))
    assert run(["actual", "--live", "--month", "2026-10"]) == 2
    assert "--live: ce:GetCostAndUsage: Unable to locate credentials" in capsys.readouterr().err


def test_cloudwatch_tells_what_no_bill_does(aws, graph):
    dev = graph("dev")
    begins = datetime.datetime.now(datetime.UTC).replace(minute=0, second=0, microsecond=0) - datetime.timedelta(days=3)
    client = boto3.client("cloudwatch")
    balancer = dev.of_type("aws:lb/loadBalancer:LoadBalancer")[0].outputs["arn"].partition("loadbalancer/")[2]
    fleet = dev.of_type("aws:autoscaling/group:Group")[0].get("name")
    acl = dev.of_type("aws:wafv2/webAcl:WebAcl")[0].get("name")
    waf = [("WebACL", acl), ("Region", "us-east-1"), ("Rule", "ALL")]
    for namespace, name, dimensions, values in (
        ("AWS/ApplicationELB", "RequestCount", [("LoadBalancer", balancer)], [3600, 7200]),
        ("AWS/WAFV2", "AllowedRequests", waf, [9000, 900]),
        ("AWS/WAFV2", "BlockedRequests", waf, [90, 10]),
        ("AWS/EC2", "CPUUtilization", [("AutoScalingGroupName", fleet)], [10, 20]),
    ):
        for hour, value in enumerate(values):
            client.put_metric_data(
                Namespace=namespace,
                MetricData=[
                    {
                        "MetricName": name,
                        "Dimensions": [{"Name": key, "Value": text} for key, text in dimensions],
                        "Timestamp": begins + datetime.timedelta(hours=hour),
                        "Value": value,
                    }
                ],
            )
    told_by_cost_explorer(("Usage", "LoadBalancerUsage", "0.405", 18))
    matcher = Matcher(dev, estimate(dev), ("StackId", "plant-dev"))
    actual = compare(cost_explorer_bill(WANTED, f"{begins:%Y-%m}"), matcher)
    actual.bill.periods.clear()
    span = {"begins": begins.replace(tzinfo=None), "ends": begins.replace(tzinfo=None) + datetime.timedelta(days=8)}
    for key, value in span.items():
        object.__setattr__(actual, key, value)
    measures = measures_of(actual)
    observe(dev, actual, measures)
    found = {name: value for name, (value, _) in measures.seen.items()}
    assert found["monthly_requests"] == 10_800 * actual.scale
    assert found["peak_requests_per_second"] == 2
    assert found["blocked_request_ratio"] == Decimal("0.01")
    # Two samples of five minutes, at 15 % of two vCPUs, over 10,800 requests.
    assert round(found["plant:fleet.cpu_time_ms"], 3) == round(Decimal(15) / 100 * 2 * 300 * 2 * 1000 / 10_800, 3)
    assert {one.setting for one in calibrate(actual, dev, measures).found} >= set(found)


def test_requests_of_a_shared_front_door_are_counted_at_the_stacks_own_target_groups(graph):
    assert list(_counted(graph("prod"))) == [
        {"TargetGroup": f"targetgroup/{one.outputs['arn'].partition(':targetgroup/')[2]}", "LoadBalancer": PLATFORM}
        for name in ("plant-split-stable", "plant-split-canary")
        for one in graph("prod").of_type("aws:lb/targetGroup:TargetGroup")
        if one.name == name
    ]


PLATFORM = "app/platform/0a1b2c3d4e5f6071"


def test_a_graph_without_what_is_watched_is_left_alone(aws):
    told_by_cost_explorer(("Usage", "LoadBalancerUsage", "1", 1))
    lone = ResourceGraph(
        [Resource("urn:pulumi:a::b::aws:sns/topic:Topic::t", "aws:sns/topic:Topic", "t", {"region": "us-east-1"})]
    )
    actual = compare(cost_explorer_bill(WANTED, "2026-10"), Matcher(lone, estimate(lone, region="us-east-1"), None))
    measures = measures_of(actual)
    observe(lone, actual, measures)
    assert measures.seen == {}
    assert json.loads(json.dumps(actual.to_json()))["total"] == "1.00"
