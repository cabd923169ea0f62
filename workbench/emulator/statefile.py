"""What the in-process deploy knows of the resources it made; survives a crash at any point."""

from __future__ import annotations

import json
from dataclasses import asdict, dataclass, field
from pathlib import Path
from typing import Any


@dataclass
class Entry:
    """One existing resource."""

    urn: str
    type: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    dependencies: list[str]


@dataclass
class State:
    """All existing resources in the order of their creation, and what was under way."""

    entries: dict[str, Entry] = field(default_factory=dict)
    pending: list[str] = field(default_factory=list)
    """URNs whose creation was begun: after a crash they may exist or not."""
    doomed: list[Entry] = field(default_factory=list)
    """Replaced resources that still have to be deleted."""
    path: Path | None = None

    def save(self) -> None:
        """Write the state, all or nothing; a state without a path lives in memory only."""
        if self.path is None:
            return
        content = {
            "entries": [asdict(entry) for entry in self.entries.values()],
            "pending": self.pending,
            "doomed": [asdict(entry) for entry in self.doomed],
        }
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(json.dumps(content, default=str), encoding="utf-8")
        temporary.replace(self.path)

    @classmethod
    def load(cls, path: Path) -> State:
        """The state in a file, or an empty one that will be saved there."""
        if not path.exists():
            return cls(path=path)
        content = json.loads(path.read_text(encoding="utf-8"))
        return cls(
            entries={entry["urn"]: Entry(**entry) for entry in content["entries"]},
            pending=content["pending"],
            doomed=[Entry(**entry) for entry in content["doomed"]],
            path=path,
        )
