"""Which fields of a record a mapping reads: what an API is asked for, and nothing more."""

from collections.abc import Iterable
from typing import Any

from monitor.collectors.expressions import compile_expression
from monitor.collectors.mapping import MappingSettings

_ON_THE_RECORD = frozenset(
    {
        "or_expression",
        "and_expression",
        "not_expression",
        "comparator",
        "function_expression",
        "multi_select_list",
        "multi_select_dict",
        "key_val_pair",
    }
)
"""Nodes all of whose parts look at the same value."""
_FROM_THE_FIRST = frozenset(
    {
        "subexpression",
        "index_expression",
        "projection",
        "filter_projection",
        "value_projection",
        "flatten",
        "pipe",
    }
)
"""Nodes whose first part looks at the value, and the others at what it finds."""

Path = tuple[str, ...]


def fields_read(mapping: MappingSettings) -> frozenset[Path] | None:
    """The paths by which the mapping's expressions enter a record; None: they may read all of it.

    A path has as many names as lead on by name alone: `fields.status.name` is three, and
    `changelog.histories[0].created` two.
    """
    texts = [text for _, text in mapping.fields if text is not None]
    texts += [part.items for part in (mapping.history, mapping.claims) if part is not None]
    paths = frozenset[Path]().union(*(paths_of(text) for text in texts))
    return None if () in paths else paths


def paths_of(text: str) -> frozenset[Path]:
    """The paths by which one expression enters a record; the empty one: it may read all of it."""
    return _paths(compile_expression(text).parsed)


def first_names(paths: Iterable[Path]) -> frozenset[str]:
    return frozenset(path[0] for path in paths if path)


def _paths(node: Any) -> frozenset[Path]:
    """Where an expression enters its value; the empty path: at the whole of it."""
    kind, children = node["type"], node["children"]
    if kind == "literal":
        return frozenset()
    if kind == "field":
        return frozenset({(node["value"],)})
    if kind == "subexpression":
        return _along(children)
    if kind in _FROM_THE_FIRST:
        return _paths(children[0])
    if kind in _ON_THE_RECORD:
        return frozenset().union(*(_paths(child) for child in children))
    return frozenset({()})


def _along(children: Any) -> frozenset[Path]:
    paths = _paths(children[0])
    for child in children[1:]:
        paths = frozenset((*path, *within) for path in paths for within in _paths(child))
        if child["type"] != "field":
            break
    return paths
