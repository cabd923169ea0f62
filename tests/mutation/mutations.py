"""Ways to make a stack unsafe, unreliable or dear: for each type, what matters and how it is weakened.

`MATTERS` has every property that security, reliability or the budget depends on, with the values that weaken it. A
number in a path is a place in a list; a dot in a key has a slash before it.
On top of it every reference to another resource is cut, every set of tags dropped, and every resource deleted.
`KEPT_BY_SOMETHING_ELSE` has the types whose deletion is no danger. A test holds that no type of the recorded stacks
is in neither, so that a new type has to be classified.
"""

from __future__ import annotations

DROP = object()
"""The property is left out."""
WORSE = object()
"""The number is a thousand times as large."""
ONLY_WHERE_SET = (
    "evaluateLowSampleCountPercentiles",
    "extendedStatistic",
    "insecureValue",
    "metricName",
    "namespace",
)
"""Properties that say something only where they are set already."""

OPEN_TRUST = '{"Statement": [{"Effect": "Allow", "Principal": {"AWS": "*"}, "Action": "sts:AssumeRole"}]}'
ADMIN = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}'
PASS_ANY = '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["iam:PassRole"], "Resource": "*"}]}'
READ_ALL = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["ssm:GetParameter"], "Resource": "*"}]}'
)
DECRYPT_ALL = (
    '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": ["kms:Decrypt"], "Resource": "*"}]}'
)


def public(action: str) -> str:
    """Resource policy that lets anybody in."""
    return (
        '{"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Principal": "*", '
        f'"Action": "{action}", "Resource": "*"}}]}}'
    )


NO_TAGS = {"tags": [DROP, {"Name": "x"}]}

