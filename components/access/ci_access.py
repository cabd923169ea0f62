"""Roles of the repository's workflows: one that reads for previews, one that deploys."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pulumi
import pulumi_aws as aws

from components.access.iam_policy import Statement, allow, application_arns, deny, document
from components.edge.request_checks import ASKED_OF_USER_POOL

ISSUER = "token.actions.githubusercontent.com"
"""Issuer of the workflows' tokens."""

READ = (
    "autoscaling:Describe*",
    "budgets:DescribeBudgetAction*",
    "budgets:ListTagsForResource",
    "budgets:ViewBudget",
    "cloudwatch:Describe*",
    "cloudwatch:Get*",
    "cloudwatch:List*",
    "ec2:Describe*",
    "ec2:GetSecurityGroupsForVpc",  # a load balancer is made with it, in some accounts
    "eks:DescribeAccessEntry",
    "eks:DescribePodIdentityAssociation",
    "elasticache:Describe*",
    "elasticache:List*",
    "elasticloadbalancing:Describe*",
    "iam:Get*",
    "iam:List*",
    "kms:Describe*",
    "kms:Get*",
    "kms:List*",
    "logs:Describe*",
    "logs:List*",
    "route53:GetChange",
    "route53:GetHostedZone",
    "route53:List*",
    "sns:Get*",
    "sns:List*",
    "ssm:Describe*",
    "states:ValidateStateMachineDefinition",
    "wafv2:GetWebACL*",
    "wafv2:List*",
)
"""What `pulumi preview --refresh` asks, as far as the provider's documentation tells; no content of objects, logs,
streams or sampled requests."""

READ_OF_ONES_OWN = (
    "acm:Describe*",
    "acm:List*",
    "appconfig:Get*",
    "appconfig:List*",
    "events:Describe*",
    "events:List*",
    "logs:GetDataProtectionPolicy",
    "s3:Get*Configuration",
    "s3:GetBucket*",
    "s3:ListBucket",
    "scheduler:Get*",
    "scheduler:List*",
    "ssm:List*",
    "states:Describe*",
    "states:List*",
    "wafv2:GetIPSet",
    "wafv2:GetLoggingConfiguration",
    "wafv2:GetRuleGroup",
)
"""The rest of it: a deployment has these rights with those to change what is its own."""

WITHOUT_RESOURCE = (
    "acm:RequestCertificate",
    "appconfig:CreateApplication",
    "appconfig:CreateDeploymentStrategy",
    "elasticloadbalancing:SetWebAcl",  # half of putting a web ACL on a load balancer; the other half is bound
    "logs:*LogDelivery",  # no calls: what a service does when it is told to log
)
"""What a deployment calls that knows no resource, or before there is one (Service Authorization Reference).
Not `sns:Unsubscribe` and `logs:DeleteResourcePolicy`, with which a job of dev could silence prod: an administrator
takes subscribers and log policies away."""

SERVICES_WITH_LINKED_ROLE = (
    "autoscaling.amazonaws.com",
    "elasticache.amazonaws.com",
    "elasticloadbalancing.amazonaws.com",
    "spot.amazonaws.com",
    "wafv2.amazonaws.com",
)
"""Services that make a role of their own in an account that uses them for the first time."""

WITHOUT_NAMES = ("acm", "appconfig")
"""Services whose resources have ids only; which of them are the stack's their tags tell."""

NAMED = (
    "autoscaling",
    "cloudwatch",
    "elasticache",
    "elasticloadbalancing",
    "events",
    "logs",
    "sns",
    "states",
    "wafv2",
)
"""Services whose resources bear a name, and tags. What begins like the stack's names may be another stack's, which its
tag tells; the rest is the platform's or somebody else's: whoever changes their state machine acts with its role, and
whoever deletes their load balancer stops prod behind it. Schedules have no tags, so rights on those go by their group.
Not SSM, whose commands reach into every instance, and not KMS, whose keys open every account's data."""

BORROWED = ("elasticloadbalancing:*Rule*", "elasticloadbalancing:*Tags", "logs:*MetricFilter")
"""What is added to what the platform lends: rules to its listener, metric filters to a cluster's log."""

EC2 = (
    "ec2:*SecurityGroup",
    "ec2:*SecurityGroupEgress",
    "ec2:*SecurityGroupIngress",
    "ec2:*SecurityGroupRule*",
    "ec2:*Tags",
    "ec2:*VpcEndpoint",
    "ec2:CreateLaunchTemplate*",
    "ec2:DeleteLaunchTemplate*",
    "ec2:DeleteVpcEndpoints",
    "ec2:ModifyLaunchTemplate",
    "ec2:RunInstances",
)
"""Security groups, endpoints, launch templates, and the launches of a group. Not what is on somebody's instance: its
user data, its profile, its disks and their snapshots, each of which is a way to the rights of its role."""

