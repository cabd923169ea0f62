"""Comparing two deployments."""

import pytest

from deployment.graph import Resource, ResourceGraph
from workbench.preview.changes import KNOWN_AFTER, Operation, compare, counts

VPC = "aws:ec2/vpc:Vpc"
SUBNET = "aws:ec2/subnet:Subnet"


def resource(token, name, inputs=None, *, outputs=None, refers=None, **options):
    return Resource(
        urn=f"urn:pulumi:dev::plant::{token}::{name}",
        type=token,
        name=name,
        inputs=inputs or {},
        outputs=outputs or {},
        property_dependencies=refers or {},
        custom=token.startswith("aws:"),
        options=options,
    )


def vpc(cidr="10.0.0.0/16", identity="vpc-0123456789", **inputs):
    return resource(VPC, "net", {"cidrBlock": cidr, **inputs}, outputs={"id": identity})


def subnet(target, **inputs):
    return resource(
        SUBNET,
        "subnet",
        {"vpcId": target.outputs["id"], "cidrBlock": "10.0.1.0/24", **inputs},
        refers={"vpcId": (target.urn,)},
    )


def changed(old, new):
    return {change.resource.name: change for change in compare(ResourceGraph(old), ResourceGraph(new))}


def test_without_a_base_everything_is_created():
    changes = compare(None, ResourceGraph([vpc()]))
    assert [change.operation for change in changes] == [Operation.CREATE]


def test_equal_deployments_have_no_change():
    assert changed([vpc()], [vpc()])["net"].operation is Operation.SAME


def test_an_update_names_each_property_with_old_and_new():
    change = changed([vpc(tags={"a": "1", "b": "2"})], [vpc(tags={"a": "1", "b": "3"}, enableDnsSupport=True)])["net"]
    assert change.operation is Operation.UPDATE
    assert [(found.path, found.old, found.new) for found in change.properties] == [
        ("enableDnsSupport", None, True),
        ("tags.b", "2", "3"),
    ]


def test_a_cidr_that_changes_replaces_the_network_and_what_hangs_on_it():
    old, new = vpc(), vpc("10.9.0.0/16")
    changes = changed([old, subnet(old)], [new, subnet(new)])
    assert changes["net"].operation is Operation.REPLACE
    assert changes["net"].properties[0].forces_replacement
    assert changes["subnet"].operation is Operation.REPLACE
    assert changes["subnet"].properties[0].new == KNOWN_AFTER


def test_created_and_deleted_are_told_apart():
    changes = changed([vpc()], [resource(SUBNET, "other")])
    assert changes["other"].operation is Operation.CREATE
    assert changes["net"].operation is Operation.DELETE


@pytest.mark.parametrize(
    ("ignored", "expected"),
    [
        pytest.param(["tags"], Operation.SAME, id="whole property"),
        pytest.param(["tags.b"], Operation.SAME, id="path"),
        pytest.param(["tags.a"], Operation.UPDATE, id="another path"),
    ],
)
def test_what_the_program_ignores_is_no_change(ignored, expected):
    old = resource(VPC, "net", {"tags": {"b": "2"}})
    new = resource(VPC, "net", {"tags": {"b": "3"}}, ignoreChanges=ignored)
    assert changed([old], [new])["net"].operation is expected


def test_an_ignored_list_item_is_matched_by_any_index():
    rule = "aws:lb/listenerRule:ListenerRule"
    old = resource(rule, "rule", {"actions": [{"weight": 100}, {"weight": 0}]})
    new = resource(rule, "rule", {"actions": [{"weight": 90}, {"weight": 10}]}, ignoreChanges=["actions[*].weight"])
    assert changed([old], [new])["rule"].operation is Operation.SAME


def test_an_alias_connects_a_renamed_resource_with_what_it_was():
    old = resource(VPC, "before", {"cidrBlock": "10.0.0.0/16"})
    new = resource(VPC, "after", {"cidrBlock": "10.0.0.0/16"}, aliases=(old.urn,))
    changes = changed([old], [new])
    assert changes["after"].operation is Operation.SAME
    assert changes["after"].was_named == old.urn
    assert "before" not in changes


def test_ids_of_a_real_stack_do_not_count_as_changes():
    real, ours = vpc(identity="vpc-00aabbccdd"), vpc()
    assert changed([real, subnet(real)], [ours, subnet(ours)])["subnet"].operation is Operation.SAME


def test_the_same_id_of_another_resource_is_a_change():
    one, other = vpc(), resource(VPC, "other", outputs={"id": "vpc-0123456789"})
    hangs = subnet(one)
    assert changed([one, hangs], [other, hangs])["subnet"].operation is not Operation.SAME
    assert changed([one, hangs], [one, hangs])["subnet"].operation is Operation.SAME


def test_what_the_provider_defaulted_is_no_change():
    real = resource(VPC, "net", {"__defaults": ["instanceTenancy"], "instanceTenancy": "default"})
    assert changed([real], [resource(VPC, "net")])["net"].operation is Operation.SAME


def test_a_document_in_a_text_is_compared_by_its_parts():
    old = resource(VPC, "net", {"policy": '{"Statement": [{"Effect": "Allow", "Action": "s3:*"}]}'})
    new = resource(VPC, "net", {"policy": '{"Statement": [{"Action": "s3:Get*", "Effect": "Allow"}]}'})
    (found,) = changed([old], [new])["net"].properties
    assert (found.path, found.old, found.new) == ("policy.Statement[0].Action", "s3:*", "s3:Get*")


def test_a_document_that_is_only_written_differently_is_no_change():
    old, new = (resource(VPC, "net", {"policy": text}) for text in ('{"a": 1, "b": [2]}', '{"b":[2],"a":1}'))
    assert changed([old], [new])["net"].operation is Operation.SAME


def test_an_output_that_repeats_an_input_is_no_reference():
    """The name of a record is what the program says; that a record repeats it as its `fqdn` makes it no output."""
    record = "aws:route53/record:Record"
    old = resource(record, "one", {"name": "api.example.com"}, outputs={"fqdn": "api.example.com"})
    other = resource(record, "other", {"name": "api.example.com"}, outputs={"fqdn": "api.example.com"})
    assert changed([old], [other, old])["one"].operation is Operation.SAME


def test_counts_list_every_operation():
    assert counts(compare(None, ResourceGraph([vpc()]))) == {
        "create": 1,
        "update": 0,
        "replace": 0,
        "delete": 0,
        "same": 0,
    }


def test_a_trigger_that_holds_the_id_of_what_is_replaced_replaces():
    balancer = resource("aws:lb/loadBalancer:LoadBalancer", "lb", replacementTrigger={"vpc": ["vpc-0123456789"]})
    assert changed([vpc(), balancer], [vpc(tags={"a": "1"}), balancer])["lb"].operation is Operation.SAME
    change = changed([vpc(), balancer], [vpc(cidr="10.1.0.0/16"), balancer])["lb"]
    assert change.operation is Operation.REPLACE
    assert change.properties[0].new == KNOWN_AFTER


@pytest.mark.parametrize(("before", "after", "operation"), [("8", "7", "replace"), ("7", "8", "update")])
def test_only_an_older_engine_replaces_a_cache(before, after, operation):
    token = "aws:elasticache/serverlessCache:ServerlessCache"
    old, new = (resource(token, "c", {"majorEngineVersion": version}) for version in (before, after))
    assert changed([old], [new])["c"].operation.value == operation
