"""What a rule mends satisfies the rule; what it can't read it leaves alone."""

import pytest

from deployment.errors import InputError
from deployment.graph import Resource
from deployment.tokens import QUEUE, SCALING_GROUP, TOPIC, VOLUME
from policies.context import Context
from policies.examples import example_graph
from policies.pack import config_from_json
from policies.registry import rules, rules_by_id
from policies.remediation import each_of, set_to, set_to_if_set, with_inputs
from policies.settings import PackConfig, PackSettings

UNKNOWN_STRING = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
MENDING = [rule for rule in rules() if rule.remediate is not None]
VALUES = {"values": {"Project": "plant", "Owner": "team"}}


def resource(token, **inputs):
    return Resource("urn:pulumi:s::p::t::one", token, "one", inputs)


def tagged(token, **inputs):
    return rules_by_id()["tagging-required-tags"].remediate(resource(token, **inputs), VALUES)


def test_what_the_issue_calls_mechanical_is_mended():
    assert {
        "tagging-required-tags",
        "compute-imdsv2",
        "compute-volumes-encrypted",
        "cache-encrypted-at-rest",
        "cache-encrypted-in-transit",
        "data-queue-encrypted",
        "edge-drops-invalid-headers",
    } <= {rule.id for rule in MENDING}


@pytest.mark.parametrize("rule", MENDING, ids=lambda rule: rule.id)
def test_the_failing_example_passes_once_it_is_mended_and_is_then_left_alone(rule):
    config = rule.example_config or PackConfig()
    settings = VALUES if rule.config_schema else {}
    graph = example_graph(rule.failing)
    mended = {}
    for one in rule.resources(graph):
        inputs = rule.remediate(one, settings)
        assert inputs is not None
        assert set(one.inputs) <= set(inputs) | {"kmsMasterKeyId"}
        mended[one.urn] = with_inputs(one, inputs)
        assert rule.remediate(mended[one.urn], settings) is None
    context = Context(type(graph)([mended.get(one.urn, one) for one in graph]), config)
    assert list(rule.problems(context)) == []


@pytest.mark.parametrize("rule", MENDING, ids=lambda rule: rule.id)
def test_the_passing_example_is_left_alone(rule):
    settings = {"values": {"Project": "plant"}} if rule.config_schema else {}
    for one in rule.resources(example_graph(rule.passing)):
        assert rule.remediate(one, settings) is None


@pytest.mark.parametrize("rule", MENDING, ids=lambda rule: rule.id)
def test_only_rules_that_the_engine_asks_about_one_resource_can_mend(rule):
    """The engine takes remediations from resource policies alone."""
    assert not rule.stack_wide


def test_a_nested_property_is_set_and_its_neighbours_stay():
    mend = set_to("options.tokens", "required")
    assert mend(resource("t", options={"hops": 1}, other=2), {}) == {
        "options": {"hops": 1, "tokens": "required"},
        "other": 2,
    }
    assert mend(resource("t"), {}) == {"options": {"tokens": "required"}}
    assert mend(resource("t", options={"tokens": "required"}), {}) is None


def test_an_object_that_is_not_known_yet_is_not_replaced():
    assert set_to("options.tokens", "required")(resource("t", options=UNKNOWN_STRING), {}) is None
    assert tagged(TOPIC[0], tags=UNKNOWN_STRING) is None


def test_several_are_made_one_after_the_other():
    mend = each_of(set_to("a", True), set_to_if_set("b", 1))
    assert mend(resource("t", b=2), {}) == {"a": True, "b": 1}
    assert mend(resource("t"), {}) == {"a": True}
    assert mend(resource("t", a=True), {}) is None


def test_tags_that_are_there_keep_their_values():
    assert tagged(TOPIC[0], tags={"Owner": "others"})["tags"] == {"Owner": "others", "Project": "plant"}
    assert tagged(TOPIC[0], tags={"Owner": ""})["tags"] == VALUES["values"]
    assert tagged(TOPIC[0], tagsAll=VALUES["values"]) is None  # the provider's default tags
    group = tagged(SCALING_GROUP[0], tags=[{"key": "Owner", "value": "others", "propagateAtLaunch": False}])
    assert group["tags"] == [
        {"key": "Owner", "value": "others", "propagateAtLaunch": False},
        {"key": "Project", "value": "plant", "propagateAtLaunch": True},
    ]
    assert rules_by_id()["tagging-required-tags"].remediate(resource(TOPIC[0]), {}) is None


def test_a_queue_with_a_customer_key_keeps_it():
    mend = rules_by_id()["data-queue-encrypted"].remediate
    assert mend(resource(QUEUE[0], kmsMasterKeyId="arn:aws:kms:us-east-1:123456789012:key/1"), {}) is None
    assert mend(resource(QUEUE[0], kmsMasterKeyId="alias/aws/sqs"), {}) == {"sqsManagedSseEnabled": True}


def test_a_volume_is_encrypted():
    mend = rules_by_id()["compute-volumes-encrypted"].remediate
    assert mend(resource(VOLUME[0], size=8), {}) == {"size": 8, "encrypted": True}


def test_a_rules_own_settings_are_known_and_others_are_refused():
    entry = {"enforcementLevel": "remediate", **VALUES}
    assert config_from_json({"tagging-required-tags": entry}, "f").settings == PackSettings()
    with pytest.raises(InputError, match=r"compute-imdsv2\.values: no such setting; allowed: enforcementLevel"):
        config_from_json({"compute-imdsv2": entry}, "f")
