"""Container images in a private registry of Amazon ECR: whom to ask for them, and what an instance may then read."""

from __future__ import annotations

import re
from dataclasses import dataclass

PRIVATE = re.compile(
    r"(?P<registry>(?P<account>\d{12})\.(?P<service>dkr[.-]ecr)(?:-fips)?\.(?P<region>[a-z0-9-]+)\.(?P<domain>[a-z.]+))"
    r"/(?P<repository>[a-z0-9][a-z0-9._/-]*?)(?:[:@].*)?"
)
DOMAINS = {"dkr.ecr": "amazonaws.com", "dkr-ecr": "on.aws"}
"""Names of an image over IPv4 and over both families (Amazon ECR guide, "Making requests", read 2026-11)."""


@dataclass(frozen=True, kw_only=True)
class PrivateRepository:
    """One repository of somebody's private registry."""

    registry: str
    """Host name of the registry."""
    region: str
    """Its Region."""
    arn: str
    """ARN of the repository."""


def private_repository(image: str) -> PrivateRepository | None:
    """The private repository that `image` is in; None for an image that everybody may pull, or of another registry."""
    found = PRIVATE.fullmatch(image)
    if found is None or DOMAINS[found["service"]] != found["domain"]:
        return None
    arn = f"arn:aws:ecr:{found['region']}:{found['account']}:repository/{found['repository']}"
    return PrivateRepository(registry=found["registry"], region=found["region"], arn=arn)
