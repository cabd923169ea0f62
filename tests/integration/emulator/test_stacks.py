"""Every stack on the embedded AWS."""

from __future__ import annotations

import json
from typing import Any

import pytest

from workbench.emulator.deploy import Deployer, DeployError, is_emulated
from workbench.emulator.lifecycle import Lifecycle
from workbench.emulator.options import dependencies_of
from workbench.emulator.program import deploy_program
from workbench.emulator.readback import leftovers, read_back
from workbench.emulator.seed import references
from workbench.emulator.world import embedded_aws

PARKED = {"plant:uptime.parked": "true"}


@pytest.mark.slow
@pytest.mark.parametrize(
    ("name", "stack", "overrides"), [("prod", "prod", {}), ("parked", "dev", PARKED)], ids=["prod", "parked"]
)
def test_a_stack_is_deployed_kept_and_destroyed(
    deployment: Any, name: str, stack: str, overrides: dict[str, str]
) -> None:
    with embedded_aws(platform=references(deployment(name))) as api:
        before = leftovers(api)
        deployer = Deployer(Lifecycle(api))
        first, _ = deploy_program(deployer, stack, overrides=overrides)
        second, _ = deploy_program(deployer, stack, overrides=overrides)
        assert first.actions["create"] > 50
        assert set(second.actions) == {"same"}
        assert read_back(deployer).differences == []
        deployer.destroy()
        assert leftovers(api) - before == set()


def test_a_listener_that_comes_without_subnets_gets_some() -> None:
    arn = "arn:aws:elasticloadbalancing:us-east-1:123456789012:listener/app/platform/0a1b2c3d4e5f6071/1a2b3c4d5e6f7081"
    with embedded_aws(platform=[arn]) as api:
        [found] = api.call("elbv2", "describe_listeners", ListenerArns=[arn])["Listeners"]
        assert found["Port"] == 443


@pytest.mark.slow
def test_parking_takes_away_what_is_billed_by_the_hour_and_unparking_brings_it_back(deployment: Any) -> None:
    with embedded_aws(platform=references(deployment("dev"))) as api:
        deployer = Deployer(Lifecycle(api))
        deploy_program(deployer, "dev")
        assert api.call("elbv2", "describe_load_balancers")["LoadBalancers"]
        parked, _ = deploy_program(deployer, "dev", overrides=PARKED)
        assert parked.actions["delete"] > 10
        assert api.call("elbv2", "describe_load_balancers")["LoadBalancers"] == []
        assert (
            api.call("ec2", "describe_instances", Filters=[{"Name": "instance-state-name", "Values": ["running"]}])[
                "Reservations"
            ]
            == []
        )
        back, _ = deploy_program(deployer, "dev")
        assert back.actions["delete"] == 0
        assert read_back(deployer).differences == []


@pytest.mark.parametrize("component", ["Certificate", "LoadBalancer"])
@pytest.mark.parametrize("leaves", ["first", "second"])
def test_of_two_stacks_with_one_name_the_second_is_refused_and_takes_nothing_along(
    deployment: Any, component: str, leaves: str
) -> None:
    """Route 53 makes no record twice; whichever stack goes first, the other's record stays, or the name is free."""
    declared = deployment("dev")
    part = subgraph(declared, f"plant:components:{component}$")
    other = json.loads(json.dumps(part).replace("urn:pulumi:dev::", "urn:pulumi:second::"))
    assert other != part
    with embedded_aws(platform=references(declared)) as api:
        stacks = {name: Deployer(Lifecycle(api)) for name in ("first", "second")}
        stacks["first"].deploy({"deployment": {"resources": part}})
        records = names_in_zones(api)
        with pytest.raises(DeployError, match="already exists"):
            stacks["second"].deploy({"deployment": {"resources": other}})
        assert names_in_zones(api) == records
        stacks[leaves].destroy()
        if leaves == "second":
            assert names_in_zones(api) == records
        else:
            stacks["second"].deploy({"deployment": {"resources": other}})
            assert names_in_zones(api).keys() == records.keys()


