"""`vigie derogation`: derogations that were obtained, taken in from a file."""

import click

from monitor.cli.acting import by_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group
from monitor.cli.shared_options import json_option
from monitor.locale import N_


@click.group(
    "derogation",
    cls=Group,
    help=N_(
        "Take in the derogations by which the services of the second-rank provider may be obtained."
        " Compliance reports list the orders that lack one."
    ),
    examples=(Example(N_("from a file"), "vigie derogation import derogations.csv"),),
)
def command() -> None:
    pass


@command.command(
    "import",
    cls=Command,
    short_help=N_("Take in derogations from a CSV file or a workbook."),
    help=N_(
        "Take in derogations from a CSV file or a workbook, one order a row: 'commande' (its"
        " reference), 'numéro' (the derogation's), and where there are such columns 'prestataire',"
        " 'date' and 'fait' (a fact of the contract's conditions). All rows are taken in, or none;"
        " the same file again adds nothing."
    ),
    examples=(Example(N_("for a script"), "vigie derogation import derogations.csv --json"),),
)
@click.argument(
    "file", cls=Argument, type=TEXT, metavar=N_("FILE"), help=N_("The CSV file or workbook.")
)
@by_option
@json_option
@click.pass_context
def import_(ctx: click.Context, *, file: str, by: str | None, as_json: bool) -> None:
    from monitor.cli.evidence import import_evidence  # noqa: PLC0415 - not for help

    import_evidence(ctx, file, proof="derogation", by=by, as_json=as_json)
