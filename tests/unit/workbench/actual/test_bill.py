"""Exports are read in every format and packing, summed up exactly, and refused with a reason when they are none."""

from __future__ import annotations

import os
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
from bills.exports import FORMATS, PACKINGS, Billed, write

from deployment.errors import InputError
from workbench.actual.bill import Wanted, read_bill
from workbench.actual.columns import CREDIT, DISCOUNT, PURCHASE, REFUND, TAX, USAGE

BALANCER = "arn:aws:elasticloadbalancing:us-east-1:123456789012:loadbalancer/app/plant/1a2b3c4d"
OURS = {"StackId": "plant-dev"}
WANTED = Wanted(frozenset({BALANCER, "fleet-1234", "my-bucket"}), frozenset({"123456789012"}), ("StackId", "plant-dev"))
COVERED = "SavingsPlanCoveredUsage"
CHARGES = [
    Billed(Decimal("0.0225"), "AWSELB", "LoadBalancerUsage", resource=BALANCER, tags=OURS),
    Billed(Decimal("0.0000000012"), resource="i-0123", tags={**OURS, "aws:autoscaling:groupName": "fleet-1234"}),
    Billed(Decimal("0.023"), "AmazonS3", "TimedStorage-ByteHrs", resource="my-bucket"),
    Billed(Decimal("1"), resource="i-0456", category=COVERED, amortised=Decimal("0.7")),
    Billed(Decimal("7"), account="999999999999", resource="i-0789", tags={"StackId": "other"}),
    Billed(Decimal("-1.5"), category="Credit"),
    Billed(Decimal("0.5"), category="Tax"),
    Billed(Decimal("-0.25"), category="Refund"),
    Billed(Decimal("30"), category="Fee", amortised=Decimal("30")),
]

AMORTISED = sum(one.cost if one.amortised is None else one.amortised for one in CHARGES)


def paid(bill, **wanted):
    """Amortised dollars of the groups whose fields are as given."""
    matching = [
        sums.amortised
        for group, sums in bill.groups.items()
        if all(getattr(group, key) == value for key, value in wanted.items())
    ]
    return sum(matching, Decimal(0))


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("format_", FORMATS)
def test_every_format_and_packing_says_the_same(tmp_path, format_, packing):
    bill = read_bill([str(write(tmp_path, CHARGES, format_, packing))], WANTED)
    assert bill.total("USD", amortised=False) == sum(one.cost for one in CHARGES if one.category != COVERED)
    assert bill.total("USD", amortised=True) == AMORTISED
    assert paid(bill, identity=BALANCER) == Decimal("0.0225")
    assert paid(bill, fleet="fleet-1234") == Decimal("0.0000000012")
    assert paid(bill, identity="my-bucket") == Decimal("0.023")
    assert paid(bill, account="", kind=USAGE) == 7
    assert paid(bill, owner="plant-dev") == Decimal("0.0225") + Decimal("0.0000000012")
    kinds = {CREDIT: "-1.5", TAX: "0.5", REFUND: "-0.25", PURCHASE: "30"}
    assert {kind: paid(bill, kind=kind) for kind in kinds} == {kind: Decimal(usd) for kind, usd in kinds.items()}
    assert bill.periods["2026-10"].begins.hour == 0
    assert bill.periods["2026-10"].ends.hour == 1


def test_version_of_focus_is_told(tmp_path):
    names = [
        read_bill([str(write(tmp_path, CHARGES, format_))], WANTED).formats for format_ in FORMATS if "focus" in format_
    ]
    assert names == [["FOCUS 1.0"], ["FOCUS 1.1"], ["FOCUS 1.2"], ["FOCUS 1.3"]]


