"""Every setting changes what is declared: a knob that nobody reads is worse than none."""

from __future__ import annotations

import json
from collections import Counter
from functools import cache
from pathlib import Path
from typing import Any, get_args, get_origin

import depth
import pytest
from pydantic import BaseModel

from deployment.kept import FOLDER_VARIABLE
from infra.settings.loading import GROUPS
from workbench.preview.synthesis import synthesize
from workbench.report.settings_replaced import ALIKE, TRIED, replaced_in

ARN = "arn:aws:{}:us-east-1:123456789012:{}"
PLATFORM = {
    "vpc_id": "vpc-0a1b2c3d4e5f60719",
    "fleet_subnet_ids": ["subnet-0a1b2c3d4e5f60713", "subnet-0a1b2c3d4e5f60714"],
    "load_balancer_arn": ARN.format("elasticloadbalancing", "loadbalancer/app/other/0a1b2c3d4e5f6071"),
    "listener_arn": ARN.format("elasticloadbalancing", "listener/app/other/0a1b2c3d4e5f6071/1a2b"),
    "load_balancer_security_group_id": "sg-0a1b2c3d4e5f60719",
    "cache_endpoint": "other.cache.amazonaws.com:6379",
    "web_acl_arn": ARN.format("wafv2", "regional/webacl/other/0a1b2c3d"),
    "cache_security_group_id": "sg-0b1c2d3e4f5061729",
    "cache_user_arn": ARN.format("elasticache", "user:other"),
    "cache_arn": ARN.format("elasticache", "serverlesscache:other"),
    "kms_key_arn": ARN.format("kms", "key/other"),
}
STORE = {"name": "orders", "endpoint": "db.example.com", "port": 5432, "way": "security-group"}
WINDOW = {"name": "patching", "weekday": "MON", "time": "03:00", "duration_minutes": 30}

