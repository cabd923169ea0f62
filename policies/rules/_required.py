"""Arguments that each type can't be without: pulumi-aws 7.51.1, parameters of its Args classes without a default."""

from __future__ import annotations

from typing import Final

REQUIRED: Final[dict[str, tuple[str, ...]]] = {
    "aws:acm/certificateValidation:CertificateValidation": ("certificateArn",),
    "aws:appconfig/configurationProfile:ConfigurationProfile": (
        "applicationId",
        "locationUri",
    ),
    "aws:appconfig/deployment:Deployment": (
        "applicationId",
        "configurationProfileId",
        "configurationVersion",
        "deploymentStrategyId",
        "environmentId",
    ),
    "aws:appconfig/deploymentStrategy:DeploymentStrategy": (
        "deploymentDurationInMinutes",
        "growthFactor",
        "replicateTo",
    ),
    "aws:appconfig/environment:Environment": ("applicationId",),
    "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": (
        "applicationId",
        "configurationProfileId",
        "content",
        "contentType",
    ),
    "aws:autoscaling/group:Group": (
        "maxSize",
        "minSize",
    ),
    "aws:autoscaling/lifecycleHook:LifecycleHook": (
        "autoscalingGroupName",
        "lifecycleTransition",
    ),
    "aws:autoscaling/policy:Policy": ("autoscalingGroupName",),
    "aws:budgets/budget:Budget": (
        "budgetType",
        "timeUnit",
    ),
    "aws:budgets/budgetAction:BudgetAction": (
        "actionThreshold",
        "actionType",
        "approvalModel",
        "budgetName",
        "definition",
        "executionRoleArn",
        "notificationType",
        "subscribers",
    ),
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": (
        "alarmName",
        "alarmRule",
    ),
    "aws:cloudwatch/dashboard:Dashboard": (
        "dashboardBody",
        "dashboardName",
    ),
    "aws:cloudwatch/eventTarget:EventTarget": (
        "arn",
        "rule",
    ),
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": (
        "logGroupName",
        "policyDocument",
    ),
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": (
        "logGroupName",
        "metricTransformation",
        "pattern",
    ),
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": ("policyDocument",),
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": ("vpcId",),
    "aws:ec2/route:Route": ("routeTableId",),
    "aws:ec2/routeTable:RouteTable": ("vpcId",),
    "aws:ec2/routeTableAssociation:RouteTableAssociation": ("routeTableId",),
    "aws:ec2/subnet:Subnet": ("vpcId",),
    "aws:ec2/vpcEndpoint:VpcEndpoint": ("vpcId",),
    "aws:elasticache/serverlessCache:ServerlessCache": ("engine",),
    "aws:elasticache/user:User": (
        "accessString",
        "engine",
        "userId",
        "userName",
    ),
    "aws:elasticache/userGroup:UserGroup": (
        "engine",
        "userGroupId",
    ),
    "aws:iam/policy:Policy": ("policy",),
    "aws:iam/role:Role": ("assumeRolePolicy",),
    "aws:iam/rolePolicy:RolePolicy": (
        "policy",
        "role",
    ),
    "aws:kms/alias:Alias": ("targetKeyId",),
    "aws:lb/listener:Listener": (
        "defaultActions",
        "loadBalancerArn",
    ),
    "aws:lb/listenerRule:ListenerRule": (
        "actions",
        "conditions",
        "listenerArn",
    ),
    "aws:route53/record:Record": (
        "name",
        "type",
        "zoneId",
    ),
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": ("bucket",),
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": (
        "bucket",
        "rule",
    ),
    "aws:s3/bucketPolicy:BucketPolicy": (
        "bucket",
        "policy",
    ),
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": ("bucket",),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ("rules",),
    "aws:scheduler/schedule:Schedule": (
        "flexibleTimeWindow",
        "scheduleExpression",
        "target",
    ),
    "aws:sfn/stateMachine:StateMachine": (
        "definition",
        "roleArn",
    ),
    "aws:sns/topicPolicy:TopicPolicy": (
        "arn",
        "policy",
    ),
    "aws:sns/topicSubscription:TopicSubscription": (
        "endpoint",
        "protocol",
        "topic",
    ),
    "aws:ssm/parameter:Parameter": ("type",),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "ipProtocol",
        "securityGroupId",
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "ipProtocol",
        "securityGroupId",
    ),
    "aws:wafv2/ipSet:IpSet": (
        "ipAddressVersion",
        "scope",
    ),
    "aws:wafv2/ruleGroup:RuleGroup": (
        "capacity",
        "scope",
        "visibilityConfig",
    ),
    "aws:wafv2/webAcl:WebAcl": (
        "defaultAction",
        "scope",
        "visibilityConfig",
    ),
    "aws:wafv2/webAclAssociation:WebAclAssociation": (
        "resourceArn",
        "webAclArn",
    ),
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": (
        "logDestinationConfigs",
        "resourceArn",
    ),
}
"""Type token -> properties."""

