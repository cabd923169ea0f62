"""What resources of `waf` cost a month: us-east-1, list prices, 730 hours."""

from ._case import case

CASES = [
    *(
        case(
            f"aws:{module}/webAcl:WebAcl",
            {"rules": [{"type": "REGULAR"}, {"type": "RATE_BASED"}, {"type": "GROUP"}, {"type": "GROUP"}]},
            {"Web ACL": "5.00", "Rules": "7.00", "Rule groups": "2.00", "Requests inspected": "0.60"},
            {"rule_group_rules": 5, "monthly_requests": 1_000_000},
            id=f"classic web ACL ({module})",
        )
        for module in ("waf", "wafregional")
    ),
]
