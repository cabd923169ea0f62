"""An audit on Dask with real processes: the same bytes whatever the workers, and whatever happens to them."""

from __future__ import annotations

import json
import os
import signal

import pytest
from audited import backend, put
from dask_processes import Audit, kill, wait_for

pytestmark = pytest.mark.slow

STACKS = 40


@pytest.fixture(scope="module")
def stacks(tmp_path_factory):
    """A backend of stacks that take a while, several calls of them."""
    more = [("aws:sqs/queue:Queue", f"queue-{number}", {}) for number in range(200)]
    root = tmp_path_factory.mktemp("stacks")
    return backend(root, *(f"web/s{number:02}" for number in range(STACKS)), more=more)


@pytest.fixture(scope="module")
def plain(stacks, tmp_path_factory):
    """What the audit writes when one process does it all."""
    audit = Audit(stacks, tmp_path_factory.mktemp("plain"), "--workers", "1")
    assert audit.finish() == (0, "")
    return audit.out.read_bytes()


def test_workers_change_no_byte_and_one_killed_in_the_middle_neither(start, stacks, plain, dask_cluster):
    first = dask_cluster.add_worker("--no-nanny")
    audit = start(stacks, "killed", "--scheduler", dask_cluster.address)
    wait_for(audit.kept, "a first result")
    os.kill(first.pid, signal.SIGSTOP)  # or it may be done before the second has come
    dask_cluster.add_worker("--no-nanny")
    kill(first)
    assert audit.process.is_alive(), "the worker was killed too late to show anything"
    assert audit.finish() == (0, "")
    assert audit.out.read_bytes() == plain


def test_a_lost_scheduler_is_told_and_the_next_run_goes_on(start, stacks, plain, dask_cluster):
    dask_cluster.add_worker("--no-nanny")
    audit = start(stacks, "lost", "--scheduler", dask_cluster.address)
    wait_for(audit.kept, "a first result")
    kill(dask_cluster.scheduler)
    status, err = audit.finish()
    assert status == 2 and "the Dask scheduler is gone" in err and f"of {STACKS} stacks are kept" in err
    assert "Traceback" not in err and not audit.out.exists()
    kept = audit.kept()
    assert 0 < kept < STACKS
    again = start(stacks, "lost", "--workers", "1")
    assert again.finish() == (0, f"note: {kept} of {STACKS} stacks were in {again.cache}\n")
    assert again.out.read_bytes() == plain


def test_a_stack_that_takes_more_memory_than_a_worker_has_is_named_and_the_others_go_on(start, tmp_path, dask_cluster):
    root = backend(tmp_path / "root", *(f"web/s{number}" for number in range(4)))
    # 36 MB of text, well below the limit, that is 800 MB of lists in memory.
    put(root, "web/hostile", b'{"deployment": {"resources": [' + b"[]," * 12_000_000 + b"[]]}}")
    dask_cluster.add_worker("--nanny", "--memory-limit", "500MB")
    audit = start(root, "memory", "--scheduler", dask_cluster.address)
    status, err = audit.finish()
    stacks = {stack["name"]: stack for stack in json.loads(audit.out.read_text())["stacks"]}
    assert status == 2 and "hostile" in err
    assert stacks.pop("web/hostile")["problem"]["kind"] == "killed"
    assert {stack["verdict"] for stack in stacks.values()} == {"pass"} and len(stacks) == 4


def test_processes_of_this_machine_give_the_same_bytes(start, stacks, plain):
    audit = start(stacks, "two", "--workers", "2")
    assert audit.finish() == (0, "")
    assert audit.out.read_bytes() == plain


def test_a_killed_audit_goes_on_where_it_was(start, stacks, plain):
    audit = start(stacks, "again", "--workers", "1")
    wait_for(lambda: audit.kept() > 2, "a few results")
    audit.process.kill()
    audit.finish()
    kept = audit.kept()
    assert 2 < kept < STACKS and not audit.out.exists()
    again = start(stacks, "again", "--workers", "1")
    assert again.finish() == (0, f"note: {kept} of {STACKS} stacks were in {again.cache}\n")
    assert again.out.read_bytes() == plain


def test_an_address_where_nobody_answers_is_bad_input(start, stacks):
    audit = start(stacks, "nobody", "--scheduler", "tcp://127.0.0.1:9")
    status, err = audit.finish()
    assert status == 2 and "no Dask scheduler answers there" in err and "Traceback" not in err
