"""What AWS asks of the surroundings of a call: what it names has to be there, be free, and let the service in.

moto 5.2.5 asks for little of it, and the first deployment would fail where a rehearsal passed. Each check says what AWS
does; one that looks at parameters alone is in `refusals`.
"""

from __future__ import annotations

import functools
import inspect
import re
from collections.abc import Callable, Iterable
from typing import Any

from workbench.emulator.behaviour.access import Ask, allows


@functools.cache
def apply() -> None:
    """Make moto ask, in this process, once."""
    _subnets_have_one_route_table()
    _endpoints_are_to_services_that_are_there()
    _tables_have_one_route_to_a_service()
    _networks_have_one_internet_gateway()
    _load_balancers_are_in_two_zones()
    _listeners_have_a_port_of_their_own_and_an_issued_certificate()
    _tokens_are_checked_over_tls_only()
    _access_logs_may_be_written()
    _groups_are_made_once()
    _groups_track_requests_that_they_get()
    _services_may_assume_the_roles_they_are_given()
    _logs_may_use_their_key()
    _boundaries_exist()
    _firewalls_protect_and_log_to_what_exists()


def _subnets_have_one_route_table() -> None:
    """AssociateRouteTable of a subnet that has an association is Resource.AlreadyAssociated (EC2 reference, "Error
    codes"); moto answers with that of the other table. ReplaceRouteTableAssociation gives a new id, which the provider
    takes; here the association keeps its own."""
    from moto.ec2.exceptions import ResourceAlreadyAssociatedError
    from moto.ec2.models import EC2Backend

    original = EC2Backend.associate_route_table

    def associate(self: Any, route_table_id: str, gateway_id: str | None = None, subnet_id: str | None = None) -> Any:
        tables = self.route_tables.values()
        if subnet_id and any(subnet_id in table._associations.values() for table in tables):
            raise ResourceAlreadyAssociatedError(subnet_id)
        return original(self, route_table_id, gateway_id, subnet_id)

    def reassociate(self: Any, association_id: str, route_table_id: str) -> str:
        table = self.get_route_table(route_table_id)
        table._associations[association_id] = self.disassociate_route_table(association_id)
        return association_id

    replace(EC2Backend, "associate_route_table", associate)
    replace(EC2Backend, "replace_route_table_association", reassociate)


ENDPOINT_SERVICES = frozenset(
    [
        "aps-workspaces",
        "awsconnector",
        "codedeploy-commands-secure",
        "ec2messages",
        "ecs-agent",
        "ecs-telemetry",
        "email-smtp",
        "execute-api",
        "git-codecommit",
        "grafana-workspace",
        "guardduty-data",
        "kinesis-firehose",
        "kinesis-streams",
        "q",
        "qldb",
        "s3express",
        "ssmmessages",
        "sync-states",
    ]
)
"""Services with VPC endpoints whose own endpoints have other names (AWS PrivateLink guide, "AWS services that integrate
with AWS PrivateLink")."""
GATEWAY_SERVICES = frozenset({"dynamodb", "s3"})
OF_A_REGION = re.compile(r"com\.amazonaws\.([a-z]{2,4}(?:-[a-z]+)+-\d)\.(.+)")


@functools.cache
def _services_with_endpoints() -> frozenset[str]:
    """First parts of the names that endpoints of AWS's services have: as a rule that of the service's own endpoint."""
    import botocore.session

    session = botocore.session.get_session()
    hosts = session.get_data("endpoints")["partitions"][0]["services"]
    return ENDPOINT_SERVICES | {*session.get_available_services(), *hosts, *(host.split(".")[-1] for host in hosts)}


