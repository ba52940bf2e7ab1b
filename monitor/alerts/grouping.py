"""What goes out now to one recipient, what travels together, and what waits. Pure.

A storm must not drown whom it is to alert. The first few messages of a group go out at once by
themselves; more of them within the interval travel as one digest, and the group's next digest goes
out an interval later. Above all groups stands a ceiling an hour: what exceeds it waits, and one
notice says so. Nothing is ever dropped.
"""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from enum import StrEnum

DIGEST = "digest"
"""The step of a message that stands for several of one group."""
SILENT = "silent"
"""As `DIGEST`, for guesses about a source that is silent."""
SPEAKS = "speaks"
"""The step that tells those who had a `SILENT` that the source speaks again."""
HELD = "held"
"""The step that tells how many messages wait for the ceiling."""

_SILENT_PREFIX = "silent\x1f"


def group_of(fields: Mapping[str, str]) -> str | None:
    """What a message is grouped by, beside its recipient and language; None: by nothing.

    Guesses about a silent source belong together, whatever they are about.
    """
    if not fields.get("case"):
        return None
    if fields.get("confirmed") == "no":
        return f"{_SILENT_PREFIX}{fields.get('source') or fields.get('provider', '')}"
    return "\x1f".join(fields.get(name, "") for name in ("provider", "commitment", "tone"))


def silent_source(group: str) -> str | None:
    """The source whose guesses a group holds; None: it holds no guesses."""
    return group.removeprefix(_SILENT_PREFIX) if group.startswith(_SILENT_PREFIX) else None


@dataclass(frozen=True, slots=True, kw_only=True)
class GroupingTerms:
    """Spans are in the time of the clock that delivery reads."""

    more_than: int | None = 3
    """None: nothing is grouped."""
    interval: timedelta = timedelta(minutes=5)
    per_hour: int | None = 20
    """None: no ceiling."""
    hour: timedelta = timedelta(hours=1)


@dataclass(frozen=True, slots=True, kw_only=True)
class Due:
    """A message to one recipient that is due."""

    id: int
    group: str | None
    """None: it goes by itself, as a digest does, or one that may have arrived under its own key."""
    lang: str
    created_at: datetime
    due_at: datetime | None
    """The deadline it speaks of: the earlier, the worse."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Told:
    """A message that the recipient accepted within the last hour."""

    group: str | None
    at: datetime
    step: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Bundle:
    """Members of one group that travel together, the worst first."""

    group: str
    lang: str
    members: tuple[int, ...]
    since: datetime
    """When the first of them was decided."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A message that travels in a digest, as it was decided."""

    key: str
    role: str
    thread: str
    step: str
    due_at: datetime | None
    stood_at: datetime | None
    fields: Mapping[str, str]


@dataclass(frozen=True, slots=True, kw_only=True)
class Addressee:
    channel: str
    address: str
    role: str
    lang: str


class GroupReason(StrEnum):
    FEW = "few"
    """Each goes by itself."""
    MANY = "many"
    """They travel as a digest, now."""
    TOO_SOON = "too_soon"
    """They wait: the group had a digest within the interval."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """What is in none of these stays due."""

    go: tuple[int, ...] = ()
    bundles: tuple[Bundle, ...] = ()
    postponed: Mapping[int, datetime] = field(default_factory=dict)
    held: int = 0
    """How many of those wait for the ceiling."""
    held_until: datetime | None = None


def arrange(
    due: Sequence[Due],
    *,
    told: Sequence[Told],
    digested_at: Mapping[tuple[str, str], datetime],
    terms: GroupingTerms,
    now: datetime,
) -> Plan:
    """What to do with all that is due to one recipient.

    `told` is what they accepted within the hour; `digested_at` when a group, in a language, last
    had a digest made.
    """
    postponed: dict[int, datetime] = {}
    letters: list[Due | Bundle] = [each for each in due if each.group is None]
    groups: dict[tuple[str, str], list[Due]] = defaultdict(list)
    for each in due:
        if each.group is not None:
            groups[each.group, each.lang].append(each)
    for (group, lang), members in groups.items():
        last = digested_at.get((group, lang))
        alone = sum(t.group == group and t.at > now - terms.interval for t in told)
        few = _few(group, terms)
        match _judge(alone + len(members), few, last, terms=terms, now=now):
            case GroupReason.FEW:
                letters += members
            case GroupReason.MANY:
                letters.append(_bundle(group, lang, members))
            case GroupReason.TOO_SOON if last is not None:
                postponed |= {each.id: last + terms.interval for each in members}
    return _under_ceiling(letters, postponed, told, terms, now)


def _few(group: str, terms: GroupingTerms) -> int | None:
    """How many go by themselves within the interval; None: all of them."""
    # One guess says by itself that it is a guess; two are one too many already.
    return 1 if terms.more_than and silent_source(group) is not None else terms.more_than


def _judge(
    count: int, few: int | None, last: datetime | None, *, terms: GroupingTerms, now: datetime
) -> GroupReason:
    if few is None:
        return GroupReason.FEW
    if last is not None and now < last + terms.interval:
        return GroupReason.TOO_SOON
    return GroupReason.MANY if count > few else GroupReason.FEW


def _bundle(group: str, lang: str, members: Sequence[Due]) -> Bundle:
    # Without a deadline, as while paused, nothing is late yet.
    worst_first = sorted(
        members,
        key=lambda each: (each.due_at is None, each.due_at or each.created_at, each.id),
    )
    return Bundle(
        group=group,
        lang=lang,
        members=tuple(each.id for each in worst_first),
        since=min(each.created_at for each in members),
    )


def _under_ceiling(
    letters: Sequence[Due | Bundle],
    postponed: dict[int, datetime],
    told: Sequence[Told],
    terms: GroupingTerms,
    now: datetime,
) -> Plan:
    """The oldest letters, as many as the hour has room for; the last place is the notice's."""
    oldest_first = sorted(letters, key=_since)
    recent = sorted(each.at for each in told if each.at > now - terms.hour)
    notices = sum(each.step == HELD and each.at > now - terms.hour for each in told)
    room = len(letters)
    if terms.per_hour is not None:
        room = max(0, terms.per_hour - 1 - (len(recent) - notices))
    going, waiting = oldest_first[:room], oldest_first[room:]
    plan = Plan(
        go=tuple(each.id for each in going if isinstance(each, Due)),
        bundles=tuple(each for each in going if isinstance(each, Bundle)),
        postponed=postponed,
    )
    if not waiting or not recent:
        # Nothing was accepted yet: a receiver that cannot be reached holds more than a ceiling
        # does. What is left out stays due, and is looked at again at once.
        return plan
    held = [id_ for letter in waiting for id_ in _ids(letter)]
    until = recent[0] + terms.hour
    return replace(
        plan,
        postponed={**postponed, **dict.fromkeys(held, until)},
        held=len(held),
        held_until=until,
    )


def _since(letter: Due | Bundle) -> datetime:
    return letter.created_at if isinstance(letter, Due) else letter.since


def _ids(letter: Due | Bundle) -> tuple[int, ...]:
    return (letter.id,) if isinstance(letter, Due) else letter.members
