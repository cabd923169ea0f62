"""Which AWS account a stack is in."""

from __future__ import annotations

import re
from typing import Final

from policies.context import Context

ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")


def own_accounts(context: Context) -> frozenset[str]:
    """Accounts in the ARNs that the stack's resources have; none while they are not known."""
    return context.once(_own_accounts)


def _own_accounts(context: Context) -> frozenset[str]:
    # An event target is declared with the ARN of what it delivers to, which may be in another account.
    found: set[str] = set()
    for resource in context.graph:
        arn = resource.outputs.get("arn") if resource.custom and "arn" not in resource.inputs else None
        if isinstance(arn, str) and (match := ACCOUNT.match(arn)):
            found.add(match[1])
    return frozenset(found)
