"""Chains of permissions: each step that leads to administrator is seen, and what binds it is, too."""

import json
from dataclasses import replace
from unittest.mock import Mock

import pytest

from deployment.graph import ResourceGraph
from deployment.unknown import UNKNOWN, watched
from policies.context import Context
from policies.examples import example_graph
from policies.rules import _suspects
from policies.rules._chains import ADMINISTRATOR_ACCESS, SIGNS, Actor, Chains, _runs
from policies.rules._documents import statements
from policies.rules._grants import trusting
from policies.rules._permissions import permissions
from policies.rules._suspects import _Walk, suspects
from policies.rules.iam import no_policy_conflicts

ROLE = "aws:iam/role:Role"
ROLE_POLICY = "aws:iam/rolePolicy:RolePolicy"
POLICY = "aws:iam/policy:Policy"
NOBODY = trusting({"Service": "config.amazonaws.com"})
BOUND = {"iam:PermissionsBoundary": "arn:bound"}


def allow(*actions, resource="*", **conditions):
    condition = {"Condition": {"StringEquals": conditions["when"]}} if conditions else {}
    return {"Effect": "Allow", "Action": list(actions), "Resource": resource, **condition}


def policy(*statements):
    return json.dumps({"Version": "2012-10-17", "Statement": list(statements)})


def chain(*statements, boss=(), boss_trust=NOBODY, more=None, start="start"):
    """Steps from the role `start`, which has `statements`, beside a role `boss` with every right or `boss`'s."""
    stack = {
        "start": (ROLE, {"assumeRolePolicy": NOBODY}),
        "start-policy": (ROLE_POLICY, {"role": "id:start", "policy": policy(*statements)}),
        "boss": (ROLE, {"assumeRolePolicy": boss_trust}),
        "boss-policy": (ROLE_POLICY, {"role": "id:boss", "policy": policy(*(boss or [allow("*")]))}),
        **(more or {}),
    }
    graph = example_graph(stack)
    (role,) = [one for one in graph.of_type(ROLE) if one.name == start]
    context = Context(graph)
    found = Chains(context, role).to_administrator()
    assert found is None or role.urn in suspects(context), "the quick look misses what the walk finds"
    return found


SERVICES = {
    "lambda.amazonaws.com": ["lambda:CreateFunction"],
    "ec2.amazonaws.com": ["ec2:CreateLaunchTemplate", "autoscaling:CreateAutoScalingGroup"],
    "states.amazonaws.com": ["states:CreateStateMachine"],
    "scheduler.amazonaws.com": ["scheduler:CreateSchedule"],
    "ssm.amazonaws.com": ["ssm:StartAutomationExecution"],
}


@pytest.mark.parametrize("service", SERVICES)
def test_a_role_is_passed_to_a_service(service):
    trust = trusting({"Service": service})
    launching = SERVICES[service]
    assert chain(allow("iam:PassRole", *launching), boss_trust=trust)
    assert chain(allow("iam:PassRole"), boss_trust=trust) is None
    assert chain(allow(*launching), boss_trust=trust) is None
    assert chain(allow("iam:PassRole", resource="arn:other"), allow(*launching), boss_trust=trust) is None
    bound = allow("iam:PassRole", when={"iam:PassedToService": "events.amazonaws.com"})
    assert chain(bound, allow(*launching), boss_trust=trust) is None


@pytest.mark.parametrize(
    ("trust", "statements", "reached"),
    [
        pytest.param(trusting({"AWS": "arn:start"}), [allow("s3:GetObject")], True, id="trusted by name"),
        pytest.param(trusting({"AWS": "arn:other"}), [allow("sts:AssumeRole")], False, id="another is trusted"),
        pytest.param(NOBODY, [allow("iam:UpdateAssumeRolePolicy")], True, id="trust rewritten"),
        pytest.param(
            NOBODY,
            [allow("iam:UpdateAssumeRolePolicy"), {**allow("iam:*", resource="arn:boss"), "Effect": "Deny"}],
            False,
            id="denied on the role",
        ),
        pytest.param(
            NOBODY, [allow("iam:UpdateAssumeRolePolicy", when={"aws:ResourceTag/a": "b"})], False, id="bound by a tag"
        ),
    ],
)
def test_a_role_is_assumed(trust, statements, reached):
    assert bool(chain(*statements, boss_trust=trust)) is reached


@pytest.mark.parametrize(
    ("token", "inputs", "action"),
    [
        ("aws:lambda/function:Function", {"role": "arn:boss"}, "lambda:UpdateFunctionCode"),
        ("aws:sfn/stateMachine:StateMachine", {"roleArn": "arn:boss"}, "states:UpdateStateMachine"),
    ],
)
def test_what_runs_already_is_changed(token, inputs, action):
    running = {"running": (token, inputs)}
    assert chain(allow(action), more=running)
    assert chain(allow(action)) is None
    assert chain(allow(action, resource="arn:other"), more=running) is None


