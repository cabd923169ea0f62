"""Faults on purpose: each call of a deploy fails once, in turn, before it takes effect or after.

Before: throttling, an internal error, access denied (rotating). After: the answer is lost on the way, so the change was
made and nobody knows; this is the one that makes orphans and duplicates.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.deploy import Deployer, DeployError, Outcome

if TYPE_CHECKING:
    from workbench.emulator.api import Api, CallRecord
    from workbench.emulator.statefile import Entry

_ID = re.compile(r"[0-9a-f]{8,}(-[0-9a-f]{4,})*")

REFUSALS = (
    ("ThrottlingException", 400, "Rate exceeded"),
    ("InternalFailure", 500, "The request processing has failed because of an unknown error"),
    ("AccessDeniedException", 403, "User is not authorized to perform this action"),
)


ATTEMPTS = 25
"""More failures of one resource than it has calls mean that it never converges."""


@dataclass
class Stutter:
    """Makes every distinct call of an API fail the first time it is sent."""

    after: bool = False
    """Fail when the answer is due, not when the call is sent."""
    failed: dict[str, int] = field(default_factory=dict)
    """Call → number of times it was failed (always 1)."""

    def attach(self, api: Api) -> None:
        """Start failing."""
        api.on_call = None if self.after else self._fail
        api.on_answer = self._fail if self.after else None

    def detach(self, api: Api) -> None:
        """Stop failing."""
        api.on_call = api.on_answer = None

    def _fail(self, record: CallRecord) -> None:
        from botocore.exceptions import ClientError, ReadTimeoutError

        # A resource that was taken back comes again under another id: its calls are still the same calls.
        params = _ID.sub("*", json.dumps(record.params, sort_keys=True, default=str))
        key = f"{record.service}.{record.operation} {params}"
        if key in self.failed:
            return
        self.failed[key] = 1
        if self.after:
            raise ReadTimeoutError(endpoint_url=f"{record.service}.{record.operation}")
        code, status, message = REFUSALS[len(self.failed) % len(REFUSALS)]
        answer: dict[str, Any] = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        raise ClientError(answer, record.operation)


class PatientDeployer(Deployer):
    """Comes back to a resource that failed until it works, as repeated runs would; the ones before it are settled."""

    attempts: int = 0
    """Failed attempts so far."""

    def settle(self, item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> Entry:
        """Bring one resource to what is declared, however often it takes.

        Raises:
            DeployError: The same resource failed ATTEMPTS times in a row.
        """
        for remaining in range(ATTEMPTS, 0, -1):
            try:
                return super().settle(item, inputs, outcome)
            except DeployError:
                self.attempts += 1
                if remaining == 1:
                    raise
        raise AssertionError("unreachable")


def until_it_works(action: Callable[[], object], limit: int = 200) -> int:
    """Repeat a deploy or a destroy until it succeeds; gives the number of failed attempts.

    Raises:
        DeployError: It still fails after the limit.
    """
    for attempt in range(limit):
        try:
            action()
        except DeployError:
            if attempt == limit - 1:
                raise
        else:
            return attempt
    return limit
