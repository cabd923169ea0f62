"""Columns of billing exports, as SQL: FOCUS 1.0 to 1.3, CUR 2.0 and legacy CUR say the same things by other names.

Names: AWS Data Exports user guide, table dictionaries of "FOCUS 1.0 with AWS columns", "FOCUS 1.2 with AWS columns" and
"Cost and Usage Report (CUR) 2.0" (2026-11). From 1.1 on the usage type is in ``SkuMeter``, before in ``x_UsageType``.
What 1.3 adds: its specification by the FinOps Foundation (2025-12). Allocated charges stand in place of the charge of
the shared resource and add up to it, so that every line counts.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from typing import Final

from deployment.errors import InputError
from deployment.urn import plain

MONEY: Final = "DECIMAL(38, 18)"
"""What money and quantities are summed as: exactly, whatever the order."""

USAGE: Final = "usage"
PURCHASE: Final = "commitments and fees"
TAX: Final = "taxes"
CREDIT: Final = "credits"
REFUND: Final = "refunds and corrections"
DISCOUNT: Final = "discounts"
OTHER: Final = "other charges"
KINDS: Final = (USAGE, PURCHASE, TAX, CREDIT, REFUND, DISCOUNT, OTHER)
"""What a line of a bill is for; all but use is shown apart, for no resource caused it this month."""


@dataclass(frozen=True, slots=True)
class Dialect:
    """One export format: what a line says, each as an SQL expression over the file's own columns."""

    name: str
    family: str
    """FOCUS or CUR: the two tell the same charges, so that both of one month would count them twice."""
    cells: Mapping[str, str]
    """What it is -> SQL."""
    numbers: tuple[str, ...]
    """Columns whose cells have to be numbers."""


def renamed(columns: Mapping[str, str]) -> dict[str, str]:
    """Columns of a legacy Cost and Usage Report (``lineItem/UnblendedCost``) -> their names in CUR 2.0.

    Empty for other exports. Reports for Athena (Parquet) have the new names already.
    """
    if not any(name.lower() == "lineitem/unblendedcost" for name in columns):
        return {}
    found: dict[str, str] = {}
    taken: set[str] = set()
    for name in columns:
        # ``reservation/ReservationARN`` is ``reservation_reservation_a_r_n`` there: a new word at each capital letter.
        words = re.sub(r"(?<=[A-Za-z0-9])(?=[A-Z])", "_", name)
        new = re.sub(r"[^a-z0-9]+", "_", words.lower())
        if new not in taken:
            taken.add(new)
            found[name] = new
    return found


def canonical(columns: Mapping[str, str]) -> dict[str, str]:
    """`columns` by the names that FOCUS gives them: databases that an export goes through change their case, and to
    DuckDB names are the same in any."""
    return {_SPELLED.get(name.lower(), name): kind for name, kind in columns.items()}


def dialect_of(columns: Mapping[str, str], source: str, *, legacy: bool = False) -> Dialect:
    """The format of a file whose `columns` (name -> DuckDB type) are given. Raises InputError when it is none.

    `legacy` tells that they were `renamed`.
    """
    if "ChargePeriodStart" in columns or "BillingPeriodStart" in columns:
        return _focus(columns, source)
    if "line_item_usage_start_date" in columns or "bill_billing_period_start_date" in columns:
        return _cur(columns, source, "legacy CUR" if legacy else "CUR 2.0")
    shown = ", ".join(plain(name)[:40] for name in list(columns)[:6])
    raise InputError(
        f"{source}: neither FOCUS 1.x nor CUR: no ChargePeriodStart, no line_item_usage_start_date; "
        f"columns: {shown}{', …' if len(columns) > 6 else ''}"
    )


FOCUS_NEEDED: Final = (
    "BilledCost",
    "EffectiveCost",
    "BillingCurrency",
    "BillingPeriodStart",
    "ChargePeriodStart",
    "ChargePeriodEnd",
    "ChargeCategory",
)
_SPELLED: Final = {
    name.lower(): name
    for name in (
        *FOCUS_NEEDED,
        *("AllocatedMethodId", "AllocatedTags"),
        *("BillingAccountId", "BillingAccountType", "ChargeClass", "CommitmentDiscountStatus", "ConsumedQuantity"),
        *("ListCost", "PricingQuantity", "ResourceId", "ServiceName", "ServiceProviderName", "SkuMeter"),
        *("SubAccountId", "Tags", "x_Operation", "x_ServiceCode", "x_UsageType"),
    )
}
"""Columns of FOCUS that are read here, by their names in lower case."""
CUR_NEEDED: Final = (
    "bill_billing_period_start_date",
    "line_item_usage_start_date",
    "line_item_usage_end_date",
    "line_item_unblended_cost",
    "line_item_currency_code",
    "line_item_line_item_type",
    "line_item_usage_type",
    "line_item_product_code",
)


