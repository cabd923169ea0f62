"""The shorter ways to moto in this process end where moto's own do."""

from __future__ import annotations

import copy
import functools
from collections.abc import Iterator
from typing import Any, ClassVar

import pytest
from botocore.config import Config as BotocoreConfig
from botocore.exceptions import BotoCoreError, ClientError
from moto.core import botocore_stubber, request, serialize
from moto.core.models import botocore_stubber as by_moto
from moto.core.responses import BaseResponse

from workbench.emulator import answers_without_text, shortcuts
from workbench.emulator.api import Api, operation_model
from workbench.emulator.world import embedded_aws

ONCE = {"total_max_attempts": 1}


@pytest.fixture
def api() -> Iterator[Api]:
    with embedded_aws() as api:
        yield api


def without_streams(environ: dict[str, Any]) -> dict[str, Any]:
    apart = ("wsgi.input", "werkzeug.request")
    return {**{name: value for name, value in environ.items() if name not in apart}, "": environ["wsgi.input"].read()}


CALLS: list[tuple[str, str, dict[str, Any]]] = [
    ("ec2", "describe_vpcs", {"Filters": [{"Name": "tag:a b", "Values": ["é&="]}]}),
    ("logs", "describe_log_groups", {"logGroupNamePrefix": "a.b"}),
    ("ssm", "put_parameter", {"Name": "/a", "Value": "é=&", "Type": "String"}),
    ("route53", "list_hosted_zones", {"MaxItems": "5"}),
    ("appconfig", "create_application", {"Name": "é"}),
    ("elbv2", "describe_load_balancers", {}),
    ("sns", "list_topics", {}),
]


@pytest.mark.parametrize(("service", "operation", "params"), CALLS)
def test_a_request_is_the_one_that_moto_makes(
    api: Api, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, params: dict[str, Any]
) -> None:
    """Of what botocore would send."""
    seen: list[tuple[Any, Any]] = []
    ours, endpoint = shortcuts.request_of, api.client(service)._endpoint  # type: ignore[attr-defined]

    def both(asked: Any) -> Any:
        sent = endpoint.create_request(copy.deepcopy(asked), operation_model(service, operation))
        seen.append((ours(asked), request.normalize_request(sent)))
        return ours(asked)

    monkeypatch.setattr(shortcuts, "request_of", both)
    monkeypatch.setattr(botocore_stubber, "normalize_request", lambda prepared: pytest.fail("moto's own way"))
    api.call(service, operation, **params)
    [(short, long)] = seen
    assert type(short) is type(long)
    assert (short.raw_url, short.data, dict(short.headers)) == (long.raw_url, long.data, dict(long.headers))
    assert dict(short.form) == dict(long.form) and dict(short.args) == dict(long.args)


def test_a_request_that_is_not_plain_goes_the_way_of_moto(api: Api) -> None:
    from moto.s3.models import s3_backends

    api.call("s3", "create_bucket", Bucket="bucket")
    api.client("s3").put_object(Bucket="bucket", Key="a b/é", Body=b"x")
    [key] = s3_backends["123456789012"]["aws"].buckets["bucket"].keys.values()
    assert (key.name, key.value) == ("a b/é", b"x")


def test_a_call_is_carried_out_once(api: Api) -> None:
    """moto listens to the same event, and botocore asks everybody who listens."""
    before = len(api.call("ec2", "describe_vpcs")["Vpcs"])
    api.call("ec2", "create_vpc", CidrBlock="10.0.0.0/24")
    assert len(api.call("ec2", "describe_vpcs")["Vpcs"]) == before + 1


def test_what_is_asked_again_is_not_written_again_and_answered_anew(api: Api, monkeypatch: pytest.MonkeyPatch) -> None:
    asked = {"Filters": [{"Name": "cidr", "Values": ["10.0.0.0/24"]}]}
    assert api.call("ec2", "describe_vpcs", **asked)["Vpcs"] == []
    made = api.call("ec2", "create_vpc", CidrBlock="10.0.0.0/24")["Vpc"]["VpcId"]
    with monkeypatch.context() as patch:
        patch.setattr(api.client("ec2"), "_convert_to_request_dict", lambda *_: pytest.fail("written again"))
        assert [vpc["VpcId"] for vpc in api.call("ec2", "describe_vpcs", **asked)["Vpcs"]] == [made]
    asked["Filters"][0]["Values"] = ["10.0.1.0/24"]
    assert api.call("ec2", "describe_vpcs", **asked)["Vpcs"] == []


