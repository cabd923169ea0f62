"""What hands changed of a stack is told with dollars and rules, what its machines changed apart."""

from __future__ import annotations

import copy
import json
import stat
from pathlib import Path

import pytest

from deployment.errors import InputError
from deployment.reader import graph_from_json, refresh_from_file
from policies.assess import assess
from workbench.cli.main import run
from workbench.drift.machines import BRAKE, LEFT, REAPER, ROLLOUT, SCALING
from workbench.drift.refresh import refresh
from workbench.drift.result import drift
from workbench.preview.changes import Operation
from workbench.report.drift_text import render

GROUP = "aws:autoscaling/group:Group"
RULE = "aws:lb/listenerRule:ListenerRule"
ALARM = "aws:cloudwatch/metricAlarm:MetricAlarm"


def find(document, name, kind):
    """The state of that name and type."""
    return next(
        one for one in document["deployment"]["resources"] if one["type"] == kind and one["urn"].endswith(f"::{name}")
    )


def set_(document, name, kind, **values):
    """Change properties as AWS would give them back: input and output."""
    state = find(document, name, kind)
    for part in ("inputs", "outputs"):
        state[part].update(copy.deepcopy(values))


def gone(document, *names, kinds=()):
    """Take resources out."""
    document["deployment"]["resources"] = [
        one
        for one in document["deployment"]["resources"]
        if one["type"] not in kinds and one["urn"].rpartition("::")[2] not in names
    ]


def refreshed(before, after):
    """What `pulumi refresh --preview-only --json` writes of a stack (shape as the real CLI's, 3.260)."""
    now = {one["urn"]: one for one in after["deployment"]["resources"]}
    steps = []
    for old in before["deployment"]["resources"]:
        new = now.get(old["urn"])
        step = {"op": "refresh", "urn": old["urn"], "oldState": old, "newState": new, "detailedDiff": None}
        if new is None:
            step |= {"op": "delete"}
            del step["newState"]
        else:
            ignored = old.get("ignoreChanges") or []
            inputs = old.get("inputs") or {}, new.get("inputs") or {}
            differ = [key for key in inputs[1] if inputs[0].get(key) != inputs[1][key] and key not in ignored]
            if differ:
                step |= {"op": "update", "detailedDiff": {key: {"kind": "update", "inputDiff": True} for key in differ}}
        steps.append(step)
    same = sum(step["op"] == "refresh" for step in steps)
    return {"config": {"aws:region": "us-east-1"}, "steps": steps, "changeSummary": {"same": same}}


@pytest.fixture
def pair(deployment):
    """`pair("dev")`: the deployment twice, the second to be changed."""
    return lambda name: (deployment(name), deployment(name))


def compared(before, after):
    return drift(graph_from_json(before, "before"), graph_from_json(after, "after"), None)


def told(found):
    return {(one.resource.name, one.operation.value, *(each.path for each in one.properties)) for one in found}


def test_nothing_changed_is_no_drift(pair):
    found = compared(*pair("dev"))
    assert (found.found, found.blocked) == ((), False)


def test_a_hand_is_told_with_what_it_costs_and_breaks(pair):
    before, after = pair("dev")
    set_(after, "plant-stable-group", GROUP, maxSize=12)
    gone(after, "plant-slo-p95-stable")
    found = compared(before, after)
    assert told(found.by_hand) == {
        ("plant-stable-group", "update", "maxSize"),
        ("plant-slo-p95-stable", "delete"),
    }
    assert found.by_machines == ()
    expected, worst = found.delta_usd(next(one for one in found.by_hand if one.resource.type == GROUP))
    assert expected == 0
    assert worst * 2 > 1  # ten more instances for the hours of the sessions
    broken = {one.rule.id for one in found.broken if one.enforcement.value == "mandatory"}
    assert {"observability-latency-alarm", "cost-worst-case-within-budget"} <= broken
    assert found.blocked


