"""Rules run in two processes find what they find in one, and a process that is lost loses no finding."""

import os
import time

import pytest
from foreign.declared import together

from deployment import second_process
from deployment.reader import graph_from_json
from policies import side_by_side
from policies.assess import assess, config_of, run_rule
from policies.context import Context
from policies.registry import every_rule
from policies.side_by_side import findings_of

needs_cores = pytest.mark.skipif(len(os.sched_getaffinity(0)) < 2, reason="one core only")


@pytest.fixture
def two_processes(monkeypatch):
    monkeypatch.setattr(side_by_side, "FEWEST_RESOURCES", 1)
    monkeypatch.setattr(second_process.threading, "active_count", lambda: 1)  # pytest-xdist has one of its own


@pytest.fixture(scope="module")
def programs():
    return graph_from_json(together(1), "programs of other people")


@needs_cores
@pytest.mark.usefixtures("two_processes")
def test_two_find_what_one_finds(programs, graph, monkeypatch):
    asked = os.getpid()
    for stack in (programs, graph("dev"), graph("k8s")):
        context = Context(stack, config_of(stack))
        reading, writing = os.pipe()

        def shared(rule, context, reading=reading, writing=writing):
            if os.getpid() != asked:
                os.write(writing, b".")
            elif rule.topic == side_by_side.PRICING:
                os.read(reading, 1)  # the other has begun, and so takes some
            return run_rule(rule, context)

        rules = [rule for rule in every_rule() if rule.topic != side_by_side.PRICING]
        first = next(rule for rule in every_rule() if rule.topic == side_by_side.PRICING)
        alone = [run_rule(rule, context) for rule in (first, *rules)]
        assert list(findings_of((first, *rules), context, shared)) == alone
        os.close(reading)
        os.close(writing)
    both = assess(programs).to_json()
    monkeypatch.setattr(side_by_side, "FEWEST_RESOURCES", len(programs) + 1)
    assert both == assess(programs).to_json()


@needs_cores
@pytest.mark.usefixtures("two_processes")
@pytest.mark.parametrize("end", [lambda: os._exit(1), lambda: 1 / 0], ids=["killed", "failed"])
def test_what_a_lost_process_had_taken_is_run_again(programs, end):
    asked = os.getpid()

    def lost(rule, context):
        return run_rule(rule, context) if os.getpid() == asked else end()

    context = Context(programs)
    assert list(findings_of(every_rule(), context, lost)) == [run_rule(rule, context) for rule in every_rule()]


@needs_cores
@pytest.mark.usefixtures("two_processes")
def test_each_rule_is_run_once_by_either(programs):
    reading, writing = os.pipe()

    def noting(rule, context):
        os.write(writing, f"{os.getpid()} {rule.id}\n".encode())
        if rule.topic == side_by_side.PRICING:
            time.sleep(0.05)  # so that the other takes some
        return []

    assert not any(findings_of(every_rule(), Context(programs), noting))
    os.close(writing)
    with os.fdopen(reading) as told:
        runs = [line.split() for line in told]
    assert sorted(rule for _, rule in runs) == sorted(rule.id for rule in every_rule())
    assert len({process for process, _ in runs}) == 2


@needs_cores
@pytest.mark.usefixtures("two_processes")
def test_an_error_is_the_callers(programs, capfd):
    def failing(rule, context):
        raise ValueError(rule.id)

    with pytest.raises(ValueError, match="-"):
        list(findings_of(every_rule(), Context(programs), failing))
    assert capfd.readouterr().err == ""


def test_a_small_stack_is_judged_in_one(programs, monkeypatch):
    def refused(*_):
        raise AssertionError("a process was started")

    monkeypatch.setattr(second_process.multiprocessing, "get_context", refused)
    assert list(findings_of(every_rule()[:3], Context(programs), lambda *_: [])) == [[], [], []]