def test_sessions_share_what_is_read_of_a_service(api: Api) -> None:
    from botocore.loaders import create_loader
    from moto.core.utils import _load_service_model
    from moto.core.utils import create_loader as of_moto

    model = operation_model("ec2", "describe_vpcs").service_model._service_description
    assert create_loader().load_service_model("ec2", "service-2") is _load_service_model("ec2", "service-2") is model
    assert of_moto() is of_moto()


def test_outside_of_the_embedded_aws_nothing_is_served() -> None:
    assert not by_moto.enabled
    asked = {"method": "POST", "url": "https://ec2.us-east-1.amazonaws.com/", "headers": {}, "body": {"Action": "x"}}
    assert shortcuts._answer(asked, []) is None


ASKED: list[tuple[str, str, dict[str, Any]]] = [
    ("ec2", "describe_vpcs", {"VpcIds": ["vpc-0123456789abcdef0"]}),
    ("iam", "get_role", {"RoleName": "nobody"}),
    ("ssm", "get_parameter", {"Name": "/nothing"}),
    ("sqs", "get_queue_url", {"QueueName": "nothing"}),
    ("stepfunctions", "describe_state_machine", {"stateMachineArn": "arn:aws:states:us-east-1:123456789012:x:y"}),
    ("route53", "get_hosted_zone", {"Id": "Z0123"}),
    ("scheduler", "get_schedule", {"Name": "nothing"}),
    ("sns", "list_topics", {}),
    ("kms", "list_aliases", {}),
    ("logs", "put_retention_policy", {"logGroupName": "nothing", "retentionInDays": 7}),
    ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}),
]


@pytest.mark.parametrize(("service", "operation", "params"), ASKED)
def test_what_is_answered_or_refused_is_what_a_client_without_shortcuts_gets(
    api: Api, service: str, operation: str, params: dict[str, Any]
) -> None:
    """But for what differs from call to call."""
    import boto3

    long = boto3.client(
        service, "us-east-1", aws_access_key_id="a", aws_secret_access_key="b", config=BotocoreConfig(retries=ONCE)
    )
    found = []
    for client in (api.client(service), long):
        try:
            answer = getattr(client, operation)(**params)
        except ClientError as error:
            answer = {**error.response, "raised": (type(error).__name__, str(error))}
        metadata = answer["ResponseMetadata"]
        assert metadata.pop("RequestId")
        for name in ("x-amzn-requestid", "date", "x-amz-crc32", "content-type", "x-amzn-errortype"):
            metadata["HTTPHeaders"].pop(name, None)
        found.append(answer)
    assert found[0] == found[1]


@pytest.mark.parametrize(("service", "operation", "params"), [*CALLS, *ASKED])
def test_moto_knows_of_a_request_what_it_would_have_looked_for(
    api: Api, monkeypatch: pytest.MonkeyPatch, service: str, operation: str, params: dict[str, Any]
) -> None:
    """But for a query, which moto finds in every JSON and nobody reads there."""
    ours, seen = BaseResponse.setup_class, []

    def known(response: Any) -> dict[str, Any]:
        apart = ("_get_action", "_get_param", "response_headers")
        found = {name: value for name, value in vars(response).items() if name not in apart}
        if not response.form_data:
            del found["querystring"], found["data"]
        asked = [response._get_param(name, "nothing") for name in (*params, "other")]
        return {**found, "": (response._get_action(), [*response.response_headers], asked)}

    def both(response: Any, request: Any, *others: Any) -> None:
        long, kept = type(response)(), request.environ.pop(answers_without_text.KEPT)
        ours(long, request, *others)
        request.environ[answers_without_text.KEPT] = kept
        ours(response, request, *others)
        seen.append((known(response), known(long)))

    monkeypatch.setattr(BaseResponse, "setup_class", both)
    try:
        api.call(service, operation, **params)
    except ClientError:
        assert (service, operation, params) in ASKED
    assert seen[0][0] == seen[0][1]


