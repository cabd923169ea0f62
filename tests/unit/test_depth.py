"""What a run leaves out when it doesn't search whole: never a whole test, always a part of what it tries."""

import depth
import pytest


@pytest.fixture
def at(monkeypatch):
    return lambda name: monkeypatch.setattr(depth, "DEPTH", name)


@pytest.mark.parametrize(("whole", "part"), [(2_000, 200), (60, 10), (7, 7), (0, 0)])
def test_a_tenth_is_drawn_and_at_least_ten(at, whole, part):
    at("part")
    assert depth.drawn(whole) == part
    at("whole")
    assert depth.drawn(whole) == whole


def test_what_is_tried_is_spread_over_all_places(at):
    places = list(range(1_000))
    at("whole")
    assert depth.tried(places) == places
    at("part")
    assert depth.tried(places) == list(range(0, 1_000, 10))
    assert len(depth.tried(places[:57])) >= depth.LEAST
    assert depth.tried(places[:7]) == places[:7]
    assert depth.tried(places[:7], least=3) == [0, 2, 4, 6]
