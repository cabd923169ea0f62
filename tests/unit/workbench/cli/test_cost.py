"""`./plant cost` at the command line: formats, exit statuses, errors."""

from __future__ import annotations

import io
import json
import re
import sys
from decimal import Decimal
from pathlib import Path

import pytest

from cost import estimate
from cost.catalogue import REGION
from deployment.graph import Resource, ResourceGraph
from workbench.cli.main import run
from workbench.report.cost_table import in_cents
from workbench.report.money import shown

KEY = {"urn": "urn:pulumi:s::p::aws:kms/key:Key::key", "type": "aws:kms/key:Key", "custom": True, "inputs": {}}
FLEET = {"urn": "urn:pulumi:s::p::aws:gamelift/fleet:Fleet::f", "type": "aws:gamelift/fleet:Fleet", "custom": True}
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"
BUCKET = {"urn": "urn:pulumi:s::p::aws:s3/bucket:Bucket::logs", "type": "aws:s3/bucket:Bucket", "custom": True}
QUEUE = {"urn": "urn:pulumi:s::p::aws:sqs/queue:Queue::orders", "type": "aws:sqs/queue:Queue", "custom": True}


@pytest.fixture
def write(tmp_path):
    """`write(name, resource, …)`: a deployment file of these resources, in us-east-1."""

    def written(name, *resources):
        provider = {
            "urn": "urn:pulumi:s::p::pulumi:providers:aws::default",
            "type": "pulumi:providers:aws",
            "custom": True,
            "inputs": {"region": "us-east-1"},
        }
        path = tmp_path / name
        path.write_text(json.dumps({"version": 3, "deployment": {"resources": [provider, *resources]}}))
        return str(path)

    return written


@pytest.fixture
def plant(capsys):
    """`plant(argument, …)`: exit status, standard output, standard error."""

    def ran(*arguments):
        capsys.readouterr()
        status = run(["cost", *arguments])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ran


def test_a_table_shows_components_lines_and_figures(plant, write):
    status, out, err = plant(write("a.json", KEY))
    assert status == 0 and err == ""
    assert "Customer managed key" in out and "Expected total" in out and "worst case" in out
    assert all(len(line) <= 80 for line in out.splitlines() if "a.json" not in line)  # a path is never broken


PROGRAMS = Path(__file__).parents[4] / "tests" / "fixtures" / "programs"
SCREEN = 40


@pytest.mark.parametrize("limit", [(), ("--limit", "20")], ids=["without a budget", "over its budget"])
@pytest.mark.parametrize("program", ["eks_cluster", "serverless_api", "three_tier_web_app"])
def test_a_program_of_somebody_else_is_told_on_one_screen(plant, program, limit):
    """Verdict, reason and what to set, figures, largest charges; they and the rest add up to the cent."""
    _, out, _ = plant(str(PROGRAMS / f"{program}.json"), *limit)
    lines = out.splitlines()
    assert len(lines) <= SCREEN
    assert lines[1].startswith("  blocked: expected" if limit else "  $")
    assert ("  to set: " in lines[2] or "  to set: " in lines[3]) == bool(limit)
    expected = Decimal(re.search(r"expected +\$([\d,.]+)", out)[1].replace(",", ""))
    charges = out.partition("charges a month\n")[2].partition("\n\n")[0]
    amounts = re.findall(r"(-?)\$([\d,.]+)(?: \*)?$", charges, re.MULTILINE)
    assert sum(Decimal(sign + usd.replace(",", "")) for sign, usd in amounts) == expected
    assert "--all lists every charge" in lines[-1]


def test_a_program_that_declares_no_hours_is_told_no_key_to_set(plant):
    # `costBasis` is what our own root component publishes
    _, out, _ = plant(str(PROGRAMS / "eks_cluster.json"), "--limit", "300", "--levers")
    assert "h a month, destroyed in between" in " ".join(out.split()) and "costBasis" not in out


def test_hundreds_of_resources_without_a_price_are_told_on_one_screen(plant, write):
    file = write("a.json", *({**FLEET, "urn": f"{FLEET['urn']}{number}"} for number in range(300)))
    _, out, _ = plant(file)
    assert "blocked: a resource without a price" in out and "and 294 others" in out
    assert len(out.splitlines()) <= SCREEN
    assert plant(file, "--all")[1].count("no estimator for this type") == 300


