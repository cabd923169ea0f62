"""Meters in the field: each may speak as itself only, and what they say goes to a function."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import allow, trust

EVERYTHING = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Action": ["iot:*"], "Resource": ["*"]}],
}
TWINS = {
    "meters that do everything to all meters": {"meter.policy": json.dumps(EVERYTHING)},
    "a function that anybody calls": {"iot.principal": "*", "iot.sourceArn": None},
    "wildcard administrator": {"readings.policy": allow("*", "*")},
}


def program():
    here = "arn:aws:iot:us-east-1:123456789012"
    own = "${iot:Connection.Thing.ThingName}"
    aws.iot.ThingType("meter", name="meter")
    aws.iot.Policy(
        "meter",
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {"Effect": "Allow", "Action": "iot:Connect", "Resource": f"{here}:client/{own}"},
                    {"Effect": "Allow", "Action": "iot:Publish", "Resource": f"{here}:topic/meters/{own}/*"},
                    {"Effect": "Allow", "Action": "iot:Subscribe", "Resource": f"{here}:topicfilter/meters/{own}/cmd"},
                    {"Effect": "Allow", "Action": "iot:Receive", "Resource": f"{here}:topic/meters/{own}/cmd"},
                ],
            }
        ),
    )
    certificate = aws.iot.Certificate("first", active=True)
    thing = aws.iot.Thing("first", thing_type_name="meter")
    aws.iot.ThingPrincipalAttachment("first", thing=thing.name, principal=certificate.arn)
    table = aws.dynamodb.Table(
        "readings",
        billing_mode="PAY_PER_REQUEST",
        hash_key="meter",
        range_key="at",
        attributes=[{"name": "meter", "type": "S"}, {"name": "at", "type": "N"}],
        point_in_time_recovery={"enabled": True},
        server_side_encryption={"enabled": True},
    )
    role = aws.iam.Role("readings", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicy("readings", role=role.id, policy=table.arn.apply(lambda arn: allow("dynamodb:PutItem", arn)))
    function = aws.lambda_.Function(
        "readings",
        role=role.arn,
        runtime="python3.13",
        handler="readings.handler",
        code=pulumi.AssetArchive({"readings.py": pulumi.StringAsset("def handler(event, context): return {}")}),
        environment={"variables": {"TABLE": table.name}},
    )
    rule = aws.iot.TopicRule(
        "readings",
        name="readings",
        enabled=True,
        sql="SELECT *, topic(2) AS meter FROM 'meters/+/readings'",
        sql_version="2016-03-23",
        lambdas=[{"function_arn": function.arn}],
    )
    aws.lambda_.Permission(
        "iot",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="iot.amazonaws.com",
        source_arn=rule.arn,
    )
