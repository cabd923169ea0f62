"""Cognito user pools, for sign-in by a browser."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.ownership import own_by_tags, owner_tags
from workbench.emulator.resource_type import AwsType, Call, Read

TYPES = (
    AwsType(
        pulumi_type=tokens.USER_POOL[0],
        service="cognito-idp",
        name_property="name",
        name_length=128,
        create=Call(operation="create_user_pool", args={"PoolName": "{name}", "UserPoolTags": owner_tags}, takes=None),
        id="UserPool.Id",
        find=own_by_tags(
            Read(
                service="cognito-idp",
                operation="list_user_pools",
                args={"MaxResults": 60},
                item="UserPools[?Name=='{name}'].Id",
            ),
            Read(operation="describe_user_pool", args={"UserPoolId": "{id}"}, item="UserPool.UserPoolTags"),
        ),
        finds_own=True,
        renames={"schemas": "Schema", "tags": "UserPoolTags", "passwordPolicy": ""},
        read=(Read(operation="describe_user_pool", args={"UserPoolId": "{id}"}, item="UserPool"),),
        delete=Call(operation="delete_user_pool", args={"UserPoolId": "{id}"}),
        outputs={"arn": "Arn", "endpoint": "cognito-idp.{region}.amazonaws.com/{id}"},
        replaces=frozenset({"aliasAttributes", "usernameAttributes", "schemas"}),
    ),
)
