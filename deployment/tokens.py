"""Type tokens (pulumi-aws 7.51, pulumi-kubernetes 4.34): one name for each kind of resource, with its older aliases."""

from __future__ import annotations

from typing import Final

PROVIDER: Final = "pulumi:providers:aws"
"""The AWS provider."""


def _balancing(kind: str) -> tuple[str, ...]:
    """What `kind` of load balancing is called: by the SDK, and in states that were made with older versions of it."""
    return tuple(
        f"aws:{module}/{kind}" for module in ("lb", "alb", "elasticloadbalancingv2", "applicationloadbalancing")
    )


LOAD_BALANCER: Final = _balancing("loadBalancer:LoadBalancer")
LISTENER: Final = _balancing("listener:Listener")
LISTENER_RULE: Final = _balancing("listenerRule:ListenerRule")
TARGET_GROUP: Final = _balancing("targetGroup:TargetGroup")
TARGET_GROUP_ATTACHMENT: Final = _balancing("targetGroupAttachment:TargetGroupAttachment")
CLASSIC_LOAD_BALANCER: Final = (
    "aws:elb/loadBalancer:LoadBalancer",
    "aws:elasticloadbalancing/loadBalancer:LoadBalancer",
)
ROUTING_ACCELERATOR: Final = ("aws:globalaccelerator/customRoutingAccelerator:CustomRoutingAccelerator",)
ACCELERATOR: Final = ("aws:globalaccelerator/accelerator:Accelerator",)
DNS_RECORD: Final = ("aws:route53/record:Record",)
DNS_ZONE: Final = ("aws:route53/zone:Zone",)
RESOLVER_ENDPOINT: Final = ("aws:route53/resolverEndpoint:ResolverEndpoint",)
HEALTH_CHECK: Final = ("aws:route53/healthCheck:HealthCheck",)
CERTIFICATE: Final = ("aws:acm/certificate:Certificate",)
CERTIFICATE_VALIDATION: Final = ("aws:acm/certificateValidation:CertificateValidation",)

VPC: Final = ("aws:ec2/vpc:Vpc",)
SUBNET: Final = ("aws:ec2/subnet:Subnet",)
DEFAULT_SUBNET: Final = ("aws:ec2/defaultSubnet:DefaultSubnet",)
ROUTE: Final = ("aws:ec2/route:Route",)
ROUTE_TABLE: Final = ("aws:ec2/routeTable:RouteTable",)
SECURITY_GROUP: Final = ("aws:ec2/securityGroup:SecurityGroup",)
DEFAULT_SECURITY_GROUP: Final = ("aws:ec2/defaultSecurityGroup:DefaultSecurityGroup",)
SECURITY_GROUP_RULE: Final = ("aws:ec2/securityGroupRule:SecurityGroupRule",)
INGRESS_RULE: Final = ("aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule",)
EGRESS_RULE: Final = ("aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule",)
FLOW_LOG: Final = ("aws:ec2/flowLog:FlowLog",)
ROUTE_TABLE_ASSOCIATION: Final = ("aws:ec2/routeTableAssociation:RouteTableAssociation",)
VPC_ENDPOINT: Final = ("aws:ec2/vpcEndpoint:VpcEndpoint",)
VPC_ENDPOINT_SUBNET: Final = ("aws:ec2/vpcEndpointSubnetAssociation:VpcEndpointSubnetAssociation",)
INTERNET_GATEWAY: Final = ("aws:ec2/internetGateway:InternetGateway",)
EGRESS_ONLY_GATEWAY: Final = ("aws:ec2/egressOnlyInternetGateway:EgressOnlyInternetGateway",)
NETWORK_ACL: Final = ("aws:ec2/networkAcl:NetworkAcl",)
VPC_BLOCKS: Final = (
    "aws:ec2/vpcIpv4CidrBlockAssociation:VpcIpv4CidrBlockAssociation",
    "aws:ec2/vpcIpv6CidrBlockAssociation:VpcIpv6CidrBlockAssociation",
)
"""What gives a VPC more addresses."""
ELASTIC_IP: Final = ("aws:ec2/eip:Eip",)
ELASTIC_IP_ASSOCIATION: Final = ("aws:ec2/eipAssociation:EipAssociation",)
VPN_CONNECTION: Final = ("aws:ec2/vpnConnection:VpnConnection",)
CLIENT_VPN_ENDPOINT: Final = ("aws:ec2clientvpn/endpoint:Endpoint",)
CLIENT_VPN_ASSOCIATION: Final = ("aws:ec2clientvpn/networkAssociation:NetworkAssociation",)
TRANSIT_GATEWAY: Final = ("aws:ec2transitgateway/transitGateway:TransitGateway",)
TRANSIT_GATEWAY_ATTACHMENT: Final = ("aws:ec2transitgateway/vpcAttachment:VpcAttachment",)
TRANSIT_GATEWAY_PEERING: Final = ("aws:ec2transitgateway/peeringAttachment:PeeringAttachment",)