NETWORK = (
    "ec2:*FlowLogs",
    "ec2:*InternetGateway",  # egress-only ones, too
    "ec2:AssociateRouteTable",
    "ec2:CreateRoute",
    "ec2:CreateRouteTable",
    "ec2:CreateSubnet",
    "ec2:CreateVpc",
    "ec2:DeleteRoute",
    "ec2:DeleteRouteTable",
    "ec2:DeleteSubnet",
    "ec2:DeleteVpc",
    "ec2:DisassociateRouteTable",
    "ec2:ModifySubnetAttribute",
    "ec2:ModifyVpcAttribute",
    "ec2:ReplaceRoute",
    "ec2:ReplaceRouteTableAssociation",
)
"""A network of the stack's own. Not routes of transit gateways and VPNs, which are a platform's."""

SERVICES_WITH_ROLES = (
    "ec2.amazonaws.com",
    "events.amazonaws.com",
    "pods.eks.amazonaws.com",
    "scheduler.amazonaws.com",
    "states.amazonaws.com",
    "vpc-flow-logs.amazonaws.com",
)
"""Services that roles of a stack are passed to."""


@dataclass(frozen=True, kw_only=True)
class CiAccessArgs:
    """Which workflows, and where they may act."""

    account_id: str
    """Account of the stack."""
    region: str
    """Region of the stack."""
    repository: str
    """GitHub repository, ``owner/name``."""
    environment: str
    """GitHub environment whose approved jobs may deploy."""
    permissions_boundary_arn: pulumi.Input[str]
    """Boundary that every role it creates has to have."""
    stack_tag: tuple[str, str]
    """Tag that names one stack; resources that bear another value of it are another stack's."""
    parameter_path: str
    """How the names of this stack's parameters begin."""
    bucket_names: Sequence[str]
    """Names of this stack's buckets, that of its Pulumi state included: what begins like them may be a stack's whose
    name begins like this one's."""
    schedule_group_name: str
    """Group of the stack's schedules."""
    key_alias: str
    """Alias of the stack's key, without ``alias/``."""
    name_prefix: str
    """How the names begin that Pulumi gives to the stack's resources."""
    dashboard_name: str
    """Name of the stack's dashboard."""
    borrowed_arns: Sequence[str]
    """Listener of the platform, its rules, and the log of its cluster: what the stack adds to; may hold wildcards."""
    borrowed_group_ids: Sequence[str]
    """Security groups of others that the stack adds rules to."""
    owns_network: bool
    """Whether the stack has a network of its own."""
    borrowed_vpc_id: str | None
    """Network of others in which the stack makes endpoints; None where it makes none."""
    image_parameter: str
    """Parameter that holds the image of the instances: who uses a launch template reads what it names."""
    user_pool_arn: str | None
    """Pool of the people who sign in by a browser; None without any."""
    role_path: str
    """IAM path of the stack's roles, the only ones that a deployment may make."""
    own_path: str
    """IAM path of the workflows' own roles and policies, where a deployment may change nothing."""
    hosted_zone_id: str | None
    """Route 53 zone in which the stack publishes its name; None where it publishes none."""


