"""What the calls of a state machine need is found in any file, malformed ones included."""

from deployment.graph import Resource, ResourceGraph
from policies.assess import run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.rules.iam.workflows_permitted import RULE


def test_a_name_that_is_no_text_leaves_the_rule_at_work():
    odd = Resource("urn:odd", "aws:s3/bucket:Bucket", "odd", {"name": ["a"]}, {"id": {}, "arn": "arn:aws:s3:::odd:x"})
    good, bad = (
        run_rule(RULE, Context(ResourceGraph([*example_graph(one), odd]))) for one in (RULE.passing, RULE.failing)
    )
    assert not good
    assert [one.message.partition(",")[0] for one in bad] == ["its role role does not allow ssm:PutParameter"]
