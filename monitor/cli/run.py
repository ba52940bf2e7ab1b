"""`vigie run`: the daemon."""

import click

from monitor.cli.command import Command, Example, Option, config_path
from monitor.locale import N_


@click.command(
    "run",
    cls=Command,
    help=N_(
        "Watch the sources, work out what is owed and escalate, until told to end. The database is"
        " created, or brought up to date, at start. SIGTERM and Ctrl-C finish what is under way and"
        " end within ten seconds. SIGHUP reads the configuration anew; a wrong one is refused and"
        " the old one stays. Metrics are on http.host and http.port."
    ),
    examples=(
        Example(N_("with the configuration of this folder"), "vigie run"),
        Example(N_("with another, more talkative"), "vigie run --config vigie.yaml --log debug"),
    ),
)
@click.option(
    "--log",
    "level",
    cls=Option,
    type=click.Choice(("debug", "info", "warning", "error")),
    default="info",
    show_default=True,
    help=N_("How much to log; JSON lines, or text on a terminal, on standard error."),
)
@click.pass_context
def command(ctx: click.Context, *, level: str) -> None:
    # Help is shown without what these load. What the daemon is made of stays, so that to search it
    # for what does not, while it is loaded, would take a tenth of that time for nothing.
    from monitor.cycles import search_seldom  # noqa: PLC0415

    search_seldom()
    from monitor.cli.daemon import watch  # noqa: PLC0415

    watch(config_path(ctx), level)
