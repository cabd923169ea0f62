"""Web application firewall: a web ACL of one's own, or a rule group in the platform's."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, Final

import pulumi
import pulumi_aws as aws

from components.edge import firewall_rules as rules
from components.edge.rule_capacity import capacity

OWN_RULES: Final = ("rate-per-ip", "rate-per-user", "rate-heavy-path", "page-size", "body-size")
"""Rules that a rule group may hold."""


@dataclass(frozen=True, kw_only=True)
class RuleGroup:
    """A rule group as it is declared, for who writes it, too."""

    arn: pulumi.Output[str]
    """Its ARN."""
    identifier: pulumi.Output[str]
    """Its id."""
    name: pulumi.Output[str]
    """Its name."""
    description: str
    """Its description."""
    rules: Sequence[rules.Rule]
    """Its rules with their priorities."""
    visibility: dict[str, Any]
    """Its metrics."""


@dataclass(frozen=True, kw_only=True)
class FirewallArgs:
    """What the firewall lets through."""

    per_ip: rules.RateLimit
    """Limit of one IP address."""
    per_user: rules.RateLimit
    """Limit of one user."""
    per_heavy_path: rules.RateLimit
    """Limit of one IP address on heavy paths."""
    heavy_path_prefix: str
    """Paths that cost most to answer."""
    user_header: str
    """Header that tells users apart."""
    page_size_max: int
    """Items on one page at most."""
    body_size_max_kib: int
    """Largest request body, KiB."""
    managed_rule_sets: Sequence[str]
    """Rule sets that AWS keeps up to date."""
    retry_after_seconds: int
    """What clients are told to wait during maintenance."""
    load_balancer_arn: pulumi.Input[str] | None
    """Load balancer to protect; None: only a rule group, for the platform's web ACL."""
    domain_name: str
    """Host of the API; the platform's web ACL sees the requests of other services, too."""
    rule_group_rules: Sequence[str] = ()
    """Rules of the rule group: ``rate-per-ip``, ``rate-per-user`` and so on. Each is $1 a month."""
    block_hosting_providers: bool
    """Refuse the addresses of hosting providers, rather than count them: machine clients come from there, too."""
    log_group_arn: pulumi.Input[str] | None
    """Log group of the web ACL, named ``aws-waf-logs-…`` as WAF demands; None for a rule group."""

    def __post_init__(self) -> None:
        """Raises ValueError for a rule group that would guard nothing, and for rules that there are none of."""
        wrong = set(self.rule_group_rules) - set(OWN_RULES)
        if wrong or (self.load_balancer_arn is None and not self.rule_group_rules):
            got = ", ".join(sorted(wrong)) or "none, and no load balancer"
            raise ValueError(f"the rules of a rule group are of {', '.join(OWN_RULES)}; got {got}")


