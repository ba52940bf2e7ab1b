"""The log says nothing that is not written down, at the levels it is written down with."""

import ast
from collections import defaultdict
from collections.abc import Iterator
from pathlib import Path

import pytest

import monitor
from monitor.logs.vocabulary import DOCUMENT, EVENTS, document

LEVELS = {"debug", "info", "warning", "error", "critical"}
LOGGERS = {"_log", "log", "write"}
"""`write` is a level chosen beforehand: any that `_log` was asked for beside it."""


def calls() -> Iterator[tuple[str, str, str]]:
    """Each event the code logs, its level (`write` where it was chosen before), and where."""
    for path in sorted(Path(monitor.__path__[0]).rglob("*.py")):
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            if not isinstance(node, ast.Call) or not node.args:
                continue
            function, level = node.func, None
            if isinstance(function, ast.Attribute) and function.attr in LEVELS:
                if _is_logger(function.value):
                    level = function.attr
            elif isinstance(function, ast.Name) and function.id == "write":
                level = "write"
            if level is None:
                continue
            names = [each for each in ast.walk(node.args[0]) if isinstance(each, ast.Constant)]
            for name in names:
                yield str(name.value), level, f"{path.name}:{node.lineno}"


def _is_logger(owner: ast.expr) -> bool:
    if isinstance(owner, ast.Name):
        return owner.id in LOGGERS
    return isinstance(owner, ast.Call) and "get_logger" in ast.dump(owner.func)


def test_what_is_logged_is_written_down() -> None:
    said: dict[str, set[str]] = defaultdict(set)
    for name, level, where in calls():
        assert name in EVENTS, f"{where}: {name} is not in the vocabulary"
        if level != "write":
            assert level in EVENTS[name].levels, f"{where}: {name} at {level}"
        said[name].add(level)
    assert set(EVENTS) - set(said) == set()


@pytest.mark.parametrize("name", EVENTS)
def test_is_a_word_that_tools_can_search_for(name: str) -> None:
    assert name.replace("_", "").isalpha()
    assert name == name.lower()
    assert set(EVENTS[name].levels) <= LEVELS


def test_the_document_is_current() -> None:
    assert DOCUMENT.read_text(encoding="utf-8") == document(), (
        "docs/logs.md is behind: python -m monitor.logs.vocabulary"
    )
