"""The one place where components meet: settings in, a whole stack out."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pulumi

from components.access.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from components.data.contract import Contract, ContractArgs
from components.edge.traffic_split import TrafficSplit
from components.observability.audit_log import AuditLog, AuditLogArgs
from components.tagging import tag_all
from infra.naming import Names
from infra.settings import Settings
from infra.stack import arguments, foundation, operations, service
from infra.stack.context import Context
from infra.stack.cost_basis import cost_basis


@dataclass(frozen=True, kw_only=True)
class PlantApiArgs:
    """What makes one stack differ from another."""

    settings: Settings
    """Checked settings."""
    stack: str
    """Name of the stack."""
    now: datetime
    """Time of the run: maintenance windows that are over by then are left out."""


class PlantApi(pulumi.ComponentResource):
    """The whole Plant API stack: dedicated or shared, running or parked.

    Parked means that whatever is billed by the hour is not declared; what is free, and the key, stays.
    """

    exports: dict[str, pulumi.Input[Any]]
    """Outputs of the stack."""

    def __init__(self, name: str, args: PlantApiArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        settings = args.settings
        tags = arguments.tags(settings, args.stack)
        tagged = pulumi.ResourceOptions(transformations=[tag_all(tags)])
        facts = {
            "costBasis": cost_basis(settings, operations.ending_schedule(settings, name)),
            "capacity": {
                "serviceTimeMs": settings.fleet.service_time_ms,
                "cpuTimeMs": settings.fleet.cpu_time_ms,
                "workersPerInstance": settings.fleet.workers_per_instance,
                "rolloutPercents": [step.percent for step in settings.rollout.steps],
            },
        }
        # As inputs too: `pulumi preview --json` has a component's inputs, and not yet its outputs.
        super().__init__("plant:infra:PlantApi", name, facts, pulumi.ResourceOptions.merge(opts, tagged))
        boundary = PermissionsBoundary(
            f"{name}-boundary",
            PermissionsBoundaryArgs(region=settings.region, account_id=settings.platform.account_id),
            pulumi.ResourceOptions(parent=self),
        )
        context = Context(
            settings=settings,
            stack=args.stack,
            now=args.now,
            name=name,
            names=Names("plant", args.stack),
            tags=tags,
            root=self,
            permissions_boundary_arn=boundary.arn,
        )
        _declare(context)
        self.exports = context.exports
        self.register_outputs({**facts, **self.exports})


def _declare(context: Context) -> None:
    """Declare all components, in the order in which they need each other."""
    settings, name = context.settings, context.name
    ground = foundation.ground(context)
    topics = foundation.topics(context, ground)
    logs = foundation.kept_logs(context, ground)
    contract = Contract(
        f"{name}-contract",
        ContractArgs(parameter_name=context.names.parameter("contract"), limits=arguments.limits(settings)),
        context.child,
    )
    audit = AuditLog(
        f"{name}-audit",
        AuditLogArgs(
            log_group_name=context.names.log_group("requests"),
            retention_days=settings.fleet.log_retention_days,
            kms_key_arn=ground.kms_key_arn,
            metric_namespace=context.names.metric_namespace,
        ),
        context.child,
    )
    groups = foundation.security_groups(context, ground)
    door = foundation.front_door(context, ground, groups)
    split = TrafficSplit(f"{name}-split", arguments.traffic_split(settings, ground.vpc_id, door), context.child)
    firewall = service.firewall(context, logs, door)
    alarms = operations.alarms(context, door, split, topics)
    flag = service.flag(context, ground)
    cache = service.cache(context, ground, groups, topics)
    access = service.instance_access(context, ground, contract, audit, flag, cache)
    maintenance = operations.maintenance(context, ground, topics, logs, firewall, alarms)
    if door is not None and alarms is not None:
        fleets = service.run_fleets(
            context,
            ground,
            door,
            split,
            alarms,
            topics,
            audit=audit,
            access=access,
            groups=groups,
            environment=arguments.environment(settings, contract, flag, service.cache_environment(context, cache)),
        )
        operations.observe(context, logs, door, topics, split, fleets, alarms, cache)
        operations.rollout(context, ground, logs, door, topics, split, fleets, alarms, flag, maintenance)
    reaper = operations.reaper(context, ground, topics, logs)
    operations.workflow_failures(context, topics, maintenance, reaper)
    operations.guard(context, topics)
    context.exports.update(
        {
            "url": f"https://{settings.edge.domain_name}{settings.edge.path_prefix}",
            "parked": settings.uptime.parked,
            "contractParameter": contract.parameter_name,
            "logGroup": audit.log_group_name,
            "targetGroups": split.target_group_arns,
        }
    )
