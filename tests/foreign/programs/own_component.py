"""Components of one's own, one inside the other, with a secret output."""

import pulumi
import pulumi_aws as aws

from foreign.parts import trust

TWINS = {
    "a bucket that policies may open": {"uploads-data-block.blockPublicPolicy": False},
    "no block at all": {"uploads-data-block": None, "uploads-data-acl.acl": "public-read"},
}


class Store(pulumi.ComponentResource):
    """A private bucket."""

    def __init__(self, name, opts=None):
        super().__init__("acme:infra:Store", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.bucket = aws.s3.Bucket(f"{name}-bucket", opts=child)
        aws.s3.BucketPublicAccessBlock(
            f"{name}-block",
            bucket=self.bucket.id,
            block_public_acls=True,
            block_public_policy=True,
            ignore_public_acls=True,
            restrict_public_buckets=True,
            opts=child,
        )
        aws.s3.BucketAcl(f"{name}-acl", bucket=self.bucket.id, acl="private", opts=child)
        aws.s3.BucketOwnershipControls(
            f"{name}-owner", bucket=self.bucket.id, rule={"object_ownership": "BucketOwnerPreferred"}, opts=child
        )
        self.register_outputs({"bucket": pulumi.Output.secret(self.bucket.bucket)})


class Web(pulumi.ComponentResource):
    """A function and its store."""

    def __init__(self, name, opts=None):
        super().__init__("acme:infra:Web", name, None, opts)
        child = pulumi.ResourceOptions(parent=self)
        self.store = Store(f"{name}-data", opts=child)
        role = aws.iam.Role(f"{name}-role", assume_role_policy=trust("lambda"), opts=child)
        aws.lambda_.Function(
            f"{name}-function",
            role=role.arn,
            runtime="python3.13",
            handler="index.handler",
            code=pulumi.AssetArchive({"index.py": pulumi.StringAsset("def handler(event, context): return {}")}),
            environment={"variables": {"BUCKET": self.store.bucket.bucket}},
            opts=child,
        )
        self.register_outputs({"bucket": self.store.bucket.bucket})


def program():
    Web("uploads")
