"""The one place where components meet: settings in, a whole stack out."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pulumi

from components.audit_log import AuditLog, AuditLogArgs
from components.budget_guard import BudgetGuard, BudgetGuardArgs
from components.cache import Cache, CacheArgs
from components.canary_rollout import CanaryRollout, CanaryRolloutArgs
from components.certificate import Certificate, CertificateArgs
from components.ci_access import CiAccess, CiAccessArgs
from components.contract import Contract, ContractArgs
from components.dashboard import Dashboard, DashboardArgs
from components.encryption_key import EncryptionKey, EncryptionKeyArgs
from components.feature_flag import FeatureFlag, FeatureFlagArgs
from components.firewall import Firewall
from components.fleet import Fleet
from components.health_feed import HealthFeed, HealthFeedArgs
from components.instance_access import InstanceAccess, InstanceAccessArgs
from components.load_balancer import LoadBalancer, LoadBalancerArgs
from components.log_bucket import LogBucket, LogBucketArgs
from components.maintenance import Maintenance, MaintenanceArgs
from components.network import Network, NetworkArgs
from components.notifications import Notifications, NotificationsArgs
from components.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from components.reaper import Reaper, ReaperArgs
from components.scaling_events import ScalingEvents, ScalingEventsArgs
from components.security_groups import SecurityGroups, SecurityGroupsArgs
from components.service_alarms import ServiceAlarms, ServiceAlarmsArgs
from components.tagging import tag_all
from components.traffic_split import FLEETS, TrafficSplit
from infra import arguments
from infra.cost_basis import cost_basis
from infra.naming import Names
from infra.settings import Settings
from infra.settings.base import minutes_of_day
from infra.settings.tenancy import ZONES_BY_REGION

ROLLBACK_CHECKS = ("p95-canary", "errors-canary")
"""Alarms that end a rollout."""
MUTED_CHECKS = ("p95-stable", "errors-stable", "unhealthy-stable", "users-affected")
"""Alarms that call people, and are muted during maintenance; those of scaling and rollback never are."""


@dataclass(frozen=True, kw_only=True)
class PlantApiArgs:
    """What makes one stack differ from another."""

    settings: Settings
    """Checked settings."""
    stack: str
    """Name of the stack."""


@dataclass(frozen=True)
class FrontDoor:
    """What the rest of the stack needs to know of the load balancer, whoever owns it."""

    listener_arn: pulumi.Input[str]
    load_balancer_suffix: pulumi.Input[str]
    load_balancer_arn: pulumi.Input[str] | None
    """None when the platform owns it, and its web ACL."""


@dataclass(frozen=True)
class Ground:
    """Where the stack stands, whoever owns it."""

    vpc_id: pulumi.Input[str]
    fleet_subnet_ids: list[Any]
    kms_key_arn: pulumi.Input[str]
    log_bucket_name: pulumi.Input[str]
    network: Network | None


class PlantApi(pulumi.ComponentResource):
    """The whole Plant API stack: dedicated or shared, running or parked.

    Parked means that whatever is billed by the hour is not declared; what is free, and the key, stays.
    """

    exports: dict[str, pulumi.Input[Any]]
    """Outputs of the stack."""

    def __init__(self, name: str, args: PlantApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        self._settings = settings = args.settings
        self._stack = args.stack
        self._names = Names("plant", args.stack)
        self._tags = arguments.tags(settings, args.stack)
        tagged = pulumi.ResourceOptions(transformations=[tag_all(self._tags)])
        super().__init__("plant:infra:PlantApi", name, {}, pulumi.ResourceOptions.merge(opts, tagged))
        self._name = name
        self._child = pulumi.ResourceOptions(parent=self)
        self._account_id = settings.platform.account_id
        self._boundary = PermissionsBoundary(
            f"{name}-boundary",
            PermissionsBoundaryArgs(region=settings.region, account_id=self._account_id),
            self._child,
        ).arn
        self.exports = {}
        ground = self._ground()
        self._kms_key_arn = ground.kms_key_arn
        self._topics(ground)
        contract = Contract(
            f"{name}-contract",
            ContractArgs(parameter_name=self._names.parameter("contract"), limits=arguments.limits(settings)),
            self._child,
        )
        audit = AuditLog(
            f"{name}-audit",
            AuditLogArgs(
                log_group_name=self._names.log_group("requests"),
                retention_days=settings.fleet.log_retention_days,
                kms_key_arn=ground.kms_key_arn,
                metric_namespace=self._names.metric_namespace,
            ),
            self._child,
        )
        groups = self._security_groups(ground)
        door = self._front_door(ground, groups)
        split = TrafficSplit(f"{name}-split", arguments.traffic_split(settings, ground.vpc_id, door), self._child)
        firewall = self._firewall(door)
        alarms = self._alarms(door, split)
        flag = self._flag(alarms)
        cache = self._cache(ground, groups)
        access = self._instance_access(contract, audit, flag, cache)
        fleets: dict[str, Fleet] = {}
        if door is not None and alarms is not None:
            environment = arguments.environment(settings, contract, flag, self._cache_environment(cache))
            for fleet in FLEETS:
                fleets[fleet] = Fleet(
                    f"{name}-{fleet}",
                    arguments.fleet(
                        settings,
                        fleet=fleet,
                        stack=args.stack,
                        tags=self._tags,
                        environment=environment,
                        ground=ground,
                        door=door,
                        split=split,
                        log_group_name=audit.log_group_name,
                        profile_arn=access.profile_arn,
                        security_group_id=groups.fleet_id,
                        alert_topic_arn=self._alerts.topic_arn,
                        rollback_alarm_names=[alarms.names[f"p95-{fleet}"], alarms.names[f"errors-{fleet}"]],
                    ),
                    self._child,
                )
        maintenance = self._maintenance(firewall, alarms)
        if door is not None and alarms is not None:
            self._observe(door, split, fleets, alarms, cache)
            self._rollout(door, split, fleets, alarms, flag, maintenance)
        reaper = self._reaper()
        self._guard()
        basis = cost_basis(settings, reaper.schedule_name if reaper else None)
        self.exports |= {
            "url": f"https://{settings.edge.domain_name}{settings.edge.path_prefix}",
            "parked": settings.uptime.parked,
            "contractParameter": contract.parameter_name,
            "logGroup": audit.log_group_name,
            "targetGroups": split.target_group_arns,
        }
        capacity = {
            "serviceTimeMs": settings.fleet.service_time_ms,
            "cpuTimeMs": settings.fleet.cpu_time_ms,
            "workersPerInstance": settings.fleet.workers_per_instance,
            "rolloutPercents": [step.percent for step in settings.rollout.steps],
        }
        self.register_outputs({"costBasis": basis, "capacity": capacity, **self.exports})

    def _ground(self) -> Ground:
        """Network, key and log bucket: one's own, or the platform's."""
        settings, name = self._settings, self._name
        platform = settings.tenancy.platform
        if platform is not None:
            return Ground(
                vpc_id=platform.vpc_id,
                fleet_subnet_ids=list(platform.fleet_subnet_ids),
                kms_key_arn=platform.kms_key_arn,
                log_bucket_name=platform.log_bucket_name,
                network=None,
            )
        key = EncryptionKey(
            f"{name}-encryption",
            EncryptionKeyArgs(
                account_id=self._account_id,
                region=settings.region,
                alias=self._names.alias,
                protect=settings.platform.protect_data,
            ),
            self._child,
        )
        bucket = LogBucket(
            f"{name}-logs",
            LogBucketArgs(
                account_id=self._account_id,
                region=settings.region,
                retention_days=settings.edge.access_log_retention_days,
                protect=settings.platform.protect_data,
            ),
            self._child,
        )
        own = settings.tenancy.network
        zones = ZONES_BY_REGION[settings.region][: own.zone_count]
        network = Network(
            f"{name}-network",
            NetworkArgs(
                cidr=str(own.cidr),
                zones=[f"{settings.region}{letter}" for letter in zones],
                region=settings.region,
                log_bucket_arn=bucket.arn,
            ),
            self._child,
        )
        return Ground(network.vpc_id, list(network.fleet_subnet_ids), key.arn, bucket.bucket_name, network)

    def _topics(self, ground: Ground) -> None:
        """Three topics, so that users, operators and the Health Aggregator each get their own messages only."""

        def topic(suffix: str, display_name: str, publishers: list[str], subscribers: list[Any]) -> Notifications:
            return Notifications(
                f"{self._name}-{suffix}",
                NotificationsArgs(
                    display_name=display_name,
                    account_id=self._account_id,
                    kms_key_arn=ground.kms_key_arn,
                    publishers=publishers,
                    subscribers=subscribers,
                ),
                self._child,
            )

        self._notices = topic("notices", "Plant API", [], arguments.users(self._settings))
        self._alerts = topic(
            "alerts",
            "Plant API alerts",
            ["budgets.amazonaws.com", "cloudwatch.amazonaws.com"],
            arguments.operators(self._settings),
        )
        self._health = topic(
            "health", "Plant API health", ["events.amazonaws.com"], arguments.aggregator(self._settings)
        )
        self.exports |= {"noticeTopic": self._notices.topic_arn, "alertTopic": self._alerts.topic_arn}

    def _security_groups(self, ground: Ground) -> SecurityGroups:
        platform = self._settings.tenancy.platform
        return SecurityGroups(
            f"{self._name}-access",
            SecurityGroupsArgs(
                vpc_id=ground.vpc_id,
                service_port=self._settings.fleet.service_port,
                public_ipv4="without" not in self._settings.edge.ip_address_type,
                fleet_ipv4_egress=platform is not None,
                s3_prefix_list_id=ground.network.s3_prefix_list_id if ground.network else None,
                load_balancer_group_id=platform.load_balancer_security_group_id if platform else None,
                cache_group_id=platform.cache_security_group_id if platform else None,
            ),
            self._child,
        )

    def _front_door(self, ground: Ground, groups: SecurityGroups) -> FrontDoor | None:
        """The load balancer: one's own, the platform's, or none while the stack is parked."""
        settings, edge = self._settings, self._settings.edge
        platform = settings.tenancy.platform
        if platform is not None:
            suffix = platform.load_balancer_arn.partition("loadbalancer/")[2]
            return FrontDoor(platform.listener_arn, suffix, None)
        if settings.uptime.parked or ground.network is None:
            return None
        certificate_arn: pulumi.Input[str] | None = edge.certificate_arn
        if certificate_arn is None:
            certificate_arn = Certificate(
                f"{self._name}-certificate",
                CertificateArgs(domain_name=edge.domain_name, hosted_zone_id=str(edge.hosted_zone_id)),
                self._child,
            ).arn
        balancer = LoadBalancer(
            f"{self._name}-edge",
            LoadBalancerArgs(
                subnet_ids=ground.network.edge_subnet_ids,
                security_group_id=groups.load_balancer_id,
                certificate_arn=certificate_arn,
                domain_name=edge.domain_name,
                hosted_zone_id=edge.hosted_zone_id,
                log_bucket_name=ground.log_bucket_name,
                ip_address_type=edge.ip_address_type,
                tls_policy=edge.tls_policy,
                idle_timeout_seconds=edge.idle_timeout_seconds,
                deletion_protection=edge.deletion_protection,
            ),
            self._child,
        )
        self.exports["loadBalancerDnsName"] = balancer.dns_name
        return FrontDoor(balancer.listener_arn, balancer.arn_suffix, balancer.arn)

    def _firewall(self, door: FrontDoor | None) -> Firewall | None:
        if door is None:
            return None
        args = arguments.firewall(self._settings, self._names, self._kms_key_arn, door.load_balancer_arn)
        firewall = Firewall(f"{self._name}-firewall", args, self._child)
        if firewall.rule_group_arn is not None:
            self.exports["ruleGroup"] = firewall.rule_group_arn
        return firewall

    def _alarms(self, door: FrontDoor | None, split: TrafficSplit) -> ServiceAlarms | None:
        if door is None:
            return None
        slo = self._settings.slo
        return ServiceAlarms(
            f"{self._name}-slo",
            ServiceAlarmsArgs(
                load_balancer_suffix=door.load_balancer_suffix,
                target_group_suffixes=split.target_group_suffixes,
                metric_namespace=self._names.metric_namespace,
                p95_threshold_ms=slo.p95_threshold_ms,
                p95_window_minutes=slo.p95_window_minutes,
                server_error_threshold_percent=slo.server_error_threshold_percent,
                database_query_limit_ms=self._settings.contract.database_query_limit_ms,
                alert_topic_arn=self._alerts.topic_arn,
                composite_name=self._names.composite_alarm,
            ),
            self._child,
        )

    def _flag(self, alarms: ServiceAlarms | None) -> FeatureFlag:
        rollout = self._settings.rollout
        return FeatureFlag(
            f"{self._name}-flag",
            FeatureFlagArgs(
                flag_name=rollout.flag_name,
                percents=[step.percent for step in rollout.steps],
                stack=self._stack,
                kms_key_arn=self._kms_key_arn,
                alarm_arns=[alarms.arns[check] for check in ROLLBACK_CHECKS] if alarms else [],
                account_id=self._account_id,
                permissions_boundary_arn=self._boundary,
            ),
            self._child,
        )

    def _cache(self, ground: Ground, groups: SecurityGroups) -> Cache | None:
        settings, cache = self._settings, self._settings.cache
        if settings.tenancy.kind == "shared" or settings.uptime.parked:
            return None
        return Cache(
            f"{self._name}-cache",
            CacheArgs(
                cache_name=self._names.cache,
                engine_version=cache.engine_version,
                node_type=cache.node_type,
                node_count=cache.node_count,
                data_max_gb=cache.data_max_gb,
                ecpu_max_per_second=cache.ecpu_max_per_second,
                key_prefix=cache.key_prefix,
                snapshot_retention_days=cache.snapshot_retention_days,
                subnet_ids=ground.fleet_subnet_ids,
                security_group_id=groups.cache_id,
                kms_key_arn=ground.kms_key_arn,
                used_threshold_percent=settings.slo.cache_used_threshold_percent,
                alert_topic_arn=self._alerts.topic_arn,
            ),
            self._child,
        )

    def _cache_environment(self, cache: Cache | None) -> dict[str, pulumi.Input[str]]:
        platform = self._settings.tenancy.platform
        if cache is not None:
            return {"PLANT_CACHE_ENDPOINT": cache.endpoint, "PLANT_CACHE_USER": self._names.cache}
        assert platform is not None  # noqa: S101 - a dedicated stack that runs has a cache
        user = platform.cache_user_arn.rpartition(":")[2]
        return {"PLANT_CACHE_ENDPOINT": platform.cache_endpoint, "PLANT_CACHE_USER": user}

    def _instance_access(
        self, contract: Contract, audit: AuditLog, flag: FeatureFlag, cache: Cache | None
    ) -> InstanceAccess:
        platform = self._settings.tenancy.platform
        cache_arns: list[Any] = [cache.arn, cache.user_arn] if cache else []
        if platform is not None:
            cache_arns = [platform.cache_arn, platform.cache_user_arn]
        return InstanceAccess(
            f"{self._name}-instances",
            InstanceAccessArgs(
                account_id=self._account_id,
                permissions_boundary_arn=self._boundary,
                log_group_arn=audit.log_group_arn,
                contract_parameter_arn=contract.parameter_arn,
                flag_arns=[flag.configuration_arn],
                kms_key_arn=self._kms_key_arn,
                cache_arns=cache_arns,
            ),
            self._child,
        )

    def _maintenance(self, firewall: Firewall | None, alarms: ServiceAlarms | None) -> Maintenance:
        maintenance = self._settings.maintenance
        muted = [alarms.names[check] for check in MUTED_CHECKS if check in alarms.names] if alarms else []
        return Maintenance(
            f"{self._name}-maintenance",
            MaintenanceArgs(
                account_id=self._account_id,
                permissions_boundary_arn=self._boundary,
                kms_key_arn=self._kms_key_arn,
                log_group_name=self._names.workflow_log_group("maintenance"),
                log_retention_days=self._settings.rollout.log_retention_days,
                parameter_name=self._names.parameter("maintenance"),
                time_zone=maintenance.time_zone,
                windows=arguments.windows(self._settings),
                notice_hours=maintenance.notice_hours,
                topic_arn=self._notices.topic_arn,
                firewall=firewall,
                muted_alarm_names=muted,
                mute_rule_prefix=self._names.slug,
            ),
            self._child,
        )

    def _observe(
        self,
        door: FrontDoor,
        split: TrafficSplit,
        fleets: dict[str, Fleet],
        alarms: ServiceAlarms,
        cache: Cache | None,
    ) -> None:
        settings = self._settings
        groups = {fleet: component.group_name for fleet, component in fleets.items()}
        events = ScalingEvents(
            f"{self._name}-scaling",
            ScalingEventsArgs(
                group_names=list(groups.values()),
                spike_alarm_arns=[fleet.spike_alarm_arn for fleet in fleets.values() if fleet.spike_alarm_arn],
                log_group_name=self._names.event_log_group("scaling"),
                log_retention_days=settings.fleet.log_retention_days,
                kms_key_arn=self._kms_key_arn,
                metric_namespace=self._names.metric_namespace,
                failure_threshold_percent=settings.slo.scaling_failure_threshold_percent,
                window_minutes=settings.slo.scaling_failure_window_minutes,
                alert_topic_arn=self._alerts.topic_arn,
                account_id=self._account_id,
            ),
            self._child,
        )
        every = [*alarms.arns.values(), events.failure_alarm_arn, *([cache.alarm_arn] if cache else [])]
        HealthFeed(
            f"{self._name}-feed",
            HealthFeedArgs(
                service="plant-api",
                stack=self._stack,
                alarm_arns=every,
                topic_arn=self._health.topic_arn,
                event_bus_arn=settings.platform.health_aggregator.event_bus_arn,
                account_id=self._account_id,
                permissions_boundary_arn=self._boundary,
            ),
            self._child,
        )
        dashboard = Dashboard(
            f"{self._name}-overview",
            DashboardArgs(
                dashboard_name=self._names.dashboard,
                region=settings.region,
                metric_namespace=self._names.metric_namespace,
                load_balancer_suffix=door.load_balancer_suffix,
                target_group_suffixes=split.target_group_suffixes,
                group_names=groups,
                alarm_arns=every,
                p95_threshold_ms=settings.slo.p95_threshold_ms,
            ),
            self._child,
        )
        self.exports["dashboard"] = dashboard.dashboard_name

    def _rollout(
        self,
        door: FrontDoor,
        split: TrafficSplit,
        fleets: dict[str, Fleet],
        alarms: ServiceAlarms,
        flag: FeatureFlag,
        maintenance: Maintenance,
    ) -> None:
        settings, rollout = self._settings, self._settings.rollout
        component = CanaryRollout(
            f"{self._name}-rollout",
            CanaryRolloutArgs(
                stack=self._stack,
                account_id=self._account_id,
                region=settings.region,
                permissions_boundary_arn=self._boundary,
                kms_key_arn=self._kms_key_arn,
                log_group_name=self._names.workflow_log_group("rollout"),
                log_retention_days=rollout.log_retention_days,
                control_parameter_name=self._names.parameter("rollout"),
                maintenance_parameter_name=maintenance.parameter_name,
                steps=[(step.percent, round((step.hold_hours or 0) * 3600)) for step in rollout.steps],
                poll_seconds=rollout.poll_interval_minutes * 60,
                unclear_polls_max=rollout.inconclusive_polls_max,
                minimum_samples=settings.slo.minimum_samples,
                p95_threshold_ms=settings.slo.p95_threshold_ms,
                rule_arns=split.rule_arns,
                scopes={route.name: route.scope for route in arguments.routes(settings)},
                token=arguments.token(settings),
                target_group_arns=split.target_group_arns,
                target_group_suffixes=split.target_group_suffixes,
                load_balancer_suffix=door.load_balancer_suffix,
                group_names={fleet: found.group_name for fleet, found in fleets.items()},
                alarm_names=[alarms.names[check] for check in ROLLBACK_CHECKS],
                flag=flag,
                topic_arn=self._notices.topic_arn,
            ),
            self._child,
        )
        self.exports |= {
            "rolloutStateMachine": component.state_machine_arn,
            "rolloutControl": component.control_parameter_name,
        }

    def _reaper(self) -> Reaper | None:
        uptime = self._settings.uptime
        if uptime.schedule != "sessions":
            return None
        return Reaper(
            f"{self._name}-reaper",
            ReaperArgs(
                stack=self._stack,
                account_id=self._account_id,
                region=self._settings.region,
                permissions_boundary_arn=self._boundary,
                kms_key_arn=self._kms_key_arn,
                log_group_name=self._names.workflow_log_group("reaper"),
                log_retention_days=self._settings.rollout.log_retention_days,
                topic_arn=self._alerts.topic_arn,
                tags={key: self._tags[key] for key in arguments.IDENTIFYING_TAGS},
                session_days=uptime.session_days,
                session_start_minute=minutes_of_day(uptime.session_start),
                session_hours=uptime.hours_per_session,
                time_zone=uptime.time_zone,
                every_hours=uptime.reaper_every_hours,
            ),
            self._child,
        )

    def _guard(self) -> None:
        settings, budget = self._settings, self._settings.budget
        ci = CiAccess(
            f"{self._name}-ci",
            CiAccessArgs(
                account_id=self._account_id,
                region=settings.region,
                repository=settings.platform.repository,
                environment=self._stack,
                permissions_boundary_arn=self._boundary,
            ),
            self._child,
        )
        BudgetGuard(
            f"{self._name}-budget",
            BudgetGuardArgs(
                account_id=self._account_id,
                monthly_limit_usd=budget.monthly_limit_usd,
                tag=("Stack", self._tags["Stack"]),
                notice_percents=budget.notice_percents,
                action_percent=budget.action_percent,
                emails=settings.platform.operator_emails,
                topic_arn=self._alerts.topic_arn,
                restrained_role_name=ci.deploy_role_name,
                restrained_role_arn=ci.deploy_role_arn,
                permissions_boundary_arn=self._boundary,
            ),
            self._child,
        )
        self.exports |= {"previewRole": ci.preview_role_arn, "deployRole": ci.deploy_role_arn}
