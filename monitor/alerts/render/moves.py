"""Whose move it is, whom to reach, and what comes next if nothing changes."""

from collections.abc import Iterator
from functools import lru_cache

from monitor.alerts.render.story import Story, clean
from monitor.alerts.subject import SUBJECT_OF_KIND
from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.obligation import Reason, Verdict
from monitor.contract.model import Contact, Status
from monitor.locale import Language

Row = tuple[str, str]


def moves(story: Story, language: Language) -> tuple[Row, ...]:
    return tuple(_moves(story, language))


def _moves(story: Story, language: Language) -> Iterator[Row]:
    yield language.gettext("To act"), _whose(story, language)
    if not story.is_open:
        return
    contact = _contact(story)
    if contact is not None:
        yield language.gettext("To reach them"), _reach(contact, language)
    if story.acknowledge is not None:
        yield language.gettext("To take it in hand"), story.acknowledge
    if upcoming := _upcoming(story, language):
        yield language.gettext("If nothing changes"), upcoming


def _upcoming(story: Story, language: Language) -> str | None:
    upcoming, due_at = story.upcoming, story.evaluation.due_at
    if upcoming is None:
        last = language.gettext("this was the last step of the escalation")
        return last if story.overdue else None
    # The breach comes an instant after the deadline, and is spoken of by the deadline's name.
    at = due_at if due_at is not None and upcoming.at - due_at == AN_INSTANT else upcoming.at
    return language.gettext("further notice {at} – {roles}").format(
        at=language.deadline(at, story.zone),
        roles=", ".join(language.role(role) for role in upcoming.roles),
    )


def _whose(story: Story, language: Language) -> str:
    _ = language.gettext
    provider = story.provider_name
    if not story.is_open:
        return _("nobody – nothing more is owed under this commitment")
    if story.evaluation.verdict is Verdict.UNKNOWN:
        text = _("you – ask {provider} where the case stands, as its system is silent")
        return text.format(provider=provider)
    change = story.last_change
    if change is not None and change.status is Status.WAITING_CLIENT:
        if story.evaluation.reason is Reason.PAUSED:
            text = _("the organisation – {provider} waits for it, and the clock is paused")
        else:
            text = _("the organisation – {provider} waits for it, and the clock goes on")
        return text.format(provider=provider)
    text = _("{provider} – the commitment is met once the case is {statuses}")
    return text.format(provider=provider, statuses=_stops(story.commitment.stop_statuses, language))


@lru_cache(maxsize=256)
def _stops(statuses: frozenset[Status], language: Language) -> str:
    """« Rétabli », « Résolu » ou « Fermé »."""
    *others, last = [_quoted(status, language) for status in Status if status in statuses]
    if not others:
        return last
    return language.gettext("{others} or {last}").format(others=", ".join(others), last=last)


def _quoted(status: Status, language: Language) -> str:
    return language.gettext("“{text}”").format(text=language.status(status))


def _contact(story: Story) -> Contact | None:
    subject = SUBJECT_OF_KIND[story.timeline.key.kind]
    provider = story.timeline.key.provider
    return next(
        (c for c in story.contract.contacts if c.provider == provider and c.subject == subject),
        None,
    )


def _reach(contact: Contact, language: Language) -> str:
    ways = [clean(way) for way in (contact.phone, contact.email) if way]
    return ", ".join((clean(language.label(contact.label), 200), *ways))
