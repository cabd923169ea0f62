"""SNS and SQS: who hears of what."""

from __future__ import annotations

from typing import Any

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call, Context, Read
from workbench.emulator.rows import tagging

TOPIC_ATTRIBUTES = {
    "displayName": "DisplayName",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "policy": "Policy",
    "deliveryPolicy": "DeliveryPolicy",
    "tracingConfig": "TracingConfig",
    "signatureVersion": "SignatureVersion",
    "contentBasedDeduplication": "ContentBasedDeduplication",
    "fifoTopic": "FifoTopic",
}
SUBSCRIPTION_ATTRIBUTES = {
    "filterPolicy": "FilterPolicy",
    "filterPolicyScope": "FilterPolicyScope",
    "rawMessageDelivery": "RawMessageDelivery",
    "redrivePolicy": "RedrivePolicy",
    "deliveryPolicy": "DeliveryPolicy",
    "subscriptionRoleArn": "SubscriptionRoleArn",
}
QUEUE_ATTRIBUTES = {
    "delaySeconds": "DelaySeconds",
    "fifoQueue": "FifoQueue",
    "kmsDataKeyReusePeriodSeconds": "KmsDataKeyReusePeriodSeconds",
    "kmsMasterKeyId": "KmsMasterKeyId",
    "maxMessageSize": "MaximumMessageSize",
    "messageRetentionSeconds": "MessageRetentionPeriod",
    "policy": "Policy",
    "receiveWaitTimeSeconds": "ReceiveMessageWaitTimeSeconds",
    "redrivePolicy": "RedrivePolicy",
    "redriveAllowPolicy": "RedriveAllowPolicy",
    "sqsManagedSseEnabled": "SqsManagedSseEnabled",
    "visibilityTimeoutSeconds": "VisibilityTimeout",
}


def attributes(names: dict[str, str]) -> Any:
    """The declared ones of some properties as the API's attribute map; values are text there."""

    def declared(context: Context) -> dict[str, str] | None:
        found = {
            api: str(value).lower() if isinstance(value, bool) else str(value)
            for name, api in names.items()
            if (value := context.properties.get(name)) is not None
        }
        return found or None

    return declared


def setters(operation: str, names: dict[str, str], who: dict[str, Any]) -> tuple[Call, ...]:
    """One call an attribute, for APIs that set them one by one."""
    return tuple(
        Call(
            operation=operation,
            args={**who, "AttributeName": api, "AttributeValue": _value_of(name, api)},
            when=(name,),
        )
        for name, api in names.items()
    )


def _value_of(name: str, api: str) -> Any:
    return lambda context: (attributes({name: api})(context) or {}).get(api, "")


