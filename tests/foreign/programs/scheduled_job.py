"""A function that runs every night, and one that a schedule with a time zone starts."""

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

TWINS = {
    "wildcard administrator": {"report-policy.policy": ADMINISTRATOR},
    "a function that anybody calls": {"nightly.principal": "*", "nightly.sourceArn": None},
}


def program():
    role = aws.iam.Role("report", assume_role_policy=trust("lambda"))
    logs = aws.cloudwatch.LogGroup("report", name="/aws/lambda/report", retention_in_days=14)
    aws.iam.RolePolicy(
        "report-policy",
        role=role.id,
        policy=logs.arn.apply(
            lambda arn: (
                '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action":'
                f' ["logs:CreateLogStream", "logs:PutLogEvents"], "Resource": "{arn}:*"}}]}}'
            )
        ),
    )
    function = aws.lambda_.Function(
        "report",
        name="report",
        role=role.arn,
        runtime="python3.12",
        handler="index.handler",
        timeout=300,
        code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context): return {}")}),
    )
    rule = aws.cloudwatch.EventRule("nightly", schedule_expression="cron(0 3 * * ? *)")
    aws.cloudwatch.EventTarget("nightly", rule=rule.name, arn=function.arn)
    aws.lambda_.Permission(
        "nightly",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="events.amazonaws.com",
        source_arn=rule.arn,
    )
    caller = aws.iam.Role("caller", assume_role_policy=trust("scheduler"))
    aws.iam.RolePolicy(
        "caller",
        role=caller.id,
        policy=function.arn.apply(
            lambda arn: (
                '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action":'
                f' "lambda:InvokeFunction", "Resource": "{arn}"}}]}}'
            )
        ),
    )
    aws.scheduler.Schedule(
        "monthly",
        schedule_expression="cron(0 8 1 * ? *)",
        schedule_expression_timezone="Europe/Berlin",
        flexible_time_window={"mode": "OFF"},
        target={"arn": function.arn, "role_arn": caller.arn},
    )
