"""KMS: keys and their aliases."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.ownership import own_by_tags, tag_list
from workbench.emulator.resource_type import AwsType, Call, Read
from workbench.emulator.rows import tagging

TYPES = (
    AwsType(
        pulumi_type=tokens.KEY[0],
        service="kms",
        create=Call(
            operation="create_key",
            args={
                "Tags": tag_list("TagKey", "TagValue"),
                "KeySpec": lambda c: c.get("customerMasterKeySpec"),
            },
            takes=("description", "policy", "keyUsage", "multiRegion", "bypassPolicyLockoutSafetyCheck"),
        ),
        id="KeyMetadata.KeyId",
        find=own_by_tags(
            Read(service="kms", operation="list_keys", item="Keys[].KeyId"),
            Read(operation="list_resource_tags", args={"KeyId": "{id}"}, item="Tags"),
        ),
        finds_own=True,
        steps=(
            Call(
                operation="enable_key_rotation",
                args={"KeyId": "{id}"},
                takes=("rotationPeriodInDays",),
                when=("enableKeyRotation", "rotationPeriodInDays"),
            ),
        ),
        read=(
            # A key that waits for its deletion is as good as gone.
            Read(
                operation="describe_key",
                args={"KeyId": "{id}"},
                item="[KeyMetadata][?KeyState!='PendingDeletion'] | [0]",
            ),
            Read(operation="get_key_policy", args={"KeyId": "{id}", "PolicyName": "default"}, under="policy"),
            Read(operation="get_key_rotation_status", args={"KeyId": "{id}"}, under="rotation"),
        ),
        live={
            "policy": "policy.Policy",
            "enableKeyRotation": "rotation.KeyRotationEnabled",
            "rotationPeriodInDays": "rotation.RotationPeriodInDays",
        },
        update=(
            Call(
                operation="put_key_policy",
                args={"KeyId": "{id}", "PolicyName": "default", "Policy": "{policy}"},
                when=("policy",),
            ),
            Call(
                operation="update_key_description",
                args={"KeyId": "{id}", "Description": "{description}"},
                when=("description",),
            ),
        ),
        delete=Call(
            operation="schedule_key_deletion",
            args={"KeyId": "{id}", "PendingWindowInDays": lambda c: int(c.get("deletionWindowInDays", 30))},
        ),
        outputs={"arn": "Arn", "keyId": "KeyId"},
        unsent=frozenset({"deletionWindowInDays", "isEnabled"}),
        replaces=frozenset({"customerMasterKeySpec", "keyUsage", "multiRegion", "customKeyStoreId"}),
        tagging=tagging("tag_resource", "untag_resource", KeyId="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.KEY_ALIAS[0],
        service="kms",
        create=Call(operation="create_alias", args={"AliasName": "{name}", "TargetKeyId": "{targetKeyId}"}),
        id="{name}",
        find=Read(operation="list_aliases", item="Aliases[?AliasName=='{name}'].AliasName"),
        read=(Read(operation="list_aliases", item="Aliases[?AliasName=='{name}'] | [0]"),),
        update=(Call(operation="update_alias", args={"AliasName": "{name}", "TargetKeyId": "{targetKeyId}"}),),
        delete=Call(operation="delete_alias", args={"AliasName": "{name}"}),
        outputs={"arn": "arn:aws:kms:{region}:{account}:{name}"},
        replaces=frozenset({"name", "namePrefix"}),
    ),
)