TYPES = (
    AwsType(
        pulumi_type=tokens.TOPIC[0],
        service="sns",
        name_property="name",
        name_length=256,
        create=Call(
            operation="create_topic",
            args={"Name": "{name}", "Attributes": attributes(TOPIC_ATTRIBUTES)},
            takes=("tags",),
        ),
        id="TopicArn",
        find=Read(
            operation="get_topic_attributes",
            args={"TopicArn": "arn:aws:sns:{region}:{account}:{name}"},
            item="Attributes.TopicArn",
        ),
        read=(Read(operation="get_topic_attributes", args={"TopicArn": "{id}"}, item="Attributes"),),
        live=TOPIC_ATTRIBUTES,
        not_kept=frozenset({"signatureVersion"}),
        update=setters("set_topic_attributes", TOPIC_ATTRIBUTES, {"TopicArn": "{id}"}),
        delete=Call(operation="delete_topic", args={"TopicArn": "{id}"}),
        outputs={"arn": "TopicArn", "owner": "Owner"},
        replaces=frozenset({"name", "namePrefix", "fifoTopic"}),
        tagging=tagging("tag_resource", "untag_resource", ResourceArn="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.TOPIC_POLICY[0],
        service="sns",
        create=Call(
            operation="set_topic_attributes",
            args={"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
        ),
        id="{arn}",
        read=(Read(operation="get_topic_attributes", args={"TopicArn": "{arn}"}, item="Attributes"),),
        live={"policy": "Policy", "arn": "TopicArn"},
        update=(
            Call(
                operation="set_topic_attributes",
                args={"TopicArn": "{arn}", "AttributeName": "Policy", "AttributeValue": "{policy}"},
            ),
        ),
        outputs={"owner": "Owner"},
        replaces=frozenset({"arn"}),
    ),
    AwsType(
        pulumi_type=tokens.TOPIC_SUBSCRIPTION[0],
        service="sns",
        create=Call(
            operation="subscribe",
            args={
                "TopicArn": "{topic}",
                "Protocol": "{protocol}",
                "Endpoint": "{endpoint}",
                "Attributes": attributes(SUBSCRIPTION_ATTRIBUTES),
                "ReturnSubscriptionArn": True,
            },
        ),
        id="SubscriptionArn",
        find=Read(
            operation="list_subscriptions_by_topic",
            args={"TopicArn": "{topic}"},
            item="Subscriptions[?Protocol=='{protocol}' && Endpoint=='{endpoint}'].SubscriptionArn",
        ),
        read=(Read(operation="get_subscription_attributes", args={"SubscriptionArn": "{id}"}, item="Attributes"),),
        live={**SUBSCRIPTION_ATTRIBUTES, "topic": "TopicArn", "protocol": "Protocol", "endpoint": "Endpoint"},
        update=setters("set_subscription_attributes", SUBSCRIPTION_ATTRIBUTES, {"SubscriptionArn": "{id}"}),
        delete=Call(operation="unsubscribe", args={"SubscriptionArn": "{id}"}),
        outputs={
            "arn": "SubscriptionArn",
            "ownerId": "Owner",
            "pendingConfirmation": "PendingConfirmation == 'true'",
        },
        unsent=frozenset({"confirmationTimeoutInMinutes", "endpointAutoConfirms"}),
        replaces=frozenset({"topic", "protocol", "endpoint"}),
    ),
    AwsType(
        pulumi_type=tokens.QUEUE[0],
        service="sqs",
        name_property="name",
        name_length=80,
        create=Call(
            operation="create_queue",
            args={"QueueName": "{name}", "Attributes": attributes(QUEUE_ATTRIBUTES), "tags": lambda c: c.get("tags")},
        ),
        id="QueueUrl",
        find=Read(operation="get_queue_url", args={"QueueName": "{name}"}, item="QueueUrl"),
        read=(
            Read(
                operation="get_queue_attributes",
                args={"QueueUrl": "{id}", "AttributeNames": ["All"]},
                item="Attributes",
            ),
        ),
        live=QUEUE_ATTRIBUTES,
        update=(
            Call(
                operation="set_queue_attributes",
                args={"QueueUrl": "{id}", "Attributes": attributes(QUEUE_ATTRIBUTES)},
            ),
        ),
        delete=Call(operation="delete_queue", args={"QueueUrl": "{id}"}),
        outputs={"arn": "QueueArn", "url": "{id}"},
        replaces=frozenset({"name", "namePrefix", "fifoQueue"}),
        tagging=tagging("tag_queue", "untag_queue", QueueUrl="{id}"),
    ),
    AwsType(
        pulumi_type=tokens.QUEUE_POLICY[0],
        service="sqs",
        create=Call(
            operation="set_queue_attributes",
            args={"QueueUrl": "{queueUrl}", "Attributes": lambda c: {"Policy": c["policy"]}},
        ),
        id="{queueUrl}",
        read=(
            Read(
                operation="get_queue_attributes",
                args={"QueueUrl": "{queueUrl}", "AttributeNames": ["Policy"]},
                item="Attributes",
            ),
        ),
        live={"policy": "Policy"},
        update=(
            Call(
                operation="set_queue_attributes",
                args={"QueueUrl": "{queueUrl}", "Attributes": lambda c: {"Policy": c["policy"]}},
            ),
        ),
        delete=Call(operation="set_queue_attributes", args={"QueueUrl": "{queueUrl}", "Attributes": {"Policy": ""}}),
        replaces=frozenset({"queueUrl"}),
    ),
)
