"""Writing what AWS WAF guards by a lock token."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.workflow.states import PATIENTLY, State, call, wait

STALE = ["Wafv2.WafOptimisticLockException", "Wafv2.WAFOptimisticLockException"]
"""Somebody else wrote since the token was read. Step Functions names errors as the SDK for Java 2 spells its classes,
the API itself writes WAF in capitals."""
STALE_WAIT_SECONDS = 5


def locked_write(
    what: str, named: Mapping[str, Any], parameters: Mapping[str, Any], *, verb: str, at: str, then: str
) -> dict[str, State]:
    """Read the lock token of `what` (``IPSet``, ``RuleGroup``), then write. A token that has become stale meanwhile is
    read anew, not sent again. The states begin with `verb`, the first one is called that."""
    read, write, again = verb, f"{verb} now", f"{verb} again"
    written = call("wafv2", f"update{what}", {**named, **parameters, "LockToken.$": f"{at}.token"}, then=then)
    written["Retry"] = [{"ErrorEquals": STALE, "MaxAttempts": 0}, *PATIENTLY]
    written["Catch"] = [{"ErrorEquals": STALE, "ResultPath": None, "Next": again}]
    return {
        read: call("wafv2", f"get{what}", named, keep={"token.$": "$.LockToken"}, at=at, then=write),
        write: written,
        again: wait(STALE_WAIT_SECONDS, then=read),
    }