MATTERS: dict[str, dict[str, list]] = {
    "aws:acm/certificate:Certificate": {
        "domainName": ["*.example.com"],
        "keyAlgorithm": ["RSA_1024"],
        "options": [{"certificateTransparencyLoggingPreference": "DISABLED"}],
        "validationMethod": ["EMAIL"],
    },
    "aws:acm/certificateValidation:CertificateValidation": {},
    "aws:appconfig/configurationProfile:ConfigurationProfile": {"type": [DROP, "AWS.Freeform"]},
    "aws:appconfig/deployment:Deployment": {},
    "aws:appconfig/environment:Environment": {"monitors": [[{"alarmArn": "arn:p95", "alarmRoleArn": "arn:role"}]]},
    # Its content is a secret in the state, which no rule may read.
    "aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion": {},
    "aws:autoscaling/group:Group": {
        "capacityRebalance": [DROP, False],
        "defaultInstanceWarmup": [DROP],
        "healthCheckType": [DROP, "EC2"],
        "instanceRefresh": [DROP],
        "instanceRefresh.preferences.autoRollback": [True],
        "instanceRefresh.preferences.alarmSpecification": [DROP],
        "maxSize": [50, 0],
        "minSize": [5],
        "mixedInstancesPolicy": [DROP],
        "mixedInstancesPolicy.launchTemplate.overrides": [[], [{"instanceType": "m7g.16xlarge"}]],
        "tags": [DROP, []],
        "targetGroupArns": [DROP, []],
        "vpcZoneIdentifiers": [DROP, ["subnet-1"]],
    },
    "aws:autoscaling/lifecycleHook:LifecycleHook": {
        "lifecycleTransition": ["autoscaling:EC2_INSTANCE_LAUNCHING"],
        "autoscalingGroupName": ["other"],
    },
    "aws:autoscaling/policy:Policy": {"autoscalingGroupName": ["other"], "policyType": ["SimpleScaling"]},
    "aws:budgets/budget:Budget": {
        "limitAmount": [DROP, "500.00"],
        "timeUnit": [DROP, "ANNUALLY"],
        "notifications": [DROP, []],
    },
    "aws:budgets/budgetAction:BudgetAction": {
        "approvalModel": ["MANUAL"],
        "actionThreshold.actionThresholdValue": [1000],
    },
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": {
        "muteTargets": [DROP, {"alarmNames": ["plant-scaling-failures"]}, {"alarmNames": ["plant-slo-p95-canary"]}]
    },
    "aws:cloudwatch/compositeAlarm:CompositeAlarm": {"alarmActions": [DROP, []]},
    "aws:cloudwatch/dashboard:Dashboard": {"dashboardBody": ["{", "{}"]},
    "aws:cloudwatch/eventRule:EventRule": {"eventPattern": ["{}", '{"source": ["aws.other"]}']},
    "aws:cloudwatch/eventTarget:EventTarget": {"arn": ["arn:aws:logs:us-east-1:123456789012:log-group:/gone"]},
    "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy": {"policyDocument": ["{"]},
    "aws:cloudwatch/logGroup:LogGroup": {"kmsKeyId": [DROP], "retentionInDays": [DROP, 0, 7]},
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": {"metricTransformation.name": ["renamed"]},
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": {},
    "aws:cloudwatch/metricAlarm:MetricAlarm": {
        "alarmActions": [DROP, []],
        "actionsEnabled": [False],
        "comparisonOperator": ["LessThanThreshold"],
        "dimensions.LoadBalancer": [DROP],
        "dimensions.TargetGroup": [DROP],
        "evaluateLowSampleCountPercentiles": [DROP, "evaluate"],
        "evaluationPeriods": [DROP, 288],
        "extendedStatistic": ["p50"],
        "metricName": ["Renamed"],
        "namespace": ["Other/Namespace"],
        "period": [WORSE],
        "threshold": [DROP, WORSE],
        "treatMissingData": [DROP],
    },
    "aws:ec2/defaultSecurityGroup:DefaultSecurityGroup": {"ingress": [[{"protocol": "-1", "self": True}]]},
    "aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway": {},
    "aws:ec2/flowLog:FlowLog": {"trafficType": ["ACCEPT"], "logDestination": [DROP], "vpcId": ["vpc-other"]},
    "aws:ec2/launchTemplate:LaunchTemplate": {
        "blockDeviceMappings": [DROP, [{"deviceName": "/dev/xvda", "ebs": {"encrypted": "false"}}]],
        "creditSpecification": [DROP, {"cpuCredits": "unlimited"}],
        "iamInstanceProfile": [DROP],
        "instanceType": ["m7g.16xlarge"],
        "metadataOptions": [
            DROP,
            {"httpTokens": "optional", "httpPutResponseHopLimit": 1},
            {"httpTokens": "required", "httpPutResponseHopLimit": 4},
        ],
        "networkInterfaces": [DROP, [{"associatePublicIpAddress": "true"}]],
        "tagSpecifications": [DROP],
        "userData": ["export AWS_ACCESS_KEY_ID=AKIAIOSFODNN7EXAMPLE"],
    },
    "aws:ec2/route:Route": {},
    "aws:ec2/routeTableAssociation:RouteTableAssociation": {},
    "aws:ec2/securityGroup:SecurityGroup": {
        "description": [DROP],
        "ingress": [
            [{"protocol": "tcp", "fromPort": 22, "toPort": 22, "cidrBlocks": ["0.0.0.0/0"], "description": "x"}]
        ],
        "egress": [[{"protocol": "-1", "fromPort": 0, "toPort": 0, "cidrBlocks": ["0.0.0.0/0"], "description": "x"}]],
    },
    "aws:ec2/subnet:Subnet": {"mapPublicIpOnLaunch": [True]},
    "aws:ec2/vpc:Vpc": {},
    "aws:elasticache/serverlessCache:ServerlessCache": {
        "cacheUsageLimits": [DROP, {"dataStorage": {"maximum": 1, "unit": "GB"}}],
        "cacheUsageLimits.dataStorage": [{"maximum": 5000, "unit": "GB"}],
        "engine": ["redis"],
        "kmsKeyId": [DROP],
        "securityGroupIds": [DROP, []],
        "subnetIds": [DROP, ["subnet-1"]],
        "userGroupId": [DROP],
    },
    "aws:elasticache/user:User": {
        "accessString": ["on ~* +@all"],
        "authenticationMode": [{"type": "no-password-required"}],
    },
    "aws:elasticache/userGroup:UserGroup": {},
    "aws:iam/instanceProfile:InstanceProfile": {},
    "aws:iam/policy:Policy": {},
    "aws:iam/role:Role": {"assumeRolePolicy": [OPEN_TRUST], "permissionsBoundary": [DROP]},
    "aws:iam/rolePolicyAttachment:RolePolicyAttachment": {"policyArn": ["arn:aws:iam::aws:policy/AdministratorAccess"]},
    "aws:iam/rolePolicy:RolePolicy": {"policy": [ADMIN, PASS_ANY, READ_ALL, DECRYPT_ALL]},
    "aws:kms/key:Key": {
        "deletionWindowInDays": [1],
        "description": [DROP],
        "enableKeyRotation": [DROP, False],
        "isEnabled": [False],
        "policy": [DROP, public("kms:*")],
        "bypassPolicyLockoutSafetyCheck": [True],
    },
    "aws:lb/listener:Listener": {
        "certificateArn": [DROP],
        "defaultActions": [[{"type": "forward", "targetGroupArn": "arn"}]],
        "port": [80],
        "protocol": [DROP, "HTTP"],
        "sslPolicy": [DROP, "ELBSecurityPolicy-2016-08", "ELBSecurityPolicy-TLS13-1-0-2021-06"],
    },
    "aws:lb/listenerRule:ListenerRule": {
        "actions": [[{"type": "forward", "targetGroupArn": "arn:aws:x"}]],
    },
    "aws:lb/loadBalancer:LoadBalancer": {
        "accessLogs": [DROP, {"bucket": "x", "enabled": False}],
        "desyncMitigationMode": ["monitor"],
        "dropInvalidHeaderFields": [DROP, False],
        "ipAddressType": ["ipv4"],
        "enableWafFailOpen": [True],
        "subnets": [DROP, ["subnet-1"]],
        "securityGroups": [DROP],
    },
    "aws:lb/targetGroup:TargetGroup": {
        "healthCheck": [DROP, {"enabled": True, "protocol": "HTTP", "path": "/"}],
        "healthCheck.enabled": [False],
        "protocol": ["HTTP"],
    },
    "aws:route53/record:Record": {},
    "aws:s3/bucket:Bucket": {"acl": ["public-read", "public-read-write"]},
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration": {
        "rules": [
            [{"id": "all", "status": "Disabled"}],
            [{"id": "all", "status": "Enabled", "expiration": {"days": 90}}],
        ]
    },
    "aws:s3/bucketOwnershipControls:BucketOwnershipControls": {"rule": [{"objectOwnership": "ObjectWriter"}]},
    "aws:s3/bucketPolicy:BucketPolicy": {"policy": [public("s3:GetObject"), '{"Statement": []}']},
    "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock": {
        "blockPublicAcls": [DROP, False],
        "blockPublicPolicy": [DROP, False],
        "ignorePublicAcls": [DROP, False],
        "restrictPublicBuckets": [DROP, False],
    },
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration": {"rules": [[{}]]},
    "aws:s3/bucketVersioning:BucketVersioning": {"versioningConfiguration": [{"status": "Suspended"}]},
    "aws:scheduler/schedule:Schedule": {
        "kmsKeyArn": [DROP],
        "scheduleExpressionTimezone": [DROP],
        "state": ["DISABLED"],
        "target": [DROP, {"arn": "arn:aws:sns:us-east-1:123456789012:gone"}],
    },
    "aws:sfn/stateMachine:StateMachine": {
        "definition": ["each-state", "{}", '{"StartAt": "Gone", "States": {"Done": {"Type": "Succeed"}}}'],
        "loggingConfiguration": [DROP, {"level": "OFF"}],
        "roleArn": [DROP],
        "tracingConfiguration": [DROP, {"enabled": False}],
    },
    "aws:sns/topic:Topic": {"kmsMasterKeyId": [DROP, "alias/aws/sns"], "policy": [public("sns:Publish")]},
    "aws:sns/topicPolicy:TopicPolicy": {"policy": [public("sns:Publish")]},
    "aws:sns/topicSubscription:TopicSubscription": {"protocol": ["http"]},
    "aws:ssm/parameter:Parameter": {"insecureValue": [DROP, '{"schema": 1, "response_budget_ms": 5000}']},
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": {
        "description": [DROP],
        "*": [{"cidrIpv4": "0.0.0.0/0", "ipProtocol": "-1", "fromPort": None, "toPort": None}],
    },
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": {
        "description": [DROP],
        "*": [
            {"cidrIpv4": "0.0.0.0/0", "referencedSecurityGroupId": None, "fromPort": 22, "toPort": 22},
            {"cidrIpv6": "::/0", "referencedSecurityGroupId": None, "fromPort": 80, "toPort": 80},
            {"cidrIpv4": "0.0.0.0/0", "referencedSecurityGroupId": None, "ipProtocol": "-1", "fromPort": None},
        ],
    },
    "aws:wafv2/ipSet:IpSet": {},
    "aws:wafv2/ruleGroup:RuleGroup": {
        "rules": [DROP, []],
        "visibilityConfig.cloudwatchMetricsEnabled": [False],
    },
    "aws:wafv2/webAcl:WebAcl": {
        "defaultAction": [DROP],
        "rules": [DROP, [], "count", "without-each"],
        "visibilityConfig.cloudwatchMetricsEnabled": [False],
    },
    "aws:wafv2/webAclAssociation:WebAclAssociation": {"resourceArn": [DROP]},
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": {
        "logDestinationConfigs": [DROP, []],
        "redactedFields": [DROP, []],
        "resourceArn": [DROP],
    },
    "plant:infra:PlantApi": {
        "costBasis.budget.monthlyLimitUsd": ["50.00"],
        "costBasis.uptime.hoursPerSession": ["24"],
        "costBasis.usage.peakRequestsPerSecond": ["500"],
        "costBasis.usage.monthlyRequests": [50_000_000],
    },
}

