"""A parsed document that can say where each of its keys stands."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Self

from pydantic import BaseModel, ValidationError
from yaml.nodes import MappingNode, ScalarNode

from monitor.locale.marking import N_, Said
from monitor.located_yaml.problem import DocumentError, Problem
from monitor.located_yaml.reader import KeyPath, Reader, line_of
from monitor.located_yaml.schema import SchemaPlace
from monitor.located_yaml.words import wording


@dataclass(frozen=True, slots=True)
class LocatedDocument:
    """A parsed YAML mapping and the line of each of its keys and list items.

    Scalars follow YAML 1.2's core schema: `yes`, `17:00` and `2026-11-23` are text, not a boolean,
    a number in base 60 and a date, nor is `0755` a number; the model decides what they are. Keys
    are always text.
    """

    name: str
    content: Mapping[str, Any] = field(repr=False)
    """Never shown: settings hold secrets."""
    lines: Mapping[KeyPath, int] = field(repr=False)

    @classmethod
    def parse(cls, text: str, name: str) -> Self:
        """Read `text`; an empty document is an empty mapping. `name` stands in every problem.

        Raises:
            DocumentError: it is not YAML, is not a mapping, repeats a key, uses a tag or a merge
                key, or an alias of it leads back into itself.
        """
        reader = Reader(name)
        # An editor may leave a byte-order mark; it is no part of the first key.
        root = reader.compose(text.removeprefix("\ufeff"))
        if root is None or root.tag.endswith(":null"):
            return cls(name, {}, {(): 1})
        if not isinstance(root, MappingNode):
            message = (
                N_("a single value stands where keys are expected")
                if isinstance(root, ScalarNode)
                else N_("a list stands where keys are expected")
            )
            remedy = Said(N_("write 'key: value' lines"))
            problem = Problem(name, line_of(root), "", Said(message), remedy)
            raise DocumentError([problem])
        content = reader.read(root, ())
        if reader.problems:
            raise DocumentError(reader.problems)
        return cls(name, content, reader.lines)

    def line_of(self, path: Sequence[str | int]) -> int:
        """The line of a key or list item, or of the nearest that is there above it."""
        wanted = tuple(path)
        while wanted not in self.lines:
            wanted = wanted[:-1]
        return self.lines[wanted]

    def key_at(self, path: Sequence[str | int]) -> str:
        """A key path as a person writes it: `commitments[delivery-local].amount`."""
        written = ""
        value: Any = self.content
        for part in path:
            value = _child(value, part)
            if isinstance(part, int):
                written += f"[{_item_name(value, part)}]"
            else:
                written += f".{part}" if written else part
        return written

    def problem(self, path: Sequence[str | int], message: str, remedy: str) -> Problem:
        """A problem found by a check of one's own, placed at `path`."""
        return Problem(self.name, self.line_of(path), self.key_at(path), message, remedy)

    def located(
        self, error: ValidationError, model: type[BaseModel] | None = None
    ) -> list[Problem]:
        """Every error of a pydantic model over `content`, in the order of the lines.

        With `model`, an unknown key is answered with the nearest known one, a missing one with
        what it takes, and a value that the model holds secret is never repeated.
        """
        grouped: dict[tuple[KeyPath, bool], list[Mapping[str, Any]]] = {}
        for detail in error.errors(include_url=False):
            if _is_echo(detail):
                continue
            path = self.path_of(detail["loc"], missing=detail["type"] == "missing")
            # The members of a union each say what they wanted of one and the same value.
            grouped.setdefault((path, detail["type"] == "extra_forbidden"), []).append(detail)
        schema = SchemaPlace.of(model)
        found = []
        for (path, _), details in grouped.items():
            place = schema.at(path, self.content)
            parent = schema.at(path[:-1], self.content)
            found.append(self.problem(path, *wording(path, details, place=place, parent=parent)))
        return sorted(found, key=lambda problem: problem.line)

    def path_of(self, location: Sequence[str | int], *, missing: bool) -> KeyPath:
        """The key path in a pydantic location, less the names of union members and validators.

        With `missing`, its last part is a key that is not there.
        """
        path: KeyPath = ()
        value: Any = self.content
        for part in location[:-1] if missing else location:
            child = _child(value, part)
            if child is not _ABSENT:
                path = (*path, part)
                value = child
        return (*path, location[-1]) if missing else path


def problems(
    error: ValidationError, document: LocatedDocument, model: type[BaseModel] | None = None
) -> list[str]:
    """`FILE:LINE: key.path: what is wrong; what would be right`, one for each error."""
    return [str(problem) for problem in document.located(error, model)]


def _is_echo(detail: Mapping[str, Any]) -> bool:
    """Whether a collection is called too short because items of it, told of already, are wrong."""
    return bool(
        detail["type"] == "too_short" and len(detail["input"]) >= detail["ctx"]["min_length"]
    )


_ABSENT = object()


def _child(value: Any, part: str | int) -> Any:
    if isinstance(value, Mapping):
        return value.get(part, _ABSENT)
    if isinstance(value, list) and isinstance(part, int) and part < len(value):
        return value[part]
    return _ABSENT


def _item_name(item: Any, index: int) -> str:
    if isinstance(item, Mapping):
        for key in ("id", "name"):
            if isinstance(item.get(key), str):
                return str(item[key])
    return str(index)
