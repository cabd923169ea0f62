"""An instance refresh rolls back only where AWS can know the image from before."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from deployment.graph import Resource
from deployment.tokens import LAUNCH_TEMPLATE, SCALING_GROUP
from policies.checks import same
from policies.context import Context
from policies.examples import but
from policies.finding import Risk, Severity
from policies.rule import Problem, Rule
from policies.rules._reach import templates_of

ROLLBACK: Final = "instanceRefresh.preferences.autoRollback"


def check(resource: Resource, context: Context) -> Iterator[Problem]:
    """A group that rolls a refresh back launches a template whose image is an AMI id."""
    images = [str(template.get("imageId")) for template in templates_of(resource, context)]
    if same(resource.get(ROLLBACK), True) and any(image.startswith("resolve:ssm:") for image in images):
        yield Problem(
            f"{ROLLBACK} is true, and the image is a Parameter Store parameter: AWS refuses such a refresh; set it to "
            "false, or give an AMI id",
            ROLLBACK,
        )


_GOOD: Final[dict[str, Any]] = {
    "fleet": (
        SCALING_GROUP[0],
        {
            "launchTemplate": {"id": "id:template"},
            "instanceRefresh": {"strategy": "Rolling", "preferences": {"autoRollback": True}},
        },
    ),
    "template": (LAUNCH_TEMPLATE[0], {"imageId": "ami-0123456789abcdef0"}),
}

RULE = Rule(
    id="compute-refresh-rolls-back",
    title="An instance refresh rolls back only to an image that is named by its id",
    severity=Severity.HIGH,
    risk=Risk.REFUSAL,
    why="AWS refuses the refresh, so a new template reaches no instance.",
    fix="Set instanceRefresh.preferences.autoRollback to false, or give an AMI id as the template's imageId.",
    source="https://docs.aws.amazon.com/autoscaling/ec2/userguide/instance-refresh-rollback.html",
    refused_by="autoscaling StartInstanceRefresh: ValidationError",
    types=SCALING_GROUP,
    reads_graph=True,
    check=check,
    passing=_GOOD,
    failing=but(_GOOD, {"template.imageId": "resolve:ssm:/aws/service/ami"}),
)
