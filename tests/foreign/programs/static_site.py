"""A static site: a private bucket behind CloudFront, by origin access control."""

import json

import pulumi_aws as aws

from foreign.parts import ACCOUNT, CERTIFICATE

TWINS = {
    "a bucket that policies may open": {"site.blockPublicPolicy": False},
    "a bucket that anybody may read": {
        "site-policy.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": "*",
                        "Action": "s3:GetObject",
                        "Resource": "arn:aws:s3:::acme-site/*",
                    }
                ],
            }
        )
    },
    "plain HTTP": {"cdn.defaultCacheBehavior.viewerProtocolPolicy": "allow-all"},
}


def program():
    bucket = aws.s3.Bucket("site", bucket="acme-site")
    block = aws.s3.BucketPublicAccessBlock(
        "site",
        bucket=bucket.id,
        block_public_acls=True,
        block_public_policy=True,
        ignore_public_acls=True,
        restrict_public_buckets=True,
    )
    control = aws.cloudfront.OriginAccessControl(
        "site", origin_access_control_origin_type="s3", signing_behavior="always", signing_protocol="sigv4"
    )
    cdn = aws.cloudfront.Distribution(
        "cdn",
        enabled=True,
        aliases=["www.acme.example"],
        default_root_object="index.html",
        origins=[
            {
                "origin_id": "site",
                "domain_name": bucket.bucket_regional_domain_name,
                "origin_access_control_id": control.id,
            }
        ],
        default_cache_behavior={
            "target_origin_id": "site",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
            "compress": True,
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={
            "acm_certificate_arn": CERTIFICATE,
            "ssl_support_method": "sni-only",
            "minimum_protocol_version": "TLSv1.2_2021",
        },
    )
    policy = cdn.arn.apply(
        lambda arn: json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "cloudfront.amazonaws.com"},
                        "Action": "s3:GetObject",
                        "Resource": "arn:aws:s3:::acme-site/*",
                        "Condition": {"StringEquals": {"AWS:SourceArn": arn}},
                    }
                ],
            }
        )
    )
    aws.s3.BucketPolicy("site-policy", bucket=bucket.id, policy=policy)
    zone = aws.route53.Zone("acme", name="acme.example", comment=f"of {ACCOUNT}")
    aws.route53.Record(
        "www",
        zone_id=zone.zone_id,
        name="www.acme.example",
        type="A",
        aliases=[{"name": cdn.domain_name, "zone_id": cdn.hosted_zone_id, "evaluate_target_health": False}],
    )
    del block
