"""The comment on a pull request: what is read is somebody else's, and whatever is in it stays text."""

import json
import random
from html.parser import HTMLParser

import pytest
from click.testing import CliRunner
from markdown_it import MarkdownIt

from workbench.cli.comment import command
from workbench.report.comment import MARKER, MOST_CHARACTERS, Failed, PreviewDocument, read, render
from workbench.report.markdown import code, words

HOSTILE = [
    "`x` | @team",
    "``` \n| a | b |\n|---|---|",
    "<img src=x onerror=alert(1)>",
    "</code></details><h1>all fine</h1>",
    "[click](https://evil.example) ![x](https://evil.example/x.png)",
    "https://evil.example www.evil.example a@evil.example",
    "#1 GH-2 @org/team $x$ ~~y~~ **z** _w_ &#64;team",
    "\u202eevil\u2066\x00\x1b[31m",
    "\\| \\` \\\\|",
    "<!-- plant-preview -->",
    "a\rb\u2028## c",
]


def preview(stack="dev", name="x", text="x", verdict="pass", base="main", **more):
    resource = {
        "urn": f"urn:pulumi:dev::p::aws:s3/bucket:Bucket::{name}",
        "type": "aws:s3/bucket:Bucket",
        "name": name,
        "operation": "update",
        "monthlyDelta": "1.00",
        "worstCaseDelta": "-2.00",
        "properties": [{"path": text, "old": text, "new": [text], "forcesReplacement": True}],
    }
    violation = {"id": text, "urn": resource["urn"], "message": text, "severity": "high"}
    figures = {"floor": "1", "expected": "2", "worstCase": "3", "listAlwaysOn": "4"}
    unpriced = [{"urn": resource["urn"], "type": text, "reason": text}]
    return {
        "stack": stack,
        "verdict": verdict,
        "reason": text,
        "remedies": [text],
        "hours": text,
        "base": base,
        "changes": {"create": 0, "update": 1, "same": 3},
        "resources": [resource],
        "cost": {**figures, "budget": "5.00", "unpriced": unpriced},
        "baseCost": figures,
        "policies": {
            "violations": [{**violation, "enforcement": "mandatory" if verdict == "blocked" else "advisory"}],
            "waived": [
                {**violation, "enforcement": "mandatory", "reason": text, "owner": text, "expires": "2027-01-01"}
            ],
        },
        "rulesPassed": 200,
        "fixes": {text: text},
        "prediction": text,
        **more,
    }


def document(*arguments, **options):
    return PreviewDocument.model_validate(preview(*arguments, **options))


def test_the_worst_case_is_the_one_that_the_verdict_goes_by():
    """With a spend brake that is what the brake leaves of it, in the same words as in the verdict."""
    figures = {"floor": "1", "expected": "2", "listAlwaysOn": "4"}
    now = {**figures, "worstCase": "29.28", "worstCaseWithBrake": "23.10", "budget": "5.00"}
    before = {**figures, "worstCase": "29.28", "worstCaseWithBrake": "22.10"}
    told = render([document(cost=now, baseCost=before), document("other")])
    assert "worst case **$23.10** with the spend brake (+$1.00), budget $5.00 a month" in told
    assert "| $23.10 with the spend brake (+$1.00) | $5.00 |" in told
    assert "worst case **$3.00** (no change), budget $5.00 a month" in told


def test_each_way_back_is_a_line_of_its_own():
    told = render([document(verdict="blocked", remedies=["share it (then $4); or set a_b to 2", "drop it"])])
    assert "\n\nTo set, one of:\n- share it (then &#36;4)\n- set a&#95;b to 2\n\nAnd to set:\n- drop it\n" in told


def test_the_worst_of_what_blocks_is_first():
    kept = preview(verdict="blocked")["policies"]
    one = kept["violations"][0]
    kept["violations"] = [{**one, "id": each, "severity": each} for each in ("low", "critical", "medium")]
    told = render([document(verdict="blocked", policies=kept)])
    places = [told.index(f"blocks ({each})") for each in ("critical", "medium", "low")]
    assert places == sorted(places)


def test_a_stack_that_the_base_has_not_is_told_as_new():
    """A renamed stack is one: what it makes anew is the old one's, under another name."""
    new = document("renamed", base="main", baseCost=None)
    assert "<code>renamed</code> against <code>main</code>, which has no such stack" in render([new])
    assert "no such stack" not in render([document()])
    renamed = document("renamed", base="main", baseCost=None, baseGone=["qa", "x`|@y"])
    assert "gone, or renamed: <code>qa</code>, <code>x&#96;&#124;&#64;y</code>." in render([renamed])


def test_what_gets_dearer_through_other_resources_is_told():
    same = {**preview()["resources"][0], "operation": "same", "name": "flag", "worstCaseDelta": "0.04"}
    assert "| <code>flag</code> | +$1.00 | +$0.04 |" in render([document(resources=[same])])


class Structure(HTMLParser):
    """Tags in order, with the text of cells and of code."""

    def __init__(self, html):
        super().__init__()
        self.tags, self.attributes, self.text = [], [], []
        self.feed(html)

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes

    def handle_endtag(self, tag):
        self.tags.append(f"/{tag}")

    def handle_data(self, data):
        self.text.append(data)


def structure(markdown):
    return Structure(MarkdownIt("commonmark", {"html": True}).enable(["table", "strikethrough"]).render(markdown))


@pytest.mark.parametrize("hostile", HOSTILE)
def test_whatever_is_in_a_name_or_a_message_the_comment_keeps_its_structure(hostile):
    harmless = structure(render([document(verdict="blocked")]))
    found = structure(render([document(verdict="blocked", name=hostile, text=hostile, base=hostile)]))
    assert found.tags == harmless.tags
    assert found.attributes == harmless.attributes


