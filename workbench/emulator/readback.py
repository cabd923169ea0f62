"""Compares what AWS's API reports with what was declared, property by property, and looks for what is left over."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from deployment.manifests import PREFIX
from workbench.emulator import mapping
from workbench.emulator.api import moto_implements
from workbench.emulator.expressions import search
from workbench.emulator.lifecycle import META
from workbench.emulator.registry import type_for

if TYPE_CHECKING:
    from workbench.emulator.api import Api
    from workbench.emulator.deploy import Deployer


@dataclass
class ReadBack:
    """The outcome of a comparison."""

    compared: int = 0
    """Properties that the API reports and that were compared."""
    differences: list[str] = field(default_factory=list)
    """"type name.property: declared …, live …"."""
    not_reported: dict[str, list[str]] = field(default_factory=dict)
    """Type → declared properties that no describing call of the emulator reports."""


def read_back(deployer: Deployer) -> ReadBack:
    """Read every emulated resource from the API and compare it with its declaration."""
    result = ReadBack()
    lifecycle = deployer.lifecycle
    for entry in deployer.state.entries.values():
        if not entry.outputs.get(META, {}).get("emulated", True):
            continue
        if entry.type.startswith(PREFIX):  # what is declared is what is kept: the API server refuses everything else
            if lifecycle.read(entry.type, entry.urn, entry.id, entry.outputs) is None:
                result.differences.append(f"{entry.type.rsplit(':', 1)[-1]} {entry.name}: is not there")
            continue
        row = type_for(entry.type)
        context = lifecycle.existing(row, entry.urn, entry.id, entry.outputs)
        live = lifecycle.live(row, context)
        name = f"{entry.type.rsplit(':', 1)[-1]} {entry.urn.rsplit('::', 1)[-1]}"
        if live is None:
            result.differences.append(f"{name}: is not there")
            continue
        pairs = lifecycle.compare(row, context, live)
        for prop, (declared, found) in pairs.items():
            result.compared += 1
            if not mapping.same(declared, found):
                result.differences.append(f"{name}.{prop}: declared {declared!r}, live {found!r}")
        missing = set(context.properties) - set(pairs) - row.never_sent
        if missing:
            known = result.not_reported.setdefault(entry.type, [])
            known.extend(sorted(missing - set(known)))
    return result


_PROFILES = "Items[].join(' ', [ApplicationId, Id])"
_RECORDS = "ResourceRecordSets[].join(' ', [Name, Type])"
_LISTINGS: tuple[tuple[str, str, dict[str, Any], str], ...] = (
    ("acm", "list_certificates", {}, "CertificateSummaryList[].CertificateArn"),
    ("appconfig", "list_applications", {}, "Items[].Id"),
    ("autoscaling", "describe_auto_scaling_groups", {}, "AutoScalingGroups[].AutoScalingGroupARN"),
    ("autoscaling", "describe_policies", {}, "ScalingPolicies[].PolicyARN"),
    ("autoscaling", "describe_scheduled_actions", {}, "ScheduledUpdateGroupActions[].ScheduledActionARN"),
    ("budgets", "describe_budgets", {"AccountId": "123456789012"}, "Budgets[].BudgetName"),
    ("cloudwatch", "describe_alarms", {}, "MetricAlarms[].AlarmArn"),
    ("cloudwatch", "list_dashboards", {}, "DashboardEntries[].DashboardArn"),
    ("ec2", "describe_vpcs", {}, "Vpcs[].VpcId"),
    ("ec2", "describe_subnets", {}, "Subnets[].SubnetId"),
    ("ec2", "describe_security_groups", {}, "SecurityGroups[].GroupId"),
    ("ec2", "describe_security_group_rules", {}, "SecurityGroupRules[].SecurityGroupRuleId"),
    ("ec2", "describe_route_tables", {}, "RouteTables[].RouteTableId"),
    ("ec2", "describe_internet_gateways", {}, "InternetGateways[].InternetGatewayId"),
    (
        "ec2",
        "describe_egress_only_internet_gateways",
        {},
        "EgressOnlyInternetGateways[].EgressOnlyInternetGatewayId",
    ),
    ("ec2", "describe_vpc_endpoints", {}, "VpcEndpoints[?State!='deleted'].VpcEndpointId"),
    ("ec2", "describe_flow_logs", {}, "FlowLogs[].FlowLogId"),
    ("ec2", "describe_launch_templates", {}, "LaunchTemplates[].LaunchTemplateId"),
    ("ec2", "describe_instances", {}, "Reservations[].Instances[?State.Name!='terminated'][].InstanceId"),
    ("ec2", "describe_network_interfaces", {}, "NetworkInterfaces[].NetworkInterfaceId"),
    ("elasticache", "describe_users", {}, "Users[].ARN"),
    ("elasticache", "describe_cache_subnet_groups", {}, "CacheSubnetGroups[].ARN"),
    ("elasticache", "describe_replication_groups", {}, "ReplicationGroups[].ARN"),
    ("elbv2", "describe_load_balancers", {}, "LoadBalancers[].LoadBalancerArn"),
    ("elbv2", "describe_target_groups", {}, "TargetGroups[].TargetGroupArn"),
    ("events", "list_rules", {}, "Rules[].Arn"),
    ("events", "list_event_buses", {}, "EventBuses[].Arn"),
    ("events", "list_connections", {}, "Connections[].ConnectionArn"),
    ("events", "list_api_destinations", {}, "ApiDestinations[].ApiDestinationArn"),
    ("iam", "list_roles", {}, "Roles[].Arn"),
    ("iam", "list_policies", {"Scope": "Local"}, "Policies[].Arn"),
    ("iam", "list_instance_profiles", {}, "InstanceProfiles[].Arn"),
    ("iam", "list_open_id_connect_providers", {}, "OpenIDConnectProviderList[].Arn"),
    ("kms", "list_aliases", {}, "Aliases[?!starts_with(AliasName, 'alias/aws/')].AliasName"),
    ("logs", "describe_log_groups", {}, "logGroups[].logGroupName"),
    ("logs", "describe_metric_filters", {}, "metricFilters[].join(' ', [logGroupName, filterName])"),
    ("logs", "describe_resource_policies", {}, "resourcePolicies[].policyName"),
    ("route53", "list_hosted_zones", {}, "HostedZones[].Id"),
    ("s3", "list_buckets", {}, "Buckets[].Name"),
    ("scheduler", "list_schedules", {}, "Schedules[].Arn"),
    ("scheduler", "list_schedule_groups", {}, "ScheduleGroups[?Name!='default'].Arn"),
    ("sns", "list_topics", {}, "Topics[].TopicArn"),
    ("sns", "list_subscriptions", {}, "Subscriptions[].SubscriptionArn"),
    ("sqs", "list_queues", {}, "QueueUrls"),
    ("ssm", "describe_parameters", {}, "Parameters[].Name"),
    ("stepfunctions", "list_state_machines", {}, "stateMachines[].stateMachineArn"),
    ("wafv2", "list_web_acls", {"Scope": "REGIONAL"}, "WebACLs[].ARN"),
    ("wafv2", "list_rule_groups", {"Scope": "REGIONAL"}, "RuleGroups[].ARN"),
    ("wafv2", "list_ip_sets", {"Scope": "REGIONAL"}, "IPSets[].ARN"),
)


_CHILDREN: tuple[tuple[str, str, str, str, str], ...] = (
    ("elbv2 describe_load_balancers", "elbv2", "describe_listeners", "LoadBalancerArn", "Listeners[].ListenerArn"),
    ("elbv2 describe_listeners", "elbv2", "describe_rules", "ListenerArn", "Rules[?!IsDefault].RuleArn"),
    ("appconfig list_applications", "appconfig", "list_configuration_profiles", "ApplicationId", _PROFILES),
    (
        "appconfig list_configuration_profiles",
        "appconfig",
        "list_hosted_configuration_versions",
        "ApplicationId ConfigurationProfileId",
        "Items[].join(' ', [ApplicationId, ConfigurationProfileId, to_string(VersionNumber)])",
    ),
    ("route53 list_hosted_zones", "route53", "list_resource_record_sets", "HostedZoneId", _RECORDS),
)
"""What is listed by its owner only: owner's kind, service, operation, parameters (the owner's id in words), ids."""


def inventory(api: Api) -> dict[str, set[str]]:
    """Everything that the account holds: kind ("service operation that lists it") → ids.

    A KMS key that waits for its deletion is not listed.
    """
    found: dict[str, set[str]] = {}
    for service, operation, params, expression in _LISTINGS:
        if moto_implements(service, operation):
            answer = api.call(service, operation, **params)
            found[f"{service} {operation}"] = set(search(expression, answer) or [])
    for owner, service, operation, names, expression in _CHILDREN:
        ids: set[str] = set()
        for identifier in sorted(found[owner]):
            words = identifier.removeprefix("/hostedzone/").split()
            answer = api.call(service, operation, **dict(zip(names.split(), words, strict=True)))
            ids |= set(search(expression, answer) or [])
        found[f"{service} {operation}"] = ids
    found["kms list_keys"] = {key for key in search("Keys[].KeyId", api.call("kms", "list_keys")) if _is_ours(api, key)}
    return found


def leftovers(api: Api) -> set[str]:
    """Everything that the account holds: "service id" of each."""
    return {f"{kind.split()[0]} {item}" for kind, items in inventory(api).items() for item in items}


def _is_ours(api: Api, key: str) -> bool:
    metadata = api.call("kms", "describe_key", KeyId=key)["KeyMetadata"]
    of_aws = metadata["Description"].startswith("Default master key")  # moto calls AWS's own keys the customer's
    return metadata["KeyState"] != "PendingDeletion" and not of_aws
