"""Settings: defaults are the story's numbers, and every mistake is told at once."""

import calendar
import json
import re
import subprocess
import sys
from decimal import Decimal
from itertools import combinations

import pytest

from components.operations.weekdays import WEEKDAYS
from infra.settings import SettingsError, load
from infra.settings.forms import FORMS, form_of
from infra.settings.loading import GROUPS
from infra.settings.uptime import UptimeSettings

DEDICATED = {
    "plant:edge": {"certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b"},
    "plant:platform": {"account_id": "123456789012"},
}
"""The least that a dedicated stack has to say."""


def problems(config, base=DEDICATED):
    with pytest.raises(SettingsError) as caught:
        load({**base, **config}, "Pulumi.test.yaml")
    return {problem.key: problem.message for problem in caught.value.problems}


def test_defaults_are_the_numbers_of_the_story():
    settings = load(DEDICATED, "Pulumi.test.yaml")
    assert settings.contract.response_budget_ms == 100
    assert settings.contract.database_query_limit_ms == 30
    assert settings.contract.cache_ttl_seconds == 600
    assert settings.contract.page_size_max == 50
    assert settings.slo.p95_threshold_ms == 200
    assert settings.slo.p95_window_minutes == 5
    assert settings.slo.scaling_failure_threshold_percent == 5
    assert settings.budget.monthly_limit_usd == Decimal("5.00")
    assert settings.rollout.flag_name == "api_optimization_enabled"
    assert [(step.percent, step.hold_hours) for step in settings.rollout.steps] == [(10, 6), (50, 12), (100, None)]
    assert settings.maintenance.notice_hours == (168, 24, 1)


STORE = {"name": "orders", "endpoint": "db.example.com", "port": 5432, "way": "security-group"}


def window(**changes):
    return {"name": "patching", "weekday": "WED", "time": "10:00", "duration_minutes": 60, **changes}


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_stack_files_are_sound(stack):
    from workbench.preview.stackfile import read_stack
    from workbench.preview.synthesis import REPOSITORY

    assert load(read_stack(REPOSITORY, stack, {}).config, f"Pulumi.{stack}.yaml").region == "us-east-1"


