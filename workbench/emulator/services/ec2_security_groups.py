"""EC2: security groups and their rules."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.ec2_rows import ARN, OWNED, TAGGING, owned, tags_of
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import by_id

_PEERS = {"cidrIpv4": "CidrIpv4", "cidrIpv6": "CidrIpv6", "prefixListId": "PrefixListId"}
_RULE_PROPERTIES = ("description", "ipProtocol", "fromPort", "toPort", *_PEERS, "referencedSecurityGroupId")
_READ_GROUP = by_id("describe_security_groups", "GroupIds", "SecurityGroups[0]")


_OPEN = (
    "{0}[].{{protocol: IpProtocol, fromPort: FromPort || `0`, toPort: ToPort || `0`, cidrBlocks: IpRanges[].CidrIp, "
    "ipv6CidrBlocks: Ipv6Ranges[].CidrIpv6, prefixListIds: PrefixListIds[].PrefixListId, "
    "securityGroups: UserIdGroupPairs[].GroupId}}"
)
"""The rules of a group as the provider tells them of one that declares none: whoever made them."""


def _close(when: str) -> Call:
    """Take away the open egress rule that AWS gives to each new group, as the provider does."""
    return Call(
        operation="revoke_security_group_egress",
        args={"GroupId": "{id}", "IpPermissions": [{"IpProtocol": "-1", "IpRanges": [{"CidrIp": "0.0.0.0/0"}]}]},
        when=(when,),
        removes=True,
    )


def _ports(context: Context) -> dict[str, Any]:
    """Protocol and ports; ports are left out for "all protocols", as the provider does."""
    protocol = str(context["ipProtocol"])
    if protocol == "-1":
        return {"IpProtocol": protocol}
    return {"IpProtocol": protocol, "FromPort": int(context["fromPort"]), "ToPort": int(context["toPort"])}


def _permission(context: Context) -> list[dict[str, Any]]:
    """One rule as the Authorize operations take it."""
    description = {"Description": context.get("description")} if context.get("description") else {}
    permission = _ports(context)
    if context.get("cidrIpv4"):
        permission["IpRanges"] = [{"CidrIp": context["cidrIpv4"], **description}]
    elif context.get("cidrIpv6"):
        permission["Ipv6Ranges"] = [{"CidrIpv6": context["cidrIpv6"], **description}]
    elif context.get("prefixListId"):
        permission["PrefixListIds"] = [{"PrefixListId": context["prefixListId"], **description}]
    else:
        permission["UserIdGroupPairs"] = [{"GroupId": context["referencedSecurityGroupId"], **description}]
    return [permission]


def _rule(context: Context) -> dict[str, Any]:
    """A rule as ModifySecurityGroupRules takes it."""
    names = {**_PEERS, "description": "Description", "referencedSecurityGroupId": "ReferencedGroupId"}
    return _ports(context) | {api: context.get(name) for name, api in names.items() if context.get(name)}


def _rule_type(pulumi_type: str, verb: str) -> AwsType:
    return AwsType(
        pulumi_type=pulumi_type,
        service="ec2",
        create=Call(
            operation=f"authorize_security_group_{verb}",
            args={
                "GroupId": "{securityGroupId}",
                "IpPermissions": _permission,
                "TagSpecifications": tags_of("security-group-rule"),
            },
        ),
        id="SecurityGroupRules[0].SecurityGroupRuleId",
        find=Read(
            operation="describe_security_group_rules",
            args={"Filters": [{"Name": "group-id", "Values": ["{securityGroupId}"]}]},
            item=f"SecurityGroupRules{OWNED}.SecurityGroupRuleId",
        ),
        finds_own=True,
        read=(by_id("describe_security_group_rules", "SecurityGroupRuleIds", "SecurityGroupRules[0]"),),
        delete=Call(
            operation=f"revoke_security_group_{verb}",
            args={"GroupId": "{securityGroupId}", "SecurityGroupRuleIds": ["{id}"]},
        ),
        live={
            **_PEERS,
            "securityGroupId": "GroupId",
            "referencedSecurityGroupId": "ReferencedGroupInfo.GroupId",
            "fromPort": "FromPort",
            "toPort": "ToPort",
            "ipProtocol": "IpProtocol",
            "description": "Description",
        },
        update=(
            Call(
                operation="modify_security_group_rules",
                args={
                    "GroupId": "{securityGroupId}",
                    "SecurityGroupRules": lambda c: [{"SecurityGroupRuleId": c.id, "SecurityGroupRule": _rule(c)}],
                },
                when=_RULE_PROPERTIES,
            ),
        ),
        not_kept=frozenset({"description"}),
        outputs={"arn": ARN + "security-group-rule/{id}", "securityGroupRuleId": "{id}"},
        replaces=frozenset({"securityGroupId"}),
        tagging=TAGGING,
    )


TYPES = (
    AwsType(
        pulumi_type=tokens.SECURITY_GROUP[0],
        service="ec2",
        name_property="name",
        name_length=255,
        create=Call(
            operation="create_security_group",
            args={"GroupName": "{name}", "TagSpecifications": tags_of("security-group")},
            takes=("vpcId", "description"),
        ),
        id="GroupId",
        find=owned("describe_security_groups", "SecurityGroups[].GroupId"),
        finds_own=True,
        steps=(_close(when="name"),),
        read=(_READ_GROUP,),
        delete=Call(operation="delete_security_group", args={"GroupId": "{id}"}),
        live={"name": "GroupName"},
        outputs={
            "arn": ARN + "security-group/{id}",
            "ownerId": "{account}",
            "ingress": _OPEN.format("IpPermissions"),
            "egress": _OPEN.format("IpPermissionsEgress"),
        },
        computed=frozenset({"ingress", "egress"}),
        defaults={"description": "Managed by Pulumi"},
        unsent=frozenset({"revokeRulesOnDelete"}),
        replaces=frozenset({"name", "namePrefix", "description", "vpcId"}),
        tagging=TAGGING,
    ),
    _rule_type(tokens.INGRESS_RULE[0], "ingress"),
    _rule_type(tokens.EGRESS_RULE[0], "egress"),
    AwsType(
        pulumi_type=tokens.DEFAULT_SECURITY_GROUP[0],
        service="ec2",
        # The group exists with its VPC: "creating" it looks it up and takes its rules away.
        create=Call(
            operation="describe_security_groups",
            args={
                "Filters": [{"Name": "vpc-id", "Values": ["{vpcId}"]}, {"Name": "group-name", "Values": ["default"]}]
            },
        ),
        id="SecurityGroups[0].GroupId",
        steps=(
            _close(when="vpcId"),
            Call(operation="create_tags", args={"Resources": ["{id}"]}, takes=("tags",), when=("tags",)),
        ),
        read=(_READ_GROUP,),
        outputs={"arn": ARN + "security-group/{id}", "name": "GroupName", "description": "Description"},
        replaces=frozenset({"vpcId"}),
        tagging=TAGGING,
    ),
)
