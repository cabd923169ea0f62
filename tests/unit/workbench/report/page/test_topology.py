"""Where components stand, how a request comes to them, and that nothing is cut or outside of the picture."""

import re

import pytest

from workbench.preview.changes import Change, Operation
from workbench.report.page.topology import AROUND, PATH, Costs, topology
from workbench.report.page.topology_svg import NARROW, WIDE, draw

NOTHING = Costs({}, {})


def placed(found):
    return {block.name: place for place, blocks in found.blocks.items() for block in blocks}


def test_components_stand_where_their_resources_belong(graph):
    places = placed(topology(graph("dev"), NOTHING))
    assert places["plant-edge"] == places["plant-firewall"] == "edge"
    assert places["plant-stable"] == places["plant-canary"] == "compute"
    assert places["plant-cache"] == "data"
    assert places["plant-network"] == "network"
    assert places["plant-slo"] == "observes"
    assert places["plant-rollout"] == places["plant-budget"] == "operates"
    assert places["plant-boundary"] == places["plant-encryption"] == "guards"


def test_every_resource_is_in_one_component(graph):
    found = topology(graph("dev"), NOTHING)
    drawn = [resource.urn for blocks in found.blocks.values() for block in blocks for resource in block.resources]
    declared = [one.urn for one in graph("dev") if one.custom and not one.type.startswith("pulumi:")]
    assert sorted(drawn) == sorted(declared)


def test_ports_are_those_of_listener_targets_and_security_groups(graph):
    assert topology(graph("dev"), NOTHING).ways == {"edge": "HTTPS 443", "compute": "HTTPS 8443", "data": "TLS 6379"}


def test_what_a_shared_stack_borrows_is_drawn_and_not_charged(graph):
    found = topology(graph("prod"), NOTHING)
    lent = [block.title for blocks in found.blocks.values() for block in blocks if block.lent]
    assert lent == ["platform's load balancer", "platform's cache"]
    assert "lent, not charged" in draw(found, WIDE, title="t")


def test_what_is_gone_between_sessions_is_dashed(graph):
    parked = set(graph("parked").by_urn)
    found = topology(graph("dev"), NOTHING, parked_urns=parked)
    gone = {block.name for blocks in found.blocks.values() for block in blocks if block.parked}
    assert {"plant-edge", "plant-cache", "plant-stable"} <= gone
    assert "plant-encryption" not in gone


def test_changes_are_marked_at_their_component(graph):
    bucket = next(one for one in graph("dev") if one.name == "plant-logs-bucket")
    changes = [Change(Operation.UPDATE, bucket)]
    found = topology(graph("dev"), NOTHING, changes)
    marks = {block.name: block.marks for blocks in found.blocks.values() for block in blocks if block.marks}
    assert marks == {"plant-logs": "~1"}


@pytest.mark.parametrize("form", [WIDE, NARROW], ids=["wide", "narrow"])
@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_blocks_are_inside_the_picture_and_overlap_nowhere(graph, stack, form):
    svg = draw(topology(graph(stack), NOTHING), form, title="t")
    width, height = map(float, re.search(r'viewBox="0 0 (\S+) (\S+)"', svg).groups())
    boxes = [
        tuple(map(float, found))
        for found in re.findall(r'<g class="block[^"]*"><rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', svg)
    ]
    assert len(boxes) == sum(len(blocks) for blocks in topology(graph(stack), NOTHING).blocks.values())
    for x, y, wide, high in boxes:
        assert x >= 0 and x + wide <= width and y + high <= height
    for index, (x, y, wide, high) in enumerate(boxes):
        for other_x, other_y, _, _ in boxes[index + 1 :]:
            assert abs(x - other_x) >= wide or abs(y - other_y) >= high


def test_the_path_is_told_in_words_for_those_who_cant_see_it(graph):
    told = topology(graph("dev"), NOTHING).described
    assert told.startswith("Users reach front door (")
    assert "by HTTPS 8443" in told
    assert f"<desc>{told}</desc>" in draw(topology(graph("dev"), NOTHING), WIDE, title="t")


def test_places_are_told_apart():
    assert not set(PATH) & set(AROUND)


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_each_arrow_of_the_path_ends_at_a_block(graph, stack):
    svg = draw(topology(graph(stack), NOTHING), WIDE, title="t")
    boxes = [
        tuple(map(float, found))
        for found in re.findall(r'<g class="block[^"]*"><rect x="(\S+)" y="(\S+)" width="(\S+)" height="(\S+)"', svg)
    ]
    tips = [tuple(map(float, found)) for found in re.findall(r'd="M(\S+) (\S+) l-9 -5 v10 z"', svg)]
    assert len(tips) == 4  # to the front door, both fleets and the cache
    for x, y in tips:
        assert any(0 <= left - x <= 2 and above < y < above + high for left, above, _, high in boxes), (x, y)


def test_a_narrow_block_says_nothing_by_halves(graph):
    parked = set(graph("parked").by_urn)
    svg = draw(topology(graph("dev"), NOTHING, parked_urns=parked), NARROW, title="t")
    small = re.findall(r'class="small"[^>]*>([^<]*)<', svg)
    assert "6 resources" in svg and not [told for told in small if told.endswith("…")]
