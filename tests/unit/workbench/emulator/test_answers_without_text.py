"""What is made of moto's results is what botocore reads out of the text that moto writes of them."""

from __future__ import annotations

import enum
from collections import Counter
from collections.abc import Generator
from datetime import UTC, datetime
from typing import Any

import pytest
from botocore.awsrequest import HeadersDict
from botocore.parsers import create_parser
from moto.core import serialize
from moto.core.utils import get_service_model

from workbench.emulator import answers_without_text
from workbench.emulator.api import Api
from workbench.emulator.deploy import Deployer
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.readback import inventory, read_back
from workbench.emulator.seed import references
from workbench.emulator.world import embedded_aws


def from_text(serializer: Any, result: Any) -> dict[str, Any]:
    """The answer by way of the text."""
    model = serializer.operation_model
    written = type(serializer)(operation_model=model, value_picker=serializer._value_picker).serialize(result)
    protocol = {serialize.QuerySerializer: "query", serialize.EC2Serializer: "ec2"}.get(type(serializer))
    read: dict[str, Any] = create_parser(protocol or model.service_model.resolved_protocol).parse(
        {
            "status_code": written["status_code"],
            "headers": HeadersDict(written["headers"]),
            "body": written["body"].encode(),
            "context": {},
        },
        model.output_shape,
    )
    del read["ResponseMetadata"]
    return read


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_answers_are_those_of_the_text(
    deployment: Any, deployable: Any, monkeypatch: pytest.MonkeyPatch, stack: str
) -> None:
    """Each that a stack gets while it is deployed, read back and destroyed."""
    answer_of, seen = answers_without_text.answer_of, Counter[str]()

    def both(serializer: Any, result: Any) -> dict[str, Any]:
        if isinstance(result, dict):  # a generator gives its items once
            result = {key: list(one) if isinstance(one, Generator) else one for key, one in result.items()}
        expected = from_text(serializer, result)
        found = answer_of(serializer, result)
        assert found == expected, serializer.operation_name
        assert repr(found) == repr(expected), "equal, and of another type"
        seen[serializer.operation_name] += 1
        return found

    monkeypatch.setattr(answers_without_text, "answer_of", both)
    declared = deployable(deployment(stack))
    with embedded_aws(platform=references(declared)) as api:
        deployer = Deployer(Lifecycle(api))
        deployer.deploy(declared)
        assert read_back(deployer).differences == []
        inventory(api)
        deployer.unprotect()
        deployer.destroy()
    assert len(seen) > 60


class Colour(enum.Enum):
    """An enumeration, as some of moto's models have them."""

    RED = "red"


class DBThing:
    """What moto's models look like: attributes in snake case, some without the name of their class, and aliases."""

    class Meta:
        serialization_aliases = {"DBInstanceClass": "size.name"}  # noqa: RUF012 - as moto writes it

    def __init__(self) -> None:
        self.identifier, self.engine, self.size = "id", None, {"name": "large"}
        self.allocated_storage, self.multi_az = "3", "True"
        self.instance_create_time = datetime(2026, 11, 28, 1, 2, 3, 456789, tzinfo=UTC)
        self.db_parameter_groups = [{"DBParameterGroupName": "a"}, {}, None]
        self.vpc_security_groups: list[Any] = []


RESULTS = [
    ("rds", "DescribeDBInstances", {"DBInstances": [DBThing(), {}], "Marker": ""}),
    ("sns", "GetTopicAttributes", {"Attributes": {"Policy": "{}", "Empty": "", "None": None, "Number": 3}}),
    ("sns", "GetTopicAttributes", {"Attributes": {}}),
    ("sns", "GetTopicAttributes", None),
    ("ec2", "DescribeVpcs", {"Vpcs": [{"VpcId": "<&>", "IsDefault": "true", "Tags": [{"Key": " a ", "Value": "é"}]}]}),
    ("ec2", "DescribeVpcs", {"Vpcs": []}),
    ("ssm", "GetParameter", {"Parameter": {"Name": Colour.RED, "Version": "3", "LastModifiedDate": 1.5}}),
    ("ssm", "DescribeParameters", {"Parameters": [{"Name": "a", "Policies": []}, None, {"Tier": None}]}),
    ("ecs", "DescribeClusters", {"clusters": [{"statistics": [{"name": "x"}], "settings": [], "tags": None}]}),
    ("kms", "ListKeys", {"Keys": [], "Truncated": False}),
]


@pytest.mark.parametrize(("service", "operation", "result"), RESULTS)
def test_odd_results_are_read_as_from_the_text(service: str, operation: str, result: Any) -> None:
    model = get_service_model(service).operation_model(operation)
    kind = serialize.get_serializer_class(service, model.service_model.metadata["protocol"])
    picker = serialize.XFormedAttributePicker(response_transformers={"GetTopicAttributesResponse.Attributes": dict})
    serializer = kind(operation_model=model, value_picker=picker)
    if result is None:
        serializer._value_picker.response_transformers.clear()
    found, expected = answers_without_text.answer_of(serializer, result), from_text(serializer, result)
    assert repr(found) == repr(expected)


def test_what_is_in_headers_and_errors_go_by_the_text(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(answers_without_text, "answer_of", lambda serializer, result: pytest.fail("without the text"))
    with embedded_aws() as api:
        made = api.call("route53", "create_hosted_zone", Name="a.example", CallerReference="x")
        assert made["Location"].endswith(made["HostedZone"]["Id"])
        with pytest.raises(Exception, match="NoSuchEntity"):
            api.call("iam", "get_role", RoleName="nobody")


def test_an_answer_is_the_callers_own() -> None:
    with embedded_aws() as api:
        vpc = api.call("ec2", "create_vpc", CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
        api.call("ec2", "create_tags", Resources=[vpc], Tags=[{"Key": "a", "Value": "b"}])
        first = described(api, vpc)
        first["Tags"][0]["Value"] = "c"
        first["CidrBlockAssociationSet"].clear()
        assert described(api, vpc)["Tags"] == [{"Key": "a", "Value": "b"}]
        assert described(api, vpc)["CidrBlockAssociationSet"]


def described(api: Api, vpc: str) -> Any:
    """A VPC as the API has it."""
    return api.call("ec2", "describe_vpcs", VpcIds=[vpc])["Vpcs"][0]
