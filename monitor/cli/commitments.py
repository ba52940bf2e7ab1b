"""`vigie commitments`: what the contract promises."""

from typing import TYPE_CHECKING, Any

import click

from monitor.cli.command import Command, Example, Option
from monitor.cli.configured import configured_contract
from monitor.cli.dates import read_day, today
from monitor.cli.output import show_json, show_table
from monitor.cli.words import gettext, spoken
from monitor.errors import InputError
from monitor.locale import N_

if TYPE_CHECKING:
    from monitor.contract.book import ContractBook
    from monitor.contract.model import Commitment, ContractVersion


@click.command(
    "commitments",
    cls=Command,
    help=N_(
        "List what the contract promises: how much business time, from when, on which calendar,"
        " and where it is written. The version in force today is shown; a case is governed by"
        " the one in force when it was received."
    ),
    examples=(
        Example(N_("the promises, as a table"), "vigie commitments"),
        Example(N_("their ids, for a script"), "vigie commitments --json | jq -r '.[].id'"),
        Example(N_("what was promised on a past day"), "vigie commitments --on 2024-06-01"),
    ),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.option(
    "--on",
    "day",
    cls=Option,
    metavar=N_("DATE"),
    help=N_("The version in force on this day (default: today)."),
)
@click.pass_context
def command(ctx: click.Context, *, as_json: bool, day: str | None) -> None:
    version = _version_on(configured_contract(ctx), day)
    if as_json:
        show_json([_written(version, commitment) for commitment in version.commitments])
        return
    language = spoken()
    amount = gettext("Amount")
    show_table(
        (gettext("Id"), amount, gettext("Promise"), gettext("Where it is written")),
        [
            (
                commitment.id,
                language.business_time(commitment.amount.seconds, commitment.amount.unit),
                language.label(commitment.label),
                commitment.source.clause,
            )
            for commitment in version.commitments
        ],
        right=(amount,),
    )
    click.echo()
    click.echo(
        gettext("{title}, version {version}, in force from {date}.").format(
            title=language.label(version.title),
            version=version.version,
            date=language.date(version.effective_from),
        )
    )


def _version_on(book: "ContractBook", day: str | None) -> "ContractVersion":
    asked = today(book) if day is None else read_day(day, "--on")
    in_force = [version for version in book.versions if version.effective_from <= asked]
    if in_force:
        return in_force[-1]
    first = book.versions[0]
    if day is None:
        # The contract has not begun: what it is going to promise.
        return first
    raise InputError(
        gettext("--on: the contract promised nothing on {day}; it begins on {first}").format(
            day=asked, first=first.effective_from
        )
    )


def _written(version: "ContractVersion", commitment: "Commitment") -> dict[str, Any]:
    return {
        "id": commitment.id,
        "label": commitment.label.model_dump(),
        "amount": commitment.amount.quantity,
        "unit": commitment.amount.unit,
        "calendar": commitment.calendar,
        "start_rule": commitment.start_rule,
        "region": commitment.region,
        "case_kind": commitment.case_kind,
        "source": commitment.source.model_dump(),
        "effective_from": (commitment.effective_from or version.effective_from).isoformat(),
    }
