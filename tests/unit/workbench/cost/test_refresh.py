"""Renewing the catalogue from offer files of the AWS Price List: small ones, in the real format."""

from __future__ import annotations

import json
import shutil
from decimal import Decimal
from pathlib import Path

import pytest

from cost import catalogue
from cost.catalogue import ROOT, file_rows, read_toml
from deployment.errors import InputError
from workbench.cli.main import run
from workbench.cost.download import download_offer
from workbench.cost.offer_file import offers, read_offer_file
from workbench.cost.refresh import plan_refresh, render_rows

OFFERS = Path(__file__).parents[3] / "fixtures" / "price_list"


@pytest.fixture
def root(tmp_path):
    """A copy of the price files that a test may change."""
    shutil.copytree(ROOT, tmp_path / "prices")
    return tmp_path / "prices"


def read(name="AWSELB"):
    return read_offer_file(OFFERS / f"{name}.json", "us-east-1")


def changed_offer(tmp_path, change):
    document = json.loads((OFFERS / "AWSELB.json").read_text())
    change(document)
    path = tmp_path / "offer.json"
    path.write_text(json.dumps(document))
    return read_offer_file(path, "us-east-1")


def dimension(document, number):
    term = document["terms"]["OnDemand"][f"SKU{number:013d}"]
    return next(iter(next(iter(term.values()))["priceDimensions"].values()))


def test_products_are_found_by_usage_type_operation_and_region():
    found = {price.key: price.tiers for price in read().prices}
    assert found == {
        "alb_hour": ((None, Decimal("0.0225000000")),),
        "alb_lcu_hour": ((None, Decimal("0.0090000000")),),
        "nlb_hour": ((None, Decimal("0.0225000000")),),
        "nlb_lcu_hour": ((None, Decimal("0.0060000000")),),
    }


def test_bands_come_in_order():
    (metric,) = [price for price in read("AmazonCloudWatch").prices if price.key == "metric_month"]
    assert [end for end, _ in metric.tiers] == [10_000, 250_000, 1_000_000, None]


def test_a_refresh_tells_what_moves_and_what_it_confirms(root):
    plan = plan_refresh(read(), "us-east-1", root)
    assert [str(move) for move in plan.moves] == ["us-east-1/elb/alb_lcu_hour: $0.008 becomes $0.009"]
    assert plan.confirmed == 3
    assert not plan.moves[0].suspicious


def test_a_renewed_row_has_the_price_list_as_its_source(root):
    (content,) = plan_refresh(read(), "us-east-1", root).files.values()
    (root / "elb.toml").write_text(content)
    row = file_rows(read_toml(root / "elb.toml"))["alb_lcu_hour"]
    assert row["price_usd"] == "0.009"
    assert row["source"] == "AWS Price List AWSELB, published 2026-11-01"
    assert str(row["observed_on"]) == "2026-11-01"
    assert row["confidence"] == "yes"


def test_rows_that_the_offer_does_not_have_stay_as_they_are(root):
    before = file_rows(read_toml(root / "aws/us-east-1/elb.toml"))["classic_hour"]
    (content,) = plan_refresh(read(), "us-east-1", root).files.values()
    (root / "elb.toml").write_text(content)
    assert file_rows(read_toml(root / "elb.toml"))["classic_hour"] == before