def test_json_is_one_object_for_one_file_and_a_list_for_several(plant, write):
    one, other = write("a.json", KEY), write("b.json", QUEUE)
    assert json.loads(plant(one, "--format", "json")[1])["cost"]["currency"] == "USD"
    assert len(json.loads(plant(one, other, "--format", "json")[1])) == 2


def test_infracost_format_is_json_with_projects(plant, write):
    assert json.loads(plant(write("a.json", KEY), "--format", "infracost")[1])["projects"]


def test_the_result_can_go_to_a_file(plant, write, tmp_path):
    status, out, _ = plant(write("a.json", KEY), "--format", "json", "--out", str(tmp_path / "cost.json"))
    assert (status, out) == (0, "")
    assert json.loads((tmp_path / "cost.json").read_text())["verdict"] == "pass"


def test_a_resource_without_a_price_blocks(plant, write):
    status, out, _ = plant(write("a.json", FLEET))
    assert status == 1
    assert "no estimator for this type" in out and "blocked" in out


@pytest.mark.parametrize(("limit", "status"), [("2", 0), ("$2.00", 0), ("0.50", 1)])
def test_a_limit_blocks_what_exceeds_it(plant, write, limit, status):
    assert plant(write("a.json", KEY), "--limit", limit)[0] == status


def test_a_base_shows_old_new_and_change(plant, write):
    _, out, _ = plant(write("new.json", KEY, QUEUE), "--base", write("old.json", KEY))
    assert "Against the base" in out and "orders" in out


def test_a_usage_file_counts(plant, write, tmp_path):
    usage = tmp_path / "usage.yml"
    usage.write_text("version: 0.1\nresource_usage:\n  orders:\n    monthly_requests: 10000000\n")
    document = json.loads(
        plant(write("a.json", QUEUE), "--usage", str(usage), "--format", "json", "--no-allowances")[1]
    )
    assert Decimal(document["cost"]["expected"]) == Decimal("4.00")


def test_allowances_can_be_left_out(plant, write):
    with_them = json.loads(plant(write("a.json", QUEUE), "--format", "json")[1])["cost"]
    without = json.loads(plant(write("a.json", QUEUE), "--format", "json", "--no-allowances")[1])["cost"]
    assert (with_them["expected"], without["expected"]) == ("0.00", "0.40")


def alarms(stack, count):
    """Alarms of one metric each, $0.10 a month; the account's first ten are free."""
    return [
        {"urn": f"urn:pulumi:{stack}::p::{ALARM}::a{number}", "type": ALARM, "custom": True, "inputs": {"period": 60}}
        for number in range(count)
    ]


def test_allowances_count_once_over_the_files_in_every_format(plant, write):
    files = write("one.json", *alarms("one", 10)), write("two.json", *alarms("two", 10))
    documents = json.loads(plant(*files, "--format", "json")[1])
    assert [each["cost"]["expected"] for each in documents] == ["0.50", "0.50"]
    assert [each["cost"]["withoutAllowances"]["expected"] for each in documents] == ["1.00", "1.00"]
    assert Decimal(json.loads(plant(*files, "--format", "infracost")[1])["totalMonthlyCost"]) == 1
    shown = " ".join(plant(*files)[1].split())
    assert shown.count("$0.50") >= 2 and shown.count("once for the 2 files together") == 2


def test_a_tier_of_a_price_counts_over_all_files(plant, write, tmp_path):
    # S3: the account's first 50 TB of a Region are dearer, so two buckets of 50 TB fill it only once
    usage = tmp_path / "usage.yml"
    usage.write_text("version: 0.1\nresource_usage:\n  logs:\n    storage_gb: 51200\n")
    one, other = write("one.json", BUCKET), write("two.json", BUCKET)
    asked = ("--usage", str(usage), "--format", "json", "--no-allowances")
    alone = Decimal(json.loads(plant(one, *asked)[1])["cost"]["expected"])
    both = [Decimal(each["cost"]["expected"]) for each in json.loads(plant(one, other, *asked)[1])]
    assert 2 * alone - sum(both) == (Decimal("0.023") - Decimal("0.022")) * 51200


