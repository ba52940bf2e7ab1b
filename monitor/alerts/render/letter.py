"""What a message says, in the order it says it; how it looks as text or as a page comes after."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import timedelta

from monitor.alerts.escalation import FiringReason, Tone
from monitor.alerts.interventions import MuteKind
from monitor.alerts.render.corrected import corrected
from monitor.alerts.render.moves import moves
from monitor.alerts.render.standing import standing_words
from monitor.alerts.render.story import Story, clean
from monitor.alerts.render.why import why
from monitor.cases.arrivals import OWN_SOURCE
from monitor.cases.evaluate import AN_INSTANT
from monitor.cases.obligation import Reason, Verdict
from monitor.contract.model import CaseKind
from monitor.locale import N_, Language

Row = tuple[str, str]

TAGS = {
    Tone.NOTE: N_("NOTE"),
    Tone.WARNING: N_("AT RISK"),
    Tone.BREACH: N_("BREACH"),
    Tone.CLOSED: N_("CLOSED"),
    Tone.UNDECIDED: N_("NO VERDICT"),
    Tone.CORRECTION: N_("CORRECTION"),
    Tone.IN_HAND: N_("IN HAND"),
}
_UNCONFIRMED_TAGS = {
    Tone.NOTE: N_("NOTE, UNCONFIRMED"),
    Tone.WARNING: N_("AT RISK, UNCONFIRMED"),
    Tone.BREACH: N_("BREACH, UNCONFIRMED"),
    Tone.CORRECTION: N_("CORRECTION, UNCONFIRMED"),
    Tone.IN_HAND: N_("IN HAND, UNCONFIRMED"),
}
LEADS = {
    Tone.NOTE: N_("For your information."),
    Tone.WARNING: N_("At risk of a breach."),
    Tone.BREACH: N_("Breach."),
    Tone.CLOSED: N_("Closed."),
    Tone.UNDECIDED: N_("No verdict."),
    Tone.CORRECTION: N_("Correction of an earlier message."),
    Tone.IN_HAND: N_("Taken in hand."),
}
_LATE_NOTICE = timedelta(minutes=10)
"""What a notice may take from its instant without a word on it, in real time."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    subject: str
    lead: str
    cautions: tuple[str, ...]
    corrected_title: str
    corrected: tuple[Row, ...]
    """None, unless the message is a correction."""
    facts: tuple[Row, ...]
    why_title: str
    why: tuple[str, ...]
    moves_title: str
    moves: tuple[Row, ...]
    footer: str
    link: str | None = None
    """The one address in it to be followed; what a source states is never made a link."""


def compose(story: Story, language: Language) -> Letter:
    return Letter(
        subject=_subject(story, language),
        lead=_lead(story, language),
        cautions=tuple(_cautions(story, language)),
        corrected_title=language.gettext("What is corrected"),
        corrected=corrected(story, language),
        facts=tuple(_facts(story, language)),
        why_title=language.gettext("Why the clock counts so"),
        why=why(story, language),
        moves_title=language.gettext("Whose move it is"),
        moves=moves(story, language),
        footer=language.gettext(
            "Automatic message from Vigie; no reply is read. Obligation: {identity}"
        ).format(identity=clean(story.identity, 200)),
        link=story.acknowledge,
    )


def _subject(story: Story, language: Language) -> str:
    tags = _UNCONFIRMED_TAGS if story.firing.unconfirmed else TAGS
    parts = (
        story.provider_name,
        story.label(language),
        story.ref,
        standing_words(story.standing, story.zone, language),
    )
    return f"[{language.gettext(tags[story.firing.tone])}] {' · '.join(parts)}"


def _lead(story: Story, language: Language) -> str:
    lead = language.gettext(LEADS[story.firing.tone])
    evaluation = story.evaluation
    if story.firing.tone in (Tone.NOTE, Tone.WARNING) and not story.overdue:
        used = min(evaluation.elapsed_seconds / story.commitment.amount.seconds, 1)
        sentence = language.gettext("{share} of the time allowed is used up.").format(
            share=language.percent(used, 0)
        )
    elif evaluation.is_open and evaluation.verdict is Verdict.UNKNOWN and story.overdue:
        # The deadline is past whatever the source would say; that the case is open is not known.
        sentence = language.gettext("The deadline has passed.")
    else:
        sentence = language.reason(evaluation.reason)
    return f"{lead} {sentence}"


def _cautions(story: Story, language: Language) -> Iterator[str]:
    if handled := _handled(story, language):
        yield handled
    if story.firing.unconfirmed:
        since = (
            "" if story.confirmed_at is None else language.instant(story.confirmed_at, story.zone)
        )
        if since:
            yield language.gettext(
                "Not confirmed: the provider's system has been silent since {at}. The case may have"
                " moved since."
            ).format(at=since)
        else:
            yield language.gettext(
                "Not confirmed: the provider's system is silent. The case may have moved since."
            )
    if _comes_late(story):
        yield _late_notice(story, language)
    if story.region_provisional:
        yield language.gettext(
            "The delivery place is unknown: the commitment for local regions is applied until"
            " somebody says otherwise."
        )


