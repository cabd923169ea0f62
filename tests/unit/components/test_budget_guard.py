"""What happens when the money runs out."""

import pytest


@pytest.fixture(params=["dev", "prod", "parked"])
def whole(graph, request):
    return graph(request.param)


def test_budget_is_the_stacks_share_and_goes_by_its_tag(whole, one):
    budget = one(whole, "aws:budgets/budget:Budget")
    assert (budget.get("limitAmount"), budget.get("limitUnit"), budget.get("timeUnit")) == ("5.00", "USD", "MONTHLY")
    (found,) = budget.get("costFilters")
    stack = one(whole, "plant:infra:PlantApi").urn.split(":")[2]
    assert found == {"name": "TagKeyValue", "values": [f"user:StackId$plant-{stack}"]}
    # Any project may have a stack called dev.
    assert (
        one(whole, "aws:ssm/parameter:Parameter", "plant-contract-parameter").get("tags")["StackId"] == f"plant-{stack}"
    )


def test_actual_and_forecast_spend_is_reported(whole, one):
    notices = one(whole, "aws:budgets/budget:Budget").get("notifications")
    assert [(notice["notificationType"], notice["threshold"]) for notice in notices] == [
        ("ACTUAL", 50),
        ("ACTUAL", 80),
        ("ACTUAL", 100),
        ("FORECASTED", 100),
    ]
    assert all(notice["subscriberSnsTopicArns"] for notice in notices)


def test_new_capacity_is_denied_without_asking(whole, one, document):
    action = one(whole, "aws:budgets/budgetAction:BudgetAction")
    assert (action.get("approvalModel"), action.get("actionType")) == ("AUTOMATIC", "APPLY_IAM_POLICY")
    statement, _ = document(one(whole, "aws:iam/policy:Policy", "plant-budget-no-new-capacity"), "policy")["Statement"]
    assert statement["Effect"] == "Deny"
    assert {"ec2:RunInstances", "elasticloadbalancing:CreateLoadBalancer"} <= set(statement["Action"])


def test_guard_can_attach_that_one_policy_to_that_one_role_only(whole, one, document):
    (statement,) = document(one(whole, "aws:iam/rolePolicy:RolePolicy", "plant-budget-guard-policy"), "policy")[
        "Statement"
    ]
    assert statement["Resource"] == [one(whole, "aws:iam/role:Role", "plant-ci-deploy-role").get("arn")]
    policy = one(whole, "aws:iam/policy:Policy", "plant-budget-no-new-capacity")
    assert statement["Condition"] == {"ArnEquals": {"iam:PolicyARN": policy.get("arn")}}


def test_parking_is_not_denied(whole, one, document):
    statements = document(one(whole, "aws:iam/policy:Policy", "plant-budget-no-new-capacity"), "policy")["Statement"]
    denied = [action for found in statements for action in found["Action"]]
    assert not [action for action in denied if ":Delete" in action or ":Modify" in action]
    # Before the provider deletes a group it sets its sizes to 0.
    (update,) = [found for found in statements if "autoscaling:UpdateAutoScalingGroup" in found["Action"]]
    assert update["Condition"] == {"NumericGreaterThan": {"autoscaling:MaxSize": "0"}}
