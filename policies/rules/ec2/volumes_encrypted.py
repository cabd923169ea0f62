"""Volumes are encrypted."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any, Final

from deployment.graph import Resource
from deployment.tokens import (
    ENCRYPTION_BY_DEFAULT,
    INSTANCE,
    LAUNCH_CONFIGURATION,
    LAUNCH_TEMPLATE,
    SPOT_REQUEST,
    VOLUME,
)
from policies.checks import is_absent, mappings, same
from policies.context import Context
from policies.examples import Example, each
from policies.finding import Risk, Severity
from policies.remediation import set_to
from policies.rule import Problem, Rule
from policies.table import must_be

if TYPE_CHECKING:
    from collections.abc import Iterator, Mapping

DEVICES: Final = ("rootBlockDevice", "ebsBlockDevices")
"""Where instances and launch configurations declare their volumes."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Every declared volume is encrypted; one of which nothing is said takes the account's default."""
    default = any(one.get("enabled", True) is True for one in context.graph.of_type(*ENCRYPTION_BY_DEFAULT))
    for path in encrypted_paths(resource):
        yield from must_be(path, True, *((None,) if default else ())).check(resource, context)


def encrypted_paths(resource: Resource) -> Iterator[str]:
    """Where each volume that `resource` declares says whether it is encrypted; a snapshot says it by itself."""
    if resource.type in VOLUME:
        if not resource.gives("snapshotId"):
            yield "encrypted"
    elif resource.type in LAUNCH_TEMPLATE:
        for index, device in enumerate(mappings(resource.get("blockDeviceMappings"))):
            if device.get("ebs") and is_absent(device["ebs"].get("snapshotId")):
                yield f"blockDeviceMappings[{index}].ebs.encrypted"
    else:
        if resource.gives("rootBlockDevice"):
            yield "rootBlockDevice.encrypted"
        for index, device in enumerate(mappings(resource.get("ebsBlockDevices"))):
            if is_absent(device.get("snapshotId")):
                yield f"ebsBlockDevices[{index}].encrypted"


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


_DEVICE: Final = {"deviceName": "/dev/xvda", "ebs": {"encrypted": "true"}}
_STACK: Final[Example] = {
    "template": (LAUNCH_TEMPLATE[0], {"blockDeviceMappings": [_DEVICE]}),
    "web": (INSTANCE[0], {"rootBlockDevice": {"encrypted": True}, "ebsBlockDevices": [{"encrypted": True}]}),
    "data": (VOLUME[0], {"encrypted": True}),
}

RULE = Rule(
    id="compute-volumes-encrypted",
    title="Volumes are encrypted",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="An unencrypted volume or snapshot gives its data to whoever gets hold of it.",
    fix="Set blockDeviceMappings[*].ebs.encrypted (rootBlockDevice.encrypted of an instance) to true.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-181",
    frameworks=("fsbp:EC2.3", "fsbp:EC2.181", "awsguard:encrypted-volumes", "pulumi:disallowUnencryptedBlockDevice"),
    types=(*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION, *SPOT_REQUEST, *VOLUME),
    reads_graph=True,
    check=check,
    remediate=encrypt,
    passing=_STACK,
    also_passing=each({"data": (VOLUME[0], {}), "default": (ENCRYPTION_BY_DEFAULT[0], {})}, {"default.enabled": True}),
    failing={"template": (LAUNCH_TEMPLATE[0], {"blockDeviceMappings": [{"ebs": {"encrypted": "false"}}]})},
    also_failing=each(
        _STACK,
        {"data.encrypted": None},
        {"data.encrypted": None, "default": (ENCRYPTION_BY_DEFAULT[0], {"enabled": False})},
        {"data.encrypted": False, "default": (ENCRYPTION_BY_DEFAULT[0], {})},
        {"web.rootBlockDevice": {"volumeSize": 20}},
        {"web.ebsBlockDevices[0].encrypted": False},
    ),
)
