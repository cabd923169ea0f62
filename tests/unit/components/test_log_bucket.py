"""Bucket for access logs and flow logs."""

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize


def kept():
    return graph_from_json(synthesize("dev", overrides={"plant:platform.protect_data": "true"}), "kept data")


def test_bucket_is_private_versioned_encrypted_and_protected(dev, one):
    block = one(dev, "aws:s3/bucketPublicAccessBlock:BucketPublicAccessBlock")
    assert all(
        block.get(flag)
        for flag in ("blockPublicAcls", "blockPublicPolicy", "ignorePublicAcls", "restrictPublicBuckets")
    )
    assert one(dev, "aws:s3/bucketVersioning:BucketVersioning").get("versioningConfiguration.status") == "Enabled"
    # Load balancers can't write to a bucket with a customer key.
    rule = one(dev, "aws:s3/bucketServerSideEncryptionConfiguration:BucketServerSideEncryptionConfiguration").get(
        "rules[0]"
    )
    assert rule["applyServerSideEncryptionByDefault"]["sseAlgorithm"] == "AES256"
    protected = one(kept(), "aws:s3/bucket:Bucket")
    assert protected.protect is True
    assert protected.get("forceDestroy") is False


def test_logs_are_forgotten_and_uploads_that_never_end_too(dev, one):
    (rule,) = one(dev, "aws:s3/bucketLifecycleConfiguration:BucketLifecycleConfiguration").get("rules")
    assert rule["expiration"]["days"] == 365
    assert rule["abortIncompleteMultipartUpload"]["daysAfterInitiation"] == 1


def test_only_log_services_of_this_account_write_and_only_over_tls(dev, one, document):
    statements = {
        found["Sid"]: found for found in document(one(dev, "aws:s3/bucketPolicy:BucketPolicy"), "policy")["Statement"]
    }
    assert statements["OnlyOverTls"]["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    allowed = [found for found in statements.values() if found["Effect"] == "Allow"]
    assert {found["Principal"]["Service"] for found in allowed} == {
        "logdelivery.elasticloadbalancing.amazonaws.com",
        "delivery.logs.amazonaws.com",
    }
    assert all(found["Condition"] for found in allowed)


def test_data_can_be_let_go_on_purpose(dev, one):
    """Development lets go: `pulumi destroy` must not stop at a bucket full of logs."""
    assert not [resource.name for resource in dev if resource.protect]
    assert one(dev, "aws:s3/bucket:Bucket").get("forceDestroy") is True
