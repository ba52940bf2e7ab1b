"""`vigie backfill`: the past of a source, filled in."""

import click

from monitor.cli.command import Argument, Command, Example, Option, config_path
from monitor.locale import N_


@click.command(
    "backfill",
    cls=Command,
    help=N_(
        "Fill in the past of a source: what it dates between two days, read in windows, the oldest"
        " first, with the same checks as a poll. Cases first met so are judged as all others, but"
        " nobody is told what became due before they were filled in. The source's own cursor stays"
        " where it is, so the daemon may run meanwhile. What was read is kept: interrupted, or"
        " ended by a fault (exit status 1), the same command goes on where it was."
        "\n\n"
        "A TM Forum source dates tickets by their last update and orders by their receipt: the time"
        " that cursor.field of its mapping names."
    ),
    examples=(
        Example(
            N_("the first quarter"),
            "vigie backfill telus-tickets --from 2026-01-01 --to 2026-03-31",
        ),
        Example(
            N_("since New Year, a day at a time, for a script"),
            "vigie backfill telus-tickets --from 2026-01-01 --window 1d --json",
        ),
    ),
)
@click.argument("source", cls=Argument, metavar=N_("SOURCE"), help=N_("Its name in vigie.yaml."))
@click.option(
    "--from", "first", cls=Option, required=True, metavar=N_("DATE"), help=N_("The first day.")
)
@click.option(
    "--to", "last", cls=Option, metavar=N_("DATE"), help=N_("The last day (default: today).")
)
@click.option(
    "--window",
    cls=Option,
    metavar=N_("SPAN"),
    default="7d",
    show_default=True,
    help=N_("How much is read between two notes of the progress."),
)
@click.option(
    "--again", cls=Option, is_flag=True, help=N_("Read all of it, though it was read before.")
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def command(
    ctx: click.Context,
    *,
    source: str,
    first: str,
    last: str | None,
    window: str,
    again: bool,
    as_json: bool,
) -> None:
    # Help is shown without what this loads.
    from monitor.cli.filling import Request, fill  # noqa: PLC0415

    request = Request(source=source, first=first, last=last, window=window, again=again)
    ctx.exit(0 if fill(config_path(ctx), request, as_json=as_json) else 1)
