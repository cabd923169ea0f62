import json
import math
import re
import struct
from dataclasses import replace
from datetime import UTC, datetime
from decimal import Decimal

import numpy as np
import pytest
from matplotlib.figure import Figure

from cost import estimate
from cost.charges import Driver
from cost.uptime import Metering
from deployment.errors import InputError
from deployment.graph import ResourceGraph
from workbench.simulate import kernel, simulation
from workbench.simulate.alarms import AlarmState
from workbench.simulate.engine import Afoot
from workbench.simulate.event_cost import EventPrices, instance_hour_usd
from workbench.simulate.instance import FleetConstants
from workbench.simulate.judge import Objective, judge
from workbench.simulate.metrics import point_minutes
from workbench.simulate.options import SimulationOptions
from workbench.simulate.picture import draw
from workbench.simulate.picture.canvas import THEMES, Frame, shortened, time_axis
from workbench.simulate.reading import read
from workbench.simulate.reading.fleets import GROUP, TEMPLATE
from workbench.simulate.replications import interval
from workbench.simulate.result import COLUMNS, AlarmEvent, RunResult
from workbench.simulate.scenario import Prepared, Scenario, ServiceOptions, run_scenario
from workbench.simulate.table import clock, lasting, render


@pytest.fixture(scope="module")
def reports(request):
    """Reports by scenario, each made once."""
    stacks = request.getfixturevalue("graph")
    made = {}

    def of(*profiles, seconds=3600.0, replications=2, **options):
        key = (profiles, seconds, replications, tuple(sorted(options.items())))
        if key not in made:
            dev = stacks("dev")
            scenario = Scenario(
                profiles=profiles,
                duration_seconds=seconds,
                replications=replications,
                options=SimulationOptions(**options),
            )
            made[key] = run_scenario(dev, scenario, estimate(dev))
        return made[key]

    return of


@pytest.mark.parametrize(
    ("width", "columns"),
    [
        pytest.param(40, ["time", "req/min", "p95", "ms", "refused", "serving"], id="a phone"),
        pytest.param(80, ["p50", "p99", "5xx", "desired", "credits"], id="a terminal"),
    ],
)
def test_the_timeline_has_as_many_columns_as_there_is_room_for(reports, width, columns):
    rows = render(reports(), width).splitlines()
    head = next(number for number, row in enumerate(rows) if "req/min" in row)
    assert set(columns) <= set(rows[head].split())
    assert all(len(row) <= width for row in rows[head : head + 10])


@pytest.mark.parametrize("width", [40, 80, 200])
def test_large_figures_do_not_run_together(reports, width):
    report = reports("steady:rate=4000", seconds=40.0, replications=1)  # which takes 38 s to answer
    millions = 22_000_000 * np.isin(COLUMNS, ("requests", "refused", "unavailable"))
    large = replace(report, runs=[replace(run, series=run.series + millions) for run in report.runs])
    rows = render(large, width).splitlines()
    head = next(number for number, row in enumerate(rows) if "req/min" in row)
    assert len(rows[head].replace("p50 ms", "p50").replace("p95 ms", "p95").replace("p99 ms", "p99").split()) == len(
        rows[head + 1].split()
    )
    assert len(rows[head + 1]) <= width
    assert rows[head + 1].split()[:2] == ["0:00:40", "33,703,875"]


def test_the_verdict_says_who_came_to_a_parked_stack(graph):
    options = SimulationOptions(start=datetime(2026, 11, 26, 7, 30, tzinfo=UTC), real_clock=True)
    scenario = Scenario(profiles=("steady",), duration_seconds=7200.0, replications=1, options=options)
    report = run_scenario(graph("dev"), scenario, None)
    assert "83.2% of the attempts found the stack parked" in report.judgement.broken[0]
    # dev's window is on Thursdays at 10:00 in Vilnius.
    assert any(
        "windows that open meanwhile: 1, the first on 2026-11-26 08:00 UTC" in each for each in report.assumptions
    )
    later = replace(scenario, options=replace(options, start=datetime(2026, 11, 24, 7, 30, tzinfo=UTC)))
    assert not any("windows" in each for each in run_scenario(graph("dev"), later, None).assumptions)


