"""The bill beside the estimate: every line in its place, gates judged, settings derived and written."""

from __future__ import annotations

import json
import shutil
from dataclasses import replace
from decimal import Decimal
from pathlib import Path

import pytest
import yaml
from bills.exports import Billed, write
from bills.month import billed

from cost import estimate
from deployment.errors import InputError
from deployment.reader import graph_from_json
from workbench.actual.bill import read_bill
from workbench.actual.calibration import Calibrated, calibrate, measures_of
from workbench.actual.compare import OTHER_ACCOUNTS, OTHER_MONTHS, OTHER_STACKS, compare
from workbench.actual.matching import Matcher, stack_tag
from workbench.actual.settings_file import calibrated_text
from workbench.actual.usage_out import measured_usage, usage_yaml
from workbench.actual.usage_types import among, prices_of
from workbench.cli.main import run
from workbench.preview.synthesis import REPOSITORY, synthesize

TAG = ("StackId", "plant-dev")
OCTOBER = "2026-10"
STRANGE = "arn:aws:rds:us-east-1:123456789012:db:=cmd|x\x1b[31m"


@pytest.fixture(scope="module")
def dev():
    """Graph of dev and its estimate within $5."""
    graph = graph_from_json(synthesize("dev"), "dev")
    return graph, estimate(graph, limit_usd=Decimal(5))


@pytest.fixture
def compared(dev, tmp_path):
    """`compared(lines)`: the bill of `lines` beside dev's estimate."""
    graph, found = dev

    def one(lines, **options):
        matcher = Matcher(graph, found, TAG)
        bill = read_bill([str(write(tmp_path, lines, options.pop("format_", "focus-1.2")))], matcher.wanted)
        return compare(bill, matcher, **options)

    return one


def month(dev, times="1"):
    graph, found = dev
    return billed(graph, found, TAG, Decimal(times))


def test_the_tag_of_the_stack_is_that_of_its_budget(dev):
    assert stack_tag(dev[0]) == TAG


def test_a_bill_as_estimated_is_in_its_places(dev, compared):
    actual = compared(month(dev))
    for row in actual.rows:
        if row.paid_usd is not None and row.urn:
            assert abs(row.paid_usd - row.expected_usd) < Decimal("0.02"), row
    assert {row.name for row in actual.rows if row.how == ("fleet",)} == {"plant-stable-group", "plant-canary-group"}
    assert actual.unexplained == ()
    assert actual.apart == {}
    assert actual.whole
    assert actual.paid_usd == actual.total_usd
    assert [gate.held for gate in actual.gates] == [True, True]
    assert [gate.right for gate in actual.gates] == [True, True]
    assert "plant-flag-profile" in {row.name for row in actual.unbilled}


def test_every_line_is_in_one_place(dev, compared):
    lines = [
        *month(dev),
        Billed(Decimal("-0.4"), category="Credit"),
        Billed(Decimal("0.33"), category="Tax"),
        Billed(Decimal("12"), account="999999999999"),
        Billed(Decimal("3.1"), service="AmazonRDS", usage_type="InstanceUsage:db.t4g.micro", resource=STRANGE),
        Billed(Decimal("0.006"), service="awskms", usage_type="us-east-1-KMS-Requests", quantity=Decimal(2000)),
        Billed(Decimal("0.9"), service="AWSELB", usage_type="LCUUsage", tags={"StackId": "plant-prod"}),
        Billed(Decimal("4"), month="2026-09"),
        Billed(Decimal("5"), currency="EUR"),
    ]
    actual = compared(lines)
    assert actual.apart == {
        "taxes": Decimal("0.33"),
        "credits": Decimal("-0.4"),
        OTHER_STACKS: Decimal("0.9"),
        OTHER_ACCOUNTS: Decimal(12),
        OTHER_MONTHS: Decimal(4),
    }
    assert [(one.usage_type, one.paid_usd, one.example) for one in actual.unexplained] == [
        ("InstanceUsage:db.t4g.micro", Decimal("3.1"), STRANGE)
    ]
    assert actual.by_usage_usd == Decimal("0.006")
    assert actual.other_currencies == {"EUR": Decimal(5)}
    shown = actual.paid_usd + sum(one.paid_usd for one in actual.unexplained) + sum(actual.apart.values())
    assert shown == actual.total_usd == sum(one.cost for one in lines if one.currency == "USD")