LAUNCH_TEMPLATE: Final = ("aws:ec2/launchTemplate:LaunchTemplate",)
LAUNCH_CONFIGURATION: Final = ("aws:ec2/launchConfiguration:LaunchConfiguration",)
INSTANCE: Final = ("aws:ec2/instance:Instance",)
SPOT_REQUEST: Final = ("aws:ec2/spotInstanceRequest:SpotInstanceRequest",)
METADATA_DEFAULTS: Final = ("aws:ec2/instanceMetadataDefaults:InstanceMetadataDefaults",)
ENCRYPTION_BY_DEFAULT: Final = ("aws:ebs/encryptionByDefault:EncryptionByDefault",)
PREFIX_LIST: Final = ("aws:ec2/managedPrefixList:ManagedPrefixList",)
PREFIX_LIST_ENTRY: Final = ("aws:ec2/managedPrefixListEntry:ManagedPrefixListEntry",)
ENDPOINT_SERVICE: Final = ("aws:ec2/vpcEndpointService:VpcEndpointService",)
WORKSPACE: Final = ("aws:workspaces/workspace:Workspace",)
TRANSFER_SERVER: Final = ("aws:transfer/server:Server",)
NAT_GATEWAY: Final = ("aws:ec2/natGateway:NatGateway",)
VOLUME: Final = ("aws:ebs/volume:Volume",)
SNAPSHOT: Final = ("aws:ebs/snapshot:Snapshot",)
SNAPSHOT_COPY: Final = ("aws:ebs/snapshotCopy:SnapshotCopy",)
SCALING_GROUP: Final = ("aws:autoscaling/group:Group",)
SCALING_POLICY: Final = ("aws:autoscaling/policy:Policy",)
SCALING_ATTACHMENT: Final = (
    "aws:autoscaling/attachment:Attachment",
    "aws:autoscaling/trafficSourceAttachment:TrafficSourceAttachment",
)
SCALING_SCHEDULE: Final = ("aws:autoscaling/schedule:Schedule",)
LIFECYCLE_HOOK: Final = ("aws:autoscaling/lifecycleHook:LifecycleHook",)
SCALING_NOTIFICATION: Final = ("aws:autoscaling/notification:Notification",)
SCALABLE_TARGET: Final = ("aws:appautoscaling/target:Target",)
SCALABLE_TARGET_POLICY: Final = ("aws:appautoscaling/policy:Policy",)
SCALABLE_TARGET_SCHEDULE: Final = ("aws:appautoscaling/scheduledAction:ScheduledAction",)

REPLICATION_GROUP: Final = ("aws:elasticache/replicationGroup:ReplicationGroup",)
SERVERLESS_CACHE: Final = ("aws:elasticache/serverlessCache:ServerlessCache",)
CACHE_CLUSTER: Final = ("aws:elasticache/cluster:Cluster",)
CACHE_USER: Final = ("aws:elasticache/user:User",)
CACHE_USER_GROUP: Final = ("aws:elasticache/userGroup:UserGroup",)
CACHE_PARAMETER_GROUP: Final = ("aws:elasticache/parameterGroup:ParameterGroup",)
CACHE_SUBNET_GROUP: Final = ("aws:elasticache/subnetGroup:SubnetGroup",)

WEB_ACL: Final = ("aws:wafv2/webAcl:WebAcl",)
WAF_RULE_GROUP: Final = ("aws:wafv2/ruleGroup:RuleGroup",)
IP_SET: Final = ("aws:wafv2/ipSet:IpSet",)
REGEX_PATTERN_SET: Final = ("aws:wafv2/regexPatternSet:RegexPatternSet",)
WEB_ACL_ASSOCIATION: Final = ("aws:wafv2/webAclAssociation:WebAclAssociation",)
WEB_ACL_RULE: Final = ("aws:wafv2/webAclRule:WebAclRule",)
WEB_ACL_RULE_GROUP: Final = ("aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation",)
WEB_ACL_LOGGING: Final = ("aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration",)

LOG_GROUP: Final = ("aws:cloudwatch/logGroup:LogGroup",)
LOG_RESOURCE_POLICY: Final = ("aws:cloudwatch/logResourcePolicy:LogResourcePolicy",)
LOG_METRIC_FILTER: Final = ("aws:cloudwatch/logMetricFilter:LogMetricFilter",)
LOG_DATA_PROTECTION: Final = ("aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy",)
METRIC_ALARM: Final = ("aws:cloudwatch/metricAlarm:MetricAlarm",)
COMPOSITE_ALARM: Final = ("aws:cloudwatch/compositeAlarm:CompositeAlarm",)
ALARM_MUTE_RULE: Final = ("aws:cloudwatch/alarmMuteRule:AlarmMuteRule",)
EVENT_TARGET: Final = ("aws:cloudwatch/eventTarget:EventTarget",)
EVENT_RULE: Final = ("aws:cloudwatch/eventRule:EventRule",)
EVENT_BUS: Final = ("aws:cloudwatch/eventBus:EventBus",)
EVENT_CONNECTION: Final = ("aws:cloudwatch/eventConnection:EventConnection",)
EVENT_ARCHIVE: Final = ("aws:cloudwatch/eventArchive:EventArchive",)
EVENT_DESTINATION: Final = ("aws:cloudwatch/eventApiDestination:EventApiDestination",)
EVENT_BUS_POLICY: Final = ("aws:cloudwatch/eventBusPolicy:EventBusPolicy",)
EVENT_PERMISSION: Final = ("aws:cloudwatch/eventPermission:EventPermission",)
DASHBOARD: Final = ("aws:cloudwatch/dashboard:Dashboard",)

