import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from workbench.cli.main import run

FAST = ("--duration", "20m", "--replications", "1")


@pytest.fixture
def plant(capsys):
    """Run a command line; its exit status, output and errors."""

    def call(*arguments):
        status = run(list(arguments))
        captured = capsys.readouterr()
        return status, captured.out, captured.err

    return call


@pytest.fixture(scope="module")
def saved(request, tmp_path_factory):
    """The dev stack as a file, so that the program need not run for every test."""
    path = tmp_path_factory.mktemp("stacks") / "dev.json"
    path.write_text(json.dumps(request.getfixturevalue("deployment")("dev")))
    return str(path)


def test_a_table_by_default(plant, saved):
    status, out, _ = plant("simulate", "--file", saved, *FAST)
    assert status == 0
    assert out.startswith("dev: spike")
    assert "verdict: pass" in out


def test_every_wrong_option_is_told_at_once(plant, saved):
    times = ("--duration", "x", "--warm-up", "y", "--client-timeout", "z")
    files = ("--traffic", "/a.csv", "--traffic", "/b.csv", "--file", "/c.json", "--picture", "d.gif")
    status, _, errors = plant("simulate", *times, *files, "-c", "foo")
    assert status == 2
    named = ("--duration", "--warm-up", "--client-timeout", "/a.csv", "/b.csv", "/c.json", "d.gif", "--config foo")
    assert all(one in errors for one in named)

    status, _, errors = plant("simulate", "--file", saved, "--service", "weird", "--assume", "nothing=1")
    assert status == 2
    assert "weird" in errors and "--assume nothing=1" in errors


def test_json_goes_to_a_file_and_is_the_same_every_time(plant, saved, tmp_path):
    files = [tmp_path / name for name in ("one.json", "two.json")]
    for file in files:
        status, out, _ = plant("simulate", "--file", saved, *FAST, "--format", "json", "--out", str(file))
        assert (status, out) == (0, "")
    assert files[0].read_bytes() == files[1].read_bytes()
    assert json.loads(files[0].read_text())["verdict"] == "pass"


def test_a_missed_budget_is_status_1(plant, saved):
    status, out, _ = plant("simulate", "--file", saved, *FAST, "-p", "steady:rate=300")
    assert status == 1
    assert "verdict: blocked" in out
    assert "ms over all, answers that nobody waited for included;" in out


@pytest.mark.parametrize("suffix", [".png", ".svg"])
def test_pictures(plant, saved, tmp_path, suffix):
    picture = tmp_path / f"picture{suffix}"
    assert plant("simulate", "--file", saved, *FAST, "--picture", str(picture), "--theme", "dark")[0] == 0
    assert picture.stat().st_size > 10_000


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("-p", "tsunami"), "allowed: steady"),
        (("--duration", "forever"), "write a time"),
        (("--service", "weird"), "allowed: exponential"),
        (("--traffic", "/nowhere.csv"), "No such file"),
        (("--picture", "x.gif"), "has to end in .png or .svg"),
        (("--replications", "0"), "--replications"),
        (("--attain", "2"), "--attain"),
        (("--start", "9999-12-31"), "not in the years 2000 to 2100"),
        (("--start", "0001-01-01"), "not in the years 2000 to 2100"),
        *(
            ((option, value), "finite" if value == "nan" else option)
            for option in (
                "--attain",
                "--scale",
                "--error-ratio",
                "--cpu-ratio",
                "--canary",
                "--launch-failures",
                "--spot-interruptions",
                "--ready-seconds",
                "--credits",
            )
            for value in ("nan", "inf", "-1")
        ),
    ],
)
def test_wrong_input_is_status_2_with_a_line_and_no_traceback(plant, saved, arguments, told):
    status, out, err = plant("simulate", "--file", saved, *arguments)
    assert status == 2
    assert out == ""
    assert told in err
    assert "Traceback" not in err


def test_what_says_nothing_of_a_rollout_is_refused(plant):
    given = ("--canary", "10", "--warm-up", "5m", "--scheduler", "tcp://x:1", "--attain", "0.9")
    status, _, err = plant("simulate", "--rollout", *given)
    assert status == 2
    for option in ("--canary: ", "--warm-up: ", "--scheduler: ", "--attain: "):
        assert option in err


