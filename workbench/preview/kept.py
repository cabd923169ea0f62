"""The declared graph of this project's own program, kept from run to run by all that the program reads.

That is: its code and ours that records it, the stack's files, what is set on top of them, the environment, the
installed packages, and the clock. A test changes each (tests/unit/workbench/preview/test_kept.py), and another looks at
what a run opens. Left out are the rules of time zones, of which the end of a maintenance window may hang.
"""

from __future__ import annotations

import json
import logging
import os
import sys
import sysconfig
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

from deployment import kept
from deployment.source import MOST_WRITTEN_BYTES

HERE: Final = Path(__file__).resolve().parents[2]
PROGRAM: Final = HERE / "infra"
CODE: Final = (HERE / "components", HERE / "deployment", HERE / "infra", HERE / "workbench" / "preview")
"""What a run of the program imports of this project."""
ENVIRONMENT: Final = ("AWS_", "KUBE", "PULUMI_", "PYTHONTZPATH")
"""How the variables begin that program and SDK read for what they declare."""
Note = tuple[int, str]
"""What the program says to people: level of logging, and text."""


@dataclass(frozen=True, slots=True)
class Declared:
    """What a run of the program gave."""

    deployment: dict[str, Any]
    notes: tuple[Note, ...]

    def told(self) -> dict[str, Any]:
        """The deployment, once its notes are said."""
        for level, text in self.notes:
            logging.getLogger().log(level, text)
        return self.deployment


def key(root: Path, stack: str, overrides: Mapping[str, str]) -> str | None:
    """Name of the graph of `stack` with `overrides`.

    None where none is kept: of another project, or of code that has changed since this process began.
    """
    if root != HERE or kept.folder() is None:
        return None
    parts: list[str | bytes] = [stack, json.dumps(list(overrides.items()))]
    for name in ("Pulumi.yaml", f"Pulumi.{stack}.yaml", "requirements.lock"):
        path = root / name
        if path.parent != root or not path.is_file():
            return None
        if name.endswith(".yaml") and path.stat().st_size > MOST_WRITTEN_BYTES:
            return None
        parts.append(path.read_bytes())
    digest, current = kept.code(*CODE)
    if not current:
        return None
    parts += [digest, sys.version, sys.platform, *_packages()]
    parts += [f"{name}={value}" for name, value in sorted(os.environ.items()) if name.startswith(ENVIRONMENT)]
    return kept.key_of(*parts)


def read(key: str) -> Declared | None:
    """The graph that was kept under `key`, if the clock has changed nothing about it since."""
    content = kept.read(key)
    if content is None:
        return None
    entry = json.loads(content)
    since, until = (datetime.fromisoformat(entry[name]) for name in ("since", "until"))
    if not since <= datetime.now(UTC) < until:
        return None
    return Declared(entry["deployment"], tuple((level, text) for level, text in entry["notes"]))


def write(key: str, declared: Declared, since: datetime, until: datetime | None) -> None:
    """Keep `declared`, which is so from `since` until `until` (None: for good)."""
    end = datetime.max.replace(tzinfo=UTC) if until is None else until
    entry = {
        "since": since.isoformat(),
        "until": end.isoformat(),
        "notes": declared.notes,
        "deployment": declared.deployment,
    }
    kept.write(key, json.dumps(entry).encode())


def _packages() -> list[str]:
    """Names and versions of what is installed, as their folders are called."""
    folder = Path(sysconfig.get_path("purelib"))
    return sorted(entry.name for entry in os.scandir(folder) if entry.name.endswith((".dist-info", ".egg-info")))
