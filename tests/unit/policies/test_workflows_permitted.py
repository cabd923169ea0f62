"""What the calls of a state machine need is found in any file, malformed ones included."""

import json

import pytest

from deployment.graph import Resource, ResourceGraph
from policies.assess import run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.rules._grants import granting
from policies.rules.iam.workflows_permitted import RULE

PUT = "ssm:PutParameter"
OWN = "arn:aws:ssm:us-east-1:123456789012:parameter/app/flag"
OTHER = "arn:aws:ssm:us-east-1:123456789012:parameter/other"


def stack(*given, policy, bound=None, more=None):
    """A machine that sets the parameters `given`, whose role may do what `policy` says, within `bound`."""
    states = {
        f"Set {number}": {
            "Type": "Task",
            "Resource": "arn:aws:states:::aws-sdk:ssm:putParameter",
            "Parameters": {"Name": name},
        }
        for number, name in enumerate(given)
    }
    role = {"permissionsBoundary": "arn:bound"} if bound else {}
    example = {
        "machine": (
            "aws:sfn/stateMachine:StateMachine",
            {"roleArn": "arn:role", "definition": json.dumps({"StartAt": "Set 0", "States": states})},
        ),
        "role": ("aws:iam/role:Role", role),
        "policy": ("aws:iam/rolePolicy:RolePolicy", {"role": "id:role", "policy": policy}),
        "bound": ("aws:iam/policy:Policy", {"policy": bound or policy}),
        **(more or {}),
    }
    flag = Resource("urn:flag", "aws:ssm/parameter:Parameter", "flag", {"name": "/app/flag"}, {"arn": OWN})
    topic = Resource("urn:topic", "aws:sns/topic:Topic", "topic", {}, {"name": "/app/flag", "arn": "arn:aws:sns:r:a:t"})
    return ResourceGraph([*example_graph(example), flag, topic])


ATTACHED = {
    "managed": (
        "aws:iam/rolePolicyAttachment:RolePolicyAttachment",
        {"role": "id:role", "policyArn": "arn:aws:iam::aws:policy/AmazonSSMFullAccess"},
    )
}


@pytest.mark.parametrize(
    ("given", "policy", "bound", "more", "lacking"),
    [
        pytest.param(["/app/flag"], granting(PUT, resource=OWN), None, {}, [], id="what has the name"),
        pytest.param(["/app/flag"], granting(PUT, resource=OTHER), None, {}, [OWN], id="something else"),
        pytest.param(["/app/flag"], granting(PUT, resource=f"{OTHER}/*"), None, {}, [OWN], id="whatever is elsewhere"),
        pytest.param([OTHER], granting(PUT, resource=OWN), None, {}, [OTHER], id="by its ARN"),
        pytest.param(["/app/flag", OTHER], granting(PUT, resource=OWN), None, {}, [OTHER], id="the second of two"),
        pytest.param(["/app/flag"], granting(PUT), granting(PUT, resource=OTHER), {}, [OWN], id="by the boundary"),
        pytest.param(["/app/flag"], granting("s3:*"), granting("s3:*"), {}, [OWN], id="by neither"),
        pytest.param(["/app/flag"], granting("s3:*"), None, ATTACHED, [], id="with a policy that nobody knows"),
    ],
)
def test_a_call_needs_what_of_its_service_it_is_given(given, policy, bound, more, lacking):
    found = run_rule(RULE, Context(stack(*given, policy=policy, bound=bound, more=more)))
    assert [one.message.partition(f"{PUT} on ")[2].partition(",")[0] for one in found] == lacking


def test_a_name_that_is_no_text_leaves_the_rule_at_work():
    odd = Resource("urn:odd", "aws:s3/bucket:Bucket", "odd", {"name": ["a"]}, {"id": {}, "arn": "arn:aws:s3:::odd:x"})
    good, bad = (
        run_rule(RULE, Context(ResourceGraph([*example_graph(one), odd]))) for one in (RULE.passing, RULE.failing)
    )
    assert not good
    assert [one.message.partition(",")[0] for one in bad] == ["its role role does not allow ssm:PutParameter"]
