"""A GraphQL API by AppSync over a table, with users of Cognito and an API key for what is public."""

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, trust

SCHEMA = """
type Note { id: ID! text: String! @aws_cognito_user_pools }
type Query { note(id: ID!): Note @aws_api_key @aws_cognito_user_pools }
schema { query: Query }
"""

READ = """
{"version": "2017-02-28", "operation": "GetItem", "key": {"id": $util.dynamodb.toDynamoDBJson($ctx.args.id)}}
"""

TWINS = {
    "wildcard administrator": {"table.policy": ADMINISTRATOR},
    "a role that everybody takes": {
        "appsync.assumeRolePolicy": '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*",'
        ' "Action": "sts:AssumeRole"}]}'
    },
}


def program():
    pool = aws.cognito.UserPool("people")
    table = aws.dynamodb.Table(
        "notes",
        hash_key="id",
        billing_mode="PAY_PER_REQUEST",
        attributes=[aws.dynamodb.TableAttributeArgs(name="id", type="S")],
    )
    logs = aws.iam.Role("appsync-logs", assume_role_policy=trust("appsync"))
    aws.iam.RolePolicyAttachment(
        "appsync-logs",
        role=logs.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AWSAppSyncPushToCloudWatchLogs",
    )
    api = aws.appsync.GraphQLApi(
        "notes",
        authentication_type="AMAZON_COGNITO_USER_POOLS",
        user_pool_config={"default_action": "ALLOW", "user_pool_id": pool.id},
        additional_authentication_providers=[{"authentication_type": "API_KEY"}],
        log_config={"cloudwatch_logs_role_arn": logs.arn, "field_log_level": "ERROR"},
        schema=SCHEMA,
        xray_enabled=True,
    )
    aws.appsync.ApiKey("public", api_id=api.id)
    role = aws.iam.Role("appsync", assume_role_policy=trust("appsync"))
    aws.iam.RolePolicy(
        "table",
        role=role.id,
        policy=pulumi.Output.format(
            '{{"Version": "2012-10-17", "Statement": [{{"Effect": "Allow", "Action": ["dynamodb:GetItem",'
            ' "dynamodb:PutItem", "dynamodb:Query"], "Resource": ["{0}", "{0}/*"]}}]}}',
            table.arn,
        ),
    )
    source = aws.appsync.DataSource(
        "notes",
        name="notes",
        api_id=api.id,
        type="AMAZON_DYNAMODB",
        service_role_arn=role.arn,
        dynamodb_config=aws.appsync.DataSourceDynamodbConfigArgs(table_name=table.name),
    )
    aws.appsync.Resolver(
        "note",
        api_id=api.id,
        type="Query",
        field="note",
        data_source=source.name,
        request_template=READ,
        response_template="$util.toJson($ctx.result)",
    )
