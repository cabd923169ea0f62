"""Where requests come in: load balancer, rules, firewall."""

from __future__ import annotations

import pulumi

from components.edge.certificate import Certificate, CertificateArgs
from components.edge.firewall import Firewall, FirewallArgs
from components.edge.firewall_rules import RateLimit
from components.edge.listener_answers import MOST_RULES, ListenerAnswers, ListenerAnswersArgs, conditions_in_api
from components.edge.load_balancer import LoadBalancer, LoadBalancerArgs
from components.edge.request_checks import BearerToken, BrowserSignIn, Claim, Route
from components.edge.traffic_split import TrafficSplit, TrafficSplitArgs
from components.operations.maintenance_page import FirewallPage, IpSet, ListenerPage, Page
from components.operations.maintenance_states import LentRules
from infra.settings import Settings
from infra.stack.context import Context
from infra.stack.declared import FrontDoor, Ground

MANAGED_RULE_SETS = (
    "AWSManagedRulesCommonRuleSet",
    "AWSManagedRulesKnownBadInputsRuleSet",
    "AWSManagedRulesAnonymousIpList",
)
"""Rules that AWS keeps up to date, each $1 a month, prorated. No setting: the policies want all of them."""


def front_door(context: Context, ground: Ground) -> FrontDoor | None:
    """The load balancer: one's own, the platform's, or none while the stack is parked.

    The certificate is free and stays: validating a new one for each session would take up to half an hour.
    """
    settings, edge = context.settings, context.settings.edge
    platform = settings.tenancy.platform
    if platform is not None:
        suffix = platform.load_balancer_arn.partition("loadbalancer/")[2]
        return FrontDoor(listener_arn=platform.listener_arn, load_balancer_suffix=suffix, load_balancer_arn=None)
    certificate_arn: pulumi.Input[str] | None = edge.certificate_arn
    if certificate_arn is None:
        certificate_arn = Certificate(
            f"{context.name}-certificate",
            CertificateArgs(domain_name=edge.domain_name, hosted_zone_id=str(edge.hosted_zone_id)),
            context.child,
        ).arn
    if settings.uptime.parked or ground.log_bucket_name is None:
        return None
    balancer = LoadBalancer(
        f"{context.name}-edge",
        LoadBalancerArgs(
            vpc_id=ground.vpc.id,
            subnet_ids=ground.vpc.edge_subnet_ids,
            security_group_id=ground.groups.load_balancer_id,
            certificate_arn=certificate_arn,
            domain_name=edge.domain_name,
            hosted_zone_id=edge.hosted_zone_id,
            log_bucket_name=ground.log_bucket_name,
            ip_address_type=edge.ip_address_type,
            tls_policy=edge.tls_policy,
            idle_timeout_seconds=edge.idle_timeout_seconds,
            deletion_protection=settings.uptime.schedule == "always-on",
        ),
        context.child,
    )
    context.exports["loadBalancerDnsName"] = balancer.dns_name
    return FrontDoor(
        listener_arn=balancer.listener_arn,
        load_balancer_suffix=balancer.arn_suffix,
        load_balancer_arn=balancer.arn,
    )


def routes(settings: Settings) -> list[Route]:
    """Reading takes one scope; every other method takes the other one, also a method nobody thought of."""
    authentication, prefix = settings.edge.authentication, settings.edge.path_prefix
    dialect = authentication.dialect

    def token(scope: str) -> BearerToken:
        return BearerToken(
            issuer=authentication.issuer,
            jwks_url=authentication.jwks_url,
            claims=(
                Claim(name=dialect.audience_claim, format=dialect.audience_format, value=authentication.audience),
                Claim(name=dialect.scope_claim, format=dialect.scope_format, value=scope),
            ),
        )

    found = [
        Route(name="read", path_prefix=prefix, methods=["GET", "HEAD"], check=token(authentication.read_scope)),
        Route(name="write", path_prefix=prefix, methods=[], check=token(authentication.write_scope)),
    ]
    browser = authentication.browser
    if browser is not None:
        check = BrowserSignIn(
            user_pool_arn=browser.user_pool_arn,
            user_pool_client_id=browser.user_pool_client_id,
            user_pool_domain=browser.user_pool_domain,
        )
        found.append(Route(name="browser", path_prefix=browser.path_prefix, methods=[], check=check))
    return found


