"""Browsers that sign in: a user pool with Google behind it, an identity pool, a load balancer that asks Okta."""

import json

import pulumi
import pulumi_aws as aws

from foreign.parts import CERTIFICATE, allow, network

POOL = "us-east-1:12345678-1234-4234-8234-123456789012"


def _taken_by(**audience: str) -> str:
    statement = {
        "Effect": "Allow",
        "Principal": {"Federated": "cognito-identity.amazonaws.com"},
        "Action": "sts:AssumeRoleWithWebIdentity",
        "Condition": {
            **({"StringLike": {"cognito-identity.amazonaws.com:aud": audience["aud"]}} if audience else {}),
            "ForAnyValue:StringLike": {"cognito-identity.amazonaws.com:amr": "authenticated"},
        },
    }
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


TWINS = {
    "a role for users of everybody's pools": {"signed-in.assumeRolePolicy": _taken_by()},
    "a role for every pool of a Region": {"signed-in.assumeRolePolicy": _taken_by(aud="*")},
    "Google's secret in plain text": {
        "google.providerDetails": {"client_id": "acme", "client_secret": "C0rrect-horse"}
    },
    "Okta's secret in plain text": {
        "https.defaultActions[0].authenticateOidc.clientSecret": "a8f5f167f44f4964e6c998dee827110c"
    },
    "HTTP only": {"https.protocol": "HTTP", "https.port": 80, "https.certificateArn": None},
}


def program():
    config = pulumi.Output.secret("given by the company's vault")
    users = aws.cognito.UserPool(
        "users",
        mfa_configuration="OPTIONAL",
        software_token_mfa_configuration={"enabled": True},
        password_policy={"minimum_length": 12},
    )
    aws.cognito.IdentityProvider(
        "google",
        user_pool_id=users.id,
        provider_name="Google",
        provider_type="Google",
        provider_details={"client_id": "acme", "client_secret": config, "authorize_scopes": "email openid"},
        attribute_mapping={"email": "email"},
    )
    web = aws.cognito.UserPoolClient(
        "web",
        user_pool_id=users.id,
        allowed_oauth_flows=["code"],
        allowed_oauth_flows_user_pool_client=True,
        allowed_oauth_scopes=["openid"],
        callback_urls=["https://acme.example/signed-in", "http://localhost:3000"],
        supported_identity_providers=["COGNITO", "Google"],
    )
    aws.cognito.UserGroup("editors", user_pool_id=users.id, name="editors")
    pool = aws.cognito.IdentityPool(
        "pool",
        identity_pool_name="web",
        allow_unauthenticated_identities=False,
        cognito_identity_providers=[
            {"client_id": web.id, "provider_name": "cognito-idp.us-east-1.amazonaws.com/us-east-1_a1b2c3d4e"}
        ],
    )
    role = aws.iam.Role("signed-in", assume_role_policy=_taken_by(aud=POOL))
    aws.iam.RolePolicy(
        "signed-in",
        role=role.id,
        policy=allow("s3:GetObject", "arn:aws:s3:::acme-files/${cognito-identity.amazonaws.com:sub}/*"),
    )
    aws.cognito.IdentityPoolRoleAttachment("pool", identity_pool_id=pool.id, roles={"authenticated": role.arn})
    net = network("net")
    group = aws.ec2.SecurityGroup("in", vpc_id=net.vpc.id)
    aws.vpc.SecurityGroupIngressRule(
        "in", security_group_id=group.id, ip_protocol="tcp", from_port=443, to_port=443, cidr_ipv4="0.0.0.0/0"
    )
    balancer = aws.lb.LoadBalancer("wiki", security_groups=[group.id], subnets=[one.id for one in net.public])
    target = aws.lb.TargetGroup("wiki", port=443, protocol="HTTPS", vpc_id=net.vpc.id, target_type="ip")
    aws.lb.Listener(
        "https",
        load_balancer_arn=balancer.arn,
        port=443,
        protocol="HTTPS",
        certificate_arn=CERTIFICATE,
        ssl_policy="ELBSecurityPolicy-TLS13-1-2-2021-06",
        default_actions=[
            {
                "type": "authenticate-oidc",
                "order": 1,
                "authenticate_oidc": {
                    "issuer": "https://acme.okta.example",
                    "authorization_endpoint": "https://acme.okta.example/oauth2/v1/authorize",
                    "token_endpoint": "https://acme.okta.example/oauth2/v1/token",
                    "user_info_endpoint": "https://acme.okta.example/oauth2/v1/userinfo",
                    "client_id": "wiki",
                    "client_secret": config,
                },
            },
            {"type": "forward", "order": 2, "target_group_arn": target.arn},
        ],
    )
