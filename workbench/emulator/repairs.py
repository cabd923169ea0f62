"""Where moto 5.2.5 answers differently from AWS, put right: each repair says what AWS does.

Applied both in process and in the server, before the first call.
"""

from __future__ import annotations

import functools
from types import SimpleNamespace
from typing import Any

from workbench.emulator import additions, principals, shortcuts, surroundings


@functools.cache
def apply() -> None:
    """Repair moto in this process, once."""
    shortcuts.apply()  # before what loads more of moto
    additions.apply()
    _methods_are_looked_up_once()
    _private_keys_are_made_once()
    _public_images_are_not_listed()
    _flow_logs_may_go_to_a_folder()
    _lock_tokens_are_uuids()
    _load_balancers_without_public_ipv4()
    _protected_load_balancers_stay()
    _load_balancers_stay_in_their_vpc()
    _gateways_stay_while_addresses_use_them()
    _load_balancers_of_the_internet_need_a_gateway()
    _rules_validate_tokens()
    _groups_spread_over_zones()
    _deleted_groups_leave_no_instance()
    _only_what_serves_is_protected()
    _terminated_instances_are_no_targets()
    _terminated_instances_free_their_addresses()
    _terminated_instances_lose_their_interface()
    _https_subscribers_are_not_called()
    _deleted_users_are_gone()
    _tokens_of_deleted_certificates_are_free()
    _roles_leave_a_profile_once()
    _metric_filters_are_put_once()
    _what_is_gone_is_not_found()
    _replication_groups_have_their_nodes()
    _deleted_replication_groups_are_gone()
    _later_template_versions_have_user_data()
    _records_are_made_once()
    _a_resource_has_one_web_acl()
    _what_a_firewall_protects_or_asks_stays()
    surroundings.apply()
    principals.apply()


def _methods_are_looked_up_once() -> None:
    """No difference to AWS: moto lists the methods of a service at each call, a tenth of its time, and spells the
    operation as a method letter by letter."""
    from moto.core import responses

    responses.camelcase_to_underscores = functools.cache(responses.camelcase_to_underscores)  # type: ignore[attr-defined]
    responses.method_names_from_class = functools.cache(responses.method_names_from_class)  # type: ignore[attr-defined]


def _private_keys_are_made_once() -> None:
    """No difference to AWS: moto makes an RSA key for each KMS key, of which those that encrypt have none, one for each
    subscription, whose certificate nobody fetches, and one for each certificate, which nobody exports; they took up to
    a tenth of a rehearsal."""
    from moto.acm.models import CertBundle
    from moto.kms import models as kms
    from moto.sns.models import Subscription

    make_key, make_certificate = Subscription.private_key, CertBundle.generate_cert
    kms.generate_private_key = functools.cache(kms.generate_private_key)  # type: ignore[attr-defined]

    @functools.cache
    def shared() -> Any:
        return make_key(None)

    @functools.cache
    def issued(domain: str, sans: tuple[str, ...], authority: str | None) -> Any:
        return make_certificate(domain, "", "us-east-1", list(sans), authority)

    def certificate(
        domain_name: str,
        account_id: str,
        region: str,
        sans: list[str] | None = None,
        cert_authority_arn: str | None = None,
    ) -> Any:
        first = issued(domain_name, tuple(sans or ()), cert_authority_arn)
        return CertBundle(
            account_id,
            first.cert,
            first.key,
            region=region,
            cert_type=first.type,
            cert_status=first.status,
            cert_authority_arn=cert_authority_arn,
        )

    surroundings.replace(Subscription, "private_key", lambda self: shared())
    surroundings.replace(CertBundle, "generate_cert", staticmethod(certificate))
    surroundings.replace(CertBundle, "validate_pk", _once_a_key(CertBundle.validate_pk))


def _once_a_key(validate: Any) -> Any:
    """moto's look at a private key, once for each key."""

    @functools.cache
    def of(key: bytes) -> Any:
        return validate(SimpleNamespace(key=key))

    return lambda self: of(self.key)


def _public_images_are_not_listed() -> None:
    """No difference to AWS: moto makes some 1,300 images of Amazon's for each account and Region, a tenth of a
    deployment, and nobody asks for them; templates name an image by its SSM parameter."""
    from moto.ec2.models.amis import AmiBackend

    surroundings.replace(AmiBackend, "_load_amis", lambda self: None)


