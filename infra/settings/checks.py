"""Checks over several settings. Each yields every problem it finds; none stops at the first."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from decimal import Decimal

from infra.capacity import UnreachableError
from infra.settings.base import minutes_of_day
from infra.settings.budget import BudgetSettings
from infra.settings.cache import CacheSettings
from infra.settings.clock_checks import sessions_end, windows_begin_and_end
from infra.settings.contract import ContractSettings
from infra.settings.data_checks import (
    environment_fits_user_data,
    environment_is_its_own,
    stores_are_in_the_region,
    stores_are_reached,
)
from infra.settings.edge import EdgeSettings
from infra.settings.errors import Problem
from infra.settings.firewall import LEAST_IN_A_WINDOW, FirewallSettings
from infra.settings.fleet import FleetSettings
from infra.settings.instance_capacity import instance_capacity
from infra.settings.network_checks import (
    images_are_within_reach,
    network_collides_with_none,
    network_fits,
    private_images_are_named_whole,
    region_has_the_zones,
)
from infra.settings.platform import PlatformSettings
from infra.settings.pod_checks import (
    autoscaler_asks_for_nothing_dear,
    candidate_is_pinned,
    kubernetes_is_complete,
    pods_carry_the_peak,
    pods_fit_their_quota,
    probes_differ,
    the_rollout_reaches_the_cluster,
)
from infra.settings.rollout import RolloutSettings
from infra.settings.slo import SloSettings
from infra.settings.tenancy import TenancySettings
from infra.settings.uptime import UptimeSettings
from infra.settings.usage import UsageSettings
from infra.settings.window_checks import notices_are_sound, subscribers_can_be_reached, windows_are_sound

HOURS_PER_MONTH = 730
"""AWS calculator's month."""


def fleet_sizes_are_ordered(fleet: FleetSettings) -> Iterator[Problem]:
    """min <= desired <= max."""
    if fleet.min_size > fleet.max_size:
        yield Problem(
            "plant:fleet.min_size", fleet.min_size, f"more than plant:fleet.max_size, which is {fleet.max_size}"
        )
    if not fleet.min_size <= fleet.desired_capacity <= fleet.max_size:
        yield Problem(
            "plant:fleet.desired_capacity",
            fleet.desired_capacity,
            f"has to lie between min_size and max_size, which are {fleet.min_size} and {fleet.max_size}",
        )


def on_demand_base_fits(fleet: FleetSettings) -> Iterator[Problem]:
    """The base is a part of the fleet."""
    if fleet.on_demand_base_capacity > fleet.max_size:
        yield Problem(
            "plant:fleet.on_demand_base_capacity",
            fleet.on_demand_base_capacity,
            f"more than plant:fleet.max_size, which is {fleet.max_size}",
        )


def instance_types_differ(fleet: FleetSettings) -> Iterator[Problem]:
    """A type that is named twice is no second one."""
    if len(set(fleet.instance_types)) < len(fleet.instance_types):
        yield Problem("plant:fleet.instance_types", ", ".join(fleet.instance_types), "a type is named twice")


def instance_types_agree_on_credits(fleet: FleetSettings) -> Iterator[Problem]:
    """One launch template serves all types, and only T instances take its choice of standard CPU credits."""
    burstable = [name for name in fleet.instance_types if name.startswith("t")]
    if 0 < len(burstable) < len(fleet.instance_types):
        yield Problem(
            "plant:fleet.instance_types",
            ", ".join(fleet.instance_types),
            f"{', '.join(burstable)} have CPU credits to bound, and the others take no such choice: allowed are"
            " burstable types (t4g) only, or none",
        )


def warm_pool_holds_on_demand_instances(fleet: FleetSettings) -> Iterator[Problem]:
    """A pool stops its instances, and a group's spot instances can't be stopped."""
    if fleet.warm_pool_size and fleet.on_demand_percent_above_base < 100:
        yield Problem(
            "plant:fleet.warm_pool_size",
            fleet.warm_pool_size,
            "its instances are stopped, which spot instances can't be: set plant:fleet.on_demand_percent_above_base to"
            " 100",
        )


