"""The discrepancies of a period, as CSV for people and as JSON for programs."""

import json
from collections.abc import Iterable, Mapping, Sequence
from datetime import datetime, tzinfo
from typing import Any

from monitor.cases.timeline import Timeline
from monitor.contract.book import ContractBook
from monitor.contract.model import Commitment
from monitor.locale import N_, Language
from monitor.reports.as_csv import both, written
from monitor.reports.discrepancy import Difference, Discrepancy
from monitor.reports.words import outcome

DIFFERENCES = {
    Difference.OUTCOME: N_("Outcome"),
    Difference.DEADLINE: N_("Deadline"),
    Difference.STOP: N_("Done"),
}
_SAID = {True: N_("Not kept, it says"), False: N_("Kept, it says"), None: N_("Does not say")}


def discrepancies_csv(
    found: Iterable[Discrepancy],
    languages: Sequence[Language],
    book: ContractBook,
    zone: tzinfo,
    *,
    bom: bool = False,
) -> bytes:
    """A line for each level that does not agree; both timelines, and the clause of ours."""
    promises = _promises(book)
    headings = [
        both(languages, lambda _: _("Case")),
        both(languages, lambda _: _("Provider")),
        both(languages, lambda _: _("Organisation")),
        both(languages, lambda _: _("Commitment")),
        both(languages, lambda _: _("Clause")),
        both(languages, lambda _: _("Provider's level")),
        both(languages, lambda _: _("Differs")),
        both(languages, lambda _: _("Our outcome")),
        both(languages, lambda _: _("The provider says")),
        both(languages, lambda _: _("Received")),
        both(languages, lambda _: _("Our deadline")),
        both(languages, lambda _: _("The provider's deadline")),
        both(languages, lambda _: _("Between deadlines (business seconds)")),
        both(languages, lambda _: _("Done, by what was stated")),
        both(languages, lambda _: _("Done, by the provider's level")),
        both(languages, lambda _: _("Between stops (business seconds)")),
        both(languages, lambda _: _("What was stated")),
        both(languages, lambda _: _("Level read")),
    ]
    rows = (_row(each, languages, promises, zone) for each in found)
    return written(headings, rows, bom=bom)


def _row(
    each: Discrepancy,
    languages: Sequence[Language],
    promises: Mapping[str, Commitment],
    zone: tzinfo,
) -> list[str | int]:
    entry, claim = each.entry, each.claim
    promise = promises.get(entry.commitment)
    return [
        entry.ref,
        entry.provider,
        entry.organization or "",
        entry.commitment,
        "" if promise is None else promise.source.clause,
        claim.name,
        ", ".join(_word(languages, DIFFERENCES[one]) for one in each.differences),
        " / ".join(outcome(entry.outcome, language) for language in languages),
        _word(languages, _SAID[claim.breached]),
        _at(entry.received_at, zone),
        _at(entry.due_at, zone),
        _at(claim.due_at, zone),
        _number(each.deadline_seconds),
        _at(entry.stopped_at, zone),
        _at(claim.stopped_at, zone),
        _number(each.stop_seconds),
        _told(each.timeline, languages, zone),
        _at(each.stated_at, zone),
    ]


def discrepancies_json(found: Iterable[Discrepancy], book: ContractBook, zone: tzinfo) -> bytes:
    """The same, with our timeline change by change."""
    promises = _promises(book)
    listed = [_as_json(each, promises.get(each.entry.commitment), zone) for each in found]
    return (json.dumps(listed, ensure_ascii=False, indent=2) + "\n").encode()


def _as_json(each: Discrepancy, promise: Commitment | None, zone: tzinfo) -> dict[str, Any]:
    entry, claim = each.entry, each.claim
    return {
        "case": entry.ref,
        "provider": entry.provider,
        "kind": entry.kind,
        "organization": entry.organization,
        "commitment": entry.commitment,
        "clause": None if promise is None else promise.source.clause,
        "differs": [one.value for one in each.differences],
        "ours": {
            "outcome": entry.outcome.value,
            "reason": entry.reason.value,
            "received_at": _at(entry.received_at, zone),
            "due_at": _at(entry.due_at, zone),
            "stopped_at": _at(entry.stopped_at, zone) or None,
            "timeline": [
                {"at": _at(change.at, zone), "status": change.status, "stated": change.raw_status}
                for change in each.timeline.changes
            ],
        },
        "provider_claim": {
            "name": claim.name,
            "breached": claim.breached,
            "due_at": _at(claim.due_at, zone) or None,
            "stopped_at": _at(claim.stopped_at, zone) or None,
            "stated_at": _at(each.stated_at, zone),
        },
        "deadline_difference_seconds": each.deadline_seconds,
        "stop_difference_seconds": each.stop_seconds,
    }


def _told(timeline: Timeline, languages: Sequence[Language], zone: tzinfo) -> str:
    """Our timeline in one cell."""
    return "; ".join(
        f"{_at(change.at, zone)} "
        + (
            change.raw_status
            if change.status is None
            else " / ".join(language.status(change.status) for language in languages)
        )
        for change in timeline.changes
    )


def _promises(book: ContractBook) -> dict[str, Commitment]:
    return {each.id: each for version in book.versions for each in version.commitments}


def _word(languages: Sequence[Language], text: str) -> str:
    return " / ".join(language.gettext(text) for language in languages)


def _number(value: int | None) -> str | int:
    return "" if value is None else value


def _at(at: datetime | None, zone: tzinfo) -> str:
    return "" if at is None else at.astimezone(zone).isoformat()