def traffic_split(context: Context, ground: Ground, door: FrontDoor | None) -> TrafficSplit:
    """Target groups, and rules where there is a listener."""
    settings = context.settings
    split = TrafficSplit(
        f"{context.name}-split",
        TrafficSplitArgs(
            vpc_id=ground.vpc.id,
            service_port=settings.fleet.service_port,
            health_check_path=settings.fleet.health_check_path,
            deregistration_delay_seconds=settings.edge.deregistration_delay_seconds,
            domain_name=settings.edge.domain_name,
            routes=routes(settings),
            listener_arn=door.listener_arn if door else None,
            load_balancer_suffix=door.load_balancer_suffix if door else None,
            priority_base=settings.edge.rule_priority_base + _answers_ahead(settings),
            target_type="ip" if settings.platform.cluster else "instance",
        ),
        context.child,
    )
    context.exports["targetGroups"] = split.target_group_arns
    return split


def _answers_ahead(settings: Settings) -> int:
    """Listener rules of this stack that come before its routes."""
    return MOST_RULES if settings.tenancy.platform is not None else 0


def listener_answers(context: Context, door: FrontDoor | None) -> ListenerAnswers | None:
    """What the platform's listener answers by itself; in a dedicated stack the firewall does."""
    settings = context.settings
    if door is None or settings.tenancy.platform is None:
        return None
    return ListenerAnswers(
        f"{context.name}-answers",
        ListenerAnswersArgs(
            listener_arn=door.listener_arn,
            domain_name=settings.edge.domain_name,
            page_size_max=settings.contract.page_size_max,
            priority_base=settings.edge.rule_priority_base,
        ),
        context.child,
    )


def maintenance_page(settings: Settings, firewall: Firewall | None, answers: ListenerAnswers | None) -> Page | None:
    """What shows the page of a maintenance window; nothing while parked."""
    if answers is not None:
        host = settings.edge.domain_name
        return ListenerPage(
            rule_arn=answers.page_rule_arn,
            open_conditions=conditions_in_api(host, closed=False),
            closed_conditions=conditions_in_api(host, closed=True),
        )
    if firewall is None:
        return None
    return FirewallPage(
        ip_sets=[
            IpSet(
                family=family,
                identifier=identifier,
                name=firewall.ip_set_names[family],
                arn=firewall.ip_set_arns[family],
            )
            for family, identifier in firewall.ip_set_ids.items()
        ]
    )


def lent_rules(settings: Settings, firewall: Firewall | None) -> LentRules | None:
    """The rule group of a shared stack, with the web ACL that has to ask it."""
    platform = settings.tenancy.platform
    if platform is None or firewall is None or firewall.rule_group is None:
        return None
    return LentRules(web_acl_arn=platform.web_acl_arn, rule_group_arn=firewall.rule_group.arn)


def firewall(context: Context, ground: Ground, door: FrontDoor | None) -> Firewall | None:
    """Web ACL, or rule group in the platform's; nothing while parked."""
    if door is None:
        return None
    settings, wanted = context.settings, context.settings.firewall

    def limit(requests: int) -> RateLimit:
        return RateLimit(
            requests=requests,
            window_seconds=wanted.window_seconds,
            retry_after_seconds=wanted.retry_after_seconds,
        )

    firewall = Firewall(
        f"{context.name}-firewall",
        FirewallArgs(
            per_ip=limit(wanted.requests_per_ip),
            per_user=limit(wanted.requests_per_user),
            per_heavy_path=limit(wanted.requests_per_heavy_path),
            heavy_path_prefix=wanted.heavy_path_prefix,
            user_header=wanted.user_header,
            page_size_max=settings.contract.page_size_max,
            body_size_max_kib=settings.contract.body_size_max_kib,
            managed_rule_sets=MANAGED_RULE_SETS,
            retry_after_seconds=wanted.retry_after_seconds,
            load_balancer_arn=door.load_balancer_arn,
            domain_name=settings.edge.domain_name,
            block_hosting_providers=wanted.block_hosting_providers,
            rule_group_rules=wanted.rule_group_rules,
            log_group_arn=ground.logs.arns.get("firewall"),
        ),
        context.child,
    )
    if firewall.rule_group is not None:
        context.exports["ruleGroup"] = firewall.rule_group.arn
    return firewall
