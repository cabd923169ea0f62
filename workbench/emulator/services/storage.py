"""S3 buckets, SSM parameters, resource groups."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator import mapping
from workbench.emulator.api import operation_model
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging


def lifecycle_rules(context: Context) -> dict[str, Any]:
    """Lifecycle rules in the API's form; a rule without a filter covers the whole bucket."""
    shape = operation_model("s3", "put_bucket_lifecycle_configuration").input_shape
    rules = shape.members["LifecycleConfiguration"].members["Rules"]
    renames = {"filter.and": "And"}
    translated: list[dict[str, Any]] = mapping.to_api(rules, context["rules"], renames)
    for rule in translated:
        rule.setdefault("Filter", {"Prefix": ""})
        rule["ID"] = rule.pop("ID", None) or context.uid
    return {"Rules": translated}


def _encryption(context: Context) -> dict[str, Any]:
    shape = operation_model("s3", "put_bucket_encryption").input_shape
    rules = shape.members["ServerSideEncryptionConfiguration"].members["Rules"]
    renames = {
        "*.applyServerSideEncryptionByDefault": "ApplyServerSideEncryptionByDefault",
        "applyServerSideEncryptionByDefault.kmsMasterKeyId": "KMSMasterKeyID",
        "applyServerSideEncryptionByDefault.sseAlgorithm": "SSEAlgorithm",
    }
    return {"Rules": mapping.to_api(rules, context["rules"], renames)}


def _bucket_part(
    pulumi_type: str, put: str, args: dict[str, Any], get: str, item: str, live: dict[str, str], delete: str
) -> AwsType:
    call = Call(operation=put, args={"Bucket": "{bucket}", **args})
    return AwsType(
        pulumi_type=pulumi_type,
        service="s3",
        create=call,
        id="{bucket}",
        read=(Read(operation=get, args={"Bucket": "{bucket}"}, item=item),),
        live=live,
        update=(call,),
        delete=Call(operation=delete, args={"Bucket": "{bucket}"}) if delete else None,
        unsent=frozenset({"skipDestroy", "expectedBucketOwner"}),
        replaces=frozenset({"bucket"}),
    )


_BLOCKS = ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")


def _tag_set(context: Context) -> dict[str, Any]:
    return {"TagSet": [{"Key": key, "Value": str(value)} for key, value in (context.get("tags") or {}).items()]}


