"""What the team looks at."""

import json

import pytest


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_dashboard_stays_within_the_free_fifty_metrics(graph, stack, one):
    body = json.loads(one(graph(stack), "aws:cloudwatch/dashboard:Dashboard").get("dashboardBody"))
    metrics = [metric for widget in body["widgets"] for metric in widget["properties"].get("metrics", [])]
    assert 10 <= len(metrics) <= 50
    assert {"api_latency", "traffic_spikes", "auto_scale_events"} <= {metric[1] for metric in metrics}


def test_alarm_threshold_is_drawn_into_the_latency_graph(dev, one):
    body = json.loads(one(dev, "aws:cloudwatch/dashboard:Dashboard").get("dashboardBody"))
    assert body["widgets"][0]["properties"]["annotations"]["horizontal"] == [{"label": "alarm", "value": 0.2}]


def test_widgets_do_not_overlap(dev, one):
    widgets = json.loads(one(dev, "aws:cloudwatch/dashboard:Dashboard").get("dashboardBody"))["widgets"]
    cells = [
        (x, y)
        for widget in widgets
        for x in range(widget["x"], widget["x"] + widget["width"])
        for y in range(widget["y"], widget["y"] + widget["height"])
    ]
    assert len(cells) == len(set(cells))
