"""Which requests reach the stable and the canary fleet."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.edge.request_checks import Route

FLEETS = ("stable", "canary")
"""The two fleets; their target groups always exist, whatever the weights are."""


@dataclass(frozen=True, kw_only=True)
class TrafficSplitArgs:
    """Where the rules go and what they say."""

    vpc_id: pulumi.Input[str]
    """VPC of the instances."""
    service_port: int
    """Port of the API on an instance."""
    health_check_path: str
    """Path that answers 200 when all is well."""
    deregistration_delay_seconds: int
    """Time that a leaving target has to finish its requests."""
    domain_name: str
    """Host of the requests."""
    routes: Sequence[Route]
    """Routes, first match first."""
    listener_arn: pulumi.Input[str] | None
    """HTTPS listener; None while the stack is parked, and then there are target groups only."""
    load_balancer_suffix: pulumi.Input[str] | None
    """Name of the load balancer in metrics; None while the stack is parked."""
    priority_base: int
    """Priority of the first rule; the others follow."""
    target_type: str = "instance"
    """``instance``, or ``ip`` for pods. Default: instance."""


class TrafficSplit(pulumi.ComponentResource):
    """Target groups of both fleets, and one listener rule a route that splits its requests by weight.

    The program declares 100 : 0. The rollout moves the weights, and Pulumi leaves a rule's actions alone after
    creating it, so an update in the middle of a rollout changes nothing. A rule names both target groups from
    the start: a group that no rule names has no load balancer, and its fleet would fail its health check.

    Two changes have to reach a rule all the same, and replace it (weights begin at 100 : 0 again, a running rollout
    fails and is rolled back): another check of the callers, and another target group, which a new port or VPC makes.
    The old rule goes first, because its priority is taken. Creates: two target groups, a listener rule a route.
    """

    target_group_arns: Mapping[str, pulumi.Output[str]]
    """Fleet name -> ARN of its target group."""
    target_group_suffixes: Mapping[str, pulumi.Output[str]]
    """Fleet name -> name of its target group in metrics."""
    request_labels: Mapping[str, pulumi.Output[str]]
    """Fleet name -> label of its requests for target tracking; known once the rules are in place. Empty when parked."""
    rule_arns: Mapping[str, pulumi.Output[str]]
    """Route name -> ARN of its rule; empty when parked."""

    def __init__(self, name: str, args: TrafficSplitArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:TrafficSplit", name, {}, opts)
        groups = {fleet: self._target_group(f"{name}-{fleet}", args) for fleet in FLEETS}
        self.target_group_arns = {fleet: group.arn for fleet, group in groups.items()}
        self.target_group_suffixes = {fleet: group.arn_suffix for fleet, group in groups.items()}
        self.rule_arns = {}
        self.request_labels = {}
        if args.listener_arn is not None:
            self.rule_arns = {
                route.name: self._rule(
                    f"{name}-{route.name}", args, route, args.priority_base + index, list(groups.values())
                )
                for index, route in enumerate(args.routes)
            }
            self.request_labels = {
                fleet: self._label(args.load_balancer_suffix, suffix)
                for fleet, suffix in self.target_group_suffixes.items()
            }
        self.register_outputs({"targetGroupArns": self.target_group_arns, "ruleArns": self.rule_arns})

    def _target_group(self, name: str, args: TrafficSplitArgs) -> aws.lb.TargetGroup:
        return aws.lb.TargetGroup(
            name,
            vpc_id=args.vpc_id,
            port=args.service_port,
            protocol="HTTPS",  # can't be changed later without a new group
            target_type=args.target_type,
            load_balancing_algorithm_type="least_outstanding_requests",
            deregistration_delay=args.deregistration_delay_seconds,
            health_check={
                "enabled": True,
                "protocol": "HTTPS",
                "path": args.health_check_path,
                "port": "traffic-port",
                "matcher": "200",
                "interval": 10,
                "timeout": 5,
                "healthy_threshold": 2,
                "unhealthy_threshold": 3,
            },
            opts=pulumi.ResourceOptions(parent=self),
        )

    def _rule(
        self, name: str, args: TrafficSplitArgs, route: Route, priority: int, groups: list[pulumi.Resource]
    ) -> pulumi.Output[str]:
        conditions: list[dict[str, Any]] = [
            {"host_header": {"values": [args.domain_name]}},
            {"path_pattern": {"values": [f"{route.path_prefix}/*"]}},
        ]
        if route.methods:
            conditions.append({"http_request_method": {"values": list(route.methods)}})
        rule = aws.lb.ListenerRule(
            name,
            listener_arn=args.listener_arn,
            priority=priority,
            conditions=conditions,
            actions=[
                route.check.declared(),
                {
                    "type": "forward",
                    "order": 2,
                    "forward": {
                        "target_groups": [
                            {"arn": self.target_group_arns["stable"], "weight": 100},
                            {"arn": self.target_group_arns["canary"], "weight": 0},
                        ]
                    },
                },
            ],
            tags={"Name": name},
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["actions"],
                # The engine forgets after a failed run what it replaced in it; the trigger still tells old groups.
                replacement_trigger={"check": route.check.declared(), "groups": list(self.target_group_arns.values())},
                replace_with=groups,
                delete_before_replace=True,
            ),
        )
        return pulumi.Output.from_input(rule.arn)

    def _label(
        self, load_balancer_suffix: pulumi.Input[str] | None, group_suffix: pulumi.Output[str]
    ) -> pulumi.Output[str]:
        """``app/<lb>/<id>/targetgroup/<group>/<id>``; waits for the rules that tie the two together."""
        return pulumi.Output.all(load_balancer_suffix, group_suffix, *self.rule_arns.values()).apply(
            lambda parts: f"{parts[0]}/{parts[1]}"
        )
