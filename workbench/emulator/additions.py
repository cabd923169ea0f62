"""What moto 5.2.5 lacks of the services that the stack uses, and without which nobody could look or change: added.

Each addition does what its operation's API reference says, on moto's own objects.
"""

from __future__ import annotations

import functools
import json
from typing import Any


@functools.cache
def apply() -> None:
    """Add to moto in this process, once."""
    _appconfig_lists()
    _budgets_are_updated()
    _cache_users_are_modified()
    _cache_nodes_come_and_go()
    _cache_subnet_groups_are_deleted()
    _versions_of_templates_know_their_token()


def _appconfig_lists() -> None:
    """ListApplications and ListHostedConfigurationVersions, that one also by label."""
    from moto.appconfig.responses import AppConfigResponse

    def list_applications(self: Any) -> str:
        return json.dumps({"Items": [item.to_json() for item in self.appconfig_backend.applications.values()]})

    def list_hosted_configuration_versions(self: Any) -> str:
        profile = self.appconfig_backend.get_configuration_profile(
            self._get_param("ApplicationId"), self._get_param("ConfigurationProfileId")
        )
        label = self._get_param("version_label")
        items = [
            {
                "ApplicationId": item.app_id,
                "ConfigurationProfileId": item.config_id,
                "VersionNumber": item.version,
                "Description": item.description,
                "ContentType": item.content_type,
                "VersionLabel": item.version_label,
            }
            for item in profile.config_versions.values()
            if label in (None, item.version_label)
        ]
        return json.dumps({"Items": items})

    _add(AppConfigResponse, list_applications)
    _add(AppConfigResponse, list_hosted_configuration_versions)


def _budgets_are_updated() -> None:
    """UpdateBudget replaces everything but the notifications."""
    from moto.budgets.models import Budget
    from moto.budgets.responses import BudgetsResponse

    def update_budget(self: Any) -> str:
        account_id, budget = self._get_param("AccountId"), self._get_param("NewBudget")
        self.backend.describe_budget(account_id, budget["BudgetName"])  # raises if there is none
        old = self.backend.budgets[account_id][budget["BudgetName"]]
        new = Budget({"TimePeriod": old.budget["TimePeriod"], **budget}, [])
        new.notifications = old.notifications
        self.backend.budgets[account_id][budget["BudgetName"]] = new
        return json.dumps({})

    _add(BudgetsResponse, update_budget)


def _cache_users_are_modified() -> None:
    """ModifyUser changes the access string and how the user proves who it is."""
    from moto.core.responses import ActionResult
    from moto.elasticache.responses import ElastiCacheResponse

    def modify_user(self: Any) -> Any:
        params = self._get_params()
        (user,) = self.elasticache_backend.describe_users(user_id=params["UserId"])
        user.access_string = params.get("AccessString", user.access_string)
        user.engine = params.get("Engine", user.engine)
        mode = params.get("AuthenticationMode")
        if mode:
            user.authentication_type, user.passwords = mode.get("Type"), mode.get("Passwords", [])
        return ActionResult(user)

    _add(ElastiCacheResponse, modify_user)


def _cache_nodes_come_and_go() -> None:
    """IncreaseReplicaCount and DecreaseReplicaCount: more, or fewer, replicas than now, five at most."""
    from moto.core.responses import ActionResult
    from moto.elasticache.exceptions import InvalidParameterValueException
    from moto.elasticache.responses import ElastiCacheResponse

    most_replicas = 5

    def changed(self: Any, *, more: bool) -> Any:
        params = self._get_params()
        (group,) = self.elasticache_backend.describe_replication_groups(params["ReplicationGroupId"])
        now, wanted = len(group.member_clusters) - 1, int(params["NewReplicaCount"])
        if not (now < wanted <= most_replicas if more else 0 <= wanted < now):
            raise InvalidParameterValueException(
                f"NewReplicaCount {wanted} is not {'more' if more else 'less'} than the {now} replicas that there are,"
                f" or not from 0 to {most_replicas}"
            )
        nodes = group.node_groups[0]
        group.member_clusters.clear()
        nodes["node_group_members"] = []
        group._set_node_members_clusters_disabled(
            member_clusters=group.member_clusters,
            replication_group_id=group.replication_group_id,
            replication_group_domain=nodes["primary_endpoint_address"].removeprefix("master."),
            node_group=nodes,
            preferred_cache_cluster_azs=[],
            num_cache_clusters=wanted + 1,
            replicas_per_node_group=wanted,
        )
        return ActionResult({"ReplicationGroup": group})

    def increase_replica_count(self: Any) -> Any:
        return changed(self, more=True)

    def decrease_replica_count(self: Any) -> Any:
        return changed(self, more=False)

    _add(ElastiCacheResponse, increase_replica_count)
    _add(ElastiCacheResponse, decrease_replica_count)


def _cache_subnet_groups_are_deleted() -> None:
    """DeleteCacheSubnetGroup removes a group; one that is not there is CacheSubnetGroupNotFoundFault."""
    from moto.core.responses import EmptyResult
    from moto.elasticache.responses import ElastiCacheResponse

    def delete_cache_subnet_group(self: Any) -> Any:
        name = self._get_params()["CacheSubnetGroupName"]
        self.elasticache_backend.describe_cache_subnet_groups(name)
        del self.elasticache_backend.cache_subnet_groups[name]
        return EmptyResult()

    _add(ElastiCacheResponse, delete_cache_subnet_group)


def _versions_of_templates_know_their_token() -> None:
    """CreateLaunchTemplateVersion with a token that it has seen answers with the version of then."""
    from moto.ec2.models.launch_templates import LaunchTemplate
    from moto.ec2.responses.launch_templates import LaunchTemplates

    original = LaunchTemplates.create_launch_template_version

    def create_launch_template_version(self: Any) -> Any:
        template = self.ec2_backend.get_launch_template(self._get_param("LaunchTemplateId"))
        answers = template.__dict__.setdefault("_answers_by_token", {})
        token = self._get_param("ClientToken")
        if token not in answers:
            answers[token] = original(self)
        return answers[token]

    _add(LaunchTemplates, create_launch_template_version)
    # Tags that CreateTags gave later are the template's, too; moto keeps those of the creation.
    tags = property(lambda self: self.get_tags(), lambda self, _ignored: None)
    type.__setattr__(LaunchTemplate, "tags", tags)


def _add(owner: type, method: Any) -> None:
    setattr(owner, method.__name__, method)
