"""Values that AWS refuses by what its documents say of one property, or of two that go together.

What counts and sizes are limited to stands in `refusals`, which asks these, too. Each check names its source.
"""

from __future__ import annotations

import ipaddress
import json
import re
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from workbench.emulator.behaviour.access import as_list

Params = Mapping[str, Any]


def _load_balancer(params: Params) -> Iterable[str]:
    """ELB reference, CreateLoadBalancer, Name."""
    name = params["Name"]
    if not re.fullmatch(r"(?!internal-)[A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?", name):
        yield f"Name: {name} is no 1 to 32 letters, digits and inner dashes, or begins with internal-"


def _target_group(params: Params) -> Iterable[str]:
    """ELB reference, CreateTargetGroup, HealthCheckPath and Matcher (of an Application Load Balancer)."""
    path = params.get("HealthCheckPath", "/")
    if not path.startswith("/"):
        yield f"HealthCheckPath: {path} does not begin with /"
    codes = re.findall(r"\d+", str(params.get("Matcher", {}).get("HttpCode", "200")))
    if not codes or any(not 200 <= int(code) <= 499 for code in codes):
        yield f"Matcher: {', '.join(codes) or 'nothing'} is not from 200 to 499"


ATTRIBUTES: Mapping[str, Callable[[int], bool]] = {
    "client_keep_alive.seconds": lambda value: 60 <= value <= 604_800,
    "deregistration_delay.timeout_seconds": lambda value: 0 <= value <= 3_600,
    "idle_timeout.timeout_seconds": lambda value: 1 <= value <= 4_000,
    "slow_start.duration_seconds": lambda value: value == 0 or 30 <= value <= 900,
}
"""ELB reference, LoadBalancerAttribute and TargetGroupAttribute."""


def _attributes(params: Params) -> Iterable[str]:
    for attribute in params.get("Attributes", ()):
        fits, value = ATTRIBUTES.get(attribute["Key"]), str(attribute.get("Value"))
        if fits is not None and not (value.isdecimal() and fits(int(value))):
            yield f"Attributes: {attribute['Key']} can't be {value}"


def _listener(params: Params) -> Iterable[str]:
    """ELB reference, CreateListener: HTTPS has a certificate and a security policy of AWS's."""
    if params.get("Protocol") == "HTTPS" and not params.get("Certificates"):
        yield "Certificates: an HTTPS listener has one"
    policy = params.get("SslPolicy", "ELBSecurityPolicy-2016-08")
    if not policy.startswith("ELBSecurityPolicy-"):
        yield f"SslPolicy: {policy} is none"


LAST_ACTIONS = ("forward", "redirect", "fixed-response")


def _last_action(params: Params) -> Iterable[str]:
    """ELB reference, CreateRule, Actions: exactly one of three that end a request, and it comes last."""
    actions = sorted(params.get("Actions", ()), key=lambda action: action.get("Order", 1))
    kinds = [action["Type"] for action in actions]
    if kinds and [kind in LAST_ACTIONS for kind in kinds] != [False] * (len(kinds) - 1) + [True]:
        yield f"Actions: {', '.join(kinds)} does not end with the only one of {', '.join(LAST_ACTIONS)}"


def _group(params: Params) -> Iterable[str]:
    """Auto Scaling reference, CreateAutoScalingGroup, MaxInstanceLifetime: 0, or a day or more."""
    lifetime = params.get("MaxInstanceLifetime", 0)
    if lifetime and lifetime < 86_400:
        yield f"MaxInstanceLifetime: {lifetime} s are less than a day"


def _scaling_policy(params: Params) -> Iterable[str]:
    """Auto Scaling guide, "Step and simple scaling policies": steps meet each other, only the outer ones are open."""
    if params.get("PolicyType") != "StepScaling":
        return
    if "AdjustmentType" not in params:
        yield "AdjustmentType: step scaling takes one"
    steps = [
        (step.get("MetricIntervalLowerBound"), step.get("MetricIntervalUpperBound"))
        for step in params.get("StepAdjustments", ())
    ]
    steps.sort(key=lambda step: float("-inf") if step[0] is None else step[0])
    for (_, upper), (lower, _) in pairwise(steps):
        if upper is None or lower is None or upper != lower:
            yield f"StepAdjustments: one ends at {upper}, the next begins at {lower}"


