"""The canary rollout: workflow, control parameter, and what restarts a broken rollback."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import allow, use_key
from components.access.workload_role import WorkloadRole, WorkloadRoleArgs
from components.edge.request_checks import ASKED_OF_USER_POOL, BrowserSignIn, Route
from components.json_text import json_text
from components.rollout.entry import NOT_STARTED, REFUSED
from components.rollout.feature_flag import FeatureFlag
from components.rollout.plan import RolloutPlan, Step
from components.rollout.sizing import Sizing
from components.rollout.states import definition
from components.rollout.verdict import UNSETTLED
from components.workflow.scheduled import Start, start_by_schedule
from components.workflow.workflow import Workflow, WorkflowArgs

ABORT = json.dumps({"action": "abort"}, separators=(",", ":"))
"""Input of the execution that cleans up after a broken one."""
ALARM = json.dumps({"action": "alarm"}, separators=(",", ":"))
"""Input of the execution that an alarm starts."""


@dataclass(frozen=True, kw_only=True)
class SessionsArgs:
    """How a rollout lives with a stack that is parked between sessions."""

    progress_parameter_name: pulumi.Input[str]
    """Parameter that outlives a session, and keeps how far the rollout is."""
    progress_parameter_arn: pulumi.Input[str]
    """Its ARN."""
    start_expression: str
    """When a session starts, as an expression of EventBridge Scheduler."""
    time_zone: str
    """IANA time zone of it."""


RESUME = json.dumps({"action": "resume"}, separators=(",", ":"))
"""Input of the execution that a session starts with."""


@dataclass(frozen=True, kw_only=True)
class CanaryRolloutArgs:
    """Steps, what they move, and what they watch."""

    stack: str
    """Stack in the notices."""
    account_id: str
    """Account of the stack."""
    region: str
    """Region of the stack."""
    kms_key_arn: pulumi.Input[str]
    """Key of the log and the topic."""
    log_group_arn: pulumi.Input[str]
    """Log group of the executions."""
    control_parameter_name: str
    """Name of the parameter by which people hold, promote and abort."""
    before_parameter_name: str
    """Name of the parameter that keeps what a rollback goes back to."""
    sessions: SessionsArgs | None
    """Sessions over which a rollout goes on; None for a stack that is always on."""
    maintenance_parameter_name: pulumi.Input[str]
    """Name of the parameter that is ``open`` during maintenance."""
    steps: Sequence[tuple[int, int]]
    """Percent and seconds of hold, rising to 100."""
    poll_seconds: int
    """Time between two looks."""
    unclear_polls_max: int
    """Looks without a verdict before a step is rolled back."""
    minimum_samples: int
    """Requests below which a percentile says nothing."""
    p95_threshold_ms: int
    """95th percentile above which a step is rolled back."""
    rule_arns: Mapping[str, pulumi.Input[str]]
    """Route name -> listener rule."""
    routes: Sequence[Route]
    """Routes and their checks; a rule's actions are replaced as a whole."""
    target_group_arns: Mapping[str, pulumi.Input[str]]
    """Fleet name -> target group."""
    target_group_suffixes: Mapping[str, pulumi.Input[str]]
    """Fleet name -> name of its target group in metrics."""
    load_balancer_suffix: pulumi.Input[str]
    """Name of the load balancer in metrics."""
    sizing: Sizing
    """How sizes are read and set."""
    alarm_names: Sequence[pulumi.Input[str]]
    """Alarms that roll back."""
    alarm_arns: Sequence[pulumi.Input[str]]
    """ARNs of the same."""
    failure_percent_max: int
    """Failed requests of all in a step above which it is rolled back."""
    flag: FeatureFlag
    """Flag that follows the steps."""
    topic_arn: pulumi.Input[str]
    """Where users are told of progress."""
    operator_topic_arn: pulumi.Input[str]
    """Where operators are told of failures."""