def test_a_resource_is_not_taken_for_another_of_the_same_name(dev, compared):
    """Cache, user and user group of the stack are all called plant-dev; somebody's topic may be, too."""
    other = Billed(Decimal(1), "AmazonSNS", "Requests-Tier1", resource="arn:aws:sns:us-east-1:123456789012:plant-dev")
    cache = replace(other, resource="arn:aws:elasticache:us-east-1:123456789012:serverlesscache:plant-dev")
    actual = compared([other, replace(cache, service="AmazonElastiCache", usage_type="CachedData:Valkey")])
    assert [(row.name, row.paid_usd) for row in actual.rows if row.paid_usd is not None] == [
        ("plant-cache-serverless", Decimal(1))
    ]
    assert [one.usage_type for one in actual.unexplained] == ["Requests-Tier1"]


def test_what_several_resources_may_have_caused_is_shared_by_them(compared):
    alarms = Billed(Decimal(2), "AmazonCloudWatch", "CW:AlarmMonitorUsage", "", tags=dict([TAG]))
    volumes = replace(alarms, service="AmazonEC2", usage_type="EBS:VolumeUsage.gp3")
    actual = compared([alarms, volumes])
    assert {(row.name, row.paid_usd) for row in actual.rows if row.paid_usd is not None} == {
        ("the stack: several resources", Decimal(4))
    }


def test_what_pods_are_allocated_of_a_node_is_not_counted_beside_the_node(dev, compared):
    # Split cost allocation divides what the node's own line has cost: in columns of its own, and not a dollar more.
    node = ("i-0123456789abcdef0", Decimal("0.50"), Decimal("0.25"))
    pods = [
        Billed(
            Decimal(0), "AmazonEKS", f"USE1-EKS-EC2-{kind}", "EKSPod-EC2", "arn:aws:eks:us-east-1:1:pod/c/n/p/1",
            tags=dict([TAG]), split=node,
        )
        for kind in ("vCPU-Hours", "GB-Hours")
    ]  # fmt: skip
    without, found = (compared(lines, format_="cur-2.0") for lines in (month(dev), [*month(dev), *pods]))
    assert found.total_usd == without.total_usd > 0
    assert found.unexplained == without.unexplained


@pytest.mark.parametrize(
    ("times", "held", "right", "over"),
    [
        pytest.param("1", [True, True], [True, True], False, id="as expected"),
        pytest.param("2", [False, True], [True, True], False, id="more than expected, within the worst case"),
        pytest.param("4", [False, False], [False, False], True, id="more than possible"),
    ],
)
def test_gates_are_judged_by_what_was_paid(dev, compared, times, held, right, over):
    actual = compared(month(dev, times))
    assert [gate.held for gate in actual.gates] == held
    assert [gate.right for gate in actual.gates] == right
    assert actual.over is over


def test_a_part_of_a_month_is_scaled_by_its_hours_and_says_so(dev, compared):
    half = [
        replace(line, begins=line.begins.replace("-31T23", "-15T23"), cost=line.cost / 2, quantity=line.quantity / 2)
        for line in month(dev)
    ]
    actual = compared(half)
    assert not actual.whole
    assert actual.covered_hours == 360
    assert round(actual.scale, 4) == Decimal("2.0278")
    requests = next(one for one in actual.dimensions if one.price == "wafv2/million_requests")
    assert round(requests.measured, 4) == Decimal("0.0608")
    assert all(not gate.whole for gate in actual.gates)


def hour_of(lines, times="1"):
    """The first hour of a month's bill."""
    share = Decimal(times) / 730
    return [
        replace(line, begins=f"{OCTOBER}-01T00:00:00", cost=line.cost * share, quantity=line.quantity * share)
        for line in lines
    ]


def test_an_hour_says_nothing_of_a_month(dev, compared):
    actual = compared(hour_of(month(dev)))
    assert actual.covered_hours == 1
    assert (actual.scale, actual.verdict) == (1, "open")
    assert [(gate.held, gate.right) for gate in actual.gates] == [(None, None)] * 2
    calibration = calibrate(actual, dev[0], measures_of(actual))
    assert not calibration.found
    assert "1 h of lines; under 7 days they say nothing of a month" in {one.why for one in calibration.untold}


