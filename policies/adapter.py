"""Runs the rules under Pulumi's policy engine: `pulumi preview --policy-pack policies` and `policy analyze`.

A rule that judges one resource becomes a resource policy, which blocks before the resource is made, and
sees the resource's inputs. A rule that looks at the whole stack becomes a stack policy; there the engine
hands over outputs, so the inputs seen before are put beside them. Both read through `raw`, which turns
the engine's unknowns into UNKNOWN instead of tripping on them: a stack policy that touches an unknown
would be skipped with an advisory, and the budget would go unwatched.
"""

from __future__ import annotations

import functools
import importlib.metadata
import json
import os
import threading
from collections.abc import Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import TYPE_CHECKING, Any, Final, NoReturn

import pulumi_policy as engine
from pulumi.runtime.proto import analyzer_pb2
from pulumi_policy import policy as sdk
from pulumi_policy.proxy import UNKNOWN_STRING_VALUE, UnknownValueError

from deployment.day import today_utc
from deployment.errors import InputError
from deployment.graph import Resource, ResourceGraph
from deployment.object_lists import is_list
from deployment.unknown import Sentinel
from deployment.urn import name_of
from deployment.values import HIDDEN_VALUE, SECRET_SIGNATURE, SIGNATURE_KEY, readable
from policies import DISTRIBUTION, PACK_DIRECTORY
from policies.assess import Assessment, assess, run_rule
from policies.context import ROOT_TYPE, Context
from policies.conversions import install, once, read_once
from policies.deployed import deployed
from policies.finding import Enforcement, Finding, Profile
from policies.pack import SETTINGS_KEY, config_file, config_from_file, settings_from_json
from policies.registry import every_rule
from policies.releases import is_newer
from policies.rule import Rule
from policies.rules._budget import summary
from policies.settings import PackConfig, settings_schema
from policies.waivers import load_waivers, waiver_for

if TYPE_CHECKING:
    from cost import Estimate

STACK_POLICY: Final = f"{SETTINGS_KEY}-stack"
"""Name of the policy that judges the stack for all others."""

COST_SUMMARY: Final = "cost-summary"
"""Name of the engine's policy that tells the dollars of every stack."""

PROVIDER: Final = "pulumi:providers:"
"""How the type tokens of providers begin."""

ADVICE: Final = "pack-advice"
"""Name of the engine's policy that tells what does not block in the baseline profile.

A policy of the engine has one enforcement level, given before it knows the stack. So the rules that block in the
strict profile only hand what they find in the baseline to this policy, which is advisory.
"""

STACK_ADVICE: Final = f"{ADVICE}-stack"

OWN_POLICIES: Final = frozenset({SETTINGS_KEY, STACK_POLICY, ADVICE, STACK_ADVICE})
"""Policies that are no rules."""

OTHER_TYPES: Final = "a rule for other types"
"""Why the engine is told that a policy is not applicable to a resource."""

PROXY_TARGET: Final = "__target"
"""Key by which the SDK's proxies give what they wrap (pulumi_policy/proxy.py, 1.21.0)."""


class _Answering(threading.local):
    """What the policies of one request share: the engine's server answers a request on one thread."""

    judged: Assessment
    """Of `see_stack`, the first of the stack policies, which is never switched off."""

    def __init__(self) -> None:
        self.advice: list[Finding] = []


