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


PLACES: Final = ("snapshotId", "encrypted", "blockDeviceMappings", "rootBlockDevice", "ebsBlockDevices")
"""Properties that say it, and of which snapshot a volume is."""


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """Of no volume it is said that it is not encrypted."""
    for path in encrypted_paths(resource):
        yield from must_be(path, True, None).check(resource, context)


def check_default(resource: Resource, context: Context) -> Iterator[Problem]:
    """A declared volume of which nothing is said is encrypted by the account's default."""
    if any(one.get("enabled", True) is True for one in context.graph.of_type(*ENCRYPTION_BY_DEFAULT)):
        return
    for path in encrypted_paths(resource):
        if resource.get(path) is None:
            yield from must_be(path, True).check(resource, context)


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

_WHY: Final = "An unencrypted volume or snapshot gives its data to whoever gets hold of it."
_SOURCE: Final = "https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-181"
_TYPES: Final = (*LAUNCH_TEMPLATE, *INSTANCE, *LAUNCH_CONFIGURATION, *SPOT_REQUEST, *VOLUME)

RULES: Final = (
    Rule(
        id="compute-volumes-encrypted",
        title="Volumes are encrypted",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why=_WHY,
        fix="Set blockDeviceMappings[*].ebs.encrypted (rootBlockDevice.encrypted of an instance) to true.",
        source=_SOURCE,
        frameworks=(
            "fsbp:EC2.3",
            "fsbp:EC2.181",
            "awsguard:encrypted-volumes",
            "pulumi:disallowUnencryptedBlockDevice",
        ),
        types=_TYPES,
        check=check,
        reads=PLACES,
        remediate=encrypt,
        passing=_STACK,
        failing={"template": (LAUNCH_TEMPLATE[0], {"blockDeviceMappings": [{"ebs": {"encrypted": "false"}}]})},
        also_failing=each(
            _STACK,
            {"data.encrypted": False, "default": (ENCRYPTION_BY_DEFAULT[0], {})},
            {"web.ebsBlockDevices[0].encrypted": False},
        ),
    ),
    Rule(
        id="compute-volumes-encrypted-by-default",
        title="Volumes are encrypted, where nothing is said about it",
        severity=Severity.HIGH,
        risk=Risk.LEAK,
        why=_WHY,
        fix="Set encrypted of the volume to true, or add aws.ebs.EncryptionByDefault.",
        source=_SOURCE,
        frameworks=("fsbp:EC2.3", "fsbp:EC2.181", "fsbp:EC2.7"),
        types=_TYPES,
        reads_graph=True,
        check=check_default,
        reads=PLACES,
        passing=_STACK,
        also_passing=each(
            {"data": (VOLUME[0], {}), "default": (ENCRYPTION_BY_DEFAULT[0], {})}, {"default.enabled": True}
        ),
        failing={"template": (LAUNCH_TEMPLATE[0], {"blockDeviceMappings": [{"ebs": {"volumeSize": 20}}]})},
        also_failing=each(
            _STACK,
            {"data.encrypted": None, "default": (ENCRYPTION_BY_DEFAULT[0], {"enabled": False})},
            {"web.rootBlockDevice": {"volumeSize": 20}},
        ),
    ),
)
