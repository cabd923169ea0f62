"""Functions run on a supported runtime."""

from __future__ import annotations

import re
from typing import TYPE_CHECKING

from deployment.graph import Resource
from deployment.tokens import FUNCTION
from policies.context import Context
from policies.finding import Severity
from policies.rule import Problem, Rule

if TYPE_CHECKING:
    from collections.abc import Iterator

ENDED = re.compile(
    r"^(nodejs(|[468]\.\d+|10\.x|12\.x|14\.x|16\.x|18\.x)|python(2\.7|3\.[6-9])|ruby2\.\d|java8|go1\.x|dotnetcore\d\.\d|dotnet[567]|provided)$"
)


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """The runtime still gets security patches."""
    runtime = resource.get("runtime")
    if isinstance(runtime, str) and ENDED.match(runtime):
        yield Problem(f"runtime is {runtime}, which AWS no longer patches; take a current one", "runtime")


RULE = Rule(
    id="functions-runtime-supported",
    title="Functions run on a supported runtime",
    severity=Severity.MEDIUM,
    why="Runtimes past their end get no security patches, and soon can't be updated.",
    fix="Set runtime to a current one, such as python3.13.",
    source="https://docs.aws.amazon.com/securityhub/latest/userguide/lambda-controls.html#lambda-2",
    frameworks=("checkov:CKV_AWS_363", "fsbp:Lambda.2"),
    types=FUNCTION,
    check=check,
    reads=("runtime",),
    passing={"f": (FUNCTION[0], {"runtime": "python3.13"})},
    failing={"f": (FUNCTION[0], {"runtime": "python3.8"})},
)
