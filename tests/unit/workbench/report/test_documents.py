"""Pictures and pages that `./plant docs` makes, and the documents around them."""

import re
import subprocess
import sys
import xml.etree.ElementTree as ET

import pytest

from workbench.cli.main import CommandFiles
from workbench.preview.synthesis import REPOSITORY
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
    # In a process of its own, as `./plant docs` is: click keeps how a command was asked for help first.
    script = "from workbench.report.commands_page import commands_page; print(commands_page(), end='')"
    page = subprocess.run(
        [sys.executable, "-c", script], cwd=REPOSITORY, capture_output=True, text=True, check=True
    ).stdout
    assert page == (REPOSITORY / "docs" / "commands.md").read_text("utf-8"), "run ./plant docs"
    assert "  --help " not in page, "-h is short for it everywhere"
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


SURFACES = [
    REPOSITORY / "README.md",
    REPOSITORY / "action.yml",
    *(path for path in (REPOSITORY / "docs").rglob("*.md") if path.parent.name != "decisions"),
    *(REPOSITORY / "workbench" / "report" / "templates").iterdir(),
]
GLOSSARY = REPOSITORY / "docs" / "glossary.md"
ROWS = [row.strip("| ").split(" | ") for row in GLOSSARY.read_text("utf-8").splitlines() if row.startswith("| **")]
SOURCES = [path for name in ("cost", "policies", "workbench") for path in (REPOSITORY / name).rglob("*.py")]


def test_every_word_of_the_glossary_is_used():
    """An entry that nothing uses is no name of anything."""
    used = "\n".join(path.read_text("utf-8").lower() for path in (*SURFACES, *SOURCES) if path != GLOSSARY)
    words = [word for row in ROWS for word in row[0].strip("*").split(", ")]
    assert len(words) > 30
    assert [word for word in words if word not in used] == []


def test_every_key_of_the_glossary_is_written():
    written = "\n".join(path.read_text("utf-8") for path in SOURCES)
    keys = [key.rpartition(".")[2] for row in ROWS for key in re.findall(r"`([A-Za-z0-9.]+)`", "".join(row[2:]))]
    assert len(keys) > 15
    assert [key for key in keys if f'"{key}"' not in written] == []


@pytest.mark.parametrize(
    ("other", "name"),
    [
        pytest.param(r"(?<!Terraform )\btwins?\b", "simulator", id="twin"),
        pytest.param(r"\bceilings?\b", "budget or limit", id="ceiling"),
        pytest.param(r"\bdigital\b", "simulator", id="digital"),
        pytest.param(r"\b(?:exempt|exemptions?|suppress(?:ed|ions?))\b", "waived, waiver", id="exemption"),
        pytest.param(r"\bblue[ /-]green\b|\bgreen fleet\b", "stable, canary", id="green"),
        pytest.param(r"\bmaximum (?:cost|spend)\b|\bworst[- ]month\b", "worst case", id="maximum cost"),
        pytest.param(r"preview --json(?! --show-sames)[^|\n]*(?:>|writes)", "… --show-sames", id="half a preview"),
    ],
)
def test_one_thing_has_one_name_where_people_read(other, name):
    found = [
        f"{path.relative_to(REPOSITORY)}: {line.strip()[:100]}"
        for path in SURFACES
        if path.name not in {"glossary.md", "architecture.md", "mutation-survivors.md"}
        for line in path.read_text("utf-8").splitlines()
        if re.search(other, line)
    ]
    assert found == [], f"say {name}"


def test_a_decision_has_a_number_of_its_own_which_is_in_its_heading():
    found = sorted((REPOSITORY / "docs" / "decisions").glob("[0-9]*.md"))
    numbers = [path.name[:4] for path in found]
    assert sorted(set(numbers)) == numbers
    assert [path.read_text("utf-8")[2:6] for path in found] == numbers