class CiAccess(pulumi.ComponentResource):
    """Roles without long-lived keys: GitHub's token is exchanged for a session.

    The account's OpenID Connect provider for GitHub belongs to the account, not to a stack. The policy of each role is
    its boundary, too: whatever else somebody attaches to it, it can't do more. The deploying role can change neither
    these roles, nor the boundary of the others, nor the budget that restrains it, or it could raise its own rights: an
    administrator runs the first `pulumi up`, and those that change them, take subscribers away, or change who may do
    what in a cluster. Of resources that bear another stack's tag it can change nothing, and of the platform's only what
    a stack adds to, so a job of dev does not rule prod.

    Creates: two roles, each with its policy; the deploying one with denials, too.
    """

    preview_role_arn: pulumi.Output[str]
    """Role of previews: any branch or pull request of the repository, reading only."""
    deploy_role_arn: pulumi.Output[str]
    """Role of deployments: jobs of one environment only."""
    deploy_role_name: pulumi.Output[str]
    """Its name."""

    def __init__(self, name: str, args: CiAccessArgs, opts: pulumi.ResourceOptions | None = None) -> None:
        super().__init__("plant:components:CiAccess", name, {}, opts)
        preview = self._role(
            f"{name}-preview",
            "Previews of pull requests read the stack",
            args,
            f"repo:{args.repository}:pull_request",
            # Describing and listing know no resources.
            [allow(sorted((*READ, *READ_OF_ONES_OWN)), "*"), _own_parameters(args)],
        )
        deploy = self._role(
            f"{name}-deploy",
            "Deployments of the stack",
            args,
            f"repo:{args.repository}:environment:{args.environment}",
            [allow(READ, "*"), *_deployment(args)],
        )
        aws.iam.RolePolicy(
            f"{name}-deploy-denials",
            role=deploy.name,
            policy=document(*_denials(args), *_asked_of_callers(args)),
            opts=pulumi.ResourceOptions(parent=self),
        )
        self.preview_role_arn = preview.arn
        self.deploy_role_arn = deploy.arn
        self.deploy_role_name = deploy.name
        self.register_outputs({"previewRoleArn": self.preview_role_arn, "deployRoleArn": self.deploy_role_arn})

    def _role(
        self, name: str, description: str, args: CiAccessArgs, subject: str, statements: Sequence[Statement]
    ) -> aws.iam.Role:
        child = pulumi.ResourceOptions(parent=self)
        policy = aws.iam.Policy(
            f"{name}-policy", path=args.own_path, description=description, policy=document(*statements), opts=child
        )
        role = aws.iam.Role(
            f"{name}-role",
            path=args.own_path,
            permissions_boundary=policy.arn,
            description=description,
            max_session_duration=3600,
            assume_role_policy=document(
                {
                    "Effect": "Allow",
                    "Principal": {"Federated": f"arn:aws:iam::{args.account_id}:oidc-provider/{ISSUER}"},
                    "Action": "sts:AssumeRoleWithWebIdentity",
                    "Condition": {"StringEquals": {f"{ISSUER}:aud": "sts.amazonaws.com", f"{ISSUER}:sub": subject}},
                }
            ),
            opts=child,
        )
        aws.iam.RolePolicyAttachment(f"{name}-attachment", role=role.name, policy_arn=policy.arn, opts=child)
        return role


def _own_parameters(args: CiAccessArgs) -> Statement:
    return allow(
        ["ssm:GetParameter*"], [f"arn:aws:ssm:{args.region}:{args.account_id}:parameter{args.parameter_path}*"]
    )


def _deployment(args: CiAccessArgs) -> list[Statement]:
    here = {"StringEquals": {"aws:RequestedRegion": args.region}}
    own = f"arn:aws:*:{args.region}:{args.account_id}:"  # of the service of each action
    network = NETWORK if args.owns_network else ()
    return [
        allow([*(f"{service}:*" for service in WITHOUT_NAMES), *EC2, *network], [f"{own}*"]),
        allow(
            [f"{service}:*" for service in NAMED],
            [
                # "plant-a" of a topic, "alarm:plant-a", "rule/plant-a" and "log-group:/aws/events/plant-dev/a"
                *(f"{own}{before}{args.name_prefix}*" for before in ("", "*:", "*/", "*:aws-waf-logs-")),
                # Defaults of AWS's that a cache and a web ACL refer to.
                f"{own}parametergroup:default.*",
                f"{own}*/managedruleset/*",
                # Dashboards have neither a Region nor tags.
                f"arn:aws:cloudwatch::{args.account_id}:dashboard/{args.dashboard_name}",
            ],
        ),
        *([allow(BORROWED, args.borrowed_arns)] if args.borrowed_arns else ()),
        allow(WITHOUT_RESOURCE, "*", here),
        # What WAF and Step Functions would add by themselves, with the caller's rights, is declared (KeptLogs). Only
        # they may add more: IAM binds this action to no policy.
        allow(["logs:PutResourcePolicy"], "*", {**here, "Bool": {"aws:ViaAWSService": "true"}}),
        # Images, public parameters and the addresses of AWS's services belong to no account.
        allow(
            ["ec2:ModifySecurityGroupRules", "ec2:RunInstances", "ssm:GetParameter*"],
            [
                f"arn:aws:ec2:{args.region}::image/*",
                f"arn:aws:ec2:{args.region}:aws:prefix-list/*",
                f"arn:aws:ssm:{args.region}::parameter/aws/service/*",
            ],
        ),
        allow(
            ["s3:*", "scheduler:*", "ssm:*Parameter*", "ssm:*Tag*"],
            [
                *(f"arn:aws:s3:::{name}{within}" for name in args.bucket_names for within in ("", "/*")),
                f"{own}schedule/{args.schedule_group_name}/*",
                f"{own}schedule-group/{args.schedule_group_name}",
                f"{own}parameter{args.parameter_path}*",
            ],
        ),
        *_own_keys(args),
        *_own_zone(args),
        *_own_roles(args),
    ]