_POD = "spec.template.spec"
_CONTAINER = f"{_POD}.containers.0"

MATTERS |= {
    "aws:eks/accessEntry:AccessEntry": {
        "kubernetesGroups": [DROP, ["system:masters"]],
        "principalArn": ["arn:aws:iam::123456789012:root"],
    },
    "aws:eks/podIdentityAssociation:PodIdentityAssociation": {
        "namespace": ["default"],
        "roleArn": [DROP, "arn:aws:iam::123456789012:role/admin"],
        "serviceAccount": ["default"],
    },
    "kubernetes:apps/v1:Deployment": {
        "metadata.namespace": [DROP, "default", "kube-system"],
        "metadata.labels": [DROP],
        "spec.selector.matchLabels": [{"app": "another"}],
        "spec.strategy.rollingUpdate.maxUnavailable": ["100%"],
        "spec.strategy.type": ["Recreate"],
        f"{_POD}.automountServiceAccountToken": [DROP, True],
        f"{_POD}.hostNetwork": [True],
        f"{_POD}.hostPID": [True],
        f"{_POD}.securityContext": [DROP],
        f"{_POD}.securityContext.runAsNonRoot": [DROP, False],
        f"{_POD}.securityContext.runAsUser": [0],
        f"{_POD}.securityContext.seccompProfile.type": ["Unconfined"],
        f"{_POD}.serviceAccountName": [DROP, "default"],
        f"{_POD}.terminationGracePeriodSeconds": [DROP, 1],
        f"{_POD}.topologySpreadConstraints": [DROP],
        f"{_POD}.volumes": [DROP],
        f"{_CONTAINER}.image": ["ecr-public.aws.com/plant/plant-api:latest"],
        f"{_CONTAINER}.lifecycle": [DROP],
        f"{_CONTAINER}.livenessProbe": [DROP],
        f"{_CONTAINER}.readinessProbe": [DROP],
        f"{_CONTAINER}.readinessProbe.httpGet.scheme": ["HTTP"],
        f"{_CONTAINER}.startupProbe": [DROP],
        f"{_CONTAINER}.resources": [DROP],
        f"{_CONTAINER}.resources.limits": [DROP, {"memory": "64Gi"}],
        f"{_CONTAINER}.resources.requests": [DROP, {"cpu": "16", "memory": "64Gi"}],
        f"{_CONTAINER}.securityContext": [DROP],
        f"{_CONTAINER}.securityContext.allowPrivilegeEscalation": [DROP, True],
        f"{_CONTAINER}.securityContext.capabilities": [DROP, {"add": ["SYS_ADMIN"]}],
        f"{_CONTAINER}.securityContext.privileged": [True],
        f"{_CONTAINER}.securityContext.readOnlyRootFilesystem": [DROP, False],
    },
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler": {
        "spec.maxReplicas": [1, 1000],
        "spec.minReplicas": [DROP, 0, 1000],
        "spec.metrics": [DROP, []],
        "spec.scaleTargetRef": [DROP],
        "spec.scaleTargetRef.name": ["another"],
        "spec.behavior.scaleUp.stabilizationWindowSeconds": [3600],
    },
    "kubernetes:core/v1:LimitRange": {"spec.limits": [DROP, []], "metadata.namespace": ["default"]},
    "kubernetes:core/v1:Namespace": {
        "metadata.labels": [DROP],
        "metadata.labels.pod-security/.kubernetes/.io/enforce": [DROP, "privileged", "baseline"],
        "metadata.labels.pod-security/.kubernetes/.io/enforce-version": [DROP, "latest"],
        "metadata.labels.elbv2/.k8s/.aws/pod-readiness-gate-inject": [DROP],
        "metadata.name": ["default", "kube-system"],
    },
    "kubernetes:core/v1:ResourceQuota": {
        "spec.hard": [DROP],
        "spec.hard.pods": [DROP, "10000", "1"],
        "spec.hard.requests/.cpu": [DROP, "1000"],
        "spec.hard.requests/.memory": [DROP, "1000Gi"],
        "spec.hard.services/.loadbalancers": [DROP, "5"],
        "metadata.namespace": ["default"],
    },
    "kubernetes:core/v1:Service": {
        "spec.selector": [DROP, {"app": "another"}],
        "spec.type": ["LoadBalancer", "NodePort"],
        "spec.ports": [[{"name": "http", "port": 80, "protocol": "TCP", "targetPort": 80}]],
    },
    "kubernetes:core/v1:ServiceAccount": {"automountServiceAccountToken": [DROP, True]},
    "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding": {
        "spec.serviceRef.name": ["another"],
        "spec.serviceRef.port": [80],
        "spec.targetType": [DROP, "instance"],
    },
    "kubernetes:networking.k8s.io/v1:NetworkPolicy": {
        "spec.policyTypes": [DROP, []],
        "spec.ingress": [[{}]],
        "spec.egress": [[{}]],
        "spec.podSelector": [{"matchLabels": {"app": "another"}}],
    },
    "kubernetes:policy/v1:PodDisruptionBudget": {
        "spec.maxUnavailable": ["100%", 0],
        "spec.selector": [DROP],
        "spec.selector.matchLabels": [{"app": "another"}],
    },
    "kubernetes:rbac.authorization.k8s.io/v1:Role": {
        "rules": [DROP, [], [{"apiGroups": ["*"], "resources": ["*"], "verbs": ["*"]}]],
        "rules.0.resourceNames": [DROP],
        "rules.0.resources": [["secrets"], ["*"]],
        "rules.0.verbs": [["*"]],
    },
    "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding": {
        "roleRef": [DROP, {"apiGroup": "rbac.authorization.k8s.io", "kind": "ClusterRole", "name": "cluster-admin"}],
        "subjects": [
            DROP,
            [{"apiGroup": "rbac.authorization.k8s.io", "kind": "Group", "name": "system:authenticated"}],
        ],
    },
    "pulumi:providers:kubernetes": {
        "clusterIdentifier": [DROP],
        "enableServerSideApply": [DROP, "false"],
    },
}