def test_the_interval_of_independent_means():
    found = interval([1.0, 2.0, 3.0])
    assert found.mean == 2.0
    assert found.half_width == pytest.approx(4.303 / 3**0.5)  # Student's t with 2 degrees of freedom
    assert (found.low, found.high) == (pytest.approx(2 - found.half_width), pytest.approx(2 + found.half_width))
    assert math.isnan(interval([1.0]).half_width)
    for count, quantile in ((31, 2.042), (41, 2.021), (61, 2.000), (121, 1.980)):  # Student's t of 30 to 120 degrees
        values = [0.0, 1.0] * (count // 2) + [0.5]
        spread = (sum((each - 0.5) ** 2 for each in values) / (count - 1) / count) ** 0.5
        assert interval(values).half_width == pytest.approx(quantile * spread, rel=5e-4)
    assert math.isnan(interval([math.nan]).mean)


def test_the_interval_covers_the_mean_as_often_as_it_says():
    rng = np.random.default_rng(1)
    covered = sum(abs((found := interval(list(rng.normal(size=5)))).mean) <= found.half_width for _ in range(2000))
    assert covered / 2000 == pytest.approx(0.95, abs=0.015)


def test_what_was_cut_off_is_told_in_json_as_in_the_table(reports):
    report = reports("spike")
    tally = report.runs[0].tally.copy()
    tally[:, [kernel.FAILED, kernel.CUT]] += [[5, 3], [0, 0]]
    cut = replace(report, runs=[replace(report.runs[0], tally=tally)])
    found = cut.to_json()["requests"]
    assert (found["cutOff"]["mean"], found["failed"]["mean"]) == (3, 5)
    assert "  failures        3 x 502, " in render(cut)
    assert ", 2 x 5xx of the application;" in render(cut)


def test_json_is_complete_stable_and_adds_up(reports):
    report = reports("spike")
    found = json.loads(json.dumps(report.to_json(), allow_nan=False))
    assert found["verdict"] == report.verdict
    assert found["minutes"]["columns"] == list(COLUMNS)
    for name in ("median", "low", "high"):
        assert len(found["minutes"][name]) == 60
    for low, middle, high in zip(*(found["minutes"][name] for name in ("low", "median", "high")), strict=True):
        assert all(a is None or a <= b <= c for a, b, c in zip(low, middle, high, strict=True))
    for run in found["runs"]:
        assert run["arrived"] == run["attempts"] - run["retried"] + run["refused"] + run["waitingRetries"]
        assert run["arrived"] == run["good"] + run["lost"] + run["pending"] + run["waitingRetries"]
    mean = sum(run["attempts"] for run in found["runs"]) / len(found["runs"])
    assert found["requests"]["attempts"]["mean"] == pytest.approx(mean, abs=0.01)
    event = found["cost"]["event"]
    parts = sum(float(event[name]) for name in ("instances", "requests", "fixed"))
    assert float(event["total"]) == pytest.approx(parts, abs=0.02)
    assert found["cost"]["month"]["budget"] == "5.00"


def test_the_table_tells_the_verdict_the_events_and_the_money(reports):
    text = render(reports("spike"))
    assert "verdict: pass" in text
    assert "scale-out, 1 to 2" in text
    assert "cost of these" in text
    assert "budget $5.00" in text
    assert "t4g.nano serves 20.0 requests/s" in text


def test_a_missed_budget_is_blocked(reports):
    report = reports("spike:factor=40", replications=1)
    assert report.verdict == "blocked"
    assert report.attainment.mean < 0.95


def test_no_answer_is_inconclusive_and_not_a_pass(reports):
    report = reports("steady:rate=0", seconds=300.0, replications=1)
    assert report.verdict == "inconclusive"
    assert report.to_json()["slo"]["p95Ms"]["mean"] is None
    assert "none" in render(report)


def timeline(report):
    """Cells of the timeline, its head first."""
    lines = render(report, 200).splitlines()
    start = next(index for index, line in enumerate(lines) if line.split()[:2] == ["time", "req/min"])
    table = lines[start : lines.index("", start)]
    assert len({len(line) for line in table}) == 1
    return [line.replace(" ms", "_ms").split() for line in table]


def test_a_long_simulation_has_a_row_for_each_hour_and_says_so(reports):
    report = reports("daily", seconds=86400.0, replications=1)
    head, *rows = timeline(report)
    assert [row[0] for row in rows] == [f"{hour}:00:00" for hour in range(1, 25)]
    assert "a row for each 1 h, up to its time" in render(report)
    # Nothing is sampled: the rows are all of the minutes.
    requests = sum(60 * float(row[1].replace(",", "")) for row in rows)
    assert requests == pytest.approx(report.requests("attempts").mean, rel=0.01)
    p95 = [float(row[head.index("p95_ms")]) for row in rows]
    assert p95 == [round(value) for value in report.runs[0].quantiles_ms[60][:, 1]]
    assert min(p95) > 65  # of 25 ms exponential service 75; of the 36 requests of one minute it may be 40


def test_a_short_outage_in_a_long_simulation_is_in_its_timeline(reports):
    flood = "spike:base=0.2,factor=2000,at=100000,ramp=0s,hold=300"
    head, *rows = timeline(reports("steady:rate=0.1", flood, seconds=2 * 86400.0, replications=1))
    assert [row[0] for row in rows if row[head.index("p99_ms")] != "-" and float(row[head.index("p99_ms")]) > 5000]


def test_a_minute_that_is_cut_short_has_no_fewer_requests_a_minute(reports, monkeypatch):
    report = reports("steady:rate=20", seconds=630.0, replications=1)
    counts = report.points(1)["requests"][0]
    assert counts[-1] == pytest.approx(1200, rel=0.1)
    assert report.points(1)["serving"][0, -1] == report.runs[0].series[-1, COLUMNS.index("serving")]
    figure = panels(report, Frame("png", "light"), monkeypatch)
    (line,) = (each for each in figure.axes[0].get_lines() if each.get_label() == "at the load balancer")
    assert line.get_xdata()[-1] == 10.5
    assert line.get_ydata()[-1] == pytest.approx(20, rel=0.1)
    whole = reports("steady:rate=20", seconds=40 * 60 + 30.0, replications=1)
    assert whole.runs[0].row_minutes == 2
    assert whole.points(2)["requests"][0, -1] == pytest.approx(1200, rel=0.15)


def test_points_of_a_picture_are_in_the_json(reports):
    report = reports("daily", seconds=86400.0)
    found = report.to_json()["points"]
    assert (found["minutes"], len(found["median"])) == (5, 288)
    column = found["columns"].index("p95_ms")
    drawn = np.median([run.quantiles_ms[5][:, 1] for run in report.runs], axis=0)
    assert [row[column] for row in found["median"]] == pytest.approx(drawn.tolist(), abs=0.001)


@pytest.mark.parametrize(("seconds", "text"), [(0, "0:00:00"), (65, "0:01:05"), (3600, "1:00:00"), (90061, "25:01:01")])
def test_clock(seconds, text):
    assert clock(seconds) == text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (30, "30 s"),
        (1440, "24 min"),
        (1470, "24 min 30 s"),
        (86_400, "24 h"),
        (95_820, "26 h 37 min"),
        (345_600, "4 d"),
        (5_011_800, "58 d"),
        (5_019_000, "58 d 2 h"),
    ],
)
def test_a_length_of_time_is_told_in_its_units(seconds, text):
    assert lasting(seconds) == text


