"""`vigie deadline`: when something is due, for one question or a file of them."""

import sys
from collections.abc import Iterator

import click

from monitor.cli.command import TEXT, Command, Example, Option
from monitor.cli.configured import complete_commitment, configured_contract
from monitor.cli.faults import INPUT_STATUS, show_fault, show_warning
from monitor.cli.instants import read_instant, read_zone
from monitor.cli.output import json_line, show_json, show_table
from monitor.cli.rows import BadRow, RowReader, opened
from monitor.cli.shared_options import json_option, zone_option
from monitor.cli.terms import start_rule_words
from monitor.cli.words import gettext, spoken
from monitor.clock.wall import SystemClock
from monitor.locale import N_
from monitor.shown.answers import Answer, Answerer, Question
from monitor.shown.instants import written


@click.command(
    "deadline",
    cls=Command,
    help=N_(
        "Work out when something is due, and why: when its clock starts, how much business time"
        " is used and left, by which rule and clause. 'delivery' lets the place decide between"
        " local and remote. With --from, one question a row of a CSV file with the header"
        " commitment,received_at,place; with --json, one line of JSON a row, where a bad row"
        " gives its line and error, and exit status 2 at the end."
    ),
    examples=(
        Example(
            N_("restoring a service, from a Friday afternoon"),
            "vigie deadline --commitment service-restoration --received 2026-11-20T16:00-05:00",
        ),
        Example(
            N_("a delivery, the place deciding between local and remote"),
            "vigie deadline --commitment delivery --received 2026-11-23T15:30-05:00"
            " --place Kuujjuaq",
        ),
        Example(
            N_("a file of questions, the times in it being Québec's"),
            "vigie deadline --from orders.csv --zone America/Toronto --json > due.jsonl",
        ),
    ),
)
@click.option(
    "--commitment",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    shell_complete=complete_commitment,
    help=N_("What is promised: an id of 'vigie commitments', or 'delivery' with --place."),
)
@click.option(
    "--received",
    cls=Option,
    metavar="ISO8601",
    help=N_("When the request was received, as 2026-11-23T15:30-05:00."),
)
@click.option(
    "--place", cls=Option, type=TEXT, metavar=N_("NAME"), help=N_("The municipality of delivery.")
)
@click.option(
    "--at",
    "as_of",
    cls=Option,
    metavar="ISO8601",
    help=N_(
        "Tell what is used and left at this instant (default: now); before the receipt, nothing"
        " is used."
    ),
)
@zone_option
@click.option(
    "--from",
    "path",
    cls=Option,
    metavar=N_("FILE"),
    help=N_("Read questions from a CSV file; '-' is standard input."),
)
@json_option
@click.pass_context
def command(
    ctx: click.Context,
    *,
    commitment: str | None,
    received: str | None,
    place: str | None,
    as_of: str | None,
    zone_name: str | None,
    path: str | None,
    as_json: bool,
) -> None:
    local_zone = read_zone(zone_name)
    at = SystemClock().now() if as_of is None else read_instant(as_of, local_zone)
    if path is not None:
        if commitment or received or place:
            raise click.UsageError(
                gettext(
                    "--from brings its own questions: leave out --commitment, --received and"
                    " --place"
                ),
                ctx,
            )
        answerer = Answerer(configured_contract(ctx))
        with opened(path) as file:
            reader = RowReader(file, path)
            good = (_json_rows if as_json else _table_rows)(
                reader.answers(answerer, at, local_zone), path
            )
        ctx.exit(0 if good else INPUT_STATUS)
    if commitment is None or received is None:
        missing = "--commitment" if commitment is None else "--received"
        raise click.UsageError(gettext("{option} is missing").format(option=missing), ctx)
    question = Question(
        commitment=commitment.strip(),
        received_at=read_instant(received, local_zone),
        at=at,
        place=(place or "").strip() or None,
    )
    answer = Answerer(configured_contract(ctx)).answer(question)
    for warning in answer.warnings(spoken()):
        show_warning(warning)
    if as_json:
        show_json(answer.as_json(spoken()))
    else:
        _show(answer)


def _json_rows(answers: Iterator[Answer | BadRow], _path: str) -> bool:
    """Write one line a row; whether all rows were good."""
    good = True
    for answer in answers:
        if isinstance(answer, BadRow):
            good = False
            line = json_line({"line": answer.line, "error": answer.error})
        else:
            line = json_line(answer.as_json(spoken()))
        # Not click.echo, which would flush each of a hundred thousand lines.
        sys.stdout.write(f"{line}\n")
    return good


def _table_rows(answers: Iterator[Answer | BadRow], path: str) -> bool:
    """Draw the good rows and tell of the bad ones; whether all rows were good."""
    language = spoken()
    rows, wrong = [], []
    for answer in answers:
        if isinstance(answer, BadRow):
            wrong.append(f"{path}:{answer.line}: {answer.error}")
            continue
        unit = answer.commitment.amount.unit
        rows.append(
            (
                answer.commitment.id,
                answer.question.place or "",
                language.short_instant(answer.question.received_at, answer.zone),
                language.deadline(answer.due_at, answer.zone),
                language.short_business_time(answer.remaining_seconds, unit),
            )
        )
    left = gettext("Left")
    show_table(
        (gettext("Commitment"), gettext("Place"), gettext("Received"), gettext("Due"), left),
        rows,
        right=(left,),
    )
    show_fault(wrong)
    return not wrong


def _show(answer: Answer) -> None:
    """The answer with its reasons, for a person."""
    language = spoken()
    commitment = answer.commitment
    unit = commitment.amount.unit
    click.echo(f"{language.label(commitment.label)} ({commitment.id})\n")
    due = language.deadline(answer.due_at, answer.zone)
    lines = {
        gettext("Received"): language.instant(answer.question.received_at, answer.zone),
        gettext("Clock starts"): language.instant(answer.starts_at, answer.zone),
        gettext("Due"): f"{due} ({written(answer.due_at, answer.zone)})",
        gettext("Promised"): language.business_time(commitment.amount.seconds, unit),
        gettext("Used"): language.business_time(answer.elapsed_seconds, unit),
        gettext("Margin"): language.margin(answer.remaining_seconds, unit),
        gettext("As of"): language.instant(answer.question.at, answer.zone),
        gettext("Rule"): start_rule_words(commitment.start_rule),
        gettext("Calendar"): f"{commitment.calendar} ({answer.version.zone})",
        gettext("Contract"): f"{answer.version.id} {answer.version.version}",
        gettext("Document"): commitment.source.document,
        gettext("Clause"): commitment.source.clause,
    }
    if answer.region is not None:
        lines[gettext("Place")] = language.label(answer.region.reason)
    widest = max(map(len, lines))
    for name, text in lines.items():
        click.echo(f"  {name.ljust(widest)}  {text}")
