"""How a rollout reads and sets the sizes of its two fleets, whatever they run on."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

import pulumi

from components.access.iam_policy import Statement, allow
from components.workflow.states import State, call

STABLE_SIZE = "$.stable.size"
"""Where the size of the stable fleet is kept, which the canary gets."""


SIZE_BEFORE = "$.before.stableSize"
"""Where a rollback finds the size that the stable fleet had."""


class Sizing(Protocol):
    """States about sizes. Each `on_error` may be the state that follows anyway."""

    @property
    def holds_stable(self) -> bool:
        """Whether `hold_stable` keeps others from making the stable fleet smaller."""
        ...

    def read_stable(self, *, then: str, on_error: str) -> State:
        """Keep the stable fleet's size at `STABLE_SIZE`."""
        ...

    def size_canary(self, *, then: str, on_error: str) -> State:
        """Make the canary as large as the stable fleet was."""
        ...

    def hold_stable(self, *, then: str, on_error: str) -> State:
        """Keep what the stable fleet has, though its traffic goes: a rollback needs all of it at once."""
        ...

    def grow_stable(self, *, then: str) -> State:
        """Make the stable fleet as large as it was before (`SIZE_BEFORE`), as far as that works."""
        ...

    def release_stable(self, *, then: str) -> State:
        """Let the stable fleet shrink again."""
        ...

    def empty_canary(self, *, then: str) -> State:
        """Take all of the canary away, as far as that works."""
        ...

    def statements(self, scope: str) -> Sequence[Statement]:
        """What the workflow may do for it; `scope` is ``<region>:<account>``."""
        ...


@dataclass(frozen=True, kw_only=True)
class GroupSizing:
    """Sizes of auto-scaling groups."""

    group_names: Mapping[str, pulumi.Input[str]]
    """Fleet name (``stable``, ``canary``) -> name of its group."""

    @property
    def holds_stable(self) -> bool:
        """See `Sizing`: its instances are protected from scaling in."""
        return True

    def read_stable(self, *, then: str, on_error: str) -> State:
        """See `Sizing`. Instances that come or go can't be protected, and fail the call for all."""
        return call(
            "autoscaling",
            "describeAutoScalingGroups",
            {"AutoScalingGroupNames": [self.group_names["stable"]]},
            keep={
                "size.$": "$.AutoScalingGroups[0].DesiredCapacity",
                "instances.$": "$.AutoScalingGroups[0].Instances[?(@.LifecycleState == 'InService')].InstanceId",
            },
            at="$.stable",
            then=then,
            on_error=on_error,
        )

    def hold_stable(self, *, then: str, on_error: str) -> State:
        """See `Sizing`. Protection is nothing that a program declares, so `pulumi up` in between changes nothing."""
        return self._protect(True, then, on_error)

    def grow_stable(self, *, then: str) -> State:
        """See `Sizing`."""
        return self._update("stable", {"DesiredCapacity.$": SIZE_BEFORE}, then, then)

    def release_stable(self, *, then: str) -> State:
        """See `Sizing`. The instances are those last read: one that has gone since makes the call fail, and the others
        are then let go by their lifetime."""
        return self._protect(False, then, then)

    def _protect(self, protected: bool, then: str, on_error: str) -> State:
        return call(
            "autoscaling",
            "setInstanceProtection",
            {
                "AutoScalingGroupName": self.group_names["stable"],
                "InstanceIds.$": "$.stable.instances",
                "ProtectedFromScaleIn": protected,
            },
            then=then,
            on_error=on_error,
        )

    def size_canary(self, *, then: str, on_error: str) -> State:
        """See `Sizing`."""
        return self._update("canary", {"MinSize.$": STABLE_SIZE, "DesiredCapacity.$": STABLE_SIZE}, then, on_error)

    def empty_canary(self, *, then: str) -> State:
        """See `Sizing`."""
        return self._update("canary", {"MinSize": 0, "DesiredCapacity": 0}, then, then)

    def _update(self, fleet: str, sizes: Mapping[str, Any], then: str, on_error: str) -> State:
        name = {"AutoScalingGroupName": self.group_names[fleet]}
        return call("autoscaling", "updateAutoScalingGroup", {**name, **sizes}, then=then, on_error=on_error)

    def statements(self, scope: str) -> Sequence[Statement]:
        """See `Sizing`."""
        groups = [
            pulumi.Output.concat(f"arn:aws:autoscaling:{scope}:autoScalingGroup:*:autoScalingGroupName/", name)
            for name in self.group_names.values()
        ]
        return [
            allow(["autoscaling:DescribeAutoScalingGroups"], "*"),  # knows no resources
            allow(["autoscaling:SetInstanceProtection", "autoscaling:UpdateAutoScalingGroup"], groups),
        ]