@pytest.mark.parametrize("packing", PACKINGS)
@pytest.mark.parametrize("spelled", [str, str.lower])
def test_a_pods_part_of_a_shared_node_is_its_stacks_by_the_tags_of_the_pod(tmp_path, packing, spelled):
    """FOCUS 1.3: the parts stand in place of the node's charge and add up to it; what is left of it has no pod."""
    node = Billed(Decimal("1"), resource="i-0456", account="999999999999", tags={"Team": "platform"})
    charges = [
        replace(node, cost=Decimal("0.5"), allocated=("pod/plant-dev/api", OURS)),
        replace(node, cost=Decimal("0.3"), allocated=("pod/shop/cart", {"StackId": "shop"})),
        replace(node, cost=Decimal("0.2")),
    ]
    path = write(tmp_path, charges, "focus-1.3", packing)
    if packing == "csv":
        header, rest = path.read_text().split("\n", 1)
        path.write_text(f"{spelled(header)}\n{rest}")
    bill = read_bill([str(path)], WANTED)
    assert bill.total("USD", amortised=True) == 1
    assert paid(bill, owner="plant-dev") == Decimal("0.5")
    assert paid(bill, account="") == Decimal("0.5")


def test_a_database_that_spells_out_nothing_means_nothing(tmp_path):
    """As the FinOps Foundation's own sample data does: NULL, and times with a blank."""
    path = write(tmp_path, [Billed(Decimal("3"), "AmazonS3", "TimedStorage-ByteHrs")], "focus-1.0")
    header, line = path.read_text().splitlines()
    cells = [cell or "NULL" for cell in line.replace("T00:00:00Z", " 00:00:00").split(",")]
    path.write_text(f"{header}\n{','.join(cells)}\n")
    ((group, sums),) = read_bill([str(path)], WANTED).groups.items()
    assert (group.month, group.resource, group.kind, sums.amortised) == ("2026-10", "", USAGE, 3)


def test_a_line_without_an_effective_cost_costs_what_was_billed(tmp_path):
    path = write(tmp_path, [Billed(Decimal("3"))], "focus-1.2")
    header, line = path.read_text().splitlines()
    cells = [
        "" if name == "EffectiveCost" else cell for name, cell in zip(header.split(","), line.split(","), strict=True)
    ]
    path.write_text(f"{header}\n{','.join(cells)}\n")
    ((_, sums),) = read_bill([str(path)], WANTED).groups.items()
    assert (sums.billed, sums.amortised) == (3, 3)


@pytest.mark.parametrize("name", ["resourceTags/user:stack-id", "resourceTags/user:Stack Id"])
def test_tags_of_a_legacy_report_are_found_however_they_are_spelled(tmp_path, name):
    path = write(tmp_path, [Billed(Decimal("3"))], "cur-legacy")
    header, line = path.read_text().splitlines()
    path.write_text(f"{header.replace('resourceTags/user:StackId', name)}\n{line[:-1]}plant-dev,\n")
    bill = read_bill([str(path)], WANTED)
    assert (paid(bill, owner="plant-dev"), bill.formats) == (3, ["legacy CUR"])


def test_commitments_of_cur_are_amortised_and_their_upfront_is_not_counted_twice(tmp_path):
    lines = [
        Billed(Decimal("1"), category=COVERED, amortised=Decimal("0.7")),
        Billed(Decimal("-1"), category="SavingsPlanNegation"),
        Billed(Decimal("500"), category="SavingsPlanUpfrontFee"),
        Billed(Decimal("-0.3"), category="EdpDiscount"),
    ]
    bill = read_bill([str(write(tmp_path, lines, "cur-2.0"))], WANTED)
    assert bill.total("USD", amortised=True) == Decimal("0.4")
    assert bill.total("USD", amortised=False) == Decimal("499.7")
    assert paid(bill, kind=DISCOUNT) == Decimal("-0.3")
    assert {group.kind: sums.billed for group, sums in bill.groups.items()}[USAGE] == 0


def test_discounts_that_are_columns_are_taken_off_and_those_that_are_lines_are_lines(tmp_path):
    path = write(tmp_path, [Billed(Decimal(10))], "cur-2.0")
    header, line = path.read_text().splitlines()
    path.write_text(f"{header},line_item_net_unblended_cost,discount_total_discount\n{line},9,-1\n")
    assert read_bill([str(path)], WANTED).total("USD", amortised=True) == 9
    path.write_text(f"{header},line_item_net_unblended_cost\n{line},9\n")
    assert read_bill([str(path)], WANTED).total("USD", amortised=True) == 10


