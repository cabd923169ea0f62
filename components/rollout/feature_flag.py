"""The flag that a rollout switches."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws


@dataclass(frozen=True, kw_only=True)
class FeatureFlagArgs:
    """Flag and shares."""

    flag_name: str
    """Name of the flag."""
    percents: Sequence[int]
    """Shares of the users that a rollout steps through; 0 (off) is added."""
    stack: str
    """Stack, for the descriptions."""
    kms_key_arn: pulumi.Input[str]
    """Key of the stored configuration."""
    parked: bool = False
    """Whether the stack is parked: no rollout can be under way, so the flag is switched off."""


def flag_document(flag_name: str, percent: int) -> str:
    """AppConfig flag document: on for `percent` of the users, off at 0."""
    return json.dumps(
        {
            "version": "1",
            "flags": {
                flag_name: {
                    "name": flag_name,
                    "attributes": {"percent": {"constraints": {"type": "number", "minimum": 0, "maximum": 100}}},
                }
            },
            "values": {flag_name: {"enabled": percent > 0, "percent": percent}},
        },
        sort_keys=True,
    )


class FeatureFlag(pulumi.ComponentResource):
    """AppConfig flag with one stored version a rollout step, so that switching is only a deployment.

    The rollout deploys the versions; Pulumi deploys "off" once, and again when the stack is parked or unparked or the
    flag renamed, and leaves the live one alone otherwise. The strategy deploys at once and bakes nothing, because a
    kill switch must not wait for an earlier deployment.

    The environment has no alarm monitors: AppConfig rolls back whatever is deployed while one of them is in ALARM
    or has no data (user guide, "Monitoring deployments"), and that would be the kill switch itself. The rollout
    watches those alarms. Creates: application, environment, profile, a hosted version a share, strategy, first
    deployment.
    """

    application_id: pulumi.Output[str]
    """Id of the AppConfig application."""
    environment_id: pulumi.Output[str]
    """Id of its environment."""
    profile_id: pulumi.Output[str]
    """Id of the configuration profile."""
    strategy_id: pulumi.Output[str]
    """Id of the deployment strategy."""
    versions: dict[int, pulumi.Output[str]]
    """Percent -> number of the stored version."""
    configuration_arn: pulumi.Output[str]
    """ARN by which the application may read the flag."""
    environment_arn: pulumi.Output[str]
    """ARN of the environment."""
    arns: list[pulumi.Output[str]]
    """ARNs of everything that a deployment touches."""

    def __init__(self, name: str, args: FeatureFlagArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:FeatureFlag", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        application = aws.appconfig.Application(f"{name}-application", description="Plant API", opts=child)
        environment = aws.appconfig.Environment(
            f"{name}-environment",
            application_id=application.id,
            description=f"Stack {args.stack}",
            opts=child,
        )
        profile = aws.appconfig.ConfigurationProfile(
            f"{name}-profile",
            application_id=application.id,
            location_uri="hosted",
            type="AWS.AppConfig.FeatureFlags",
            kms_key_identifier=args.kms_key_arn,
            opts=child,
        )
        self.versions = {}
        previous: list[pulumi.Resource] = []
        for percent in sorted({0, *args.percents}):
            version = aws.appconfig.HostedConfigurationVersion(
                f"{name}-{percent}-percent",
                application_id=application.id,
                configuration_profile_id=profile.configuration_profile_id,
                content_type="application/json",
                content=flag_document(args.flag_name, percent),
                description=f"{args.flag_name} for {percent} % of the users",
                # AppConfig numbers versions in order and refuses two at once.
                opts=pulumi.ResourceOptions(parent=self, depends_on=previous),
            )
            previous = [version]
            self.versions[percent] = version.version_number.apply(str)
        strategy = aws.appconfig.DeploymentStrategy(
            f"{name}-at-once",
            description="All clients at once; the rollout does the waiting",
            deployment_duration_in_minutes=0,
            growth_factor=100,
            final_bake_time_in_minutes=0,
            replicate_to="NONE",
            opts=child,
        )

        aws.appconfig.Deployment(
            f"{name}-off",
            application_id=application.id,
            environment_id=environment.environment_id,
            configuration_profile_id=profile.configuration_profile_id,
            configuration_version=self.versions[0],
            deployment_strategy_id=strategy.id,
            kms_key_identifier=args.kms_key_arn,
            description="Off until a rollout switches it on",
            opts=pulumi.ResourceOptions(
                parent=self,
                ignore_changes=["configurationVersion"],
                # Deploy "off" again when parking ends a rollout, or when the flag gets another name. (Versions can't
                # be kept for a rollout that is under way: a profile that has more than ours can't be deleted.)
                replacement_trigger={"flag": args.flag_name, "parked": args.parked},
            ),
        )
        self.application_id = application.id
        self.environment_id = environment.environment_id
        self.profile_id = profile.configuration_profile_id
        self.strategy_id = strategy.id
        self.configuration_arn = pulumi.Output.concat(
            environment.arn, "/configuration/", profile.configuration_profile_id
        )
        self.environment_arn = environment.arn
        self.arns = [application.arn, environment.arn, profile.arn, strategy.arn]
        self.register_outputs(
            {
                "applicationId": self.application_id,
                "environmentId": self.environment_id,
                "profileId": self.profile_id,
            }
        )
