"""What AWS refuses beyond its service model: constraints that an API's documents state in words.

Each entry names its source. What depends on what the account holds (a name that is taken) is moto's to refuse, or a
repair's.
"""

from __future__ import annotations

import re
from base64 import b64decode
from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from datetime import UTC, datetime
from itertools import pairwise
from typing import Any

from workbench.emulator.mapping import from_api
from workbench.emulator.refused_values import CHECKS as VALUES

Params = Mapping[str, Any]


def problems(service: str, operation: str, params: Params) -> list[str]:
    """Everything that AWS's documents have against these parameters; an empty list means none."""
    check = _CHECKS.get((service, operation))
    checks = (*((check,) if check is not None else ()), *VALUES.get((service, operation), ()))
    return [problem for one in checks for problem in one(params)]


def _state_machine(params: Params) -> Iterable[str]:
    """Amazon States Language specification; ValidateStateMachineDefinition, "Diagnostic codes" (DUPLICATE_STATE_NAME,
    MISSING_TRANSITION_TARGET and so on)."""
    from policies.rules.sfn.states_complete import faults_of

    return [f"definition: {fault}" for fault in faults_of(str(params.get("definition", "")))]


def _rule_group(params: Params) -> Iterable[str]:
    """WAFLimitsExceededException (AWS WAF Developer Guide, "Web ACL capacity units"). AWS may count less where rules
    share a transformation."""
    from policies.rules.wafv2.capacity_fits import capacity

    needed = capacity(from_api(None, params.get("Rules", [])))
    return [f"Capacity: {params['Capacity']} is less than the {needed} that Rules take"] * (needed > params["Capacity"])


def _group_sizes(params: Params) -> Iterable[str]:
    """ValidationError (EC2 Auto Scaling User Guide, "Set scaling limits"): what is given has to rise."""
    given = [(name, params[name]) for name in ("MinSize", "DesiredCapacity", "MaxSize") if name in params]
    return [
        f"{lower}: {least} is more than {upper}, which is {most}"
        for (lower, least), (upper, most) in pairwise(given)
        if least > most
    ]


def _launch_template(params: Params) -> Iterable[str]:
    """User data: 16 KB before it is encoded. Credits: "Valid only for T instances"; RunInstances refuses another, and
    with it the group's first launch, which no call here stands for (EC2 API reference, RequestLaunchTemplateData)."""
    data = params.get("LaunchTemplateData", {})
    size = len(b64decode(data.get("UserData", "")))
    if size > USER_DATA_BYTES:
        yield f"UserData: {size:,} bytes are more than {USER_DATA_BYTES:,}"
    kind = str(data.get("InstanceType", "t"))
    if "CreditSpecification" in data and not kind.startswith("t"):
        yield f"CreditSpecification: {kind} is no T instance"


USER_DATA_BYTES = 16 * 1024


def _listener_rule(params: Params) -> Iterable[str]:
    """Application Load Balancer guide, "Quotas": five values in the conditions of a rule, five wildcards (six in old
    accounts); "Condition types for listener rules": three values of one condition. API reference,
    FixedResponseActionConfig, MessageBody."""
    together = [
        config.get("Values", ())
        for condition in params.get("Conditions", ())
        for config in condition.values()
        if isinstance(config, Mapping)
    ]
    most = max(map(len, together), default=0)
    if MOST_VALUES_OF_ONE < most <= MOST_CONDITION_VALUES:
        yield f"Conditions: {most} values of one condition are more than {MOST_VALUES_OF_ONE}"
    values = [value["Value"] if isinstance(value, Mapping) else value for some in together for value in some]
    if len(values) > MOST_CONDITION_VALUES:
        yield f"Conditions: {len(values)} values are more than {MOST_CONDITION_VALUES}"
    wildcards = sum(str(value).count("*") + str(value).count("?") for value in values)
    if wildcards > MOST_WILDCARDS:
        yield f"Conditions: {wildcards} wildcards are more than {MOST_WILDCARDS}"
    for action in params.get("Actions", ()):
        size = len(str(action.get("FixedResponseConfig", {}).get("MessageBody", "")))
        if size > MOST_ANSWER_CHARACTERS:
            yield f"MessageBody: {size:,} characters are more than {MOST_ANSWER_CHARACTERS:,}"


