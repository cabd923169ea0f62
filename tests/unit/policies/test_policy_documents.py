"""Text that holds JSON is read as Python reads it, whoever reads it first."""

import json

import pytest

from policies.rules._documents import _parsed, _statements, parse_json


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


ALLOW = {"Effect": "Allow", "Action": "s3:GetObject", "Resource": ["arn:a", "arn:b"]}


@pytest.mark.parametrize(
    "document",
    [
        {"Version": "2012-10-17", "Statement": ALLOW},
        {"Version": "2012-10-17", "Id": "x", "Statement": [ALLOW, {**ALLOW, "Sid": "two", "Principal": "*"}]},
        *[
            {"Statement": [{**ALLOW, **changes}]}
            for changes in (
                {"Principal": {"AWS": ["a", "b"], "Service": "c"}},
                {"NotPrincipal": {"AWS": "a"}},
                {"NotPrincipal": None},
                {"Action": None, "NotAction": ["x"], "NotResource": "y"},
                {"Action": ["a", 1, None], "Resource": 7},
                {"Effect": None, "Sid": 3},
                {"Principal": {"AWS": None, "Service": [["a"]]}},
                {"Condition": {"Bool": {"aws:SecureTransport": False}}},
                {"Condition": []},
                {"Condition": None},
                {"action": "b"},
            )
        ],
        {"Statement": [ALLOW, "x", None, 3]},
        {"Statement": []},
        {"Statement": None, "Version": 3},
        {"Version": "2012-10-17"},
        [ALLOW],
        "x",
    ],
)
def test_statements_are_those_of_the_document_however_it_is_written(document):
    text = json.dumps(document)
    found = _parsed.__wrapped__(text)
    assert found == _statements(json.loads(text))


@pytest.mark.parametrize("text", ["", "[" * 100_000, '{"Statement": ' * 5_000, "\ud800", "NaN"])
def test_what_is_no_document_has_no_statements(text):
    assert _parsed.__wrapped__(text) == ()