def test_an_instance_is_started_otherwise():
    more = {
        "profile": ("aws:iam/instanceProfile:InstanceProfile", {"role": "id:boss"}),
        "template": ("aws:ec2/launchTemplate:LaunchTemplate", {"iamInstanceProfile": {"arn": "arn:profile"}}),
    }
    assert chain(allow("ec2:CreateLaunchTemplateVersion"), more=more)
    assert chain(allow("ec2:CreateLaunchTemplateVersion")) is None


@pytest.mark.parametrize(
    ("statements", "reached"),
    [
        pytest.param([allow("iam:PutRolePolicy", resource="arn:start")], True, id="own policy written"),
        pytest.param([allow("iam:AttachRolePolicy", resource="arn:start")], True, id="any policy attached"),
        pytest.param(
            [allow("iam:AttachRolePolicy", resource="arn:start", when={"iam:PolicyARN": "arn:harmless"})],
            False,
            id="one policy attached",
        ),
        pytest.param(
            [
                allow("iam:AttachRolePolicy", resource="arn:start", when={"iam:PolicyARN": "arn:own"}),
                allow("iam:CreatePolicyVersion", resource="arn:own"),
            ],
            True,
            id="one policy attached, and rewritten",
        ),
        pytest.param([allow("iam:PutRolePolicy", when=BOUND)], False, id="only roles with a boundary"),
        pytest.param([allow("iam:CreateRole", "iam:PutRolePolicy")], True, id="a new role without a boundary"),
        pytest.param([allow("iam:CreateRole", "iam:PutRolePolicy", when=BOUND)], False, id="a new role with one"),
        pytest.param([allow("iam:CreateRole")], False, id="a new role without rights"),
    ],
)
def test_rights_are_given(statements, reached):
    more = {"bound": (POLICY, {"policy": policy(allow("s3:GetObject"))})}
    assert bool(chain(*statements, boss=[allow("s3:GetObject")], more=more)) is reached


def test_a_policy_that_the_role_has_is_rewritten():
    more = {
        "own": (POLICY, {"policy": policy(allow("s3:GetObject"))}),
        "attached": ("aws:iam/rolePolicyAttachment:RolePolicyAttachment", {"role": "id:start", "policyArn": "arn:own"}),
    }
    assert chain(allow("iam:CreatePolicyVersion", resource="arn:own"), boss=[allow("s3:GetObject")], more=more)


def test_a_boundary_that_lets_attach_is_none():
    """The chain that this was written for: a bounded role that may attach, and a deploying role without a boundary."""
    more = {"bound": (POLICY, {"policy": policy(allow("iam:AttachRolePolicy", "s3:GetObject"))})}
    making = allow("iam:CreateRole", "iam:PutRolePolicy", when=BOUND)
    steps = chain(making, boss=[allow("s3:GetObject")], more=more)
    assert steps == [
        "start makes a role within arn:bound",
        "a new role within arn:bound attaches AdministratorAccess to start",
    ]


@pytest.mark.parametrize(("allowed", "reached"), [("iam:DeleteRolePermissionsBoundary", True), ("s3:GetObject", False)])
def test_a_boundary_that_its_own_role_takes_off_is_none(allowed, reached):
    own = ("iam:PutRolePolicy", allowed)
    more = {
        "bound": (POLICY, {"policy": policy(allow(*own, resource="arn:start"))}),
        "start": (ROLE, {"assumeRolePolicy": NOBODY, "permissionsBoundary": "arn:bound"}),
    }
    assert bool(chain(allow(*own, resource="arn:start"), more=more)) is reached


@pytest.mark.parametrize("boundary", ["arn:bound", "arn:somebody-elses"])
@pytest.mark.parametrize(
    ("more", "reached"),
    [
        pytest.param(allow("iam:DeleteRolePermissionsBoundary"), True, id="takes it off"),
        pytest.param(allow("iam:PutRolePermissionsBoundary"), True, id="puts another on"),
        pytest.param(allow("iam:CreatePolicyVersion"), True, id="rewrites it"),
        pytest.param(allow("iam:PutRolePermissionsBoundary", when=BOUND), False, id="puts it on again"),
        pytest.param(allow("iam:CreatePolicyVersion", resource="arn:other"), False, id="rewrites another"),
        pytest.param(allow("s3:GetObject"), False, id="nothing"),
    ],
)
def test_a_boundary_that_the_maker_of_a_role_takes_off_is_none(boundary, more, reached):
    bound = {"iam:PermissionsBoundary": boundary}
    making = allow("iam:CreateRole", "iam:AttachRolePolicy", when=bound)
    stack = {"bound": (POLICY, {"policy": policy(allow("s3:GetObject"))})}
    steps = chain(making, more, boss=[allow("s3:GetObject")], more=stack)
    assert steps == ([f"start makes a role within {boundary}, which it takes off"] if reached else None)