def _scheduled_action(params: Params) -> Iterable[str]:
    """Auto Scaling reference, PutScheduledUpdateGroupAction: five fields of cron, no start in the past."""
    start = params.get("StartTime")
    if start is not None:
        moment = start if isinstance(start, datetime) else datetime.fromisoformat(str(start).replace("Z", "+00:00"))
        if moment.replace(tzinfo=moment.tzinfo or UTC) <= datetime.now(UTC):
            yield f"StartTime: {start} is in the past"
    fields = str(params.get("Recurrence", "0 0 * * *")).split()
    highest = (59, 23, 31, 12, 7)
    if len(fields) != len(highest) or any(
        int(number) > most for field, most in zip(fields, highest, strict=False) for number in re.findall(r"\d+", field)
    ):
        yield f"Recurrence: {params.get('Recurrence')} is no cron of five fields"


MISSING = ("breaching", "ignore", "missing", "notBreaching")
ALARM_ACTIONS = ("aiops", "automate", "autoscaling", "lambda", "sns", "ssm", "ssm-incidents", "swf")
FUNCTIONS = re.compile(r"[A-Za-z_][A-Za-z0-9_]*(?=\s*\()")
IDS = re.compile(r"\b[a-z][A-Za-z0-9_]*\b")


def _alarm(params: Params) -> Iterable[str]:
    """CloudWatch reference, PutMetricAlarm: TreatMissingData, actions, and how its metric is named."""
    if params.get("TreatMissingData", "missing") not in MISSING:
        yield f"TreatMissingData: {params['TreatMissingData']} is none of {', '.join(MISSING)}"
    for name in ("AlarmActions", "OKActions", "InsufficientDataActions"):
        for arn in params.get(name, ()):
            if arn.split(":")[2:3] and arn.split(":")[2] not in ALARM_ACTIONS:
                yield f"{name}: {arn} is nothing that an alarm starts"
    ways = [name for name in ("Statistic", "ExtendedStatistic", "Metrics") if params.get(name)]
    if len(ways) > 1:
        yield f"{' and '.join(ways)} are given: one of them says how to look"
    extended = params.get("ExtendedStatistic", "p95")
    percentile = re.fullmatch(r"p(\d{1,3}(?:\.\d{1,10})?)", extended)
    if extended.startswith("p") and (percentile is None or not 0 <= float(percentile[1]) <= 100):
        yield f"ExtendedStatistic: {extended} is no percentile"
    yield from _metrics(params.get("Metrics", ()))


def _metrics(metrics: Iterable[Params]) -> Iterable[str]:
    """CloudWatch reference, MetricDataQuery: one returns data (the provider says false of those that say nothing); an
    expression names ids that are there."""
    queries = list(metrics)
    if queries and sum(bool(query.get("ReturnData")) for query in queries) != 1:
        yield "Metrics: exactly one of them returns data"
    known = {query["Id"] for query in queries}
    for query in queries:
        text = re.sub(r"(['\"]).*?\1", "", query.get("Expression", ""))
        if text.upper().startswith(("SELECT", "SEARCH")):
            continue
        unknown = sorted(set(IDS.findall(FUNCTIONS.sub("", text))) - known)
        if unknown:
            yield f"Metrics: {query['Id']} names {', '.join(unknown)}, which is no id of theirs"


