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

ONE_OF: Final[dict[str, tuple[str, ...]]] = {
    "aws:ec2/route:Route": (
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
    "aws:ec2/securityGroup:SecurityGroup": ("vpcId",),
    "aws:lb/targetGroup:TargetGroup": ("vpcId",),
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": ("bucket",),
    "aws:s3/bucketVersioning:BucketVersioning": ("bucket",),
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": (
        "cidrIpv4",
        "cidrIpv6",
        "prefixListId",
        "referencedSecurityGroupId",
    ),
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": (
        "cidrIpv4",
        "cidrIpv6",
        "prefixListId",
        "referencedSecurityGroupId",
    ),
}
"""Type token -> properties of which one has to be given; without a VPC a group falls into the default one."""
