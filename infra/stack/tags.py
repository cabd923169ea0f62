"""Cost-allocation tags of one stack."""

from __future__ import annotations

from infra.naming import Names
from infra.settings import Settings

IDENTIFYING_TAGS = ("Project", "Stack")
"""Tags that together name one stack; the reaper goes by them."""

BUDGET_TAG = "StackId"
"""The tag that names one stack by itself, for the budget: its filters can't ask for two tags at once."""


def tags(settings: Settings, stack: str) -> dict[str, str]:
    """Tags of all resources of `stack`."""
    return {
        "Project": "plant-api",
        "Stack": stack,
        BUDGET_TAG: Names("plant", stack).slug,
        "Owner": settings.platform.owner,
        "CostCenter": settings.platform.cost_center,
        "ManagedBy": "pulumi",
    }
