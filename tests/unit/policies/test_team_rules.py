"""Rules of other teams stand beside ours, block their own stacks, and break nothing when they are broken."""

import dataclasses
import sys
import types
from importlib.metadata import EntryPoint

import pytest

from deployment.errors import InputError
from deployment.graph import ResourceGraph
from policies import registry, releases
from policies.assess import assess
from policies.examples import example_graph
from policies.finding import Enforcement, Severity
from policies.settings import PackConfig
from policies.table import at_least, row
from policies.testing import contradictions

CACHED = (
    registry.rules,
    registry.rules_by_service,
    registry.promises,
    registry.rules_by_id,
    registry.every_rule,
    registry._points,
    releases._ours,
)
RULE = row(
    "team-queue-keeps-four-days",
    ("aws:sqs/queue:Queue",),
    at_least("messageRetentionSeconds", 345_600, "seconds"),
    title="Queues keep messages over a long weekend",
    severity=Severity.HIGH,
    why="What is gone can't be looked at.",
    fix="Set message_retention_seconds to 345600.",
    source="https://docs.aws.amazon.com/AWSSimpleQueueService/latest/APIReference/API_SetQueueAttributes.html",
)


@pytest.fixture
def installed(monkeypatch):
    """`installed(rules=[...])`: modules with these attributes are what the entry points name."""

    def install(*contents, value=None):
        points = []
        for number, content in enumerate(contents):
            module = types.ModuleType(f"team_{number}")
            module.__dict__.update(content)
            monkeypatch.setitem(sys.modules, module.__name__, module)
            points.append(EntryPoint(f"team{number}", value or module.__name__, registry.GROUP))
        monkeypatch.setattr(registry, "entry_points", lambda group: points if group == registry.GROUP else [])
        for cached in CACHED:
            cached.cache_clear()

    yield install
    monkeypatch.undo()
    for cached in CACHED:
        cached.cache_clear()


@pytest.mark.parametrize("content", [{"RULE": RULE}, {"RULES": (RULE,)}, {"RULES": [RULE]}])
def test_a_mandatory_rule_of_a_team_blocks_its_stacks_in_the_baseline(installed, content):
    installed(content)
    assert registry.rules()[-1].id == RULE.id
    assert registry.rules_by_service()["team0"][0].id == RULE.id
    judged = assess(example_graph(RULE.failing), PackConfig())
    assert [one.enforcement for one in judged.violations if one.rule.id == RULE.id] == [Enforcement.MANDATORY]
    assert judged.blocked
    assert not assess(example_graph(RULE.passing), PackConfig()).blocked


def test_an_advisory_rule_of_a_team_blocks_nobody(installed):
    installed({"RULE": dataclasses.replace(RULE, enforcement=Enforcement.ADVISORY)})
    judged = assess(example_graph(RULE.failing), PackConfig())
    assert RULE.id in {one.rule.id for one in judged.violations}
    assert not judged.blocked


def test_an_installation_that_is_listed_twice_is_taken_once(installed, monkeypatch):
    installed({"RULE": RULE})
    point = registry.entry_points(group=registry.GROUP)[0]
    monkeypatch.setattr(registry, "entry_points", lambda group: [point, EntryPoint("team0", point.value, group)])
    for cached in CACHED:
        cached.cache_clear()
    assert [rule.id for rule in registry.rules()].count(RULE.id) == 1


