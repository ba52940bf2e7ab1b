"""`vigie deliverable`: the reports that come due by the calendar, and what is said of them."""

from collections.abc import Callable

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option, config_path
from monitor.locale import N_

_LEADING_TO_ONE = (
    click.argument(
        "report",
        cls=Argument,
        type=TEXT,
        metavar=N_("REPORT"),
        help=N_("A reference, as FACT-2026-10; or a period, as 2026-10 or 2026-T3."),
    ),
    click.option(
        "--provider",
        cls=Option,
        metavar=N_("ID"),
        help=N_("Only of this provider, where several owe one."),
    ),
    click.option(
        "--commitment",
        cls=Option,
        metavar=N_("ID"),
        help=N_("Only of this commitment, where several are due."),
    ),
    click.option(
        "--account",
        cls=Option,
        type=TEXT,
        metavar=N_("ID"),
        help=N_("Only of this account, where each has its own."),
    ),
)


def _of_one_report(function: Callable[..., None]) -> Callable[..., None]:
    for decorate in reversed(_LEADING_TO_ONE):
        function = decorate(function)
    return function


@click.group(
    "deliverable",
    cls=Group,
    help=N_(
        "List the reports that come due by the calendar, and state when they arrive. Which are"
        " owed, by whom and from when stands in vigie.yaml under 'deliverables'; the daemon opens"
        " each as its period ends, and escalates like any case until the report is there."
    ),
    examples=(
        Example(N_("what is due and what came"), "vigie deliverable list"),
        Example(
            N_("October's billing report is there"),
            "vigie deliverable received 2026-10 --provider telus",
        ),
    ),
)
def command() -> None:
    pass


@command.command(
    "list",
    cls=Command,
    short_help=N_("List reports by their periods, the latest first."),
    help=N_(
        "List reports by their periods, the latest first: when each is due, when it came, and the"
        " verdict that the daemon stored last."
    ),
    examples=(
        Example(N_("what is still awaited"), "vigie deliverable list --open"),
        Example(
            N_("one provider's, for a script"), "vigie deliverable list --provider telus --json"
        ),
    ),
)
@click.option("--open", "only_open", cls=Option, is_flag=True, help=N_("Only those still awaited."))
@click.option("--provider", cls=Option, metavar=N_("ID"), help=N_("Only of this provider."))
@click.option("--commitment", cls=Option, metavar=N_("ID"), help=N_("Only of this commitment."))
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(1, 5000),
    metavar=N_("NUMBER"),
    default=100,
    show_default=True,
    help=N_("No more than so many."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    only_open: bool,
    provider: str | None,
    commitment: str | None,
    limit: int,
    as_json: bool,
) -> None:
    # Help is shown without what these load.
    from monitor.cli.due_report import show_reports  # noqa: PLC0415
    from monitor.cli.due_reports import Narrowing, opened_reports  # noqa: PLC0415
    from monitor.cli.output import show_json  # noqa: PLC0415

    narrowing = Narrowing(provider=provider, commitment=commitment)
    with opened_reports(config_path(ctx)) as reports:
        rows = reports.listed(narrowing, only_open=only_open, limit=limit)
        if as_json:
            show_json([row.as_json() for row in rows])
        else:
            show_reports(rows)


@command.command(
    "received",
    cls=Command,
    short_help=N_("State that a report arrived."),
    help=N_(
        "State that a report arrived, and when; by this its clock stops. Said again with another"
        " time, the last one stands; nothing that was said is erased. May be said while the daemon"
        " runs, which judges it within half a minute."
    ),
    examples=(
        Example(N_("it came just now"), "vigie deliverable received FACT-2026-10"),
        Example(
            N_("it came last Tuesday, with how that is known"),
            "vigie deliverable received 2026-T3 --at 2026-10-20 --note 'T3-telus.xlsx'",
        ),
        Example(N_("that of one account"), "vigie deliverable received 2026-10 --account 4501-22"),
    ),
)
@_of_one_report
@click.option(
    "--at",
    cls=Option,
    metavar=N_("INSTANT"),
    help=N_(
        "When it came (default: now): a date, or a date and time in ISO 8601, where the contract"
        " is unless it has an offset."
    ),
)
@click.option(
    "--note",
    cls=Option,
    type=TEXT,
    help=N_(
        "How that is known: a file's name, a message's number. Phone numbers and the names in"
        " e-mail addresses are taken out."
    ),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def received(
    ctx: click.Context,
    *,
    report: str,
    provider: str | None,
    commitment: str | None,
    account: str | None,
    at: str | None,
    note: str | None,
    as_json: bool,
) -> None:
    from monitor.cli.due_reports import Narrowing, opened_reports  # noqa: PLC0415 - not for help
    from monitor.cli.output import show_json  # noqa: PLC0415

    narrowing = Narrowing(provider=provider, commitment=commitment, account=account)
    with opened_reports(config_path(ctx)) as reports:
        said = reports.say_received(report, narrowing, at=at, note=note)
    if as_json:
        show_json(said.as_json())
    else:
        click.echo(said.sentence())


@command.command(
    "withdraw",
    cls=Command,
    short_help=N_("Take back that a report arrived."),
    help=N_(
        "Take back that a report arrived: it is awaited again, as if that had never been said. What"
        " was said is kept, and shown by 'vigie explain'."
    ),
    examples=(Example(N_("that was another one's"), "vigie deliverable withdraw FACT-2026-10"),),
)
@_of_one_report
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def withdraw(
    ctx: click.Context,
    *,
    report: str,
    provider: str | None,
    commitment: str | None,
    account: str | None,
    as_json: bool,
) -> None:
    from monitor.cli.due_reports import Narrowing, opened_reports  # noqa: PLC0415 - not for help
    from monitor.cli.output import show_json  # noqa: PLC0415

    narrowing = Narrowing(provider=provider, commitment=commitment, account=account)
    with opened_reports(config_path(ctx)) as reports:
        said = reports.withdraw(report, narrowing)
    if as_json:
        show_json(said.as_json())
    else:
        click.echo(said.sentence())
