"""Pods, the nodes that they run on, and the target groups that they are in."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any, Final

from deployment.decimals import number
from workbench.emulator.kubernetes.store import ApiError

if TYPE_CHECKING:
    from workbench.emulator.api import Api

NEVER: Final = datetime.max.replace(tzinfo=UTC)
DEFAULT_GRACE_SECONDS: Final = 30


@dataclass(frozen=True)
class Node:
    """What is left of a node for the stack's pods."""

    name: str
    zone: str
    vcpus: Decimal
    memory_bytes: Decimal


@dataclass
class Pod:
    """A pod, from its making to its end."""

    name: str
    owner: tuple[str, str]
    """Namespace and Deployment."""
    version: str
    """Hash of the template that it was made of."""
    labels: Mapping[str, str]
    spec: Mapping[str, Any]
    address: str
    node: Node | None = None
    ready_at: datetime = NEVER
    leaves_at: datetime | None = None
    """When it left its target groups; None while it is in them."""
    stops_at: datetime | None = None
    """When it stops serving; None while nobody ends it."""

    def is_ready(self, now: datetime) -> bool:
        """Whether it answers its probe."""
        return self.ready_at <= now


def stop_after(spec: Mapping[str, Any]) -> timedelta:
    """Time that a pod serves on after it is told to end: the longest sleep of its hooks, at most its grace period."""
    grace = number(spec.get("terminationGracePeriodSeconds", DEFAULT_GRACE_SECONDS)) or Decimal(0)
    sleeps = [
        number((((one.get("lifecycle") or {}).get("preStop") or {}).get("sleep") or {}).get("seconds")) or Decimal(0)
        for one in spec.get("containers") or ()
    ]
    return timedelta(seconds=int(min(grace, max(sleeps, default=Decimal(0)))))


@dataclass
class Targets:
    """The target groups of the emulated AWS, as the controller sees them."""

    api: Api
    registered: dict[str, set[str]] = field(default_factory=dict)
    """Target group -> addresses that the controller registered."""

    def be(self, group: str, addresses: set[str], port: int) -> None:
        """Register and deregister until the group has these addresses."""
        if group not in self.registered:
            found = self.api.call("elbv2", "describe_target_health", TargetGroupArn=group)
            self.registered[group] = {item["Target"]["Id"] for item in found["TargetHealthDescriptions"]}
        present = self.registered[group]
        for operation, difference in (
            ("register_targets", addresses - present),
            ("deregister_targets", present - addresses),
        ):
            if difference:
                targets = [{"Id": address, "Port": port} for address in sorted(difference)]
                self.api.call("elbv2", operation, TargetGroupArn=group, Targets=targets)
        self.registered[group] = addresses

    def release(self, group: str) -> None:
        """What the controller's finalizer does when a binding goes. Raises ApiError where the group is gone first."""
        from botocore.exceptions import ClientError

        try:
            self.be(group, set(), 0)
            self.api.call("elbv2", "describe_target_groups", TargetGroupArns=[group])
        except ClientError as error:
            raise ApiError(
                "Timeout", f"the finalizer elbv2.k8s.aws/resources waits for ever: its target group is gone ({error})"
            ) from error
        self.registered.pop(group, None)
