"""What the recorder keeps of a program."""

import asyncio
import json

import pulumi
import pulumi_aws as aws
import pytest
from pulumi.runtime.settings import SETTINGS

from deployment.errors import InputError
from workbench.preview.stackfile import StackFile
from workbench.preview.synthesis import record, synthesize

STACK = StackFile(project="plant", stack="dev", main="infra", config={"aws:region": "eu-west-1"})


class Wrapper(pulumi.ComponentResource):
    """A component with one child and one output of each kind."""

    def __init__(self, name, opts=None):
        super().__init__("plant:components:Wrapper", name, {}, opts)
        self.vpc = aws.ec2.Vpc(f"{name}-vpc", cidr_block="10.0.0.0/16", opts=pulumi.ResourceOptions(parent=self))
        self.register_outputs({"vpc_id": self.vpc.id, "limit": 5})


def states(program):
    return {entry["urn"].rpartition("::")[2]: entry for entry in record(program, STACK)["deployment"]["resources"]}


def test_urns_hold_the_types_of_all_ancestors_but_the_stack():
    urns = [entry["urn"] for entry in states(lambda: Wrapper("net")).values()]
    assert "urn:pulumi:dev::plant::plant:components:Wrapper::net" in urns
    assert "urn:pulumi:dev::plant::plant:components:Wrapper$aws:ec2/vpc:Vpc::net-vpc" in urns


def test_parents_dependencies_and_property_dependencies_are_kept():
    def program():
        net = Wrapper("net")
        aws.ec2.Subnet(
            "subnet", vpc_id=net.vpc.id, cidr_block="10.0.1.0/24", opts=pulumi.ResourceOptions(depends_on=[net])
        )

    found = states(program)
    vpc = found["net-vpc"]["urn"]
    assert found["net-vpc"]["parent"] == found["net"]["urn"]
    assert found["subnet"]["propertyDependencies"] == {"vpcId": [vpc]}
    assert vpc in found["subnet"]["dependencies"]
    assert found["subnet"]["inputs"]["vpcId"] == found["net-vpc"]["id"]


def test_options_are_kept():
    def program():
        aws.s3.Bucket(
            "logs",
            opts=pulumi.ResourceOptions(
                protect=True,
                ignore_changes=["tags"],
                delete_before_replace=True,
                aliases=[pulumi.Alias(name="old"), "urn:pulumi:dev::plant::aws:s3/bucket:Bucket::older"],
                custom_timeouts=pulumi.CustomTimeouts(create="1h30m", delete="45s"),
                retain_on_delete=True,
            ),
        )

    found = states(program)["logs"]
    assert found["protect"] is True
    assert found["ignoreChanges"] == ["tags"]
    assert found["deleteBeforeReplace"] is True
    assert {
        "urn:pulumi:dev::plant::aws:s3/bucket:Bucket::old",
        "urn:pulumi:dev::plant::aws:s3/bucket:Bucket::older",
    } <= set(found["aliases"])
    assert found["customTimeouts"] == {"create": 5400.0, "delete": 45.0}
    assert found["retainOnDelete"] is True


def test_a_secret_keeps_its_mark_and_loses_its_content():
    def program():
        aws.ssm.Parameter("token", name="/token", type="SecureString", value=pulumi.Output.secret("hunter2"))
        pulumi.export("token", pulumi.Output.secret("hunter2"))

    deployment = record(program, STACK)
    assert "hunter2" not in json.dumps(deployment)
    stack, parameter = (
        next(entry for entry in deployment["deployment"]["resources"] if entry["urn"].endswith(name))
        for name in ("::plant-dev", "::token")
    )
    assert parameter["inputs"]["value"] == stack["outputs"]["token"]
    assert parameter["inputs"]["value"]["plaintext"] == '"[secret]"'


def test_registered_outputs_are_the_components_outputs():
    found = states(lambda: Wrapper("net"))
    assert found["net"]["outputs"] == {"limit": 5, "vpc_id": found["net-vpc"]["id"]}


def test_the_default_provider_is_in_the_state_with_its_region():
    found = states(lambda: Wrapper("net"))
    provider = next(entry for entry in found.values() if entry["type"] == "pulumi:providers:aws")
    assert provider["inputs"]["region"] == "eu-west-1"
    assert found["net-vpc"]["provider"] == f"{provider['urn']}::{provider['id']}"
    assert ":eu-west-1:" in found["net-vpc"]["outputs"]["arn"]