TOPIC: Final = ("aws:sns/topic:Topic",)
TOPIC_POLICY: Final = ("aws:sns/topicPolicy:TopicPolicy",)
TOPIC_SUBSCRIPTION: Final = ("aws:sns/topicSubscription:TopicSubscription",)
QUEUE: Final = ("aws:sqs/queue:Queue",)
QUEUE_POLICY: Final = ("aws:sqs/queuePolicy:QueuePolicy",)

KEY: Final = ("aws:kms/key:Key",)
KEY_ALIAS: Final = ("aws:kms/alias:Alias",)
KEY_POLICY: Final = ("aws:kms/keyPolicy:KeyPolicy",)
REPLICA_KEY: Final = ("aws:kms/replicaKey:ReplicaKey",)
EXTERNAL_KEY: Final = ("aws:kms/externalKey:ExternalKey",)
REPLICA_EXTERNAL_KEY: Final = ("aws:kms/replicaExternalKey:ReplicaExternalKey",)
SECRET_STORE: Final = ("aws:secretsmanager/secret:Secret",)
SECRET_ROTATION: Final = ("aws:secretsmanager/secretRotation:SecretRotation",)
SECRET_VERSION: Final = ("aws:secretsmanager/secretVersion:SecretVersion",)
SECRET_POLICY: Final = ("aws:secretsmanager/secretPolicy:SecretPolicy",)
PARAMETER: Final = ("aws:ssm/parameter:Parameter",)

BUCKET: Final = ("aws:s3/bucket:Bucket", "aws:s3/bucketV2:BucketV2")
BUCKET_ACL: Final = ("aws:s3/bucketAcl:BucketAcl", "aws:s3/bucketAclV2:BucketAclV2")
BUCKET_OBJECT: Final = (
    "aws:s3/bucketObject:BucketObject",
    "aws:s3/bucketObjectv2:BucketObjectv2",
    "aws:s3/objectCopy:ObjectCopy",
)
ACCESS_POINT: Final = ("aws:s3/accessPoint:AccessPoint",)
BUCKET_POLICY: Final = ("aws:s3/bucketPolicy:BucketPolicy",)
BUCKET_LOGGING: Final = ("aws:s3/bucketLogging:BucketLogging", "aws:s3/bucketLoggingV2:BucketLoggingV2")
BUCKET_VERSIONING: Final = (
    "aws:s3/bucketVersioning:BucketVersioning",
    "aws:s3/bucketVersioningV2:BucketVersioningV2",
)
BUCKET_ENCRYPTION: Final = (
    "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration",
    "aws:s3/bucketServerSideEncryptionConfigurationV2:BucketServerSideEncryptionConfigurationV2",
)
BUCKET_NOTIFICATION: Final = ("aws:s3/bucketNotification:BucketNotification",)
BUCKET_LIFECYCLE: Final = (
    "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration",
    "aws:s3/bucketLifecycleConfigurationV2:BucketLifecycleConfigurationV2",
)
BUCKET_PUBLIC_ACCESS_BLOCK: Final = ("aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock",)
ACCOUNT_PUBLIC_ACCESS_BLOCK: Final = ("aws:s3/accountPublicAccessBlock:AccountPublicAccessBlock",)
BUCKET_REPLICATION: Final = ("aws:s3/bucketReplicationConfig:BucketReplicationConfig",)
BUCKET_OWNERSHIP: Final = ("aws:s3/bucketOwnershipControls:BucketOwnershipControls",)

ROLE: Final = ("aws:iam/role:Role",)
ROLE_POLICY: Final = ("aws:iam/rolePolicy:RolePolicy",)
ROLE_POLICY_ATTACHMENT: Final = ("aws:iam/rolePolicyAttachment:RolePolicyAttachment",)
POLICY_ATTACHMENT: Final = ("aws:iam/policyAttachment:PolicyAttachment",)
IAM_POLICY: Final = ("aws:iam/policy:Policy",)
USER_POLICY: Final = ("aws:iam/userPolicy:UserPolicy",)
GROUP_POLICY: Final = ("aws:iam/groupPolicy:GroupPolicy",)
USER_POLICY_ATTACHMENT: Final = ("aws:iam/userPolicyAttachment:UserPolicyAttachment",)
GROUP_POLICY_ATTACHMENT: Final = ("aws:iam/groupPolicyAttachment:GroupPolicyAttachment",)
ATTACHMENTS_EXCLUSIVE: Final = (
    "aws:iam/rolePolicyAttachmentsExclusive:RolePolicyAttachmentsExclusive",
    "aws:iam/userPolicyAttachmentsExclusive:UserPolicyAttachmentsExclusive",
    "aws:iam/groupPolicyAttachmentsExclusive:GroupPolicyAttachmentsExclusive",
)
INSTANCE_PROFILE: Final = ("aws:iam/instanceProfile:InstanceProfile",)
OPEN_ID_PROVIDER: Final = ("aws:iam/openIdConnectProvider:OpenIdConnectProvider",)

