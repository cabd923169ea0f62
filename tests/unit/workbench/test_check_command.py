"""`./plant check`: statuses, formats, and errors that people can act on."""

import json
from pathlib import Path

import pytest

from policies.registry import every_rule
from workbench.cli.main import run

ALB = "aws:lb/loadBalancer:LoadBalancer"
SSM = "aws:ssm/parameter:Parameter"
UNKNOWN_BOOLEAN = "1c4a061d-8072-4f0a-a4cb-0ff528b18fe7"


def state(label, token, **inputs):
    urn = f"urn:pulumi:other::project::{token}::{label}"
    return {"urn": urn, "type": token, "custom": True, "id": label, "inputs": inputs, "outputs": inputs}


def write(path, *states):
    provider = state("aws", "pulumi:providers:aws", region="us-east-1")
    for one in states:
        one["provider"] = f"{provider['urn']}::id"
    document = {"version": 3, "deployment": {"manifest": {}, "resources": [provider, *states]}}
    path.write_text(json.dumps(document))
    return str(path)


@pytest.fixture
def fine(tmp_path):
    return write(tmp_path / "fine.json", state("limits", SSM, type="String", name="/limits", value="{}"))


@pytest.fixture
def broken(tmp_path):
    return write(tmp_path / "broken.json", state("alb", ALB, subnets=["a", "b"], desyncMitigationMode="monitor"))


STRICT = ("--profile", "strict")
"""Whoever writes neither our stack nor asks for it is advised of what is unsafe only in some places."""


def test_a_fine_stack_passes_with_status_0(fine, capsys):
    assert run(["check", fine]) == 0
    assert capsys.readouterr().out.endswith("verdict: pass\n")


def test_a_broken_mandatory_rule_blocks_with_status_1_and_names_the_property(broken, capsys):
    assert run(["check", broken, *STRICT]) == 1
    told = capsys.readouterr().out
    assert "edge-desync-mitigation  [high]  alb" in told
    assert "desyncMitigationMode is monitor; set it to strictest or defensive" in told
    assert max(map(len, told.splitlines())) <= 80 or broken in told


def test_what_is_wrong_with_many_resources_alike_is_told_once(tmp_path, capsys):
    balancers = [state(f"alb{number}", ALB, subnets=["a", "b"], desyncMitigationMode="monitor") for number in range(60)]
    file = write(tmp_path / "many.json", *balancers)
    assert run(["check", file, *STRICT]) == 1
    told = capsys.readouterr().out
    assert told.count("desyncMitigationMode is monitor") == 1
    assert "edge-desync-mitigation  [high]  alb0, alb1, and 58 others" in told
    assert "--format json names every resource" in " ".join(told.split())
    assert "blocked" in told.partition("Blocks")[0]
    assert run(["check", write(tmp_path / "few.json", *balancers[:3]), *STRICT]) == 1
    assert capsys.readouterr().out.count("desyncMitigationMode is monitor") == 3


def test_a_program_that_names_no_region_is_judged_all_the_same(tmp_path, capsys):
    file = tmp_path / "nowhere.json"
    topic = state("alerts", "aws:sns/topic:Topic")
    file.write_text(json.dumps({"version": 3, "deployment": {"resources": [topic]}}))
    assert run(["check", str(file)]) == 0
    assert "data-topic-encrypted" in capsys.readouterr().out


def test_whose_words_the_findings_use_is_told(broken, fine, deployment, tmp_path, capsys):
    """A file does not tell which setting made a property; the preview of our own stacks does."""
    run(["check", broken])
    assert "security_group_id for securityGroupId" in " ".join(capsys.readouterr().out.split())
    run(["check", fine])
    assert "securityGroupId" not in capsys.readouterr().out
    own = tmp_path / "prod.json"
    own.write_text(json.dumps(deployment("prod")))
    run(["check", str(own)])
    assert "./plant preview --stack prod" in " ".join(capsys.readouterr().out.split())


def test_a_waiver_is_told_once_for_each_resource_with_its_reason(deployment, tmp_path, capsys):
    path = tmp_path / "dev.json"
    path.write_text(json.dumps(deployment("dev")))
    assert run(["check", str(path)]) == 0
    told = capsys.readouterr().out
    assert told.count("iam-no-wildcard-actions  plant-ci-deploy-policy") == 1
    assert "the list\n    of single actions exceeds" in told
    assert max(map(len, told.splitlines()[1:])) <= 80


def test_json_has_the_stable_shape(broken, capsys):
    assert run(["check", broken, "--format", "json", *STRICT]) == 1
    document = json.loads(capsys.readouterr().out)
    assert document["verdict"] == "blocked"
    assert document["policies"]["waived"] == []
    for violation in document["policies"]["violations"]:
        assert set(violation) == {"id", "urn", "message", "enforcement", "severity"}


