"""What the service keeps or shares: key, contract, cache."""

from __future__ import annotations

import pulumi

from components.data.cache import Cache, CacheArgs
from components.data.contract import Contract, ContractArgs
from components.data.encryption_key import EncryptionKey, EncryptionKeyArgs
from infra.stack.context import Context
from infra.stack.declared import Ground


def kms_key_arn(context: Context) -> pulumi.Input[str]:
    """Key of all that is encrypted: one's own, or the platform's."""
    settings = context.settings
    if settings.tenancy.platform is not None:
        return settings.tenancy.platform.kms_key_arn
    return EncryptionKey(
        f"{context.name}-encryption",
        EncryptionKeyArgs(
            account_id=context.account_id,
            region=settings.region,
            alias=context.names.alias,
            protect=settings.platform.protect_data,
        ),
        context.child,
    ).arn


def contract(context: Context) -> Contract:
    """What the application has to keep."""
    contract, authentication = context.settings.contract, context.settings.edge.authentication
    stores = [
        {"name": store.name, "endpoint": store.endpoint, "port": store.port} for store in context.settings.data.stores
    ]
    component = Contract(
        f"{context.name}-contract",
        ContractArgs(
            parameter_name=context.names.parameter("contract"),
            limits={
                "response_budget_ms": contract.response_budget_ms,
                "database_query_limit_ms": contract.database_query_limit_ms,
                "cache_ttl_seconds": contract.cache_ttl_seconds,
                "page_size_max": contract.page_size_max,
                "body_size_max_kib": contract.body_size_max_kib,
                "audience": authentication.audience,
                "read_scope": authentication.read_scope,
                "write_scope": authentication.write_scope,
                **({"data_stores": stores} if stores else {}),
            },
        ),
        context.child,
    )
    context.exports["contractParameter"] = component.parameter_name
    return component


def cache(context: Context, ground: Ground) -> Cache | None:
    """Cache of a dedicated stack; nothing while parked."""
    settings, cache = context.settings, context.settings.cache
    if settings.tenancy.kind == "shared" or settings.uptime.parked:
        return None
    return Cache(
        f"{context.name}-cache",
        CacheArgs(
            cache_name=context.names.cache,
            engine_version=cache.engine_version,
            node_type=cache.node_type,
            node_count=cache.node_count,
            data_max_gb=cache.data_max_gb,
            ecpu_max_per_second=cache.ecpu_max_per_second,
            key_prefix=cache.key_prefix,
            snapshot_retention_days=cache.snapshot_retention_days,
            subnet_ids=ground.vpc.fleet_subnet_ids,
            security_group_id=ground.groups.cache_id,
            kms_key_arn=ground.kms_key_arn,
            used_threshold_percent=settings.slo.cache_used_threshold_percent,
            alert_topic_arn=ground.topics.alerts,
        ),
        context.child,
    )
