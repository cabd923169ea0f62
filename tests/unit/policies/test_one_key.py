"""The key rule under the engine, which shows policies a key's ARN and not its id."""

import pytest

from deployment.graph import Resource, ResourceGraph
from policies.context import ROOT_TYPE, Context
from policies.rules.kms.one_key import check
from policies.settings import PackConfig

KEY_ID = "63a66972-2564-42a7-a97c-d7ea5ef9cf72"


def resource(token, name, **properties):
    urn = f"urn:pulumi:dev::plant::{token}::{name}"
    return Resource(urn, token, name, properties, properties, custom=token != ROOT_TYPE)


@pytest.mark.parametrize(("target", "problems"), [(KEY_ID, 0), ("00000000-0000-0000-0000-000000000000", 1)])
def test_an_alias_names_the_key_by_the_end_of_its_arn(target, problems):
    graph = ResourceGraph(
        [
            resource(ROOT_TYPE, "plant"),
            resource("aws:kms/key:Key", "key", arn=f"arn:aws:kms:us-east-1:123456789012:key/{KEY_ID}"),
            resource("aws:kms/alias:Alias", "alias", targetKeyId=target),
        ]
    )
    assert len(list(check(Context(graph, PackConfig())))) == problems
