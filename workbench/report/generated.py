"""Keeps the generated parts of the documents true: each is the real output of a real run.

A generated part looks like this in the source of a page, and is replaced as a whole:

    <!-- output of: ./plant preview --stack dev | tail -n 22 -->
    ```text
    …
    ```

`head -n N` and `tail -n N` are all that may stand behind the bar; no shell is involved.
"""

from __future__ import annotations

import json
import re
import shlex
import subprocess
import sys
from pathlib import Path
from typing import Final

from deployment.errors import InputError
from workbench.preview.synthesis import REPOSITORY

PART: Final = re.compile(
    r"(?P<head><!-- output of: \./plant (?P<arguments>[^\n]*?)(?: \| (?P<end>head|tail) -n (?P<lines>\d+))? -->\n+"
    r"```\w*\n)"
    r"(?P<body>.*?)(?P<tail>^```$)",
    re.DOTALL | re.MULTILINE,
)
TIMEOUT_SECONDS: Final = 300


def pages(root: Path = REPOSITORY) -> list[Path]:
    """The documents that may have generated parts."""
    return sorted([*root.glob("*.md"), *root.glob("docs/**/*.md")])


def files() -> dict[str, str]:
    """Files that are made as a whole: path in the repository -> what it has to hold."""
    from components.hosted.provider import schema
    from workbench.report.commands_page import commands_page
    from workbench.report.components_page import components_page
    from workbench.report.pictures import pictures
    from workbench.report.settings_cost import cost_of_settings
    from workbench.report.settings_replaced import replacements
    from workbench.settings_schema import SCHEMA_FILE, settings_page, stack_file_schema

    return {
        SCHEMA_FILE: json.dumps(stack_file_schema(), indent=1) + "\n",
        "docs/commands.md": commands_page(),
        "docs/components.md": components_page(schema()),
        "docs/decisions/README.md": _decisions(),
        "docs/settings.md": "\n".join(
            (
                settings_page(),
                f"## What a change replaces\n\n{replacements()}",
                f"## What a change does to the bill\n\n{cost_of_settings()}",
            )
        ),
        "provider/schema.json": json.dumps(schema(), indent=1) + "\n",
        **pictures(),
    }


def _decisions(root: Path = REPOSITORY) -> str:
    """The index of the decisions, by their headings."""
    lines = [
        "# Decisions",
        "",
        "At most a page each: context, decision, consequences. Superseded rather than edited.",
        "",
    ]
    for page in sorted(root.glob("docs/decisions/[0-9]*.md")):
        heading = page.read_text(encoding="utf-8").partition("\n")[0].removeprefix("# ")
        lines.append(f"- [{heading}]({page.name})")
    return "\n".join(lines) + "\n"


def regenerated(text: str) -> str:
    """`text` with each generated part made anew. Raises InputError when a run fails for a reason but a verdict."""
    return PART.sub(
        lambda part: f"{part['head']}{_output(part['arguments'], part['end'], int(part['lines'] or 0))}{part['tail']}",
        text,
    )


def _output(arguments: str, end: str | None, count: int) -> str:
    result = subprocess.run(  # noqa: S603 - our own command line; the arguments are in this repository
        [sys.executable, "-P", "-m", "workbench.cli", *shlex.split(arguments)],
        cwd=REPOSITORY,
        capture_output=True,
        text=True,
        timeout=TIMEOUT_SECONDS,
        check=False,
    )
    if result.returncode not in (0, 1):
        raise InputError(f"./plant {arguments}: {result.stderr.strip()}")
    lines = result.stdout.splitlines()
    kept = lines if end is None else lines[:count] if end == "head" else lines[-count:]
    return "".join(f"{line}\n" for line in kept)
