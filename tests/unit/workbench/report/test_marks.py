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
    table = "   time  req/min\n  01:00      178\nfailures        0 x 503, ok of all"
    assert marked(table, 20) == table


def test_a_long_note_gets_lines_of_the_width():
    shown = click.unstyle(marked("note: " + "word " * 40, 40)).splitlines()
    assert len(shown) > 4
    assert max(map(len, shown)) <= 40
    assert {line[:6] for line in shown[1:]} == {" " * 6}
