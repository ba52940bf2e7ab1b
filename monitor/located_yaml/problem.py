"""One thing wrong in one document, and all of them together."""

from collections.abc import Sequence
from dataclasses import dataclass

from monitor.errors import InputError


@dataclass(frozen=True, slots=True)
class Problem:
    """What is wrong, where, and what would be right: the next edit can be the right one."""

    name: str
    """The document's: a file name, as a rule."""
    line: int
    key: str
    """The key path, list items by their `id` or `name`; empty for the document itself."""
    message: str
    remedy: str

    def __str__(self) -> str:
        parts = (f"{self.name}:{self.line}", self.key, self.message)
        said = ": ".join(part for part in parts if part)
        return f"{said}; {self.remedy}" if self.remedy else said


class DocumentError(InputError):
    """A document with problems: all of them, one line each, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.name, problem.line)))
        super().__init__("\n".join(str(problem) for problem in self.problems))
