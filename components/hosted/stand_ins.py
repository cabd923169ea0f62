"""What other languages give where a Python program gives something that no Pulumi schema can say.

A tuple, a union, another component, a class with behaviour: each has a stand-in, which is plain arguments and makes
what the component takes. So the arguments of the components stay what is natural in Python.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from datetime import datetime
from decimal import Decimal, InvalidOperation
from types import SimpleNamespace
from typing import Any, Protocol

import pulumi
from pulumi.provider.experimental.util import camel_case

from components.edge.request_checks import BearerToken, BrowserSignIn
from components.kubernetes.deployment_sizing import DeploymentSizing
from components.kubernetes.track import TrackArgs
from components.operations.maintenance_page import EVERYBODY, FirewallPage, IpSet, ListenerPage, Page
from components.rollout.feature_flag import FeatureFlag
from components.rollout.sizing import GroupSizing, Sizing


class StandIn(Protocol):
    """Plain arguments that make something else."""

    def made(self) -> Any:
        """What the component takes. Raises ValueError where the arguments don't go together."""
        ...


@dataclass(frozen=True, kw_only=True)
class StepArgs:
    """One step of a rollout."""

    percent: int
    """Share of the requests that the canary answers, rising to 100."""
    hold_seconds: int
    """How long it is watched; 0 for the last."""

    def made(self) -> tuple[int, int]:
        """Percent and seconds."""
        return self.percent, self.hold_seconds


@dataclass(frozen=True, kw_only=True)
class TagArgs:
    """One tag."""

    key: str
    """Its key."""
    value: str
    """Its value."""

    def made(self) -> tuple[str, str]:
        """Key and value."""
        return self.key, self.value


@dataclass(frozen=True, kw_only=True)
class RequestCheckArgs:
    """What a caller has to prove: give exactly one."""

    bearer_token: BearerToken | None = None
    """A token of a machine or an app."""
    browser_sign_in: BrowserSignIn | None = None
    """A person's sign-in in a browser."""

    def made(self) -> BearerToken | BrowserSignIn:
        """The one that is given."""
        return _one_of(self)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class SizingArgs:
    """Whose size a rollout reads and sets: give exactly one."""

    groups: GroupSizing | None = None
    """Auto-scaling groups."""
    deployments: DeploymentSizing | None = None
    """Deployments of a cluster."""

    def made(self) -> Sizing:
        """The one that is given."""
        return _one_of(self)  # type: ignore[no-any-return]


@dataclass(frozen=True, kw_only=True)
class FlagArgs:
    """The flag that a rollout switches: the outputs of a FeatureFlag."""

    application_id: pulumi.Input[str]
    """Its `applicationId`."""
    environment_id: pulumi.Input[str]
    """Its `environmentId`."""
    environment_arn: pulumi.Input[str]
    """Its `environmentArn`."""
    profile_id: pulumi.Input[str]
    """Its `profileId`."""
    strategy_id: pulumi.Input[str]
    """Its `strategyId`."""
    arns: Sequence[pulumi.Input[str]]
    """Its `arns`."""
    versions: Mapping[str, pulumi.Input[str]]
    """Its `versions`: for 0 and for each step's percent, the number of the stored version."""

    def made(self) -> Any:
        """What a rollout reads of a FeatureFlag."""
        try:
            versions = {int(percent): pulumi.Output.from_input(number) for percent, number in self.versions.items()}
        except ValueError as error:
            raise ValueError("the keys of versions are percents, such as 0 and 10") from error
        return SimpleNamespace(**{one.name: getattr(self, one.name) for one in fields(self)} | {"versions": versions})


@dataclass(frozen=True, kw_only=True)
class FirewallPageArgs:
    """The firewall that shows the maintenance page: the outputs of a Firewall with a web ACL of its own."""

    ip_set_ids: Mapping[str, pulumi.Input[str]]
    """Its `ipSetIds`."""
    ip_set_names: Mapping[str, pulumi.Input[str]]
    """Its `ipSetNames`."""
    ip_set_arns: Mapping[str, pulumi.Input[str]]
    """Its `ipSetArns`."""

    def made(self) -> Page:
        """The page that these sets switch."""
        families = {frozenset(given) for given in (self.ip_set_ids, self.ip_set_names, self.ip_set_arns)}
        if families != {frozenset(EVERYBODY)}:
            raise ValueError("ipSetIds, ipSetNames and ipSetArns have the keys IPV4 and IPV6 each")
        sets = [
            IpSet(
                family=family,
                identifier=self.ip_set_ids[family],
                name=self.ip_set_names[family],
                arn=pulumi.Output.from_input(self.ip_set_arns[family]).apply(_there),
            )
            for family in EVERYBODY
        ]
        return FirewallPage(ip_sets=sets)


def _there(arn: str) -> str:
    """Raises ValueError for the ARN of a set that a Firewall without a load balancer does not have."""
    if not arn:
        raise ValueError("ipSetArns: empty; a Firewall shows the page when it is given a loadBalancerArn")
    return arn


@dataclass(frozen=True, kw_only=True)
class PageArgs:
    """What shows the maintenance page: give exactly one."""

    firewall: FirewallPageArgs | None = None
    """A firewall with a web ACL of its own."""
    listener: ListenerPage | None = None
    """A rule of a shared listener."""

    def made(self) -> Page:
        """The one that is given."""
        found = _one_of(self)
        return found.made() if isinstance(found, FirewallPageArgs) else found


STAND_INS: Mapping[Any, type[StandIn]] = {
    tuple[int, int]: StepArgs,
    tuple[str, str]: TagArgs,
    BearerToken | BrowserSignIn: RequestCheckArgs,
    Sizing: SizingArgs,
    FeatureFlag: FlagArgs,
    Page: PageArgs,
}
"""Type of an argument in Python -> its stand-in."""

LEFT_OUT: Mapping[tuple[type, str], Any] = {
    (TrackArgs, "guards"): (),
}
"""Arguments that other languages have no need of -> what stands for them: `dependsOn` waits for other resources."""


def dollars(value: Any) -> Decimal:
    """An amount by its shortest digits, as it was typed. Raises ValueError."""
    try:
        return Decimal(str(value))
    except InvalidOperation as error:
        raise ValueError("must be a number") from error


def moment(value: Any) -> datetime:
    """Wall-clock time, as ``2027-03-31T22:00``. Raises ValueError."""
    try:
        found = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise ValueError("must be a local time such as 2027-03-31T22:00") from error
    if found.tzinfo is not None:
        raise ValueError("must be a local time without a zone: the zone is the component's timeZone")
    return found


def _one_of(arguments: Any) -> Any:
    names = [one.name for one in fields(arguments)]
    given = [getattr(arguments, name) for name in names if getattr(arguments, name) is not None]
    if len(given) != 1:
        raise ValueError(f"give exactly one of {', '.join(map(camel_case, names))}")
    return given[0]
