"""Elastic Load Balancing v2: listeners and their rules."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.elbv2_rows import TAGGING, own
from workbench.emulator.ownership import tag_list
from workbench.emulator.resource_type import AwsType, Call, Context
from workbench.emulator.rows import attribute_list, by_id, roots

LISTENER_ATTRIBUTES = {
    "routingHttpResponseServerEnabled": "routing.http.response.server.enabled",
    "routingHttpResponseStrictTransportSecurityHeaderValue": (
        "routing.http.response.strict_transport_security.header_value"
    ),
    "routingHttpResponseXContentTypeOptionsHeaderValue": "routing.http.response.x_content_type_options.header_value",
    "routingHttpResponseXFrameOptionsHeaderValue": "routing.http.response.x_frame_options.header_value",
    "routingHttpResponseContentSecurityPolicyHeaderValue": (
        "routing.http.response.content_security_policy.header_value"
    ),
}


_BLOCKS = {
    "forward": "ForwardConfig",
    "fixedResponse": "FixedResponseConfig",
    "redirect": "RedirectConfig",
    "authenticateOidc": "AuthenticateOidcConfig",
    "authenticateCognito": "AuthenticateCognitoConfig",
    "jwtValidation": "JwtValidationConfig",
    "forward.stickiness": "TargetGroupStickinessConfig",
    "forward.stickiness.duration": "DurationSeconds",
    "forward.targetGroups.arn": "TargetGroupArn",
}
"""A forward action's own target group and its weighted block are separate members of the API's action."""


def _action_renames(actions: str) -> dict[str, str]:
    return {**{f"{actions}.{name}": api for name, api in _BLOCKS.items()}, "*.messageBody": "MessageBody"}


def _conditions(context: Context) -> list[dict[str, Any]]:
    """Rule conditions: Pulumi names the kind by its block, the API by a Field and a Config."""
    fields = {
        "hostHeader": ("host-header", "HostHeaderConfig"),
        "httpHeader": ("http-header", "HttpHeaderConfig"),
        "httpRequestMethod": ("http-request-method", "HttpRequestMethodConfig"),
        "pathPattern": ("path-pattern", "PathPatternConfig"),
        "queryStrings": ("query-string", "QueryStringConfig"),
        "sourceIp": ("source-ip", "SourceIpConfig"),
    }
    result = []
    for condition in context.get("conditions") or []:
        for name, block in condition.items():
            field, config = fields[name]
            if name == "queryStrings":
                content: dict[str, Any] = {
                    "Values": [{key.capitalize(): value for key, value in pair.items()} for pair in block]
                }
            else:
                content = {key[0].upper() + key[1:]: value for key, value in block.items()}
            result.append({"Field": field, config: content})
    return result


_LISTENER_TAKES = ("port", "protocol", "sslPolicy", "alpnPolicy", "mutualAuthentication", "defaultActions")


def _certificates(context: Context) -> list[dict[str, str]] | None:
    return [{"CertificateArn": context["certificateArn"]}] if context.get("certificateArn") else None


TYPES = (
    AwsType(
        pulumi_type=tokens.LISTENER[0],
        service="elbv2",
        create=Call(
            operation="create_listener",
            args={
                "LoadBalancerArn": "{loadBalancerArn}",
                "Certificates": _certificates,
                "Tags": tag_list(),
            },
            takes=_LISTENER_TAKES,
        ),
        id="Listeners[0].ListenerArn",
        find=own("describe_listeners", "Listeners[?Port==`{port}`].ListenerArn", LoadBalancerArn="{loadBalancerArn}"),
        finds_own=True,
        renames={
            **_action_renames("defaultActions"),
            "mutualAuthentication.advertiseTrustStoreCaNames": "AdvertiseTrustStoreCaNames",
        },
        steps=(
            Call(
                operation="modify_listener_attributes",
                args={"ListenerArn": "{id}", "Attributes": attribute_list(LISTENER_ATTRIBUTES)},
                when=roots(LISTENER_ATTRIBUTES),
            ),
        ),
        read=(by_id("describe_listeners", "ListenerArns", "Listeners[0]"),),
        live={"certificateArn": "Certificates[0].CertificateArn"},
        update=(
            Call(
                operation="modify_listener",
                args={"ListenerArn": "{id}", "Certificates": _certificates},
                takes=_LISTENER_TAKES,
            ),
        ),
        delete=Call(operation="delete_listener", args={"ListenerArn": "{id}"}),
        outputs={"arn": "ListenerArn"},
        replaces=frozenset({"loadBalancerArn"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.LISTENER_RULE[0],
        service="elbv2",
        create=Call(
            operation="create_rule",
            args={
                "ListenerArn": "{listenerArn}",
                "Conditions": _conditions,
                "Priority": lambda c: c.get("priority", 1),
                "Tags": tag_list(),
            },
            takes=("actions",),
        ),
        id="Rules[0].RuleArn",
        find=own("describe_rules", "Rules[?Priority!='default'].RuleArn", ListenerArn="{listenerArn}"),
        finds_own=True,
        renames={**_action_renames("actions"), "conditions": "", "transforms": ""},
        read=(by_id("describe_rules", "RuleArns", "Rules[0]"),),
        update=(
            # One call a property: conditions must not carry the actions along, whose weights a rollout owns.
            Call(operation="modify_rule", args={"RuleArn": "{id}"}, takes=("actions",), when=("actions",)),
            Call(operation="modify_rule", args={"RuleArn": "{id}", "Conditions": _conditions}, when=("conditions",)),
            Call(
                operation="set_rule_priorities",
                args={"RulePriorities": lambda c: [{"RuleArn": c.id, "Priority": int(c["priority"])}]},
                when=("priority",),
            ),
        ),
        delete=Call(operation="delete_rule", args={"RuleArn": "{id}"}),
        outputs={"arn": "RuleArn"},
        replaces=frozenset({"listenerArn"}),
        tagging=TAGGING,
    ),
)