@pytest.mark.parametrize(
    ("config", "key", "words"),
    [
        pytest.param(
            {"plant:fleet": {"min_size": 3}}, "plant:fleet.min_size", "max_size, which is 2", id="min over max"
        ),
        pytest.param(
            {"plant:platform": {"account_id": 12345678901.0}},
            "plant:platform.account_id",
            "write it in quotes",
            id="an account with a 0 in front and no quotes",
        ),
        pytest.param(
            {"plant:platform": '{"account_id": 1402433619}'},
            "plant:platform.account_id",
            "write it in quotes",
            id="one whose digits YAML takes for octal ones",
        ),
        pytest.param(
            {"plant:fleet.max_size": 4},
            "plant:fleet.max_size",
            "config set --path plant:fleet.max_size VALUE",
            id="set without --path",
        ),
        pytest.param(
            {"plant:fleet": {"instance_types": ["t4g.nano"]}}, "plant:fleet.instance_types", "at least 2", id="one type"
        ),
        pytest.param(
            {"plant:usage": {"monthly_requests": True}}, "plant:usage.monthly_requests", "yes or no", id="true requests"
        ),
        pytest.param(
            {"plant:budget": {"total_monthly_usd": False}},
            "plant:budget.total_monthly_usd",
            "yes or no",
            id="a limit of false",
        ),
        pytest.param(
            {"plant:maintenance": {"windows": [window(reason="Patching\x1b[2J")]}},
            "plant:maintenance.windows[0].reason",
            "nobody sees",
            id="a reason that clears the screen",
        ),
        pytest.param(
            {"plant:fleet": {"instance_types": ["t4g.nano", "t4g.nano"]}},
            "plant:fleet.instance_types",
            "named twice",
            id="the same type twice",
        ),
        pytest.param(
            {"plant:fleet": {"log_retention_days": 30}}, "plant:fleet.log_retention_days", "365", id="a month of logs"
        ),
        pytest.param({"plant:cache": {"data_max_gb": 6}}, "plant:cache.data_max_gb", "5", id="a cache of 6 GB"),
        pytest.param(
            {"plant:cache": {"node_type": "cache.t4g.micro", "node_count": 1}},
            "plant:cache.node_count",
            "2",
            id="a cache node alone",
        ),
        pytest.param(
            {"plant:firewall": {"rule_group_rules": ["page-size"]}},
            "plant:firewall.rule_group_rules",
            "lacks rate-per-ip",
            id="no limit of all requests",
        ),
        pytest.param(
            {"plant:edge": {**DEDICATED["plant:edge"], "authentication": {"scope_claim": "aud"}}},
            "plant:edge.authentication.audience_claim",
            "holds the scopes, too",
            id="one claim for audience and scopes",
        ),
        pytest.param(
            {"plant:edge": {**DEDICATED["plant:edge"], "authentication": {"audience": "plant.read"}}},
            "plant:edge.authentication.read_scope",
            "is the audience, too",
            id="a scope that every token has",
        ),
        pytest.param(
            {"plant:edge": {**DEDICATED["plant:edge"], "authentication": {"write_scope": "plant.read"}}},
            "plant:edge.authentication.write_scope",
            "who may read could change everything",
            id="one scope for all",
        ),
        pytest.param(
            {"plant:usage": {"peak_requests_per_second": 0.05}},
            "plant:firewall.requests_per_ip",
            "set it to 150 or less",
            id="one client may send more than ten times what all do",
        ),
        pytest.param(
            {"plant:usage": {"peak_requests_per_second": 0.0001}},
            "plant:firewall.requests_per_ip",
            "set the peak to 0.333 or more",
            id="a peak under what AWS WAF counts",
        ),
        pytest.param(
            {"plant:firewall": {"rule_group_rules": ["rate-per-ip", "rate-per-ip"]}},
            "plant:firewall.rule_group_rules",
            "named twice",
            id="a firewall rule twice",
        ),
        *(
            pytest.param(
                {"plant:data": {"stores": [{**STORE, **change}]}}, f"plant:data.stores[0].{name}", said, id=said
            )
            for change, name, said in (
                ({}, "security_group_id", "the way security-group takes it"),
                (
                    {"security_group_id": "sg-0123456789abcdef0", "prefix_list_id": "pl-01234567"},
                    "prefix_list_id",
                    "takes none",
                ),
                ({"way": "ipv6", "cidrs": ["10.0.0.0/8"]}, "cidrs", "over IPv6 only"),
                ({"way": "gateway-endpoint"}, "port", "443 only"),
                (
                    {
                        "security_group_id": "sg-0123456789abcdef0",
                        "table_arn": "arn:aws:dynamodb:us-east-1:123456789012:table/x",
                    },
                    "way",
                    "reached by gateway-endpoint",
                ),
                (
                    {"security_group_id": "sg-0123456789abcdef0", "table_access": "read"},
                    "table_access",
                    "without table_arn",
                ),
            )
        ),
        pytest.param(
            {"plant:data": {"environment": {"PLANT_PORT": "1"}}},
            "plant:data.environment.PLANT_PORT",
            "the stack's own",
            id="a variable of the stack's own",
        ),
        pytest.param({"plant:uptime": {"parked": True}}, "plant:uptime.parked", "schedule to sessions", id="parked"),
        pytest.param(
            {"plant:uptime": {"session_start": "0٩:00"}},
            "plant:uptime.session_start",
            "a time of day from 00:00 to 23:59",
            id="other digits",
        ),
        pytest.param(
            {"plant:fleet": {"container_image": "public.ecr.aws/plant/plant-api:1.0.0"}},
            "plant:fleet.container_image",
            "use ecr-public.aws.com",
            id="public image behind IPv4",
        ),
        pytest.param(
            {"plant:fleet": {"instance_types": ["t4g.small", "m7g.medium"]}},
            "plant:fleet.instance_types",
            "burstable types (t4g) only, or none",
            id="types with CPU credits and without",
        ),
        pytest.param(
            {"plant:fleet": {"warm_pool_size": 1}},
            "plant:fleet.warm_pool_size",
            "set plant:fleet.on_demand_percent_above_base to 100",
            id="stopped spot instances",
        ),
        pytest.param(
            {"plant:rollout": {"candidate_image": "123456789012.dkr.ecr.us-east-1.amazonaws.com/plant-api:2"}},
            "plant:rollout.candidate_image",
            "use 123456789012.dkr-ecr.us-east-1.on.aws",
            id="private image behind IPv4",
        ),
        pytest.param(
            {"plant:fleet": {"container_image": "123456789012.dkr.ecr-fips.us-east-1.amazonaws.com/plant-api:2"}},
            "plant:fleet.container_image",
            "use 123456789012.dkr-ecr-fips.us-east-1.on.aws",
            id="private image behind IPv4, encrypted as FIPS asks",
        ),
        *(
            pytest.param(
                {"plant:fleet": {"container_image": f"123456789012.{image}"}},
                "plant:fleet.container_image",
                "write <account>.dkr-ecr.<region>.on.aws/<repository>",
                id=image,
            )
            for image in (
                "dkr-ecr.us-east-1.on.aws",
                "dkr.ecr-fips.us-east-1.on.aws/plant-api:2",
                "dkr.ecr.cn-north-1.amazonaws.com.cn/plant-api:2",
            )
        ),
        *(
            pytest.param({"aws:region": region}, "aws:region", "of another partition than aws", id=region)
            for region in ("cn-north-1", "us-gov-west-1", "eu-isoe-west-1")
        ),
        pytest.param(
            {"plant:edge": {"ip_address_type": "dualstack-without-public-ipv4"}},
            "plant:edge.ip_address_type",
            "'dualstack' or 'ipv4'",
            id="load balancer that can't fetch keys",
        ),
        pytest.param(
            {"plant:fleet": {"desired_capacity": 5}}, "plant:fleet.desired_capacity", "between", id="desired over max"
        ),
        pytest.param(
            {"plant:fleet": {"desired_capacity": 0}}, "plant:fleet.desired_capacity", "between", id="desired under min"
        ),
        pytest.param(
            {"plant:slo": {"p95_threshold_ms": 99}},
            "plant:slo.p95_threshold_ms",
            "100 ms) or more",
            id="p95 alarm under the API budget",
        ),
        pytest.param(
            {"plant:contract": {"cache_ttl_seconds": 0}},
            "plant:contract.cache_ttl_seconds",
            "keeps nothing",
            id="ttl 0",
        ),
        pytest.param(
            {"plant:contract": {"database_query_limit_ms": 100}},
            "plant:contract.database_query_limit_ms",
            "under plant:contract.response_budget_ms",
            id="query as long as the response",
        ),
        pytest.param(
            {"plant:rollout": {"steps": [{"percent": 10, "hold_hours": 0}, {"percent": 100}]}},
            "plant:rollout.steps[0].hold_hours",
            "nobody watches",
            id="hold of 0",
        ),
        pytest.param(
            {"plant:rollout": {"steps": [{"percent": 50, "hold_hours": 1}, {"percent": 10}]}},
            "plant:rollout.steps[1].percent",
            "100",
            id="steps that fall",
        ),
        pytest.param(
            {"plant:rollout": {"steps": [{"percent": 50}]}},
            "plant:rollout.steps[0].percent",
            "has to be 100",
            id="ends at 50",
        ),
        pytest.param(
            {"plant:rollout": {"poll_interval_minutes": 1}},
            "plant:rollout.poll_interval_minutes",
            "25,000 history events",
            id="more looks than the history holds",
        ),
        pytest.param(
            {
                "plant:uptime": {
                    "session_days": ["MON", "TUE", "WED", "THU", "FRI", "SAT", "SUN"],
                    "hours_per_session": 24,
                }
            },
            "plant:uptime.hours_per_session",
            "a month has 730 h",
            id="uptime over the month",
        ),
        pytest.param(
            {"plant:uptime": {"session_start": "23:00"}},
            "plant:uptime.session_start",
            "past midnight",
            id="over midnight",
        ),
        pytest.param(
            {"plant:tenancy": {"network": {"cidr": "10.0.0.0/26"}}},
            "plant:tenancy.network.cidr",
            "use /25 or larger",
            id="range too small for the zones",
        ),
        pytest.param(
            {"plant:tenancy": {"network": {"reserved_cidrs": ["10.64.1.0/24"]}}},
            "plant:tenancy.network.reserved_cidrs[0]",
            "collides",
            id="ranges that collide",
        ),
        pytest.param(
            {"plant:tenancy": {"network": {"cidr": "8.8.0.0/22"}}},
            "plant:tenancy.network.cidr",
            "RFC 1918",
            id="public range",
        ),
        pytest.param(
            {"plant:tenancy": {"network": {"zone_count": 4}}, "aws:region": "eu-west-1"},
            "plant:tenancy.network.zone_count",
            "allowed is 2 to 3",
            id="more zones than the region has",
        ),
        pytest.param({"aws:region": "mars-north-1"}, "aws:region", "not supported; allowed are", id="unknown region"),
        pytest.param(
            {"aws:region": "ap-northeast-1"},
            "plant:tenancy.network.zone_letters",
            "required in ap-northeast-1",
            id="a Region whose zones nobody says",
        ),
        pytest.param(
            {"aws:region": "ap-northeast-1", "plant:tenancy": {"network": {"zone_letters": "aa"}}},
            "plant:tenancy.network.zone_letters",
            "names a zone twice",
            id="a zone twice",
        ),
        pytest.param(
            {"plant:tenancy": {"kind": "shared"}},
            "plant:tenancy.platform",
            "required when kind is shared",
            id="no platform",
        ),
        pytest.param(
            {"plant:usage": {"peak_requests_per_second": 500}},
            "plant:fleet.max_size",
            "requests per second",
            id="peak over what the fleet carries",
        ),
        pytest.param(
            {"plant:fleet": {"service_time_ms": 50}},
            "plant:fleet.service_time_ms",
            "allowed is up to",
            id="slow service",
        ),
        pytest.param(
            {"plant:budget": {"notice_percents": [80, 50]}},
            "plant:budget.notice_percents",
            "has to rise",
            id="notices fall",
        ),
        pytest.param(
            {"plant:edge": {"domain_name": "api.example.com"}},
            "plant:edge.hosted_zone_id",
            "Route 53 zone",
            id="no zone",
        ),
        pytest.param(
            {"plant:maintenance": {"time_zone": "Mars/Base"}},
            "plant:maintenance.time_zone",
            "IANA",
            id="unknown time zone",
        ),
        pytest.param(
            {"plant:maintenance": {"windows": [{"name": "a", "week_of_month": 1, "duration_minutes": 60}]}},
            "plant:maintenance.windows[0]",
            "both weekday and time",
            id="the first of what",
        ),
        pytest.param(
            {
                "plant:maintenance": {
                    "windows": [
                        {"name": "a", "weekday": "SUN", "time": "05:00", "week_of_month": 5, "duration_minutes": 60}
                    ]
                }
            },
            "plant:maintenance.windows[0].week_of_month",
            "4",
            id="no month has to have a fifth Sunday",
        ),
        pytest.param(
            {"plant:maintenance": {"subscribers": [{"protocol": "sms", "endpoint": "hello"}]}},
            "plant:maintenance.subscribers[0].endpoint",
            "+370",
            id="no phone number",
        ),
        pytest.param(
            {
                "plant:edge": {
                    **DEDICATED["plant:edge"],
                    "authentication": {
                        "browser": {
                            "user_pool_arn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_a",
                            "user_pool_client_id": "abc",
                            "user_pool_domain": "plant",
                            "path_prefix": "/v1/app",
                        }
                    },
                }
            },
            "plant:edge.authentication.browser.path_prefix",
            "overlaps plant:edge.path_prefix",
            id="browser below the API",
        ),
        pytest.param(
            {"plant:edge": {"hosted_zone_id": "Z0123456789", "domain_name": f"{'a' * 57}.example"}},
            "plant:edge.domain_name",
            "65 characters: ACM makes certificates for up to 64",
            id="name that no certificate is made for",
        ),
        pytest.param(
            {"plant:edge": {**DEDICATED["plant:edge"], "domain_name": f"{'a' * 60}.{'b' * 60}.example"}},
            "plant:edge.domain_name",
            "at most 128 characters",
            id="name that no listener rule takes",
        ),
        pytest.param(
            {"plant:edge": {"authentication": {"issuer": "https://bot:correct@login.example.com/"}}},
            "plant:edge.authentication.issuer",
            "without a login",
            id="issuer with a password in its address",
        ),
        pytest.param(
            {"plant:edge": {"authentication": {"issuer": f"https://a.example/{'x' * 240}"}}},
            "plant:edge.authentication.issuer",
            "at most 256 characters",
            id="issuer that no listener rule takes",
        ),
        pytest.param(
            {"plant:edge": {"authentication": {"jwks_url": "https://a.example"}}},
            "plant:edge.authentication.jwks_url",
            "has no path",
            id="keys at no path",
        ),
        pytest.param(
            {"plant:data": {"environment": {f"NAME_{number:02d}": "x" * 500 for number in range(12)}}},
            "plant:data.environment",
            "allowed are 6,000 bytes",
            id="more environment than user data holds",
        ),
        pytest.param(
            {
                "plant:data": {
                    "stores": [
                        {
                            "name": f"store-{number}",
                            "endpoint": "db.example.com",
                            "port": 5432 + number,
                            "way": "ipv6",
                            "cidrs": [f"2001:db8:{index}::/48" for index in range(10)],
                        }
                        for number in range(6)
                    ]
                }
            },
            "plant:data.stores",
            "allowed are 50 ranges together",
            id="more rules than a security group holds",
        ),
        pytest.param({"plant:fleet": "{"}, "plant:fleet", "pulumi config set --path", id="not an object"),
    ],
)
def test_mistake_is_named_with_what_is_allowed(config, key, words):
    found = problems(config)
    assert words in found[key], found