def _targets(params: Params) -> Iterable[str]:
    """EventBridge reference, PutTargets: five a rule; Target, RoleArn, Input and InputTransformer."""
    targets = params.get("Targets", ())
    if len(targets) > 5:
        yield f"Targets: {len(targets)} are more than 5 of a rule"
    for target in targets:
        service = target["Arn"].split(":")[2]
        if service in ("states", "events", "batch", "ecs", "firehose", "kinesis") and not target.get("RoleArn"):
            yield f"RoleArn: {target['Arn']} is started by a role"
        if len({"Input", "InputPath", "InputTransformer"} & target.keys()) > 1:
            yield "Target: Input, InputPath and InputTransformer exclude each other"
        if "Input" in target:
            yield from _is_json("Input", target["Input"])
        paths = target.get("InputTransformer", {}).get("InputPathsMap", {})
        for name, path in paths.items():
            if not path.startswith("$"):
                yield f"InputPathsMap: {name} is {path}, which does not begin with $"
        named = set(re.findall(r"<([^<>\s]+)>", target.get("InputTransformer", {}).get("InputTemplate", "")))
        for name in sorted(named - paths.keys()):
            if not name.startswith("aws.events."):
                yield f"InputTemplate: <{name}> is no name of InputPathsMap"


READING = (
    r"get|describe|list|poll|receive|search|scan|query|select|read|lookup|discover|validate|batchGet|batchDescribe"
)


def _schedule_target(params: Params) -> Iterable[str]:
    """EventBridge Scheduler guide, "Using universal targets": JSON as input, no operation that only reads; reference,
    FlexibleTimeWindow: its length goes with FLEXIBLE."""
    target = params.get("Target", {})
    if target.get("Arn", "").startswith("arn:aws:scheduler:::aws-sdk:"):
        yield from _is_json("Input", target.get("Input", "{}"))
        if re.match(READING, target["Arn"].rpartition(":")[2]):
            yield f"Target: {target['Arn'].rpartition(':')[2]} only reads"
    window = params.get("FlexibleTimeWindow", {})
    if (window.get("Mode") == "FLEXIBLE") is not ("MaximumWindowInMinutes" in window) and window:
        yield "FlexibleTimeWindow: MaximumWindowInMinutes goes with FLEXIBLE, and not with OFF"


def _is_json(name: str, text: str) -> Iterable[str]:
    try:
        json.loads(text)
    except ValueError:
        yield f"{name}: {text} is no JSON"


def _key_deletion(params: Params) -> Iterable[str]:
    """KMS reference, ScheduleKeyDeletion, PendingWindowInDays."""
    days = params.get("PendingWindowInDays", 30)
    if not 7 <= days <= 30:
        yield f"PendingWindowInDays: {days} is not from 7 to 30"


def _key_alias(params: Params) -> Iterable[str]:
    """KMS reference, CreateAlias, AliasName."""
    name = params["AliasName"]
    if not name.startswith("alias/") or name.startswith("alias/aws/"):
        yield f"AliasName: {name} does not begin with alias/, or is AWS's own"


def _key_policy(params: Params) -> Iterable[str]:
    """KMS reference, CreateKey, Policy (BypassPolicyLockoutSafetyCheck): somebody has to be able to change it."""
    if "Policy" not in params or params.get("BypassPolicyLockoutSafetyCheck"):
        return
    statements = json.loads(params["Policy"])["Statement"]
    actions = {
        action.lower()
        for statement in as_list(statements)
        if statement["Effect"] == "Allow"
        for action in as_list(statement.get("Action", ()))
    }
    if not actions & {"kms:*", "*", "kms:put*", "kms:putkeypolicy"}:
        yield "Policy: nobody could change it (kms:PutKeyPolicy)"


def _metric_filter(params: Params) -> Iterable[str]:
    """CloudWatch Logs reference, PutMetricFilter, MetricTransformation; guide, "Filter pattern syntax"."""
    pattern = params.get("filterPattern", "").strip()
    if (pattern[:1], pattern[-1:]) not in {("{", "}"), ("[", "]")} and pattern[:1] in ("{", "["):
        yield f"filterPattern: {pattern} has no end"
    for one in params.get("metricTransformations", ()):
        if one.get("dimensions") and "defaultValue" in one:
            yield "metricTransformations: a default value and dimensions exclude each other"
        if one["metricNamespace"].startswith("AWS/"):
            yield f"metricTransformations: {one['metricNamespace']} is AWS's own"


