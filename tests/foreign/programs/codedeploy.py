"""A function whose new versions CodeDeploy lets in step by step, and takes back on an alarm."""

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, trust

TWINS = {
    "wildcard administrator": {"checkout-policy.policy": ADMINISTRATOR},
    "a token in the environment": {
        "checkout.environment.variables.STRIPE_SECRET_KEY": "sk_live_4eC39HqLyjWDarjtT1zdp7dc"
    },
}


def program():
    role = aws.iam.Role("checkout", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicy(
        "checkout-policy",
        role=role.id,
        policy=allow(
            ["logs:CreateLogStream", "logs:PutLogEvents"],
            "arn:aws:logs:us-east-1:123456789012:log-group:/aws/lambda/checkout:*",
        ),
    )
    function = aws.lambda_.Function(
        "checkout",
        role=role.arn,
        runtime="nodejs22.x",
        handler="index.handler",
        publish=True,
        code=pulumi.AssetArchive({"index.js": pulumi.StringAsset("exports.handler = async () => ({})")}),
        environment={"variables": {"STAGE": "live"}},
    )
    alias = aws.lambda_.Alias("live", name="live", function_name=function.name, function_version=function.version)
    alarm = aws.cloudwatch.MetricAlarm(
        "checkout-errors",
        namespace="AWS/Lambda",
        metric_name="Errors",
        dimensions={"FunctionName": function.name},
        statistic="Sum",
        comparison_operator="GreaterThanThreshold",
        threshold=0,
        period=60,
        evaluation_periods=1,
        treat_missing_data="notBreaching",
    )
    app = aws.codedeploy.Application("checkout", compute_platform="Lambda")
    steps = aws.codedeploy.DeploymentConfig(
        "steps",
        compute_platform="Lambda",
        traffic_routing_config={"type": "TimeBasedLinear", "time_based_linear": {"interval": 10, "percentage": 10}},
    )
    deployer = aws.iam.Role("deployer", assume_role_policy=trust("codedeploy"))
    aws.iam.RolePolicyAttachment(
        "deployer",
        role=deployer.name,
        policy_arn="arn:aws:iam::aws:policy/service-role/AWSCodeDeployRoleForLambdaLimited",
    )
    aws.codedeploy.DeploymentGroup(
        "checkout",
        app_name=app.name,
        deployment_group_name="live",
        service_role_arn=deployer.arn,
        deployment_config_name=steps.deployment_config_name,
        deployment_style={"deployment_type": "BLUE_GREEN", "deployment_option": "WITH_TRAFFIC_CONTROL"},
        auto_rollback_configuration={"enabled": True, "events": ["DEPLOYMENT_FAILURE", "DEPLOYMENT_STOP_ON_ALARM"]},
        alarm_configuration={"enabled": True, "alarms": [alarm.name]},
    )
    pulumi.export("alias", alias.arn)