@pytest.mark.parametrize(
    ("cron", "words"),
    [
        pytest.param("61 6 * * *", "'61' is no minute; allowed are 0 to 59", id="minute 61"),
        pytest.param("0 6 * * FRI-MON", "'FRI-MON' is no day of week", id="a range that falls"),
        pytest.param("*/0 6 * * *", "after the slash is 1 to 59", id="a step of nothing"),
        pytest.param("0 6 * *", "expected minute, hour", id="four fields"),
        pytest.param("\u0665 6 * * *", "is no minute", id="digits of another script"),
    ],
)
def test_cron_expressions_that_auto_scaling_would_refuse_are_refused_here(cron, words):
    found = problems({"plant:fleet": {"scheduled_sizes": [{"name": "a", "cron": cron, "min_size": 0, "max_size": 1}]}})
    assert words in found["plant:fleet.scheduled_sizes[0].cron"]


@pytest.mark.parametrize(
    ("repository", "taken"),
    [
        ("plant/api", True),
        ("plant@9919/api@1296269", True),  # GitHub's immutable subjects, of repositories since 2026-07-15
        ("plant@9919/api", False),
        ("plant/api@1296269", False),
        ("plant/api:environment:prod", False),
    ],
)
def test_a_repository_is_named_as_the_tokens_of_github_name_it(repository, taken):
    platform = {**DEDICATED["plant:platform"], "repository": repository}
    if taken:
        assert load({**DEDICATED, "plant:platform": platform}, "x").platform.repository == repository
    else:
        assert "plant:platform.repository" in problems({"plant:platform": platform})


