"""Writes the same charges as FOCUS 1.0 to 1.3, CUR 2.0 or legacy CUR; as CSV, gzip CSV or Parquet.

Columns: AWS Data Exports user guide, table dictionaries (2026-11), and the specification of FOCUS 1.3; all of FOCUS's,
those of CUR 2.0 that tell charges.
"""

from __future__ import annotations

import csv
import datetime
import gzip
import io
import json
import re
from dataclasses import dataclass, field
from decimal import Decimal
from pathlib import Path
from typing import Any


def _names(text: str) -> list[str]:
    return text.split()


FOCUS_10 = _names(
    "AvailabilityZone BilledCost BillingAccountId BillingAccountName BillingCurrency BillingPeriodEnd "
    "BillingPeriodStart ChargeCategory ChargeClass ChargeDescription ChargeFrequency ChargePeriodEnd ChargePeriodStart "
    "CommitmentDiscountCategory CommitmentDiscountId CommitmentDiscountName CommitmentDiscountStatus "
    "CommitmentDiscountType ConsumedQuantity ConsumedUnit ContractedCost ContractedUnitPrice EffectiveCost "
    "InvoiceIssuerName ListCost ListUnitPrice PricingCategory PricingQuantity PricingUnit ProviderName PublisherName "
    "RegionId RegionName ResourceId ResourceName ResourceType ServiceCategory ServiceName SkuId SkuPriceId "
    "SubAccountId SubAccountName Tags"
)
AWS_10 = ["x_CostCategories", "x_Discounts", "x_Operation", "x_ServiceCode", "x_UsageType"]
ADDED_11 = _names(
    "CapacityReservationId CapacityReservationStatus CommitmentDiscountQuantity CommitmentDiscountUnit "
    "ServiceSubcategory SkuMeter SkuPriceDetails"
)
ADDED_12 = _names(
    "BillingAccountType InvoiceId PricingCurrency PricingCurrencyContractedUnitPrice PricingCurrencyEffectiveCost "
    "PricingCurrencyListUnitPrice SubAccountType"
)
ADDED_13 = _names(
    "AllocatedMethodDetails AllocatedMethodId AllocatedResourceId AllocatedResourceName AllocatedTags ContractApplied "
    "HostProviderName ServiceProviderName"
)
AWS_12 = ["x_Discounts", "x_Operation", "x_ServiceCode"]
CUR_20 = _names(
    "bill_bill_type bill_billing_entity bill_billing_period_end_date bill_billing_period_start_date bill_invoice_id "
    "bill_payer_account_id bill_payer_account_name cost_category discount identity_line_item_id "
    "identity_time_interval line_item_availability_zone line_item_blended_cost line_item_blended_rate "
    "line_item_currency_code line_item_legal_entity line_item_line_item_description line_item_line_item_type "
    "line_item_normalization_factor line_item_normalized_usage_amount line_item_operation line_item_product_code "
    "line_item_resource_id line_item_tax_type line_item_unblended_cost line_item_unblended_rate "
    "line_item_usage_account_id line_item_usage_account_name line_item_usage_amount line_item_usage_end_date "
    "line_item_usage_start_date line_item_usage_type pricing_public_on_demand_cost pricing_public_on_demand_rate "
    "pricing_term pricing_unit product product_region_code product_servicecode reservation_effective_cost "
    "reservation_reservation_a_r_n reservation_unused_amortized_upfront_fee_for_billing_period "
    "reservation_unused_recurring_fee resource_tags savings_plan_savings_plan_effective_cost "
    "savings_plan_total_commitment_to_date savings_plan_used_commitment split_line_item_parent_resource_id "
    "split_line_item_split_cost split_line_item_unused_cost"
)
SPLIT = ("split_line_item_parent_resource_id", "split_line_item_split_cost", "split_line_item_unused_cost")
LEGACY = {
    "bill_billing_period_start_date": "bill/BillingPeriodStartDate",
    "bill_billing_period_end_date": "bill/BillingPeriodEndDate",
    "identity_time_interval": "identity/TimeInterval",
    "line_item_currency_code": "lineItem/CurrencyCode",
    "line_item_line_item_type": "lineItem/LineItemType",
    "line_item_operation": "lineItem/Operation",
    "line_item_product_code": "lineItem/ProductCode",
    "line_item_resource_id": "lineItem/ResourceId",
    "line_item_unblended_cost": "lineItem/UnblendedCost",
    "line_item_usage_account_id": "lineItem/UsageAccountId",
    "line_item_usage_amount": "lineItem/UsageAmount",
    "line_item_usage_end_date": "lineItem/UsageEndDate",
    "line_item_usage_start_date": "lineItem/UsageStartDate",
    "line_item_usage_type": "lineItem/UsageType",
    "pricing_public_on_demand_cost": "pricing/publicOnDemandCost",
    "pricing_unit": "pricing/unit",
    "reservation_reservation_a_r_n": "reservation/ReservationARN",
    "savings_plan_savings_plan_effective_cost": "savingsPlan/SavingsPlanEffectiveCost",
}
"""Names of CUR 2.0 -> of the legacy report (its data dictionary, 2026-11)."""
LEGACY_TAGS = {
    "user_stack_id": "resourceTags/user:StackId",
    "aws_autoscaling_group_name": "resourceTags/aws:autoscaling:groupName",
}
FORMATS = {
    "focus-1.0": FOCUS_10 + AWS_10,
    "focus-1.1": FOCUS_10 + ADDED_11 + AWS_10[1:4],
    "focus-1.2": FOCUS_10 + ADDED_11 + ADDED_12 + AWS_12,
    "focus-1.3": FOCUS_10 + ADDED_11 + ADDED_12 + ADDED_13 + AWS_12,
    "cur-2.0": CUR_20,
    "cur-legacy": [*LEGACY.values(), *LEGACY_TAGS.values()],
}
PACKINGS = ("csv", "csv.gz", "parquet")