SSH = {"protocol": "tcp", "fromPort": 22, "toPort": 22}
GROUP_OF_FLEET = "plant-access-fleet"
SECURITY = "aws:ec2/securityGroup:SecurityGroup"


def as_aws_has_it(document, more=()):
    """The rules of each group in its outputs, as a refresh gives them back; `more` at the fleet's."""
    states = document["deployment"]["resources"]
    for group in (one for one in states if one["type"] == SECURITY):
        for direction in ("ingress", "egress"):
            group["outputs"][direction] = [
                {
                    "protocol": rule["inputs"]["ipProtocol"],
                    "fromPort": rule["inputs"].get("fromPort", 0),
                    "toPort": rule["inputs"].get("toPort", 0),
                    "cidrBlocks": [*filter(None, [rule["inputs"].get("cidrIpv4")])],
                    "ipv6CidrBlocks": [*filter(None, [rule["inputs"].get("cidrIpv6")])],
                    "prefixListIds": [*filter(None, [rule["inputs"].get("prefixListId")])],
                    "securityGroups": [*filter(None, [rule["inputs"].get("referencedSecurityGroupId")])],
                    "self": False,
                    "description": rule["inputs"]["description"],
                }
                for rule in states
                if f"securityGroup{direction.capitalize()}Rule" in rule["type"]
                and rule["inputs"]["securityGroupId"] == group["id"]
            ]
    find(document, GROUP_OF_FLEET, SECURITY)["outputs"]["ingress"] += more


@pytest.mark.parametrize("refresh_of", [True, False])
def test_a_rule_that_a_hand_added_beside_those_that_are_resources_is_told(pair, tmp_path, refresh_of):
    before, after = pair("dev")
    as_aws_has_it(after, [{**SSH, "cidrBlocks": ["0.0.0.0/0"], "description": "just for today"}])
    if refresh_of:
        path = tmp_path / "refresh.json"
        path.write_text(json.dumps(refreshed(before, after)))
        new, old, differences = refresh_from_file(str(path))
        found = drift(old, new, differences)
    else:
        found = compared(before, after)
    assert told(found.by_hand) == {(GROUP_OF_FLEET, "update", "ingress")}
    assert found.by_hand[0].properties[0].new == [{**SSH, "cidrBlocks": ["0.0.0.0/0"], "description": "just for today"}]
    assert {one.rule.id for one in found.broken} == {"network-no-admin-ports-open", "network-ingress-only-https"}
    assert found.blocked


def test_rules_that_are_resources_are_no_drift_of_their_groups(pair):
    before, after = pair("dev")
    as_aws_has_it(after)
    found = compared(before, after)
    assert found.found == ()
    ids = [{one.rule.id for one in assess(graph_from_json(each, "state")).violations} for each in (before, after)]
    assert ids[0] == ids[1]


@pytest.mark.parametrize(
    ("entry", "declared"),
    [
        ({"self": True}, {"self": True}),
        ({"securityGroups": ["sg-1"]}, {"sourceSecurityGroupId": "sg-1"}),
        ({"cidrBlocks": ["10.0.0.0/8"], "protocol": "6"}, {"cidrBlocks": ["10.0.0.0/8"]}),
        ({"self": True, "protocol": "-1", "fromPort": 0, "toPort": 0}, {"self": True, "protocol": "all"}),
    ],
)
def test_rules_are_recognised_however_they_are_spelled(entry, declared):
    urn = "urn:pulumi:dev::p::{}::{}".format
    group = {"urn": urn(SECURITY, "g"), "type": SECURITY, "custom": True, "id": "sg-0", "inputs": {"description": "x"}}
    kind = "aws:ec2/securityGroupRule:SecurityGroupRule"
    inputs = {**SSH, **declared, "type": "ingress", "securityGroupId": "sg-0"}
    rule = {"urn": urn(kind, "r"), "type": kind, "custom": True, "id": "sgrule-1", "inputs": inputs, "outputs": inputs}

    def state(*entries):
        outputs = {"id": "sg-0", "description": "x", "ingress": list(entries)}
        return {"version": 3, "deployment": {"resources": [{**group, "outputs": outputs}, rule]}}

    known = {**SSH, **entry}
    assert compared(state(), state(known)).found == ()
    assert len(compared(state(), state(known, {**SSH, "cidrBlocks": ["10.9.0.0/16"]})).by_hand) == 1