def test_arns_are_of_the_account_that_the_provider_is_bound_to():
    def program():
        ours = aws.Provider("aws", region="eu-west-1", allowed_account_ids=["210987654321"])
        aws.sns.Topic("bound", opts=pulumi.ResourceOptions(provider=ours))
        aws.sns.Topic("free")

    found = states(program)
    assert found["bound"]["outputs"]["arn"].split(":")[4] == "210987654321"
    assert found["free"]["outputs"]["arn"].split(":")[4] == "123456789012"


def test_every_resource_comes_after_what_it_needs():
    def program():
        net = Wrapper("z")
        first = aws.ec2.Subnet("b", vpc_id=net.vpc.id, cidr_block="10.0.1.0/24")
        aws.ec2.Subnet(
            "a", vpc_id=net.vpc.id, cidr_block="10.0.2.0/24", opts=pulumi.ResourceOptions(depends_on=[first])
        )

    seen = set()
    for entry in record(program, STACK)["deployment"]["resources"]:
        needed = {entry.get("parent"), *entry.get("dependencies", ())} - {None}
        assert needed <= seen
        seen.add(entry["urn"])


def test_two_runs_give_the_same_bytes():
    assert json.dumps(record(lambda: Wrapper("net"), STACK)) == json.dumps(record(lambda: Wrapper("net"), STACK))


def test_two_resources_of_one_urn_are_refused():
    def program():
        aws.ec2.Vpc("same", cidr_block="10.0.0.0/16")
        aws.ec2.Vpc("same", cidr_block="10.1.0.0/16")

    with pytest.raises(InputError, match=r"two resources have the URN .*::same"):
        record(program, STACK)


def test_a_look_up_is_refused():
    with pytest.raises(InputError, match="aws:index/getCallerIdentity:getCallerIdentity"):
        record(aws.get_caller_identity, STACK)


def test_an_output_that_nothing_gives_is_refused_with_the_property_that_wants_it():
    def program():
        vpc = aws.ec2.Vpc("net", cidr_block="10.0.0.0/16")
        aws.ec2.Subnet("subnet", vpc_id=vpc.owner_id, cidr_block="10.0.1.0/24")

    with pytest.raises(InputError, match=r"::subnet: vpcId is not known"):
        record(program, STACK)


def test_what_the_program_says_is_wrong_reaches_the_user_line_by_line():
    def program():
        raise pulumi.RunError("first\nsecond")

    with pytest.raises(InputError) as caught:
        record(program, STACK)
    assert caught.value.problems == ("first", "second")


def test_a_program_that_failed_leaves_nothing_for_the_next():
    def fails():
        aws.ec2.Vpc("net", cidr_block="10.0.0.0/16").id.apply(lambda value: {}[value])

    expected = record(lambda: Wrapper("net"), STACK)
    with pytest.raises(KeyError):
        record(fails, STACK)
    SETTINGS.outputs.add(never_came())
    assert record(lambda: Wrapper("net"), STACK) == expected


def never_came():
    """An output that never came, on an event loop that is closed by now."""
    loop = asyncio.new_event_loop()
    future = loop.create_future()
    loop.close()
    return future


@pytest.mark.parametrize(
    ("overrides", "told"),
    [
        pytest.param({"plant:fleet.max_size": "many"}, "--config plant:fleet.max_size = 'many': ", id="a value"),
        pytest.param({"fleet.max_size": "many"}, "--config plant:fleet.max_size = 'many': ", id="without namespace"),
        pytest.param({"plant:fleet": '{"max_size": 0}'}, "--config plant:fleet.max_size = 0: ", id="a whole group"),
        pytest.param({"aws:region": "mars"}, "--config aws:region = 'mars': ", id="of another package"),
        pytest.param(
            {"plant:fleet.max_size": "2", "plant:fleet.min_size": "2"},
            "Pulumi.dev.yaml: plant:fleet.desired_capacity = 1: ",
            id="what the option makes wrong elsewhere",
        ),
    ],
)
def test_a_wrong_value_is_blamed_on_where_it_came_from(overrides, told):
    with pytest.raises(InputError) as caught:
        synthesize("dev", overrides=overrides)
    [problem] = caught.value.problems
    assert problem.startswith(told)