def _flow_logs_may_go_to_a_folder() -> None:
    """CreateFlowLogs takes ``arn:aws:s3:::bucket/folder/`` (EC2 API reference); moto takes all of it for a bucket."""
    from moto.s3.models import S3Backend

    original = S3Backend.get_bucket

    def get_bucket(self: Any, bucket_name: str) -> Any:
        return original(self, bucket_name.split("/", 1)[0])

    surroundings.replace(S3Backend, "get_bucket", get_bucket)


def _lock_tokens_are_uuids() -> None:
    """An IP set's LockToken is a UUID (WAFV2 model: LockToken's pattern); moto gives its first six digits."""
    import uuid

    from moto.wafv2 import models

    def set_token(self: Any, _ignored: str) -> None:
        self.__dict__["lock_token"] = str(uuid.uuid4())

    token = property(lambda self: self.__dict__["lock_token"], set_token)
    models.FakeIPSet.lock_token = token  # type: ignore[assignment]  # moto sets it in each instance


def _a_resource_has_one_web_acl() -> None:
    """Associating takes the place of an earlier association, which a deleted load balancer loses (WAF guide,
    "Associating or disassociating protection"); moto keeps all, and takes away one of them."""
    from moto.elbv2.models import ELBv2Backend
    from moto.wafv2.models import WAFV2Backend, wafv2_backends

    associate_before, delete_before = WAFV2Backend.associate_web_acl, ELBv2Backend.delete_load_balancer

    def associate(self: Any, web_acl_arn: str, resource_arn: str) -> None:
        if web_acl_arn in self.wacls:
            self.disassociate_web_acl(resource_arn)
        associate_before(self, web_acl_arn, resource_arn)

    def delete(self: Any, arn: str) -> None:
        delete_before(self, arn)
        if arn not in self.load_balancers:
            wafv2_backends[self.account_id][self.region_name].disassociate_web_acl(arn)

    surroundings.replace(WAFV2Backend, "associate_web_acl", associate)
    surroundings.replace(ELBv2Backend, "delete_load_balancer", delete)


def _what_a_firewall_protects_or_asks_stays() -> None:
    """DeleteWebACL while it protects something, and DeleteIPSet, DeleteRegexPatternSet and DeleteRuleGroup while a rule
    asks them, are WAFAssociatedItemException (WAFV2 reference); moto deletes."""
    from moto.wafv2.exceptions import WAFv2ClientError
    from moto.wafv2.models import WAFV2Backend

    kinds = ("webacl", "ipset", "rulegroup", "regexpatternset")

    def stays_while_used(original: Any) -> Any:
        def delete(self: Any, *args: Any, **kwargs: Any) -> Any:
            name, scope, identifier, *_ = (*args, *kwargs.values())
            folder = "global" if scope == "CLOUDFRONT" else "regional"
            askers = [*self.wacls.values(), *self.rule_groups.values()]
            uses = [repr([rule.to_dict() for rule in asker.rules]) for asker in askers]
            uses += [acl.arn for acl in self.wacls.values() if acl.associated_resources]
            if any(f":{folder}/{kind}/{name}/{identifier}" in use for use in uses for kind in kinds):
                raise WAFv2ClientError(
                    "WAFAssociatedItemException",
                    "AWS WAF couldn't perform the operation because your resource is being used by another resource or "
                    "it's associated with another resource.",
                )
            return original(self, *args, **kwargs)

        return delete

    for name in ("delete_web_acl", "delete_ip_set", "delete_rule_group", "delete_regex_pattern_set"):
        surroundings.replace(WAFV2Backend, name, stays_while_used(getattr(WAFV2Backend, name)))


def _load_balancers_without_public_ipv4() -> None:
    """``dualstack-without-public-ipv4`` is an IpAddressType (ELB model); moto knows the two older ones only."""
    from moto.elbv2.models import ELBv2Backend

    newest = "dualstack-without-public-ipv4"
    create, change = ELBv2Backend.create_load_balancer, ELBv2Backend.set_ip_address_type

    @functools.wraps(create)
    def create_load_balancer(self: Any, *args: Any, **kwargs: Any) -> Any:
        wanted = kwargs.get("ip_address_type")
        if wanted == newest:
            kwargs["ip_address_type"] = "dualstack"
        balancer = create(self, *args, **kwargs)
        balancer.ip_address_type = wanted or balancer.ip_address_type
        return balancer

    @functools.wraps(change)
    def set_ip_address_type(self: Any, arn: str, ip_type: str) -> None:
        change(self, arn, "dualstack" if ip_type == newest else ip_type)
        self.load_balancers[arn].ip_address_type = ip_type

    surroundings.replace(ELBv2Backend, "create_load_balancer", create_load_balancer)
    surroundings.replace(ELBv2Backend, "set_ip_address_type", set_ip_address_type)


