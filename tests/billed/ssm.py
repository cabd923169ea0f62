"""What resources of `ssm` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:ssm/parameter:Parameter", {"tier": "Standard", "value": "x"}, {"Advanced": None}, id="standard parameter"
    ),
    case(
        "aws:ssm/parameter:Parameter",
        {"tier": "Advanced"},
        {"Advanced parameter": "0.05", "API interactions": "0.05"},
        {"monthly_api_interactions": 10_000},
        id="advanced parameter",
    ),
    case(
        "aws:ssm/activation:Activation",
        {},
        {"Advanced machines": "507.35"},
        {"instances": 100},
    ),
    case("aws:ssm/activation:Activation", {}, {"Advanced machines": None}, id="ssm: standard machines"),
]