def test_several_files_are_judged_each_and_block_together(fine, broken, capsys):
    assert run(["check", fine, broken, "--format", "json", *STRICT]) == 1
    documents = json.loads(capsys.readouterr().out)
    assert [document["verdict"] for document in documents] == ["pass", "blocked"]


def test_sarif_is_what_code_scanning_reads(broken, capsys):
    assert run(["check", broken, "--format", "sarif", *STRICT]) == 1
    log = json.loads(capsys.readouterr().out)
    assert log["version"] == "2.1.0"
    [one_run] = log["runs"]
    assert one_run["automationDetails"] == {"id": f"plant-policies/{Path(broken).stem}/"}
    driver = one_run["tool"]["driver"]
    assert [rule["id"] for rule in driver["rules"]] == [rule.id for rule in every_rule()]
    fingerprints = set()
    for result in one_run["results"]:
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("error", "warning")
        assert result["message"]["text"]
        location = result["locations"][0]
        assert location["physicalLocation"]["region"]["startLine"] == 1
        assert location["logicalLocations"][0]["fullyQualifiedName"]
        fingerprints.add(result["partialFingerprints"]["plantFinding/v1"])
    assert len(fingerprints) == len(one_run["results"]) > 3


@pytest.fixture
def sarif_of(capsys, monkeypatch, tmp_path):
    """SARIF log of a file that is called `name` below the folder the command runs in."""
    monkeypatch.chdir(tmp_path)

    def log(document, name="states/a stack.json"):
        file = tmp_path / name
        file.parent.mkdir(exist_ok=True)
        file.write_text(json.dumps(document))
        assert run(["check", name, "--format", "sarif"]) in (0, 1)
        return json.loads(capsys.readouterr().out)

    return log


def break_some(document):
    resources = document["deployment"]["resources"]
    for state in resources:
        if state["type"] == ALB:
            state["inputs"] |= {"desyncMitigationMode": "monitor", "dropInvalidHeaderFields": UNKNOWN_BOOLEAN}
        if state["type"] == "aws:kms/key:Key":
            state["inputs"]["enableKeyRotation"] = False
    return document


@pytest.mark.parametrize("broken", [False, True], ids=["as declared", "broken"])
@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_sarif_has_what_the_standard_and_code_scanning_require(deployment, sarif_of, stack, broken):
    """SARIF 2.1.0 sections 3.13 to 3.49, and GitHub Docs, "SARIF support for code scanning" (read 2026-11)."""
    document = deployment(stack)
    log = sarif_of(break_some(document) if broken else document)
    assert log["version"] == "2.1.0"
    assert log["$schema"].endswith("sarif-schema-2.1.0.json")
    [one_run] = log["runs"]
    driver = one_run["tool"]["driver"]
    assert driver["name"] and driver["version"]
    assert len(driver["rules"]) <= 25_000 and len(one_run["results"]) <= 25_000
    assert len({rule["id"] for rule in driver["rules"]}) == len(driver["rules"])
    assert any(result["level"] == "error" and "suppressions" not in result for result in one_run["results"]) is (
        broken and stack != "prod"
    )
    for result in one_run["results"]:
        assert set(result) - {"suppressions"} == {
            "ruleId", "ruleIndex", "level", "message", "locations", "partialFingerprints"
        }  # fmt: skip
        assert driver["rules"][result["ruleIndex"]]["id"] == result["ruleId"]
        assert result["level"] in ("none", "note", "warning", "error")
        [location] = result["locations"]
        artifact = location["physicalLocation"]["artifactLocation"]
        assert artifact == {"uri": "states/a%20stack.json", "uriBaseId": "%SRCROOT%"}
        assert location["physicalLocation"]["region"]["startLine"] >= 1
        assert all(value and isinstance(value, str) for value in result["partialFingerprints"].values())
    fingerprints = [json.dumps(result["partialFingerprints"]) for result in one_run["results"]]
    assert len(set(fingerprints)) == len(fingerprints)


