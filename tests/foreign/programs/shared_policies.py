"""What an account lends to others, one policy each: logs, firewalls, models, builds, a bucket in all Regions."""

import json

import pulumi_aws as aws

PARTNER = {"AWS": "arn:aws:iam::111122223333:root"}


def _lent(action: str, resource: str, principal: object = PARTNER) -> str:
    statement = {"Effect": "Allow", "Principal": principal, "Action": action, "Resource": resource}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


def _arn(path: str) -> str:
    service, _, rest = path.partition(":")
    return f"arn:aws:{service}:us-east-1:123456789012:{rest}"


EVERYWHERE = "arn:aws:s3::123456789012:accesspoint/m1a2b3c4d5e6f.mrap/object/*"
TWINS = {
    "logs of everybody": {"logs.accessPolicy": _lent("logs:PutSubscriptionFilter", _arn("logs:destination:all"), "*")},
    "logs that anybody writes": {
        "search.policyDocument": _lent("logs:PutLogEvents", _arn("logs:log-group:/search:*"), {"AWS": ["*"]})
    },
    "a firewall's rules for everybody": {
        "walls.policy": _lent("network-firewall:*", _arn("network-firewall:firewall-policy/all"), {"AWS": "*"})
    },
    "a model for everybody": {
        "model.resourcePolicy": _lent("sagemaker:DescribeModelPackage", _arn("sagemaker:model-package/m/*"), "*")
    },
    "metrics of everybody": {"watch.policy": _lent("oam:CreateLink", "*", "*")},
    "builds for everybody": {"builds.policy": _lent("codebuild:*", _arn("codebuild:project/app"), "*")},
    "a service network for everybody": {"net.policy": _lent("vpc-lattice:*", _arn("vpc-lattice:service/svc-0a"), "*")},
    "a table for everybody": {"table.resourcePolicy": _lent("s3tables:GetTableData", "*", "*")},
    "a warehouse's snapshots for everybody": {"snapshots.policy": _lent("redshift-serverless:*", "*", {"AWS": "*"})},
    "a view of a bucket for everybody": {"view.policy": _lent("s3-object-lambda:*", "*", "*")},
    "a search for everybody": {"find.accessPolicy": _lent("cloudsearch:*", "*", "*")},
    "a key's replica for everybody": {"replica.policy": _lent("kms:Decrypt", "*", "*")},
    "a bucket for everybody, in all Regions": {"everywhere.details.policy": _lent("s3:*", EVERYWHERE, "*")},
}


def program():
    aws.cloudwatch.LogDestinationPolicy(
        "logs",
        destination_name="all",
        access_policy=_lent("logs:PutSubscriptionFilter", _arn("logs:destination:all"), {"AWS": "111122223333"}),
    )
    aws.cloudwatch.LogResourcePolicy(
        "search",
        policy_name="search",
        policy_document=_lent("logs:PutLogEvents", _arn("logs:log-group:/search:*"), {"Service": "es.amazonaws.com"}),
    )
    wall = _arn("network-firewall:firewall-policy/all")
    aws.networkfirewall.ResourcePolicy(
        "walls", resource_arn=wall, policy=_lent("network-firewall:ListFirewallPolicies", wall)
    )
    aws.sagemaker.ModelPackageGroupPolicy(
        "model",
        model_package_group_name="m",
        resource_policy=_lent("sagemaker:DescribeModelPackage", _arn("sagemaker:model-package/m/*")),
    )
    watched = aws.oam.Sink("watch", name="watch")
    aws.oam.SinkPolicy("watch", sink_identifier=watched.arn, policy=_lent("oam:CreateLink", "*"))
    build = _arn("codebuild:project/app")
    aws.codebuild.ResourcePolicy("builds", resource_arn=build, policy=_lent("codebuild:BatchGetProjects", build))
    service = _arn("vpc-lattice:service/svc-0a")
    aws.vpclattice.ResourcePolicy("net", resource_arn=service, policy=_lent("vpc-lattice:GetService", service))
    aws.s3control.MultiRegionAccessPointPolicy(
        "everywhere", details={"name": "everywhere", "policy": _lent("s3:GetObject", EVERYWHERE)}
    )
    table = _arn("s3tables:bucket/lake")
    aws.s3tables.TablePolicy(
        "table",
        table_bucket_arn=table,
        namespace="sales",
        name="orders",
        resource_policy=_lent("s3tables:GetTableData", f"{table}/table/*"),
    )
    snapshot = _arn("redshift-serverless:snapshot/s")
    aws.redshiftserverless.ResourcePolicy(
        "snapshots", resource_arn=snapshot, policy=_lent("redshift-serverless:RestoreFromSnapshot", snapshot)
    )
    view = _arn("s3-object-lambda:accesspoint/view")
    aws.s3control.ObjectLambdaAccessPointPolicy("view", name="view", policy=_lent("s3-object-lambda:GetObject", view))
    aws.cloudsearch.DomainServiceAccessPolicy(
        "find", domain_name="find", access_policy=_lent("cloudsearch:search", _arn("cloudsearch:domain/find"))
    )
    aws.kms.ReplicaKey(
        "replica",
        primary_key_arn="arn:aws:kms:eu-west-1:123456789012:key/mrk-0123456789abcdef0123456789abcdef",
        policy=_lent("kms:*", "*", {"AWS": "arn:aws:iam::123456789012:root"}),
    )
