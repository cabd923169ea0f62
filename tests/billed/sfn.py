"""What resources of `sfn` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case(
        "aws:sfn/stateMachine:StateMachine",
        {"type": "STANDARD"},
        {"State transitions": "2.50"},
        {"monthly_transitions": 100_000},
        id="standard workflow",
    ),
    case(
        "aws:sfn/stateMachine:StateMachine",
        {"type": "EXPRESS"},
        {"Express requests": "1.00", "Express duration": "0.52093750"},
        {"monthly_requests": 1_000_000, "workflow_duration_ms": 500, "memory_mb": 64},
        id="express workflow",
    ),
    case(
        "aws:sfn/stateMachine:StateMachine",
        {"type": "EXPRESS", "tracingConfiguration": {"enabled": True}},
        {"Traces recorded": "5.00"},
        {"monthly_requests": 1_000_000},
        id="express workflow: an execution is a trace",
    ),
]
