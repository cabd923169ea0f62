"""Rate limits of a rule group that a workflow tightens, and sets back to what is declared."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from components.access.iam_policy import Statement, allow
from components.edge import firewall_rules
from components.edge.firewall import RuleGroup
from components.operations.locked_write import locked_write
from components.workflow.states import State


@dataclass(frozen=True, kw_only=True)
class RateLimits:
    """A rule group as it is declared, and the share of its limits that a tight one leaves."""

    group: RuleGroup
    """The rule group."""
    tight_percent: int
    """Share of each declared limit that remains (%)."""

    def tighten(self, *, then: str) -> Mapping[str, State]:
        """States that leave callers that share of their limits, the first one first."""
        tight = [firewall_rules.tightened(rule, self.tight_percent) for rule in self.group.rules]
        return self._write("Tighten rate limits", tight, then)

    def restore(self, *, then: str) -> Mapping[str, State]:
        """States that set the limits back, the first one first."""
        return self._write("Restore rate limits", self.group.rules, then)

    def statements(self) -> Sequence[Statement]:
        """What the workflow may do for it."""
        return [allow(["wafv2:GetRuleGroup", "wafv2:UpdateRuleGroup"], [self.group.arn])]

    def _write(self, verb: str, rules: Sequence[firewall_rules.Rule], then: str) -> Mapping[str, State]:
        named = {"Id": self.group.identifier, "Name": self.group.name, "Scope": "REGIONAL"}
        whole = {  # what a write leaves out is gone
            "Rules": [firewall_rules.in_words_of_the_api(rule) for rule in rules],
            "VisibilityConfig": firewall_rules.in_words_of_the_api(self.group.visibility),
            "Description": self.group.description,
            "CustomResponseBodies": {
                body["key"]: {"Content": body["content"], "ContentType": body["content_type"]}
                for body in firewall_rules.bodies()
            },
        }
        return locked_write("RuleGroup", named, whole, verb=verb, at="$.limits", then=then)
