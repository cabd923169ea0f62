"""Web ACLs as shops have them: countries, addresses, bots, rates, own groups; one for CloudFront, one for an API."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import allow, trust

VISIBLE = {"cloudwatch_metrics_enabled": True, "sampled_requests_enabled": True}

TWINS = {
    "a rule without an end": {"shop.rules[2].action": None},
    "a rule that negates nothing": {"shop.rules[0].statement.notStatement.statement": None},
    "a bucket that anybody reads": {
        "waf-logs.policy": json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [{"Effect": "Allow", "Principal": "*", "Action": "s3:GetObject", "Resource": "*"}],
            }
        )
    },
}


def visible(name):
    return {**VISIBLE, "metric_name": name}


def program():
    office = aws.wafv2.IpSet(
        "office", scope="REGIONAL", ip_address_version="IPV4", addresses=["192.0.2.0/24", "198.51.100.7/32"]
    )
    paths = aws.wafv2.RegexPatternSet(
        "admin", scope="REGIONAL", regular_expressions=[{"regex_string": "^/admin(/|$)"}, {"regex_string": "^/wp-"}]
    )
    group = aws.wafv2.RuleGroup(
        "uploads",
        scope="REGIONAL",
        capacity=50,
        rules=[
            {
                "name": "large",
                "priority": 0,
                "action": {"block": {"custom_response": {"response_code": 413}}},
                "statement": {
                    "size_constraint_statement": {
                        "comparison_operator": "GT",
                        "size": 8192,
                        "field_to_match": {"body": {"oversize_handling": "MATCH"}},
                        "text_transformations": [{"priority": 0, "type": "NONE"}],
                    }
                },
                "visibility_config": visible("large"),
            }
        ],
        visibility_config=visible("uploads"),
    )
    from_office = aws.wafv2.WebAclRuleStatementArgs(
        ip_set_reference_statement=aws.wafv2.WebAclRuleStatementIpSetReferenceStatementArgs(arn=office.arn)
    )
    shop = aws.wafv2.WebAcl(
        "shop",
        scope="REGIONAL",
        default_action={"allow": {}},
        rules=[
            {
                "name": "abroad",
                "priority": 40,
                "action": {"count": {}},
                "statement": {"not_statement": {"statement": {"geo_match_statement": {"country_codes": ["DE", "AT"]}}}},
                "visibility_config": visible("abroad"),
            },
            {
                "name": "managed",
                "priority": 0,
                "override_action": {"none": {}},
                "statement": {
                    "managed_rule_group_statement": {
                        "vendor_name": "AWS",
                        "name": "AWSManagedRulesCommonRuleSet",
                        "rule_action_overrides": [{"name": "SizeRestrictions_BODY", "action_to_use": {"count": {}}}],
                        "scope_down_statement": {"not_statement": {"statements": [from_office]}},
                    }
                },
                "visibility_config": visible("managed"),
            },
            {
                "name": "admin-from-office",
                "priority": 1,
                "action": {"block": {}},
                "statement": {
                    "and_statement": {
                        "statements": [
                            {
                                "regex_pattern_set_reference_statement": {
                                    "arn": paths.arn,
                                    "field_to_match": {"uri_path": {}},
                                    "text_transformations": [{"priority": 0, "type": "LOWERCASE"}],
                                }
                            },
                            {"not_statement": {"statements": [from_office]}},
                        ]
                    }
                },
                "visibility_config": visible("admin"),
            },
            {
                "name": "rate",
                "priority": 2,
                "action": {"captcha": {}},
                "statement": {
                    "rate_based_statement": {
                        "limit": 2000,
                        "aggregate_key_type": "FORWARDED_IP",
                        "forwarded_ip_config": {"header_name": "X-Forwarded-For", "fallback_behavior": "MATCH"},
                    }
                },
                "visibility_config": visible("rate"),
            },
            {
                "name": "own",
                "priority": 3,
                "override_action": {"count": {}},
                "statement": {"rule_group_reference_statement": {"arn": group.arn}},
                "visibility_config": visible("own"),
            },
            {
                "name": "countries",
                "priority": 4,
                "action": {"block": {}},
                "rule_labels": [{"name": "acme:country"}],
                "statement": {"geo_match_statement": {"country_codes": ["KP", "SY"]}},
                "visibility_config": visible("countries"),
            },
            {
                "name": "injections",
                "priority": 5,
                "action": {"block": {}},
                "statement": {
                    "or_statement": {
                        "statements": [
                            {
                                kind: {
                                    "field_to_match": {"all_query_arguments": {}},
                                    "text_transformations": [
                                        {"priority": 0, "type": "URL_DECODE"},
                                        {"priority": 1, "type": "HTML_ENTITY_DECODE"},
                                    ],
                                }
                            }
                            for kind in ("sqli_match_statement", "xss_match_statement")
                        ]
                    }
                },
                "visibility_config": visible("injections"),
            },
            {
                "name": "labelled",
                "priority": 6,
                "action": {"count": {"custom_request_handling": {"insert_headers": [{"name": "bot", "value": "1"}]}}},
                "statement": {"label_match_statement": {"scope": "LABEL", "key": "awswaf:managed:aws:core-rule-set:"}},
                "visibility_config": visible("labelled"),
            },
        ],
        visibility_config=visible("shop"),
        token_domains=["acme.example"],
    )
    api = aws.apigateway.RestApi("shop")
    deployment = aws.apigateway.Deployment("shop", rest_api=api.id)
    stage = aws.apigateway.Stage("shop", rest_api=api.id, deployment=deployment.id, stage_name="live")
    aws.wafv2.WebAclAssociation("shop", resource_arn=stage.arn, web_acl_arn=shop.arn)
    logs = aws.s3.Bucket("aws-waf-logs-shop", bucket="aws-waf-logs-shop")
    aws.s3.BucketPolicy(
        "waf-logs",
        bucket=logs.id,
        policy=json.dumps(
            {
                "Version": "2012-10-17",
                "Statement": [
                    {
                        "Effect": "Allow",
                        "Principal": {"Service": "delivery.logs.amazonaws.com"},
                        "Action": ["s3:PutObject", "s3:GetBucketAcl"],
                        "Resource": ["arn:aws:s3:::aws-waf-logs-shop", "arn:aws:s3:::aws-waf-logs-shop/*"],
                        "Condition": {"StringEquals": {"aws:SourceAccount": ["123456789012"]}},
                    }
                ],
            }
        ),
    )
    aws.wafv2.WebAclLoggingConfiguration(
        "shop",
        resource_arn=shop.arn,
        log_destination_configs=[logs.arn],
        redacted_fields=[{"single_header": {"name": "authorization"}}],
        logging_filter={
            "default_behavior": "DROP",
            "filters": [
                {
                    "behavior": "KEEP",
                    "requirement": "MEETS_ANY",
                    "conditions": [{"action_condition": {"action": "BLOCK"}}],
                }
            ],
        },
    )
    aws.wafv2.WebAcl(
        "site",
        scope="CLOUDFRONT",
        default_action={"block": {}},
        rules=[
            {
                "name": "ours",
                "priority": 10,
                "action": {"allow": {}},
                "statement": {
                    "byte_match_statement": {
                        "search_string": "acme.example",
                        "positional_constraint": "ENDS_WITH",
                        "field_to_match": {"single_header": {"name": "host"}},
                        "text_transformations": [{"priority": 0, "type": "LOWERCASE"}],
                    }
                },
                "visibility_config": visible("ours"),
            }
        ],
        visibility_config=visible("site"),
        opts=pulumi.ResourceOptions(protect=True),
    )
    role = aws.iam.Role("reader", assume_role_policy=trust("lambda"))
    aws.iam.RolePolicy("reader", role=role.id, policy=allow("wafv2:GetSampledRequests", "*"))
