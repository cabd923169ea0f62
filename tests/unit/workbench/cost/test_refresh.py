"""Renewing the catalogue, and making a Region's, from offer files of the AWS Price List in the real format."""

from __future__ import annotations

import codecs
import gzip
import json
import shutil
import threading
import tomllib
import tracemalloc
from decimal import Decimal
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path

import pytest

from cost import catalogue, estimate
from cost.catalogue import ROOT, all_prices, file_rows, read_toml
from deployment.errors import InputError
from deployment.reader import graph_from_json
from workbench.cli.main import run
from workbench.cost.offer_file import read_offer_file
from workbench.cost.price_list import File, Folder, Mirror
from workbench.cost.refresh import Read, plan_refresh, read_region, render_rows
from workbench.cost.selectors import bare, scale_of, selector_of, selectors

from . import _price_list as price_list

OFFERS = Path(__file__).parents[3] / "fixtures" / "price_list"


@pytest.fixture
def root(tmp_path):
    """A copy of the price files that a test may change."""
    shutil.copytree(ROOT, tmp_path / "prices")
    shutil.rmtree(tmp_path / "prices/aws" / price_list.REGION)  # one that is made here from nothing
    return tmp_path / "prices"


def read(name="AWSELB", path=None):
    """What one offer file has for us-east-1."""
    file = read_offer_file(path or OFFERS / f"{name}.json", "us-east-1", selectors())
    return Read((file,), asked=(file.code,))


def prices(found):
    return {price.key: price for file in found.files for price in file.prices}


def planned(found, root):
    return plan_refresh(found, "us-east-1", root)


def changed_offer(tmp_path, change):
    document = json.loads((OFFERS / "AWSELB.json").read_text())
    change(document)
    path = tmp_path / "offer.json"
    path.write_text(json.dumps(document))
    return read(path=path)


def dimension(document, number):
    term = document["terms"]["OnDemand"][f"SKU{number:013d}"]
    return next(iter(next(iter(term.values()))["priceDimensions"].values()))


def test_products_are_found_by_usage_type_operation_and_region():
    found = {key: price.tiers for key, price in prices(read()).items()}
    assert found == {
        "alb_hour": ((None, Decimal("0.0225000000")),),
        "alb_lcu_hour": ((None, Decimal("0.0090000000")),),
        "nlb_hour": ((None, Decimal("0.0225000000")),),
        "nlb_lcu_hour": ((None, Decimal("0.0060000000")),),
        "classic_hour": ((None, Decimal("0.0250000000")),),
    }


def test_bands_come_in_order():
    metric = prices(read("AmazonCloudWatch"))["metric_month"]
    assert [end for end, _ in metric.tiers] == [10_000, 250_000, 1_000_000, None]


def test_a_refresh_tells_what_moves_and_what_it_confirms(root):
    plan = planned(read(), root)
    assert [str(move) for move in plan.moves] == [
        "us-east-1/elb/alb_lcu_hour: $0.008 becomes $0.009",
        "us-east-1/elb/classic_gb: $0.008 isn't found, and stays",
        "us-east-1/elb/gwlb_hour: $0.0125 isn't found, and stays",
        "us-east-1/elb/gwlb_lcu_hour: $0.004 isn't found, and stays",
    ]
    assert plan.confirmed == 4
    assert not any(move.suspicious for move in plan.moves)


def test_a_renewed_row_has_the_price_list_as_its_source(root):
    (content,) = planned(read(), root).files.values()
    (root / "elb.toml").write_text(content)
    row = file_rows(read_toml(root / "elb.toml"))["alb_lcu_hour"]
    assert row["price_usd"] == "0.009"
    assert row["source"] == "AWS Price List AWSELB, published 2026-11-01"
    assert str(row["observed_on"]) == "2026-11-01"
    assert row["confidence"] == "yes"


def test_rows_that_the_offer_does_not_have_stay_as_they_are(root):
    before = file_rows(read_toml(root / "aws/us-east-1/elb.toml"))["classic_gb"]
    (content,) = planned(read(), root).files.values()
    (root / "elb.toml").write_text(content)
    assert file_rows(read_toml(root / "elb.toml"))["classic_gb"] == before


