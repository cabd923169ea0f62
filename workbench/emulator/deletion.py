"""Which resources go first when several are deleted."""

from __future__ import annotations

from typing import TYPE_CHECKING

from workbench.emulator.registry import type_for

if TYPE_CHECKING:
    from collections.abc import Iterable, Sequence

    from workbench.emulator.statefile import Entry


def in_deletion_order(entries: Sequence[Entry]) -> list[Entry]:
    """Entries so that each comes before all that it depends on; the newest first where that leaves a choice."""
    by_urn: dict[str, list[Entry]] = {}
    for entry in entries:
        by_urn.setdefault(entry.urn, []).append(entry)
    placed: list[Entry] = []
    seen: set[int] = set()

    def place(entry: Entry, above: tuple[str, ...]) -> None:
        if id(entry) in seen:
            return
        for urn in entry.options.dependencies:
            if urn not in above:
                for other in by_urn.get(urn, ()):
                    place(other, (*above, entry.urn))
        seen.add(id(entry))
        placed.append(entry)

    for entry in entries:
        place(entry, ())
    return placed[::-1]


def resting_on(root: Entry, entries: Iterable[Entry]) -> list[Entry]:
    """What has to be deleted before a resource that is deleted and made anew: the outermost first.

    These are the resources with an input that comes from one of the condemned and whose change forces a replacement
    (the engine asks the provider with the value unknown), and those that are to be replaced with one of them.
    """
    found: list[Entry] = []
    condemned = {root.urn}
    for entry in entries:
        forcing = type_for(entry.type).replaces
        inputs = entry.options.property_dependencies
        if entry.urn != root.urn and (
            any(name in forcing and condemned & set(urns) for name, urns in inputs.items())
            or condemned & {*entry.options.replace_with, entry.options.deleted_with}
        ):
            condemned.add(entry.urn)
            found.append(entry)
    return found[::-1]
