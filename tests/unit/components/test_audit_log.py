"""Every request with its user."""

import json

import pytest

FILTER = "aws:cloudwatch/logMetricFilter:LogMetricFilter"


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_log_groups_are_kept_a_year_and_encrypted(graph, stack):
    for group in graph(stack).of_type("aws:cloudwatch/logGroup:LogGroup"):
        assert group.get("retentionInDays") >= 365, group.name
        assert group.get("kmsKeyId"), group.name


def test_latency_is_read_out_of_the_log(dev, one):
    found = one(dev, FILTER, "plant-audit-api-latency").get("metricTransformation")
    assert found == {
        "name": "api_latency",
        "namespace": "PlantApi/plant-dev",
        "unit": "Milliseconds",
        "value": "$.duration_ms",
    }


def test_request_without_a_user_is_counted(dev, one):
    assert (
        one(dev, FILTER, "plant-audit-anonymous-requests").get("pattern") == '{ ($.user NOT EXISTS) || ($.user = "") }'
    )


def test_personal_data_is_masked(dev, one):
    policy = json.loads(
        one(dev, "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy").get("policyDocument")
    )
    operations = [key for statement in policy["Statement"] for key in statement["Operation"]]
    assert operations == ["Audit", "Deidentify"]
    assert any(identifier.endswith("/EmailAddress") for identifier in policy["Statement"][1]["DataIdentifier"])


def test_tokens_that_an_application_writes_are_masked(graph, one):
    import re

    text = one(graph("dev"), "aws:cloudwatch/logDataProtectionPolicy:LogDataProtectionPolicy").get("policyDocument")
    policy = json.loads(text)
    (token,) = policy["Configuration"]["CustomDataIdentifier"]
    for statement in policy["Statement"]:
        assert token["Name"] in statement["DataIdentifier"]
    signed = "eyJhbGciOiJSUzI1NiJ9.eyJzdWIiOiIxMjM0In0.c2lnbmF0dXJl-_"
    for line in (f"Authorization: Bearer {signed}", f"GET /v1/plants?access_token={signed} 400"):
        assert re.search(token["Regex"], line)[0] == signed
    assert not re.search(token["Regex"], "GET /v1/plants?page_size=50 200")
    assert len(token["Regex"]) <= 200
