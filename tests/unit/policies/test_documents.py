"""The list of rules in the documents is the real one."""

from pathlib import Path

from workbench.report.generated import regenerated


def test_the_list_of_rules_is_up_to_date():
    page = Path(__file__).parents[3] / "docs" / "rules.md"
    text = page.read_text(encoding="utf-8")
    assert regenerated(text) == text, "docs/rules.md is not what the rules say: run ./plant docs"
