"""Many messages as one: the worst of them, how many there are, and all of them as a list."""

import csv
import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, tzinfo

from monitor.alerts.escalation import Tone
from monitor.alerts.grouping import (
    DIGEST,
    HELD,
    SILENT,
    SPEAKS,
    Addressee,
    Member,
    silent_source,
)
from monitor.alerts.links import Links
from monitor.alerts.notification import Attachment, Notification
from monitor.alerts.render.letter import LEADS, TAGS
from monitor.alerts.render.page import digest_html
from monitor.alerts.render.story import clean
from monitor.cases.obligation import Verdict, is_open
from monitor.clock import zone
from monitor.locale import N_, Language

_WORST = 10
_FORMULAS = ("=", "+", "-", "@", "\t", "\r")
_HEADINGS = (
    N_("Case"),
    N_("Kind"),
    N_("Provider"),
    N_("Organisation"),
    N_("Commitment"),
    N_("Due"),
    N_("Step"),
    N_("Confirmed"),
    N_("Obligation"),
)


@dataclass(frozen=True, slots=True, kw_only=True)
class Held:
    """What waits for the ceiling."""

    count: int
    until: datetime
    at_most: int
    """Messages an hour."""
    zone: tzinfo
    """In which the time is told."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Listed:
    """A case that a digest names."""

    case: str
    due: str
    acknowledge: str | None = None
    """The link by which its reader takes it in hand; None: not this reader, or nothing is open."""
    action: str = ""
    """What that link is called: read aloud by itself, it still says what it is for."""


@dataclass(frozen=True, slots=True, kw_only=True)
class DigestLetter:
    subject: str
    lead: str
    notes: tuple[str, ...]
    worst: tuple[Listed, ...]
    more: str | None
    footer: str


def render_digest(
    group: str,
    members: Sequence[Member],
    to: Addressee,
    language: Language,
    now: datetime,
    *,
    links: Links | None = None,
) -> Notification:
    """The message that stands for `members`, the worst first; the same for the same members.

    With `links`, each of those named has a link of its own, as its message would have had. The list
    attached has none: it is a file to be passed on, and a link acts for whoever has it.
    """
    source = silent_source(group)
    letter = _letter(source, members, language, links, now)
    fields = dict(members[0].fields)
    shared = {
        name: value
        for name, value in fields.items()
        if all(each.fields.get(name) == value for each in members)
    }
    return Notification(
        key=_key(to, *sorted(each.key for each in members)),
        channel=to.channel,
        address=to.address,
        role=to.role,
        lang=language.code,
        subject=letter.subject,
        text=_text(letter, language),
        html=digest_html(letter, language),
        # One conversation a group: each digest of it joins the one before.
        thread=f"digest:{group.replace(chr(31), ':')}",
        step=SILENT if source is not None else DIGEST,
        created_at=now,
        stood_at=min((each.stood_at for each in members if each.stood_at), default=None),
        fields={**shared, "case": "", "members": str(len(members))},
        attachments=(_list(members, language),),
    )


def render_held(held: Held, to: Addressee, language: Language, now: datetime) -> Notification:
    """The notice that so many messages wait for the ceiling."""
    count = held.count
    texts = {
        "n": language.number(count),
        "most": language.number(held.at_most),
        "at": language.short_instant(held.until, held.zone),
    }
    subject = language.ngettext("[HELD] {n} message waits", "[HELD] {n} messages wait", count)
    lead = language.ngettext(
        "You were sent {most} messages within the hour, the most that is set for you. {n} more"
        " waits; the oldest go out first, from {at}.",
        "You were sent {most} messages within the hour, the most that is set for you. {n} more"
        " wait; the oldest go out first, from {at}.",
        count,
    )
    letter = _notice(
        subject=subject.format(**texts),
        lead=lead.format(**texts),
        note=language.gettext("Nothing is lost: 'vigie status' shows all of it now."),
        language=language,
    )
    return _sent(HELD, now.isoformat(), letter, to, language, now=now)


def render_speaks(
    source: str, after: str, to: Addressee, language: Language, now: datetime
) -> Notification:
    """The notice that a source speaks again; `after` is the key of the message that it ends."""
    name = clean(source)
    subject = language.gettext("[CONFIRMED] {source} speaks again")
    lead = language.gettext(
        "The source {source} speaks again: what it could not confirm has been judged anew."
    )
    letter = _notice(
        subject=subject.format(source=name),
        lead=lead.format(source=name),
        note=language.gettext("What has changed meanwhile is told case by case, or in a digest."),
        language=language,
    )
    return _sent(SPEAKS, after, letter, to, language, now=now)


def _notice(*, subject: str, lead: str, note: str, language: Language) -> DigestLetter:
    footer = language.gettext("Automatic message from Vigie; no reply is read.")
    return DigestLetter(
        subject=subject, lead=lead, notes=(note,), worst=(), more=None, footer=footer
    )


def _sent(
    step: str, about: str, letter: DigestLetter, to: Addressee, language: Language, *, now: datetime
) -> Notification:
    return Notification(
        key=_key(to, step, about),
        channel=to.channel,
        address=to.address,
        role=to.role,
        lang=language.code,
        subject=letter.subject,
        text=_text(letter, language),
        html=digest_html(letter, language),
        thread=f"digest:{step}",
        step=step,
        created_at=now,
        fields={"case": "", "tone": str(Tone.NOTE)},
    )


def _letter(
    source: str | None,
    members: Sequence[Member],
    language: Language,
    links: Links | None,
    now: datetime,
) -> DigestLetter:
    count = len(members)
    first = members[0].fields
    if source is not None:
        subject, lead, notes = _silent(clean(source), count, language)
    else:
        cases = language.ngettext("{n} case", "{n} cases", count).format(n=language.number(count))
        tone = Tone(first.get("tone", Tone.NOTE))
        parts = (_name(first, "provider_name", "provider"), _name(first, "label", "commitment"))
        subject = f"[{language.gettext(TAGS[tone])}] {' · '.join((*parts, cases))}"
        lead = f"{language.gettext(LEADS[tone])} {' – '.join((*parts, cases))}"
        notes = ()
    shown = members[:_WORST]
    more = None
    if count > len(shown):
        more = language.ngettext(
            "{n} more is in the attached list.",
            "{n} more are in the attached list.",
            count - len(shown),
        ).format(n=language.number(count - len(shown)))
    return DigestLetter(
        subject=subject,
        lead=lead,
        notes=notes,
        worst=tuple(_listed(each, language, links, now) for each in shown),
        more=more,
        footer=language.gettext(
            "Automatic message from Vigie; no reply is read. The list attached has every case."
        ),
    )


def _silent(source: str, count: int, language: Language) -> tuple[str, str, tuple[str, ...]]:
    number = language.number(count)
    subject = language.ngettext(
        "[UNCONFIRMED] {source} · {n} obligation cannot be judged",
        "[UNCONFIRMED] {source} · {n} obligations cannot be judged",
        count,
    ).format(source=source, n=number)
    lead = language.ngettext(
        "The source {source} is silent: {n} obligation that came due cannot be judged.",
        "The source {source} is silent: {n} obligations that came due cannot be judged.",
        count,
    ).format(source=source, n=number)
    note = language.gettext(
        "The cases may have moved since. Ask the provider where they stand; a message follows once"
        " its system speaks again."
    )
    return subject, lead, (note,)


def _listed(member: Member, language: Language, links: Links | None, now: datetime) -> Listed:
    listed = Listed(case=_case(member), due=_due(member, language))
    if links is None or member.role not in links.roles or not _is_open(member.fields):
        return listed
    action = language.gettext("Take {case} in hand").format(
        case=clean(member.fields.get("case", ""))
    )
    # By the key of the message it would have had by itself, which leads to its obligation.
    return replace(listed, acknowledge=links.link(member.key, now), action=action)


def _is_open(fields: Mapping[str, str]) -> bool:
    """Whether there is anything to take in hand, as far as the message knows."""
    over = fields.get("tone") in (Tone.CLOSED, Tone.UNDECIDED)
    return not over and is_open(Verdict(fields.get("verdict", Verdict.UNKNOWN)), None)


def _case(member: Member) -> str:
    organization = _name(member.fields, "organization_name", "organization")
    case = clean(member.fields.get("case", ""))
    return f"{case} · {organization}" if organization else case


def _due(member: Member, language: Language) -> str:
    if member.due_at is None:
        return language.gettext("paused")
    text = language.gettext("due {at}")
    return text.format(at=language.short_deadline(member.due_at, _zone(member.fields)))


def _name(fields: Mapping[str, str], *names: str) -> str:
    return clean(next((fields[name] for name in names if fields.get(name)), ""))


def _zone(fields: Mapping[str, str]) -> tzinfo:
    return zone(fields.get("zone") or "America/Toronto")


def _text(letter: DigestLetter, language: Language) -> str:
    pair = language.gettext("{label}: {value}")
    worst = []
    for each in letter.worst:
        worst.append(f"{each.case} – {each.due}")
        if each.acknowledge is not None:
            worst.append(pair.format(label=each.action, value=each.acknowledge))
    if letter.more:
        worst.append(letter.more)
    blocks = [[letter.lead], *([note] for note in letter.notes), worst, ["-- ", letter.footer]]
    return "\n\n".join("\n".join(block) for block in blocks if block) + "\n"


def _list(members: Sequence[Member], language: Language) -> Attachment:
    """Every member, for a spreadsheet program as it is set in this language."""
    written = io.StringIO()
    # Where the decimal mark is a comma, spreadsheets part columns by semicolons.
    table = csv.writer(written, delimiter=";" if language.code == "fr" else ",")
    table.writerow(language.gettext(heading) for heading in _HEADINGS)
    for each in members:
        table.writerow(map(_inert, _columns(each, language)))
    # With a mark of its encoding, without which they read UTF-8 as something else.
    return Attachment(
        name=language.gettext("cases.csv"),
        media_type="text/csv",
        content=f"\ufeff{written.getvalue()}".encode(),
    )


def _columns(member: Member, language: Language) -> tuple[str, ...]:
    fields = member.fields
    due_at = member.due_at
    return (
        fields.get("case", ""),
        fields.get("kind", ""),
        fields.get("provider_name") or fields.get("provider", ""),
        fields.get("organization_name") or fields.get("organization", ""),
        fields.get("label") or fields.get("commitment", ""),
        "" if due_at is None else due_at.astimezone(_zone(fields)).isoformat(" ", "minutes"),
        member.step,
        language.gettext("no") if fields.get("confirmed") == "no" else language.gettext("yes"),
        member.thread,
    )


def _inert(cell: str) -> str:
    """A source's words that a spreadsheet would take for a formula, made text."""
    return f"'{cell}" if cell.startswith(_FORMULAS) else cell


def _key(to: Addressee, *parts: str) -> str:
    whole = (to.channel, to.address, to.lang, *parts)
    return hashlib.sha256("\x1f".join(whole).encode()).hexdigest()
