"""Colour for text that says everything in words already."""

import click
import pytest

from workbench.report.marks import marked


@pytest.mark.parametrize(
    ("line", "colour"),
    [
        ("verdict: pass", "\x1b[32m"),
        ("verdict: blocked (p95 of 120 ms)", "\x1b[31m"),
        ("passed: 12 passed", "\x1b[32m"),
        ("FAILED: 1 failed", "\x1b[31m"),
        ("ok     spike: the fleet grows (3.0 s)", "\x1b[32m"),
        ("    FAILED 2 instances: 1", "\x1b[31m"),
        ("    n/a    no spot instances", "\x1b[2m"),
        ("  t4g.micro: x: $4.00, fails: p95", "\x1b[31m"),
        ("note: not simulated: TLS", "\x1b[2m"),
    ],
)
def test_what_a_line_says_has_its_colour_and_stays_the_same_text(line, colour):
    shown = marked(line, 80)
    assert colour in shown
    assert click.unstyle(shown) == line


def test_other_lines_stay_as_they_are():
    table = "   time  req/min    p95\n  01:00      178     75\nfailures  0 x 503, ok"
    assert marked(table, 21) == table
    assert marked(table, 15).splitlines()[:2] == table.splitlines()[:2]


@pytest.mark.parametrize(
    ("line", "first", "rest"),
    [
        pytest.param(
            "  failures        0 x 503, 0 x 504, 0 given up", "  failures        0 x 503,", " " * 18, id="label"
        ),
        pytest.param("    ok     " + "word " * 12, "    ok     word", " " * 11, id="mark"),
        pytest.param("  1.20   76  " + "word " * 12, "  1.20   76  word", " " * 13, id="a table's words"),
        pytest.param("  a thing: " + "word " * 12, "  a thing: word", " " * 6, id="words"),
        pytest.param("verdict: blocked (" + "word " * 12, "verdict: blocked (word", " " * 4, id="verdict"),
    ],
)
@pytest.mark.parametrize("colours", [True, False])
def test_a_long_line_goes_on_below_its_words(line, first, rest, colours):
    shown = marked(line, 36, colours=colours)
    assert ("\x1b" in shown) is (colours and ("ok" in line or "verdict" in line))
    rows = click.unstyle(shown).splitlines()
    assert len(rows) > 1
    assert rows[0].startswith(first)
    assert all(row.startswith(rest) and row[len(rest)] != " " for row in rows[1:])
    assert " ".join(" ".join(rows).split()) == " ".join(line.split())


def test_a_difference_of_files_is_not_folded():
    line = "+  plant:fleet: # " + "word " * 30
    assert marked(line, 40) == line


def test_a_long_note_gets_lines_of_the_width():
    shown = click.unstyle(marked("note: " + "word " * 40, 40)).splitlines()
    assert len(shown) > 4
    assert max(map(len, shown)) <= 40
    assert {line[:6] for line in shown[1:]} == {" " * 6}