@pytest.mark.parametrize("cron", ["30 6 * * MON-FRI", "*/5 0-7,23 1 jan 7", "0 0 1-31/2 */3 *"])
def test_cron_expressions_that_auto_scaling_takes_are_accepted(cron):
    size = {"name": "a", "cron": cron, "min_size": 0, "max_size": 1}
    [found] = load({**DEDICATED, "plant:fleet": {"scheduled_sizes": [size]}}, "Pulumi.test.yaml").fleet.scheduled_sizes
    assert found.cron == cron


@pytest.mark.parametrize(
    "other",
    [
        pytest.param(window(name="b", time="10:30"), id="same day"),
        pytest.param(window(name="b", weekday="TUE", time="23:30", duration_minutes=700), id="from the day before"),
        pytest.param(
            {"name": "b", "starts_at": "2027-01-06T10:59", "duration_minutes": 5}, id="one-off on that weekday"
        ),
    ],
)
def test_windows_that_overlap_are_refused(other):
    found = problems({"plant:maintenance": {"windows": [window(), other]}})
    assert found == {"plant:maintenance.windows[1]": "overlaps the window 'patching'; move one"}


@pytest.mark.parametrize(
    ("one", "other", "meet"),
    [
        pytest.param(window(week_of_month=1), window(name="b", week_of_month=2), False, id="other weeks"),
        pytest.param(window(week_of_month=1), window(name="b", time="10:30"), True, id="each week as well"),
        pytest.param(
            window(week_of_month=1, time="23:30"),
            window(name="b", week_of_month=2, weekday="THU", time="00:15"),
            True,
            id="the first Wednesday may be the 7th, and the second Thursday the 8th",
        ),
        pytest.param(
            window(week_of_month=1),
            {"name": "b", "starts_at": "2027-01-13T10:00", "duration_minutes": 60},
            False,
            id="once in another week",
        ),
    ],
)
def test_monthly_windows_overlap_where_some_month_has_both_at_once(one, other, meet):
    if meet:
        found = problems({"plant:maintenance": {"windows": [one, other]}})
        assert found == {"plant:maintenance.windows[1]": "overlaps the window 'patching'; move one"}
    else:
        loaded = load({**DEDICATED, "plant:maintenance": {"windows": [one, other]}}, "x")
        assert len(loaded.maintenance.windows) == 2