DEV = {
    "edge": {
        "domain_name": "api.other.example.com",
        "hosted_zone_id": "Z0OTHERZONE",
        "certificate_arn": ARN.format("acm", "certificate/other"),
        "path_prefix": "/v2",
        "ip_address_type": "ipv4",
        "tls_policy": "ELBSecurityPolicy-TLS13-1-3-2021-06",
        "idle_timeout_seconds": 31,
        "deregistration_delay_seconds": 31,
        "rule_priority_base": 200,
        "access_log_retention_days": 366,
        "authentication.issuer": "https://other.example.com",
        "authentication.jwks_url": "https://other.example.com/jwks",
        "authentication.audience": "other",
        "authentication.issuer_kind": "okta",
        "authentication.audience_claim": "azp",
        "authentication.audience_format": "string-array",
        "authentication.scope_claim": "permissions",
        "authentication.scope_format": "string-array",
        "authentication.read_scope": "other.read",
        "authentication.write_scope": "other.write",
    },
    "fleet": {
        "min_size": 0,
        "desired_capacity": 2,
        "max_size": 3,
        "instance_types": ["t4g.small", "t4g.micro"],
        "on_demand_base_capacity": 1,
        "on_demand_percent_above_base": 10,
        "spot_max_usd_per_hour": "0.005",
        "root_volume_gib": 5,
        "image_parameter": "/aws/service/other",
        "container_image": "ecr-public.aws.com/plant/plant-api:2.0.0",
        "service_port": 9443,
        "health_check_path": "/other",
        "service_time_ms": 31,
        "cpu_time_ms": 6,
        "workers_per_instance": 1,
        "warm_up_seconds": 91,
        "drain_seconds": 61,
        "max_instance_lifetime_days": 15,
        "scheduled_sizes": [{"name": "night", "cron": "0 1 * * *", "min_size": 0, "max_size": 1}],
        "log_retention_days": 400,
    },
    "cache": {
        "engine_version": 7,
        "data_max_gb": 2,
        "ecpu_max_per_second": 2000,
        "node_type": "cache.t4g.micro",
        "key_prefix": "other:",
        "snapshot_retention_days": 2,
    },
    "data": {
        "stores": [{**STORE, "security_group_id": "sg-0123456789abcdef0"}],
        "environment": {"LOG_LEVEL": "debug"},
    },
    "firewall": {
        "requests_per_ip": 1001,
        "requests_per_user": 601,
        "requests_per_heavy_path": 101,
        "heavy_path_prefix": "/v1/other",
        "window_seconds": 600,
        "retry_after_seconds": 61,
        "user_header": "x-api-key",
        "block_hosting_providers": True,
        "log_retention_days": 400,
    },
    "slo": {
        "p95_threshold_ms": 201,
        "p95_window_minutes": 6,
        "minimum_samples": 201,
        "scaling_failure_threshold_percent": 6,
        "scaling_failure_window_minutes": 20,
        "server_error_threshold_percent": 2,
        "traffic_spike_ratio": 1.75,
        "cache_used_threshold_percent": 81,
    },
    "contract": {
        "response_budget_ms": 101,
        "database_query_limit_ms": 31,
        "cache_ttl_seconds": 601,
        "page_size_max": 51,
        "body_size_max_kib": 7,
    },
    "rollout": {
        "flag_name": "other_enabled",
        "steps": [{"percent": 20, "hold_hours": 6}, {"percent": 100}],
        "poll_interval_minutes": 6,
        "inconclusive_polls_max": 73,
        "candidate_image": "ecr-public.aws.com/plant/plant-api:2.0.0",
        "log_retention_days": 400,
    },
    "maintenance": {
        "time_zone": "UTC",
        "windows": [WINDOW],
        "notice_hours": [24],
        "subscribers": [{"protocol": "sms", "endpoint": "+37060000000"}],
    },
    "budget": {
        "total_monthly_usd": "18.00",
        "share_percent": 20,
        "allowances": "0.5",
        "notice_percents": [60, 100],
        "action_percent": 90,
    },
    "uptime": {
        "schedule": "always-on",
        "parked": True,
        "session_days": ["MON"],
        "session_start": "10:00",
        "hours_per_session": 2,
        "lead_minutes": 5,
        "late_minutes": 5,
        "deletion_minutes": 5,
        "time_zone": "UTC",
        "reaper_every_hours": 4,
    },
    "tenancy": {
        "network.cidr": "10.65.0.0/22",
        "network.zone_count": 3,
        "network.zone_letters": "bc",
    },
    "platform": {
        "account_id": "210987654321",
        "owner": "other",
        "cost_center": "other",
        "operator_emails": ["other@example.com"],
        "repository": "other/other",
        "protect_data": True,
        "health_aggregator.event_bus_arn": ARN.format("events", "event-bus/health"),
        "health_aggregator.endpoint": "https://health.example.com/events",
    },
}
"""Group -> setting -> a value that dev does not have."""

USAGE = {
    "monthly_requests": 200_001,
    "peak_requests_per_second": 4,
    "request_kb": 2,
    "response_kb": 9,
    "new_connections_per_request": "0.3",
    "application_log_kb_per_request": "0.6",
    "blocked_request_ratio": "0.02",
    "cache_data_gb": "0.02",
    "cache_kb_per_request": 5,
    "rollouts_per_month": 3,
    "notices_per_month": 21,
}
"""Declared usage; all of it shows in one output, so one run tells."""

PROD = {
    "budget": {"brake_every_hours": 4, "brake_minimum_percent": 80, "brake_rate_percent": 50},
    "firewall": {"rule_group_rules": ["rate-per-ip", "page-size"]},
    "tenancy": {f"platform.{name}": value for name, value in PLATFORM.items()},
}
"""The same for what only a shared stack reads, or one that is always on."""

K8S = {
    "pods": {
        "image": f"other/plant-api@sha256:{'0' * 64}",
        "cpu_millicores": 20,
        "cpu_limit_millicores": 100,
        "memory_mib": 48,
        "ephemeral_storage_mib": 40,
        "min_replicas": 3,
        "max_replicas": 3,
        "quota_cpu_millicores": 260,
        "quota_memory_mib": 700,
        "scaling_metric": "prometheus",
        "cpu_target_percent": 61,
        "liveness_path": "/alive",
    },
    "platform": {
        "cluster.name": "other",
        "cluster.endpoint": "https://other.eks.amazonaws.com",
        "cluster.certificate_authority": "T1RIRVJPVEhFUk9USEVS",
        "cluster.version": "1.35",
        "cluster.node_security_group_id": "sg-0c1d2e3f405162739",
        "cluster.load_balancer_cidrs": ["10.9.0.0/24"],
        "cluster.cache_cidrs": ["10.9.1.0/24"],
        "cluster.node_type": "m7g.large",
        "cluster.node_usd_per_hour": "0.03",
        "cluster.node_utilisation_ratio": "0.7",
        "cluster.idle_share_charged": False,
    },
}
"""The same for what only a stack on Kubernetes reads."""

