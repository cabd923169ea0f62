"""`./plant audit` at the command line: what it tells in each format, changes since an earlier one, exit statuses."""

from __future__ import annotations

import json
import os
import subprocess
import sys
import threading
from decimal import Decimal

import pytest
from audited import backend, checkpoint, lock, put, state

from workbench.cli.main import run

DAY = "2026-11-27"
OPEN = (
    "aws:ec2/securityGroup:SecurityGroup",
    "open",
    {"ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]},
)
"""What the baseline blocks."""
UNPRICED = ("aws:qldb/ledger:Ledger", "book", {"permissionsMode": "STANDARD"})


@pytest.fixture
def plant(capsys):
    """`plant(argument, …)`: exit status, standard output, standard error."""

    def ran(*arguments):
        capsys.readouterr()
        status = run(["audit", "--on", DAY, "--workers", "1", *map(str, arguments)])
        output = capsys.readouterr()
        return status, output.out, output.err

    return ran


@pytest.fixture
def mixed(tmp_path):
    """A backend with a stack of each kind."""
    root = backend(tmp_path / "mixed", "web/dev", "web/prod", tags={"Team": "web"})
    put(root, "web/open", checkpoint(state("web", "open", more=[OPEN])))
    put(root, "data/dev", checkpoint(state("data", "dev", keys=9, more=[UNPRICED])))
    put(root, "data/broken", b"{")
    lock(root, "web/prod")
    return root


def test_all_in_order_is_status_0(plant, tmp_path):
    status, out, err = plant(backend(tmp_path, "web/dev"))
    assert (status, err) == (0, "")
    assert "verdict: pass" in out and "web/dev" in out


def test_a_blocked_stack_is_status_1(plant, tmp_path):
    backend(tmp_path, "web/dev")
    put(tmp_path, "web/open", checkpoint(state("web", "open", more=[OPEN])))
    assert plant(tmp_path)[0] == 1


def test_a_resource_without_a_price_blocks(plant, tmp_path):
    backend(tmp_path, "web/dev", more=[UNPRICED])
    status, out, _ = plant(tmp_path)
    assert status == 1 and "aws:qldb/ledger:Ledger: no estimator for this type" in " ".join(out.split())


def test_a_stack_over_its_budget_blocks(plant, tmp_path):
    backend(tmp_path, "web/dev", keys=3)
    assert plant(tmp_path, "--limit", "9")[0] == 0  # with the rotations that a key may be billed for
    status, out, _ = plant(tmp_path, "--limit", "8.99")
    assert status == 1 and "Over budget (1)" in out


def test_a_stack_that_cannot_be_judged_is_no_pass_and_is_named(plant, tmp_path):
    backend(tmp_path, "web/dev")
    put(tmp_path, "web/broken", b"{")
    status, out, err = plant(tmp_path)
    assert status == 2
    assert "web/broken (malformed)" in out and "broken.json: malformed: not readable as JSON" in err


def test_what_blocks_outweighs_what_cannot_be_judged(plant, mixed):
    status, out, _ = plant(mixed)
    assert status == 1
    assert "5 stacks, 14 resources: 2 pass, 2 blocked, 1 could not be judged" in " ".join(out.split())


def test_a_lock_is_told_and_blocks_nothing(plant, tmp_path):
    backend(tmp_path, "web/dev")
    lock(tmp_path, "web/dev")
    status, out, _ = plant(tmp_path)
    assert status == 0 and "ana@laptop" in out


@pytest.mark.parametrize("form", ["table", "json", "html", "sarif", "parquet"])
def test_a_name_that_is_no_text_or_steers_a_terminal_is_shown_escaped(plant, tmp_path, form):
    root = backend(tmp_path / "root", "web/dev")
    folder = root / ".pulumi" / "stacks" / "web"
    for name in (b"\xff\xfe.json", b"..%2f..%2fetc.json", b"two\nlines\x1b[31m.json"):
        (folder / os.fsdecode(name)).write_bytes(b"{")
    status, _, err = plant(root, "--format", form, "--cache", tmp_path / "cache", "--out", tmp_path / "out")
    assert status == 2 and r"\udcff\udcfe.json: malformed" in err and r"two\nlines\x1b[31m.json: malformed" in err
    out = (tmp_path / "out").read_bytes()
    assert form == "parquet" or (b"\x1b" not in out and b"\xff\xfe" not in out)


def test_a_wrong_source_and_wrong_options_are_status_2(plant, tmp_path):
    for arguments in (
        [tmp_path / "none"],
        [],
        [backend(tmp_path / "a", "web/dev"), "--limit", "-1"],
        [tmp_path / "a", "--format", "parquet"],
        [tmp_path / "a", "--since", tmp_path / "none.json"],
        [tmp_path / "a", "--since", tmp_path / "a" / ".pulumi" / "meta.yaml"],
        [tmp_path / "a", "--region", "mars"],
        [tmp_path / "a", "--region", ""],
        [tmp_path / "a", "--limit", "1e400"],
        [tmp_path / "a", "--scheduler", "nonsense"],
        [tmp_path / "a", "--scheduler", "http://127.0.0.1:8786/status"],
        [tmp_path / "a", "--worker-memory", "lots"],
        [tmp_path / "a", "--format", "parquet", "--out", tmp_path / "none" / "x"],
    ):
        status, out, err = plant(*arguments)
        assert (status, out) == (2, ""), arguments
        assert err.startswith("error: ") and err.count("\n") == 1 + err.count("try: "), err


def test_parquet_to_a_device_leaves_it_one(plant, tmp_path):
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    got = []
    reader = threading.Thread(target=lambda: got.append(pipe.read_bytes()))
    reader.start()
    assert plant(backend(tmp_path / "a", "web/dev"), "--format", "parquet", "--out", pipe)[0] == 0
    reader.join(10)
    assert pipe.is_fifo() and got[0].startswith(b"PAR1")


def test_json_tells_stacks_and_totals(plant, mixed):
    document = json.loads(plant(mixed, "--format", "json")[1])
    stacks = {stack["name"]: stack for stack in document["stacks"]}
    assert list(stacks) == ["data/broken", "data/dev", "web/dev", "web/open", "web/prod"]
    assert stacks["data/broken"]["problem"]["kind"] == "malformed"
    assert stacks["web/prod"]["locked"].startswith("ana@laptop")
    assert {name: stack["verdict"] for name, stack in stacks.items()} == {
        "data/broken": "broken", "data/dev": "blocked", "web/dev": "pass", "web/open": "blocked", "web/prod": "pass",
    }  # fmt: skip
    assert document["counts"]["stacks"] == 5 and document["counts"]["locked"] == 1
    whole = Decimal(document["cost"]["expected"])
    assert whole == sum(Decimal(stack["cost"]["expected"]) for stack in stacks.values() if "cost" in stack) == 12
    for totals in (
        *(document[f"by{name}"] for name in ("Project", "Account", "Region", "Service")),
        document["byTag"]["Team"],
    ):
        assert sum(Decimal(one["expected"]) for one in totals) == whole
    assert [one["name"] for one in document["byTag"]["Team"]] == ["(none)", "web"]
    assert [one["stacks"] for one in document["byTag"]["Team"]] == [2, 2]
    assert next(one["name"] for one in document["dearest"]) == "data/dev"
    assert document["unpriced"][0]["type"] == UNPRICED[0] and document["unpriced"][0]["first"] == ["data/dev"]
    assert any(one["blocks"] and one["first"] == ["web/open"] for one in document["findings"])


def test_a_stack_over_its_budget_is_told_in_one_table(plant, mixed):
    def rows(*arguments):
        told = plant(mixed, *arguments)[1].split("\n\n")
        return {
            part.splitlines()[0].split(" (")[0]: [line.split()[0] for line in part.splitlines()[2:]] for part in told
        }

    tables = rows("--limit", "5")
    assert tables["Over budget"] == ["data/dev"]
    assert "data/dev" not in tables["Dearest of the others"]
    assert rows()["Dearest"][0] == "data/dev"


def test_the_same_stacks_are_the_same_bytes(plant, mixed, tmp_path):
    for form in ("json", "html", "sarif", "table", "parquet"):
        files = [tmp_path / f"{form}-{number}" for number in range(2)]
        for file in files:
            plant(mixed, "--format", form, "--out", file)
        assert files[0].read_bytes() == files[1].read_bytes() != b"", form


def test_parquet_is_a_row_a_stack_with_its_charges(plant, mixed, tmp_path):
    import duckdb

    file = tmp_path / "audit.parquet"
    plant(mixed, "--format", "parquet", "--out", file)
    stacks = duckdb.read_parquet(str(file))
    names = stacks.select("name, verdict").fetchall()
    assert names[0] == ("data/broken", "broken") and len(names) == 5
    charges = stacks.select("unnest(charges) AS charge")
    charged = charges.aggregate("charge.tags['Team'] AS team, sum(charge.expected_usd)").order("team").fetchall()
    ((total,),) = stacks.aggregate("sum(expected_usd)").fetchall()
    assert [team for team, _ in charged] == ["web", None]
    assert sum(usd for _, usd in charged) == total and isinstance(total, Decimal)


def test_sarif_places_findings_at_the_states_and_tells_what_is_broken(plant, mixed, monkeypatch):
    monkeypatch.chdir(mixed)
    log = json.loads(plant(mixed.as_uri(), "--format", "sarif")[1])["runs"][0]
    located = [result["locations"][0]["physicalLocation"] for result in log["results"]]
    places = {each["artifactLocation"]["uri"].rpartition("/stacks/")[2] for each in located}
    assert "web/open.json" in places
    assert {result["level"] for result in log["results"]} <= {"error", "warning"}
    (told,) = log["invocations"][0]["toolExecutionNotifications"]
    assert "broken.json: malformed" in told["message"]["text"]


def test_sarif_keeps_what_a_scanner_takes_the_blocking_first(plant, mixed, monkeypatch):
    from workbench.cli import audit as module

    monkeypatch.setattr(module, "MOST_SARIF", 2)
    log = json.loads(plant(mixed, "--format", "sarif")[1])["runs"][0]
    assert len(log["results"]) == 2 and log["results"][0]["level"] == "error"
    assert "results are left out" in log["invocations"][0]["toolExecutionNotifications"][-1]["message"]["text"]


def test_the_page_tells_all_and_escapes_what_states_are_called(plant, tmp_path):
    backend(tmp_path, "web/dev", tags={"<script>": "<b>"})
    put(tmp_path, "web/<i>", b"<img src=x>")
    page = plant(tmp_path, "--format", "html")[1]
    assert "Could not be judged" in page and "By Tag &lt;script&gt;" in page
    assert "<i>.json" not in page and "<b>" not in page


def test_changes_since_an_earlier_audit(plant, tmp_path):
    root = backend(tmp_path / "root", "web/same", "web/gone", "web/dearer", "web/opens")
    earlier = tmp_path / "earlier.json"
    plant(root, "--format", "json", "--out", earlier)
    next(root.rglob("gone.json")).unlink()
    put(root, "web/dearer", checkpoint(state("web", "dearer", keys=4)))
    put(root, "web/opens", checkpoint(state("web", "opens", more=[OPEN])))
    put(root, "web/new", checkpoint(state("web", "new", keys=2)))
    changes = json.loads(plant(root, "--format", "json", "--since", earlier)[1])["changes"]
    assert (changes["new"], changes["gone"]) == (["web/new"], ["web/gone"])
    assert [(one["name"], Decimal(one["change"])) for one in changes["dollars"]] == [
        ("web/dearer", 3),
        ("web/new", 2),
        ("web/gone", -1),
    ]
    assert Decimal(changes["change"]) == 4
    assert changes["newlyBlocked"] == ["web/opens"]
    assert {one["name"] for one in changes["newFindings"]} >= {"web/opens"}
    table = plant(root, "--since", earlier)[1]
    assert "+$4.00 a month" in table and "Gone (1)" in table
    assert "+$4.00" in plant(root, "--since", earlier, "--format", "html")[1]


def test_something_else_than_an_earlier_audit_is_refused(plant, tmp_path):
    backend(tmp_path / "root", "web/dev")
    for number, text in enumerate(
        (
            "",
            "{",
            "[]",
            '{"stacks": []}',
            '{"stacks": [7]}',
            '{"stacks": [{"name": "x"}]}',
            f'{{"a": {"9" * 5000}}}',
            "[" * 20_000,
        )
    ):
        file = tmp_path / f"{number}.json"
        file.write_text(text)
        status, _, err = plant(tmp_path / "root", "--since", file)
        assert status == 2 and "--since" in err, text
    assert "nested deeper than 100 levels" in err


def test_waivers_that_end_soon_are_told(plant, tmp_path, deployment):
    (tmp_path / "dev.json").write_text(json.dumps(deployment("dev")))
    far = json.loads(plant(tmp_path, "--format", "json", "--soon", "3660")[1])["waiversEnding"]
    assert far and [one["expires"] for one in far] == sorted(one["expires"] for one in far)
    assert all(one["owner"] and one["rule"] and one["count"] for one in far)
    assert json.loads(plant(tmp_path, "--format", "json", "--soon", "0")[1])["waiversEnding"] == []


def test_what_was_there_is_said(plant, tmp_path):
    backend(tmp_path / "root", "web/dev")
    assert plant(tmp_path / "root", "--cache", tmp_path / "cache")[2] == ""
    status, _, err = plant(tmp_path / "root", "--cache", tmp_path / "cache")
    assert status == 0 and "1 of 1 stacks were in" in err


@pytest.mark.parametrize("command", ["cost", "check"])
def test_other_commands_load_neither_dask_nor_fsspec(command):
    code = (
        f"import sys, workbench.cli.{command}, workbench.cost.priced, policies.assess, workbench.report.sarif;"
        "print(sorted({'dask', 'distributed', 'fsspec', 's3fs', 'duckdb'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"


def test_a_small_audit_starts_no_cluster(tmp_path):
    backend(tmp_path, "web/dev")
    code = (
        "import sys; from workbench.cli.main import run;"
        f"assert run(['audit', {str(tmp_path)!r}]) == 0;"
        "print(sorted({'dask', 'distributed', 's3fs', 'duckdb', 'pulumi'} & sys.modules.keys()))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.splitlines()[-1] == "[]"


def test_a_page_of_one_stack_counts_one(tmp_path):
    root, out = backend(tmp_path, "web/dev"), tmp_path / "audit.html"
    run(["audit", root.as_uri(), "--format", "html", "--out", str(out)])
    assert "<h1>1 stack</h1>" in out.read_text("utf-8")