def test_the_event_costs_what_its_instances_and_requests_do(reports, graph):
    dev = graph("dev")
    month = estimate(dev)
    run = reports("spike").runs[0]
    fleets = reports("spike").declared.fleets
    cost = EventPrices.of(month, fleets, dev).cost(run)
    price = instance_hour_usd(month, fleets)["plant-stable-group"]
    assert float(cost.instances_usd) == pytest.approx(run.instance_seconds["plant-stable-group"] / 3600 * float(price))
    assert cost.requests_usd > 0
    assert cost.fixed_usd > 0
    assert cost.total_usd < month.expected_usd


def test_a_stack_without_a_budget_has_none(reports):
    report = reports("steady", seconds=600.0, replications=1)
    unlimited = replace(report, estimate=replace(report.estimate, budget_usd=Decimal("Infinity")))
    assert unlimited.to_json()["cost"]["month"]["budget"] is None
    assert ", no budget, allowances" in render(unlimited)
    assert ", budget $5.00, allowances" in render(report)


def test_a_request_costs_what_it_drives_and_no_more(reports, graph):
    dev, fleets = graph("dev"), reports("spike").declared.fleets
    month = estimate(dev)
    prices = EventPrices.of(month, fleets, dev)
    per_million = [float(each) * 1e6 for each in (prices.request_usd, prices.refusal_usd)]
    # Of AWS's price pages: WAF $0.60 a million; CloudWatch Logs $0.50/GB for 0.5 KiB of the application's log and
    # $0.12/GB for its masking, or for 1.5 KiB of WAF's log; EC2 $0.09/GB for 8 KiB of an answer out.
    gigabytes = {kib: kib * 1e6 / 1024**2 for kib in (0.5, 1.5, 8)}
    answered = 0.60 + gigabytes[0.5] * 0.62 + gigabytes[8] * 0.09
    assert per_million == pytest.approx([answered, 0.60 + gigabytes[1.5] * 0.50], rel=0.2)
    for changed in ({"rollouts_per_month": Decimal(9)}, {"monthly_requests": Decimal(0)}):
        basis = replace(month.basis, traffic=replace(month.basis.traffic, **changed))
        other = EventPrices.of(estimate(dev, basis=basis), fleets, dev)
        assert (other.request_usd, other.refusal_usd) == (prices.request_usd, prices.refusal_usd)


def test_what_is_drawn_of_several_minutes_is_the_quantile_of_all_their_requests(reports):
    seldom = reports("steady:rate=0.05", seconds=7 * 86_400.0, replications=1).runs[0]
    assert seldom.point_minutes == 60
    p95 = seldom.quantiles_ms[60][:, 1]
    assert len(p95) == 7 * 24
    # Of 25 ms exponential service 75; the median of minutes with three requests each is not even 40.
    assert np.median(p95) == pytest.approx(75, rel=0.06)
    assert np.nanmedian(seldom.series[:, COLUMNS.index("p95_ms")]) < 50
    cut = reports("steady:rate=2", seconds=19_500.0, replications=1).runs[0]  # 325 minutes, the last point of one
    assert (cut.point_minutes, len(cut.quantiles_ms[2])) == (2, 163)
    assert np.array_equal(cut.quantiles_ms[2][-1], cut.series[-1, 2:5])
    short = reports("spike").runs[0]
    assert np.array_equal(short.quantiles_ms[1], short.series[:, 2:5], equal_nan=True)


