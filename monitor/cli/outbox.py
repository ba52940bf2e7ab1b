"""`vigie outbox`: what waits to be sent, what was given up, and what becomes of it."""

from typing import TYPE_CHECKING

import click

from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option, config_path
from monitor.locale import N_

if TYPE_CHECKING:
    from monitor.settings import Settings

_STATES = ("queued", "dead", "sent", "discarded", "all")


@click.group(
    "outbox",
    cls=Group,
    help=N_(
        "See to the messages that wait or were given up. A dead letter is a message that its"
        " receiver refused for good, or that could not be delivered in time: somebody was not told."
    ),
    examples=(
        Example(N_("what waits and what was given up"), "vigie outbox list"),
        Example(N_("why one was given up"), "vigie outbox show 42"),
        Example(
            N_("try all dead letters anew, once the relay is back"), "vigie outbox retry --dead"
        ),
    ),
)
def command() -> None:
    pass


@command.command(
    "list",
    cls=Command,
    short_help=N_("List what waits and what was given up."),
    help=N_(
        "List messages, the oldest first: those that wait and the dead letters, or those of one"
        " state. What travels in a digest is not listed by itself."
    ),
    examples=(
        Example(
            N_("the dead letters of a channel"), "vigie outbox list --state dead --channel mail"
        ),
        Example(N_("for a script"), "vigie outbox list --json"),
    ),
)
@click.option(
    "--state", cls=Option, type=click.Choice(_STATES), help=N_("Only those of this state.")
)
@click.option(
    "--channel", cls=Option, type=TEXT, metavar=N_("NAME"), help=N_("Only this channel's.")
)
@click.option(
    "--address", cls=Option, type=TEXT, metavar=N_("ADDRESS"), help=N_("Only to this address.")
)
@click.option("--step", cls=Option, type=TEXT, metavar=N_("STEP"), help=N_("Only of this step."))
@click.option(
    "--limit",
    cls=Option,
    type=click.IntRange(1, 100_000),
    default=100,
    show_default=True,
    help=N_("At most so many."),
)
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def list_(
    ctx: click.Context,
    *,
    state: str | None,
    channel: str | None,
    address: str | None,
    step: str | None,
    limit: int,
    as_json: bool,
) -> None:
    from monitor.cli.outbox_desk import show_letters, which  # noqa: PLC0415 - not for help

    wanted = which(state, channel=channel, address=address, step=step)
    show_letters(_settings(ctx), wanted, limit, as_json=as_json)


@command.command(
    "show",
    cls=Command,
    short_help=N_("Show one message, and every attempt at it."),
    help=N_("Show one message by its number or the beginning of its key, and every attempt at it."),
    examples=(Example(N_("the message of that number"), "vigie outbox show 42"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=N_("NUMBER"))
@click.option("--json", "as_json", cls=Option, is_flag=True, help=N_("Write JSON."))
@click.pass_context
def show(ctx: click.Context, *, name: str, as_json: bool) -> None:
    from monitor.cli.outbox_desk import show_letter  # noqa: PLC0415 - not for help

    show_letter(_settings(ctx), name, as_json=as_json)


@command.command(
    "retry",
    cls=Command,
    short_help=N_("Have messages tried anew."),
    help=N_(
        "Have messages tried anew from the first attempt, whatever came of those before. With"
        " --channel or --address they go elsewhere. One that was sent, or is being sent, is left"
        " alone. The daemon takes them up within half a minute."
    ),
    examples=(
        Example(N_("all dead letters, as they are"), "vigie outbox retry --dead"),
        Example(
            N_("one, to the address as it should have been"),
            "vigie outbox retry 42 --address desk@provider.example",
        ),
    ),
)
@click.argument("names", cls=Argument, type=TEXT, metavar=N_("NUMBER..."), nargs=-1)
@click.option("--dead", cls=Option, is_flag=True, help=N_("All dead letters."))
@click.option("--channel", cls=Option, type=TEXT, metavar=N_("NAME"), help=N_("By this channel."))
@click.option(
    "--address", cls=Option, type=TEXT, metavar=N_("ADDRESS"), help=N_("To this address.")
)
@click.option("--reason", cls=Option, type=TEXT, metavar=N_("TEXT"), help=N_("Why; kept with it."))
@click.pass_context
def retry(
    ctx: click.Context,
    *,
    names: tuple[str, ...],
    dead: bool,
    channel: str | None,
    address: str | None,
    reason: str | None,
) -> None:
    from monitor.cli.outbox_desk import retry_letters  # noqa: PLC0415 - not for help

    retry_letters(_settings(ctx), names, dead=dead, channel=channel, address=address, reason=reason)


@command.command(
    "discard",
    cls=Command,
    short_help=N_("Give messages up, as seen to."),
    help=N_(
        "Give messages up, as seen to by other means: they count as dead letters no more, and are"
        " never sent. Who did it, when and why is kept with them."
    ),
    examples=(
        Example(
            N_("one whose recipient was told by telephone"),
            'vigie outbox discard 42 --reason "told by telephone"',
        ),
    ),
)
@click.argument("names", cls=Argument, type=TEXT, metavar=N_("NUMBER..."), nargs=-1)
@click.option("--dead", cls=Option, is_flag=True, help=N_("All dead letters."))
@click.option(
    "--reason",
    cls=Option,
    type=TEXT,
    metavar=N_("TEXT"),
    required=True,
    help=N_("Why; kept with it."),
)
@click.pass_context
def discard(ctx: click.Context, *, names: tuple[str, ...], dead: bool, reason: str) -> None:
    from monitor.cli.outbox_desk import discard_letters  # noqa: PLC0415 - not for help

    discard_letters(_settings(ctx), names, dead=dead, reason=reason)


def _settings(ctx: click.Context) -> "Settings":
    from monitor.settings import load_settings  # noqa: PLC0415 - not for help

    return load_settings(config_path(ctx))
