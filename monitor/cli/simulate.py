"""`vigie simulate`: what is not at hand, played on this machine."""

from math import isnan
from pathlib import Path

import click

from monitor.cli.command import Command, Example, Group, Option
from monitor.cli.report import form_list
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
        Example(N_("a year of both providers"), "vigie simulate year --out annee"),
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


@command.command(
    "year",
    cls=Command,
    short_help=N_("Play a year of both providers, and check every figure of it."),
    help=N_(
        "Play a year of Québec's calendar: invented cases at two simulated providers, polled over"
        " HTTP; deadlines judged and breaches told as time goes by; the monthly, quarterly and"
        " yearly reports made on their days. What each case comes to was decided as it was"
        " invented, apart from what judges it: at the end the reports and the messages are held"
        " against that. Status 1: something differs, and each difference is named. Nothing leaves"
        " this machine."
    ),
    examples=(
        Example(N_("a year of 300 organisations"), "vigie simulate year --out annee"),
        Example(
            N_("less of it: two months of ten organisations"),
            "vigie simulate year --months 2 --organizations 10 --out essai",
        ),
        Example(
            N_("what became of one of its cases"),
            "vigie explain INC-204001 --config annee/vigie.yaml",
        ),
        Example(N_("for a script"), "vigie simulate year --months 1 --out essai --json"),
    ),
)
@click.option(
    "--out",
    cls=Option,
    type=click.Path(file_okay=False, path_type=Path),
    metavar=N_("FOLDER"),
    required=True,
    help=N_("Where the reports, the messages and the database go; new or empty."),
)
@click.option(
    "--organizations",
    cls=Option,
    type=click.IntRange(1, 5000),
    metavar=N_("NUMBER"),
    default=300,
    show_default=True,
    help=N_("How many public bodies there are."),
)
@click.option(
    "--cases",
    cls=Option,
    type=click.IntRange(1, 1_000_000),
    metavar=N_("NUMBER"),
    help=N_("How many tickets and orders in all (default: 10 a year for each organisation)."),
)
@click.option(
    "--year",
    cls=Option,
    type=click.IntRange(2018, 2098),
    metavar=N_("YEAR"),
    default=2026,
    show_default=True,
    help=N_("Which year, with its holidays and its changes of the clock."),
)
@click.option(
    "--months",
    cls=Option,
    type=click.IntRange(1, 12),
    metavar=N_("NUMBER"),
    default=12,
    show_default=True,
    help=N_("How many of its months, from January on."),
)
@click.option(
    "--seed",
    cls=Option,
    type=int,
    metavar=N_("NUMBER"),
    default=1,
    show_default=True,
    help=N_("Equal seeds make equal years."),
)
@click.option(
    "--format",
    "forms",
    cls=Option,
    multiple=True,
    default=("pdf", "xlsx"),
    callback=form_list,
    metavar="pdf,xlsx,csv,json,html",
    help=N_("The reports' forms, separated by commas; JSON is always there (default: pdf,xlsx)."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write the summary as JSON."))
@click.pass_context
def year(
    ctx: click.Context,
    *,
    out: Path,
    organizations: int,
    cases: int | None,
    year: int,
    months: int,
    seed: int,
    forms: tuple[str, ...],
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.cli.simulated_year import SimulatedYear  # noqa: PLC0415

    played = SimulatedYear(
        seed=seed,
        year=year,
        months=months,
        organizations=organizations,
        cases=cases,
        out=out,
        forms=[*forms],
        as_json=as_json,
    )
    ctx.exit(played.run())
