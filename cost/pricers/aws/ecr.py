"""ECR: stored images."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

STORAGE: Final = UsageKey("storage_gb", Decimal(1), "gigabytes of images")


def repository(scope: Scope) -> Iterator[Charge]:
    """Images of a repository."""
    yield scope.kept("Images stored", ("ecr", "storage_gb_month"), scope.usage(STORAGE))


PRICERS: Final = {tokens.REPOSITORY[0]: Pricer(repository, twins=("aws_ecr_repository",), usage=(STORAGE,))}
