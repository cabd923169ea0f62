"""What one EC2 instance of a launch specification costs, shared by instances, templates and fleets."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from cost.catalogue import Price
from cost.charges import Amount, Charge, Driver, Unpriced
from cost.scope import Pricing, Scope, UsageKey, Used
from cost.uptime import MONTH_HOURS, Metering
from deployment import tokens
from deployment.unknown import SECRET, UNKNOWN

ASSUMED_ROOT_GB: Final = 8
"""Root volume of a template that declares none: the AMI decides; 8 GB of gp2, the dearer of the usual two."""

ROOT_GB: Final = {"windows": Decimal(30), "rhel": Decimal(10), "suse": Decimal(10)}
"""Root volumes of AWS's own images that are larger (EC2 launch wizard; EC2 user guide, Windows AMIs, 2026)."""

DERIVED: Final = " ("
"""Between the key of a row and how a price was worked out from it."""

DETAILED_METRICS: Final = 7
"""Metrics an instance with detailed monitoring has (facts of the CloudWatch pricing page, 2024-07)."""

MAGNETIC_IO: Final = UsageKey(
    "monthly_standard_io_requests", Decimal(1_000_000), "requests to each magnetic volume a month"
)

GP3_FREE_IOPS: Final = 3000
GP3_FREE_MBPS: Final = 125

BURSTABLE: Final = ("t2.", "t3.", "t3a.", "t4g.")
BURSTABLE_VCPUS: Final = {"nano": 2, "micro": 2, "small": 2, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}
"""vCPUs of T3, T3a and T4g sizes (AWS EC2 user guide, burstable performance instances, 2026-11)."""


CREDIT_HOURS: Final = UsageKey(
    "monthly_cpu_credit_hrs", Decimal(0), "hours a month in which an instance uses surplus CPU credits"
)
CREDIT_VCPUS: Final = UsageKey(
    "vcpu_count", Decimal(0), "vCPUs that use them; without it all that the instance type has"
)
CREDITS: Final = (CREDIT_HOURS, CREDIT_VCPUS)


@dataclass(frozen=True, slots=True)
class Volume:
    """One EBS volume."""

    size_gb: Decimal
    type: str = "gp2"
    iops: Decimal = Decimal(0)
    mbps: Decimal = Decimal(0)
    assumed: bool = False


def volume_charges(
    scope: Scope, volume: Volume, count: Amount, metering: Metering = Metering.PRORATED_SECONDS, what: str = ""
) -> Iterator[Charge]:
    """Storage, IOPS and throughput of `count` volumes."""
    label = f"{what or 'Volume'} ({volume.type}{', size assumed' if volume.assumed else ''})"
    kind = "magnetic" if volume.type == "standard" else volume.type
    driver = Driver.FIXED if count.floor == count.expected == count.worst else Driver.FLEET
    yield scope.charge(label, ("ebs", f"{kind}_gb_month"), count * volume.size_gb, metering, driver=driver)
    if volume.type == "gp3":
        extra_iops = max(Decimal(0), volume.iops - GP3_FREE_IOPS)
        extra_mbps = max(Decimal(0), volume.mbps - GP3_FREE_MBPS)
        if extra_iops:
            yield scope.charge(f"{label} IOPS", ("ebs", "gp3_iops_month"), count * extra_iops, metering, driver=driver)
        if extra_mbps:
            yield scope.charge(
                f"{label} throughput", ("ebs", "gp3_mbps_month"), count * extra_mbps, metering, driver=driver
            )
    elif kind == "magnetic":
        used = scope.usage(MAGNETIC_IO)
        requests = Used(count * used.amount.expected, used.assumed)
        yield scope.use(f"{label} requests", ("ebs", "magnetic_million_io"), requests, driver)
    elif volume.type in ("io1", "io2"):
        for key, band, share in _iops_bands(volume):
            yield scope.charge(f"{label} IOPS{band}", ("ebs", key), count * share, metering, driver=driver)


IO2_BANDS: Final = ((32_000, ""), (64_000, "_above_32000"), (None, "_above_64000"))
"""Up to how many IOPS of one io2 volume a price holds, and how its key names it (AWS Price List, 2026)."""


def _iops_bands(volume: Volume) -> Iterator[tuple[str, str, Decimal]]:
    """Key, name and size of each band of provisioned IOPS; io2 has several, volume by volume."""
    if volume.type == "io1":
        yield "io1_iops_month", "", volume.iops
        return
    start = Decimal(0)
    for end, name in IO2_BANDS:
        share = (volume.iops if end is None else min(volume.iops, Decimal(end))) - start
        if share > 0:
            yield f"io2_iops{name}_month", f" above {start:,f}" if start else "", share
            start += share


def volume_of(mapping: Mapping[str, Any], size: str = "volumeSize", kind: str = "volumeType") -> Volume:
    """Volume that one block device declares. Raises Unpriced for values that aren't known."""
    for key in (size, kind, "iops", "throughput"):
        if mapping.get(key) is UNKNOWN or mapping.get(key) is SECRET:
            raise Unpriced(f"{key} of a volume isn't known, and its price depends on it")
    return Volume(
        size_gb=Decimal(str(mapping.get(size) or ASSUMED_ROOT_GB)),
        type=str(mapping.get(kind) or "gp2"),
        iops=Decimal(str(mapping.get("iops") or 0)),
        mbps=Decimal(str(mapping.get("throughput") or 0)),
        assumed=not mapping.get(size),
    )


