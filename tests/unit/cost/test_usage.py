"""Usage files: which entry a resource gets, and what is wrong with one."""

from __future__ import annotations

from decimal import Decimal

import pytest

from cost import estimate
from cost.usage import parse_usage, resolve
from deployment.errors import InputError
from deployment.graph import ResourceGraph

QUEUE = "aws:sqs/queue:Queue"


def numbers(document, *resources):
    usage = parse_usage({"version": "0.1", **document}, "usage.yml")
    return resolve(usage, [ResourceGraph(resources)])[0]


@pytest.mark.parametrize("name", [QUEUE, "aws_sqs_queue"], ids=["pulumi token", "terraform twin"])
def test_a_type_gives_its_numbers_to_every_resource(make, name):
    queues = [make(QUEUE, {}, each) for each in ("orders", "mails")]
    found = numbers({"resource_type_default_usage": {name: {"monthly_requests": 5}}}, *queues)
    assert [found[queue.urn]["monthly_requests"] for queue in queues] == [5, 5]


def test_the_most_exact_entry_wins_key_by_key(make):
    queue = make(QUEUE, {}, "orders-eu")
    entries = {
        "*": {"monthly_requests": 1},
        "orders-*": {"monthly_requests": 2},
        f"{QUEUE}::orders-*": {"monthly_requests": 3},
        "orders-eu": {"monthly_requests": 4},
        f"{QUEUE}::orders-eu": {"monthly_requests": 5},
        queue.urn: {"monthly_requests": 6},
    }
    for exact in reversed(list(entries)):
        found = numbers({"resource_usage": dict(entries)}, queue)
        assert found[queue.urn]["monthly_requests"] == entries[exact]["monthly_requests"]
        del entries[exact]


def test_an_entry_for_a_resource_beats_its_type(make):
    queue = make(QUEUE, {}, "orders")
    document = {
        "resource_type_default_usage": {QUEUE: {"monthly_requests": 1}},
        "resource_usage": {"orders": {"monthly_requests": "2.5"}},
    }
    assert numbers(document, queue)[queue.urn]["monthly_requests"] == Decimal("2.5")


@pytest.mark.parametrize(
    ("document", "problem"),
    [
        pytest.param({"version": "0.2"}, "version is '0.2'; allowed: 0.1", id="version"),
        pytest.param({"resource_usages": {}}, "did you mean 'resource_usage'?", id="section"),
        pytest.param({"resource_type_default_usage": {"aws_sqs_que": {}}}, "did you mean 'aws_sqs_queue'?", id="type"),
        pytest.param(
            {"resource_type_default_usage": {QUEUE: {"monthly_request": 1}}},
            "did you mean 'monthly_requests'?",
            id="key of a type",
        ),
        pytest.param(
            {"resource_usage": {"orders": {"monthly_request": 1}}}, "did you mean 'monthly_requests'?", id="key"
        ),
        pytest.param(
            {"resource_usage": {"ord*": {"monthly_request": 1}}},
            "did you mean 'monthly_requests'?",
            id="key of a wildcard",
        ),
        pytest.param({"resource_usage": {"ordres": {"monthly_requests": 1}}}, "did you mean 'orders'?", id="resource"),
        pytest.param(
            {"resource_usage": {"orders": {"monthly_requests": -1}}}, "-1 is not a number from 0", id="negative"
        ),
        pytest.param({"resource_usage": {"orders": {"monthly_requests": True}}}, "True is not a number", id="switch"),
        pytest.param(
            {"resource_usage": {"orders": {"monthly_requests": "inf"}}}, "'inf' is not a number", id="infinite"
        ),
        pytest.param({"resource_usage": {"orders": 5}}, "must be a mapping", id="no mapping"),
        pytest.param({"resource_usage": ["orders"]}, "must be a mapping", id="list"),
    ],
)
def test_what_is_wrong_is_named_with_what_was_meant(make, document, problem):
    with pytest.raises(InputError) as caught:
        numbers(document, make(QUEUE, {}, "orders"))
    assert problem in str(caught.value)


def test_a_name_of_several_types_gives_each_the_keys_it_has(make):
    queue, balancer = make(QUEUE, {}, "web"), make("aws:lb/loadBalancer:LoadBalancer", {}, "web")
    found = numbers({"resource_usage": {"web": {"monthly_requests": 5, "processed_bytes_gb": 7}}}, queue, balancer)
    assert found[queue.urn] == {"monthly_requests": 5}
    assert found[balancer.urn] == {"processed_bytes_gb": 7}


def test_a_file_that_is_no_mapping_says_what_it_should_be():
    with pytest.raises(InputError, match=r"expected `version: 0\.1`"):
        parse_usage(["x"], "usage.yml")


def test_given_use_is_no_assumption(make, price):
    queue = make(QUEUE, {})
    assert price(queue).lines[0].assumed
    assert not price(queue, usage={"monthly_requests": 5}).lines[0].assumed


def test_data_transfer_of_no_resource_is_billed_by_its_region(make, make_basis):
    document = {
        "version": 0.1,
        "resource_usage": {
            "aws_data_transfer.web": {
                "region": "eu-west-1",
                "monthly_intra_region_gb": 1000,
                "monthly_outbound_internet_gb": 10240,
                "monthly_outbound_other_regions_gb": 750,
            }
        },
    }
    usage = parse_usage(document, "usage.yml")
    found = estimate(ResourceGraph([]), basis=make_basis(), transfers=usage.transfers)
    # Infracost's golden of data transfer: intra-region billed both ways, 10 TB at .09, other regions at .02
    assert [line.monthly_usd for line in found.lines] == [Decimal("20.00"), Decimal("921.60"), Decimal("15.00")]


def test_a_slip_in_a_data_transfer_is_named():
    document = {"version": "0.1", "resource_usage": {"aws_data_transfer.web": {"monthly_outbound_internet": 1}}}
    with pytest.raises(InputError, match="did you mean 'monthly_outbound_internet_gb'"):
        parse_usage(document, "usage.yml")


def test_a_key_has_the_name_that_other_usage_files_give_it_too(make):
    found = numbers(
        {"resource_usage": {"orders": {"monthly_provisioned_put_units": 5}}},
        make("aws:kinesis/stream:Stream", {}, "orders"),
    )
    assert [list(each.items()) for each in found.values()] == [[("monthly_provisioned_put_units", 5)]]


def test_keys_below_a_storage_class_are_read_as_infracost_nests_them():
    entry = {
        "standard": {"storage_gb": 600_000, "monthly_tier_1_requests": 0},
        "glacier_deep_archive": {"storage_gb": 5},
    }
    found = parse_usage({"version": "0.1", "resource_type_default_usage": {"aws_s3_bucket": entry}}, "usage.yml")
    numbers = found.by_type["aws:s3/bucket:Bucket"]
    assert numbers == {
        "standard.storage_gb": 600_000,
        "standard.monthly_tier_1_requests": 0,
        "glacier_deep_archive.storage_gb": 5,
    }


def test_a_key_below_a_storage_class_that_nobody_knows_is_named():
    entry = {"standard": {"storage": 1}}
    with pytest.raises(InputError, match=r"aws_s3_bucket\.standard\.storage: no such usage key; did you mean"):
        parse_usage({"version": "0.1", "resource_type_default_usage": {"aws_s3_bucket": entry}}, "usage.yml")
