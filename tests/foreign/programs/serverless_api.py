"""A serverless API: HTTP API, functions, a topic that fans out to a queue with a dead-letter queue, a table."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}],
}

TWINS = {
    "a queue that anybody writes to": {"orders.policy": json.dumps(ANYBODY)},
    "a topic that anybody publishes to": {
        "events.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}],
            }
        )
    },
    "wildcard administrator": {"api-policy.policy": ADMINISTRATOR},
    "a password in the environment": {"api.environment.variables.DB_PASSWORD": "hunter2-and-more"},
    "a function that anybody calls": {"api-gateway.principal": "*", "api-gateway.sourceArn": None},
    "an access key in the environment": {"api.environment.variables.AWS_KEY": "AKIAIOSFODNN7EXAMPLE"},
}


def program():
    table = aws.dynamodb.Table(
        "orders",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        attributes=[{"name": "id", "type": "S"}],
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True},
    )
    dead = aws.sqs.Queue("dead", message_retention_seconds=1209600, sqs_managed_sse_enabled=True)
    queue = aws.sqs.Queue(
        "orders",
        visibility_timeout_seconds=180,
        sqs_managed_sse_enabled=True,
        redrive_policy=dead.arn.apply(lambda arn: json.dumps({"deadLetterTargetArn": arn, "maxReceiveCount": 5})),
    )
    topic = aws.sns.Topic("events", kms_master_key_id="alias/aws/sns")
    aws.sqs.QueuePolicy(
        "orders",
        queue_url=queue.url,
        policy=pulumi.Output.all(queue.arn, topic.arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "sns.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": arns[0],
                            "Condition": {"ArnEquals": {"aws:SourceArn": arns[1]}},
                        }
                    ],
                }
            )
        ),
    )
    aws.sns.TopicPolicy(
        "events",
        arn=topic.arn,
        policy=topic.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                            "Action": "sns:Publish",
                            "Resource": arn,
                        }
                    ],
                }
            )
        ),
    )
    aws.sns.TopicSubscription("orders", topic=topic.arn, protocol="sqs", endpoint=queue.arn)
    role = aws.iam.Role("api", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicyAttachment(
        "api-logs",
        role=role.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AWSLambdaBasicExecutionRole",
    )
    aws.iam.RolePolicy(
        "api-policy",
        role=role.name,
        policy=pulumi.Output.all(table.arn, topic.arn, queue.arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {"Effect": "Allow", "Action": ["dynamodb:GetItem", "dynamodb:PutItem"], "Resource": arns[0]},
                        {"Effect": "Allow", "Action": "sns:Publish", "Resource": arns[1]},
                        {
                            "Effect": "Allow",
                            "Action": ["sqs:ReceiveMessage", "sqs:DeleteMessage", "sqs:GetQueueAttributes"],
                            "Resource": arns[2],
                        },
                    ],
                }
            )
        ),
    )
    functions = {
        name: aws.lambda_.Function(
            name,
            role=role.arn,
            runtime="python3.13",
            handler=f"{name}.handler",
            memory_size=256,
            timeout=30,
            code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context): return {}")}),
            environment={"variables": {"TABLE": table.name, "TOPIC": topic.arn}},
        )
        for name in ("api", "worker")
    }
    aws.lambda_.EventSourceMapping("worker", event_source_arn=queue.arn, function_name=functions["worker"].arn)
    api = aws.apigatewayv2.Api("orders", protocol_type="HTTP")
    integration = aws.apigatewayv2.Integration(
        "api",
        api_id=api.id,
        integration_type="AWS_PROXY",
        integration_uri=functions["api"].invoke_arn,
        payload_format_version="2.0",
    )
    aws.apigatewayv2.Route(
        "orders",
        api_id=api.id,
        route_key="POST /orders",
        authorization_type="AWS_IAM",
        target=integration.id.apply(lambda identifier: f"integrations/{identifier}"),
    )
    aws.apigatewayv2.Stage("live", api_id=api.id, name="$default", auto_deploy=True)
    aws.lambda_.Permission(
        "api-gateway",
        action="lambda:InvokeFunction",
        function=functions["api"].name,
        principal="apigateway.amazonaws.com",
        source_arn=api.execution_arn.apply(lambda arn: f"{arn}/*/*"),
    )
