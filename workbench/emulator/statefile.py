"""What the in-process deploy knows of the resources it made; survives a crash at any point."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from deployment.urn import name_of
from workbench.emulator.options import Options


@dataclass
class Entry:
    """One resource that exists, or whose creation was begun (then without id and outputs)."""

    urn: str
    type: str
    id: str
    inputs: dict[str, Any]
    outputs: dict[str, Any]
    options: Options = field(default_factory=Options)
    """What the program asked of the engine when the resource was last deployed."""

    @property
    def name(self) -> str:
        """The logical name."""
        return name_of(self.urn)


@dataclass
class State:
    """All existing resources in the order of their creation, and what was under way."""

    entries: dict[str, Entry] = field(default_factory=dict)
    pending: dict[str, Entry] = field(default_factory=dict)
    """URN → creation that was begun: after a crash or a lost answer the resource may exist or not."""
    doomed: list[Entry] = field(default_factory=list)
    """Replaced resources that still have to be deleted."""
    path: Path | None = None

    def ids(self, token: str) -> set[str]:
        """Ids of all known resources of a type: nothing left behind by an interrupted run is among them."""
        return {entry.id for entry in (*self.entries.values(), *self.doomed) if entry.type == token}

    def dump(self) -> str:
        """The state as text; equal states give equal texts."""
        content = {"entries": [*self.entries.values()], "pending": [*self.pending.values()], "doomed": self.doomed}
        return json.dumps(content, default=_plain)

    def save(self) -> None:
        """Write the state, all or nothing; a state without a path lives in memory only."""
        if self.path is None:
            return
        temporary = self.path.with_suffix(".tmp")
        temporary.write_text(self.dump(), encoding="utf-8")
        temporary.replace(self.path)

    @classmethod
    def load(cls, path: Path) -> State:
        """The state in a file, or an empty one that will be saved there."""
        if not path.exists():
            return cls(path=path)
        content = json.loads(path.read_text(encoding="utf-8"))
        found = {kind: [_entry(item) for item in content[kind]] for kind in ("entries", "pending", "doomed")}
        return cls(
            entries={entry.urn: entry for entry in found["entries"]},
            pending={entry.urn: entry for entry in found["pending"]},
            doomed=found["doomed"],
            path=path,
        )


def _plain(value: Any) -> Any:
    return vars(value) if isinstance(value, Entry | Options) else str(value)


def _entry(item: dict[str, Any]) -> Entry:
    return Entry(**{**item, "options": Options(**item["options"])})