def names_in_zones(api: Any) -> dict[tuple[str, str], Any]:
    """(name, type) -> what it says, of the records of all zones but those that a zone is born with."""
    zones = [zone["Id"].rpartition("/")[2] for zone in api.call("route53", "list_hosted_zones")["HostedZones"]]
    found = [
        record
        for zone in zones
        for record in api.call("route53", "list_resource_record_sets", HostedZoneId=zone)["ResourceRecordSets"]
    ]
    return {(one["Name"], one["Type"]): one for one in found if one["Type"] not in ("NS", "SOA")}


def test_every_way_to_a_data_store_is_deployed_kept_and_destroyed() -> None:
    from workbench.preview.synthesis import synthesize

    ways = (
        {"way": "security-group", "port": 5432, "security_group_id": "sg-0123456789abcdef0"},
        {"way": "gateway-endpoint", "port": 443, "table_arn": "arn:aws:dynamodb:us-east-1:123456789012:table/plants"},
        {"way": "vpc-endpoint", "port": 443, "endpoint_service": "com.amazonaws.us-east-1.rds-data"},
        {"way": "ipv6", "port": 3306, "cidrs": ["2001:db8::/64"]},
    )
    stores = [{"name": f"s{number}", "endpoint": "db.example.com", **way} for number, way in enumerate(ways)]
    declared = synthesize("dev", overrides={"plant:data.stores": json.dumps(stores)})
    part = subgraph(declared, "plant:components:DataStores$")
    with embedded_aws(platform=references(declared)) as api:
        before = leftovers(api)
        deployer = Deployer(Lifecycle(api))
        deployer.deploy({"deployment": {"resources": part}})
        assert read_back(deployer).differences == []
        made = {e["VpcEndpointType"] for e in api.call("ec2", "describe_vpc_endpoints")["VpcEndpoints"]}
        assert made >= {"Gateway", "Interface"}
        assert set(deployer.deploy({"deployment": {"resources": part}}).actions) == {"same"}
        deployer.destroy()
        assert leftovers(api) - before == set()


def test_a_warm_fleet_with_scheduled_sizes_is_deployed_and_kept() -> None:
    from workbench.preview.synthesis import synthesize

    night = {"name": "night", "cron": "0 1 * * *", "min_size": 1, "max_size": 1}
    overrides = {
        "plant:fleet.warm_pool_size": "1",
        "plant:fleet.on_demand_percent_above_base": "100",
        "plant:fleet.scheduled_sizes": json.dumps([night]),
    }
    declared = synthesize("dev", overrides=overrides)
    part = subgraph(declared, "plant:components:Fleet$")
    with embedded_aws(platform=references(declared)) as api:
        deployer = Deployer(Lifecycle(api))
        deployer.deploy({"deployment": {"resources": part}})
        assert read_back(deployer).differences == []
        (action,) = api.call("autoscaling", "describe_scheduled_actions")["ScheduledUpdateGroupActions"]
        assert "DesiredCapacity" not in action
        assert set(deployer.deploy({"deployment": {"resources": part}}).actions) == {"same"}


def subgraph(deployment: dict[str, Any], marker: str) -> list[dict[str, Any]]:
    """The AWS resources of a component and all that they depend on, in order."""
    resources = {item["urn"]: item for item in deployment["deployment"]["resources"]}
    wanted = {urn for urn, item in resources.items() if is_emulated(item) and marker in urn}
    todo = list(wanted)
    while todo:
        for urn in [*dependencies_of(resources[todo.pop()])]:
            if urn in resources and urn not in wanted:
                wanted.add(urn)
                todo.append(urn)
    return [item for urn, item in resources.items() if urn in wanted and is_emulated(item)]


def test_a_second_stack_with_the_same_name_is_refused_and_takes_nothing_along(deployment: Any) -> None:
    part = subgraph(deployment("dev"), "plant:components:LoadBalancer$")
    other = json.loads(json.dumps(part).replace("urn:pulumi:dev::", "urn:pulumi:other::"))
    with embedded_aws(platform=references(deployment("dev"))) as api:
        first, second = Deployer(Lifecycle(api)), Deployer(Lifecycle(api))
        first.deploy({"deployment": {"resources": part}})
        with pytest.raises(DeployError, match="already exists"):
            second.deploy({"deployment": {"resources": other}})
        second.destroy()
        assert read_back(first).differences == []