def test_months_and_formats_of_several_files_are_added_up_and_a_file_counts_once(tmp_path):
    first = write(tmp_path, [Billed(Decimal("1"), month="2026-09")], "focus-1.0", "parquet", "september")
    second = write(tmp_path, [Billed(Decimal("2"))], "focus-1.2", "csv.gz", "october")
    bill = read_bill([str(first), str(second), str(tmp_path), f"{tmp_path}/*.parquet"], WANTED)
    assert bill.total("USD", amortised=True) == 3
    assert (bill.files, sorted(bill.formats)) == (2, ["FOCUS 1.0", "FOCUS 1.2"])


HOURS = [
    Billed(Decimal(n) / 1000, resource=BALANCER, begins=f"2026-10-{1 + n // 24:02}T{n % 24:02}:00:00")
    for n in range(1, 601)
]


@pytest.mark.parametrize(
    ("again", "format_", "packing"),
    [
        pytest.param(HOURS, "focus-1.2", "csv.gz", id="packed otherwise"),
        pytest.param(HOURS, "focus-1.0", "parquet", id="of another version"),
        pytest.param(HOURS[:100], "focus-1.2", "csv", id="of an earlier day"),
        pytest.param([*HOURS[24:], *(replace(one, cost=one.cost * 2) for one in HOURS[:24])], "focus-1.2", "csv",
                     id="after a correction"),
        pytest.param([*HOURS, Billed(Decimal(3), month="2026-09")], "focus-1.2", "csv", id="with another month"),
    ],
)  # fmt: skip
def test_lines_that_were_read_already_are_refused(tmp_path, again, format_, packing):
    paths = [write(tmp_path, HOURS, name="first"), write(tmp_path, again, format_, packing, "second")]
    for some in (paths, paths[::-1]):
        with pytest.raises(InputError, match=r"first\.csv.*second\.|second\..*first\.csv") as refused:
            read_bill(map(str, some), WANTED)
        assert "hold the same lines, which would count twice" in str(refused.value)


def test_parts_of_an_export_are_added_up(tmp_path):
    # By turns, so that all have lines of all days; what costs nothing is alike in many of them.
    free = Billed(Decimal(0), "AmazonS3", "Requests-Tier1", resource="my-bucket")
    for part in range(7):
        write(tmp_path, [*HOURS[part::7], free], name=f"part-{part}")
    bill = read_bill([str(tmp_path)], WANTED)
    assert (bill.total("USD", amortised=True), bill.files) == (sum(one.cost for one in HOURS), 7)


def test_columns_are_found_in_any_case(tmp_path):
    path = write(tmp_path, CHARGES)
    header, lines = path.read_text().split("\n", 1)
    expected = read_bill([str(path)], WANTED).groups
    for spelled in (header.lower(), header.upper()):
        path.write_text(f"{spelled}\n{lines}")
        assert read_bill([str(path)], WANTED).groups == expected


@pytest.mark.parametrize("moment", ["infinity", "-infinity", "0001-01-01", "9999-12-31", "290000-01-01"])
def test_moments_of_no_calendar_are_none(tmp_path, moment):
    path = write(tmp_path, [Billed(Decimal(1), hours=744)])
    text = path.read_text()
    path.write_text(text.replace("2026-10-01T00:00:00Z", moment, 1))
    with pytest.raises(InputError, match="1 line without a billing period"):
        read_bill([str(path)], WANTED)
    end = text.replace(f",{Billed(Decimal(1), hours=744).times[1]},2026-10-01T00:00:00Z,", f",{moment},2026-10-01,")
    assert end != text
    path.write_text(end)
    assert read_bill([str(path)], WANTED).periods["2026-10"].ends is None


def test_the_same_month_as_focus_and_as_cur_is_refused(tmp_path):
    write(tmp_path, CHARGES, "focus-1.2")
    write(tmp_path, CHARGES, "cur-2.0", "parquet")
    with pytest.raises(InputError, match=r"the bill of 2026-10 as FOCUS and as CUR; give one of them"):
        read_bill([str(tmp_path)], WANTED)