def _protected_load_balancers_stay() -> None:
    """DeleteLoadBalancer with deletion protection is OperationNotPermitted (ELB reference); moto deletes."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.delete_load_balancer

    def delete_load_balancer(self: Any, arn: str) -> None:
        balancer = self.load_balancers.get(arn)
        if balancer is not None and balancer.attrs.get("deletion_protection.enabled") == "true":
            raise ELBClientError(
                "OperationNotPermitted",
                f"Load balancer '{arn}' cannot be deleted because deletion protection is enabled",
            )
        original(self, arn)

    surroundings.replace(ELBv2Backend, "delete_load_balancer", delete_load_balancer)


def _load_balancers_stay_in_their_vpc() -> None:
    """SetSubnets and SetSecurityGroups take those of the load balancer's own VPC (ELB reference, errors
    InvalidConfigurationRequest and InvalidSecurityGroup); moto takes any."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend

    subnets_before, groups_before = ELBv2Backend.set_subnets, ELBv2Backend.set_security_groups

    def set_subnets(self: Any, arn: str, subnets: list[str], subnet_mappings: list[dict[str, Any]]) -> Any:
        wanted = [*subnets, *(mapping["SubnetId"] for mapping in subnet_mappings)]
        vpcs = {self.ec2_backend.get_subnet(subnet).vpc_id for subnet in wanted}
        if arn in self.load_balancers and vpcs - {self.load_balancers[arn].vpc_id}:
            raise ELBClientError("InvalidConfigurationRequest", "The subnets are not of the load balancer's VPC")
        return subnets_before(self, arn, subnets, subnet_mappings)

    def set_security_groups(self: Any, arn: str, sec_groups: list[str]) -> None:
        groups = [self.ec2_backend.get_security_group_from_id(group) for group in sec_groups]
        vpcs = {group.vpc_id for group in groups if group is not None}
        if arn in self.load_balancers and vpcs - {self.load_balancers[arn].vpc_id}:
            raise ELBClientError("InvalidSecurityGroup", "The security groups are not of the load balancer's VPC")
        groups_before(self, arn, sec_groups)

    surroundings.replace(ELBv2Backend, "set_subnets", set_subnets)
    surroundings.replace(ELBv2Backend, "set_security_groups", set_security_groups)


def _gateways_stay_while_addresses_use_them() -> None:
    """DetachInternetGateway while public addresses are in use in the VPC is DependencyViolation (EC2 reference); moto
    detaches. Here those are the addresses of load balancers: instances have none."""
    from moto.ec2.exceptions import EC2ClientError
    from moto.ec2.models import EC2Backend
    from moto.elbv2.models import elbv2_backends

    original = EC2Backend.detach_internet_gateway

    def detach(self: Any, internet_gateway_id: str, vpc_id: str) -> None:
        balancers = elbv2_backends[self.account_id][self.region_name].load_balancers.values()
        if any(item.vpc_id == vpc_id and item.scheme != "internal" for item in balancers):
            raise EC2ClientError(
                "DependencyViolation",
                f"Network {vpc_id} has some mapped public address(es). Please unmap those before detaching the gateway",
            )
        original(self, internet_gateway_id, vpc_id)

    surroundings.replace(EC2Backend, "detach_internet_gateway", detach)


def _load_balancers_of_the_internet_need_a_gateway() -> None:
    """CreateLoadBalancer for the internet in a VPC without an internet gateway is InvalidSubnet (Application Load
    Balancers guide, "Subnets for your load balancer"); moto makes it."""
    from moto.elbv2.exceptions import ELBClientError
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.create_load_balancer

    @functools.wraps(original)
    def create(self: Any, *args: Any, **kwargs: Any) -> Any:
        balancer = original(self, *args, **kwargs)
        gateways = self.ec2_backend.internet_gateways.values()
        has_one = any(gateway.vpc and gateway.vpc.id == balancer.vpc_id for gateway in gateways)
        if balancer.scheme != "internal" and not has_one:
            del self.load_balancers[balancer.arn]
            raise ELBClientError("InvalidSubnet", f"VPC {balancer.vpc_id} has no internet gateway")
        return balancer

    surroundings.replace(ELBv2Backend, "create_load_balancer", create)


