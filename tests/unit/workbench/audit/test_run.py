"""An audit as a whole: accounts are settled, results are kept and found again, and no stack stops another."""

from __future__ import annotations

import datetime
import json
from decimal import Decimal
from pathlib import Path

import pytest
from audited import OTHER_ACCOUNT, backend, checkpoint, put, state

from deployment.errors import InputError
from workbench.audit import run as module
from workbench.audit.examine import Terms
from workbench.audit.kept import Kept, code_hash
from workbench.audit.run import audit
from workbench.audit.sources import found
from workbench.cluster import Cluster

TERMS = Terms(datetime.date(2026, 11, 27))
ONE = Cluster(workers=1)
ALARM = {"metricName": "m", "threshold": 1}
ALARMS = [("aws:cloudwatch/metricAlarm:MetricAlarm", f"alarm-{number}", ALARM) for number in range(8)]
"""Ten alarms are free in an account; two stacks of eight are six over."""
ALARM_USD = Decimal("0.10")


@pytest.fixture
def rows():
    """`rows(sources, cache=None)`: the rows of an audit, and how many results were there already."""

    def ran(*sources, cache=None, terms=TERMS, **more):
        with Kept(cache) as kept:
            audited = audit(found(map(str, sources)), terms, ONE, kept, **more)
            return list(audited.rows()), audited.reused

    return ran


def test_allowances_are_once_an_account(tmp_path, rows):
    backend(tmp_path / "one", "web/a", "web/b", keys=0, more=ALARMS)
    stacks, _ = rows(tmp_path / "one")
    assert sum(row.usd("monthly_usd") for row in stacks) == 6 * ALARM_USD


def test_two_accounts_have_an_allowance_each_unless_they_are_on_one_bill(tmp_path, rows):
    backend(tmp_path, "web/a", keys=0, more=ALARMS)
    backend(tmp_path, "web/b", keys=0, more=ALARMS, account=OTHER_ACCOUNT)
    apart, _ = rows(tmp_path)
    assert sum(row.usd("monthly_usd") for row in apart) == 0
    together, _ = rows(tmp_path, one_bill=True)
    assert sum(row.usd("monthly_usd") for row in together) == 6 * ALARM_USD


def test_what_the_account_takes_away_can_put_a_stack_over_its_budget(tmp_path, rows):
    backend(tmp_path, "web/a", "web/b", keys=0, more=ALARMS)
    terms = Terms(TERMS.day, limit_usd=Decimal("0.25"))
    stacks, _ = rows(tmp_path, terms=terms)
    assert [row.over for row in stacks] == [("expected", "worst case")] * 2
    assert {row.verdict for row in stacks} == {"blocked"}
    backend(tmp_path / "alone", "web/a", keys=0, more=ALARMS)
    (alone,), _ = rows(tmp_path / "alone", terms=terms)
    assert alone.over == ()


def test_a_broken_stack_stops_no_other(tmp_path, rows):
    backend(tmp_path, "web/a", "web/c")
    put(tmp_path, "web/b", b"[" * 1000)
    stacks, _ = rows(tmp_path)
    assert [(row.name, row.verdict == "broken") for row in stacks] == [
        ("web/a", False),
        ("web/b", True),
        ("web/c", False),
    ]


def test_stacks_of_one_name_in_two_sources_are_numbered(tmp_path, rows):
    for folder in ("one", "two"):
        backend(tmp_path / folder, "web/a")
    stacks, _ = rows(tmp_path / "one", tmp_path / "two")
    assert [row.name for row in stacks] == ["web/a", "web/a (2)"]


def test_results_are_kept_by_content(tmp_path, rows):
    cache = tmp_path / "cache"
    backend(tmp_path / "one", "web/a", "web/b")
    first, reused = rows(tmp_path / "one", cache=cache)
    assert reused == 0
    put(tmp_path / "one", "web/b", checkpoint(state("web", "b", keys=2)))
    put(tmp_path / "one", "web/moved", checkpoint(state("web", "a")))  # what is known, at another place
    second, reused = rows(tmp_path / "one", cache=cache)
    assert reused == 2
    assert [row.usd("monthly_usd") for row in second] == [1, 2, 1]
    assert second[0].entries == first[0].entries


