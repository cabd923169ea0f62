"""What a Secret holds is secret in the state, too."""

from __future__ import annotations

from collections.abc import Iterator, Mapping

from deployment.graph import Resource
from deployment.tokens import KUBERNETES_SECRET
from deployment.unknown import SECRET, UNKNOWN
from policies.context import Context
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule, undecided

TYPE = KUBERNETES_SECRET


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """No value of a Secret stands readable in the deployment."""
    for path in ("stringData", "data"):
        values = next(iter(resource.peek(path)), None)
        if values is UNKNOWN:
            yield undecided(path, values)
        for key, value in values.items() if isinstance(values, Mapping) else ():
            if value is UNKNOWN:
                yield undecided(f"{path}.{key}", value)
            elif isinstance(value, str) and value:
                yield Problem(
                    f"{path}.{key} is readable in the state; pass a Pulumi secret, or let the cluster fetch it"
                    " from Secrets"
                    " Manager",
                    path,
                )


RULE = Rule(
    id="kubernetes-no-plain-secrets",
    title="What a Secret holds is secret in the state, too",
    severity=Severity.HIGH,
    risk=Risk.LEAK,
    why="Whoever reads the state, or its backup, reads the value.",
    fix="Pass a Pulumi secret, or use the Secrets Store CSI driver.",
    source="https://www.pulumi.com/docs/iac/concepts/secrets/",
    frameworks=("cis-eks:4.4.2",),
    types=(TYPE,),
    check=check,
    passing={"secret": (TYPE, {"stringData": {"password": SECRET}})},
    also_passing=({"secret": (TYPE, {"stringData": SECRET})},),
    failing={"secret": (TYPE, {"stringData": {"password": "hunter2"}})},
    undecided=(
        {"secret": (TYPE, {"stringData": UNKNOWN})},
        {"secret": (TYPE, {"data": {"password": UNKNOWN}})},
    ),
    also_failing=[{"secret": (TYPE, {"data": {"password": "aHVudGVyMg=="}})}],
)
