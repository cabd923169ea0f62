import gzip
import re
import tracemalloc
from datetime import UTC, datetime

import numpy as np
import pytest

from deployment.errors import InputError
from workbench.simulate import kernel
from workbench.simulate.options import SimulationOptions
from workbench.simulate.result import COLUMNS
from workbench.simulate.scenario import Scenario, ServiceOptions, load_traffic, run_scenario
from workbench.simulate.traffic.access_log import SAMPLES, TargetTimes, equally_likely, read_access_log
from workbench.simulate.traffic.arrivals import LARGEST, ArrivalOptions, ArrivalSource
from workbench.simulate.traffic.counts import read_csv, read_parquet

LINE = (
    "https 2026-11-23T09:{minute:02}:{second:02}.500000Z app/plant/50dc6c495c0c9188 192.0.2.{client}:2817 10.0.0.1:8443"
    ' 0.001 {target} 0.000 200 200 34 366 "GET https://api.example.com:443/v1/plants HTTP/2.0" "curl/8.0" -'
    ' TLSv1.3 arn:aws:elasticloadbalancing:us-east-1:123456789012:targetgroup/t/73e2d6bc24d8a067 "Root=1-5833" "-" "-"'
    ' 0 2026-11-23T09:{minute:02}:{second:02}.000000Z "waf,forward" "-" "-" "10.0.0.1:8443" "200" "-" "-"\n'
)


