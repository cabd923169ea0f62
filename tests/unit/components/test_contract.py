"""The API's limits, where the application reads them."""

import json

import pytest


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_contract_holds_the_storys_limits(graph, stack, one):
    parameter = one(graph(stack), "aws:ssm/parameter:Parameter", "plant-contract-parameter")
    assert json.loads(parameter.get("insecureValue")) == {
        "schema": 1,
        "response_budget_ms": 100,
        "database_query_limit_ms": 30,
        "cache_ttl_seconds": 600,
        "page_size_max": 50,
        "body_size_max_kib": 8,
        "audience": "plant-api",
        "read_scope": "plant.read",
        "write_scope": "plant.write",
    }
    assert parameter.get("tier") == "Standard"  # advanced parameters are $0.05 a month
