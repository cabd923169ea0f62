"""The preview as text, markdown and page, on a small program that breaks rules and the budget."""

import re
from decimal import Decimal
from html.parser import HTMLParser

import pulumi
import pulumi_aws as aws
import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from rich.console import Group
from rich.text import Text

from deployment.reader import graph_from_json
from policies.assess import Violation, assess
from policies.finding import Enforcement, Finding
from policies.registry import every_rule
from workbench.preview.changes import compare
from workbench.preview.result import Preview
from workbench.preview.stackfile import StackFile
from workbench.preview.synthesis import record
from workbench.report import preview_html, preview_markdown, preview_text
from workbench.report.findings_text import Indented, OneLine, as_text, violations
from workbench.report.money import change_between, dollars
from workbench.report.names import short_types

STACK = StackFile(project="plant", stack="dev", main="infra")
HOSTILE = "<img src=x onerror=alert(1)>|@everyone`"


def declared(cidr):
    def program():
        network = pulumi.ComponentResource("plant:components:Network", "net")
        inside = pulumi.ResourceOptions(parent=network)
        vpc = aws.ec2.Vpc("net-vpc", cidr_block=cidr, tags={"Name": HOSTILE if "9" in cidr else "n"}, opts=inside)
        subnet = aws.ec2.Subnet("net-subnet", vpc_id=vpc.id, cidr_block="10.0.1.0/24", opts=inside)
        aws.ec2.NatGateway("nat", subnet_id=subnet.id)
        if "9" in cidr:
            aws.lb.LoadBalancer("edge", subnets=[subnet.id])

    return graph_from_json(record(program, STACK), "test")


@pytest.fixture(scope="module")
def created():
    graph = declared("10.0.0.0/16")
    return Preview("dev", graph, compare(None, graph), assess(graph))


@pytest.fixture(scope="module")
def changed():
    old, new = declared("10.0.0.0/16"), declared("10.9.0.0/16")
    return Preview("dev", new, compare(old, new), assess(new), "main", old, assess(old).estimate)


def test_text_shows_the_tree_with_dollars_where_everything_is_asked_for(created):
    lines = preview_text.render(created, everything=True).splitlines()
    assert "Resources: 4 to create" in lines
    component = lines.index("+ net  Network")
    assert lines[component + 1 : component + 3] == ["├── + net-subnet  Subnet", "└── + net-vpc  Vpc"]
    assert any(line.startswith("+ nat  NatGateway  $") for line in lines)


def test_text_of_a_comparison_shows_what_changes_and_hides_what_does_not(changed):
    text = preview_text.render(changed)
    assert "1 to create, 1 to update, 2 to replace, 1 unchanged" in text
    assert "cidrBlock: 10.0.0.0/16 → 10.9.0.0/16  (forces replacement)" in text
    assert "+ edge  LoadBalancer  +$" in text
    assert "+ net  Network" not in text


def test_text_tells_verdict_and_reason_before_all_else(created):
    lines = preview_text.render(created).splitlines()
    assert lines[0] == "dev: blocked"
    assert lines[1].strip() in created.reason
    assert lines[lines.index("") + 1].startswith("Blocks (")


def test_text_has_a_way_out_for_each_thing_that_blocks(created):
    lines = [line.strip() for line in preview_text.render(created).splitlines()]
    assert sum(line.startswith("fix: ") for line in lines) == len(created.assessment.violations)


def test_text_sums_resources_up_by_component(created):
    text = preview_text.render(created)
    assert re.search(r"^  net +Vpc, Subnet$|^  net +Subnet, Vpc$", text, re.MULTILINE)
    assert "net-subnet  Subnet" not in text


def test_text_gives_dollars_of_a_change_for_expected_and_worst_case(changed):
    text = preview_text.render(changed)
    assert re.search(r"^  edge +\+\$[0-9.]+ +\+\$[0-9.]+$", text, re.MULTILINE)


@pytest.mark.parametrize("width", [80, 120, 160])
def test_text_keeps_to_the_width_of_the_terminal_and_names_stay_whole(graph, width):
    found = graph("prod")
    text = preview_text.render(Preview("prod", found, compare(None, found), assess(found)), width=width)
    assert max(map(len, text.splitlines())) <= width
    assert "plant-firewall-rule-group " in text


