"""`vigie token`: what programs read the API with."""

import click

from monitor.cli.acting import by_option
from monitor.cli.command import TEXT, Argument, Command, Example, Group, Option
from monitor.cli.shared_options import json_option
from monitor.locale import N_


@click.group(
    "token",
    cls=Group,
    help=N_(
        "Give programs a token to read the API with. It is shown once; what is kept of it does not"
        " open anything."
    ),
    examples=(Example(N_("for a spreadsheet"), "vigie token add tableur --for '90 d'"),),
)
def command() -> None:
    pass


@command.command(
    "add",
    cls=Command,
    short_help=N_("Make a token."),
    help=N_("Make a token, and show it once on standard output."),
    examples=(
        Example(
            N_("that sees one organisation"),
            "vigie token add tableur --organization ORG-101 --for '90 d'",
        ),
    ),
)
@click.argument(
    "name", cls=Argument, type=TEXT, metavar=N_("NAME"), help=N_("What it is for, to know it by.")
)
@click.option(
    "--scope",
    "scopes",
    cls=Option,
    type=click.Choice(("read", "act", "administer")),
    multiple=True,
    default=("read",),
    show_default=True,
    help=N_("What it may do: read what readers do, act as operators do, or administer access."),
)
@click.option(
    "--organization",
    cls=Option,
    type=TEXT,
    metavar=N_("ID"),
    help=N_("The only organisation it sees anything of."),
)
@click.option(
    "--for",
    "lasting",
    cls=Option,
    type=TEXT,
    metavar=N_("SPAN"),
    default="90 d",
    show_default=True,
    help=N_("How long it opens anything."),
)
@by_option
@click.pass_context
def add(
    ctx: click.Context,
    *,
    name: str,
    scopes: tuple[str, ...],
    organization: str | None,
    lasting: str,
    by: str | None,
) -> None:
    # Help is shown without what these load.
    from monitor.cli.tokens import add_token  # noqa: PLC0415

    add_token(ctx, name, scopes=scopes, organization=organization, lasting=lasting, by=by)


@command.command("list", cls=Command, short_help=N_("List the tokens."), help=N_("List them."))
@json_option
@click.pass_context
def list_(ctx: click.Context, *, as_json: bool) -> None:
    from monitor.cli.tokens import show_tokens  # noqa: PLC0415 - as above

    show_tokens(ctx, as_json=as_json)


@command.command(
    "revoke",
    cls=Command,
    short_help=N_("Have a token open nothing any more."),
    help=N_("Have a token open nothing any more, from now on."),
    examples=(Example(N_("the third"), "vigie token revoke 3"),),
)
@click.argument("number", cls=Argument, type=int, metavar=N_("NUMBER"), help=N_("As listed."))
@by_option
@click.pass_context
def revoke(ctx: click.Context, *, number: int, by: str | None) -> None:
    from monitor.cli.tokens import revoke_token  # noqa: PLC0415 - as above

    revoke_token(ctx, number, by)
