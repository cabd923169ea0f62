"""Resources and the graph they form."""

import pickle

import pytest

from deployment.graph import MOST_SHARING, Resource, ResourceGraph
from deployment.unknown import SECRET, UNKNOWN, watched

LOG_GROUP = "aws:cloudwatch/logGroup:LogGroup"
TARGET = "aws:cloudwatch/eventTarget:EventTarget"


def resource(token, name, inputs=None, outputs=None, **fields):
    return Resource(
        urn=f"urn:pulumi:dev::plant::{token}::{name}",
        type=token,
        name=name,
        inputs=inputs or {},
        outputs=outputs or {},
        **fields,
    )


@pytest.mark.parametrize(
    ("path", "expected"),
    [
        pytest.param("a.b", 1, id="nested"),
        pytest.param("list[1].name", "second", id="index"),
        pytest.param("list[-1].name", "second", id="from the end"),
        pytest.param("list[7].name", None, id="past the end"),
        pytest.param("list.name", None, id="a list is no mapping"),
        pytest.param("a.missing", None, id="missing"),
        pytest.param("later.anything[0].deeper", UNKNOWN, id="below an unknown"),
        pytest.param("hidden.x", SECRET, id="below a secret"),
        pytest.param("only_output", "o", id="from the outputs"),
        pytest.param("null", None, id="null is absent"),
        pytest.param("off", False, id="false is no absence"),
    ],
)
def test_get_reads_any_path_and_never_raises(path, expected):
    found = resource(
        "t",
        "r",
        {
            "a": {"b": 1},
            "list": [{"name": "first"}, {"name": "second"}],
            "later": UNKNOWN,
            "hidden": SECRET,
            "null": None,
            "off": False,
        },
        {"only_output": "o"},
    )
    assert found.get(path) == expected


def test_all_matches_every_item_and_tells_unknown_from_none():
    found = resource("t", "r", {"known": [{"x": 1}, {"x": 2}, {}], "later": UNKNOWN})
    assert found.all("known[*].x") == [1, 2]
    assert found.all("later[*].x") == [UNKNOWN]
    assert found.all("absent[*].x") == []


def test_sentinels_are_false_and_stay_themselves():
    assert not UNKNOWN
    assert not SECRET
    assert pickle.loads(pickle.dumps(UNKNOWN)) is UNKNOWN  # noqa: S301 - our own bytes


@pytest.mark.parametrize("reverse", [False, True], ids=["owner first", "owner last"])
def test_an_arn_belongs_to_its_owner_not_to_who_repeats_it(reverse):
    """Under the engine resources come in the order in which they were made, not in that of their dependencies."""
    log = resource(LOG_GROUP, "log", {"name": "/a"}, {"arn": "arn:log", "name": "/a"})
    target = resource(TARGET, "target", {"arn": "arn:log"}, {"arn": "arn:log"})
    graph = ResourceGraph([target, log] if reverse else [log, target])
    assert graph.referenced(target, "arn") == (log,)
    assert graph.referrers(log) == (target,)


@pytest.mark.parametrize("reverse", [False, True], ids=["bucket first", "bucket last"])
def test_of_several_with_one_id_the_wanted_type_or_the_declared_one_is_meant(reverse):
    """The id of a bucket's access block is the bucket's name, so a value alone does not tell them apart."""
    bucket = resource("aws:s3/bucket:Bucket", "b", {"bucket": "logs"}, {"id": "logs", "bucket": "logs"})
    block = resource("block", "p", {"bucket": "logs"}, {"id": "logs"}, property_dependencies={"bucket": (bucket.urn,)})
    policy = resource("policy", "q", {"bucket": "logs"}, {"id": "logs"})
    found = [bucket, block, policy]
    graph = ResourceGraph(reversed(found) if reverse else found)
    assert graph.referenced(block, "bucket") == (bucket,)
    assert graph.referenced(policy, "bucket", bucket.type) == (bucket,)
    assert graph.referenced(block, "bucket", policy.type) == (policy,)
    assert graph.referenced(bucket, "bucket") == ((policy,) if reverse else (block,))
    assert block in graph.referrers(bucket)


def test_references_follow_dependencies_where_the_value_is_unknown():
    log = resource(LOG_GROUP, "log")
    target = resource(TARGET, "target", {"arn": UNKNOWN}, property_dependencies={"arn": (log.urn,)})
    graph = ResourceGraph([log, target])
    assert graph.referenced(target, "arn", LOG_GROUP) == (log,)
    assert graph.referenced(target, "arn", TARGET) == ()


def test_the_component_of_a_resource_is_the_nearest_above_it():
    stack = resource("pulumi:pulumi:Stack", "plant-dev", custom=False)
    outer = resource("plant:components:Outer", "outer", custom=False, parent=stack.urn)
    made = resource(LOG_GROUP, "log", parent=outer.urn)
    below = resource(TARGET, "target", parent=made.urn)
    alone = resource(TARGET, "alone", parent=stack.urn)
    graph = ResourceGraph([stack, outer, made, below, alone])
    assert [graph.component_of(found) for found in (made, below, alone)] == ["outer", "outer", ""]


def test_look_ups_keep_the_order_of_the_graph():
    found = [resource(LOG_GROUP, "b"), resource(TARGET, "a"), resource(LOG_GROUP, "c")]
    graph = ResourceGraph(found)
    assert graph.of_type(LOG_GROUP) == (found[0], found[2])
    assert graph.of_type(TARGET, LOG_GROUP) == tuple(found)
    assert graph.of_type("none") == ()


def test_an_id_that_many_share_is_followed_by_what_the_program_declares():
    topics = [Resource(f"urn:topic-{n}", "topic", f"topic-{n}", outputs={"id": "same"}) for n in range(100)]
    last = topics[-1].urn
    alarms = [
        Resource("urn:a", "alarm", "a", inputs={"to": "same"}, property_dependencies={"to": (last,)}),
        Resource("urn:b", "alarm", "b", inputs={"to": "same"}),
    ]
    graph = ResourceGraph([*topics, *alarms])
    assert [one.urn for one in graph.referenced(alarms[0], "to")] == [last]
    assert [one.urn for one in graph.referenced(alarms[1], "to")] == ["urn:topic-0"]
    assert graph.referrers(topics[-1]) == (alarms[0],)
    assert alarms[1] in graph.referrers(topics[0])


def test_who_has_a_value_twice_counts_once_among_the_few_that_it_may_lead_to():
    both = {"id": "same", "name": "same"}
    topics = [Resource(f"urn:topic-{n}", "topic", f"topic-{n}", outputs=both) for n in range(MOST_SHARING)]
    alarm = Resource("urn:a", "alarm", "a", inputs={"to": "same"})
    graph = ResourceGraph([*topics, alarm])
    assert [graph.referrers(topic) for topic in topics] == [(alarm,)] * MOST_SHARING


def test_what_may_refer_to_anything_is_met_once_by_each_who_asks():
    roles = [Resource(f"urn:role{number}", "t:role", f"role{number}") for number in range(3)]
    policies = [Resource(f"urn:p{number}", "t:policy", f"p{number}", {"role": UNKNOWN}) for number in range(2)]
    graph = ResourceGraph([*roles, *policies])
    for _ in range(2):
        with watched() as watch:
            for role in roles:
                assert graph.referrers(role, "t:policy") == ()
        assert watch.met == {("urn:p0", "role"): UNKNOWN, ("urn:p1", "role"): UNKNOWN}
        assert len(watch.told) == 1
