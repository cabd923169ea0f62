"""What resources of `codepipeline` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:codepipeline/pipeline:Pipeline", {}, {"Active pipeline": "1.00"}),
    case(
        "aws:codepipeline/pipeline:Pipeline",
        {"pipelineType": "V2"},
        {"Minutes of actions": "2.00"},
        {"monthly_action_minutes": 1000},
        id="pipeline of type V2",
    ),
]