class Pack:
    """What the policies of one run share: the configuration, and the inputs seen."""

    def __init__(self, folder: Path = PACK_DIRECTORY) -> None:
        self._folder = folder
        self.config = PackConfig(waivers=load_waivers(PackConfig().settings.waivers_file, folder))
        self._inputs: dict[str, Mapping[str, Any]] = {}
        self._own = False
        """True once a resource of this project's root component was seen, which comes before what is in it."""
        self._answering = _Answering()
        self._lock = threading.Lock()  # the engine's server answers on several threads

    def policies(self) -> list[engine.Policy]:
        """One policy for each rule, between those that read the pack's settings and those that tell its advice."""
        first: list[engine.Policy] = [
            engine.ResourceValidationPolicy(
                name=SETTINGS_KEY,
                description="Settings that several rules of this pack share.",
                validate=self.see_resource,
                enforcement_level=engine.EnforcementLevel.ADVISORY,
                config_schema=engine.PolicyConfigSchema(properties=settings_schema()),
            ),
            engine.StackValidationPolicy(
                name=STACK_POLICY,
                description="Judges the stack once for all stack policies of this pack.",
                validate=self.see_stack,
                enforcement_level=engine.EnforcementLevel.ADVISORY,
            ),
        ]
        last: list[engine.Policy] = [
            engine.ResourceValidationPolicy(
                name=ADVICE,
                description="What would block in the strict profile.",
                validate=lambda args, report: self.advise(lambda message, urn: report(message, None)),
                enforcement_level=engine.EnforcementLevel.ADVISORY,
            ),
            engine.StackValidationPolicy(
                name=STACK_ADVICE,
                description="What would block in the strict profile.",
                validate=lambda args, report: self.advise(report),
                enforcement_level=engine.EnforcementLevel.ADVISORY,
            ),
            engine.StackValidationPolicy(
                name=COST_SUMMARY,
                description="Says what the stack costs a month, breach or not; switch it off by its name.",
                validate=self.sum_up,
                enforcement_level=engine.EnforcementLevel.ADVISORY,
            ),
        ]
        return first + [self._policy(rule) for rule in every_rule()] + last

    def see_resource(self, args: engine.ResourceValidationArgs, report: engine.ReportViolation) -> None:
        """Takes over the settings, and remembers the resource's inputs for the stack policies."""
        settings = settings_from_json(plain(args.get_config()), SETTINGS_KEY)
        inputs = properties(args.props)
        with self._lock:
            self._own = self._own or ROOT_TYPE in args.urn.split("::")[2].split("$")
            if settings != self.config.settings:
                waivers = load_waivers(settings.waivers_file, self._folder)
                self.config = replace(self.config, settings=settings, waivers=waivers)
            self._inputs[args.urn] = inputs

    def see_stack(self, args: engine.StackValidationArgs, report: engine.ReportViolation) -> None:
        """Judges the stack, for the policies after this one."""
        graph = ResourceGraph(self._resource(one) for one in args.resources)
        # What to do about a broken rule is the engine's to say here: it knows the configured levels.
        self._answering.judged = assess(graph, replace(self.config, enforcement={}), region=_region())

    def sum_up(self, args: engine.StackValidationArgs, report: engine.ReportViolation) -> None:
        """Tells what the stack costs, once everything else is said."""
        try:
            report(summary(self._answering.judged.estimate, self._deployed()), None)
        except InputError:  # what can't be priced at all has a rule that says so
            return

    def _deployed(self) -> Estimate | None:
        """What is deployed, priced as the plan was; None where nobody asks, or nothing tells."""
        graph = deployed() if self.config.settings.compare_with_deployed else None
        if graph is None:
            return None
        try:
            return Context(graph, self.config, region=_region()).estimate
        except InputError:
            return None

    def _policy(self, rule: Rule) -> engine.Policy:
        common: dict[str, Any] = {
            "name": rule.id,
            "description": rule.title,
            "display_name": rule.title,
            "enforcement_level": engine.EnforcementLevel(rule.enforcement.value),
            "severity": engine.Severity(rule.severity.value),
            "tags": [rule.topic],
            "remediation_steps": rule.fix,
            "url": rule.source if rule.source.startswith("https://") else None,
            "framework": _framework(rule),
        }
        if rule.stack_wide:
            return engine.StackValidationPolicy(validate=self._stack_check(rule), **common)
        return engine.ResourceValidationPolicy(
            validate=self._resource_check(rule),
            remediate=_remediation(rule),
            config_schema=engine.PolicyConfigSchema(properties=dict(rule.config_schema))
            if rule.config_schema
            else None,
            **common,
        )

    def _resource_check(self, rule: Rule) -> Any:
        def validate(args: engine.ResourceValidationArgs, report: engine.ReportViolation) -> None:
            if not concerns(rule, args):
                args.not_applicable(OTHER_TYPES)
            # Under `policy analyze` what a program only reads is judged as well, and as its own: the engine does not
            # say which that is. In preview and up it is not shown at all (pulumi/pulumi#3950).
            context = Context(ResourceGraph([*provider_of(args), resource_of(args)]), self.config)
            found = self._unwaived(run_rule(rule, context))
            if self._tells(rule):
                tell(found, lambda message, urn: report(message, None))
            else:
                self._keep(found)

        return validate

    def _stack_check(self, rule: Rule) -> Any:
        def validate(args: engine.StackValidationArgs, report: engine.ReportViolation) -> None:
            found = [entry.finding for entry in self._answering.judged.violations if entry.rule is rule]
            if self._tells(rule):
                tell(found, report)
            else:
                self._keep(found)

        return validate

    def _tells(self, rule: Rule) -> bool:
        """True where the rule's own policy has the right level; otherwise what it finds is advice."""
        settings = self.config.settings
        profile = settings.profile or (Profile.STRICT if self._own else Profile.BASELINE)
        blocks = rule.blocks_in(profile) and not is_newer(rule, settings)
        return rule.enforcement is Enforcement.ADVISORY or blocks

    def _keep(self, found: Sequence[Finding]) -> None:
        """Keeps advice for the last policy of the same request, which the engine's server answers on one thread."""
        self._answering.advice += found

    def advise(self, report: engine.ReportViolation) -> None:
        """Tells the advice that the policies before this one have kept."""
        kept, self._answering.advice = self._answering.advice, []
        for finding in kept:
            report(f"{finding.rule_id}: {finding.message}", finding.urn or None)

    def _unwaived(self, findings: Sequence[Finding]) -> list[Finding]:
        today = today_utc()
        return [
            finding
            for finding in findings
            if waiver_for(self.config.waivers, finding.rule_id, finding.urn, today) is None
        ]

    def _resource(self, one: engine.PolicyResource) -> Resource:
        outputs = properties(one.props)
        return Resource(
            urn=one.urn,
            type=one.resource_type,
            name=one.name,
            inputs=self._inputs.get(one.urn, outputs),
            outputs=outputs,
            parent=one.parent.urn if one.parent is not None else (one.opts.parent or None),
            dependencies=tuple(other.urn for other in one.dependencies),
            property_dependencies={
                key: tuple(other.urn for other in others) for key, others in one.property_dependencies.items()
            },
            custom=is_custom(one),
            protect=one.opts.protect,
            options=options_of(one.opts, one.provider),
        )


