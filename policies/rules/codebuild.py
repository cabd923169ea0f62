"""Data rules about CodeBuild."""

from __future__ import annotations

import re
from collections.abc import Iterator
from typing import Final

from deployment.graph import Resource
from deployment.tokens import BUILD_PROJECT
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.table import must_not_be, row

IN_ADDRESS: Final = re.compile(r"://(?:[^\s:/@]+:(?![$%{<*])[^\s:/@]+|[A-Za-z0-9_-]{20,})@")
"""A password, or a token as the user, in front of the host."""
SOURCES: Final = ("source.location", "secondarySources[*].location")


def _no_credentials_in_address(resource: Resource, context: Context) -> Iterator[Problem]:
    """No repository is named with the credentials for it."""
    for path in SOURCES:
        for value in resource.all(path):
            if isinstance(value, str) and IN_ADDRESS.search(value):
                yield Problem(f"{path} has a credential in front of the host; take it out", path)


RULES: Final[tuple[Rule, ...]] = (
    Rule(
        id="builds-no-credentials-in-address",
        title="Addresses of repositories hold no credentials",
        severity=Severity.CRITICAL,
        risk=Risk.LEAK,
        why="Whoever may look at the build, its logs or its project reads the token, and then the repository.",
        fix="Give the address alone, and the credential as aws.codebuild.SourceCredential or a connection.",
        source="https://docs.aws.amazon.com/securityhub/latest/userguide/codebuild-controls.html#codebuild-1",
        frameworks=("fsbp:CodeBuild.1", "prowler:codebuild_project_source_repo_url_no_sensitive_credentials"),
        types=BUILD_PROJECT,
        check=_no_credentials_in_address,
        passing={"build": (BUILD_PROJECT[0], {"source": {"location": "https://bitbucket.org/acme/app.git"}})},
        failing={"build": (BUILD_PROJECT[0], {"source": {"location": "https://bot:correct@bitbucket.org/acme/a.git"}})},
        also_failing=(
            {"build": (BUILD_PROJECT[0], {"source": {"location": f"https://{'t' * 36}@github.com/acme/app.git"}})},
            {"build": (BUILD_PROJECT[0], {"secondarySources": [{"location": "https://a:correct@example.com/b.git"}]})},
        ),
    ),
    row(
        "builds-not-public",
        BUILD_PROJECT,
        must_not_be("projectVisibility", "PUBLIC_READ", use="leave it at PRIVATE"),
        title="Builds are shown to the account only",
        severity=Severity.HIGH,
        risk=Risk.EXPOSURE,
        why="Anybody reads logs and artifacts of all builds, and whatever secrets they print.",
        fix="Leave projectVisibility at PRIVATE.",
        source="https://docs.aws.amazon.com/codebuild/latest/userguide/public-builds.html",
        frameworks=("prowler:codebuild_project_not_publicly_accessible",),
    ),
)
