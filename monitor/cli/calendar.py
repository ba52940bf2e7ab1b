"""`vigie calendar`: a year of business days, drawn, and holidays in and out."""

from pathlib import Path

import click

from monitor.cli.command import Argument, Command, Example, Group, Option
from monitor.cli.configured import configured_contract
from monitor.cli.faults import system_words
from monitor.cli.output import show_json
from monitor.cli.words import gettext, spoken
from monitor.errors import InputError
from monitor.locale import N_


@click.group(
    "calendar",
    cls=Group,
    help=N_("Draw a year of business days and holidays, or read days off from another calendar."),
    examples=(Example(N_("this year"), "vigie calendar show"),),
)
def command() -> None:
    pass


@command.command(
    "show",
    cls=Command,
    short_help=N_("Draw a year of a calendar."),
    help=N_(
        "Draw a year of a calendar, with its holidays and their names: those of the government,"
        " those of the contract, and those of vigie.yaml under 'closed_days'."
    ),
    examples=(
        Example(N_("a year, drawn"), "vigie calendar show --year 2027"),
        Example(
            N_("its holidays, for another program's calendar"),
            "vigie calendar show --year 2027 --ics --lang fr > 2027.ics",
        ),
    ),
)
@click.option(
    "--year", cls=Option, type=int, metavar=N_("YEAR"), help=N_("The year (default: this one).")
)
@click.option(
    "--calendar",
    "name",
    cls=Option,
    metavar=N_("NAME"),
    help=N_("The calendar (default: the contract's business days)."),
)
@click.option("--ics", cls=Option, is_flag=True, help=N_("Write the holidays as iCalendar."))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def show(
    ctx: click.Context, *, year: int | None, name: str | None, ics: bool, as_json: bool
) -> None:
    from monitor.cli.dates import today  # noqa: PLC0415 - not for help
    from monitor.cli.year import CalendarYear  # noqa: PLC0415

    if ics and as_json:
        raise click.UsageError(gettext("--ics and --json are two formats: choose one"), ctx)
    book = configured_contract(ctx)
    found = CalendarYear.of(book, name, today(book).year if year is None else year)
    if ics:
        from monitor.clock.ics import to_ics  # noqa: PLC0415 - as above

        click.echo(to_ics(found.calendar, found.year, spoken().code), nl=False)
    elif as_json:
        show_json(found.as_json())
    else:
        found.draw()


@command.command(
    "import",
    cls=Command,
    short_help=N_("Read days off from an iCalendar file."),
    help=N_(
        "Read days off from an iCalendar file and print them as the 'closed_days' of vigie.yaml."
    ),
    examples=(Example(N_("to look over, then to paste"), "vigie calendar import days-off.ics"),),
)
@click.argument("file", cls=Argument, metavar=N_("FILE"), help=N_("An iCalendar file."))
def import_(*, file: str) -> None:
    import yaml  # noqa: PLC0415 - not for help

    from monitor.clock.ics import closed_days  # noqa: PLC0415

    try:
        days = closed_days(Path(file).read_text(encoding="utf-8"))
    except OSError as error:
        raise InputError("{path}: {reason}", path=file, reason=system_words(error)) from None
    except UnicodeDecodeError:
        raise InputError(N_("{path}: is not UTF-8 text; save it as UTF-8"), path=file) from None
    except ValueError as error:
        raise InputError("{path}: {reason}", path=file, reason=error.args[0]) from None
    section = {"closed_days": dict(days)}
    click.echo(yaml.safe_dump(section, allow_unicode=True, sort_keys=False, width=1000), nl=False)
