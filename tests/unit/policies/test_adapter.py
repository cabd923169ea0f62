"""The pack behind the SDK's server and in process: one verdict on one file, whatever is in it."""

import json
import re
from collections import Counter
from contextlib import nullcontext
from types import SimpleNamespace

import pytest
from pulumi_policy import policy as sdk
from sdk_server import told

from deployment.reader import graph_from_json
from deployment.values import SECRET_SIGNATURE, SIGNATURE_KEY
from policies import adapter, conversions
from policies.adapter import ADVICE, COST_SUMMARY, STACK_ADVICE
from policies.assess import assess
from policies.conversions import once
from policies.pack import PACK_DIRECTORY, config_from_json

CONFIG = json.loads((PACK_DIRECTORY / "config" / "plant.json").read_text())
SECRET = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "v1:a:b"}
UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"

STACK = "urn:pulumi:dev::shop::pulumi:pulumi:Stack::shop-dev"
PROVIDER = "urn:pulumi:dev::shop::pulumi:providers:aws::default"


def resource(token, name, inputs, **more):
    return {
        "urn": f"urn:pulumi:dev::shop::{token}::{name}",
        "type": token,
        "custom": True,
        "id": f"{name}-id",
        "inputs": inputs,
        "outputs": inputs,
        "parent": STACK,
        "provider": f"{PROVIDER}::1",
        **more,
    }


def stack(*resources, region="us-east-1"):
    root = {"urn": STACK, "type": "pulumi:pulumi:Stack", "custom": False}
    given = {"region": region}
    provider = {
        "urn": PROVIDER,
        "type": "pulumi:providers:aws",
        "custom": True,
        "id": "1",
        "inputs": given,
        "outputs": given,
    }
    return {"version": 3, "deployment": {"manifest": {}, "resources": [root, provider, *resources]}}


def verdicts(document, config=None):
    """(decided findings, rules left undecided) behind the server, and the same in process."""
    behind = [_by_its_rule(one) for one in told(document, config) if one.rule != COST_SUMMARY]
    undecided = {one.rule for one in behind if "could not be checked" in one.message}
    decided = {tuple(one) for one in behind if one.rule not in undecided}
    found = assess(graph_from_json(document, "f"), config_from_json(config or {}, "config")).violations
    open_ = {one.rule.id for one in found if one.finding.unknown}
    return (decided, undecided), (
        {
            (one.rule.id, one.finding.urn or STACK, one.finding.message, one.enforcement.value)
            for one in found
            if one.rule.id not in open_
        },
        open_,
    )


def _by_its_rule(one):
    """In the baseline profile what does not block is told by one policy for all rules."""
    if one.rule not in (ADVICE, STACK_ADVICE):
        return one
    rule, _, message = one.message.partition(": ")
    return one._replace(rule=rule, message=message)