class Firewall(pulumi.ComponentResource):
    """Rate limits, request checks, managed rules, and the maintenance page of a dedicated stack.

    Creates: either two IP sets, and a web ACL with logging and association, or a rule group, which the platform's
    web ACL has to refer to.
    """

    ip_set_ids: dict[str, pulumi.Output[str]]
    """``IPV4`` and ``IPV6`` -> id of the set of addresses that get the maintenance page; empty for a rule group."""
    ip_set_names: dict[str, pulumi.Output[str]]
    """Likewise, names."""
    ip_set_arns: dict[str, pulumi.Output[str]]
    """Likewise, ARNs."""
    web_acl_arn: pulumi.Output[str] | None
    """Web ACL of a dedicated stack."""
    rule_group: RuleGroup | None
    """Rule group of a shared stack, for the platform to refer to."""

    def __init__(self, name: str, args: FirewallArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:Firewall", name, {}, opts)
        families = () if args.load_balancer_arn is None else ("IPV4", "IPV6")
        sets = {family: self._ip_set(f"{name}-maintenance-{family.lower()}", family) for family in families}
        self.ip_set_ids = {family: found.id for family, found in sets.items()}
        self.ip_set_names = {family: found.name for family, found in sets.items()}
        self.ip_set_arns = {family: found.arn for family, found in sets.items()}
        self.web_acl_arn = None
        self.rule_group = None
        own: dict[str, rules.Rule] = {
            rule["name"]: rule
            for rule in (
                rules.per_ip(args.per_ip),
                rules.per_user(args.per_user, args.user_header),
                rules.per_heavy_path(args.per_heavy_path, args.heavy_path_prefix),
                rules.page_size(args.page_size_max),
                rules.body_size(args.body_size_max_kib),
            )
        }
        if args.load_balancer_arn is None:
            chosen = [
                rules.for_host(rule, args.domain_name)
                for rule_name, rule in own.items()
                if rule_name in args.rule_group_rules
            ]
            # Fixed at creation: room for all of them, or choosing others would replace a group that is in use.
            room = capacity(rules.for_host(rule, args.domain_name) for rule in own.values())
            self.rule_group = self._rule_group(name, rules.ordered(chosen), room)
        else:
            page = rules.maintenance(list(self.ip_set_arns.values()), args.retry_after_seconds)
            counted = () if args.block_hosting_providers else (rules.HOSTING_PROVIDERS,)
            managed = [rules.managed(rule_set, counted=counted) for rule_set in args.managed_rule_sets]
            every = [page, *own.values(), *managed]
            self.web_acl_arn = self._web_acl(name, args, rules.ordered(every))
        self.register_outputs({"webAclArn": self.web_acl_arn, "ruleGroupArn": self.rule_group and self.rule_group.arn})

    def _ip_set(self, name: str, family: str) -> aws.wafv2.IpSet:
        return aws.wafv2.IpSet(
            name,
            scope="REGIONAL",
            ip_address_version=family,
            addresses=[],
            description="Who gets the maintenance page: nobody, or during a window everybody",
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["addresses"]),
        )

    def _rule_group(self, name: str, ordered: list[dict[str, Any]], room: int) -> RuleGroup:
        description, metrics = "Rules of the Plant API for the web ACL of the platform", f"{name}-rule-group"
        group = aws.wafv2.RuleGroup(
            f"{name}-rule-group",
            scope="REGIONAL",
            capacity=room,
            description=description,
            custom_response_bodies=rules.bodies(),
            rules=ordered,
            visibility_config=rules.visibility(metrics),
            opts=pulumi.ResourceOptions(parent=self),
        )
        return RuleGroup(
            arn=group.arn,
            identifier=group.id,
            name=group.name,
            description=description,
            rules=ordered,
            visibility=rules.visibility(metrics),
        )

    def _web_acl(self, name: str, args: FirewallArgs, ordered: list[dict[str, Any]]) -> pulumi.Output[str]:
        child = pulumi.ResourceOptions(parent=self)
        # Of a person in a browser, the cookie is what the token is of a machine.
        secret_headers = sorted({"authorization", "cookie", args.user_header})
        acl = aws.wafv2.WebAcl(
            f"{name}-web-acl",
            scope="REGIONAL",
            description="Rate limits and request checks of the Plant API",
            default_action={"allow": {}},
            custom_response_bodies=rules.bodies(),
            rules=ordered,
            visibility_config=rules.visibility(f"{name}-web-acl"),
            data_protection_config=rules.protection(secret_headers),
            opts=child,
        )
        aws.wafv2.WebAclLoggingConfiguration(
            f"{name}-logging",
            resource_arn=acl.arn,
            log_destination_configs=[args.log_group_arn],
            redacted_fields=[{"single_header": {"name": header}} for header in secret_headers],
            # What was let through is in the access log and in the application's log.
            logging_filter={
                "default_behavior": "DROP",
                "filters": [
                    {
                        "behavior": "KEEP",
                        "requirement": "MEETS_ANY",
                        "conditions": [
                            {"action_condition": {"action": "BLOCK"}},
                            {"action_condition": {"action": "COUNT"}},
                        ],
                    }
                ],
            },
            opts=child,
        )
        aws.wafv2.WebAclAssociation(
            f"{name}-association",
            web_acl_arn=acl.arn,
            resource_arn=args.load_balancer_arn,
            # A load balancer has one web ACL: deleting the earlier association afterwards would take the new one off.
            opts=pulumi.ResourceOptions(
                parent=self, delete_before_replace=True, custom_timeouts=pulumi.CustomTimeouts(create="10m")
            ),
        )
        return pulumi.Output.from_input(acl.arn)
