"""Functions inside a network: a proxy before the database, shared files, a layer, a URL, events of a bucket."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import ADMINISTRATOR, allow, network, trust

TWINS = {
    "a function that anybody's bucket calls": {"from-bucket.sourceArn": None, "from-bucket.sourceAccount": None},
    "wildcard administrator": {"api-policy.policy": ADMINISTRATOR},
    "a password in the environment": {"api.environment.variables.DB_PASSWORD": "hunter2-and-more"},
    "a function that anybody calls": {
        "from-bucket.principal": "*",
        "from-bucket.sourceArn": None,
        "from-bucket.sourceAccount": None,
    },
    "a database in plain text": {"db.storageEncrypted": False},
    "files in plain text": {"models.encrypted": False},
}


def program():
    net = network("net", nat=True)
    functions = aws.ec2.SecurityGroup(
        "functions",
        vpc_id=net.vpc.id,
        egress=[{"protocol": "-1", "from_port": 0, "to_port": 0, "cidr_blocks": ["0.0.0.0/0"]}],
    )
    inside = aws.ec2.SecurityGroup(
        "inside",
        vpc_id=net.vpc.id,
        ingress=[
            {"protocol": "tcp", "from_port": port, "to_port": port, "security_groups": [functions.id]}
            for port in (5432, 2049)
        ],
    )
    secret = aws.secretsmanager.Secret("db", recovery_window_in_days=7)
    aws.secretsmanager.SecretVersion(
        "db",
        secret_id=secret.id,
        secret_string=pulumi.Output.secret(json.dumps({"username": "app", "password": "from-configuration"})),
    )
    subnets = aws.rds.SubnetGroup("db", subnet_ids=[one.id for one in net.private])
    database = aws.rds.Instance(
        "db",
        engine="postgres",
        engine_version="16",
        instance_class="db.t4g.small",
        allocated_storage=50,
        max_allocated_storage=200,
        db_name="app",
        username="app",
        password=pulumi.Output.secret("from-configuration"),
        db_subnet_group_name=subnets.name,
        vpc_security_group_ids=[inside.id],
        storage_encrypted=True,
        multi_az=True,
        backup_retention_period=7,
        copy_tags_to_snapshot=True,
        skip_final_snapshot=False,
        final_snapshot_identifier="db-final",
        iam_database_authentication_enabled=True,
    )
    proxy_role = aws.iam.Role("proxy", assume_role_policy=trust("rds"))
    aws.iam.RolePolicy(
        "proxy", role=proxy_role.id, policy=secret.arn.apply(lambda arn: allow("secretsmanager:GetSecretValue", arn))
    )
    proxy = aws.rds.Proxy(
        "db",
        engine_family="POSTGRESQL",
        role_arn=proxy_role.arn,
        vpc_subnet_ids=[one.id for one in net.private],
        vpc_security_group_ids=[inside.id],
        require_tls=True,
        auths=[{"auth_scheme": "SECRETS", "iam_auth": "REQUIRED", "secret_arn": secret.arn}],
    )
    target = aws.rds.ProxyDefaultTargetGroup("db", db_proxy_name=proxy.name)
    aws.rds.ProxyTarget(
        "db",
        db_proxy_name=proxy.name,
        target_group_name=target.name,
        db_instance_identifier=database.identifier,
    )
    files = aws.efs.FileSystem("models", encrypted=True)
    mounts = [
        aws.efs.MountTarget(f"models-{number}", file_system_id=files.id, subnet_id=one.id, security_groups=[inside.id])
        for number, one in enumerate(net.private)
    ]
    point = aws.efs.AccessPoint(
        "models",
        file_system_id=files.id,
        posix_user={"uid": 1000, "gid": 1000},
        root_directory={
            "path": "/models",
            "creation_info": {"owner_uid": 1000, "owner_gid": 1000, "permissions": "755"},
        },
    )
    role = aws.iam.Role("api", assume_role_policy=trust("lambda"))
    for name in ("AWSLambdaVPCAccessExecutionRole", "AWSXRayDaemonWriteAccess"):
        prefix = "service-role/" if name.startswith("AWSLambda") else ""
        aws.iam.RolePolicyAttachment(name, role=role.name, policy_arn=f"arn:aws:iam::aws:policy/{prefix}{name}")
    aws.iam.RolePolicy(
        "api-policy",
        role=role.id,
        policy=allow("rds-db:connect", "arn:aws:rds-db:us-east-1:123456789012:dbuser:prx-0123456789abcdef0/app"),
    )
    layer = aws.lambda_.LayerVersion(
        "shared",
        layer_name="shared",
        compatible_runtimes=["python3.13"],
        code=pulumi.AssetArchive({"python/shared.py": pulumi.StringAsset("VERSION = 1")}),
    )
    api = aws.lambda_.Function(
        "api",
        role=role.arn,
        package_type="Zip",
        runtime="python3.13",
        architectures=["arm64"],
        handler="api.handler",
        publish=True,
        layers=[layer.arn],
        code=pulumi.AssetArchive({"api.py": pulumi.StringAsset("def handler(event, context): return {}")}),
        vpc_config={"subnet_ids": [one.id for one in net.private], "security_group_ids": [functions.id]},
        file_system_config={"arn": point.arn, "local_mount_path": "/mnt/models"},
        environment={"variables": {"DB_HOST": proxy.endpoint, "DB_SECRET_ARN": secret.arn, "DB_USER": "app"}},
        tracing_config={"mode": "Active"},
        opts=pulumi.ResourceOptions(depends_on=mounts),
    )
    alias = aws.lambda_.Alias("live", function_name=api.name, function_version=api.version, name="live")
    aws.lambda_.ProvisionedConcurrencyConfig(
        "live", function_name=api.name, qualifier=alias.name, provisioned_concurrent_executions=2
    )
    aws.lambda_.FunctionUrl(
        "live",
        function_name=api.name,
        qualifier=alias.name,
        authorization_type="AWS_IAM",
        cors={"allow_origins": ["https://app.acme.example"], "allow_methods": ["*"], "max_age": 3600},
    )
    uploads = aws.s3.Bucket("uploads")
    from_bucket = aws.lambda_.Permission(
        "from-bucket",
        action="lambda:InvokeFunction",
        function=api.arn,
        principal="s3.amazonaws.com",
        source_arn=uploads.arn,
        source_account="123456789012",
    )
    aws.s3.BucketNotification(
        "uploads",
        bucket=uploads.id,
        lambda_functions=[{"lambda_function_arn": api.arn, "events": ["s3:ObjectCreated:*"], "filter_suffix": ".csv"}],
        opts=pulumi.ResourceOptions(depends_on=[from_bucket]),
    )
