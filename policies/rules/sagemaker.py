"""Data rules about SageMaker."""

from __future__ import annotations

from typing import Final

from deployment.tokens import NOTEBOOK
from policies.finding import Severity
from policies.rule import Rule
from policies.table import must_be, row

RULES: Final[tuple[Rule, ...]] = (
    row(
        "compute-notebook-no-internet",
        NOTEBOOK,
        must_be("directInternetAccess", "Disabled"),
        title="Notebooks have no way to the internet of their own",
        severity=Severity.HIGH,
        why="What reads the data could send it anywhere, past the network that is watched.",
        fix="Set directInternetAccess to Disabled, and give subnetId and securityGroups.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/sagemaker-controls.html#sagemaker-1",
        frameworks=("checkov:CKV_AWS_122", "fsbp:SageMaker.1"),
    ),
)
