"""AppConfig: the feature flag.

moto 5.2.5 has applications, profiles and hosted versions; environments, deployment strategies and deployments are
validated, not emulated.
"""

from __future__ import annotations

from deployment import tokens
from workbench.emulator.ownership import own_by_tags, owner_tags
from workbench.emulator.resource_type import Arg, AwsType, Call, Read
from workbench.emulator.rows import tagging

_ARN = "arn:aws:appconfig:{region}:{account}:"
TAGGING = tagging("tag_resource", "untag_resource", ResourceArn="{arn}")

_VERSION_ID = "join('/', [ApplicationId, ConfigurationProfileId, to_string(VersionNumber)])"
_VERSION: dict[str, Arg] = {
    "ApplicationId": "{applicationId}",
    "ConfigurationProfileId": "{configurationProfileId}",
    "VersionNumber": lambda c: int(c.id.rsplit("/", 1)[-1]),
}

TYPES = (
    AwsType(
        pulumi_type=tokens.APPCONFIG_APPLICATION[0],
        service="appconfig",
        name_property="name",
        create=Call(operation="create_application", args={"Tags": owner_tags}, takes=("name", "description")),
        id="Id",
        find=own_by_tags(
            Read(service="appconfig", operation="list_applications", item="Items[?Name=='{name}'].Id"),
            Read(operation="list_tags_for_resource", args={"ResourceArn": _ARN + "application/{id}"}, item="Tags"),
        ),
        finds_own=True,
        read=(Read(operation="get_application", args={"ApplicationId": "{id}"}),),
        update=(Call(operation="update_application", args={"ApplicationId": "{id}"}, takes=("name", "description")),),
        delete=Call(operation="delete_application", args={"ApplicationId": "{id}"}),
        outputs={"arn": _ARN + "application/{id}"},
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.APPCONFIG_PROFILE[0],
        service="appconfig",
        name_property="name",
        create=Call(operation="create_configuration_profile", takes=None),
        id="Id",
        find=Read(
            operation="list_configuration_profiles",
            args={"ApplicationId": "{applicationId}"},
            item="Items[?Name=='{name}'].Id",
        ),
        read=(
            Read(
                operation="get_configuration_profile",
                args={"ApplicationId": "{applicationId}", "ConfigurationProfileId": lambda c: c.id.split(":")[0]},
            ),
        ),
        update=(
            Call(
                operation="update_configuration_profile",
                args={"ApplicationId": "{applicationId}", "ConfigurationProfileId": lambda c: c.id.split(":")[0]},
                takes=("name", "description", "retrievalRoleArn", "validators", "kmsKeyIdentifier"),
            ),
        ),
        delete=Call(
            operation="delete_configuration_profile",
            args={"ApplicationId": "{applicationId}", "ConfigurationProfileId": lambda c: c.id.split(":")[0]},
        ),
        outputs={
            "configurationProfileId": "Id",
            "arn": _ARN + "application/{applicationId}/configurationprofile/{configurationProfileId}",
        },
        replaces=frozenset({"applicationId", "locationUri", "type"}),
        tagging=TAGGING,
    ),
    AwsType(
        pulumi_type=tokens.APPCONFIG_VERSION[0],
        service="appconfig",
        # Versions have no names and no tags; a label tells the one that an interrupted run made.
        create=Call(
            operation="create_hosted_configuration_version",
            args={"VersionLabel": lambda c: c.get("versionLabel") or f"emulator-{c.mark}"},
            takes=None,
        ),
        id=_VERSION_ID,
        find=Read(
            operation="list_hosted_configuration_versions",
            args={
                "ApplicationId": "{applicationId}",
                "ConfigurationProfileId": "{configurationProfileId}",
                "VersionLabel": lambda c: c.get("versionLabel") or f"emulator-{c.mark}",
            },
            item=f"Items[].{_VERSION_ID}",
        ),
        finds_own=True,
        read=(
            Read(
                operation="get_hosted_configuration_version",
                args=_VERSION,
                item="{VersionNumber: VersionNumber, ContentType: ContentType, Description: Description}",
            ),
        ),
        delete=Call(operation="delete_hosted_configuration_version", args=_VERSION),
        outputs={"versionNumber": "VersionNumber"},
        replaces=frozenset(
            {"applicationId", "configurationProfileId", "content", "contentType", "description", "versionLabel"}
        ),
    ),
    AwsType(
        pulumi_type=tokens.APPCONFIG_ENVIRONMENT[0],
        service="appconfig",
        name_property="name",
        create=Call(operation="create_environment", takes=None),
        id="{short}:{applicationId}",
        synthetic={
            "environmentId": "{short}",
            "arn": _ARN + "application/{applicationId}/environment/{environmentId}",
            "state": "READY_FOR_DEPLOYMENT",
        },
        replaces=frozenset({"applicationId"}),
    ),
    AwsType(
        pulumi_type=tokens.APPCONFIG_STRATEGY[0],
        service="appconfig",
        name_property="name",
        create=Call(operation="create_deployment_strategy", takes=None),
        id="{short}",
        synthetic={"arn": _ARN + "deploymentstrategy/{id}"},
        replaces=frozenset({"name", "replicateTo"}),
    ),
    AwsType(
        pulumi_type=tokens.APPCONFIG_DEPLOYMENT[0],
        service="appconfig",
        create=Call(operation="start_deployment", takes=None),
        id="{applicationId}/{environmentId}/1",
        synthetic={"deploymentNumber": 1, "state": "COMPLETE"},
        replaces=frozenset(
            {
                "applicationId",
                "configurationProfileId",
                "configurationVersion",
                "deploymentStrategyId",
                "environmentId",
                "description",
            }
        ),
    ),
)