MOST_VALUES_OF_ONE, MOST_CONDITION_VALUES, MOST_WILDCARDS = 3, 5, 5
MOST_ANSWER_CHARACTERS = 1024


def _forwarding(params: Params) -> Iterable[str]:
    """Application Load Balancer guide, "Quotas": five target groups an action; ELB reference, TargetGroupTuple: weights
    from 0 to 999. (terraform-provider-aws, listener_rule.go, 2026, says the same.)"""
    for action in params.get("Actions", params.get("DefaultActions", ())):
        groups = action.get("ForwardConfig", {}).get("TargetGroups", ())
        if len(groups) > MOST_TARGET_GROUPS:
            yield f"ForwardConfig: {len(groups)} target groups are more than {MOST_TARGET_GROUPS}"
        for group in groups:
            if not 0 <= group.get("Weight", 1) <= MOST_WEIGHT:
                yield f"ForwardConfig: the weight {group['Weight']} is not from 0 to {MOST_WEIGHT}"


MOST_TARGET_GROUPS, MOST_WEIGHT = 5, 999


def _condition_texts(params: Params) -> Iterable[str]:
    """ELB reference, HostHeaderConditionConfig, PathPatternConditionConfig, QueryStringKeyValuePair: 128 characters a
    text, and letters only after the last dot of a host."""
    for condition in params.get("Conditions", ()):
        for name, config in condition.items():
            values = config.get("Values", ()) if isinstance(config, Mapping) else ()
            texts = [text for each in values for text in (each.values() if isinstance(each, Mapping) else [each])]
            for text in texts:
                if len(text) > MOST_CONDITION_CHARACTERS:
                    yield f"{name}: {len(text)} characters are more than {MOST_CONDITION_CHARACTERS}"
                if name == "HostHeaderConfig" and not re.fullmatch(r"[A-Za-z*?]*", text.rpartition(".")[2]):
                    yield f"{name}: {text} ends with more than letters after its last dot"


def _token_check(params: Params) -> Iterable[str]:
    """ELB reference, JwtValidationActionConfig and JwtValidationActionAdditionalClaim."""
    for action in params.get("Actions", ()):
        config = action.get("JwtValidationConfig", {})
        for name in ("Issuer", "JwksEndpoint"):
            if len(config.get(name, "")) > MOST_TOKEN_CHARACTERS:
                yield f"{name}: {len(config[name])} characters are more than {MOST_TOKEN_CHARACTERS}"
        if "JwksEndpoint" in config and not re.fullmatch(r"https://[^/?#]+/.*", config["JwksEndpoint"]):
            yield f"JwksEndpoint: {config['JwksEndpoint']} is no https:// address with a path"
        claims = config.get("AdditionalClaims", ())
        for count in (len(claims), *(len(claim["Values"]) for claim in claims)):
            if count > MOST_CLAIMS:
                yield f"AdditionalClaims: {count} are more than {MOST_CLAIMS}"
        for claim in claims:
            if claim["Name"] in CHECKED_ANYWAY:
                yield f"AdditionalClaims: {claim['Name']} is validated by default"
            for value in claim["Values"]:
                if len(value) > MOST_TOKEN_CHARACTERS:
                    yield f"AdditionalClaims: {len(value)} characters are more than {MOST_TOKEN_CHARACTERS}"
                if claim["Format"] == "space-separated-values" and " " in value:
                    yield f"AdditionalClaims: {value!r} is one of space-separated-values, and has a space"


MOST_CONDITION_CHARACTERS = 128
MOST_TOKEN_CHARACTERS, MOST_CLAIMS = 256, 10
CHECKED_ANYWAY = ("exp", "iss", "nbf", "iat")


def _valkey_version(params: Params) -> Iterable[str]:
    """ElastiCache guide, "Engine versions and upgrading": Valkey begins with 7.2. Provider: major and minor only."""
    version = params.get("EngineVersion")
    if params.get("Engine") == "valkey" and version is not None:
        if not re.fullmatch(r"[7-9]\.\d+", version):
            yield f"EngineVersion: {version} is no <major>.<minor> of Valkey"
        elif version.startswith("7.") and version != "7.2":
            yield f"EngineVersion: Valkey has no {version}; its first version is 7.2"