def test_rules_in_sarif_carry_help_severity_and_the_controls_they_answer(deployment, sarif_of):
    descriptors = sarif_of(deployment("parked"))["runs"][0]["tool"]["driver"]["rules"]
    for rule, descriptor in zip(every_rule(), descriptors, strict=True):
        properties = descriptor["properties"]
        assert descriptor["help"]["text"] == rule.fix
        assert rule.why in descriptor["help"]["markdown"]
        assert set(rule.frameworks) <= set(properties["tags"])
        assert len(properties["tags"]) <= 20
        assert len(descriptor["shortDescription"]["text"]) <= 1024
        assert len(descriptor["fullDescription"]["text"]) <= 1024
        assert properties["precision"] in ("very-high", "high", "medium", "low")
        assert ("security-severity" in properties) is ("security" in properties["tags"])
        assert 0 < float(properties.get("security-severity", "1")) <= 10
    by_id = {descriptor["id"]: descriptor["properties"] for descriptor in descriptors}
    assert {"security", "edge", "checkov:CKV_AWS_91"} <= set(by_id["edge-access-logs"]["tags"])
    assert "security" not in by_id["cost-expected-within-budget"]["tags"]


def test_the_same_finding_has_the_same_fingerprint_in_another_run(deployment, sarif_of):
    def fingerprints():
        results = sarif_of(break_some(deployment("dev")))["runs"][0]["results"]
        return [(result["ruleId"], result["partialFingerprints"]) for result in results]

    assert fingerprints() == fingerprints()


def test_a_file_elsewhere_is_named_by_its_whole_address(sarif_of, deployment, tmp_path, monkeypatch, capsys):
    sarif_of(deployment("parked"), "parked.json")
    elsewhere = tmp_path / "elsewhere"
    elsewhere.mkdir()
    monkeypatch.chdir(elsewhere)
    run(["check", str(tmp_path / "parked.json"), "--format", "sarif"])
    result = json.loads(capsys.readouterr().out)["runs"][0]["results"][0]
    uri = result["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == (tmp_path / "parked.json").as_uri()


def test_waived_violations_are_in_sarif_suppressed_with_their_reason(deployment, tmp_path, capsys):
    file = tmp_path / "dev.json"
    file.write_text(json.dumps(deployment("dev")))
    assert run(["check", str(file), "--format", "sarif"]) == 0
    results = json.loads(capsys.readouterr().out)["runs"][0]["results"]
    suppressed = [result for result in results if "suppressions" in result]
    assert suppressed
    assert all("Owner: plant-api-team; until" in result["suppressions"][0]["justification"] for result in suppressed)


@pytest.mark.parametrize("rule", every_rule(), ids=lambda rule: rule.id)
def test_every_rule_can_be_explained(rule, capsys):
    assert run(["check", "--explain", rule.id]) == 0
    told = capsys.readouterr().out
    for part in ("Why", "Fix", "Passes", "Fails", "Source"):
        assert f"\n{part}\n" in told


def test_an_unknown_rule_gets_a_suggestion_and_status_2(capsys):
    assert run(["check", "--explain", "edge-acces-logs"]) == 2
    assert "did you mean edge-access-logs" in capsys.readouterr().err


def test_the_list_has_every_rule_with_its_controls(capsys):
    assert run(["check", "--list", "--format", "json"]) == 0
    listed = json.loads(capsys.readouterr().out)
    assert [entry["id"] for entry in listed] == [rule.id for rule in every_rule()]
    assert "checkov:CKV_AWS_91" in next(entry for entry in listed if entry["id"] == "edge-access-logs")["frameworks"]


@pytest.mark.parametrize(
    ("content", "says"),
    [
        pytest.param("", "not readable as JSON", id="empty"),
        pytest.param("[]", "not a Pulumi deployment", id="a list"),
        pytest.param('{"resources": [{"type": 3}]}', "resource", id="a resource without urn"),
    ],
)
def test_a_bad_file_is_one_line_and_status_2(tmp_path, capsys, content, says):
    file = tmp_path / "bad.json"
    file.write_text(content)
    assert run(["check", str(file)]) == 2
    captured = capsys.readouterr()
    assert captured.out == ""
    assert says in captured.err and str(file) in captured.err


def test_no_file_is_a_usage_error(capsys):
    assert run(["check"]) == 2
    assert "at least one FILE" in capsys.readouterr().err


def test_a_bad_pack_configuration_names_every_problem(fine, tmp_path, capsys):
    config = tmp_path / "config.json"
    config.write_text(
        json.dumps(
            {
                "edge-acces-logs": "mandatory",
                "edge-access-logs": "sometimes",
                "pack-settings": {"monthlyLimitUsd": "-1", "limit": 3},
            }
        )
    )
    assert run(["check", fine, "--policy-pack-config", str(config)]) == 2
    told = capsys.readouterr().err
    for expected in ("edge-acces-logs: no such rule", "'sometimes'", "monthlyLimitUsd", "limit"):
        assert expected in told


def test_pack_configuration_can_make_a_rule_advisory(broken, tmp_path):
    config = tmp_path / "config.json"
    config.write_text(json.dumps({"all": "advisory"}))
    assert run(["check", broken, "--policy-pack-config", str(config)]) == 0
