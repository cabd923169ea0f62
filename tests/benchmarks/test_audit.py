"""Time and memory of `./plant audit` by the number of stacks, and what Dask costs and gives. Prints what it measures.

The states are of 200 resources each. `PLANT_BENCHMARK_STACKS=10000` measures that many; the suite's sizes are smaller.
"""

from __future__ import annotations

import contextlib
import datetime
import json
import os
import time
from pathlib import Path

import psutil
import pytest
from audited import state
from dask_processes import DaskCluster

from workbench.audit.examine import Terms
from workbench.audit.run import _examined, _part
from workbench.audit.sources import found
from workbench.cluster import Cluster, cores, mapped

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]

ROOT = Path(__file__).parents[2]
MOST = int(os.environ.get("PLANT_BENCHMARK_STACKS", "400"))
KINDS = (
    ("aws:sqs/queue:Queue", {"sqsManagedSseEnabled": True}),
    ("aws:s3/bucket:Bucket", {}),
    ("aws:lambda/function:Function", {"memorySize": 512, "runtime": "python3.13", "handler": "main.run"}),
    ("aws:cloudwatch/metricAlarm:MetricAlarm", {"metricName": "Errors", "threshold": 1, "evaluationPeriods": 1}),
    ("aws:dynamodb/table:Table", {"billingMode": "PAY_PER_REQUEST", "hashKey": "id"}),
    ("aws:iam/role:Role", {"assumeRolePolicy": json.dumps({"Version": "2012-10-17", "Statement": []})}),
    ("aws:cloudwatch/logGroup:LogGroup", {"retentionInDays": 30}),
    ("aws:sns/topic:Topic", {"kmsMasterKeyId": "alias/notices"}),
    ("aws:ec2/securityGroup:SecurityGroup", {"description": "of one task", "ingress": []}),
    ("aws:kms/key:Key", {"enableKeyRotation": True}),
)


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    """`folder(count)`: a folder of so many exports of 200 resources, no two alike."""

    def made(count):
        root = tmp_path_factory.mktemp(f"stacks-{count}")
        more = [(token, f"{token.rpartition(':')[2]}-{n}", inputs) for n in range(20) for token, inputs in KINDS]
        for number in range(count):
            document = state("load", f"s{number:05}", keys=0, more=more, tags={"Team": f"t{number % 20}"})
            (root / f"s{number:05}.json").write_text(json.dumps(document))
        return root

    return made


class Measured:
    """One audit: seconds on the wall, of all cores (`alone`: of its first process) and megabytes of its largest."""

    def __init__(self, root, *options):
        out = root / "audit.out"
        # By the launcher, which keeps byte code: to compile Dask anew takes longer than to start it.
        command = [ROOT / "plant", "audit", root, "--format", "json", "--out", out, *options]
        start = time.perf_counter()
        process = psutil.Popen(list(map(str, command)), cwd=ROOT)
        spent, most = {}, {}  # by process: those that it forks are not its own to wait for
        while process.poll() is None:
            with contextlib.suppress(psutil.Error):
                for one in (process, *process.children(recursive=True)):
                    with contextlib.suppress(psutil.Error):
                        times = one.cpu_times()
                        spent[one.pid] = times.user + times.system
                        most[one.pid] = max(most.get(one.pid, 0), one.memory_info().rss)
            time.sleep(0.05)
        self.wall = time.perf_counter() - start
        assert process.returncode in (0, 1)
        self.cpu = sum(spent.values())
        self.alone = spent[process.pid]
        self.megabytes = max(most.values()) / 1e6
        self.output = out.read_bytes()
        out.unlink()


def test_time_and_memory_grow_no_faster_than_the_number_of_stacks(folder):
    sizes = [max(MOST // 8, 2), max(MOST // 2, 4), MOST]
    runs = [Measured(folder(size), "--workers", "1") for size in sizes]
    for size, one in zip(sizes, runs, strict=True):
        each = one.cpu / size * 1000
        print(f"\n{size:,} stacks: {one.wall:.1f} s, CPU {one.cpu:.1f} s ({each:.1f} ms each), {one.megabytes:.0f} MB")
    last = (runs[2].cpu - runs[1].cpu) / (sizes[2] - sizes[1])
    first = (runs[1].cpu - runs[0].cpu) / (sizes[1] - sizes[0])
    memory = runs[2].megabytes / runs[0].megabytes
    print(f"CPU of one more stack, late against early: {last / first:.2f}")
    print(f"memory of {sizes[2] / sizes[0]:.0f} times as many: {memory:.2f} times as much")
    assert last / first < 1.5
    assert memory < 2


def test_two_workers_against_one(folder):
    root = folder(MOST)
    few = folder(20)
    Measured(few, "--workers", "2")  # what is imported is compiled from now on
    begin = Measured(few, "--workers", "2").cpu - Measured(few, "--workers", "1").cpu
    quiet = cores() > 1 and os.getloadavg()[0] < 1  # others on the machine take what the second worker would have
    loop, two = Measured(root, "--workers", "1"), Measured(root, "--workers", "2")
    assert two.output == loop.output
    faster = loop.wall / two.wall
    print(f"\n{MOST:,} stacks: a loop {loop.wall:.1f} s, two workers {two.wall:.1f} s: {faster:.2f} times as fast")
    print(
        f"CPU: {loop.cpu:.1f} s and {two.cpu:.1f} s, {begin:.1f} s of it to begin; {two.alone:.1f} s the first process"
    )
    # Two cores are 1.7 times as fast only where all processes together take at most 2 / 1.7 of what one takes.
    assert (two.cpu - begin) / loop.cpu < 2 / 1.7
    if quiet:
        assert faster > (1.7 if MOST >= 2000 else 1.2)  # of fewer, the start is too large a part


def test_the_engine_against_a_loop(folder, tmp_path, monkeypatch):
    """CPU of client, scheduler and one worker that has loaded all, beside that of the calls, which a loop would take.

    Of one run: two of the same loop one after the other differ by a third on a machine that is shared.
    """
    monkeypatch.setenv("DASK_DISTRIBUTED__WORKER__PROFILE__ENABLED", "False")  # as in a cluster of our own
    stacks = found([str(folder(max(MOST, 1000)))])
    calls = [(location, None, Terms(datetime.date(2026, 11, 27)), None) for location in stacks]

    def seconds(call):
        before = time.thread_time()
        _examined(call)
        return time.thread_time() - before

    def spent(some):
        return sum(taken for _, taken in mapped(seconds, some, dask, bundle=_part))

    cluster = DaskCluster(tmp_path)
    try:
        processes = [cluster.scheduler.pid, cluster.add_worker("--no-nanny").pid]
        dask = Cluster(cluster.address)
        spent(calls[:20])
        before = cpu_seconds(*processes)
        plain = spent(calls)
        engine = cpu_seconds(*processes) - before
    finally:
        cluster.stop()
    overhead = engine / plain - 1
    print(f"\n{len(calls):,} stacks: calls {plain:.1f} s of CPU, all processes {engine:.1f} s: {overhead:+.1%}")
    assert overhead < 0.1


def cpu_seconds(*others):
    """CPU of this process and of `others`."""
    times = [psutil.Process(pid).cpu_times() for pid in (os.getpid(), *others)]
    return sum(each.user + each.system for each in times)