@dataclass(frozen=True)
class Billed:
    """One charge of a bill."""

    cost: Decimal
    service: str = "AmazonEC2"
    usage_type: str = "BoxUsage:t4g.micro"
    operation: str = "RunInstances"
    resource: str = ""
    account: str = "123456789012"
    quantity: Decimal = Decimal(1)
    unit: str = "Hrs"
    category: str = "Usage"
    """Usage, Tax, Credit, Refund, Fee, Discount, SavingsPlanCoveredUsage, SavingsPlanNegation, …: as CUR says it."""
    amortised: Decimal | None = None
    """None: as billed."""
    tags: dict[str, str] = field(default_factory=dict)
    split: tuple[str, Decimal, Decimal] | None = None
    """Instance, split cost and unused cost of a line that split cost allocation adds for a pod, in CUR 2.0."""
    allocated: tuple[str, dict[str, str]] | None = None
    """Id and tags of the pod that a line of FOCUS 1.3 allocates a part of its resource's cost to."""
    currency: str = "USD"
    month: str = "2026-10"
    begins: str = ""
    """None: the first hour of the month."""
    hours: int = 1

    @property
    def times(self) -> tuple[str, str]:
        first = datetime.datetime.fromisoformat(self.begins or f"{self.month}-01T00:00:00")
        return tuple(f"{one:%Y-%m-%dT%H:%M:%SZ}" for one in (first, first + datetime.timedelta(hours=self.hours)))

    @property
    def bounds(self) -> tuple[str, str]:
        first = datetime.date.fromisoformat(f"{self.month}-01")
        following = (first + datetime.timedelta(days=32)).replace(day=1)
        return f"{first}T00:00:00Z", f"{following}T00:00:00Z"


CATEGORIES = {
    "Tax": "Tax",
    "Credit": "Credit",
    "Refund": "Usage",
    "Fee": "Purchase",
    "SavingsPlanUpfrontFee": "Purchase",
}


def write(
    folder: Path, charges: list[Billed], format_: str = "focus-1.2", packing: str = "csv", name: str = ""
) -> Path:
    """A file of `charges` in `folder`."""
    path = folder / f"{name or format_}.{packing}"
    rows = [_row(charge, format_) for charge in charges]
    columns = FORMATS[format_]
    if packing == "parquet":
        _parquet(path, columns, rows)
        return path
    text = io.StringIO()
    writer = csv.DictWriter(text, columns, restval="", lineterminator="\n")
    writer.writeheader()
    writer.writerows(
        {key: json.dumps(cell) if isinstance(cell, dict) else cell for key, cell in row.items()} for row in rows
    )
    content = text.getvalue().encode()
    path.write_bytes(gzip.compress(content, mtime=0) if packing == "csv.gz" else content)
    return path