def _serverless_cache(params: Params) -> Iterable[str]:
    """ElastiCache guide, "Setting scaling limits": 1,000 to 15,000,000 ECPUs a second, 1 to 5,000 GB. Provider
    (serverless_cache.go, 2026): at most 35 snapshots."""
    limits = params.get("CacheUsageLimits", {})
    for name, unit, least, most in (("ECPUPerSecond", "ECPUs", 1_000, 15_000_000), ("DataStorage", "GB", 1, 5_000)):
        for bound in ("Minimum", "Maximum"):
            value = limits.get(name, {}).get(bound)
            if value is not None and not least <= value <= most:
                yield f"{name}: {value:,} {unit} are not from {least:,} to {most:,}"
        if limits.get(name, {}).get("Minimum", 0) > limits.get(name, {}).get("Maximum", most):
            yield f"{name}: the minimum is more than the maximum"
    if params.get("SnapshotRetentionLimit", 0) > MOST_SNAPSHOTS:
        yield f"SnapshotRetentionLimit: {params['SnapshotRetentionLimit']} are more than {MOST_SNAPSHOTS}"


MOST_SNAPSHOTS = 35


def _certificate(params: Params) -> Iterable[str]:
    """ACM reference, RequestCertificate, DomainName: 64 characters, the common name of RFC 5280; longer ones are
    SubjectAlternativeNames."""
    size = len(params["DomainName"])
    if size > MOST_COMMON_NAME_CHARACTERS:
        yield f"DomainName: {size} characters are more than {MOST_COMMON_NAME_CHARACTERS}"


MOST_COMMON_NAME_CHARACTERS = 64


def _security_group(params: Params) -> Iterable[str]:
    """EC2 reference, CreateSecurityGroup, GroupName and GroupDescription."""
    yield from _described("GroupName", params.get("GroupName", ""))
    yield from _described("Description", params.get("Description", ""))
    if str(params.get("GroupName", "")).startswith("sg-"):
        yield f"GroupName: {params['GroupName']} begins with sg-"


def _group_rules(params: Params) -> Iterable[str]:
    """EC2 reference, IpRange, Ipv6Range, PrefixListId and UserIdGroupPair, Description; no & there."""
    for permission in params.get("IpPermissions", ()):
        for targets in permission.values():
            for target in targets if isinstance(targets, list) else ():
                yield from _described("Description", target.get("Description", ""), more="")


def _described(name: str, text: str, more: str = "&") -> Iterable[str]:
    if not re.fullmatch(rf"[A-Za-z0-9 ._\-:/()#,@\[\]+=;{{}}!$*{more}]{{0,255}}", text):
        allowed = f"A-Z, a-z, 0-9, spaces and ._-:/()#,@[]+={more};{{}}!$*"
        yield f"{name}: {text!r} is more than 255 characters, or has other than {allowed}"


def _lifecycle_hook(params: Params) -> Iterable[str]:
    """EC2 Auto Scaling reference, PutLifecycleHook: 30 to 7,200 seconds."""
    timeout = params.get("HeartbeatTimeout", 3600)
    if not 30 <= timeout <= 7200:
        yield f"HeartbeatTimeout: {timeout} is not from 30 to 7,200"


def _protection(params: Params) -> Iterable[str]:
    """EC2 Auto Scaling reference, SetInstanceProtection, InstanceIds: up to 50."""
    count = len(params["InstanceIds"])
    if not 1 <= count <= MOST_PROTECTED_AT_ONCE:
        yield f"InstanceIds: {count} are not from 1 to {MOST_PROTECTED_AT_ONCE}"


MOST_PROTECTED_AT_ONCE = 50