def _focus(columns: Mapping[str, str], source: str) -> Dialect:
    _demand(columns, FOCUS_NEEDED, source, "FOCUS")
    added = (
        ("1.3", "ServiceProviderName"),
        ("1.3", "AllocatedMethodId"),
        ("1.2", "BillingAccountType"),
        ("1.1", "SkuMeter"),
    )
    version = next((number for number, column in added if column in columns), "1.0")
    status = _text(columns, "CommitmentDiscountStatus")
    category = "lower(trim(CAST(ChargeCategory AS VARCHAR)))"
    kind = (
        f"CASE WHEN lower({_text(columns, 'ChargeClass')}) = 'correction' THEN '{REFUND}' "
        f"WHEN {category} = 'usage' AND lower({status}) = 'unused' THEN '{PURCHASE}' "
        f"WHEN {category} = 'usage' THEN '{USAGE}' WHEN {category} = 'purchase' THEN '{PURCHASE}' "
        f"WHEN {category} = 'tax' THEN '{TAX}' WHEN {category} = 'credit' THEN '{CREDIT}' "
        f"WHEN {category} = 'adjustment' THEN '{REFUND}' ELSE '{OTHER}' END"
    )
    quantity = "ConsumedQuantity" if "ConsumedQuantity" in columns else "PricingQuantity"
    return Dialect(
        name=f"FOCUS {version}",
        family="FOCUS",
        cells={
            "account": _text(columns, "SubAccountId", "BillingAccountId"),
            "service": _text(columns, "x_ServiceCode", "ServiceName"),
            "usage_type": _text(columns, "x_UsageType", "SkuMeter"),
            "operation": _text(columns, "x_Operation"),
            "resource": _text(columns, "ResourceId"),
            "month": _month(columns, "BillingPeriodStart"),
            "begins": _time(columns, "ChargePeriodStart"),
            "ends": _time(columns, "ChargePeriodEnd"),
            "currency": _text(columns, "BillingCurrency"),
            "billed": _number("BilledCost"),
            # Never empty by the specification; where a tax has none, what was billed is what it costs.
            "amortised": f"coalesce({_number('EffectiveCost')}, {_number('BilledCost')})",
            "listed": _number("ListCost") if "ListCost" in columns else "NULL",
            "quantity": _number(quantity) if quantity in columns else "NULL",
            "kind": kind,
        },
        numbers=("BilledCost", "EffectiveCost", *((quantity,) if quantity in columns else ())),
    )


def _cur(columns: Mapping[str, str], source: str, name: str) -> Dialect:
    _demand(columns, CUR_NEEDED, source, name)
    # Discounts are in columns, and each line has its cost after them, or they are lines of their own ("manual discount
    # compatibility", which takes away the column of their sum): never both.
    net = {_NET, "discount_total_discount"} <= columns.keys()
    listed = _number("line_item_unblended_cost")
    paid = f"coalesce({_number(_NET)}, {listed})" if net else listed
    kind = "trim(CAST(line_item_line_item_type AS VARCHAR))"

    def number(name: str) -> str:
        return f"coalesce({_number(name)}, 0)" if name in columns else "0"

    # AWS, "Understanding your amortized reservation data" and "… your Savings Plans" (CUR user guide, 2026-11).
    fee_of_reservation = f"{kind} = 'Fee' AND {_text(columns, 'reservation_reservation_a_r_n')} <> ''"

    def effective(after: str, before: str) -> str:
        there = [_number(name) for name in ((after, before) if net else (before,)) if name in columns]
        return f"coalesce({', '.join([*there, paid])})"

    covered = effective("savings_plan_net_savings_plan_effective_cost", "savings_plan_savings_plan_effective_cost")
    reserved = effective("reservation_net_effective_cost", "reservation_effective_cost")
    amortised = (
        f"CASE WHEN {kind} = 'SavingsPlanCoveredUsage' THEN {covered} "
        f"WHEN {kind} = 'SavingsPlanRecurringFee' THEN {number('savings_plan_total_commitment_to_date')} - "
        f"{number('savings_plan_used_commitment')} "
        f"WHEN {kind} IN ('SavingsPlanNegation', 'SavingsPlanUpfrontFee') THEN 0 "
        f"WHEN {kind} = 'DiscountedUsage' THEN {reserved} "
        f"WHEN {kind} = 'RIFee' THEN {number('reservation_unused_amortized_upfront_fee_for_billing_period')} + "
        f"{number('reservation_unused_recurring_fee')} "
        f"WHEN {fee_of_reservation} THEN 0 ELSE {paid} END"
    )
    return Dialect(
        name=name,
        family="CUR",
        cells={
            "account": _text(columns, "line_item_usage_account_id", "bill_payer_account_id"),
            "service": _text(columns, "line_item_product_code"),
            "usage_type": _text(columns, "line_item_usage_type"),
            "operation": _text(columns, "line_item_operation"),
            "resource": _text(columns, "line_item_resource_id"),
            "month": _month(columns, "bill_billing_period_start_date"),
            "begins": _time(columns, "line_item_usage_start_date"),
            "ends": _time(columns, "line_item_usage_end_date"),
            "currency": _text(columns, "line_item_currency_code"),
            # What a Savings Plan covers is not invoiced: another line takes it off again, one for many resources.
            "billed": f"CASE WHEN {kind} IN ('SavingsPlanCoveredUsage', 'SavingsPlanNegation') THEN 0 ELSE {paid} END",
            "amortised": f"CAST({amortised} AS {MONEY})",
            "listed": _number(_ON_DEMAND) if _ON_DEMAND in columns else "NULL",
            "quantity": _number(_AMOUNT) if _AMOUNT in columns else "NULL",
            "kind": (
                f"CASE WHEN {kind} IN ('Usage', 'DiscountedUsage', 'SavingsPlanCoveredUsage') THEN '{USAGE}' "
                f"WHEN {kind} IN ('Fee', 'RIFee') OR {kind} LIKE 'SavingsPlan%' THEN '{PURCHASE}' "
                f"WHEN {kind} = 'Tax' THEN '{TAX}' WHEN {kind} = 'Credit' THEN '{CREDIT}' "
                f"WHEN {kind} = 'Refund' THEN '{REFUND}' WHEN {kind} LIKE '%Discount' THEN '{DISCOUNT}' "
                f"ELSE '{OTHER}' END"
            ),
        },
        numbers=(
            "line_item_unblended_cost",
            *(name for name in (_AMOUNT, *((_NET,) if net else ())) if name in columns),
        ),
    )


