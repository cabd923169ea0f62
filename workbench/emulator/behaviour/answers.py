"""Describing calls whose answers are kept until something changes: a poll a minute asks the same again and again."""

from __future__ import annotations

import json
from collections import Counter
from typing import TYPE_CHECKING, Any

from workbench.emulator.api import READING

if TYPE_CHECKING:
    from workbench.emulator.api import Api

_CHANGES_NOTHING_DESCRIBED = frozenset(
    {"delete_message_batch", "publish", "put_log_events", "put_metric_data", "receive_message", "send_message"}
)
"""Calls of other kinds after which every description is still true."""


_INSTANCES = frozenset({"autoscaling", "ec2", "elbv2"})
_CHANGES_TOO = {
    "autoscaling": _INSTANCES,
    "ec2": _INSTANCES,
    "elbv2": _INSTANCES | {"wafv2"},
    "wafv2": frozenset({"elbv2", "wafv2"}),
}
"""Service → services whose descriptions a change in it may alter; by default its own."""


class Answers:
    """An API that asks again only after somebody, through whichever client of this process, has changed something.

    What comes back is shared: read it, never change it.
    """

    def __init__(self, api: Api) -> None:
        self.api = api
        self._kept: dict[tuple[str, str, str], dict[str, Any]] = {}
        self._seen = 0
        self._changes: Counter[str] = Counter()

    @property
    def region(self) -> str:
        """Region of the API."""
        return self.api.region

    def call(self, service: str, operation: str, **params: Any) -> dict[str, Any]:
        """Call the API; a describing call is answered from before where nothing has changed since."""
        if not operation.startswith(READING):
            return self.api.call(service, operation, **params)
        self._forget_what_changed()
        key = service, operation, json.dumps(params, sort_keys=True, default=str)
        if key not in self._kept:
            answer = self.api.call(service, operation, **params)
            if any(hasattr(value, "read") for value in answer.values()):
                return answer  # a stream is read once
            self._kept[key] = answer
        return self._kept[key]

    def changes(self, service: str) -> int:
        """How often what a service describes may have changed; what follows from it stays until the next time."""
        self._forget_what_changed()
        return self._changes[service]

    def _forget_what_changed(self) -> None:
        new = self.api.calls[self._seen :]
        self._seen = len(self.api.calls)
        changed: set[str] = set()
        written: set[str] = set()
        for record in new:
            if (record.service, record.operation) == ("ssm", "put_parameter"):
                written.add(record.params["Name"])
            elif not record.operation.startswith(READING) and record.operation not in _CHANGES_NOTHING_DESCRIBED:
                changed |= _CHANGES_TOO.get(record.service, {record.service})
        self._changes.update(changed)
        if changed or written:
            self._kept = {
                key: answer
                for key, answer in self._kept.items()
                if key[0] not in changed and not (written and key[0] == "ssm" and not _is_of_another(key, written))
            }


def _is_of_another(key: tuple[str, str, str], written: set[str]) -> bool:
    """Whether an answer is one parameter's that was not written; a rollout writes one a look and reads two."""
    _, operation, asked = key
    if operation != "get_parameter":
        return False
    name = json.loads(asked)["Name"]
    return ":" not in name and name not in written  # with a colon it is an ARN, or a version of one
