"""Our resources in the words of CloudFormation, whose schemas are AWS's own: names found by them, not listed here."""

from __future__ import annotations

import json
from collections.abc import Iterator, Mapping
from functools import cache
from typing import Any

from deployment.graph import Resource

TYPES = {
    "aws:acm/certificate:Certificate": "AWS::CertificateManager::Certificate",
    "aws:autoscaling/group:Group": "AWS::AutoScaling::AutoScalingGroup",
    "aws:autoscaling/policy:Policy": "AWS::AutoScaling::ScalingPolicy",
    "aws:autoscaling/schedule:Schedule": "AWS::AutoScaling::ScheduledAction",
    "aws:cloudwatch/eventRule:EventRule": "AWS::Events::Rule",
    "aws:cloudwatch/logGroup:LogGroup": "AWS::Logs::LogGroup",
    "aws:cloudwatch/logMetricFilter:LogMetricFilter": "AWS::Logs::MetricFilter",
    "aws:cloudwatch/logResourcePolicy:LogResourcePolicy": "AWS::Logs::ResourcePolicy",
    "aws:cloudwatch/metricAlarm:MetricAlarm": "AWS::CloudWatch::Alarm",
    "aws:ec2/routeTableAssociation:RouteTableAssociation": "AWS::EC2::SubnetRouteTableAssociation",
    "aws:iam/policy:Policy": "AWS::IAM::ManagedPolicy",
    "aws:lb/listener:Listener": "AWS::ElasticLoadBalancingV2::Listener",
    "aws:lb/listenerRule:ListenerRule": "AWS::ElasticLoadBalancingV2::ListenerRule",
    "aws:lb/loadBalancer:LoadBalancer": "AWS::ElasticLoadBalancingV2::LoadBalancer",
    "aws:lb/targetGroup:TargetGroup": "AWS::ElasticLoadBalancingV2::TargetGroup",
    "aws:route53/record:Record": "AWS::Route53::RecordSet",
    "aws:sfn/stateMachine:StateMachine": "AWS::StepFunctions::StateMachine",
    "aws:sns/topicSubscription:TopicSubscription": "AWS::SNS::Subscription",
    "aws:vpc/securityGroupEgressRule:SecurityGroupEgressRule": "AWS::EC2::SecurityGroupEgress",
    "aws:vpc/securityGroupIngressRule:SecurityGroupIngressRule": "AWS::EC2::SecurityGroupIngress",
    "aws:wafv2/webAclLoggingConfiguration:WebAclLoggingConfiguration": "AWS::WAFv2::LoggingConfiguration",
}
"""Types that go by another name than in Pulumi."""
NAMES = {
    "Alias.name": "AliasName",
    "Key.policy": "KeyPolicy",
    "Key.deletionWindowInDays": "PendingWindowInDays",
    "LaunchTemplate.networkInterfaces.securityGroups": "Groups",
    "ListenerRule.actions.fixedResponse": "FixedResponseConfig",
    "ListenerRule.actions.forward": "ForwardConfig",
    "ListenerRule.actions.forward.targetGroups.arn": "TargetGroupArn",
    "ListenerRule.actions.jwtValidation": "JwtValidationConfig",
    "ListenerRule.conditions.hostHeader": "HostHeaderConfig",
    "ListenerRule.conditions.httpRequestMethod": "HttpRequestMethodConfig",
    "ListenerRule.conditions.pathPattern": "PathPatternConfig",
    "ListenerRule.conditions.queryStrings": "QueryStringConfig",
    "ListenerRule.conditions.sourceIp": "SourceIpConfig",
    "Listener.defaultActions.fixedResponse": "FixedResponseConfig",
    "LoadBalancer.loadBalancerType": "Type",
    "LogGroup.name": "LogGroupName",
    "LogMetricFilter.metricTransformation.name": "MetricName",
    "LogMetricFilter.metricTransformation.namespace": "MetricNamespace",
    "LogMetricFilter.metricTransformation.value": "MetricValue",
    "LogMetricFilter.pattern": "FilterPattern",
    "MetricAlarm.metricQueries.metric": "MetricStat",
    "MetricAlarm.metricQueries": "Metrics",
    "Parameter.insecureValue": "Value",
    "Policy.name": "ManagedPolicyName",
    "Policy.policy": "PolicyDocument",
    "Record.records": "ResourceRecords",
    "Record.zoneId": "HostedZoneId",
    "Role.assumeRolePolicy": "AssumeRolePolicyDocument",
    "RolePolicy.policy": "PolicyDocument",
    "RolePolicy.role": "RoleName",
    "Route.egressOnlyGatewayId": "EgressOnlyInternetGatewayId",
    "SecurityGroup.description": "GroupDescription",
    "SecurityGroupEgressRule.cidrIpv4": "CidrIp",
    "SecurityGroupEgressRule.prefixListId": "DestinationPrefixListId",
    "SecurityGroupEgressRule.referencedSecurityGroupId": "DestinationSecurityGroupId",
    "SecurityGroupEgressRule.securityGroupId": "GroupId",
    "SecurityGroupIngressRule.cidrIpv4": "CidrIp",
    "SecurityGroupIngressRule.referencedSecurityGroupId": "SourceSecurityGroupId",
    "SecurityGroupIngressRule.securityGroupId": "GroupId",
    "ServerlessCache.name": "ServerlessCacheName",
    "StateMachine.type": "StateMachineType",
    "TopicPolicy.policy": "PolicyDocument",
    "TopicSubscription.topic": "TopicArn",
    "Bucket.bucket": "BucketName",
    "BucketPolicy.policy": "PolicyDocument",
}
"""Properties that go by another name than in Pulumi."""
WRAPPED = {"LaunchTemplate": "LaunchTemplateData"}
"""Types whose properties are one level deeper."""
APART = ("Budget.", "Group.", "Listener.", "LoadBalancer.", "Record.aliases", "TargetGroup.", "TopicPolicy.arn")
"""Beginnings of what CloudFormation arranges otherwise: attributes as a list of keys and values, mostly."""
WITHOUT = (
    "Bucket.forceDestroy",
    "Certificate.options",
    "FlowLog.vpcId",
    "InstanceProfile.tags",
    "InternetGateway.vpcId",
    "LaunchTemplate.updateDefaultVersion",
    "MetricAlarm.metricQueries.metric.dimensions",
    "MetricAlarm.metricQueries.metric.metricName",
    "MetricAlarm.metricQueries.metric.namespace",
    "Policy.tags",
    "Record.allowOverwrite",
    "RuleGroup.customResponseBodies",
    "SecurityGroup.revokeRulesOnDelete",
    "SecurityGroupEgressRule.tags",
    "SecurityGroupIngressRule.tags",
    "StateMachine.loggingConfiguration.logDestination",
    "Vpc.assignGeneratedIpv6CidrBlock",
    "WebAcl.customResponseBodies",
)
"""What CloudFormation has no such word for."""
REQUIRED = ("E3003", "E3006", "E3014", "E3017", "E3018", "E3676")
"""cfn-lint's rules about what has to be there, and in which Region a type is."""
PAIRS = (("Key", "Value"), ("Name", "Value"), ("key", "value"))


