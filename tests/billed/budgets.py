"""What resources of `budgets` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    case("aws:budgets/budgetAction:BudgetAction", {"budgetName": "b"}, {"Budget with actions": "3.04166667"}),
]
