"""AWS Config: recorded items, and evaluations of rules."""

from __future__ import annotations

from collections.abc import Iterator
from decimal import Decimal
from typing import Final

from cost.charges import Charge, Unpriced
from cost.registry import Pricer
from cost.scope import Scope, UsageKey
from deployment import tokens

ITEMS: Final = UsageKey("monthly_config_items", Decimal(1000), "configuration items recorded a month")
CUSTOM: Final = UsageKey("monthly_custom_config_items", Decimal(0), "items of custom resources recorded a month")
EVALUATIONS: Final = UsageKey(
    "monthly_rule_evaluations", Decimal(1000), "evaluations of the rule a month, in all accounts"
)


def recorder(scope: Scope) -> Iterator[Charge]:
    """Items that the recorder takes, whenever something changes."""
    if scope.text("recordingMode.recordingFrequency", "CONTINUOUS") != "CONTINUOUS":
        raise Unpriced("daily recording isn't priced; continuous recording is")
    yield scope.use("Configuration items", ("config", "item"), scope.usage(ITEMS))
    yield from scope.used_where_given("Items of custom resources", ("config", "custom_item"), CUSTOM)


def rule(scope: Scope) -> Iterator[Charge]:
    """Evaluations of a rule, in all accounts of an organization's one; a custom one's function is billed by itself."""
    yield scope.use("Rule evaluations", ("config", "evaluation"), scope.usage(EVALUATIONS))


PRICERS: Final = {
    tokens.CONFIG_RECORDER[0]: Pricer(recorder, twins=("aws_config_configuration_recorder",), usage=(ITEMS, CUSTOM)),
    tokens.CONFIG_RULE[0]: Pricer(rule, twins=("aws_config_config_rule",), usage=(EVALUATIONS,)),
    tokens.ORGANIZATION_RULE[0]: Pricer(rule, twins=("aws_config_organization_managed_rule",), usage=(EVALUATIONS,)),
    tokens.ORGANIZATION_RULE[1]: Pricer(rule, twins=("aws_config_organization_custom_rule",), usage=(EVALUATIONS,)),
}
