"""One thing wrong in one document, and all of them together."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from monitor.errors import InputError
from monitor.locale.marking import N_, Said


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
        return str(self._said)

    def told(self, gettext: Callable[[str], str]) -> str:
        """As `str`, in the language of `gettext`."""
        return self._said.told(gettext)

    @property
    def _said(self) -> Said:
        # Place and key are written as in every program's messages: an editor jumps to them.
        where = f"{self.name}:{self.line}"
        said = {"where": where, "key": self.key, "wrong": self.message, "right": self.remedy}
        if not self.key:
            template = N_("{where}: {wrong}; {right}") if self.remedy else N_("{where}: {wrong}")
        elif self.remedy:
            template = N_("{where}: {key}: {wrong}; {right}")
        else:
            template = N_("{where}: {key}: {wrong}")
        return Said(template, **said)


class DocumentError(InputError):
    """A document with problems: all of them, one line each, in the order of the lines."""

    def __init__(self, problems: Sequence[Problem]) -> None:
        self.problems = tuple(sorted(problems, key=lambda problem: (problem.name, problem.line)))
        super().__init__("\n".join(str(problem) for problem in self.problems))

    def told(self, gettext: Callable[[str], str]) -> str:
        """Each of them in the language of `gettext`."""
        return "\n".join(problem.told(gettext) for problem in self.problems)