def test_windows_that_touch_do_not_overlap():
    later = window(name="later", time="11:00")
    assert len(load({**DEDICATED, "plant:maintenance": {"windows": [window(), later]}}, "x").maintenance.windows) == 2


def test_week_wraps_around_when_windows_are_compared():
    late = window(weekday="SUN", time="23:30", duration_minutes=60)
    early = window(name="early", weekday="MON", time="00:15")
    assert "overlaps" in problems({"plant:maintenance": {"windows": [late, early]}})["plant:maintenance.windows[1]"]


@pytest.mark.parametrize(
    ("config", "key", "suggestion"),
    [
        pytest.param({"plant:flet": {}}, "plant:flet", "fleet", id="group"),
        pytest.param({"plant:fleet": {"max_sise": 3}}, "plant:fleet.max_sise", "max_size", id="setting"),
        pytest.param(
            {"plant:edge": {"authentication": {"isuer": "https://x.example"}}},
            "plant:edge.authentication.isuer",
            "issuer",
            id="nested setting",
        ),
        pytest.param(
            {"plant:rollout": {"steps": [{"percent": 100, "hold_hour": 1}]}},
            "plant:rollout.steps[0].hold_hour",
            "hold_hours",
            id="in a list",
        ),
    ],
)
def test_unknown_key_gets_a_suggestion(config, key, suggestion):
    assert f"did you mean '{suggestion}'?" in problems(config, {})[key]