@pytest.mark.parametrize(
    "path", sorted((ROOT / "aws").glob("*/*.toml")), ids=lambda path: f"{path.parent.name}/{path.stem}"
)
def test_writing_a_price_file_loses_nothing(path, tmp_path):
    rows = file_rows(read_toml(path))
    (tmp_path / "again.toml").write_text(render_rows(rows))
    assert file_rows(read_toml(tmp_path / "again.toml")) == rows


def test_bands_of_the_price_list_become_tiers(root):
    plan = planned(read("AmazonCloudWatch"), root)
    content = plan.files[root / "aws/us-east-1/cloudwatch.toml"]
    assert '{ up_to = "10000", price_usd = "0.3" }' in content
    assert '{ price_usd = "0.02" }' in content


@pytest.mark.parametrize(
    ("usd", "suspicious"), [("0.0337", False), ("0.0338", True), ("0.0113", False), ("0.0112", True)]
)
def test_a_move_of_more_than_half_is_suspicious(root, tmp_path, usd, suspicious):
    offer = changed_offer(tmp_path, lambda document: dimension(document, 0)["pricePerUnit"].update(USD=usd))
    moves = {move.path: move for move in planned(offer, root).moves}
    assert moves["us-east-1/elb/alb_hour"].suspicious is suspicious


def test_products_of_one_key_with_different_prices_are_told_and_not_taken(root, tmp_path):
    def twice(document):
        document["products"]["SKU0000000000002"]["attributes"]["operation"] = "LoadBalancing:Application"
        document["products"]["SKU0000000000002"]["productFamily"] = "Load Balancer-Application"
        dimension(document, 2)["pricePerUnit"]["USD"] = "0.0300000000"

    found = changed_offer(tmp_path, twice)
    assert "alb_hour" not in prices(found)
    assert "2 products with different prices" in planned(found, root).missing["elb/alb_hour"]


@pytest.mark.parametrize(
    "content",
    [b"", b"{", b"[]", b'{"offerCode": "AWSELB", "products": {"a": {"sku"', b'{"products": {}}', b"\x00\xff"],
    ids=["empty", "truncated", "list", "cut off", "no code", "binary"],
)
def test_what_is_no_offer_file_is_refused(content, tmp_path):
    path = tmp_path / "offer.json"
    path.write_bytes(content)
    with pytest.raises(InputError, match="not an AWS Price List offer file"):
        read(path=path)


def test_a_price_that_is_no_number_is_refused(tmp_path):
    with pytest.raises(InputError, match="without US dollars"):
        changed_offer(tmp_path, lambda document: dimension(document, 0).update(pricePerUnit={"CNY": "1"}))


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
    assert status == 0 and "4 confirmed, 0 new, 4 changed or lost in AWSELB" in out
    assert '"0.009"' in (root / "aws/us-east-1/elb.toml").read_text()


def test_a_dry_run_writes_nothing(plant, root):
    before = (root / "aws/us-east-1/elb.toml").read_text()
    assert plant("refresh", "--from", str(OFFERS / "AWSELB.json"), "--dry-run")[0] == 0
    assert (root / "aws/us-east-1/elb.toml").read_text() == before


