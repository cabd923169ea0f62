"""A policy that bounds roles grants nothing, unless it is attached to somebody, too."""

from dataclasses import replace

import pytest

from deployment.graph import ResourceGraph
from deployment.unknown import UNKNOWN
from policies.context import Context
from policies.examples import example_graph
from policies.rules._grants import granting, grants

ATTACHMENT = "aws:iam/userPolicyAttachment:UserPolicyAttachment"
STACK = {
    "bound": ("aws:iam/policy:Policy", {"policy": granting("s3:GetObject")}),
    "role": ("aws:iam/role:Role", {"permissionsBoundary": "arn:bound"}),
}


@pytest.mark.parametrize(
    ("other", "told", "declared", "attached"),
    [
        pytest.param(None, {}, (), False, id="to nobody"),
        pytest.param((ATTACHMENT, {"user": "u", "policyArn": "arn:bound"}), {}, (), True, id="to a user"),
        pytest.param((ATTACHMENT, {"user": "u", "policyArn": "arn:other"}), {}, (), False, id="another"),
        pytest.param((ATTACHMENT, {"user": "u", "policyArn": UNKNOWN}), {}, ("policyArn",), True, id="not known yet"),
        pytest.param((ATTACHMENT, {"user": "u"}), {}, ("policyArn",), True, id="as declared alone"),
        pytest.param((ATTACHMENT, {"user": "u", "policyArn": UNKNOWN}), {}, (), False, id="one that nobody knows"),
        pytest.param(("aws:iam/role:Role", {"managedPolicyArns": ["arn:bound"]}), {}, (), True, id="in a role's list"),
        pytest.param(("aws:iam/role:Role", {}), {"managedPolicyArns": ["arn:bound"]}, (), True, id="as AWS tells"),
        pytest.param(("some:module:Team", {"policyArns": ["arn:bound"]}), {}, (), True, id="by a component"),
        pytest.param(("aws:ssm/parameter:Parameter", {"value": "arn:bound"}), {}, (), False, id="only mentioned"),
    ],
)
def test_a_boundary_grants_what_it_says_where_it_is_attached(other, told, declared, attached):
    graph = example_graph({**STACK, **({"other": other} if other else {})})
    policy = next(one for one in graph if one.name == "bound")
    others = [
        one
        if one.name != "other"
        else replace(
            one,
            outputs=told,
            property_dependencies=dict.fromkeys(declared, (policy.urn,)),
        )
        for one in graph
    ]
    assert bool(grants(policy, Context(ResourceGraph(others)))) is attached