def _rules_validate_tokens() -> None:
    """``jwt-validation`` is an action type of listeners and rules (ELB model); moto refuses it."""
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend._validate_actions

    def validate(self: Any, actions: list[Any]) -> None:
        original(self, [action for action in actions if action.type != "jwt-validation"])

    surroundings.replace(ELBv2Backend, "_validate_actions", validate)


def _groups_spread_over_zones() -> None:
    """A group keeps its instances balanced over its zones (Auto Scaling guide); moto puts all into the first subnet."""
    from moto.autoscaling.models import FakeAutoScalingGroup

    original = FakeAutoScalingGroup.replace_autoscaling_group_instances

    def replace(self: Any, count_needed: int, propagated_tags: dict[str, str]) -> None:
        subnets = (self.vpc_zone_identifier or "").split(",")
        for _ in range(count_needed):
            used = [state.instance.subnet_id for state in self.active_instances()]
            self.vpc_zone_identifier = min(subnets, key=lambda subnet: (used.count(subnet), subnets.index(subnet)))
            try:
                original(self, 1, propagated_tags)
            finally:
                self.vpc_zone_identifier = ",".join(subnets) or None

    surroundings.replace(FakeAutoScalingGroup, "replace_autoscaling_group_instances", replace)


def _deleted_groups_leave_no_instance() -> None:
    """Deleting a group by force terminates all of its instances (DeleteAutoScalingGroup); moto keeps protected ones."""
    from moto.autoscaling.models import AutoScalingBackend

    original = AutoScalingBackend.delete_auto_scaling_group

    def delete(self: Any, group_name: str) -> None:
        if group_name in self.autoscaling_groups:
            for state in self.autoscaling_groups[group_name].instance_states:
                state.protected_from_scale_in = False
        original(self, group_name)

    surroundings.replace(AutoScalingBackend, "delete_auto_scaling_group", delete)


def _only_what_serves_is_protected() -> None:
    """SetInstanceProtection of an instance that comes or goes is a ValidationError for all that are named with it (EC2
    Auto Scaling guide, "Use instance scale-in protection"); moto protects whatever it finds."""
    from moto.autoscaling.exceptions import ValidationError
    from moto.autoscaling.models import AutoScalingBackend

    original = AutoScalingBackend.set_instance_protection

    def protect(self: Any, group_name: str, instance_ids: list[str], protected_from_scale_in: bool | None) -> None:
        states = {one.instance.id: one.lifecycle_state for one in self.autoscaling_groups[group_name].instance_states}
        for instance_id in instance_ids:
            if states.get(instance_id) not in ("InService", "Standby"):
                raise ValidationError(f"The instance {instance_id} is not in InService or Standby.")
        original(self, group_name, instance_ids, protected_from_scale_in)

    surroundings.replace(AutoScalingBackend, "set_instance_protection", protect)


def _terminated_instances_are_no_targets() -> None:
    """A group deregisters what it terminates (Auto Scaling guide); moto leaves it in the target group."""
    from moto.ec2.models import ec2_backends
    from moto.elbv2.models import ELBv2Backend

    original = ELBv2Backend.describe_target_health

    def describe(self: Any, target_group_arn: str, *args: Any) -> Any:
        group = self.target_groups.get(target_group_arn)
        if group is not None:
            instances = {item.id: item for item in ec2_backends[self.account_id][self.region_name].all_instances()}
            for key in list(group.targets):
                target = group.targets[key]
                instance = instances.get(target.get("Id") or target.get("id"))
                if instance is not None and instance.state == "terminated":
                    del group.targets[key]
        return original(self, target_group_arn, *args)

    surroundings.replace(ELBv2Backend, "describe_target_health", describe)


