"""Which AWS account a stack is in."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from typing import Final

from deployment.unknown import watched
from policies.context import Context

ACCOUNT: Final = re.compile(r"arn:[^:]*:[^:]*:[^:]*:(\d{12}):")


def is_own(accounts: Collection[str], context: Context) -> bool:
    """True when one of `accounts` is among those in the ARNs that the stack's resources have; any may be while none is
    known."""
    if context.once(_first) in accounts:
        return True
    own = context.once(_own)
    return not own or not own.isdisjoint(accounts)


def _first(context: Context) -> str | None:
    """The account of the stack, as the first of its resources tells that can: hardly a stack has another."""
    with watched(off=True):  # what others would tell is asked for where this is not enough
        return next(_told(context), None)


def _own(context: Context) -> frozenset[str]:
    return frozenset(_told(context))


def _told(context: Context) -> Iterator[str]:
    # An event target is declared with the ARN of what it delivers to, which may be in another account.
    for resource in context.graph:
        arn = resource.outputs.get("arn") if resource.custom and "arn" not in resource.inputs else None
        if isinstance(arn, str) and (match := ACCOUNT.match(arn)):
            yield match[1]