ENDPOINTS = {
    "email": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "email-json": r"[^@\s]+@[^@\s]+\.[^@\s]+",
    "http": r"http://.+",
    "https": r"https://.+",
    "lambda": r"arn:aws[a-z-]*:lambda:.+",
    "sms": r"\+?[0-9 ()-]{3,}",
    "sqs": r"arn:aws[a-z-]*:sqs:.+",
}


def _subscription(params: Params) -> Iterable[str]:
    """SNS reference, Subscribe, Protocol and Endpoint."""
    pattern = ENDPOINTS.get(params["Protocol"])
    if pattern and not re.fullmatch(pattern, params.get("Endpoint", "")):
        yield f"Endpoint: {params.get('Endpoint')} is none for {params['Protocol']}"


TOPIC_ACTIONS = frozenset(
    f"sns:{name}".lower()
    for name in (
        "AddPermission",
        "DeleteTopic",
        "GetDataProtectionPolicy",
        "GetTopicAttributes",
        "ListSubscriptionsByTopic",
        "ListTagsForResource",
        "Publish",
        "PutDataProtectionPolicy",
        "Receive",
        "RemovePermission",
        "SetTopicAttributes",
        "Subscribe",
    )
)


def _topic_policy(params: Params) -> Iterable[str]:
    """InvalidParameter, "Policy statement action out of service scope" (SNS guide, "Access control": what a topic's
    policy may name; ``sns:*`` is more than that)."""
    if params.get("AttributeName") == "Policy":
        yield from _is_json("AttributeValue", params["AttributeValue"])
        for statement in as_list(_read(params["AttributeValue"]).get("Statement", ())):
            for action in as_list(statement.get("Action", ())):
                if action.lower() not in TOPIC_ACTIONS:
                    yield f"AttributeValue: {action} is nothing that is done to a topic"


REDACTED = ("SingleHeader", "UriPath", "QueryString", "Method")


REFERRING = frozenset({"ManagedRuleGroupStatement", "RuleGroupReferenceStatement"})
"""Statements that refer to a group of rules."""


def _firewall(params: Params) -> Iterable[str]:
    """AWS WAF guide, "Custom web requests and responses" (bodies are defined, 4,096 bytes each); reference, Rule: one
    that refers to a group has an OverrideAction and no Action."""
    bodies = params.get("CustomResponseBodies", {})
    for key, body in bodies.items():
        if len(body.get("Content", "").encode()) > 4_096:
            yield f"CustomResponseBodies: {key} is more than 4,096 bytes"
    for rule in params.get("Rules", ()):
        custom = rule.get("Action", {}).get("Block", {}).get("CustomResponse", {})
        if custom.get("CustomResponseBodyKey", next(iter(bodies), None)) not in {*bodies, None}:
            yield f"Rules: {rule['Name']} answers with {custom['CustomResponseBodyKey']}, which is not defined"
        refers = REFERRING & rule.get("Statement", {}).keys()
        if refers and "OverrideAction" not in rule:
            yield f"Rules: {rule['Name']} refers to a group, and has no OverrideAction"
        if not refers and "OverrideAction" in rule:
            yield f"Rules: {rule['Name']} refers to no group, and has an OverrideAction"


def _firewall_group(params: Params) -> Iterable[str]:
    """AWS WAF reference, ManagedRuleGroupStatement: not in a rule group."""
    for rule in params.get("Rules", ()):
        if REFERRING & rule.get("Statement", {}).keys():
            yield f"Rules: {rule['Name']} refers to a group, which a rule group can't"


