"""Text that is drawn for a pattern is text of that pattern, and of all of it."""

import re

import depth
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import BaseModel

from infra.settings.loading import GROUPS

from .patterns import matching
from .settings_values import bounds


def patterns(annotation, metadata=()):
    """Of all settings."""
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        for field in annotation.model_fields.values():
            yield from patterns(field.annotation, field.metadata)
    elif hasattr(annotation, "__metadata__"):
        yield from patterns(annotation.__origin__, annotation.__metadata__)
    else:
        for argument in getattr(annotation, "__args__", ()):
            yield from patterns(argument)
        if pattern := bounds(metadata).get("pattern"):
            yield pattern


PATTERNS = sorted({found for group in GROUPS.values() for found in patterns(group)})


def test_every_setting_with_a_pattern_is_found():
    assert len(PATTERNS) > 40
    assert all(matching(pattern).is_empty is False for pattern in PATTERNS)


@settings(max_examples=depth.drawn(500), database=None)
@given(st.data())
def test_what_is_drawn_matches(data):
    pattern = data.draw(st.sampled_from(PATTERNS))
    drawn = data.draw(matching(pattern))
    assert re.fullmatch(pattern, drawn), (pattern, drawn)


@pytest.mark.parametrize(
    ("pattern", "texts"),
    [
        ("^a{2}$", {"aa"}),
        ("^x[ab]?$", {"x", "xa", "xb"}),
        (
            "^([01]|2[0-3]):[ab]$",
            {f"{hour}:{letter}" for hour in ("0", "1", "20", "21", "22", "23") for letter in "ab"},
        ),
        ("^(?:a|bc){0,1}-$", {"-", "a-", "bc-"}),
        (r"^([ab])\1$", {"aa", "bb"}),  # left to Hypothesis
    ],
)
def test_all_that_a_pattern_allows_is_drawn(pattern, texts):
    found = set()

    @settings(max_examples=200, database=None)
    @given(matching(pattern))
    def draw(text):
        found.add(text)

    draw()
    assert found == texts
