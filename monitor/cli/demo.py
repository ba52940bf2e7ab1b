"""`vigie demo`: the whole at work on simulated providers, time running fast."""

from math import isnan

import click

from monitor.cli.command import Command, Example, Option
from monitor.cli.words import gettext
from monitor.locale import N_


@click.command(
    "demo",
    cls=Command,
    help=N_(
        "See the whole at work: two simulated providers speaking the real protocols, a mailbox,"
        " and the daemon between them, on a database of its own that is thrown away. Time runs"
        " fast. Nothing leaves this machine. Ctrl-C ends it."
    ),
    examples=(
        Example(N_("a minute of it, then a summary"), "vigie demo --for 60s"),
        Example(N_("slower: an hour takes two seconds"), "vigie demo --speed 1800"),
        Example(N_("for a script"), "vigie demo --for 20s --json"),
    ),
)
@click.option(
    "--for",
    "lasting",
    cls=Option,
    metavar=N_("SPAN"),
    help=N_("End by itself after this much real time, such as 60s or 2min."),
)
@click.option(
    "--speed",
    cls=Option,
    type=click.FloatRange(min=1, max=100_000),
    metavar=N_("NUMBER"),
    default=5400,
    show_default=True,
    help=N_("How many times as fast as real time; at 5400 a business day of 9 hours takes 6 s."),
)
@click.option(
    "--seed",
    cls=Option,
    type=int,
    metavar=N_("NUMBER"),
    default=1,
    show_default=True,
    help=N_("Equal seeds make equal traffic."),
)
@click.option(
    "--port",
    cls=Option,
    type=click.IntRange(0, 65535),
    metavar=N_("NUMBER"),
    default=0,
    help=N_("Where to serve /metrics on 127.0.0.1 (default: any free port)."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write the summary as JSON."))
def command(*, lasting: str | None, speed: float, seed: int, port: int, as_json: bool) -> None:
    if isnan(speed):
        # It compares with nothing, so that the range does not keep it out.
        raise click.BadParameter(gettext("it is no number"), param_hint="'--speed'")
    # Help is shown without what these load.
    from monitor.cli.demonstration import Demonstration, read_span  # noqa: PLC0415

    Demonstration(speed=speed, seed=seed, port=port, as_json=as_json).run(read_span(lasting))