STATE_MACHINE: Final = ("aws:sfn/stateMachine:StateMachine",)
SCHEDULE: Final = ("aws:scheduler/schedule:Schedule",)
SCHEDULE_GROUP: Final = ("aws:scheduler/scheduleGroup:ScheduleGroup",)
APPCONFIG_PROFILE: Final = ("aws:appconfig/configurationProfile:ConfigurationProfile",)
APPCONFIG_VERSION: Final = ("aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion",)
APPCONFIG_DEPLOYMENT: Final = ("aws:appconfig/deployment:Deployment",)
APPCONFIG_APPLICATION: Final = ("aws:appconfig/application:Application",)
APPCONFIG_ENVIRONMENT: Final = ("aws:appconfig/environment:Environment",)
APPCONFIG_STRATEGY: Final = ("aws:appconfig/deploymentStrategy:DeploymentStrategy",)
CODEDEPLOY_CONFIG: Final = ("aws:codedeploy/deploymentConfig:DeploymentConfig",)
CODEDEPLOY_GROUP: Final = ("aws:codedeploy/deploymentGroup:DeploymentGroup",)
BUDGET: Final = ("aws:budgets/budget:Budget",)
BUDGET_ACTION: Final = ("aws:budgets/budgetAction:BudgetAction",)
GAME_FLEET: Final = ("aws:gamelift/fleet:Fleet",)
FUNCTION: Final = ("aws:lambda/function:Function",)
FUNCTION_PERMISSION: Final = ("aws:lambda/permission:Permission",)
FUNCTION_URL: Final = ("aws:lambda/functionUrl:FunctionUrl",)
FUNCTION_ALIAS: Final = ("aws:lambda/alias:Alias",)
PROVISIONED_CONCURRENCY: Final = ("aws:lambda/provisionedConcurrencyConfig:ProvisionedConcurrencyConfig",)