@pytest.mark.parametrize("minutes", [325.5, 1447.0, 4326.2])
def test_long_periods_are_added_up_from_short_ones_without_a_difference(reports, monkeypatch, minutes):
    def found():
        (run,) = reports("daily", seconds=60 * minutes, replications=1).runs
        return run.quantiles_ms

    fast = found()
    monkeypatch.setattr(simulation, "_source", lambda groups, index: -1)
    slow = found()
    assert fast.keys() == slow.keys()
    assert all(np.array_equal(fast[each], slow[each], equal_nan=True) for each in fast)


def test_pods_that_come_for_a_spike_are_in_the_cost_of_the_event(graph):
    k8s = graph("k8s")
    month, scenario = estimate(k8s), Scenario(profiles=("spike",), duration_seconds=1800.0, replications=1)
    report = run_scenario(k8s, scenario, month)
    assert "mean of the runs: pods $" in render(report)
    run, fleets = report.runs[0], report.declared.fleets
    stable, canary = fleets
    a_month = sum(line.monthly_usd for line in month.charges if line.name == stable.name)
    an_hour = a_month / 730 / stable.desired_capacity
    assert run.instance_seconds[stable.name] > 1.2 * stable.desired_capacity * 1800
    assert float(EventPrices.of(month, fleets, k8s).cost(run).instances_usd) == pytest.approx(
        run.instance_seconds[stable.name] / 3600 * float(an_hour)
    )
    fixed = sum(
        line.monthly_usd
        for line in month.charges
        if line.charge is not None
        and line.charge.driver in (Driver.FIXED, Driver.FLEET)
        and line.name not in (stable.name, canary.name)
    )
    assert float(EventPrices.of(month, fleets, k8s).cost(run).fixed_usd) == pytest.approx(float(fixed) / 730 / 2)


def test_a_month_of_what_stands_anyway_is_the_bills(reports, graph):
    month, fleets = estimate(graph("dev")), reports("spike").declared.fleets
    standing = [
        line
        for line in month.charges
        if line.charge is not None and line.charge.driver in (Driver.FIXED, Driver.FLEET) and line.type != GROUP
    ]
    seconds = 730 * 3600.0
    prices = EventPrices.of(month, fleets, graph("dev"))
    on, parked, half = (
        prices.cost(RunResult(1, seconds, open_seconds=share * seconds)).fixed_usd for share in (1, 0, 0.5)
    )
    assert on == pytest.approx(sum(line.list_always_on_usd for line in standing))
    # What is stored and called costs its month whether the stack is parked or not.
    outlives = [
        line.monthly_usd
        for line in standing
        if line.charge.metering in (Metering.STANDING, Metering.USE) or not line.in_sessions
    ]
    assert parked == pytest.approx(sum(outlives))
    assert 0 < parked < on / 10
    assert half == pytest.approx((on + parked) / 2)


def test_a_group_costs_all_that_it_is_charged_for_whether_it_grows_or_is_simulated_or_not(graph):
    def of_one_size(each):
        size = {"minSize": 1, "maxSize": 1}
        return replace(each, inputs={**each.inputs, **size}, outputs={**each.outputs, **size})

    prod = [of_one_size(each) if each.type == GROUP else each for each in graph("prod")]
    canary = next(each for each in prod if each.name == "plant-canary-group")
    third = replace(canary, urn=f"{canary.urn}-3", name=f"{canary.name}-3")
    stack = ResourceGraph([*prod, third])
    month, fleets = estimate(stack), read(stack).fleets
    assert [each.name for each in fleets] == ["plant-stable-group", "plant-canary-group"]
    assert any(each.startswith("plant-canary-group-3: one service is simulated") for each in read(stack).notes)
    charged = {
        name: sum(line.monthly_usd for line in month.charges if line.name == name)
        for name in ("plant-stable-group", "plant-canary-group-3")
    }
    assert "GB-month" in {line.price.unit for line in month.charges if line.name == "plant-stable-group"}
    prices, without = (EventPrices.of(estimate(each), fleets, each) for each in (stack, ResourceGraph(prod)))
    assert prices.instance_hour_usd["plant-stable-group"] * 730 == pytest.approx(charged["plant-stable-group"])
    stands = [each.standing_usd + each.in_sessions_usd for each in (prices, without)]
    # And what its instances ask of the flag beyond.
    assert stands[0] - stands[1] == pytest.approx(charged["plant-canary-group-3"], rel=Decimal("0.01"))


