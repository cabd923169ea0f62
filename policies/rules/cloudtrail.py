"""Data rules about cloudtrail."""

from __future__ import annotations

from typing import Final

from deployment.tokens import TRAIL
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, must_have, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "observability-trail-on",
        TRAIL,
        must_be("enableLogging", True, None),
        must_be("enableLogFileValidation", True),
        must_be("isMultiRegionTrail", True),
        title="Trails record, in every Region, files that can be verified",
        severity=Severity.MEDIUM,
        why="An intruder works in the Region that nobody looks at, and edits the log afterwards.",
        fix="Set enableLogFileValidation and isMultiRegionTrail to true.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-4",
        frameworks=(
            "checkov:CKV_AWS_36",
            "checkov:CKV_AWS_67",
            "checkov:CKV_AWS_251",
            "fsbp:CloudTrail.1",
            "fsbp:CloudTrail.4",
        ),
        mends=True,
    ),
    row(
        "observability-trail-encrypted",
        TRAIL,
        must_have("kmsKeyId", "the ARN of a key of your own"),
        title="Trails are encrypted with a key of one's own",
        severity=Severity.MEDIUM,
        why="With a key of one's own who reads the trail is decided, and logged, apart from the bucket.",
        fix="Set kmsKeyId to the ARN of the key.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/cloudtrail-controls.html#cloudtrail-2",
        frameworks=("checkov:CKV_AWS_35", "fsbp:CloudTrail.2"),
    ),
)
