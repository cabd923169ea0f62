"""Security policies of load balancers: which of them take no TLS below 1.2."""

from __future__ import annotations

from typing import Any, Final

MODERN: Final = (
    "ELBSecurityPolicy-TLS13-1-2-",
    "ELBSecurityPolicy-TLS13-1-3-",
    "ELBSecurityPolicy-TLS-1-2-",
    "ELBSecurityPolicy-FS-1-2-",
)
"""Beginnings of their names (Elastic Load Balancing user guide, "Security policies", 2026-11)."""
GOOD_POLICY: Final = "ELBSecurityPolicy-TLS13-1-2-2021-06"
"""The one that messages and examples name."""
OLDER_CIPHERS: Final = "-Ext0-"
"""In the name of a policy that takes TLS 1.0 as well."""


def is_modern(policy: Any) -> bool:
    """Whether the security policy of that name takes TLS 1.2 and newer alone."""
    return str(policy).startswith(MODERN) and OLDER_CIPHERS not in str(policy)