def _endpoints_are_to_services_that_are_there() -> None:
    """CreateVpcEndpoint to a service that there is not, or that another Region has, is InvalidServiceName, a gateway
    to any but Amazon S3 and DynamoDB InvalidParameter (EC2 reference, "Error codes"; AWS PrivateLink guide, "Gateway
    endpoints"); moto takes any name. Services of others (``vpce-svc-``) can't be looked up, and are left alone."""
    from moto.ec2.exceptions import EC2ClientError, InvalidServiceName
    from moto.ec2.models import EC2Backend

    original = EC2Backend.create_vpc_endpoint

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = given_to(original, self, *args, **kwargs)
        service = str(given["service_name"])
        found = OF_A_REGION.fullmatch(service)
        if not service.startswith(("com.amazonaws.", "aws.")) or (
            found is not None
            and (
                found[1] != self.region_name
                or found[2].split(".")[0].removesuffix("-fips") not in _services_with_endpoints()
            )
        ):
            raise InvalidServiceName(service)
        is_gateway = (given.get("endpoint_type") or "Gateway") == "Gateway"
        if is_gateway and (found is None or found[2] not in GATEWAY_SERVICES):
            raise EC2ClientError(
                "InvalidParameter", "Endpoint type (Gateway) does not match available service types ([Interface])."
            )
        return original(self, *args, **kwargs)

    replace(EC2Backend, "create_vpc_endpoint", create)


def _tables_have_one_route_to_a_service() -> None:
    """CreateVpcEndpoint of a gateway to a service to which one of the tables has a route is RouteAlreadyExists (AWS
    PrivateLink guide, "Gateway endpoints": one route table, one endpoint route to a service); moto adds it."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models import EC2Backend

    original = EC2Backend.create_vpc_endpoint

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = given_to(original, self, *args, **kwargs)
        tables = set(given.get("route_table_ids") or ())
        for other in self.vpc_end_points.values():
            shared = tables & set(other.route_table_ids or ())
            if other.service_name == given["service_name"] and shared and other.state != "deleted":
                raise EC2ClientError(
                    "RouteAlreadyExists",
                    f"route table {min(shared)} already has a route to {other.service_name}",
                )
        return original(self, *args, **kwargs)

    replace(EC2Backend, "create_vpc_endpoint", create)


def _networks_have_one_internet_gateway() -> None:
    """AttachInternetGateway to a VPC that has one is InvalidParameterValue (EC2 reference); moto attaches a second."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models import EC2Backend

    original = EC2Backend.attach_internet_gateway

    def attach(self: Any, internet_gateway_id: str, vpc_id: str) -> Any:
        if any(one.vpc is not None and one.vpc.id == vpc_id for one in self.internet_gateways.values()):
            raise EC2ClientError("InvalidParameterValue", f"Network {vpc_id} already has an internet gateway attached")
        return original(self, internet_gateway_id, vpc_id)

    replace(EC2Backend, "attach_internet_gateway", attach)