def test_the_command_refuses_lost_prices_until_they_are_accepted(plant, root, tmp_path):
    assert plant("refresh", "--from", str(OFFERS / "AWSELB.json"))[0] == 0
    before = (root / "aws/us-east-1/elb.toml").read_text()
    without = tmp_path / "AWSELB.json"
    document = json.loads((OFFERS / "AWSELB.json").read_text())
    del document["products"]["SKU0000000000000"]
    without.write_text(json.dumps(document))
    status, out, err = plant("refresh", "--from", str(without))
    assert status == 1 and "need --accept" in err
    assert "! us-east-1/elb/alb_hour: $0.0225 is no longer in the Price List" in out
    assert (root / "aws/us-east-1/elb.toml").read_text() == before
    assert plant("refresh", "--from", str(without), "--accept")[0] == 0


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["refresh", "--from", "none.json"], "can't be read"),
        (["refresh", "--from", "none.json", "--region", "mars"], "not the name of an AWS Region"),
        (["refresh", "--service", "AmazonMars"], "no price here is from it; there are AWS"),
        (["refresh", "--from", str(OFFERS.parent / "programs")], "no offer file of the AWS Price List"),
        (["refresh", "--from", str(OFFERS / "AWSELB.json"), "--region", "eu-central-1"], "no price of eu-central-1"),
    ],
    ids=["no file", "region", "offer", "no offer file", "another Region"],
)
def test_bad_input_is_explained(plant, arguments, problem):
    status, _, err = plant(*arguments)
    assert status == 2 and problem in err


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"{",
        b"\x81\xff",
        b"[" * 100_000,
        b'{"regions": [1]}',
        b'{"regions": {"a": 1}}',
        b'{"a": ' + b"9" * 5000 + b"}",
    ],
)
@pytest.mark.parametrize("as_folder", [False, True])
def test_a_file_that_is_no_offer_is_one_line(plant, tmp_path, content, as_folder):
    file = tmp_path / "a.json"
    file.write_bytes(content)
    status, out, err = plant("refresh", "--from", str(tmp_path if as_folder else file))
    assert (status, out) == (2, "")
    assert err.startswith("error: ") and err.count("\n") == 1 and "b'" not in err


@pytest.mark.parametrize("source", ["ftp://example.com/offers", "s3://bucket/offers"])
def test_a_source_of_another_kind_is_refused(plant, source):
    status, _, err = plant("refresh", "--from", source)
    assert status == 2 and "must be a file, a folder, or an address" in err


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


def test_spot_prices_are_too_old_after_a_month_whatever_age_is_allowed(plant, tmp_path):
    token = "aws:ec2/instance:Instance"
    spot = {"instanceType": "t4g.nano", "instanceMarketOptions": {"marketType": "spot"}, "region": "us-east-1"}
    program = tmp_path / "stack.json"
    resource = {"urn": f"urn:pulumi:d::p::{token}::i", "type": token, "custom": True, "inputs": spot}
    program.write_text(json.dumps({"resources": [resource]}))
    status, out, err = plant("check", str(program), "--max-age", "36500")
    assert status == 1
    assert "too old to rely on: spot prices move hourly" in out
    assert [line.split(":")[0].strip() for line in err.splitlines() if "linux" in line] == [
        "us-east-1/ec2_spot/linux.t4g.nano"
    ]


SERVICES = {product.code for product in price_list.PRODUCTS}


@pytest.fixture
def folder(tmp_path):
    return price_list.write(tmp_path / "offers")


def rows_of(region, source, root, **options):
    """Service and key -> row, after a refresh of `region`."""
    for path, content in plan_refresh(read_region(source, region, **options), region, root).files.items():
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
    return {
        f"{path.stem}/{key}": row
        for path in (root / "aws" / region).glob("*.toml")
        for key, row in file_rows(read_toml(path)).items()
    }


def test_a_region_is_made_from_offer_files_of_all_services(folder, root):
    assert len(SERVICES) >= 25
    expected = {product.row: Decimal(product.usd) for product in price_list.PRODUCTS if product.row}
    made = rows_of("eu-central-1", Folder(folder), root)
    everywhere = rows_of("global", Folder(folder), root)
    found = {name: Decimal(row["price_usd"]) for name, row in {**everywhere, **made}.items() if name in expected}
    assert found == expected
    assert set(made) <= set(expected)  # reserved, local, dedicated and free products have become no price
    assert made["elb/alb_hour"]["source"] == "AWS Price List AWSELB, published 2026-11-20"


def test_bands_and_units_become_those_of_the_catalogue(folder, root):
    made = rows_of("eu-central-1", Folder(folder), root)
    assert made["stepfunctions/express_gb_hour"]["tiers"] == [
        {"up_to": "1000", "price_usd": "0.072"},  # 3.6 million GB-seconds
        {"price_usd": "0.036"},
    ]
    assert made["apigateway/http_million_requests"]["tiers"][0]["up_to"] == "300"
    assert "tiers" not in made["sns/million_requests"]  # the free band is an allowance of the account
    for row in ("elb/alb_hour", "lambda/x86_gb_second", "ec2_t/linux.t4g.nano"):
        assert made[row]["unit"] == selector_of(*row.split("/")).unit


