"""What AWS requires and accepts is what the pinned SDK and botocore say, for every type; it is read fast."""

import importlib.metadata
import importlib.util
import json
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from deployment import tokens
from deployment.graph import Resource
from deployment.unknown import UNKNOWN
from deployment.values import HIDDEN_VALUE, readable
from policies.property_schema import FOLDER, holders, is_sound, refused, row_of, takes_tags
from policies.registry import rules
from workbench.cli.main import main
from workbench.schema import tables
from workbench.schema.sdk import camel, modules


@pytest.fixture(scope="module")
def read():
    """All modules, read once: it takes a second and a half."""
    return list(modules())


def test_the_documents_are_what_the_pinned_sdk_and_botocore_say(capsys, read, monkeypatch):
    monkeypatch.setattr(tables, "modules", lambda: read)
    with pytest.raises(SystemExit) as ended:
        main(["schema", "check"])
    assert ended.value.code in (0, None), capsys.readouterr().err


def test_the_documents_name_the_versions_that_are_installed():
    named = json.loads((FOLDER / "versions.json").read_text())
    assert named == {name: importlib.metadata.version(name) for name in named} and len(named) == 2


def test_every_type_with_a_required_property_is_there():
    documents = [json.loads(path.read_text()) for path in (FOLDER / "aws").glob("*.json")]
    types = {token for document in documents for token in document["resources"]}
    assert len(types) > 1_400


@pytest.mark.parametrize(
    ("token", "path", "value", "taken"),
    [
        pytest.param("aws:lb/listener:Listener", "protocol", "HTTPS", True, id="of an enumeration"),
        pytest.param("aws:lb/listener:Listener", "protocol", "SMTP", False, id="of no enumeration"),
        pytest.param("aws:lb/listener:Listener", "port", 70_000, False, id="out of bounds"),
        pytest.param("aws:lb/loadBalancer:LoadBalancer", "loadBalancerType", "network", True, id="of its owner"),
        pytest.param("aws:lb/loadBalancer:LoadBalancer", "loadBalancerType", "classic", False, id="of no such kind"),
        pytest.param("aws:lb/listener:Listener", "port", UNKNOWN, True, id="not known yet"),
        pytest.param("aws:s3/bucket:Bucket", "acl", "log-delivery-write", True, id="told by the SDK alone"),
        pytest.param("aws:iam/role:Role", "name", "r" * 65, False, id="too long"),
    ],
)
def test_a_value_is_taken_or_refused(token, path, value, taken):
    rule = row_of(token)[0]["properties"][path]
    assert (refused(rule, value) == "") is taken


def test_objects_are_judged_wherever_they_are():
    inputs = {"rules": [{"statement": {"orStatement": {"statements": [{"geoMatchStatement": {}}]}}}]}
    paths = [path for path, _, asked in holders("aws:wafv2/webAcl:WebAcl", inputs) if "countryCodes" in str(asked)]
    assert paths == ["rules[0].statement.orStatement.statements[0].geoMatchStatement."]


def test_what_cannot_be_read_is_looked_at_closer():
    listener = Resource(
        "urn:https", tokens.LISTENER[0], "https", {"loadBalancerArn": "arn", "defaultActions": [], "port": 443}
    )
    forwarding = {**listener.inputs, "defaultActions": [{"type": "forward"}]}
    assert is_sound(replace(listener, inputs=forwarding), None)
    assert not is_sound(listener, None)
    assert not is_sound(replace(listener, inputs=readable({**forwarding, "defaultActions": [HIDDEN_VALUE]})), None)


def test_names_that_a_program_chooses_are_no_properties():
    inputs = {"botId": "b", "localeSpecification": {"en_US": {"sourceBotVersion": "DRAFT"}}}
    assert [path for path, _, _ in holders("aws:lex/v2modelsBotVersion:V2modelsBotVersion", inputs)] == [""]


def test_what_has_tags_is_known_from_the_sdk():
    assert takes_tags("aws:rds/instance:Instance") and not takes_tags("aws:iam/rolePolicy:RolePolicy")
    assert not takes_tags("kubernetes:core/v1:Pod") and not takes_tags("aws:none/such:Type")


def test_a_document_is_read_when_its_first_type_is_asked_for():
    script = "from policies.property_schema import _module, row_of; row_of('aws:lb/listener:Listener'); "
    script += "print(_module.cache_info().currsize)"
    assert subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True).stdout == "1\n"


def test_rows_are_found_whatever_the_sdk_had_to_call_its_modules_and_classes():
    assert "role" in row_of("aws:lambda/function:Function")[0]["required"]  # the module is lambda_
    assert "targetBucket" in row_of("aws:s3/bucketLogging:BucketLogging")[0]["required"]  # its class, InitArgs


@pytest.fixture(scope="module")
def sdk(read):
    """Type token -> its properties, and those of the objects of its module."""
    return {token: (one.resources[token], one.objects) for one in read for token in one.resources}


def test_every_type_token_is_one_that_the_sdk_has(sdk):
    """Or that one of its types was called before, and has as an alias."""
    known = set(sdk)
    folder = Path(importlib.util.find_spec("pulumi_aws").submodule_search_locations[0])
    for module in ("lb", "alb", "elb"):
        for file in (folder / module).glob("*.py"):
            known |= set(re.findall(r'Alias\(type_="(aws:[^"]+)"', file.read_text(encoding="utf-8")))
    named = [value for name, value in vars(tokens).items() if name.isupper()]
    ours = {token for value in named for token in ((value,) if isinstance(value, str) else value)}
    assert {token for token in ours if token.startswith("aws:")} <= known


def unknown_properties(value, known, objects, path=""):
    """Paths in `value`, the properties of a resource or of an object inside it, that are not among `known`."""
    for name, inner in value.items():
        # In deep objects the SDK leaves names as the program wrote them.
        found = next((one for one in known if one.name in (name, camel(name))), None)
        if found is None:
            yield path + name
        for one in inner if isinstance(inner, list) else [inner]:
            if isinstance(one, dict) and found is not None and found.holds in objects:
                yield from unknown_properties(one, objects[found.holds], objects, f"{path}{name}.")


def test_every_property_that_a_rule_asks_for_is_one_that_the_sdk_has(sdk):
    """A row's examples follow from its path, so a misspelt one would pass them and fail all programs.

    A rule about several types may ask for what one of them has.
    """
    misspelt = {
        f"{rule.id}: {token} has no {path}"
        for rule in rules()
        for example in (rule.passing, *rule.also_passing)
        for token, inputs, *_ in example.values()
        if token in sdk
        for path in unknown_properties(inputs, *sdk[token])
        if not any(one.name == path for other in rule.types if other in sdk for one in sdk[other][0])
    }
    assert not misspelt
