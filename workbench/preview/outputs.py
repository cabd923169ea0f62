"""What AWS would answer: deterministic stand-ins for the outputs that only a deployment knows.

One row a resource type. Values have the shape of the real ones (an ARN is an ARN), and come from the URN
alone, so the same program gives the same bytes. A type without a row has an id and nothing else; a program
that reads more of it is told to add a row.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping
from typing import Any, Final

from deployment import tokens

ACCOUNT: Final = "123456789012"
"""The account in synthetic ARNs where the program names none; it is AWS's own documentation account."""

NOTHING: Final[Mapping[str, Any]] = {}

NAMING: Final[Mapping[str, str]] = {
    tokens.REPLICATION_GROUP[0]: "replicationGroupId",
    tokens.BUCKET[0]: "bucket",
}
"""Property that names the resource; `name` elsewhere. Pulumi fills it with `<logical name>-<7 hex digits>` when the
program leaves it out, for the types whose row mentions it."""

_ELB = "arn:aws:elasticloadbalancing:{region}:{account}"
_EC2 = "arn:aws:ec2:{region}:{account}"
_IAM = "arn:aws:iam::{account}"

OUTPUTS: Final[Mapping[str, Mapping[str, Any]]] = {
    tokens.CERTIFICATE[0]: {
        "id": "{arn}",
        "arn": "arn:aws:acm:{region}:{account}:certificate/{uuid}",
        "domainValidationOptions": [
            {
                "domainName": "{domainName}",
                "resourceRecordName": "_{hex32}.{domainName}.",
                "resourceRecordType": "CNAME",
                "resourceRecordValue": "_{hex16}.acm-validations.aws.",
            }
        ],
    },
    tokens.CERTIFICATE_VALIDATION[0]: {
        "id": "{hex17}",
        "certificateArn": "{certificateArn}",
    },
    tokens.APPCONFIG_APPLICATION[0]: {
        "id": "{hex7}",
        "arn": "arn:aws:appconfig:{region}:{account}:application/{hex7}",
    },
    tokens.APPCONFIG_PROFILE[0]: {
        "id": "{hex7}:{applicationId}",
        "arn": "arn:aws:appconfig:{region}:{account}:application/{applicationId}/configurationprofile/{hex7}",
        "configurationProfileId": "{hex7}",
    },
    tokens.APPCONFIG_DEPLOYMENT[0]: {"deploymentNumber": 1, "state": "COMPLETE"},
    tokens.APPCONFIG_STRATEGY[0]: {
        "id": "{hex7}",
        "arn": "arn:aws:appconfig:{region}:{account}:deploymentstrategy/{hex7}",
    },
    tokens.APPCONFIG_ENVIRONMENT[0]: {
        "id": "{hex7}:{applicationId}",
        "arn": "arn:aws:appconfig:{region}:{account}:application/{applicationId}/environment/{hex7}",
        "environmentId": "{hex7}",
        "state": "READY_FOR_DEPLOYMENT",
    },
    tokens.APPCONFIG_VERSION[0]: {"versionNumber": 1},
    tokens.SCALING_GROUP[0]: {
        "id": "{name}",
        "arn": "arn:aws:autoscaling:{region}:{account}:autoScalingGroup:{uuid}:autoScalingGroupName/{name}",
    },
    tokens.SCALING_POLICY[0]: {
        "id": "{name}",
        "arn": "arn:aws:autoscaling:{region}:{account}:scalingPolicy:{uuid}:autoScalingGroupName/{autoscalingGroupName}"
        ":policyName/{name}",
    },
    tokens.SCALING_SCHEDULE[0]: {"id": "{scheduledActionName}"},
    tokens.BUDGET[0]: {
        "id": "{account}:{name}",
        "arn": "arn:aws:budgets::{account}:budget/{name}",
        "accountId": "{account}",
    },
    tokens.BUDGET_ACTION[0]: {"id": "{account}:{uuid}:{budgetName}", "actionId": "{uuid}"},
    tokens.COMPOSITE_ALARM[0]: {
        "id": "{alarmName}",
        "arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{alarmName}",
    },
    tokens.DASHBOARD[0]: {
        "id": "{dashboardName}",
        "dashboardArn": "arn:aws:cloudwatch::{account}:dashboard/{dashboardName}",
    },
    tokens.EVENT_DESTINATION[0]: {
        "id": "{name}",
        "arn": "arn:aws:events:{region}:{account}:api-destination/{name}/{uuid}",
    },
    tokens.EVENT_BUS[0]: {
        "id": "{name}",
        "arn": "arn:aws:events:{region}:{account}:event-bus/{name}",
    },
    tokens.EVENT_CONNECTION[0]: {
        "id": "{name}",
        "arn": "arn:aws:events:{region}:{account}:connection/{name}/{uuid}",
    },
    tokens.EVENT_RULE[0]: {
        "id": "{name}",
        "arn": "arn:aws:events:{region}:{account}:rule/{name}",
    },
    tokens.LOG_GROUP[0]: {
        "id": "{name}",
        "arn": "arn:aws:logs:{region}:{account}:log-group:{name}",
    },
    tokens.METRIC_ALARM[0]: {
        "id": "{name}",
        "arn": "arn:aws:cloudwatch:{region}:{account}:alarm:{name}",
    },
    tokens.USER_POOL[0]: {
        "id": "{region}_{hex9}",
        "arn": "arn:aws:cognito-idp:{region}:{account}:userpool/{region}_{hex9}",
        "endpoint": "cognito-idp.{region}.amazonaws.com/{region}_{hex9}",
    },
    tokens.USER_POOL_CLIENT[0]: {"id": "{hex17}"},
    tokens.DEFAULT_SECURITY_GROUP[0]: {"id": "sg-{hex17}"},
    tokens.EGRESS_ONLY_GATEWAY[0]: {"id": "eigw-{hex17}"},
    tokens.FLOW_LOG[0]: {"id": "fl-{hex17}", "arn": _EC2 + ":vpc-flow-log/fl-{hex17}"},
    tokens.INTERNET_GATEWAY[0]: {
        "id": "igw-{hex17}",
        "arn": _EC2 + ":internet-gateway/igw-{hex17}",
    },
    tokens.LAUNCH_TEMPLATE[0]: {
        "id": "lt-{hex17}",
        "arn": _EC2 + ":launch-template/lt-{hex17}",
        "defaultVersion": 1,
        "latestVersion": 1,
    },
    tokens.NETWORK_ACL[0]: {"id": "acl-{hex17}", "arn": _EC2 + ":network-acl/acl-{hex17}"},
    tokens.ROUTE_TABLE[0]: {"id": "rtb-{hex17}", "arn": _EC2 + ":route-table/rtb-{hex17}"},
    tokens.SECURITY_GROUP[0]: {"id": "sg-{hex17}", "arn": _EC2 + ":security-group/sg-{hex17}"},
    tokens.SUBNET[0]: {"id": "subnet-{hex17}", "arn": _EC2 + ":subnet/subnet-{hex17}"},
    tokens.VPC[0]: {
        "id": "vpc-{hex17}",
        "arn": _EC2 + ":vpc/vpc-{hex17}",
        "defaultNetworkAclId": "acl-{hex17}",
        "defaultRouteTableId": "rtb-{hex17}",
        "defaultSecurityGroupId": "sg-{hex17}",
        "ipv6CidrBlock": "2600:1f18:{hex4}:{hex2}00::/56",
    },
    tokens.VPC_ENDPOINT[0]: {
        "id": "vpce-{hex17}",
        "arn": _EC2 + ":vpc-endpoint/vpce-{hex17}",
        "prefixListId": "pl-{hex8}",
    },
    tokens.CACHE_PARAMETER_GROUP[0]: {
        "id": "{name}",
        "arn": "arn:aws:elasticache:{region}:{account}:parametergroup:{name}",
    },
    tokens.REPLICATION_GROUP[0]: {
        "id": "{replicationGroupId}",
        "arn": "arn:aws:elasticache:{region}:{account}:replicationgroup:{replicationGroupId}",
        "primaryEndpointAddress": "master.{replicationGroupId}.{hex7}.cache.amazonaws.com",
        "readerEndpointAddress": "replica.{replicationGroupId}.{hex7}.cache.amazonaws.com",
    },
    tokens.SERVERLESS_CACHE[0]: {
        "id": "{name}",
        "arn": "arn:aws:elasticache:{region}:{account}:serverlesscache:{name}",
        "endpoints": [{"address": "{name}-{hex7}.serverless.cache.amazonaws.com", "port": 6379}],
        "readerEndpoints": [{"address": "{name}-{hex7}.serverless.cache.amazonaws.com", "port": 6380}],
        "status": "available",
    },
    tokens.CACHE_SUBNET_GROUP[0]: {
        "id": "{name}",
        "arn": "arn:aws:elasticache:{region}:{account}:subnetgroup:{name}",
    },
    tokens.CACHE_USER[0]: {
        "id": "{userId}",
        "arn": "arn:aws:elasticache:{region}:{account}:user:{userId}",
    },
    tokens.CACHE_USER_GROUP[0]: {
        "id": "{userGroupId}",
        "arn": "arn:aws:elasticache:{region}:{account}:usergroup:{userGroupId}",
    },
    tokens.INSTANCE_PROFILE[0]: {"id": "{name}", "arn": _IAM + ":instance-profile{path}{name}"},
    tokens.OPEN_ID_PROVIDER[0]: {
        "id": "{arn}",
        "arn": _IAM + ":oidc-provider/{url}",
    },
    tokens.IAM_POLICY[0]: {"id": "{arn}", "arn": _IAM + ":policy{path}{name}"},
    tokens.ROLE[0]: {"id": "{name}", "arn": _IAM + ":role{path}{name}", "uniqueId": "AROA{hex17}"},
    tokens.ROLE_POLICY[0]: {"id": "{role}:{name}"},
    tokens.KEY_ALIAS[0]: {"id": "{name}", "arn": "arn:aws:kms:{region}:{account}:{name}"},
    tokens.KEY[0]: {
        "id": "{uuid}",
        "arn": "arn:aws:kms:{region}:{account}:key/{uuid}",
        "keyId": "{uuid}",
    },
    tokens.LISTENER[0]: {"id": "{arn}", "arn": _ELB + ":listener/app/plant/{hex16}/{hex17}"},
    tokens.LISTENER_RULE[0]: {
        "id": "{arn}",
        "arn": _ELB + ":listener-rule/app/plant/{hex16}/{hex9}/{hex17}",
    },
    tokens.LOAD_BALANCER[0]: {
        "id": "{arn}",
        "arn": _ELB + ":loadbalancer/app/{name}/{hex16}",
        "arnSuffix": "app/{name}/{hex16}",
        "dnsName": "{name}-{hex9}.{region}.elb.amazonaws.com",
        "zoneId": "Z35SXDOTRQ7X7K",
    },
    tokens.TARGET_GROUP[0]: {
        "id": "{arn}",
        "arn": _ELB + ":targetgroup/{name}/{hex16}",
        "arnSuffix": "targetgroup/{name}/{hex16}",
    },
    tokens.RESOURCE_GROUP[0]: {
        "id": "{name}",
        "arn": "arn:aws:resource-groups:{region}:{account}:group/{name}",
    },
    tokens.DNS_RECORD[0]: {"id": "{zoneId}_{name}_{type}", "fqdn": "{name}"},
    tokens.BUCKET[0]: {
        "id": "{bucket}",
        "arn": "arn:aws:s3:::{bucket}",
        "bucketDomainName": "{bucket}.s3.amazonaws.com",
        "bucketRegionalDomainName": "{bucket}.s3.{region}.amazonaws.com",
    },
    tokens.SCHEDULE[0]: {
        "id": "{groupName}/{name}",
        "arn": "arn:aws:scheduler:{region}:{account}:schedule/{groupName}/{name}",
    },
    tokens.SCHEDULE_GROUP[0]: {
        "id": "{name}",
        "arn": "arn:aws:scheduler:{region}:{account}:schedule-group/{name}",
        "state": "ACTIVE",
    },
    tokens.STATE_MACHINE[0]: {
        "id": "{arn}",
        "arn": "arn:aws:states:{region}:{account}:stateMachine:{name}",
        "status": "ACTIVE",
    },
    tokens.TOPIC[0]: {
        "id": "{arn}",
        "arn": "arn:aws:sns:{region}:{account}:{name}",
        "owner": "{account}",
    },
    tokens.TOPIC_SUBSCRIPTION[0]: {"id": "{arn}", "arn": "{topic}:{uuid}"},
    tokens.QUEUE[0]: {
        "id": "https://sqs.{region}.amazonaws.com/{account}/{name}",
        "arn": "arn:aws:sqs:{region}:{account}:{name}",
        "url": "https://sqs.{region}.amazonaws.com/{account}/{name}",
    },
    tokens.PARAMETER[0]: {
        "id": "{name}",
        "arn": "arn:aws:ssm:{region}:{account}:parameter{name}",
        "version": 1,
    },
    tokens.IP_SET[0]: {
        "id": "{uuid}",
        "arn": "arn:aws:wafv2:{region}:{account}:regional/ipset/{name}/{uuid}",
    },
    tokens.REGEX_PATTERN_SET[0]: {
        "id": "{uuid}",
        "arn": "arn:aws:wafv2:{region}:{account}:regional/regexpatternset/{name}/{uuid}",
    },
    tokens.WAF_RULE_GROUP[0]: {
        "id": "{uuid}",
        "arn": "arn:aws:wafv2:{region}:{account}:regional/rulegroup/{name}/{uuid}",
    },
    tokens.WEB_ACL[0]: {
        "id": "{uuid}",
        "arn": "arn:aws:wafv2:{region}:{account}:regional/webacl/{name}/{uuid}",
    },
}
"""Type token -> output -> template. `{…}` is a fact of the account, a digest of the URN, or one of the inputs."""


