"""What every report as JUnit XML does with text."""

from __future__ import annotations

import xml.etree.ElementTree as ET


def printable(text: str) -> str:
    """`text` without the characters that XML 1.0 forbids, and without what GitLab takes for a file to link to."""
    text = text.replace("[[ATTACHMENT|", "[[ATTACHMENT |")
    return "".join(one for one in text if one in "\t\n" or (one >= " " and one not in "\ufffe\uffff"))


def skip(case: ET.Element, reason: str) -> None:
    """Tell why a test case is skipped: as text, too, which GitLab shows, and of an attribute alone the markup."""
    told = printable(reason)
    ET.SubElement(case, "skipped", message=told).text = told