TABLES = {"dev": DEV, "prod": PROD, "k8s": K8S}
TURNED = [
    (stack, f"{group}.{name}") for stack, table in TABLES.items() for group, names in table.items() for name in names
]
"""Stack and setting of each value in the tables."""
CALLER = {
    "plant:platform.cluster.caller_function_arn": ARN.format("lambda", "function:scale"),
    "plant:platform.cluster.caller_role_arn": "arn:aws:iam::123456789012:role/scale",
}
PROMETHEUS = {"plant:pods.scaling_metric": "prometheus"}

TOGETHER = {
    "fleet.warm_pool_size": {"plant:fleet.on_demand_percent_above_base": 100, "plant:fleet.warm_pool_size": 1},
    "cache.node_count": {"plant:cache.node_type": "cache.t4g.micro", "plant:cache.node_count": 3},
}
"""Settings that only matter, or are only allowed, beside another one."""

BROWSER = {
    "user_pool_arn": ARN.format("cognito-idp", "userpool/us-east-1_abc"),
    "user_pool_client_id": "abc",
    "user_pool_domain": "plant",
    "path_prefix": "/app",
}
TOGETHER |= {
    f"edge.authentication.browser.{name}": {
        **{f"plant:edge.authentication.browser.{key}": given for key, given in BROWSER.items()},
        f"plant:edge.authentication.browser.{name}": value,
    }
    for name, value in {
        "user_pool_arn": ARN.format("cognito-idp", "userpool/us-east-1_xyz"),
        "user_pool_client_id": "xyz",
        "user_pool_domain": "other",
        "path_prefix": "/other",
    }.items()
}

ON_PODS = {
    "platform.cluster.caller_function_arn": CALLER,
    "platform.cluster.caller_role_arn": CALLER,
    "pods.requests_per_second_per_pod": {**PROMETHEUS, "plant:pods.requests_per_second_per_pod": 3},
    "pods.prometheus_metric": {**PROMETHEUS, "plant:pods.prometheus_metric": "other_requests"},
}
"""Settings of a stack on Kubernetes that only matter beside another one."""

CHECKED_ONLY = {
    "platform.cluster.public_endpoint": "no resource: without one a function is required",
    "tenancy.network.reserved_cidrs": "no resource: a check against collisions",
    "tenancy.kind": "dev against prod is the proof",
    "platform.kind": "prod against k8s is the proof",
}
"""Settings without an effect on the declaration, and why they exist."""


def leaves(model: type[BaseModel], prefix: str = "") -> list[str]:
    found = []
    for name, field in model.model_fields.items():
        kinds = (field.annotation, *(get_args(field.annotation) if get_origin(field.annotation) is not tuple else ()))
        nested = next((kind for kind in kinds if isinstance(kind, type) and issubclass(kind, BaseModel)), None)
        if nested is not None:
            found += leaves(nested, f"{prefix}{name}.")
        else:
            found.append(f"{prefix}{name}")
    return found


def test_every_setting_has_a_mutation():
    known = {f"{group}.{name}" for table in TABLES.values() for group, names in table.items() for name in names}
    settings = {f"{group}.{name}" for group, model in GROUPS.items() for name in leaves(model)}
    known |= {f"usage.{name}" for name in USAGE}
    elsewhere = TOGETHER.keys() | ON_PODS.keys() | CHECKED_ONLY.keys()
    missing = settings - known - elsewhere
    assert not missing, "\n".join(
        [f"{where_to_write(setting)}: give {setting} another value than the stack's" for setting in sorted(missing)]
    )
    gone = (known | elsewhere) - settings
    assert not gone, f"{HERE}: no such setting any more, drop the row: {', '.join(sorted(gone))}"


HERE = "tests/unit/infra/test_dead_knobs.py"


