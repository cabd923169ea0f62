"""AppConfig: the feature flag.

moto 5.2.5 has applications, profiles and hosted versions; environments, deployment strategies and deployments are
validated, not emulated.
"""

from __future__ import annotations

from workbench.emulator.resource_type import AwsType, Call, Read

_ARN = "arn:aws:appconfig:{region}:{account}:"
TAG = Call(operation="tag_resource", args={"ResourceArn": "{arn}"}, takes=("tags",))
UNTAG = Call(operation="untag_resource", args={"ResourceArn": "{arn}", "TagKeys": lambda c: c.removed_tags})

TYPES = (
    AwsType(
        pulumi_type="aws:appconfig/application:Application",
        service="appconfig",
        name_property="name",
        create=Call(operation="create_application", takes=("name", "description", "tags")),
        id="Id",
        find=Read(operation="list_applications", item="Items[?Name=='{name}'].Id | [0]"),
        read=(Read(operation="get_application", args={"ApplicationId": "{id}"}),),
        update=(Call(operation="update_application", args={"ApplicationId": "{id}"}, takes=("name", "description")),),
        delete=Call(operation="delete_application", args={"ApplicationId": "{id}"}),
        outputs={"arn": _ARN + "application/{id}"},
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:appconfig/configurationProfile:ConfigurationProfile",
        service="appconfig",
        name_property="name",
        create=Call(operation="create_configuration_profile", takes=None),
        id="Id",
        find=Read(
            operation="list_configuration_profiles",
            args={"ApplicationId": "{applicationId}"},
            item="Items[?Name=='{name}'].Id | [0]",
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
        tag=TAG,
        untag=UNTAG,
    ),
    AwsType(
        pulumi_type="aws:appconfig/hostedConfigurationVersion:HostedConfigurationVersion",
        service="appconfig",
        create=Call(operation="create_hosted_configuration_version", takes=None),
        id="{applicationId}/{configurationProfileId}/{uid}",
        read=(
            Read(
                operation="get_hosted_configuration_version",
                args={
                    "ApplicationId": "{applicationId}",
                    "ConfigurationProfileId": "{configurationProfileId}",
                    "VersionNumber": lambda c: int(c.get("versionNumber") or c.answer.get("VersionNumber") or 1),
                },
                item="{VersionNumber: VersionNumber, ContentType: ContentType, Description: Description}",
            ),
        ),
        delete=Call(
            operation="delete_hosted_configuration_version",
            args={
                "ApplicationId": "{applicationId}",
                "ConfigurationProfileId": "{configurationProfileId}",
                "VersionNumber": lambda c: int(c.get("versionNumber", 1)),
            },
        ),
        outputs={"versionNumber": "VersionNumber"},
        replaces=frozenset(
            {"applicationId", "configurationProfileId", "content", "contentType", "description", "versionLabel"}
        ),
    ),
    AwsType(
        pulumi_type="aws:appconfig/environment:Environment",
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
        pulumi_type="aws:appconfig/deploymentStrategy:DeploymentStrategy",
        service="appconfig",
        name_property="name",
        create=Call(operation="create_deployment_strategy", takes=None),
        id="{short}",
        synthetic={"arn": _ARN + "deploymentstrategy/{id}"},
        replaces=frozenset({"name", "replicateTo"}),
    ),
    AwsType(
        pulumi_type="aws:appconfig/deployment:Deployment",
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