def _metric_alarm(params: Params) -> Iterable[str]:
    """CloudWatch reference, PutMetricAlarm, Period and EvaluationPeriods."""
    period, periods = params.get("Period"), params.get("EvaluationPeriods", 1)
    if period is not None and period not in (10, 20, 30) and period % 60:
        yield f"Period: {period} is none of 10, 20, 30 and the multiples of 60"
    longest = 7 * 86_400 if (period or 0) >= 3600 else 86_400
    if (period or 0) * periods > longest:
        yield f"Period: {periods} periods of {period} s are more than {longest:,} s"
    if params.get("DatapointsToAlarm", periods) > periods:
        yield f"DatapointsToAlarm: {params['DatapointsToAlarm']} are more than the {periods} EvaluationPeriods"


RETENTIONS = (1, 3, 5, 7, 14, 30, 60, 90, 120, 150, 180, 365, 400, 545, 731, 1096, 1827, 2192, 2557, 2922, 3288, 3653)


def _retention(params: Params) -> Iterable[str]:
    """CloudWatch Logs reference, PutRetentionPolicy, "Possible values"."""
    if params["retentionInDays"] not in RETENTIONS:
        yield f"retentionInDays: {params['retentionInDays']} is none of {', '.join(map(str, RETENTIONS))}"


def _policy_size(name: str, most: int) -> Callable[[Params], Iterable[str]]:
    """IAM user guide, "IAM and AWS STS quotas": characters without white space."""

    def check(params: Params) -> Iterable[str]:
        size = len("".join(str(params.get(name, "")).split()))
        if size > most:
            yield f"{name}: {size:,} characters without white space are more than {most:,}"

    return check


def _parameter(params: Params) -> Iterable[str]:
    """Systems Manager reference, PutParameter: 4 KB in the standard tier, 15 levels, no name of AWS's own."""
    size = len(str(params.get("Value", "")).encode())
    if params.get("Tier", "Standard") == "Standard" and size > STANDARD_PARAMETER_BYTES:
        yield f"Value: {size:,} bytes are more than the {STANDARD_PARAMETER_BYTES:,} of the standard tier"
    name = str(params["Name"])
    if name.strip("/").lower().startswith(("aws", "ssm")):
        yield f"Name: {name} begins with aws or ssm"
    if name.count("/") > MOST_LEVELS:
        yield f"Name: {name.count('/')} levels are more than {MOST_LEVELS}"


STANDARD_PARAMETER_BYTES, MOST_LEVELS = 4096, 15


def _firewall_rules(params: Params) -> Iterable[str]:
    """AWS WAF reference, Rule (names and priorities are unique) and RateBasedStatement (EvaluationWindowSec)."""
    for key in ("Name", "Priority"):
        counts = Counter(rule.get(key) for rule in params.get("Rules", ()))
        yield from (f"Rules: {count} rules have the {key} {value}" for value, count in counts.items() if count > 1)
    for rule in params.get("Rules", ()):
        window = rule.get("Statement", {}).get("RateBasedStatement", {}).get("EvaluationWindowSec", 300)
        if window not in RATE_WINDOWS:
            yield f"Rules: EvaluationWindowSec {window} is none of {', '.join(map(str, RATE_WINDOWS))}"


RATE_WINDOWS = (60, 120, 300, 600)


def _publication(params: Params) -> Iterable[str]:
    """SNS reference, Publish, Subject: one line of 1 to 100 ASCII characters that begins with no space."""
    subject = params.get("Subject")
    if subject is not None and not re.fullmatch(r"[!-~][ -~]{0,99}", subject):
        yield f"Subject: {subject!r} is no line of 1 to 100 ASCII characters"


def _budget(params: Params) -> Iterable[str]:
    """Budgets reference, CreateBudget: five notifications, each with one topic and ten addresses."""
    notifications = params.get("NotificationsWithSubscribers", ())
    if len(notifications) > MOST_NOTIFICATIONS:
        yield f"NotificationsWithSubscribers: {len(notifications)} are more than {MOST_NOTIFICATIONS}"
    for one in notifications:
        kinds = Counter(subscriber["SubscriptionType"] for subscriber in one.get("Subscribers", ()))
        if kinds["SNS"] > 1 or kinds["EMAIL"] > MOST_ADDRESSES:
            yield f"Subscribers: {kinds['SNS']} topics and {kinds['EMAIL']} addresses are more than 1 and 10"


MOST_NOTIFICATIONS, MOST_ADDRESSES = 5, 10