@pytest.mark.parametrize(
    "path", sorted((ROOT / "aws").glob("*/*.toml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_writing_a_price_file_loses_nothing(path, tmp_path):
    rows = file_rows(read_toml(path))
    (tmp_path / "again.toml").write_text(render_rows(rows))
    assert file_rows(read_toml(tmp_path / "again.toml")) == rows


def test_bands_of_the_price_list_become_tiers(root):
    plan = plan_refresh(read("AmazonCloudWatch"), "us-east-1", root)
    content = plan.files[root / "aws/us-east-1/cloudwatch.toml"]
    assert '{ up_to = "10000", price_usd = "0.3" }' in content
    assert '{ price_usd = "0.02" }' in content


@pytest.mark.parametrize(
    ("usd", "suspicious"), [("0.0337", False), ("0.0338", True), ("0.0113", False), ("0.0112", True)]
)
def test_a_move_of_more_than_half_is_suspicious(root, tmp_path, usd, suspicious):
    offer = changed_offer(tmp_path, lambda document: dimension(document, 0)["pricePerUnit"].update(USD=usd))
    moves = {move.path: move for move in plan_refresh(offer, "us-east-1", root).moves}
    assert moves["us-east-1/elb/alb_hour"].suspicious is suspicious


def test_a_lost_price_is_suspicious(root, tmp_path):
    def lose(document):
        del document["products"]["SKU0000000000000"]

    moves = {move.path: move for move in plan_refresh(changed_offer(tmp_path, lose), "us-east-1", root).moves}
    assert moves["us-east-1/elb/alb_hour"].new_usd is None
    assert moves["us-east-1/elb/alb_hour"].suspicious


def test_products_of_one_key_with_different_prices_are_refused(tmp_path):
    def twice(document):
        document["products"]["SKU0000000000004"]["attributes"]["operation"] = "LoadBalancing:Application"

    with pytest.raises(InputError, match="alb_hour: two products with different prices"):
        changed_offer(tmp_path, twice)


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"offerCode": "AWSELB", "products": {"a": {"sku"', b'{"products": {}}', b"\x00\xff"],
    ids=["empty", "truncated", "list", "cut off", "no code", "binary"],
)
def test_what_is_no_offer_file_is_refused(content, tmp_path):
    path = tmp_path / "offer.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not an AWS Price List offer file"):
        read_offer_file(path, "us-east-1")


def test_a_price_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(InputError, match="without US dollars"):
        changed_offer(tmp_path, lambda document: dimension(document, 0).update(pricePerUnit={"CNY": "1"}))


def test_every_offer_means_a_price_of_the_catalogue():
    known = {(price.service, price.key) for price in catalogue.all_prices()}
    for offer in offers():
        if "*" not in offer.key:
            assert (offer.service, offer.key) in known, offer.key


@pytest.fixture
def plant(capsys, root, monkeypatch):
    """`plant(argument, …)` of `./plant prices`, on the copy of the price files."""
    monkeypatch.setattr("workbench.cost.refresh.ROOT", root)
    monkeypatch.setattr(plan_refresh, "__defaults__", (root,))

    def ran(*arguments):
        status = run(["prices", *arguments])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ran


def test_the_command_writes_the_renewed_file(plant, root):
    status, out, _ = plant("refresh", "--from", str(OFFERS / "AWSELB.json"))
    assert status == 0 and "3 confirmed, 1 changed or lost in AWSELB" in out
    assert '"0.009"' in (root / "aws/us-east-1/elb.toml").read_text()


def test_a_dry_run_writes_nothing(plant, root):
    before = (root / "aws/us-east-1/elb.toml").read_text()
    assert plant("refresh", "--from", str(OFFERS / "AWSELB.json"), "--dry-run")[0] == 0
    assert (root / "aws/us-east-1/elb.toml").read_text() == before


def test_the_command_refuses_lost_prices_until_they_are_accepted(plant, root):
    before = (root / "aws/us-east-1/cloudwatch.toml").read_text()
    status, _, err = plant("refresh", "--from", str(OFFERS / "AmazonCloudWatch.json"))
    assert status == 1 and "need --accept" in err
    assert (root / "aws/us-east-1/cloudwatch.toml").read_text() == before
    assert plant("refresh", "--from", str(OFFERS / "AmazonCloudWatch.json"), "--accept")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["refresh"], "--from FILE or --service CODE"),
        (["refresh", "--from", "none.json"], "can't be read"),
        (["refresh", "--from", "none.json", "--region", "mars"], "no price files"),
    ],
    ids=["nothing", "no file", "region"],
)
def test_bad_input_is_explained(plant, arguments, problem):
    status, _, err = plant(*arguments)
    assert status == 2 and problem in err


def test_check_lists_age_unverified_rows_and_what_a_stack_uses(plant):
    program = OFFERS.parent / "programs" / "eks_cluster.json"
    status, out, _ = plant("check", str(program))
    assert status == 0
    assert "us-east-1/eks/cluster_hour  $0.1 per cluster-hour" in out
    assert "unverified, never loaded" in out and "fraud_control_month" in out


def test_check_blocks_on_prices_that_are_too_old(plant):
    program = OFFERS.parent / "programs" / "eks_cluster.json"
    status, _, err = plant("check", str(program), "--max-age", "30")
    assert status == 1 and "older than 30 days" in err


class FakePricing:
    """The two calls of boto3's ``pricing`` client that a download makes."""

    def __init__(self, lists, url=""):
        self.lists, self.url = lists, url

    def list_price_lists(self, **_):
        return {"PriceLists": self.lists}

    def get_price_list_file_url(self, **_):
        return {"Url": self.url}


@pytest.mark.parametrize(
    ("client", "problem"),
    [
        (FakePricing([]), "has no such offer for us-east-1"),
        (FakePricing([{"PriceListArn": "a"}], "http://example.com/x"), "unexpected address"),
    ],
    ids=["no offer", "another host"],
)
def test_a_download_goes_to_aws_or_not_at_all(client, problem, tmp_path):
    with pytest.raises(InputError, match=problem):
        download_offer("AWSELB", "us-east-1", tmp_path, client)
