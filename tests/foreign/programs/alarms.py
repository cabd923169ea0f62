"""Alarms as services have them: on metrics that fall, and on metrics that are told once a day."""

import pulumi_aws as aws

from foreign.parts import CERTIFICATE

TWINS = {
    "a topic that anybody publishes to": {
        "ops.policy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "sns:Publish", "Resource": "*"}]}'
    },
}

TARGETS = {"TargetGroup": "targetgroup/app/0123456789abcdef", "LoadBalancer": "app/web/0123456789abcdef"}
FALLING = (
    ("healthy-hosts", "AWS/ApplicationELB", "HealthyHostCount", "Minimum", 2, 60, TARGETS),
    ("free-storage", "AWS/RDS", "FreeStorageSpace", "Minimum", 5e9, 300, {"DBInstanceIdentifier": "main"}),
    ("free-memory", "AWS/ElastiCache", "FreeableMemory", "Average", 1e8, 300, {"CacheClusterId": "main-001"}),
    ("credits", "AWS/EC2", "CPUCreditBalance", "Minimum", 20, 300, {"InstanceId": "i-0a1b2c3d4e5f60718"}),
    ("nodes", "AWS/ES", "Nodes", "Minimum", 3, 86400, {"DomainName": "logs", "ClientId": "123456789012"}),
    ("certificate", "AWS/CertificateManager", "DaysToExpiry", "Minimum", 30, 86400, {"CertificateArn": CERTIFICATE}),
)
ARCHIVE = {"BucketName": "acme-archive", "StorageType": "StandardStorage"}
RISING = (
    ("bucket", "AWS/S3", "BucketSizeBytes", "Average", 1e12, 86400, ARCHIVE),
    ("bill", "AWS/Billing", "EstimatedCharges", "Maximum", 500, 21600, {"Currency": "USD"}),
)


def program():
    topic = aws.sns.Topic("ops")
    aws.sns.TopicPolicy(
        "ops",
        arn=topic.arn,
        policy=topic.arn.apply(
            lambda arn: (
                '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal":'
                f' {{"Service": "cloudwatch.amazonaws.com"}}, "Action": "sns:Publish", "Resource": "{arn}",'
                ' "Condition": {"StringEquals": {"aws:SourceAccount": "123456789012"}}}]}'
            )
        ),
    )
    aws.sns.TopicSubscription("chat", topic=topic.arn, protocol="https", endpoint="https://chat.acme.example/hooks/ops")
    for operator, alarms in (("LessThanThreshold", FALLING), ("GreaterThanThreshold", RISING)):
        for name, namespace, metric, statistic, threshold, period, dimensions in alarms:
            aws.cloudwatch.MetricAlarm(
                name,
                namespace=namespace,
                metric_name=metric,
                dimensions=dimensions,
                statistic=statistic,
                comparison_operator=operator,
                threshold=threshold,
                period=period,
                evaluation_periods=3 if period < 3600 else 1,
                treat_missing_data="breaching" if period < 3600 else "missing",
                alarm_actions=[topic.arn],
                ok_actions=[topic.arn],
            )