_ENDED = {
    MuteKind.ACKNOWLEDGED: N_(
        "{by} had taken it in hand ({why}): that ended {at}, and the escalation goes on."
    ),
    MuteKind.SILENCED: N_("It was silenced by {by} ({why}) until {at}: this is what stands now."),
    MuteKind.HELD: N_("The case was on hold by {by} ({why}) until {at}: this is what stands now."),
}


def _handled(story: Story, language: Language) -> str | None:
    """Who has it in hand, or what kept it quiet until now, where this message tells of that."""
    mute = story.firing.because
    if mute is None:
        return None
    by, why = clean(mute.by), clean(mute.why, 200)
    in_hand = story.firing.reason is FiringReason.TAKEN_IN_HAND
    if mute.end is None:
        said = N_("{by} has it in hand ({why}). The escalation waits.")
        return language.gettext(said).format(by=by, why=why) if in_hand else None
    until = N_("{by} has it in hand ({why}) until {at}. The escalation waits.")
    said = until if in_hand else _ENDED[mute.kind]
    at = language.instant(mute.end, story.zone)
    return language.gettext(said).format(by=by, why=why, at=at)


def _comes_late(story: Story) -> bool:
    reopened_at = story.run.course.reopened_at
    # Reached before a reopening, a step stands for that one.
    at = story.firing.at if reopened_at is None else max(story.firing.at, reopened_at)
    if story.firing.lanes is not None:
        # It waited for its reader's opening hours.
        return False
    return story.firing.reason is FiringReason.REACHED and story.now - at > _LATE_NOTICE


def _late_notice(story: Story, language: Language) -> str:
    """After a downtime, or of what was learned late."""
    at, due_at = story.firing.at, story.evaluation.due_at
    used = story.run.clock.elapsed(at, story.now) // timedelta(seconds=1)
    # The breach comes an instant after the deadline, and is spoken of by the deadline's name.
    named = due_at if due_at is not None and at - due_at == AN_INSTANT else at
    return language.gettext("This notice comes late by {span} (its moment: {at}).").format(
        span=language.business_time(used, story.commitment.amount.unit),
        at=language.deadline(named, story.zone),
    )


def _facts(story: Story, language: Language) -> Iterator[Row]:
    _ = language.gettext
    commitment, evaluation, timeline = story.commitment, story.evaluation, story.timeline
    amount = language.business_time(commitment.amount.seconds, commitment.amount.unit)
    yield _("Commitment"), f"{story.label(language)} – {amount}"
    yield _("Clause"), _clause(story)
    yield _("Provider"), story.provider_name
    organization = story.organization or timeline.organization
    if organization or timeline.key.kind is not CaseKind.DELIVERABLE:
        # A report is owed to the contract as a whole, unless an organisation is named.
        yield _("Organisation"), clean(organization) if organization else _("not stated")
    yield language.case_kind(timeline.key.kind), story.ref
    if timeline.place:
        yield _("Delivery place"), clean(timeline.place)
    yield _received(story, language)
    if evaluation.due_at is not None:
        yield _("Due"), language.deadline(evaluation.due_at, story.zone)
    if evaluation.stopped_at is not None:
        yield _("Closed on"), language.instant(evaluation.stopped_at, story.zone)
    yield _("Time used"), language.business_time(evaluation.elapsed_seconds, commitment.amount.unit)
    if evaluation.reason is not Reason.NO_LONGER_OWED:
        yield _("Margin"), _margin(story, language)
    yield _("Status"), _status(story, language)


def _received(story: Story, language: Language) -> Row:
    received_at = story.timeline.received_at
    if story.timeline.key.kind is CaseKind.DELIVERABLE:
        # Nobody received anything yet: the period ended, and from there the report is owed.
        day = received_at.astimezone(story.zone).date()
        return language.gettext("Period ended on"), language.date(day)
    return language.gettext("Received on"), language.instant(received_at, story.zone)


def _margin(story: Story, language: Language) -> str:
    remaining = story.evaluation.remaining_seconds
    if story.overdue and remaining == 0:
        # Late by less than a second: "0 hours left" would read as if it were not.
        return language.gettext("the deadline has just passed")
    return language.margin(remaining, story.commitment.amount.unit)


def _clause(story: Story) -> str:
    source = story.commitment.source
    return clean(f"{source.document}, {source.clause}", 300)


def _status(story: Story, language: Language) -> str:
    """Our word for it, and the provider's own; an unmapped one has only its own."""
    change = story.last_change
    if change is None:
        return language.gettext("Received")
    raw = clean(change.raw_status)
    if change.status is None:
        return raw
    if raw == change.status and story.timeline.source == OWN_SOURCE:
        return language.status(change.status)
    return f"{language.status(change.status)} ({raw})"