def test_an_instance_on_spot_is_charged_as_one(graph):
    def with_base(each):
        path = ("mixedInstancesPolicy", "instancesDistribution")
        mixed = {**each.inputs[path[0]], path[1]: {**each.inputs[path[0]][path[1]], "onDemandBaseCapacity": 1}}
        return replace(each, inputs={**each.inputs, path[0]: mixed}, outputs={**each.outputs, path[0]: mixed})

    prod = ResourceGraph([with_base(each) if each.name == "plant-stable-group" else each for each in graph("prod")])
    name, fleets = "plant-stable-group", read(prod).fleets
    prices = EventPrices.of(estimate(prod), fleets, prod)
    all_spot = EventPrices.of(estimate(graph("prod")), fleets, graph("prod"))
    assert prices.spot_hour_usd[name] == pytest.approx(all_spot.instance_hour_usd[name])
    disk = Decimal("0.24") / 730  # 3 GB of gp3 at $0.08
    assert prices.instance_hour_usd[name] == pytest.approx(Decimal("0.0042") + disk)  # a t4g.nano on demand
    hour = RunResult(1, 3600.0, instance_seconds={name: 7200.0}, spot_seconds={name: 3600.0})
    assert prices.cost(hour).instances_usd == pytest.approx(prices.spot_hour_usd[name] + Decimal("0.0042") + disk)


def test_requests_to_a_parked_stack_cost_nothing(graph):
    dev = graph("dev")  # a session from 07:00 UTC on
    start = datetime(2026, 11, 24, 6, 50, tzinfo=UTC)
    options = SimulationOptions(start=start, real_clock=True, max_attempts=2)
    scenario = Scenario(profiles=("steady:rate=5",), duration_seconds=1800.0, replications=1, options=options)
    report = run_scenario(dev, scenario, estimate(dev))
    run = report.runs[0]
    assert run.total(kernel.UNREACHED) == pytest.approx(2 * run.arrived_parked, rel=0.02)
    assert run.total(kernel.NO_TARGET) == 0  # there is no load balancer that could say 503
    assert run.attainment_ratio == pytest.approx(0.98 * 2 / 4, abs=0.02)
    from_seven = replace(
        scenario, duration_seconds=1200.0, options=replace(options, start=start.replace(hour=7, minute=0))
    )
    without = run_scenario(dev, from_seven, estimate(dev))
    assert float(report.events[0].requests_usd) == pytest.approx(float(without.events[0].requests_usd), rel=0.05)
    warmed = run_scenario(dev, replace(scenario, options=replace(options, warm_up_seconds=300.0)), estimate(dev)).runs[
        0
    ]
    assert warmed.total(kernel.UNREACHED) == pytest.approx(run.total(kernel.UNREACHED) / 2, rel=0.1)


def test_what_is_left_out_of_the_sums_is_billed_all_the_same(reports):
    whole, warmed = (reports("steady", seconds=1800.0, warm_up_seconds=each) for each in (0.0, 1200.0))
    assert warmed.requests("attempts").mean < whole.requests("attempts").mean / 2
    assert warmed.event == whole.event


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("kind", ["png", "svg"])
def test_the_picture_is_the_same_bytes_every_time_and_of_its_kind(reports, kind, theme):
    one, other = (draw(reports("spike"), Frame(kind, theme)) for _ in range(2))
    assert one == other
    if kind == "png":
        assert one.startswith(b"\x89PNG")
        width, height = struct.unpack(">II", one[16:24])
        assert width == 1200
        assert height > 900
    else:
        assert b"<svg" in one
        assert b"<script" not in one


def luminance(colour):
    parts = [int(colour[index : index + 2], 16) / 255 for index in (1, 3, 5)]
    linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
    return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]


@pytest.mark.parametrize("theme", THEMES.values(), ids=THEMES)
@pytest.mark.parametrize("role", ["text", "strong", "second", "third", "bad"])
def test_every_colour_has_the_contrast_that_text_needs(theme, role):
    # WCAG 2.2, success criterion 1.4.3: 4.5 to 1.
    low, high = sorted((luminance(getattr(theme, role)), luminance(theme.background)))
    assert (high + 0.05) / (low + 0.05) >= 4.5


@pytest.mark.parametrize(
    ("minutes", "size"), [(60, 1), (300, 1), (301, 2), (1440, 5), (7 * 1440, 60), (30 * 1440, 180), (366 * 1440, 2880)]
)
def test_long_simulations_are_aggregated_by_whole_minutes_hours_or_days(minutes, size):
    assert point_minutes(minutes) == size


def panels(report, frame, monkeypatch):
    """The axes of a picture, once they are laid out."""
    from matplotlib.figure import Figure

    made = []
    original = Figure.subplots
    monkeypatch.setattr(Figure, "subplots", lambda self, *a, **k: made.append(self) or original(self, *a, **k))
    draw(report, frame)
    return made[0]


