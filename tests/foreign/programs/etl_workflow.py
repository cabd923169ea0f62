"""Nightly ETL: a schedule starts a state machine that runs a Glue job, crawls what it wrote, and tells of failures."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "wildcard administrator": {"steps.policy": ADMINISTRATOR},
    "a bucket that policies may open": {"lake.blockPublicPolicy": False},
    "a state without what follows": {
        "etl.definition": json.dumps(
            {
                "StartAt": "Run",
                "States": {"Run": {"Type": "Task", "Resource": "arn:aws:states:::glue:startJobRun.sync"}},
            }
        )
    },
}


def definition(values):
    job, topic, crawler = values
    failed = [{"ErrorEquals": ["States.ALL"], "ResultPath": "$.error", "Next": "Tell"}]
    return json.dumps(
        {
            "Comment": "Refines last night's files",
            "StartAt": "Run job",
            "States": {
                "Run job": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::glue:startJobRun.sync",
                    "Parameters": {"JobName": job, "Arguments": {"--day.$": "$.time"}},
                    "Retry": [{"ErrorEquals": ["Glue.ConcurrentRunsExceededException"], "IntervalSeconds": 60}],
                    "Catch": failed,
                    "Next": "Crawl",
                },
                "Crawl": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::aws-sdk:glue:startCrawler",
                    "Parameters": {"Name": crawler},
                    "Catch": failed,
                    "Next": "Wait",
                },
                "Wait": {"Type": "Wait", "Seconds": 30, "Next": "Look"},
                "Look": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::aws-sdk:glue:getCrawler",
                    "Parameters": {"Name": crawler},
                    "ResultSelector": {"state.$": "$.Crawler.State"},
                    "Next": "Ready?",
                },
                "Ready?": {
                    "Type": "Choice",
                    "Choices": [{"Variable": "$.state", "StringEquals": "READY", "Next": "Done"}],
                    "Default": "Wait",
                },
                "Tell": {
                    "Type": "Task",
                    "Resource": "arn:aws:states:::sns:publish",
                    "Parameters": {"TopicArn": topic, "Message.$": "States.JsonToString($.error)"},
                    "Next": "Failed",
                },
                "Done": {"Type": "Succeed"},
                "Failed": {"Type": "Fail", "Error": "EtlFailed"},
            },
        }
    )


def program():
    lake = aws.s3.Bucket("lake")
    aws.s3.BucketPublicAccessBlock(
        "lake",
        bucket=lake.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    script = aws.s3.BucketObjectv2(
        "script", bucket=lake.id, key="scripts/etl.py", source=pulumi.StringAsset("print('refined')")
    )
    glue = aws.iam.Role(
        "glue",
        assume_role_policy=trust("glue"),
        managed_policy_arns=["arn:aws:iam::aws:policy/service-role/AWSGlueServiceRole"],
        inline_policies=[
            {
                "name": "lake",
                "policy": lake.arn.apply(
                    lambda arn: allow(["s3:GetObject", "s3:PutObject", "s3:DeleteObject"], f"{arn}/*")
                ),
            }
        ],
    )
    job = aws.glue.Job(
        "etl",
        role_arn=glue.arn,
        glue_version="4.0",
        worker_type="G.1X",
        number_of_workers=2,
        command={"script_location": pulumi.Output.concat("s3://", lake.bucket, "/", script.key)},
        default_arguments={"--job-language": "python", "--enable-metrics": "true"},
    )
    catalog = aws.glue.CatalogDatabase("lake", name="lake")
    crawler = aws.glue.Crawler(
        "lake",
        database_name=catalog.name,
        role=glue.arn,
        s3_targets=[{"path": lake.bucket.apply(lambda name: f"s3://{name}/refined/")}],
    )
    topic = aws.sns.Topic("etl-failed", kms_master_key_id="alias/aws/sns")
    aws.sns.TopicSubscription("data-team", topic=topic.arn, protocol="email", endpoint="data@acme.example")
    logs = aws.cloudwatch.LogGroup("etl", name="/aws/vendedlogs/states/etl", retention_in_days=30)
    steps = aws.iam.Role("steps", assume_role_policy=trust("states"))
    aws.iam.RolePolicy(
        "steps",
        role=steps.id,
        policy=pulumi.Output.all(job.arn, topic.arn, crawler.arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": [
                                "glue:StartJobRun",
                                "glue:GetJobRun",
                                "glue:GetJobRuns",
                                "glue:BatchStopJobRun",
                            ],
                            "Resource": arns[0],
                        },
                        {"Effect": "Allow", "Action": "sns:Publish", "Resource": arns[1]},
                        {"Effect": "Allow", "Action": ["glue:StartCrawler", "glue:GetCrawler"], "Resource": arns[2]},
                        {
                            "Effect": "Allow",
                            "Action": [
                                "logs:CreateLogDelivery",
                                "logs:GetLogDelivery",
                                "logs:UpdateLogDelivery",
                                "logs:DeleteLogDelivery",
                                "logs:ListLogDeliveries",
                                "logs:PutResourcePolicy",
                                "logs:DescribeResourcePolicies",
                                "logs:DescribeLogGroups",
                            ],
                            "Resource": "*",
                        },
                    ],
                }
            )
        ),
    )
    machine = aws.sfn.StateMachine(
        "etl",
        role_arn=steps.arn,
        definition=pulumi.Output.all(job.name, topic.arn, crawler.name).apply(definition),
        logging_configuration={
            "level": "ERROR",
            "include_execution_data": False,
            "log_destination": logs.arn.apply(lambda arn: f"{arn}:*"),
        },
    )
    starter = aws.iam.Role("starter", assume_role_policy=trust("events"))
    aws.iam.RolePolicy(
        "starter", role=starter.id, policy=machine.arn.apply(lambda arn: allow("states:StartExecution", arn))
    )
    nightly = aws.cloudwatch.EventRule("nightly", schedule_expression="rate(1 day)")
    aws.cloudwatch.EventTarget("nightly", rule=nightly.name, arn=machine.arn, role_arn=starter.arn)
