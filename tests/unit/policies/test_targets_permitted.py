"""What budget actions need is found in time that follows their number."""

import cProfile
import pstats

from deployment.graph import Resource, ResourceGraph
from deployment.tokens import BUDGET_ACTION, ROLE
from policies.context import Context
from policies.rules.iam.targets_permitted import budget_needs
from policies.settings import PackConfig


def stack(teams):
    """(context, actions): a role for each team, and a budget action that stops it."""
    roles = [
        Resource(urn=f"role-{n}", type=ROLE[0], name=f"role-{n}", outputs={"arn": f"arn:aws:iam::1:role/x/team-{n}"})
        for n in range(teams)
    ]
    actions = [
        Resource(
            urn=f"action-{n}",
            type=BUDGET_ACTION[0],
            name=f"action-{n}",
            inputs={"definition": {"iamActionDefinition": {"roles": [f"team-{n}", "team-0", "another"]}}},
        )
        for n in range(teams)
    ]
    return Context(ResourceGraph([*roles, *actions]), PackConfig()), actions


def test_an_action_needs_its_own_roles_in_the_order_of_the_stack():
    context, actions = stack(3)
    assert [arn.rpartition("/")[2] for _, arn in budget_needs(actions[2], context)] == ["team-0"] * 2 + ["team-2"] * 2


def test_ten_times_the_teams_take_ten_times_the_calls():
    def calls(teams):
        context, actions = stack(teams)
        profile = cProfile.Profile()
        profile.runcall(lambda: [list(budget_needs(action, context)) for action in actions])
        return pstats.Stats(profile).total_calls

    calls(2)
    assert calls(500) <= 10.5 * calls(50)