def log_lines(count=120):
    return [
        LINE.format(minute=index // 60, second=index % 60, client=index % 7, target=f"0.0{10 + index % 20}")
        for index in range(count)
    ]


def test_counts_of_a_csv_file(tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("timestamp,requests\n2026-11-23T09:00:00Z,60\n2026-11-23T09:01:00Z,120\n2026-11-23T09:03:00Z,30\n")
    _, stream, report = read_csv(file)
    assert [stream.rate(t) for t in (0, 60, 120, 180, 240)] == [1, 2, 0, 0.5, 0]
    assert (report.good, report.bad) == (3, 0)
    assert report.lines() == [f"{file}: 1 intervals have no row, and are taken to have no requests"]


@pytest.mark.parametrize("zone", ["", "Z", "+00:00"])
def test_moments_may_be_seconds_since_1970_parts_of_them_or_dates(tmp_path, zone):
    first = 1_795_507_200
    forms = [
        *([str(first * parts), str((first + 300) * parts)] for parts in (1, 10**3, 10**6, 10**9)),
        [f"2026-11-24T08:00:00{zone}", f"2026-11-24T08:05:00{zone}"],
    ]
    found = []
    for form in forms:
        file = tmp_path / "counts.csv"
        file.write_text("timestamp,requests\n" + "".join(f"{moment},600\n" for moment in form))
        origin, stream, report = read_csv(file)
        found.append((origin, [stream.rate(t) for t in (0, 599, 600)], report.lines()))
    assert found == [(first, [2, 2, 0], [])] * 5


def test_rows_in_any_order_and_repeated_ones_add_up(tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text("requests,timestamp\n120,1700000060\n40,1700000000\n20,1700000000\n")
    _, stream, _ = read_csv(file)
    assert [stream.rate(t) for t in (0, 60)] == [1, 2]


def counts(file, times):
    file.write_text("timestamp,requests\n" + "".join(f"{each},60\n" for each in times))
    return read_csv(file)


def test_an_hour_that_is_there_twice_is_told(tmp_path):
    # Local times of Berlin, on the night that clocks go back: 02:00 comes twice.
    _, stream, report = counts(tmp_path / "c.csv", [f"2026-10-25 0{hour}:00" for hour in (0, 1, 2, 2, 3)])
    assert (report.repeated, stream.requests) == (1, pytest.approx(300))
    (line,) = report.lines()
    assert "1 rows are of the interval of another" in line


def test_a_row_that_is_there_again_a_second_later_is_told(tmp_path):
    times = [f"2026-10-25 0{hour}:00:0{late}" for hour, late in ((0, 0), (1, 0), (2, 0), (2, 1), (3, 0))]
    _, stream, report = counts(tmp_path / "c.csv", times)
    assert (report.repeated, report.missing, stream.requests) == (1, 0, pytest.approx(300))


def test_files_play_on_one_clock_of_a_year_at_most(tmp_path):
    paths = {}
    for name, times in {
        "undated": [0, 60],
        "dated": ["2026-11-23T09:00", "2026-11-23T09:01"],
        "older": ["2019-11-23T09:00", "2019-11-23T09:01"],
        "days": [300_000_000 + 86_400 * day for day in range(400)],
    }.items():
        paths[name] = tmp_path / f"{name}.csv"
        counts(paths[name], times)
    with pytest.raises(InputError, match=r"undated.csv: counts from a start of its own, and other files have dates"):
        load_traffic(Scenario(files=(paths["undated"], paths["dated"]), profiles=("flash-crowd",)), 1.0)
    with pytest.raises(InputError, match=r"older.csv: 2,557 days from the first row to the last; at most 366"):
        load_traffic(Scenario(files=(paths["dated"], paths["older"])), 1.0)
    with pytest.raises(InputError, match=r"days.csv: 400 days"):
        load_traffic(Scenario(files=(paths["days"],)), 1.0)
    cut = load_traffic(Scenario(files=(paths["days"],), duration_seconds=3600.0), 1.0)
    assert cut.traffic.duration_seconds == 3600.0


@pytest.mark.parametrize("digits", [0, 2, 4])
def test_a_moment_of_digits_only_is_no_second_since_1970(tmp_path, digits):
    times = [f"20261123{hour:02}{'0' * digits}" for hour in (9, 10, 11)]
    start, stream, _ = counts(tmp_path / "c.csv", times)
    assert datetime.fromtimestamp(start, UTC) == datetime(2026, 11, 23, 9, tzinfo=UTC)
    assert stream.peak_rps == pytest.approx(60 / 3600)


@pytest.mark.parametrize(
    ("times", "told"),
    [
        # Days since 1900, as spreadsheets count: an hour would be 0.04 s.
        ([f"{46_349 + hour / 24:.6f}" for hour in range(5)], "at least 0.9 s"),
        # No interval that anybody counts in: a grid of one second would have 60 requests in each of four seconds.
        ([f"2026-11-23 09:{at // 60:02}:{at % 60:02}" for at in (0, 700, 2000, 2700)], "not on that grid"),
    ],
)
def test_rows_on_no_grid_are_not_seconds(tmp_path, times, told):
    with pytest.raises(InputError, match=told):
        counts(tmp_path / "c.csv", times)


def test_bad_rows_are_counted_and_named(tmp_path):
    file = tmp_path / "counts.csv"
    file.write_text(
        "timestamp,requests\n2026-11-23T09:00:00Z,60\nyesterday,5\n2026-11-23T09:01:00Z,many\n"
        "2026-11-23T09:01:00Z,-1\n2026-11-23T09:01:00Z,nan\n2026-11-23T09:02:00Z\n2026-11-23T09:01:00Z,60\n"
    )
    _, stream, report = read_csv(file)
    assert (report.good, report.bad) == (2, 5)
    assert stream.requests == pytest.approx(120)
    text = "\n".join(report.lines())
    assert "5 of 7 rows were left out" in text
    assert "line 3: 'yesterday' is no timestamp" in text


@pytest.mark.parametrize("late", [0, 5, 23])
def test_one_late_row_does_not_change_the_interval(tmp_path, late):
    moments = [1_700_006_400 + 3600 * hour + (1 if hour == late else 0) for hour in range(24)]
    file = tmp_path / "jitter.csv"
    file.write_text("timestamp,requests\n" + "".join(f"{moment},7200\n" for moment in moments))
    origin, stream, _ = read_csv(file)
    assert origin == 1_700_006_400
    assert stream.requests == pytest.approx(24 * 7200)
    assert stream.peak_rps == pytest.approx(2)


@pytest.mark.parametrize("interval", [60, 3600])
def test_rows_that_are_all_late_in_their_own_way_are_on_the_usual_grid(tmp_path, interval):
    late = [0.083 * interval * (index * 0.618 % 1) for index in range(200)]
    rows = [f"{1_795_000_000 + index * interval + late[index]:.3f},{index}" for index in range(200) if index != 7]
    file = tmp_path / "late.csv"
    file.write_text("\n".join(["timestamp,requests", *rows]))
    _, stream, _ = read_csv(file)
    assert stream.segments[-1].end == 200 * interval
    counted = [round(each.start_rps * (each.end - each.start)) for each in stream.segments]
    assert sum(counted) == sum(range(200)) - 7


def test_a_collector_that_is_a_second_later_each_time_counts_minutes(tmp_path):
    rows = [f"{1_795_000_020 + 60 * index + index % 6},{index}" for index in range(30)]  # gaps of 61 s, mostly
    file = tmp_path / "drifting.csv"
    file.write_text("\n".join(["timestamp,requests", *rows]))
    origin, stream, report = read_csv(file)
    assert (origin, stream.segments[-1].end, report.missing) == (1_795_000_020, 1800, 0)
    slow = [f"{1_795_000_020 + 61 * index},{index}" for index in range(30)]  # which sleeps a minute after its work
    file.write_text("\n".join(["timestamp,requests", *slow]))
    assert read_csv(file)[1].segments[-1].end == 30 * 61


@pytest.mark.parametrize(
    ("name", "content", "told"),
    [
        ("counts.csv", "timestamp;requests\n1;2\n", "is 'timestamp;requests'"),
        (
            "counts.jsonl",
            '{"timestamp": 1, "requests": 2}\n',
            "by its name it has to be an Application Load Balancer's access log",
        ),
        ("counts.txt", "timestamp,requests\n0,1\n60,1\n", r"tables of counts end in \.csv"),
    ],
)
def test_a_table_of_another_kind_is_refused_with_the_kind_that_is_read(tmp_path, name, content, told):
    (tmp_path / name).write_text(content)
    with pytest.raises(InputError, match=told):
        load_traffic(Scenario(files=(tmp_path / name,)), 1.0)


def test_a_row_off_the_grid_is_refused_by_name(tmp_path):
    file = tmp_path / "odd.csv"
    rows = [f"2026-11-02T{hour:02}:00:00Z,10" for hour in range(5)]
    file.write_text("\n".join(["timestamp,requests", *rows, "2026-11-02T06:25:00Z,10"]))
    with pytest.raises(InputError) as error:
        read_csv(file)
    assert "3600 s apart, and 1 of 6" in error.value.problems[0]
    assert "line 7 (2026-11-02T06:25:00Z) is off the grid" in error.value.problems[1]


@pytest.mark.parametrize(
    ("content", "told"),
    [
        ("", "no column timestamp, requests"),
        ("when,how many\n1,2\n", "no column timestamp, requests"),
        ("timestamp,requests\n", "0 usable intervals"),
        ("timestamp,requests\n2026-11-23T09:00:00Z,1\n", "1 usable intervals"),
        ("timestamp,requests\n0,1\n1,1\n4000000000,1\n", "intervals of 1 s"),
        ("timestamp,requests\n\x00,\x00\n", "0 usable intervals"),
    ],
)
def test_a_file_that_can_t_be_used_is_an_input_error(tmp_path, content, told):
    file = tmp_path / "counts.csv"
    file.write_text(content)
    with pytest.raises(InputError, match=told):
        read_csv(file)


def test_a_missing_file_is_an_input_error(tmp_path):
    for read in (read_csv, read_access_log):
        with pytest.raises(InputError, match="No such file"):
            read(tmp_path / "none.csv")


def test_parquet_says_the_same_as_csv(tmp_path):
    pyarrow = pytest.importorskip("pyarrow")
    from pyarrow import parquet

    table = pyarrow.table({"timestamp": [1700000000, 1700000060, None], "requests": [60, 120, 5], "other": [1, 2, 3]})
    parquet.write_table(table, tmp_path / "counts.parquet")
    _, stream, report = read_parquet(tmp_path / "counts.parquet")
    assert [stream.rate(t) for t in (0, 60)] == [1, 2]
    assert (report.good, report.bad) == (2, 1)


def test_a_broken_parquet_file_is_an_input_error(tmp_path):
    pytest.importorskip("pyarrow")
    (tmp_path / "counts.parquet").write_bytes(b"PAR1 nonsense PAR1")
    with pytest.raises(InputError, match=r"counts\.parquet"):
        read_parquet(tmp_path / "counts.parquet")


@pytest.mark.parametrize("packed", [False, True], ids=["plain", "gzip"])
def test_an_access_log_gives_arrivals_clients_and_target_times(tmp_path, packed):
    text = "".join(log_lines()).encode()
    file = tmp_path / "access.log.gz"
    file.write_bytes(gzip.compress(text) if packed else text)
    recorded = read_access_log(file)
    assert recorded.report.good == 120
    assert recorded.stream.requests == pytest.approx(120)
    assert recorded.stream.rate(5) == pytest.approx(1.0)
    assert recorded.stream.addresses == 7
    assert recorded.target_times.mean_seconds == pytest.approx(0.0195)
    assert recorded.target_times.sample.mean() == pytest.approx(0.0195)


def test_bad_lines_of_an_access_log_are_counted_and_named(tmp_path):
    lines = log_lines(20)
    lines[3] = "not a log line\n"
    lines[5] = lines[5].replace("https ", "telnet ", 1)
    lines[7] = lines[7].replace(" 0.001 ", " soon ", 1)
    lines[9] = "x" * 100_000 + "\n"
    (tmp_path / "access.log").write_text("".join(lines))
    report = read_access_log(tmp_path / "access.log").report
    assert (report.good, report.bad) == (16, 4)
    assert [example.split(":")[0] for example in report.examples] == ["line 4", "line 6", "line 8", "line 10"]


def test_requests_that_reached_no_target_are_arrivals_without_a_time(tmp_path):
    lines = [line.replace("0.010", "-1") for line in log_lines(20)]
    (tmp_path / "access.log").write_text("".join(lines))
    recorded = read_access_log(tmp_path / "access.log")
    assert recorded.report.good == 20
    assert recorded.target_times.mean_seconds > 0


def recorded_log(path, *statuses):
    """A log whose requests were answered with each of (the load balancer's, the target's) `statuses` in turn."""
    rows = [
        line.replace(" 200 200 ", " {} {} ".format(*statuses[index % len(statuses)]), 1)
        for index, line in enumerate(log_lines())
    ]
    path.write_text("".join(rows))
    return path


def test_what_was_answered_is_counted_and_failures_of_targets_are_kept(tmp_path):
    log = recorded_log(tmp_path / "a.log", (200, 200), (200, 200), (500, 500), (504, "-"))
    recorded = read_access_log(log)
    assert recorded.report.answers == {"2xx": 60, "5xx": 60}
    assert recorded.target_times.failed_ratio == 0.25
    assert "60 x 2xx, 60 x 5xx" in recorded.report.lines()[0]
    calm = read_access_log(recorded_log(tmp_path / "b.log", (200, 200), (304, 304)))
    assert calm.report.lines() == []


def test_recorded_service_fails_as_often_as_was_recorded(tmp_path, graph):
    log = recorded_log(tmp_path / "a.log", (200, 200), (200, 200), (500, 500))

    def told(**service):
        scenario = Scenario(files=(log,), replications=1, service=ServiceOptions(**service))
        report = run_scenario(graph("prod"), scenario, None)
        failed = report.requests("failed").mean / report.requests("attempts").mean
        return failed, next(each for each in report.assumptions if "5xx" in each)

    as_recorded, other, given = told(distribution="recorded"), told(), told(distribution="recorded", error_ratio=0.9)
    assert as_recorded[0] == pytest.approx(1 / 3, abs=0.1)
    assert "they fail when they did then" in as_recorded[1]
    assert other[0] == 0
    assert "none is here" in other[1]
    assert given[0] == pytest.approx(0.9, abs=0.1)


def test_a_truncated_gzip_file_is_an_input_error(tmp_path):
    content = gzip.compress("".join(log_lines(200)).encode())
    (tmp_path / "access.log.gz").write_bytes(content[: len(content) // 2])
    with pytest.raises(InputError, match="complete gzip file"):
        read_access_log(tmp_path / "access.log.gz")


def test_a_line_that_never_ends_does_not_fill_the_memory(tmp_path):
    bomb = gzip.compress(b"x" * 60_000_000 + b"\n" + log_lines(1)[0].encode() * 2)
    (tmp_path / "bomb.log.gz").write_bytes(bomb)
    tracemalloc.start()
    recorded = read_access_log(tmp_path / "bomb.log.gz")
    peak = tracemalloc.get_traced_memory()[1]
    tracemalloc.stop()
    assert recorded.report.bad == 1
    assert recorded.report.good == 2
    assert peak < 10_000_000


@pytest.mark.parametrize("content", [bytes(range(256)) * 40, bytes(5000)], ids=["any bytes", "nulls"])
def test_what_is_no_text_is_refused_in_one_line(tmp_path, content):
    file = tmp_path / "traffic"
    file.write_bytes(content)
    with pytest.raises(InputError) as refused:
        read_access_log(file)
    assert len(refused.value.problems) == 1


@pytest.mark.parametrize("pack", [bytes, gzip.compress], ids=["plain", "gzip"])
def test_a_day_without_dashes_is_a_day_and_no_second_of_1970(tmp_path, pack):
    file = tmp_path / "counts.csv"
    file.write_bytes(pack(b"timestamp,requests\n20261123,60\n20261124,60\n20261125,60\n"))
    start, stream, _ = read_csv(file)
    assert start == datetime(2026, 11, 23, tzinfo=UTC).timestamp()
    assert stream.segments[-1].end == 3 * 86_400


@pytest.mark.parametrize(
    "moment", ["0001-01-01T00:00:00", "9999-12-31T23:59:59-23:59", "1795424400000000000000", "1e400", "inf"]
)
def test_a_moment_out_of_the_calendar_is_left_out_and_named(tmp_path, moment):
    file = tmp_path / "counts.csv"
    file.write_text(f"timestamp,requests\n2026-11-23,1\n2026-11-24,1\n{moment},1\n")
    told = f"  line 4: '{moment}' is no timestamp (ISO 8601, or seconds, ms, us or ns since 1970)"
    assert read_csv(file)[2].lines()[1] == told


def test_a_line_that_is_too_long_is_refused_before_it_is_read_whole(tmp_path):
    file = tmp_path / "counts.csv.gz"
    file.write_bytes(gzip.compress(b"timestamp,requests\n" + b"x" * 10_000_000))
    with pytest.raises(InputError, match="a line of more than 100,000 characters"):
        read_csv(file)


def test_a_log_may_begin_with_a_byte_order_mark(tmp_path):
    file = tmp_path / "access.log"
    file.write_text("\ufeff" + "".join(log_lines(2)), encoding="utf-8")
    assert read_access_log(file).report.bad == 0


def test_the_times_of_several_logs_are_pooled_by_what_each_measured(tmp_path):
    slow, quick = tmp_path / "slow.log", tmp_path / "quick.log"
    slow.write_text("".join(LINE.format(minute=0, second=0, client=1, target="0.300") for _ in range(30)))
    quick.write_text("".join(LINE.format(minute=1, second=0, client=1, target="0.020") for _ in range(90)))
    for files in ((slow, quick), (quick, slow)):
        loaded = load_traffic(Scenario(files=files), 1.0)
        assert loaded.recorded.mean_seconds == pytest.approx((30 * 0.3 + 90 * 0.02) / 120)
        assert np.mean(loaded.recorded.sample > 0.1) == pytest.approx(0.25)


def test_pooled_times_stay_as_few_as_those_of_one_file():
    parts = [TargetTimes(np.full(SAMPLES, 0.1), 3_000_000, 3e5), TargetTimes(np.full(1000, 0.5), 1000, 500.0)]
    pooled = TargetTimes.pooled([*parts, TargetTimes(np.empty(0), 0, 0.0)])
    assert len(pooled.sample) == pytest.approx(SAMPLES, abs=2)
    assert pooled.sample.mean() == pytest.approx(pooled.mean_seconds, rel=1e-3)


def test_equally_likely_times_are_numpys_quantiles():
    rng = np.random.default_rng(1)
    for many in (1, 2, 3, 1000):
        sample = rng.lognormal(size=many)
        for size in (1, 2, 7, 1000):
            found = equally_likely(sample, size)
            assert (found == np.quantile(sample, (np.arange(size) + 0.5) / size)).all()


@pytest.mark.parametrize("moment", ["9999-12-31T23:59:59Z", "0001-01-01T00:00:00Z", "1969-12-31T23:59:58Z"])
def test_a_time_that_no_calendar_serves_is_a_bad_row(tmp_path, moment):
    file = tmp_path / "odd.log"
    odd = re.sub(r"2026-11-23T09:00:00\.\d+Z", moment, log_lines()[0])
    file.write_text(odd + "".join(log_lines()))
    report = read_access_log(file).report
    assert (report.good, report.bad) == (120, 1)
    assert "between 1970 and 2100" in "\n".join(report.lines())


@pytest.mark.parametrize(
    "scenario",
    [
        pytest.param(lambda path: Scenario(files=(path,)), id="a file"),
        pytest.param(lambda path: Scenario(profiles=("steady:rate=1000000", "steady:rate=1")), id="profiles together"),
        pytest.param(lambda path: Scenario(profiles=("steady:rate=100000",), scale=20.0), id="a scale"),
    ],
)
def test_more_requests_than_can_be_simulated_are_refused_before_they_are_drawn(tmp_path, scenario):
    file = tmp_path / "huge.csv"
    file.write_text("timestamp,requests\n2026-11-23T09:00:00Z,1e9\n2026-11-23T09:00:01Z,1e9\n")
    with pytest.raises(InputError, match="requests/s at its peak"):
        load_traffic(scenario(file), 1.0)


def test_the_most_that_is_drawn_at_once_is_bounded_at_every_rate():
    loaded = load_traffic(Scenario(profiles=("steady:rate=1000000",), duration_seconds=600.0), 1.0)
    source = ArrivalSource(loaded.traffic, ArrivalOptions(), np.random.SeedSequence(1))
    now, drawn = 57.0, 0
    while now < 60:
        end = source.block_end(now, 600.0)
        assert now < end <= 60
        assert len(source.draw(now, end)) < 1.01 * LARGEST
        now, drawn = end, drawn + 1
    assert drawn >= 3


def busy_log(path, busy_path="/v1/plants", minutes=20, part=slice(None)):
    """Each second three requests of one client to `busy_path` and one of others; `part` of the rows."""
    rows = [
        LINE.format(minute=second // 60, second=second % 60, client=client, target="0.010").replace("/v1/plants", where)
        for second in range(60 * minutes)
        for client, where in ((250, busy_path), (250, busy_path), (250, busy_path), (second % 200, "/v1/plants"))
    ]
    path.write_text("".join(rows[part]))
    return path


def refused(graph, *files, **scenario):
    in_session = SimulationOptions(start=datetime(2026, 11, 24, 7, 5, tzinfo=UTC), real_clock=True)
    report = run_scenario(graph("dev"), Scenario(files=files, replications=1, options=in_session, **scenario), None)
    return report.requests("refused").mean, report


def test_a_client_that_sends_most_of_a_log_is_refused_as_the_firewall_would(tmp_path, graph):
    # Three a second are 900 in five minutes, of the 600 that a user may send: it is let through for 200 s and a lag.
    many, report = refused(graph, busy_log(tmp_path / "busy.log"))
    assert many > 2000
    assert report.requests("attempts").mean == pytest.approx(report.runs[0].arrived / 4 + 3 * 215, rel=0.1)
    assert any("201 client addresses" in note and "75.0% of the requests" in note for note in report.assumptions)


def test_a_client_is_one_however_many_files_its_requests_are_in(tmp_path, graph):
    # Nodes of a load balancer write a file each.
    parts = [busy_log(tmp_path / f"{first}.log", part=slice(first, None, 3)) for first in range(3)]
    many, report = refused(graph, *parts)
    whole, _ = refused(graph, busy_log(tmp_path / "busy.log"))
    assert many == pytest.approx(whole, rel=0.15)
    assert many > 2000
    assert any("201 client addresses" in note for note in report.assumptions)


def test_requests_to_heavy_paths_are_counted_by_the_recorded_paths(tmp_path, graph):
    heavy, light = (
        refused(graph, busy_log(tmp_path / "busy.log", path, minutes=3))[0]
        for path in ("/v1/rep%6Frts/soil?year=2026", "/v1/plants?of=/v1/reports")
    )
    assert light == 0
    assert heavy > 0  # of 540, where 100 may come in five minutes


def test_what_is_drawn_of_a_log_is_of_its_interval(tmp_path):
    recorded = read_access_log(busy_log(tmp_path / "busy.log", minutes=2)).stream.later(30.0)
    times = np.arange(35.0, 150.0)
    client, heavy = recorded.senders.draw(np.random.default_rng(1), times)
    assert not heavy.any()
    names = sorted({f"192.0.2.{each}" for each in (250, *range(120))})
    assert len(names) == recorded.addresses
    others = client[client > 0]
    # Client n + 1 is the one of second n, so it comes within ten seconds of it.
    seconds = times[client > 0] - 30.0
    assert (np.abs(others - 1 - seconds) < 10).all()


def test_a_table_of_counts_names_no_clients_and_says_how_many_are_assumed(tmp_path, graph):
    file = tmp_path / "counts.csv"
    rows = [f"2026-11-23T09:{minute:02}:00Z,60000" for minute in range(6)]
    file.write_text("timestamp,requests\n" + "\n".join(rows))
    many, report = refused(graph, file, clients=100)
    assert many > 0
    assert any("100 share the requests" in note for note in report.assumptions)
    assert refused(graph, file, clients=100_000)[0] == 0


def test_an_incident_of_a_log_stays_in_its_minutes(tmp_path, graph):
    # From the tenth minute to the twentieth all answers are slow and fail, in two files of a request each.
    def rows(client):
        for second in range(1800):
            bad = 600 <= second < 1200
            row = LINE.format(
                minute=second // 60, second=second % 60, client=client, target="0.200" if bad else "0.010"
            )
            yield row.replace(" 200 200 ", " 500 500 ") if bad else row

    files = [tmp_path / f"{client}.log" for client in (1, 2)]
    for client, file in enumerate(files):
        file.write_text("".join(rows(client)))
    service = ServiceOptions(distribution="recorded", cpu_ratio=0.02)
    scenario = Scenario(files=tuple(files), replications=1, service=service)
    report = run_scenario(graph("prod"), scenario, None)
    (run,) = report.runs
    p95, failed, good = (run.series[:, COLUMNS.index(name)] for name in ("p95_ms", "failed", "good"))
    assert (p95[:10] < 20).all()
    assert (p95[11:19] > 190).all()
    assert (p95[21:] < 20).all()
    assert failed[:10].sum() == failed[21:].sum() == 0
    # Repeats fail, too, and no client gets a good answer before the incident is over.
    assert good[11:19].sum() == 0
    assert run.total(kernel.LOST) == pytest.approx(1200, rel=0.1)
    assert any("they fail when they did then" in note for note in report.assumptions)
    assert run.total(kernel.FAILED) == pytest.approx(3 * 1200, rel=0.1)


def test_a_declared_share_of_errors_goes_before_the_recorded_ones(tmp_path, graph):
    log = recorded_log(tmp_path / "a.log", (200, 200), (500, 500))
    service = ServiceOptions(distribution="recorded", error_ratio=0.0)
    report = run_scenario(graph("prod"), Scenario(files=(log,), replications=1, service=service), None)
    assert report.requests("failed").mean == 0
