"""Speed and memory of pricing. Prints what it measures; asserts ratios only."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

import pytest

from cost import estimate
from cost.quantiles import sample_months
from deployment.reader import graph_from_json, graph_from_text

pytestmark = [pytest.mark.benchmark, pytest.mark.slow]


def copies(document, count):
    """A deployment of at least `count` resources: the stack's own, as often as it takes, under new names."""
    resources = document["deployment"]["resources"]
    stack = [entry for entry in resources if "costBasis" not in entry.get("outputs", {})]
    result = list(resources)
    number = 0
    while len(result) < count:
        number += 1
        for entry in stack:
            renamed = dict(entry, urn=f"{entry['urn']}-{number}")
            if entry.get("parent"):
                renamed["parent"] = entry["parent"]
            result.append(renamed)
    return {"version": 3, "deployment": {"resources": result[:count]}}


def best_seconds(function, times=3):
    """Shortest of `times` runs."""
    taken = []
    for _ in range(times):
        start = time.perf_counter()
        function()
        taken.append(time.perf_counter() - start)
    return min(taken)


def test_pricing_is_linear_in_the_number_of_resources(deployment):
    dev = deployment("dev")
    seconds = {}
    for count in (2_000, 10_000, 100_000):
        graph = graph_from_json(copies(dev, count), "copies")
        seconds[count] = best_seconds(lambda graph=graph: estimate(graph))
        print(f"\n{count:,} resources: {seconds[count]:.3f} s, {count / seconds[count]:,.0f} a second")
    assert seconds[10_000] / seconds[2_000] < 5 * 1.5
    assert seconds[100_000] / seconds[10_000] < 10 * 1.5


def test_reading_and_pricing_a_file_is_mostly_reading(deployment):
    text = json.dumps(copies(deployment("dev"), 10_000))
    reading = best_seconds(lambda: json.loads(text))
    graph = best_seconds(lambda: graph_from_text(text, "copies"))
    whole = best_seconds(lambda: estimate(graph_from_text(text, "copies")))
    print(f"\n{len(text) / 1e6:.0f} MB of JSON: parse {reading:.2f} s, graph {graph:.2f} s, estimate {whole:.2f} s")
    assert whole / reading < 25


def test_sampling_months_costs_little_beside_pricing(deployment):
    graph = graph_from_json(deployment("dev"), "dev")
    found = estimate(graph)
    sample_months(found, samples=10)
    sampling = best_seconds(lambda: sample_months(found))
    print(f"\n10,000 months: {sampling:.3f} s")
    assert sampling / best_seconds(lambda: sample_months(found, samples=1_000)) < 20


def test_memory_of_ten_thousand_resources(deployment, tmp_path):
    path = tmp_path / "copies.json"
    path.write_text(json.dumps(copies(deployment("dev"), 10_000)))
    # VmHWM and not ru_maxrss, which a child process inherits from its parent's peak (getrusage(2))
    script = (
        "import pathlib, sys\n"
        "from cost import estimate\n"
        "from deployment.reader import graph_from_file\n"
        "estimate(graph_from_file(sys.argv[1]))\n"
        "status = pathlib.Path('/proc/self/status').read_text()\n"
        "print(status.partition('VmHWM:')[2].split()[0])\n"
    )
    command = [sys.executable, "-c", script, str(path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True, cwd=Path(__file__).parents[2])
    megabytes = int(run.stdout) / 1024
    print(f"\n10,000 resources ({path.stat().st_size / 1e6:.0f} MB of JSON): {megabytes:.0f} MB at most")
    assert megabytes * 1e6 / path.stat().st_size < 30
