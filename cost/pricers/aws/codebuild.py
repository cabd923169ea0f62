"""AWS CodeBuild: builds by the started minute."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

MINUTES: Final = UsageKey("monthly_build_mins", Decimal(100), "minutes of builds a month")

SYSTEMS: Final = {
    "LINUX_CONTAINER": "linux",
    "WINDOWS_SERVER_2019_CONTAINER": "windows",
    "WINDOWS_SERVER_2022_CONTAINER": "windows",
}


def project(scope: Scope) -> Iterator[Charge]:
    """Minutes in the declared environment; what the catalogue has no price for is told by its key."""
    kind = scope.text("environment.type")
    size = scope.text("environment.computeType").lower().removeprefix("build_general1_")
    key = f"{SYSTEMS.get(kind, kind.lower())}_{size}_minute"
    yield scope.use(f"Build minutes ({size})", ("codebuild", key), scope.usage(MINUTES))


PRICERS: Final = {tokens.BUILD_PROJECT[0]: Pricer(project, twins=("aws_codebuild_project",), usage=(MINUTES,))}