def _row(charge: Billed, format_: str) -> dict[str, Any]:
    begins, ends = charge.times
    first, following = charge.bounds
    amortised = charge.cost if charge.amortised is None else charge.amortised
    if format_.startswith("cur-"):
        row = {
            "bill_billing_period_start_date": first,
            "bill_billing_period_end_date": following,
            "identity_time_interval": f"{begins}/{ends}",
            "line_item_usage_start_date": begins,
            "line_item_usage_end_date": ends,
            "line_item_currency_code": charge.currency,
            "line_item_line_item_type": charge.category,
            "line_item_operation": charge.operation,
            "line_item_product_code": charge.service,
            "line_item_resource_id": charge.resource,
            "line_item_unblended_cost": f"{charge.cost:f}",
            "line_item_usage_account_id": charge.account,
            "line_item_usage_amount": f"{charge.quantity:f}",
            "line_item_usage_type": charge.usage_type,
            "pricing_public_on_demand_cost": f"{charge.cost:f}",
            "pricing_unit": charge.unit,
            **{name: f"{value}" for name, value in zip(SPLIT, charge.split or (), strict=False)},
            "resource_tags": {_cur_key(key): value for key, value in charge.tags.items()},
        }
        if charge.category == "SavingsPlanCoveredUsage":
            row["savings_plan_savings_plan_effective_cost"] = f"{amortised:f}"
        if format_ == "cur-legacy":
            tags = row.pop("resource_tags")
            return {LEGACY[key]: value for key, value in row.items()} | {
                name: tags[key] for key, name in LEGACY_TAGS.items() if key in tags
            }
        return row
    row = {
        # What a Savings Plan covers is not invoiced; CUR takes it off again by another line.
        "BilledCost": f"{0 if charge.category == 'SavingsPlanCoveredUsage' else charge.cost:f}",
        "EffectiveCost": f"{amortised:f}",
        "ListCost": f"{charge.cost:f}",
        "ContractedCost": f"{charge.cost:f}",
        "BillingCurrency": charge.currency,
        "BillingPeriodStart": first,
        "BillingPeriodEnd": following,
        "ChargePeriodStart": begins,
        "ChargePeriodEnd": ends,
        "ChargeCategory": CATEGORIES.get(charge.category, "Usage"),
        "ChargeClass": "Correction" if charge.category == "Refund" else "",
        "ChargeFrequency": "Usage-Based",
        "ConsumedQuantity": f"{charge.quantity:f}",
        "ConsumedUnit": charge.unit,
        "PricingQuantity": f"{charge.quantity:f}",
        "PricingUnit": charge.unit,
        "ProviderName": "AWS",
        "PublisherName": "AWS",
        "ResourceId": charge.resource,
        "ServiceName": charge.service,
        "SubAccountId": charge.account,
        "BillingAccountId": charge.account,
        "Tags": charge.tags,
        "ServiceProviderName": "AWS",
        "HostProviderName": "AWS",
        **({} if charge.allocated is None else _allocated(*charge.allocated)),
        "x_Operation": charge.operation,
        "x_ServiceCode": charge.service,
        "x_UsageType" if format_ == "focus-1.0" else "SkuMeter": charge.usage_type,
    }
    return {key: value for key, value in row.items() if key in FORMATS[format_]}


def _allocated(pod: str, tags: dict[str, str]) -> dict[str, Any]:
    return {
        "AllocatedMethodId": "SplitCostAllocationData",
        "AllocatedResourceId": pod,
        "AllocatedResourceName": pod,
        "AllocatedTags": tags,
    }


def _cur_key(key: str) -> str:
    """``StackId`` -> ``user_stack_id``, ``aws:autoscaling:groupName`` -> ``aws_autoscaling_group_name``."""
    words = re.sub(r"(?<=[a-z0-9])(?=[A-Z])", "_", key)
    return re.sub(r"[^A-Za-z0-9]+", "_", words if key.startswith("aws:") else f"user_{words}").lower()


DOUBLES = re.compile(r"(?i)cost$|amount$|quantity$|price$|fee|commitment_to_date|used_commitment")
TIMES = re.compile(r"(?i)Period(Start|End)$|(start|end)_?date$")
MAPS = ("AllocatedTags", "Tags", "resource_tags")


def _parquet(path: Path, columns: list[str], rows: list[dict[str, Any]]) -> None:
    """Costs are doubles and tags are maps there, as AWS writes them."""
    import pyarrow
    import pyarrow.parquet

    def cells(name: str) -> Any:
        if name in MAPS:
            return pyarrow.array(
                [list((row.get(name) or {}).items()) for row in rows], pyarrow.map_(pyarrow.string(), pyarrow.string())
            )
        if TIMES.search(name):
            values = [row.get(name) for row in rows]
            times = [value and datetime.datetime.fromisoformat(value.removesuffix("Z")) for value in values]
            return pyarrow.array(times, pyarrow.timestamp("ms"))
        if DOUBLES.search(name):
            return pyarrow.array(
                [None if row.get(name) is None else float(row[name]) for row in rows], pyarrow.float64()
            )
        return pyarrow.array([row.get(name) for row in rows], pyarrow.string())

    pyarrow.parquet.write_table(pyarrow.table({name: cells(name) for name in columns}), path)
