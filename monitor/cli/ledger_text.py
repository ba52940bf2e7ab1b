"""A case explained, as a person reads it: statements, ledger, escalations."""

from collections.abc import Mapping
from datetime import datetime, tzinfo

import click

from monitor.cases.arrivals import OWN_SOURCE
from monitor.cases.explain import LedgerLine, LedgerReason
from monitor.cases.observation import Observation
from monitor.cases.records import EscalationRecord
from monitor.cli.case_margin import show_claims, show_notes
from monitor.cli.mutes import mute_word
from monitor.cli.output import show_table
from monitor.cli.terms import region_word, start_rule_words
from monitor.cli.words import gettext, ngettext, spoken
from monitor.clock import tzdata_version
from monitor.contract.model import CaseKind, Status, Unit
from monitor.locale import N_
from monitor.shown.ledger import Entry, Ledger, note_of

_REASONS = {
    LedgerReason.OPEN: N_("Business time."),
    LedgerReason.OUTSIDE_HOURS: N_("Outside business hours."),
    LedgerReason.WEEKEND: N_("Weekend."),
    LedgerReason.HOLIDAY: N_("Holiday: {name}."),
    LedgerReason.DAY_OF_RECEIPT: N_("Day of receipt: day 1 is the next business day."),
    LedgerReason.PAUSED: N_("Paused by status: {status}."),
    LedgerReason.STOPPED: N_("Stopped by status: {status}."),
}

_FINGERPRINT = 12
"""Digits of a digest that a person compares."""

_STATES = {
    "queued": N_("waiting"),
    "sent": N_("sent"),
    "dead": N_("not delivered"),
    "discarded": N_("discarded"),
}


def show_ledger(ledger: Ledger) -> None:
    language = spoken()
    record = ledger.record
    kind = language.case_kind(record.key.kind)
    click.echo(f"{kind} {record.key.ref} ({record.key.provider})")
    facts = {
        gettext("As of"): _moment_words(ledger),
        gettext("Organization"): record.organization,
        gettext("Place"): record.place,
        **_received_fact(ledger),
        gettext("Status"): _status_words(record.status, record.raw_status, record.source),
        gettext("Vanished"): record.gone_since and language.instant(record.gone_since, ledger.zone),
        gettext("Not judged"): record.fault,
        gettext("Rules"): _rules_words(ledger),
    }
    _show_facts({name: text for name, text in facts.items() if text})
    _show_statements(ledger)
    numbers = {each.id: f"[{n}]" for n, each in enumerate(record.observations, start=1)}
    for entry in ledger.entries:
        _show_entry(entry, numbers)
    show_claims(ledger)
    _show_escalations(ledger)
    _show_held(ledger)
    show_notes(ledger)


def _received_fact(ledger: Ledger) -> dict[str, str]:
    language, record = spoken(), ledger.record
    if record.key.kind is CaseKind.DELIVERABLE:
        day = record.received_at.astimezone(ledger.zone).date()
        return {gettext("Period ended"): language.date(day)}
    return {gettext("Received"): language.instant(record.received_at, ledger.zone)}


def _show_statements(ledger: Ledger) -> None:
    """What the source said, and when it was learned: what every line below rests on."""
    click.echo("\n" + gettext("Statements of the source"))
    show_table(
        ("", gettext("Happened"), gettext("Status"), gettext("Learned")),
        [
            (
                f"[{number}]",
                _to_the_second(observation.changed_at, ledger.zone),
                _statement_words(observation),
                _to_the_second(observation.observed_at, ledger.zone),
            )
            for number, observation in enumerate(ledger.record.observations, start=1)
        ],
    )
    purged = len(ledger.record.purged_records)
    if purged:
        click.echo(
            ngettext(
                "The record as received of {count} statement is no longer kept (retention); what"
                " was read from it is.",
                "The records as received of {count} statements are no longer kept (retention); what"
                " was read from them is.",
                purged,
            ).format(count=purged)
        )


def _show_entry(entry: Entry, numbers: Mapping[str, str]) -> None:
    language = spoken()
    commitment, evaluation = entry.explanation.commitment, entry.explanation.evaluation
    unit = commitment.amount.unit
    contract = f"{entry.version.id} {entry.version.version}"
    due = (
        gettext("while paused, no date")
        if evaluation.due_at is None
        else language.deadline(evaluation.due_at, entry.zone)
    )
    click.echo(f"\n{language.label(commitment.label)} ({commitment.id})")
    _show_facts(
        {
            gettext("Promised"): language.business_time(commitment.amount.seconds, unit),
            gettext("Rule"): start_rule_words(commitment.start_rule),
            gettext("Clause"): f"{commitment.source.clause} ({commitment.source.document})",
            **_region_fact(entry),
            gettext("Contract"): contract,
            gettext("Calendar"): f"{commitment.calendar}, {entry.version.zone},"
            f" tzdata {tzdata_version()}",
            gettext("Due"): due,
            gettext("Verdict"): f"{language.verdict(evaluation.verdict)}."
            f" {language.reason(evaluation.reason)}",
            **_mute_fact(entry),
        }
    )
    click.echo()
    counted, total = gettext("Counted"), gettext("Total")
    show_table(
        (gettext("From"), gettext("To"), counted, total, gettext("Statement"), gettext("Why")),
        [
            (
                _to_the_second(line.start, entry.zone),
                _to_the_second(line.end, entry.zone),
                _exactly(line.counted_seconds, unit),
                _exactly(line.total_seconds, unit),
                numbers.get(line.observation_id or "", ""),
                _why(line),
            )
            for line in entry.explanation.lines
        ],
        right=(counted, total),
    )
    used = language.business_time(evaluation.elapsed_seconds, unit)
    margin = language.margin(evaluation.remaining_seconds, unit)
    click.echo(gettext("Used: {used}; {margin}.").format(used=used, margin=margin))