def test_deliveries_of_one_month_are_not_added_up(tmp_path):
    for delivery in ("2026-11-01T01-first", "2026-11-02T01-second"):
        folder = tmp_path / "data" / "BILLING_PERIOD=2026-10" / delivery
        folder.mkdir(parents=True)
        write(folder, CHARGES, packing="parquet")
    with pytest.raises(InputError, match=r"2 deliveries of one billing period.*2026-10/2026-11-02T01-second"):
        read_bill([str(tmp_path)], WANTED)
    assert read_bill([str(folder)], WANTED).files == 1


def test_currencies_are_kept_apart(tmp_path):
    lines = [Billed(Decimal("2")), Billed(Decimal("9"), currency="eur")]
    bill = read_bill([str(write(tmp_path, lines))], WANTED)
    assert bill.currencies == ["EUR", "USD"]
    assert (bill.total("USD", amortised=True), bill.total("EUR", amortised=True)) == (2, 9)


def test_names_that_look_like_patterns_are_names(tmp_path):
    folder = tmp_path / "bill[1]*"
    folder.mkdir()
    write(folder, CHARGES)
    write(tmp_path, [Billed(Decimal("99"))], name="bill1x")
    assert read_bill([str(folder)], WANTED).total("USD", amortised=True) == AMORTISED


def test_a_tag_in_a_column_of_its_own_is_found(tmp_path):
    path = write(tmp_path, [Billed(Decimal("3"))], "cur-2.0")
    header, line = path.read_text().splitlines()
    path.write_text(f"{header},resource_tags_user_stack_id\n{line},plant-dev\n")
    assert paid(read_bill([str(path)], WANTED), owner="plant-dev") == 3


PROGRAM = Path(__file__).parents[3] / "fixtures" / "programs" / "serverless_api.json"


def altered(path: Path, old: str, new: str) -> Path:
    path.write_text(path.read_text().replace(old, new, 1))
    return path


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"", "is empty", id="empty"),
        pytest.param(b"PK\x03\x04....", "zip archive; unpack", id="zip"),
        pytest.param(b"\x1f\x8bnot gzip at all", "can't be read", id="broken gzip"),
        pytest.param(b"PAR1 and nothing more", "can't be read", id="broken parquet"),
        pytest.param(b"\xff\xfe\x00a\x00,", "", id="binary"),
        pytest.param(PROGRAM.read_bytes(), "no CSV with commas, in UTF-8", id="JSON"),
        pytest.param(b"name,cost\nx,1\n", "neither FOCUS 1.x nor CUR", id="other columns"),
        pytest.param(
            b"lineItem/UnblendedCost,lineItem/UsageStartDate\n1,2026-10-01T00:00:00Z\n",
            "looks like legacy CUR, but has no column line_item_usage_end_date",
            id="part of a legacy report",
        ),
        pytest.param(b"ChargePeriodStart,BilledCosts\n2026-10-01,1\n", "no column BilledCost (there is", id="misspelt"),
        pytest.param(b"\x1b[31mred,b\n1,2\n", r"\x1b[31mred", id="control characters"),
        pytest.param(("a" * 32_000_000).encode(), "CSV Error on Line: 1 Maximum line size of", id="one endless line"),
    ],
)
def test_what_is_no_export_is_refused_with_a_reason(tmp_path, content, told):
    path = tmp_path / "bill.csv"
    path.write_bytes(content)
    with pytest.raises(InputError) as error:
        read_bill([str(path)], WANTED)
    assert told in str(error.value)
    assert "\x1b" not in str(error.value)


def test_costs_that_are_no_numbers_are_refused_not_left_out(tmp_path):
    path = altered(write(tmp_path, [Billed(Decimal("0.1234567"))]), "0.1234567", "=1+1")
    with pytest.raises(
        InputError, match=r"1 line whose BilledCost or EffectiveCost or ConsumedQuantity is no number, e\.g\. '=1"
    ):
        read_bill([str(path)], WANTED)


