"""Text of somebody else's inside GitHub-flavoured markdown: shown as it is, and never taken for markup.

Names and messages come from a pull request's own code. An entity is text to the parser whatever it stands for
(CommonMark 0.31, 2.5: "cannot be used in place of symbols indicating structure"), and in a table's cell, too. Mentions
and references are looked for after rendering, but not inside of `code`; elsewhere a zero-width space takes them apart.
"""

from __future__ import annotations

import re
import unicodedata
from typing import Final

SPECIAL: Final = frozenset("\\`*_{}[]()<>#+-.!|~&:@$=\"'^/")
"""What can begin markup, a link, a mention or mathematics."""
READABLE: Final = frozenset("-./()+=':")
"""Of these, what can do so only at the beginning of a line or as part of an address, and is frequent in messages."""
ADDRESS: Final = re.compile(r"(?<=[a-z])://|(?<=www)\.", re.IGNORECASE)
LONGEST: Final = 2_000
ZERO_WIDTH_SPACE: Final = "&#8203;"


def words(text: object, longest: int = LONGEST) -> str:
    """`text` as one line of prose: no markup, no mention, no reference, no link."""
    plain = ADDRESS.sub(lambda found: "".join(f"\0{ord(each)};" for each in found[0]), clean(text, longest))
    escaped = "".join(f"&#{ord(each)};" if each in SPECIAL and each not in READABLE else each for each in plain)
    return re.sub(r"(&#(?:64|35);)", rf"\1{ZERO_WIDTH_SPACE}", escaped.replace("\0", "&#"))


def code(text: object, longest: int = 200) -> str:
    """`text` as code, whatever is in it: backticks and bars, too."""
    return (
        "<code>"
        + "".join(f"&#{ord(each)};" if each in SPECIAL - {"-", "."} else each for each in clean(text, longest))
        + "</code>"
    )


def clean(text: object, longest: int) -> str:
    """`text` on one line, without control characters and those that turn the direction of writing, cut to `longest`."""
    shown = "".join(" " if each.isspace() else each for each in str(text) if each.isspace() or _is_visible(each))
    line = " ".join(shown.split())
    return line if len(line) <= longest else line[: longest - 1] + "…"


def _is_visible(character: str) -> bool:
    return not unicodedata.category(character).startswith("C")
