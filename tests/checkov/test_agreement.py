"""Real Checkov finds nothing in the stack beyond what is waived or declared not applicable, and agrees on mutants."""

import csv
import json
from pathlib import Path

import pytest
from depth import tried

from deployment.reader import graph_from_json
from policies.assess import assess, run_rule
from policies.context import Context
from policies.registry import every_rule
from workbench.preview.synthesis import synthesize
from workbench.report.manifests import manifests
from workbench.report.tfplan import tfplan

from .neighbourhoods import mutated_neighbourhoods

ROOT = Path(__file__).parents[2]
pytestmark = [pytest.mark.checkov, pytest.mark.slow]

NARROWER = {
    "CKV2_AWS_34": "Checkov wants every parameter encrypted; we want those that sound like a secret.",
}
"""Check -> why a rule that answers it asks for less."""

ELSEWHERE = {
    ("plant-ci-deploy-attachment: policyArn = arn:aws:iam::aws:policy/AdministratorAccess", "CKV_AWS_355"): (
        "The policy is nothing but a boundary then, which grants nothing; Checkov does not see to whom one is attached."
    ),
    ("plant-edge-https: port = 80", "CKV2_AWS_20"): "Checkov goes by the port; the listener speaks TLS on it.",
}
"""(mutant, check) -> why Checkov's finding is none."""

STRICTER = {
    "data-bucket-owner-enforced": "Checkov passes controls that are attached to no bucket.",
    "data-bucket-encrypted": "Checkov passes the encryption that S3 does by itself; we want it declared.",
    "logging-group-kept-a-year": "Checkov passes 0, which keeps events for ever, and is billed for ever.",
    "network-egress-scoped": "Checkov passes a rule that leaves the ports out.",
    "waf-has-rules": "Checkov passes an empty list of rules.",
    "compute-imdsv2": "Checkov passes a template that leaves the metadata options out where the endpoint is off.",
    "compute-no-public-ip": "Left out, the subnet decides; we want it said.",
    "compute-group-elb-health": "Checkov asks only where an aws_autoscaling_attachment exists.",
    "compute-group-launch-template": "Checkov counts an empty mixed-instances policy.",
    "data-bucket-blocks-public-access": "Single flags of the access block have ids of their own.",
    "data-bucket-lifecycle": "Checkov passes a rule that is disabled.",
    "data-topic-not-public": "Checkov reads only some forms of policy.",
    "edge-access-logs": "We also want the bucket.",
    "edge-certificate-strong": "We also want renewal by DNS and a strong key.",
    "edge-listener-encrypted": "We look at every default action.",
    "edge-listener-tls-policy": "Checkov passes policies with TLS 1.0 in the TLS13 family.",
    "edge-target-group-encrypted": "FSBP ELB.22 wants TLS; Checkov does not.",
    "edge-target-group-health-check": "FSBP ELB.21 wants HTTPS; Checkov wants a path.",
    "edge-web-acl-attached": "We also want the ACL's ARN.",
    "iam-no-policy-conflicts": "No id of Checkov.",
    "logging-state-machine-logged": "We also want a level and a destination.",
    "network-flow-logs": "We also want rejected traffic and a destination.",
    "network-ingress-only-https": "FSBP EC2.18: any port but 443; Checkov knows 80 and all.",
    "network-no-admin-ports-open": "FSBP EC2.19 has more ports than Checkov's 22 and 3389.",
    "waf-logging": "We also want a destination.",
    "waf-rules-act": "Checkov passes a rule that only counts.",
    "waf-known-bad-inputs": "Checkov reads rules by position.",
    "observability-alarms-act": "Checkov looks at actionsEnabled only.",
    "data-key-policy": "Checkov passes a key whose policy is left out where it is declared elsewhere.",
    "iam-trust-named": "We also refuse NotPrincipal.",
    "iam-no-wildcard-actions": "FSBP IAM.21 refuses service wildcards; Checkov refuses the single *.",
    "iam-resources-named": "We don't know which reading actions Checkov's list exempts.",
    "iam-no-escalation": "Checkov exempts more conditions.",
}
"""Rule -> why it may find what Checkov passes; never the other way round."""


def claimed():
    """Checkov id -> rules that answer it."""
    found = {}
    for rule in every_rule():
        for control in rule.frameworks:
            if control.startswith("checkov:"):
                found.setdefault(control.removeprefix("checkov:"), []).append(rule)
    return found


def not_applicable():
    """Checkov ids that policies/controls.csv declares not applicable."""
    with (ROOT / "policies" / "controls.csv").open(encoding="utf-8") as stream:
        return {
            row["control"].removeprefix("checkov:")
            for row in csv.DictReader(stream)
            if row["status"] == "not applicable"
        }