def test_all_mistakes_are_told_at_once_with_file_key_value_and_allowed():
    with pytest.raises(SettingsError) as caught:
        load(
            {
                **DEDICATED,
                "plant:fleet": {"max_size": 0, "max_sise": 9},
                "plant:slo": {"p95_threshold_ms": 50},
                "plant:contract": {"cache_ttl_seconds": 0},
            },
            "Pulumi.dev.yaml",
        )
    lines = str(caught.value).splitlines()
    assert len(lines) == 4
    assert all(line.startswith("Pulumi.dev.yaml: plant:") for line in lines)
    (too_small,) = [line for line in lines if "plant:fleet.max_size" in line]
    assert "= 0:" in too_small
    assert "greater than or equal to 1" in too_small


def test_objects_arrive_as_json_text_from_pulumi():
    config = {key: json.dumps(value) for key, value in DEDICATED.items()} | {"plant:fleet": '{"max_size": "4"}'}
    assert load(config, "x").fleet.max_size == 4


def test_keys_of_other_packages_are_none_of_ours():
    assert load({**DEDICATED, "datadog:apiKey": "x"}, "x").fleet.max_size == 2


def test_settings_load_without_pulumi():
    code = "import infra.settings, sys; sys.exit('pulumi' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], check=False).returncode == 0


def test_every_setting_is_described():
    from infra.settings.loading import GROUPS

    missing = [
        f"{group}.{name}"
        for group, model in GROUPS.items()
        for name, field in model.model_fields.items()
        if not field.description
    ]
    assert missing == []


