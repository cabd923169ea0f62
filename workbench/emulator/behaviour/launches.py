"""Launches of an Auto Scaling group: the events that they cause, and the zones that they go to."""

from __future__ import annotations

from datetime import datetime
from types import TracebackType
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from workbench.emulator.behaviour.answers import Answers

LAUNCHED = "EC2 Instance Launch Successful"
LAUNCH_FAILED = "EC2 Instance Launch Unsuccessful"
TERMINATED = "EC2 Instance Terminate Successful"


def launch_event(kind: str, group: dict[str, Any], instance: str, now: datetime, message: str = "") -> dict[str, Any]:
    """An event as EC2 Auto Scaling sends it (its user guide, "Event reference"); a message means that it failed."""
    arn = group["AutoScalingGroupARN"]
    return {
        "source": "aws.autoscaling",
        "detail-type": kind,
        "time": now.isoformat(),
        "region": arn.split(":")[3],
        "account": arn.split(":")[4],
        "resources": [arn],
        "detail": {
            "AutoScalingGroupName": group["AutoScalingGroupName"],
            "EC2InstanceId": instance,
            "StatusCode": "Failed" if message else "InProgress",
            "StatusMessage": message,
        },
    }


class Zones:
    """For the time of a ``with``, a group launches in the zones that are left.

    That is what a group does by itself where a launch fails in one zone (EC2 Auto Scaling user guide, "Auto Scaling
    group Availability Zone distribution", balanced best effort, the default). moto knows no lost zones, so the group's
    subnets are narrowed meanwhile.
    """

    def __init__(self, answers: Answers, described: dict[str, Any], lost: set[str]) -> None:
        self._answers = answers
        self._name = described["AutoScalingGroupName"]
        self._all = described["VPCZoneIdentifier"]
        self._left = self._all
        if lost:
            subnets = answers.call("ec2", "describe_subnets", SubnetIds=self._all.split(","))["Subnets"]
            left = [subnet["SubnetId"] for subnet in subnets if subnet["AvailabilityZone"] not in lost]
            self._left = ",".join(left) or self._all

    def __enter__(self) -> None:
        self._set(self._left)

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._set(self._all)

    def _set(self, subnets: str) -> None:
        if self._left != self._all:
            self._answers.call(
                "autoscaling",
                "update_auto_scaling_group",
                AutoScalingGroupName=self._name,
                VPCZoneIdentifier=subnets,
            )
