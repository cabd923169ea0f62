"""No rule passes what it could not read: with a secret or unknown value in place of a wrong one, it says so.

Every value of every failing example is hidden in turn, wherever it stands: the property as a whole, an object or an
item inside it, or the last text in there.
"""

from dataclasses import replace

import pytest

from deployment.graph import ResourceGraph
from deployment.values import SECRET_SIGNATURE, SIGNATURE_KEY, readable
from policies.assess import run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.registry import every_rule, rules_by_id

UNKNOWN = "04da6b54-80e4-46f7-96ec-b56ff0331ba9"
SECRET = "[secret]"
ENCRYPTED = {SIGNATURE_KEY: SECRET_SIGNATURE, "ciphertext": "AAABANx"}

DECIDED = {
    ("data-database-password-secret", SECRET): "it asks for a secret",
    ("kubernetes-no-plain-secrets", SECRET): "it asks for a secret",
    ("edge-cdn-headers-secret", "origins.0.customHeaders.0.value"): "it asks for a secret",
    ("functions-no-secrets-in-environment", "environment.variables.KEY"): "what another resource gives nobody wrote",
    ("data-parameter-encrypted", "value"): "the SDK makes every parameter's value secret, so the name decides",
}
"""(rule, kind of value or path) -> why what can't be read decides nothing there."""


def places(value, path=()):
    """Steps to each value inside `value`; what is empty says nothing when it is hidden."""
    for step, item in value.items() if isinstance(value, dict) else enumerate(value):
        if item not in ("", None, [], {}):
            yield (*path, step)
        if isinstance(item, (dict, list, tuple)):
            yield from places(item, (*path, step))


def hidden(rule):
    """(what, graph): the failing examples of `rule` with each value in turn unknown, and secret."""
    for example in (rule.failing, *rule.also_failing):
        graph = example_graph(example)
        for resource in graph:
            for path in () if resource.type.startswith("pulumi:") else places(resource.inputs):
                for kind, value in ((UNKNOWN, UNKNOWN), (SECRET, ENCRYPTED)):
                    named = ".".join(map(str, path))
                    if (rule.id, kind) not in DECIDED and (rule.id, named) not in DECIDED:
                        yield f"{resource.name}.{named} {value}", _with(graph, resource, path, value)


def _with(graph, resource, path, value):
    inputs = _put(resource.inputs, path, value)
    outputs = _put(resource.outputs, path, value) if path[0] in resource.outputs else resource.outputs
    changed = replace(resource, inputs=readable(inputs), outputs=readable(outputs))
    return ResourceGraph(changed if one is resource else one for one in graph)


def _put(holder, path, value):
    if not path:
        return value
    step, *rest = path
    if isinstance(holder, dict):
        return {**holder, step: _put(holder[step], rest, value)}
    return [_put(item, rest, value) if number == step else item for number, item in enumerate(holder)]


def test_a_secret_is_one_to_the_rules_whether_it_is_encrypted_or_left_out():
    assert readable({"a": [SECRET]})["a"][0] is readable({"a": [ENCRYPTED]})["a"][0]


PRICED = rules_by_id()["cost-everything-priced"]
"""What makes a stack impossible to price, this rule tells for the other rules about cost."""

RULES = [rule for rule in every_rule() if not rule.judges_waivers]  # they read the waivers, not resources


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.id)
def test_no_rule_passes_what_it_could_not_read(rule):
    silent = []
    for what, graph in hidden(rule):
        context = Context(graph, rule.example_config)
        asked = (rule, PRICED) if rule.id.startswith("cost-") or rule.id.endswith("-within-budget") else (rule,)
        if not any(run_rule(one, context) for one in asked):
            silent.append(what)
    assert silent == []


def test_what_is_secret_inside_a_property_is_said_to_be_secret():
    rule = rules_by_id()["edge-cdn-https"]
    graph = example_graph(rule.passing)
    resource = next(one for one in graph if not one.type.startswith("pulumi:"))
    path = ("defaultCacheBehavior", "viewerProtocolPolicy")
    for value, said in ((ENCRYPTED, "is secret"), (UNKNOWN, "not known until the deployment")):
        (found,) = run_rule(rule, Context(_with(graph, resource, path, value)))
        assert found.unknown and said in found.message and ".".join(path) in found.message
