"""Orders in order: FIFO topic and queues, a filter, a pipe from a table's stream to a workflow, a redrive."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

TWINS = {
    "a queue that anybody reads": {
        "ledger.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sqs:ReceiveMessage", "Resource": "*"}
                ],
            }
        )
    },
    "wildcard administrator": {"pipe-policy.policy": ADMINISTRATOR},
}


def program():
    topic = aws.sns.Topic(
        "orders",
        name="orders.fifo",
        fifo_topic=True,
        content_based_deduplication=True,
        kms_master_key_id="alias/aws/sns",
    )
    dead = aws.sqs.Queue("dead", name="dead.fifo", fifo_queue=True, sqs_managed_sse_enabled=True)
    queue = aws.sqs.Queue(
        "ledger",
        name="ledger.fifo",
        fifo_queue=True,
        content_based_deduplication=True,
        deduplication_scope="messageGroup",
        fifo_throughput_limit="perMessageGroupId",
        kms_master_key_id="alias/ledger",
        kms_data_key_reuse_period_seconds=300,
        redrive_policy=pulumi.Output.json_dumps({"deadLetterTargetArn": dead.arn, "maxReceiveCount": 3}),
    )
    aws.sqs.RedriveAllowPolicy(
        "dead",
        queue_url=dead.id,
        redrive_allow_policy=pulumi.Output.json_dumps({"redrivePermission": "byQueue", "sourceQueueArns": [queue.arn]}),
    )
    aws.sqs.QueuePolicy(
        "ledger",
        queue_url=queue.id,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": "sqs:SendMessage",
                        "Resource": queue.arn,
                        "Condition": {"ArnEquals": {"aws:SourceArn": topic.arn}},
                    }
                ],
            }
        ),
    )
    aws.sns.TopicSubscription(
        "ledger",
        topic=topic.arn,
        protocol="sqs",
        endpoint=queue.arn,
        raw_message_delivery=True,
        filter_policy=json.dumps({"kind": ["paid", {"prefix": "refund"}]}),
    )
    table = aws.dynamodb.Table(
        "orders",
        billing_mode="PAY_PER_REQUEST",
        hash_key="id",
        range_key="at",
        attributes=[{"name": "id", "type": "S"}, {"name": "at", "type": "N"}],
        ttl={"attribute_name": "expires", "enabled": True},
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        deletion_protection_enabled=True,
    )
    runner = aws.iam.Role("runner", assume_role_policy=trust("states"))
    machine = aws.sfn.StateMachine(
        "ship",
        type="EXPRESS",
        role_arn=runner.arn,
        definition=json.dumps(
            {
                "StartAt": "Each",
                "States": {
                    "Each": {
                        "Type": "Map",
                        "MaxConcurrency": 5,
                        "ItemProcessor": {
                            "ProcessorConfig": {"Mode": "INLINE"},
                            "StartAt": "Pass",
                            "States": {"Pass": {"Type": "Pass", "End": True}},
                        },
                        "End": True,
                    }
                },
            }
        ),
    )
    pipe = aws.iam.Role("pipe", assume_role_policy=trust("pipes"))
    aws.iam.RolePolicy(
        "pipe-policy",
        role=pipe.id,
        policy=pulumi.Output.json_dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": [
                            "dynamodb:DescribeStream",
                            "dynamodb:GetRecords",
                            "dynamodb:GetShardIterator",
                            "dynamodb:ListStreams",
                        ],
                        "Resource": table.stream_arn,
                    },
                    {"Effect": "Allow", "Action": "states:StartExecution", "Resource": machine.arn},
                ],
            }
        ),
    )
    aws.pipes.Pipe(
        "ship",
        role_arn=pipe.arn,
        source=table.stream_arn,
        target=machine.arn,
        source_parameters={
            "dynamodb_stream_parameters": {"starting_position": "LATEST", "batch_size": 10},
            "filter_criteria": {"filters": [{"pattern": json.dumps({"eventName": ["INSERT"]})}]},
        },
        target_parameters={"step_function_state_machine_parameters": {"invocation_type": "FIRE_AND_FORGET"}},
    )