@pytest.mark.parametrize(
    ("contents", "told"),
    [
        pytest.param([{}], "names no module with RULE or RULES", id="nothing"),
        pytest.param([{"RULES": "team-queue"}], "names no module with RULE or RULES", id="text"),
        pytest.param([{"RULES": 5}], "names no module with RULE or RULES", id="number"),
        pytest.param([{"RULES": [RULE, None]}], "names no module with RULE or RULES", id="one of them none"),
        pytest.param([{"RULES": [RULE, RULE]}], "two rules with this id", id="twice"),
        pytest.param([{"RULE": RULE}, {"RULE": RULE}], "a second rule with this id", id="of two teams"),
        pytest.param(
            [{"RULE": dataclasses.replace(RULE, id="edge-access-logs")}], "a second rule with this id", id="one of ours"
        ),
    ],
)
def test_what_is_no_rule_is_told_by_the_name_of_its_entry_point(installed, contents, told):
    installed(*contents)
    with pytest.raises(InputError) as caught:
        registry.every_rule()
    assert "rules team" in str(caught.value) and told in str(caught.value)


def test_a_team_may_not_be_called_like_a_service_of_ours(installed, monkeypatch):
    installed({"RULE": RULE})
    point = registry.entry_points(group=registry.GROUP)[0]
    monkeypatch.setattr(registry, "entry_points", lambda group: [EntryPoint("s3", point.value, group)])
    registry._points.cache_clear()
    with pytest.raises(InputError, match=r"rules s3 = team_0.*the name is taken"):
        registry.every_rule()


@pytest.mark.parametrize("value", ["no_such_module", "json:no_such_attribute"])
def test_a_module_that_can_not_be_loaded_is_told_too(installed, value):
    installed({}, value=value)
    with pytest.raises(InputError, match=r"rules team0 = .*can't be loaded"):
        registry.every_rule()


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        pytest.param({"passing": RULE.failing}, "passing example 1 of 1 does not pass", id="passing"),
        pytest.param({"also_passing": (RULE.passing, RULE.failing)}, "passing example 3 of 3", id="also passing"),
        pytest.param({"failing": RULE.passing}, "failing example 1 of 3 passes", id="failing"),
        pytest.param({"failing": RULE.undecided[0]}, "failing example 1 of 3 is not decided", id="not decided"),
        pytest.param({"undecided": (RULE.passing,)}, "undecided example 1 of 1 is decided", id="undecided"),
        pytest.param({"check": lambda resource, context: 1 / 0}, "fails for another reason", id="an error"),
        pytest.param({"id": "Queue"}, "id is no", id="id"),
        pytest.param({"title": "Queues keep messages."}, "title is no statement", id="title"),
        pytest.param({"why": "because"}, "why and fix are no sentences", id="why"),
        pytest.param({"types": ()}, "types are for check", id="types"),
        pytest.param({"check": None}, "it needs either check or check_stack", id="no check"),
        pytest.param({"frameworks": ("CKV_AWS_27",)}, "frameworks are no", id="frameworks"),
    ],
)
def test_the_helper_finds_what_contradicts_a_rule(changes, told):
    assert contradictions(RULE) == []
    found = contradictions(dataclasses.replace(RULE, **changes))
    assert any(told in one for one in found), found


def test_a_stack_without_budget_that_can_not_be_priced_is_not_blocked_for_that():
    queue = {"queue": ("aws:sqs/queue:Queue", {"messageRetentionSeconds": 345_600})}
    graph = ResourceGraph(one for one in example_graph(queue) if not one.type.startswith("pulumi:providers:"))

    def ids(config):
        return {one.rule.id for one in assess(graph, config).violations}

    assert "cost-everything-priced" not in ids(PackConfig())
    limited = PackConfig(PackConfig().settings.model_copy(update={"monthly_limit_usd": 5}))
    assert "cost-everything-priced" in ids(limited)


def test_a_file_of_ours_without_a_rule_is_told_by_its_name(monkeypatch):
    empty = types.ModuleType("policies.rules.s3.half_done")
    monkeypatch.setitem(sys.modules, empty.__name__, empty)
    monkeypatch.setattr(registry, "modules", lambda package, path: [empty.__name__])
    for cached in CACHED:
        cached.cache_clear()
    with pytest.raises(InputError, match=r"^policies\.rules\.s3\.half_done: has neither RULE nor RULES"):
        registry.every_rule()