ONE_OF: Final[dict[str, tuple[tuple[str, ...], ...]]] = {
    "aws:ec2/route:Route": (
        (
            "gatewayId",
            "egressOnlyGatewayId",
            "natGatewayId",
            "transitGatewayId",
            "vpcEndpointId",
            "vpcPeeringConnectionId",
            "networkInterfaceId",
            "carrierGatewayId",
            "localGatewayId",
            "coreNetworkArn",
        ),
        ("destinationCidrBlock", "destinationIpv6CidrBlock", "destinationPrefixListId"),
    ),
    "aws:cloudwatch/eventRule:EventRule": (("eventPattern", "scheduleExpression"),),
    "aws:ec2/internetGateway:InternetGateway": (("vpcId",),),
    "aws:ec2/securityGroup:SecurityGroup": (("vpcId",),),
    "aws:ec2/subnet:Subnet": (("cidrBlock", "ipv6CidrBlock", "ipv4IpamPoolId", "ipv6IpamPoolId"),),
    "aws:ec2/vpc:Vpc": (("cidrBlock", "ipv4IpamPoolId"),),
    "aws:lb/targetGroup:TargetGroup": (("vpcId",),),
    "aws:route53/record:Record": (("records", "aliases"),),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": (("bucket",),),
    "aws:s3/bucketVersioning:BucketVersioning": (("bucket",),),
    "aws:ssm/parameter:Parameter": (("value", "insecureValue", "valueWo"),),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        ("cidrIpv4", "cidrIpv6", "prefixListId", "referencedSecurityGroupId"),
    ),
}
"""Type token -> properties of which one has to be given; without a VPC a group falls into the default one."""

INSIDE: Final[dict[str, dict[str, tuple[str, ...]]]] = {
    "aws:autoscaling/group:Group": {
        "instanceMaintenancePolicy": ("maxHealthyPercentage", "minHealthyPercentage"),
        "instanceRefresh": ("strategy",),
        "mixedInstancesPolicy": ("launchTemplate",),
        "mixedInstancesPolicy.launchTemplate": ("launchTemplateSpecification",),
        "tags[*]": ("key", "propagateAtLaunch", "value"),
    },
    "aws:autoscaling/policy:Policy": {
        "stepAdjustments[*]": ("scalingAdjustment",),
        "targetTrackingConfiguration": ("targetValue",),
        "targetTrackingConfiguration.predefinedMetricSpecification": ("predefinedMetricType",),
    },
    "aws:budgets/budget:Budget": {
        "costFilters[*]": ("name", "values"),
        "notifications[*]": ("comparisonOperator", "notificationType", "threshold", "thresholdType"),
    },
    "aws:budgets/budgetAction:BudgetAction": {
        "actionThreshold": ("actionThresholdType", "actionThresholdValue"),
        "definition.iamActionDefinition": ("policyArn",),
        "subscribers[*]": ("address", "subscriptionType"),
    },
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": {
        "muteTargets": ("alarmNames",),
        "rule": ("schedule",),
        "rule.schedule": ("duration", "expression"),
    },
    "aws:cloudwatch/eventTarget:EventTarget": {"inputTransformer": ("inputTemplate",)},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {"metricTransformation": ("name", "namespace", "value")},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "metricQueries[*]": ("id",),
        "metricQueries[*].metric": ("metricName", "period", "stat"),
    },
    "aws:elasticache/serverlessCache:ServerlessCache": {"cacheUsageLimits.dataStorage": ("unit",)},
    "aws:elasticache/user:User": {"authenticationMode": ("type",)},
    "aws:lb/listener:Listener": {
        "defaultActions[*]": ("type",),
        "defaultActions[*].fixedResponse": ("contentType",),
    },
    "aws:lb/listenerRule:ListenerRule": {
        "actions[*]": ("type",),
        "actions[*].forward": ("targetGroups",),
        "actions[*].forward.targetGroups[*]": ("arn",),
        "actions[*].jwtValidation": ("issuer", "jwksEndpoint"),
        "actions[*].jwtValidation.additionalClaims[*]": ("format", "name", "values"),
        "conditions[*].hostHeader": ("values",),
        "conditions[*].pathPattern": ("values",),
        "conditions[*].httpRequestMethod": ("values",),
    },
    "aws:lb/loadBalancer:LoadBalancer": {"accessLogs": ("bucket",)},
    "aws:route53/record:Record": {"aliases[*]": ("evaluateTargetHealth", "name", "zoneId")},
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "rules[*]": ("id", "status"),
        "rules[*].noncurrentVersionExpiration": ("noncurrentDays",),
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {"rule": ("objectOwnership",)},
    "aws:scheduler/schedule:Schedule": {"flexibleTimeWindow": ("mode",), "target": ("arn", "roleArn")},
    "aws:wafv2/ruleGroup:RuleGroup": {
        "customResponseBodies[*]": ("content", "contentType", "key"),
        "visibilityConfig": ("metricName",),
    },
    "aws:wafv2/webAcl:WebAcl": {
        "customResponseBodies[*]": ("content", "contentType", "key"),
        "visibilityConfig": ("metricName",),
    },
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
        "loggingFilter": ("defaultBehavior", "filters"),
        "loggingFilter.filters[*]": ("behavior", "conditions", "requirement"),
        "loggingFilter.filters[*].conditions[*].actionCondition": ("action",),
        "redactedFields[*].singleHeader": ("name",),
    },
}
"""Type token -> object or list inside its properties -> what each of them can't be without."""