def test_other_terms_are_other_results(tmp_path, rows):
    cache = tmp_path / "cache"
    backend(tmp_path / "one", "web/a")
    rows(tmp_path / "one", cache=cache)
    assert rows(tmp_path / "one", cache=cache)[1] == 1
    assert rows(tmp_path / "one", cache=cache, terms=Terms(TERMS.day, code="newer"))[1] == 0


def test_an_interrupted_audit_goes_on_where_it_was(tmp_path, rows, monkeypatch):
    cache, calls = tmp_path / "cache", []
    backend(tmp_path / "one", *(f"web/s{number}" for number in range(6)))
    examine = module.examine

    def interrupted(location, *more):
        calls.append(location.stack)
        if len(calls) == 4:
            raise KeyboardInterrupt
        return examine(location, *more)

    monkeypatch.setattr(module, "examine", interrupted)
    with pytest.raises(KeyboardInterrupt):
        rows(tmp_path / "one", cache=cache)
    stacks, reused = rows(tmp_path / "one", cache=cache)
    assert reused == 3 and len(stacks) == 6
    assert calls == ["s0", "s1", "s2", "s3", "s3", "s4", "s5"]
    assert len({row.usd("monthly_usd") for row in stacks}) == 1


def test_a_cache_that_is_something_else_is_refused_and_left_alone(tmp_path):
    import sqlite3

    text = tmp_path / "text"
    text.write_text("not a database, and longer than the hundred bytes of the header of one: " * 20)
    with pytest.raises(InputError, match="--cache"):
        Kept(text)
    short = tmp_path / "short"
    short.write_text("a note")
    for path in (short, Path("/dev/null")):
        with pytest.raises(InputError, match="no file of an audit's results"):
            Kept(path)
    assert short.read_text() == "a note"
    other = tmp_path / "other"
    with sqlite3.connect(other) as database:
        database.execute("CREATE TABLE theirs (x)")
    with pytest.raises(InputError, match="a database of something else"):
        Kept(other)
    with pytest.raises(InputError, match="can't be used"):
        Kept(tmp_path / "no" / "such" / "folder")


def test_a_result_that_somebody_has_damaged_is_made_again(tmp_path, rows):
    import sqlite3

    cache = tmp_path / "cache"
    backend(tmp_path / "one", "web/a")
    rows(tmp_path / "one", cache=cache)
    with sqlite3.connect(cache) as database:
        database.execute("UPDATE results SET content = X'00'")
    stacks, reused = rows(tmp_path / "one", cache=cache)
    assert reused == 0 and stacks[0].verdict == "pass"


def test_the_hash_of_the_code_is_of_its_files(tmp_path, monkeypatch):
    from workbench.audit import kept

    for name in ("cost/a.py", "cost/prices/b.toml", "policies/config/c.json", "docs/d.md"):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text("1")
    monkeypatch.setattr(kept, "ROOT", tmp_path)

    def now():
        code_hash.cache_clear()
        return code_hash()

    before = now()
    (tmp_path / "docs/d.md").write_text("2")
    assert now() == before
    seen = {before}
    for name in ("cost/a.py", "cost/prices/b.toml", "policies/config/c.json"):
        (tmp_path / name).write_text("2")
        seen.add(now())
    assert len(seen) == 4
    code_hash.cache_clear()


def test_figures_are_those_of_the_cost_command(tmp_path, rows, deployment):
    """The same stacks, settled line by line."""
    from workbench.cost.priced import price_files

    files = []
    for name in ("dev", "prod"):
        files.append(tmp_path / f"{name}.json")
        files[-1].write_text(json.dumps(deployment(name)))
    priced = price_files([str(file) for file in files], on=TERMS.day)
    stacks, _ = rows(tmp_path)
    tolerance = Decimal("0.000001")
    for row, file in zip(stacks, priced, strict=True):
        assert row.stack == file.stack
        for ours, theirs in (
            (row.usd("floor_usd"), file.estimate.floor_usd),
            (row.usd("monthly_usd"), file.estimate.expected_usd),
            (row.usd("worst_case_usd"), file.estimate.worst_case_usd),
            (row.usd("list_always_on_usd"), file.estimate.list_always_on_usd),
            (row.bounded_usd, file.estimate.bounded_usd),
        ):
            assert abs(ours - theirs) < tolerance
        assert bool(row.over) == file.over_budget
