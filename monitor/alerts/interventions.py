"""What operators do about alerts: acknowledge, silence, hold. Pure.

Entries are only ever added; how things stand is read from the latest ones.
"""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from enum import StrEnum

from monitor.alerts.subject import Subject
from monitor.errors import InputError
from monitor.locale.marking import N_

LONGEST_NAME = 80
LONGEST_REASON = 500


class Via(StrEnum):
    """How an operator reached us."""

    CLI = "cli"
    HTTP = "http"
    LINK = "link"
    """By the one-time link of a message."""
    DAEMON = "daemon"
    """By nobody: on schedule."""


class MuteKind(StrEnum):
    """Why a step that fires tells nobody. Each has a sentence in both languages."""

    ACKNOWLEDGED = "acknowledged"
    """Somebody took it in hand."""
    SILENCED = "silenced"
    HELD = "held"
    """The case is set apart."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Act:
    """Who does something, why, and how they reached us."""

    by: str
    why: str
    via: Via

    @classmethod
    def of(cls, by: str, why: str, via: Via) -> "Act":
        """From words as they were given.

        Raises:
            InputError: one is empty, too long, or not one line of text.
        """
        return cls(by=_line("by", by, LONGEST_NAME), why=_line("why", why, LONGEST_REASON), via=via)


def _line(name: str, text: str, longest: int) -> str:
    line = text.strip()
    if not line:
        raise InputError(N_("{name}: is empty; write a few words"), name=name)
    if len(line) > longest:
        raise InputError(
            N_("{name}: is too long; keep within {longest} characters"),
            name=name,
            longest=str(longest),
        )
    if not line.isprintable():
        raise InputError(N_("{name}: holds control characters; write one line of text"), name=name)
    return line


@dataclass(frozen=True, slots=True, kw_only=True)
class AckEntry:
    """An acknowledgement begun, or ended by hand."""

    id: int
    commitment: str | None
    """None: all that is owed on the case."""
    begins: bool
    by: str
    why: str
    at: datetime
    until: datetime | None = None
    """When it lapses; None: it does not."""


@dataclass(frozen=True, slots=True, kw_only=True)
class HoldEntry:
    """A case set apart, or released."""

    id: int
    begins: bool
    by: str
    why: str
    at: datetime


MATCHERS = ("provider", "commitment", "case", "organization", "region")
"""What a silence may be narrowed by."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Silencing:
    """Nobody is told of what it matches in `[starts_at, ends_at)`."""

    id: int
    matchers: Mapping[str, Sequence[str]] = field(default_factory=dict)
    """Values by matcher; what matches each of them is meant."""
    starts_at: datetime
    ends_at: datetime
    """Where it was ended by hand, that instant."""
    by: str
    why: str
    at: datetime
    ended_by: str | None = None

    def concerns(self, subject: Subject) -> bool:
        return all(
            any(value in values for value in _values(subject, name))
            for name, values in self.matchers.items()
        )


def _values(subject: Subject, matcher: str) -> Sequence[str | None]:
    if matcher == "case":
        return () if subject.key is None else (subject.key.ref, str(subject.key))
    return {
        "provider": (subject.provider,),
        "commitment": (subject.commitment,),
        "organization": (subject.organization,),
        "region": (subject.region,),
    }[matcher]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mute:
    """A stretch `[start, end)` in which steps that fire for an obligation tell nobody."""

    kind: MuteKind
    id: int
    """Of the entry it begins with."""
    start: datetime
    end: datetime | None
    """None: not before somebody says so."""
    by: str
    why: str

    def covers(self, at: datetime) -> bool:
        return self.start <= at and (self.end is None or at < self.end)


def acknowledgements(entries: Iterable[AckEntry], commitment: str) -> list[Mute]:
    """The stretches in which one commitment on a case is acknowledged, in order.

    One that begins before another ends takes its place.
    """
    stretches: list[Mute] = []
    for entry in sorted(entries, key=lambda entry: entry.id):
        if entry.commitment not in (None, commitment):
            continue
        if stretches:
            _end_last(stretches, entry.at)
        if entry.begins:
            stretches.append(
                Mute(
                    kind=MuteKind.ACKNOWLEDGED,
                    id=entry.id,
                    start=entry.at,
                    end=entry.until,
                    by=entry.by,
                    why=entry.why,
                )
            )
    return stretches


def holds(entries: Iterable[HoldEntry]) -> list[Mute]:
    """The stretches in which a case is on hold, in order; held again while held changes nothing."""
    stretches: list[Mute] = []
    for entry in sorted(entries, key=lambda entry: entry.id):
        held = bool(stretches) and stretches[-1].end is None
        if held and not entry.begins:
            _end_last(stretches, entry.at)
        elif entry.begins and not held:
            stretches.append(
                Mute(
                    kind=MuteKind.HELD,
                    id=entry.id,
                    start=entry.at,
                    end=None,
                    by=entry.by,
                    why=entry.why,
                )
            )
    return stretches


def silences(rules: Iterable[Silencing], subject: Subject) -> list[Mute]:
    """The stretches in which an obligation is silenced, in order of their starts."""
    return [
        Mute(
            kind=MuteKind.SILENCED,
            id=rule.id,
            start=rule.starts_at,
            end=rule.ends_at,
            by=rule.by,
            why=rule.why,
        )
        for rule in sorted(rules, key=lambda rule: (rule.starts_at, rule.id))
        if rule.starts_at < rule.ends_at and rule.concerns(subject)
    ]


def in_force(mutes: Iterable[Mute], now: datetime) -> Mute | None:
    """The one that counts at an instant: a hold before an acknowledgement before a silence."""
    covering = [mute for mute in mutes if mute.covers(now)]
    return min(covering, key=lambda mute: _RANKS[mute.kind], default=None)


_RANKS = {MuteKind.HELD: 0, MuteKind.ACKNOWLEDGED: 1, MuteKind.SILENCED: 2}


def _end_last(stretches: list[Mute], at: datetime) -> None:
    last = stretches[-1]
    if last.end is None or last.end > at:
        stretches[-1] = Mute(
            kind=last.kind, id=last.id, start=last.start, end=at, by=last.by, why=last.why
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Handling:
    """Entries of a case that bear on who is told of it."""

    acknowledgements: Sequence[AckEntry] = ()
    holds: Sequence[HoldEntry] = ()
    silencings: Sequence[Silencing] = ()
    """All there are, whatever they match."""

    def mutes(self, subject: Subject) -> list[Mute]:
        """The quiet stretches of one obligation on the case."""
        return [
            *holds(self.holds),
            *acknowledgements(self.acknowledgements, subject.commitment),
            *silences(self.silencings, subject),
        ]


def audit_digest(number: int, previous: str, statement: str) -> str:
    """The hash of one line of the audit log, which the next one holds: a chain."""
    return hashlib.sha256(f"{number}\x1f{previous}\x1f{statement}".encode()).hexdigest()


@dataclass(frozen=True, slots=True, kw_only=True)
class AuditEntry:
    """Something an operator did."""

    number: int
    at: datetime
    who: str
    how: Via
    what: str
    details: Mapping[str, object]
    digest: str
