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

from analysis.data.messages import _
from analysis.errors import AnalysisError
from analysis.ledger.interval_arithmetic import Interval, total
from analysis.ledger.units import NUMBER, Unit
from analysis.ledger.wording import Words, decimal, joined, put

Value = Interval | dict[str, Interval]

_OPERATIONS: dict[type[ast.operator], Callable[[Interval, Interval], Interval]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
}
_SIGNS: dict[type[ast.operator], str] = {ast.Add: " + ", ast.Sub: " − ", ast.Mult: " × ", ast.Div: " / "}
FUNCTIONS = ("sum(set)", "mean(set)", "weighted_mean(set, weights)", "filled(set, like, low, high)")


def evaluate(formula: str, names: Mapping[str, Value], where: str) -> Value:
    """Value of a formula.

    Parameters
    ----------
    formula : str
        Names, numbers, ``+ - * /``, parentheses, ``sum(set)``, ``mean(set)``, ``weighted_mean(set, weights)`` and
        ``filled(set, like, low, high)``: the set with everything between two bounds for what `like` has and it has
        not.
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
        f"{', '.join(FUNCTIONS)}."
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
    if name in ("sum", "mean") and len(arguments) == len(sets) == 1:
        whole = total(sets[0].values())
        return whole if name == "sum" else whole / Interval.point(len(sets[0]))
    if name == "weighted_mean" and len(arguments) == len(sets) == 2:
        return _weighted_mean(sets[0], sets[1], where)
    if name == "filled" and len(arguments) == 4 and len(sets) == 2 and sets == arguments[:2]:
        ends = [end.bounds() for end in arguments[2:] if isinstance(end, Interval)]
        unknown = Interval(ends[0][0], ends[1][1])
        return {label: sets[0].get(label, unknown) for label in sets[1]}
    raise AnalysisError(
        f"{where} calls {name} with {len(arguments)} argument(s); allowed are {', '.join(FUNCTIONS)}."
    )


def _weighted_mean(values: dict[str, Interval], weights: dict[str, Interval], where: str) -> Interval:
    without = sorted(values.keys() - weights.keys())
    if without:
        raise AnalysisError(f"{where} has no weight for {', '.join(without)}.")
    products = total(value * weights[label] for label, value in values.items())
    return products / total(weights[label] for label in values)


# ------------------------------------------------------------------ units of a formula


def unit(formula: str, units: Mapping[str, Unit], where: str) -> Unit:
    """Unit of a formula's result; a number in it is a pure number.

    Raises
    ------
    AnalysisError
        If it adds or subtracts different kinds of quantity.
    """
    return _unit(_parsed(formula, where), units, where)


def _unit(node: ast.expr, units: Mapping[str, Unit], where: str) -> Unit:
    if isinstance(node, ast.Name):
        return units.get(node.id, NUMBER)
    if isinstance(node, ast.UnaryOp):
        return _unit(node.operand, units, where)
    if isinstance(node, ast.Call):
        return _unit(node.args[0], units, where) if node.args else NUMBER
    if not isinstance(node, ast.BinOp):
        return NUMBER
    left, right = (_unit(side, units, where) for side in (node.left, node.right))
    if isinstance(node.op, ast.Mult):
        return left * right
    if isinstance(node.op, ast.Div):
        return left / right
    if left.dimensions != right.dimensions:
        raise AnalysisError(
            f"{where} adds or subtracts different kinds of quantity in {ast.unparse(node)!r}."
        )
    return left


# ------------------------------------------------------------------ a formula for a reader


def with_values(formula: str, names: Mapping[str, Words], values: Mapping[str, Value], where: str) -> Words:
    """A formula with numbers in the place of its names: ``7 / 1254 km``.

    Parameters
    ----------
    names : mapping
        What to show for each name.
    values : mapping
        What each name stands for, for the sums in it.
    """
    return _told(_parsed(formula, where), names, values, where)


def _told(node: ast.expr, names: Mapping[str, Words], values: Mapping[str, Value], where: str) -> Words:
    if isinstance(node, ast.Constant):
        return decimal(ast.unparse(node))
    if isinstance(node, ast.Name):
        return names[node.id]
    if isinstance(node, ast.UnaryOp):
        return put("−{value}", value=_told(node.operand, names, values, where))
    if isinstance(node, ast.Call):
        return _call_told(node, names, values, where)
    assert isinstance(node, ast.BinOp), "the formula was evaluated before"
    sides = []
    for side in (node.left, node.right):
        shown = _told(side, names, values, where)
        is_sum = isinstance(side, ast.BinOp) and isinstance(side.op, ast.Add | ast.Sub)
        binds = isinstance(node.op, ast.Mult | ast.Div) or (
            side is node.right and isinstance(node.op, ast.Sub)
        )
        in_brackets = (is_sum and binds) or (
            side is node.right and isinstance(side, ast.BinOp) and isinstance(node.op, ast.Div)
        )
        sides.append(put("({value})", value=shown) if in_brackets else shown)
    return joined(sides, _SIGNS[type(node.op)])


def _call_told(node: ast.Call, names: Mapping[str, Words], values: Mapping[str, Value], where: str) -> Words:
    assert isinstance(node.func, ast.Name), "the formula was evaluated before"
    parts = [_told(argument, names, values, where) for argument in node.args]
    if node.func.id == "sum":
        return _("the sum of {parts}", parts=parts[0])
    if node.func.id == "mean":
        return _("the mean of {parts}", parts=parts[0])
    if node.func.id == "weighted_mean":
        return _("the mean of {parts} weighted by {weights}", parts=parts[0], weights=parts[1])
    given, like = (_walk(argument, ast.unparse(argument), values, where) for argument in node.args[:2])
    assert isinstance(given, dict) and isinstance(like, dict), "the formula was evaluated before"
    return _(
        "{parts} and {missing} unknown (each from {low} to {high} of the whole)",
        parts=parts[0],
        missing=len(like.keys() - given.keys()),
        low=parts[2],
        high=parts[3],
    )
