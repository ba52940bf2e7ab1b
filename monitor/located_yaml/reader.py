"""YAML nodes to plain structures, noting the line of everything and every problem on the way."""

import re
from collections.abc import Iterator, Mapping
from typing import Any

import yaml
from yaml.events import CollectionEndEvent, CollectionStartEvent, Event
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.locale.marking import N_, Said
from monitor.located_yaml.problem import DocumentError, Problem

KeyPath = tuple[str | int, ...]

_MAX_NODES = 200_000
"""More than any real document; an alias of an alias of an alias multiplies past it."""
_MAX_DEPTH = 50
_TOO_DEEP = (
    Said(N_("lists or mappings are nested too deep to be read")),
    Said(N_("flatten them")),
)
_TOO_MANY = (
    Said(N_("more than {most} values stand here, each alias counted anew"), most=str(_MAX_NODES)),
    Said(N_("shorten the document")),
)


class _Loader(getattr(yaml, "CSafeLoader", yaml.SafeLoader)):  # type: ignore[misc]  # chosen at run time
    """Composes nodes with the scalars of YAML 1.2; libyaml's parser where it is there."""

    yaml_implicit_resolvers: dict[str, Any] = {}  # noqa: RUF012 - the shape PyYAML gives it


for _kind, _pattern, _first in (
    ("null", r"^(?:~|null|Null|NULL|)$", ["~", "n", "N", ""]),
    ("bool", r"^(?:true|True|TRUE|false|False|FALSE)$", list("tTfF")),
    # No leading zeros: 0755 and 007 are text, and stay what they were.
    ("int", r"^[-+]?(?:0|[1-9][0-9]{0,17})$", list("-+0123456789")),
    ("float", r"^[-+]?(?:0|[1-9][0-9]*)\.[0-9]+(?:[eE][-+]?[0-9]+)?$", list("-+0123456789")),
):
    _Loader.add_implicit_resolver(f"tag:yaml.org,2002:{_kind}", re.compile(_pattern), _first)