def test_a_bill_without_a_line_of_the_stack_is_judged_by_nothing(dev, compared, tmp_path, capsys):
    lines = [Billed(Decimal(900), account="999999999999", hours=744), Billed(Decimal(80), resource="i-0456", hours=744)]
    actual = compared(lines)
    assert actual.whole and (actual.strange, actual.verdict) == (True, "open")
    assert [(gate.held, gate.right) for gate in actual.gates] == [(None, None)] * 2
    assert calibrate(actual, dev[0], measures_of(actual)).found == ()
    path = write(tmp_path, lines)
    assert run(["actual", str(path)]) == 0
    told = capsys.readouterr().out
    assert "no line is this stack's" in told and "right" not in told and "kept" not in told.split("By component")[0]
    assert run(["actual", str(path), "--write"]) == 2


def test_what_an_hour_has_exceeded_is_told(dev, compared):
    actual = compared(hour_of(month(dev), "3000"))
    assert actual.verdict == "blocked"
    assert [(gate.held, gate.right) for gate in actual.gates] == [(False, False)] * 2


@pytest.mark.parametrize("flag", [["--write", "--stack", "dev"], ["--usage-out", "usage.yaml"]])
def test_nothing_is_written_of_an_hour(dev, tmp_path, capsys, flag):
    path = write(tmp_path, hour_of(month(dev)))
    assert run(["actual", str(path), *flag]) == 2
    out, err = capsys.readouterr()
    assert "not judged yet" in out
    assert "not exceeded so far" in out
    assert "nothing is written: 1 h of lines" in err


def test_the_last_whole_month_is_taken_unless_another_is_named(dev, compared):
    lines = [*month(dev), Billed(Decimal(1), month="2026-11"), Billed(Decimal(1), month="2026-09")]
    assert compared(lines).month == OCTOBER
    assert compared(lines, month="2026-11").month == "2026-11"
    with pytest.raises(InputError, match="the files hold 2026-09, 2026-10, 2026-11"):
        compared(lines, month="2026-01")


def test_a_bill_in_another_currency_is_refused(compared):
    with pytest.raises(InputError, match="the bill is in EUR, the estimate in US dollars"):
        compared([Billed(Decimal(5), currency="EUR")])


def test_a_dearer_unit_than_the_catalogue_says_is_marked(dev, compared):
    dear = [
        replace(line, cost=line.cost * 2) if "LoadBalancerUsage" in line.usage_type else line for line in month(dev)
    ]
    assert [one.price for one in compared(dear).dimensions if one.dearer] == ["elb/alb_hour"]


def settings(actual, graph):
    return {one.setting: one for one in calibrate(actual, graph, measures_of(actual)).found}


def test_settings_are_measured_and_told_with_their_derivation(dev, compared):
    found = settings(compared(month(dev, "2")), dev[0])
    declared = dev[1].basis.traffic
    assert {name: str(one.measured) for name, one in found.items()} == {
        "monthly_requests": str(declared.monthly_requests * 2),
        "response_kb": "8",
        "request_kb": "1",
        "cache_kb_per_request": "4",
        "application_log_kb_per_request": "0.5",
        "notices_per_month": "240",  # the estimate counts messages of alarms for each topic, too
        "rollouts_per_month": str(declared.rollouts_per_month * 2),
    }
    assert found["monthly_requests"].how == "requests that the web ACL inspected: 120,000"


def test_what_a_bill_does_not_tell_is_said(dev, compared):
    actual = compared([line for line in month(dev) if line.service != "awswaf"])
    calibration = calibrate(actual, dev[0], measures_of(actual))
    told = {one.setting: one.why for one in calibration.untold}
    assert told["monthly_requests"] == "no requests of a web ACL of the stack on the bill"
    assert told["peak_requests_per_second"] == "a bill does not tell; --live asks CloudWatch"
    assert "monthly_requests" not in {one.setting for one in calibration.found}


