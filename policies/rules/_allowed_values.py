"""Values that AWS takes; it refuses every other at deployment, often with half of the stack made already.

Enumerations, ranges and forms are those of the AWS API reference (service models of botocore 1.43, 2026-11), under the
names of pulumi-aws 7.51. A property that is not given is not judged here.
"""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Final

from policies.rules._allowed import (
    BALANCER,
    CERTIFICATE,
    CIDR4,
    CIDR6,
    FLAG,
    GROUP,
    KEY,
    LISTENER,
    NAME,
    POLICY,
    ROLE,
    SUBNET,
    TABLE,
    TARGETS,
    TIMEZONE,
    TOPIC,
    VPC,
    Allowed,
    arn,
    between,
    like,
    one_of,
)

PROTOCOLS: Final = one_of("HTTP", "HTTPS", "TCP", "TLS", "UDP", "TCP_UDP", "GENEVE", "QUIC", "TCP_QUIC")
ACTIONS: Final = one_of(
    "forward", "authenticate-oidc", "authenticate-cognito", "redirect", "fixed-response", "jwt-validation"
)
PERIOD: Final = Allowed(
    "10, 20, 30, or a multiple of 60 seconds",
    values=frozenset({"10", "20", "30"}),
    least=Decimal(60),
    most=Decimal(86_400),
    step=60,
)
STATISTIC: Final = one_of("SampleCount", "Average", "Sum", "Minimum", "Maximum")
ENGINE: Final = one_of("valkey", "redis", "memcached", "VALKEY", "REDIS", "MEMCACHED")
DAYS: Final = (
    0,
    1,
    3,
    5,
    7,
    14,
    30,
    60,
    90,
    120,
    150,
    180,
    365,
    400,
    545,
    731,
    1096,
    1827,
    2192,
    2557,
    2922,
    3288,
    3653,
)
METRIC: Final = like(r"[\w#:./-]+", "a metric's name")
SECURITY_RULE: Final = {
    "ipProtocol": like(r"-1|tcp|udp|icmp|icmpv6|\d+", "tcp, udp, icmp, icmpv6, -1 or a protocol's number"),
    "fromPort": between(-1, 65_535),
    "toPort": between(-1, 65_535),
    "cidrIpv4": CIDR4,
    "cidrIpv6": CIDR6,
    "prefixListId": like(r"pl-[0-9a-z]+", "the id of a prefix list (pl-…)"),
    "securityGroupId": GROUP,
    "referencedSecurityGroupId": like(r"(?:\d{12}/)?sg-[0-9a-z]+", "the id of a security group (sg-…)"),
}
WEB_ACL: Final = {
    "scope": one_of("REGIONAL", "CLOUDFRONT"),
    "capacity": between(1, 5_000),
    "customResponseBodies[*].contentType": one_of("TEXT_PLAIN", "TEXT_HTML", "APPLICATION_JSON"),
    "customResponseBodies[*].key": like(r"[\w-]+", "letters, digits, _ and -"),
    "rules[*].name": like(r"[\w-]+", "letters, digits, _ and -"),
    "rules[*].priority": between(0, 10**9),
    "rules[*].action.block.customResponse.responseCode": between(200, 599),
    "rules[*].statement.rateBasedStatement.limit": between(10, 2_000_000_000),
    "rules[*].statement.rateBasedStatement.evaluationWindowSec": one_of("60", "120", "300", "600"),
    "rules[*].statement.rateBasedStatement.aggregateKeyType": one_of("IP", "FORWARDED_IP", "CUSTOM_KEYS", "CONSTANT"),
    "rules[*].visibilityConfig.metricName": METRIC,
    "visibilityConfig.metricName": METRIC,
}

