"""A distribution that its origin knows by a secret header, an API with variables of its stage, a line to the office."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import CERTIFICATE, trust

TWINS = {
    "the origin's header in plain text": {"site.origins[0].customHeaders[0].value": "c0rrect-horse"},
    "the origin's login in plain text": {
        "site.origins[0].customHeaders[1]": {"name": "Authorization", "value": "Basic c2l0ZTpjMHJyZWN0LWhvcnNl"}
    },
    "a password among the variables of a stage": {"live.variables": {"dbPassword": "c0rrect-horse"}},
    "the key of a call in the state machine": {
        "order.definition": json.dumps(
            {
                "StartAt": "Order",
                "States": {
                    "Order": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::http:invoke",
                        "Parameters": {"Headers": {"api-key": "c0rrect-horse-1"}},
                        "End": True,
                    }
                },
            }
        )
    },
    "the router's password in plain text": {"line.bgpAuthKey": "c0rrect-horse"},
}


def program():
    secret = pulumi.Config().get_secret("originSecret") or pulumi.Output.secret("drawn once")
    aws.cloudfront.Distribution(
        "site",
        enabled=True,
        is_ipv6_enabled=True,
        origins=[
            {
                "origin_id": "alb",
                "domain_name": "alb.acme.example",
                "custom_headers": [
                    {"name": "X-Origin-Secret", "value": secret},
                    {"name": "X-Edge", "value": "site"},
                ],
                "custom_origin_config": {
                    "http_port": 80,
                    "https_port": 443,
                    "origin_protocol_policy": "https-only",
                    "origin_ssl_protocols": ["TLSv1.2"],
                },
            }
        ],
        default_cache_behavior={
            "target_origin_id": "alb",
            "viewer_protocol_policy": "redirect-to-https",
            "allowed_methods": ["GET", "HEAD", "OPTIONS"],
            "cached_methods": ["GET", "HEAD"],
            "cache_policy_id": "658327ea-f89d-4fab-a63d-7e88639e58f6",
        },
        restrictions={"geo_restriction": {"restriction_type": "none"}},
        viewer_certificate={
            "acm_certificate_arn": CERTIFICATE,
            "ssl_support_method": "sni-only",
            "minimum_protocol_version": "TLSv1.2_2021",
        },
    )
    api = aws.apigateway.RestApi("orders", endpoint_configuration={"types": "REGIONAL"})
    deployment = aws.apigateway.Deployment("orders", rest_api=api.id)
    aws.apigateway.Stage(
        "live",
        rest_api=api.id,
        deployment=deployment.id,
        stage_name="live",
        variables={"tokenIssuer": "https://login.acme.example", "passwordPolicy": "strict", "alias": "live"},
    )
    role = aws.iam.Role("order", assume_role_policy=trust("states"))
    connection = "arn:aws:events:us-east-1:123456789012:connection/shop/0a1b2c3d"
    aws.sfn.StateMachine(
        "order",
        role_arn=role.arn,
        definition=json.dumps(
            {
                "StartAt": "Order",
                "States": {
                    "Order": {
                        "Type": "Task",
                        "Resource": "arn:aws:states:::http:invoke",
                        "Parameters": {
                            "ApiEndpoint": "https://api.shop.example/orders",
                            "Method": "POST",
                            "Authentication": {"ConnectionArn": connection},
                        },
                        "End": True,
                    }
                },
            }
        ),
    )
    gateway = aws.directconnect.Gateway("office", name="office", amazon_side_asn="64512")
    aws.directconnect.PrivateVirtualInterface(
        "line",
        connection_id="dxcon-0a1b2c3d",
        name="office",
        vlan=4094,
        address_family="ipv4",
        bgp_asn=65352,
        dx_gateway_id=gateway.id,
        bgp_auth_key=pulumi.Output.secret("agreed on with the carrier"),
    )
