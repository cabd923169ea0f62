"""One topic on which the alarms of all accounts of an organization meet the people on call."""

import json

import pulumi_aws as aws


def policy(arn, principal, condition):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": principal,
                    "Action": "sns:Publish",
                    "Resource": arn,
                    **({"Condition": condition} if condition else {}),
                }
            ],
        }
    )


ORGANIZATION = {"StringEquals": {"aws:SourceOrgID": "o-a1b2c3d4e5"}}

TWINS = {
    "a topic that anybody publishes to": {
        "oncall.policy": policy("arn:aws:sns:us-east-1:123456789012:oncall", "*", None)
    },
    "any account of AWS": {"oncall.policy": policy("arn:aws:sns:us-east-1:123456789012:oncall", {"AWS": "*"}, None)},
}


def program():
    key = aws.kms.Key(
        "oncall-key",
        enable_key_rotation=True,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:root"},
                        "Action": "kms:*",
                        "Resource": "*",
                    },
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudwatch.amazonaws.com"},
                        "Action": ["kms:Decrypt", "kms:GenerateDataKey*"],
                        "Resource": "*",
                    },
                ],
            }
        ),
    )
    topic = aws.sns.Topic("oncall", kms_master_key_id=key.id)
    aws.sns.TopicPolicy(
        "oncall",
        arn=topic.arn,
        policy=topic.arn.apply(lambda arn: policy(arn, {"Service": "cloudwatch.amazonaws.com"}, ORGANIZATION)),
    )
    aws.sns.TopicSubscription("pager", topic=topic.arn, protocol="https", endpoint="https://events.pager.example/acme")
    aws.sns.TopicSubscription("mail", topic=topic.arn, protocol="email", endpoint="oncall@acme.example")
