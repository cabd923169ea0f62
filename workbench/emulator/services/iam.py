"""IAM: roles, policies, instance profiles, identity providers."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import earlier, tagging


def _provider_arn(context: Context) -> str:
    return f"arn:aws:iam::{context.account}:oidc-provider/{str(context['url']).removeprefix('https://')}"


MOST_VERSIONS = 5
"""Versions that a managed policy may have (IAM user guide, "IAM and AWS STS quotas", 2026-11)."""
_OTHER_VERSIONS = "__otherVersions"


def _oldest_version(context: Context) -> list[dict[str, Any]]:
    """The version that the provider takes away before it makes a sixth (terraform-provider-aws,
    internal/service/iam/policy.go, policyPruneVersions, 2026)."""
    others = sorted(context.state[_OTHER_VERSIONS], key=lambda version: int(version.removeprefix("v")))
    return [{"VersionId": others[0]}] if len(others) == MOST_VERSIONS - 1 else []


TYPES = (
    AwsType(
        pulumi_type=tokens.ROLE[0],
        service="iam",
        name_property="name",
        create=Call(
            operation="create_role",
            args={"RoleName": "{name}", "AssumeRolePolicyDocument": "{assumeRolePolicy}"},
            takes=("path", "description", "maxSessionDuration", "permissionsBoundary", "tags"),
        ),
        id="{name}",
        find=Read(operation="get_role", args={"RoleName": "{name}"}, item="Role.RoleName"),
        read=(Read(operation="get_role", args={"RoleName": "{id}"}, item="Role"),),
        live={
            "assumeRolePolicy": "AssumeRolePolicyDocument",
            "permissionsBoundary": "PermissionsBoundary.PermissionsBoundaryArn",
            "name": "RoleName",
        },
        update=(
            Call(
                operation="update_assume_role_policy",
                args={"RoleName": "{id}", "PolicyDocument": "{assumeRolePolicy}"},
                when=("assumeRolePolicy",),
            ),
            Call(
                operation="update_role",
                args={"RoleName": "{id}"},
                takes=("description", "maxSessionDuration"),
                when=("description", "maxSessionDuration"),
            ),
            Call(
                operation="put_role_permissions_boundary",
                args={"RoleName": "{id}", "PermissionsBoundary": "{permissionsBoundary}"},
                when=("permissionsBoundary",),
            ),
        ),
        delete=Call(operation="delete_role", args={"RoleName": "{id}"}),
        outputs={"arn": "Arn", "uniqueId": "RoleId", "createDate": "CreateDate"},
        defaults={"path": "/", "maxSessionDuration": 3600},
        unsent=frozenset({"forceDetachPolicies"}),
        replaces=frozenset({"name", "namePrefix", "path"}),
        tagging=tagging("tag_role", "untag_role", RoleName="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.ROLE_POLICY[0],
        service="iam",
        name_property="name",
        name_length=128,
        create=Call(
            operation="put_role_policy",
            args={"RoleName": "{role}", "PolicyName": "{name}", "PolicyDocument": "{policy}"},
        ),
        id="{role}:{name}",
        read=(Read(operation="get_role_policy", args={"RoleName": "{role}", "PolicyName": "{name}"}),),
        live={"policy": "PolicyDocument", "role": "RoleName", "name": "PolicyName"},
        update=(
            Call(
                operation="put_role_policy",
                args={"RoleName": "{role}", "PolicyName": "{name}", "PolicyDocument": "{policy}"},
            ),
        ),
        delete=Call(operation="delete_role_policy", args={"RoleName": "{role}", "PolicyName": "{name}"}),
        replaces=frozenset({"name", "namePrefix", "role"}),
    ),
    AwsType(
        pulumi_type=tokens.IAM_POLICY[0],
        service="iam",
        name_property="name",
        name_length=128,
        create=Call(
            operation="create_policy",
            args={"PolicyName": "{name}", "PolicyDocument": "{policy}"},
            takes=("path", "description", "tags"),
        ),
        id="Policy.Arn",
        find=Read(operation="list_policies", args={"Scope": "Local"}, item="Policies[?PolicyName=='{name}'].Arn | [0]"),
        read=(
            Read(operation="get_policy", args={"PolicyArn": "{id}"}, item="Policy"),
            Read(
                operation="list_policy_versions",
                args={"PolicyArn": "{id}"},
                item="Versions",
                under="versions",
            ),
        ),
        live={"policy": "versions[?IsDefaultVersion] | [0].Document", "name": "PolicyName"},
        reads_first=True,
        update=(
            Call(
                operation="delete_policy_version",
                args={"PolicyArn": "{id}"},
                each=_oldest_version,
                when=("policy",),
                removes=True,
            ),
            Call(
                operation="create_policy_version",
                args={"PolicyArn": "{id}", "PolicyDocument": "{policy}", "SetAsDefault": True},
                when=("policy",),
            ),
        ),
        delete=Call(operation="delete_policy", args={"PolicyArn": "{id}"}),
        outputs={
            "arn": "Arn",
            "policyId": "PolicyId",
            _OTHER_VERSIONS: "versions[?!IsDefaultVersion].VersionId",
        },
        defaults={"path": "/"},
        replaces=frozenset({"name", "namePrefix", "path", "description"}),
        tagging=tagging("tag_policy", "untag_policy", PolicyArn="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.ROLE_POLICY_ATTACHMENT[0],
        service="iam",
        create=Call(operation="attach_role_policy", args={"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        id="{role}/{policyArn}",
        read=(
            Read(
                operation="list_attached_role_policies",
                args={"RoleName": "{role}"},
                item="AttachedPolicies[?PolicyArn=='{policyArn}'] | [0]",
            ),
        ),
        delete=Call(operation="detach_role_policy", args={"RoleName": "{role}", "PolicyArn": "{policyArn}"}),
        replaces=frozenset({"role", "policyArn"}),
    ),
    AwsType(
        pulumi_type=tokens.INSTANCE_PROFILE[0],
        service="iam",
        name_property="name",
        name_length=128,
        create=Call(
            operation="create_instance_profile",
            args={"InstanceProfileName": "{name}"},
            takes=("path", "tags"),
        ),
        id="{name}",
        find=Read(
            operation="get_instance_profile",
            args={"InstanceProfileName": "{name}"},
            item="InstanceProfile.InstanceProfileName",
        ),
        # One role after the other, never a new profile (terraform-provider-aws, instance_profile.go, 2026).
        steps=(
            Call(
                operation="remove_role_from_instance_profile",
                args={"InstanceProfileName": "{id}", "RoleName": earlier("role")},
                when=("role",),
                needs="RoleName",
                removes=True,
            ),
            Call(
                operation="add_role_to_instance_profile",
                args={"InstanceProfileName": "{id}", "RoleName": "{role}"},
                when=("role",),
            ),
        ),
        read=(Read(operation="get_instance_profile", args={"InstanceProfileName": "{id}"}, item="InstanceProfile"),),
        live={"role": "Roles[0].RoleName", "name": "InstanceProfileName"},
        before_delete=(
            Call(
                operation="remove_role_from_instance_profile",
                args={"InstanceProfileName": "{id}", "RoleName": "{role}"},
                when=("role",),
            ),
        ),
        delete=Call(operation="delete_instance_profile", args={"InstanceProfileName": "{id}"}),
        outputs={"arn": "Arn", "uniqueId": "InstanceProfileId"},
        defaults={"path": "/"},
        replaces=frozenset({"name", "namePrefix", "path"}),
        tagging=tagging("tag_instance_profile", "untag_instance_profile", InstanceProfileName="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.OPEN_ID_PROVIDER[0],
        service="iam",
        create=Call(
            operation="create_open_id_connect_provider",
            args={
                "Url": "{url}",
                "ClientIDList": "{clientIdLists}",
                "ThumbprintList": lambda c: c.get("thumbprintLists"),
            },
            takes=("tags",),
        ),
        id="OpenIDConnectProviderArn",
        find=Read(
            operation="get_open_id_connect_provider",
            args={"OpenIDConnectProviderArn": _provider_arn},
            item="join('', ['arn:aws:iam::{account}:oidc-provider/', Url])",
        ),
        read=(Read(operation="get_open_id_connect_provider", args={"OpenIDConnectProviderArn": "{id}"}),),
        live={
            "clientIdLists": "ClientIDList",
            "thumbprintLists": "ThumbprintList",
            "url": "join('', ['https://', Url])",
        },
        delete=Call(operation="delete_open_id_connect_provider", args={"OpenIDConnectProviderArn": "{id}"}),
        outputs={"arn": "{id}"},
        replaces=frozenset({"url"}),
    ),
)
