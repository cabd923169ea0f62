"""EC2: launch templates."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator import mapping
from workbench.emulator.api import operation_model
from workbench.emulator.ec2_rows import ARN, TAGGING, tags_of
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import by_id

_RENAMES = {
    "vpcSecurityGroupIds": "SecurityGroupIds",
    "*.iamInstanceProfile.arn": "Arn",
    "tagSpecifications.tags": "Tags",
    "networkInterfaces.securityGroups": "Groups",
    "creditSpecification.cpuCredits": "CpuCredits",
    "metadataOptions.httpProtocolIpv6": "HttpProtocolIpv6",
    "ramDiskId": "RamDiskId",
}
_DATA_PROPERTIES = (
    "blockDeviceMappings",
    "capacityReservationSpecification",
    "cpuOptions",
    "creditSpecification",
    "disableApiStop",
    "disableApiTermination",
    "ebsOptimized",
    "enclaveOptions",
    "hibernationOptions",
    "iamInstanceProfile",
    "imageId",
    "instanceInitiatedShutdownBehavior",
    "instanceMarketOptions",
    "instanceRequirements",
    "instanceType",
    "keyName",
    "maintenanceOptions",
    "metadataOptions",
    "monitoring",
    "networkInterfaces",
    "placement",
    "privateDnsNameOptions",
    "tagSpecifications",
    "userData",
    "vpcSecurityGroupIds",
)


def launch_template_data(context: Context) -> dict[str, Any]:
    """The LaunchTemplateData of a declared launch template, by the names of the service model."""
    shape = operation_model("ec2", "create_launch_template").input_shape.members["LaunchTemplateData"]
    data = {}
    for name, value in context.properties.items():
        member = mapping.member_for(shape, name, _RENAMES)
        if member and value not in (None, [], {}) and name not in ("name", "description", "tags"):
            data[member] = mapping.to_api(shape.members[member], value, _RENAMES, name)
    return data


def _views() -> dict[str, str]:
    names = {"vpcSecurityGroupIds": "SecurityGroupIds"}
    return {name: "data." + names.get(name, name[0].upper() + name[1:]) for name in _DATA_PROPERTIES}


def _next_version(context: Context) -> str | None:
    return str(int(context.state.get("latestVersion", 1)) + 1) if context.get("updateDefaultVersion") else None


TYPES = (
    AwsType(
        pulumi_type=tokens.LAUNCH_TEMPLATE[0],
        service="ec2",
        name_property="name",
        name_length=125,
        create=Call(
            operation="create_launch_template",
            args={
                "LaunchTemplateName": "{name}",
                "VersionDescription": lambda c: c.get("description"),
                "LaunchTemplateData": launch_template_data,
                "TagSpecifications": tags_of("launch-template"),
                "ClientToken": "{mark}",
            },
        ),
        id="LaunchTemplate.LaunchTemplateId",
        find=Read(
            operation="describe_launch_templates",
            args={"LaunchTemplateNames": ["{name}"]},
            item="LaunchTemplates[].LaunchTemplateId",
        ),
        read=(
            by_id("describe_launch_templates", "LaunchTemplateIds", "LaunchTemplates[0]"),
            Read(
                operation="describe_launch_template_versions",
                args={"LaunchTemplateId": "{id}", "Versions": ["$Latest"]},
                item="LaunchTemplateVersions[0].LaunchTemplateData",
                under="data",
            ),
        ),
        live={
            **_views(),
            "name": "LaunchTemplateName",
            "networkInterfaces": "data.NetworkInterfaces[].{associatePublicIpAddress: AssociatePublicIpAddress, "
            "deleteOnTermination: DeleteOnTermination, securityGroups: Groups}",
        },
        update=(
            Call(
                operation="create_launch_template_version",
                args={
                    "LaunchTemplateId": "{id}",
                    "VersionDescription": lambda c: c.get("description"),
                    "LaunchTemplateData": launch_template_data,
                    "ClientToken": "{mark}",
                },
                when=(*_DATA_PROPERTIES, "description"),
            ),
            Call(
                operation="modify_launch_template",
                args={"LaunchTemplateId": "{id}", "DefaultVersion": _next_version},
                when=_DATA_PROPERTIES,
            ),
        ),
        delete=Call(operation="delete_launch_template", args={"LaunchTemplateId": "{id}"}),
        outputs={
            "arn": ARN + "launch-template/{id}",
            "latestVersion": "LatestVersionNumber",
            "defaultVersion": "DefaultVersionNumber",
        },
        renames=dict.fromkeys(_DATA_PROPERTIES, ""),
        unsent=frozenset({"updateDefaultVersion", "description"}),
        replaces=frozenset({"name", "namePrefix"}),
        tagging=TAGGING,
    ),
)
