"""Faults on purpose: what can go wrong with a call, and a way to let every call of a run go wrong once.

Before the call takes effect: throttling, an error of AWS's own, access denied, no connection. After: the answer is lost
on the way, so the change was made and nobody knows; this is the one that makes orphans and duplicates. And the process
may be killed, before or after: then nothing is taken back, and only the state file tells what was.
"""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.deploy import Deployer, DeployError, Outcome

if TYPE_CHECKING:
    from workbench.emulator.api import Api, CallRecord
    from workbench.emulator.statefile import Entry


class KilledError(BaseException):
    """Stands for SIGKILL: no handler of the deploy catches it, so nothing is cleaned up."""


@dataclass(frozen=True)
class Fault:
    """One way for a call to go wrong."""

    name: str
    error: Callable[[CallRecord], BaseException]
    after: bool = False
    """The call takes effect first."""

    @property
    def kills(self) -> bool:
        """Whether the process ends with it."""
        return "killed" in self.name


def _answer(code: str, status: int, message: str) -> Callable[[CallRecord], BaseException]:
    def error(record: CallRecord) -> BaseException:
        from botocore.exceptions import ClientError

        answer: Any = {
            "Error": {"Code": code, "Message": message},
            "ResponseMetadata": {"HTTPStatusCode": status},
        }
        refusal: BaseException = ClientError(answer, record.operation)
        return refusal

    return error


def _no_connection(record: CallRecord) -> BaseException:
    from botocore.exceptions import ConnectTimeoutError

    timeout: BaseException = ConnectTimeoutError(endpoint_url=f"{record.service}.{record.operation}")
    return timeout


def _no_answer(record: CallRecord) -> BaseException:
    from botocore.exceptions import ReadTimeoutError

    timeout: BaseException = ReadTimeoutError(endpoint_url=f"{record.service}.{record.operation}")
    return timeout


_BROKEN = _answer("InternalFailure", 500, "The request processing has failed because of an unknown error")

REFUSALS = (
    Fault("throttled", _answer("ThrottlingException", 400, "Rate exceeded")),
    Fault("internal error", _BROKEN),
    Fault("access denied", _answer("AccessDeniedException", 403, "User is not authorized to perform this action")),
    Fault("not sent", _no_connection),
)
LOSSES = (Fault("answer lost", _no_answer, after=True), Fault("done, then internal error", _BROKEN, after=True))
KILLS = (
    Fault("killed before", lambda record: KilledError(record.operation)),
    Fault("killed after", lambda record: KilledError(record.operation), after=True),
)
FAULTS = (*REFUSALS, *LOSSES, *KILLS)

_ID = re.compile(r"[0-9a-f]{8,}(-[0-9a-f]{4,})*")

ATTEMPTS = 25
"""More failures of one resource, of each kind, than it has calls mean that it never converges."""


@dataclass
class Stutter:
    """Makes every distinct call of an API fail the first times that it is sent, once in each of some ways.

    All of these are before the call takes effect, or all after. With which of them a call begins goes round.
    """

    faults: Sequence[Fault]
    failed: dict[str, list[str]] = field(default_factory=dict)
    """Call → the names of the faults that it met with."""
    _first: dict[str, int] = field(default_factory=dict)

    def attach(self, api: Api) -> None:
        """Start failing."""
        [after] = {fault.after for fault in self.faults}
        api.on_call = None if after else self._fail
        api.on_answer = self._fail if after else None

    def times(self) -> Counter[str]:
        """Fault → the distinct calls that failed with it."""
        return Counter(name for names in self.failed.values() for name in names)

    def detach(self, api: Api) -> None:
        """Stop failing."""
        api.on_call = api.on_answer = None

    def _fail(self, record: CallRecord) -> None:
        # A resource that was taken back comes again under another id: its calls are still the same calls.
        params = _ID.sub("*", json.dumps(record.params, sort_keys=True, default=str))
        key = f"{record.service}.{record.operation} {params}"
        met = self.failed.setdefault(key, [])
        if len(met) < len(self.faults):
            first = self._first.setdefault(key, len(self._first))
            fault = self.faults[(first + len(met)) % len(self.faults)]
            met.append(fault.name)
            raise fault.error(record)


class PatientDeployer(Deployer):
    """Comes back to a resource that failed until it works, as repeated runs would; the ones before it are settled."""

    kinds: int = 1
    """In how many ways each call fails."""
    attempts: int = 0
    """Failed attempts so far."""

    def settle(self, item: dict[str, Any], inputs: dict[str, Any], outcome: Outcome) -> Entry:
        """Bring one resource to what is declared, however often it takes.

        Raises:
            DeployError: The same resource failed ATTEMPTS times for each kind of fault in a row.
        """
        for remaining in range(ATTEMPTS * self.kinds, 0, -1):
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