def test_quantities_that_are_no_numbers_are_refused(tmp_path):
    path = altered(write(tmp_path, [Billed(Decimal(1), quantity=Decimal("0.7654321"))], "cur-2.0"), "0.7654321", "many")
    with pytest.raises(
        InputError, match=r"1 line whose line_item_unblended_cost or line_item_usage_amount is no number"
    ):
        read_bill([str(path)], WANTED)


def test_costs_without_end_are_refused(tmp_path):
    path = write(tmp_path, [Billed(Decimal("1e300"))], "cur-2.0", "parquet")
    with pytest.raises(InputError, match="is no number"):
        read_bill([str(path)], WANTED)
    path = write(tmp_path, [Billed(Decimal("1e300"))])  # both of its costs are none, and it is one line
    with pytest.raises(InputError, match="1 line whose BilledCost or EffectiveCost or "):
        read_bill([str(path)], WANTED)


def test_lines_without_a_period_are_refused(tmp_path):
    path = altered(write(tmp_path, [Billed(Decimal(1))]), "2026-10-01T00:00:00Z", "someday")
    path.write_text(path.read_text().replace("2026-10-01T00:00:00Z", "someday"))
    with pytest.raises(InputError, match="1 line without a billing period"):
        read_bill([str(path)], WANTED)


@pytest.mark.parametrize(
    "given", ["nowhere.csv", "no*where", "xyz://bucket/key", "ftp://127.0.0.1:1/x", "http://127.0.0.1:1/x.csv"]
)
def test_nothing_there_is_told(tmp_path, monkeypatch, given):
    monkeypatch.chdir(tmp_path)
    with pytest.raises(InputError, match=r"no such file|no such kind of storage; allowed: file://, s3://"):
        read_bill([given], WANTED)


def test_a_pipe_is_not_waited_for(tmp_path):
    os.mkfifo(tmp_path / "pipe.csv")
    for given in ("-", str(tmp_path / "pipe.csv")):
        with pytest.raises(InputError, match="is no regular file"):
            read_bill([given], WANTED)


def test_accounts_of_others_take_no_room(tmp_path):
    """A thousand accounts with a thousand resources come out as one group."""
    lines = [
        Billed(Decimal(1), account=f"9{index:011}", resource=f"i-{index}", usage_type=f"type-{index}")
        for index in range(1000)
    ]
    bill = read_bill([str(write(tmp_path, lines))], WANTED)
    assert len(bill.groups) == 1
    assert bill.total("USD", amortised=True) == 1000


@pytest.mark.slow
def test_a_bucket_is_read_through_its_file_system(tmp_path, monkeypatch):
    moto_server = pytest.importorskip("moto.server")
    pytest.importorskip("s3fs")
    import boto3

    for name, value in {
        "AWS_ACCESS_KEY_ID": "x",
        "AWS_SECRET_ACCESS_KEY": "x",
        "AWS_DEFAULT_REGION": "us-east-1",
    }.items():
        monkeypatch.setenv(name, value)
    server = moto_server.ThreadedMotoServer(port=0)
    server.start()
    try:
        host, port = server.get_host_and_port()
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://{host}:{port}")
        client = boto3.client("s3")
        client.create_bucket(Bucket="bills")
        half = len(CHARGES) // 2
        for packing, some in (("csv.gz", CHARGES[:half]), ("parquet", CHARGES[half:])):
            path = write(tmp_path, some, "focus-1.2", packing)
            client.upload_file(str(path), "bills", f"export/{packing}/{path.name}")
        client.put_object(Bucket="bills", Key="export/Manifest.json", Body=b"{}")
        parts = ["s3://bills/export/csv.gz/focus-1.2.csv.gz", "s3://bills/export/parquet/*.parquet"]
        assert sum(read_bill([part], WANTED).total("USD", amortised=True) for part in parts) == AMORTISED
        assert read_bill(["s3://bills/export"], WANTED).total("USD", amortised=True) == AMORTISED
        with pytest.raises(InputError, match="hold the same lines"):
            read_bill(["s3://bills/export", str(write(tmp_path, CHARGES, "focus-1.0"))], WANTED)
        with pytest.raises(InputError, match="s3://bills/nothing"):
            read_bill(["s3://bills/nothing"], WANTED)
    finally:
        server.stop()
