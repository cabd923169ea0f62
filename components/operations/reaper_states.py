"""How the reaper finds and removes what is billed by the hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.workflow.states import State, call, choose, each, fail, machine, publish, put, succeed, wait, when

KINDS = (
    "elasticloadbalancing:loadbalancer/app",
    "wafv2:regional/webacl",
    "elasticache:serverlesscache",
    "elasticache:replicationgroup",
    "cloudwatch:alarm",
)
"""Kinds of resources that are billed by the hour or by the prorated month, as their ARNs and so the tagging API
name them."""

UNTIL_RELEASED = [{"ErrorEquals": ["States.ALL"], "IntervalSeconds": 30, "MaxAttempts": 5, "BackoffRate": 1.5}]
"""A web ACL stays in use for minutes after its load balancer was deleted: 30 to 152 s, 6 minutes in all."""

PROTECTED = "Instances[?(@.ProtectedFromScaleIn == true)].InstanceId"
"""What a rollout keeps from scale-in (EC2 Auto Scaling guide, "Use instance scale-in protection")."""

LOOK_AGAIN_SECONDS = 180
LOOKS_MAX = 5
"""A quarter of an hour: a serverless cache takes minutes to go, and the tagging API names what is gone for a while."""


def definition(*, stack: str, tags: Mapping[str, str], dashboard_name: str, topic_arn: Any) -> dict[str, Any]:
    """State machine that removes the hourly billed resources tagged with `tags`, and says so.

    It looks for tags and not for the ids of one deployment, so it also finds what a broken `pulumi up` left
    behind. Free resources stay: the next session starts with them. Where nothing is left it ends after a few
    transitions, since that is what nearly all of its executions find. A deletion that was accepted is no proof: it
    looks again, says what is gone only when it is, and fails over what is not.
    """
    named = sorted(tags.items())
    find_groups = {"Filters": [{"Name": f"tag:{key}", "Values": [value]} for key, value in named]}
    find_resources = {
        "ResourceTypeFilters": list(KINDS),
        "TagFilters": [{"Key": key, "Values": [value]} for key, value in named],
    }
    # Emptied groups stay behind; found again they would be announced again, every three hours.
    groups = {
        "all.$": "$.AutoScalingGroups",
        "names.$": "$.AutoScalingGroups[?(@.MaxSize > 0)].AutoScalingGroupName",
        "protected.$": f"$.AutoScalingGroups[*].{PROTECTED}",
    }
    left_groups = {"names.$": groups["names.$"], "instances.$": "$.AutoScalingGroups[*].Instances[*].InstanceId"}
    arns = {"arns.$": "$.ResourceTagMappingList[*].ResourceARN"}

    def anything(then: str, *paths: str) -> list[dict[str, Any]]:
        return [{"Variable": f"{path}[0]", "IsPresent": True, "Next": then} for path in paths]

    states: dict[str, State] = {
        "Find groups": call(
            "autoscaling", "describeAutoScalingGroups", find_groups, keep=groups, at="$.groups", then="Find resources"
        ),
        "Find resources": call(
            "resourcegroupstaggingapi",
            "getResources",
            find_resources,
            keep=arns,
            at="$.found",
            then="Is anything left",
        ),
        "Is anything left": choose(
            *anything("Empty groups", "$.found.arns", "$.groups.names", "$.groups.protected"), otherwise="Nothing left"
        ),
        "Nothing left": succeed(),
        "Empty groups": each("$.groups.all", _empty_group(), "Find protected", item="group", then="Remove resources"),
        # All at once: a web ACL can only go after its load balancer, and is retried until then.
        "Remove resources": {
            **each("$.found.arns", _by_kind(), "Which kind", item="arn", then="Remove dashboard"),
            "MaxConcurrency": 0,
        },
        # Dashboards carry no tags.
        "Remove dashboard": call(
            "cloudwatch",
            "deleteDashboards",
            {"DashboardNames": [dashboard_name]},
            then="Begin to look again",
            on_error="Begin to look again",
        ),
        "Begin to look again": put({"looks": 0}, "$.again", then="Let go"),
        "Let go": wait(LOOK_AGAIN_SECONDS, then="Find groups again"),
        "Find groups again": call(
            "autoscaling",
            "describeAutoScalingGroups",
            find_groups,
            keep=left_groups,
            at="$.leftGroups",
            then="Find resources again",
        ),
        "Find resources again": call(
            "resourcegroupstaggingapi", "getResources", find_resources, keep=arns, at="$.leftFound", then="Count look"
        ),
        "Count look": put({"looks.$": "States.MathAdd($.again.looks, 1)"}, "$.again", then="Is anything left over"),
        "Is anything left over": choose(
            *anything("Is it time to give up", "$.leftFound.arns", "$.leftGroups.names", "$.leftGroups.instances"),
            otherwise="Announce",
        ),
        "Is it time to give up": choose(
            when("$.again.looks", "NumericGreaterThanEquals", LOOKS_MAX, "Announce leftovers"), otherwise="Let go"
        ),
        "Announce leftovers": publish(
            topic_arn,
            "Plant API: A SESSION GOES ON AND COSTS MONEY, remove what is left by hand",
            {
                "schema": 1,
                "service": "plant-api",
                "stack": stack,
                "event": "reaper-leftovers",
                "left.$": "$.leftFound.arns",
                "groups.$": "$.leftGroups.names",
                "instances.$": "$.leftGroups.instances",
            },
            then="Leftovers",
        ),
        "Leftovers": fail("Leftovers", "what is billed by the hour is still there; the notice names it"),
        "Announce": publish(
            topic_arn,
            "Plant API: a session outlived its time and was parked",
            {"schema": 1, "service": "plant-api", "stack": stack, "event": "reaped", "removed.$": "$.found.arns"},
            then="Done",
        ),
        "Done": succeed(),
    }
    return machine("Reaper of the Plant API", "Find groups", states, timeout_seconds=3600)


def _by_kind() -> dict[str, State]:
    """States for one ARN."""
    kinds = {
        "arn:*:elasticloadbalancing:*": "Remove load balancer",
        "arn:*:wafv2:*": "Read name",
        "arn:*:elasticache:*:serverlesscache:*": "Remove cache",
        "arn:*:elasticache:*:replicationgroup:*": "Remove nodes",
        "arn:*:cloudwatch:*": "Remove alarm",
    }
    web_acl = {"Name.$": "$.acl.name", "Id.$": "$.acl.id", "Scope": "REGIONAL"}
    return {
        "Which kind": choose(
            *({"Variable": "$.arn", "StringMatches": pattern, "Next": state} for pattern, state in kinds.items()),
            otherwise="Removed",
        ),
        # Its web ACL is not taken off before: nothing bounds that right to this stack's load balancers, and one that
        # can't be removed keeps its firewall.
        "Remove load balancer": _remove("elasticloadbalancingv2", "deleteLoadBalancer", {"LoadBalancerArn.$": "$.arn"}),
        "Remove cache": _remove("elasticache", "deleteServerlessCache", {"ServerlessCacheName.$": _part(":", 6)}),
        "Remove nodes": _remove(
            "elasticache",
            "deleteReplicationGroup",
            {"ReplicationGroupId.$": _part(":", 6), "RetainPrimaryCluster": False},
        ),
        "Remove alarm": _remove("cloudwatch", "deleteAlarms", {"AlarmNames.$": f"States.Array({_part(':', 6)})"}),
        # ARN …:regional/webacl/<name>/<id>; deleting takes a lock token.
        "Read name": put({"name.$": _part("/", 2), "id.$": _part("/", 3)}, "$.acl", then="Read token"),
        "Read token": call(
            "wafv2",
            "getWebACL",
            web_acl,
            keep={"token.$": "$.LockToken"},
            at="$.lock",
            then="Remove firewall",
            on_error="Removed",
        ),
        "Remove firewall": {
            **_remove("wafv2", "deleteWebACL", {**web_acl, "LockToken.$": "$.lock.token"}),
            "Retry": UNTIL_RELEASED,
        },
        "Removed": succeed(),
    }


def _part(separator: str, index: int) -> str:
    """Part of an ARN; the item of the loop is the ARN."""
    return f"States.ArrayGetItem(States.StringSplit($.arn, '{separator}'), {index})"


def _empty_group() -> dict[str, State]:
    """States for one group. What is protected from scale-in stays in a group of size 0, too."""
    name = {"AutoScalingGroupName.$": "$.group.AutoScalingGroupName"}
    return {
        "Find protected": put({"ids.$": f"$.group.{PROTECTED}"}, "$.protected", then="Is any protected"),
        "Is any protected": choose(
            {"Variable": "$.protected.ids[0]", "IsPresent": True, "Next": "Let instances go"}, otherwise="Empty group"
        ),
        "Let instances go": call(
            "autoscaling",
            "setInstanceProtection",
            {**name, "InstanceIds.$": "$.protected.ids", "ProtectedFromScaleIn": False},
            then="Empty group",
            on_error="Empty group",
        ),
        "Empty group": call(
            "autoscaling",
            "updateAutoScalingGroup",
            {**name, "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0},
            then="Emptied",
            on_error="Emptied",
        ),
        "Emptied": succeed(),
    }


def _remove(service: str, action: str, parameters: Mapping[str, Any]) -> State:
    """One call; what is already gone, or stays in use, does not keep the others from going."""
    return call(service, action, parameters, then="Removed", on_error="Removed")
