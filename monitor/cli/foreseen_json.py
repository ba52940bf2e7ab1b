"""A preview as JSON, written as it is read: however much changes, little of it is held."""

from collections.abc import Iterable, Mapping
from datetime import tzinfo
from typing import Any

import click

from monitor.cases.obligation import Obligation
from monitor.cli.foresight import Foresight, Sums
from monitor.cli.output import json_line
from monitor.cli.rule_words import sentences
from monitor.cli.words import spoken
from monitor.clock import zone
from monitor.contract.basis import Basis
from monitor.contract.calendar_changes import CalendarChange
from monitor.contract.rule_changes import Era
from monitor.engine.preview import Consequence, Move
from monitor.shown.instants import written


def write_foreseen(foresight: Foresight, found: Iterable[Consequence]) -> None:
    """One JSON document: what differs, the changes one a line, and the counts once all is read."""
    local = zone(foresight.changes.after.book.versions[-1].zone)
    head = {
        "as_of": written(foresight.now, local),
        "applied_at": foresight.applied_at and written(foresight.applied_at, local),
        "before": _rules(foresight.changes.before),
        "after": _rules(foresight.changes.after),
        "differences": [_era(era, local) for era in foresight.changes.eras],
    }
    click.echo("{")
    for name, value in head.items():
        click.echo(f"{json_line(name)}: {json_line(value)},")
    click.echo('"changes": [', nl=False)
    separator = "\n"
    for each in found:
        click.echo(f"{separator}{json_line(_consequence(each, local))}", nl=False)
        separator = ",\n"
    click.echo("],")
    tail = _counts(foresight.sums)
    click.echo(",\n".join(f"{json_line(name)}: {json_line(value)}" for name, value in tail.items()))
    click.echo("}")


def _rules(basis: Basis) -> dict[str, Any]:
    return {
        "contract": basis.book.id,
        "versions": [
            {"version": version.version, "effective_from": version.effective_from.isoformat()}
            for version in basis.book.versions
        ],
        "tzdata": basis.tzdata,
        "digest": basis.digest,
    }


def _era(era: Era, local: tzinfo) -> dict[str, Any]:
    return {
        "received_from": written(era.start, local),
        "received_until": era.end and written(era.end, local),
        "before": era.before and era.before.version,
        "after": era.after and era.after.version,
        "sentences": list(sentences(era)),
        "keys": [change.key for change in era.changes if era.rests_on(change)],
        "days": [_stretch(each, local) for days in era.days.values() for each in days],
    }


def _stretch(change: CalendarChange, local: tzinfo) -> dict[str, Any]:
    return {
        "calendar": change.calendar,
        "kind": change.kind.value,
        "day": change.day and change.day.isoformat(),
        "name": change.name and change.name.model_dump(),
        "start": change.start and written(change.start, local),
        "end": change.end and written(change.end, local),
    }


def _consequence(found: Consequence, local: tzinfo) -> dict[str, Any]:
    return {
        "case": found.key.ref,
        "provider": found.key.provider,
        "kind": found.key.kind.value,
        "organization": found.organization,
        "commitment": found.commitment,
        "received_at": written(found.received_at, local),
        "deadline": found.move.value,
        "moved_seconds": int(found.moved_by.total_seconds()),
        "before": found.before and _standing(found.before, local),
        "after": found.after and _standing(found.after, local),
        "why": [
            {"cause": because.cause.value, "sentence": because.sentence(spoken())}
            for because in found.why
        ],
    }


def _standing(owed: Obligation, local: tzinfo) -> dict[str, Any]:
    evaluation = owed.evaluation
    return {
        "due_at": evaluation.due_at and written(evaluation.due_at, local),
        "verdict": evaluation.verdict.value,
        "reason": evaluation.reason.value,
        "elapsed": evaluation.elapsed_seconds,
        "remaining": evaluation.remaining_seconds,
        "contract_version": owed.contract_version,
        "calendar": owed.calendar,
        "region": owed.region,
    }


def _counts(sums: Sums) -> Mapping[str, Any]:
    return {
        "cases": {
            "looked_at": sums.cases,
            "touched": sums.touched,
            "changed": sums.changed_cases,
        },
        "obligations": {"judged": sums.obligations, "changed": sums.changed},
        "counts": [
            {
                "provider": provider,
                "commitment": commitment,
                **{move.value: sums.moves[provider, commitment, move] for move in Move},
            }
            for provider, commitment in sums.promises
        ],
        "verdicts": [
            {"before": before, "after": after, "obligations": number}
            for (before, after), number in sums.verdicts.most_common()
        ],
    }