@pytest.mark.parametrize("theme", THEMES)
@pytest.mark.parametrize("width", [400, 1200])
@pytest.mark.parametrize("profile", ["spike:factor=20", "daily"])
def test_no_label_of_a_picture_overlaps_another(reports, monkeypatch, profile, width, theme):
    seconds = 86400.0 if profile == "daily" else 3600.0
    assert_readable(panels(reports(profile, seconds=seconds), Frame("png", theme, width), monkeypatch))


@pytest.mark.parametrize("width", [300, 400, 1200])
def test_many_alarms_with_long_names_leave_room_for_what_is_drawn(reports, monkeypatch, width):
    report = reports("spike:factor=20")
    names = [f"my-company-production-web-tier-{index}-requests-without-an-answer" for index in range(12)]
    rang = [AlarmEvent(60.0 + 120 * index, name, AlarmState.ALARM) for index, name in enumerate(names)]
    runs = [replace(run, alarm_events=rang) for run in report.runs]
    figure = panels(replace(report, runs=runs), Frame("png", "light", width), monkeypatch)
    assert_readable(figure)
    boxes = [axes.get_window_extent() for axes in figure.axes]
    assert all(box.width > 0.6 * width and box.height > 60 for box in boxes)
    told = [each.get_text() for each in figure.axes[1].get_legend().get_texts()]
    styles = [line.get_linestyle() for line in figure.axes[1].get_lines() if "alarm" in str(line.get_label())]
    assert told[-1].startswith("4 more alarms")
    assert len(styles) == 9


def assert_readable(figure):
    renderer = figure.canvas.get_renderer()
    texts = [figure._suptitle]
    for axes in figure.axes:
        texts += [axes.yaxis.label, axes.xaxis.label, *axes.get_legend().get_texts()]
        texts += [
            each
            for each in axes.get_yticklabels()
            if axes.get_ylim()[0] <= each.get_position()[1] <= axes.get_ylim()[1]
        ]
    last = figure.axes[-1]
    texts += [
        each for each in last.get_xticklabels() if last.get_xlim()[0] <= each.get_position()[0] <= last.get_xlim()[1]
    ]
    boxes = [(each.get_text(), each.get_window_extent(renderer)) for each in texts if each.get_text()]
    assert len(boxes) > 20
    for index, (text, box) in enumerate(boxes):
        assert box.x0 >= -1, text
        assert box.x1 <= figure.bbox.width + 1, text
        for other_text, other in boxes[index + 1 :]:
            shared = min(box.x1, other.x1) - max(box.x0, other.x0), min(box.y1, other.y1) - max(box.y0, other.y0)
            assert min(shared) <= 1, (text, other_text)


@pytest.mark.parametrize(
    ("minutes", "name"),
    [(60, "minutes"), (179, "minutes"), (180, "hours"), (360, "hours"), (2880, "hours"), (20_160, "days")],
)
@pytest.mark.parametrize("width", [400, 1200])
def test_ticks_are_at_whole_hours_or_days_where_there_are_some(minutes, name, width):
    axes = Figure().add_subplot()
    time_axis(axes, float(minutes), Frame("png", "light", width))
    unit = {"minutes": 1, "hours": 60, "days": 1440}[axes.get_xlabel()]
    ticks = [tick for tick in axes.get_xticks() if 0 <= tick <= minutes]
    assert axes.get_xlabel() == name
    assert all(tick % unit == 0 for tick in ticks)
    assert 3 <= len(ticks) <= 14


@pytest.mark.parametrize("seconds", [7200.0 * 4, 86_400.0 * 9])
def test_the_length_of_a_point_is_not_torn_from_its_unit(reports, monkeypatch, seconds):
    figure = panels(reports("steady:rate=0.01", seconds=seconds), Frame("png", "light", 400), monkeypatch)
    assert re.search("a point is \\d+\u00a0(minutes|h)", figure._suptitle.get_text().replace("\n", " "))


def test_a_picture_says_what_its_figures_are(reports, monkeypatch):
    report = reports("spike:factor=20")
    figure = panels(report, Frame("png", "light"), monkeypatch)
    assert "mean of 2 runs; lines are medians" in figure._suptitle.get_text().replace("\n", " ")
    labels = [text.get_text() for axes in figure.axes for text in axes.get_legend().get_texts()]
    assert "budget 100 ms" in labels
    assert "p95 alert 200 ms" in labels
    assert any(label.startswith("alarm plant-stable-traffic-spike") for label in labels)
    dollars = [each.partition(" $") for each in labels if " $" in each]
    assert [name for name, _, _ in dollars] == ["what stands anyway", "instances", "requests"]
    assert sum(float(usd) for _, _, usd in dollars) == pytest.approx(float(report.event.total_usd), abs=0.02)
    assert [axes.get_ylabel() for axes in figure.axes][2:5] == ["errors, %", "instances", "CPU credits"]


