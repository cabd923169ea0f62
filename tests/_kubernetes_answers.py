"""What a real API server answered, as tests/fixtures/kubernetes_api.json has it."""

from __future__ import annotations

import copy
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

FILE = Path(__file__).parent / "fixtures" / "kubernetes_api.json"


def answers() -> Iterator[tuple[str, dict[str, Any], str | None]]:
    """(what was changed, object, why it was refused) of each answer; None: it was taken."""
    recorded = json.loads(FILE.read_text(encoding="utf-8"))
    for name, path, value, refusal in recorded["answers"]:
        document = value if name is None else copy.deepcopy(recorded["objects"][name])
        *steps, last = path or [None]
        holder = document
        for step in steps:
            holder = holder[step]
        if value == recorded["absent"]:
            del holder[last]
        elif path:
            holder[last] = value
        yield f"{document['kind']} {'/'.join(map(str, path))} {json.dumps(value)[:80]}", document, refusal