TYPES = (
    AwsType(
        pulumi_type=tokens.BUCKET[0],
        service="s3",
        name_property="bucket",
        name_length=63,
        create=Call(
            operation="create_bucket",
            args={
                "Bucket": "{bucket}",
                "CreateBucketConfiguration": lambda c: (
                    None if c.region == "us-east-1" else {"LocationConstraint": c.region}
                ),
                "ObjectLockEnabledForBucket": lambda c: c.get("objectLockEnabled") or None,
            },
        ),
        id="{bucket}",
        find=Read(operation="list_buckets", item="Buckets[?Name=='{bucket}'].Name | [0]"),
        steps=(Call(operation="put_bucket_tagging", args={"Bucket": "{id}", "Tagging": _tag_set}, when=("tags",)),),
        read=(
            Read(
                operation="get_bucket_location",
                args={"Bucket": "{id}"},
                item="{location: LocationConstraint || 'us-east-1'}",
            ),
            Read(
                operation="get_bucket_tagging", args={"Bucket": "{id}"}, item="TagSet", under="TagSet", when=("tags",)
            ),
        ),
        live={"tags": "TagSet"},
        delete=Call(operation="delete_bucket", args={"Bucket": "{id}"}),
        outputs={
            "arn": "arn:aws:s3:::{bucket}",
            "bucketDomainName": "{bucket}.s3.amazonaws.com",
            "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
        },
        unsent=frozenset({"forceDestroy"}),
        replaces=frozenset({"bucket", "bucketPrefix", "objectLockEnabled"}),
    ),
    _bucket_part(
        tokens.BUCKET_POLICY[0],
        "put_bucket_policy",
        {"Policy": "{policy}"},
        "get_bucket_policy",
        "@",
        {"policy": "Policy"},
        "delete_bucket_policy",
    ),
    _bucket_part(
        tokens.BUCKET_PUBLIC_ACCESS_BLOCK[0],
        "put_public_access_block",
        {
            "PublicAccessBlockConfiguration": lambda c: {
                name[0].upper() + name[1:]: bool(c.get(name, False)) for name in _BLOCKS
            }
        },
        "get_public_access_block",
        "PublicAccessBlockConfiguration",
        {name: name[0].upper() + name[1:] for name in _BLOCKS},
        "delete_public_access_block",
    ),
    _bucket_part(
        tokens.BUCKET_LIFECYCLE[0],
        "put_bucket_lifecycle_configuration",
        {"LifecycleConfiguration": lifecycle_rules},
        "get_bucket_lifecycle_configuration",
        "@",
        {},
        "delete_bucket_lifecycle",
    ),
    _bucket_part(
        tokens.BUCKET_ENCRYPTION[0],
        "put_bucket_encryption",
        {"ServerSideEncryptionConfiguration": _encryption},
        "get_bucket_encryption",
        "ServerSideEncryptionConfiguration",
        {},
        "delete_bucket_encryption",
    ),
    _bucket_part(
        tokens.BUCKET_VERSIONING[0],
        "put_bucket_versioning",
        {"VersioningConfiguration": lambda c: {"Status": c["versioningConfiguration"]["status"]}},
        "get_bucket_versioning",
        "@",
        {"versioningConfiguration": "{status: Status}"},
        "",
    ),
    _bucket_part(
        tokens.BUCKET_OWNERSHIP[0],
        "put_bucket_ownership_controls",
        {"OwnershipControls": lambda c: {"Rules": [{"ObjectOwnership": c["rule"]["objectOwnership"]}]}},
        "get_bucket_ownership_controls",
        "OwnershipControls",
        {"rule": "Rules[0].{objectOwnership: ObjectOwnership}"},
        "delete_bucket_ownership_controls",
    ),
    AwsType(
        pulumi_type=tokens.PARAMETER[0],
        service="ssm",
        create=Call(
            operation="put_parameter",
            args={"Name": "{name}", "Value": lambda c: c.get("value") or c.get("insecureValue"), "Type": "{type}"},
            takes=("description", "tier", "dataType", "allowedPattern", "keyId", "tags"),
        ),
        id="{name}",
        find=Read(operation="get_parameter", args={"Name": "{name}"}, item="Parameter.Name"),
        renames={"value": "", "insecureValue": ""},
        read=(
            Read(operation="get_parameter", args={"Name": "{id}", "WithDecryption": True}, item="Parameter"),
            Read(
                operation="describe_parameters",
                args={"ParameterFilters": [{"Key": "Name", "Values": ["{id}"]}]},
                item="Parameters[0]",
                under="described",
            ),
        ),
        live={
            "value": "Value",
            "insecureValue": "Value",
            "description": "described.Description",
            "tier": "described.Tier",
            "allowedPattern": "described.AllowedPattern",
        },
        update=(
            Call(
                operation="put_parameter",
                args={
                    "Name": "{name}",
                    "Value": lambda c: c.get("value") or c.get("insecureValue"),
                    "Type": "{type}",
                    "Overwrite": True,
                },
                takes=("description", "tier", "dataType", "allowedPattern", "keyId"),
            ),
        ),
        delete=Call(operation="delete_parameter", args={"Name": "{id}"}),
        outputs={"arn": "ARN", "version": "Version"},
        unsent=frozenset({"overwrite"}),
        replaces=frozenset({"name", "dataType"}),
        tagging=tagging(
            "add_tags_to_resource", "remove_tags_from_resource", ResourceType="Parameter", ResourceId="{id}"
        ),
    ),
    AwsType(
        pulumi_type=tokens.RESOURCE_GROUP[0],
        service="resource-groups",
        name_property="name",
        name_length=128,
        create=Call(
            operation="create_group",
            args={
                "Name": "{name}",
                "ResourceQuery": lambda c: {
                    "Query": c["resourceQuery"]["query"],
                    "Type": c["resourceQuery"].get("type", "TAG_FILTERS_1_0"),
                },
            },
            takes=("description", "tags"),
        ),
        id="{name}",
        find=Read(operation="get_group", args={"GroupName": "{name}"}, item="Group.Name"),
        read=(
            Read(operation="get_group", args={"GroupName": "{id}"}, item="Group"),
            Read(
                operation="get_group_query", args={"GroupName": "{id}"}, item="GroupQuery.ResourceQuery", under="query"
            ),
        ),
        live={"resourceQuery": "query.{query: Query, type: Type}"},
        delete=Call(operation="delete_group", args={"GroupName": "{id}"}),
        outputs={"arn": "GroupArn"},
        replaces=frozenset({"name"}),
    ),
)