class Reader:
    """One pass over one text."""

    def __init__(self, name: str) -> None:
        self.name = name
        self.lines: dict[KeyPath, int] = {}
        self.problems: list[Problem] = []
        self._open: set[int] = set()
        self._count = 0

    def compose(self, text: str) -> Node | None:
        """The root node of the text; None when it is empty.

        Raises:
            DocumentError: it is not YAML.
        """
        try:
            self._refuse_depth(text)
            node: Node | None = yaml.compose(text, Loader=_Loader)
        except yaml.MarkedYAMLError as error:
            mark = error.problem_mark or error.context_mark
            line = 1 if mark is None else mark.line + 1
            message, remedy = _syntax_words(text, line, error.problem or str(error))
        except yaml.reader.ReaderError as error:
            line = text.count("\n", 0, error.position) + 1
            message = Said(N_("a character that text may not hold"))
            remedy = Said(N_("save the file as UTF-8 text without control characters"))
        else:
            return node
        raise DocumentError([Problem(self.name, line, "", message, remedy)])

    def _refuse_depth(self, text: str) -> None:
        # Before composing, which recurses in C until the stack is overrun and the process gone
        # without a word. Events come from a loop.
        depth = 0
        for event in yaml.parse(text, Loader=_Loader):
            depth += isinstance(event, CollectionStartEvent) - isinstance(event, CollectionEndEvent)
            if depth > _MAX_DEPTH:
                raise DocumentError([Problem(self.name, line_of(event), "", *_TOO_DEEP)])

    def read(self, node: Node, path: KeyPath) -> Any:
        """The structure under `node`; the lines of its children are noted."""
        self.lines.setdefault(path, line_of(node))
        self._count += 1
        if id(node) in self._open:
            message = Said(N_("an alias leads back into itself"))
            self._add(node, path, message, Said(N_("write the value out")))
            return None
        # Aliases nest and multiply what is short and flat as written.
        if self._count > _MAX_NODES or len(path) > _MAX_DEPTH:
            self._add(node, path[:3], *(_TOO_DEEP if len(path) > _MAX_DEPTH else _TOO_MANY))
            raise DocumentError(self.problems)
        self._open.add(id(node))
        try:
            if isinstance(node, MappingNode):
                return self._mapping(node, path)
            if isinstance(node, SequenceNode):
                return [self.read(item, (*path, index)) for index, item in enumerate(node.value)]
            return self._scalar(node, path)
        finally:
            self._open.discard(id(node))

    def _mapping(self, node: MappingNode, path: KeyPath) -> dict[str, Any]:
        content: dict[str, Any] = {}
        first: dict[str, int] = {}
        for key, child, child_path in self._pairs(node, path):
            name = str(key.value)
            if name in first:
                message = Said(
                    N_("this key is written twice, first on line {line}"), line=str(first[name])
                )
                self._add(key, child_path, message, Said(N_("keep one of the two")))
                continue
            first[name] = self.lines[child_path] = line_of(key)
            content[name] = self.read(child, child_path)
        return content

    def _pairs(self, node: MappingNode, path: KeyPath) -> Iterator[tuple[Node, Node, KeyPath]]:
        for key, child in node.value:
            if not isinstance(key, ScalarNode):
                message = Said(N_("a list or mapping stands as a key"))
                self._add(key, path, message, Said(N_("write a plain key")))
            elif key.value == "<<" and not key.style:
                message = Said(N_("merge keys (<<) are not read"))
                self._add(key, path, message, Said(N_("write the keys out")))
            else:
                yield key, child, (*path, str(key.value))

    def _scalar(self, node: Node, path: KeyPath) -> Any:
        kind = str(node.tag).removeprefix("tag:yaml.org,2002:")
        convert = _SCALARS.get(kind)
        if convert is None:
            message = Said(N_("the tag {tag} is not read"), tag=str(node.tag))
            self._add(node, path, message, Said(N_("write a plain value")))
            return None
        try:
            return convert(node.value)
        except ValueError:
            message = Said(
                N_("'{text}' is not of the type !!{kind}"), text=str(node.value), kind=kind
            )
            self._add(node, path, message, Said(N_("drop the tag")))
            return None

    def _add(self, node: Node, path: KeyPath, message: str, remedy: str) -> None:
        key = "".join(f"[{p}]" if isinstance(p, int) else f".{p}" for p in path).lstrip(".")
        self.problems.append(Problem(self.name, line_of(node), key, message, remedy))


def line_of(node: Node | Event) -> int:
    return 1 if node.start_mark is None else int(node.start_mark.line) + 1


def _boolean(text: str) -> bool:
    if text.lower() not in {"true", "false"}:
        raise ValueError(text)
    return text.lower() == "true"


_SCALARS: Mapping[str, Any] = {
    "str": str,
    "null": lambda _: None,
    "bool": _boolean,
    "int": int,
    "float": float,
}


def _syntax_words(text: str, line: int, problem: str) -> tuple[str, str]:
    """What the parser says, in words that lead to the mistake."""
    lines = text.splitlines()
    written = lines[line - 1] if line <= len(lines) else ""
    indent = written[: len(written) - len(written.lstrip())]
    if "\t" in indent:
        return Said(N_("a tab stands in the indentation")), Said(N_("indent with spaces"))
    # The parser's own words are English, and what to look for in its documentation.
    message = Said(N_("not YAML: {problem}"), problem=problem)
    for sign, remedy in _REMEDIES.items():
        if sign in problem:
            return message, Said(remedy)
    return message, Said(N_("compare the indentation and quotes with the lines around"))


_REMEDIES = {
    "mapping values are not allowed": N_("put the value in quotes if it contains ': '"),
    "cannot start any token": N_("put the value in quotes"),
    "undefined alias": N_("put the value in quotes, or define the anchor before it"),
    "alphabetic or numeric character": N_("put the value in quotes if it starts with * or &"),
    "expected a single document": N_("keep one document in a file: remove '---'"),
    "but found another document": N_("keep one document in a file: remove '---'"),
    "could not find expected ':'": N_("write 'key: value', with a space after the colon"),
    "escape": N_("use single quotes, in which \\ is an ordinary character"),
    "unexpected end of stream": N_("close the quote or bracket opened here or above"),
    "expected ',' or": N_("separate the items by commas and close the bracket"),
}
