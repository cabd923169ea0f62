"""How the reaper finds and removes what is billed by the hour."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from components.states import State, call, choose, each, machine, publish, put, succeed

LOAD_BALANCER = "elasticloadbalancing:loadbalancer/app"
WEB_ACL = "wafv2:webacl"
SERVERLESS_CACHE = "elasticache:serverlesscache"
CACHE_NODES = "elasticache:replicationgroup"
ALARM = "cloudwatch:alarm"

ONE_TASK = "Remove"


def definition(*, stack: str, tags: Mapping[str, str], topic_arn: Any) -> dict[str, Any]:
    """State machine that removes the hourly billed resources tagged with `tags`, and says so.

    It looks for tags and not for the ids of one deployment, so it also finds what a broken `pulumi up` left
    behind. Free resources stay: the next session starts with them.
    """
    filters = [{"Key": key, "Values": [value]} for key, value in sorted(tags.items())]
    states: dict[str, State] = {
        "Find groups": call(
            "autoscaling",
            "describeAutoScalingGroups",
            {"Filters": [{"Name": f"tag:{key}", "Values": [value]} for key, value in sorted(tags.items())]},
            keep={"names.$": "$.AutoScalingGroups[*].AutoScalingGroupName"},
            at="$.groups",
            then="Empty groups",
        ),
        "Empty groups": each("$.groups.names", _empty_group(), ONE_TASK, item="arn", then="Find resources"),
        "Find resources": {
            "Type": "Parallel",
            "Branches": [
                _find(kind, filters) for kind in (LOAD_BALANCER, WEB_ACL, SERVERLESS_CACHE, CACHE_NODES, ALARM)
            ],
            "ResultSelector": {
                "balancers.$": "$[0]",
                "acls.$": "$[1]",
                "caches.$": "$[2]",
                "nodes.$": "$[3]",
                "alarms.$": "$[4]",
            },
            "ResultPath": "$.found",
            "Next": "Remove balancers",
        },
        "Remove balancers": each(
            "$.found.balancers", _remove_balancer(), "Take firewall off", item="arn", then="Remove caches"
        ),
        "Remove caches": each(
            "$.found.caches",
            _remove("elasticache", "deleteServerlessCache", {"ServerlessCacheName.$": _part(":", 6)}),
            ONE_TASK,
            item="arn",
            then="Remove nodes",
        ),
        "Remove nodes": each(
            "$.found.nodes",
            _remove(
                "elasticache",
                "deleteReplicationGroup",
                {"ReplicationGroupId.$": _part(":", 6), "RetainPrimaryCluster": False},
            ),
            ONE_TASK,
            item="arn",
            then="Remove alarms",
        ),
        "Remove alarms": each(
            "$.found.alarms",
            _remove("cloudwatch", "deleteAlarms", {"AlarmNames.$": f"States.Array({_part(':', 6)})"}),
            ONE_TASK,
            item="arn",
            then="Remove firewalls",
        ),
        "Remove firewalls": each("$.found.acls", _remove_web_acl(), "Read name", item="arn", then="Count"),
        "Count": put(
            {
                "balancers.$": "States.ArrayLength($.found.balancers)",
                "acls.$": "States.ArrayLength($.found.acls)",
                "caches.$": "States.ArrayLength($.found.caches)",
                "nodes.$": "States.ArrayLength($.found.nodes)",
            },
            "$.removed",
            then="Was there anything",
        ),
        "Was there anything": choose(
            {
                "Or": [
                    {"Variable": f"$.removed.{kind}", "NumericGreaterThan": 0}
                    for kind in ("balancers", "acls", "caches", "nodes")
                ],
                "Next": "Announce",
            },
            otherwise="Done",
        ),
        "Announce": publish(
            topic_arn,
            "Plant API: a session outlived its time and was parked",
            {"schema": 1, "service": "plant-api", "stack": stack, "event": "reaped", "removed.$": "$.removed"},
            then="Done",
        ),
        "Done": succeed(),
    }
    return machine("Reaper of the Plant API", "Find groups", states, timeout_seconds=3600)


def _part(separator: str, index: int) -> str:
    """Part of an ARN. The item of each loop is the ARN."""
    return f"States.ArrayGetItem(States.StringSplit($.arn, '{separator}'), {index})"


def _find(kind: str, filters: list[dict[str, Any]]) -> dict[str, Any]:
    """Branch that lists the ARNs of one kind of resource."""
    start = f"Find {kind}"
    return {
        "StartAt": start,
        "States": {
            start: call(
                "resourcegroupstaggingapi",
                "getResources",
                {"ResourceTypeFilters": [kind], "TagFilters": filters},
                keep={"arns.$": "$.ResourceTagMappingList[*].ResourceARN"},
                at="$",
                then=f"List {kind}",
            ),
            f"List {kind}": {"Type": "Pass", "InputPath": "$.arns", "End": True},
        },
    }


def _empty_group() -> dict[str, State]:
    return _remove(
        "autoscaling",
        "updateAutoScalingGroup",
        {"AutoScalingGroupName.$": "$.arn", "MinSize": 0, "MaxSize": 0, "DesiredCapacity": 0},
    )


def _remove(service: str, action: str, parameters: Mapping[str, Any]) -> dict[str, State]:
    """One call; what is already gone, or in use for a moment, does not keep the others."""
    return {ONE_TASK: call(service, action, parameters, then="Removed", on_error="Removed"), "Removed": succeed()}


def _remove_balancer() -> dict[str, State]:
    return {
        "Take firewall off": call(
            "wafv2", "disassociateWebACL", {"ResourceArn.$": "$.arn"}, then=ONE_TASK, on_error=ONE_TASK
        ),
        **_remove("elasticloadbalancingv2", "deleteLoadBalancer", {"LoadBalancerArn.$": "$.arn"}),
    }


def _remove_web_acl() -> dict[str, State]:
    """ARN ``…:regional/webacl/<name>/<id>``; deleting takes a lock token."""
    named = {"Name.$": "$.acl.name", "Id.$": "$.acl.id", "Scope": "REGIONAL"}
    return {
        "Read name": put({"name.$": _part("/", 2), "id.$": _part("/", 3)}, "$.acl", then="Read token"),
        "Read token": call(
            "wafv2",
            "getWebACL",
            named,
            keep={"token.$": "$.LockToken"},
            at="$.lock",
            then=ONE_TASK,
            on_error="Removed",
        ),
        **_remove("wafv2", "deleteWebACL", {**named, "LockToken.$": "$.lock.token"}),
    }