def _terminated_instances_lose_their_interface() -> None:
    """The primary network interface goes with its instance (EC2 guide); moto keeps it."""
    from moto.ec2.models import EC2Backend

    original = EC2Backend.terminate_instances

    def terminate(self: Any, instance_ids: list[str]) -> Any:
        result = original(self, instance_ids)
        for key, interface in list(self.enis.items()):
            if interface.instance is not None and interface.instance.id in instance_ids:
                del self.enis[key]
        return result

    surroundings.replace(EC2Backend, "terminate_instances", terminate)


def _terminated_instances_free_their_addresses() -> None:
    """An address of a subnet can be had again once its instance is gone (EC2 guide); moto keeps each for ever, and a
    subnet that has had its 59 instances takes no more. They are only looked for then: which comes first is open."""
    from moto.ec2.models.subnets import Subnet

    original = Subnet.get_available_subnet_ip

    def available(self: Any, instance: Any) -> Any:
        try:
            return original(self, instance)
        except StopIteration:
            gone = {one.id for one in self.ec2_backend.all_instances() if one.state == "terminated"}
            freed = [ip for ip, holder in self._subnet_ips.items() if _holder_id(holder) in gone]
            for ip in freed:
                self.del_subnet_ip(ip)
            if not freed:
                raise
            return original(self, instance)

    def _holder_id(holder: Any) -> Any:
        return getattr(getattr(holder, "instance", None) or holder, "id", None)

    surroundings.replace(Subnet, "get_available_subnet_ip", available)


def _https_subscribers_are_not_called() -> None:
    """Nothing of a rehearsal may reach a real endpoint; moto would post to it. (The account's own sender is used.)"""
    from moto.sns.models import Subscription

    original = Subscription.publish

    def publish(self: Any, *args: Any, **kwargs: Any) -> None:
        if self.protocol not in ("http", "https"):
            original(self, *args, **kwargs)

    surroundings.replace(Subscription, "publish", publish)


def _deleted_users_are_gone() -> None:
    """A deleted ElastiCache user ends; moto lists it as "deleting" until it is asked for by name."""
    from moto.elasticache.models import ElastiCacheBackend

    original = ElastiCacheBackend.delete_user

    def delete_user(self: Any, user_id: str) -> Any:
        user = original(self, user_id)
        self.users.pop(user_id, None)
        return user

    surroundings.replace(ElastiCacheBackend, "delete_user", delete_user)


def _tokens_of_deleted_certificates_are_free() -> None:
    """RequestCertificate with the token of a deleted certificate makes a new one; moto answers with the old ARN."""
    from moto.acm.models import AWSCertificateManagerBackend

    original = AWSCertificateManagerBackend._get_arn_from_idempotency_token

    def look_up(self: Any, token: str) -> str | None:
        arn: str | None = original(self, token)
        return arn if arn in self._certificates else None

    surroundings.replace(AWSCertificateManagerBackend, "_get_arn_from_idempotency_token", look_up)


def _roles_leave_a_profile_once() -> None:
    """RemoveRoleFromInstanceProfile of a role that is not there is NoSuchEntity (IAM reference); moto breaks down."""
    from moto.iam.exceptions import NotFoundException
    from moto.iam.models import IAMBackend

    original = IAMBackend.remove_role_from_instance_profile

    def remove(self: Any, profile_name: str, role_name: str) -> None:
        if all(role.name != role_name for role in self.get_instance_profile(profile_name).roles):
            raise NotFoundException(f"The role with name {role_name} cannot be found.")
        original(self, profile_name, role_name)

    surroundings.replace(IAMBackend, "remove_role_from_instance_profile", remove)


def _replication_groups_have_their_nodes() -> None:
    """NumCacheClusters is the number of nodes, the primary included (ElastiCache API reference); moto makes one."""
    from moto.elasticache.models import ReplicationGroup

    original = ReplicationGroup.__init__

    @functools.wraps(original)
    def init(self: Any, *args: Any, **kwargs: Any) -> None:
        if kwargs.get("num_cache_clusters") and not kwargs.get("replicas_per_node_group"):
            kwargs["replicas_per_node_group"] = int(kwargs["num_cache_clusters"]) - 1
        original(self, *args, **kwargs)

    surroundings.replace(ReplicationGroup, "__init__", init)