DB_INSTANCE: Final = ("aws:rds/instance:Instance",)
DB_CLUSTER: Final = ("aws:rds/cluster:Cluster",)
DB_CLUSTER_INSTANCE: Final = ("aws:rds/clusterInstance:ClusterInstance",)
DOCUMENT_DB: Final = ("aws:docdb/cluster:Cluster",)
DOCUMENT_DB_INSTANCE: Final = ("aws:docdb/clusterInstance:ClusterInstance",)
DOCUMENT_DB_SNAPSHOT: Final = ("aws:docdb/clusterSnapshot:ClusterSnapshot",)
DB_GLOBAL_CLUSTER: Final = ("aws:rds/globalCluster:GlobalCluster",)
NEPTUNE_INSTANCE: Final = ("aws:neptune/clusterInstance:ClusterInstance",)
DAX: Final = ("aws:dax/cluster:Cluster",)
MEMORY_DB: Final = ("aws:memorydb/cluster:Cluster",)
MEMORY_DB_USER: Final = ("aws:memorydb/user:User",)
DIRECTORY: Final = ("aws:directoryservice/directory:Directory",)
MIGRATION_ENDPOINT: Final = ("aws:dms/endpoint:Endpoint",)
GLUE_CONNECTION: Final = ("aws:glue/connection:Connection",)
KAFKA: Final = ("aws:msk/cluster:Cluster",)
NEPTUNE: Final = ("aws:neptune/cluster:Cluster",)
REDSHIFT_WORKGROUP: Final = ("aws:redshiftserverless/workgroup:Workgroup",)
REDSHIFT_NAMESPACE: Final = ("aws:redshiftserverless/namespace:Namespace",)
REDSHIFT: Final = ("aws:redshift/cluster:Cluster",)
OPENSEARCH: Final = ("aws:opensearch/domain:Domain", "aws:elasticsearch/domain:Domain")
SEARCH_POLICY: Final = ("aws:opensearch/domainPolicy:DomainPolicy", "aws:elasticsearch/domainPolicy:DomainPolicy")
TABLE: Final = ("aws:dynamodb/table:Table",)
STREAM_CONSUMER: Final = ("aws:kinesis/streamConsumer:StreamConsumer",)
DELIVERY_STREAM: Final = ("aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream",)
STREAM: Final = ("aws:kinesis/stream:Stream",)
FILE_SYSTEM: Final = ("aws:efs/fileSystem:FileSystem",)
FILE_SYSTEM_BACKUP: Final = ("aws:efs/backupPolicy:BackupPolicy",)
WINDOWS_FILE_SYSTEM: Final = ("aws:fsx/windowsFileSystem:WindowsFileSystem",)
OPENZFS_FILE_SYSTEM: Final = ("aws:fsx/openZfsFileSystem:OpenZfsFileSystem",)
BACKUP_VAULT: Final = ("aws:backup/vault:Vault",)
DISTRIBUTION: Final = ("aws:cloudfront/distribution:Distribution",)
POD_IDENTITY: Final = ("aws:eks/podIdentityAssociation:PodIdentityAssociation",)
EKS_CLUSTER: Final = ("aws:eks/cluster:Cluster",)
NODE_GROUP: Final = ("aws:eks/nodeGroup:NodeGroup",)
FARGATE_PROFILE: Final = ("aws:eks/fargateProfile:FargateProfile",)
ACCESS_ENTRY: Final = ("aws:eks/accessEntry:AccessEntry",)
TASK_DEFINITION: Final = ("aws:ecs/taskDefinition:TaskDefinition",)
ECS_SERVICE: Final = ("aws:ecs/service:Service",)
ECS_CLUSTER: Final = ("aws:ecs/cluster:Cluster",)
ECS_CAPACITY_PROVIDERS: Final = ("aws:ecs/clusterCapacityProviders:ClusterCapacityProviders",)
PIPE: Final = ("aws:pipes/pipe:Pipe",)
PIPELINE: Final = ("aws:codepipeline/pipeline:Pipeline",)
BUILD_PROJECT: Final = ("aws:codebuild/project:Project",)
REPOSITORY: Final = ("aws:ecr/repository:Repository",)
REPOSITORY_POLICY: Final = ("aws:ecr/repositoryPolicy:RepositoryPolicy",)
TRAIL: Final = ("aws:cloudtrail/trail:Trail",)
CONFIG_RECORDER: Final = ("aws:cfg/recorder:Recorder",)
CONFIG_RULE: Final = ("aws:cfg/rule:Rule",)
ORGANIZATION_RULE: Final = (
    "aws:cfg/organizationManagedRule:OrganizationManagedRule",
    "aws:cfg/organizationCustomRule:OrganizationCustomRule",
)
SECURITY_MODULE: Final = ("aws:cloudhsmv2/hsm:Hsm",)
PRIVATE_AUTHORITY: Final = ("aws:acmpca/certificateAuthority:CertificateAuthority",)
NETWORK_FIREWALL: Final = ("aws:networkfirewall/firewall:Firewall",)
MIRROR_SESSION: Final = ("aws:ec2/trafficMirrorSession:TrafficMirrorSession",)
AIRFLOW: Final = ("aws:mwaa/environment:Environment",)
API_STAGE: Final = ("aws:apigateway/stage:Stage",)
REST_API: Final = ("aws:apigateway/restApi:RestApi",)
HTTP_API: Final = ("aws:apigatewayv2/api:Api",)
HTTP_API_STAGE: Final = ("aws:apigatewayv2/stage:Stage",)
HTTP_API_ROUTE: Final = ("aws:apigatewayv2/route:Route",)
API_DOMAIN: Final = ("aws:apigateway/domainName:DomainName",)
HTTP_API_DOMAIN: Final = ("aws:apigatewayv2/domainName:DomainName",)
MESSAGE_BROKER: Final = ("aws:mq/broker:Broker",)
REPLICATION_INSTANCE: Final = ("aws:dms/replicationInstance:ReplicationInstance",)
RESOURCE_GROUP: Final = ("aws:resourcegroups/group:Group",)
USER_POOL: Final = ("aws:cognito/userPool:UserPool",)
USER_POOL_CLIENT: Final = ("aws:cognito/userPoolClient:UserPoolClient",)
ATHENA_WORKGROUP: Final = ("aws:athena/workgroup:Workgroup",)
BATCH_JOB: Final = ("aws:batch/jobDefinition:JobDefinition",)
APP_RUNNER: Final = ("aws:apprunner/service:Service",)
BEANSTALK: Final = ("aws:elasticbeanstalk/environment:Environment",)
AMPLIFY: Final = ("aws:amplify/app:App", "aws:amplify/branch:Branch")
MODEL: Final = ("aws:sagemaker/model:Model",)
LIGHTSAIL_CONTAINER: Final = ("aws:lightsail/containerServiceDeploymentVersion:ContainerServiceDeploymentVersion",)
CLASSIC_WEB_ACL: Final = ("aws:waf/webAcl:WebAcl", "aws:wafregional/webAcl:WebAcl")
VPN_GATEWAY: Final = ("aws:ec2/vpnGateway:VpnGateway",)
DIRECT_CONNECTION: Final = ("aws:directconnect/connection:Connection",)
DIRECT_GATEWAY_ASSOCIATION: Final = ("aws:directconnect/gatewayAssociation:GatewayAssociation",)
GRAFANA: Final = ("aws:grafana/workspace:Workspace",)
LIGHTSAIL_PORTS: Final = ("aws:lightsail/instancePublicPorts:InstancePublicPorts",)
IOT_POLICY: Final = ("aws:iot/policy:Policy",)
GLUE_CATALOG_ENCRYPTION: Final = ("aws:glue/dataCatalogEncryptionSettings:DataCatalogEncryptionSettings",)
DB_PARAMETERS: Final = (
    "aws:rds/parameterGroup:ParameterGroup",
    "aws:rds/clusterParameterGroup:ClusterParameterGroup",
    "aws:docdb/clusterParameterGroup:ClusterParameterGroup",
    "aws:neptune/clusterParameterGroup:ClusterParameterGroup",
    "aws:redshift/parameterGroup:ParameterGroup",
)
"""Parameters of a database's engine."""
LIGHTSAIL_INSTANCE: Final = ("aws:lightsail/instance:Instance",)
DNS_NAMESPACE: Final = (
    "aws:servicediscovery/privateDnsNamespace:PrivateDnsNamespace",
    "aws:servicediscovery/publicDnsNamespace:PublicDnsNamespace",
)
NOTEBOOK: Final = ("aws:sagemaker/notebookInstance:NotebookInstance",)
IDENTITY_POOL: Final = ("aws:cognito/identityPool:IdentityPool",)
GRAPHQL_API: Final = ("aws:appsync/graphQLApi:GraphQLApi",)
CATALOG_DATABASE: Final = ("aws:glue/catalogDatabase:CatalogDatabase",)
MANAGED_NODE_ACTIVATION: Final = ("aws:ssm/activation:Activation",)
BUCKET_INVENTORY: Final = ("aws:s3/inventory:Inventory",)
BUCKET_ANALYTICS: Final = ("aws:s3/analyticsConfiguration:AnalyticsConfiguration",)
IMAGE_COPY: Final = ("aws:ec2/amiCopy:AmiCopy", "aws:ec2/amiFromInstance:AmiFromInstance")
CAPACITY_RESERVATION: Final = ("aws:ec2/capacityReservation:CapacityReservation",)
CREDIT_DEFAULT: Final = ("aws:ec2/defaultCreditSpecification:DefaultCreditSpecification",)
DEDICATED_HOST: Final = ("aws:ec2/dedicatedHost:DedicatedHost",)
NEPTUNE_SNAPSHOT: Final = ("aws:neptune/clusterSnapshot:ClusterSnapshot",)
DB_PROXY: Final = ("aws:rds/proxy:Proxy",)
DB_PROXY_TARGET: Final = ("aws:rds/proxyTarget:ProxyTarget",)
DISTRIBUTED_DB: Final = ("aws:dsql/cluster:Cluster",)
CANARY: Final = ("aws:synthetics/canary:Canary",)
PROMETHEUS: Final = ("aws:amp/workspace:Workspace",)
FLINK: Final = ("aws:kinesisanalyticsv2/application:Application",)
FLINK_SNAPSHOT: Final = ("aws:kinesisanalyticsv2/applicationSnapshot:ApplicationSnapshot",)
SERVERLESS_KAFKA: Final = ("aws:msk/serverlessCluster:ServerlessCluster",)
KAFKA_CONNECTOR: Final = ("aws:mskconnect/connector:Connector",)
MAIL_IDENTITY: Final = (
    "aws:ses/domainIdentity:DomainIdentity",
    "aws:ses/emailIdentity:EmailIdentity",
    "aws:sesv2/emailIdentity:EmailIdentity",
)
MAIL_RECEIPT_RULE: Final = ("aws:ses/receiptRule:ReceiptRule",)
MAIL_ADDRESS: Final = ("aws:sesv2/dedicatedIpAssignment:DedicatedIpAssignment",)
SCHEMA_DISCOVERER: Final = ("aws:schemas/discoverer:Discoverer",)
LATTICE_SERVICE: Final = ("aws:vpclattice/service:Service",)
LATTICE_RESOURCE: Final = ("aws:vpclattice/serviceNetworkResourceAssociation:ServiceNetworkResourceAssociation",)
FAST_RESTORE: Final = ("aws:ebs/fastSnapshotRestore:FastSnapshotRestore",)
PACKAGES: Final = ("aws:codeartifact/repository:Repository",)
APP_RUNNER_SCALING: Final = ("aws:apprunner/autoScalingConfigurationVersion:AutoScalingConfigurationVersion",)
GLUE_ENDPOINT: Final = ("aws:glue/devEndpoint:DevEndpoint",)
GLUE_JOB: Final = ("aws:glue/job:Job",)
GLUE_CRAWLER: Final = ("aws:glue/crawler:Crawler",)

