"""A small language for picking sites: comparisons of columns, with and, or, not."""

from __future__ import annotations

import ast
import difflib
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa

from siteselect.errors import Fault, InputError

if TYPE_CHECKING:
    from numpy.typing import NDArray

_LONGEST = 2000
_CURE = "Compare columns with numbers or texts, for example: heat_used_mwh_a > 500 and eligible."
_COMPARE: dict[type[ast.cmpop], Any] = {
    ast.Lt: np.less,
    ast.LtE: np.less_equal,
    ast.Gt: np.greater,
    ast.GtE: np.greater_equal,
    ast.Eq: np.equal,
    ast.NotEq: np.not_equal,
}
_ORDERED = (ast.Lt, ast.LtE, ast.Gt, ast.GtE)


def check(text: str, schema: pa.Schema) -> ast.expr:
    """Read an expression and hold it against the columns there are.

    Raises
    ------
    InputError
        It is no such expression, names no column, or compares what cannot be compared.
    """
    if len(text) > _LONGEST:
        problem = f"longer than {_LONGEST} characters"
        raise InputError(Fault("--where", problem, _CURE, value=text))
    try:
        body = ast.parse(text.strip(), mode="eval").body
        kind = _kind(body, schema)
    except (SyntaxError, ValueError, RecursionError, MemoryError) as error:
        problem = f"cannot be understood: {error.args[0] if error.args else 'too deep'}"
        raise InputError(Fault("--where", problem, _CURE, value=text)) from None
    if kind != "flag":
        problem = "says neither yes nor no"
        raise InputError(Fault("--where", problem, _CURE, value=text))
    return body


def holds(body: ast.expr, table: pa.Table) -> NDArray[np.bool_]:
    """Say for each row whether an expression that was checked holds; an unknown cell never does.

    That goes for `not` as well: a row fits only where what decides is known.
    """
    return np.asarray(_truth(body, table) == 1, dtype=np.bool_)


def _kind(node: ast.expr, schema: pa.Schema) -> str:
    """Find whether a part is a number, a text or a flag; anything else is refused."""
    if isinstance(node, ast.BoolOp):
        if any(_kind(part, schema) != "flag" for part in node.values):
            raise ValueError("`and` and `or` stand between conditions")
        return "flag"
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        if _kind(node.operand, schema) != "flag":
            raise ValueError("`not` stands before a condition")
        return "flag"
    if isinstance(node, ast.Compare):
        return _kind_of_comparison(node, schema)
    if isinstance(node, ast.Name):
        return _kind_of_column(node.id, schema)
    return _kind_of_constant(node)


def _kind_of_comparison(node: ast.Compare, schema: pa.Schema) -> str:
    sides = (node.left, *node.comparators)
    if any(isinstance(part, ast.Compare | ast.BoolOp) for part in sides):
        raise ValueError("columns, numbers and texts are compared, not conditions")
    kinds = {_kind(part, schema) for part in sides}
    if len(kinds) != 1:
        raise ValueError("a number, a text and a flag cannot be compared with each other")
    for sign in node.ops:
        if type(sign) not in _COMPARE:
            raise ValueError("only < <= > >= == != compare")
        if kinds != {"number"} and isinstance(sign, _ORDERED):
            raise ValueError("only numbers have an order")
    return "flag"


def _kind_of_column(name: str, schema: pa.Schema) -> str:
    place = schema.get_field_index(name)
    kind = None if place < 0 else schema.field(place).type
    if kind == pa.bool_():
        return "flag"
    if kind == pa.string():
        return "text"
    if kind in {pa.float64(), pa.int64()}:
        return "number"
    near = difflib.get_close_matches(name, schema.names, n=3)
    known = f"did you mean {' or '.join(near)}?" if near else f"columns: {', '.join(schema.names)}"
    raise ValueError(f"no column {name!r}; {known}")


def _kind_of_constant(node: ast.expr) -> str:
    value = _constant(node)
    if isinstance(value, bool):
        return "flag"
    return "text" if isinstance(value, str) else "number"


def _constant(node: ast.expr) -> bool | str | float:
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.USub):
        number = _constant(node.operand)
        if isinstance(number, int | float) and not isinstance(number, bool):
            return -number
    if isinstance(node, ast.Constant) and isinstance(node.value, bool | str | int | float):
        return node.value
    raise ValueError(f"{ast.unparse(node)[:60]!r} is neither a column nor a number nor a text")


def _truth(node: ast.expr, table: pa.Table) -> NDArray[np.int8]:
    """Give 1 where it holds, -1 where not, 0 where a cell that decides is unknown (Kleene)."""
    if isinstance(node, ast.BoolOp):
        parts = np.array([_truth(part, table) for part in node.values])
        found = parts.min(axis=0) if isinstance(node.op, ast.And) else parts.max(axis=0)
        return np.asarray(found, dtype=np.int8)
    if isinstance(node, ast.UnaryOp) and isinstance(node.op, ast.Not):
        return np.asarray(-_truth(node.operand, table), dtype=np.int8)
    if isinstance(node, ast.Compare):
        sides = [_cells(part, table) for part in (node.left, *node.comparators)]
        pairs = zip(sides[:-1], node.ops, sides[1:], strict=True)
        found = np.min([_compared(left, sign, right) for left, sign, right in pairs], axis=0)
        return np.asarray(found, dtype=np.int8)
    value, known = _cells(node, table)
    return np.where(known, np.where(value.astype(bool), 1, -1), 0).astype(np.int8)


Cells = tuple["NDArray[Any]", "NDArray[np.bool_]"]


def _compared(left: Cells, sign: ast.cmpop, right: Cells) -> NDArray[np.int8]:
    known = left[1] & right[1]
    yes = np.zeros(len(known), dtype=bool)
    yes[known] = _COMPARE[type(sign)](left[0][known], right[0][known])
    return np.where(known, np.where(yes, 1, -1), 0).astype(np.int8)


def _cells(node: ast.expr, table: pa.Table) -> Cells:
    count = table.num_rows
    if not isinstance(node, ast.Name):
        value = _constant(node)
        kind = object if isinstance(value, str) else None
        return np.full(count, value, dtype=kind), np.ones(count, dtype=bool)
    column = table[node.id]
    known = column.is_valid().to_numpy()
    if column.type == pa.string():
        return np.array(column.to_pylist(), dtype=object), known
    return column.fill_null(0 if column.type != pa.bool_() else False).to_numpy(), known