def where_to_write(setting: str) -> str:
    """File and line of the table of the setting's group."""
    lines = Path(__file__).read_text(encoding="utf-8").splitlines()
    group, _, name = setting.partition(".")
    if group == "usage":
        return f"{HERE}:{lines.index('USAGE = {') + 1}"
    place = next((number for number, line in enumerate(lines, 1) if line == f'    "{group}": {{'), 0)
    return f'{HERE}:{place or lines.index("DEV = {") + 1}: "{name}": ...'


@pytest.fixture(autouse=True)
def kept_for_nobody(monkeypatch):
    """Each of these graphs is asked for here alone, and there are many."""
    monkeypatch.setenv(FOLDER_VARIABLE, "")


def text(value: object) -> str:
    return value if isinstance(value, str) else json.dumps(value)


def other_value(stack: str, setting: str) -> str:
    group, _, name = setting.partition(".")
    return text(TABLES[stack][group][name])


def declared(stack: str, overrides: dict[str, object]) -> dict[str, Any]:
    return synthesize(stack, overrides={key: text(value) for key, value in overrides.items()})


@cache
def unchanged(stack: str) -> dict[str, Any]:
    return declared(stack, {})


@cache
def turned(stack: str, key: str, value: str) -> tuple[bool, Counter[str]]:
    """Whether that value of one setting changes what `stack` declares, and which types it replaces in dev."""
    found = declared(stack, {key: value})
    return found != unchanged(stack), replaced_in(stack, found) if stack == "dev" else Counter()


def declared_usage(overrides: dict[str, object]) -> dict[str, object]:
    states = declared("dev", overrides)["deployment"]["resources"]
    (root,) = [state for state in states if state["type"] == "plant:infra:PlantApi"]
    usage: dict[str, object] = root["outputs"]["costBasis"]["usage"]
    return usage


def test_each_declared_usage_reaches_the_estimate():
    before, after = declared_usage({}), declared_usage({f"plant:usage.{name}": value for name, value in USAGE.items()})
    assert {name for name in before if before[name] == after[name]} == {"subscribers"}
    assert len(before) == len(USAGE) + 1


@pytest.mark.slow
@pytest.mark.parametrize(("stack", "setting"), depth.tried(TURNED))
def test_each_setting_changes_the_graph(stack, setting):
    assert turned(stack, f"plant:{setting}", other_value(stack, setting))[0], (
        f"{setting} changes nothing that {stack} declares: use it in infra/stack/ or infra/settings/, or, where it"
        f" only matters beside another setting, move it from {where_to_write(setting)} to TOGETHER, or"
        " with its reason to CHECKED_ONLY"
    )


@pytest.mark.slow
@pytest.mark.parametrize("setting", [setting for stack, setting in depth.tried(TURNED) if stack == "dev"])
def test_what_a_setting_replaces_is_documented(setting):
    key = f"plant:{setting}"
    if key not in dict(TRIED) and not key.startswith((ALIKE[0], "plant:platform.account_id")):
        types = turned("dev", key, other_value("dev", setting))[1]
        assert not types, f"add {key} to TRIED in workbench/report/settings_replaced.py"


@pytest.mark.parametrize(("setting", "value"), TRIED)
def test_a_setting_that_is_said_to_replace_something_does(setting, value):
    assert turned("dev", setting, value)[1]


def test_another_range_of_the_network_replaces_what_stays_in_its_vpc():
    types = turned("dev", "plant:tenancy.network.cidr", "10.65.0.0/22")[1]
    assert {"aws:lb/loadBalancer:LoadBalancer", "aws:ec2/internetGateway:InternetGateway"} <= {*types}


@pytest.mark.parametrize("setting", ON_PODS)
def test_setting_of_pods_beside_another_changes_the_graph(setting):
    without = {key: value for key, value in ON_PODS[setting].items() if key != f"plant:{setting}"}
    if "caller" in setting:
        assert declared("k8s", CALLER) != unchanged("k8s")
    else:
        assert declared("k8s", ON_PODS[setting]) != declared("k8s", without)


@pytest.mark.parametrize("setting", TOGETHER)
def test_setting_beside_another_changes_the_graph(setting):
    without = {key: value for key, value in TOGETHER[setting].items() if key != f"plant:{setting}"}
    if "browser" in setting:
        without[f"plant:{setting}"] = BROWSER[setting.rpartition(".")[2]]
    assert declared("dev", TOGETHER[setting]) != declared("dev", without)