BROWSER = {
    "user_pool_arn": "arn:aws:cognito-idp:us-east-1:123456789012:userpool/us-east-1_abc",
    "user_pool_client_id": "abc",
    "user_pool_domain": "plant",
}
WINDOWS = [
    {"name": "weekly", "weekday": "MON", "time": "04:00", "duration_minutes": 30},
    {"name": "once", "starts_at": "2035-01-09T02:00", "duration_minutes": 60},
]
VARIANTS = {
    "dev": ("dev", {}),
    "prod": ("prod", {}),
    "parked": ("dev", {"uptime.parked": True}),
    "always on": ("dev", {"uptime.schedule": "always-on"}),
    "cache nodes": ("dev", {"cache.node_type": "cache.t4g.micro"}),
    "given certificate, IPv4": (
        "dev",
        {
            "edge.certificate_arn": "arn:aws:acm:us-east-1:123456789012:certificate/0a1b",
            "edge.ip_address_type": "ipv4",
        },
    ),
    "browsers, health, sizes": (
        "dev",
        {
            "edge.authentication.browser": BROWSER,
            "platform.health_aggregator.event_bus_arn": "arn:aws:events:us-east-1:123456789012:event-bus/health",
            "platform.health_aggregator.endpoint": "https://health.example.com/events",
            "fleet.scheduled_sizes": [{"name": "night", "cron": "0 1 * * *", "min_size": 0, "max_size": 1}],
            "fleet.warm_pool_size": 1,
            "fleet.on_demand_percent_above_base": 100,
        },
    ),
    "windows, subscribers": (
        "dev",
        {"maintenance.windows": WINDOWS, "maintenance.subscribers": [{"protocol": "sms", "endpoint": "+37060000000"}]},
    ),
    "every firewall rule": (
        "prod",
        {"firewall.rule_group_rules": ["rate-per-ip", "page-size", "rate-per-user", "rate-heavy-path"]},
    ),
}
"""Stacks that declare what dev and prod do not: name -> stack file, and settings on top of it."""


EXPLAINED = {("parked", "CKV2_AWS_5"): "What the security groups are attached to is gone between sessions; they stay."}
"""(variant, check) -> why Checkov's finding is none."""


def test_checkov_finds_nothing_in_the_manifests_beyond_what_is_not_applicable(checkov_manifests):
    found = manifests(graph_from_json(synthesize("k8s"), "k8s"), "1.36")
    failed, passed = checkov_manifests(found.files)
    assert passed > 100
    assert failed <= not_applicable()


@pytest.mark.parametrize(("stack", "values"), VARIANTS.values(), ids=VARIANTS)
def test_checkov_finds_nothing_beyond_waivers_and_what_is_not_applicable(checkov, request, stack, values):
    variant = request.node.callspec.id
    declared = synthesize(stack, overrides={f"plant:{key}": json.dumps(value) for key, value in values.items()})
    plan = tfplan(declared)
    assert plan["unmapped"] == []
    checks = [each for each in checkov(plan) if each[1].startswith("aws_")]  # else the provider
    graph = graph_from_json(declared, variant)
    waived = set()
    for entry in assess(graph).waived:
        resource = graph.by_urn[entry.violation.finding.urn]
        # A rule about a companion of a bucket reports there; Checkov reports on the bucket.
        for one in (resource, *graph.referenced(resource, "bucket")):
            waived.add((entry.violation.rule.id, one.name))
    by_id = claimed()
    failed = {(check, address) for check, address, passed in checks if not passed}
    unexplained = [
        (check, address)
        for check, address in sorted(failed)
        if check not in not_applicable()
        and check not in NARROWER
        and (variant, check) not in EXPLAINED
        and not any((rule.id, address.partition(".")[2]) in waived for rule in by_id.get(check, ()))
    ]
    print(f"{variant}: {len(checks) - len(failed)} passed, {len(failed)} failed, each waived or not applicable")
    assert unexplained == []
    assert len(checks) > (50 if variant == "parked" else 150)


def test_the_rules_agree_with_checkov_on_mutated_stacks(checkov, deployment):
    stacks = mutated_neighbourhoods(deployment("dev"), at_least=200)
    assert len(stacks) >= 200
    by_id = claimed()
    answering_rules = [rule for rule in every_rule() if any(rule in rules for rules in by_id.values())]
    judged_by_checkov = 0
    compared = 0
    missed = []
    stricter = []
    for name, document in tried(stacks):
        fails, passes = {}, {}
        for check, address, passed in checkov(tfplan(document)):
            (passes if passed else fails).setdefault(check, []).append(address)
            judged_by_checkov += 1
        context = Context(graph_from_json(document, name))
        broken = {rule.id for rule in answering_rules if any(not one.unknown for one in run_rule(rule, context))}
        for check, answering in by_id.items():
            if check in fails and check not in NARROWER and (name, check) not in ELSEWHERE:
                compared += 1
                if not any(rule.id in broken for rule in answering):
                    missed.append((name, check, fails[check]))
        for rule in answering_rules:
            ids = [control.removeprefix("checkov:") for control in rule.frameworks if control.startswith("checkov:")]
            judged = [check for check in ids if check in fails or check in passes]
            if judged and rule.id in broken:
                compared += 1
                if not any(check in fails for check in judged) and rule.id not in STRICTER:
                    stricter.append((name, rule.id, judged))
            elif judged:
                compared += 1
    print(f"{len(tried(stacks))} of {len(stacks)} mutants, {judged_by_checkov} checks by Checkov, {compared} compared")
    assert not missed + stricter, "\n".join(map(str, [*missed, *stricter]))