def made_up(selector):
    """A product that the selector means, as the real files would have it; `*` and attributes are filled in."""
    kind = {"linux": "m7i.large"}.get(selector.key.partition(".")[0], "x9.large")
    fill = {"instanceType": kind, "cacheMemorySizeGb": "6.1"}
    attributes = {name: allowed[0].replace("*", "") for name, allowed in selector.wanted}
    attributes |= {name: fill[name] for name in fill if f"{{{name}}}" in selector.key}
    if attributes.get("transferType"):
        attributes |= {"fromRegionCode": price_list.REGION, "regionCode": None, "location": None}
    family = attributes.pop("productFamily", "")
    usage_type = f"EUC1-{selector.usage_types[0].replace('*', 'x9.large')}"
    return price_list.Product(selector.offers[0], family, usage_type, "", price_list.flat("1.5"), attributes=attributes)


def test_offer_files_with_all_products_make_a_complete_region(tmp_path, root):
    wanted = [each for each in selectors() if not each.absent and not each.everywhere]
    source = Folder(price_list.write(tmp_path / "offers", [made_up(each) for each in wanted]))
    plan = plan_refresh(read_region(source, price_list.REGION), price_list.REGION, root)
    assert plan.missing == {}
    found = {selector_of(service, key) for service, key in read_region(source, price_list.REGION).offered()}
    assert found == set(wanted)
    expected = {price.name for price in all_prices() if price.region == "us-east-1" and "{" not in price.key}
    made = {f"{path.stem}/{key}" for path, content in plan.files.items() for key in file_rows(tomllib.loads(content))}
    single = {each.name for each in wanted if "{" not in each.key}
    assert made >= single and {name for name in expected if name in single} == expected & single


def test_new_rows_join_a_list_of_rows(folder, root):
    rows_of("eu-central-1", Folder(folder), root)
    path = root / "aws/eu-central-1/ec2_t.toml"
    path.write_text(
        '[defaults]\nunit = "instance-hour"\nnote = "by the second"\nsource = "AWS Price List AmazonEC2, published '
        '2026-11-20"\nobserved_on = 2026-11-20\nconfidence = "yes"\n\n[prices]\n"linux.t3.nano" = "0.0060"\n'
    )
    content = plan_refresh(read_region(Folder(folder), "eu-central-1"), "eu-central-1", root).files[path]
    assert content.startswith("[defaults]") and '"linux.t4g.nano" = "0.004"' in content


def test_what_is_not_found_is_told_with_the_reason(folder, root):
    shutil.rmtree(folder / "offers/v1.0/aws/AWSLambda/20261120120000")
    index = folder / "offers/v1.0/aws/AWSQueueService/current/region_index.json"
    document = json.loads(index.read_text())
    document["regions"] = {"us-east-1": document["regions"]["eu-central-1"]}
    index.write_text(json.dumps(document))
    missing = plan_refresh(read_region(Folder(folder), "eu-central-1"), "eu-central-1", root).missing
    assert missing["lambda/million_requests"] == "AWSLambda: no such file in the folder"
    assert missing["sqs/million_requests"] == (
        "AWSQueueService: not sold in eu-central-1, says its Region index of 2026-11-20"
    )
    assert missing["elb/gwlb_lcu_hour"] == "no product of AWSELB fits"
    assert missing["rds/mariadb.{instanceType}"] == "no product of AmazonRDS fits"
    assert "elb/alb_hour" not in missing and "ec2_spot/linux.{instanceType}" not in missing


def test_files_that_were_written_anew_are_read_whatever_the_order_of_their_keys(folder, root):
    before = rows_of("eu-central-1", Folder(folder), root)
    shutil.rmtree(root / "aws/eu-central-1")
    for path in folder.rglob("*.json"):
        path.write_text(json.dumps(json.loads(path.read_text()), sort_keys=True, indent=1))
    assert rows_of("eu-central-1", Folder(folder), root) == before


