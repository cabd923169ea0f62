"""Roles: of instances, and of the repository's workflows."""

from __future__ import annotations

import pulumi

from components.access.application_access import ApplicationAccess
from components.access.ci_access import CiAccess, CiAccessArgs
from components.fleet.instance_access import InstanceAccess, InstanceAccessArgs
from infra.settings import Settings
from infra.stack.context import Context
from infra.stack.declared import Application, Ground
from infra.stack.fleet import warm_group_names
from infra.stack.tags import BUDGET_TAG


def application(context: Context, ground: Ground, application: Application) -> ApplicationAccess:
    """What the application may do."""
    platform, cache = context.settings.tenancy.platform, application.cache
    stores = context.settings.data.stores
    cache_arns: list[pulumi.Input[str]] = [cache.arn, cache.user_arn] if cache else []
    if platform is not None:
        cache_arns = [platform.cache_arn, platform.cache_user_arn]
    return ApplicationAccess(
        log_group_arn=ground.audit.log_group_arn,
        contract_parameter_arn=application.contract.parameter_arn,
        flag_arns=[application.release.flag.configuration_arn],
        kms_key_arn=ground.kms_key_arn,
        cache_arns=cache_arns,
        rds_user_arns=[store.rds_user_arn for store in stores if store.rds_user_arn],
        read_table_arns=[store.table_arn for store in stores if store.table_arn],
        written_table_arns=[
            store.table_arn for store in stores if store.table_arn and store.table_access == "read-write"
        ],
    )


def instances(context: Context, application: ApplicationAccess) -> InstanceAccess:
    """What an instance may do."""
    settings = context.settings
    images = (settings.fleet.container_image, settings.rollout.candidate_image)
    groups = f"arn:aws:autoscaling:{settings.region}:{context.account_id}:autoScalingGroup:*:autoScalingGroupName"
    return InstanceAccess(
        f"{context.name}-instances",
        InstanceAccessArgs(
            account_id=context.account_id,
            application=application,
            container_images=[image for image in images if image is not None],
            warm_group_arns=[f"{groups}/{warm_group_names(context.name)}"] if settings.fleet.warm_pool_size else [],
        ),
        context.child,
    )


def workflows(context: Context) -> CiAccess:
    """What previews and deployments may do. They act on what the boundary keeps from every other role."""
    settings, account = context.settings, context.account_id
    browser = settings.edge.authentication.browser
    ci = CiAccess(
        f"{context.name}-ci",
        CiAccessArgs(
            account_id=account,
            region=settings.region,
            repository=settings.platform.repository,
            environment=context.stack,
            permissions_boundary_arn=context.permissions_boundary_arn,
            stack_tag=(BUDGET_TAG, context.tags[BUDGET_TAG]),
            parameter_path=context.names.parameter(""),
            bucket_names=[context.names.log_bucket(account), context.names.state_bucket(account)],
            schedule_group_name=context.names.schedule_group,
            key_alias=context.names.alias,
            name_prefix=f"{context.name}-",
            image_parameter=settings.fleet.image_parameter,
            user_pool_arn=browser.user_pool_arn if browser is not None else None,
            dashboard_name=context.names.dashboard,
            role_path=context.names.role_path,
            own_path=context.names.restraint_path,
            hosted_zone_id=settings.edge.hosted_zone_id,
            borrowed_arns=_borrowed_arns(context),
            borrowed_group_ids=_borrowed_group_ids(settings),
            owns_network=settings.tenancy.platform is None,
            borrowed_vpc_id=_borrowed_vpc_id(settings),
        ),
        pulumi.ResourceOptions(parent=context.root),
    )
    context.exports.update({"previewRole": ci.preview_role_arn, "deployRole": ci.deploy_role_arn})
    return ci


def _borrowed_arns(context: Context) -> list[str]:
    """What of the platform the stack adds to: rules to the listener, metric filters to the cluster's log."""
    platform, cluster = context.settings.tenancy.platform, context.settings.platform.cluster
    found = []
    if platform is not None:
        found.append(f"{platform.listener_arn.replace(':listener/', ':listener*/')}*")  # and listener-rule/
    if cluster is not None:
        logs = f"arn:aws:logs:{context.settings.region}:{context.account_id}:log-group"
        found.append(f"{logs}:/aws/eks/{cluster.name}/cluster*")
    return found


def _borrowed_group_ids(settings: Settings) -> list[str]:
    """Security groups of others that the stack adds rules to."""
    platform, cluster = settings.tenancy.platform, settings.platform.cluster
    lent = [platform.load_balancer_security_group_id, platform.cache_security_group_id] if platform is not None else []
    nodes = [cluster.node_security_group_id] if cluster is not None else []
    stores = [store.security_group_id for store in settings.data.stores]
    return sorted({group for group in (*lent, *nodes, *stores) if group is not None})


def _borrowed_vpc_id(settings: Settings) -> str | None:
    """The platform's network, where the stack makes endpoints for data stores in it."""
    platform = settings.tenancy.platform
    makes_endpoints = any(store.endpoint_service for store in settings.data.stores)
    return platform.vpc_id if platform is not None and makes_endpoints else None
