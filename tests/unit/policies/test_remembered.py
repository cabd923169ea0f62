"""What a rehearsal gave is remembered by what was rehearsed, and by the code that rehearses."""

import pytest

from deployment import kept
from policies.promises import _remembered, flag, rollout, uptime, users_warned
from policies.promises._remembered import remembered


@pytest.fixture
def rehearsals(tmp_path, monkeypatch):
    """`make()`: the same rehearsal as another process would have it; the list grows with each time that it is run."""
    monkeypatch.setenv(kept.FOLDER_VARIABLE, str(tmp_path / "kept"))
    runs = []

    def make():
        @remembered
        def rehearse(text, story):
            runs.append(text)
            return (f"{text} ends", {'a "rule"': [1, 2.5, None, story]})

        return rehearse

    return make, runs


def test_another_process_does_not_rehearse_again(rehearsals):
    make, runs = rehearsals
    first = make()("definition", True)
    assert make()("definition", True) == first == ("definition ends", {'a "rule"': [1, 2.5, None, True]})
    assert runs == ["definition"]


def test_a_large_stack_pushes_out_nothing_that_is_kept(rehearsals, tmp_path):
    make, _ = rehearsals
    rehearse = make()
    for number in range(_remembered.MOST + 10):
        rehearse(f"definition {number}", True)
    assert len(list((tmp_path / "kept").iterdir())) == _remembered.MOST


def test_what_differs_is_rehearsed(rehearsals, monkeypatch):
    make, runs = rehearsals
    make()("definition", True)
    assert make()("definition", False) != make()("another", True)
    assert len(runs) == 3
    monkeypatch.setattr(_remembered, "_code", lambda: ("other code", True))
    make()("definition", True)
    assert len(runs) == 4
    monkeypatch.setattr(_remembered, "_code", lambda: ("code that has changed since", False))
    for _ in range(2):
        make()("definition", True)
    assert len(runs) == 6


def test_all_rehearsals_come_back_as_they_were(tmp_path, monkeypatch, graph):
    from policies.promises._rehearsal import moves_traffic
    from policies.rules._shapes import shape
    from policies.rules._workflows import definition

    dev = graph("dev")
    texts = [
        shape(str(one.get("definition")))
        for one in dev.of_type("aws:sfn/stateMachine:StateMachine")
        if moves_traffic(definition(one))
    ]
    assert texts
    asked = [
        *((flag.switching, (text,)) for text in texts),
        *((rollout.rehearsal, (text, True)) for text in texts),
        (users_warned.rehearsal, (texts[0], ('{"phase": "start"}', '{"phase": "end"}'))),
        (uptime.rehearsal, (texts[0], ("a kind",))),
    ]
    monkeypatch.setenv(kept.FOLDER_VARIABLE, "")
    fresh = [remembered(function.__wrapped__)(*arguments) for function, arguments in asked]
    monkeypatch.setenv(kept.FOLDER_VARIABLE, str(tmp_path / "kept"))
    for _ in range(2):
        assert [remembered(function.__wrapped__)(*arguments) for function, arguments in asked] == fresh
    assert len(list((tmp_path / "kept").iterdir())) == len(asked)