def test_any_characters_keep_the_structure():
    characters = "`|@#<>&\\*_[]()!~$:/-+=. \n\taA0\"'"
    drawn = random.Random(14)  # noqa: S311 - test data
    harmless = structure(render([document()]))
    for _ in range(100):
        text = "".join(drawn.choice(characters) for _ in range(drawn.randint(1, 30))) + "x"
        assert structure(render([document(name=text, text=text)])).tags == harmless.tags, text


@pytest.mark.parametrize("show", [code, words])
def test_text_is_shown_as_it_is(show):
    shown = "".join(structure(show("`x` | @team <b> #1")).text).replace("\u200b", "").strip()
    assert shown == "`x` | @team <b> #1"


def test_nobody_is_called_outside_of_code():
    text = "".join(structure(words("@team #1 https://evil.example")).text)
    assert "@team" not in text
    assert "#1" not in text
    assert "://" not in words("see https://evil.example")


def test_both_stacks_failing_and_one_passing_are_one_comment(tmp_path):
    (tmp_path / "preview-dev.err").write_text("error: Pulumi.dev.yaml: `x` | @team\n")
    (tmp_path / "preview-new.json").write_text(json.dumps(preview(stack="new")))
    (tmp_path / "preview-prod.json").write_text(json.dumps(preview(stack="prod", verdict="blocked")))
    result = CliRunner().invoke(command, [str(path) for path in sorted(tmp_path.iterdir())])
    assert result.exit_code == 0, result.output
    text = result.output
    assert text.startswith(MARKER)
    assert text.count(MARKER) == 1
    order = [text.index(part) for part in ("## 🛑 no preview of", "## 🛑 blocked: <code>prod", "## ✅ pass: <code>new")]
    assert order == sorted(order)
    assert "Pulumi.dev.yaml" in text


def test_a_run_that_left_nothing_is_told():
    result = CliRunner().invoke(command, [])
    assert "no preview" in result.output


@pytest.mark.parametrize(
    "text",
    [
        pytest.param("", id="empty"),
        pytest.param("{", id="cut off"),
        pytest.param("{}", id="nothing in it"),
        pytest.param(json.dumps(preview(verdict="fine")), id="no verdict of ours"),
        pytest.param(json.dumps(preview(stack="../../x")), id="no name of a stack"),
        pytest.param(json.dumps(preview()).replace('"budget": "5.00"', '"budget": "NaN"'), id="not a number"),
        pytest.param('{"a":' * 100_000, id="deep"),
    ],
)
def test_what_is_no_preview_is_told_as_such(tmp_path, text):
    path = tmp_path / "preview-dev.json"
    path.write_text(text)
    found = read(path)
    assert isinstance(found, Failed)
    assert found.stack == "dev"
    assert render([found])


def test_a_long_comment_fits_into_what_github_takes():
    resources = [
        {**preview(name=f"bucket-{number}", text="y" * 200)["resources"][0], "monthlyDelta": str(number)}
        for number in range(2_000)
    ]
    text = render([document(stack=name, resources=resources) for name in ("a", "b", "c")])
    assert len(text) <= MOST_CHARACTERS
    assert "bucket-1999" in text
    assert text.rstrip().endswith("</sub>")


def test_without_a_preview_no_report_is_promised_and_notes_are_left_out(tmp_path):
    left = tmp_path / "preview-dev.err"
    left.write_text("note: an account of examples\nerror: no such setting\n")
    result = CliRunner().invoke(command, [str(left), "--artifact", "https://example.com/run"])
    assert "error: no such setting" in result.output
    assert "account of examples" not in result.output
    assert "https://example.com/run" in result.output
    assert "whole report" not in result.output
    assert "Figures" not in result.output


def test_the_link_to_the_report_is_an_address():
    result = CliRunner().invoke(command, ["--artifact", "https://example.com/a) [b](c"])
    assert result.exit_code != 0


@pytest.mark.parametrize(
    ("content", "told"),
    [
        pytest.param(b"\x7fELF\x02\x01\x01" + bytes(range(256)) * 4, "holds no text", id="a program"),
        pytest.param(b"\x1f\x8b\x08" + bytes(255 - one % 128 for one in range(900)), "holds no text", id="packed"),
        pytest.param("error: no verdict".encode("utf-16"), "error: no verdict", id="PowerShell's UTF-16"),
        pytest.param("error: Zürich ist zu".encode("latin-1"), "rich ist zu", id="a log in Latin-1"),
        pytest.param(b'{"stack": "dev", ', "cut off or damaged at line 1", id="cut off"),
        pytest.param(b'{"stack": 1}', "has to be a valid string", id="another type"),
    ],
)
def test_what_is_no_preview_is_told_in_words_that_can_be_read(tmp_path, content, told):
    (tmp_path / "preview-dev.json").write_bytes(content)
    found = read(tmp_path / "preview-dev.json")
    assert isinstance(found, Failed)
    assert told in found.error
    assert "\N{REPLACEMENT CHARACTER}" * 3 not in found.error


def test_ways_that_stand_above_are_not_told_again_in_the_table():
    way = "set plant:x to 2 (then $4.00)"
    found = {**preview(text=f"too dear; to come back within it: {way}", verdict="blocked"), "remedies": [way]}
    told = render([PreviewDocument.model_validate(found)])
    [row] = [line for line in told.splitlines() if "🛑 blocks" in line and line.startswith("|")]
    assert "too dear" in row and "as listed above" in row
    assert "then" not in row.split("|")[-2]
    assert f"- {words(way)}" in told