@cache
def types() -> Mapping[str, str]:
    """Name of each type in lower case -> its name."""
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    return {name.lower(): name for name in PROVIDER_SCHEMA_MANAGER.get_resource_types("us-east-1")}


@cache
def schema(name: str) -> Mapping[str, Any]:
    from cfnlint.schema.manager import PROVIDER_SCHEMA_MANAGER

    found: Mapping[str, Any] = PROVIDER_SCHEMA_MANAGER.get_resource_schema("us-east-1", name).schema
    return found


def type_of(resource: Resource) -> str | None:
    """CloudFormation's type of a resource; None where it has none of that name."""
    _, module, name = resource.type.split(":")
    return TYPES.get(resource.type) or types().get(f"aws::{module.partition('/')[0]}::{name}".lower())


class Rendering:
    """One resource; `unmapped` are the paths of properties that CloudFormation does not know by that name."""

    def __init__(self, resource: Resource) -> None:
        self.type = type_of(resource) or ""
        self.unmapped: set[str] = set()
        self.whole = schema(self.type)
        kind, inputs = resource.type.rpartition(":")[2], resource.inputs
        self.properties = self._object(self.whole, inputs, kind)
        if kind in WRAPPED:
            self.unmapped.clear()
            inner = self._resolved(self.whole["properties"][WRAPPED[kind]])
            outer = {key: item for key, item in inputs.items() if key not in ("name", "description", "tags")}
            self.properties = {WRAPPED[kind]: self._object(inner, outer, kind)}

    @property
    def unknown(self) -> set[str]:
        """Properties whose counterpart is neither found nor known to be another."""
        return {path for path in self.unmapped - {*WITHOUT} if not path.startswith(APART)}

    def _resolved(self, node: Mapping[str, Any]) -> Mapping[str, Any]:
        while "$ref" in node:
            found: Any = self.whole
            for step in node["$ref"].removeprefix("#/").split("/"):
                found = found[step]
            node = found
        return node

    def _object(self, node: Mapping[str, Any], value: Mapping[str, Any], path: str) -> dict[str, Any]:
        found = {}
        for key, item in value.items():
            name = NAMES.get(f"{path}.{key}") or member(node.get("properties", {}), key)
            if name is None or key == "customResponseBodies":  # a map there
                self.unmapped.add(f"{path}.{key}")
            elif item is not None:
                found[name] = self._value(node["properties"][name], item, f"{path}.{key}")
        return found

    def _value(self, node: Mapping[str, Any], value: Any, path: str) -> Any:
        node = self._resolved(node)
        kinds = node.get("type", [])
        kinds = [kinds] if isinstance(kinds, str) else kinds
        if "array" in kinds:
            return self._list(node, value, path)
        if "properties" in node:
            if isinstance(value, list) and node["properties"].keys() == {"Values"}:
                value = {"values": value}
            elif isinstance(value, list):
                value = value[0] if value else {}
            return self._object(node, value, path) if isinstance(value, Mapping) else value
        if "object" in kinds and isinstance(value, str):
            return json.loads(value)
        return scalar(kinds, value)

    def _list(self, node: Mapping[str, Any], value: Any, path: str) -> list[Any]:
        inner = self._resolved(node.get("items", {}))
        names = inner.get("properties", {})
        if isinstance(value, Mapping):
            for key, item in PAIRS:
                if {key, item} <= names.keys():
                    return [{key: one, item: str(text)} for one, text in value.items()]
        return [self._value(inner, item, path) for item in (value if isinstance(value, list) else [value])]