@pytest.mark.parametrize(
    ("ending", "kept"),
    [("json.gz", gzip.compress), ("json", gzip.compress), ("json", lambda content: codecs.BOM_UTF8 + content)],
    ids=["packed", "packed under its own name", "with a mark of its byte order"],
)
def test_files_are_read_as_a_server_or_a_tool_left_them(folder, root, ending, kept):
    before = rows_of("eu-central-1", Folder(folder), root)
    shutil.rmtree(root / "aws/eu-central-1")
    for path in sorted(folder.rglob("*.json")):
        content = path.read_bytes()
        path.unlink()
        path.with_suffix(f".{ending}").write_bytes(kept(content))
    assert rows_of("eu-central-1", Folder(folder), root) == before


def test_a_packed_file_that_is_cut_off_is_refused(tmp_path):
    path = tmp_path / "offer.json.gz"
    packed = gzip.compress((OFFERS / "AWSELB.json").read_bytes())
    path.write_bytes(packed[: len(packed) // 2])
    with pytest.raises(InputError, match="not an AWS Price List offer file"):
        read(path=path)


def test_a_file_of_another_version_than_its_index_names_is_not_used(folder, root):
    path = folder / "offers/v1.0/aws/AWSELB/20261120120000/eu-central-1/index.json"
    path.write_text(path.read_text().replace("20261120120000", "20250101000000"))
    plan = plan_refresh(read_region(Folder(folder), "eu-central-1"), "eu-central-1", root)
    assert (
        plan.missing["elb/alb_hour"] == "AWSELB: the file is of version 20250101000000, its index names 20261120120000"
    )


def test_the_newest_of_several_files_counts_and_that_of_another_region_never(tmp_path, root):
    (product,) = [each for each in price_list.PRODUCTS if each.row == "elb/alb_hour"]
    for name, published, usd in (
        ("old", "2026-01-01", "0.01"),
        ("new", "2026-11-01", "0.02"),
        ("us-west-2", "2027", "9"),
    ):
        document = price_list.offer("AWSELB", [product])
        document["publicationDate"] = published
        text = json.dumps(document).replace("0.0300000000", usd)
        (tmp_path / f"AWSELB-{name}.json").write_text(text)
    made = rows_of("eu-central-1", Folder(tmp_path), root)
    assert made["elb/alb_hour"]["price_usd"] == "0.02"


def test_a_price_far_from_the_reference_is_told(tmp_path, root):
    document = json.dumps(price_list.offer("AWSELB", price_list.PRODUCTS[:1])).replace("0.0300000000", "16.4250000000")
    (tmp_path / "elb.json").write_text(document)
    plan = plan_refresh(read_region(Folder(tmp_path), "eu-central-1"), "eu-central-1", root)
    assert plan.odd == ("elb/alb_hour: $16.425, in us-east-1 $0.0225",)


def test_a_row_that_came_from_the_price_list_is_lost_when_it_is_no_longer_there(folder, root):
    rows_of("eu-central-1", Folder(folder), root)
    path = folder / "offers/v1.0/aws/AWSELB/20261120120000/eu-central-1/index.json"
    path.write_text(path.read_text().replace("LoadBalancing:Gateway", "LoadBalancing:Other").replace("-Gateway", "-O"))
    lost = plan_refresh(read_region(Folder(folder), "eu-central-1"), "eu-central-1", root).moves
    assert [(move.path, move.suspicious) for move in lost] == [("eu-central-1/elb/gwlb_hour", True)]


def test_a_row_of_another_source_stays_and_blocks_nothing(folder, root):
    kept = root / "aws/eu-central-1/elb.toml"
    kept.parent.mkdir(exist_ok=True)
    kept.write_text(
        '[nlb_lcu_hour]\nprice_usd = "0.006"\nunit = "NLCU-hour"\nsource = "s 2026"\nconfidence = "quoted"\n'
    )
    plan = plan_refresh(read_region(Folder(folder), "eu-central-1"), "eu-central-1", root)
    assert [(move.path, move.suspicious) for move in plan.moves] == [("eu-central-1/elb/nlb_lcu_hour", False)]
    assert '"0.006"' in plan.files[kept]


def test_the_command_makes_a_region_and_a_stack_is_priced_there(plant, folder, root, monkeypatch):
    monkeypatch.setattr("cost.catalogue.ROOT", root)
    catalogue.reread()
    stack = {"type": "aws:lb/loadBalancer:LoadBalancer", "custom": True, "inputs": {"region": "eu-central-1"}}
    graph = graph_from_json({"resources": [{**stack, "urn": f"urn:pulumi:d::p::{stack['type']}::lb"}]}, "f")
    try:
        before = estimate(graph)
        assert before.lacking == {
            "eu-central-1": (
                "data_transfer/internet_out_gb",
                "elb/alb_hour",
                "elb/alb_lcu_hour",
                "vpc/public_ipv4_hour",
            )
        }
        assert "./plant prices refresh --region eu-central-1" in before.lacking_told[0]
        status, out, _ = plant("refresh", "--region", "eu-central-1", "--from", str(folder))
        assert status == 0
        assert "0 confirmed, 50 new, 0 changed or lost in eu-central-1" in out
        assert "  elb/gwlb_lcu_hour: no product of AWSELB fits" in out and "elb 5" in out
        after = estimate(graph)
        assert not after.unpriced and not after.lacking
        assert after.floor_usd == Decimal("0.03") * 730 + 2 * Decimal("0.006") * 730
    finally:
        catalogue.reread()


def test_only_the_named_offers_are_read(plant, folder, root):
    status, out, _ = plant("refresh", "--region", "eu-central-1", "--from", str(folder), "--service", "AWSELB")
    assert status == 0 and "rows: elb 5\n" in out


class Server(BaseHTTPRequestHandler):
    """A mirror of the price list that breaks connections off, and goes on where a client asks it to."""

    root: Path
    breaks = 0
    asked: list

    def do_GET(self):
        content = (self.root / self.path.lstrip("/")).read_bytes()
        begin = self.headers.get("Range", "bytes=0-")[6:-1]
        self.asked.append((self.path, int(begin)))
        rest = content[int(begin) :]
        self.send_response(206 if begin != "0" else 200)
        self.send_header("Content-Length", str(len(rest)))
        self.send_header("ETag", '"v"')
        self.end_headers()
        if type(self).breaks and "region_index" not in self.path and "AWSELB" in self.path:
            type(self).breaks -= 1
            rest = rest[: len(rest) // 2]
        self.wfile.write(rest)

    def log_message(self, *_):
        """Quiet."""


@pytest.fixture
def mirror(folder, tmp_path):
    Server.root, Server.asked, Server.breaks = folder, [], 0
    server = ThreadingHTTPServer(("127.0.0.1", 0), Server)
    threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True).start()
    yield Mirror(f"http://127.0.0.1:{server.server_port}", tmp_path / "cache")
    server.shutdown()
    server.server_close()


def test_a_mirror_is_asked_by_its_indexes_and_each_file_once(mirror, root):
    assert Decimal(rows_of("eu-central-1", mirror, root)["elb/alb_hour"]["price_usd"]) == Decimal("0.03")
    Server.asked.clear()
    read_region(mirror, "eu-central-1", ("AWSELB",))
    assert [path for path, _ in Server.asked] == ["/offers/v1.0/aws/AWSELB/current/region_index.json"]
    mirror.clear()
    assert not list(mirror.cache.rglob("*"))


def test_a_download_goes_on_where_it_broke(mirror, root):
    Server.breaks = 3
    rows_of("eu-central-1", mirror, root, wanted=("AWSELB",))
    begins = [begin for path, begin in Server.asked if "2026" in path]
    assert begins[0] == 0 and begins == sorted(set(begins)) and len(begins) == 4
    assert "elb/alb_hour" in rows_of("eu-central-1", mirror, root)


def test_a_download_that_keeps_breaking_is_kept_for_the_next_run(mirror):
    Server.breaks = 5
    with pytest.raises(InputError, match="run the command again, it goes on from there"):
        read_region(mirror, "eu-central-1", ("AWSELB",))
    Server.asked.clear()
    assert prices(read_region(mirror, "eu-central-1", ("AWSELB",)))["alb_hour"]
    assert next(begin for path, begin in Server.asked if "2026" in path) > 0


@pytest.mark.parametrize("address", ["https://example.com/x", "//example.com/x", "/offers/../../etc/passwd", ""])
def test_an_index_leads_nowhere_else(mirror, folder, address):
    index = folder / "offers/v1.0/aws/AWSELB/current/region_index.json"
    document = json.loads(index.read_text())
    document["regions"]["eu-central-1"]["currentVersionUrl"] = address
    index.write_text(json.dumps(document))
    assert "unexpected address" in read_region(mirror, "eu-central-1", ("AWSELB",)).gaps["AWSELB"]


def test_no_network_is_explained(tmp_path):
    with pytest.raises(InputError, match="give their folder with --from"):
        read_region(Mirror("http://127.0.0.1:9", tmp_path), "eu-central-1", ("AWSELB",))


def test_memory_does_not_grow_with_the_file(tmp_path):
    peaks = []
    for others in (10, 1_500):
        other = price_list.Product("AWSELB", "x" * 8_000, "EUC1-Other", "Hrs", price_list.flat("1"))
        path = tmp_path / f"{others}.json"
        path.write_text(json.dumps(price_list.offer("AWSELB", [*[other] * others, price_list.PRODUCTS[0]])))
        tracemalloc.start()
        assert prices(read_region(File(path), "eu-central-1", ("AWSELB",)))["alb_hour"]
        peaks.append(tracemalloc.get_traced_memory()[1])
        tracemalloc.stop()
    assert path.stat().st_size > 12_000_000
    assert peaks[1] - peaks[0] < 3_000_000


def test_every_price_says_how_it_is_found_or_why_it_is_in_no_offer_file():
    for price in all_prices():
        row = f"cost/prices/offers/{price.service}.toml [prices.{price.key}]"
        priced = f"cost/prices/aws/{price.region}/{price.service}.toml [{price.key}]"
        selector = selector_of(price.service, price.key)
        assert selector is not None, (
            f"{row} is missing: write unit, usage_type and attributes, or absent with the reason"
        )
        assert selector.unit == price.unit, f"{row}: unit is {selector.unit!r}, and {price.unit!r} in {priced}"
        assert selector.everywhere == (price.region == "global"), (
            f"{row}: everywhere is {selector.everywhere}, and the price is in {priced}"
        )
        assert selector.absent or (selector.offers and selector.usage_types), f"{row}: write offer and usage_type"
        assert price.observed_on, f"{priced}: write observed_on, the day of the source"


@pytest.mark.parametrize(
    ("usage_type", "without"),
    [
        ("LoadBalancerUsage", "LoadBalancerUsage"),
        ("EUC1-LoadBalancerUsage", "LoadBalancerUsage"),
        ("EU-NatGateway-Hours", "NatGateway-Hours"),
        ("us-west-2-KMS-Requests", "KMS-Requests"),
        ("IA-TimedStorage-ByteHrs", "IA-TimedStorage-ByteHrs"),
        ("PS-Advanced-Param-Tier1", "PS-Advanced-Param-Tier1"),
        ("VPN-Usage-Hours:ipsec.1", "VPN-Usage-Hours:ipsec.1"),
        ("APS3-USE1-AWS-Out-Bytes", "USE1-AWS-Out-Bytes"),
    ],
)
def test_only_the_prefix_of_a_region_is_taken_off(usage_type, without):
    assert bare(usage_type) == without


@pytest.mark.parametrize(
    ("offered", "ours", "scale"),
    [
        ("Hrs", "ALB-hour", 1),
        ("GiBps-mo", "MBps-month", Decimal(1) / 1024),
        ("GB-Second", "GB-hour", 3600),
        ("Hrs", "parameter-month", 730),
        ("Terabytes", "TB", 1),
        ("Keys", "key-month", 1),
        ("Requests", "1M requests", 1),
    ],
)
def test_units_of_an_offer_become_ours(offered, ours, scale):
    assert scale_of(offered, ours) == scale