def _region() -> str | None:
    """Region of a provider for which nobody declares one: it takes it from the environment, which the engine shares
    with its packs."""
    return os.environ.get("AWS_REGION") or os.environ.get("AWS_DEFAULT_REGION")


def tell(findings: Sequence[Finding], report: engine.ReportViolation) -> None:
    """Reports `findings`; those that could not be decided become the engine's own advisory about unknowns."""
    for finding in findings:
        if not finding.unknown:
            report(finding.message, finding.urn or None)
    if undecided := [finding for finding in findings if finding.unknown]:
        raise UndecidedError(undecided)


class UndecidedError(UnknownValueError):
    """What the SDK tells as an advisory of its own, whatever the policy's level: why it could not decide."""

    def __init__(self, findings: Sequence[Finding]) -> None:
        super().__init__(UNKNOWN_STRING_VALUE, [])
        self.message = "; ".join(f"{name_of(finding.urn)}: {finding.message}" for finding in findings)


class _PassedOver(threading.local):
    """What the SDK is told to pass over in the request that this thread answers, and what it has."""

    def __init__(self) -> None:
        self.rules: frozenset[str] = frozenset()
        self.names: list[str] = []


install()


class Server(sdk._PolicyAnalyzerServicer):
    """The SDK's server, where the pack's own policies stay on, secrets are secret, and messages are read once.

    They hold the settings and the inputs that the rules read, and tell their advice, so what switches off all rules
    (``"all": "disabled"``) must not switch off them; and they block nothing.
    """

    def __init__(self, name: str, version: str, *rest: Any) -> None:
        # The SDK always says 0.0.1; what PulumiPolicy.yaml says goes before either.
        super().__init__(name, importlib.metadata.version(DISTRIBUTION), *rest)
        self._options_of = once(super()._get_resource_options)
        self._provider_of = once(super()._get_provider_resource)
        self._passed_over = _PassedOver()

    def Analyze(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name is the protocol's
        """As the SDK does, with secrets hidden: it hands their values over, and a state file does not.

        Most rules are for other types: the SDK passes over them as over those that are switched off, and what it would
        have told of each is told here.
        """
        hide_secrets(request.properties)
        managed = request.HasField("provider") or request.type.startswith(PROVIDER)
        many = request.type.endswith("List")  # of items that any rule may be about
        self._passed_over.rules = frozenset() if many else _for_others(request.type, managed)
        self._passed_over.names = []
        try:
            with read_once():
                response: Any = super().Analyze(request, context)  # type: ignore[no-untyped-call]
        finally:
            self._passed_over.rules = frozenset()
        response.not_applicable.extend(_not_applicable(name) for name in self._passed_over.names)
        return response

    def AnalyzeStack(self, request: Any, context: Any) -> Any:  # noqa: N802 - the name is the protocol's
        """As `Analyze`."""
        for resource in request.resources:
            hide_secrets(resource.properties)
        # The SDK looks through the resources again for each policy; only the first, `see_stack`, is given them.
        once_only = SimpleNamespace(resources=iter(request.resources))
        with read_once():
            return super().AnalyzeStack(once_only, context)  # type: ignore[no-untyped-call]

    def _get_resource_options(self, request: Any) -> Any:
        return self._options_of(request)

    def _get_provider_resource(self, request: Any) -> Any:
        return self._provider_of(request)

    def _get_enforcement_level(self, policy: engine.Policy) -> engine.EnforcementLevel:
        if policy.name in OWN_POLICIES:
            return engine.EnforcementLevel.ADVISORY
        level: engine.EnforcementLevel = super()._get_enforcement_level(policy)
        if policy.name in self._passed_over.rules and level != engine.EnforcementLevel.DISABLED:
            self._passed_over.names.append(policy.name)
            return engine.EnforcementLevel.DISABLED
        return level


@functools.cache
def _for_others(token: str, managed: bool) -> frozenset[str]:
    """Ids of rules about single resources that have nothing to say about one of type `token`."""
    single = (rule for rule in every_rule() if not rule.stack_wide)
    return frozenset(rule.id for rule in single if not rule.is_about(token, managed=managed))


@functools.cache
def _not_applicable(name: str) -> analyzer_pb2.PolicyNotApplicable:
    return analyzer_pb2.PolicyNotApplicable(policy_name=name, reason=OTHER_TYPES)


def hide_secrets(properties: Any) -> None:
    """Replaces each secret in `properties` (a protobuf Struct) by what a state file shows of it."""
    for value in properties.fields.values():
        _hide(value)


def _hide(value: Any) -> None:
    kind = value.WhichOneof("kind")
    if kind == "list_value":
        for item in value.list_value.values:
            _hide(item)
    elif kind == "struct_value":
        fields = value.struct_value.fields
        if SIGNATURE_KEY in fields and fields[SIGNATURE_KEY].string_value == SECRET_SIGNATURE:
            value.string_value = HIDDEN_VALUE
        else:
            hide_secrets(value.struct_value)


def raw(value: Any) -> Any:
    """`value` as the rules read it, without the SDK's proxies: unknowns are UNKNOWN, redacted secrets SECRET.

    The engine sends every number as a float; whole ones become integers again, as they are in a state file.
    """
    return readable(_unwrapped(value))


def properties(value: Any) -> Mapping[str, Any]:
    """`raw` of a resource's properties. What a component registered as one secret object can't be read: none."""
    found = raw(value)
    return {} if isinstance(found, Sentinel) else found


def plain(value: Mapping[str, Any]) -> dict[str, Any]:
    """Configuration of a policy as plain values."""
    return {key: item for key, item in dict(value).items() if key != "enforcementLevel"}


def resource_of(args: engine.ResourceValidationArgs) -> Resource:
    """The resource that a resource policy is asked about."""
    return Resource(
        urn=args.urn,
        type=args.resource_type,
        name=args.name,
        inputs=properties(args.props),
        parent=args.opts.parent or None,
        custom=is_custom(args),
        protect=args.opts.protect,
        options=options_of(args.opts, args.provider),
    )


def provider_of(args: engine.ResourceValidationArgs) -> list[Resource]:
    """The provider that manages the resource, whose default tags count as the resource's own."""
    provider = args.provider
    if provider is None:
        return []
    return [Resource(provider.urn, provider.resource_type, provider.name, properties(provider.props))]


def options_of(opts: engine.PolicyResourceOptions, provider: engine.PolicyProviderResource | None) -> dict[str, Any]:
    """Resource options under the names of the deployment JSON."""
    given = {
        "provider": f"{provider.urn}::id" if provider is not None else None,
        "aliases": list(opts.aliases),
        "deleteBeforeReplace": opts.delete_before_replace,
        "ignoreChanges": list(opts.ignore_changes),
    }
    return {key: value for key, value in given.items() if value}


def is_custom(one: engine.ResourceValidationArgs | engine.PolicyResource) -> bool:
    """True for what a provider manages, and for providers; False for components and the stack.

    The engine names the provider of whatever has one, and components have none (pulumi/pulumi
    pkg/resource/deploy/step_generator.go, 3.260).
    """
    return one.provider is not None or one.resource_type.startswith(PROVIDER)


def concerns(rule: Rule, args: engine.ResourceValidationArgs) -> bool:
    """True when `rule` has something to say about the resource."""
    if args.resource_type.endswith("List") and is_list(resource_of(args)):
        return True  # of its items: the rule finds those that it is about
    return rule.is_about(args.resource_type, managed=is_custom(args))


def _framework(rule: Rule) -> engine.PolicyComplianceFramework | None:
    if not rule.frameworks:
        return None
    return engine.PolicyComplianceFramework(name="controls", reference=", ".join(rule.frameworks))


def _remediation(rule: Rule) -> Any:
    mend = rule.remediate
    if mend is None:
        return None

    def remediate(args: engine.ResourceValidationArgs) -> Mapping[str, Any] | None:
        if not concerns(rule, args):
            return None
        resource = Resource(args.urn, args.resource_type, args.name, _unwrapped(args.props))
        return mend(resource, plain(args.get_config()))

    return remediate


def _unwrapped(value: Any) -> Any:
    """`value` without the SDK's proxies; unknowns and secrets stay what the engine sent, to be sent back."""
    if isinstance(value, float):
        return int(value) if value.is_integer() else value
    if isinstance(value, Mapping):
        target = value if isinstance(value, dict) else value[PROXY_TARGET]
        return {key: _unwrapped(item) for key, item in target.items()}
    if isinstance(value, Sequence) and not isinstance(value, (str, bytes)):
        target = value if isinstance(value, (list, tuple)) else value[PROXY_TARGET]  # type: ignore[call-overload]
        return [_unwrapped(item) for item in target]
    return value


def initial_config(project: str, stack: str, folder: Path = PACK_DIRECTORY) -> dict[str, Any]:
    """What the engine takes for configured where `--policy-pack-config` says nothing else: the file in `folder`.

    Raises InputError when it is wrong.
    """
    path = config_file(project, stack, folder)
    if path is None:
        return {}
    config_from_file(path, folder)
    document = json.loads(path.read_text(encoding="utf-8-sig"))
    levels = {key: _configured(value) for key, value in document.items() if key != "environments"}
    if "all" in levels:  # speaks of the rules; without the pack's own policies its settings would go unread
        for name in (SETTINGS_KEY, f"{SETTINGS_KEY}-stack", ADVICE, f"{ADVICE}-stack"):
            own = given if isinstance(given := levels.get(name), dict) else {}
            levels[name] = {**own, "enforcementLevel": engine.EnforcementLevel.ADVISORY}
    return levels


def _configured(value: Any) -> Any:
    if not isinstance(value, dict):
        return engine.EnforcementLevel(value)
    level = value.get("enforcementLevel")
    return value if level is None else {**value, "enforcementLevel": engine.EnforcementLevel(level)}


def serve(folder: Path = PACK_DIRECTORY, name: str = "plant-policies") -> NoReturn:
    """Serves the rules to the engine as the pack `name`, whose configuration is in `folder`; never returns.

    A pack of somebody else's calls it from its ``__main__.py``: ``serve(Path(__file__).parent, "team-policies")``.
    """
    sdk._PolicyAnalyzerServicer = Server  # type: ignore[misc, assignment]  # PolicyPack makes no other (pulumi_policy 1.21.0)
    engine.PolicyPack(
        name=name,
        policies=Pack(folder).policies(),
        enforcement_level=engine.EnforcementLevel.MANDATORY,
        # The engine tells its packs which stack it is about (pulumi 3.260).
        initial_config=initial_config(os.environ.get("PULUMI_PROJECT", ""), os.environ.get("PULUMI_STACK", ""), folder),
        description="Nothing unsafe, unreliable or over budget gets through.",
    )
    raise SystemExit(0)
