"""The rules' own examples reach every place where a rule finds something, or says that it can't decide."""

import ast
from pathlib import Path

import coverage

import policies
from deployment.per_text import forget_many
from policies.assess import assess, run_rule
from policies.context import Context
from policies.examples import example_graph
from policies.registry import every_rule
from policies.settings import PackConfig

PACK = Path(policies.__file__).parent
FILES = [path for folder in ("rules", "promises") for path in sorted((PACK / folder).rglob("*.py"))]
SAYING = ("Problem", "undecided")
SHARED = [path for path in FILES if path.name.startswith("_") or path.parent.name == "promises"]
"""Whose sentences are parts of what rules say, and are held by tests of their own: chains, rehearsals."""


def places(path):
    """Line numbers of each statement that makes a Problem, or a sentence for one."""
    tree = ast.parse(path.read_text(encoding="utf-8"))
    for statement in ast.walk(tree):
        if isinstance(statement, (ast.Expr, ast.Return, ast.Assign)) and not _holds_statements(statement):
            calls = [node for node in ast.walk(statement) if isinstance(node, ast.Call)]
            said = any(isinstance(call.func, ast.Name) and call.func.id in SAYING for call in calls)
            if said or (path not in SHARED and _gives_a_sentence(statement)):
                yield range(statement.lineno, (statement.end_lineno or statement.lineno) + 1)


def _holds_statements(node):
    return any(isinstance(inner, ast.stmt) for inner in ast.walk(node) if inner is not node)


def _gives_a_sentence(statement):
    gives = statement if isinstance(statement, ast.Return) else statement.value
    texts = (ast.Constant, ast.JoinedStr)
    return isinstance(gives, (ast.Return, ast.Yield)) and any(
        ast.unparse(node).count(" ") > 1 for node in ast.walk(gives) if isinstance(node, texts)
    )


def judge_all_examples():
    for rule in every_rule():
        config = rule.example_config or PackConfig()
        for example in (rule.failing, *rule.also_failing, *rule.undecided):
            context = Context(example_graph(example), config)
            if rule.judges_waivers:
                assess(example_graph(example), config)
            else:
                run_rule(rule, context)


def test_every_place_that_finds_something_is_reached_by_an_example(monkeypatch):
    every_rule()
    monkeypatch.setattr("deployment.per_text.FEW", -1)  # what other tests have read is read again
    forget_many()
    measure = coverage.Coverage(data_file=None, include=[str(path) for path in FILES])
    measure.start()
    try:
        judge_all_examples()
    finally:
        measure.stop()
    data = measure.get_data()
    found = [(path, lines) for path in FILES for lines in places(path)]
    reached = {path: set(data.lines(str(path)) or ()) for path, _ in found}
    missed = [f"{path.relative_to(PACK)}:{lines.start}" for path, lines in found if not reached[path] & set(lines)]
    print(f"{len(found) - len(missed)} of {len(found)} places are reached")
    assert missed == [], f"{len(missed)} of {len(found)} places are reached by no example:\n" + "\n".join(missed)
