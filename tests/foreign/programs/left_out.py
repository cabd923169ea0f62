"""Properties left out where the provider or AWS takes the safe value, and access bound to one's own VPC endpoints."""

import json

import pulumi_aws as aws

from foreign.parts import network

ISSUER = "token.actions.githubusercontent.com/acme"
"""An enterprise's own issuer of GitHub: its claims are named after it."""


def stating(**changes):
    reading = {
        "Effect": "Allow",
        "Principal": "*",
        "Action": "s3:GetObject",
        "Resource": "arn:aws:s3:::acme-packages/*",
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [{**reading, **changes}]})


def trust(**claims):
    return json.dumps(
        {
            "Version": "2012-10-17",
            "Statement": [
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": f"arn:aws:iam::123456789012:oidc-provider/{ISSUER}"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {"StringEquals": {f"{ISSUER}:{name}": value for name, value in claims.items()}},
                }
            ],
        }
    )


TWINS = {
    "a replication instance on the internet": {"copier.publiclyAccessible": True},
    "a search domain over plain HTTP": {"orders.domainEndpointOptions.enforceHttps": False},
    "a search domain without the block": {"orders.domainEndpointOptions": None},
    "a cache in plain text": {"sessions.atRestEncryptionEnabled": False},
    "a cache of another engine, which is in plain text": {"sessions.engine": "redis"},
    "packages for whoever does not come by an endpoint of the account": {
        "packages-policy.policy": stating(Condition={"StringNotEquals": {"aws:VpceAccount": "123456789012"}})
    },
    "packages for whoever sends no such key": {
        "packages-policy.policy": stating(Condition={"ForAllValues:StringEquals": {"aws:VpceOrgID": "o-a1b2c3d4e5"}})
    },
    "packages for whoever has a role anywhere": {
        "packages-policy.policy": stating(Condition={"ArnLike": {"aws:PrincipalArn": "arn:aws:iam::*"}})
    },
    "packages for roles by a pattern, which AWS refuses": {
        "packages-policy.policy": stating(Principal={"AWS": "arn:aws:iam::123456789012:role/build-*"})
    },
    "a bucket that nobody reaches any more": {
        "packages-policy.policy": stating(Effect="Deny", Action="s3:*", Resource="arn:aws:s3:::acme-packages")
    },
    "any repository of the enterprise's issuer": {"publish.assumeRolePolicy": trust(aud="sts.amazonaws.com")},
}


def program():
    net = network("net")
    group = aws.ec2.SecurityGroup("inside", vpc_id=net.vpc.id)
    subnets = [one.id for one in net.private]
    copiers = aws.dms.ReplicationSubnetGroup(
        "copiers",
        replication_subnet_group_id="copiers",
        replication_subnet_group_description="Copiers",
        subnet_ids=subnets,
    )
    aws.dms.ReplicationInstance(
        "copier",
        replication_instance_id="copier",
        replication_instance_class="dms.t3.medium",
        allocated_storage=50,
        replication_subnet_group_id=copiers.replication_subnet_group_id,
        vpc_security_group_ids=[group.id],
    )
    aws.opensearch.Domain(
        "orders",
        domain_name="orders",
        engine_version="OpenSearch_2.19",
        cluster_config={"instance_type": "t3.small.search", "instance_count": 1},
        ebs_options={"ebs_enabled": True, "volume_size": 20, "volume_type": "gp3"},
        vpc_options={"subnet_ids": subnets[:1], "security_group_ids": [group.id]},
        encrypt_at_rest={"enabled": True},
        domain_endpoint_options={"tls_security_policy": "Policy-Min-TLS-1-2-PFS-2023-10"},
    )
    aws.elasticache.ReplicationGroup(
        "sessions",
        description="Sessions",
        engine="valkey",
        engine_version="8.0",
        node_type="cache.t4g.micro",
        num_cache_clusters=1,
        transit_encryption_enabled=True,
        subnet_group_name=aws.elasticache.SubnetGroup("caches", subnet_ids=subnets).name,
        security_group_ids=[group.id],
    )
    packages = aws.s3.Bucket("packages", bucket="acme-packages")
    aws.s3.BucketPolicy(
        "packages-policy",
        bucket=packages.id,
        policy=stating(Condition={"StringEquals": {"aws:VpceAccount": ["123456789012", "210987654321"]}}),
    )
    aws.iam.Role(
        "publish", assume_role_policy=trust(aud="sts.amazonaws.com", sub="repo:acme/packages:ref:refs/heads/main")
    )
