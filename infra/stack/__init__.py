"""The one place where components meet: settings in, a whole stack out."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pulumi
import pulumi_aws as aws

from components.access.permissions_boundary import PermissionsBoundary, PermissionsBoundaryArgs
from components.edge.request_checks import ASKED_OF_USER_POOL
from components.fleet.container_image import private_repository
from components.operations.maintenance import Maintenance
from components.tagging import tag_all
from infra.naming import Names
from infra.settings import Settings
from infra.stack import access, data, edge, fleet, network, observability, operations, rollout
from infra.stack.context import Context
from infra.stack.declared import Application, Compute, Ground, Traffic
from infra.stack.published import published
from infra.stack.tags import BUDGET_TAG
from infra.stack.tags import tags as stack_tags


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
        tags = stack_tags(settings, args.stack)
        tagged = pulumi.ResourceOptions(transformations=[tag_all(tags)])
        facts = published(
            settings, name, operations.ending_schedule(settings, name), operations.braking_schedule(settings, name)
        )
        # As inputs too: `pulumi preview --json` has a component's inputs, and not yet its outputs.
        super().__init__("plant:infra:PlantApi", name, facts, pulumi.ResourceOptions.merge(opts, tagged))
        names = Names("plant", args.stack)
        account = f"arn:aws:iam::{settings.platform.account_id}"
        boundary = PermissionsBoundary(
            f"{name}-boundary",
            PermissionsBoundaryArgs(
                account_id=settings.platform.account_id,
                region=settings.region,
                stack_tag=(BUDGET_TAG, tags[BUDGET_TAG]),
                sibling_tags="plant-*",
                parameter_path=names.parameter(""),
                image_regions=_image_regions(settings),
                only_on=_only_on(settings, names),
                path=names.restraint_path,
                restrained_roles_arn=f"{account}:role{names.restraint_path}*",
                restraint_arn=f"{account}:policy{names.restraint_path}{names.restraint_policy}",
            ),
            pulumi.ResourceOptions(parent=self),
        )
        schedules = aws.scheduler.ScheduleGroup(
            f"{name}-schedules", name=names.schedule_group, opts=pulumi.ResourceOptions(parent=self)
        )
        context = Context(
            settings=settings,
            stack=args.stack,
            now=args.now,
            name=name,
            names=names,
            tags=tags,
            root=self,
            permissions_boundary_arn=boundary.arn,
            schedule_group_name=schedules.name,
        )
        _declare(context)
        self.exports = context.exports
        self.register_outputs({**facts, **self.exports})


def _image_regions(settings: Settings) -> list[str]:
    """Regions of the private registries that instances pull from, but for the stack's own."""
    images = (settings.fleet.container_image, settings.rollout.candidate_image)
    found = (private_repository(image) for image in images if image is not None)
    return sorted({one.region for one in found if one is not None} - {settings.region})


def _only_on(settings: Settings, names: Names) -> dict[str, list[str]]:
    """What roles of the stack do to things that have no tag of the stack, or to which its tag says nothing."""
    cluster, platform, stores = settings.platform.cluster, settings.tenancy.platform, settings.data.stores
    account, browser = settings.platform.account_id, settings.edge.authentication.browser
    caches = [f"arn:aws:elasticache:{settings.region}:{account}:*:{names.cache}*"]
    tables = [store.table_arn for store in stores if store.table_arn is not None]
    rows = [arn for table in tables for arn in (table, f"{table}/index/*")]
    found: Mapping[str, Sequence[str | None]] = {
        "cloudwatch:DeleteDashboards": [f"arn:aws:cloudwatch::{account}:dashboard/{names.dashboard}"],
        ASKED_OF_USER_POOL: [browser.user_pool_arn if browser is not None else None],
        "dynamodb:*Item": rows,
        "dynamodb:Query": rows,
        "elasticache:Connect": caches if platform is None else [platform.cache_arn, platform.cache_user_arn],
        "events:PutEvents": [settings.platform.health_aggregator.event_bus_arn],
        "lambda:InvokeFunction": [cluster.caller_function_arn if cluster is not None else None],
        "rds-db:connect": [store.rds_user_arn for store in stores],
    }
    known = {action: [arn for arn in arns if arn is not None] for action, arns in found.items()}
    return {action: arns for action, arns in known.items() if arns}


def _declare(context: Context) -> None:
    """Declare all families, in the order in which they need each other."""
    edge_settings = context.settings.edge
    context.exports.update(
        {
            "url": f"https://{edge_settings.domain_name}{edge_settings.path_prefix}",
            "parked": context.settings.uptime.parked,
        }
    )
    ground = _ground(context)
    application = Application(
        contract=data.contract(context),
        release=rollout.release(context, ground.kms_key_arn),
        cache=data.cache(context, ground),
    )
    door = edge.front_door(context, ground)
    split = edge.traffic_split(context, ground, door)
    firewall = edge.firewall(context, ground, door)
    traffic = observability.traffic(context, ground, door, split)
    page = edge.maintenance_page(context.settings, firewall, edge.listener_answers(context, door))
    lent_rules = edge.lent_rules(context.settings, firewall)
    maintenance = operations.maintenance(context, ground, page, lent_rules, traffic)
    serve = _serve_from_pods if context.settings.platform.kind == "kubernetes" else _serve_from_instances
    compute = serve(context, ground, traffic, application, maintenance)
    guard = operations.budget_guard(context, ground.topics, access.workflows(context))
    watchers = (operations.reaper(context, ground), operations.spend_brake(context, ground, guard, compute, firewall))
    operations.workflow_failures(
        context, ground.topics, maintenance, [watcher for watcher in watchers if watcher is not None]
    )


def _serve_from_instances(
    context: Context, ground: Ground, traffic: Traffic | None, application: Application, maintenance: Maintenance
) -> Compute | None:
    instances = access.instances(context, access.application(context, ground, application))
    if traffic is None:
        return None
    compute = fleet.fleets(context, ground, traffic, application, instances.profile_arn)
    observability.observe(context, ground, traffic, compute, application.cache)
    rollout.canary_rollout(context, ground, traffic, compute, application.release, maintenance)
    return compute


def _serve_from_pods(
    context: Context, ground: Ground, traffic: Traffic | None, application: Application, maintenance: Maintenance
) -> Compute | None:
    from infra.stack.pods import Pods  # the Kubernetes SDK, which other stacks don't load

    if traffic is None:
        return None
    pods = Pods(context, access.application(context, ground, application))
    compute = pods.tracks(ground, traffic, application)
    observability.observe(context, ground, traffic, compute, application.cache)
    pods.let_scale(rollout.canary_rollout(context, ground, traffic, compute, application.release, maintenance))
    return compute


def _ground(context: Context) -> Ground:
    """What stays while the stack is parked."""
    kms_key_arn = data.kms_key_arn(context)
    bucket = observability.log_bucket(context)
    vpc = network.vpc(context, bucket.arn if bucket else None)
    groups = network.security_groups(context, vpc)
    network.data_stores(context, vpc, groups)
    return Ground(
        kms_key_arn=kms_key_arn,
        vpc=vpc,
        groups=groups,
        log_bucket_name=bucket.bucket_name if bucket else None,
        topics=observability.topics(context, kms_key_arn),
        logs=observability.kept_logs(context, kms_key_arn),
        audit=observability.audit_log(context, kms_key_arn),
    )