def test_a_rule_that_a_hand_changed_is_told_once(pair):
    before, after = pair("dev")
    rule = next(
        one for one in after["deployment"]["resources"]
        if "securityGroupIngressRule" in one["type"] and "cidrIpv4" in one["inputs"]
    )  # fmt: skip
    for held in ("inputs", "outputs"):
        rule[held]["cidrIpv4"] = "10.9.0.0/16"
    as_aws_has_it(after)
    assert told(compared(before, after).by_hand) == {(rule["urn"].rpartition("::")[2], "update", "cidrIpv4")}


def test_what_the_preview_of_a_refresh_repeats_of_the_state_is_noted(pair, tmp_path, capsys):
    before, after = pair("dev")
    path = tmp_path / "refresh.json"
    path.write_text(json.dumps(refreshed(before, after)))
    assert run(["drift", str(path)]) == 0
    assert "note: the preview of a refresh doesn't tell rules" in capsys.readouterr().out
    assert run(["drift", str(path), "--format", "json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["notes"]) == 1
    assert compared(before, after).notes == ()


def test_types_that_share_a_name_are_told_apart(pair):
    before, after = pair("dev")
    policies = ("aws:autoscaling/policy:Policy", "aws:iam/policy:Policy")
    states = before["deployment"]["resources"]
    firsts = (next(one for one in states if one["type"] == token) for token in policies)
    gone(after, *(first["urn"].rpartition("::")[2] for first in firsts))
    text = render(compared(before, after), width=160)
    assert all(token in text for token in policies)


def test_a_harmless_hand_does_not_block(pair):
    before, after = pair("dev")
    set_(after, "plant-slo-p95-stable", ALARM, alarmDescription="other words")
    found = compared(before, after)
    assert told(found.by_hand) == {("plant-slo-p95-stable", "update", "alarmDescription")}
    assert (found.broken, found.blocked) == ((), False)


def test_what_the_rollout_and_scaling_changed_is_theirs_and_costs_nobody(pair):
    before, after = pair("dev")
    actions = copy.deepcopy(find(after, "plant-split-read", RULE)["inputs"]["actions"])
    actions[-1]["forward"]["targetGroups"][0]["weight"] = 90
    set_(after, "plant-split-read", RULE, actions=actions)
    set_(after, "plant-canary-group", GROUP, minSize=1, desiredCapacity=1)
    set_(after, "plant-stable-group", GROUP, desiredCapacity=2)
    find(after, "plant-rollout-control", "aws:ssm/parameter:Parameter")["inputs"]["insecureValue"] = "hold"
    found = compared(before, after)
    assert found.by_hand == ()
    assert {(one.resource.name, one.by) for one in found.by_machines} == {
        ("plant-split-read", ROLLOUT),
        ("plant-canary-group", ROLLOUT),
        ("plant-canary-group", SCALING),
        ("plant-stable-group", SCALING),
        ("plant-rollout-control", LEFT),
    }
    assert found.figures == tuple((name, old, old) for name, old, _ in found.figures)
    assert not found.blocked


def test_a_hand_and_a_machine_at_one_resource_are_told_apart(pair):
    before, after = pair("dev")
    set_(after, "plant-canary-group", GROUP, minSize=1, maxSize=9)
    found = compared(before, after)
    assert told(found.by_hand) == {("plant-canary-group", "update", "maxSize")}
    assert told(found.by_machines) == {("plant-canary-group", "update", "minSize")}


def test_the_end_of_a_session_is_the_reapers(pair):
    before, after = pair("dev")
    for name in ("plant-stable-group", "plant-canary-group"):
        set_(after, name, GROUP, minSize=0, maxSize=0, desiredCapacity=0)
    gone(after, kinds=("aws:lb/loadBalancer:LoadBalancer", "aws:lb/listener:Listener", RULE))
    found = compared(before, after)
    assert {one.by for one in found.by_machines if one.resource.type in (RULE, GROUP)} == {REAPER}
    assert [one for one in found.by_hand if one.resource.type in (RULE, GROUP)] == []


def test_one_alarm_of_many_was_not_the_reaper(pair):
    before, after = pair("dev")
    gone(after, "plant-slo-unhealthy-stable")
    assert [one.by for one in compared(before, after).found] == [""]


def test_the_spend_brake_is_known_and_only_downwards(pair):
    before, after = pair("prod")
    least = find(before, "plant-stable-group", GROUP)["inputs"]["minSize"]
    set_(after, "plant-stable-group", GROUP, maxSize=least)
    assert [one.by for one in compared(before, after).found] == [BRAKE]
    set_(after, "plant-stable-group", GROUP, maxSize=50)
    assert [one.by for one in compared(before, after).found] == [""]


def saved(tmp_path, document, name="refresh.json"):
    path = tmp_path / name
    path.write_text(json.dumps(document))
    return str(path)


def test_a_refresh_is_believed_about_what_differs(pair, tmp_path):
    before, after = pair("dev")
    set_(after, "plant-stable-group", GROUP, maxSize=12, desiredCapacity=2)
    document = refreshed(before, after)
    # What the engine finds unchanged stays so, however the provider spells it now.
    step = next(one for one in document["steps"] if one["urn"].endswith("plant-slo-p95-stable"))
    step["newState"] = {
        **step["newState"],
        "inputs": {**step["newState"]["inputs"], "alarmDescription": "spelled anew"},
    }
    new, old, differences = refresh_from_file(saved(tmp_path, document))
    found = drift(old, new, differences)
    assert told(found.by_hand) == {("plant-stable-group", "update", "maxSize")}
    assert told(found.by_machines) == {("plant-stable-group", "update", "desiredCapacity")}
    assert [one.operation for one in found.by_hand] == [Operation.UPDATE]


def test_a_refresh_can_be_priced_too(pair, tmp_path, capsys):
    """The engine calls what stays `refresh`, and counts it as `same`: nothing is left out."""
    assert run(["cost", saved(tmp_path, refreshed(*pair("dev")))]) == 0


@pytest.mark.parametrize(
    ("change", "status", "words"),
    [
        pytest.param(lambda after: None, 0, "dev: no drift", id="nothing"),
        pytest.param(
            lambda after: set_(after, "plant-slo-p95-stable", ALARM, alarmDescription="\x1b[31mred"),
            0,
            "no mandatory rule is broken by it",
            id="harmless",
        ),
        pytest.param(
            lambda after: gone(after, "plant-logs-access"), 1, "against the policies or the budget", id="against a rule"
        ),
    ],
)
def test_the_command_says_it_and_its_status_too(pair, tmp_path, capsys, change, status, words):
    before, after = pair("dev")
    change(after)
    path = saved(tmp_path, refreshed(before, after))
    assert run(["drift", path]) == status
    text = capsys.readouterr().out
    assert words in " ".join(text.split())
    assert "\x1b" not in text
    exports = [saved(tmp_path, before, "before.json"), saved(tmp_path, after, "after.json")]
    assert run(["drift", *exports, "--format", "json"]) == status
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == ("blocked" if status else "pass")
    assert set(document["cost"]) == {"expected", "worst case"}


def test_bad_input_is_told_in_a_line(pair, deployment, tmp_path, capsys, monkeypatch):
    monkeypatch.setenv("PATH", str(tmp_path))
    before, _ = pair("dev")
    export = saved(tmp_path, before, "export.json")
    other = saved(tmp_path, deployment("prod"), "other.json")
    namesake = saved(tmp_path, json.loads(json.dumps(before).replace("::plant::", "::orders::")), "namesake.json")
    broken = saved(
        tmp_path, {"steps": [{"op": "refresh", "urn": 7, "newState": "x"}], "diagnostics": []}, "broken.json"
    )
    for arguments, words in (
        (["nobody"], "the Pulumi CLI is not on PATH"),
        (["nowhere.json"], "nowhere.json: no such file"),
        ([str(tmp_path)], "is a folder"),
        (["../../nobody"], "neither a file nor the name of a stack"),
        ([export, namesake], "give two of one stack"),
        ([export, export, "--region", "mars"], "not the name of an AWS Region"),
        (["a b\n"], "neither a file nor the name of a stack"),
        ([export], "no refresh; give what `pulumi refresh"),
        ([export, other], "give two of one stack"),
        (["a", "b", "c"], "give a stack, one file"),
        ([broken], "broken.json"),
    ):
        assert run(["drift", *arguments]) == 2
        assert words in capsys.readouterr().err


def test_a_cli_that_fails_is_quoted(tmp_path, monkeypatch):
    fake = tmp_path / "pulumi"
    fake.write_text("#!/bin/sh\necho 'error: no stack named \"nobody\" found' >&2\nexit 255\n")
    fake.chmod(fake.stat().st_mode | stat.S_IXUSR)
    monkeypatch.setenv("PATH", f"{tmp_path}:/usr/bin:/bin")
    with pytest.raises(InputError, match='nobody: pulumi refresh failed: no stack named "nobody" found'):
        refresh("nobody", tmp_path, str(tmp_path))
    fake.write_text('#!/bin/sh\necho \'{"diagnostics": [{"severity": "error", "message": "passphrase"}]}\'\nexit 1\n')
    with pytest.raises(InputError, match=r"the preview failed.*passphrase"):
        refresh("nobody", tmp_path, str(tmp_path))


def test_a_stack_that_was_destroyed_is_gone_and_many_properties_are_counted(pair, tmp_path, capsys):
    before, after = pair("dev")
    empty = {"version": 3, "deployment": {"manifest": {"time": "2026-01-01T00:00:00Z", "magic": "", "version": ""}}}
    exports = [saved(tmp_path, before, "before.json"), saved(tmp_path, empty, "after.json")]
    assert run(["drift", *exports, "--format", "json"]) in (0, 1)
    assert len(json.loads(capsys.readouterr().out)["byHand"]) > 100
    set_(
        after,
        "plant-stable-group",
        GROUP,
        tags=[],
        maxSize=3,
        healthCheckGracePeriod=1,
        defaultInstanceWarmup=2,
        maxInstanceLifetime=86400,
        capacityRebalance=False,
        healthCheckType="EC2",
        metricsGranularity="none",
    )
    exports = [saved(tmp_path, before, "before.json"), saved(tmp_path, after, "after.json")]
    run(["drift", *exports])
    assert "and 2 more, in the JSON" in capsys.readouterr().out


@pytest.mark.parametrize(
    "program", sorted((Path(__file__).parents[3] / "fixtures" / "programs").glob("*.json")), ids=lambda one: one.stem
)
def test_programs_of_other_people_are_compared_too(program, tmp_path, capsys):
    document = json.loads(program.read_text())
    changed = copy.deepcopy(document)
    first = next(
        one
        for one in changed["deployment"]["resources"]
        if one["custom"] and not one["type"].startswith("pulumi:") and one.get("inputs")
    )
    first["inputs"]["tags"] = {"Somebody": "else"}
    exports = [saved(tmp_path, document, "before.json"), saved(tmp_path, changed, "after.json")]
    assert run(["drift", exports[0], exports[0], "--region", "us-east-1"]) == 0
    assert "no drift" in capsys.readouterr().out
    assert run(["drift", *exports, "--region", "us-east-1", "--format", "json"]) in (0, 1)
    (one,) = json.loads(capsys.readouterr().out)["byHand"]
    assert one["urn"] == first["urn"]
