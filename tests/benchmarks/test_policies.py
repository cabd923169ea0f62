"""The whole pack over large stacks, beside Checkov on the same graph."""

import json
import os
import re
import subprocess
import sys
import time
from pathlib import Path

import pytest
from foreign.declared import together

from deployment.reader import graph_from_json
from policies.assess import assess
from policies.rules._grants import granting, trusting

pytestmark = pytest.mark.benchmark
MOST_PARSES = 25
"""How often the file could be parsed while it is judged, or priced; measured are 3 to 8."""
MOST_MEMORY = 3
"""How often the file may be held in memory, with all that is made of it."""
CHECKOV = Path(__file__).parents[2] / ".venv-checkov" / "bin" / "checkov"


def enlarged(recorded, copies):
    """The stack `copies` times over, each copy with names, ids and references of its own."""
    text = json.dumps(recorded["deployment"]["resources"])
    found = {}
    for number in range(copies):
        own = re.sub(r'(::|"|/)plant-', rf"\g<1>plant{number}-", text)
        own = re.sub(r"\b([a-z]+-)[0-9a-f]{5}([0-9a-f]{12})\b", rf"\g<1>{number:05x}\2", own)
        found |= {state["urn"]: state for state in json.loads(own)}
    return {**recorded, "deployment": {**recorded["deployment"], "resources": list(found.values())}}


def seconds(function):
    started = time.process_time()
    function()
    return time.process_time() - started


def share_one_id(document):
    """Gives every resource one id, and every property that is an id, too."""
    for state in document["deployment"]["resources"]:
        state["id"] = "the-same"
        for section in ("inputs", "outputs"):
            state[section] = {
                key: "the-same" if key.endswith("Id") else value for key, value in state.get(section, {}).items()
            }


TAGS = {"Project": "shop", "Owner": "team", "Environment": "prod"}
SMALL = {
    "aws:ec2/instance:Instance": {"ami": "ami-0abc", "instanceType": "t4g.nano", "tags": TAGS},
    "aws:sqs/queue:Queue": {"name": "queue-NUMBER", "sqsManagedSseEnabled": True, "tags": TAGS},
    "aws:s3/bucket:Bucket": {"bucket": "bucket-NUMBER", "tags": TAGS},
    "aws:iam/role:Role": {"name": "role-NUMBER", "assumeRolePolicy": trusting({"Service": "lambda.amazonaws.com"})},
    "aws:iam/rolePolicy:RolePolicy": {
        "role": "role-NUMBER",
        "policy": granting("s3:GetObject", resource="arn:aws:s3:::bucket-NUMBER/*"),
    },
    "aws:lambda/function:Function": {
        "name": "function-NUMBER",
        "runtime": "python3.12",
        "role": "arn:aws:iam::123456789012:role/role-NUMBER",
        "environment": {"variables": {"LEVEL": "info", "BUCKET": "bucket-NUMBER"}},
        "tags": TAGS,
    },
    "aws:cloudwatch/logGroup:LogGroup": {"name": "/lambda/NUMBER", "retentionInDays": 14, "tags": TAGS},
    "aws:ec2/securityGroup:SecurityGroup": {
        "name": "group-NUMBER",
        "vpcId": "vpc-1",
        "ingress": [{"protocol": "tcp", "fromPort": 443, "toPort": 443, "cidrBlocks": ["10.0.0.0/8"]}],
        "tags": TAGS,
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "name": "alarm-NUMBER",
        "comparisonOperator": "GreaterThanThreshold",
        "evaluationPeriods": 1,
        "metricName": "Errors",
        "namespace": "AWS/Lambda",
        "period": 60,
        "statistic": "Sum",
        "tags": TAGS,
    },
    "kubernetes:apps/v1:Deployment": {
        "metadata": {"name": "api-NUMBER", "namespace": "shop", "labels": {"app": "api-NUMBER"}},
        "spec": {
            "selector": {"matchLabels": {"app": "api-NUMBER"}},
            "template": {
                "metadata": {"labels": {"app": "api-NUMBER"}},
                "spec": {"containers": [{"name": "api", "image": "registry.example.com/api:1"}]},
            },
        },
    },
}
"""What most large stacks are made of: type -> inputs of its NUMBERth resource."""


def small(count, *types):
    """A deployment of `count` resources of `types`, one after the other."""
    provider = {"urn": "urn:pulumi:prod::shop::pulumi:providers:aws::eu", "custom": True, "id": "eu"}
    resources = [{**provider, "type": "pulumi:providers:aws", "inputs": {"region": "eu-central-1"}}]
    for number in range(count):
        token = types[number % len(types)]
        state = {"urn": f"urn:pulumi:prod::shop::{token}::it-NUMBER", "custom": True, "id": "id-NUMBER", "type": token}
        if token.startswith("aws:"):
            state["provider"] = f"{provider['urn']}::{provider['id']}"
        outputs = {**SMALL[token], "arn": f"arn:aws:{token.split('/')[0]}:eu-central-1:123456789012:NUMBER"}
        text = json.dumps({**state, "inputs": SMALL[token], "outputs": outputs})
        resources.append(json.loads(text.replace("NUMBER", str(number))))
    return {"version": 3, "deployment": {"resources": resources}}


def measured(recorded, copies, one_id):
    """(resources, seconds of processor time) of reading and judging the enlarged stack."""
    document = enlarged(recorded, copies)
    if one_id:
        share_one_id(document)
    graph = graph_from_json(document, "large")
    return len(graph), min(seconds(lambda: assess(graph_from_json(document, "large"))) for _ in range(2))


