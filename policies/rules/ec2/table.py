"""Data rules about ec2."""

from __future__ import annotations

from dataclasses import replace
from typing import Final

from deployment.tokens import IMAGE_PERMISSION, INSTANCE, LAUNCH_CONFIGURATION, LAUNCH_TEMPLATE
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.table import must_be, must_not_be, row

RULES: Final[tuple[Rule, ...]] = (
    replace(
        row(
            "compute-metadata-hop-limit",
            (*LAUNCH_TEMPLATE, *LAUNCH_CONFIGURATION),
            must_be("metadataOptions.httpPutResponseHopLimit", 1, None),
            title="Instance metadata does not leave the instance",
            severity=Severity.MEDIUM,
            why="With a hop limit above 1 a container, or a proxy on the instance, reaches the role's credentials.",
            fix="Set metadataOptions.httpPutResponseHopLimit to 1.",
            source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-options.html",
            frameworks=("checkov:CKV_AWS_341",),
            mends=True,
        ),
        also_failing=({"it": (LAUNCH_CONFIGURATION[0], {"metadataOptions": {"httpPutResponseHopLimit": 2}})},),
    ),
    row(
        "compute-no-public-ip",
        (*LAUNCH_TEMPLATE, *INSTANCE),
        must_be("associatePublicIpAddress", False, None),
        must_be("networkInterfaces[0].associatePublicIpAddress", False, None),
        title="Instances have no public IPv4 address",
        severity=Severity.HIGH,
        why="A public address is a way around the load balancer and its web ACL, and costs $3.65 a month each.",
        fix="Set associatePublicIpAddress to false (in networkInterfaces of a launch template).",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ec2-controls.html#ec2-25",
        frameworks=(
            "checkov:CKV_AWS_88",
            "fsbp:EC2.25",
            "fsbp:EC2.9",
            "awsguard:ec2-instance-no-public-ip",
            "pulumi:disallowPublicIp",
        ),
    ),
    row(
        "compute-images-not-public",
        IMAGE_PERMISSION,
        must_not_be("group", "all", use="name the accounts"),
        title="Images of machines are shared with named accounts only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Whoever has an AWS account starts the image, and reads what was built into it.",
        fix="Set accountId, organizationArn or organizationalUnitArn in place of group.",
        source="https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/sharingamis-intro.html",
        frameworks=("prowler:ec2_ami_public",),
    ),
)
