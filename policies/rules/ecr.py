"""Data rules about ecr."""

from __future__ import annotations

from typing import Final

from deployment.tokens import REPOSITORY, REPOSITORY_POLICY
from policies.finding import Risk, Severity
from policies.rule import Rule
from policies.rules._documents import names_principals
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "data-images-not-public",
        REPOSITORY_POLICY,
        names_principals("policy", "ecr:BatchGetImage"),
        title="Image repositories admit named principals only",
        severity=Severity.CRITICAL,
        risk=Risk.EXPOSURE,
        why="Anybody pulls the images, and with them what was built into them; or pushes other ones.",
        fix="Name the principals in the repository's policy, or bind them by aws:PrincipalOrgID.",
        source="https://docs.aws.amazon.com/AmazonECR/latest/userguide/repository-policies.html",
        frameworks=("checkov:CKV_AWS_32",),
    ),
    row(
        "data-images-immutable",
        REPOSITORY,
        must_be("imageTagMutability", "IMMUTABLE", "IMMUTABLE_WITH_EXCLUSION"),
        title="Tags of images are not moved",
        severity=Severity.MEDIUM,
        why="What was tested under a tag is what runs under it.",
        fix="Set imageTagMutability to IMMUTABLE.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-2",
        frameworks=("checkov:CKV_AWS_51", "fsbp:ECR.2"),
    ),
    row(
        "data-images-scanned",
        REPOSITORY,
        must_be("imageScanningConfiguration.scanOnPush", True),
        title="Images are scanned when they are pushed",
        severity=Severity.MEDIUM,
        why="Known flaws of an image are known before it runs.",
        fix="Set imageScanningConfiguration.scanOnPush to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/ecr-controls.html#ecr-1",
        frameworks=("checkov:CKV_AWS_163", "fsbp:ECR.1"),
    ),
)
