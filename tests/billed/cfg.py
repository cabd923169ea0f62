"""What resources of `cfg` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:cfg/recorder:Recorder",
        {},
        {"Configuration items": "3.00", "Items of custom resources": "6.00"},
        {"monthly_config_items": 1000, "monthly_custom_config_items": 2000},
    ),
    # 100,000 at .001, 400,000 at .0008, 500,000 at .0005
    case("aws:cfg/rule:Rule", {}, {"Rule evaluations": "670.00"}, {"monthly_rule_evaluations": 1_000_000}),
    *(
        case(token, {}, {"Rule evaluations": "1.00"}, id=f"{token.rpartition(':')[2]}, of which nobody says how often")
        for token in (
            "aws:cfg/organizationManagedRule:OrganizationManagedRule",
            "aws:cfg/organizationCustomRule:OrganizationCustomRule",
        )
    ),
]