def _firewall_log(params: Params) -> Iterable[str]:
    """AWS WAF guide, "Logging destinations" and LoggingConfiguration, RedactedFields."""
    configuration = params["LoggingConfiguration"]
    for arn in configuration["LogDestinationConfigs"]:
        name = re.split(r":log-group:|:deliverystream/|:::", arn)[-1]
        if not name.startswith("aws-waf-logs-"):
            yield f"LogDestinationConfigs: {name} does not begin with aws-waf-logs-"
    for field in configuration.get("RedactedFields", ()):
        for kind in field.keys() - set(REDACTED):
            yield f"RedactedFields: {kind} is none of {', '.join(REDACTED)}"


def _parameter_name(params: Params) -> Iterable[str]:
    """Systems Manager reference, PutParameter, Name."""
    name = str(params["Name"])
    if not re.fullmatch(r"[A-Za-z0-9_.\-/]+", name) or ("/" in name and not name.startswith("/")):
        yield f"Name: {name} has other than letters, digits and _.-/, or a path that does not begin with /"


def _flags(params: Params) -> Iterable[str]:
    """AppConfig guide, "Type reference for AWS.AppConfig.FeatureFlags": each value is that of a flag."""
    content = params["Content"].decode() if isinstance(params["Content"], bytes) else params["Content"]
    if params.get("ContentType") != "application/json":
        return
    yield from _is_json("Content", content)
    found = _read(content)
    if {"flags", "values"} & found.keys() and not {"flags", "values", "version"} <= found.keys():
        yield "Content: flags, values and version go together"
    for name in sorted(found.get("values", {}).keys() - found.get("flags", {}).keys()):
        yield f"Content: {name} has a value, and is no flag"


def _cache_user(params: Params) -> Iterable[str]:
    """ElastiCache guide, "Role-Based Access Control": on or off first; one that signs in by IAM has its id as name."""
    if "AccessString" in params and not re.match(r"(on|off)\b", params["AccessString"]):
        yield f"AccessString: {params['AccessString']} begins with neither on nor off"
    by_iam = params.get("AuthenticationMode", {}).get("Type") == "iam"
    if by_iam and params.get("UserName", params.get("UserId")) != params.get("UserId"):
        yield f"UserName: {params['UserName']} is not the UserId, which signs in by IAM"


def _bucket(params: Params) -> Iterable[str]:
    """S3 guide, "General purpose bucket naming rules"."""
    name = params["Bucket"]
    forbidden = name.startswith(("xn--", "sthree-", "amzn-s3-demo-")) or name.endswith(("-s3alias", "--ol-s3"))
    if not re.fullmatch(r"[a-z0-9](?!.*\.\.)[a-z0-9.-]{1,61}[a-z0-9]", name) or forbidden:
        yield f"Bucket: {name} is no 3 to 63 lower-case letters, digits, dots and dashes"


def _trust(params: Params) -> Iterable[str]:
    """MalformedPolicyDocument (IAM user guide, "Principal", "Resource"): a trust policy has the one, not the other."""
    name = "AssumeRolePolicyDocument" if "AssumeRolePolicyDocument" in params else "PolicyDocument"
    for statement in as_list(_read(str(params.get(name, "{}"))).get("Statement", ())):
        if not {"Principal", "NotPrincipal"} & statement.keys():
            yield f"{name}: a statement names no Principal"
        if {"Resource", "NotResource"} & statement.keys():
            yield f"{name}: a statement names a Resource, which a trust policy has none of"


def _records(params: Params) -> Iterable[str]:
    """Route 53 reference, ResourceRecord (InvalidChangeBatch)."""
    for change in params["ChangeBatch"]["Changes"]:
        record = change["ResourceRecordSet"]
        version = {"A": 4, "AAAA": 6}.get(record["Type"])
        for value in (one["Value"] for one in record.get("ResourceRecords", ()) if version):
            try:
                fits = ipaddress.ip_address(value).version == version
            except ValueError:
                fits = False
            if not fits:
                yield f"ResourceRecords: {value} is no IPv{version} address"


