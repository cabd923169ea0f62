"""Target groups and listener rules."""

import json

import pytest

RULE = "aws:lb/listenerRule:ListenerRule"


def splitting(graph):
    return [rule for rule in graph.of_type(RULE) if rule.name.startswith("plant-split")]


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_each_rule_names_both_target_groups_from_the_start(graph, stack):
    whole = graph(stack)
    for rule in splitting(whole):
        forward = rule.get("actions[1].forward")
        assert [group["weight"] for group in forward["targetGroups"]] == [100, 0]
        assert {target.name for target in whole.referenced(rule, "actions", "aws:lb/targetGroup:TargetGroup")} == {
            "plant-split-stable",
            "plant-split-canary",
        }


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_pulumi_leaves_live_weights_alone(graph, stack):
    for rule in splitting(graph(stack)):
        assert rule.options["ignoreChanges"] == ["actions"]


@pytest.mark.parametrize(
    ("setting", "value"),
    [
        ("plant:edge.authentication.issuer", "https://other.example.com/"),
        ("plant:edge.authentication.audience", "other-api"),
        ("plant:fleet.service_port", "9443"),
    ],
    ids=["issuer", "audience", "port, and so both target groups"],
)
def test_new_token_check_or_target_group_replaces_the_rules_that_ignore_actions(dev, setting, value):
    from deployment.reader import graph_from_json
    from workbench.preview.changes import Operation, compare
    from workbench.preview.synthesis import synthesize

    changed = graph_from_json(synthesize("dev", overrides={setting: value}), setting)
    found = {change.resource.name: change.operation for change in compare(dev, changed)}
    assert found["plant-split-read"] == found["plant-split-write"] == Operation.REPLACE


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_rules_follow_both_target_groups_and_leave_before_their_successors_come(graph, stack):
    whole = graph(stack)
    groups = {group.urn for group in whole.of_type("aws:lb/targetGroup:TargetGroup")}
    for rule in splitting(whole):
        assert set(rule.options["replaceWith"]) == groups
        assert rule.options["deleteBeforeReplace"] is True  # the priority is taken as long as the old one exists


@pytest.mark.parametrize(
    ("route", "scope", "methods"), [("read", "plant.read", ["GET", "HEAD"]), ("write", "plant.write", None)]
)
def test_each_route_asks_for_a_token_with_its_scope(dev, one, route, scope, methods):
    rule = one(dev, RULE, f"plant-split-{route}")
    action = rule.get("actions[0]")
    assert (action["type"], action["order"]) == ("jwt-validation", 1)
    claims = {claim["name"]: claim["values"] for claim in action["jwtValidation"]["additionalClaims"]}
    assert claims == {"aud": ["plant-api"], "scope": [scope]}
    found = [
        condition["httpRequestMethod"]["values"]
        for condition in rule.get("conditions")
        if "httpRequestMethod" in condition
    ]
    assert found == ([methods] if methods else [])


def test_reading_comes_first_so_that_all_else_needs_the_write_scope(dev, one):
    assert one(dev, RULE, "plant-split-read").get("priority") < one(dev, RULE, "plant-split-write").get("priority")


@pytest.mark.parametrize("stack", ["dev", "prod"])
def test_rules_stay_within_five_condition_values(graph, stack):
    # Elastic Load Balancing quota: 5 condition values a rule.
    for rule in graph(stack).of_type(RULE):
        together = [inner for condition in rule.get("conditions") for inner in condition.values()]
        values = [value for inner in together for value in (inner["values"] if isinstance(inner, dict) else inner)]
        assert len(values) <= 5


@pytest.mark.parametrize("stack", ["dev", "prod", "parked"])
def test_target_groups_always_exist_and_speak_tls(graph, stack):
    groups = graph(stack).of_type("aws:lb/targetGroup:TargetGroup")
    assert sorted(group.name for group in groups) == ["plant-split-canary", "plant-split-stable"]
    for group in groups:
        assert (group.get("protocol"), group.get("healthCheck.protocol")) == ("HTTPS", "HTTPS")
        assert group.get("healthCheck.path") == "/healthz"


@pytest.fixture(scope="module")
def with_browser():
    from deployment.reader import graph_from_json
    from workbench.preview.synthesis import synthesize

    browser = {
        "user_pool_arn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc",
        "user_pool_client_id": "abc",
        "user_pool_domain": "plant",
    }
    overrides = {f"plant:edge.authentication.browser.{key}": value for key, value in browser.items()}
    return graph_from_json(synthesize("dev", overrides=overrides), "with a sign-in page")


def test_people_in_browsers_sign_in_with_cognito(with_browser, one):
    rule = one(with_browser, RULE, "plant-split-browser")
    assert rule.get("actions[0].type") == "authenticate-cognito"
    assert rule.get("actions[0].authenticateCognito.onUnauthenticatedRequest") == "authenticate"
    assert {"pathPattern": {"values": ["/app/*"]}} in rule.get("conditions")


def test_rollout_keeps_the_sign_in_when_it_moves_the_weights(with_browser, one):
    machine = one(with_browser, "aws:sfn/stateMachine:StateMachine", "plant-rollout-machine")
    back = json.loads(machine.get("definition"))["States"]["Plan"]["Result"]["back"]
    assert [rule["Actions"][0]["Type"] for rule in back] == ["jwt-validation", "jwt-validation", "authenticate-cognito"]
    assert back[2]["Actions"][0]["AuthenticateCognitoConfig"]["UserPoolDomain"] == "plant"


def test_whoever_changes_the_rule_of_a_sign_in_may_read_its_pool(with_browser):
    asked = {
        holder.name: said["Resource"]
        for holder in with_browser.of_type("aws:iam/rolePolicy:RolePolicy", "aws:iam/policy:Policy")
        for said in json.loads(holder.get("policy"))["Statement"]
        if "cognito-idp:DescribeUserPoolClient" in said["Action"]
    }
    assert set(asked) == {"plant-boundary-policy", "plant-ci-deploy-denials", "plant-rollout-workflow-policy"}
    pool = "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc"
    assert all([arn for arn in arns if ":cognito-idp:" in arn] == [pool] for arns in asked.values())
