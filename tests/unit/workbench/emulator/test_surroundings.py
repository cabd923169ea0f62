"""What a call names has to be there, be free, and let the service in: the embedded AWS asks for it as AWS does."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from botocore.exceptions import ClientError

from workbench.emulator import calls, surroundings
from workbench.emulator.api import ACCOUNT_ID, Api
from workbench.emulator.registry import type_for
from workbench.emulator.resource_type import Context
from workbench.emulator.world import embedded_aws

ROLE = f"arn:aws:iam::{ACCOUNT_ID}:role/"


@pytest.fixture
def api() -> Iterator[Api]:
    with embedded_aws() as api:
        yield api


def vpc(api: Api) -> str:
    return str(api.call("ec2", "create_vpc", CidrBlock="10.0.0.0/16")["Vpc"]["VpcId"])


def subnet(api: Api, within: str, number: int, zone: str) -> str:
    cidr = f"10.0.{number}.0/24"
    made = api.call("ec2", "create_subnet", VpcId=within, CidrBlock=cidr, AvailabilityZone=f"us-east-1{zone}")
    return str(made["Subnet"]["SubnetId"])


def table(api: Api, within: str) -> str:
    return str(api.call("ec2", "create_route_table", VpcId=within)["RouteTable"]["RouteTableId"])


def gateway(api: Api, within: str) -> None:
    made = api.call("ec2", "create_internet_gateway")["InternetGateway"]["InternetGatewayId"]
    api.call("ec2", "attach_internet_gateway", InternetGatewayId=made, VpcId=within)


def balancer(api: Api, *zones: str) -> str:
    within = vpc(api)
    gateway(api, within)
    subnets = [subnet(api, within, number, zone) for number, zone in enumerate(zones)]
    group = api.call("ec2", "create_security_group", GroupName="edge", Description="edge", VpcId=within)["GroupId"]
    made = api.call("elbv2", "create_load_balancer", Name="edge", Subnets=subnets, SecurityGroups=[group])
    return str(made["LoadBalancers"][0]["LoadBalancerArn"])


def trust(service: str) -> str:
    statement = {"Effect": "Allow", "Principal": {"Service": service}, "Action": "sts:AssumeRole"}
    return json.dumps({"Version": "2012-10-17", "Statement": [statement]})


ANSWER = [{"Type": "fixed-response", "FixedResponseConfig": {"StatusCode": "404"}}]


def test_a_subnet_follows_one_route_table_and_another_takes_its_place(api: Api) -> None:
    within = vpc(api)
    one, other, here = table(api, within), table(api, within), subnet(api, within, 0, "a")
    made = api.call("ec2", "associate_route_table", RouteTableId=one, SubnetId=here)["AssociationId"]
    with pytest.raises(ClientError, match=r"Resource\.AlreadyAssociated"):
        api.call("ec2", "associate_route_table", RouteTableId=other, SubnetId=here)
    api.call("ec2", "replace_route_table_association", AssociationId=made, RouteTableId=other)
    found = api.call("ec2", "describe_route_tables", RouteTableIds=[other])["RouteTables"][0]["Associations"]
    assert here in {association.get("SubnetId") for association in found}
    with pytest.raises(ClientError, match=r"Resource\.AlreadyAssociated"):
        api.call("ec2", "associate_route_table", RouteTableId=one, SubnetId=here)


def test_a_table_has_one_route_to_a_service(api: Api) -> None:
    within = vpc(api)
    one, other = table(api, within), table(api, within)
    to: dict[str, Any] = {"VpcId": within, "ServiceName": "com.amazonaws.us-east-1.s3", "VpcEndpointType": "Gateway"}
    api.call("ec2", "create_vpc_endpoint", **to, RouteTableIds=[one])
    with pytest.raises(ClientError, match="RouteAlreadyExists"):
        api.call("ec2", "create_vpc_endpoint", **to, RouteTableIds=[other, one])
    api.call("ec2", "create_vpc_endpoint", **to, RouteTableIds=[other])


def test_a_network_has_one_internet_gateway(api: Api) -> None:
    within = vpc(api)
    gateway(api, within)
    with pytest.raises(ClientError, match="already has an internet gateway"):
        gateway(api, within)


@pytest.mark.parametrize(("zones", "message"), [("a", "At least two subnets"), ("aa", "more than one subnet")])
def test_a_load_balancer_is_in_two_zones(api: Api, zones: str, message: str) -> None:
    with pytest.raises(ClientError, match=message):
        balancer(api, *zones)


def test_a_port_has_one_listener(api: Api) -> None:
    arn = balancer(api, "a", "b")
    plain: dict[str, Any] = {"LoadBalancerArn": arn, "Protocol": "HTTP", "DefaultActions": ANSWER}
    api.call("elbv2", "create_listener", **plain, Port=80)
    with pytest.raises(ClientError, match="DuplicateListener"):
        api.call("elbv2", "create_listener", **plain, Port=80)


def test_a_listener_waits_for_its_certificate_whose_record_makes_it_issued(api: Api) -> None:
    listener: dict[str, Any] = {"LoadBalancerArn": balancer(api, "a", "b"), "Protocol": "HTTPS", "Port": 443}
    zone = api.call("route53", "create_hosted_zone", Name="example.com", CallerReference="x")["HostedZone"]["Id"]
    certificate = api.call("acm", "request_certificate", DomainName="api.example.com", ValidationMethod="DNS")
    arn = certificate["CertificateArn"]
    listener |= {"Certificates": [{"CertificateArn": arn}], "DefaultActions": ANSWER}
    with pytest.raises(ClientError, match="UnsupportedCertificate"):
        api.call("elbv2", "create_listener", **listener)
    (option,) = api.call("acm", "describe_certificate", CertificateArn=arn)["Certificate"]["DomainValidationOptions"]
    asked = option["ResourceRecord"]
    record = {
        "Name": asked["Name"],
        "Type": asked["Type"],
        "TTL": 60,
        "ResourceRecords": [{"Value": asked["Value"]}],
    }
    change = {"Changes": [{"Action": "CREATE", "ResourceRecordSet": record}]}
    api.call("route53", "change_resource_record_sets", HostedZoneId=zone.rpartition("/")[2], ChangeBatch=change)
    api.call("elbv2", "create_listener", **listener)


def test_a_token_is_checked_on_tls_only(api: Api) -> None:
    arn = balancer(api, "a", "b")
    made = api.call("elbv2", "create_listener", LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=ANSWER)
    check = {"Issuer": "https://i.example", "JwksEndpoint": "https://i.example/keys"}
    with pytest.raises(ClientError, match="HTTPS listeners only"):
        api.call(
            "elbv2",
            "create_rule",
            ListenerArn=made["Listeners"][0]["ListenerArn"],
            Priority=1,
            Conditions=[{"Field": "path-pattern", "PathPatternConfig": {"Values": ["/a"]}}],
            Actions=[{"Type": "jwt-validation", "Order": 1, "JwtValidationConfig": check}, {**ANSWER[0], "Order": 2}],
        )


def test_access_logs_need_a_bucket_whose_policy_lets_them_in(api: Api) -> None:
    arn = balancer(api, "a", "b")
    wanted = [
        {"Key": "access_logs.s3.enabled", "Value": "true"},
        {"Key": "access_logs.s3.bucket", "Value": "plant-logs"},
    ]

    def log() -> None:
        api.call("elbv2", "modify_load_balancer_attributes", LoadBalancerArn=arn, Attributes=wanted)

    with pytest.raises(ClientError, match="Access Denied for bucket"):
        log()
    api.call("s3", "create_bucket", Bucket="plant-logs")
    with pytest.raises(ClientError, match="Access Denied for bucket"):
        log()
    writer = {"Service": "logdelivery.elasticloadbalancing.amazonaws.com"}
    statement = {
        "Effect": "Allow",
        "Principal": writer,
        "Action": "s3:PutObject",
        "Resource": "arn:aws:s3:::plant-logs/*",
    }
    policy = json.dumps({"Version": "2012-10-17", "Statement": [statement]})
    api.call("s3", "put_bucket_policy", Bucket="plant-logs", Policy=policy)
    log()


def group(api: Api, **more: Any) -> None:
    name = "plant"
    known = api.call("ec2", "describe_launch_templates")["LaunchTemplates"]
    if not known:
        api.call(
            "ec2", "create_launch_template", LaunchTemplateName=name, LaunchTemplateData={"ImageId": "ami-12c6146b"}
        )
    within = vpc(api)
    api.call(
        "autoscaling",
        "create_auto_scaling_group",
        AutoScalingGroupName=name,
        MinSize=0,
        MaxSize=1,
        VPCZoneIdentifier=subnet(api, within, 0, "a"),
        LaunchTemplate={"LaunchTemplateName": name},
        **more,
    )


def test_a_group_is_made_once(api: Api) -> None:
    group(api)
    with pytest.raises(ClientError, match="AlreadyExists"):
        group(api)


def test_a_group_tracks_the_requests_of_its_own_target_group(api: Api) -> None:
    arn = balancer(api, "a", "b")
    within = api.call("elbv2", "describe_load_balancers")["LoadBalancers"][0]["VpcId"]
    made = api.call("elbv2", "create_target_group", Name="plant", Protocol="HTTPS", Port=8443, VpcId=within)
    target = made["TargetGroups"][0]["TargetGroupArn"]
    group(api, TargetGroupARNs=[target])
    label = f"{arn.split(':loadbalancer/')[1]}/{target.rpartition(':')[2]}"

    def track() -> None:
        found = {"PredefinedMetricType": "ALBRequestCountPerTarget", "ResourceLabel": label}
        api.call(
            "autoscaling",
            "put_scaling_policy",
            AutoScalingGroupName="plant",
            PolicyName="track",
            PolicyType="TargetTrackingScaling",
            TargetTrackingConfiguration={"PredefinedMetricSpecification": found, "TargetValue": 10.0},
        )

    with pytest.raises(ClientError, match="names no target group"):
        track()  # no rule sends it anything
    forward = [{"Type": "forward", "TargetGroupArn": target}]
    api.call("elbv2", "create_listener", LoadBalancerArn=arn, Protocol="HTTP", Port=80, DefaultActions=forward)
    track()


def test_services_assume_the_roles_that_they_are_given(api: Api) -> None:
    for service in ("scheduler", "states", "ec2"):
        api.call("iam", "create_role", RoleName=service, AssumeRolePolicyDocument=trust(f"{service}.amazonaws.com"))

    def schedule(role: str) -> None:
        api.call(
            "scheduler",
            "create_schedule",
            Name=role,
            ScheduleExpression="rate(1 hour)",
            FlexibleTimeWindow={"Mode": "OFF"},
            Target={"Arn": "arn:aws:scheduler:::aws-sdk:sns:publish", "RoleArn": f"{ROLE}{role}"},
        )

    def machine(role: str) -> None:
        definition = json.dumps({"StartAt": "A", "States": {"A": {"Type": "Succeed"}}})
        api.call("stepfunctions", "create_state_machine", name=role, definition=definition, roleArn=f"{ROLE}{role}")

    for role in ("ec2", "nobody"):
        with pytest.raises(ClientError, match="must allow AWS EventBridge Scheduler"):
            schedule(role)
        with pytest.raises(ClientError, match="AccessDeniedException"):
            machine(role)
    schedule("scheduler")
    machine("states")


def test_logs_are_encrypted_by_a_key_that_lets_them(api: Api) -> None:
    everyone = {"Effect": "Allow", "Principal": {"AWS": f"arn:aws:iam::{ACCOUNT_ID}:root"}, "Action": "kms:*"}
    logs = {
        "Effect": "Allow",
        "Principal": {"Service": "logs.us-east-1.amazonaws.com"},
        "Action": "kms:GenerateDataKey*",
    }

    def key(*statements: dict[str, Any]) -> str:
        policy = {"Version": "2012-10-17", "Statement": [{**one, "Resource": "*"} for one in statements]}
        return str(api.call("kms", "create_key", Policy=json.dumps(policy))["KeyMetadata"]["Arn"])

    with pytest.raises(ClientError, match="not allowed to be used"):
        api.call("logs", "create_log_group", logGroupName="/a", kmsKeyId=key(everyone))
    api.call("logs", "create_log_group", logGroupName="/a", kmsKeyId=key(everyone, logs))


def test_a_boundary_is_a_policy_that_is_there(api: Api) -> None:
    none = f"arn:aws:iam::{ACCOUNT_ID}:policy/none"
    with pytest.raises(ClientError, match="NoSuchEntity"):
        api.call(
            "iam",
            "create_role",
            RoleName="a",
            AssumeRolePolicyDocument=trust("ec2.amazonaws.com"),
            PermissionsBoundary=none,
        )


def test_a_firewall_protects_and_logs_to_what_is_there(api: Api) -> None:
    seen = {"SampledRequestsEnabled": False, "CloudWatchMetricsEnabled": True, "MetricName": "m"}
    acl = api.call(
        "wafv2",
        "create_web_acl",
        Name="a",
        Scope="REGIONAL",
        DefaultAction={"Allow": {}},
        VisibilityConfig=seen,
    )["Summary"]["ARN"]
    arn = balancer(api, "a", "b")
    with pytest.raises(ClientError, match="WAFNonexistentItemException"):
        api.call("wafv2", "associate_web_acl", WebACLArn=acl, ResourceArn=f"{arn[:-4]}0000")
    api.call("wafv2", "associate_web_acl", WebACLArn=acl, ResourceArn=arn)
    name = "aws-waf-logs-plant"
    log = {
        "ResourceArn": acl,
        "LogDestinationConfigs": [f"arn:aws:logs:us-east-1:{ACCOUNT_ID}:log-group:{name}"],
    }
    with pytest.raises(ClientError, match="WAFLogDestinationPermissionIssueException"):
        api.call("wafv2", "put_logging_configuration", LoggingConfiguration=log)
    api.call("logs", "create_log_group", logGroupName=name)
    api.call("wafv2", "put_logging_configuration", LoggingConfiguration=log)


@pytest.mark.parametrize(
    ("service", "kind", "code"),
    [
        pytest.param("com.amazonaws.us-east-1.rds", "Interface", "", id="of AWS"),
        pytest.param("com.amazonaws.us-east-1.ecr.dkr", "Interface", "", id="of AWS, with a part of its own"),
        pytest.param("com.amazonaws.us-east-1.ssmmessages", "Interface", "", id="of AWS, unknown to SDKs"),
        pytest.param("com.amazonaws.vpce.us-east-1.vpce-svc-0123456789abcdef0", "Interface", "", id="somebody's"),
        pytest.param("com.amazonaws.us-east-1.dynamodb", "Gateway", "", id="gateway"),
        pytest.param("com.amazonaws.us-east-1.rdz", "Interface", "InvalidServiceName", id="unknown"),
        pytest.param("com.amazonaws.eu-west-1.rds", "Interface", "InvalidServiceName", id="of another Region"),
        pytest.param("rds", "Interface", "InvalidServiceName", id="short"),
        pytest.param("com.amazonaws.us-east-1.rds", "Gateway", "InvalidParameter", id="gateway to what has none"),
    ],
)
def test_an_endpoint_is_to_a_service_that_is_there(api: Api, service: str, kind: str, code: str) -> None:
    params = {"VpcId": vpc(api), "ServiceName": service, "VpcEndpointType": kind}
    if not code:
        api.call("ec2", "create_vpc_endpoint", **params)
        return
    with pytest.raises(ClientError, match=code):
        api.call("ec2", "create_vpc_endpoint", **params)


IAM_POLICY = {"Action": "sts:AssumeRole"}
BUCKET_POLICY = {"Action": "s3:GetObject", "Resource": "arn:aws:s3:::plant/*"}


def naming(principal: str, **statement: str) -> str:
    allowed = {"Effect": "Allow", "Principal": {"AWS": principal}, **statement}
    return json.dumps({"Version": "2012-10-17", "Statement": [allowed]})


@pytest.mark.parametrize("unknown", [f"{ROLE}none", f"arn:aws:iam::{ACCOUNT_ID}:user/none", f"{ROLE}*"])
@pytest.mark.parametrize(
    ("service", "operation", "params", "statement", "code"),
    [
        (
            "iam",
            "create_role",
            {"RoleName": "b", "AssumeRolePolicyDocument": None},
            IAM_POLICY,
            "MalformedPolicyDocument",
        ),
        (
            "iam",
            "update_assume_role_policy",
            {"RoleName": "a", "PolicyDocument": None},
            IAM_POLICY,
            "MalformedPolicyDocument",
        ),
        (
            "kms",
            "create_key",
            {"Policy": None},
            {"Action": "kms:*", "Resource": "*"},
            "MalformedPolicyDocumentException",
        ),
        ("s3", "put_bucket_policy", {"Bucket": "plant", "Policy": None}, BUCKET_POLICY, "MalformedPolicy"),
        (
            "sns",
            "set_topic_attributes",
            {"TopicArn": f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:a", "AttributeName": "Policy", "AttributeValue": None},
            {"Action": "sns:Publish", "Resource": f"arn:aws:sns:us-east-1:{ACCOUNT_ID}:a"},
            "PrincipalNotFound",
        ),
    ],
)
def test_whom_a_policy_names_is_there(
    api: Api, service: str, operation: str, params: Any, statement: Any, code: str, unknown: str
) -> None:
    api.call("iam", "create_role", RoleName="a", AssumeRolePolicyDocument=trust("ec2.amazonaws.com"))
    api.call("s3", "create_bucket", Bucket="plant")
    api.call("sns", "create_topic", Name="a")

    def given(principal: str) -> Any:
        policy = naming(principal, **statement)
        return {name: policy if value is None else value for name, value in params.items()}

    with pytest.raises(ClientError, match=code):
        api.call(service, operation, **given(unknown))
    api.call(service, operation, **given(f"{ROLE}a"))


def test_roles_of_another_account_can_not_be_looked_up(api: Api) -> None:
    policy = naming("arn:aws:iam::210987654321:role/none", **IAM_POLICY)
    api.call("iam", "create_role", RoleName="a", AssumeRolePolicyDocument=policy)


def test_flow_logs_go_to_a_bucket_that_is_there(api: Api) -> None:
    """AWS makes a log group that is missing; of a bucket it says in its answer that there is none."""
    row = type_for("aws:ec2/flowLog:FlowLog")
    inputs = {
        "vpcId": vpc(api),
        "trafficType": "ALL",
        "logDestinationType": "s3",
        "logDestination": "arn:aws:s3:::plant",
    }
    context = Context("urn:pulumi:a::b::aws:ec2/flowLog:FlowLog::c", inputs, "us-east-1", uid="0" * 16, mark="0" * 16)
    with pytest.raises(ClientError, match="does not exist"):
        calls.send(api, row, row.create, context)
    api.call("s3", "create_bucket", Bucket="plant")
    assert calls.send(api, row, row.create, context)["FlowLogIds"]


def test_what_moto_calls_otherwise_now_is_not_replaced_in_silence():
    from moto.ec2.models import EC2Backend

    with pytest.raises(AttributeError, match="associate_routes_table"):
        surroundings.replace(EC2Backend, "associate_routes_table", None)
