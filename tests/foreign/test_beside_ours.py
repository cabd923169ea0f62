"""What somebody adds to our own stack is held to rules of AWS, not to what our own parts promise."""

from deployment.reader import graph_from_json
from deployment.tokens import METRIC_ALARM, TOPIC
from foreign.declared import declared
from policies.assess import assess


def of_type(document, types):
    return [state for state in document["deployment"]["resources"] if state["type"] in types]


def test_ordinary_alarms_beside_those_of_the_story_are_not_blocked(deployment):
    ours = deployment("dev")
    [like, *_] = of_type(ours, METRIC_ALARM)
    [topic, *_] = of_type(ours, TOPIC)
    added = of_type(declared("alarms"), METRIC_ALARM)
    assert len(added) >= 8
    for state in added:
        name = state["urn"].rpartition("::")[2]
        own = {
            **state["inputs"],
            **{key: like["inputs"][key] for key in ("tags", "tagsAll") if key in like["inputs"]},
            "alarmActions": [topic["outputs"]["arn"]],
            "okActions": [topic["outputs"]["arn"]],
        }
        ours["deployment"]["resources"].append(
            {
                **like,
                "urn": like["urn"].replace(like["urn"].rpartition("::")[2], name),
                "id": name,
                "inputs": own,
                "outputs": {**own, "id": name, "arn": f"arn:aws:cloudwatch:us-east-1:123456789012:alarm:{name}"},
                "dependencies": [topic["urn"]],
                "propertyDependencies": {key: [topic["urn"]] for key in ("alarmActions", "okActions")},
            }
        )
    found = assess(graph_from_json(ours, "dev and more alarms")).violations
    assert [one for one in found if one.rule.topic != "cost"] == []  # an alarm has its price