@pytest.mark.parametrize("service", ["ec2", "events", "iam", "route53", "s3", "sns"])
def test_the_endpoint_of_a_call_is_the_one_that_the_rules_give(api: Api, service: str) -> None:
    """Of each bucket and event bus its own, wherever a parameter is part of it."""
    client = api.client(service)
    rules = client._ruleset_resolver  # type: ignore[attr-defined]
    given = [{}, {"Bucket": "one"}, {"Bucket": "two.three"}, {"EndpointId": "abc.def"}]
    for name in client.meta.service_model.operation_names:
        model = client.meta.service_model.operation_model(name)
        for params in given if model.context_parameters else [{}, {}]:
            found = []
            for resolve in (rules.construct_endpoint, functools.partial(type(rules).construct_endpoint, rules)):
                try:
                    found.append(resolve(operation_model=model, call_args=params, request_context={}))
                except BotoCoreError as error:
                    found.append(str(error))
            assert found[0] == found[1]
    model = api.client("ec2").meta.service_model.operation_model("DescribeVpcs")
    resolve = api.client("ec2")._ruleset_resolver.construct_endpoint  # type: ignore[attr-defined]
    assert resolve(model, {}, {}) is resolve(model, {}, {})


class DBThing:
    """What moto's models look like: attributes in snake case, some without the name of their class, and aliases."""

    class Meta:
        serialization_aliases: ClassVar = {"Size": "how_large"}

    identifier, some_name, how_large, nothing = "id", "name", 3, None


def test_members_are_found_as_moto_finds_them() -> None:
    from moto.core.utils import get_service_model

    for service, operation in (("rds", "DescribeDBInstances"), ("ec2", "DescribeVpcs"), ("wafv2", "GetWebACL")):
        model = get_service_model(service).operation_model(operation)
        serializer = serialize.get_serializer_class(service, model.service_model.metadata["protocol"])(
            model, value_picker=serialize.XFormedAttributePicker()
        )
        shapes = [model.output_shape]
        looked = 0
        while shapes:
            shape = shapes.pop()
            if shape.type_name == "list":
                shapes.append(shape.member)
            for name, member in shape.members.items() if shape.type_name == "structure" else ():
                member.parent = shape
                for value in (DBThing(), {name: 1}, {serialize.xform_name(name): 2}, {}, {name: None}):
                    context = serialize.AttributePickerContext(obj=value, key=name, shape=member, key_path="")
                    names, look = answers_without_text._where(serializer, value, name, member, shape)
                    assert look(value, names) == serializer._value_picker(context)
                    looked += 1
                if len(shapes) < 100:
                    shapes.append(member)
            if looked > 3_000:
                break


def test_random_texts_hold_what_they_did() -> None:
    from moto.core import responses
    from moto.moto_api._internal import mock_random

    with embedded_aws():
        assert len(mock_random.get_random_string(length=52)) == 52
        headers: dict[str, Any] = {}
        first, second = (responses.gen_amzn_requestid_long(headers) for _ in range(2))
        assert len(first) == len(second) == 52 and first != second == headers["x-amzn-requestid"]
        assert mock_random.get_random_string(200, include_digits=False, lower_case=True).isalpha()
        assert mock_random.get_random_string(200, lower_case=True).islower()


def test_tags_are_those_that_moto_finds_in_the_account(api: Api) -> None:
    from moto.ec2.models import ec2_backends

    backend = ec2_backends["123456789012"]["us-east-1"]
    tags = [{"ResourceType": "vpc", "Tags": [{"Key": key, "Value": "x"} for key in ("a", "b")]}]
    ids = [api.call("ec2", "create_vpc", CidrBlock="10.0.0.0/24", TagSpecifications=tags)["Vpc"]["VpcId"] for _ in "ab"]
    api.call("ec2", "delete_tags", Resources=ids[1:], Tags=[{"Key": "a"}, {"Key": "b"}])
    for vpc, number in zip(ids, (2, 0), strict=True):
        found = backend.vpcs[vpc].get_tags()
        assert found == backend.describe_tags(filters={"resource-id": [vpc]})
        assert len(found) == number


def test_messages_are_hidden_for_as_long_as_moto_hides_them(api: Api) -> None:
    from moto.core.utils import unix_time_millis

    url = api.call("sqs", "create_queue", QueueName="q")["QueueUrl"]
    for _ in range(2):
        api.call("sqs", "send_message", QueueUrl=url, MessageBody="x")
    asked = {"MessageSystemAttributeNames": ["SentTimestamp"], "VisibilityTimeout": 60}
    [message] = api.call("sqs", "receive_message", QueueUrl=url, **asked)["Messages"]
    assert abs(int(message["Attributes"]["SentTimestamp"]) - unix_time_millis()) < 60_000
    names = ["ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible"]
    found = api.call("sqs", "get_queue_attributes", QueueUrl=url, AttributeNames=names)["Attributes"]
    assert found == dict.fromkeys(names, "1")
