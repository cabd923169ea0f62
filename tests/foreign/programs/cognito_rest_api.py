"""A REST API whose users sign in with Cognito, with a usage plan, and a certificate on its own domain."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, CERTIFICATE, trust

TWINS = {
    "a function that anybody calls": {"api.principal": "*", "api.sourceArn": None},
    "an old TLS version": {"api-domain.securityPolicy": "TLS_1_0"},
    "wildcard administrator": {"handler-policy.policy": ADMINISTRATOR},
    "a password in the environment": {"handler.environment.variables.DB_PASSWORD": "hunter2-and-more"},
}


def program():
    pool = aws.cognito.UserPool(
        "users",
        username_attributes=["email"],
        auto_verified_attributes=["email"],
        mfa_configuration="OPTIONAL",
        software_token_mfa_configuration={"enabled": True},
        password_policy={
            "minimum_length": 12,
            "require_lowercase": True,
            "require_numbers": True,
            "require_symbols": False,
            "require_uppercase": True,
        },
        schemas=[{"name": "tenant", "attribute_data_type": "String", "mutable": True}],
    )
    aws.cognito.UserPoolDomain("users", domain="acme-users", user_pool_id=pool.id)
    aws.cognito.UserPoolClient(
        "web",
        user_pool_id=pool.id,
        generate_secret=False,
        explicit_auth_flows=["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        allowed_oauth_flows=["code"],
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_scopes=["openid", "email"],
        callback_urls=["https://app.acme.example/callback"],
        supported_identity_providers=["COGNITO"],
    )
    role = aws.iam.Role("handler", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicy(
        "handler-policy",
        role=role.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Action": ["logs:CreateLogGroup", "logs:CreateLogStream", "logs:PutLogEvents"],
                        "Resource": "arn:aws:logs:*:*:*",
                    }
                ],
            }
        ),
    )
    handler = aws.lambda_.Function(
        "handler",
        role=role.arn,
        runtime="nodejs22.x",
        handler="index.handler",
        code=pulumi.AssetArchive({"index.js": pulumi.StringAsset("exports.handler = async () => ({statusCode: 200})")}),
        environment={"variables": {"LOG_LEVEL": "info", "USER_POOL": pool.id}},
    )
    api = aws.apigateway.RestApi("api", endpoint_configuration={"types": "REGIONAL"})
    authorizer = aws.apigateway.Authorizer(
        "users", rest_api=api.id, type="COGNITO_USER_POOLS", provider_arns=[pool.arn]
    )
    items = aws.apigateway.Resource("items", rest_api=api.id, parent_id=api.root_resource_id, path_part="items")
    method = aws.apigateway.Method(
        "get-items",
        rest_api=api.id,
        resource_id=items.id,
        http_method="GET",
        authorization="COGNITO_USER_POOLS",
        authorizer_id=authorizer.id,
        api_key_required=True,
    )
    preflight = aws.apigateway.Method(
        "options-items", rest_api=api.id, resource_id=items.id, http_method="OPTIONS", authorization="NONE"
    )
    mock = aws.apigateway.Integration(
        "options-items",
        rest_api=api.id,
        resource_id=items.id,
        http_method=preflight.http_method,
        type="MOCK",
        request_templates={"application/json": '{"statusCode": 200}'},
    )
    integration = aws.apigateway.Integration(
        "get-items",
        rest_api=api.id,
        resource_id=items.id,
        http_method=method.http_method,
        integration_http_method="POST",
        type="AWS_PROXY",
        uri=handler.invoke_arn,
    )
    aws.lambda_.Permission(
        "api",
        action="lambda:InvokeFunction",
        function=handler.name,
        principal="apigateway.amazonaws.com",
        source_arn=pulumi.Output.concat(api.execution_arn, "/*/GET/items"),
    )
    deployment = aws.apigateway.Deployment(
        "live",
        rest_api=api.id,
        triggers={"redeployment": "1"},
        opts=pulumi.ResourceOptions(depends_on=[integration, mock]),
    )
    stage = aws.apigateway.Stage(
        "live", rest_api=api.id, deployment=deployment.id, stage_name="live", xray_tracing_enabled=True
    )
    aws.apigateway.MethodSettings(
        "live",
        rest_api=api.id,
        stage_name=stage.stage_name,
        method_path="*/*",
        settings={"throttling_burst_limit": 50, "throttling_rate_limit": 100, "metrics_enabled": True},
    )
    plan = aws.apigateway.UsagePlan(
        "partners",
        api_stages=[{"api_id": api.id, "stage": stage.stage_name}],
        quota_settings={"limit": 10000, "period": "MONTH"},
    )
    key = aws.apigateway.ApiKey("partner")
    aws.apigateway.UsagePlanKey("partner", key_id=key.id, key_type="API_KEY", usage_plan_id=plan.id)
    domain = aws.apigateway.DomainName(
        "api-domain",
        domain_name="api.acme.example",
        regional_certificate_arn=CERTIFICATE,
        security_policy="TLS_1_2",
        endpoint_configuration={"types": "REGIONAL"},
    )
    aws.apigateway.BasePathMapping("api", rest_api=api.id, stage_name=stage.stage_name, domain_name=domain.domain_name)
