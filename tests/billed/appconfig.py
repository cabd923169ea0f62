"""What resources of `appconfig` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:appconfig/configurationProfile:ConfigurationProfile",
        {},
        {"Polls": "0.20", "Configurations received": "0.80"},
        {"monthly_configuration_requests": 1_000_000, "monthly_configurations_received": 1000},
    ),
]