def _load_balancers_are_in_two_zones() -> None:
    """CreateLoadBalancer: an Application Load Balancer has subnets of at least two Availability Zones, one of each (ELB
    reference, Subnets); moto takes any."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.create_load_balancer

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = given_to(original, self, *args, **kwargs)
        wanted = [*(given.get("subnet_ids") or ()), *(one["SubnetId"] for one in given.get("subnet_mappings") or ())]
        zones = [self.ec2_backend.get_subnet(subnet).availability_zone for subnet in wanted]
        if given.get("loadbalancer_type") in (None, "application"):
            if len(set(zones)) < len(zones):
                raise ELBClientError("InvalidConfigurationRequest", "A zone has more than one subnet specified")
            if len(zones) < 2:
                raise ELBClientError(
                    "ValidationError", "At least two subnets in two different Availability Zones must be specified"
                )
        return original(self, *args, **kwargs)

    replace(ELBv2Backend, "create_load_balancer", create)


def _listeners_have_a_port_of_their_own_and_an_issued_certificate() -> None:
    """CreateListener: a port that another listener of the load balancer has is DuplicateListener, a certificate that is
    not there or not issued CertificateNotFound or UnsupportedCertificate (ELB reference); moto compares the port with
    ARNs, and only looks whether a certificate is there."""
    from moto.acm.models import acm_backends
    from moto.elbv2.exceptions import DuplicateListenerError, ELBClientError
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.create_listener

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = given_to(original, self, *args, **kwargs)
        balancer = self.load_balancers.get(given["load_balancer_arn"])
        taken = {str(listener.port) for listener in balancer.listeners.values()} if balancer else set()
        if str(given["port"]) in taken:
            raise DuplicateListenerError
        known = acm_backends[self.account_id][self.region_name]._certificates.get(str(given.get("certificate")))
        if known is not None and not _is_issued(known, self.account_id):
            raise ELBClientError("UnsupportedCertificate", f"The certificate {known.arn} is not issued")
        return original(self, *args, **kwargs)

    replace(ELBv2Backend, "create_listener", create)


def _is_issued(certificate: Any, account_id: str) -> bool:
    """Whether a certificate is issued: for one that DNS validates each record is there, which moto does not look at."""
    from moto.route53.models import route53_backends

    zones = route53_backends[account_id]["aws"].zones.values()
    records = {record.name.rstrip(".") for zone in zones for record in zone.rrsets if record.type == "CNAME"}
    options = certificate.describe()["Certificate"].get("DomainValidationOptions", ())
    return certificate.status == "ISSUED" or all(
        option.get("ResourceRecord", {}).get("Name", "").rstrip(".") in records for option in options
    )


def _tokens_are_checked_over_tls_only() -> None:
    """The actions jwt-validation, authenticate-oidc and authenticate-cognito are for HTTPS listeners (Application Load
    Balancers guide, "Authenticate users", "Verify JWTs"); moto adds them to any."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.create_rule

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = given_to(original, self, *args, **kwargs)
        (listener,) = self.describe_listeners(None, [given["listener_arn"]])
        checks = {str(action.get("Type", action.get("type"))) for action in given["actions"]}
        if listener.protocol != "HTTPS" and checks & {"jwt-validation", "authenticate-oidc", "authenticate-cognito"}:
            raise ELBClientError("InvalidLoadBalancerAction", "This action is for HTTPS listeners only")
        return original(self, *args, **kwargs)

    replace(ELBv2Backend, "create_rule", create)


LOG_WRITERS = ("logdelivery.elasticloadbalancing.amazonaws.com", "delivery.logs.amazonaws.com")