def test_measured_settings_price_as_measured(dev, compared):
    """The settings, declared anew, give the estimate that the bill came from."""
    graph = dev[0]
    found = settings(compared(month(dev, "1.5")), graph)
    overrides = {".".join(one.path): str(one.value) for one in found.values() if one.setting != "notices_per_month"}
    again = estimate(graph_from_json(synthesize("dev", overrides=overrides), "dev"))
    lines = {(line.name, line.price.name): line.quantity for line in again.charges}
    assert lines["plant-firewall-web-acl", "wafv2/million_requests"] == Decimal("0.09")
    assert lines["plant-edge-alb", "data_transfer/internet_out_gb"] == pytest.approx(
        Decimal("0.686646"), rel=Decimal("0.001")
    )


@pytest.fixture
def project(tmp_path):
    """A copy of the project's stack files."""
    root = tmp_path / "project"
    root.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml", "Pulumi.prod.yaml"):
        shutil.copy(REPOSITORY / name, root)
    return root


def test_writing_changes_values_and_leaves_comments_and_order(dev, compared, project):
    actual = compared(month(dev, "2"))
    calibration = calibrate(actual, dev[0], measures_of(actual))
    text, changes = calibrated_text("dev", calibration, project)
    before = (project / "Pulumi.dev.yaml").read_text()
    assert "    monthly_requests: 120000 # 1.3 a second in the hours of ten sessions\n" in text
    names = {"monthly_requests", "notices_per_month", "rollouts_per_month"}
    assert {change.split(":")[1].partition(".")[2] for change in changes} == names
    kept = [line for line in before.splitlines() if line.strip().partition(":")[0] not in names]
    assert [line for line in text.splitlines() if line.strip().partition(":")[0] not in names] == kept
    comments = [line.partition("#")[2] for line in before.splitlines() if "#" in line]
    assert [line.partition("#")[2] for line in text.splitlines() if "#" in line] == comments
    told = yaml.safe_load(text)["config"]["plant:usage"]
    assert (told["rollouts_per_month"], told["notices_per_month"]) == (
        int(dev[1].basis.traffic.rollouts_per_month) * 2,
        240,
    )
    assert (project / "Pulumi.dev.yaml").read_text() == before


@pytest.mark.parametrize(("measured", "written"), [("0.5", False), ("7", True)])
def test_a_busiest_hour_never_lowers_the_declared_peak(dev, compared, project, measured, written):
    calibration = calibrate(actual := compared(month(dev)), dev[0], measures_of(actual))
    peak = Calibrated("peak_requests_per_second", Decimal(3), Decimal(measured), "the busiest hour")
    text, _ = calibrated_text("dev", replace(calibration, found=(peak,)), project)
    assert (f'    peak_requests_per_second: "{measured}"\n' in text) is written


def test_settings_that_would_not_be_valid_are_not_written(dev, compared, project):
    calibration = calibrate(actual := compared(month(dev)), dev[0], measures_of(actual))
    wrong = replace(calibration.found[0], setting="rollouts_per_month", measured=Decimal(4000))
    with pytest.raises(InputError, match=r"not written: .*rollouts_per_month"):
        calibrated_text("dev", replace(calibration, found=(wrong,)), project)


def test_a_usage_file_makes_the_estimate_what_was_billed(dev, compared):
    """For any program: usage keys are found by asking its pricers, and read back."""
    from cost.usage import parse_usage, resolve

    graph = dev[0]
    actual = compared(month(dev, "1.5"))
    text = usage_yaml(measured_usage(actual, graph, measures_of(actual)), graph, "a bill\n of \x1b[31m")
    assert text.startswith("# Measured: a bill? of ?[31m\n")
    usage = resolve(parse_usage(yaml.safe_load(text), "usage"), [graph])[0]
    before, after = (
        {(line.name, line.price.name): line.quantity for line in one.charges}
        for one in (dev[1], estimate(graph, usage=usage))
    )
    for place in [
        ("plant-firewall-web-acl", "wafv2/million_requests"),
        ("plant-edge-alb", "data_transfer/internet_out_gb"),
        ("plant-logs-bucket", "s3/standard_gb_month"),
        ("plant-cache-serverless", "elasticache/serverless_valkey_million_ecpu"),
        ("plant-rollout-machine", "stepfunctions/standard_1k_transitions"),
    ]:
        assert after[place] == pytest.approx(before[place] * Decimal("1.5"), rel=Decimal("0.001")), place