def scheduled_sizes_are_ordered(fleet: FleetSettings) -> Iterator[Problem]:
    """min <= max <= the fleet's max, for each of the scheduled sizes."""
    names = [size.name for size in fleet.scheduled_sizes]
    for index, size in enumerate(fleet.scheduled_sizes):
        key = f"plant:fleet.scheduled_sizes[{index}]"
        if size.min_size > size.max_size:
            yield Problem(f"{key}.min_size", size.min_size, f"more than its max_size, which is {size.max_size}")
        if size.max_size > fleet.max_size:
            yield Problem(
                f"{key}.max_size",
                size.max_size,
                f"more than plant:fleet.max_size, which is {fleet.max_size} and bounds what the stack may cost",
            )
        if size.name in names[:index]:
            yield Problem(f"{key}.name", size.name, "used twice; give each scheduled size its own name")


def alarm_is_above_the_promise(slo: SloSettings, contract: ContractSettings) -> Iterator[Problem]:
    """A p95 alarm below the response budget would go off while the API keeps its promise."""
    if slo.p95_threshold_ms < contract.response_budget_ms:
        yield Problem(
            "plant:slo.p95_threshold_ms",
            slo.p95_threshold_ms,
            "under the API budget: allowed is plant:contract.response_budget_ms"
            f" ({contract.response_budget_ms} ms) or more",
        )


def query_fits_the_response_budget(contract: ContractSettings) -> Iterator[Problem]:
    """A query has to fit into the response budget."""
    if contract.database_query_limit_ms >= contract.response_budget_ms:
        yield Problem(
            "plant:contract.database_query_limit_ms",
            contract.database_query_limit_ms,
            f"has to be under plant:contract.response_budget_ms, which is {contract.response_budget_ms}",
        )


def cache_keeps_something(contract: ContractSettings) -> Iterator[Problem]:
    """A cache with TTL 0 is none."""
    if contract.cache_ttl_seconds == 0:
        yield Problem(
            "plant:contract.cache_ttl_seconds",
            0,
            "a cache that keeps nothing; allowed is 1 to 86,400 s (600 is 10 minutes)",
        )


def rollout_rises_to_all(rollout: RolloutSettings) -> Iterator[Problem]:
    """Shares rise to 100 %, and each but the last is held for a while."""
    previous = 0
    last = len(rollout.steps) - 1
    for index, step in enumerate(rollout.steps):
        key = f"plant:rollout.steps[{index}]"
        if not previous < step.percent <= 100:
            yield Problem(f"{key}.percent", step.percent, f"steps have to rise: allowed is {previous + 1} to 100")
        if index < last and (step.hold_hours is None or not 0 < step.hold_hours <= 168):
            yield Problem(
                f"{key}.hold_hours", step.hold_hours, "a step that nobody watches; allowed is over 0 and up to 168 h"
            )
        if index == last and step.hold_hours is not None:
            yield Problem(f"{key}.hold_hours", step.hold_hours, "the last step has no hold; leave it out")
        previous = step.percent
    if rollout.steps[last].percent != 100:
        yield Problem(
            f"plant:rollout.steps[{last}].percent", rollout.steps[last].percent, "the last step has to be 100"
        )


EVENTS_PER_POLL = 52
"""Entries that a rollout writes into its history for each look: seven tasks of five, its other states, and what is
written before the first look and after the last. A test counts them in the machines of the stacks."""
HISTORY_EVENTS_MAX = 25_000
"""Most entries of one execution's history (Step Functions quotas)."""


def rollout_fits_its_history(rollout: RolloutSettings) -> Iterator[Problem]:
    """A rollout that looks too often is stopped by AWS in the middle."""
    holds = [step.hold_hours or 0 for step in rollout.steps]
    polls = sum(holds) * 60 / rollout.poll_interval_minutes + rollout.inconclusive_polls_max * sum(
        hold > 0 for hold in holds
    )
    if polls * EVENTS_PER_POLL > HISTORY_EVENTS_MAX:
        yield Problem(
            "plant:rollout.poll_interval_minutes",
            rollout.poll_interval_minutes,
            f"up to {polls:.0f} looks are more than the {HISTORY_EVENTS_MAX:,} history events that Step Functions keeps"
            f" allow ({HISTORY_EVENTS_MAX // EVENTS_PER_POLL}); look less often or lower inconclusive_polls_max",
        )


