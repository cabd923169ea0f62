"""Alarms by metric math, by anomaly, by expressions over many metrics, and one that is made of others."""

import json

import pulumi
import pulumi_aws as aws

TWINS = {
    "an alarm over a metric that isn't there": {"error-rate.metricQueries[0].expression": "errors / calls * 100"},
    "an alarm that returns two series": {"error-rate.metricQueries[1].returnData": True},
    "a topic that anybody publishes to": {
        "pages.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "sns:Publish", "Resource": "*"}],
            }
        )
    },
}


def metric(identifier, name, statistic="Sum", **more):
    return {
        "id": identifier,
        "metric": {
            "namespace": "AWS/Lambda",
            "metric_name": name,
            "period": 60,
            "stat": statistic,
            "dimensions": {"FunctionName": "checkout"},
        },
        **more,
    }


def program():
    topic = aws.sns.Topic("pages", kms_master_key_id="alias/pages")
    aws.sns.TopicPolicy(
        "pages",
        arn=topic.arn,
        policy=topic.arn.apply(
            lambda arn: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Principal": {"Service": "cloudwatch.amazonaws.com"},
                            "Action": "sns:Publish",
                            "Resource": arn,
                            "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}},
                        }
                    ],
                }
            )
        ),
    )
    rate = aws.cloudwatch.MetricAlarm(
        "error-rate",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=5,
        datapoints_to_alarm=3,
        threshold=1,
        metric_queries=[
            {"id": "rate", "expression": "100 * FILL(errors, 0) / MAX([errors, total])", "return_data": True},
            metric("errors", "Errors"),
            metric("total", "Invocations"),
        ],
    )
    latency = aws.cloudwatch.MetricAlarm(
        "latency",
        comparison_operator="GreaterThanUpperThreshold",
        evaluation_periods=3,
        threshold_metric_id="band",
        metric_queries=[
            metric("m1", "Duration", "p99", return_data=True),
            {"id": "band", "expression": "ANOMALY_DETECTION_BAND(m1, 3)", "label": "expected", "return_data": True},
        ],
    )
    aws.cloudwatch.MetricAlarm(
        "hot-partitions",
        comparison_operator="GreaterThanThreshold",
        evaluation_periods=1,
        threshold=0,
        metric_queries=[
            {
                "id": "q1",
                "expression": 'SELECT SUM(ThrottledRequests) FROM SCHEMA("AWS/DynamoDB", TableName, Operation)',
                "period": 300,
                "return_data": True,
            }
        ],
        treat_missing_data="notBreaching",
    )
    aws.cloudwatch.MetricAlarm(
        "other-account",
        comparison_operator="LessThanThreshold",
        evaluation_periods=2,
        threshold=1,
        metric_queries=[
            {
                "id": "beats",
                "account_id": "111122223333",
                "metric": {"namespace": "Acme", "metric_name": "Heartbeat", "period": 60, "stat": "SampleCount"},
                "return_data": True,
            }
        ],
        treat_missing_data="breaching",
    )
    aws.cloudwatch.MetricAlarm(
        "billing",
        namespace="AWS/Billing",
        metric_name="EstimatedCharges",
        dimensions={"Currency": "USD"},
        statistic="Maximum",
        period=21600,
        evaluation_periods=1,
        threshold=500,
        comparison_operator="GreaterThanThreshold",
        alarm_actions=[topic.arn],
    )
    aws.cloudwatch.MetricAlarm(
        "recover",
        namespace="AWS/EC2",
        metric_name="StatusCheckFailed_System",
        dimensions={"InstanceId": "i-0123456789abcdef0"},
        statistic="Minimum",
        period=60,
        evaluation_periods=2,
        threshold=0,
        comparison_operator="GreaterThanThreshold",
        alarm_actions=["arn:aws:automate:us-east-1:ec2:recover"],
    )
    aws.cloudwatch.CompositeAlarm(
        "checkout",
        alarm_name="checkout",
        alarm_rule=pulumi.Output.concat(
            "(ALARM(", rate.name, ") OR ALARM(", latency.name, ')) AND NOT ALARM("deployment-in-progress")'
        ),
        alarm_actions=[topic.arn],
        ok_actions=[topic.arn],
    )
