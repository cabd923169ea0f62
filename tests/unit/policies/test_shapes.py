"""Copies of a state machine have one shape, and nothing else has it."""

import json
import sys
from collections import deque
from concurrent.futures import ThreadPoolExecutor

import pytest

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import LISTENER_RULE, STATE_MACHINE
from policies.context import Context
from policies.promises import rollout, users_warned
from policies.promises._rehearsal import is_rollout
from policies.rules import _shapes
from policies.rules._shapes import calls, shaped, unshaped
from policies.rules.sfn.states_complete import check

CALL = "arn:aws:states:::aws-sdk:ssm:putParameter"
MODIFY = "arn:aws:states:::aws-sdk:elasticloadbalancingv2:modifyRule"


def machine(rule, page, **more):
    called = {"RuleArn": rule, "Name": page, "Value.$": f"$.Rules[?(@.RuleArn=='{rule}')].Priority"}
    states = {
        "Set": {"Type": "Task", "Resource": CALL, "Parameters": called},
        "Keep": {"Type": "Pass", "Result": {"range": "10.0.0.0/16", "of": page}, "End": True},
        **more,
    }
    return {"StartAt": "Set", "States": states}


def stack(own):
    return machine(f"arn:aws:elasticloadbalancing:us-east-1:123456789012:{own}", f"/{own}/page-of-it")


def test_copies_of_a_machine_have_one_shape():
    (text, names), (other, others) = (shaped(json.dumps(stack(own))) for own in ("first-stack", "second-stack"))
    assert text == other
    assert "10.0.0.0/16" in text
    assert len(names) == len(set(names)) == 2
    assert unshaped(json.loads(text), names) == stack("first-stack")
    assert unshaped(json.loads(text), others) == stack("second-stack")


OTHERS = {
    "another name": (stack("second-stack"), True),
    "names trade places": (machine("/first-stack/page-of-it", "arn:aws:elasticloadbalancing:x"), True),
    "one name for two": (machine("/the-same", "/the-same"), False),
    "what others are called, too": (machine(CALL, "/second/page"), False),
    "no name": (machine("short", "/second/page"), False),
    "a word": (machine("longenough", "/second/page"), False),
    "a range": (machine("10.10.0.0/16", "/second/page"), False),
    "a quotation mark": (machine("arn:it's", "/second/page"), False),
    "written otherwise in JSON": (machine("arn:\\u00e4\u00e4", "/second/page"), False),
    "a number's name": (machine("arn:aws:x", "name-1000-"), False),
    "another state": (machine("arn:aws:second", "/second/page", More={"Type": "Fail"}), False),
    "cut off": (json.dumps(stack("second-stack"))[:-1], False),
    "more behind": (json.dumps(stack("second-stack")) + "}", False),
}


@pytest.mark.parametrize(("other", "is_copy"), OTHERS.values(), ids=OTHERS)
def test_a_copy_is_told_as_if_it_was_read(other, is_copy, monkeypatch):
    text = other if isinstance(other, str) else json.dumps(other)
    monkeypatch.setattr(_shapes, "_met", deque())
    fresh = shaped.__wrapped__(text)
    _shapes._met.clear()
    first, _ = shaped.__wrapped__(json.dumps(stack("first-stack")))
    assert shaped.__wrapped__(text) == fresh
    assert (fresh[0] == first) is is_copy
    assert len(_shapes._met) == (1 if is_copy or not fresh[1] else 2)


def test_a_copy_calls_by_its_own_names():
    for own in ("first-stack", "second-stack"):
        called = stack(own)["States"]["Set"]["Parameters"]
        assert calls(json.dumps(stack(own))) == [("ssm:PutParameter", [called["RuleArn"], called["Name"]])]


def test_calls_that_say_the_same_are_told_once_and_others_each():
    tell, other = ({"Type": "Task", "Resource": CALL, "Parameters": {"Name": name}} for name in ("/a-name", "/another"))
    text = json.dumps({"StartAt": "One", "States": {"One": tell, "Two": other, "Three": tell}})
    assert calls(text) == [("ssm:PutParameter", ["/a-name"]), ("ssm:PutParameter", ["/another"])]