def _asked_of_callers(args: CiAccessArgs) -> list[Statement]:
    """What AWS asks of whoever uses a launch template that names a parameter (EC2 Auto Scaling user guide, "Use AWS
    Systems Manager parameters instead of AMI IDs in launch templates", 2026-11), or makes a rule with a sign-in. Here,
    since the policy of what a deployment may do has no room for long names."""
    own = f"arn:aws:ssm:{args.region}:{args.account_id}:parameter"
    known = args.image_parameter.startswith(("/aws/service/", args.parameter_path))
    return [
        *([] if known else [allow(["ssm:GetParameters"], [f"{own}{args.image_parameter}"])]),
        *([allow([ASKED_OF_USER_POOL], [args.user_pool_arn])] if args.user_pool_arn else []),
    ]


def _denials(args: CiAccessArgs) -> list[Statement]:
    """What a deployment may not, whatever allows it; apart, for both do not fit the 6,144 characters of one policy."""
    return [
        # Another stack's resources, dev's from prod's: whatever bears its tag.
        deny(
            [f"{service}:*" for service in (*WITHOUT_NAMES, *NAMED, "ec2", "kms", "scheduler", "ssm")],
            "*",
            {**_not_own(args), "Null": {f"aws:ResourceTag/{args.stack_tag[0]}": "false"}},
        ),
        *_own_network(args),
        *_own_by_id(args),
        # What others masked or left out on purpose: tokens and addresses of users.
        deny(["logs:Unmask", "wafv2:GetSampledRequests"], "*"),
        # Executions bear the names of their machines, which all stacks have.
        deny(["states:RedriveExecution", "states:StopExecution"], "*"),
    ]


OWN_NETWORK = (
    "egress-only-internet-gateway",
    "internet-gateway",
    "launch-template",
    "route-table",
    "security-group",
    "subnet",
    "vpc",
    "vpc-endpoint",
    "vpc-flow-log",
)
CHANGES_OF_NETWORK = (
    "ec2:AssociateRouteTable",
    "ec2:CreateLaunchTemplateVersion",
    "ec2:CreateRoute",
    "ec2:Delete*",
    "ec2:DetachInternetGateway",
    "ec2:DisassociateRouteTable",
    "ec2:ModifyLaunchTemplate",
    "ec2:ModifySubnetAttribute",
    "ec2:ModifyVpcAttribute",
    "ec2:ReplaceRoute*",
)
ADDITIONS_TO_NETWORK = (
    "ec2:AttachInternetGateway",
    "ec2:CreateEgressOnlyInternetGateway",
    "ec2:CreateFlowLogs",
    "ec2:CreateRouteTable",
    "ec2:CreateSubnet",
)
CHANGES_OF_GROUPS = (
    "ec2:AuthorizeSecurityGroup*",
    "ec2:ModifySecurityGroupRules",
    "ec2:RevokeSecurityGroup*",
    "ec2:UpdateSecurityGroupRule*",
)


def _own_network(args: CiAccessArgs) -> list[Statement]:
    """EC2's resources have no names in their ARNs: one without a tag is the platform's or somebody else's, and can't be
    made the stack's by a tag but while it is made. A launch template, too: it starts instances with the profile that it
    has, and an endpoint decides for a whole network where a service's names lead to. A VPC's default group gets its tag
    by the administrator's first `pulumi up`, with the VPC."""
    own = f"arn:aws:ec2:{args.region}:{args.account_id}"
    kinds = [f"{own}:{kind}/*" for kind in OWN_NETWORK]
    groups = [f"{own}:security-group/{group}" for group in args.borrowed_group_ids]
    not_own = _not_own(args)
    lent = {"ec2:VpcID": args.borrowed_vpc_id} if args.borrowed_vpc_id else {}
    return [
        deny(CHANGES_OF_NETWORK, kinds, not_own),
        deny(ADDITIONS_TO_NETWORK, [f"{own}:vpc/*"], not_own),
        deny(["ec2:CreateVpcEndpoint"], [f"{own}:vpc/*"], {"StringNotEquals": {**not_own["StringNotEquals"], **lent}}),
        deny(["ec2:ModifyVpcEndpoint"], [f"{own}:vpc-endpoint/*"], not_own),
        {  # a rule that is made has no tag yet
            "Effect": "Deny",
            "Action": list(CHANGES_OF_GROUPS),
            "NotResource": [*groups, f"{own}:security-group-rule/*", f"arn:aws:ec2:{args.region}:*:prefix-list/*"],
            "Condition": not_own,
        },
        {  # a rule gets its tags by a call of its own, and is changed by calls on its group, too
            "Effect": "Deny",
            "Action": ["ec2:CreateTags", "ec2:DeleteTags"],
            "NotResource": f"{own}:security-group-rule/*",
            "Condition": {**not_own, "Null": {"ec2:CreateAction": "true"}},
        },
    ]


