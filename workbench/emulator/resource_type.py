"""How one AWS resource type is made, read, changed and deleted: a table row, mostly data.

An argument (``Arg``) is one of: a template such as ``"{id}"`` or ``"arn:{region}:{name}"``, looked up in the
resource's properties, id, region and account; any other plain value, sent as it is; or a function of the
:class:`Context` for what no table can say. A template that is nothing but one name keeps that value's type.
An expression is JMESPath over an API answer.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from workbench.emulator.api import ACCOUNT_ID

if TYPE_CHECKING:
    from workbench.emulator.api import Api


@dataclass
class Context:
    """What an argument may depend on."""

    urn: str
    properties: dict[str, Any]
    """The declared properties, with the type's defaults."""
    region: str
    id: str = ""
    state: dict[str, Any] = field(default_factory=dict)
    """Inputs and outputs as last recorded; empty while the resource is being created."""
    answer: dict[str, Any] = field(default_factory=dict)
    """The answer to the creating call."""
    uid: str = ""
    """Sixteen hexadecimal digits that belong to this resource's name, for made-up ids; ``{short}`` is the first seven
    of them."""
    mark: str = ""
    """Sixteen hexadecimal digits that belong to this creation: name, properties, and what it replaces. The same again
    for a repetition, and only then, as client tokens have to be."""
    account: str = ACCOUNT_ID
    removed_tags: list[str] = field(default_factory=list)

    def get(self, name: str, default: Any = None) -> Any:
        """A declared property, else a recorded one, else the default."""
        value = self.properties.get(name)
        if value is None:
            value = self.state.get(name)
        return default if value is None else value

    def __getitem__(self, name: str) -> Any:
        if name == "short":
            return self.uid[:7]
        if name in ("id", "region", "account", "uid", "mark"):
            return getattr(self, name)
        value = self.get(name)
        if value is None:
            raise KeyError(name)
        return value


Arg = str | int | bool | list[Any] | dict[str, Any] | Callable[[Context], Any] | None


@dataclass(frozen=True, kw_only=True)
class Call:
    """One API call of a resource's life."""

    operation: str
    args: Mapping[str, Arg] = field(default_factory=dict)
    takes: tuple[str, ...] | None = ()
    """Properties sent under the name that the service model gives them; None: every property that it knows."""
    when: tuple[str, ...] = ()
    """Sent only if one of these properties is declared (on create) or changed (on update); empty: always."""
    service: str | None = None
    """Default: the type's service."""
    removes: bool = False
    """Takes something away, so it is fine if that is gone already; sent again to a resource that is taken over, for
    no property tells whether it was done."""
    each: Callable[[Context], list[dict[str, Any]]] | None = None
    """Sent once for each of these, with them as further parameters; None: sent once."""
    needs: str = ""
    """Parameter without which there is nothing to do, so the call is not sent."""


@dataclass(frozen=True, kw_only=True)
class Read:
    """One describing call, and what of its answer belongs to the resource."""

    operation: str
    args: Mapping[str, Arg] = field(default_factory=dict)
    item: str = "@"
    """JMESPath to the resource in the answer."""
    under: str = ""
    """Where the item goes in the resource's live view; empty: its members are the view."""
    service: str | None = None
    when: tuple[str, ...] = ()
    """Read only if one of these properties is declared; empty: always."""


@dataclass(frozen=True, kw_only=True)
class AwsType:
    """One resource type of the AWS provider."""

    pulumi_type: str
    service: str
    create: Call
    id: str
    """Template over the properties, or JMESPath over the creating call's answer."""
    read: tuple[Read, ...] = ()
    steps: tuple[Call, ...] = ()
    """Calls that complete a creation, repeated on update when one of their ``when`` properties changed."""
    update: tuple[Call, ...] = ()
    """Calls of an update; one without ``when`` is sent on any change that no other call covers."""
    before_delete: tuple[Call, ...] = ()
    delete: Call | None = None
    """None: AWS has nothing to delete (the object goes with its owner)."""
    find: Read | Callable[[Api, Context], list[str]] | None = None
    """Looks up what an interrupted creation left behind; ``item``, or the function, gives ids: those of all that it
    may be. None: the id follows from the properties, and creating twice is the same as creating once."""
    finds_own: bool = False
    """``find`` goes by a mark that nobody else sets (the owner's tag), not by a name that others may have given."""
    renames: Mapping[str, str] = field(default_factory=dict)
    """Property, dotted path of properties, or ``*.property`` at any depth → the API's name; "" is not sent."""
    live: Mapping[str, str] = field(default_factory=dict)
    """Property → JMESPath over the live view, where it is not called what it was called when it was sent."""
    outputs: Mapping[str, str | Callable[[Context], Any]] = field(default_factory=dict)
    """Output → template, JMESPath over the live view, or function; later ones see the earlier ones."""
    computed: frozenset[str] = frozenset()
    """Outputs that are read only where the program doesn't declare them."""
    synthetic: Mapping[str, Arg] = field(default_factory=dict)
    """Outputs of a resource that is validated, not emulated: templates."""
    replaces: frozenset[str] = frozenset()
    """Properties whose change AWS or the provider answers with a new resource."""
    replaces_if: Mapping[str, Callable[[Any, Any], bool]] = field(default_factory=dict)
    """Property → whether a change from the first value to the second is answered with a new resource."""
    defaults: Mapping[str, Any] = field(default_factory=dict)
    unsent: frozenset[str] = frozenset({"region", "tagsAll"})
    """Properties that only steer the provider."""
    not_kept: frozenset[str] = frozenset()
    """Properties that moto 5.2.5 accepts and then does not report, or reports wrongly; never compared."""
    name_property: str = ""
    """Gets a generated name if it is not declared."""
    name_length: int = 64
    tagging: tuple[Call, Call] | None = None
    """Calls that set tags and that remove them; None: other calls carry them, or the type has none."""
    delete_before_replace: bool = False
    reads_first: bool = False
    """Read before an update or a deletion, which need something that others may have changed (WAF's lock token)."""

    @property
    def tag(self) -> Call | None:
        """The call that sets tags."""
        return self.tagging[0] if self.tagging else None

    @property
    def untag(self) -> Call | None:
        """The call that removes the context's ``removed_tags``."""
        return self.tagging[1] if self.tagging else None

    @property
    def never_sent(self) -> frozenset[str]:
        """Properties that no call carries, by the table's own word."""
        return self.unsent | {"region", "tagsAll"} | {name for name, to in self.renames.items() if not to}


def is_template(text: str) -> bool:
    """Whether a text is a template, and not JMESPath: those have more than a name in their braces."""
    return re.search(r"\{\w+\}", text) is not None


def resolve(arg: Arg, context: Context) -> Any:
    """The value of an argument."""
    if callable(arg):
        return arg(context)
    if isinstance(arg, str) and "{" in arg:
        if arg.startswith("{") and arg.endswith("}") and arg.count("{") == 1:
            return context[arg[1:-1]]
        return arg.format_map(context)
    if isinstance(arg, list):
        return [resolve(item, context) for item in arg]
    if isinstance(arg, dict):
        return {key: resolve(item, context) for key, item in arg.items()}
    return arg
