"""After any fault a second run converges, with no orphan and no duplicate."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from workbench.emulator import process
from workbench.emulator.api import Api
from workbench.emulator.faults import PatientDeployer, Stutter, until_it_works
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import leftovers
from workbench.emulator.statefile import State
from workbench.emulator.world import embedded_aws


def entry(token: str, name: str, inputs: dict[str, Any], needs: tuple[str, ...] = (), **outputs: Any) -> dict[str, Any]:
    return {
        "urn": urn(token, name),
        "type": token,
        "custom": True,
        "id": f"standin-{name}-0",
        "inputs": inputs,
        "outputs": {**inputs, **outputs},
        "dependencies": list(needs),
    }


def urn(token: str, name: str) -> str:
    return f"urn:pulumi:dev::faults::{token}::{name}"


VPC, SUBNET, GROUP = "aws:ec2/vpc:Vpc", "aws:ec2/subnet:Subnet", "aws:ec2/securityGroup:SecurityGroup"
RULE, TABLE = "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule", "aws:ec2/routeTable:RouteTable"
ASSOCIATION, GATEWAY = "aws:ec2/routeTableAssociation:RouteTableAssociation", "aws:ec2/internetGateway:InternetGateway"
BALANCER, TARGETS = "aws:lb/loadBalancer:LoadBalancer", "aws:lb/targetGroup:TargetGroup"
ROLE, PROFILE = "aws:iam/role:Role", "aws:iam/instanceProfile:InstanceProfile"
TOPIC, LOGS, ALARM = "aws:sns/topic:Topic", "aws:cloudwatch/logGroup:LogGroup", "aws:cloudwatch/metricAlarm:MetricAlarm"
TRUST = json.dumps(
    {
        "Version": "2012-10-17",
        "Statement": [{"Effect": "Allow", "Principal": {"Service": "ec2.amazonaws.com"}, "Action": "sts:AssumeRole"}],
    }
)


def stack(idle_timeout: int = 60, retention: int = 7) -> dict[str, Any]:
    """Fifteen resources of thirteen types, tied to each other by stand-ins as a preview makes them."""
    vpc, role = urn(VPC, "vpc"), urn(ROLE, "role")
    subnets = [
        entry(
            SUBNET,
            f"subnet{n}",
            {"vpcId": "standin-vpc-0", "cidrBlock": f"10.0.{n}.0/24", "availabilityZone": f"us-east-1{z}"},
            (vpc,),
        )
        for n, z in ((1, "a"), (2, "b"))
    ]
    resources = [
        entry(VPC, "vpc", {"cidrBlock": "10.0.0.0/16", "enableDnsHostnames": True, "tags": {"Stack": "dev"}}),
        *subnets,
        entry(GATEWAY, "gateway", {"vpcId": "standin-vpc-0"}, (vpc,)),
        entry(TABLE, "table", {"vpcId": "standin-vpc-0"}, (vpc,)),
        entry(
            ASSOCIATION,
            "link",
            {"routeTableId": "standin-table-0", "subnetId": "standin-subnet1-0"},
            (urn(TABLE, "table"), urn(SUBNET, "subnet1")),
        ),
        entry(GROUP, "group", {"vpcId": "standin-vpc-0", "name": "group", "description": "d"}, (vpc,)),
        entry(
            RULE,
            "rule",
            {
                "securityGroupId": "standin-group-0",
                "ipProtocol": "tcp",
                "fromPort": 443,
                "toPort": 443,
                "cidrIpv4": "0.0.0.0/0",
            },
            (urn(GROUP, "group"),),
        ),
        entry(
            BALANCER,
            "balancer",
            {"name": "balancer", "subnets": ["standin-subnet1-0", "standin-subnet2-0"], "idleTimeout": idle_timeout},
            tuple(s["urn"] for s in subnets),
        ),
        entry(
            TARGETS,
            "targets",
            {"name": "targets", "vpcId": "standin-vpc-0", "port": 8443, "protocol": "HTTPS", "deregistrationDelay": 30},
            (vpc,),
        ),
        entry(ROLE, "role", {"name": "role", "assumeRolePolicy": TRUST}),
        entry(PROFILE, "profile", {"name": "profile", "role": "role"}, (role,)),
        entry(TOPIC, "topic", {"name": "topic"}),
        entry(LOGS, "logs", {"name": "logs", "retentionInDays": retention}),
        entry(
            ALARM,
            "alarm",
            {
                "name": "alarm",
                "comparisonOperator": "GreaterThanThreshold",
                "evaluationPeriods": 1,
                "threshold": 1,
                "namespace": "N",
                "metricName": "m",
                "period": 60,
                "statistic": "Sum",
            },
        ),
    ]
    return {"deployment": {"resources": resources}}


def kinds(found: set[str]) -> Counter[str]:
    """How many of each kind, whatever their ids."""
    return Counter(item.split(" ")[0] + " " + item.split(" ")[1].split("-")[0].split("/")[0] for item in found)


@pytest.fixture(scope="module")
def clean() -> Counter[str]:
    with embedded_aws() as api:
        before = leftovers(api)
        PatientDeployer(Lifecycle(api)).deploy(stack())
        return kinds(leftovers(api) - before)


@pytest.mark.parametrize("after", [False, True], ids=["the call is refused", "the answer is lost"])
def test_every_call_fails_once_during_deploy_update_and_destroy(clean: Counter[str], after: bool) -> None:
    with embedded_aws() as api:
        before = leftovers(api)
        deployer = PatientDeployer(Lifecycle(api))
        faults = {}
        for phase, act in (
            ("deploy", lambda: deployer.deploy(stack())),
            ("update", lambda: deployer.deploy(stack(idle_timeout=90, retention=14))),
            ("destroy", deployer.destroy),
        ):
            stutter = Stutter(after=after)
            stutter.attach(api)
            until_it_works(act, limit=200)
            stutter.detach(api)
            faults[phase] = len(stutter.failed)
            expected = Counter() if phase == "destroy" else clean
            assert kinds(leftovers(api) - before) == expected, phase
        print(f"faults: {faults}, failed attempts: {deployer.attempts}")
        assert faults["deploy"] > 40
        assert faults["update"] >= 2
        assert faults["destroy"] >= 15


CHILD = """
import json, sys
from pathlib import Path
from workbench.emulator.api import Api
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.statefile import State
deployer = Deployer(Lifecycle(Api(endpoint_url=sys.argv[1])), State.load(Path(sys.argv[2])))
print("ready", flush=True)
deployer.deploy(json.loads(Path(sys.argv[3]).read_text()))
print("done", flush=True)
"""


@pytest.mark.slow
def test_a_killed_deploy_is_finished_by_the_next_one(clean: Counter[str], tmp_path: Path) -> None:
    server = process.start(tmp_path / "emulator")
    kills = 0
    try:
        api = Api(endpoint_url=server.endpoint)
        before = leftovers(api)
        (tmp_path / "stack.json").write_text(json.dumps(stack()))
        arguments = [
            sys.executable,
            "-c",
            CHILD,
            server.endpoint,
            str(tmp_path / "state.json"),
            str(tmp_path / "stack.json"),
        ]
        for round_number in range(8):
            child = subprocess.Popen(arguments, stdout=subprocess.PIPE, text=True)
            assert child.stdout is not None
            assert child.stdout.readline() == "ready\n"
            time.sleep(0.3 + 0.15 * round_number)
            os.kill(child.pid, signal.SIGKILL)
            kills += "done" not in child.stdout.read()
            child.wait()
        print(f"killed {kills} times before it was done")
        assert kills >= 1
        assert "done" in subprocess.run(arguments, capture_output=True, text=True, timeout=120, check=True).stdout
        assert kinds(leftovers(api) - before) == clean
        deployer = PatientDeployer(Lifecycle(api), State.load(tmp_path / "state.json"))
        assert set(deployer.deploy(stack()).actions) == {"same"}
        deployer.destroy()
        assert leftovers(api) - before == set()
    finally:
        process.stop(tmp_path / "emulator")