def on_demand(scope: Scope, instance_type: str, system: str = "linux") -> Price:
    """Price of an instance-hour with an operating system. Raises MissingPrice."""
    return scope.price(price_file(instance_type, system), f"{system}.{instance_type}")


def price_file(instance_type: str, system: str = "linux") -> str:
    """Price file of an instance type: the large series have one each, so that only a part is read; systems with a
    licence have their own."""
    family = instance_type[:1] if re.match(r"[cmrt]\d", instance_type) else "other"
    return f"ec2_{family}" if system == "linux" else f"ec2_{system}_{family}"


def spot(scope: Scope, instance_type: str, system: str = "linux") -> Price:
    """Indicative spot price, or the on-demand price, which spot never exceeds, where no spot price is known."""
    ceiling = on_demand(scope, instance_type, system)
    return scope.find("ec2_spot", f"{system}.{instance_type}") or ceiling


def priced_as(price: Price, usd: Decimal, how: str, note: str) -> Price:
    """A price worked out from `price`; its key says how, so that nobody takes it for a row of the catalogue."""
    return Price(
        region=price.region,
        service=price.service,
        key=f"{price.key}{DERIVED}{how})",
        usd=usd,
        unit=price.unit,
        unit_size=price.unit_size,
        tiers=(),
        note=note,
        source=price.source,
        observed_on=price.observed_on,
        confidence="derived",
        zones=price.zones,
    )


def capped(price: Price, usd: Decimal) -> Price:
    """`price` held at a bid for spot capacity: nothing starts, or stays, above it."""
    return price if price.usd <= usd else priced_as(price, usd, "capped", "capped by the maximum price of spot")


def vcpus_of(instance_type: str) -> int:
    """vCPUs of an EC2 type, or of a database class without its ``db.``. Raises Unpriced where the size doesn't tell.

    Of current families a ``large`` has 2, an ``xlarge`` 4, an ``Nxlarge`` 4N (AWS EC2 user guide, CPU options for
    instance types, 2026-11).
    """
    family, _, size = instance_type.partition(".")
    if f"{family}." in BURSTABLE[1:] and size in BURSTABLE_VCPUS:
        return BURSTABLE_VCPUS[size]
    if family == "t2":
        found = {"nano": 1, "micro": 1, "small": 1, "medium": 2, "large": 2, "xlarge": 4, "2xlarge": 8}.get(size)
    elif family[:1] in "acdimrxz" and (large := re.fullmatch(r"(\d*)xlarge", size)):
        found = 4 * int(large[1] or 1)
    else:
        found = {"medium": 1, "large": 2}.get(size)
    if found is None:
        raise Unpriced(f"the vCPUs of {instance_type} aren't known, and a charge counts them")
    return found


def credit_charges(scope: Scope, types: Sequence[str], mode: str | None, count: Amount) -> Iterator[Charge]:
    """Surplus CPU credits of burstable types in `unlimited` mode, the default of T3 and T4g: what a usage file says,
    and the worst case."""
    bursting = [each for each in types if each.startswith(BURSTABLE)]
    unlimited = scope.pricing.once(_unlimited_families)
    default = "unlimited" if any(each.partition(".")[0] in unlimited for each in bursting) else "standard"
    if not bursting or (mode or default) == "standard":
        return
    vcpus = max(vcpus_of(each) for each in bursting)
    family = "t4g" if any(each.startswith("t4g.") for each in bursting) else "t3"
    yield from surplus_credits(scope, ("ec2", f"cpu_credit.{family}"), vcpus, count)


def _unlimited_families(pricing: Pricing) -> frozenset[str]:
    """Burstable families that run in unlimited mode where an instance doesn't say: all but T2, unless the account's
    default, a resource of its own, makes that unlimited, too. A default that spares credits counts no other stack."""
    defaults = pricing.graph.of_type(*tokens.CREDIT_DEFAULT)
    raised = {str(one.get("instanceFamily")) for one in defaults if one.get("cpuCredits") != "standard"}
    if raised & {str(UNKNOWN), str(SECRET)}:
        raised.add("t2")  # the one family that the default can raise
    return frozenset({"t3", "t3a", "t4g"} | raised)


def _hours(scope: Scope) -> Decimal:
    """Hours a month in which the resource exists: those of the stack's sessions, where they end it."""
    basis = scope.pricing.basis
    return basis.uptime.factor(Metering.SECONDS) if basis.ends(scope.resource) else MONTH_HOURS


def surplus_credits(scope: Scope, price: tuple[str, str], vcpus: int, count: Amount) -> Iterator[Charge]:
    """Surplus CPU credits of `count` instances of `vcpus` each: for the hours of a month that the usage file gives, and
    in the worst case without pause.

    The worst case counts every vCPU as if it had no baseline, which is a bound that needs no table of baselines.
    """
    item = "Surplus CPU credits (unlimited mode)"
    if hours := scope.given(CREDIT_HOURS):
        # no more than the worst case holds, whatever a usage file says
        used = count.expected * min(hours, _hours(scope)) * min(scope.given(CREDIT_VCPUS) or vcpus, Decimal(vcpus))
        yield scope.charge(
            item, price, Amount(Decimal(0), used, Decimal(0)), Metering.USE, usage_based=True, driver=Driver.FLEET
        )
    most = Amount(Decimal(0), Decimal(0), count.worst * vcpus)
    yield scope.charge(
        f"Worst case: {item[0].lower()}{item[1:]}" if hours else item,
        price,
        most,
        Metering.SECONDS,
        usage_based=True,
        driver=Driver.FLEET,
    )