@pytest.mark.parametrize("kind", ["png", "svg"])
def test_a_name_is_drawn_as_it_is_whatever_it_has_in_it(reports, kind, recwarn):
    name = r"$x_y^2$ \frac{1 $\no$ <b>&amp; %s {a} 日本.csv"
    draw(replace(reports("steady"), scenario=name), Frame(kind, "light", 400))
    assert not [each for each in recwarn if "Glyph" in str(each.message)]


def test_errors_are_drawn_as_a_share_of_what_ended(graph, monkeypatch):
    # All fail, and each minute more end than come, or fewer.
    scenario = Scenario(
        profiles=("spike:factor=8,at=120s,hold=60s",),
        duration_seconds=600.0,
        replications=1,
        service=ServiceOptions(error_ratio=1.0),
    )
    drawn = []
    monkeypatch.setattr("workbench.simulate.picture.draw_line", lambda axes, times, line, **_: drawn.append(line))
    draw(run_scenario(graph("dev"), scenario, None), Frame("svg", "light", 400))
    (errors,) = [line.median for line in drawn if line.name == "attempts without a good answer"]
    assert errors == pytest.approx(np.full(10, 100.0))


def test_a_picture_of_a_minute_is_refused(reports):
    with pytest.raises(InputError, match="more than a minute"):
        draw(reports("steady", seconds=60.0, replications=1), Frame("png", "light"))


def test_a_run_too_short_for_its_picture_is_refused_before_it_is_simulated(graph, monkeypatch):
    monkeypatch.setattr(Prepared, "replicate", None)  # nothing could be simulated
    with pytest.raises(InputError, match="of 60 s there is nothing to draw"):
        run_scenario(graph("dev"), Scenario(profiles=("steady",), duration_seconds=60.0, drawn=True), None)


def test_dollars_are_drawn_when_they_come(graph, monkeypatch):
    dev = graph("dev")  # a session from 07:00 UTC on
    options = SimulationOptions(start=datetime(2026, 11, 24, 6, 0, tzinfo=UTC), real_clock=True)
    scenario = Scenario(profiles=("steady",), duration_seconds=7200.0, replications=2, options=options)
    report = run_scenario(dev, scenario, estimate(dev))
    figure = panels(report, Frame("png", "light"), monkeypatch)
    sums = [area.get_paths()[0].get_extents().y1 for area in figure.axes[-1].collections]
    assert sums[-1] == pytest.approx(float(report.event.total_usd), rel=1e-6)
    fixed, total = figure.axes[-1].collections[0].get_paths()[0].vertices, figure.axes[-1].collections[-1]
    before, until = (max(y for x, y in fixed if x <= minute) for minute in (60, 120))
    standing = report.event.fixed_usd - report.event.sessions_usd
    assert before == pytest.approx(float(standing) / 2)
    assert until == pytest.approx(float(report.event.fixed_usd))
    # Before the session begins, nothing is there that could be asked or run.
    assert max(y for x, y in total.get_paths()[0].vertices if x <= 59) == pytest.approx(before * 59 / 60)
    assert "while the stack is parked" in [text.get_text() for text in figure.axes[0].get_legend().get_texts()]


def test_the_cache_model_serves_and_its_misses_wait_for_the_database(graph):
    scenario = Scenario(
        profiles=("steady",), duration_seconds=1800.0, replications=1, service=ServiceOptions(model_cache=True)
    )
    report = run_scenario(graph("dev"), scenario, None)
    assert report.attainment.mean > 0.9
    assert report.event is None


def test_the_worst_case_is_told_with_and_without_the_spend_brake(graph):
    # `optimize` holds the braked one against the budget, as the policies do: both are to be seen here.
    prod, dev = graph("prod"), graph("dev")
    scenario = Scenario(profiles=("steady",), duration_seconds=300.0, replications=1)
    report = run_scenario(prod, scenario, month := estimate(prod))
    told = report.to_json()["cost"]["month"]
    assert Decimal(told["worstCase"]) == month.worst_case_usd
    assert Decimal(told["worstCaseWithBrake"]) == round(month.bounded_usd, 8) < month.worst_case_usd
    assert f"${month.bounded_usd:.2f} with the spend brake" in render(report)
    plain = run_scenario(dev, scenario, estimate(dev))
    assert plain.to_json()["cost"]["month"]["worstCaseWithBrake"] is None
    assert "with the spend brake" not in render(plain)


def test_recorded_service_without_a_log_says_what_to_give(graph):
    scenario = Scenario(profiles=("steady",), service=ServiceOptions(distribution="recorded"))
    with pytest.raises(InputError, match="takes an access log"):
        run_scenario(graph("dev"), scenario, None)


def test_all_wrong_profiles_and_files_are_told_at_once(graph, tmp_path):
    scenario = Scenario(profiles=("tsunami", "spike:x=1"), files=(tmp_path / "none.csv",))
    with pytest.raises(InputError) as error:
        run_scenario(graph("dev"), scenario, None)
    assert len(error.value.problems) == 3


