"""Who refers to whom, found by look-ups, is what a comparison of each resource with each other finds."""

from hypothesis import given
from hypothesis import strategies as st

from deployment.graph import Resource, ResourceGraph

VALUES = st.sampled_from(["id-1", "id-2", "id-3"])
NAMES = tuple("abcdefg")
TYPES = ("t:one", "t:two", "t:three")


@st.composite
def graphs(draw):
    found = []
    for name in NAMES:
        token = draw(st.sampled_from(TYPES))
        others = [f"urn:{other}" for other in NAMES]
        found.append(
            Resource(
                urn=f"urn:{name}",
                type=token,
                name=name,
                inputs={"one": draw(VALUES), "many": [{"of": draw(VALUES)}]},
                outputs=draw(st.fixed_dictionaries({}, optional={"id": VALUES, "arn": VALUES})),
                dependencies=tuple(draw(st.lists(st.sampled_from(others), max_size=2))),
                property_dependencies={"one": tuple(draw(st.lists(st.sampled_from(others), max_size=1)))},
            )
        )
    return ResourceGraph(found)


def refers(resource, target):
    declared = {*resource.dependencies, *resource.property_dependencies["one"]}
    used = {resource.inputs["one"], resource.inputs["many"][0]["of"]}
    return resource is not target and (target.urn in declared or bool(used & set(target.outputs.values())))


@given(graphs())
def test_referrers_are_those_that_name_the_resource_or_a_value_of_it(graph):
    for asked_first in (TYPES[:1], ()):  # of some types alone, and of them once all were looked through
        fresh = ResourceGraph(graph)
        for target in fresh:
            expected = tuple(one for one in graph if refers(one, target))
            for types in (asked_first, TYPES[1:], TYPES[:1], TYPES):
                named = tuple(one for one in expected if one.type in types) if types else expected
                assert fresh.referrers(target, *types) == named


def test_a_value_that_very_many_have_leads_to_the_first_of_the_types_asked_for():
    sharing = [
        Resource(urn=f"urn:{token}-{number}", type=f"t:{token}", name="x", outputs={"id": "same"})
        for token in range(20)
        for number in range(3)
    ]
    asking = Resource(urn="urn:t:7-0", type="t:7", name="x", inputs={"of": "same"}, outputs={"id": "same"})
    graph = ResourceGraph([*sharing, asking])
    assert [one.urn for one in graph.referenced(asking, "of", "t:7")] == ["urn:7-0"]
    assert [one.urn for one in graph.referenced(sharing[21], "of")] == []
    own = Resource(urn="urn:9-0", type="t:9", name="x", inputs={"of": "same"})
    assert [one.urn for one in graph.referenced(own, "of", "t:9")] == ["urn:9-1"]