def moving(own):
    """A rollout, the listener rule that it moves, and what it is left with."""
    rule = f"arn:aws:elasticloadbalancing:us-east-1:123456789012:listener-rule/{own}"
    groups = [{"TargetGroupArn": f"arn:aws:elasticloadbalancing:{own}-{one}", "Weight": 1} for one in ("a", "b")]
    given = {"RuleArn": rule, "Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}
    task = {"Type": "Task", "Resource": MODIFY, "Parameters": given, "End": True}
    declared = {
        "type": "forward",
        "forward": {"targetGroups": [{"arn": one["TargetGroupArn"], "weight": 0} for one in groups]},
    }
    return {"StartAt": "Move", "States": {"Move": task}}, rule, [declared]


def test_each_copy_of_a_rollout_is_held_against_its_own_listener_rules(monkeypatch):
    def rehearsal(text, _story):
        given = json.loads(text)["States"]["Move"]["Parameters"]
        return (), {given["RuleArn"]: given["Actions"]}

    monkeypatch.setattr(rollout, "rehearsal", rehearsal)
    found = []
    for own in ("first-stack", "second-stack", "third-stack"):
        definition, arn, declared = moving(own)
        listening = {"listenerArn": f"arn:{own}", "actions": declared}
        others = [{"type": "forward", "forward": {"targetGroups": [{"arn": "x"}, {"arn": "y"}]}}]
        changed = {**listening, "actions": others} if own == "second-stack" else listening
        found += [
            Resource(f"urn:{own}", STATE_MACHINE[0], own, {"definition": json.dumps(definition)}),
            Resource(f"urn:{own}:rule", LISTENER_RULE[0], f"{own}-rule", changed, {"arn": arn}),
        ]
    beside = {"listenerArn": "arn:third-stack", "actions": declared}
    found.append(Resource("urn:beside", LISTENER_RULE[0], "beside", beside, {"arn": "arn:beside"}))
    problems = list(rollout.check(Context(ResourceGraph(found))))
    told = [(one.resource.name, one.message.partition(" than ")[0].rpartition(" ")[2]) for one in problems]
    assert told == [("second-stack", "second-stack-rule"), ("third-stack", "beside")]


def test_what_a_task_calls_is_no_name_though_it_is_said_elsewhere():
    groups = [{"TargetGroupArn": f"arn:aws:elasticloadbalancing:{one}", "Weight": 1} for one in ("stable", "canary")]
    forward = {"Actions": [{"Type": "forward", "ForwardConfig": {"TargetGroups": groups}}]}
    states = {
        "Note": {"Type": "Pass", "Result": {"doing": MODIFY}, "Next": "Move"},
        "Move": {"Type": "Task", "Resource": MODIFY, "Parameters": forward, "End": True},
    }
    text = json.dumps({"StartAt": "Note", "States": states})
    assert is_rollout(Resource("urn", "type", "name", {"definition": text}))


def test_threads_of_the_engine_may_ask_at_once(monkeypatch):
    monkeypatch.setattr(_shapes, "_met", deque(maxlen=_shapes.MOST))
    texts = [json.dumps(machine(f"arn:aws:{n}", f"/{n}/page-of-it", **{f"S{n}": {}})) for n in range(800)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(4) as pool:
            assert len(list(pool.map(shaped.__wrapped__, texts))) == len(texts)
    finally:
        sys.setswitchinterval(interval)


def test_the_fault_of_one_copy_is_found():
    sound, broken = stack("first-stack"), stack("second-stack")
    broken["States"]["Set"]["Next"] = "Gone"
    sound["States"]["Set"]["Next"] = "Keep"
    told = [
        [problem.message for problem in check(Resource("urn", "type", "name", {"definition": json.dumps(one)}), None)]
        for one in (sound, broken, sound)
    ]
    assert told[0] == told[2] == []
    assert "state Set: goes on to Gone, which is no state beside it" in told[1]


def telling(topic, **more):
    put = {"Type": "Task", "Resource": "arn:aws:states:::sns:publish", "Parameters": {"TopicArn": topic}}
    return json.dumps({"StartAt": "Tell", "States": {"Tell": {**put, "End": True}, **more}})


EVENTS = ('{"phase": "start", "window": "window-of-names"}', '{"phase": "end"}')
ITSELF = {
    "an event names it": telling("window-of-names"),
    "a pattern": telling("topic-of-third", Is={"Choices": [{"Variable": "$.x", "StringMatches": "*third"}]}),
    "an order": telling("topic-of-third", Is={"Choices": [{"Variable": "$.x", "StringLessThanPath": "$.y"}]}),
    "a function": telling("topic-of-third", Is={"Parameters": {"x.$": "States.StringSplit($.y, '-')"}}),
    "JSONata": telling("topic-of-third", Is={"Assign": {"x": "{% $substringAfter($y, '-') %}"}}),
    "JSONata in what a call is given": telling("{% $topics[$y - 1] %}"),
    "a fault": telling("topic-of-third", broken={}),
}


@pytest.fixture
def runs(monkeypatch):
    """Definitions that were rehearsed."""
    found = []

    def rehearsal(text, events):
        found.append(text)
        return ("nobody is told",) if "broken" in text else ()

    monkeypatch.setattr(users_warned, "rehearsal", rehearsal)
    return found


def test_copies_of_a_machine_that_goes_well_are_run_once(runs):
    for text in (telling("topic-of-first"), telling("topic-of-second")):
        assert users_warned.rehearsed(text, EVENTS) == ()
    assert len(set(runs)) == 1


@pytest.mark.parametrize("text", ITSELF.values(), ids=ITSELF)
def test_a_machine_that_its_names_may_lead_elsewhere_is_run_itself(text, runs):
    assert users_warned.rehearsed(text, EVENTS) == (("nobody is told",) if "broken" in text else ())
    assert runs[-1] == text
