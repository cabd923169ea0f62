"""Where a stack's state is: what a listing tells of it before anybody reads it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Location:
    """The state of one stack in a backend, in a folder, or behind the CLI."""

    source: str
    """For people: the file, the object's URL, or the stack's full name; no credentials."""
    root: str
    """What it was found under, as `storage.opened` takes it; "" for what only this machine can read."""
    path: str
    """Path in the file system of `root`, or the stack's full name."""
    project: str
    """As the layout says; "" in the older one, and in a folder of exports."""
    stack: str
    size: int | None = None
    """Bytes; None where the listing doesn't say."""
    fingerprint: str = ""
    """Changes whenever the content does (an object's ETag); "" where only reading it tells."""
    lock: str = ""
    """Who holds the stack's lock, and since when; "" for nobody."""