OPEN = {"description": "d", "ingress": [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"]}]}

CASES = {
    "a component of somebody's own": stack(
        {
            "urn": "urn:pulumi:dev::shop::acme:infra:Web::web",
            "type": "acme:infra:Web",
            "custom": False,
            "outputs": {"url": "https://a.example"},
            "parent": STACK,
        },
        resource("aws:ec2/securityGroup:SecurityGroup", "group", OPEN),
    ),
    "a component whose outputs are one secret": stack(
        {
            "urn": "urn:pulumi:dev::shop::acme:infra:Web::web",
            "type": "acme:infra:Web",
            "custom": False,
            "outputs": SECRET,
            "parent": STACK,
        },
        resource("aws:ec2/securityGroup:SecurityGroup", "group", OPEN),
    ),
    "a resource that waits for its deletion": stack(
        resource("aws:ec2/securityGroup:SecurityGroup", "group", {"description": "d"}),
        resource("aws:ec2/securityGroup:SecurityGroup", "group", OPEN, delete=True),
    ),
    "secret and unknown values": stack(
        resource("aws:iam/policy:Policy", "policy", {"policy": SECRET}),
        resource("aws:ec2/instance:Instance", "server", {"instanceType": "t4g.nano", "userData": UNKNOWN}),
        resource("aws:ec2/securityGroup:SecurityGroup", "group", {"description": "d", "ingress": SECRET}),
    ),
    "a list of objects": stack(
        resource(
            "kubernetes:core/v1:List",
            "objects",
            {"items": [{"apiVersion": "v1", "kind": "Pod", "metadata": {"name": "a"}, "spec": {"hostPID": True}}]},
        ),
    ),
    "what no rule reads": stack(
        resource("aws-native:s3:Bucket", "native", {"accessControl": "PublicRead"}),
        resource("aws:cloudformation/stack:Stack", "template", {"templateBody": "{}"}),
        resource("kubernetes:s3.services.k8s.aws/v1alpha1:Bucket", "ack", {"spec": {"name": "open"}}),
        resource("kubernetes:helm.sh/v3:Release", "chart", {"chart": "grafana"}),
        {
            "urn": "urn:pulumi:dev::shop::kubernetes:yaml/v2:ConfigFile::files",
            "type": "kubernetes:yaml/v2:ConfigFile",
            "custom": False,
            "parent": STACK,
        },
    ),
    "names of any kind": stack(resource("aws:ec2/securityGroup:SecurityGroup", "a::b [*] $x/ü", OPEN)),
}


@pytest.mark.parametrize("case", CASES)
def test_the_server_and_the_process_agree(case):
    behind, in_process = verdicts(CASES[case])
    assert behind == in_process
    assert behind[0] or behind[1]


@pytest.mark.slow
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_they_agree_on_the_declared_stacks(deployment, name):
    behind, in_process = verdicts(deployment(name), CONFIG)
    assert behind == in_process


def test_messages_are_read_once_a_request_and_forgotten_after_it(monkeypatch):
    read = Counter()

    def counted(name, make):
        def made(argument, *others):
            read[name] += 1
            return make(argument, *others)

        return made

    document = CASES["secret and unknown values"]
    before = told(document)
    for name in ("deserialize_properties", "unknown_checking_proxy"):
        monkeypatch.setattr(sdk, name, once(counted(name, getattr(sdk, name))))
    assert told(document) == before
    assert conversions._answering.made is None
    resources = len(document["deployment"]["resources"])
    managed = sum("provider" in state for state in document["deployment"]["resources"])
    # Each resource and its provider in the request of its own, and again in the one for the stack.
    assert read == dict.fromkeys(("deserialize_properties", "unknown_checking_proxy"), 2 * (resources + managed))


def test_the_resources_of_a_stack_are_made_for_one_policy_not_for_each(monkeypatch):
    made = Counter()
    monkeypatch.setattr(
        sdk, "PolicyResource", lambda *given, make=sdk.PolicyResource: made.update(all=1) or make(*given)
    )
    told(DEAR)
    assert made["all"] == len(DEAR["deployment"]["resources"])


def test_what_the_server_reads_once_is_what_it_reads_each_time(monkeypatch):
    found = [told(document) for document in CASES.values()]
    monkeypatch.setattr(conversions, "_answering", SimpleNamespace(made=None))
    monkeypatch.setattr(adapter, "read_once", nullcontext)
    assert [told(document) for document in CASES.values()] == found


def test_of_rules_for_other_types_the_engine_is_told_what_the_sdk_tells_of_each(monkeypatch):
    config = {"data-bucket-encrypted": "disabled"}
    answer = adapter.Server.Analyze
    answers = []
    monkeypatch.setattr(adapter.Server, "Analyze", lambda *asked: answers.append(answer(*asked)) or answers[-1])
    told(DEAR, config)
    passed_over = answers.copy()
    monkeypatch.setattr(adapter, "_for_others", lambda *_: frozenset())
    told(DEAR, config)
    assert passed_over == answers[len(passed_over) :]
    names = [{other.policy_name for other in one.not_applicable} for one in passed_over]
    assert all(len(each) > 100 and not each & config.keys() for each in names)


def test_a_component_is_no_resource_without_a_price():
    rules = {one.rule for one in told(CASES["a component of somebody's own"])}
    assert "cost-everything-priced" not in rules


def test_secret_values_are_said_to_be_secret():
    messages = [one.message for one in told(CASES["secret and unknown values"])]
    assert any("policy is secret" in message for message in messages)
    assert any("ingress is secret" in message for message in messages)
    assert any("userData is not known until the deployment" in message for message in messages)


DEAR = stack(resource("aws:ec2/natGateway:NatGateway", "nat", {"connectivityType": "private", "subnetId": "s-1"}))
LIMIT = "cost-expected-within-budget"


@pytest.mark.parametrize("limit", ["50.00", 50, 50.0, "20", 20, 20.5, "20.50"])
def test_a_limit_means_the_same_however_it_is_written(limit):
    config = {"pack-settings": {"monthlyLimitUsd": limit}}
    behind, in_process = verdicts(DEAR, config)
    assert behind == in_process
    assert (LIMIT in {rule for rule, *_ in behind[0]}) == (float(limit) < 37)


@pytest.mark.parametrize("off", [{"all": "disabled"}, {"pack-settings": "disabled"}], ids=str)
def test_what_switches_off_the_rules_leaves_the_settings_on(off):
    entry = off.get("pack-settings")
    settings = {"monthlyLimitUsd": "50.00", **({"enforcementLevel": entry} if entry else {})}
    config = {**off, "pack-settings": settings, LIMIT: "mandatory"}
    behind, in_process = verdicts(DEAR, config)
    assert behind == in_process
    assert LIMIT not in {rule for rule, *_ in behind[0]}
    cheap = {**config, "pack-settings": {**settings, "monthlyLimitUsd": "1.00"}}
    assert LIMIT in {one.rule for one in told(DEAR, cheap)}


def test_the_dollars_of_a_stack_are_told_without_a_breach_and_can_be_switched_off():
    config = {"pack-settings": {"monthlyLimitUsd": "50.00"}}
    (line,) = [one.message for one in told(DEAR, config) if one.rule == COST_SUMMARY]
    assert re.search(r"expected \$\d+\.\d\d and worst case \$\d+\.\d\d a month of a budget of \$50\.00", line)
    assert "driven by" in line
    assert not [one for one in told(DEAR, {**config, COST_SUMMARY: "disabled"}) if one.rule == COST_SUMMARY]


def as_previewed(document, operation="same"):
    """What `pulumi preview --json --show-sames` tells of the deployed stack `document`, of which nothing changes."""
    steps = []
    for state in document["deployment"]["resources"]:
        new = {key: value for key, value in state.items() if key not in ("id", "outputs")}
        if not state["urn"].rpartition("::")[2].startswith("default"):  # which the engine does not tell
            steps.append({"op": operation, "urn": state["urn"], "oldState": state, "newState": new})
    return {"config": {"aws:region": "us-east-1"}, "steps": steps, "changeSummary": {operation: len(steps)}}


@pytest.mark.parametrize("operation", ["same", "update"])
@pytest.mark.parametrize("name", ["dev", "prod"])
def test_a_preview_of_a_deployed_stack_has_the_verdict_of_its_export(deployment, name, operation):
    document = deployment(name)
    exported, previewed = (
        assess(graph_from_json(one, "f"), config_from_json(CONFIG, "config"))
        for one in (document, as_previewed(document, operation))
    )
    assert previewed.to_json() == exported.to_json()
    assert previewed.estimate.to_json() == exported.estimate.to_json()