def _moment_words(ledger: Ledger) -> str:
    """Of a past instant; now goes without saying."""
    moment = ledger.moment
    if moment is None:
        return ""
    at = spoken().instant(moment.at, ledger.zone)
    if moment.known_at is None:
        return gettext("{at}, by all that is known today").format(at=at)
    known_at = spoken().instant(moment.known_at, ledger.zone)
    return gettext("{at}, as known {known_at}").format(at=at, known_at=known_at)


def _show_held(ledger: Ledger) -> None:
    """What was held of each obligation, and from when: what anybody could know at the time."""
    if not ledger.record.held:
        return
    language = spoken()
    click.echo("\n" + gettext("What was held"))
    show_table(
        (
            gettext("From"),
            gettext("Commitment"),
            gettext("Due"),
            gettext("Verdict"),
            gettext("Why"),
        ),
        [
            (
                _to_the_second(held.evaluated_at, ledger.zone),
                held.commitment,
                ""
                if held.evaluation.due_at is None
                else language.table_deadline(held.evaluation.due_at, ledger.zone),
                language.verdict(held.evaluation.verdict),
                language.reason(held.evaluation.reason),
            )
            for held in ledger.record.held
        ],
    )


def _rules_words(ledger: Ledger) -> str:
    """Which contract, calendars and zone data: equal fingerprints, equal rules."""
    applied = ledger.applied
    if applied is None:
        return ""
    return gettext("applied {instant}, fingerprint {digest}").format(
        instant=spoken().instant(applied.begun_at, ledger.zone),
        digest=applied.digest[:_FINGERPRINT],
    )


def _region_fact(entry: Entry) -> dict[str, str]:
    region = entry.region
    if region is None:
        return {}
    words = f"{region_word(region.region)}. {spoken().label(region.reason)}"
    if region.provisional:
        words += f" ({gettext('to be confirmed')})"
    return {gettext("Region"): words}


def _mute_fact(entry: Entry) -> dict[str, str]:
    mute = entry.mute
    if mute is None:
        return {}
    words = gettext("{mute} by {by}: {why}").format(
        mute=mute_word(mute.kind), by=mute.by, why=mute.why
    )
    if mute.end is not None:
        until = spoken().instant(mute.end, entry.zone)
        words += f" ({gettext('until {instant}').format(instant=until)})"
    return {gettext("Nobody is told"): words}


def _to_the_second(at: datetime, zone: tzinfo) -> str:
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M:%S}"


def _exactly(seconds: int, unit: Unit) -> str:
    """Business time to the second: who adds the lines up by hand must find the total."""
    days, rest = divmod(seconds, Unit.BUSINESS_DAYS.seconds)
    if unit is Unit.BUSINESS_HOURS:
        days, rest = 0, seconds
    minutes, second = divmod(rest, 60)
    hour, minute = divmod(minutes, 60)
    time = f"{hour}:{minute:02}:{second:02}"
    return gettext("{days} d {time}").format(days=days, time=time) if days else time


def _why(line: LedgerLine) -> str:
    language = spoken()
    name = line.holiday.name(language.code) if line.holiday is not None else ""
    status = _status_words(line.status, line.raw_status or "")
    return gettext(_REASONS[line.reason]).format(name=name, status=status)


def _status_words(status: Status | None, raw_status: str, source: str | None = None) -> str:
    """In the reader's words, with the provider's own in brackets; those alone where unmapped."""
    if status is None:
        return raw_status
    words = spoken().status(status)
    return words if source == OWN_SOURCE else f"{words} ({raw_status})"


def _statement_words(observation: Observation) -> str:
    words = _status_words(observation.status, observation.raw_status, observation.source)
    note = note_of(observation)
    return words if note is None else f"{words} – {note}"


def _show_escalations(ledger: Ledger) -> None:
    language = spoken()
    if not ledger.record.escalations:
        return
    click.echo("\n" + gettext("Escalations"))
    show_table(
        (gettext("Fired"), gettext("Commitment"), gettext("Step"), gettext("Told")),
        [
            (
                language.short_instant(escalation.fired_at, ledger.zone),
                escalation.commitment,
                escalation.step,
                _told(escalation),
            )
            for escalation in ledger.record.escalations
        ],
    )


def _told(escalation: EscalationRecord) -> str:
    """Who was, or why nobody."""
    because = escalation.because
    if not escalation.notifications and because is not None:
        return gettext("nobody: {mute} by {by}: {why}").format(
            mute=mute_word(because["kind"]), by=because["by"], why=because["why"]
        )
    return ", ".join(
        f"{spoken().role(told.role)} ({gettext(_STATES[told.state])})"
        for told in escalation.notifications
    )


def _show_facts(facts: dict[str, str]) -> None:
    widest = max(map(len, facts))
    for name, text in facts.items():
        click.echo(f"  {name.ljust(widest)}  {text}")