ALLOWED: Final[Mapping[str, Mapping[str, Allowed]]] = {
    "aws:acm/certificate:Certificate": {
        "domainName": like(r"(?:\*\.)?(?:[\w-]+\.)+[\w-]+\.?", "a host name"),
        "keyAlgorithm": like(
            r"RSA_(?:1024|2048|3072|4096)|EC_(?:prime256v1|secp384r1|secp521r1)", "RSA_2048 or EC_prime256v1"
        ),
        "options.certificateTransparencyLoggingPreference": one_of("ENABLED", "DISABLED"),
        "validationMethod": one_of("DNS", "EMAIL", "HTTP", "NONE"),
    },
    "aws:acm/certificateValidation:CertificateValidation": {"certificateArn": CERTIFICATE},
    "aws:appconfig/deploymentStrategy:DeploymentStrategy": {
        "deploymentDurationInMinutes": between(0, 1_440),
        "finalBakeTimeInMinutes": between(0, 1_440),
        "growthFactor": between(1, 100),
        "growthType": one_of("LINEAR", "EXPONENTIAL"),
        "replicateTo": one_of("NONE", "SSM_DOCUMENT"),
    },
    "aws:appconfig/configurationProfile:ConfigurationProfile": {
        "locationUri": like(
            r"hosted|ssm-.+|s3://.+|secretsmanager:.+|codepipeline:.+|arn:.+", "hosted, or where it is kept"
        ),
        "type": one_of("AWS.Freeform", "AWS.AppConfig.FeatureFlags"),
    },
    "aws:autoscaling/group:Group": {
        "healthCheckType": like(r"(?:EC2|ELB|EBS|VPC_LATTICE)(?:,(?:ELB|EBS|VPC_LATTICE))*", "EC2 or ELB"),
        "healthCheckGracePeriod": between(0, 10**9),
        "instanceMaintenancePolicy.maxHealthyPercentage": between(-1, 200),
        "instanceMaintenancePolicy.minHealthyPercentage": between(-1, 100),
        "instanceRefresh.strategy": one_of("Rolling", "ReplaceRootVolume"),
        "instanceRefresh.preferences.maxHealthyPercentage": between(100, 200),
        "instanceRefresh.preferences.minHealthyPercentage": between(0, 100),
        "maxInstanceLifetime": Allowed(
            "0, or 86400 to 31536000", frozenset({"0"}), Decimal(86_400), Decimal(31_536_000)
        ),
        "metricsGranularity": one_of("1Minute"),
        "mixedInstancesPolicy.instancesDistribution.onDemandAllocationStrategy": one_of("prioritized", "lowest-price"),
        "mixedInstancesPolicy.instancesDistribution.onDemandPercentageAboveBaseCapacity": between(0, 100),
        "mixedInstancesPolicy.instancesDistribution.spotAllocationStrategy": one_of(
            "lowest-price", "capacity-optimized", "capacity-optimized-prioritized", "price-capacity-optimized"
        ),
        "targetGroupArns[*]": TARGETS,
        "vpcZoneIdentifiers[*]": SUBNET,
        "tags[*].key": like(r"(?!aws:).{1,128}", "1 to 128 characters"),
    },
    "aws:autoscaling/lifecycleHook:LifecycleHook": {
        "defaultResult": one_of("CONTINUE", "ABANDON"),
        "heartbeatTimeout": between(30, 7_200),
        "lifecycleTransition": like(
            r"autoscaling:EC2_INSTANCE_(?:LAUNCHING|TERMINATING)", "autoscaling:EC2_INSTANCE_TERMINATING"
        ),
    },
    "aws:autoscaling/policy:Policy": {
        "adjustmentType": one_of("ChangeInCapacity", "ExactCapacity", "PercentChangeInCapacity"),
        "metricAggregationType": one_of("Minimum", "Maximum", "Average"),
        "policyType": one_of("SimpleScaling", "StepScaling", "TargetTrackingScaling", "PredictiveScaling"),
        "targetTrackingConfiguration.predefinedMetricSpecification.predefinedMetricType": one_of(
            "ASGAverageCPUUtilization", "ASGAverageNetworkIn", "ASGAverageNetworkOut", "ALBRequestCountPerTarget"
        ),
    },
    "aws:budgets/budget:Budget": {
        "budgetType": like(r"COST|USAGE|(?:RI|SAVINGS_PLANS)_(?:UTILIZATION|COVERAGE)", "COST or USAGE"),
        "limitUnit": like(r"[A-Za-z][A-Za-z0-9 /-]{1,30}", "USD, or the unit of a usage"),
        "timeUnit": one_of("DAILY", "MONTHLY", "QUARTERLY", "ANNUALLY", "CUSTOM"),
        "notifications[*].comparisonOperator": one_of("GREATER_THAN", "LESS_THAN", "EQUAL_TO"),
        "notifications[*].notificationType": one_of("ACTUAL", "FORECASTED"),
        "notifications[*].thresholdType": one_of("PERCENTAGE", "ABSOLUTE_VALUE"),
        "notifications[*].subscriberEmailAddresses[*]": like(r"[^@\s]+@[^@\s]+", "an e-mail address"),
        "notifications[*].subscriberSnsTopicArns[*]": TOPIC,
    },
    "aws:budgets/budgetAction:BudgetAction": {
        "actionThreshold.actionThresholdType": one_of("PERCENTAGE", "ABSOLUTE_VALUE"),
        "actionType": one_of("APPLY_IAM_POLICY", "APPLY_SCP_POLICY", "RUN_SSM_DOCUMENTS"),
        "approvalModel": one_of("AUTOMATIC", "MANUAL"),
        "notificationType": one_of("ACTUAL", "FORECASTED"),
        "executionRoleArn": ROLE,
        "definition.iamActionDefinition.policyArn": POLICY,
        "definition.iamActionDefinition.roles[*]": NAME,
        "budgetName": NAME,
        "subscribers[*].subscriptionType": one_of("SNS", "EMAIL"),
        "subscribers[*].address": like(r"[^@\s]+@[^@\s]+|arn:.+", "an e-mail address or the ARN of a topic"),
    },
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": {
        "name": NAME,
        "muteTargets.alarmNames[*]": NAME,
        "rule.schedule.duration": like(r"P(?:\d+D)?(?:T(?:\d+H)?(?:\d+M)?)?", "an ISO 8601 duration (PT30M)"),
        "rule.schedule.expression": like(r"(?:cron|at)\(.+\)", "cron(…) or at(…)"),
        "rule.schedule.timezone": TIMEZONE,
    },
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": {"alarmName": NAME, "alarmRule": like(r"(?s).+", "an expression")},
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardName": like(r"[\w-]+", "letters, digits, _ and -")},
    "aws:cloudwatch/eventTarget:EventTarget": {
        "arn": like(r"arn:.+", "an ARN"),
        "roleArn": ROLE,
        "retryPolicy.maximumEventAgeInSeconds": between(60, 86_400),
        "retryPolicy.maximumRetryAttempts": between(0, 185),
    },
    "aws:cloudwatch/logGroup:LogGroup": {
        "name": like(r"[\w./#-]{1,512}", "letters, digits and ._/#-"),
        "retentionInDays": one_of(*map(str, DAYS)),
        "kmsKeyId": like(r"arn:aws[a-z-]*:kms:.+:key/[\w-]+", "the ARN of a KMS key"),
    },
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {
        "metricTransformation.name": like(r"[^:*$]{1,255}", "a metric's name"),
        "metricTransformation.namespace": like(r"[^:*$]{1,255}", "a namespace"),
        "metricTransformation.unit": like(
            r"(?:Micro|Milli)?[Ss]econds|(?:Kilo|Mega|Giga|Tera)?[Bb](?:yte|it)s(?:/Second)?|Percent|Count(?:/Second)?|None",
            "a unit such as Count or Milliseconds",
        ),
        "metricTransformation.value": like(r"-?\d+(?:\.\d+)?|\$.+", "a number, or a field such as $.duration_ms"),
    },
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "alarmActions[*]": like(r"arn:.+", "an ARN"),
        "okActions[*]": like(r"arn:.+", "an ARN"),
        "comparisonOperator": like(
            r"(?:Greater|Less)Than(?:OrEqualTo)?Threshold|(?:Less|Greater)Than\w*(?:Upper|Lower)Threshold",
            "GreaterThanThreshold",
        ),
        "evaluationPeriods": between(1, 10**6),
        "datapointsToAlarm": between(1, 10**6),
        "period": PERIOD,
        "statistic": STATISTIC,
        "extendedStatistic": like(r"(?:p|tm|tc|ts|wm)\d+(?:\.\d+)?|(?:TM|PR|TC|TS|WM)\(.+\)|IQM", "a percentile (p95)"),
        "namespace": like(r"[^:].*", "a namespace"),
        "metricName": like(r".{1,255}", "a metric's name"),
        "treatMissingData": one_of("breaching", "notBreaching", "ignore", "missing"),
        "evaluateLowSampleCountPercentiles": one_of("evaluate", "ignore"),
        "metricQueries[*].id": like(r"[a-z]\w*", "a small letter, then letters, digits and _"),
        "metricQueries[*].metric.period": PERIOD,
        "metricQueries[*].metric.metricName": like(r".{1,255}", "a metric's name"),
        "metricQueries[*].metric.namespace": like(r"[^:].*", "a namespace"),
        "metricQueries[*].metric.stat": like(
            r"SampleCount|Average|Sum|Minimum|Maximum|IQM|(?:p|tm|tc|ts|wm|TM|PR|TC|TS|WM).+", "Sum"
        ),
    },
    "aws:ec2/flowLog:FlowLog": {
        "logDestination": like(r"arn:aws[a-z-]*:(?:logs|s3|firehose):.+", "the ARN of a log group, bucket or stream"),
        "maxAggregationInterval": one_of("60", "600"),
        "trafficType": one_of("ACCEPT", "REJECT", "ALL"),
        "logDestinationType": one_of("cloud-watch-logs", "s3", "kinesis-data-firehose"),
        "vpcId": VPC,
    },
    "aws:ec2/internetGateway:InternetGateway": {"vpcId": VPC},
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": {"vpcId": VPC},
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "imageId": like(r"ami-[0-9a-z]+|resolve:ssm:.+", "an AMI (ami-…), or resolve:ssm: and a parameter"),
        "instanceType": like(r"[a-z][a-z0-9-]*\.[a-z0-9-]+", "an instance type (t4g.nano)"),
        "blockDeviceMappings[*].deviceName": like(r"/dev/.+|xvd.+", "a device (/dev/xvda)"),
        "blockDeviceMappings[*].ebs.volumeSize": between(1, 65_536),
        "blockDeviceMappings[*].ebs.volumeType": one_of("standard", "io1", "io2", "gp2", "gp3", "sc1", "st1"),
        "blockDeviceMappings[*].ebs.deleteOnTermination": FLAG,
        "iamInstanceProfile.arn": arn("iam", "instance-profile/", "an instance profile"),
        "metadataOptions.httpEndpoint": one_of("enabled", "disabled"),
        "metadataOptions.httpPutResponseHopLimit": between(1, 64),
        "metadataOptions.instanceMetadataTags": one_of("enabled", "disabled"),
        "networkInterfaces[*].securityGroups[*]": GROUP,
        "tagSpecifications[*].resourceType": like(r"[a-z]+(?:-[a-z]+)*", "instance, volume, network-interface, …"),
    },
    "aws:ec2/route:Route": {
        "destinationCidrBlock": CIDR4,
        "destinationIpv6CidrBlock": CIDR6,
        "gatewayId": like(r"(?:igw|vgw|local|vpce)(?:-[0-9a-z]+)?", "the id of a gateway (igw-…)"),
        "egressOnlyGatewayId": like(r"eigw-[0-9a-z]+", "the id of an egress-only gateway (eigw-…)"),
        "routeTableId": TABLE,
    },
    "aws:ec2/routeTable:RouteTable": {"vpcId": VPC},
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {"routeTableId": TABLE, "subnetId": SUBNET},
    "aws:ec2/securityGroup:SecurityGroup": {"vpcId": VPC},
    "aws:ec2/subnet:Subnet": {
        "availabilityZone": like(r"[a-z]{2}(?:-[a-z]+)+-\d[\w-]*", "an Availability Zone (us-east-1a)"),
        "cidrBlock": CIDR4,
        "ipv6CidrBlock": like(r"[0-9a-fA-F:.]*:[0-9a-fA-F:.]*/(?:44|48|52|56|60|64)", "an IPv6 range (…::/64)"),
        "vpcId": VPC,
    },
    "aws:ec2/vpc:Vpc": {"cidrBlock": like(r"\d+\.\d+\.\d+\.\d+/(?:1[6-9]|2[0-8])", "an IPv4 range from /16 to /28")},
    "aws:ec2/vpcEndpoint:VpcEndpoint": {
        "serviceName": like(r"(?:[\w-]+\.)+[\w-]+", "a service (com.amazonaws.us-east-1.s3)"),
        "vpcEndpointType": one_of("Interface", "Gateway", "GatewayLoadBalancer", "Resource", "ServiceNetwork"),
        "routeTableIds[*]": TABLE,
        "vpcId": VPC,
    },
    "aws:elasticache/serverlessCache:ServerlessCache": {
        "cacheUsageLimits.dataStorage.unit": one_of("GB"),
        "cacheUsageLimits.dataStorage.maximum": between(1, 5_000),
        "cacheUsageLimits.ecpuPerSeconds[*].maximum": between(1_000, 15_000_000),
        "dailySnapshotTime": like(r"(?:[01]\d|2[0-3]):[0-5]\d", "a time in UTC (03:00)"),
        "engine": ENGINE,
        "majorEngineVersion": like(r"[4-9](?:\.\w+)*|1\.6", "a version that the engine has"),
        "name": like(r"[A-Za-z][A-Za-z0-9-]*", "letters, digits and -"),
        "securityGroupIds[*]": GROUP,
        "snapshotRetentionLimit": between(0, 35),
        "subnetIds[*]": SUBNET,
    },
    "aws:elasticache/user:User": {
        "authenticationMode.type": one_of("iam", "password", "no-password-required"),
        "engine": ENGINE,
        "userId": like(r"[a-zA-Z][a-zA-Z0-9-]*", "letters, digits and -"),
        "userName": like(r"\S+", "a name"),
    },
    "aws:elasticache/userGroup:UserGroup": {
        "engine": ENGINE,
        "userGroupId": like(r"[a-zA-Z][a-zA-Z0-9-]*", "letters, digits and -"),
        "userIds[*]": like(r"[a-zA-Z][a-zA-Z0-9-]*", "letters, digits and -"),
    },
    "aws:iam/role:Role": {"maxSessionDuration": between(3_600, 43_200), "permissionsBoundary": POLICY},
    "aws:kms/key:Key": {"deletionWindowInDays": between(7, 30)},
    "aws:kms/alias:Alias": {"name": like(r"alias/[\w/-]+", "alias/ and a name"), "targetKeyId": KEY},
    "aws:lb/listener:Listener": {
        "certificateArn": CERTIFICATE,
        "loadBalancerArn": BALANCER,
        "port": between(1, 65_535),
        "protocol": PROTOCOLS,
        "sslPolicy": like(r"ELBSecurityPolicy-[\w-]+", "a security policy of Elastic Load Balancing"),
        "defaultActions[*].type": ACTIONS,
        "defaultActions[*].fixedResponse.contentType": one_of(
            "text/plain", "text/css", "text/html", "application/javascript", "application/json"
        ),
        "defaultActions[*].fixedResponse.statusCode": like(r"[245](?:\d\d|XX)", "2xx, 4xx or 5xx"),
    },
    "aws:lb/listenerRule:ListenerRule": {
        "listenerArn": LISTENER,
        "priority": between(1, 50_000),
        "actions[*].type": ACTIONS,
        "actions[*].order": between(1, 50_000),
        "actions[*].jwtValidation.additionalClaims[*].format": one_of(
            "single-string", "string-array", "space-separated-values"
        ),
        "actions[*].forward.targetGroups[*].arn": TARGETS,
        "actions[*].forward.targetGroups[*].weight": between(0, 999),
    },
    "aws:lb/loadBalancer:LoadBalancer": {
        "desyncMitigationMode": one_of("monitor", "defensive", "strictest"),
        "idleTimeout": between(1, 4_000),
        "ipAddressType": one_of("ipv4", "dualstack", "dualstack-without-public-ipv4"),
        "loadBalancerType": one_of("application", "network", "gateway"),
        "securityGroups[*]": GROUP,
        "subnets[*]": SUBNET,
        "xffHeaderProcessingMode": one_of("append", "preserve", "remove"),
    },
    "aws:lb/targetGroup:TargetGroup": {
        "deregistrationDelay": between(0, 3_600),
        "healthCheck.healthyThreshold": between(2, 10),
        "healthCheck.interval": between(5, 300),
        "healthCheck.path": like(r"/.*", "a path (/healthz)"),
        "healthCheck.port": like(r"traffic-port|\d{1,5}", "traffic-port or a port"),
        "healthCheck.protocol": PROTOCOLS,
        "healthCheck.timeout": between(2, 120),
        "healthCheck.unhealthyThreshold": between(2, 10),
        "healthCheck.matcher": like(r"[\d,-]+", "status codes (200 or 200-299)"),
        "loadBalancingAlgorithmType": one_of("round_robin", "least_outstanding_requests", "weighted_random"),
        "port": between(1, 65_535),
        "protocol": PROTOCOLS,
        "targetType": one_of("instance", "ip", "lambda", "alb"),
        "vpcId": VPC,
    },
    "aws:route53/record:Record": {
        "name": like(r"(?:[\w*\\-]+\.)*[\w*\\-]+\.?", "a host name"),
        "ttl": between(0, 2_147_483_647),
        "type": like(r"[A-Z]+", "a record type (A, AAAA, CNAME)"),
        "zoneId": like(r"(?:/hostedzone/)?Z[A-Z0-9]+", "the id of a hosted zone (Z…)"),
        "aliases[*].name": like(r"(?:[\w*-]+\.)+[\w*-]+\.?", "a host name"),
        "aliases[*].zoneId": like(r"Z[A-Z0-9]+", "the id of a hosted zone (Z…)"),
        "records[*]": like(r"(?s).+", "a value"),
    },
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "rules[*].status": one_of("Enabled", "Disabled"),
        "rules[*].expiration.days": between(0, 10**6),
        "rules[*].abortIncompleteMultipartUpload.daysAfterInitiation": between(1, 10**6),
        "rules[*].noncurrentVersionExpiration.noncurrentDays": between(1, 10**6),
    },
    "aws:scheduler/schedule:Schedule": {
        "flexibleTimeWindow.mode": one_of("OFF", "FLEXIBLE"),
        "kmsKeyArn": KEY,
        "scheduleExpression": like(r"(?:cron|rate|at)\([^()]+\)", "cron(…), rate(…) or at(…)"),
        "scheduleExpressionTimezone": TIMEZONE,
        "state": one_of("ENABLED", "DISABLED"),
        "target.arn": like(r"arn:.+", "an ARN"),
        "target.roleArn": ROLE,
        "target.retryPolicy.maximumEventAgeInSeconds": between(60, 86_400),
        "target.retryPolicy.maximumRetryAttempts": between(0, 185),
    },
    "aws:sfn/stateMachine:StateMachine": {
        "loggingConfiguration.level": one_of("ALL", "ERROR", "FATAL", "OFF"),
        "loggingConfiguration.logDestination": like(
            r"arn:aws[a-z-]*:logs:.+:log-group:.+:\*", "the ARN of a log group, then :*"
        ),
        "roleArn": ROLE,
        "type": one_of("STANDARD", "EXPRESS"),
    },
    "aws:sns/topic:Topic": {"signatureVersion": one_of("1", "2"), "kmsMasterKeyId": KEY},
    "aws:sns/topicPolicy:TopicPolicy": {"arn": TOPIC},
    "aws:sns/topicSubscription:TopicSubscription": {
        "endpoint": like(r"\S.*", "an address or an ARN"),
        "protocol": one_of("http", "https", "email", "email-json", "sms", "sqs", "application", "lambda", "firehose"),
        "topic": TOPIC,
    },
    "aws:ssm/parameter:Parameter": {
        "name": like(r"[\w./-]+", "letters, digits and ._/-"),
        "tier": one_of("Standard", "Advanced", "Intelligent-Tiering"),
        "type": one_of("String", "StringList", "SecureString"),
    },
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": SECURITY_RULE,
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": SECURITY_RULE,
    "aws:wafv2/ipSet:IpSet": {"ipAddressVersion": one_of("IPV4", "IPV6"), "scope": one_of("REGIONAL", "CLOUDFRONT")},
    "aws:wafv2/ruleGroup:RuleGroup": WEB_ACL,
    "aws:wafv2/webAcl:WebAcl": WEB_ACL,
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
        "logDestinationConfigs[*]": like(
            r"arn:aws[a-z-]*:(?:logs:.+:log-group:|firehose:.+:deliverystream/|s3:::)aws-waf-logs-.+",
            "the ARN of a log group, stream or bucket whose name starts with aws-waf-logs-",
        ),
        "loggingFilter.defaultBehavior": one_of("KEEP", "DROP"),
        "loggingFilter.filters[*].behavior": one_of("KEEP", "DROP"),
        "loggingFilter.filters[*].requirement": one_of("MEETS_ALL", "MEETS_ANY"),
        "loggingFilter.filters[*].conditions[*].actionCondition.action": one_of(
            "ALLOW", "BLOCK", "COUNT", "CAPTCHA", "CHALLENGE", "EXCLUDED_AS_COUNT"
        ),
        "resourceArn": arn("wafv2", "", "a web ACL"),
    },
}
"""Type token -> property -> what AWS takes."""
