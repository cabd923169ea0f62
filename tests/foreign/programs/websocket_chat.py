"""A chat over WebSockets, its connections in a table; a bot of mail by SES; devices by IoT."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "a function that anybody calls": {"chat.principal": "*", "chat.sourceArn": None},
    "wildcard administrator": {"chat-policy.policy": ADMINISTRATOR},
    "an old TLS version": {"chat-domain.domainNameConfiguration.securityPolicy": "TLS_1_0"},
}


def program():
    table = aws.dynamodb.Table(
        "connections",
        billing_mode="PROVISIONED",
        read_capacity=5,
        write_capacity=5,
        hash_key="connectionId",
        attributes=[{"name": "connectionId", "type": "S"}],
    )
    role = aws.iam.Role("chat", assume_role_policy=trust("lambda"))
    api = aws.apigatewayv2.Api("chat", protocol_type="WEBSOCKET", route_selection_expression="$request.body.action")
    aws.iam.RolePolicy(
        "chat-policy",
        role=role.id,
        policy=pulumi.Output.all(table.arn, api.execution_arn).apply(
            lambda arns: json.dumps(
                {
                    "Version": "2012-10-17",
                    "Statement": [
                        {
                            "Effect": "Allow",
                            "Action": ["dynamodb:PutItem", "dynamodb:DeleteItem", "dynamodb:Scan"],
                            "Resource": arns[0],
                        },
                        {
                            "Effect": "Allow",
                            "Action": "execute-api:ManageConnections",
                            "Resource": f"{arns[1]}/live/POST/@connections/*",
                        },
                        {"Effect": "Allow", "Action": ["ses:SendEmail", "ses:SendRawEmail"], "Resource": "*"},
                    ],
                }
            )
        ),
    )
    function = aws.lambda_.Function(
        "chat",
        role=role.arn,
        package_type="Image",
        image_uri="123456789012.dkr.ecr.us-east-1.amazonaws.com/chat:5",
        memory_size=512,
        timeout=10,
        environment={"variables": {"TABLE": table.name, "TOKEN_ISSUER": "https://login.acme.example"}},
    )
    integration = aws.apigatewayv2.Integration(
        "chat", api_id=api.id, integration_type="AWS_PROXY", integration_uri=function.invoke_arn
    )
    target = integration.id.apply(lambda identifier: f"integrations/{identifier}")
    for key in ("$connect", "$disconnect", "$default"):
        aws.apigatewayv2.Route(
            key.removeprefix("$"),
            api_id=api.id,
            route_key=key,
            target=target,
            authorization_type="AWS_IAM" if key == "$connect" else "NONE",
        )
    stage = aws.apigatewayv2.Stage(
        "live",
        api_id=api.id,
        name="live",
        auto_deploy=True,
        default_route_settings={"throttling_burst_limit": 100, "throttling_rate_limit": 50},
    )
    certificate = aws.acm.Certificate("chat", domain_name="chat.acme.example", validation_method="DNS")
    domain = aws.apigatewayv2.DomainName(
        "chat-domain",
        domain_name="chat.acme.example",
        domain_name_configuration={
            "certificate_arn": certificate.arn,
            "endpoint_type": "REGIONAL",
            "security_policy": "TLS_1_2",
        },
    )
    aws.apigatewayv2.ApiMapping("chat", api_id=api.id, domain_name=domain.id, stage=stage.id)
    aws.lambda_.Permission(
        "chat",
        action="lambda:InvokeFunction",
        function=function.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.format("{0}/*/*", api.execution_arn),
    )
    aws.ses.DomainIdentity("mail", domain="acme.example")
    aws.ses.ConfigurationSet("mail", delivery_options={"tls_policy": "Require"})
    thing = aws.iot.Thing("sensor")
    policy = aws.iot.Policy("sensor", policy=allow("iot:Connect", "arn:aws:iot:us-east-1:123456789012:client/sensor-*"))
    certificate_of_thing = aws.iot.Certificate("sensor", active=True)
    aws.iot.PolicyAttachment("sensor", policy=policy.name, target=certificate_of_thing.arn)
    aws.iot.ThingPrincipalAttachment("sensor", thing=thing.name, principal=certificate_of_thing.arn)
    writer = aws.iam.Role("iot", assume_role_policy=trust("iot"))
    aws.iam.RolePolicy("iot", role=writer.id, policy=table.arn.apply(lambda arn: allow("dynamodb:PutItem", arn)))
    aws.iot.TopicRule(
        "readings",
        enabled=True,
        name="readings",
        sql="SELECT * FROM 'sensors/+/readings'",
        sql_version="2016-03-23",
        dynamodbv2s=[{"put_item": {"table_name": table.name}, "role_arn": writer.arn}],
    )
