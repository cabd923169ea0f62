"""ElastiCache: serverless caches, replication groups, users.

moto 5.2.5 has no serverless caches, user groups or parameter groups: those are validated, not emulated.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging

_ARN = "arn:aws:elasticache:{region}:{account}:"
TAGGING = tagging("add_tags_to_resource", "remove_tags_from_resource", ResourceName="{arn}")


def _authentication(context: Context) -> dict[str, Any] | None:
    mode = context.get("authenticationMode")
    if not mode:
        return None
    passwords = mode.get("passwords")
    return {"Type": mode["type"], **({"Passwords": passwords} if passwords else {})}


def _older(before: Any, after: Any) -> bool:
    """A version below the earlier one: that forces a new cache (terraform-provider-aws, engine_version.go, 2026)."""
    versions = [[int(part) for part in re.findall(r"\d+", str(version or ""))] for version in (after, before)]
    return bool(versions[0]) and versions[0] < versions[1]


def _other_than_to_valkey(before: Any, after: Any) -> bool:
    """Redis OSS becomes Valkey in place, and nothing else does (terraform-provider-aws #42208, 2025-04, #45204)."""
    return (str(before).lower(), str(after).lower()) != ("redis", "valkey")


def _replicas(*, more: bool) -> Callable[[Context], int | None]:
    """The new number of replicas, for the call that is about more, or less, of them."""

    def number(context: Context) -> int | None:
        before, after = context.state.get("numCacheClusters"), context.get("numCacheClusters")
        return int(after) - 1 if before is not None and (after > before) == more else None

    return number


def _count_call(operation: str, *, more: bool) -> Call:
    return Call(
        operation=operation,
        args={"ReplicationGroupId": "{id}", "NewReplicaCount": _replicas(more=more), "ApplyImmediately": True},
        when=("numCacheClusters",),
        needs="NewReplicaCount",
    )


TYPES = (
    AwsType(
        pulumi_type=tokens.SERVERLESS_CACHE[0],
        service="elasticache",
        name_property="name",
        name_length=40,
        create=Call(operation="create_serverless_cache", args={"ServerlessCacheName": "{name}"}, takes=None),
        id="{name}",
        renames={"snapshotArnsToRestores": "SnapshotArnsToRestore", "timeouts": ""},
        read=(
            Read(
                operation="describe_serverless_caches", args={"ServerlessCacheName": "{id}"}, item="ServerlessCaches[0]"
            ),
        ),
        delete=Call(operation="delete_serverless_cache", args={"ServerlessCacheName": "{id}"}),
        synthetic={
            "arn": _ARN + "serverlesscache:{name}",
            "endpoints": [{"address": "{name}-{uid}.serverless.use1.cache.amazonaws.com", "port": 6379}],
            "readerEndpoints": [{"address": "{name}-{uid}.serverless.use1.cache.amazonaws.com", "port": 6380}],
            "status": "available",
        },
        replaces=frozenset({"name", "kmsKeyId", "networkType", "subnetIds", "snapshotArnsToRestores"}),
        replaces_if={"engine": _other_than_to_valkey, "majorEngineVersion": _older},
    ),
    AwsType(
        pulumi_type=tokens.CACHE_USER_GROUP[0],
        service="elasticache",
        create=Call(operation="create_user_group", takes=None),
        id="{userGroupId}",
        delete=Call(operation="delete_user_group", args={"UserGroupId": "{id}"}),
        synthetic={"arn": _ARN + "usergroup:{userGroupId}"},
        replaces=frozenset({"userGroupId"}),
    ),
    AwsType(
        pulumi_type=tokens.CACHE_USER[0],
        service="elasticache",
        create=Call(operation="create_user", args={"AuthenticationMode": _authentication}, takes=None),
        id="{userId}",
        find=Read(operation="describe_users", args={"UserId": "{userId}"}, item="Users[0].UserId"),
        read=(Read(operation="describe_users", args={"UserId": "{id}"}, item="Users[0]"),),
        live={"authenticationMode": "Authentication.{type: Type}"},
        update=(
            Call(
                operation="modify_user",
                args={"UserId": "{id}", "AuthenticationMode": _authentication},
                takes=("accessString", "engine", "noPasswordRequired"),
                when=("accessString", "authenticationMode", "engine", "noPasswordRequired"),
            ),
        ),
        delete=Call(operation="delete_user", args={"UserId": "{id}"}),
        outputs={"arn": "ARN"},
        renames={"authenticationMode": "", "passwordsWo": "", "passwordsWoVersion": ""},
        replaces=frozenset({"userId", "userName"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.CACHE_SUBNET_GROUP[0],
        service="elasticache",
        name_property="name",
        name_length=255,
        create=Call(
            operation="create_cache_subnet_group",
            args={
                "CacheSubnetGroupName": "{name}",
                "CacheSubnetGroupDescription": lambda c: c.get("description", "Managed by Pulumi"),
            },
            takes=("subnetIds", "tags"),
        ),
        id="{name}",
        find=Read(
            operation="describe_cache_subnet_groups",
            args={"CacheSubnetGroupName": "{name}"},
            item="CacheSubnetGroups[0].CacheSubnetGroupName",
        ),
        read=(
            Read(
                operation="describe_cache_subnet_groups",
                args={"CacheSubnetGroupName": "{id}"},
                item="CacheSubnetGroups[0]",
            ),
        ),
        live={"subnetIds": "Subnets[].SubnetIdentifier", "description": "CacheSubnetGroupDescription"},
        update=(
            Call(operation="modify_cache_subnet_group", args={"CacheSubnetGroupName": "{id}"}, takes=("subnetIds",)),
        ),
        delete=Call(operation="delete_cache_subnet_group", args={"CacheSubnetGroupName": "{id}"}),
        outputs={"arn": _ARN + "subnetgroup:{name}"},
        replaces=frozenset({"name"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.CACHE_PARAMETER_GROUP[0],
        service="elasticache",
        name_property="name",
        name_length=255,
        create=Call(
            operation="create_cache_parameter_group",
            args={
                "CacheParameterGroupName": "{name}",
                "CacheParameterGroupFamily": "{family}",
                "Description": lambda c: c.get("description", "Managed by Pulumi"),
            },
            takes=("tags",),
        ),
        id="{name}",
        steps=(
            Call(
                operation="modify_cache_parameter_group",
                args={
                    "CacheParameterGroupName": "{id}",
                    "ParameterNameValues": lambda c: [
                        {"ParameterName": item["name"], "ParameterValue": str(item["value"])}
                        for item in c["parameters"]
                    ],
                },
                when=("parameters",),
            ),
        ),
        renames={"parameters": "", "family": "", "description": ""},
        synthetic={"arn": _ARN + "parametergroup:{name}"},
        replaces=frozenset({"name", "family", "description"}),
    ),
    AwsType(
        pulumi_type=tokens.REPLICATION_GROUP[0],
        service="elasticache",
        name_property="replicationGroupId",
        name_length=40,
        create=Call(operation="create_replication_group", takes=None),
        id="{replicationGroupId}",
        find=Read(
            operation="describe_replication_groups",
            args={"ReplicationGroupId": "{replicationGroupId}"},
            item="ReplicationGroups[0].ReplicationGroupId",
        ),
        renames={
            "description": "ReplicationGroupDescription",
            "nodeType": "CacheNodeType",
            "parameterGroupName": "CacheParameterGroupName",
            "subnetGroupName": "CacheSubnetGroupName",
            "maintenanceWindow": "PreferredMaintenanceWindow",
            "multiAzEnabled": "MultiAZEnabled",
            "preferredCacheClusterAzs": "PreferredCacheClusterAZs",
            "logDeliveryConfigurations.destination": "",
            "logDeliveryConfigurations.destinationType": "DestinationType",
        },
        read=(
            Read(
                operation="describe_replication_groups",
                args={"ReplicationGroupId": "{id}"},
                item="ReplicationGroups[0]",
            ),
        ),
        live={"description": "Description", "numCacheClusters": "length(MemberClusters || `[]`)"},
        update=(
            # Nodes come and go by calls of their own (terraform-provider-aws, replication_group.go).
            _count_call("increase_replica_count", more=True),
            _count_call("decrease_replica_count", more=False),
            Call(operation="modify_replication_group", args={"ReplicationGroupId": "{id}"}, takes=None),
        ),
        delete=Call(operation="delete_replication_group", args={"ReplicationGroupId": "{id}"}),
        outputs={
            "arn": "ARN",
            "primaryEndpointAddress": "NodeGroups[0].PrimaryEndpoint.Address || ConfigurationEndpoint.Address",
            "readerEndpointAddress": "NodeGroups[0].ReaderEndpoint.Address",
            "memberClusters": "MemberClusters",
        },
        replaces=frozenset(
            {
                "replicationGroupId",
                "atRestEncryptionEnabled",
                "kmsKeyId",
                "networkType",
                "port",
                "subnetGroupName",
                "dataTieringEnabled",
            }
        ),
        replaces_if={"engine": _other_than_to_valkey, "engineVersion": _older},
    ),
)
