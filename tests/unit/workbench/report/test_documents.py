"""Pictures and pages that `./plant docs` makes, and the documents around them."""

import re
import xml.etree.ElementTree as ET

import pytest

from workbench.cli.main import CommandFiles
from workbench.preview.synthesis import REPOSITORY
from workbench.report.commands_page import commands_page
from workbench.report.generated import pages
from workbench.report.pictures import pictures


@pytest.fixture(scope="module")
def drawn():
    return pictures()


def test_pictures_are_whole_and_load_nothing(drawn):
    assert set(drawn) == {f"docs/pictures/{name}.svg" for name in ("hero-light", "hero-dark", "terminal")}
    for svg in drawn.values():
        ET.fromstring(svg)  # noqa: S314 - our own output
        addresses = set(re.findall(r"https?://[^\s\"'<)]+", svg)) - {"http://www.w3.org/2000/svg"}
        assert addresses <= {"https://www.textualize.io"}  # rich's mark in a comment
        assert "url(http" not in svg


def test_pictures_are_the_same_each_time(drawn):
    assert pictures() == drawn


def test_the_terminal_shows_the_reason_and_what_to_set(drawn):
    words = "".join(ET.fromstring(drawn["docs/pictures/terminal.svg"]).itertext()).replace("\xa0", " ")  # noqa: S314
    assert "blocked, compared with main" in words
    assert "over the budget of" in words
    assert "fix: " in words


def test_every_command_has_its_help_on_the_page():
    page = commands_page()
    for name in CommandFiles("plant").list_commands(None):
        assert f"\n## {name}\n" in page


@pytest.mark.parametrize("page", pages(), ids=lambda page: str(page.relative_to(REPOSITORY)))
def test_links_lead_somewhere(page):
    text = re.sub(r"```.*?```", "", page.read_text(), flags=re.DOTALL)
    links = [*re.findall(r"\]\(([^)\s]+)\)", text), *re.findall(r'(?:src|srcset)="([^"]+)"', text)]
    for link in links:
        if not re.match(r"[a-z]+:", link):
            path, _, anchor = link.partition("#")
            target = page.parent / path if path else page
            assert target.exists(), link
            if anchor and target.suffix == ".md":
                headings = re.findall(r"^#+ (.+)$", target.read_text(), flags=re.MULTILINE)
                assert anchor in {re.sub(r"[^a-z0-9 -]", "", one.lower()).replace(" ", "-") for one in headings}, link
