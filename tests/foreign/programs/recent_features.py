"""What AWS added last: tables in S3, groups of collections, functions on own machines, alarms in PromQL."""

import json

import pulumi_aws as aws

from foreign.parts import network

ANYBODY = {
    "Version": "2012-10-17",
    "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3tables:*", "Resource": "*"}],
}
TWINS = {
    "tables for everybody": {"tables-policy.resourcePolicy": json.dumps(ANYBODY)},
    "an alarm over nothing": {"cpu.evaluationCriteria": None},
    "a statement of no kind": {"api.rules[0].statement": {"byteMatch_Statement": {}}},
    "a deep statement without its part": {
        "api.rules[0].statement.managedRuleGroupStatement.scopeDownStatement.notStatement.statements[0]": {
            "byte_match_statement": {"search_string": "/upload"}
        }
    },
}


def program():
    net = network("net")
    key = aws.kms.Key("key", enable_key_rotation=True)
    tables = aws.s3tables.TableBucket(
        "tables", name="facts", encryption_configuration={"sse_algorithm": "AES256"}, force_destroy=False
    )
    aws.s3tables.TableBucketPolicy(
        "tables-policy",
        table_bucket_arn=tables.arn,
        resource_policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"AWS": "arn:aws:iam::123456789012:role/analysts"},
                        "Action": ["s3tables:GetTable", "s3tables:GetTableData"],
                        "Resource": "*",
                    }
                ],
            }
        ),
    )
    group = aws.opensearch.ServerlessCollectionGroup("search", name="search", standby_replicas="ENABLED")
    aws.opensearch.ServerlessCollection(
        "plants",
        name="plants",
        type="SEARCH",
        collection_group_name=group.name,
        encryption_configs=[{"kms_key_arn": key.arn}],
    )
    aws.lambda_.CapacityProvider(
        "machines",
        name="machines",
        permissions_config={"capacity_provider_operator_role_arn": "arn:aws:iam::123456789012:role/operator"},
        vpc_config={"subnet_ids": [one.id for one in net.private], "security_group_ids": ["sg-0123456789abcdef0"]},
        instance_requirements=[{"architectures": ["arm64"], "allowed_instance_types": ["m8g.large"]}],
        capacity_provider_scaling_configs=[{"scaling_mode": "Auto"}],
    )
    topic = aws.sns.Topic("oncall", kms_master_key_id="alias/oncall")
    aws.cloudwatch.MetricAlarm(
        "cpu",
        alarm_description="In PromQL, over what the collector writes.",
        evaluation_criteria={"promql_criteria": {"query": "avg(cpu_percent) > 80", "pending_period": 300}},
        evaluation_interval=60,
        alarm_actions=[topic.arn],
    )
    seen = {"cloudwatch_metrics_enabled": True, "metric_name": "api", "sampled_requests_enabled": True}
    uploads = {
        "byte_match_statement": {
            "search_string": "/upload",
            "positional_constraint": "STARTS_WITH",
            "field_to_match": {"uri_path": {}},
            "text_transformations": [{"priority": 0, "type": "NONE"}],
        }
    }
    common = {
        "name": "AWSManagedRulesCommonRuleSet",
        "vendor_name": "AWS",
        "scope_down_statement": {"not_statement": {"statements": [uploads]}},
    }
    aws.wafv2.WebAcl(
        "api",
        scope="REGIONAL",
        default_action={"allow": {}},
        visibility_config=seen,
        rules=[
            {
                "name": "common",
                "priority": 0,
                "override_action": {"none": {}},
                "statement": {"managed_rule_group_statement": common},
                "visibility_config": seen,
            }
        ],
    )
