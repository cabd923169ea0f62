"""The page: whole, escaped, without the network, the same each time, and honest about what blocks."""

import re
from datetime import date
from html.parser import HTMLParser

import pytest

from policies.assess import assess
from workbench.preview.changes import compare
from workbench.preview.result import Preview
from workbench.report.page.charts import Series, lines
from workbench.report.page.page import render
from workbench.report.page.timeline import timeline
from workbench.report.page.view import view_of
from workbench.simulate.predict import predict

DAY = date(2026, 11, 23)
VOID = frozenset({"meta", "br", "img", "path", "rect", "circle"})


class Page(HTMLParser):
    """Tags, ids and links; fails where what is opened is not closed."""

    def __init__(self, html):
        super().__init__()
        self.open, self.tags, self.ids, self.links, self.text = [], [], [], [], []
        self.feed(html)
        assert self.open == []

    def handle_starttag(self, tag, attributes):
        found = dict(attributes)
        self.tags.append(tag)
        self.ids += [found["id"]] if "id" in found else []
        self.links += [found[key] for key in ("src", "href") if key in found]
        if tag not in VOID:
            self.open.append(tag)

    def handle_endtag(self, tag):
        if tag not in VOID:
            assert self.open.pop() == tag

    def handle_data(self, data):
        self.text.append(data)


def shown(stack, found, **more):
    changes = compare(more.get("base_graph"), found)
    preview = Preview(stack, found, changes, assess(found), prediction=predict(found), **more)
    return view_of(preview, day=DAY, simulate=False)


@pytest.fixture(scope="module")
def views(graph):
    return [shown("dev", graph("dev")), shown("prod", graph("prod"))]


def test_it_is_whole_and_needs_nothing_from_elsewhere(views):
    page = Page(render(views))
    assert all(link.startswith("#") for link in page.links)
    assert {link[1:] for link in page.links} <= set(page.ids)
    assert len(page.ids) == len(set(page.ids))
    assert "link" not in page.tags


def test_without_script_it_says_the_same(views):
    page = Page(render(views, script=False))
    assert "script" not in page.tags
    with_script = Page(render(views))
    assert page.tags == [tag for tag in with_script.tags if tag != "script"]


def test_the_same_stack_gives_the_same_bytes(graph):
    assert render([shown("dev", graph("dev"))]) == render([shown("dev", graph("dev"))])


def test_verdict_and_reason_come_before_all_else(views):
    text = "".join(Page(render(views[:1])).text)
    preview = views[0].preview
    assert text.index(preview.reason) < text.index("Cost a month")


def test_every_rule_waiver_price_and_charge_is_there(views):
    html = render(views)
    for view in views:
        assert all(line.item.split("'")[0] in html for line in view.preview.estimate.lines)
        assert all(price.path in html for price in view.prices)
        assert all(waiver.owner in html and str(waiver.expires) in html for _, _, waiver, _ in view.waivers)


def test_names_are_text(graph):
    found = graph("dev")
    page = Page(render([shown("dev", found, base="<script>alert(1)</script>", base_graph=found)]))
    assert page.tags.count("script") == 1
    assert "<script>alert(1)</script>" in "".join(page.text)


def test_steps_of_a_rollout_say_what_they_are_judged_by(views):
    steps = views[1].timeline.steps
    assert [(step.percent, step.hold_hours) for step in steps] == [(10, 6.0), (50, 12.0), (100, 0.0)]
    assert steps[0].verdict.startswith(("judged by", "inconclusive"))
    assert views[1].timeline.hours == 18.0


def test_a_parked_stack_has_no_rollout(graph):
    found = graph("parked")
    assert timeline(None, assess(found).estimate.basis, None) is None


def test_the_brake_has_a_bar_where_the_stack_has_one(views):
    dev, prod = (" ".join(Page(render([view])).text) for view in views)
    assert "with the spend brake" in prod
    both = " ".join(" ".join(Page(render(views)).text).split())
    braked = views[1].preview.estimate.bounded_usd
    assert f"worst case ${braked:.2f} with the spend brake (above it: advice here), budget $5.00" in both
    assert "with the spend brake" not in dev


def test_the_dollars_of_this_month_stand_beside_those_of_a_mean_one(views):
    """Two figures that differ are told with what sets them apart."""
    told = " ".join(" ".join(Page(render(views)).text).split())
    dev, prod = views
    assert f"each of the {dev.month.sessions} sessions" in told
    assert f"The expected ${dev.preview.estimate.expected_usd:.2f} is of a mean month with 10 sessions, the" in told
    assert f"The expected ${prod.preview.estimate.expected_usd:.2f} is of a mean month." in told


def test_a_band_is_drawn_in_pieces_where_minutes_lack_a_value():
    nothing = float("nan")
    band = ([1.0, 1.0, nothing, 2.0], [3.0, 4.0, nothing, 9.0])
    drawn = lines("Response time", "ms", [Series("p95", [2.0, 2.0, nothing, 3.0], "strong", band=band)])
    [area] = re.findall(r'<path d="([^"]*)" class="band strong"', drawn)
    assert (area.count("M"), area.count("L"), area.count("Z")) == (2, 4, 2)
    assert "10" in Page(f"<div>{drawn}</div>").text  # the axis reaches the highest of the runs