def _schedule(params: Params) -> Iterable[str]:
    """ValidationException (EventBridge Scheduler User Guide, "Cron-based schedules"): one of the two days is ``?``; an
    n-th weekday (``1#2``) stands alone, and n is 1 to 5; ``1L`` is a last one. One in the past would never fire."""
    from workbench.emulator.behaviour.schedules import next_time

    expression = str(params.get("ScheduleExpression", ""))
    fields = expression.removeprefix("cron(").removesuffix(")").split()
    is_cron = expression.startswith("cron(") and len(fields) == 6
    if is_cron and (fields[2] == "?") == (fields[4] == "?"):
        yield f"ScheduleExpression: {expression} has to have ? for the day of the month or for that of the week"
    elif is_cron and "#" in fields[4] and not re.fullmatch(r"([1-7]|[A-Z]{3})#[1-5]", fields[4]):
        yield f"ScheduleExpression: {fields[4]} in {expression} is no n-th weekday of a month, like 1#2"
    else:
        try:
            following = next_time(expression, params.get("ScheduleExpressionTimezone") or "UTC", datetime.now(UTC))
        except (ValueError, KeyError) as error:
            yield f"ScheduleExpression: {expression} can't be read ({error})"
            return
        if following is None and expression.startswith("at("):
            yield f"ScheduleExpression: {expression} is in the past"


def _every(*checks: Callable[[Params], Iterable[str]]) -> Callable[[Params], Iterable[str]]:
    return lambda params: [problem for check in checks for problem in check(params)]


_CHECKS: Mapping[tuple[str, str], Callable[[Params], Iterable[str]]] = {
    ("stepfunctions", "create_state_machine"): _state_machine,
    ("stepfunctions", "update_state_machine"): _state_machine,
    ("wafv2", "create_rule_group"): _every(_rule_group, _firewall_rules),
    ("wafv2", "update_rule_group"): _firewall_rules,
    ("wafv2", "create_web_acl"): _firewall_rules,
    ("wafv2", "update_web_acl"): _firewall_rules,
    ("elbv2", "create_listener"): _forwarding,
    ("elbv2", "modify_listener"): _forwarding,
    ("elbv2", "create_rule"): _every(_listener_rule, _condition_texts, _forwarding, _token_check),
    ("elbv2", "modify_rule"): _every(_listener_rule, _condition_texts, _forwarding, _token_check),
    ("elasticache", "create_serverless_cache"): _serverless_cache,
    ("elasticache", "modify_serverless_cache"): _serverless_cache,
    ("acm", "request_certificate"): _certificate,
    ("elasticache", "create_replication_group"): _valkey_version,
    ("elasticache", "modify_replication_group"): _valkey_version,
    ("ec2", "create_security_group"): _security_group,
    ("ec2", "authorize_security_group_ingress"): _group_rules,
    ("ec2", "authorize_security_group_egress"): _group_rules,
    ("autoscaling", "put_lifecycle_hook"): _lifecycle_hook,
    ("autoscaling", "set_instance_protection"): _protection,
    ("cloudwatch", "put_metric_alarm"): _metric_alarm,
    ("logs", "put_retention_policy"): _retention,
    ("iam", "create_policy"): _policy_size("PolicyDocument", 6_144),
    ("iam", "create_policy_version"): _policy_size("PolicyDocument", 6_144),
    ("iam", "put_role_policy"): _policy_size("PolicyDocument", 10_240),
    ("iam", "create_role"): _policy_size("AssumeRolePolicyDocument", 2_048),
    ("iam", "update_assume_role_policy"): _policy_size("PolicyDocument", 2_048),
    ("ssm", "put_parameter"): _parameter,
    ("sns", "publish"): _publication,
    ("budgets", "create_budget"): _budget,
    ("scheduler", "create_schedule"): _schedule,
    ("scheduler", "update_schedule"): _schedule,
    ("autoscaling", "create_auto_scaling_group"): _group_sizes,
    ("autoscaling", "update_auto_scaling_group"): _group_sizes,
    ("autoscaling", "put_scheduled_update_group_action"): _group_sizes,
    ("ec2", "create_launch_template"): _launch_template,
    ("ec2", "create_launch_template_version"): _launch_template,
}