@pytest.mark.parametrize("width", [40, 60, 80])
def test_no_terminal_is_so_narrow_that_a_figure_is_cut(changed, width):
    text = preview_text.render(changed, width=width)
    assert max(map(len, text.splitlines())) <= width
    rows = {line[:14].strip(): line.split() for line in text.partition("What gets")[0].splitlines()}
    figures = [("floor", "floor_usd"), ("expected", "expected_usd"), ("worst case", "worst_case_usd")]
    for name, field in figures:
        before, after = getattr(changed.base_estimate, field), getattr(changed.estimate, field)
        assert {dollars(after), change_between(after, before).split()[0]} <= {*rows[name]}
    edge = next(line.split() for line in text.partition("What gets")[2].splitlines() if line.startswith("  edge"))
    assert all(re.fullmatch(r"\+\$\d+\.\d\d", amount) for amount in edge[1:])


def test_two_types_of_one_short_name_are_told_apart():
    tokens = ["aws:iam/policy:Policy", "aws:autoscaling/policy:Policy", "aws:s3/bucket:Bucket"]
    assert short_types(tokens) == {tokens[0]: tokens[0], tokens[1]: tokens[1], tokens[2]: "Bucket"}


def test_types_that_share_a_name_are_whole_where_they_are_summed_up(graph):
    dev = graph("dev")
    told = preview_text.render(Preview("dev", dev, compare(None, dev), assess(dev)), width=160)
    rows = told.partition("Resources: ")[2]
    assert "plant-boundary" in rows and "  aws:iam/policy:Policy" in rows
    assert "2 aws:autoscaling/policy:Policy" in rows
    assert not re.search(r"[ ,]Policy\b", rows)


@pytest.mark.parametrize("stack", ["dev", "prod", "k8s"])
def test_what_is_summed_up_by_component_is_all_that_is_charged(graph, stack):
    """A stack that borrows is charged a share of what its platform keeps: dollars of the root itself."""
    assessment = assess(graph(stack))
    shown = preview_text.render(Preview(stack, graph(stack), compare(None, graph(stack)), assessment), width=160)
    amounts = re.findall(r"^  \S+ +\$(\d+\.\d\d)  ", shown.partition("Resources: ")[2], re.MULTILINE)
    told = sum(map(Decimal, amounts))
    charged = sum(line.monthly_usd for line in assessment.estimate.charges)
    assert abs(told - charged) <= Decimal("0.05")  # each is rounded to cents


def test_markdown_tells_the_verdict_first_and_risk_before_the_rest(changed):
    text = preview_markdown.render(changed)
    lines = text.splitlines()
    assert lines[0] == "<!-- plant-preview -->"
    assert lines[1].startswith("## 🛑 blocked")
    assert lines[3].startswith("**")
    assert "2 resources will be replaced or deleted" in text
    rows = [line for line in lines if line.startswith(("| replace", "| update", "| create"))]
    assert [row.split()[1] for row in rows] == ["replace", "replace", "update", "create"]


def test_markdown_cells_cannot_be_broken_out_of(changed):
    lines = preview_markdown.render(changed).splitlines()
    row = next(line for line in lines if line.startswith("| replace") and "net-vpc" in line)
    assert "<img" not in row
    assert "@everyone" not in row
    assert row.count("|") == 7


def test_markdown_tables_have_as_many_cells_in_each_row(changed):
    width = None
    for line in preview_markdown.render(changed).splitlines():
        if not line.startswith("|"):
            width = None
            continue
        cells = line.replace("\\|", "").count("|")
        width = width or cells
        assert cells == width, line


class Page(HTMLParser):
    """Collects tags and whether what is opened is closed."""

    def __init__(self):
        super().__init__()
        self.open, self.tags, self.links = [], set(), []

    def handle_starttag(self, tag, attributes):
        self.tags.add(tag)
        self.links += [value for name, value in attributes if name in ("src", "href")]
        if tag not in ("meta", "br", "img"):
            self.open.append(tag)

    def handle_endtag(self, tag):
        assert self.open.pop() == tag


def test_the_page_is_well_formed_self_contained_and_escaped(changed):
    page = Page()
    page.feed(preview_html.render(changed))
    assert page.open == []
    assert page.links == []
    assert "img" not in page.tags
    assert "script" not in page.tags


