"""EKS: what binds a cluster's accounts to roles, which moto doesn't know and which is validated."""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.resource_type import AwsType, Call

_ARN = "arn:aws:eks:{region}:{account}:"

TYPES = (
    AwsType(
        pulumi_type=tokens.ACCESS_ENTRY[0],
        service="eks",
        create=Call(operation="create_access_entry", takes=None),
        id="{clusterName}:{principalArn}",
        synthetic={"accessEntryArn": _ARN + "access-entry/{clusterName}/{short}"},
        replaces=frozenset({"clusterName", "principalArn", "type"}),
    ),
    AwsType(
        pulumi_type=tokens.POD_IDENTITY[0],
        service="eks",
        create=Call(operation="create_pod_identity_association", takes=None),
        id="{clusterName},a-{uid}",
        synthetic={
            "associationId": "a-{uid}",
            "associationArn": _ARN + "podidentityassociation/{clusterName}/a-{uid}",
        },
        replaces=frozenset({"clusterName", "namespace", "serviceAccount"}),
    ),
)