def saved(dev, tmp_path, times="1", **more):
    path = write(tmp_path, [*month(dev, times), Billed(Decimal(1), resource=STRANGE, **more)])
    export = tmp_path / "export.json"
    export.write_text(json.dumps(synthesize("dev")))
    return [str(path), "--graph", str(export)]


def test_the_command_tells_and_its_status_is_the_verdict(dev, tmp_path, capsys):
    arguments = saved(dev, tmp_path)
    assert run(["actual", *arguments]) == 0
    text = capsys.readouterr().out
    assert "the whole month" in text
    assert "\x1b" not in text
    assert r"db:=cmd|x\x1b[31m" in text
    assert run(["actual", *saved(dev, tmp_path, "4"), "--all"]) == 1
    assert "more was paid; let it pass: wrong" in capsys.readouterr().out


def test_json_adds_up(dev, tmp_path, capsys):
    assert run(["actual", *saved(dev, tmp_path), "--format", "json"]) == 0
    document = json.loads(capsys.readouterr().out)
    parts = [row["paid"] for row in document["rows"] if row["paid"] is not None]
    parts += [one["paid"] for one in document["unexplained"]] + list(document["apart"].values())
    assert sum(map(Decimal, parts)) == Decimal(document["total"])
    assert document["verdict"] == "pass"
    assert {gate["gate"]: gate["right"] for gate in document["gates"]} == {"expected": True, "worst case": True}


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        ([], "give at least one FILE, or --live"),
        (["bill.csv", "--month", "October"], "--month October: must be a month"),
        (["bill.csv", "--tag", "plant-dev"], "must be KEY=VALUE"),
        (["bill.csv", "--write", "--graph", "x.json"], "also give the --stack"),
        (["bill.csv", "--stack", "nobody"], "there is no such stack file"),
        (["bill.csv"], "bill.csv: no such file"),
    ],
)
def test_bad_usage_is_told_in_a_line(tmp_path, monkeypatch, capsys, arguments, told):
    monkeypatch.chdir(tmp_path)
    assert run(["actual", *arguments]) == 2
    assert told in capsys.readouterr().err


def test_usage_is_written_whole_or_not_at_all(dev, tmp_path, capsys):
    out = tmp_path / "usage.yaml"
    assert run(["actual", *saved(dev, tmp_path), "--usage-out", str(out)]) == 0
    export = str(tmp_path / "export.json")
    assert run(["cost", export, "--usage", str(out)]) == 0
    nothing = write(tmp_path, [Billed(Decimal(1), "AmazonRDS", "InstanceUsage:db.t4g.micro")], name="nothing")
    out.unlink()
    assert run(["actual", str(nothing), "--graph", export, "--usage-out", str(out)]) == 2
    assert "no line of the bill measures a usage key" in capsys.readouterr().err
    assert not Path(out).exists()


@pytest.mark.parametrize(
    ("line", "prices"),
    [
        pytest.param(("AWSELB", "USE1-LCUUsage", "LoadBalancing:Network"), ["elb/nlb_lcu_hour"], id="by operation"),
        pytest.param(("AmazonEC2", "EUC1-SpotUsage:t4g.nano", ""), ["ec2_spot/linux.t4g.nano"], id="spot"),
        pytest.param(("AmazonEC2", "BoxUsage:t4g.micro", ""), ["ec2_t/linux.t4g.micro (capped)"], id="on demand"),
        pytest.param(("AmazonEC2", "BoxUsage:m7g.large", ""), ["ec2_t/linux.t4g.micro (capped)"], id="another type"),
        pytest.param(("awskms", "us-east-1-KMS-Keys", ""), ["kms/key_month"], id="a Region spelled out"),
        pytest.param(("AWSELB", "DataTransfer-Out-Bytes", ""), ["data_transfer/internet_out_gb"], id="data transfer"),
        pytest.param(("AmazonRDS", "LCUUsage", ""), [], id="another service"),
    ],
)
def test_usage_types_lead_to_prices_of_the_estimate(line, prices):
    names = [
        "elb/alb_lcu_hour",
        "elb/nlb_lcu_hour",
        "ec2_spot/linux.t4g.nano",
        "ec2_t/linux.t4g.micro (capped)",
        "kms/key_month",
        "data_transfer/internet_out_gb",
    ]
    assert list(among(prices_of(*line), names)) == prices