@pytest.mark.parametrize("render", [preview_text, preview_markdown, preview_html], ids=["text", "markdown", "html"])
@pytest.mark.parametrize(
    ("stack", "told"),
    [
        pytest.param("parked", "parked: nothing is billed by the hour", id="parked"),
        pytest.param("dev", "(1.75 h with start and end); the budget", id="running"),
    ],
)
def test_hours_are_told_only_of_a_stack_that_is_up(graph, stack, told, render):
    found = graph(stack)
    preview = Preview("dev", found, compare(None, found), assess(found))
    text = render.render(preview)
    assert told in text
    assert ("with start and end" in text) is (stack != "parked")


def test_ways_back_are_a_list_and_one_way_is_a_line():
    """What stands in the message's end is told once, and the rule's own words only where there is no way."""

    def lines(*ways):
        remedy = "; or ".join(ways)
        ahead = "; to come back within it: " if ways else ""
        finding = Finding(
            "cost-expected-within-budget", "urn:pulumi:d::p::t:t:T::x", f"too dear{ahead}{remedy}", remedy=remedy
        )
        rule = next(rule for rule in every_rule() if rule.id == finding.rule_id)
        told = as_text(violations([Violation(rule, finding, Enforcement.MANDATORY)]), colours=False, width=80)
        return [line.strip() for line in told.splitlines()[2:]], rule

    assert lines("set a to 1 (then $4.00)", "set b to 2 (then $4.50)")[0] == [
        "too dear",
        "fix: one of",
        "- set a to 1 (then $4.00)",
        "- set b to 2 (then $4.50)",
    ]
    assert lines("set a to 1 (then $4.00)")[0] == ["too dear", "fix: set a to 1 (then $4.00)"]
    told, rule = lines()
    assert told == ["too dear", f"fix: {rule.fix}"]


@pytest.mark.parametrize("width", [40, 80, 200])
def test_colours_change_no_letter_of_what_is_found(width):
    words = "a long sentence about ärger,\twith a-word-that-has-no-place-to-be-broken-at-all " * 3
    found = [
        Violation(rule, Finding(rule.id, f"urn:pulumi:d::p::t:t:T::{rule.id}", words), Enforcement.MANDATORY)
        for rule in every_rule()[::20]
    ]
    plain, coloured = (as_text(violations(found), colours=colours, width=width) for colours in (False, True))
    assert "\x1b[" in coloured
    stripped = re.sub(r"\x1b\[[\d;]*m", "", coloured)
    assert [line.rstrip() for line in stripped.splitlines()] == plain.splitlines()


@pytest.mark.parametrize("colours", [False, True])
@pytest.mark.parametrize("about", ["  [low]  one", "  [low]  " + "name, " * 20, "  naïve …", "  a\tb", "  x " * 20, ""])
def test_a_line_that_fits_is_what_rich_makes_of_it(about, colours):
    parts = "  ", ("rule-id", "bold red"), (about, "dim")
    whole = Group(Text.assemble(*parts, no_wrap=True, overflow="ellipsis"))
    for width in (12, 20, 80, len(about) + 9):
        told = as_text([Group(OneLine(*parts))], colours=colours, width=width)
        assert told == as_text([whole], colours=colours, width=width)


def test_a_paragraph_is_laid_out_once_for_each_width(monkeypatch):
    widths = []
    wrap = Text.wrap
    monkeypatch.setattr(Text, "wrap", lambda text, console, width: widths.append(width) or wrap(text, console, width))
    paragraph = Indented(Text("to set it is enough"))
    told = [as_text([Group(paragraph, paragraph)], colours=True, width=width) for width in (20, 80, 20)]
    assert told[1] == "    to set it is enough\n" * 2 and told[0] == told[2] == "    to set it is\n    enough\n" * 2
    assert widths == [16, 76]


@given(st.lists(st.text("ab-/…", min_size=1, max_size=30), max_size=8).map(" ".join), st.integers(5, 40))
@example("ärger about\ttabs  and spaces", 10)
@example("a" * 12, 10)
def test_a_paragraph_without_colours_is_what_rich_makes_of_it(said, width):
    two = Group(Indented(Text(said)), Indented(Text(said)))
    plain, by_rich = (as_text([two], colours=colours, width=width) for colours in (False, True))
    assert plain == by_rich


def test_a_paragraph_with_an_ellipsis_is_not_left_to_rich():
    assert (
        Indented(Text("name it by its digest (@sha256:…)")).plain(30) == "    name it by its digest\n    (@sha256:…)\n"
    )