def test_a_missing_file_and_a_parked_stack_are_status_2(plant, tmp_path, deployment):
    assert plant("simulate", "--file", str(tmp_path / "none.json"))[0] == 2
    parked = tmp_path / "parked.json"
    parked.write_text(json.dumps(deployment("parked")))
    status, _, err = plant("simulate", "--file", str(parked))
    assert status == 2
    assert "simulate it unparked" in err


@pytest.mark.parametrize("warm_up", ["10m", "20m"])
def test_a_warm_up_that_leaves_nothing_is_refused(plant, saved, warm_up):
    status, _, err = plant("simulate", "--file", saved, "--duration", "10m", "--warm-up", warm_up)
    assert status == 2
    assert "leave nothing of the 600 s" in err


def test_recorded_traffic_is_replayed_and_bad_rows_are_told(plant, saved, tmp_path):
    traffic = tmp_path / "counts.csv"
    # A Tuesday, 09:00 in Vilnius: a session of the dev stack.
    rows = "".join(f"2026-11-24T07:{minute:02}:00Z,{120 + minute}\n" for minute in range(10))
    traffic.write_text("timestamp,requests\n" + rows + "broken,row\n")
    status, out, _ = plant("simulate", "--file", saved, "--traffic", str(traffic), "-r", "1")
    assert status == 0
    assert "10 min, 1 run" in out
    assert "1 of 11 rows were left out" in out


def test_traffic_that_was_recorded_while_the_stack_is_parked_finds_nobody(plant, saved, tmp_path):
    traffic = tmp_path / "counts.csv"
    traffic.write_text("timestamp,requests\n" + "".join(f"2026-11-24T20:{minute:02}:00Z,200\n" for minute in range(10)))
    status, out, _ = plant("simulate", "--file", saved, "--traffic", str(traffic), "-r", "1")
    assert status == 1
    assert "2,0" in out or "1,9" in out
    assert "came while the stack was parked" in out
    moved = plant("simulate", "--file", saved, "--traffic", str(traffic), "-r", "1", "--start", "2026-11-24T07:00")
    assert moved[0] == 0


def test_all_requests_are_lost_where_every_answer_is_an_error(plant, saved):
    status, out, _ = plant("simulate", "--file", saved, *FAST, "--format", "json", "--error-ratio", "1.0")
    assert status == 1
    (run,) = json.loads(out)["runs"]
    assert run["good"] == 0
    assert run["lost"] + run["waitingRetries"] + run["inFlight"] >= run["arrived"] > 0


def test_no_evidence_is_no_pass(plant, saved):
    status, out, _ = plant("simulate", "--file", saved, *FAST, "-p", "steady:rate=0")
    assert status == 1
    assert "verdict: inconclusive" in out


def test_options_of_trouble_change_the_outcome(plant, saved):
    _, calm, _ = plant("simulate", "--file", saved, *FAST, "--format", "json")
    _, trouble, _ = plant(
        "simulate", "--file", saved, *FAST, "--format", "json", "--launch-failures", "0.9", "--error-ratio", "0.1",
        "--attempts", "1", "--queue-limit", "5", "--service", "lognormal:2",
    )  # fmt: skip
    before, after = json.loads(calm), json.loads(trouble)
    assert before["requests"]["failed"]["mean"] == 0
    assert after["requests"]["failed"]["mean"] > 0
    assert any(event["kind"] == "launch-failed" for event in after["runs"][0]["fleetEvents"])


@pytest.fixture
def small_space(monkeypatch):
    """A handful of candidates instead of hundreds."""
    from workbench.simulate.optimize import search
    from workbench.simulate.optimize.candidates import Space

    def space_for(settings):
        return Space(
            instance_types=(("t4g.nano", "t4g.micro"),),
            min_sizes=(1,),
            max_sizes=(2, 3),
            warm_pools=(0,),
            caches=(None,),
            hours=(settings.uptime.hours_per_session,),
        )

    monkeypatch.setattr(search, "space_for", space_for)


def test_optimize_finds_settings(plant, small_space):
    status, out, err = plant("optimize", "--duration", "10m", "--replications", "2", "-p", "steady")
    assert status == 0, err
    assert "cheapest that holds: t4g.nano 1 to 2" in out
    assert "verdict: pass" in out