@pytest.mark.parametrize("one_id", [False, True], ids=["ids of their own", "one id for all"])
def test_the_pack_is_linear_in_the_number_of_resources(deployment, one_id):
    recorded = deployment("dev")
    times = dict(measured(recorded, copies, one_id) for copies in (13, 52))
    for count, taken in times.items():
        print(f"{count} resources: {taken:.2f} s, {1000 * taken / count:.3f} ms each")
    (small, fast), (large, slow) = times.items()
    assert slow / large <= 1.6 * fast / small


COMMANDS = {
    "json.load": "import json; json.load(open(sys.argv[1]))",
    "check": "from deployment.reader import graph_from_file; from policies.assess import assess\n"
    "assess(graph_from_file(sys.argv[1]))",
    "cost": "from deployment.reader import graph_from_file; from cost import estimate\n"
    "estimate(graph_from_file(sys.argv[1]))",
}
LOADED = (
    "import os, pathlib, sys, time, cost, policies.assess, deployment.reader\n"
    "from policies.registry import every_rule; every_rule()\n"
    "begun = time.process_time()\n"
)
SAID = (
    "print(time.process_time() - begun, sum(os.times()[2:4]), "
    "pathlib.Path('/proc/self/status').read_text().partition('VmHWM:')[2].split()[0])\n"
)


def run_apart(command, file):
    """(seconds of processor time, those of a second process beside it, MB at most) of `command` on `file` in an
    interpreter of its own, imports left out."""
    script = f"{LOADED}{command}\n{SAID}"
    # As `./plant` runs it: what is imported late was compiled before.
    environment = {**os.environ, "PLANT_MAX_FILE_MB": "2000", "PYTHONDONTWRITEBYTECODE": ""}
    environment.setdefault("PYTHONPYCACHEPREFIX", str(Path(sys.prefix, "bytecode")))
    run = subprocess.run(
        [sys.executable, "-c", script, str(file)],
        capture_output=True,
        text=True,
        check=True,
        cwd=Path(__file__).parents[2],
        env=environment,
    )
    taken, beside, kilobytes = run.stdout.split()
    return float(taken), float(beside), int(kilobytes) * 1024 / 1e6


def of_shape(shape, count, deployment):
    """A deployment of at least `count` resources."""
    if shape in SHAPES:
        return small(count, *SHAPES[shape])
    recorded = deployment("dev") if shape.startswith("dev") else together(1)
    copies = -(-count // len(recorded["deployment"]["resources"]))
    document = enlarged(recorded, copies) if shape.startswith("dev") else together(copies)
    if shape == "dev, one id for all":
        share_one_id(document)
    return document


SHAPES = {
    "ten types": tuple(SMALL),
    "roles": ("aws:iam/role:Role", "aws:iam/rolePolicy:RolePolicy"),
    "security groups": ("aws:ec2/securityGroup:SecurityGroup",),
    "functions": ("aws:lambda/function:Function",),
    "Kubernetes": ("kubernetes:apps/v1:Deployment",),
}


@pytest.mark.parametrize("count", [10_000, 100_000])
@pytest.mark.parametrize("shape", ["dev, ids of their own", "dev, one id for all", "programs of other people", *SHAPES])
def test_check_and_cost_beside_the_parser(deployment, tmp_path, shape, count):
    file = tmp_path / "large.json"
    document = of_shape(shape, count, deployment)
    file.write_text(json.dumps(document))
    megabytes = file.stat().st_size / 1e6
    warm = tmp_path / "warm.json"
    warm.write_text(json.dumps(of_shape(shape, 1, deployment)))
    run_apart(COMMANDS["check"], warm)
    found = {name: run_apart(command, file) for name, command in COMMANDS.items()}
    parser = found["json.load"][0]
    for name, (taken, beside, most) in found.items():
        print(
            f"{count:,} resources, {megabytes:.0f} MB: {name} {taken:.2f} s, {taken / parser:.1f} x json.load, "
            f"{beside / parser:.1f} x by a second process meanwhile, "
            f"{most:.0f} MB at most, {most / megabytes:.1f} x the file"
        )
    assert found["check"][0] < MOST_PARSES * parser
    assert found["cost"][0] < MOST_PARSES * parser
    if megabytes > 100:  # where what the commands import is a small part
        assert max(found["check"][2], found["cost"][2]) <= MOST_MEMORY * megabytes


@pytest.mark.skipif(not CHECKOV.is_file(), reason="Checkov is not installed; the tests in tests/checkov do that")
def test_the_pack_beside_checkov(deployment, tmp_path):
    from workbench.report.tfplan import tfplan

    recorded = deployment("dev")
    file = tmp_path / "tfplan.json"
    file.write_text(json.dumps(tfplan(recorded)))
    command = [
        str(CHECKOV),
        "-f",
        str(file),
        "--framework",
        "terraform_plan",
        "--quiet",
        "--skip-download",
        "-o",
        "json",
    ]
    before = os.times()
    subprocess.run(command, capture_output=True, check=False, timeout=300)
    after = os.times()
    rival = after.children_user + after.children_system - before.children_user - before.children_system
    own = seconds(lambda: assess(graph_from_json(recorded, "dev")))
    print(f"dev: rules {own:.3f} s, Checkov {rival:.1f} s, ratio {rival / own:.0f}")
    assert own < rival