ATTACHED_POLICY: Final = (
    *EVENT_BUS_POLICY,
    *ACCESS_POINT,
    "aws:s3control/accessPointPolicy:AccessPointPolicy",
    "aws:s3tables/tableBucketPolicy:TableBucketPolicy",
    "aws:s3tables/tablePolicy:TablePolicy",
    "aws:s3control/objectLambdaAccessPointPolicy:ObjectLambdaAccessPointPolicy",
    "aws:redshiftserverless/resourcePolicy:ResourcePolicy",
    "aws:cloudsearch/domainServiceAccessPolicy:DomainServiceAccessPolicy",
    "aws:dynamodb/resourcePolicy:ResourcePolicy",
    "aws:kinesis/resourcePolicy:ResourcePolicy",
    "aws:glue/resourcePolicy:ResourcePolicy",
    "aws:redshift/resourcePolicy:ResourcePolicy",
    "aws:msk/clusterPolicy:ClusterPolicy",
    "aws:ecr/registryPolicy:RegistryPolicy",
    "aws:backup/vaultPolicy:VaultPolicy",
    "aws:glacier/vault:Vault",
    "aws:codeartifact/domainPermissions:DomainPermissions",
    "aws:codeartifact/repositoryPermissionsPolicy:RepositoryPermissionsPolicy",
    "aws:schemas/registryPolicy:RegistryPolicy",
    "aws:acmpca/policy:Policy",
    "aws:ses/identityPolicy:IdentityPolicy",
    "aws:sesv2/emailIdentityPolicy:EmailIdentityPolicy",
    "aws:s3control/bucketPolicy:BucketPolicy",
    "aws:s3control/multiRegionAccessPointPolicy:MultiRegionAccessPointPolicy",
    "aws:networkfirewall/resourcePolicy:ResourcePolicy",
    "aws:vpclattice/resourcePolicy:ResourcePolicy",
    "aws:codebuild/resourcePolicy:ResourcePolicy",
    "aws:sagemaker/modelPackageGroupPolicy:ModelPackageGroupPolicy",
    "aws:cloudwatch/logDestinationPolicy:LogDestinationPolicy",
    "aws:oam/sinkPolicy:SinkPolicy",
    "aws:efs/fileSystemPolicy:FileSystemPolicy",
    *LOG_RESOURCE_POLICY,
)
"""What lets other accounts at a resource; an empty policy lets nobody in."""
BGP_PEER: Final = (
    "aws:directconnect/bgpPeer:BgpPeer",
    "aws:directconnect/privateVirtualInterface:PrivateVirtualInterface",
    "aws:directconnect/publicVirtualInterface:PublicVirtualInterface",
    "aws:directconnect/transitVirtualInterface:TransitVirtualInterface",
    "aws:directconnect/hostedPrivateVirtualInterface:HostedPrivateVirtualInterface",
    "aws:directconnect/hostedPublicVirtualInterface:HostedPublicVirtualInterface",
    "aws:directconnect/hostedTransitVirtualInterface:HostedTransitVirtualInterface",
)
"""What speaks BGP over Direct Connect."""
SECRET_INPUTS: Final = {
    "aws:docdb/elasticCluster:ElasticCluster": ("adminUserPassword",),
    "aws:fsx/ontapFileSystem:OntapFileSystem": ("fsxAdminPassword",),
    "aws:fsx/ontapStorageVirtualMachine:OntapStorageVirtualMachine": (
        "svmAdminPassword",
        "activeDirectoryConfiguration.selfManagedActiveDirectoryConfiguration.password",
    ),
    "aws:fsx/windowsFileSystem:WindowsFileSystem": ("selfManagedActiveDirectory.password",),
    "aws:storagegateway/gateway:Gateway": ("smbGuestPassword", "smbActiveDirectorySettings.password"),
    "aws:storagegateway/fileSystemAssociation:FileSystemAssociation": ("password",),
    "aws:datasync/locationSmb:LocationSmb": ("password",),
    "aws:datasync/locationFsxWindows:LocationFsxWindows": ("password",),
    "aws:datasync/locationObjectStorage:LocationObjectStorage": ("secretKey",),
    "aws:directoryservice/radiusSettings:RadiusSettings": ("sharedSecret",),
    "aws:emr/cluster:Cluster": (
        "kerberosAttributes.kdcAdminPassword",
        "kerberosAttributes.adDomainJoinPassword",
        "kerberosAttributes.crossRealmTrustPrincipalPassword",
    ),
    "aws:kinesis/firehoseDeliveryStream:FirehoseDeliveryStream": (
        "httpEndpointConfiguration.accessKey",
        "redshiftConfiguration.password",
        "splunkConfiguration.hecToken",
        "snowflakeConfiguration.privateKey",
    ),
    "aws:codebuild/sourceCredential:SourceCredential": ("token",),
    "aws:cloudwatch/eventConnection:EventConnection": (
        "authParameters.apiKey.value",
        "authParameters.basic.password",
        "authParameters.oauth.clientParameters.clientSecret",
    ),
    "aws:cognito/identityProvider:IdentityProvider": ("providerDetails.client_secret",),
    "aws:iam/serverCertificate:ServerCertificate": ("privateKey",),
    "aws:acm/certificate:Certificate": ("privateKey",),
    "aws:ec2/vpnConnection:VpnConnection": ("tunnel1PresharedKey", "tunnel2PresharedKey"),
    "aws:amplify/app:App": ("accessToken", "oauthToken", "basicAuthCredentials"),
    "aws:sns/platformApplication:PlatformApplication": ("platformCredential",),
    **dict.fromkeys(BGP_PEER, ("bgpAuthKey",)),
    **dict.fromkeys(LISTENER, ("defaultActions[*].authenticateOidc.clientSecret",)),
    **dict.fromkeys(LISTENER_RULE, ("actions[*].authenticateOidc.clientSecret",)),
}
"""Type -> where it is given a password, a token or a key that AWS itself shows to nobody again."""
DB_INSTANCE_SNAPSHOT: Final = ("aws:rds/snapshot:Snapshot", "aws:rds/snapshotCopy:SnapshotCopy")
DB_CLUSTER_SNAPSHOT: Final = (
    "aws:rds/clusterSnapshot:ClusterSnapshot",
    "aws:rds/clusterSnapshotCopy:ClusterSnapshotCopy",
)
DB_SNAPSHOT: Final = (*DB_INSTANCE_SNAPSHOT, *DB_CLUSTER_SNAPSHOT)
IMAGE_PERMISSION: Final = ("aws:ec2/amiLaunchPermission:AmiLaunchPermission",)
SSM_DOCUMENT: Final = ("aws:ssm/document:Document",)
EMR_PUBLIC_ACCESS: Final = ("aws:emr/blockPublicAccessConfiguration:BlockPublicAccessConfiguration",)
PLAIN_DATABASES: Final = (
    "aws:lightsail/database:Database",
    "aws:timestreaminfluxdb/dbInstance:DbInstance",
    "aws:timestreaminfluxdb/dbCluster:DbCluster",
)
"""Databases of other services that may be given a public address."""
ELSEWHERE_WRITTEN: Final = (
    "aws:cloudformation/stack:Stack",
    "aws:cloudformation/stackSet:StackSet",
    "aws:cloudcontrol/resource:Resource",
    "aws:serverlessrepository/cloudFormationStack:CloudFormationStack",
    "aws:servicecatalog/provisionedProduct:ProvisionedProduct",
)
"""What makes resources that a template or another service's words describe: none of them is in the graph."""

