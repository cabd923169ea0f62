"""What resources of `wafv2` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

WAF = "aws:wafv2/webAcl:WebAcl"
MANAGED = {"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesCommonRuleSet"}}}
OWN = {"statement": {"rateBasedStatement": {"limit": 100}}}

CASES = [
    case(
        "aws:wafv2/webAclRuleGroupAssociation:WebAclRuleGroupAssociation",
        {"managedRuleGroup": {"name": "AWSManagedRulesBotControlRuleSet", "vendorName": "AWS"}},
        {"Rule group in a web ACL": "1.00", "Bot Control": "10.00"},
    ),
    case("aws:wafv2/webAclRule:WebAclRule", OWN, {"Rule in a web ACL": "1.00"}, id="a rule beside its acl"),
    case(
        "aws:wafv2/webAclRule:WebAclRule",
        {"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesBotControlRuleSet"}}},
        {"Rule group in a web ACL": "1.00", "Bot Control": "10.00"},
        id="a managed group beside its acl",
    ),
    case(WAF, {"rules": [OWN, OWN, OWN]}, {"Web ACL": "5.00", "Rules": "3.00"}, id="acl with own rules"),
    case(
        WAF,
        {"rules": [OWN, MANAGED, MANAGED]},
        {"Rules": "1.00", "Rule groups": "2.00", "Requests inspected": "0.60"},
        {"monthly_requests": 1_000_000},
        id="acl: a managed group bills once",
    ),
    case(
        WAF,
        {"rules": [{"statement": {"managedRuleGroupStatement": {"name": "AWSManagedRulesBotControlRuleSet"}}}]},
        {"Bot Control": "10.00", "Bot Control requests (common)": "20.00"},
        {"monthly_requests": 20_000_000},
        id="bot control",
    ),
    case(
        "aws:wafv2/ruleGroup:RuleGroup",
        {"rules": [OWN, OWN]},
        {"Rules": "2.00", "Place of the rule group": "1.00"},
        id="rule group without an acl",
    ),
]
