"""Where a bearer token could be read by somebody who only looks: every outlet of the request path, walked."""

import json
from fnmatch import fnmatchcase

import pytest

TOKEN_HEADERS = {"authorization", "cookie"}


@pytest.fixture(params=["dev", "prod", "k8s"])
def whole(graph, request):
    return graph(request.param)


def visibilities(resource):
    yield resource.get("visibilityConfig")
    for rule in resource.get("rules"):
        yield rule["visibilityConfig"]


def test_no_rule_keeps_samples_of_requests(whole):
    firewalls = whole.of_type("aws:wafv2/webAcl:WebAcl", "aws:wafv2/ruleGroup:RuleGroup")
    assert firewalls
    for firewall in firewalls:
        assert not any(found["sampledRequestsEnabled"] for found in visibilities(firewall)), firewall.name


def test_whatever_the_web_acl_records_has_tokens_hashed_the_key_of_rate_rules_included(graph, one):
    (protection,) = one(graph("dev"), "aws:wafv2/webAcl:WebAcl").get("dataProtectionConfig.dataProtections")
    assert set(protection["field"]["fieldKeys"]) >= TOKEN_HEADERS
    assert protection["action"] == "HASH"
    assert not protection.get("excludeRateBasedDetails")
    assert not protection.get("excludeRuleMatchDetails")


def test_the_log_of_the_web_acl_leaves_tokens_out(graph, one):
    logging = one(graph("dev"), "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    assert {found["singleHeader"]["name"] for found in logging.get("redactedFields")} >= TOKEN_HEADERS


@pytest.mark.parametrize(
    "action",
    ["wafv2:GetSampledRequests", "wafv2:GetRateBasedStatementManagedKeys", "logs:GetLogEvents", "logs:StartQuery",
     "logs:FilterLogEvents", "s3:GetObject", "xray:BatchGetTraces", "elasticloadbalancing:ModifyListener"],
)  # fmt: skip
def test_whoever_previews_a_pull_request_reads_no_requests(whole, one, action):
    statements = json.loads(one(whole, "aws:iam/policy:Policy", "plant-ci-preview-policy").get("policy"))["Statement"]
    assert not [
        pattern for found in statements for pattern in found["Action"] if fnmatchcase(action.lower(), pattern.lower())
    ]


def test_the_application_s_log_keeps_the_user_and_no_header(whole, one):
    # Its fields are documented on the component; the metric filters read those and no other.
    fields = {"duration_ms", "database_ms", "user"}
    for found in whole.of_type("aws:cloudwatch/logMetricFilter:LogMetricFilter"):
        if found.get("logGroupName").endswith("/requests"):
            assert any(f"$.{field}" in found.get("pattern") for field in fields), found.name


def test_alarms_and_notices_carry_figures_only(whole):
    # An alarm's message is its description and its metric; neither quotes a request.
    for alarm in whole.of_type("aws:cloudwatch/metricAlarm:MetricAlarm"):
        assert not [header for header in TOKEN_HEADERS if header in str(alarm.inputs).lower()], alarm.name
