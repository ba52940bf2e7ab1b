"""`vigie simulate`: what is not at hand, played on this machine."""

from math import isnan
from pathlib import Path

import click

from monitor.cli.command import Command, Example, Group, Option
from monitor.cli.words import gettext
from monitor.locale import N_


@click.group(
    "simulate",
    cls=Group,
    help=N_("Play what is not at hand, to try a configuration on. Nothing leaves this machine."),
    examples=(
        Example(
            N_("a provider with a storm of incidents"),
            "vigie simulate provider --scenario storm --port 8621",
        ),
        Example(N_("what it can play"), "vigie simulate provider --list"),
    ),
)
def command() -> None:
    pass


@command.command(
    "provider",
    cls=Command,
    short_help=N_("Play a provider: quiet, busy, or at fault."),
    help=N_(
        "Play a provider that speaks TM Forum's protocols over HTTP, on 127.0.0.1 alone, by one of"
        " the scenarios that --list shows. Ctrl-C ends it. With --json, one line of JSON tells when"
        " it answers, and one how it ended."
    ),
    examples=(
        Example(N_("the scenarios"), "vigie simulate provider --list"),
        Example(
            N_("a storm of incidents, for a minute"),
            "vigie simulate provider --scenario storm --port 8621 --for 60s",
        ),
        Example(
            N_("the second provider, which has tickets only, at an hour a minute"),
            "vigie simulate provider --scenario busy-month --rank second --speed 60",
        ),
        Example(
            N_("exports that stand half written for a while"),
            "vigie simulate provider --scenario half-written-file --folder depot",
        ),
    ),
)
@click.option(
    "--scenario",
    cls=Option,
    metavar=N_("NAME"),
    help=N_("What it plays; --list shows what there is."),
)
@click.option("--list", "listing", cls=Option, is_flag=True, help=N_("List the scenarios and end."))
@click.option(
    "--port",
    cls=Option,
    type=click.IntRange(0, 65535),
    metavar=N_("NUMBER"),
    default=0,
    help=N_("Where to answer on 127.0.0.1 (default: any free port)."),
)
@click.option(
    "--folder",
    cls=Option,
    type=click.Path(exists=True, file_okay=False, writable=True),
    metavar=N_("FOLDER"),
    help=N_("Where exports are left, by the scenarios that leave any."),
)
@click.option(
    "--rank",
    cls=Option,
    type=click.Choice(("first", "second")),
    default="first",
    show_default=True,
    help=N_("Which of the contract's two providers: the second one has tickets only, by v5."),
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
    "--speed",
    cls=Option,
    type=click.FloatRange(min=1, max=100_000),
    metavar=N_("NUMBER"),
    default=1,
    show_default=True,
    help=N_("How many times as fast as real time its days go by, from now on."),
)
@click.option(
    "--for",
    "lasting",
    cls=Option,
    metavar=N_("SPAN"),
    help=N_("End by itself after this much real time, such as 60s or 2min."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
def provider(
    *,
    scenario: str | None,
    listing: bool,
    port: int,
    folder: str | None,
    rank: str,
    seed: int,
    speed: float,
    lasting: str | None,
    as_json: bool,
) -> None:
    if isnan(speed):
        # It compares with nothing, so that the range does not keep it out.
        raise click.BadParameter(gettext("it is no number"), param_hint="'--speed'")
    if scenario is None and not listing:
        raise click.UsageError(gettext("give --scenario NAME, or --list to see which there are"))
    # Help is shown without what these load.
    from monitor.cli.playing import Playing, list_scenarios  # noqa: PLC0415

    if scenario is None or listing:
        list_scenarios(as_json=as_json)
        return
    Playing(
        name=scenario,
        rank=rank,
        seed=seed,
        speed=speed,
        port=port,
        folder=None if folder is None else Path(folder),
        as_json=as_json,
    ).run(lasting)