class CanaryRollout(pulumi.ComponentResource):
    """Shifts traffic to the canary in watched steps, and back at the first sign of trouble.

    Start: ``aws stepfunctions start-execution``. Hold, promote or abort: put that word into the control
    parameter. After a finished rollout deploy the same software to the stable fleet and start an execution with
    ``{"action": "settle"}``. An execution that times out, is stopped or fails in an unforeseen way is followed
    by one that only rolls back. While one runs, another is refused; ``{"action": "abort"}`` rolls back at once and
    tells the running one, and so does an alarm of the canary as soon as it goes off. In a stack of sessions it goes on
    with the next session: its clock counts the time of sessions. Creates: two parameters, workflow, two event rules
    with their targets, a role, and with sessions a schedule and its role.
    """

    state_machine_arn: pulumi.Output[str]
    """ARN of the state machine."""
    control_parameter_name: pulumi.Output[str]
    """Name of the control parameter."""
    role_arn: pulumi.Output[str]
    """Role of its executions."""

    def __init__(self, name: str, args: CanaryRolloutArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:CanaryRollout", name, {}, opts)
        child = pulumi.ResourceOptions(parent=self)
        control = aws.ssm.Parameter(
            f"{name}-control",
            name=args.control_parameter_name,
            type="String",
            tier="Standard",
            insecure_value="run",  # `value` would be hidden as a secret
            allowed_pattern="^(run|hold|promote|abort|ended)$",
            description="What the rollout should do: run, hold, promote or abort; ended by another execution",
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["insecureValue"]),
        )
        before = aws.ssm.Parameter(
            f"{name}-before",
            name=args.before_parameter_name,
            type="String",
            tier="Standard",
            insecure_value=args.flag.versions[0].apply(
                lambda version: json.dumps({"flagVersion": version, "stableSize": 1}, separators=(",", ":"))
            ),
            allowed_pattern=r'^\{.*"flagVersion":"[0-9]+".*\}$',
            description="What a rollback goes back to: the flag's version, and the stable fleet's size",
            opts=pulumi.ResourceOptions(parent=self, ignore_changes=["insecureValue"]),
        )
        plan = self._plan(args, control, before)
        workflow = Workflow(
            name,
            WorkflowArgs(
                description="Shifts traffic between the stable and the canary fleet",
                definition=definition(plan),
                statements=self._statements(
                    name,
                    args,
                    [control.arn, before.arn, *([args.sessions.progress_parameter_arn] if args.sessions else [])],
                ),
                log_group_arn=args.log_group_arn,
                account_id=args.account_id,
            ),
            child,
        )
        self._recover(name, args, workflow)
        if args.sessions is not None:
            goes_on = Start(
                expression=args.sessions.start_expression,
                description="Goes on with the rollout that was under way when the last session ended",
                time_zone=args.sessions.time_zone,
                given=RESUME,
            )
            start_by_schedule(
                f"{name}-sessions", workflow, args.account_id, {f"{name}-resume": goes_on}, args.kms_key_arn, child
            )
        self.state_machine_arn = workflow.arn
        self.control_parameter_name = control.name
        self.role_arn = workflow.role_arn
        self.register_outputs(
            {"stateMachineArn": self.state_machine_arn, "controlParameterName": self.control_parameter_name}
        )

    def _plan(self, args: CanaryRolloutArgs, control: aws.ssm.Parameter, before: aws.ssm.Parameter) -> RolloutPlan:
        flag = args.flag
        return RolloutPlan(
            stack=args.stack,
            steps=[
                Step(percent=percent, hold_seconds=hold_seconds, flag_version=flag.versions[percent])
                for percent, hold_seconds in args.steps
            ],
            poll_seconds=args.poll_seconds,
            unclear_polls_max=args.unclear_polls_max,
            minimum_samples=args.minimum_samples,
            p95_threshold_ms=args.p95_threshold_ms,
            rules={
                route.name: {"arn": args.rule_arns[route.name], "authenticate": route.check.in_api()}
                for route in args.routes
            },
            rule_order=list(args.rule_arns),
            target_group_arns=args.target_group_arns,
            target_group_suffixes=args.target_group_suffixes,
            load_balancer_suffix=args.load_balancer_suffix,
            sizing=args.sizing,
            alarm_names=args.alarm_names,
            flag={
                "ApplicationId": flag.application_id,
                "EnvironmentId": flag.environment_id,
                "ConfigurationProfileId": flag.profile_id,
                "DeploymentStrategyId": flag.strategy_id,
                "KmsKeyIdentifier": args.kms_key_arn,
            },
            flag_off_version=flag.versions[0],
            control_parameter=control.name,
            maintenance_parameter=args.maintenance_parameter_name,
            before_parameter=before.name,
            progress_parameter=args.sessions.progress_parameter_name if args.sessions else None,
            failure_percent_max=args.failure_percent_max,
            topic_arn=args.topic_arn,
            operator_topic_arn=args.operator_topic_arn,
        )

    def _statements(self, name: str, args: CanaryRolloutArgs, parameter_arns: Sequence[pulumi.Input[str]]) -> list[Any]:
        own = f"{args.region}:{args.account_id}"
        pools = [route.check.user_pool_arn for route in args.routes if isinstance(route.check, BrowserSignIn)]
        return [
            allow(["elasticloadbalancing:ModifyRule"], list(args.rule_arns.values())),
            *([allow([ASKED_OF_USER_POOL], pools)] if pools else ()),
            # None of these reading actions knows resources.
            allow(
                [
                    "cloudwatch:GetMetricData",
                    "elasticloadbalancing:DescribeRules",
                    "elasticloadbalancing:DescribeTargetHealth",
                ],
                "*",
            ),
            allow(
                ["states:ListExecutions"], [f"arn:aws:states:{own}:stateMachine:{name}-machine-*"]
            ),  # its own, whose name is not known yet
            allow(["cloudwatch:DescribeAlarms"], [f"arn:aws:cloudwatch:{own}:alarm:*"]),
            *args.sizing.statements(own),
            allow(
                ["appconfig:StartDeployment"],
                [*args.flag.arns, pulumi.Output.concat(args.flag.environment_arn, "/deployment/*")],
            ),
            allow(["appconfig:ListDeployments"], args.flag.arns),
            allow(["ssm:GetParameter", "ssm:PutParameter"], list(parameter_arns)),
            allow(
                ["ssm:GetParameter"],
                [pulumi.Output.concat(f"arn:aws:ssm:{own}:parameter", args.maintenance_parameter_name)],
            ),
            allow(["sns:Publish"], [args.topic_arn, args.operator_topic_arn]),
            use_key(args.kms_key_arn),
        ]

    def _recover(self, name: str, args: CanaryRolloutArgs, workflow: Workflow) -> None:
        child = pulumi.ResourceOptions(parent=self)
        role = WorkloadRole(
            f"{name}-recovery",
            WorkloadRoleArgs(
                description="Starts the rollback after a broken rollout, or on an alarm",
                service="events.amazonaws.com",
                statements=[allow(["states:StartExecution"], [workflow.arn])],
                account_id=args.account_id,
            ),
            child,
        )
        rule = aws.cloudwatch.EventRule(
            f"{name}-broken",
            description="A rollout ended without rolling back",
            event_pattern=json_text(
                {
                    "source": ["aws.states"],
                    "detail-type": ["Step Functions Execution Status Change"],
                    "detail": {
                        "stateMachineArn": [workflow.arn],
                        "status": ["FAILED", "TIMED_OUT", "ABORTED"],
                        # Null where none was given; whether "anything but" these strings takes null is written nowhere.
                        "error": [
                            None,
                            {"exists": False},
                            {"anything-but": ["RolledBack", REFUSED, NOT_STARTED, UNSETTLED]},
                        ],
                        # Its own failure must not start it again.
                        "input": [{"anything-but": [ABORT]}],
                    },
                }
            ),
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-recover", rule=rule.name, arn=workflow.arn, role_arn=role.arn, input=ABORT, opts=child
        )
        # Looks are minutes apart; an alarm that went off and ended in between would be missed.
        alarmed = aws.cloudwatch.EventRule(
            f"{name}-alarmed",
            description="An alarm of the canary is on",
            event_pattern=json_text(
                {
                    "source": ["aws.cloudwatch"],
                    "detail-type": ["CloudWatch Alarm State Change"],
                    "resources": list(args.alarm_arns),
                    "detail": {"state": {"value": ["ALARM"]}},
                }
            ),
            opts=child,
        )
        aws.cloudwatch.EventTarget(
            f"{name}-end", rule=alarmed.name, arn=workflow.arn, role_arn=role.arn, input=ALARM, opts=child
        )