_NET: Final = "line_item_net_unblended_cost"
_AMOUNT: Final = "line_item_usage_amount"
_ON_DEMAND: Final = "pricing_public_on_demand_cost"


def tag_sql(columns: Mapping[str, str], key: str) -> str:
    """SQL for the value of the tag `key` of a line; '' where it has none.

    A line that is a pod's or a task's part of an instance has its tags apart from the instance's, in ``AllocatedTags``.

    Exports spell keys in their own way (``user:StackId``, ``user_stack_id``, ``resourceTags/user:StackId``), so that
    only letters and digits are compared, in lower case.
    """
    wanted = _letters(key)
    spelled = {wanted, f"user{wanted}", f"resourcetags{wanted}", f"resourcetagsuser{wanted}"}
    keys = ", ".join(f"'{one}'" for one in sorted(spelled))
    found = []
    for name in ("AllocatedTags", "Tags", "resource_tags", "tags"):
        if (kind := columns.get(name)) is None:
            continue
        pairs = f'"{name}"'
        if not kind.startswith("MAP("):
            pairs = f"TRY_CAST(TRY_CAST({pairs} AS JSON) AS MAP(VARCHAR, VARCHAR))"
        same = f"regexp_replace(lower(pair.key), '[^a-z0-9]', '', 'g') IN ({keys})"
        found.append(f"list_filter(map_entries({pairs}), lambda pair: {same})[1].value")
    flat = (name for name in columns if name.startswith("resource_tags_") and _letters(name) in spelled)
    found.extend(f"nullif(\"{name}\", '')" for name in flat)
    return f"coalesce({', '.join([*found, chr(39) * 2])})"


def _letters(text: str) -> str:
    return re.sub(r"[^a-z0-9]", "", text.lower())


def _demand(columns: Mapping[str, str], needed: tuple[str, ...], source: str, name: str) -> None:
    problems = []
    for column in needed:
        if column not in columns:
            close = get_close_matches(column.lower(), {each.lower(): each for each in columns}, n=1, cutoff=0.85)
            hint = f" (there is {plain(close[0])})" if close else ""
            problems.append(f"{source}: looks like {name}, but has no column {column}{hint}; export all columns")
    if problems:
        raise InputError(*problems)


def _text(columns: Mapping[str, str], *names: str) -> str:
    """SQL for the first of `names` that is a column and has a value; ''."""
    there = [f"nullif(trim(CAST(\"{name}\" AS VARCHAR)), '')" for name in names if name in columns]
    return f"coalesce({', '.join([*there, chr(39) * 2])})"


def _number(name: str) -> str:
    # By its text, which of a floating-point 0.07 is "0.07"; the number itself, to 18 digits, is 0.070000000000000008.
    return f'TRY_CAST(CAST("{name}" AS VARCHAR) AS {MONEY})'


def _time(columns: Mapping[str, str], name: str) -> str:
    if columns[name].startswith("TIMESTAMP WITH TIME ZONE"):
        time = f'make_timestamp(epoch_us("{name}"))'
    else:
        time = f"TRY_CAST(rtrim(replace(CAST(\"{name}\" AS VARCHAR), 'T', ' '), 'Z') AS TIMESTAMP)"
    # DuckDB's reach to the year 294246 and to infinity, and Python's don't.
    return f"CASE WHEN {time} BETWEEN TIMESTAMP '2000-01-01' AND TIMESTAMP '2100-01-01' THEN {time} END"


def _month(columns: Mapping[str, str], name: str) -> str:
    return f"coalesce(strftime({_time(columns, name)}, '%Y-%m'), '')"
