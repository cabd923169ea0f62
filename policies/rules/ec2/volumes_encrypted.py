"""Volumes are encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from deployment.graph import Resource
from deployment.tokens import INSTANCE, LAUNCH_TEMPLATE, VOLUME
from deployment.unknown import UNKNOWN
from policies.checks import is_absent, mappings, same
from policies.context import Context
from policies.finding import Risk, Severity
from policies.remediation import set_to
from policies.rule import Problem, Rule, undecided
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Every block device of a launch template, instance or volume is encrypted."""
    if resource.type in VOLUME:
        yield from must_be("encrypted", True).check(resource, context)
        return
    if resource.type in INSTANCE:
        yield from must_be("rootBlockDevice.encrypted", True).check(resource, context)
        return
    devices = resource.get("blockDeviceMappings")
    if devices is UNKNOWN:
        yield undecided("blockDeviceMappings")
    elif not mappings(devices):
        yield Problem(
            "blockDeviceMappings is not set; give the root device with ebs.encrypted true", "blockDeviceMappings"
        )
    for index, device in enumerate(mappings(devices)):
        path = f"blockDeviceMappings[{index}].ebs.encrypted"
        if is_absent(device.get("noDevice")):
            yield from must_be(path, True).check(resource, context)


def encrypt(resource: Resource, settings: Mapping[str, Any]) -> Mapping[str, Any] | None:
    """Encrypts the volume, the instance's root device, or every declared device of a launch template."""
    if resource.type in VOLUME:
        return set_to("encrypted", True)(resource, settings)
    if resource.type in INSTANCE:
        return set_to("rootBlockDevice.encrypted", True)(resource, settings)
    devices = mappings(resource.inputs.get("blockDeviceMappings"))
    if not devices or all(same((mappings(device.get("ebs")) or [{}])[0].get("encrypted"), True) for device in devices):
        return None
    changed = [
        {**device, "ebs": {**(mappings(device.get("ebs")) or [{}])[0], "encrypted": "true"}} for device in devices
    ]
    return {**resource.inputs, "blockDeviceMappings": changed}


RULE = Rule(
    id="compute-volumes-encrypted",
    title="Volumes are encrypted",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="An unencrypted volume or snapshot gives its data to whoever gets hold of it.",
    fix="Set blockDeviceMappings[*].ebs.encrypted to true.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-181",
    frameworks=("fsbp:EC2.3", "fsbp:EC2.181", "awsguard:encrypted-volumes", "pulumi:disallowUnencryptedBlockDevice"),
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *VOLUME),
    check=check,
    remediate=encrypt,
    passing={
        "template": (
            LAUNCH_TEMPLATE[0],
            {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}]},
        )
    },
    failing={
        "template": (
            LAUNCH_TEMPLATE[0],
            {"blockDeviceMappings": [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "false"}}]},
        )
    },
)
