"""Whose an account is that a policy names is told by the ARNs of the stack's resources."""

import pytest

from deployment.graph import Resource, ResourceGraph
from deployment.unknown import UNKNOWN, watched
from deployment.values import Veiled
from policies.context import Context
from policies.rules._accounts import is_own
from policies.rules._documents import Statement, statements
from policies.rules._grants import trusting
from policies.rules._resource_policies import admits
from policies.rules.iam import trust_fits_use

OWN, SECOND, OTHER = "123456789012", "210987654321", "111111111111"


def queue(name, told, **inputs):
    return Resource(f"urn:{name}", "aws:sqs/queue:Queue", name, inputs, Veiled({"arn": told}))


def arn(account):
    return f"arn:aws:sqs:us-east-1:{account}:q"


NEW = queue("new", UNKNOWN)
PLACED = (queue("bucket", "arn:aws:s3:::b"), queue("one", arn(OWN)), queue("two", arn(SECOND)))
REPEATED = queue("target", arn(OTHER), arn=arn(OTHER))


@pytest.mark.parametrize(
    ("stack", "accounts", "own", "undecided"),
    [
        pytest.param([NEW, *PLACED], [OTHER, OWN], True, False, id="that of the first"),
        pytest.param(PLACED, [SECOND], True, False, id="that of another"),
        pytest.param(PLACED, [OTHER], False, False, id="of nobody here"),
        pytest.param([*PLACED, NEW], [OTHER], False, True, id="of nobody that is known"),
        pytest.param([REPEATED, *PLACED], [OTHER], False, False, id="of what one only delivers to"),
        pytest.param([NEW], [OTHER], True, True, id="of whomever, where none is known yet"),
        pytest.param([], [OTHER], True, False, id="of whomever, where nobody tells"),
    ],
)
def test_an_account_is_own_that_some_resource_is_in(stack, accounts, own, undecided):
    context = Context(ResourceGraph(stack))
    for _ in range(2):  # for each who asks
        with watched() as watch:
            assert is_own(accounts, context) is own
        assert bool(watch.met) is undecided


@pytest.mark.parametrize(
    ("condition", "admitted"),
    [({"aws:SourceAccount": OWN}, True), ({"aws:SourceAccount": OTHER}, False), ({}, True)],
    ids=["own", "another", "any"],
)
def test_a_policy_admits_a_service_for_the_accounts_that_it_names(condition, admitted):
    context = Context(ResourceGraph(PLACED))
    bound = {"StringEquals": condition} if condition else {}
    (trust,) = statements(trusting({"Service": "states.amazonaws.com"}, **bound))
    assert trust_fits_use.admits(trust, "states", context) is admitted
    topic = Statement("Allow", ("sns:Publish",), (), ("*",), (), (("Service", "events.amazonaws.com"),), bound, "")
    assert admits([topic], "events", ["sns:Publish"], None, context) is admitted