def sessions_fit_the_month(uptime: UptimeSettings) -> Iterator[Problem]:
    """Sessions fit into a month, and each of their days is named once."""
    if len(set(uptime.session_days)) < len(uptime.session_days):
        yield Problem("plant:uptime.session_days", ", ".join(uptime.session_days), "a day is named twice")
    if uptime.hours_per_month > HOURS_PER_MONTH:
        yield Problem(
            "plant:uptime.hours_per_session",
            uptime.hours_per_session,
            f"{uptime.sessions_per_month} sessions of this length, with what is billed around them, are"
            f" {uptime.hours_per_month:.1f} h, and a month has"
            f" {HOURS_PER_MONTH} h; use schedule: always-on instead",
        )


def session_fits_the_day(uptime: UptimeSettings) -> Iterator[Problem]:
    """A session is made and ends on the day it starts."""
    start = minutes_of_day(uptime.session_start)
    if start + uptime.session_minutes > 24 * 60:
        yield Problem(
            "plant:uptime.session_start",
            uptime.session_start,
            f"a session of {uptime.session_minutes} min that starts then runs past midnight; start it earlier",
        )
    if uptime.schedule == "sessions" and start < uptime.lead_minutes:
        yield Problem(
            "plant:uptime.session_start",
            uptime.session_start,
            f"the stack is made {uptime.lead_minutes} min before (plant:uptime.lead_minutes), on the day before;"
            " start it later",
        )


def only_a_dedicated_stack_has_sessions(uptime: UptimeSettings, tenancy: TenancySettings) -> Iterator[Problem]:
    """A shared stack is always on."""
    if tenancy.kind == "shared" and (uptime.parked or uptime.schedule == "sessions"):
        wrong = "parked" if uptime.parked else "schedule"
        yield Problem(
            f"plant:uptime.{wrong}",
            getattr(uptime, wrong),
            "only a dedicated stack can be parked; a shared one is always on (plant:tenancy.kind)",
        )


def tenancy_is_complete(tenancy: TenancySettings, edge: EdgeSettings) -> Iterator[Problem]:
    """A shared stack says what it borrows; a dedicated one has a certificate."""
    if tenancy.kind == "shared" and tenancy.platform is None:
        yield Problem(
            "plant:tenancy.platform", None, "required when kind is shared: the ids of the platform's resources"
        )
    if tenancy.kind == "dedicated":
        if tenancy.platform is not None:
            yield Problem("plant:tenancy.platform", "(given)", "only for kind shared; remove it or change the kind")
        if edge.certificate_arn is None and edge.hosted_zone_id is None:
            yield Problem(
                "plant:edge.hosted_zone_id",
                None,
                "give the Route 53 zone that validates a new certificate, or plant:edge.certificate_arn",
            )


MOST_COMMON_NAME_CHARACTERS = 64
"""Of a certificate's common name (RFC 5280; ACM API reference, RequestCertificate, DomainName)."""


def name_fits_its_certificate(tenancy: TenancySettings, edge: EdgeSettings) -> Iterator[Problem]:
    """A certificate that this stack asks for is for one name, which has to fit into its common name."""
    made = tenancy.kind == "dedicated" and edge.certificate_arn is None
    if made and len(edge.domain_name) > MOST_COMMON_NAME_CHARACTERS:
        yield Problem(
            "plant:edge.domain_name",
            edge.domain_name,
            f"{len(edge.domain_name)} characters: ACM makes certificates for up to {MOST_COMMON_NAME_CHARACTERS};"
            " choose a shorter name, or give plant:edge.certificate_arn",
        )


def platform_subnets_differ(tenancy: TenancySettings) -> Iterator[Problem]:
    """A subnet that is named twice is no second zone."""
    subnets = tenancy.platform.fleet_subnet_ids if tenancy.platform else ()
    if len(set(subnets)) < len(subnets):
        yield Problem("plant:tenancy.platform.fleet_subnet_ids", ", ".join(subnets), "a subnet is named twice")


def only_sessions_are_parked(uptime: UptimeSettings) -> Iterator[Problem]:
    """A stack that is always on protects its load balancer from the deletion that parking is."""
    if uptime.parked and uptime.schedule == "always-on":
        yield Problem(
            "plant:uptime.parked",
            True,
            "a stack that is always on can't be parked; set plant:uptime.schedule to sessions",
        )