def _not_own(args: CiAccessArgs) -> dict[str, dict[str, str]]:
    """Condition of what is not tagged as the stack's: with another value, or not at all."""
    return {"StringNotEquals": {f"aws:ResourceTag/{args.stack_tag[0]}": args.stack_tag[1]}}


def _own_by_id(args: CiAccessArgs) -> list[Statement]:
    """Certificates and flags have ids only, and those without a tag are somebody else's. What is within an application
    is changed by a call on the application, too, so its tag decides for versions, which have none. A certificate gets
    its tag by a call of its own while it is made, which nothing tells from tagging another: so nobody may take the key
    out of one, put another in or revoke it, and AWS deletes none that is in use."""
    own = f"{args.region}:{args.account_id}"
    others = [f"arn:aws:appconfig:{own}:{kind}/*" for kind in ("deploymentstrategy", "extension*")]
    not_own = _not_own(args)
    changes = ("Create*", "Delete*", "Start*", "Stop*", "TagResource", "UntagResource", "Update*")
    return [
        deny(
            [f"appconfig:{change}" for change in changes],
            [*application_arns(args.region, args.account_id), *others],
            not_own,
        ),
        deny(["acm:DeleteCertificate", "acm:RemoveTagsFromCertificate", "acm:Update*"], "*", not_own),
        deny(["acm:ExportCertificate", "acm:ImportCertificate", "acm:RevokeCertificate"], "*"),
    ]


def _own_keys(args: CiAccessArgs) -> list[Statement]:
    """Rights on the stack's key, known by its tag. None to make one or to tag another: whoever may tag a key that has
    no tag yet makes it the stack's. The `pulumi up` that makes this role makes the key, too, and an administrator's
    it is."""
    tag, own = args.stack_tag
    keys = [f"arn:aws:kms:{args.region}:{args.account_id}:key/*"]
    return [
        allow(["kms:*"], keys, {"StringEquals": {f"aws:ResourceTag/{tag}": own}}),
        allow(["kms:*Alias"], [f"arn:aws:kms:{args.region}:{args.account_id}:alias/{args.key_alias}"]),
    ]


def _own_zone(args: CiAccessArgs) -> list[Statement]:
    if args.hosted_zone_id is None:
        return []
    return [allow(["route53:ChangeResourceRecordSets"], [f"arn:aws:route53:::hostedzone/{args.hosted_zone_id}"])]


def _own_roles(args: CiAccessArgs) -> list[Statement]:
    account = f"arn:aws:iam::{args.account_id}"
    roles = [f"{account}:role{args.role_path}*"]
    return [
        # A role that a deployment makes can't do more than the boundary allows.
        allow(
            ["iam:CreateRole", "iam:DeleteRolePolicy", "iam:PutRolePermissionsBoundary", "iam:PutRolePolicy"],
            roles,
            {"StringEquals": {"iam:PermissionsBoundary": args.permissions_boundary_arn}},
        ),
        allow(["iam:PassRole"], roles, {"StringEquals": {"iam:PassedToService": list(SERVICES_WITH_ROLES)}}),
        allow(
            [
                "iam:*InstanceProfile*",
                "iam:DeleteRole",
                "iam:TagRole",
                "iam:UntagRole",
                "iam:UpdateAssumeRolePolicy",
                "iam:UpdateRole*",
            ],
            [*roles, f"{account}:instance-profile{args.role_path}*"],
        ),
        allow(
            ["iam:CreateServiceLinkedRole"],
            [f"{account}:role/aws-service-role/*"],
            {"StringEquals": {"iam:AWSServiceName": list(SERVICES_WITH_LINKED_ROLE)}},
        ),
    ]