def run_of(**values):
    made = RunResult(1, 3600.0)
    for name, value in values.items():
        setattr(made, name, value)
    return made


def with_answers(offered, within, **values):
    made = run_of(**values)
    made.tally[0, [kernel.OFFERED, kernel.WITHIN]] = offered, within
    return made


def test_the_judge_passes_only_what_there_is_evidence_for():
    wanted = Objective(attainment_ratio=0.9)
    kept = {"windows": 10, "windows_within": 10}
    assert judge([with_answers(100, 95, **kept)], wanted).verdict == "pass"
    assert judge([with_answers(100, 85, **kept)], wanted).verdict == "blocked"
    assert judge([with_answers(100, 95, windows=10, windows_within=9)], wanted).verdict == "blocked"
    assert judge([with_answers(100, 95)], wanted).verdict == "inconclusive"
    assert judge([run_of()], wanted).verdict == "inconclusive"


def test_the_judge_takes_the_lower_end_of_the_interval():
    runs = [with_answers(1000, within, windows=1, windows_within=1) for within in (905, 935, 920)]
    assert judge(runs, Objective(attainment_ratio=0.92)).verdict == "blocked"
    assert judge(runs, Objective(attainment_ratio=0.88)).verdict == "pass"


def test_what_is_already_late_is_no_better_for_not_being_answered():
    run = RunResult(1, 60.0, left=Afoot(in_flight=8, within=1))
    run.tally[0, [kernel.OFFERED, kernel.COMPLETED, kernel.WITHIN]] = 10, 2, 2
    assert run.attainment_ratio == pytest.approx(0.3)
    run.carried = Afoot(in_flight=4, within=2)  # of the warm-up: they were offered before
    assert run.attainment_ratio == pytest.approx(0.1)


def test_surplus_credits_of_unlimited_mode_are_in_the_cost_of_the_event(graph):
    dev = graph("dev")
    edited = [
        replace(
            each,
            inputs={**each.inputs, "creditSpecification": {"cpuCredits": "unlimited"}},
            outputs={**each.outputs, "creditSpecification": {"cpuCredits": "unlimited"}},
        )
        if each.type == TEMPLATE
        else each
        for each in dev
    ]
    unlimited = ResourceGraph(edited)
    scenario = Scenario(profiles=("steady:rate=60",), duration_seconds=1800.0, replications=1)
    report = run_scenario(unlimited, scenario, estimate(unlimited))
    run, name = report.runs[0], "plant-stable-group"
    vcpu_seconds = run.surplus_vcpu_seconds[name]
    # 60 requests/s of 5 ms CPU are 0.3 vCPU, of which each running instance earns 0.1.
    done = run.total(kernel.COMPLETED) * 0.005
    assert vcpu_seconds == pytest.approx(done - 0.1 * run.instance_seconds[name], rel=0.1)
    without = replace(run, surplus_vcpu_seconds={})
    with_surplus, bare = (
        EventPrices.of(estimate(unlimited), report.declared.fleets, unlimited).cost(each) for each in (run, without)
    )
    charged = with_surplus.instances_usd - bare.instances_usd
    assert float(charged) == pytest.approx(vcpu_seconds / 3600 * 0.04)  # AWS: $0.04 a vCPU-hour of T4g


@pytest.mark.parametrize(
    ("stack", "given", "told"),
    [
        ("dev", 7.5, ", with 7.5 CPU credits an instance;"),
        ("dev", 1e9, ", with 144 CPU credits an instance;"),
        ("k8s", 5, ";"),
    ],
)
def test_what_is_said_of_credits_is_what_instances_have(graph, stack, given, told):
    options = SimulationOptions(fleet=FleetConstants(initial_credits=given))
    scenario = Scenario(profiles=("steady",), duration_seconds=60.0, replications=1, options=options)
    notes = run_scenario(graph(stack), scenario, None).assumptions
    assert any(f"each run starts idle{told}" in note for note in notes)


def test_what_is_said_of_the_warm_up_is_what_is_left_out(graph):
    scenario = Scenario(
        profiles=("steady:rate=2",),
        duration_seconds=1200.0,
        replications=1,
        options=SimulationOptions(warm_up_seconds=60.0),
    )
    report = run_scenario(graph("dev"), scenario, None)
    assert any("the first 300 s are left out" in each for each in report.assumptions)
    run = report.runs[0]
    assert run.tally[:, kernel.OFFERED].sum() == run.series[5:, COLUMNS.index("requests")].sum()


def test_names_that_are_cut_still_differ():
    middles = ("stable-p95", "canary-p95", "canary-p99", "stable-unhealthy-hosts")
    names = [f"plant-prod-blue-{middle}-over-the-limit-of-the-slo" for middle in middles]
    for most in (20, 27, 40, 60, 80):
        cut = shortened([*names, "short"], most)
        assert len({*cut}) == 5 and max(map(len, cut)) <= most and cut[-1] == "short"
    assert shortened(names, 80) == names