def capacity_carries_the_peak(
    fleet: FleetSettings,
    usage: UsageSettings,
    contract: ContractSettings,
    slo: SloSettings,
    platform: PlatformSettings,
) -> Iterator[Problem]:
    """A fleet on its own carries the declared peak within the response budget: the canary ends at 100 %."""
    if platform.kind != "ec2":
        return
    try:
        able = fleet.max_size * instance_capacity(fleet, contract, slo).highest_rate()
    except UnreachableError as error:
        yield Problem("plant:fleet.service_time_ms", fleet.service_time_ms, str(error))
        return
    if fleet.cpu_time_ms > fleet.service_time_ms:
        yield Problem(
            "plant:fleet.cpu_time_ms",
            fleet.cpu_time_ms,
            f"is a part of plant:fleet.service_time_ms, which is {fleet.service_time_ms:g}",
        )
    if able < usage.peak_requests_per_second:
        yield Problem(
            "plant:fleet.max_size",
            fleet.max_size,
            f"carries {able:.1f} requests per second within {contract.response_budget_ms} ms and its CPU credits, and"
            f" plant:usage.peak_requests_per_second is {usage.peak_requests_per_second}",
        )


def paths_do_not_overlap(edge: EdgeSettings) -> Iterator[Problem]:
    """Browsers and API clients have paths of their own: the first rule that matches wins."""
    browser = edge.authentication.browser
    if browser is not None and (
        f"{browser.path_prefix}/".startswith(f"{edge.path_prefix}/")
        or f"{edge.path_prefix}/".startswith(f"{browser.path_prefix}/")
    ):
        yield Problem(
            "plant:edge.authentication.browser.path_prefix",
            browser.path_prefix,
            f"overlaps plant:edge.path_prefix, which is {edge.path_prefix}; choose another one",
        )


def claims_are_told_apart(edge: EdgeSettings) -> Iterator[Problem]:
    """For whom a token is and what it may do are two claims with two values: one is no proof of the other."""
    authentication, dialect = edge.authentication, edge.authentication.dialect
    if dialect.audience_claim == dialect.scope_claim:
        yield Problem(
            "plant:edge.authentication.audience_claim",
            dialect.audience_claim,
            "is the claim that holds the scopes, too; name another one, or set scope_claim",
        )
    for key in ("read_scope", "write_scope"):
        if getattr(authentication, key) == authentication.audience:
            yield Problem(
                f"plant:edge.authentication.{key}", authentication.audience, "is the audience, too; name another scope"
            )
    if authentication.read_scope == authentication.write_scope:
        yield Problem(
            "plant:edge.authentication.write_scope",
            authentication.write_scope,
            "is read_scope, too: who may read could change everything; name another scope",
        )


def budget_notices_rise(budget: BudgetSettings) -> Iterator[Problem]:
    """Notices rise."""
    if list(budget.notice_percents) != sorted(set(budget.notice_percents)) or not all(
        1 <= percent <= 100 for percent in budget.notice_percents
    ):
        yield Problem(
            "plant:budget.notice_percents",
            ", ".join(map(str, budget.notice_percents)),
            "has to rise, each from 1 to 100",
        )


def limit_is_some_money(budget: BudgetSettings) -> Iterator[Problem]:
    """The limit is a cent or more."""
    if budget.monthly_limit_usd < Decimal("0.01"):
        yield Problem("plant:budget.share_percent", budget.share_percent, "less than a cent a month; raise it")


def every_client_is_limited(firewall: FirewallSettings) -> Iterator[Problem]:
    """A shared stack's rules hold the limit that no client can evade, and each rule once."""
    given = firewall.rule_group_rules
    if "rate-per-ip" not in given:
        yield Problem(
            "plant:firewall.rule_group_rules",
            ", ".join(given),
            "lacks rate-per-ip, the limit of all requests that a client can't evade; add it",
        )
    if len(set(given)) < len(given):
        yield Problem("plant:firewall.rule_group_rules", ", ".join(given), "a rule is named twice")


