"""A source as it is written into `vigie.yaml`, the rest of the file left byte for byte."""

import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

import yaml
from yaml.nodes import MappingNode, Node, ScalarNode, SequenceNode

from monitor.errors import InputError
from monitor.locale import N_

_BOM = "\ufeff"


_WIDEST = 72
"""Of a section that is written on one line, in braces, and of what comments are lined up by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of a block: `key: value`, and why it is there."""

    key: str
    value: str = ""
    comment: str = ""
    parts: Sequence["Line"] = ()
    """Instead of a value: the keys of a section."""
    listed: bool = False
    """The section is the one item of a list."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Inserted:
    text: str
    """The whole file."""
    line: int
    """Where the block begins, counted from 1."""


def block_of(lines: Sequence[Line], tail: str) -> str:
    """The item of a list: its first line has the dash; what has a comment is lined up.

    `tail` is text of its own, such as a mapping, written under the last key.
    """
    written = [each for line in lines for each in _written(line)]
    # A long line is no measure for the others.
    width = max((len(text) for text, _ in written if len(text) <= _WIDEST), default=0)
    body = [f"{text.ljust(width)}  # {comment}" if comment else text for text, comment in written]
    body += tail.rstrip("\n").splitlines()
    indented = [f"  {text}" if text.strip() else "" for text in body]
    return "- " + "\n".join(indented).removeprefix("  ") + "\n"


def _written(line: Line) -> Sequence[tuple[str, str]]:
    """The line, and those of its section where it has one, each with its comment."""
    if not line.parts:
        return [(f"{line.key}: {line.value}", line.comment)]
    within = ", ".join(f"{part.key}: {part.value}" for part in line.parts)
    whole = f"{line.key}: {{{within}}}"
    if len(whole) <= _WIDEST and not line.listed:
        return [(whole, line.comment)]
    first, further = ("  - ", "    ") if line.listed else ("  ", "  ")
    leads = [first, *[further] * (len(line.parts) - 1)]
    return [
        (f"{line.key}:", line.comment),
        *(
            (f"{lead}{part.key}: {part.value}", part.comment)
            for lead, part in zip(leads, line.parts, strict=True)
        ),
    ]


def quoted(text: str) -> str:
    """A value as YAML takes it for text, quoted where it needs to be."""
    if re.fullmatch(r"[A-Za-z][\w./-]*", text, re.ASCII) and text.lower() not in _WORDS:
        return text
    if "\\" in text and text.isprintable():
        # Patterns are full of backslashes, which stand for themselves here.
        return "'" + text.replace("'", "''") + "'"
    return json.dumps(text, ensure_ascii=False)


_WORDS = frozenset({"true", "false", "null"})


def insert(text: str, block: str, name: str) -> Inserted:
    """The file with the block at the end of its `sources`, or with that section at its end.

    Args:
        text: the file; it is YAML, as it was read already.
        block: as `block_of` makes it.
        name: the file's, for people.

    Raises:
        InputError: `sources` is written on one line in brackets.
    """
    bare = text.removeprefix(_BOM)
    newline = "\r\n" if "\r\n" in bare else "\n"
    root = yaml.compose(bare, Loader=yaml.SafeLoader)
    found = _sources(root)
    if found is None:
        ended = "" if not bare or bare.endswith(("\n", "\r")) else newline
        gap = newline if bare.strip() else ""
        at, before, indent = len(bare), f"{ended}{gap}sources:{newline}", 2
    elif isinstance(found, SequenceNode) and found.value and not found.flow_style:
        at = _end_of_item(bare, found.value[-1], found.start_mark.column)
        before, indent = "" if bare[:at].endswith("\n") else newline, found.start_mark.column
    elif isinstance(found, SequenceNode) and found.value:
        raise InputError(
            N_(
                "{file}: sources is written in brackets; write each on lines of its own, after a"
                " dash, and give the command again"
            ),
            file=name,
        )
    else:
        # `sources: []`, or nothing: the value goes, and what is said beside it stays.
        start, end = found.start_mark.index, found.end_mark.index
        kept = bare[:start].rstrip(" ")
        bare = kept + bare[end:]
        at = _line_end(bare, len(kept))
        before, indent = "" if bare[:at].endswith("\n") else newline, 2
    lines = [f"{' ' * indent}{line}" if line else "" for line in block.splitlines()]
    put = before + newline.join(lines) + newline
    bom = _BOM if text.startswith(_BOM) else ""
    line = bare[:at].count("\n") + before.count("\n") + 1
    return Inserted(text=f"{bom}{bare[:at]}{put}{bare[at:]}", line=line)


def _sources(root: Node | None) -> Node | None:
    if not isinstance(root, MappingNode):
        return None
    for key, value in root.value:
        if isinstance(key, ScalarNode) and key.value == "sources":
            found: Node = value
            return found
    return None


def _end_of_item(text: str, item: Node, column: int) -> int:
    """Just past the last line of a list's item, with the comments that stand under it."""
    at = _line_end(text, _last_index(item))
    while True:
        end = _line_end(text, at)
        line = text[at:end]
        indent = len(line) - len(line.lstrip(" "))
        if not line.lstrip(" ").startswith("#") or indent <= column:
            return at
        at = end


def _last_index(node: Node) -> int:
    """Of the last character that is the node's; a block's own end is past what follows it."""
    if isinstance(node, MappingNode | SequenceNode) and not node.flow_style and node.value:
        last = node.value[-1]
        return _last_index(last[1] if isinstance(last, tuple) else last)
    end: int = node.end_mark.index
    # The text of a block ends with its last line; all else, within a line.
    return end - 1 if node.end_mark.column == 0 and end else end


def _line_end(text: str, at: int) -> int:
    found = text.find("\n", at)
    return len(text) if found < 0 else found + 1