DEPLOYMENT: Final = "kubernetes:apps/v1:Deployment"
STATEFUL_SET: Final = "kubernetes:apps/v1:StatefulSet"
DAEMON_SET: Final = "kubernetes:apps/v1:DaemonSet"
REPLICA_SET: Final = "kubernetes:apps/v1:ReplicaSet"
ACK_BUCKET: Final = "kubernetes:s3.services.k8s.aws/v1alpha1:Bucket"
ARGO_ROLLOUT: Final = "kubernetes:argoproj.io/v1alpha1:Rollout"
POD: Final = "kubernetes:core/v1:Pod"
JOB: Final = "kubernetes:batch/v1:Job"
CRON_JOB: Final = "kubernetes:batch/v1:CronJob"
CONFIG_MAP: Final = "kubernetes:core/v1:ConfigMap"
KUBERNETES_SECRET: Final = "kubernetes:core/v1:Secret"  # noqa: S105 - a type
SERVICE_ACCOUNT: Final = "kubernetes:core/v1:ServiceAccount"
KUBERNETES_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:Role"
CLUSTER_ROLE: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRole"
ROLE_BINDING: Final = "kubernetes:rbac.authorization.k8s.io/v1:RoleBinding"
CLUSTER_ROLE_BINDING: Final = "kubernetes:rbac.authorization.k8s.io/v1:ClusterRoleBinding"
NAMESPACE: Final = "kubernetes:core/v1:Namespace"
RESOURCE_QUOTA: Final = "kubernetes:core/v1:ResourceQuota"
LIMIT_RANGE: Final = "kubernetes:core/v1:LimitRange"
NETWORK_POLICY: Final = "kubernetes:networking.k8s.io/v1:NetworkPolicy"
KUBERNETES_SERVICE: Final = "kubernetes:core/v1:Service"
INGRESS: Final = "kubernetes:networking.k8s.io/v1:Ingress"
INGRESS_CLASS: Final = "kubernetes:networking.k8s.io/v1:IngressClass"
INGRESS_CLASS_PARAMS: Final = (
    "kubernetes:elbv2.k8s.aws/v1beta1:IngressClassParams",
    "kubernetes:eks.amazonaws.com/v1:IngressClassParams",
)
GATEWAY: Final = (
    "kubernetes:gateway.networking.k8s.io/v1:Gateway",
    "kubernetes:gateway.networking.k8s.io/v1beta1:Gateway",
)
GATEWAY_CLASS: Final = (
    "kubernetes:gateway.networking.k8s.io/v1:GatewayClass",
    "kubernetes:gateway.networking.k8s.io/v1beta1:GatewayClass",
)
HTTP_ROUTE: Final = (
    "kubernetes:gateway.networking.k8s.io/v1:HTTPRoute",
    "kubernetes:gateway.networking.k8s.io/v1beta1:HTTPRoute",
)
LOAD_BALANCER_CONFIGURATION: Final = (
    "kubernetes:gateway.k8s.aws/v1:LoadBalancerConfiguration",
    "kubernetes:gateway.k8s.aws/v1beta1:LoadBalancerConfiguration",
)
GATEWAY_ROUTE: Final = (
    *HTTP_ROUTE,
    *(
        f"kubernetes:gateway.networking.k8s.io/{version}:{kind}Route"
        for kind, versions in (("GRPC", ("v1",)), ("TLS", ("v1", "v1alpha2")), ("TCP", ("v1", "v1alpha2")))
        for version in versions
    ),
)
LISTENER_SET: Final = "kubernetes:gateway.networking.k8s.io/v1:ListenerSet"
TARGET_GROUP_CONFIGURATION: Final = (
    "kubernetes:gateway.k8s.aws/v1:TargetGroupConfiguration",
    "kubernetes:gateway.k8s.aws/v1beta1:TargetGroupConfiguration",
)
DISRUPTION_BUDGET: Final = "kubernetes:policy/v1:PodDisruptionBudget"
TARGET_GROUP_BINDING: Final = "kubernetes:elbv2.k8s.aws/v1beta1:TargetGroupBinding"
POD_AUTOSCALER: Final = (
    "kubernetes:autoscaling/v2:HorizontalPodAutoscaler",
    "kubernetes:autoscaling/v1:HorizontalPodAutoscaler",
)
PERSISTENT_VOLUME_CLAIM: Final = "kubernetes:core/v1:PersistentVolumeClaim"
REPLICATION_CONTROLLER: Final = "kubernetes:core/v1:ReplicationController"
HELM_RELEASE: Final = "kubernetes:helm.sh/v3:Release"
NODE_POOL: Final = "kubernetes:karpenter.sh/v1:NodePool"
NODE_CLASS: Final = "kubernetes:karpenter.k8s.aws/v1:EC2NodeClass"
SCALED_OBJECT: Final = "kubernetes:keda.sh/v1alpha1:ScaledObject"
SCALED_JOB: Final = "kubernetes:keda.sh/v1alpha1:ScaledJob"
VERTICAL_AUTOSCALER: Final = "kubernetes:autoscaling.k8s.io/v1:VerticalPodAutoscaler"
RUNTIME_CLASS: Final = "kubernetes:node.k8s.io/v1:RuntimeClass"
RENDERED: Final = (
    "kubernetes:yaml/v2:ConfigFile",
    "kubernetes:yaml/v2:ConfigGroup",
    "kubernetes:yaml:ConfigFile",
    "kubernetes:yaml:ConfigGroup",
    "kubernetes:kustomize/v2:Directory",
    "kubernetes:kustomize:Directory",
    "kubernetes:helm.sh/v4:Chart",
    "kubernetes:helm.sh/v3:Chart",
    "kubernetes:helm.sh/v2:Chart",
)
"""Components whose objects come from files and charts, which only the provider reads."""

WORKLOADS: Final = (
    DEPLOYMENT,
    STATEFUL_SET,
    DAEMON_SET,
    POD,
    JOB,
    CRON_JOB,
    REPLICA_SET,
    REPLICATION_CONTROLLER,
    ARGO_ROLLOUT,
    SCALED_JOB,
)
"""What makes pods."""
