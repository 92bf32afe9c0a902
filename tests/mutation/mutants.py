"""Which mutants a module has: cosmic-ray's, by a rule that was fixed before the first result."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parents[2]

REPLACEMENTS = {
    "Binary": {
        "Add": ["Sub"],
        "Sub": ["Add"],
        "Mul": ["Div"],
        "Div": ["Mul"],
        "FloorDiv": ["Mul"],
        "Mod": ["Mul"],
        "Pow": ["Mul"],
        "RShift": ["LShift"],
        "LShift": ["RShift"],
        "BitOr": ["BitAnd"],
        "BitAnd": ["BitOr"],
        "BitXor": ["BitAnd"],
    },
    "Comparison": {
        "Eq": ["NotEq"],
        "NotEq": ["Eq"],
        "Lt": ["LtE", "GtE"],
        "LtE": ["Lt", "Gt"],
        "Gt": ["GtE", "LtE"],
        "GtE": ["Gt", "Lt"],
        "Is": ["IsNot"],
        "IsNot": ["Is"],
    },
    "Unary": {"Delete": ["USub", "Invert", "Not"]},
}
"""What operators become: one other each, comparisons also their border moved; cosmic-ray has all
pairs, of which most say the same once more. Its other mutations are all made: numbers ± 1, True and
False, and and or, conditions negated, loops left out, break and continue, exceptions not caught,
decorators removed."""
KEPT = {
    f"Replace{sort}Operator_{one}_{other}"
    for sort, pairs in REPLACEMENTS.items()
    for one, others in pairs.items()
    for other in others
}


@dataclass(frozen=True)
class Mutant:
    """A module with one change.

    Parameters
    ----------
    module
        Path of the module in the repository.
    function
        The function or class that the change is in.
    operator
        The kind of change.
    line
        Number of the first line that changes.
    before, after
        The lines that change.
    source
        The whole module after the change.
    """

    module: str
    function: str
    operator: str
    line: int
    before: str
    after: str
    source: str = field(repr=False)

    @property
    def name(self) -> str:
        """The module as it is imported."""
        return self.module.removesuffix(".py").replace("/", ".")


def mutants(module: str) -> list[Mutant]:
    """Return the mutants of a module, each meaning once and none that means the same as before."""
    text = (ROOT / module).read_text(encoding="utf-8")
    meanings, found = {meaning(text)}, []
    for operator, function, source in _changes(text):
        try:
            means = meaning(source)
        except SyntaxError:
            continue
        if means not in meanings:
            meanings.add(means)
            line, before, after = _difference(text, source)
            found.append(Mutant(module, function, operator, line, before, after, source))
    return sorted(found, key=lambda mutant: mutant.line)


def as_it_is(module: str) -> Mutant:
    """Return a module without a change."""
    return Mutant(module, "", "none", 0, "", "", (ROOT / module).read_text(encoding="utf-8"))


def meaning(source: str) -> str:
    """Return what a module does, whatever its annotations: they are not evaluated.

    Those of pydantic's fields are, but checking them is not the module's work.

    >>> meaning("def f(x: int | None): return x") == meaning("def f(x): return x")
    True
    """
    return ast.dump(_WithoutAnnotations().visit(ast.parse(source)))


class _WithoutAnnotations(ast.NodeTransformer):
    def visit_FunctionDef(self, node: ast.FunctionDef) -> ast.AST:
        node.returns = None
        return self.generic_visit(node)

    def visit_arg(self, node: ast.arg) -> ast.AST:
        node.annotation = None
        return node

    def visit_AnnAssign(self, node: ast.AnnAssign) -> ast.AST:
        node.annotation = ast.Constant(None)
        return self.generic_visit(node)


def _changes(text: str) -> Iterator[tuple[str, str, str]]:
    """Yield operator, function and source of every mutation that the rule keeps."""
    from cosmic_ray.ast import ast_nodes, get_ast
    from cosmic_ray.ast.ast_query import ASTQuery
    from cosmic_ray.mutating import mutate_code

    tree = get_ast(text)
    for name, operator in _operators().items():
        if operator.arguments() or ("Operator_" in name and name not in KEPT):
            continue
        places = (node for node in ast_nodes(tree) for _ in operator().mutation_positions(node))
        for occurrence, node in enumerate(places):
            if node.parent is not None and node.parent.type == "parameters":
                continue  # the star before parameters that are passed by name
            source = mutate_code(text, operator(), occurrence)
            yield name, ASTQuery(node).get_definition_name() or "", source


def _operators() -> dict[str, Any]:
    """Return cosmic-ray's operators by name, one mended, which stops at ``sqlite3.Error``."""
    from cosmic_ray.operators.exception_replacer import ExceptionReplacer
    from cosmic_ray.plugins import get_operator, operator_names

    class Replacer(ExceptionReplacer):
        def mutate(self, node: Any, index: int) -> Any:
            self._name_nodes(node)[index].get_last_leaf().value = "CosmicRayTestingException"
            return node

    operators = {name.split("/")[1]: get_operator(name) for name in operator_names()}
    return {**operators, "ExceptionReplacer": Replacer}


def _difference(text: str, source: str) -> tuple[int, str, str]:
    """Return the first line that differs, and what differs before and after, lines joined."""
    old, new = text.splitlines(), source.splitlines()
    start = next(i for i, (a, b) in enumerate(zip(old, new, strict=False)) if a != b)
    end = next(i for i in range(len(old)) if old[len(old) - 1 - i] != new[len(new) - 1 - i])
    last = max(start, len(old) - end - 1)
    changed = old[start : last + 1], new[start : last + 1 + len(new) - len(old)]
    before, after = (" ".join(line.strip() for line in lines).strip() for lines in changed)
    return start + 1, before, after
