"""`vigie authorization`: devices at a cost, and their authorisations, taken in from a file."""

import click

from monitor.cli.acting import by_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group
from monitor.cli.shared_options import json_option
from monitor.locale import N_


@click.group(
    "authorization",
    cls=Group,
    help=N_(
        "Take in which orders are of devices at a cost other than zero, and the authorisations that"
        " they need. Compliance reports list those that lack one."
    ),
    examples=(Example(N_("from a file"), "vigie authorization import autorisations.csv"),),
)
def command() -> None:
    pass


@command.command(
    "import",
    cls=Command,
    short_help=N_("Take in costs and authorisations from a CSV file or a workbook."),
    help=N_(
        "Take in costs and authorisations from a CSV file or a workbook, one order a row:"
        " 'commande' (its reference), 'numéro' (the authorisation's, if there is one), 'coût' (of"
        " the device), and where there are such columns 'prestataire', 'date' and 'fait' (a fact of"
        " the contract's conditions). All rows are taken in, or none; the same file again adds"
        " nothing."
    ),
    examples=(Example(N_("for a script"), "vigie authorization import achats.xlsx --json"),),
)
@click.argument(
    "file", cls=Argument, type=TEXT, metavar=N_("FILE"), help=N_("The CSV file or workbook.")
)
@by_option
@json_option
@click.pass_context
def import_(ctx: click.Context, *, file: str, by: str | None, as_json: bool) -> None:
    from monitor.cli.evidence import import_evidence  # noqa: PLC0415 - not for help

    import_evidence(ctx, file, proof="authorization", by=by, as_json=as_json)
