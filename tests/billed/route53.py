"""What resources of `route53` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:route53/resolverEndpoint:ResolverEndpoint",
        {"direction": "OUTBOUND", "ipAddresses": [{"subnetId": "a"}, {"subnetId": "b"}, {"subnetId": "c"}]},
        {"Resolver endpoint": "273.75"},  # 3 x 730 x .125
    ),
    case("aws:route53/zone:Zone", {}, {"Hosted zone": "0.50"}),
    case(
        "aws:route53/record:Record",
        {"type": "A", "records": ["192.0.2.1"]},
        {"Queries": "0.40"},
        {"monthly_standard_queries": 1_000_000},
        id="dns record",
    ),
    case("aws:route53/record:Record", {"aliases": [{"name": "x"}]}, {"Queries": None}, id="alias record is free"),
    case("aws:route53/healthCheck:HealthCheck", {"type": "TCP"}, {"Health check": "0.75"}, id="health check"),
    case(
        "aws:route53/healthCheck:HealthCheck",
        {"type": "HTTPS_STR_MATCH", "requestInterval": 10},
        {"Optional features": "6.00"},
        id="health check options",
    ),
    case(
        "aws:route53/healthCheck:HealthCheck",
        {"type": "HTTPS", "fqdn": "api.example.com"},
        {"Health check": "0.50", "Optional features": "1.00"},
        {"endpoint_type": 1},
        id="health check of an endpoint in AWS",
    ),
    case(
        "aws:route53/resolverEndpoint:ResolverEndpoint",
        {"direction": "INBOUND", "ipAddresses": [{"subnetId": "a"}, {"subnetId": "b"}]},
        {"Resolver endpoint": "182.50", "Queries": "600.00"},
        {"monthly_queries": 2_000_000_000},
        id="resolver endpoint: tiers of queries",
    ),
]
