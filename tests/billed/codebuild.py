"""What resources of `codebuild` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:codebuild/project:Project",
        {"environment": {"type": "LINUX_CONTAINER", "computeType": "BUILD_GENERAL1_SMALL"}},
        {"Build minutes (small)": "5.00"},
        {"monthly_build_mins": 1000},
    ),
    case(
        "aws:codebuild/project:Project",
        {"environment": {"type": "WINDOWS_SERVER_2019_CONTAINER", "computeType": "BUILD_GENERAL1_LARGE"}},
        {"Build minutes (large)": "3600.00"},
        {"monthly_build_mins": 100_000},
        id="codebuild: windows",
    ),
]