def test_two_roles_are_a_way_when_neither_is():
    trust = trusting({"AWS": "arn:start"})
    statements = [allow("lambda:UpdateFunctionCode", resource="arn:f")]
    more = {
        "middle": (ROLE, {"assumeRolePolicy": trust}),
        "middle-policy": (
            ROLE_POLICY,
            {"role": "id:middle", "policy": policy(allow("iam:UpdateAssumeRolePolicy", resource="arn:boss"))},
        ),
    }
    assert chain(*statements, more=more) == ["start assumes middle", "middle rewrites the trust of boss"]


def test_an_administrator_needs_no_chain():
    assert chain(allow("*")) is None


def test_managed_policies_that_nobody_here_knows_say_nothing():
    more = {"start": (ROLE, {"assumeRolePolicy": NOBODY, "managedPolicyArns": [ADMINISTRATOR_ACCESS]})}
    assert chain(allow("iam:PutRolePolicy"), more=more) is None


def test_what_the_provider_reads_back_of_a_role_is_not_taken_for_listed_in_it():
    attachment = "aws:iam/rolePolicyAttachment:RolePolicyAttachment"
    stack = {
        "role": (ROLE, {"assumeRolePolicy": NOBODY}),
        "own": (ROLE_POLICY, {"role": "id:role", "policy": policy(allow("s3:GetObject"))}),
        "mine": (POLICY, {"policy": policy(allow("s3:PutObject"))}),
        "attached": (attachment, {"role": "id:role", "policyArn": "arn:mine"}),
    }
    has = {"managedPolicyArns": ["arn:mine"], "inlinePolicies": [{"name": "own", "policy": policy()}]}
    deployed = ResourceGraph(
        replace(one, outputs={**one.outputs, **has}) if one.type == ROLE else one for one in example_graph(stack)
    )
    context, (role,) = Context(deployed), deployed.of_type(ROLE)
    assert [*no_policy_conflicts.check(role, context)] == []
    assert {action for one in permissions(role, context) for action in one.actions} == {"s3:GetObject", "s3:PutObject"}


def test_a_policy_that_is_not_known_is_told_to_each_rule_that_asks():
    graph = example_graph({"role": (ROLE, {}), "policy": (ROLE_POLICY, {"role": "id:role", "policy": UNKNOWN})})
    context, (role,) = Context(graph), graph.of_type(ROLE)
    for _ in range(2):
        with watched() as watch:
            assert permissions(role, context) is None
        assert UNKNOWN in watch.met.values()


@pytest.mark.parametrize(("own", "walked"), [("s3:GetObject", False), ("iam:PutRolePolicy", True), ("*", True)])
def test_where_nobody_can_give_rights_and_nobody_has_all_no_way_is_walked(monkeypatch, own, walked):
    """Whoever may assume, pass to or run whatever."""
    after = Mock(return_value=())
    monkeypatch.setattr(_Walk, "_after", after)
    acting = policy(allow("sts:AssumeRole", "iam:PassRole", "lambda:*"))
    stack = {
        "start": (ROLE, {"assumeRolePolicy": NOBODY, "inlinePolicies": [{"policy": acting}]}),
        "boss": (ROLE, {"assumeRolePolicy": NOBODY, "inlinePolicies": [{"policy": policy(allow(own))}]}),
    }
    suspects(Context(example_graph(stack)))
    assert after.called is walked


def test_where_no_policy_gives_anybody_rights_nobody_looks_what_leads_to_the_roles(monkeypatch):
    """A permissions boundary gives none, whatever it says."""
    looked_at = Mock(side_effect=_suspects.roles)
    monkeypatch.setattr(_suspects, "roles", looked_at)
    reading = policy(allow("s3:GetObject"))
    stack = {
        "start": (ROLE, {"assumeRolePolicy": NOBODY, "inlinePolicies": [{"policy": reading}]}),
        "boss": (ROLE, {"assumeRolePolicy": NOBODY, "permissionsBoundary": "arn:bound"}),
        "boss-policy": (ROLE_POLICY, {"role": "id:boss", "policy": reading}),
        "bound": (POLICY, {"policy": policy(allow("*"))}),
    }
    assert suspects(Context(example_graph(stack))) == frozenset()
    assert not looked_at.called


