"""Small stacks around one mutated resource, so that hundreds of them fit into one run of Checkov."""

from __future__ import annotations

import importlib.util
import sys
from pathlib import Path

from deployment.reader import graph_from_json

FOLDER = Path(__file__).parents[1] / "mutation"


def _mutation_package():
    """The package of the mutation test, which the test runner knows under a name of its own."""
    if "mutation_of_the_stack" not in sys.modules:
        specification = importlib.util.spec_from_file_location(
            "mutation_of_the_stack", FOLDER / "__init__.py", submodule_search_locations=[str(FOLDER)]
        )
        package = importlib.util.module_from_spec(specification)
        sys.modules["mutation_of_the_stack"] = package
        specification.loader.exec_module(package)
    return importlib.import_module("mutation_of_the_stack.mutants")


JUDGED = (
    "acm", "autoscaling/group", "cloudwatch/logGroup", "cloudwatch/metricAlarm", "ec2/defaultSecurityGroup",
    "ec2/flowLog", "ec2/launchTemplate", "ec2/securityGroup", "ec2/subnet", "iam/role", "iam/rolePolicy", "kms/key",
    "lb/listener", "lb/loadBalancer", "lb/targetGroup", "s3/", "scheduler/schedule", "sfn/", "sns/topic",
    "vpc/securityGroup", "wafv2/webAcl",
)  # fmt: skip
"""Types that Checkov has checks for."""


def mutated_neighbourhoods(deployment: dict, at_least: int) -> list[tuple[str, dict]]:
    """(name, deployment) of the mutated resource with what it refers to, and what refers to that or to it."""
    mutants = _mutation_package().mutants
    original = {state["urn"]: state for state in deployment["deployment"]["resources"]}
    graph = graph_from_json(deployment, "deployment")
    near = {resource.urn: _near(graph, resource) for resource in graph if resource.custom}
    found = []
    for name, mutant in mutants(deployment):
        if "tags" in name or name.endswith(": deleted"):
            continue
        states = {state["urn"]: state for state in mutant["deployment"]["resources"]}
        changed = [urn for urn, state in states.items() if state is not original[urn]]
        if len(changed) != 1 or not any(f"aws:{kind}" in states[changed[0]]["type"] for kind in JUDGED):
            continue
        kept = [states[urn] for urn in states if urn in near.get(changed[0], ())]
        found.append((name, {"version": 3, "deployment": {"manifest": {}, "resources": kept}}))
    step = max(1, len(found) // (at_least + 40))
    return found[::step]


def _near(graph, resource) -> set[str]:
    urns = {resource.urn, *_targets(resource)}
    for urn in (resource.urn, *_targets(resource)):
        target = graph.by_urn.get(urn)
        if target is not None and target.custom and len(graph.referrers(target)) <= 6:
            urns |= {user.urn for user in graph.referrers(target)}
    return {urn for urn in urns if urn in graph.by_urn and graph.by_urn[urn].custom}


def _targets(resource) -> set[str]:
    return {urn for urns in resource.property_dependencies.values() for urn in urns}