@pytest.mark.parametrize(
    ("config", "keys"),
    [
        pytest.param(
            {"plant:fleet": {"max_siz": 3, "min_size": 5, "desired_capacity": 5}},
            {"plant:fleet.max_siz", "plant:fleet.min_size", "plant:fleet.desired_capacity"},
            id="a misspelt maximum still bounds the minimum",
        ),
        pytest.param(
            {"plant:tenancy": {"network": {"zone_count": 9, "cidr": "10.0.0.0/28"}}},
            {"plant:tenancy.network.zone_count", "plant:tenancy.network.cidr"},
            id="a range too small for any number of zones",
        ),
        pytest.param(
            {"plant:uptime": {"session_days": ["MON"] * 8, "hours_per_session": 24}},
            {"plant:uptime.session_days", "plant:uptime.session_start"},
            id="a session past midnight on too many days",
        ),
        pytest.param(
            {"plant:contract": {"page_size_max": 0, "cache_ttl_seconds": 0, "database_query_limit_ms": 200}},
            {
                "plant:contract.page_size_max",
                "plant:contract.cache_ttl_seconds",
                "plant:contract.database_query_limit_ms",
            },
            id="three of one group",
        ),
        pytest.param(
            {"plant:maintenance": {"windows": [{"name": "?", "duration_minutes": 1}], "notice_hours": [999]}},
            {
                "plant:maintenance.windows[0].name",
                "plant:maintenance.windows[0].duration_minutes",
                "plant:maintenance.notice_hours[0]",
            },
            id="a wrong item of one list, and of another",
        ),
        pytest.param(
            {
                "plant:maintenance": {
                    "windows": [{"name": "a", "weekday": "FUN", "time": "09:00", "duration_minutes": 60}],
                    "notice_hours": [2, 2],
                }
            },
            {"plant:maintenance.windows[0].weekday", "plant:maintenance.notice_hours"},
            id="a wrong value of an item is not called missing",
        ),
        pytest.param(
            {"plant:fleet": {"max_size": "many", "min_size": 40, "desired_capacity": 40}},
            {"plant:fleet.max_size"},
            id="nothing is said about what a wrong value bounds",
        ),
        pytest.param(
            {"plant:edge": {"certificate_arn": "mine"}},
            {"plant:edge.certificate_arn"},
            id="a wrong value is not called missing",
        ),
        pytest.param({"plant:rollout": {"steps": []}}, {"plant:rollout.steps"}, id="an empty list"),
        pytest.param({"plant:fleet": 3}, {"plant:fleet"}, id="a group that is none"),
    ],
)
def test_what_is_right_is_checked_though_something_beside_it_is_wrong(config, keys):
    assert set(problems(config)) == keys


@pytest.mark.parametrize(
    ("config", "key", "words"),
    [
        pytest.param(
            {"plant:rollout": {"steps": [10, 100]}}, "plant:rollout.steps[0]", "object with percent", id="item"
        ),
        pytest.param({"plant:rollout": {"steps": 10}}, "plant:rollout.steps", "expected a list", id="list"),
        pytest.param({"plant:rollout": {"steps": []}}, "plant:rollout.steps", "at least 1 item; it has 0", id="short"),
        pytest.param(
            {"plant:firewall": {"heavy_path_prefix": "x"}},
            "plant:firewall.heavy_path_prefix",
            "expected a path of up to 99 letters",
            id="form",
        ),
        pytest.param({"plant:fleet": {"max_size": "many"}}, "plant:fleet.max_size", "whole number", id="number"),
        pytest.param({"plant:uptime": {"parked": "perhaps"}}, "plant:uptime.parked", "true or false", id="truth"),
    ],
)
def test_messages_are_in_plain_words(config, key, words):
    found = problems(config)
    assert words in found[key]
    assert not any(
        word in text for text in found.values() for word in ("tuple", "instance of", "pattern", "dictionary")
    )


def test_wrong_items_do_not_make_their_list_too_short():
    assert set(problems({"plant:rollout": {"steps": [10, 100]}})) == {
        "plant:rollout.steps[0]",
        "plant:rollout.steps[1]",
    }


@pytest.mark.parametrize(
    ("group", "name", "suggestion"),
    [
        pytest.param("cache", "ttl_seconds", "'plant:contract.cache_ttl_seconds'", id="the group is in its name"),
        pytest.param("edge", "vpc_cidr", "plant:tenancy.network.cidr", id="a longer name"),
        pytest.param("tenancy", "max_size", "plant:fleet.max_size", id="the same name"),
    ],
)
def test_a_setting_of_another_group_is_found(group, name, suggestion):
    assert suggestion in problems({f"plant:{group}": {name: 1}})[f"plant:{group}.{name}"]


def test_what_is_like_nothing_gets_no_misleading_suggestion():
    message = problems({"plant:uptime": {"sessions_per_month": 20}})["plant:uptime.sessions_per_month"]
    assert "session_start'" not in message
    assert "known are" in message


