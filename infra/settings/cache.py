"""``plant:cache``: the cache of a dedicated stack. A shared one uses the platform's (``plant:tenancy``)."""

from __future__ import annotations

from typing import Literal

from pydantic import Field

from infra.settings.base import Group


class CacheSettings(Group):
    """Valkey, serverless unless a node type is given."""

    engine_version: Literal[7, 8] = Field(default=8, description="Major version of Valkey.")
    data_max_gb: int = Field(
        default=1,
        ge=1,
        le=5,
        description="Most that a serverless cache may store and bill (GB, 1 to 5: full, 5 GB cost $306 a month).",
    )
    ecpu_max_per_second: int = Field(
        default=1_000,
        ge=1_000,
        le=15_000_000,
        description="Most processing a serverless cache may do and bill (ECPU/s, 1,000 to 15,000,000).",
    )
    node_type: str | None = Field(
        default=None,
        pattern=r"^cache\.[a-z0-9]+\.[a-z0-9]+$",
        description="Type of fixed nodes, e.g. cache.t4g.micro; absent: serverless, billed by what is stored.",
    )
    node_count: int = Field(
        default=2, ge=2, le=6, description="Nodes, the primary included (2 to 6: with one alone nothing fails over)."
    )
    key_prefix: str = Field(
        default="plant:",
        pattern=r"^[a-z][a-z0-9:_-]{0,31}$",
        description="Prefix of all keys that the application may touch.",
    )
    snapshot_retention_days: int = Field(
        default=1, ge=0, le=35, description="How long daily snapshots are kept (days, 0 to 35)."
    )