def test_optimize_writes_the_settings_into_the_stack_file(plant, small_space, tmp_path, monkeypatch):
    import shutil

    from workbench.preview import settings as preview_settings
    from workbench.preview import stackfile, synthesis

    root = tmp_path / "project"
    root.mkdir()
    for name in ("Pulumi.yaml", "Pulumi.dev.yaml"):
        shutil.copy(stackfile.REPOSITORY / name, root)
    for module in (synthesis, stackfile):
        monkeypatch.setattr(module, "REPOSITORY", root)
    monkeypatch.setattr(synthesis.synthesize, "__kwdefaults__", {"overrides": None, "root": root})
    monkeypatch.setattr(preview_settings.settings_of, "__defaults__", (root,))
    (root / "infra").symlink_to(Path(__file__).parents[4] / "infra")
    before = (root / "Pulumi.dev.yaml").read_text()
    text = before.replace("  plant:fleet:\n", "  plant:fleet:\n    max_size: 3 # too many\n")
    (root / "Pulumi.dev.yaml").write_text(text)
    status, out, err = plant(
        "optimize", "--duration", "10m", "-r", "2", "-p", "steady", "--ignore-worst-case", "--write"
    )
    assert status == 0, err
    assert "+    max_size: 2 # too many" in out
    assert (root / "Pulumi.dev.yaml").read_text() == text.replace("max_size: 3", "max_size: 2")


def test_optimize_without_an_affordable_answer_is_status_1(plant, small_space):
    status, out, _ = plant("optimize", "--duration", "10m", "-p", "steady", "--budget", "0.10")
    assert status == 1
    assert "nothing holds" in out


def test_optimize_refuses_what_is_no_number(plant):
    for option in ("--attain", "--cpu-ratio"):
        status, out, err = plant("optimize", option, "nan")
        assert (status, out) == (2, "") and "not a finite number" in err


@pytest.mark.parametrize("budget", ["free", "-1", "nan", "1e9", "²", ""])
def test_a_wrong_budget_is_status_2(plant, budget):
    status, _, err = plant("optimize", "--stack", "nowhere", "--budget", budget)
    assert status == 2 and (("--budget" in err and "nowhere" not in err) or not budget)  # before the stack is read


def test_optimize_tells_all_that_is_wrong_before_it_looks_for_the_stack(plant):
    wrong = ["--budget", "nan", "--duration", "soon", "--traffic", "none.csv"]
    status, _, err = plant("optimize", "--stack", "none", *wrong, "-c", "plant:fleet.max_size=3", "--write")
    told = [line.removeprefix("error: ").partition(":")[0].split(" ")[0] for line in err.splitlines()]
    assert status == 2 and told == ["none.csv", "--budget", "--write", "--duration"]


@pytest.mark.parametrize("arguments", [("simulate", "--traffic"), ("simulate", "--file"), ("cost", "none", "--usage")])
def test_an_address_is_told_as_it_was_given(plant, arguments):
    status, _, err = plant(*arguments, "http://example.com/a.csv")
    assert status == 2 and "http://example.com/a.csv: is an address" in err


def test_a_second_process_does_not_compile_again(saved):
    # The compiled loop is cached beside its source; compiling takes about 4 s, loading it under 1 s.
    code = (
        "import numba, workbench.simulate.kernel as kernel, sys; from workbench.cli.main import run;"
        f"run(['simulate', '--file', {saved!r}, '--duration', '2m', '-r', '1', '--out', {os.devnull!r}]);"
        "stats = kernel.advance.stats; print(sum(stats.cache_hits.values()), sum(stats.cache_misses.values()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    hits, misses = map(int, done.stdout.split())
    assert (hits, misses) == (1, 0)


def test_requests_that_end_with_their_instance_are_told(plant, saved):
    late = ("--start", "2026-11-24T08:05", "--duration", "15m", "--replications", "1", "--queue-limit", "50")
    status, out, _ = plant("simulate", "--file", saved, *late, "-p", "steady:rate=60")
    assert status == 1
    assert re.search(r"note: \d+ requests of all runs were cut off with their instance \(502\)", out)
    assert re.search(r"failures +\d+ x 502, .* 0 x 5xx of the application", out)
    assert "cut off" not in plant("simulate", "--file", saved, *FAST)[1]
