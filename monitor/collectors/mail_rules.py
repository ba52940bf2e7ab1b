"""How a provider's messages are read, written in YAML: whose they are, and patterns with names."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from fnmatch import fnmatchcase
from typing import Annotated, Any, Literal

from pydantic import AfterValidator, Field, model_validator

from monitor.collectors.mail import Mail
from monitor.collectors.mapping import MappingPart, MappingSettings
from monitor.collectors.table import TableForm
from monitor.locale.marking import N_, Said

SENT_AT = "sent_at"
"""The field of every record that says when its message was sent."""
_FLAGS = re.IGNORECASE | re.MULTILINE


def _compiles(text: str) -> str:
    try:
        re.compile(text, _FLAGS)
    except re.error as error:
        reason = Said(
            N_("this is not a regular expression ({error}); correct it at character {position}"),
            error=error.msg,
            position=str((error.pos or 0) + 1),
        )
        raise ValueError(reason) from None
    return text


Pattern = Annotated[str, AfterValidator(_compiles)]
"""A regular expression; capitals do not matter, and `^` and `$` are of lines."""


@dataclass(frozen=True, slots=True)
class Mismatch:
    """Why a rule is not for a message of its sender's."""

    reason: Said
    of_subject: bool = False


class MailRule(MappingPart):
    """What one kind of message is, and what is read in it."""

    sender: Annotated[str, Field(alias="from", pattern=r"^[^\s<>]+$")]
    """The sender's address, with `*`."""
    subject: Pattern | None = None
    body: Pattern | None = None
    """Each match in the text is a record, with what the subject names."""
    set: Mapping[str, str] = Field(default_factory=dict)
    """Fields of every record that no pattern finds, such as a category."""
    attachments: Annotated[str, Field(pattern=r"^[^/]+$")] | None = None
    """The names of attachments that are files of rows, with `*`."""
    export: Literal["snapshot", "changes"] = "changes"
    """What such a file lists: every open case, or what changed."""
    format: TableForm = TableForm()
    mapping: MappingSettings | None = None
    """In place of the source's."""
    ignore: bool = False
    """Known, and of no interest: a sign that the provider is there."""

    @model_validator(mode="after")
    def _reads_something(self) -> "MailRule":
        reads = bool(self.names) or self.attachments is not None
        if self.ignore and (reads or self.set):
            raise ValueError(
                Said(N_("what is ignored is not read; drop ignore, or the named groups"))
            )
        if not self.ignore and not reads:
            raise ValueError(
                Said(
                    N_(
                        "nothing is read by this rule; give subject or body a named group such as"
                        " (?P<ref>…), or attachments, or ignore: true"
                    )
                )
            )
        return self

    @property
    def names(self) -> frozenset[str]:
        """The fields that its patterns find."""
        patterns = [pattern for pattern in (self.subject, self.body) if pattern is not None]
        return frozenset(name for each in patterns for name in re.compile(each, _FLAGS).groupindex)

    def is_from(self, mail: Mail) -> bool:
        return fnmatchcase(mail.sender.lower(), self.sender.lower())

    def matched(self, mail: Mail) -> "Sequence[Mapping[str, Any]] | Mismatch":
        """The records in a message, or why this rule is not for it."""
        named: dict[str, str] = {}
        if self.subject is not None:
            found = re.search(self.subject, mail.subject, _FLAGS)
            if found is None:
                return Mismatch(Said(N_("its subject does not match")), of_subject=True)
            named = _named(found)
        if self.attachments is not None and not self.files(mail):
            return Mismatch(
                Said(N_("no attachment of it matches {pattern}"), pattern=self.attachments)
            )
        matches: list[dict[str, str]] = [{}]
        if self.body is not None:
            matches = [_named(each) for each in re.finditer(self.body, mail.text, _FLAGS)]
            if not matches:
                return Mismatch(Said(N_("its text does not match")))
        if not self.names:
            return ()
        sent_at = mail.sent_at.isoformat()
        return [{**named, **each, **self.set, SENT_AT: sent_at} for each in matches]

    def files(self, mail: Mail) -> Sequence[tuple[str, bytes]]:
        """The attachments that are files of rows."""
        if self.attachments is None:
            return ()
        return [each for each in mail.attachments if fnmatchcase(each[0], self.attachments)]


@dataclass(frozen=True, slots=True)
class Recognised:
    """A message of a kind that is known: by which rule, and the records in its text."""

    number: int
    """The rule's place in the list, from 0."""
    records: Sequence[Mapping[str, Any]]


def recognise(rules: Sequence[MailRule], mail: Mail) -> Recognised | Said:
    """The first rule that is for a message; else why none is, without a word of the message."""
    near: tuple[int, Mismatch] | None = None
    for number, rule in enumerate(rules):
        if not rule.is_from(mail):
            continue
        found = rule.matched(mail)
        if not isinstance(found, Mismatch):
            return Recognised(number, found)
        # Nearest is the rule whose subject it has.
        if near is None or (near[1].of_subject and not found.of_subject):
            near = (number, found)
    if near is None:
        return Said(N_("no rule is for its sender"))
    return Said(
        N_("rule {number} is for its sender, but {reason}"),
        number=str(near[0] + 1),
        reason=near[1].reason,
    )


def _named(found: "re.Match[str]") -> dict[str, str]:
    return {name: text for name, text in found.groupdict().items() if text}