def member(names: Mapping[str, Any], key: str) -> str | None:
    lowered = {name.lower(): name for name in names}
    plain = key.lower()
    tried = (
        plain,
        f"{plain}s",
        plain.removesuffix("s"),
        f"{plain.removesuffix('s')}es",
        f"{plain.removesuffix('y')}ies",
    )
    return next((lowered[one] for one in tried if one in lowered), None)


def scalar(kinds: list[str], value: Any) -> Any:
    if isinstance(value, str) and value in ("true", "false") and "boolean" in kinds:
        return value == "true"
    if isinstance(value, str) and "integer" in kinds and "string" not in kinds and value.lstrip("-").isdigit():
        return int(value)
    if isinstance(value, (bool, int, float)) and kinds == ["string"]:
        return str(value).lower() if isinstance(value, bool) else f"{value:g}"
    return value


@cache
def linter() -> Any:
    """cfn-lint for all Regions, as its `lint_all`, which reads its rules anew for each template."""
    from cfnlint.config import ConfigMixIn, ManualArgs
    from cfnlint.helpers import REGIONS
    from cfnlint.runner import Runner

    return Runner(ConfigMixIn(**ManualArgs(include_checks=["I"], include_experimental=True, regions=REGIONS)))


def findings(resources: Mapping[str, Rendering]) -> Iterator[str]:
    """What cfn-lint calls an error in a template of these resources.

    What is required is not among it: it may be one of the properties that are left out.
    """
    from cfnlint.decode.decode import decode_str

    template = {
        "AWSTemplateFormatVersion": "2010-09-09",
        "Resources": {name: {"Type": one.type, "Properties": one.properties} for name, one in resources.items()},
    }
    decoded, errors = decode_str(json.dumps(template, default=str))
    for match in (*errors, *linter().validate_template(decoded)):
        if match.rule.id.startswith("E") and match.rule.id not in REQUIRED:
            yield f"{'/'.join(map(str, match.path[1:]))}: {match.rule.id} {match.message}"
