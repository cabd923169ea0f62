"""One group for all schedules of a stack."""

from __future__ import annotations

from collections.abc import Callable

import pulumi


def grouped_schedules(
    name: pulumi.Input[str],
) -> Callable[[pulumi.ResourceTransformationArgs], pulumi.ResourceTransformationResult | None]:
    """Transformation that puts the schedules beneath what it is given to into the group `name`.

    A schedule has no tags, its ARN begins with its group (Service Authorization Reference, "Amazon EventBridge
    Scheduler"), and all stacks' schedules have the same names: by the group alone can rights be given on one stack's.
    """

    def grouped(args: pulumi.ResourceTransformationArgs) -> pulumi.ResourceTransformationResult | None:
        if args.type_ != "aws:scheduler/schedule:Schedule":
            return None
        return pulumi.ResourceTransformationResult({**args.props, "group_name": name}, args.opts)

    return grouped
