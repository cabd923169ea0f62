"""WAF: web ACLs, rule groups, sets, associations and logging."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging

TAGGING = tagging("tag_resource", "untag_resource", ResourceARN="{arn}")


def response_bodies(context: Context) -> dict[str, Any] | None:
    """Custom response bodies: a list with keys in Pulumi, a map in the API."""
    bodies = {
        body["key"]: {"ContentType": body["contentType"], "Content": body["content"]}
        for body in context.get("customResponseBodies") or []
    }
    return bodies or None


def association_config(context: Context) -> dict[str, Any] | None:
    """Body inspection limits: a map from a kind of resource to its limit."""
    names = {"apiGateway": "API_GATEWAY", "cloudfront": "CLOUDFRONT", "cognitoUserPool": "COGNITO_USER_POOL"}
    limits = {}
    for block in (context.get("associationConfig") or {}).get("requestBodies") or []:
        for name, value in block.items():
            item = value[0] if isinstance(value, list) else value
            limits[names.get(name, name.upper())] = {"DefaultSizeInspectionLimit": item["defaultSizeInspectionLimit"]}
    return {"RequestBody": limits} if limits else None


_BODIES = {"CustomResponseBodies": response_bodies}
_WHERE: dict[str, Any] = {"Id": "{id}", "Name": "{name}", "Scope": "{scope}", "LockToken": "{lockToken}"}
_UPDATE_TAKES = (
    "description",
    "rules",
    "visibilityConfig",
    "defaultAction",
    "captchaConfig",
    "challengeConfig",
    "dataProtectionConfig",
)


def _named(kind: str, list_operation: str, list_item: str) -> Read:
    return Read(operation=list_operation, args={"Scope": "{scope}"}, item=f"{list_item}[?Name=='{{name}}'].Id | [0]")


def _get(kind: str, member: str) -> tuple[Read, ...]:
    args = {"Id": "{id}", "Name": "{name}", "Scope": "{scope}"}
    return (
        Read(operation=f"get_{kind}", args=args, item=member),
        Read(operation=f"get_{kind}", args=args, item="{token: LockToken}", under="lock"),
    )


_RENAMES = {
    "customResponseBodies": "",
    "associationConfig": "",
    "rules.statement.managedRuleGroupStatement.managedRuleGroupConfigs": "ManagedRuleGroupConfigs",
}

TYPES = (
    AwsType(
        pulumi_type=tokens.WEB_ACL[0],
        service="wafv2",
        name_property="name",
        name_length=128,
        create=Call(
            operation="create_web_acl",
            args={**_BODIES, "AssociationConfig": association_config},
            takes=(*_UPDATE_TAKES, "name", "scope", "tokenDomains", "tags"),
        ),
        id="Summary.Id",
        find=_named("web_acl", "list_web_acls", "WebACLs"),
        renames=_RENAMES,
        reads_first=True,
        read=_get("web_acl", "WebACL"),
        update=(Call(operation="update_web_acl", args={**_WHERE, **_BODIES}, takes=(*_UPDATE_TAKES, "tokenDomains")),),
        delete=Call(operation="delete_web_acl", args=_WHERE),
        outputs={"arn": "ARN", "lockToken": "lock.token", "capacity": "Capacity"},
        replaces=frozenset({"name", "namePrefix", "scope"}),
        not_kept=frozenset({"dataProtectionConfig"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.WAF_RULE_GROUP[0],
        service="wafv2",
        name_property="name",
        name_length=128,
        create=Call(
            operation="create_rule_group",
            args=_BODIES,
            takes=("name", "scope", "capacity", "description", "rules", "visibilityConfig", "tags"),
        ),
        id="Summary.Id",
        find=_named("rule_group", "list_rule_groups", "RuleGroups"),
        renames=_RENAMES,
        reads_first=True,
        read=_get("rule_group", "RuleGroup"),
        update=(
            Call(
                operation="update_rule_group",
                args={**_WHERE, **_BODIES},
                takes=("description", "rules", "visibilityConfig"),
            ),
        ),
        delete=Call(operation="delete_rule_group", args=_WHERE),
        outputs={"arn": "ARN", "lockToken": "lock.token"},
        replaces=frozenset({"name", "namePrefix", "scope", "capacity"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.IP_SET[0],
        service="wafv2",
        name_property="name",
        name_length=128,
        create=Call(operation="create_ip_set", args={"Addresses": lambda c: c.get("addresses") or []}, takes=None),
        id="Summary.Id",
        find=_named("ip_set", "list_ip_sets", "IPSets"),
        reads_first=True,
        read=_get("ip_set", "IPSet"),
        update=(
            Call(
                operation="update_ip_set",
                args={**_WHERE, "Addresses": lambda c: c.get("addresses") or []},
                takes=("description",),
            ),
        ),
        delete=Call(operation="delete_ip_set", args=_WHERE),
        outputs={"arn": "ARN", "lockToken": "lock.token"},
        replaces=frozenset({"name", "namePrefix", "scope", "ipAddressVersion"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.REGEX_PATTERN_SET[0],
        service="wafv2",
        name_property="name",
        name_length=128,
        create=Call(
            operation="create_regex_pattern_set",
            args={"RegularExpressionList": lambda c: _expressions(c)},
            takes=("name", "scope", "description", "tags"),
        ),
        id="Summary.Id",
        find=_named("regex_pattern_set", "list_regex_pattern_sets", "RegexPatternSets"),
        reads_first=True,
        read=_get("regex_pattern_set", "RegexPatternSet"),
        live={"regularExpressions": "RegularExpressionList"},
        update=(
            Call(
                operation="update_regex_pattern_set",
                args={**_WHERE, "RegularExpressionList": lambda c: _expressions(c)},
                takes=("description",),
            ),
        ),
        delete=Call(operation="delete_regex_pattern_set", args=_WHERE),
        outputs={"arn": "ARN", "lockToken": "lock.token"},
        replaces=frozenset({"name", "namePrefix", "scope"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.WEB_ACL_ASSOCIATION[0],
        service="wafv2",
        create=Call(operation="associate_web_acl", args={"WebACLArn": "{webAclArn}", "ResourceArn": "{resourceArn}"}),
        id="{webAclArn},{resourceArn}",
        read=(Read(operation="get_web_acl_for_resource", args={"ResourceArn": "{resourceArn}"}, item="WebACL"),),
        live={"webAclArn": "ARN"},
        delete=Call(operation="disassociate_web_acl", args={"ResourceArn": "{resourceArn}"}),
        replaces=frozenset({"webAclArn", "resourceArn"}),
    ),
    AwsType(
        pulumi_type=tokens.WEB_ACL_LOGGING[0],
        service="wafv2",
        create=Call(operation="put_logging_configuration", args={"LoggingConfiguration": lambda c: _logging(c)}),
        id="{resourceArn}",
        read=(
            Read(
                operation="get_logging_configuration",
                args={"ResourceArn": "{resourceArn}"},
                item="LoggingConfiguration",
            ),
        ),
        live={
            "resourceArn": "ResourceArn",
            "logDestinationConfigs": "LogDestinationConfigs",
            "redactedFields": "RedactedFields",
        },
        update=(Call(operation="put_logging_configuration", args={"LoggingConfiguration": lambda c: _logging(c)}),),
        delete=Call(operation="delete_logging_configuration", args={"ResourceArn": "{id}"}),
        replaces=frozenset({"resourceArn"}),
    ),
)


def _expressions(context: Context) -> list[dict[str, str]]:
    return [{"RegexString": item["regexString"]} for item in context.get("regularExpressions") or []]


def _logging(context: Context) -> dict[str, Any]:
    from workbench.emulator import mapping
    from workbench.emulator.api import operation_model

    shape = operation_model("wafv2", "put_logging_configuration").input_shape.members["LoggingConfiguration"]
    declared = {
        name: context.get(name)
        for name in ("resourceArn", "logDestinationConfigs", "redactedFields", "loggingFilter")
        if context.get(name)
    }
    renames = {"loggingFilter.filters.conditions": "Conditions"}
    configuration: dict[str, Any] = mapping.to_api(shape, declared, renames)
    return configuration
