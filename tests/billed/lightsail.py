"""What resources of `lightsail` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:lightsail/instance:Instance", {"bundleId": "xlarge_2_0"}, {"Instance (xlarge plan)": "82.419354834"}),
    case(
        "aws:lightsail/instance:Instance",
        {"bundleId": "small_win_2_0"},
        {"Instance (small_win plan)": "21.586021525"},
        id="lightsail on Windows",
    ),
    case(
        "aws:lightsail/instance:Instance", {"bundleId": "nano_3_0"}, {"Instance": "4.891"}, id="lightsail: least plan"
    ),
]
