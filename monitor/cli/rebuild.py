"""`vigie rebuild`: all that was concluded, worked out again from what was stated."""

import sys

import click

from monitor.cli.command import Command, Example, Option, config_path
from monitor.locale import N_


@click.command(
    "rebuild",
    cls=Command,
    help=N_(
        "Work out again what is owed on every case, from the statements of the sources and the"
        " rules the daemon last applied; tell what differs from what is stored, and put it right."
        " Each case is judged at the instant it was last judged at; those that wait for the"
        " daemon's next look are left to it. Nobody is told anything, and what was told stays told."
        " It may be ended at any time and started again. With --check nothing is changed, and the"
        " exit status is 1 where anything differs. On a SQLite file the daemon must be stopped"
        " first, except for --check."
        "\n\n"
        "JSON: identical, cases, obligations, waiting, differing (cases), differences (fields),"
        " mended, and listed, each with case, provider, kind, commitment (null: of the case"
        " itself; case null: of a count), field, kept and rebuilt."
    ),
    examples=(
        Example(N_("whether all is as it should be"), "vigie rebuild --check"),
        Example(N_("put it right"), "vigie rebuild"),
        Example(N_("for a script"), "vigie rebuild --check --json | jq .identical"),
    ),
)
@click.option("--check", cls=Option, is_flag=True, help=N_("Change nothing; only compare."))
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(min=0),
    default=50,
    show_default=True,
    help=N_("How many differences to list; all are counted."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(ctx: click.Context, *, check: bool, limit: int, as_json: bool) -> None:
    # Help is shown without what these load.
    from monitor.cli.output import show_json  # noqa: PLC0415
    from monitor.cli.rebuilding import rebuilt_database, show_rebuilt  # noqa: PLC0415

    hidden = as_json and sys.stdout.isatty()
    outcome = rebuilt_database(config_path(ctx), check=check, limit=limit, hidden=hidden)
    if as_json:
        show_json(outcome.as_json())
    else:
        show_rebuilt(outcome)
    if check and not outcome.rebuilt.identical:
        ctx.exit(1)