def test_a_preview_is_compared_with_what_it_finds_deployed(plant, tmp_path):
    states = [
        {"urn": f"urn:pulumi:s::p::{token}::{name}", "type": token, "custom": True, "inputs": inputs}
        for token, name, inputs in (
            ("pulumi:providers:aws", "default", {"region": "us-east-1"}),
            (KEY["type"], "key", {}),
            (QUEUE["type"], "orders", {}),
        )
    ]
    provider, key, queue = states
    steps = [
        {"op": "same", "urn": provider["urn"], "oldState": provider, "newState": provider},
        {"op": "create", "urn": key["urn"], "newState": key},
        {"op": "delete", "urn": queue["urn"], "oldState": queue},
    ]
    path = tmp_path / "preview.json"
    path.write_text(json.dumps({"steps": steps}))
    changes = json.loads(plant(str(path), "--format", "json")[1])["changes"]
    assert (changes["old"], changes["new"]) == ("0.00", "1.00")


def test_every_further_section_can_be_shown(plant, deployment, tmp_path):
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(deployment("dev")))
    status, out, _ = plant(str(path), "--levers", "--controls", "--rollout", "--quantiles")
    assert status == 0
    for title in ("What would save", "What controls cost", "Canary rollout", "Sampled months"):
        assert title in out


@pytest.mark.parametrize("width", [20, 40, 60, 80, 160])
def test_a_table_is_as_wide_as_the_terminal(plant, write, deployment, tmp_path, monkeypatch, width):
    """Nothing is wider, nothing fails in a narrow one, and each amount of a wide one is in a narrow one, too."""
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(deployment("dev")))
    arguments = [str(path), "--base", write("a.json", KEY)]
    amounts = set(re.findall(r"\$[0-9.]+", plant(*arguments)[1]))
    monkeypatch.setattr("workbench.cli.cost.layout", lambda _: {"colours": False, "width": width})
    status, out, err = plant(*arguments)
    assert status == 0, err
    assert set(re.findall(r"\$[0-9.]+", out)) >= amounts
    too_wide = [line for line in out.splitlines() if len(line) > width and "dev.json" not in line]
    assert too_wide == [] or width == 20


def test_standard_input_is_a_file_named_dash(plant, write, monkeypatch):
    with open(write("a.json", KEY), "rb") as file:  # noqa: PTH123 - bytes for a fake standard input
        monkeypatch.setattr(sys, "stdin", io.TextIOWrapper(io.BytesIO(file.read())))
    assert "standard input" in plant("-")[1]


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        (["none.json"], "can't be read"),
        (["-", "-"], "can be read once only"),
        (["{file}", "--region", "mars"], "us-east-1"),
        (["{file}", "--limit", "much"], "must be dollars a month"),
        (["{file}", "--limit", "1e400"], "must be dollars a month"),
        (["{file}", "--region", ""], "an argument is empty"),
        (["{file}", "--region", "us-esat-1"], "not the name of an AWS Region"),
        (["{file}", "--usage", "none.yml"], "can't be read"),
        (["{file}", "--format", "xml"], "xml"),
        ([], "FILE"),
    ],
    ids=str,
)
def test_bad_input_is_one_clear_line_and_status_2(plant, write, arguments, problem):
    file = write("a.json", KEY)
    status, out, err = plant(*(file if each == "{file}" else each for each in arguments))
    assert (status, out) == (2, "")
    assert problem in err and "Traceback" not in err


def test_what_is_wrong_with_options_and_files_is_told_at_once(plant, tmp_path):
    status, _, err = plant("none.json", str(tmp_path), "--limit", "nan", "--base", "http://none", "--usage", "none.yml")
    told = [line.removeprefix("error: ").split(": ")[0] for line in err.splitlines()]
    assert status == 2 and told == ["--limit nan", "none.yml", "none.json", str(tmp_path), "http://none"]