def one_client_leaves_room(firewall: FirewallSettings, usage: UsageSettings) -> Iterator[Problem]:
    """One address sends ten times what all clients are declared to send, at most: a peak is declared with reserve."""
    most = 10 * usage.peak_requests_per_second * firewall.window_seconds
    if firewall.requests_per_ip <= most:
        return
    least = Decimal(firewall.requests_per_ip) / (10 * firewall.window_seconds)
    if most >= LEAST_IN_A_WINDOW:
        way_out = f"set it to {int(most)} or less"
    else:
        way_out = f"AWS WAF counts from {LEAST_IN_A_WINDOW} on: set the peak to {least:.3f} or more"
    yield Problem(
        "plant:firewall.requests_per_ip",
        firewall.requests_per_ip,
        f"in {firewall.window_seconds} s is over ten times plant:usage.peak_requests_per_second, which is"
        f" {usage.peak_requests_per_second:f} for all clients together: {way_out}",
    )


def cache_holds_the_data(cache: CacheSettings, usage: UsageSettings) -> Iterator[Problem]:
    """The declared data fits into the cache."""
    if cache.node_type is None and usage.cache_data_gb > cache.data_max_gb:
        yield Problem(
            "plant:cache.data_max_gb",
            cache.data_max_gb,
            f"less than plant:usage.cache_data_gb, which is {usage.cache_data_gb}",
        )


CHECKS: tuple[tuple[Callable[..., Iterator[Problem]], tuple[str, ...]], ...] = (
    (fleet_sizes_are_ordered, ("fleet",)),
    (on_demand_base_fits, ("fleet",)),
    (instance_types_differ, ("fleet",)),
    (instance_types_agree_on_credits, ("fleet",)),
    (warm_pool_holds_on_demand_instances, ("fleet",)),
    (scheduled_sizes_are_ordered, ("fleet",)),
    (alarm_is_above_the_promise, ("slo", "contract")),
    (query_fits_the_response_budget, ("contract",)),
    (cache_keeps_something, ("contract",)),
    (rollout_rises_to_all, ("rollout",)),
    (rollout_fits_its_history, ("rollout",)),
    (sessions_fit_the_month, ("uptime",)),
    (session_fits_the_day, ("uptime",)),
    (only_a_dedicated_stack_has_sessions, ("uptime", "tenancy")),
    (tenancy_is_complete, ("tenancy", "edge")),
    (name_fits_its_certificate, ("tenancy", "edge")),
    (platform_subnets_differ, ("tenancy",)),
    (only_sessions_are_parked, ("uptime",)),
    (capacity_carries_the_peak, ("fleet", "usage", "contract", "slo", "platform")),
    (paths_do_not_overlap, ("edge",)),
    (claims_are_told_apart, ("edge",)),
    (budget_notices_rise, ("budget",)),
    (limit_is_some_money, ("budget",)),
    (every_client_is_limited, ("firewall",)),
    (one_client_leaves_room, ("firewall", "usage")),
    (cache_holds_the_data, ("cache", "usage")),
    (stores_are_reached, ("data", "tenancy", "platform")),
    (stores_are_in_the_region, ("data", "region")),
    (environment_is_its_own, ("data",)),
    (environment_fits_user_data, ("data", "platform")),
    (windows_are_sound, ("maintenance",)),
    (notices_are_sound, ("maintenance",)),
    (windows_begin_and_end, ("maintenance",)),
    (sessions_end, ("uptime",)),
    (subscribers_can_be_reached, ("maintenance",)),
    (region_has_the_zones, ("tenancy", "region")),
    (network_fits, ("tenancy",)),
    (network_collides_with_none, ("tenancy",)),
    (images_are_within_reach, ("fleet", "rollout", "tenancy")),
    (private_images_are_named_whole, ("fleet", "rollout")),
    (kubernetes_is_complete, ("platform", "pods", "tenancy")),
    (the_rollout_reaches_the_cluster, ("platform",)),
    (pods_fit_their_quota, ("platform", "pods")),
    (pods_carry_the_peak, ("platform", "pods", "fleet", "usage")),
    (autoscaler_asks_for_nothing_dear, ("platform", "pods")),
    (probes_differ, ("platform", "pods", "fleet")),
    (candidate_is_pinned, ("platform", "rollout")),
)
"""Check -> the groups it needs. It ends where it meets a value that is wrong in itself, so each is about one thing."""