class SyntheticOutputs:
    """Answers for one stack in one region."""

    def __init__(self, region: str) -> None:
        self.region = region

    def of(
        self, token: str, name: str, urn: str, inputs: Mapping[str, Any], provider: Mapping[str, Any] = NOTHING
    ) -> tuple[str, dict[str, Any]]:
        """Id and computed outputs of the resource `urn` of type `token`, declared with `inputs`.

        `provider` holds the inputs of its provider: the region, where that is not the stack's, and the account.
        """
        digest = hashlib.sha256(urn.encode()).hexdigest()
        template = OUTPUTS.get(token, {})
        facts = _Facts()
        facts |= {
            "account": account_of(provider),
            "region": provider.get("region") or self.region,
            "uuid": f"{digest[:8]}-{digest[8:12]}-4{digest[13:16]}-a{digest[17:20]}-{digest[20:32]}",
            **{f"hex{length}": digest[:length] for length in (2, 4, 7, 8, 9, 16, 17, 32)},
            "groupName": "default",
            "path": "/",  # of IAM's roles and policies
            **{key: value for key, value in inputs.items() if isinstance(value, (str, int))},
        }
        outputs: dict[str, Any] = {}
        naming = NAMING.get(token, "name")
        if naming not in inputs and f"{{{naming}}}" in str(template):
            facts[naming] = outputs[naming] = f"{name}-{digest[:7]}"
        for key in ("arn", *template):
            if key in template:
                facts[key] = outputs[key] = _filled(template[key], facts)
        tags = inputs.get("tags")
        if token.startswith("aws:") and isinstance(tags, Mapping):
            outputs["tagsAll"] = dict(tags)
        identifier = str(
            outputs.pop("id", facts["uuid"] if token.startswith("pulumi:providers:") else f"{name}-{digest[:8]}")
        )
        return identifier, outputs


def account_of(provider: Mapping[str, Any]) -> str:
    """The account that a provider with these inputs is bound to (`allowedAccountIds`, as JSON text), or ACCOUNT."""
    try:
        allowed = json.loads(provider.get("allowedAccountIds") or "[]")
    except (TypeError, ValueError):
        return ACCOUNT
    return str(allowed[0]) if isinstance(allowed, list) and len(allowed) == 1 else ACCOUNT


def _filled(template: Any, facts: Mapping[str, Any]) -> Any:
    if isinstance(template, str):
        return template.format_map(facts)
    if isinstance(template, list):
        return [_filled(item, facts) for item in template]
    if isinstance(template, Mapping):
        return {key: _filled(item, facts) for key, item in template.items()}
    return template


class _Facts(dict[str, Any]):
    """What a template may mention."""

    def __missing__(self, key: str) -> str:
        raise KeyError(f"the row's template mentions {{{key}}}, which is neither a fact nor an input of the resource")