def _access_logs_may_be_written() -> None:
    """ModifyLoadBalancerAttributes with access logs to a bucket that is not there, or whose policy does not let them be
    written, is InvalidConfigurationRequest (Application Load Balancers guide, "Troubleshoot bucket permissions")."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend
    from moto.s3.models import s3_backends

    original = ELBv2Backend.modify_load_balancer_attributes

    def modify(self: Any, arn: str, attrs: dict[str, Any]) -> Any:
        if attrs.get("access_logs.s3.enabled") == "true":
            name = attrs.get("access_logs.s3.bucket", "")
            bucket = s3_backends[self.account_id]["aws"].buckets.get(name)
            policy = bytes(bucket.policy or b"").decode() if bucket is not None else ""
            written = f"arn:aws:s3:::{name}/*"
            if not policy or not any(allows([policy], Ask("s3:PutObject", service=service)) for service in LOG_WRITERS):
                raise ELBClientError(
                    "InvalidConfigurationRequest", f"Access Denied for bucket: {name}. Please check {written}"
                )
        return original(self, arn, attrs)

    replace(ELBv2Backend, "modify_load_balancer_attributes", modify)


def _groups_are_made_once() -> None:
    """CreateAutoScalingGroup of a name that is taken is AlreadyExists (Auto Scaling reference); moto makes it anew."""
    from moto.autoscaling.exceptions import AutoscalingClientError
    from moto.autoscaling.models import AutoScalingBackend

    original = AutoScalingBackend.create_auto_scaling_group

    @functools.wraps(original)
    def create(self: Any, name: str, *args: Any, **kwargs: Any) -> Any:
        if name in self.autoscaling_groups:
            raise AutoscalingClientError("AlreadyExists", f"AutoScalingGroup by this name already exists: {name}")
        return original(self, name, *args, **kwargs)

    replace(AutoScalingBackend, "create_auto_scaling_group", create)


def _groups_track_requests_that_they_get() -> None:
    """PutScalingPolicy by requests per target names a load balancer's target group that the group is attached to, as a
    ValidationError says otherwise (Auto Scaling reference, PredefinedMetricSpecification, ResourceLabel); moto keeps
    any text."""
    from moto.autoscaling.exceptions import ValidationError
    from moto.autoscaling.models import AutoScalingBackend

    original = AutoScalingBackend.put_scaling_policy

    @functools.wraps(original)
    def put(self: Any, *args: Any, **kwargs: Any) -> Any:
        given = given_to(original, self, *args, **kwargs)
        found = (given.get("target_tracking_config") or {}).get("PredefinedMetricSpecification", {})
        if found.get("PredefinedMetricType") == "ALBRequestCountPerTarget":
            label = str(found.get("ResourceLabel"))
            group = self.autoscaling_groups.get(given.get("as_name"))
            arns = group.target_group_arns if group is not None else ()
            ends = {
                f"{balancer.split(':loadbalancer/', 1)[-1]}/{arn.rsplit(':', 1)[-1]}"
                for arn in arns
                if (target := self.elbv2_backend.target_groups.get(arn)) is not None
                for balancer in target.load_balancer_arns
            }
            if label not in ends:
                raise ValidationError(f"The resource label {label} names no target group that the group is attached to")
        return original(self, *args, **kwargs)

    replace(AutoScalingBackend, "put_scaling_policy", put)


def _services_may_assume_the_roles_they_are_given() -> None:
    """CreateSchedule and UpdateSchedule refuse a role that EventBridge Scheduler may not assume (ValidationException),
    CreateStateMachine and UpdateStateMachine one that Step Functions may not (AccessDeniedException); moto asks nobody.
    Roles of others, which IAM does not know here, are left alone."""
    from moto.core.exceptions import JsonRESTError
    from moto.scheduler.exceptions import ValidationException
    from moto.scheduler.models import EventBridgeSchedulerBackend
    from moto.stepfunctions.models import StepFunctionBackend

    def asking(owner: type, name: str, service: str, refuse: Callable[[str], Exception]) -> None:
        original = getattr(owner, name)

        @functools.wraps(original)
        def call(self: Any, *args: Any, **kwargs: Any) -> Any:
            given = given_to(original, self, *args, **kwargs)
            role = given.get("roleArn") or given.get("role_arn") or given.get("target", {}).get("RoleArn")
            if role and not _trusts(self.account_id, role, service):
                raise refuse(role)
            return original(self, *args, **kwargs)

        replace(owner, name, call)

    def for_scheduler(_: str) -> Exception:
        return ValidationException(
            "The execution role you provide must allow AWS EventBridge Scheduler to assume the role."
        )

    def for_machine(role: str) -> Exception:
        message = f"states.amazonaws.com is not authorized to assume the provided role {role}"
        return JsonRESTError("AccessDeniedException", message)

    for name in ("create_schedule", "update_schedule"):
        asking(EventBridgeSchedulerBackend, name, "scheduler.amazonaws.com", for_scheduler)
    for name in ("create_state_machine", "update_state_machine"):
        asking(StepFunctionBackend, name, "states.amazonaws.com", for_machine)


def _trusts(account_id: str, role_arn: str, service: str) -> bool:
    """Whether a role lets a service assume it; one that is not there does not."""
    from moto.iam.models import iam_backends

    name = role_arn.rsplit("/", 1)[-1]
    roles: Iterable[Any] = iam_backends[account_id]["aws"].roles.values()
    trusts = [role.assume_role_policy_document for role in roles if role.name == name]
    return bool(trusts) and allows(trusts, Ask("sts:AssumeRole", service=service))


def _logs_may_use_their_key() -> None:
    """CreateLogGroup with a key whose policy does not let CloudWatch Logs use it is InvalidParameterException
    (CloudWatch Logs guide, "Encrypt log data"); moto takes any. A key of somebody else, whom KMS does not know here,
    is left alone."""
    from moto.core.exceptions import JsonRESTError
    from moto.kms.models import kms_backends
    from moto.logs.models import LogsBackend

    def check(backend: Any, key: str | None) -> None:
        keys = kms_backends[backend.account_id][backend.region_name].keys
        known = keys.get(str(key).rsplit("/", 1)[-1])
        asked = Ask("kms:GenerateDataKey", service=f"logs.{backend.region_name}.amazonaws.com")
        if known is not None and not allows([known.policy], asked):
            raise JsonRESTError(
                "InvalidParameterException",
                f"The specified KMS key does not exist or is not allowed to be used with Arn {known.arn}",
            )

    create_before = LogsBackend.create_log_group

    @functools.wraps(create_before)
    def create(self: Any, log_group_name: str, tags: dict[str, str], **kwargs: Any) -> Any:
        check(self, kwargs.get("kmsKeyId"))
        return create_before(self, log_group_name, tags, **kwargs)

    replace(LogsBackend, "create_log_group", create)


def _boundaries_exist() -> None:
    """CreateRole with a boundary that is no policy is NoSuchEntity (IAM reference); moto keeps its ARN."""
    from moto.iam.exceptions import NoSuchEntity
    from moto.iam.models import IAMBackend

    original = IAMBackend.create_role

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        boundary = given_to(original, self, *args, **kwargs).get("permissions_boundary")
        if boundary and boundary not in self.managed_policies:
            raise NoSuchEntity(f"Scope ARN: {boundary} does not exist or is not attachable.")
        return original(self, *args, **kwargs)

    replace(IAMBackend, "create_role", create)


def _firewalls_protect_and_log_to_what_exists() -> None:
    """AssociateWebACL with a load balancer that is not there is WAFNonexistentItemException, PutLoggingConfiguration to
    a log group that is not there WAFLogDestinationPermissionIssueException (WAFV2 reference); moto takes both."""
    from moto.elbv2.models import elbv2_backends
    from moto.logs.models import logs_backends
    from moto.wafv2.exceptions import WAFNonexistentItemException, WAFv2ClientError
    from moto.wafv2.models import WAFV2Backend

    associate_before, log_before = WAFV2Backend.associate_web_acl, WAFV2Backend.put_logging_configuration

    def associate(self: Any, web_acl_arn: str, resource_arn: str) -> None:
        balancers = elbv2_backends[self.account_id][self.region_name].load_balancers
        if ":loadbalancer/" in resource_arn and resource_arn not in balancers:
            raise WAFNonexistentItemException
        associate_before(self, web_acl_arn, resource_arn)

    @functools.wraps(log_before)
    def log(self: Any, arn: str, log_destination_configs: list[str], *args: Any, **kwargs: Any) -> Any:
        groups = logs_backends[self.account_id][self.region_name].groups
        for destination in log_destination_configs:
            _, _, name = destination.partition(":log-group:")
            if name and name.removesuffix(":*") not in groups:
                raise WAFv2ClientError(
                    "WAFLogDestinationPermissionIssueException", f"AWS WAF can't write to the log group {name}"
                )
        return log_before(self, arn, log_destination_configs, *args, **kwargs)

    replace(WAFV2Backend, "associate_web_acl", associate)
    replace(WAFV2Backend, "put_logging_configuration", log)


def given_to(original: Callable[..., Any], *args: Any, **kwargs: Any) -> dict[str, Any]:
    """What a call of `original` gives, by the names of its parameters."""
    bound = inspect.signature(original).bind(*args, **kwargs)
    return {**bound.arguments, **bound.arguments.get("kwargs", {})}


def replace(owner: type, name: str, replacement: Any) -> None:
    """Put `replacement` in the place of a method of moto's. Raises AttributeError: moto has none of that name now."""
    getattr(owner, name)
    setattr(owner, name, replacement)
