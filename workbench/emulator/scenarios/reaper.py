"""A session outlives its schedule."""

from __future__ import annotations

from datetime import timedelta

from workbench.emulator.stage import Stage

CRITERION = "The reaper removes what is billed by the hour, keeps what is free, and the next deploy brings it back."
BILLED = {
    "aws:lb/loadBalancer:LoadBalancer",
    "aws:wafv2/webAcl:WebAcl",
    "aws:elasticache/serverlessCache:ServerlessCache",
    "aws:elasticache/replicationGroup:ReplicationGroup",
}
"""Types with an hourly price that a session uses; instances go with their groups' sizes."""
KEPT = {
    "aws:ec2/vpc:Vpc",
    "aws:ec2/subnet:Subnet",
    "aws:ec2/securityGroup:SecurityGroup",
    "aws:iam/role:Role",
    "aws:lb/targetGroup:TargetGroup",
    "aws:sfn/stateMachine:StateMachine",
    "aws:sns/topic:Topic",
    "aws:ssm/parameter:Parameter",
    "aws:scheduler/schedule:Schedule",
}
"""Free types that have to survive."""


def play(stage: Stage) -> None:
    """Let the reaper's own schedule start it; then deploy again."""
    account = stage.account
    billed = [entry.urn for token in sorted(BILLED) for entry in stage.entries(token)]
    kept = [entry for token in sorted(KEPT) for entry in stage.entries(token)]
    stage.demand("there is something to reap", bool(billed), [urn.rsplit("::", 1)[-1] for urn in billed])
    due = account.schedule_all(account.clock.now + timedelta(hours=12), "reaper")
    stage.demand("a schedule starts the reaper within 12 h", due > 0, f"{due} invocations due")
    account.clock.advance(timedelta(hours=12))
    ended = [execution.status for _, execution in account.executions]
    stage.demand("the reaper's state machine succeeds", bool(ended) and set(ended) == {"SUCCEEDED"}, ended)
    gone = set(stage.deployer.refresh()) | {urn for urn in billed if urn not in stage.deployer.state.entries}
    left = [urn.rsplit("::", 1)[-1] for urn in billed if urn not in gone]
    stage.demand("everything billed by the hour is gone", not left, left or [urn.rsplit("::", 1)[-1] for urn in billed])
    instances = sum(
        len(group["Instances"])
        for group in stage.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    )
    stage.demand("no instance runs", instances == 0, f"{instances} instances")
    lost = [entry.urn.rsplit("::", 1)[-1] for entry in kept if entry.urn in gone]
    stage.demand("what is free stays", not lost, lost or f"{len(kept)} resources of {len(KEPT)} types")
    bodies = [message.body for message in account.messages if isinstance(message.body, dict)]
    announced = [body["removed"] for body in bodies if body.get("event") == "reaped"]
    kinds = [[str(arn).split(":")[2] for arn in removed] for removed in announced]
    stage.demand("people are told, once", len(announced) == 1, kinds)
    outcome = stage.deploy()
    back = [urn for urn in billed if urn in stage.deployer.state.entries]
    stage.demand("the next deploy brings it back", len(back) == len(billed), dict(outcome.actions))
    groups = stage.call("autoscaling", "describe_auto_scaling_groups")["AutoScalingGroups"]
    sizes = {group["AutoScalingGroupName"]: group["MaxSize"] for group in groups}
    stage.demand("with the fleets' declared bounds", max(sizes.values()) > 0, sizes)
    stage.demand("a further deploy has nothing to do", set(stage.deploy().actions) == {"same"}, "all the same")
