"""Web ACL of a dedicated stack, rule group of a shared one."""

from deployment.reader import graph_from_json
from workbench.preview.synthesis import synthesize


def test_web_acl_has_the_rules_of_the_story_in_order(dev, one):
    acl = one(dev, "aws:wafv2/webAcl:WebAcl")
    names = [rule["name"] for rule in sorted(acl.get("rules"), key=lambda rule: rule["priority"])]
    assert names == [
        "maintenance",
        "rate-per-ip",
        "rate-per-user",
        "rate-heavy-path",
        "page-size",
        "body-size",
        "AWSManagedRulesCommonRuleSet",
        "AWSManagedRulesKnownBadInputsRuleSet",
        "AWSManagedRulesAnonymousIpList",
    ]
    assert all(rule["visibilityConfig"]["cloudwatchMetricsEnabled"] for rule in acl.get("rules"))


def test_web_acl_protects_the_load_balancer(dev, one):
    association = one(dev, "aws:wafv2/webAclAssociation:WebAclAssociation")
    assert dev.referenced(association, "resourceArn", "aws:lb/loadBalancer:LoadBalancer")


def test_log_never_holds_a_token(dev, one):
    logging = one(dev, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    assert logging.get("redactedFields") == [
        {"singleHeader": {"name": "authorization"}},
        {"singleHeader": {"name": "cookie"}},
    ]
    assert logging.get("loggingFilter.defaultBehavior") == "DROP"


def test_log_never_holds_the_key_that_tells_users_apart(one):
    overrides = {"plant:firewall.user_header": "x-api-key"}
    graph = graph_from_json(synthesize("dev", overrides=overrides), "api keys")
    logging = one(graph, "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration")
    redacted = [found["singleHeader"]["name"] for found in logging.get("redactedFields")]
    assert redacted == ["authorization", "cookie", "x-api-key"]


def test_maintenance_page_is_off_until_a_window_fills_the_sets(dev):
    sets = dev.of_type("aws:wafv2/ipSet:IpSet")
    assert sorted(found.get("ipAddressVersion") for found in sets) == ["IPV4", "IPV6"]
    for found in sets:
        assert found.inputs.get("addresses", []) == []
        assert found.options["ignoreChanges"] == ["addresses"]


def test_shared_stack_pays_for_one_rule_in_a_group(prod, one):
    group = one(prod, "aws:wafv2/ruleGroup:RuleGroup")
    assert [rule["name"] for rule in group.get("rules")] == ["rate-per-ip"]
    assert not prod.of_type("aws:wafv2/ipSet:IpSet")
    assert not prod.of_type("aws:wafv2/webAclAssociation:WebAclAssociation")


def test_rule_of_the_platforms_web_acl_leaves_other_services_alone(one):
    every = '["rate-per-ip", "page-size", "rate-per-user", "rate-heavy-path"]'
    graph = graph_from_json(synthesize("prod", overrides={"plant:firewall.rule_group_rules": every}), "rule group")
    rules = one(graph, "aws:wafv2/ruleGroup:RuleGroup").get("rules")
    assert len(rules) == 4
    for rule in rules:
        scope = rule["statement"].get("rateBasedStatement", {}).get("scopeDownStatement", rule["statement"])
        # Either this host and something else, or, for a rate, this host alone.
        to_host, *_ = scope.get("andStatement", {"statements": [scope]})["statements"]
        assert to_host["byteMatchStatement"]["searchString"] == "api.plant.example.com", rule["name"]
        assert to_host["byteMatchStatement"]["fieldToMatch"] == {"singleHeader": {"name": "host"}}, rule["name"]


def test_addresses_of_clouds_are_counted_unless_asked_for(dev, one):
    refusing = graph_from_json(synthesize("dev", overrides={"plant:firewall.block_hosting_providers": "true"}), "x")
    overridden = [
        rule["statement"]["managedRuleGroupStatement"].get("ruleActionOverrides", [])
        for graph in (dev, refusing)
        for rule in one(graph, "aws:wafv2/webAcl:WebAcl").get("rules")
        if rule["name"] == "AWSManagedRulesAnonymousIpList"
    ]
    assert overridden == [[{"name": "HostingProviderIPList", "actionToUse": {"count": {}}}], []]


def test_association_goes_before_another_takes_its_place(graph, one):
    # DisassociateWebACL names the load balancer alone: afterwards it would take the new firewall off.
    assert one(graph("dev"), "aws:wafv2/webAclAssociation:WebAclAssociation").options["deleteBeforeReplace"] is True
