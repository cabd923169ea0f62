"""What resources of `cloudtrail` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:cloudtrail/trail:Trail",
        {"insightSelectors": [{"insightType": "ApiCallRateInsight"}]},
        {"Further copies": "2.00", "Data events": "0.20", "Events analysed": "1.05"},
        {
            "monthly_additional_management_events": 100_000,
            "monthly_data_events": 200_000,
            "monthly_insight_events": 300_000,
        },
        id="trail with all that it may do",
    ),
    case(
        "aws:cloudtrail/trail:Trail",
        {"eventSelectors": [{"dataResources": [{"type": "AWS::S3::Object", "values": ["arn:aws:s3"]}]}]},
        {"Further copies": None, "Data events": "1.00"},
        id="trail of data events, of which nobody says how many",
    ),
    case(
        "aws:cloudtrail/trail:Trail",
        {
            "advancedEventSelectors": [
                {"fieldSelectors": [{"field": "eventCategory", "equals": ["Management"]}]},
            ]
        },
        {"Data events": None},
        id="trail of management events",
    ),
]