def _deleted_replication_groups_are_gone() -> None:
    """A deleted replication group ends; moto calls it "deleting" for ever."""
    from moto.elasticache.models import ElastiCacheBackend

    original = ElastiCacheBackend.delete_replication_group

    def delete(self: Any, replication_group_id: str, retain_primary_cluster: bool | None) -> Any:
        group = original(self, replication_group_id, retain_primary_cluster)
        self.replication_groups.pop(replication_group_id, None)
        return group

    surroundings.replace(ElastiCacheBackend, "delete_replication_group", delete)


def _later_template_versions_have_user_data() -> None:
    """Every version of a launch template launches instances; moto breaks down over the user data of a second one."""
    from moto.core.types import Base64EncodedString
    from moto.ec2.models.launch_templates import LaunchTemplateVersion

    original = LaunchTemplateVersion.__init__

    @functools.wraps(original)
    def init(self: Any, template: Any, number: int, data: dict[str, Any], description: str) -> None:
        if isinstance(data.get("UserData"), str):
            data = {**data, "UserData": Base64EncodedString(data["UserData"])}
        original(self, template, number, data, description)

    surroundings.replace(LaunchTemplateVersion, "__init__", init)


def _metric_filters_are_put_once() -> None:
    """PutMetricFilter creates or updates (CloudWatch Logs reference); moto adds a second one of the same name."""
    from moto.logs.metric_filters import MetricFilters

    original = MetricFilters.add_filter

    def add_filter(self: Any, filter_name: str, pattern: str, log_group_name: str, transformations: Any) -> None:
        this = (filter_name, log_group_name)
        self.metric_filters = [f for f in self.metric_filters if (f["filterName"], f["logGroupName"]) != this]
        original(self, filter_name, pattern, log_group_name, transformations)

    surroundings.replace(MetricFilters, "add_filter", add_filter)


def _what_is_gone_is_not_found() -> None:
    """Deleting what is not there is ResourceNotFound (Scheduler and AppConfig references); moto breaks down."""
    from moto.appconfig.exceptions import ConfigurationVersionNotFound
    from moto.appconfig.models import AppConfigBackend, ConfigurationProfile
    from moto.scheduler.models import EventBridgeSchedulerBackend

    delete_group = EventBridgeSchedulerBackend.delete_schedule_group
    delete_profile = AppConfigBackend.delete_configuration_profile

    def delete_schedule_group(self: Any, name: str | None) -> None:
        self.get_schedule_group(name)
        delete_group(self, name)

    def delete_configuration_profile(self: Any, app_id: str, config_profile_id: str) -> None:
        self.get_configuration_profile(app_id, config_profile_id)
        delete_profile(self, app_id, config_profile_id)

    def delete_version(self: Any, version: int) -> None:
        if self.config_versions.pop(version, None) is None:
            raise ConfigurationVersionNotFound

    surroundings.replace(EventBridgeSchedulerBackend, "delete_schedule_group", delete_schedule_group)
    surroundings.replace(AppConfigBackend, "delete_configuration_profile", delete_configuration_profile)
    surroundings.replace(ConfigurationProfile, "delete_version", delete_version)


def _records_are_made_once() -> None:
    """CREATE of a record whose name and type exist is InvalidChangeBatch (Route 53 reference).

    moto takes it, and refuses one that was sent just so before and is gone.
    """
    from moto.route53.exceptions import ResourceRecordAlreadyExists
    from moto.route53.models import Route53Backend

    original = Route53Backend.change_resource_record_sets

    def named(change: dict[str, Any]) -> tuple[str, str, str]:
        return change["Action"], change["ResourceRecordSet"]["Name"].rstrip("."), change["ResourceRecordSet"]["Type"]

    def change(self: Any, zoneid: str, change_list: list[dict[str, Any]]) -> None:
        zone = self.zones[zoneid]
        existing = {(item.name.rstrip("."), item.type, item.set_identifier) for item in zone.rrsets}
        for wanted in change_list:
            action, name, kind = named(wanted)
            if action == "CREATE" and (name, kind, wanted["ResourceRecordSet"].get("SetIdentifier")) in existing:
                raise ResourceRecordAlreadyExists(name=f"{name}.", _type=kind)
        made = {named(wanted) for wanted in change_list if wanted["Action"] == "CREATE"}
        zone.rr_changes[:] = [earlier for earlier in zone.rr_changes if named(earlier) not in made]
        original(self, zoneid, change_list)

    surroundings.replace(Route53Backend, "change_resource_record_sets", change)
