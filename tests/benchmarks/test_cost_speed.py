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


SMALL = {
    "aws:ec2/instance:Instance": {"ami": "ami-1", "instanceType": "t4g.nano"},
    "aws:sqs/queue:Queue": {"sqsManagedSseEnabled": True},
    "aws:s3/bucket:Bucket": {"forceDestroy": False},
    "aws:iam/role:Role": {"assumeRolePolicy": "{}"},
    "aws:lambda/function:Function": {"runtime": "python3.12", "memorySize": 128, "timeout": 3},
    "aws:cloudwatch/logGroup:LogGroup": {"retentionInDays": 14},
    "aws:dynamodb/table:Table": {"billingMode": "PROVISIONED", "readCapacity": 1, "writeCapacity": 1},
    "aws:ebs/volume:Volume": {"size": 20, "type": "gp3"},
    "aws:sns/topicSubscription:TopicSubscription": {"protocol": "sqs", "topic": "arn:aws:sns:us-east-1:1:t"},
    "kubernetes:apps/v1:Deployment": {
        "metadata": {"namespace": "default"},
        "spec": {
            "replicas": 1,
            "template": {"spec": {"containers": [{"resources": {"requests": {"cpu": "1", "memory": "1Gi"}}}]}},
        },
    },
}
"""Types of resources that programs of others have many of, and what each of them declares beside its name."""


def small(count, region):
    """A deployment of `count` small resources of those types in `region`, as a program of somebody else has them."""
    stack = "urn:pulumi:prod::shop::"
    provider = {"urn": f"{stack}pulumi:providers:aws::here", "custom": True, "type": "pulumi:providers:aws", "id": "p"}
    provider["inputs"] = {"region": region}
    result = [provider]
    for number in range(count):
        token, declared = list(SMALL.items())[number % len(SMALL)]
        name = {"name": f"r{number}", "tags": {"Name": f"r{number}", "Team": "shop", "Environment": "prod"}}
        if token.startswith("kubernetes:"):
            name = {"metadata": {"namespace": "default", "name": f"r{number}"}}
        inputs = {**declared, **name}
        one = {"urn": f"{stack}{token}::r{number}", "custom": True, "id": f"id-{number}", "type": token}
        outputs = {**inputs, "id": f"id-{number}", "arn": f"arn:aws:x:{region}:1:id-{number}"}
        result.append({**one, "inputs": inputs, "outputs": outputs, "provider": f"{provider['urn']}::p"})
    return {"version": 3, "deployment": {"resources": result}}


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


@pytest.mark.parametrize("region", ["us-east-1", "eu-central-1", "sa-east-1"])
def test_pricing_many_small_resources_takes_about_as_long_as_reading_their_json(region):
    """Also where the catalogue has few prices, and each resource lacks one."""
    text = json.dumps(small(50_000, region))
    reading = best_seconds(lambda: json.loads(text))
    graph = graph_from_text(text, "small")
    pricing = best_seconds(lambda: estimate(graph))
    print(f"\n50,000 small resources in {region}: parse {reading:.2f} s, price {pricing:.2f} s")
    assert pricing / reading < 2.5


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
