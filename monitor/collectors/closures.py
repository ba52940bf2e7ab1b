"""JMESPath expressions as functions: the library walks its tree anew for every record.

What an expression finds is the library's own answer, and what is not known here is left to it: a
test holds the two against each other. A dozen expressions a record are most of what reading costs.
"""

from collections.abc import Callable, Mapping
from functools import reduce
from typing import Any, TypeAlias

from jmespath.parser import ParsedResult
from jmespath.visitor import TreeInterpreter

Finder: TypeAlias = Callable[[Any], Any]
"""What an expression finds in a value.

Raises:
    JMESPathError: a function meets a type it cannot work on.
"""
_Node: TypeAlias = Any

_FALSE: tuple[Any, ...] = ("", [], {}, None)


def finder(expression: ParsedResult) -> Finder:
    """The expression as one function; safe to use from many threads."""
    return _made(expression.parsed)


def _made(node: _Node) -> Finder:
    make = _MAKERS.get(node["type"])
    if make is None:
        return lambda value: TreeInterpreter().visit(node, value)
    return make(node)


def _children(node: _Node) -> list[Finder]:
    return [_made(child) for child in node["children"]]


def _is_false(value: Any) -> bool:
    # An empty list is not a tuple, nor 0 an empty text: by equality, as the library has it.
    return value is False or value in _FALSE


def _field(node: _Node) -> Finder:
    name = node["value"]

    def find(value: Any) -> Any:
        return value.get(name) if isinstance(value, dict) else None

    return find


def _chain(node: _Node) -> Finder:
    steps = [step for step in _children(node) if step is not _itself] or [_itself]
    if len(steps) == 1:
        return steps[0]
    if len(steps) == 2:  # noqa: PLR2004 - the usual number
        first, second = steps
        return lambda value: second(first(value))
    return lambda value: reduce(lambda found, step: step(found), steps, value)


def _index(node: _Node) -> Finder:
    position = node["value"]

    def find(value: Any) -> Any:
        if not isinstance(value, list):
            return None
        try:
            return value[position]
        except IndexError:
            return None

    return find


def _projection(node: _Node) -> Finder:
    base_of, each = _children(node)

    def find(value: Any) -> Any:
        base = base_of(value)
        if not isinstance(base, list):
            return None
        return [found for element in base if (found := each(element)) is not None]

    return find


def _filter(node: _Node) -> Finder:
    base_of, each, holds = _children(node)

    def find(value: Any) -> Any:
        base = base_of(value)
        if not isinstance(base, list):
            return None
        return [
            found
            for element in base
            if not _is_false(holds(element)) and (found := each(element)) is not None
        ]

    return find


def _flatten(node: _Node) -> Finder:
    (base_of,) = _children(node)

    def find(value: Any) -> Any:
        base = base_of(value)
        if not isinstance(base, list):
            return None
        return [one for each in base for one in (each if isinstance(each, list) else [each])]

    return find


def _comparator(node: _Node) -> Finder:
    left, right = node["children"]
    literals = [each["value"] for each in (left, right) if each["type"] == "literal"]
    if node["value"] not in ("eq", "ne") or not any(isinstance(one, str) for one in literals):
        # Numbers and booleans are compared by rules of their own.
        return lambda value: TreeInterpreter().visit(node, value)
    one, other = _children(node)
    if node["value"] == "eq":
        return lambda value: one(value) == other(value)
    return lambda value: one(value) != other(value)


def _or(node: _Node) -> Finder:
    first, second = _children(node)

    def find(value: Any) -> Any:
        found = first(value)
        return second(value) if _is_false(found) else found

    return find


def _and(node: _Node) -> Finder:
    first, second = _children(node)

    def find(value: Any) -> Any:
        found = first(value)
        return found if _is_false(found) else second(value)

    return find


def _literal(node: _Node) -> Finder:
    found = node["value"]
    return lambda _: found


def _itself(value: Any) -> Any:
    return value


def _identity(_node: _Node) -> Finder:
    return _itself


_MAKERS: Mapping[str, Callable[[_Node], Finder]] = {
    "field": _field,
    "subexpression": _chain,
    "index_expression": _chain,
    "pipe": _chain,
    "index": _index,
    "projection": _projection,
    "filter_projection": _filter,
    "flatten": _flatten,
    "comparator": _comparator,
    "or_expression": _or,
    "and_expression": _and,
    "literal": _literal,
    "identity": _identity,
    "current": _identity,
}
