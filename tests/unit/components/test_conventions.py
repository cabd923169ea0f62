"""What every component has, told with the file, the line and what to write there."""

from __future__ import annotations

import ast
import re
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[3]
DECLARED = [
    pytest.param(path, node, id=node.name)
    for path in sorted((ROOT / "components").rglob("*.py"))
    for node in ast.parse(path.read_text(encoding="utf-8")).body
    if isinstance(node, ast.ClassDef) and any(ast.unparse(base).endswith("ComponentResource") for base in node.bases)
]
RESOURCE = re.compile(r"(aws|kubernetes|k8s)(\.\w+)*\.[A-Z]\w*(?<!Args)")
"""How the class of a resource is written in a call."""
CALLERS = [*(ROOT / "infra").rglob("*.py"), *(ROOT / "components").rglob("*.py")]


def faults(path: Path, node: ast.ClassDef, callers: dict[Path, str]) -> list[str]:
    """What the component `node` of `path` lacks."""
    name, here = node.name, f"{path.relative_to(ROOT)}:{node.lineno}"
    text = callers[path]
    calls = {ast.unparse(call.func): call for call in ast.walk(node) if isinstance(call, ast.Call)}
    started = calls.get("super().__init__")
    token = f"plant:components:{name}"
    parents = {word.value.id for word in ast.walk(node) if isinstance(word, ast.keyword) and word.arg == "parent"
               and isinstance(word.value, ast.Name)}  # fmt: skip
    undocumented = [
        field
        for field, following in zip(node.body, [*node.body[1:], None], strict=True)
        if isinstance(field, ast.AnnAssign) and not (isinstance(following, ast.Expr))
    ]
    found = {
        f"{here}: define {name}Args before {name}, a frozen dataclass of what it is given": f"{name}Args" in text,
        f'{here}: begin {name}.__init__ with super().__init__("{token}", name, {{}}, opts)': started is not None
        and bool(started.args)
        and ast.unparse(started.args[0]) == repr(token),
        f"{here}: end {name}.__init__ with self.register_outputs({{…}})": "self.register_outputs" in calls,
        f"{here}: give what {name} declares pulumi.ResourceOptions(parent=self)": "self" in parents,
        f"{here}: nobody uses {name}; declare it in a file of infra/stack": any(
            re.search(rf"\b{name}\(", caller) for other, caller in callers.items() if other != path
        ),
    }
    orphans = [
        call
        for call in ast.walk(ast.parse(text))
        if isinstance(call, ast.Call)
        and RESOURCE.fullmatch(ast.unparse(call.func))
        and not any(word.arg in ("opts", None) for word in call.keywords)
    ]
    missing = [fault for fault, holds in found.items() if not holds]
    return [
        *missing,
        *(
            f"{path.relative_to(ROOT)}:{call.lineno}: give {ast.unparse(call.func)} opts with parent=self"
            for call in orphans
        ),
        *(
            f"{path.relative_to(ROOT)}:{field.lineno}: say under {ast.unparse(field.target)} what it is, in a docstring"
            for field in undocumented
        ),
    ]


@pytest.fixture(scope="module")
def callers() -> dict[Path, str]:
    return {path: path.read_text(encoding="utf-8") for path in CALLERS}


@pytest.mark.parametrize(("path", "node"), DECLARED)
def test_a_component_has_what_every_component_has(path, node, callers):
    missing = faults(path, node, callers)
    if missing:
        pytest.fail("\n".join(missing), pytrace=False)


BARE = """
class Thing(pulumi.ComponentResource):
    arn: pulumi.Output[str]

    def __init__(self, name, opts=None):
        super().__init__("plant:Thing", name, {}, opts)
        aws.sqs.Queue(name)
"""


def test_whatever_is_forgotten_is_told_with_its_line():
    path = ROOT / "components" / "data" / "thing.py"
    found = faults(path, ast.parse(BARE).body[0], {path: BARE})
    assert [fault.partition(": ")[0].rpartition(":")[2] for fault in found] == ["2", "2", "2", "2", "2", "7", "3"]
    words = (
        "ThingArgs",
        "plant:components:Thing",
        "register_outputs",
        "parent=self",
        "infra/stack",
        "opts",
        "docstring",
    )
    assert all(word in fault for word, fault in zip(words, found, strict=True))