@pytest.mark.parametrize(
    ("text", "problem"),
    [
        ("version: 0.1\nresource_usage: {orders: {monthly_request: 1}}", "did you mean 'monthly_requests'?"),
        ("version: [", "not readable as YAML: line 2, column 1: "),
        ("resource_usage: {}", "version is missing; allowed: 0.1"),
        (b"version: 0.1\n\xe9", "not readable as YAML: line 2: it is no text in UTF-8"),
        ("\x00", "not readable as YAML: "),
        ("[" * 30_000, "not readable as YAML: line 1: nested more than 50 deep"),
        ("a: &x [*x]", "the alias *x is inside of an anchor"),
        ("version: 0.1\nversion: 0.1", "'version' is there twice"),
        ("!!python/object/apply:os.system ['true']", "not readable as YAML"),
        ("x" * 1_000_001, "larger than 1,000,000 bytes"),
    ],
    ids=["key", "yaml", "no version", "Latin-1", "no text", "deep", "aliases", "twice", "code", "large"],
)
def test_a_bad_usage_file_is_explained(plant, write, tmp_path, text, problem):
    usage = tmp_path / "usage.yml"
    usage.write_bytes(text if isinstance(text, bytes) else text.encode())
    status, _, err = plant(write("a.json", QUEUE), "--usage", str(usage))
    assert status == 2 and problem in err


def test_a_stack_without_a_region_asks_for_one(plant, tmp_path):
    path = tmp_path / "a.json"
    path.write_text(json.dumps({"resources": [KEY]}))
    status, _, err = plant(str(path))
    assert status == 2 and "--region" in err and str(path) in err
    assert plant(str(path), "--region", "us-east-1")[0] == 0


def test_every_region_that_aws_has_is_the_name_of_one():
    from botocore.session import get_session

    session = get_session()
    partitions = session.get_available_partitions()
    regions = [name for each in partitions for name in session.get_available_regions("ec2", each)]
    assert len(regions) > 30
    assert [name for name in regions if not REGION.fullmatch(name)] == []


def test_what_drives_the_cost_has_the_cents_of_its_row(plant, tmp_path):
    # 5 x 730 x .00013 is 47.45 cents, which the total rounds up: one cent on the whole screen
    token = "aws:dynamodb/table:Table"
    table = {"urn": f"urn:pulumi:d::p::{token}::t", "type": token, "custom": True, "id": "t"}
    inputs = {"readCapacity": 5, "writeCapacity": 5, "region": "us-east-1"}
    file = tmp_path / "stack.json"
    file.write_text(json.dumps({"resources": [{**table, "inputs": inputs}]}))
    _, out, _ = plant(str(file))
    row = next(line for line in out.splitlines() if "Read capacity units" in line)
    assert row.endswith("$0.48") and "driven by t $2.37, t $0.48, t $0.25" in out


def test_equal_charges_of_half_a_cent_add_up_to_their_total():
    token = "aws:ec2/launchTemplate:LaunchTemplate"
    of = {"id": "t", "latestVersion": 1}
    device = {"ebs": {"volumeType": "io1", "volumeSize": 1}}
    launch = {"instanceType": "m7g.medium", "blockDeviceMappings": [{"ebs": {"volumeType": "gp3"}}, device, device]}
    template = Resource(f"urn:pulumi:d::p::{token}::t", token, "t", launch, of)
    token = "aws:ec2/instance:Instance"
    inputs = {"launchTemplate": {"id": "t"}, "region": "us-east-1", "associatePublicIpAddress": False}
    found = estimate(ResourceGraph([template, Resource(f"urn:pulumi:d::p::{token}::i", token, "i", inputs)]))
    volumes = [line for line in found.lines if "io1" in line.item and line.monthly_usd]
    assert [line.monthly_usd for line in volumes] == [Decimal("0.125")] * 2 and volumes[0] == volumes[1]
    assert len({in_cents(found)[id(line)] for line in volumes}) == 2
    assert sum(in_cents(found).values()) == shown(found.expected_usd)


@pytest.mark.parametrize("name", ["dev", "prod", "k8s"])
def test_allowances_are_the_same_on_every_screen(graph, name):
    found = estimate(graph(name))
    rows = in_cents(found)
    off = [line for line in found.lines if line.charge is None]
    assert sum(rows[id(line)] for line in off) == shown(sum(line.monthly_usd for line in off))
    assert sum(rows.values()) == shown(found.expected_usd)
