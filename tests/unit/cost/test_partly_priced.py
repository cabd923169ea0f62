"""What can't be priced is told, and leaves the rest of the stack its prices."""

from decimal import Decimal

import pytest

from cost import estimate
from cost.basis import Basis
from cost.pricers.aws.rds import is_striped
from cost.scope import Pricing
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from deployment.reader import graph_from_json

UNKNOWN_NUMBER = "3eeb2bf0-c639-47a8-9e75-3b44932eb421"


def resource(name, type_="aws:ec2/natGateway:NatGateway", outputs=None, **inputs):
    urn = f"urn:pulumi:dev::p::{type_}::{name}"
    return {"urn": urn, "type": type_, "custom": True, "id": name, "inputs": inputs, "outputs": outputs or {}}


def priced(*resources):
    return estimate(graph_from_json({"resources": list(resources)}, "f"))


def nat(name, region):
    return resource(name, connectivityType="private", region=region)


def test_a_resource_in_a_region_without_prices_leaves_the_others_theirs():
    found = priced(nat("here", "us-east-1"), nat("there", "mars-1"))
    assert found.floor_usd == priced(nat("here", "us-east-1")).floor_usd > 0
    [unpriced] = found.unpriced
    assert unpriced.urn.endswith("::there") and "mars-1" in unpriced.reason


def test_a_region_without_files_has_what_costs_the_same_everywhere():
    zone = resource("zone", "aws:route53/zone:Zone", region="sa-east-1")
    key = resource("key", "aws:kms/key:Key", region="sa-east-1", customerMasterKeySpec="SYMMETRIC_DEFAULT")
    lines = {line.name: line.monthly_usd for line in priced(zone, key).lines if line.item != "Requests"}
    assert lines["zone"] == Decimal("0.5") and lines["key"] == 1


def test_every_price_that_a_stack_lacks_is_listed_once_with_the_command():
    balancers = [resource(name, "aws:lb/loadBalancer:LoadBalancer", region="sa-east-1") for name in "ab"]
    function = resource("f", "aws:lambda/function:Function", region="sa-east-1")
    found = priced(*balancers, function, nat("here", "us-east-1"))
    used = (
        "data_transfer/internet_out_gb", "elb/alb_hour", "elb/alb_lcu_hour", "lambda/million_requests",
        "lambda/x86_gb_second", "vpc/public_ipv4_hour",
    )  # fmt: skip
    assert found.lacking == {"sa-east-1": used}
    (told,) = found.lacking_told
    assert told.startswith(f"sa-east-1 lacks 6 of the prices that the stack uses: {', '.join(used)}; ")
    assert "./plant prices refresh --region sa-east-1" in told and told in found.to_json()["notes"]
    assert len(found.unpriced) == 3 and found.floor_usd == priced(nat("here", "us-east-1")).floor_usd
    for entry in found.unpriced[:2]:  # each resource says all of its own
        assert "elb/alb_hour" in entry.reason and "vpc/public_ipv4_hour" in entry.reason


def test_the_first_of_those_that_share_a_load_balancer_says_every_price_that_it_lacks():
    def ingress(name, **annotations):
        given = {f"alb.ingress.kubernetes.io/{key}": value for key, value in annotations.items()}
        metadata = {"name": name, "annotations": {**given, "alb.ingress.kubernetes.io/scheme": "internet-facing"}}
        token = "kubernetes:networking.k8s.io/v1:Ingress"
        return resource(name, token, metadata=metadata, spec={"ingressClassName": "alb"}, region="sa-east-1")

    alone, *grouped = (ingress("a"), *(ingress(name, **{"group.name": "g"}) for name in "bc"))
    here = nat("here", "us-east-1")
    reasons = [[entry.reason for entry in priced(*some, here).unpriced] for some in ([alone], grouped)]
    assert reasons[0] == reasons[1] and "nor " in reasons[0][0]


def test_what_several_pricers_need_is_made_once_an_estimate():
    def make(pricing, *arguments):
        made.append((pricing, arguments))
        return made

    made = []
    one, other = (Pricing(ResourceGraph([]), Basis(None)) for _ in range(2))
    for pricing in (one, one, other):
        assert pricing.once(make) is pricing.once(make) is pricing.once(make, "a", ("b",)) is made
    assert made == [(pricing, arguments) for pricing in (one, other) for arguments in ((), ("a", ("b",)))]


def test_a_spot_price_that_a_region_lacks_is_no_gap():
    spot = {"instanceType": "c5.large", "instanceMarketOptions": {"marketType": "spot"}, "region": "us-east-1"}
    assert priced(resource("i", "aws:ec2/instance:Instance", **spot)).lacking == {}


def test_a_stack_that_is_nowhere_is_bad_input():
    with pytest.raises(InputError, match="mars-1"):
        priced(nat("there", "mars-1"))
    with pytest.raises(InputError, match="--region"):
        priced(resource("nat", connectivityType="private"))


def test_a_group_without_a_desired_size_starts_at_its_minimum():
    template = resource("t", "aws:ec2/launchTemplate:LaunchTemplate", {"id": "t"}, instanceType="m7g.medium")
    given = {"minSize": 2, "maxSize": 4, "launchTemplate": {"id": "t"}, "region": "us-east-1"}
    of = [
        priced(template, resource("g", "aws:autoscaling/group:Group", outputs, **given))
        for outputs in ({}, {"desiredCapacity": UNKNOWN_NUMBER})
    ]
    for found in of:  # offline there is no output; the engine's preview has one that it does not know yet
        assert found.unpriced == ()
        assert found.expected_usd == found.floor_usd == of[0].floor_usd > 0
        assert found.worst_case_usd == pytest.approx(found.floor_usd * 2, rel=Decimal("0.01"))
    asked = priced(template, resource("g", "aws:autoscaling/group:Group", **given, desiredCapacity=UNKNOWN_NUMBER))
    assert len(asked.unpriced) == 1


@pytest.mark.parametrize(
    ("engine", "licence", "usd"),
    [
        ("oracle-se2", "license-included", "219.00"),
        ("oracle-se2-cdb", None, "219.00"),
        ("oracle-se2", "bring-your-own-license", "99.28"),
        ("oracle-ee", None, "99.28"),
    ],
)
def test_oracle_is_priced_with_its_licence_and_its_surplus_credits_are_told(engine, licence, usd):
    inputs = {"engine": engine, "licenseModel": licence, "instanceClass": "db.t3.large", "allocatedStorage": 20}
    found = priced(resource("db", "aws:rds/instance:Instance", region="us-east-1", **inputs))
    assert [line.monthly_usd for line in found.lines] == [Decimal(usd)]
    assert "oracle_cpu_credit" in found.unpriced[0].reason


@pytest.mark.parametrize(
    ("engine", "from_gb"), [("oracle-ee", 200), ("mysql", 400), ("postgres", 400), ("sqlserver-se", None)]
)
def test_from_which_size_on_storage_includes_more_depends_on_the_engine(engine, from_gb):
    sizes = range(20, 65_537, 20)
    assert next((size for size in sizes if is_striped(engine, Decimal(size))), None) == from_gb