def bounded(*more, boundary=(), others=None):
    """Who may give rights within boundaries, make roles within them, and do `more`."""
    making = allow("iam:CreateRole", "iam:PutRolePermissionsBoundary", when=BOUND)
    own = policy(allow("iam:AttachRolePolicy", "iam:PutRolePolicy"), making, *more)
    return Context(
        example_graph(
            {
                "start": (ROLE, {"assumeRolePolicy": NOBODY, "permissionsBoundary": "arn:bound"}),
                "start-policy": (ROLE_POLICY, {"role": "id:start", "policy": own}),
                "bound": (POLICY, {"policy": policy(*json.loads(own)["Statement"], *boundary)}),
                **(others or {}),
            }
        )
    )


def test_where_nobody_gets_past_a_boundary_no_way_is_walked(monkeypatch):
    after = Mock(return_value=())
    monkeypatch.setattr(_Walk, "_after", after)
    reading = allow("s3:*", "ec2:*", "kms:*")
    forbidden = {**allow("*"), "Effect": "Deny"}
    assert suspects(bounded(reading, boundary=[forbidden])) == frozenset()
    assert not after.called


@pytest.mark.parametrize(("name", "path"), [("start", "permissionsBoundary"), ("bound", "policy")])
def test_what_only_the_provider_tells_and_cannot_be_read_is_met_on_the_way(name, path):
    """As of what the program only reads, whose inputs are empty."""
    graph = bounded().graph
    hidden = {name: {path: UNKNOWN}}
    told = [
        replace(
            one,
            inputs={key: value for key, value in one.inputs.items() if key not in hidden.get(one.name, ())},
            outputs={**one.outputs, **hidden.get(one.name, {})},
        )
        for one in graph
    ]
    with watched() as watch:
        assert suspects(Context(ResourceGraph(told))) == frozenset()
    assert [met for _, met in watch.met] == [path]


@pytest.mark.parametrize(
    ("more", "boundary", "others"),
    [
        pytest.param([allow("iam:DeleteRolePermissionsBoundary")], [], {}, id="takes it off"),
        pytest.param([allow("iam:PutRolePermissionsBoundary")], [], {}, id="puts another on"),
        pytest.param(
            [allow("iam:PutRolePermissionsBoundary")],
            [],
            {"elsewhere": (POLICY, {"policy": policy({**allow("*"), "Effect": "Deny"})})},
            id="puts another on, which nobody's policy forbids",
        ),
        pytest.param([allow("iam:CreatePolicyVersion", resource="arn:bound")], [], {}, id="rewrites it"),
        pytest.param([allow("iam:CreateRole")], [], {}, id="makes a role without one"),
        pytest.param([], [allow("*")], {}, id="it allows everything"),
        pytest.param([], [allow(one) for one in SIGNS], {}, id="several statements of it do"),
        pytest.param(
            [], [{"Effect": "Allow", "NotAction": "iam:*o*", "Resource": "*"}], {}, id="all but a few actions"
        ),
        pytest.param(
            [], [], {"other": (ROLE, {"assumeRolePolicy": trusting({"AWS": "arn:start"})})}, id="another role has none"
        ),
        pytest.param(
            [allow("sts:AssumeRole")],
            [allow("sts:AssumeRole")],
            {
                "other": (
                    ROLE,
                    {
                        "assumeRolePolicy": trusting({"AWS": "arn:start"}),
                        "permissionsBoundary": "arn:wide",
                        "inlinePolicies": [{"policy": policy(allow("*"))}],
                    },
                ),
                "wide": (POLICY, {"policy": policy({"Effect": "Allow", "NotAction": "a:b", "Resource": "*"})}),
            },
            id="one that trusts it has every right",
        ),
    ],
)
def test_whoever_gets_past_a_boundary_is_found(more, boundary, others):
    context = bounded(*more, boundary=[*more, *boundary], others=others)
    start = next(role for role in context.graph.of_type(ROLE) if role.name == "start")
    assert Chains(context, start).to_administrator()
    assert start.urn in suspects(context)


def test_what_runs_what_its_caller_says_is_looked_up_once_for_all_who_may_do_the_same(monkeypatch):
    _runs.cache_clear()
    services = ("lambda.amazonaws.com",)
    passing = [
        Actor("one", "arn", (statements(policy(allow("iam:PassRole", resource=f"arn:{number}"), allow("lambda:*"))),))
        for number in range(9)
    ]
    assert {one.runs for one in passing} == {services}
    assert _runs.cache_info().misses == 1
    bound = Actor("bound", "arn", (*passing[0].layers, statements(policy(allow("iam:PassRole", "ssm:*")))))
    forbidden = statements(policy(allow("iam:PassRole", "lambda:*"), {**allow("lambda:*"), "Effect": "Deny"}))
    elsewhere = statements(
        policy(allow("iam:PassRole", "lambda:*"), {**allow("lambda:*", resource="arn:1"), "Effect": "Deny"})
    )
    assert [one.runs for one in (bound, Actor("", "", (forbidden,)), Actor("", "", (elsewhere,)))] == [(), (), services]