@pytest.mark.parametrize("count", range(1, 8))
def test_sessions_are_those_of_the_month_that_has_most(count):
    months = {calendar.monthrange(year, month) for year in range(2000, 2028) for month in range(1, 13)}
    for days in combinations(range(7), count):
        most = max(sum((first + day) % 7 in days for day in range(length)) for first, length in months)
        assert UptimeSettings(session_days=[WEEKDAYS[day] for day in days]).sessions_per_month >= most


def test_a_platform_subnet_that_is_named_twice_is_refused():
    from workbench.preview.stackfile import read_stack
    from workbench.preview.synthesis import REPOSITORY

    prod = read_stack(REPOSITORY, "prod", {}).config
    tenancy = json.loads(prod["plant:tenancy"])
    platform = {**tenancy["platform"], "fleet_subnet_ids": ["subnet-0a1b2c3d4e5f60711"] * 2}
    found = problems({"plant:tenancy": {"kind": "shared", "platform": platform}}, prod)
    assert found["plant:tenancy.platform.fleet_subnet_ids"] == "a subnet is named twice"


def test_a_range_of_a_data_store_that_is_none_has_one_problem_in_words():
    store = {"name": "orders", "endpoint": "db.example.com", "port": 5432, "way": "ipv6", "cidrs": ["2001:db8::1/32"]}
    found = problems({"plant:data": {"stores": [store]}})
    assert [key for key in found if "cidrs" in key] == ["plant:data.stores[0].cidrs[0]"]


@pytest.mark.parametrize(
    ("way", "name", "value"),
    [
        pytest.param(
            {"way": "security-group", "security_group_id": "sg-0123456789abcdef0", "port": 5432},
            "rds_user_arn",
            "arn:aws:rds-db:{region}:123456789012:dbuser:db-ABC/plant",
            id="a database user",
        ),
        pytest.param(
            {"way": "gateway-endpoint", "port": 443},
            "table_arn",
            "arn:aws:dynamodb:{region}:123456789012:table/plants",
            id="a table",
        ),
        pytest.param(
            {"way": "vpc-endpoint", "port": 443},
            "endpoint_service",
            "com.amazonaws.{region}.rds-data",
            id="a service",
        ),
    ],
)
def test_a_data_store_is_in_the_region_of_the_stack(way, name, value):
    """The boundary of its roles lets nobody act elsewhere: the application would be refused, and nobody told."""

    def stores(region):
        store = {"name": "a", "endpoint": "db.example.com", **way, name: value.format(region=region)}
        return {"plant:data": {"stores": [store]}}

    load({**DEDICATED, **stores("us-east-1")}, "Pulumi.test.yaml")
    assert list(problems(stores("eu-west-1"))) == [f"plant:data.stores[0].{name}"]


def test_any_region_will_do_whose_zones_the_setting_names():
    elsewhere = {"aws:region": "ap-northeast-1", "plant:tenancy": {"network": {"zone_letters": "acd"}}}
    assert load({**DEDICATED, **elsewhere}, "Pulumi.test.yaml").region == "ap-northeast-1"


def _patterns(schema):
    if isinstance(schema, dict):
        if isinstance(schema.get("pattern"), str):
            yield schema["pattern"]
        schema = schema.values()
    elif not isinstance(schema, list):
        return
    for one in schema:
        yield from _patterns(one)


def test_what_a_value_has_to_look_like_is_told_in_words():
    """A regular expression is no answer to somebody who mistyped an address."""
    patterns = {pattern for model in GROUPS.values() for pattern in _patterns(model.model_json_schema())}
    assert len(patterns) > 40
    assert {pattern for pattern in patterns if "text of the form" in form_of(pattern)} == set()
    assert set(FORMS) <= patterns, "no setting takes these any more"
    told = "an ARN like arn:aws:acm:REGION:ACCOUNT:certificate/…"
    assert form_of(next(pattern for pattern in patterns if ":acm:" in pattern)) == told


def test_the_warm_up_is_what_its_reason_computes():
    """What the launch leaves of it, at the CPU that a nano without credits has (EC2 user guide, credit table)."""
    from infra.burstable import SIZES
    from infra.settings.fleet import FleetSettings

    field = FleetSettings.model_fields["warm_up_seconds"]
    launch, cpu, left = (int(part) for part in re.findall(r"(\d+) s", field.description)[-3:])
    assert launch + left == field.default
    assert cpu == pytest.approx(left * SIZES["nano"].baseline_vcpus)
