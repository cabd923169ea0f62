"""Text that holds JSON is read as Python reads it, whoever reads it first."""

import json

import pytest

from policies.rules._documents import parse_json


@pytest.mark.parametrize(
    "text",
    [
        *["1e400", "-0", "-0.0", "1.0", "1E5", "5e-324", "0.1", "NaN", "-Infinity", "01", "9" * 4_000, "9" * 5_000],
        *[r'"\ud800"', r'"\ud83d\ude00"', '"\ud800"', '"\x7f"', '"\t"', r'"\/"', '{"a": 1, "a": 2}', '{"a": null}'],
        *["", "[1,]", " {} ", "\ufeff{}", "{} {}", "[" * 100_000],
    ],
)
def test_json_is_read_as_python_reads_it(text):
    try:
        expected = json.loads(text)
    except (ValueError, RecursionError):
        expected = None
    found = parse_json(text)
    assert type(found) is type(expected) and repr(found) == repr(expected)
