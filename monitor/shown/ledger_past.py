"""A case explained as of an instant of the past."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import datetime

from monitor.cases.evaluate import Judgement
from monitor.cases.moment import Moment
from monitor.cases.obligation import Obligation
from monitor.cases.records import CaseRecord
from monitor.cases.timeline import Timeline
from monitor.clock import zone
from monitor.engine.ports import Docket
from monitor.engine.restate import judgement_of, restate
from monitor.errors import InputError
from monitor.locale.marking import N_
from monitor.shown.at_work import RulesAtWork
from monitor.shown.ledger import Ledger, entry_of, governing


def ledger_then(
    record: CaseRecord, rules: RulesAtWork, moment: Moment, silent: Mapping[str, datetime]
) -> Ledger:
    """Explain how a case stood at a moment; `silent`: the sources that cannot tell of it.

    Raises:
        InputError: there was no such case then.
    """
    timeline = moment.timeline(record.observations)
    if timeline is None:
        raise InputError(
            N_("'{name}' had not been received by then, as far as was known"),
            name=record.key.ref,
        )
    book, applied = rules.book, rules.applied
    if moment.known_at is not None:
        book, applied = rules.book_at(moment.known_at), rules.applied_at(moment.known_at)
    docket = Docket(
        case_id=0, key=record.key, observations=record.observations, gone_since=record.gone_since
    )
    obligations = restate(docket, book, moment, silent)
    judgement = judgement_of(moment, silent.get(timeline.source), record.gone_since)
    return Ledger(
        record=_record_then(record, timeline, moment, judgement, obligations),
        as_of=moment.at,
        zone=zone(governing(record, book).zone),
        applied=applied,
        entries=tuple(entry_of(each, book, timeline, judgement) for each in obligations),
        moment=moment,
    )


def _record_then(
    record: CaseRecord,
    timeline: Timeline,
    moment: Moment,
    judgement: Judgement,
    obligations: Sequence[Obligation],
) -> CaseRecord:
    """The case as a moment knows it."""
    stated = {change.observation_id for change in timeline.changes}
    last = timeline.changes[-1] if timeline.changes else None
    known_by = moment.vouched_at
    return replace(
        record,
        organization=timeline.organization,
        category=timeline.category,
        place=timeline.place,
        received_at=timeline.received_at,
        raw_status="" if last is None else last.raw_status,
        status=None if last is None else last.status,
        gone_since=judgement.gone_since,
        missing_since=None,
        fault_kind=None,
        fault=None,
        observations=[
            observed
            for observed in record.observations
            if observed.id in stated
            or (moment.knows(observed) and observed.changed_at <= moment.at)
        ],
        obligations=obligations,
        escalations=[each for each in record.escalations if each.fired_at <= known_by],
        held=[each for each in record.held if each.evaluated_at <= known_by],
        notes=[each for each in record.notes if each.at <= known_by],
        # The last word alone is kept: one that came later says nothing of then.
        claims=[each for each in record.claims if each.stated_at <= known_by],
    )
