"""`vigie quarantine`: records that cannot be read as configured, and what becomes of them."""

from collections.abc import Callable
from typing import Any, TypeVar

import click

from monitor.cli.acting import by_option, json_option, require, why_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option
from monitor.cli.configured import complete_source
from monitor.locale import N_

_Command = TypeVar("_Command", bound=Callable[..., Any])


@click.group(
    "quarantine",
    cls=Group,
    help=N_(
        "See to the records that cannot be read as configured. Each is set aside with its reason,"
        " the others go on; of it, only what the mapping extracts is kept. A record leaves"
        " quarantine by itself once its source tells the same readably. All of this may be done"
        " while the daemon runs."
    ),
    examples=(
        Example(N_("what is there, and why"), "vigie quarantine list"),
        Example(
            N_("read anew what a corrected mapping can read"),
            "vigie quarantine retry --all --source telus-tickets",
        ),
        Example(
            N_("give one up"),
            "vigie quarantine discard 42 --why 'a trial of the provider'",
        ),
    ),
)
def command() -> None:
    pass


def _filters(command: _Command) -> _Command:
    for option in (
        click.option(
            "--since",
            cls=Option,
            type=TEXT,
            metavar=N_("INSTANT"),
            help=N_("Told of since then: a date and time, or a span such as '2 d' before now."),
        ),
        click.option(
            "--reason",
            cls=Option,
            type=TEXT,
            metavar=N_("TEXT"),
            help=N_("Only those whose reason contains this."),
        ),
        click.option(
            "--source",
            cls=Option,
            type=TEXT,
            metavar=N_("NAME"),
            shell_complete=complete_source,
            help=N_("Only of this source."),
        ),
    ):
        command = option(command)
    return command


@command.command(
    "list",
    cls=Command,
    short_help=N_("List what cannot be read, and why."),
    help=N_("List records in quarantine, in the order in which they came."),
    examples=(
        Example(
            N_("a kind of mistake, of the last two days"),
            "vigie quarantine list --reason category_map --since '2 d'",
        ),
        Example(N_("for a script"), "vigie quarantine list --json"),
    ),
)
@_filters
@click.option(
    "--state",
    cls=Option,
    type=click.Choice(("open", "resolved", "discarded", "all")),
    default="open",
    show_default=True,
    help=N_("Only those of this state."),
)
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help=N_("At most so many."),
)
@json_option
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    source: str | None,
    reason: str | None,
    since: str | None,
    state: str,
    limit: int,
    as_json: bool,
) -> None:
    from monitor.cli.quarantine_desk import Filters, opened, show_records  # noqa: PLC0415 - not for help

    with opened(ctx) as at:
        wanted = at.wanted(Filters(source=source, reason=reason, since=since), state)
        show_records(at, wanted, limit, as_json=as_json)


@command.command(
    "show",
    cls=Command,
    short_help=N_("Show one record, with all that was kept of it."),
    help=N_("Show one record by its number, with all that was kept of it."),
    examples=(Example(N_("the record of that number"), "vigie quarantine show 42"),),
)
@click.argument("number", cls=Argument, type=click.IntRange(1), metavar=N_("NUMBER"))
@json_option
@click.pass_context
def show(ctx: click.Context, *, number: int, as_json: bool) -> None:
    from monitor.cli.quarantine_desk import opened, show_record  # noqa: PLC0415 - not for help

    with opened(ctx) as at:
        show_record(at, number, as_json=as_json)


@command.command(
    "retry",
    cls=Command,
    short_help=N_("Read records anew by the mapping as it is now."),
    help=N_(
        "Read records anew, from what was kept of them, by the mapping that vigie.yaml has now."
        " What reads well is stored as it leaves quarantine, and judged by the daemon within half a"
        " minute; it counts as learned now. What does not stays, with the reason of this time; of"
        " files, rows and messages, which are not kept, it is said what to do instead. Exit status"
        " 1 if any stays."
    ),
    examples=(
        Example(N_("two of them"), "vigie quarantine retry 42 43"),
        Example(
            N_("all that a word was missing for"),
            "vigie quarantine retry --all --reason \"'modem' is mapped nowhere\"",
        ),
    ),
)
@click.argument("numbers", cls=Argument, type=click.IntRange(1), metavar=N_("NUMBER..."), nargs=-1)
@click.option("--all", "everything", cls=Option, is_flag=True, help=N_("All that are open."))
@_filters
@json_option
@click.pass_context
def retry(
    ctx: click.Context,
    *,
    numbers: tuple[int, ...],
    everything: bool,
    source: str | None,
    reason: str | None,
    since: str | None,
    as_json: bool,
) -> None:
    from monitor.cli.quarantine_desk import Filters, meant, opened, retry_records  # noqa: PLC0415 - not for help

    filters = Filters(source=source, reason=reason, since=since)
    with opened(ctx) as at:
        records = meant(at, numbers, filters, everything=everything)
        all_left = retry_records(at, records, as_json=as_json)
    ctx.exit(0 if all_left else 1)


@command.command(
    "discard",
    cls=Command,
    short_help=N_("Give records up, for a reason."),
    help=N_(
        "Give records up: they count as unreadable no more, even when their source tells of them"
        " again, unless in other words. Who did it, when and why is kept, and stands in 'vigie"
        " audit'."
    ),
    examples=(
        Example(
            N_("all of a source that are about trials"),
            "vigie quarantine discard --all --source rogers-push --reason TEST --why 'trials'",
        ),
    ),
)
@click.argument("numbers", cls=Argument, type=click.IntRange(1), metavar=N_("NUMBER..."), nargs=-1)
@click.option("--all", "everything", cls=Option, is_flag=True, help=N_("All that are open."))
@_filters
@by_option
@why_option
@json_option
@click.pass_context
def discard(
    ctx: click.Context,
    *,
    numbers: tuple[int, ...],
    everything: bool,
    source: str | None,
    reason: str | None,
    since: str | None,
    by: str | None,
    why: str | None,
    as_json: bool,
) -> None:
    from monitor.cli.on_call import act_of  # noqa: PLC0415 - not for help
    from monitor.cli.quarantine_desk import Filters, discard_records, meant, opened  # noqa: PLC0415 - as above

    require(ctx, why=why)
    act = act_of(by, why or "")
    filters = Filters(source=source, reason=reason, since=since)
    with opened(ctx) as at:
        records = meant(at, numbers, filters, everything=everything)
        discard_records(at, records, act, as_json=as_json)
