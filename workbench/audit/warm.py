"""Judges an empty stack as soon as it is imported: whoever is forked from that process has rules and prices loaded."""

from __future__ import annotations

import datetime

from workbench.audit.examine import Terms, examine
from workbench.audit.location import Location

examine(
    Location("", "", "", "", ""), b'{"version": 3, "deployment": {"resources": []}}', Terms(datetime.date(2026, 1, 1))
)
