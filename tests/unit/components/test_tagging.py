"""Cost-allocation tags on everything that can carry them."""

import pulumi
import pulumi_aws as aws

from components.tagging import tag_all


def test_tags_reach_what_takes_them_and_own_tags_win(declare, one):
    class Holder(pulumi.ComponentResource):
        def __init__(self):
            super().__init__(
                "test:index:Holder", "holder", {}, pulumi.ResourceOptions(transformations=[tag_all({"Team": "a"})])
            )
            child = pulumi.ResourceOptions(parent=self)
            aws.sns.Topic("plain", opts=child)
            aws.sns.Topic("own", tags={"Team": "b", "Name": "x"}, opts=child)
            aws.iam.RolePolicy("untaggable", role="r", policy="{}", opts=child)
            self.register_outputs({})

    graph = declare(Holder)
    topic = "aws:sns/topic:Topic"
    assert one(graph, topic, "plain").get("tags") == {"Team": "a"}
    assert one(graph, topic, "own").get("tags") == {"Team": "b", "Name": "x"}
    assert "tags" not in one(graph, "aws:iam/rolePolicy:RolePolicy").inputs