HARMLESS_REFERENCES = {"groupName": "A schedule in another group is none that the deploying role may make."}
"""Every property that refers to another resource is also left out, but for these."""

KEPT_BY_SOMETHING_ELSE: dict[str, str] = {
    "aws:appconfig/application:Application": "AWS refuses an environment without its application.",
    "aws:appconfig/deploymentStrategy:DeploymentStrategy": "AWS refuses a deployment without its strategy.",
    "aws:cloudwatch/alarmMuteRule:AlarmMuteRule": "Without the mute the pages go out: noise, not danger.",
    "aws:ec2/internetGateway:InternetGateway": "AWS refuses a public load balancer in a VPC without one.",
    "aws:ec2/routeTable:RouteTable": "AWS refuses routes and associations without their table.",
    "aws:ec2/vpcEndpoint:VpcEndpoint": "The fleet still reaches S3, by IPv6; the endpoint is free and shorter.",
    "aws:kms/alias:Alias": "A name for people; everything refers to the key itself.",
    "aws:scheduler/scheduleGroup:ScheduleGroup": "AWS refuses a schedule without its group.",
    "aws:resourcegroups/group:Group": "A view for people.",
    "aws:elasticache/subnetGroup:SubnetGroup": "AWS refuses the cache without it.",
    "pulumi:providers:aws": "Pulumi refuses resources without their provider.",
}
"""Types whose deletion alone is no mutant, and why."""

SERVING = frozenset(
    {
        "aws:ec2/route:Route",
        "aws:ec2/securityGroup:SecurityGroup",
        "aws:ec2/subnet:Subnet",
        "aws:iam/instanceProfile:InstanceProfile",
        "aws:lb/targetGroup:TargetGroup",
        "aws:scheduler/schedule:Schedule",
        "aws:sns/topic:Topic",
        "aws:sns/topicPolicy:TopicPolicy",
        "aws:sns/topicSubscription:TopicSubscription",
        "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",
        "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",
    }
)
"""Types that only a serving stack needs: while it is parked their deletion harms nothing, and unparking declares
them anew."""
