"""A bus that other accounts of the organization put events on, an archive, and a rule that forwards to another bus."""

import json

import pulumi_aws as aws

from foreign.parts import allow, trust

OTHERS_BUS = "arn:aws:events:us-east-1:111122223333:event-bus/audit"

ANYBODY = {"Effect": "Allow", "Principal": "*", "Action": "sqs:SendMessage", "Resource": "*"}

TWINS = {
    "a dead-letter queue that anybody writes to": {
        "dead.policy": json.dumps({"Version": "2012-10-17", "Statement": [ANYBODY]})
    },
    "a role that everybody takes": {
        "forward.assumeRolePolicy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}],
            }
        )
    },
    "a role that the bus can't take": {"forward.assumeRolePolicy": trust("lambda")},
}


def program():
    bus = aws.cloudwatch.EventBus("orders", name="orders")
    aws.cloudwatch.EventBusPolicy(
        "orders",
        event_bus_name=bus.name,
        policy=bus.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Sid": "Organization",
                            "Effect": "Allow",
                            "Principal": "*",
                            "Action": "events:PutEvents",
                            "Resource": arn,
                            "Condition": {"StringEquals": {"aws:PrincipalOrgID": "o-abcdefghij"}},
                        },
                        {
                            "Sid": "Partner",
                            "Effect": "Allow",
                            "Principal": {"AWS": "arn:aws:iam::444455556666:root"},
                            "Action": "events:PutEvents",
                            "Resource": arn,
                        },
                    ],
                }
            )
        ),
    )
    aws.cloudwatch.EventArchive("orders", event_source_arn=bus.arn, retention_days=30)
    queue = aws.sqs.Queue("dead", sqs_managed_sse_enabled=True)
    rule = aws.cloudwatch.EventRule(
        "forward",
        event_bus_name=bus.name,
        event_pattern=json.dumps(
            {"source": ["acme.orders"], "detail": {"total": [{"numeric": [">", 100]}], "state": [{"exists": True}]}}
        ),
    )
    aws.sqs.QueuePolicy(
        "dead",
        queue_url=queue.id,
        policy=rule.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "events.amazonaws.com"},
                            "Action": "sqs:SendMessage",
                            "Resource": "*",
                            "Condition": {"ArnEquals": {"aws:SourceArn": arn}},
                        }
                    ],
                }
            )
        ),
    )
    role = aws.iam.Role("forward", assume_role_policy=trust("events"))
    aws.iam.RolePolicy("forward", role=role.id, policy=allow("events:PutEvents", OTHERS_BUS))
    aws.cloudwatch.EventTarget(
        "forward",
        rule=rule.name,
        event_bus_name=bus.name,
        arn=OTHERS_BUS,
        role_arn=role.arn,
        dead_letter_config={"arn": queue.arn},
        retry_policy={"maximum_event_age_in_seconds": 3600, "maximum_retry_attempts": 8},
    )
