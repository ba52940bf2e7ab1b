"""`vigie policy`: who would be told what, and when; checked and played through."""

import click

from monitor.cli.command import TEXT, Command, Example, Group, Option, config_path
from monitor.cli.faults import INPUT_STATUS
from monitor.cli.shared_options import json_option, optional_case_argument
from monitor.cli.words import gettext
from monitor.locale import N_


@click.group(
    "policy",
    cls=Group,
    help=N_(
        "Check the escalation policies of vigie.yaml, and play them through on a case, stored or"
        " invented. Nothing is sent."
    ),
    examples=(
        Example(N_("who is told at each step"), "vigie policy check"),
        Example(N_("what a case would have led to"), "vigie policy simulate INC-4711"),
    ),
)
def command() -> None:
    pass


@command.command(
    "check",
    cls=Command,
    short_help=N_("Tell every problem, and who is told at each step."),
    help=N_(
        "Tell every problem of the policies and the recipients, each with its line and what would"
        " be right, and exit with status 2 if there is one; else list who is told at each step."
    ),
    examples=(Example(N_("for a script"), "vigie policy check --json"),),
)
@json_option
@click.pass_context
def check(ctx: click.Context, *, as_json: bool) -> None:
    from monitor.cli.faults import show_fault  # noqa: PLC0415 - not for help
    from monitor.cli.ladders import Ladders, show_ladders  # noqa: PLC0415
    from monitor.cli.output import show_json  # noqa: PLC0415

    ladders = Ladders.read(config_path(ctx))
    if as_json:
        show_json(ladders.as_json())
    elif ladders.problems:
        show_fault([problem.told(gettext) for problem in ladders.problems])
    else:
        show_ladders(ladders)
    ctx.exit(INPUT_STATUS if ladders.problems else 0)


@command.command(
    "simulate",
    cls=Command,
    short_help=N_("Play the policy through on a case."),
    help=N_(
        "Play the policy through on a case: each step, when it is told, to whom, and why not where"
        " it is not. A stored case by its reference, with what happened to it and what operators"
        " did; or one invented by --commitment and --received. An open one is followed as if"
        " nothing more happened. Nothing is sent."
    ),
    examples=(
        Example(N_("a case that was"), "vigie policy simulate INC-4711"),
        Example(
            N_("one that might be"),
            "vigie policy simulate --commitment service-restoration --provider telus"
            " --received 2026-11-20T16:00",
        ),
        Example(
            N_("one that closes in time"),
            "vigie policy simulate --commitment incident-resolution --provider rogers"
            " --received 2026-11-23T08:00 --closed-at 2026-11-23T13:00 --json",
        ),
    ),
)
@optional_case_argument
@click.option(
    "--commitment",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("What is owed; of a stored case, only this one."),
)
@click.option(
    "--received", cls=Option, type=TEXT, metavar=N_("INSTANT"), help=N_("When it is received.")
)
@click.option("--provider", cls=Option, metavar=N_("ID"), help=N_("Who owes it."))
@click.option(
    "--place", cls=Option, type=TEXT, metavar=N_("NAME"), help=N_("Where it is delivered.")
)
@click.option(
    "--organization", cls=Option, type=TEXT, metavar=N_("ID"), help=N_("To which public body.")
)
@click.option(
    "--severity",
    cls=Option,
    type=TEXT,
    metavar=N_("TEXT"),
    help=N_("How grave it is stated to be."),
)
@click.option(
    "--closed-at", cls=Option, type=TEXT, metavar=N_("INSTANT"), help=N_("When it is done.")
)
@json_option
@click.pass_context
def simulate(
    ctx: click.Context, /, *, case: str | None, as_json: bool, **invented: str | None
) -> None:
    from monitor.cli.output import show_json  # noqa: PLC0415 - not for help
    from monitor.cli.simulations import (  # noqa: PLC0415
        Invented,
        invented_simulation,
        show_simulation,
        stored_simulations,
    )

    only = invented["commitment"]
    if case is not None:
        if any(value for name, value in invented.items() if name != "commitment"):
            raise click.UsageError(
                gettext("a stored case is as it is: give either a case, or what one is like"), ctx
            )
        simulations = stored_simulations(config_path(ctx), case.strip(), only)
    elif only is None or invented["received"] is None or invented["provider"] is None:
        raise click.UsageError(
            gettext("give a case, or --commitment, --received and --provider"), ctx
        )
    else:
        asked = Invented(
            commitment=only,
            received=invented["received"],
            provider=invented["provider"],
            place=invented["place"],
            organization=invented["organization"],
            severity=invented["severity"],
            closed_at=invented["closed_at"],
        )
        simulations = [invented_simulation(config_path(ctx), asked)]
    if as_json:
        show_json([simulation.as_json() for simulation in simulations])
    else:
        for simulation in simulations:
            show_simulation(simulation)
