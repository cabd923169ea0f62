"""A table with provisioned capacity that scales, a stream, and its reader's role."""

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "wildcard administrator": {"reader-policy.policy": ADMINISTRATOR},
    "rights over all of IAM": {"reader-policy.policy": allow("iam:*", "*")},
}


def program():
    table = aws.dynamodb.Table(
        "games",
        billing_mode="PROVISIONED",
        read_capacity=5,
        write_capacity=5,
        hash_key="player",
        range_key="game",
        attributes=[{"name": "player", "type": "S"}, {"name": "game", "type": "S"}],
        stream_enabled=True,
        stream_view_type="NEW_AND_OLD_IMAGES",
        point_in_time_recovery={"enabled": True},
        ttl={"attribute_name": "expires", "enabled": True},
    )
    for kind in ("Read", "Write"):
        target = aws.appautoscaling.Target(
            kind.lower(),
            service_namespace="dynamodb",
            scalable_dimension=f"dynamodb:table:{kind}CapacityUnits",
            resource_id=table.name.apply(lambda name: f"table/{name}"),
            min_capacity=5,
            max_capacity=50,
        )
        aws.appautoscaling.Policy(
            kind.lower(),
            policy_type="TargetTrackingScaling",
            service_namespace=target.service_namespace,
            scalable_dimension=target.scalable_dimension,
            resource_id=target.resource_id,
            target_tracking_scaling_policy_configuration={
                "predefined_metric_specification": {"predefined_metric_type": f"DynamoDB{kind}CapacityUtilization"},
                "target_value": 70,
            },
        )
    role = aws.iam.Role("reader", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicy(
        "reader-policy",
        role=role.id,
        policy=pulumi.Output.all(table.arn, table.stream_arn).apply(
            lambda arns: (
                '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["dynamodb:Query"],'
                f' "Resource": "{arns[0]}"}}, {{"Effect": "Allow", "Action": ["dynamodb:GetRecords",'
                f' "dynamodb:GetShardIterator", "dynamodb:DescribeStream"], "Resource": "{arns[1]}"}}]}}'
            )
        ),
    )
