"""`vigie user`: who may sign in on the board, and as what."""

import click

from monitor.cli.acting import by_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option
from monitor.cli.shared_options import json_option
from monitor.locale import N_

_ROLES = ("reader", "operator", "administrator")
_NAME = N_("NAME")


@click.group(
    "user",
    cls=Group,
    help=N_(
        "Say who may sign in on the board. A reader reads, all of it or what concerns one"
        " organisation; an operator acts besides; an administrator says who may."
    ),
    examples=(
        Example(N_("somebody who acts"), "vigie user add ariane --role operator"),
        Example(
            N_("somebody who sees one organisation"), "vigie user add lise --organization ORG-101"
        ),
    ),
)
def command() -> None:
    pass


@command.command(
    "add",
    cls=Command,
    short_help=N_("Add an account."),
    help=N_("Add an account. The password is asked for, or read from standard input."),
    examples=(Example(N_("without a terminal"), "vigie user add ariane < password"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=_NAME, help=N_("What to sign in by."))
@click.option(
    "--role",
    cls=Option,
    type=click.Choice(_ROLES),
    default="reader",
    show_default=True,
    help=N_("What it may do."),
)
@click.option(
    "--organization",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("The only organisation it sees anything of."),
)
@by_option
@click.pass_context
def add(
    ctx: click.Context, *, name: str, role: str, organization: str | None, by: str | None
) -> None:
    # Help is shown without what these load.
    from monitor.cli.users import add_user  # noqa: PLC0415

    add_user(ctx, name, role, organization, by)


@command.command("list", cls=Command, short_help=N_("List the accounts."), help=N_("List them."))
@json_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    from monitor.cli.users import show_users  # noqa: PLC0415 - as above

    show_users(ctx, as_json=as_json)


@command.command(
    "remove",
    cls=Command,
    short_help=N_("Take an account away."),
    help=N_("Take an account away, and end its sessions."),
    examples=(Example(N_("somebody who left"), "vigie user remove ariane"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=_NAME, help=N_("Whose."))
@by_option
@click.pass_context
def remove(ctx: click.Context, *, name: str, by: str | None) -> None:
    from monitor.cli.users import remove_user  # noqa: PLC0415 - as above

    remove_user(ctx, name, by)


@command.command(
    "role",
    cls=Command,
    short_help=N_("Have an account be another role's."),
    help=N_("Have an account be another role's, or see another organisation; at once."),
    examples=(Example(N_("somebody who acts from now on"), "vigie user role lise operator"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=_NAME, help=N_("Whose."))
@click.argument(
    "role", cls=Argument, type=click.Choice(_ROLES), metavar=N_("ROLE"), help=N_("What it may do.")
)
@click.option(
    "--organization",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("The only organisation it sees anything of."),
)
@by_option
@click.pass_context
def role(
    ctx: click.Context, *, name: str, role: str, organization: str | None, by: str | None
) -> None:
    from monitor.cli.users import change_role  # noqa: PLC0415 - as above

    change_role(ctx, name, role, organization, by)


@command.command(
    "disable",
    cls=Command,
    short_help=N_("Have an account open nothing."),
    help=N_("Have an account open nothing, and end its sessions; it keeps its name."),
    examples=(Example(N_("somebody who is away"), "vigie user disable lise"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=_NAME, help=N_("Whose."))
@by_option
@click.pass_context
def disable(ctx: click.Context, *, name: str, by: str | None) -> None:
    from monitor.cli.users import disable_user  # noqa: PLC0415 - as above

    disable_user(ctx, name, by)


@command.command(
    "enable",
    cls=Command,
    short_help=N_("Have an account open again what it opened."),
    help=N_("Have an account that was disabled open again what it opened; unlock it."),
    examples=(Example(N_("somebody who is back"), "vigie user enable lise"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=_NAME, help=N_("Whose."))
@by_option
@click.pass_context
def enable(ctx: click.Context, *, name: str, by: str | None) -> None:
    from monitor.cli.users import enable_user  # noqa: PLC0415 - as above

    enable_user(ctx, name, by)


@command.command(
    "password",
    cls=Command,
    short_help=N_("Give an account another password."),
    help=N_("Give an account another password: its sessions end, and it is no longer locked."),
    examples=(Example(N_("one that was forgotten"), "vigie user password ariane"),),
)
@click.argument("name", cls=Argument, type=TEXT, metavar=_NAME, help=N_("Whose."))
@by_option
@click.pass_context
def password(ctx: click.Context, *, name: str, by: str | None) -> None:
    from monitor.cli.users import change_password  # noqa: PLC0415 - as above

    change_password(ctx, name, by)
