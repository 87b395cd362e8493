"""Formulas of a claims file: arithmetic over named intervals, and nothing else.

``ast`` does the parsing; only the nodes below are walked, so a claims file can compute but never run
code. A name stands for one interval or for a labelled set of them; sets combine element by element on
equal labels.
"""

from __future__ import annotations

import ast
import math
import operator
from collections.abc import Callable, Mapping
from fractions import Fraction

from analysis.errors import AnalysisError
from analysis.ledger.intervals import Interval, total

Value = Interval | dict[str, Interval]

_OPERATIONS: dict[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
FUNCTIONS = ("sum(set)", "weighted_mean(set, weights)")


def evaluate(formula: str, names: Mapping[str, Value], where: str) -> Value:
    """Value of a formula.

    Parameters
    ----------
    formula : str
        Names, numbers, ``+ - * /``, parentheses, ``sum(set)`` and ``weighted_mean(set, weights)``.
    names : mapping
        What each name stands for.
    where : str
        File and line, for the error's sentence.

    Raises
    ------
    AnalysisError
        If the formula is not of that form, a name is unknown or two sets have different labels.
    """
    return _walk(_parsed(formula, where), formula, names, where)


def names_in(formula: str, where: str) -> set[str]:
    """Names a formula computes with, its functions left out.

    Raises
    ------
    AnalysisError
        If it cannot be read.
    """
    nodes = list(ast.walk(_parsed(formula, where)))
    called = {id(node.func) for node in nodes if isinstance(node, ast.Call)}
    return {node.id for node in nodes if isinstance(node, ast.Name) and id(node) not in called}


def _parsed(formula: str, where: str) -> ast.expr:
    try:
        return ast.parse(formula, mode="eval").body
    except SyntaxError:
        raise AnalysisError(f"{where} has the formula {formula!r}, which cannot be read.") from None


def _walk(node: ast.expr, formula: str, names: Mapping[str, Value], where: str) -> Value:
    if isinstance(node, ast.Constant) and _is_number(node.value):
        # a number in a formula is exact; repr keeps what was written
        return Interval.point(Fraction(repr(node.value)))
    if isinstance(node, ast.Name):
        if node.id not in names:
            raise AnalysisError(
                f"{where} uses {node.id!r} in its formula, which is not among its inputs: {', '.join(names)}."
            )
        return names[node.id]
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        return _combine(ast.Sub(), Interval.point(0), _walk(node.operand, formula, names, where), where)
    if isinstance(node, ast.BinOp) and type(node.op) in _OPERATIONS:
        left = _walk(node.left, formula, names, where)
        return _combine(node.op, left, _walk(node.right, formula, names, where), where)
    if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and not node.keywords:
        arguments = [_walk(argument, formula, names, where) for argument in node.args]
        return _call(node.func.id, arguments, where)
    raise AnalysisError(
        f"{where} has the formula {formula!r}; allowed are names, numbers, + - * /, parentheses, "
        f"{' and '.join(FUNCTIONS)}."
    )


def _is_number(value: object) -> bool:
    # True is an int to Python, and 1e999 is infinite
    return isinstance(value, int | float) and not isinstance(value, bool) and math.isfinite(value)


def _combine(operation: ast.operator, left: Value, right: Value, where: str) -> Value:
    compute = _OPERATIONS[type(operation)]
    if isinstance(left, Interval) and isinstance(right, Interval):
        return compute(left, right)
    if isinstance(left, Interval):
        assert isinstance(right, dict)
        return {label: compute(left, value) for label, value in right.items()}
    if isinstance(right, Interval):
        return {label: compute(value, right) for label, value in left.items()}
    if left.keys() != right.keys():
        odd = sorted(left.keys() ^ right.keys())
        raise AnalysisError(f"{where} combines two sets that differ in {', '.join(odd)}.")
    return {label: compute(value, right[label]) for label, value in left.items()}


def _call(name: str, arguments: list[Value], where: str) -> Value:
    sets = [argument for argument in arguments if isinstance(argument, dict)]
    if name == "sum" and len(arguments) == len(sets) == 1:
        return total(sets[0].values())
    if name == "weighted_mean" and len(arguments) == len(sets) == 2:
        values, weights = sets
        without = sorted(values.keys() - weights.keys())
        if without:
            raise AnalysisError(f"{where} has no weight for {', '.join(without)}.")
        products = total(value * weights[label] for label, value in values.items())
        return products / total(weights[label] for label in values)
    raise AnalysisError(
        f"{where} calls {name} with {len(arguments)} argument(s); allowed are {' and '.join(FUNCTIONS)}."
    )
