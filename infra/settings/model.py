"""All groups of settings together."""

from __future__ import annotations

from pydantic import Field

from infra.settings.base import Group
from infra.settings.budget import BudgetSettings
from infra.settings.cache import CacheSettings
from infra.settings.contract import ContractSettings
from infra.settings.data import DataSettings
from infra.settings.edge import EdgeSettings
from infra.settings.firewall import FirewallSettings
from infra.settings.fleet import FleetSettings
from infra.settings.maintenance import MaintenanceSettings
from infra.settings.platform import PlatformSettings
from infra.settings.pods import PodsSettings
from infra.settings.rollout import RolloutSettings
from infra.settings.slo import SloSettings
from infra.settings.tenancy import TenancySettings
from infra.settings.uptime import UptimeSettings
from infra.settings.usage import UsageSettings


class Settings(Group):
    """Everything that differs between stacks. One field a group: ``plant:<field>`` in the stack's file."""

    edge: EdgeSettings = Field(default_factory=EdgeSettings, description="Where clients reach the API.")
    fleet: FleetSettings = Field(default_factory=FleetSettings, description="Instances that run it.")
    pods: PodsSettings = Field(default_factory=PodsSettings, description="Pods that run it on Kubernetes.")
    cache: CacheSettings = Field(default_factory=CacheSettings, description="Cache of a dedicated stack.")
    data: DataSettings = Field(default_factory=DataSettings, description="Data stores of others, and environment.")
    firewall: FirewallSettings = Field(default_factory=FirewallSettings, description="Rate limits and rule sets.")
    slo: SloSettings = Field(default_factory=SloSettings, description="Alarm thresholds.")
    contract: ContractSettings = Field(default_factory=ContractSettings, description="What the API promises.")
    rollout: RolloutSettings = Field(default_factory=RolloutSettings, description="Canary steps and flag.")
    maintenance: MaintenanceSettings = Field(default_factory=MaintenanceSettings, description="Windows and notices.")
    budget: BudgetSettings = Field(default_factory=BudgetSettings, description="What the stack may cost.")
    uptime: UptimeSettings = Field(default_factory=UptimeSettings, description="When a dedicated stack exists.")
    usage: UsageSettings = Field(default_factory=UsageSettings, description="Expected load.")
    tenancy: TenancySettings = Field(default_factory=TenancySettings, description="What is owned and what borrowed.")
    platform: PlatformSettings = Field(description="Runtime and account.")
    region: str = Field(
        default="us-east-1", pattern=r"^[a-z]{2}(-[a-z]+)+-\d$", description="AWS region; the aws:region of the file."
    )

    @property
    def has_brake(self) -> bool:
        """Whether a spend brake bounds the stack: one that is always on, on instances. Sessions bound the hours of
        others, and a quota bounds pods."""
        return self.uptime.schedule == "always-on" and self.platform.kind == "ec2"