def _ports(params: Params) -> Iterable[str]:
    """EC2 reference, IpPermission: the ports of TCP and UDP rise."""
    for permission in params.get("IpPermissions", ()):
        first, last = permission.get("FromPort", 0), permission.get("ToPort", 65_535)
        if permission.get("IpProtocol") in ("tcp", "udp", "6", "17") and not 0 <= first <= last <= 65_535:
            yield f"IpPermissions: {first} to {last} are no ports"


def _subnet(params: Params) -> Iterable[str]:
    """EC2 reference, CreateSubnet (InvalidSubnet.Range): /16 to /28, of IPv6 /44 to /64 in steps of four."""
    if "CidrBlock" in params and not 16 <= int(params["CidrBlock"].partition("/")[2] or 32) <= 28:
        yield f"CidrBlock: {params['CidrBlock']} is not from /16 to /28"
    if "Ipv6CidrBlock" in params and int(params["Ipv6CidrBlock"].partition("/")[2] or 128) not in range(44, 65, 4):
        yield f"Ipv6CidrBlock: {params['Ipv6CidrBlock']} is none of /44, /48 and so on to /64"


def _read(text: str) -> dict[str, Any]:
    try:
        found = json.loads(text)
    except ValueError:
        return {}
    return found if isinstance(found, dict) else {}


CHECKS: Mapping[tuple[str, str], tuple[Callable[[Params], Iterable[str]], ...]] = {
    ("appconfig", "create_hosted_configuration_version"): (_flags,),
    ("autoscaling", "create_auto_scaling_group"): (_group,),
    ("autoscaling", "put_scaling_policy"): (_scaling_policy,),
    ("autoscaling", "put_scheduled_update_group_action"): (_scheduled_action,),
    ("autoscaling", "update_auto_scaling_group"): (_group,),
    ("cloudwatch", "put_metric_alarm"): (_alarm,),
    ("ec2", "authorize_security_group_egress"): (_ports,),
    ("ec2", "authorize_security_group_ingress"): (_ports,),
    ("ec2", "create_subnet"): (_subnet,),
    ("elasticache", "create_user"): (_cache_user,),
    ("elbv2", "create_listener"): (_listener,),
    ("elbv2", "create_load_balancer"): (_load_balancer,),
    ("elbv2", "create_rule"): (_last_action,),
    ("elbv2", "create_target_group"): (_target_group,),
    ("elbv2", "modify_load_balancer_attributes"): (_attributes,),
    ("elbv2", "modify_rule"): (_last_action,),
    ("elbv2", "modify_target_group"): (_target_group,),
    ("elbv2", "modify_target_group_attributes"): (_attributes,),
    ("events", "put_targets"): (_targets,),
    ("iam", "create_role"): (_trust,),
    ("iam", "update_assume_role_policy"): (_trust,),
    ("kms", "create_alias"): (_key_alias,),
    ("kms", "create_key"): (_key_policy,),
    ("kms", "put_key_policy"): (_key_policy,),
    ("kms", "schedule_key_deletion"): (_key_deletion,),
    ("logs", "put_metric_filter"): (_metric_filter,),
    ("route53", "change_resource_record_sets"): (_records,),
    ("s3", "create_bucket"): (_bucket,),
    ("scheduler", "create_schedule"): (_schedule_target,),
    ("scheduler", "update_schedule"): (_schedule_target,),
    ("sns", "set_topic_attributes"): (_topic_policy,),
    ("sns", "subscribe"): (_subscription,),
    ("ssm", "put_parameter"): (_parameter_name,),
    ("wafv2", "create_rule_group"): (_firewall, _firewall_group),
    ("wafv2", "create_web_acl"): (_firewall,),
    ("wafv2", "put_logging_configuration"): (_firewall_log,),
    ("wafv2", "update_rule_group"): (_firewall, _firewall_group),
    ("wafv2", "update_web_acl"): (_firewall,),
}
"""Call -> what looks at its parameters."""
